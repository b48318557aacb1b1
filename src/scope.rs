//! Scope and context to scope suffix: what, besides the caller's parts, a key depends on.

use alloc::string::String;

use crate::error::{Error, Missing};
use crate::material::DELIMITER;

/// What a key is unique within (`IdempotencyKeyScope` in @trigger.dev/core 4.8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One run of the parent task: the same key on every retry of that run.
    #[default]
    Run,
    /// One attempt of one run: a new key on every retry.
    Attempt,
    /// Everywhere: the same key in every run.
    Global,
}

impl Scope {
    /// All scopes, in the order of their codes on the wasm boundary.
    pub const ALL: [Scope; 3] = [Scope::Run, Scope::Attempt, Scope::Global];

    /// Reads a scope's name.
    ///
    /// # Errors
    /// `ERR_INVALID_SCOPE` for any other string, such as `"RUN"`, `"task"` or `""`. (The SDK accepts
    /// them and adds no suffix, so that such keys are global.)
    ///
    /// ```
    /// use idempotency_keys::Scope;
    /// assert_eq!(Scope::parse("attempt"), Ok(Scope::Attempt));
    /// assert_eq!(
    ///     Scope::parse("task").unwrap_err().message(),
    ///     r#"unknown scope "task", expected "run", "attempt" or "global""#,
    /// );
    /// ```
    pub fn parse(name: &str) -> Result<Scope, Error> {
        Scope::ALL
            .into_iter()
            .find(|scope| scope.as_str() == name)
            .ok_or_else(|| Error::invalid_scope(name))
    }

    /// The name, as requests have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Run => "run",
            Scope::Attempt => "attempt",
            Scope::Global => "global",
        }
    }
}

impl core::fmt::Display for Scope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for Scope {
    type Err = Error;

    /// See [`Scope::parse`].
    fn from_str(name: &str) -> Result<Scope, Error> {
        Scope::parse(name)
    }
}

/// The running task, as far as keys depend on it (`ctx` in the SDK).
///
/// Both values are strings: the SDK converts an attempt number to a string before it hashes it, and
/// any JavaScript number is legal.
///
/// ```
/// use idempotency_keys::Context;
/// let first_attempt = Context::new("run_abc123").with_attempt("1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    pub(crate) run_id: Option<&'a str>,
    pub(crate) attempt: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// A run without an attempt number: enough for scopes `run` and `global`.
    pub fn new(run_id: &'a str) -> Context<'a> {
        Context {
            run_id: Some(run_id),
            attempt: None,
        }
    }

    /// The same run, with the number of its attempt in decimal.
    pub fn with_attempt(self, attempt: &'a str) -> Context<'a> {
        Context {
            attempt: Some(attempt),
            ..self
        }
    }
}

/// The scope that `name` names, [`Scope::Run`] without one, and what it adds in `context`: `""`,
/// `"-run_abc123"` or `"-run_abc123-1"` (`injectScope`, @trigger.dev/core 4.8.3). Without a context
/// every scope adds nothing.
pub(crate) fn resolve(
    name: Option<&str>,
    context: Option<Context<'_>>,
    has_parts: bool,
) -> Result<(Scope, String), Error> {
    let scope = name.map_or(Ok(Scope::default()), Scope::parse)?;
    Ok((scope, created_suffix(scope, context, has_parts)?))
}

/// The suffix of a key that is created in `scope`.
pub(crate) fn created_suffix(
    scope: Scope,
    context: Option<Context<'_>>,
    has_parts: bool,
) -> Result<String, Error> {
    let Some(context) = context else {
        return Ok(String::new());
    };
    let missing = match context.run_id {
        None => Missing::RunId,
        Some(_) => Missing::Attempt,
    };
    suffix(scope, context, has_parts, missing)
}

/// What `scope` adds, as it follows the caller's parts. `missing` is the error if the context lacks
/// what the scope needs.
///
/// Material without any parts is no part at all, so nothing delimits it: `[]` and `""` are different
/// keys, as in the SDK.
pub(crate) fn suffix(
    scope: Scope,
    context: Context<'_>,
    has_parts: bool,
    missing: Missing,
) -> Result<String, Error> {
    match (scope, context.run_id, context.attempt) {
        (Scope::Global, _, _) => Ok(String::new()),
        (Scope::Run, Some(run_id), _) => Ok(join(&[run_id], has_parts)),
        (Scope::Attempt, Some(run_id), Some(attempt)) => Ok(join(&[run_id, attempt], has_parts)),
        _ => Err(Error::missing_context(missing)),
    }
}

#[inline(never)]
fn join(parts: &[&str], has_parts: bool) -> String {
    let mut suffix = String::new();
    for (index, part) in parts.iter().enumerate() {
        if has_parts || index > 0 {
            suffix.push_str(DELIMITER);
        }
        suffix.push_str(part);
    }
    suffix
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: Context<'_> = Context {
        run_id: Some("run_1"),
        attempt: Some("2"),
    };

    #[test]
    fn a_resolved_scope_has_its_suffix() {
        for (name, scope, expected) in [
            (None, Scope::Run, "-run_1"),
            (Some("run"), Scope::Run, "-run_1"),
            (Some("attempt"), Scope::Attempt, "-run_1-2"),
            (Some("global"), Scope::Global, ""),
        ] {
            assert_eq!(
                resolve(name, Some(ATTEMPT), true),
                Ok((scope, expected.into()))
            );
            assert_eq!(resolve(name, None, true), Ok((scope, String::new())));
        }
    }

    #[test]
    fn no_delimiter_precedes_the_suffix_of_an_empty_slice() {
        let (_, suffix) = resolve(Some("attempt"), Some(ATTEMPT), false).unwrap();
        assert_eq!(suffix, "run_1-2");
    }

    #[test]
    fn run_and_attempt_scopes_need_a_run_id() {
        for name in [None, Some("run"), Some("attempt")] {
            let error = resolve(name, Some(Context::default()), true).unwrap_err();
            assert_eq!(error, Error::missing_context(Missing::RunId));
        }
        assert!(resolve(Some("global"), Some(Context::default()), true).is_ok());
    }

    #[test]
    fn attempt_scope_needs_an_attempt_number() {
        let error = resolve(Some("attempt"), Some(Context::new("run_1")), true).unwrap_err();
        assert_eq!(error, Error::missing_context(Missing::Attempt));
    }

    #[test]
    fn the_scope_is_checked_before_the_context() {
        let error = resolve(Some("task"), Some(Context::default()), true).unwrap_err();
        assert_eq!(error, Error::invalid_scope("task"));
    }
}
