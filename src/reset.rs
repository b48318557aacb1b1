//! Key or material to the plan of a reset: which keys to try, in which order, and what to do after a
//! failure. It is data only; the caller sends the requests.
//!
//! The rules are those of `resetIdempotencyKey` in @trigger.dev/core 4.8.3.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::error::messages::Missing;
use crate::key::{self, IdempotencyKey};
use crate::material::Material;
use crate::scope::{self, Attempt, Context, Scope, Task};
use crate::sha256::HEX_LENGTH;

/// Whether a string of `utf16_length` code units could be a hash already. The SDK checks only the
/// length, so that 32 emoji pass, too.
pub(crate) const fn is_hash_length(utf16_length: usize) -> bool {
    utf16_length == HEX_LENGTH
}

/// What to reset: a key, a string, or several parts.
///
/// ```
/// use idempotency_keys::{IdempotencyKey, Scope, Target};
/// let key = IdempotencyKey::create("order-42", Scope::Global, None)?;
/// let (by_key, by_string, by_parts) = (Target::from(&key), Target::from("order-42"), Target::from(["order", "42"]));
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Target<'a>(TargetKind<'a>);

#[derive(Clone, Debug)]
enum TargetKind<'a> {
    /// Its hash is sent.
    Key(&'a IdempotencyKey),
    /// May be a hash already, or material to hash.
    String(&'a str),
    /// Material to hash.
    Parts(Material),
}

impl<'a> From<&'a IdempotencyKey> for Target<'a> {
    fn from(key: &'a IdempotencyKey) -> Self {
        Target(TargetKind::Key(key))
    }
}

impl<'a> From<&'a str> for Target<'a> {
    fn from(string: &'a str) -> Self {
        Target(TargetKind::String(string))
    }
}

impl<'a> From<&'a String> for Target<'a> {
    fn from(string: &'a String) -> Self {
        Target::from(string.as_str())
    }
}

impl<S: AsRef<str>> From<&[S]> for Target<'_> {
    fn from(parts: &[S]) -> Self {
        Target(TargetKind::Parts(Material::from(parts)))
    }
}

impl<S: AsRef<str>> From<&Vec<S>> for Target<'_> {
    fn from(parts: &Vec<S>) -> Self {
        Target::from(parts.as_slice())
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Target<'_> {
    fn from(parts: [S; N]) -> Self {
        Target::from(parts.as_slice())
    }
}

/// How the material of a [`Target`] was scoped when its key was made.
///
/// ```
/// use idempotency_keys::{ResetOptions, Scope};
/// let options = ResetOptions::new().scope(Scope::Attempt).parent_run_id("run_abc123").attempt(1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ResetOptions<'a> {
    scope: Option<Scope>,
    parent_run_id: Option<&'a str>,
    attempt: Option<Attempt<'a>>,
    context: Option<Context<'a>>,
}

impl<'a> ResetOptions<'a> {
    /// Nothing named: no scope, and outside any task.
    pub const fn new() -> Self {
        ResetOptions {
            scope: None,
            parent_run_id: None,
            attempt: None,
            context: None,
        }
    }

    /// The scope. To name [`Scope::Run`] is not the same as to name none: a string of 64 characters is then
    /// tried as a hash only.
    pub fn scope(self, scope: impl Into<Option<Scope>>) -> Self {
        ResetOptions {
            scope: scope.into(),
            ..self
        }
    }

    /// The run that made the key; without one, the run of the context. An empty string counts as missing,
    /// whatever the context.
    pub fn parent_run_id(self, run_id: impl Into<Option<&'a str>>) -> Self {
        ResetOptions {
            parent_run_id: run_id.into(),
            ..self
        }
    }

    /// The attempt that made the key; without one, the attempt of the context.
    pub fn attempt(self, attempt: impl Into<Attempt<'a>>) -> Self {
        ResetOptions {
            attempt: Some(attempt.into()),
            ..self
        }
    }

    /// The running task.
    pub fn context(self, context: impl Into<Option<Context<'a>>>) -> Self {
        ResetOptions {
            context: context.into(),
            ..self
        }
    }
}

/// The keys to try, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResetPlan {
    /// One or two keys as they go into the request's path (before percent-encoding).
    pub candidates: Vec<String>,
}

/// Which candidates a plan tries. The caller has the string itself, which in JavaScript may contain
/// lone surrogates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    /// The string as it is.
    Verbatim,
    /// The hash derived from the material and this scope suffix.
    Derived(String),
    /// The string as it is and then, if no run has it, the derived hash.
    VerbatimThenDerived(String),
}

/// What to do after a candidate's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Report this failure.
    Report,
    /// Report the first candidate's failure: it names the key that the caller knows.
    ReportFirst,
    /// Try the next candidate.
    TryNext,
}

