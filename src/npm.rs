//! The npm package's boundary: memory, allocator, panic handler; the exports are in [`keys`] and [`data`]. Each
//! reads what JavaScript wrote, calls the crate, and leaves the answer where JavaScript reads it. No rule is here.
//!
//! Only numbers cross. JavaScript writes strings as UTF-8 into [`reserve`]d memory before a call, and reads
//! [`text`] (or, for hashes, [`output`]) after it: wasm-bindgen's own conversion of one string costs more than
//! the hash. The length [`ABSENT`] stands for "no such string". An export that can fail returns [`FAILED`] and
//! leaves as text, with a line feed after each: the code, [`Error::detail`], and how many UTF-16 units
//! [`Error::found`] has; then that and the message.
//!
//! What JavaScript can't have meant (a slot that isn't there, a length past the input, bytes that aren't UTF-8)
//! traps: no key is made from it, and JavaScript starts a new instance.

mod data;
mod keys;

use alloc::string::String;
use alloc::vec::Vec;

use spin::{Mutex, MutexGuard};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::payload::sort::{self, Workspace};
use crate::scope::{Scope, Task};
use crate::sha256::block::Suffix;
use crate::sha256::{Digest, HEX_LENGTH, Hasher};
use crate::text;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    trap()
}

fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

/// The value, or a trap.
fn expect<T>(value: Option<T>) -> T {
    value.unwrap_or_else(|| trap())
}

/// The answer of a call that failed.
const FAILED: i32 = -1;
/// The length of a string that is not there.
const ABSENT: i32 = -1;
/// Keys that [`keys::create_many`] makes at most in one call.
const BATCH: usize = 256;
/// Where [`keys::plan_reset`] leaves its scope suffix; the slots before it are the scopes'.
const RESET_SLOT: usize = Scope::ALL.len();

/// All that outlives a call. One thread, no re-entrance: the lock is never contended.
struct State {
    input: Vec<u8>,
    lengths: [u32; BATCH],
    output: [[u8; HEX_LENGTH]; BATCH],
    text: String,
    bytes: Vec<u8>,
    suffixes: [Suffix; RESET_SLOT + 1],
    long: Option<Hasher>,
    workspace: Workspace,
}

static STATE: Mutex<State> = Mutex::new(State {
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
fn state() -> MutexGuard<'static, State> {
    STATE.lock()
}

impl State {
    #[inline(never)]
    fn fail(&mut self, error: &Error) -> i32 {
        let found = error.found().unwrap_or_default();
        self.text = text::join(&[
            error.code().as_str(),
            "\n",
            error.detail(),
            "\n",
            &text::decimal(found.encode_utf16().count() as u64),
            "\n",
            found,
            error.message(),
        ]);
        FAILED
    }

    fn input(&self, length: usize) -> &[u8] {
        expect(self.input.get(..length))
    }

    fn keep_suffix(&mut self, slot: usize, suffix: String) {
        *expect(self.suffixes.get_mut(slot)) = Suffix::new(suffix);
    }

    fn put(&mut self, digest: Digest) {
        let [first, ..] = &mut self.output;
        digest.write_hex(first);
    }
}

/// Reads strings that were written one after another.
struct InputReader<'a>(&'a [u8]);

impl<'a> InputReader<'a> {
    /// The next string, unless it is absent.
    fn next(&mut self, length: i32) -> Option<&'a str> {
        (length != ABSENT).then(|| self.required(length))
    }

    /// A context, if there is one: its run id and its attempt number.
    fn task(
        &mut self,
        has_context: bool,
        run_id_length: i32,
        attempt_length: i32,
    ) -> Option<Task<'a>> {
        let task = Task {
            run_id: self.next(run_id_length),
            attempt: self.next(attempt_length),
        };
        has_context.then_some(task)
    }

    #[inline(never)]
    fn required(&mut self, length: i32) -> &'a str {
        let bytes = self.bytes(expect(usize::try_from(length).ok()));
        expect(core::str::from_utf8(bytes).ok())
    }

    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, trailing) = expect(self.0.split_at_checked(length));
        self.0 = trailing;
        bytes
    }
}

/// The address of at least `bytes` bytes to write strings into. Stays where it is until more are
/// asked for.
#[wasm_bindgen]
pub fn reserve(bytes: usize) -> usize {
    let mut state = state();
    let bytes = bytes.saturating_add(sort::SLACK);
    if state.input.len() < bytes {
        state.input = Vec::new();
        state.input.resize(bytes, 0);
    }
    state.input.as_ptr().addr()
}

/// The address of the 64 hex digits that a call leaves, and of the 256 × 64 of [`keys::create_many`].
#[wasm_bindgen]
pub fn output() -> usize {
    state().output.as_ptr().addr()
}

/// The address of the 256 lengths, 32 bits each, that [`keys::create_many`] reads.
#[wasm_bindgen]
pub fn lengths() -> usize {
    state().lengths.as_ptr().addr()
}

/// The address of the string that the last call left.
#[wasm_bindgen]
pub fn text() -> usize {
    state().text.as_ptr().addr()
}

/// Bytes in the text that the last call left.
#[wasm_bindgen]
pub fn text_length() -> usize {
    state().text.len()
}

/// The address of the bytes that the last call left: [`data::order`], [`keys::open_token`].
#[wasm_bindgen]
pub fn bytes() -> usize {
    state().bytes.as_ptr().addr()
}

/// How many bytes the last call left.
#[wasm_bindgen]
pub fn bytes_length() -> usize {
    state().bytes.len()
}
