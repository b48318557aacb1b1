//! Strings without `core::fmt`, whose code would be a third of the wasm module.
//!
//! Functions that push are not inlined: each copy would bring along the code that grows a string.

use alloc::string::String;
use alloc::vec::Vec;

/// The string of ASCII characters.
#[inline(never)]
pub(crate) fn ascii(characters: &[u8]) -> String {
    String::from(str::from_utf8(characters).unwrap_or_default())
}

/// All pieces in one string.
#[inline(never)]
pub(crate) fn join(pieces: &[&str]) -> String {
    let mut joined = String::new();
    for piece in pieces {
        joined.push_str(piece);
    }
    joined
}

/// Appends `piece` to `bytes`.
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

/// The lower-case hex digit of a number below 16. Computed, not looked up, so that the compiler can
/// turn a loop of them into SIMD instructions.
pub(crate) fn hex_digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
}

/// At most `length` bytes of `string`; an ellipsis follows where it was cut.
#[inline(never)]
pub(crate) fn excerpt(string: &str, length: usize) -> String {
    if string.len() <= length {
        return String::from(string);
    }
    let end = (0..=length).rev().find(|&end| string.is_char_boundary(end));
    join(&[string.get(..end.unwrap_or(0)).unwrap_or_default(), "…"])
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt("abc", 3), "abc");
        assert_eq!(excerpt("abcd", 3), "abc…");
        assert_eq!(excerpt("ab€d", 4), "ab…");
        assert_eq!(excerpt("€", 0), "…");
    }

    #[test]
    fn decimal_agrees_with_the_standard_formatter() {
        for number in [0, 1, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
