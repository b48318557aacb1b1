//! Every way a call can fail: a stable code, a message that says what was found, what is allowed and
//! what to do, and the same as data.
//!
//! The npm package throws one class per code, with the same code, message and data.

pub(crate) mod messages;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// What kind of mistake an [`Error`] reports. The name is stable; an error's message is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A key, or a part of one, that is neither a string nor an idempotency key.
    InvalidKey,
    /// A scope other than `run`, `attempt` and `global`.
    InvalidScope,
    /// A scope that needs a run id or an attempt number, without one.
    MissingContext,
    /// A time-to-live that the server would not understand.
    InvalidTtl,
    /// A payload that canonical JSON can't represent.
    InvalidPayload,
    /// A token that was damaged, truncated, or made by a later version.
    InvalidToken,
}

impl ErrorCode {
    /// The code as the npm package's errors have it, such as `ERR_INVALID_SCOPE`.
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
///
/// ```
/// use idempotency_keys::{ErrorCode, parse_ttl};
/// let error = parse_ttl("1h30m").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::InvalidTtl);
/// assert_eq!(error.suggestion(), Some("90m"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Report>);

/// Boxed, so that results stay small: each copy of one is code in the wasm module.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    code: ErrorCode,
    message: String,
    index: Option<u32>,
    /// [`Error::found`]; empty for none.
    found: String,
    /// [`Error::path`] or [`Error::suggestion`]; empty for none.
    detail: String,
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// What was found, what is allowed, and what to do.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the payload the mistake is, such as `$.items[0].id`.
    pub fn path(&self) -> Option<&str> {
        self.detail_of(ErrorCode::InvalidPayload)
    }

    /// What to write instead, such as `90m` for the time-to-live `1h30m`.
    pub fn suggestion(&self) -> Option<&str> {
        self.detail_of(ErrorCode::InvalidTtl)
    }

    /// The index of the refused part of a key, or of the refused one of many keys.
    pub fn index(&self) -> Option<u32> {
        self.0.index
    }

    /// What was found: the string itself, its first 100 bytes and an ellipsis if it is longer, or what
    /// kind of value it is, such as `an array`.
    pub fn found(&self) -> Option<&str> {
        (!self.0.found.is_empty()).then_some(&self.0.found)
    }

    fn detail_of(&self, code: ErrorCode) -> Option<&str> {
        let is_one = self.0.code == code && !self.0.detail.is_empty();
        is_one.then_some(&self.0.detail)
    }

    /// [`Error::path`] or [`Error::suggestion`], whichever there is, or else an empty string.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl core::error::Error for Error {}
