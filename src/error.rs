//! Every way a call can fail: a stable code, and beside it the text that says what was found,
//! what is allowed and what to do.
//!
//! The npm package throws one class per code, with the same code and the same text.

use alloc::string::String;
use core::fmt;

use crate::text::{self, excerpt};

/// Bytes of what was found that a message shows.
const FOUND: usize = 100;

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
    /// Where in the message the path in a payload, or the TTL to write instead, starts and ends.
    detail: [usize; 2],
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

    /// Where in the payload the fault is, such as `$.items[0].id`.
    pub fn path(&self) -> Option<&str> {
        self.detail_of(ErrorCode::InvalidPayload)
    }

    /// The time-to-live to write instead, such as `90m` for `1h30m`.
    pub fn suggestion(&self) -> Option<&str> {
        self.detail_of(ErrorCode::InvalidTtl)
    }

    fn detail_of(&self, code: ErrorCode) -> Option<&str> {
        (self.code == code && self.detail != [0; 2]).then_some(self.detail())
    }

    /// [`Error::path`] or [`Error::suggestion`], whichever there is, or else an empty string.
    pub(crate) fn detail(&self) -> &str {
        let [start, end] = self.detail;
        self.message.get(start..end).unwrap_or_default()
    }

    /// Joins the pieces of a message. Not `format!`: the formatting machinery would make up a
    /// third of the wasm module.
    #[inline(never)]
    fn new(code: ErrorCode, pieces: &[&str]) -> Error {
        Error {
            code,
            message: text::join(pieces),
            detail: [0; 2],
        }
    }

    /// `instead` is what the server reads as the SDK reads `text`.
    pub(crate) fn ttl_ignored(text: &str, instead: &str) -> Error {
        let mut error = Error::new(
            ErrorCode::InvalidTtl,
            &[
                "the server ignores the TTL \"",
                text,
                "\", which then is 30 days: write \"",
                instead,
                "\"",
            ],
        );
        let end = error.message.len() - 1;
        error.detail = [end - instead.len(), end];
        error
    }

    pub(crate) fn invalid_ttl(text: &str) -> Error {
        Error::new(
            ErrorCode::InvalidTtl,
            &[
                "the server ignores the TTL \"",
                &excerpt(text, FOUND),
                "\", which then is 30 days: write digits and one of the units s, m, h and d, such as \"5m\"",
            ],
        )
    }

    pub(crate) fn ttl_out_of_range(text: &str) -> Error {
        Error::new(
            ErrorCode::InvalidTtl,
            &[
                "the TTL \"",
                &excerpt(text, FOUND),
                "\" ends after the last date there is: write at most \"100000000d\"",
            ],
        )
    }

    pub(crate) fn ttl_is_no_text(found: &str) -> Error {
        Error::new(
            ErrorCode::InvalidTtl,
            &["the TTL is ", found, ", expected a text such as \"5m\""],
        )
    }

    pub(crate) fn token_is_no_text(found: &str) -> Error {
        Error::new(
            ErrorCode::InvalidToken,
            &[
                "the token is ",
                found,
                ", expected the text that toToken() returned",
            ],
        )
    }

    pub(crate) fn operation_is_no_text(found: &str) -> Error {
        Error::new(
            ErrorCode::InvalidPayload,
            &[
                "the operation is ",
                found,
                ", expected a text such as \"charge\"",
            ],
        )
    }

    #[inline(never)]
    pub(crate) fn damaged_token() -> Error {
        Error::new(
            ErrorCode::InvalidToken,
            &[
                "the token was damaged or cut short, or is none: pass on unchanged what toToken() (Rust: to_token) returned",
            ],
        )
    }

    pub(crate) fn later_token(version: u8) -> Error {
        Error::new(
            ErrorCode::InvalidToken,
            &[
                "the token is of version ",
                &text::decimal(u64::from(version)),
                ", and this version of idempotency-keys reads version 1: update it, or find out what changed the token",
            ],
        )
    }

    #[inline(never)]
    fn invalid_payload(path: &str, pieces: &[&str]) -> Error {
        const BEFORE: &str = "the payload can't be hashed: ";
        let mut error = Error::new(
            ErrorCode::InvalidPayload,
            &[BEFORE, path, &text::join(pieces)],
        );
        error.detail = [BEFORE.len(), BEFORE.len() + path.len()];
        error
    }

    pub(crate) fn lone_surrogate(path: &str) -> Error {
        Error::invalid_payload(
            path,
            &[
                " has a lone surrogate (half of a UTF-16 pair), which UTF-8 can't carry: use text.toWellFormed(), or encode binary data, as base64 for example",
            ],
        )
    }

    pub(crate) fn duplicate_member(path: &str) -> Error {
        Error::invalid_payload(
            path,
            &[
                " is there twice in its object, and readers of JSON disagree about which one counts: leave one out",
            ],
        )
    }

    /// What only JavaScript values can have; `problem` is in its words.
    pub(crate) fn refused_payload(path: &str, problem: &str) -> Error {
        Error::invalid_payload(path, &[" ", problem])
    }

    /// A JavaScript value that `JSON.stringify` has no stack for.
    pub(crate) fn nested_too_deeply() -> Error {
        Error::invalid_payload(
            "$",
            &[" is nested too deeply for JSON.stringify and the stack that is left"],
        )
    }

    pub(crate) fn payload_too_long() -> Error {
        Error::invalid_payload("$", &[" is 4 GiB or more of JSON: hash it in parts"])
    }

    /// `found` is what stands at byte `offset`, where something else belongs.
    pub(crate) fn not_json(path: &str, offset: usize, found: Option<&str>) -> Error {
        let found = found.unwrap_or_default();
        let found = match found.chars().next() {
            Some(character) => text::join(&[
                " is not JSON (RFC 8259): unexpected \"",
                excerpt(found, character.len_utf8()).trim_end_matches('…'),
                "\"",
            ]),
            None => String::from(" is not JSON (RFC 8259): unexpected end"),
        };
        Error::invalid_payload(path, &[&found, " at byte ", &text::decimal(offset as u64)])
    }

    pub(crate) fn number_out_of_range(path: &str, number: &str) -> Error {
        Error::invalid_payload(
            path,
            &[
                " is ",
                &excerpt(number, FOUND),
                ", which no double-precision number can hold: pass it as a string",
            ],
        )
    }

    /// A key part of a kind that the SDK would hash to the same few strings for unrelated keys.
    ///
    /// `kind` says what was found, with its article; `index` is the part's place in a list.
    pub(crate) fn invalid_part(kind: &str, index: Option<u32>) -> Error {
        let place = match index {
            Some(index) => text::join(&["part ", &text::decimal(u64::from(index)), " of the key"]),
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

    /// A value with the brand of a key and no hash.
    pub(crate) fn key_without_hash() -> Error {
        Error::new(
            ErrorCode::InvalidKey,
            &[
                "a value that claims to be an IdempotencyKey has no valid hash: pass the key itself, not a proxy or a copy of it",
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
