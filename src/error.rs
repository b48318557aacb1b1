//! Every way a call can fail: a stable code, and beside it the text that says what was found,
//! what is allowed and what to do.
//!
//! The npm package throws one class per code, with the same code and the same text.

use alloc::string::String;
use core::fmt;

#[cfg(any(feature = "npm", test))]
use crate::decimal;

/// What kind of mistake an [`Error`] reports. The name is stable; the text of an error is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A key, or a part of one, that is neither text nor an idempotency key.
    InvalidKey,
    /// A scope other than `run`, `attempt` and `global`.
    InvalidScope,
    /// A scope that needs a run id or an attempt number, where there is none.
    MissingContext,
    /// A time-to-live that the server would not understand.
    InvalidTtl,
    /// A payload that canonical JSON can't carry.
    InvalidPayload,
    /// A token that was damaged, cut short, or made by a later version.
    InvalidToken,
}

impl ErrorCode {
    /// The code as the npm package's errors carry it, such as `ERR_INVALID_SCOPE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidKey => "ERR_INVALID_KEY",
            ErrorCode::InvalidScope => "ERR_INVALID_SCOPE",
            ErrorCode::MissingContext => "ERR_MISSING_CONTEXT",
            ErrorCode::InvalidTtl => "ERR_INVALID_TTL",
            ErrorCode::InvalidPayload => "ERR_INVALID_PAYLOAD",
            ErrorCode::InvalidToken => "ERR_INVALID_TOKEN",
        }
    }
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    message: String,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What was found, what is allowed, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Joins the pieces of a message. Not `format!`: the formatting machinery would make up a
    /// third of the wasm module.
    fn new(code: ErrorCode, pieces: &[&str]) -> Error {
        Error {
            code,
            message: pieces.concat(),
        }
    }

    /// A key part of a kind that the SDK would hash to the same few strings for unrelated keys.
    ///
    /// `kind` says what was found, with its article; `index` is the part's place in a list.
    #[cfg(any(feature = "npm", test))]
    pub(crate) fn invalid_part(kind: &str, index: Option<u32>) -> Error {
        let place = match index {
            Some(index) => ["part ", &decimal::text(u64::from(index)), " of the key"].concat(),
            None => String::from("the key"),
        };
        Error::new(
            ErrorCode::InvalidKey,
            &[
                &place,
                " is ",
                kind,
                ", expected a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value",
            ],
        )
    }

    pub(crate) fn invalid_scope(found: &str) -> Error {
        Error::new(
            ErrorCode::InvalidScope,
            &[
                "unknown scope \"",
                found,
                "\", expected \"run\", \"attempt\" or \"global\"",
            ],
        )
    }

    pub(crate) fn context_without_run_id() -> Error {
        Error::new(
            ErrorCode::MissingContext,
            &["the context has no run: pass ctx with run.id, or use scope \"global\""],
        )
    }

    pub(crate) fn context_without_attempt() -> Error {
        Error::new(
            ErrorCode::MissingContext,
            &[
                "scope \"attempt\" needs an attempt number and the context has none: pass ctx with attempt.number, or use scope \"run\"",
            ],
        )
    }

    /// The SDK's own text (`resetIdempotencyKey`, @trigger.dev/core 4.8.3).
    pub(crate) fn reset_without_run_id() -> Error {
        Error::new(
            ErrorCode::MissingContext,
            &[
                "resetIdempotencyKey: parentRunId is required for 'run' scope when called outside a task context",
            ],
        )
    }

    /// The SDK's own text (`resetIdempotencyKey`, @trigger.dev/core 4.8.3).
    pub(crate) fn reset_without_attempt() -> Error {
        Error::new(
            ErrorCode::MissingContext,
            &[
                "resetIdempotencyKey: parentRunId and attemptNumber are required for 'attempt' scope when called outside a task context",
            ],
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_part_is_named_by_its_index() {
        let error = Error::invalid_part("null", Some(2));
        assert_eq!(error.code().as_str(), "ERR_INVALID_KEY");
        assert_eq!(
            error.message(),
            "part 2 of the key is null, expected a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value"
        );
    }
}
