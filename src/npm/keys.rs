//! The exports for keys, resets and tokens. JavaScript calls them in `pkg-template/src/wasm/keys.ts`.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::{InputReader, RESET_SLOT, State, expect, state};
use crate::error::Error;
use crate::error::messages::Argument;
use crate::material::PartKind;
use crate::reset::{self, AfterFailure, Maker, Steps};
use crate::scope::{self, Scope};
use crate::sha256::batch::Batch;
use crate::sha256::{Digest, hash_many};
use crate::text;
use crate::token::{TokenContent, VerifiedToken};
use crate::uuid;

fn scope_of(code: usize) -> Scope {
    *expect(Scope::ALL.get(code))
}

/// Resolves the scope named in the input, and prepares its slot for [`create`]; see [`scope::resolve`]. The
/// input holds the scope's name, the context's run id and its attempt number. Returns the scope's
/// code, and leaves its name, a line feed and the suffix as text.
#[wasm_bindgen]
pub fn resolve_scope(
    name_length: i32,
    has_context: bool,
    run_id_length: i32,
    attempt_length: i32,
    has_parts: bool,
) -> i32 {
    let mut state = state();
    let mut reader = InputReader(&state.input);
    let name = reader.next(name_length);
    let task = reader.task(has_context, run_id_length, attempt_length);
    match scope::resolve(name, task, has_parts) {
        Ok((scope, suffix)) => {
            state.text = text::join(&[scope.as_str(), "\n", &suffix]);
            state.keep_suffix(scope as usize, suffix);
            scope as i32
        }
        Err(error) => state.fail(&error),
    }
}

/// Prepares a scope's slot for [`create`] with the suffix in the input, one that [`resolve_scope`] made.
#[wasm_bindgen]
pub fn set_suffix(slot: usize, length: i32) {
    let mut state = state();
    let suffix = String::from(InputReader(&state.input).required(length));
    state.keep_suffix(slot, suffix);
}

/// Hashes the joined parts in the input with the slot's suffix, into the output.
#[wasm_bindgen]
pub fn create(slot: usize, length: usize) {
    let mut state = state();
    let suffix = expect(state.suffixes.get(slot));
    state.input(length);
    let digest = Digest::of_message(&state.input, length, suffix);
    state.put(digest);
}

/// [`create`] for `count` keys of the same scope at once: their joined parts stand one after
/// another in the input, their lengths in the table.
#[wasm_bindgen]
pub fn create_many(slot: usize, count: usize) {
    let mut state = state();
    let State {
        input,
        lengths,
        output,
        suffixes,
        ..
    } = &mut *state;
    let suffix = expect(suffixes.get(slot));
    let lengths = expect(lengths.get(..count));
    expect(input.get(..lengths.iter().map(|length| *length as usize).sum()));
    hash_many(Batch::new(input, lengths, suffix, output));
}

/// Takes one more piece, in the input, of a key too long to be written at once.
#[wasm_bindgen]
pub fn update(length: usize) {
    let mut state = state();
    let mut hasher = state.long.take().unwrap_or_default();
    hasher.update(state.input(length));
    state.long = Some(hasher);
}

/// Ends a key that came in pieces: what [`create`] does at once.
#[wasm_bindgen]
pub fn finish(slot: usize) {
    let mut state = state();
    let mut hasher = expect(state.long.take());
    hasher.update(expect(state.suffixes.get(slot)).as_str().as_bytes());
    state.put(hasher.finish());
}

/// Refuses a key, or a part of one, for what it is; see [`PartKind::refuse`]. -1: no such place.
#[wasm_bindgen]
pub fn refuse_part(kind: usize, part: i32, key: i32) {
    let kind = expect(PartKind::ALL.get(kind));
    let place = |index| u32::try_from(index).ok();
    state().fail(&kind.refuse(place(part), place(key)));
}

/// Plans the reset of a string or an array; see [`reset::plan_reset`]. The input holds the strings whose
/// lengths are given, in that order. Returns 1 (try the string as it is), 2 (try the hash that
/// [`create`] makes with the reset slot) or 3 (both, in that order).
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "only numbers cross")]
pub fn plan_reset(
    is_hash: bool,
    has_parts: bool,
    scope_length: i32,
    parent_run_id_length: i32,
    attempt_number_length: i32,
    has_context: bool,
    run_id_length: i32,
    attempt_length: i32,
) -> i32 {
    let mut state = state();
    let mut reader = InputReader(&state.input);
    let scope = reader.next(scope_length).map(Scope::parse).transpose();
    let parent_run_id = reader.next(parent_run_id_length);
    let attempt = reader.next(attempt_number_length);
    let task = reader.task(has_context, run_id_length, attempt_length);
    let steps = scope.and_then(|scope| {
        let maker = Maker {
            scope,
            parent_run_id,
            attempt,
            task,
        };
        reset::steps(is_hash, has_parts, maker)
    });
    let (answer, suffix) = match steps {
        Ok(Steps::Verbatim) => (1, None),
        Ok(Steps::Derived(suffix)) => (2, Some(suffix)),
        Ok(Steps::VerbatimThenDerived(suffix)) => (3, Some(suffix)),
        Err(error) => return state.fail(&error),
    };
    state.keep_suffix(RESET_SLOT, suffix.unwrap_or_default());
    answer
}

/// See [`reset::after_failure`]: 0 to report this failure, 1 to report the first one, 2 to try the next
/// candidate.
#[wasm_bindgen]
pub fn after_failure(candidates: usize, index: usize, status: u16) -> i32 {
    match reset::after_failure(candidates, index, status) {
        AfterFailure::Report => 0,
        AfterFailure::ReportFirst => 1,
        AfterFailure::TryNext => 2,
    }
}

/// Refuses a time-to-live (0), a token (1) or an operation (2) that is no string; the input says what it is.
#[wasm_bindgen]
pub fn refuse_non_string(kind: usize, found_length: i32) {
    let mut state = state();
    let argument = *expect(Argument::ALL.get(kind));
    let error = Error::not_a_string(argument, InputReader(&state.input).required(found_length));
    state.fail(&error);
}

/// Leaves the UUID that a hash, in the input, gives, as text; see [`uuid::of_hash`].
#[wasm_bindgen]
pub fn to_uuid(hash_length: i32) {
    let mut state = state();
    state.text = uuid::of_hash(InputReader(&state.input).required(hash_length));
}

/// Leaves the token of a key as text; see [`token`](crate::token). The input holds the key as WTF-8, and
/// after it its suffix.
#[wasm_bindgen]
pub fn to_token(scope: usize, key_length: usize, suffix_length: i32) {
    let mut state = state();
    let mut reader = InputReader(&state.input);
    let content = TokenContent {
        scope: scope_of(scope),
        key: reader.bytes(key_length),
        suffix: reader.required(suffix_length),
    };
    state.text = content.to_token();
}

/// Reads the token in the input; see [`token`](crate::token). Returns its scope, and leaves the key's
/// WTF-8 as bytes, and as text the scope's name, a line feed and the suffix.
#[wasm_bindgen]
pub fn open_token(length: usize) -> i32 {
    let mut state = state();
    let State {
        input, bytes, text, ..
    } = &mut *state;
    let token = VerifiedToken::new(expect(input.get(..length)));
    let error = match token.as_ref().map(VerifiedToken::content) {
        Ok(Ok(content)) => {
            bytes.clear();
            text::append(bytes, content.key);
            *text = text::join(&[content.scope.as_str(), "\n", content.suffix]);
            return content.scope as i32;
        }
        Ok(Err(error)) => error,
        Err(error) => error.clone(),
    };
    state.fail(&error)
}
