//! What crosses beside keys: payloads, times to live, random keys. Behind `wasm-data.ts`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{Room, Texts, room};
use crate::error::Error;
use crate::payload;
use crate::payload::path;
use crate::payload::sort;
use crate::random::RandomKeys;
use crate::ttl;

/// Puts JSON in canonical order; see [`sort::order`]. The input holds what JSON.stringify wrote,
/// and `behind` bytes that stay behind it. Answers 1 if the bytes that are left are it, 0 if the input is;
/// and adds twice the number of its values that are `null` or `{}`.
#[wasm_bindgen]
pub fn order(length: usize, behind: usize) -> i32 {
    let mut room = room();
    let Room {
        input,
        bytes,
        workspace,
        ..
    } = &mut *room;
    let error = match sort::order(input, length, behind, workspace) {
        Ok(canonical) => {
            if !canonical.is_text() {
                canonical.write(bytes);
            }
            return twice(canonical.unclear) | i32::from(!canonical.is_text());
        }
        Err(error) => error,
    };
    room.fail(&error)
}

/// There is room for it: a `{}` and its comma take three bytes.
fn twice(unclear: u32) -> i32 {
    (unclear << 1).cast_signed()
}

/// Hashes the JSON in the input, in canonical order or as it stands, and the `behind` bytes that follow
/// it. See [`payload`]. Answers twice the number of its values that are `null` or `{}`.
#[wasm_bindgen]
pub fn hash_payload(length: usize, behind: usize, canonical: bool) -> i32 {
    let mut room = room();
    let Room {
        input,
        bytes,
        workspace,
        ..
    } = &mut *room;
    match payload::hash_compact(input, length, behind, canonical, workspace, bytes) {
        Ok((digest, unclear)) => {
            room.put(digest);
            twice(unclear)
        }
        Err(error) => room.fail(&error),
    }
}

/// Refuses a payload for what is found at a path; see [`Error::refused_payload`]. The input holds the path's
/// steps, as a JSON array, and after them the problem.
#[wasm_bindgen]
pub fn refuse_payload(steps_length: i32, problem_length: i32) -> i32 {
    let mut room = room();
    let mut texts = Texts(&room.input);
    let path = path::of_steps(texts.next(steps_length).unwrap_or_default().as_bytes());
    let problem = texts.next(problem_length).unwrap_or_default();
    let error = Error::refused_payload(&path, problem);
    room.fail(&error)
}

/// The milliseconds of the time-to-live in the input; see [`ttl::parse`].
#[wasm_bindgen]
pub fn parse_ttl(length: i32) -> f64 {
    let mut room = room();
    match ttl::parse(Texts(&room.input).next(length).unwrap_or_default()) {
        Ok(duration) => duration.as_secs() as f64 * 1_000.0,
        Err(error) => f64::from(room.fail(&error)),
    }
}

/// Leaves a random key as text; see [`RandomKeys`]. The time, in milliseconds after 1970, comes as two
/// halves, since wasm2js has no way from a double to 64 bits. The input holds
/// random bytes, and behind them the last key.
#[wasm_bindgen]
pub fn random_key(high: u32, low: u32, last_length: i32) {
    let mut room = room();
    let Some((entropy, rest)) = room.input.split_first_chunk() else {
        return;
    };
    let last = Texts(rest).next(last_length).unwrap_or_default();
    let milliseconds = (u64::from(high) << 32) | u64::from(low);
    room.text = RandomKeys::after(last)
        .unwrap_or_default()
        .next(milliseconds, *entropy);
}
