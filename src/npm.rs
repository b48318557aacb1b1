//! The wasm boundary: the only module that names `wasm_bindgen`. Each export reads what JavaScript
//! wrote, calls the core, and leaves the answer where JavaScript reads it. No rule lives here.
//!
//! Only numbers cross. Texts are written as UTF-8 into [`reserve`]d memory before a call and read
//! from [`text`] (or, for hashes, from [`output`]) after it: wasm-bindgen's own conversion of one
//! string costs more than the hash. A negative length stands for "no such text". An export
//! that can fail answers [`FAILED`] and leaves the code, [`Error::detail`] and the message in [`text`], with
//! a line feed after each of the first two.

mod data;

use alloc::string::String;
use alloc::vec::Vec;

use spin::{Mutex, MutexGuard};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{Argument, Error};
use crate::material::{DELIMITER, PartKind};
use crate::payload::sort::{self, Workspace};
use crate::reset::{self, AfterFailure, ResetOptions, Steps};
use crate::scope::{self, Context, Scope};
use crate::sha256::batch::Batch;
use crate::sha256::block::Suffix;
use crate::sha256::{Digest, HEX_LENGTH, Hasher, hash_many};
use crate::text;
use crate::token::{TokenContent, VerifiedToken};

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics on purpose; if something does, the call traps and the JavaScript side
/// starts a new instance, since nothing of value lives in this one.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The answer of a call that failed.
const FAILED: i32 = -1;
/// Keys that [`create_many`] makes at most in one call.
const BATCH: usize = 256;
/// Where [`plan_reset`] leaves its scope suffix; the slots before it are the scopes'.
const RESET_SLOT: usize = Scope::ALL.len();

/// All that outlives a call. One thread, no re-entrance: the lock is never contended.
struct Room {
    input: Vec<u8>,
    lengths: [u32; BATCH],
    output: [[u8; HEX_LENGTH]; BATCH],
    text: String,
    bytes: Vec<u8>,
    suffixes: [Suffix; RESET_SLOT + 1],
    long: Option<Hasher>,
    workspace: Workspace,
}

static ROOM: Mutex<Room> = Mutex::new(Room {
    input: Vec::new(),
    lengths: [0; BATCH],
    output: [[0; HEX_LENGTH]; BATCH],
    text: String::new(),
    bytes: Vec::new(),
    suffixes: [const { Suffix::EMPTY }; RESET_SLOT + 1],
    long: None,
    workspace: Workspace::new(),
});

#[inline(never)]
fn room() -> MutexGuard<'static, Room> {
    ROOM.lock()
}

impl Room {
    #[inline(never)]
    fn fail(&mut self, error: &Error) -> i32 {
        self.text = text::join(&[
            error.code().as_str(),
            "\n",
            error.detail(),
            "\n",
            error.message(),
        ]);
        FAILED
    }

    fn input(&self, length: usize) -> &[u8] {
        self.input.get(..length).unwrap_or_default()
    }

    fn suffix(&self, slot: usize) -> &str {
        self.suffixes.get(slot).map_or("", Suffix::as_str)
    }

    fn keep_suffix(&mut self, slot: usize, suffix: String) {
        if let Some(kept) = self.suffixes.get_mut(slot) {
            *kept = Suffix::new(suffix);
        }
    }

    fn put(&mut self, digest: Digest) {
        let [first, ..] = &mut self.output;
        digest.write_hex(first);
    }
}

/// Reads texts that were written one behind another.
struct Texts<'a>(&'a [u8]);

impl<'a> Texts<'a> {
    #[inline(never)]
    fn next(&mut self, length: i32) -> Option<&'a str> {
        let length = usize::try_from(length).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        core::str::from_utf8(text).ok()
    }
}

/// The address of at least `bytes` bytes to write texts into. Stays where it is until more are
/// asked for.
#[wasm_bindgen]
pub fn reserve(bytes: usize) -> usize {
    let mut room = room();
    let bytes = bytes.saturating_add(sort::SLACK);
    if room.input.len() < bytes {
        room.input = Vec::new();
        room.input.resize(bytes, 0);
    }
    room.input.as_ptr().addr()
}

/// The address of the 256 lengths, 32 bits each, that [`create_many`] reads.
#[wasm_bindgen]
pub fn lengths() -> usize {
    room().lengths.as_ptr().addr()
}

/// The address of the 64 hex digits that [`create`] and [`finish`] leave, and of the 256 × 64 of
/// [`create_many`].
#[wasm_bindgen]
pub fn output() -> usize {
    room().output.as_ptr().addr()
}

