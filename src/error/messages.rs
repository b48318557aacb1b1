//! What each refusal says: one function for each kind of mistake.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Error, ErrorCode, Report};
use crate::text::{decimal, excerpt, join};

/// Bytes of a caller's string that an error repeats.
const FOUND: usize = 100;

/// What a scope lacks, in [`IdempotencyKey::create`](crate::IdempotencyKey::create) and in
/// [`plan_reset`](crate::plan_reset).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    RunId,
    Attempt,
    ResetRunId,
    ResetAttempt,
}

/// An argument that has to be a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Ttl,
    Token,
    Operation,
}

impl Argument {
    /// In the order of their codes on the npm package's boundary.
    pub(crate) const ALL: [Argument; 3] = [Argument::Ttl, Argument::Token, Argument::Operation];
}

/// A JavaScript value that JSON can't represent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoJson {
    BigInt,
    Cycle,
    NonFinite,
    /// `undefined`, a function or a symbol.
    Nothing,
    /// An object whose content `JSON.stringify` doesn't see, such as a Set or a Promise.
    Opaque,
    /// More levels than `JSON.stringify` has the stack for.
    TooDeep,
    /// More JSON than a JavaScript string can hold.
    TooLong,
}

impl NoJson {
    /// In the order of their codes in `js/payload.js`.
    pub(crate) const ALL: [NoJson; 7] = [
        NoJson::BigInt,
        NoJson::Cycle,
        NoJson::NonFinite,
        NoJson::Nothing,
        NoJson::Opaque,
        NoJson::TooDeep,
        NoJson::TooLong,
    ];
}

impl Missing {
    fn message(self) -> &'static str {
        match self {
            Missing::RunId => {
                "the context has no run: pass ctx with run.id, or use scope \"global\""
            }
            Missing::Attempt => {
                "scope \"attempt\" needs an attempt number and the context has none: pass ctx with attempt.number, or use scope \"run\""
            }
            // These two are the SDK's (`resetIdempotencyKey`, @trigger.dev/core 4.8.3).
            Missing::ResetRunId => {
                "resetIdempotencyKey: parentRunId is required for 'run' scope when called outside a task context"
            }
            Missing::ResetAttempt => {
                "resetIdempotencyKey: parentRunId and attemptNumber are required for 'attempt' scope when called outside a task context"
            }
        }
    }
}

impl Error {
    /// Joins the pieces of a message. Not `format!`: the formatting machinery would be a third of the
    /// wasm module.
    #[inline(never)]
    fn new(code: ErrorCode, pieces: &[&str], found: &str, detail: &str) -> Error {
        Error(Box::new(Report {
            code,
            message: join(pieces),
            index: None,
            found: join(&[found]),
            detail: join(&[detail]),
        }))
    }

    /// A key part of a kind that the SDK would hash to the same few strings for unrelated keys.
    ///
    /// `found` says what it is, with its article; `part` is its place among the key's parts, `key` the key's
    /// among many.
    pub(crate) fn invalid_part(
        found: &str,
        expected: &str,
        part: Option<u32>,
        key: Option<u32>,
    ) -> Error {
        let key_name = match key {
            Some(key) => join(&["key ", &decimal(u64::from(key))]),
            None => String::from("the key"),
        };
        let place = match part {
            Some(part) => join(&["part ", &decimal(u64::from(part)), " of ", &key_name]),
            None => key_name,
        };
        let pieces = [&place, " is ", found, ", expected ", expected];
        let mut error = Error::new(ErrorCode::InvalidKey, &pieces, found, "");
        error.0.index = key.or(part);
        error
    }

    /// A value with the brand of a key and no hash.
    pub(crate) fn key_without_hash() -> Error {
        let pieces =
            ["a value that claims to be an IdempotencyKey has no valid hash: pass the key itself"];
        Error::new(ErrorCode::InvalidKey, &pieces, "", "")
    }

    pub(crate) fn invalid_scope(found: &str) -> Error {
        let found = &excerpt(found, FOUND);
        let pieces = [
            "unknown scope \"",
            found,
            "\", expected \"run\", \"attempt\" or \"global\"",
        ];
        Error::new(ErrorCode::InvalidScope, &pieces, found, "")
    }

    pub(crate) fn missing_context(missing: Missing) -> Error {
        Error::new(ErrorCode::MissingContext, &[missing.message()], "", "")
    }

    /// `suggestion` is what the server reads as the SDK reads `found`; it may be empty.
    pub(crate) fn invalid_ttl(found: &str, suggestion: &str) -> Error {
        let [advice, end] = match suggestion {
            "" => [
                "write digits and one of the units s, m, h and d, such as \"5m\"",
                "",
            ],
            _ => ["write \"", "\""],
        };
        let found = &excerpt(found, FOUND);
        let pieces = [
            "the server ignores the TTL \"",
            found,
            "\", which then is 30 days: ",
            advice,
            suggestion,
            end,
        ];
        Error::new(ErrorCode::InvalidTtl, &pieces, found, suggestion)
    }

