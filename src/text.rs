//! What the rest of the crate puts texts together with.
//!
//! Each of these stands once in the wasm module, which is why none is inlined: a `push` that is
//! brings along the growth of what it pushes to.

use alloc::string::String;
use alloc::vec::Vec;

/// The text of ASCII characters.
#[inline(never)]
pub(crate) fn ascii(characters: &[u8]) -> String {
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

/// `number` in decimal, without sign or leading zeros.
pub(crate) fn decimal(mut number: u64) -> String {
    let mut digits = [0; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    ascii(digits.get(start..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_standard_formatter() {
        for number in [0, 1, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            assert_eq!(super::decimal(number), number.to_string());
        }
    }
}