/// The address of the text that the last call left.
#[wasm_bindgen]
pub fn text() -> usize {
    room().text.as_ptr().addr()
}

/// Bytes in the text that the last call left.
#[wasm_bindgen]
pub fn text_length() -> usize {
    room().text.len()
}

/// The address of the bytes that the last call left: [`order`], [`open_token`].
#[wasm_bindgen]
pub fn bytes() -> usize {
    room().bytes.as_ptr().addr()
}

/// How many bytes the last call left.
#[wasm_bindgen]
pub fn bytes_length() -> usize {
    room().bytes.len()
}

/// The character code of what joins parts; see [`crate::DELIMITER`].
#[wasm_bindgen]
pub fn delimiter() -> u32 {
    DELIMITER.bytes().next().map_or(0, u32::from)
}

/// The code of the scope named in the input, or of the default scope; its name is left as text.
/// See [`Scope::parse`].
#[wasm_bindgen]
pub fn scope(length: i32) -> i32 {
    let mut room = room();
    let scope = match Texts(&room.input).next(length) {
        Some(name) => Scope::parse(name),
        None => Ok(Scope::default()),
    };
    match scope {
        Ok(scope) => {
            room.text = String::from(scope.as_str());
            scope as i32
        }
        Err(error) => room.fail(&error),
    }
}

fn scope_of(code: usize) -> Scope {
    Scope::ALL.get(code).copied().unwrap_or_default()
}

/// Resolves the scope named in the input, and prepares it for [`create`]; see [`scope::resolve`]. The
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
    let mut room = room();
    let mut texts = Texts(&room.input);
    let name = texts.next(name_length);
    let context = Context {
        run_id: texts.next(run_id_length),
        attempt: texts.next(attempt_length),
    };
    match scope::resolve(name, has_context.then_some(context), has_parts) {
        Ok((scope, suffix)) => {
            room.text = text::join(&[scope.as_str(), "\n", &suffix]);
            room.keep_suffix(scope as usize, suffix);
            scope as i32
        }
        Err(error) => room.fail(&error),
    }
}

/// Prepares `scope` for [`create`], and leaves its suffix as text; see [`scope::created_suffix`]. The input
/// holds the context's run id and attempt number.
#[wasm_bindgen]
pub fn set_context(
    scope: usize,
    has_context: bool,
    run_id_length: i32,
    attempt_length: i32,
    has_parts: bool,
) -> i32 {
    let mut room = room();
    let mut texts = Texts(&room.input);
    let context = Context {
        run_id: texts.next(run_id_length),
        attempt: texts.next(attempt_length),
    };
    match scope::created_suffix(scope_of(scope), has_context.then_some(context), has_parts) {
        Ok(suffix) => {
            room.text.clone_from(&suffix);
            room.keep_suffix(scope, suffix);
            0
        }
        Err(error) => room.fail(&error),
    }
}

/// Prepares `scope` for [`create`] with the suffix in the input, one that [`set_context`] made.
#[wasm_bindgen]
pub fn set_suffix(scope: usize, length: i32) {
    let mut room = room();
    let suffix = Texts(&room.input).next(length).unwrap_or_default();
    let suffix = String::from(suffix);
    room.keep_suffix(scope, suffix);
}

/// Hashes the joined parts in the input with the scope's suffix, into the output.
#[wasm_bindgen]
pub fn create(slot: usize, length: usize) {
    let mut room = room();
    let Some(suffix) = room.suffixes.get(slot) else {
        return;
    };
    let digest = Digest::of_message(&room.input, length, suffix);
    room.put(digest);
}

/// [`create`] for `count` keys of the same scope at once: their joined parts stand one behind
/// another in the input, their lengths in the table.
#[wasm_bindgen]
pub fn create_many(slot: usize, count: usize) {
    let mut room = room();
    let Room {
        input,
        lengths,
        output,
        suffixes,
        ..
    } = &mut *room;
    if let (Some(suffix), Some(lengths)) = (suffixes.get(slot), lengths.get(..count)) {
        hash_many(Batch::new(input, lengths, suffix, output));
    }
}

/// Takes one more piece, in the input, of a key too long to be written at once.
#[wasm_bindgen]
pub fn update(length: usize) {
    let mut room = room();
    let mut hasher = room.long.take().unwrap_or_default();
    hasher.update(room.input(length));
    room.long = Some(hasher);
}

