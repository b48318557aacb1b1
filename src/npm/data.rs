//! The exports for payloads, times to live and random keys. JavaScript calls them in `pkg-template/src/wasm/data.ts`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{InputReader, State, expect, state};
use crate::error::Error;
use crate::error::messages::NoJson;
use crate::payload;
use crate::payload::path;
use crate::payload::sort;
use crate::random::RandomKeys;
use crate::ttl;

/// Puts JSON in canonical order; see [`sort::order`]. The input holds what JSON.stringify wrote,
/// and `trailing` bytes that stay after it. Returns 1 if the bytes that are left are it, 0 if the input is;
/// and adds twice the number of its values that are `null` or `{}`.
#[wasm_bindgen]
pub fn order(length: usize, trailing: usize) -> i32 {
    let mut state = state();
    let State {
        input,
        bytes,
        workspace,
        ..
    } = &mut *state;
    expect(input.get(..length + trailing + sort::SLACK));
    let error = match sort::order(input, length, trailing, workspace) {
        Ok(canonical) => {
            if !canonical.is_text() {
                canonical.write(bytes);
            }
            return twice(canonical.unclear) | i32::from(!canonical.is_text());
        }
        Err(error) => error,
    };
    state.fail(&error)
}

/// There is room for it: a `{}` and its comma take three bytes.
fn twice(unclear: u32) -> i32 {
    (unclear << 1).cast_signed()
}

/// Hashes the JSON in the input, in canonical order or as it stands, and the `trailing` bytes that follow
/// it. See [`payload`]. Returns twice the number of its values that are `null` or `{}`.
#[wasm_bindgen]
pub fn hash_payload(length: usize, trailing: usize, canonical: bool) -> i32 {
    let mut state = state();
    let State {
        input,
        bytes,
        workspace,
        ..
    } = &mut *state;
    expect(input.get(..length + trailing + sort::SLACK));
    match payload::hash_compact(input, length, trailing, canonical, workspace, bytes) {
        Ok((digest, unclear)) => {
            state.put(digest);
            twice(unclear)
        }
        Err(error) => state.fail(&error),
    }
}

/// Refuses a payload for a value that JSON can't represent; see [`Error::no_json`]. The input holds the path's
/// steps, as a JSON array, and after them what was found.
#[wasm_bindgen]
pub fn refuse_payload(kind: usize, steps_length: i32, found_length: i32) {
    let mut state = state();
    let mut reader = InputReader(&state.input);
    let path = path::of_steps(reader.required(steps_length).as_bytes());
    let found = reader.required(found_length);
    let error = Error::no_json(*expect(NoJson::ALL.get(kind)), &path, found);
    state.fail(&error);
}

/// The milliseconds of the time-to-live in the input; see [`ttl::parse`].
#[wasm_bindgen]
pub fn parse_ttl(length: i32) -> f64 {
    let mut state = state();
    match ttl::parse(InputReader(&state.input).required(length)) {
        Ok(duration) => duration.as_secs() as f64 * 1_000.0,
        Err(error) => f64::from(state.fail(&error)),
    }
}

/// Leaves a random key as text; see [`RandomKeys`]. The time, in milliseconds after 1970, comes as two
/// halves, since wasm2js has no way from a double to 64 bits. The input holds
/// random bytes, and after them the last key.
#[wasm_bindgen]
pub fn random_key(high: u32, low: u32, last_length: i32) {
    let mut state = state();
    let (entropy, trailing) = expect(state.input.split_first_chunk());
    let last = InputReader(trailing).required(last_length);
    let milliseconds = (u64::from(high) << 32) | u64::from(low);
    state.text = RandomKeys::after(last)
        .unwrap_or_default()
        .next(milliseconds, *entropy);
}
