//! What the rest of the crate puts texts together with.
//!
//! Each of these stands once in the wasm module, which is why none is inlined: a `push` that is
//! brings along the growth of what it pushes to.

use alloc::string::String;
use alloc::vec::Vec;

/// The text of ASCII characters.
#[inline(never)]
pub(crate) fn text(characters: &[u8]) -> String {
    String::from(str::from_utf8(characters).unwrap_or_default())
}

/// All pieces in one text.
#[inline(never)]
pub(crate) fn join(pieces: &[&str]) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push_str(piece);
    }
    text
}

/// Puts `piece` behind `bytes`.
#[inline(never)]
pub(crate) fn append(bytes: &mut Vec<u8>, piece: &[u8]) {
    bytes.extend_from_slice(piece);
}
