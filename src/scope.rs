//! Scope and context to scope suffix: what, besides the caller's parts, a key depends on.

use alloc::string::String;

use crate::error::Error;
use crate::material::DELIMITER;

/// What a key is unique within (`IdempotencyKeyScope` in @trigger.dev/core 4.8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One run of the parent task: the same key on every retry of that run.
    #[default]
    Run,
    /// One attempt of one run: a new key on every retry.
    Attempt,
    /// Everywhere: the same key whoever makes it.
    Global,
}

impl Scope {
    /// All scopes, in the order of their codes on the wasm boundary.
    pub const ALL: [Scope; 3] = [Scope::Run, Scope::Attempt, Scope::Global];

    /// Reads a scope's name.
    ///
    /// # Errors
    /// `ERR_INVALID_SCOPE` for any other text, such as `"RUN"`, `"task"` or `""`. (The SDK takes
    /// them all, adds no suffix, and so makes such keys global without saying so.)
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

    /// The name, as it goes over the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Run => "run",
            Scope::Attempt => "attempt",
            Scope::Global => "global",
        }
    }
}

/// The running task, as far as keys depend on it (`ctx` in the SDK).
///
/// Both values are texts: JavaScript turns an attempt number into text before it hashes it, and
/// any number that it can hold is legal there.
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

/// What `scope` adds in `context`, as it follows the caller's material: `""`, `"-run_abc123"` or
/// `"-run_abc123-1"` (`injectScope`, @trigger.dev/core 4.8.3). Without a context every scope adds
/// nothing.
pub(crate) fn suffix(
    scope: Scope,
    context: Option<Context<'_>>,
    has_parts: bool,
) -> Result<String, Error> {
    let Some(context) = context else {
        return Ok(String::new());
    };
    match (scope, context.run_id, context.attempt) {
        (Scope::Global, _, _) => Ok(String::new()),
        (_, None, _) => Err(Error::context_without_run_id()),
        (Scope::Run, Some(run_id), _) => Ok(join_suffix(&[run_id], has_parts)),
        (Scope::Attempt, _, None) => Err(Error::context_without_attempt()),
        (Scope::Attempt, Some(run_id), Some(attempt)) => {
            Ok(join_suffix(&[run_id, attempt], has_parts))
        }
    }
}

/// The scope's parts, delimited from each other and from the caller's. Material without any parts
/// is no part at all, so nothing delimits it: `[]` and `""` are different keys, as in the SDK.
#[inline(never)]
pub(crate) fn join_suffix(parts: &[&str], has_parts: bool) -> String {
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        if has_parts || index > 0 {
            text.push_str(DELIMITER);
        }
        text.push_str(part);
    }
    text
}
