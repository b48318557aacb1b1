//! JavaScript strings, which may contain lone surrogates, to WTF-8 and back.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, JsString};

use crate::wtf8::{self, Piece};

/// UTF-16 units that are passed to `String.fromCharCode` at once.
const UNITS: usize = 4_096;

/// UTF-8, with three bytes for each lone surrogate.
pub(super) fn to_wtf8(string: &JsString) -> Vec<u8> {
    if string.is_valid_utf16() {
        return String::from(string).into_bytes();
    }
    let mut bytes = Vec::new();
    for character in char::decode_utf16(string.iter()) {
        match character {
            Ok(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Err(lone) => {
                let unit = lone.unpaired_surrogate();
                bytes.extend_from_slice(&[
                    0xed,
                    0x80 | (unit >> 6) as u8 & 0x3f,
                    0x80 | unit as u8 & 0x3f,
                ]);
            }
        }
    }
    bytes
}

/// The string of well-formed WTF-8.
pub(super) fn of_wtf8(bytes: &[u8]) -> JsString {
    if let Ok(string) = core::str::from_utf8(bytes) {
        return JsString::from(string);
    }
    let mut units = Vec::new();
    for piece in wtf8::pieces(bytes) {
        match piece {
            Piece::Text(text) => units.extend(text.encode_utf16()),
            Piece::Surrogate(unit) => units.push(unit),
            Piece::Malformed => {}
        }
    }
    let pieces = Array::new();
    for units in units.chunks(UNITS) {
        pieces.push(&JsString::from_char_code(units));
    }
    pieces.join("")
}
