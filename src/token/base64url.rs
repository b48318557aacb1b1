//! Bytes to base64url and back: RFC 4648 section 5, without padding.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text;

/// `bytes` as base64url.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    // Of these bits, the last `waiting` are not encoded yet.
    let (mut bits, mut waiting) = (0, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        waiting += 8;
        while waiting >= 6 {
            waiting -= 6;
            text.push(digit((bits >> waiting) as u8 & 0x3f));
        }
    }
    if waiting > 0 {
        text.push(digit((bits << (6 - waiting)) as u8 & 0x3f));
    }
    text::ascii(&text)
}

/// The bytes of `text`; `None` for any other character, for an impossible length, and if the unused
/// bits of the last character are not zero.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut waiting) = (0, 0);
    for digit in text {
        bits = (bits << 6) | u32::from(value(*digit)?);
        waiting += 6;
        if waiting >= 8 {
            waiting -= 8;
            bytes.push((bits >> waiting) as u8);
        }
    }
    let unused = bits & ((1 << waiting) - 1);
    (waiting < 6 && unused == 0).then_some(bytes)
}

#[inline(never)]
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
