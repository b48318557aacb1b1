//! Scope and context to scope suffix: what, besides the caller's parts, a key depends on.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::error::messages::Missing;
use crate::material::DELIMITER;
use crate::text;

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
    /// All scopes.
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

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
/// ```
/// use idempotency_keys::Context;
/// let first_attempt = Context::new("run_abc123").with_attempt(1);
/// assert_eq!(first_attempt, Context::new("run_abc123").with_attempt("1"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    run_id: Option<&'a str>,
    attempt: Option<Attempt<'a>>,
}

impl<'a> Context<'a> {
    /// A run without an attempt number: enough for scopes `run` and `global`.
    pub fn new(run_id: &'a str) -> Context<'a> {
        Context {
            run_id: Some(run_id),
            attempt: None,
        }
    }

    /// The same run, with the number of its attempt.
    pub fn with_attempt(self, attempt: impl Into<Attempt<'a>>) -> Context<'a> {
        Context {
            attempt: Some(attempt.into()),
            ..self
        }
    }

    pub(crate) fn as_task(&self) -> Task<'_> {
        Task {
            run_id: self.run_id,
            attempt: self.attempt.as_ref().map(Attempt::as_str),
        }
    }
}

/// The number of an attempt: a `u32`, or a string, since the SDK hashes whatever JavaScript makes of its
/// `attempt.number`.
#[derive(Clone, Copy)]
pub struct Attempt<'a>(AttemptKind<'a>);

#[derive(Clone, Copy)]
enum AttemptKind<'a> {
    /// The first `length` bytes are decimal digits.
    Number {
        digits: [u8; 10],
        length: usize,
    },
    String(&'a str),
}

impl Attempt<'_> {
    /// The number in decimal, or the string.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            AttemptKind::Number { digits, length } => digits
                .get(..*length)
                .and_then(|digits| str::from_utf8(digits).ok())
                .unwrap_or_default(),
            AttemptKind::String(string) => string,
        }
    }
}

impl From<u32> for Attempt<'_> {
    fn from(number: u32) -> Self {
        let decimal = text::decimal(u64::from(number));
        let mut digits = [0; 10];
        for (digit, character) in digits.iter_mut().zip(decimal.bytes()) {
            *digit = character;
        }
        let length = decimal.len();
        Attempt(AttemptKind::Number { digits, length })
    }
}

impl<'a> From<&'a str> for Attempt<'a> {
    fn from(string: &'a str) -> Self {
        Attempt(AttemptKind::String(string))
    }
}

impl<'a> From<&'a String> for Attempt<'a> {
    fn from(string: &'a String) -> Self {
        Attempt::from(string.as_str())
    }
}

impl PartialEq for Attempt<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Attempt<'_> {}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A [`Context`] as strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Task<'a> {
    pub(crate) run_id: Option<&'a str>,
    pub(crate) attempt: Option<&'a str>,
}

/// The scope that `name` names, [`Scope::Run`] without one, and what it adds in `context`: `""`,
/// `"-run_abc123"` or `"-run_abc123-1"` (`injectScope`, @trigger.dev/core 4.8.3). Without a context
/// every scope adds nothing.
pub(crate) fn resolve(
    name: Option<&str>,
    context: Option<Task<'_>>,
    has_parts: bool,
) -> Result<(Scope, String), Error> {
    let scope = name.map_or(Ok(Scope::default()), Scope::parse)?;
    Ok((scope, created_suffix(scope, context, has_parts)?))
}

/// The suffix of a key that is created in `scope`.
pub(crate) fn created_suffix(
    scope: Scope,
    context: Option<Task<'_>>,
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
    context: Task<'_>,
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const ATTEMPT: Task<'_> = Task {
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
            let error = resolve(name, Some(Task::default()), true).unwrap_err();
            assert_eq!(error, Error::missing_context(Missing::RunId));
        }
        assert!(resolve(Some("global"), Some(Task::default()), true).is_ok());
    }

    #[test]
    fn attempt_scope_needs_an_attempt_number() {
        let error =
            resolve(Some("attempt"), Some(Context::new("run_1").as_task()), true).unwrap_err();
        assert_eq!(error, Error::missing_context(Missing::Attempt));
    }

    #[test]
    fn the_scope_is_checked_before_the_context() {
        let error = resolve(Some("task"), Some(Task::default()), true).unwrap_err();
        assert_eq!(error, Error::invalid_scope("task"));
    }

    #[test]
    fn an_attempt_number_is_hashed_in_decimal() {
        for number in [0, 1, 42, u32::MAX] {
            let string = number.to_string();
            let attempt = Attempt::from(number);
            assert_eq!(attempt.as_str(), string);
            assert_eq!(attempt, Attempt::from(&string));
        }
    }
}
