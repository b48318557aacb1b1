//! UUIDs (RFC 9562): digits to bits, version and variant, bits to string. In two halves of 64 bits, since
//! 128-bit arithmetic needs a library in wasm.

use alloc::string::String;

use crate::text::{self, hex_digit};

/// The variant that the RFC describes (section 4.1).
const VARIANT: u64 = 0b10;
/// Where a UUID has its hyphens, and where its sixteenth digit (section 4).
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const MIDDLE: usize = 17;

/// The bits of the last 32 lower-case hex digits; other characters don't count.
#[inline(never)]
pub(crate) fn parse(string: &str) -> [u64; 2] {
    let (mut high, mut low) = (0, 0);
    for digit in string.bytes().filter_map(hex_value) {
        high = (high << 4) | (low >> 60);
        low = (low << 4) | digit;
    }
    [high, low]
}

fn hex_value(digit: u8) -> Option<u64> {
    match digit {
        b'0'..=b'9' => Some(u64::from(digit - b'0')),
        b'a'..=b'f' => Some(u64::from(digit - b'a') + 10),
        _ => None,
    }
}

/// The bits with that version (section 4.2), and with the variant, in place of six of them.
pub(crate) fn with_version(version: u64, [high, low]: [u64; 2]) -> [u64; 2] {
    let high = (high & !0xf000) | (version << 12);
    let low = (low & (u64::MAX >> 2)) | (VARIANT << 62);
    [high, low]
}

/// Hex digits with hyphens.
#[inline(never)]
pub(crate) fn format([high, low]: [u64; 2]) -> String {
    let mut uuid = [0; 36];
    let mut bits = high;
    for (at, character) in uuid.iter_mut().enumerate() {
        if HYPHENS.contains(&at) {
            *character = b'-';
            continue;
        }
        *character = hex_digit((bits >> 60) as u8);
        bits <<= 4;
        if at == MIDDLE {
            bits = low;
        }
    }
    text::ascii(&uuid)
}

/// A UUID of version 8 (section 5.8) made of the first 32 of a hash's hex digits.
pub(crate) fn of_hash(hash: &str) -> String {
    let digits = hash.get(..32).unwrap_or_default();
    format(with_version(8, parse(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_hash_gives_all_but_six_of_a_uuid_s_bits() {
        let hash = "ffffffffffffffffffffffffffffffff00000000000000000000000000000000";
        assert_eq!(of_hash(hash), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        let hash = "00000000000000000000000000000000ffffffffffffffffffffffffffffffff";
        assert_eq!(of_hash(hash), "00000000-0000-8000-8000-000000000000");
    }

    #[test]
    fn a_uuid_comes_back() {
        // The example of section A.6.
        let uuid = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        assert_eq!(format(parse(uuid)), uuid);
        assert_eq!(format(with_version(7, parse(uuid))), uuid);
    }
}
