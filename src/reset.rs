//! Key or material to the plan of a reset: which keys to try, in which order, and what to do after a
//! failure. It is data only; the caller sends the requests.
//!
//! The rules are those of `resetIdempotencyKey` in @trigger.dev/core 4.8.3.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, Missing};
use crate::key::{self, IdempotencyKey};
use crate::material::Material;
use crate::scope::{self, Context, Scope};
use crate::sha256::HEX_LENGTH;

/// Whether a string of `utf16_length` code units could be a hash already. The SDK checks only the
/// length, so that 32 emoji pass, too.
pub(crate) const fn is_hash_length(utf16_length: usize) -> bool {
    utf16_length == HEX_LENGTH
}

/// What to reset.
#[derive(Clone, Debug)]
pub enum Target {
    /// A key: its hash is sent.
    Key(IdempotencyKey),
    /// A string, which may be a hash already, or material to hash.
    Text(String),
    /// Several parts: material to hash.
    Parts(Material),
}

/// How the material of a [`Target`] was scoped when its key was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResetOptions<'a> {
    /// The scope; `None` if the caller named none.
    pub scope: Option<Scope>,
    /// The run that made the key; `None`: the run of `context`. An empty string counts as missing,
    /// whatever the context.
    pub parent_run_id: Option<&'a str>,
    /// The attempt that made the key; `None`: the attempt of `context`.
    pub attempt: Option<&'a str>,
    /// The running task.
    pub context: Option<Context<'a>>,
}

/// The keys to try, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
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
pub enum AfterFailure {
    /// Report this failure.
    Report,
    /// Report the first candidate's failure: it names the key that the caller knows.
    ReportFirst,
    /// Try the next candidate.
    TryNext,
}

impl ResetPlan {
    /// What to do when the request for `candidates[index]` was refused for good with HTTP
    /// `status` (0 where there was no answer). Only a 404 lets the next one be tried: after any
    /// other failure the first key may well have been the right one.
    pub fn after_failure(&self, index: usize, status: u16) -> AfterFailure {
        after_failure(self.candidates.len(), index, status)
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
/// use idempotency_keys::{ResetOptions, Scope, Target, plan_reset};
///
/// let global = ResetOptions { scope: Some(Scope::Global), ..ResetOptions::default() };
/// let plan = plan_reset(&Target::Text("my-key".into()), global)?;
/// assert_eq!(plan.candidates, ["5e78863ed1ffb9fc66b1d61634b126bf8eb20267e7996297eeeb9b19c8c0f732"]);
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
pub fn plan_reset(target: &Target, options: ResetOptions<'_>) -> Result<ResetPlan, Error> {
    let (text, material) = match target {
        Target::Key(key) => {
            return Ok(ResetPlan {
                candidates: Vec::from([String::from(key.hash())]),
            });
        }
        Target::Text(text) => (Some(text), Material::from(text.as_str())),
        Target::Parts(material) => (None, material.clone()),
    };
    let is_hash = text.is_some_and(|text| is_hash_length(text.encode_utf16().count()));
    let verbatim = || text.cloned().unwrap_or_default();
    let derived = |suffix: &str| key::digest(material.as_str(), suffix).to_hex();
    Ok(ResetPlan {
        candidates: match steps(is_hash, material.has_parts(), options)? {
            Steps::Verbatim => Vec::from([verbatim()]),
            Steps::Derived(suffix) => Vec::from([derived(&suffix)]),
            Steps::VerbatimThenDerived(suffix) => Vec::from([verbatim(), derived(&suffix)]),
        },
    })
}

/// The rule itself. `is_hash`: the target is a string that could be a hash already; `has_parts`: it is
/// not an empty array.
pub(crate) fn steps(
    is_hash: bool,
    has_parts: bool,
    options: ResetOptions<'_>,
) -> Result<Steps, Error> {
    if is_hash && options.scope.is_none() {
        return Ok(Steps::Verbatim);
    }
    match suffix(has_parts, options) {
        Ok(suffix) if is_hash => Ok(Steps::VerbatimThenDerived(suffix)),
        Ok(suffix) => Ok(Steps::Derived(suffix)),
        Err(_) if is_hash => Ok(Steps::Verbatim),
        Err(error) => Err(error),
    }
}

/// The scope suffix that the key had when it was made.
fn suffix(has_parts: bool, options: ResetOptions<'_>) -> Result<String, Error> {
    let running = options.context.unwrap_or_default();
    let run_id = options.parent_run_id.or(running.run_id);
    let maker = Context {
        run_id: run_id.filter(|run_id| !run_id.is_empty()),
        attempt: options.attempt.or(running.attempt),
    };
    let scope = options.scope.unwrap_or_default();
    let missing = match scope {
        Scope::Attempt => Missing::ResetAttempt,
        _ => Missing::ResetRunId,
    };
    scope::suffix(scope, maker, has_parts, missing)
}