impl ResetPlan {
    /// After the request for `candidates[index]` was refused for good with HTTP `status` (0 where there was no
    /// response): the index of the candidate whose failure to report, or `None` to try the next candidate.
    ///
    /// Only a 404 lets the next one be tried: after any other failure the first key may well have been the
    /// right one. If no run has any of them, the first failure is reported: it names the key that the caller
    /// knows.
    ///
    /// ```
    /// use idempotency_keys::{ResetOptions, Scope, plan_reset};
    /// let plan = plan_reset(&"a".repeat(64), ResetOptions::new().scope(Scope::Global))?;
    /// assert_eq!(plan.candidates.len(), 2);
    /// assert_eq!(plan.failure_to_report(0, 404), None);
    /// assert_eq!(plan.failure_to_report(0, 500), Some(0));
    /// assert_eq!(plan.failure_to_report(1, 404), Some(0));
    /// assert_eq!(plan.failure_to_report(1, 500), Some(1));
    /// # Ok::<(), idempotency_keys::Error>(())
    /// ```
    pub fn failure_to_report(&self, index: usize, status: u16) -> Option<usize> {
        match after_failure(self.candidates.len(), index, status) {
            AfterFailure::Report => Some(index),
            AfterFailure::ReportFirst => Some(0),
            AfterFailure::TryNext => None,
        }
    }
}

pub(crate) fn after_failure(candidates: usize, index: usize, status: u16) -> AfterFailure {
    const NOT_FOUND: u16 = 404;
    match (status, index) {
        (NOT_FOUND, 0) if candidates > 1 => AfterFailure::TryNext,
        (NOT_FOUND, index) if index > 0 => AfterFailure::ReportFirst,
        _ => AfterFailure::Report,
    }
}

/// Plans a reset.
///
/// A key is sent as its hash. A string of 64 characters (UTF-16 code units) without a scope is sent as
/// it is; with a scope it is tried as it is and then, on a 404, as the hash derived from it. Anything else is
/// hashed with its scope, `run` unless named.
///
/// # Errors
/// `ERR_MISSING_CONTEXT` if the scope needs a run id or an attempt number that neither the options
/// nor the context have, unless a 64-character string can be tried as it is.
///
/// ```
/// use idempotency_keys::{ResetOptions, Scope, plan_reset};
///
/// let plan = plan_reset("my-key", ResetOptions::new().scope(Scope::Global))?;
/// assert_eq!(plan.candidates, ["5e78863ed1ffb9fc66b1d61634b126bf8eb20267e7996297eeeb9b19c8c0f732"]);
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
pub fn plan_reset<'a>(
    target: impl Into<Target<'a>>,
    options: ResetOptions<'_>,
) -> Result<ResetPlan, Error> {
    let (verbatim, material) = match target.into().0 {
        TargetKind::Key(key) => {
            let candidates = Vec::from([String::from(key.hash())]);
            return Ok(ResetPlan { candidates });
        }
        TargetKind::String(string) => (Some(string), Material::from(string)),
        TargetKind::Parts(material) => (None, material),
    };
    let verbatim = verbatim.filter(|string| is_hash_length(string.encode_utf16().count()));
    let maker = Maker {
        scope: options.scope,
        parent_run_id: options.parent_run_id,
        attempt: options.attempt.as_ref().map(Attempt::as_str),
        task: options.context.as_ref().map(Context::as_task),
    };
    let steps = steps(verbatim.is_some(), material.has_parts(), maker)?;
    let verbatim = || String::from(verbatim.unwrap_or_default());
    let derived = |suffix: &str| key::digest(material.as_str(), suffix).to_hex();
    let candidates = match steps {
        Steps::Verbatim => Vec::from([verbatim()]),
        Steps::Derived(suffix) => Vec::from([derived(&suffix)]),
        Steps::VerbatimThenDerived(suffix) => Vec::from([verbatim(), derived(&suffix)]),
    };
    Ok(ResetPlan { candidates })
}

/// [`ResetOptions`] as strings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Maker<'a> {
    pub(crate) scope: Option<Scope>,
    pub(crate) parent_run_id: Option<&'a str>,
    pub(crate) attempt: Option<&'a str>,
    pub(crate) task: Option<Task<'a>>,
}

/// The rule itself. `is_hash`: the target is a string that could be a hash already; `has_parts`: it is
/// not an empty array.
pub(crate) fn steps(is_hash: bool, has_parts: bool, maker: Maker<'_>) -> Result<Steps, Error> {
    if is_hash && maker.scope.is_none() {
        return Ok(Steps::Verbatim);
    }
    match suffix(has_parts, maker) {
        Ok(suffix) if is_hash => Ok(Steps::VerbatimThenDerived(suffix)),
        Ok(suffix) => Ok(Steps::Derived(suffix)),
        Err(_) if is_hash => Ok(Steps::Verbatim),
        Err(error) => Err(error),
    }
}

/// The scope suffix that the key had when it was made.
fn suffix(has_parts: bool, maker: Maker<'_>) -> Result<String, Error> {
    let running = maker.task.unwrap_or_default();
    let run_id = maker.parent_run_id.or(running.run_id);
    let task = Task {
        run_id: run_id.filter(|run_id| !run_id.is_empty()),
        attempt: maker.attempt.or(running.attempt),
    };
    let scope = maker.scope.unwrap_or_default();
    let missing = match scope {
        Scope::Attempt => Missing::ResetAttempt,
        _ => Missing::ResetRunId,
    };
    scope::suffix(scope, task, has_parts, missing)
}
