//! Bytes to base64url text and back: RFC 4648 section 5, without padding.

use alloc::string::String;
use alloc::vec::Vec;

/// The text of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let (mut bits, mut digits) = (0, 1);
        for (byte, shift) in chunk.iter().zip([16, 8, 0]) {
            bits |= u32::from(*byte) << shift;
            digits += 1;
        }
        for shift in [18, 12, 6, 0].into_iter().take(digits) {
            text.push(char::from(digit((bits >> shift) as u8 & 0x3f)));
        }
    }
    text
}

/// The bytes of `text`; `None` for any other character, for a length that no bytes have, and for
/// bits of the last character that stand for nothing and are not zero.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.chunks(4) {
        let mut bits = 0;
        for (digit, shift) in chunk.iter().zip([18, 12, 6, 0]) {
            bits |= u32::from(value(*digit)?) << shift;
        }
        let [_, a, b, c] = bits.to_be_bytes();
        match (chunk.len(), b, c) {
            (4, ..) => bytes.extend_from_slice(&[a, b, c]),
            (3, _, 0) => bytes.extend_from_slice(&[a, b]),
            (2, 0, 0) => bytes.push(a),
            _ => return None,
        }
    }
    Some(bytes)
}

fn digit(value: u8) -> u8 {
    match value {
        0..26 => b'A' + value,
        26..52 => b'a' + (value - 26),
        52..62 => b'0' + (value - 52),
        62 => b'-',
        _ => b'_',
    }
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rfc_s_own_vectors_and_every_byte_come_back() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(encode(&all).as_bytes()), Some(all));
    }

    #[test]
    fn no_two_texts_stand_for_the_same_bytes() {
        for text in ["A", "Zh", "Zm9", "Zg==", "Z+", "Z/", "Zm9v\n", "é"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