/// Ends a key that came in pieces: what [`create`] does at once.
#[wasm_bindgen]
pub fn finish(slot: usize) {
    let mut room = room();
    let mut hasher = room.long.take().unwrap_or_default();
    hasher.update(room.suffix(slot).as_bytes());
    room.put(hasher.finish());
}

/// Refuses a key, or the part of one at `index`, for what it is; see [`PartKind`].
#[wasm_bindgen]
pub fn refuse_part(kind: usize, index: i32) -> i32 {
    let kind = PartKind::ALL.get(kind).copied().unwrap_or(PartKind::Null);
    room().fail(&kind.refuse(u32::try_from(index).ok()))
}

/// See [`reset::is_hash_length`].
#[wasm_bindgen]
pub fn is_hash_length(utf16_length: usize) -> bool {
    reset::is_hash_length(utf16_length)
}

/// Plans the reset of a text or a list; see [`reset::plan_reset`]. The input holds the texts whose
/// lengths are given, in that order. Answers 1 (try the text as it is), 2 (try the hash that
/// [`create`] makes with the reset slot) or 3 (both, in that order).
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "only numbers cross")]
pub fn plan_reset(
    is_hash: bool,
    has_parts: bool,
    scope: i32,
    parent_run_id_length: i32,
    attempt_number_length: i32,
    has_context: bool,
    run_id_length: i32,
    attempt_length: i32,
) -> i32 {
    let mut room = room();
    let mut texts = Texts(&room.input);
    let options = ResetOptions {
        scope: usize::try_from(scope).ok().map(scope_of),
        parent_run_id: texts.next(parent_run_id_length),
        attempt: texts.next(attempt_number_length),
        context: has_context.then(|| Context {
            run_id: texts.next(run_id_length),
            attempt: texts.next(attempt_length),
        }),
    };
    let (answer, suffix) = match reset::steps(is_hash, has_parts, options) {
        Ok(Steps::Verbatim) => (1, None),
        Ok(Steps::Derived(suffix)) => (2, Some(suffix)),
        Ok(Steps::VerbatimThenDerived(suffix)) => (3, Some(suffix)),
        Err(error) => return room.fail(&error),
    };
    room.keep_suffix(RESET_SLOT, suffix.unwrap_or_default());
    answer
}

/// See [`reset::ResetPlan::after_failure`]: 0 to report this failure, 1 to report the first one,
/// 2 to try the next candidate.
#[wasm_bindgen]
pub fn after_failure(candidates: usize, index: usize, status: u16) -> i32 {
    match reset::after_failure(candidates, index, status) {
        AfterFailure::Report => 0,
        AfterFailure::ReportFirst => 1,
        AfterFailure::TryNext => 2,
    }
}

/// Refuses a time-to-live (0), a token (1) or an operation (2) that is no text; the input says what it is.
#[wasm_bindgen]
pub fn refuse_non_text(kind: usize, found_length: i32) -> i32 {
    let mut room = room();
    let found = Texts(&room.input).next(found_length).unwrap_or_default();
    let argument = Argument::ALL.get(kind).copied().unwrap_or(Argument::Ttl);
    let error = Error::not_a_string(argument, found);
    room.fail(&error)
}

/// Leaves the token of a key as text; see [`token`](crate::token). The input holds the key as WTF-8, and
/// behind it its suffix.
#[wasm_bindgen]
pub fn to_token(scope: usize, key_length: usize, suffix_length: i32) {
    let mut room = room();
    let (key, rest) = room.input.split_at_checked(key_length).unwrap_or_default();
    let carried = TokenContent {
        scope: scope_of(scope),
        key,
        suffix: Texts(rest).next(suffix_length).unwrap_or_default(),
    };
    room.text = carried.to_token();
}

/// Reads the token in the input; see [`token`](crate::token). Answers its scope, and leaves the key's
/// WTF-8 as bytes, and as text the scope's name, a line feed and the suffix.
#[wasm_bindgen]
pub fn open_token(length: usize) -> i32 {
    let mut room = room();
    let Room {
        input, bytes, text, ..
    } = &mut *room;
    let opened = VerifiedToken::new(input.get(..length).unwrap_or_default());
    let error = match opened.as_ref().map(VerifiedToken::content) {
        Ok(Ok(carried)) => {
            bytes.clear();
            text::append(bytes, carried.key);
            *text = text::join(&[carried.scope.as_str(), "\n", carried.suffix]);
            return carried.scope as i32;
        }
        Ok(Err(error)) => error,
        Err(error) => error.clone(),
    };
    room.fail(&error)
}
