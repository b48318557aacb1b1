//! Four lanes as four words: the algorithm as `cargo test` runs it.

use crate::text::hex_digit;

#[derive(Clone, Copy)]
pub(super) struct Lanes([u32; 4]);

impl Lanes {
    pub(super) fn new(words: [u32; 4]) -> Lanes {
        Lanes(words)
    }

    pub(super) fn splat(word: u32) -> Lanes {
        Lanes([word; 4])
    }

    pub(super) fn add(self, other: Lanes) -> Lanes {
        self.zip(other, u32::wrapping_add)
    }

    pub(super) fn xor(self, other: Lanes) -> Lanes {
        self.zip(other, |a, b| a ^ b)
    }

    pub(super) fn and(self, other: Lanes) -> Lanes {
        self.zip(other, |a, b| a & b)
    }

    pub(super) fn or(self, other: Lanes) -> Lanes {
        self.zip(other, |a, b| a | b)
    }

    /// Rotates right.
    pub(super) fn rotate<const BITS: u32>(self) -> Lanes {
        Lanes(self.0.map(|word| word.rotate_right(BITS)))
    }

    /// Shifts right.
    pub(super) fn shift<const BITS: u32>(self) -> Lanes {
        Lanes(self.0.map(|word| word >> BITS))
    }

    /// Big-endian words.
    pub(super) fn from_bytes(bytes: &[u8; 16]) -> Lanes {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Lanes(words)
    }

    /// The words in hex.
    pub(super) fn hex_digits(self) -> [u8; 32] {
        let mut digits = [0; 32];
        for (place, digit) in digits.iter_mut().enumerate() {
            let word = self.0[place / 8];
            *digit = hex_digit((word >> (28 - 4 * (place % 8)) & 0x0f) as u8);
        }
        digits
    }

    /// Word `i` of lanes `j` becomes word `j` of lanes `i`.
    pub(super) fn transpose(rows: [Lanes; 4]) -> [Lanes; 4] {
        core::array::from_fn(|i| Lanes(rows.map(|row| row.0[i])))
    }

    /// Bits of `ones` where `mask` has a one, of `zeros` where it has none.
    pub(super) fn select(mask: Lanes, ones: Lanes, zeros: Lanes) -> Lanes {
        zeros.xor(mask.zip(ones.xor(zeros), |a, b| a & b))
    }

    fn zip(self, other: Lanes, of: impl Fn(u32, u32) -> u32) -> Lanes {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Lanes([of(a, e), of(b, f), of(c, g), of(d, h)])
    }
}