    pub(crate) fn ttl_out_of_range(found: &str) -> Error {
        let found = &excerpt(found, FOUND);
        let pieces = [
            "the TTL \"",
            found,
            "\" ends after the last date there is: write at most \"100000000d\"",
        ];
        Error::new(ErrorCode::InvalidTtl, &pieces, found, "")
    }

    /// `found` says what it is, with its article.
    pub(crate) fn not_a_string(argument: Argument, found: &str) -> Error {
        let (code, name, expected) = match argument {
            Argument::Ttl => (ErrorCode::InvalidTtl, "TTL", "a string such as \"5m\""),
            Argument::Token => (
                ErrorCode::InvalidToken,
                "token",
                "the string that toToken() returned",
            ),
            Argument::Operation => (
                ErrorCode::InvalidPayload,
                "operation",
                "a string such as \"charge\"",
            ),
        };
        let found = &excerpt(found, FOUND);
        let pieces = ["the ", name, " is ", found, ", expected ", expected];
        Error::new(code, &pieces, found, "")
    }

    #[inline(never)]
    pub(crate) fn damaged_token() -> Error {
        let pieces = [
            "the token was damaged or truncated, or is no token: pass on unchanged what toToken() (Rust: to_token) returned",
        ];
        Error::new(ErrorCode::InvalidToken, &pieces, "", "")
    }

    pub(crate) fn later_token(version: u8) -> Error {
        let pieces = [
            "the token is of version ",
            &decimal(u64::from(version)),
            ", and this version of idempotency-keys reads version 1: update it, or find out what changed the token",
        ];
        Error::new(ErrorCode::InvalidToken, &pieces, "", "")
    }

    /// The problem is in three pieces, of which the second one is what was found, or empty.
    #[inline(never)]
    fn invalid_payload(path: &str, [before, found, after]: [&str; 3]) -> Error {
        let pieces = ["the payload can't be hashed: ", path, before, found, after];
        Error::new(ErrorCode::InvalidPayload, &pieces, found, path)
    }

    /// `found` says what it is, with its article if it has one; of an opaque object it is the class.
    pub(crate) fn no_json(kind: NoJson, path: &str, found: &str) -> Error {
        let (before, after) = match kind {
            NoJson::BigInt => (
                " is ",
                ", which JSON can't represent: convert it to a string",
            ),
            NoJson::Cycle => (" contains itself: its JSON would have no end", ""),
            NoJson::NonFinite => (
                " is ",
                ", which JSON can't represent: pass a finite number, a string or null",
            ),
            NoJson::Nothing => (
                " is ",
                ", which JSON can't represent: pass null, or a value that JSON.stringify writes",
            ),
            NoJson::Opaque => (
                " is of class ",
                " and has no enumerable properties, so that JSON.stringify writes {} whatever it holds: pass what it holds as an array, a plain object or a string, and await a promise first",
            ),
            NoJson::TooDeep => (
                " is nested too deeply for JSON.stringify and the stack that is left",
                "",
            ),
            NoJson::TooLong => (
                " has more JSON than a string can hold: hash it in parts",
                "",
            ),
        };
        Error::invalid_payload(path, [before, &excerpt(found, FOUND), after])
    }

    pub(crate) fn lone_surrogate(path: &str) -> Error {
        let problem = " contains a lone surrogate (half of a UTF-16 pair), which UTF-8 can't represent: use toWellFormed(), or encode binary data, for example as base64";
        Error::invalid_payload(path, [problem, "", ""])
    }

    pub(crate) fn duplicate_member(path: &str) -> Error {
        let problem = " appears twice in its object, and JSON parsers disagree about which one counts: remove one";
        Error::invalid_payload(path, [problem, "", ""])
    }

    pub(crate) fn payload_too_long() -> Error {
        let problem = " is 2 GiB or more of JSON: hash it in parts";
        Error::invalid_payload("$", [problem, "", ""])
    }

    /// `found` is the unexpected character at byte `offset`, or `None` at the end.
    pub(crate) fn not_json(path: &str, offset: usize, found: Option<char>) -> Error {
        let offset = decimal(offset as u64);
        let Some(found) = found else {
            let problem = " is not JSON (RFC 8259): unexpected end at byte ";
            return Error::invalid_payload(path, [problem, "", &offset]);
        };
        let before = " is not JSON (RFC 8259): unexpected \"";
        let after = join(&["\" at byte ", &offset]);
        Error::invalid_payload(path, [before, found.encode_utf8(&mut [0; 4]), &after])
    }

    pub(crate) fn number_out_of_range(path: &str, number: &str) -> Error {
        let after = ", which no double-precision number can represent: pass it as a string";
        Error::invalid_payload(path, [" is ", &excerpt(number, FOUND), after])
    }
}
