//! Four lanes in one `v128`. All intrinsics are safe, since the whole module is compiled for simd128.

use core::arch::wasm32::{
    i8x16_shuffle, u8x16, u8x16_shr, u8x16_splat, u8x16_swizzle, u32x4, u32x4_add, u32x4_shl,
    u32x4_shr, u32x4_shuffle, u32x4_splat, u64x2, u64x2_extract_lane, v128, v128_and,
    v128_bitselect, v128_or, v128_xor,
};

#[derive(Clone, Copy)]
pub(super) struct Lanes(v128);

impl Lanes {
    #[inline(always)]
    pub(super) fn new([a, b, c, d]: [u32; 4]) -> Lanes {
        Lanes(u32x4(a, b, c, d))
    }

    #[inline(always)]
    pub(super) fn splat(word: u32) -> Lanes {
        Lanes(u32x4_splat(word))
    }

    #[inline(always)]
    pub(super) fn add(self, other: Lanes) -> Lanes {
        Lanes(u32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn xor(self, other: Lanes) -> Lanes {
        Lanes(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn and(self, other: Lanes) -> Lanes {
        Lanes(v128_and(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn or(self, other: Lanes) -> Lanes {
        Lanes(v128_or(self.0, other.0))
    }

    /// Rotates right.
    #[inline(always)]
    pub(super) fn rotate<const BITS: u32>(self) -> Lanes {
        Lanes(v128_or(
            u32x4_shr(self.0, BITS),
            u32x4_shl(self.0, 32 - BITS),
        ))
    }

    /// Shifts right.
    #[inline(always)]
    pub(super) fn shift<const BITS: u32>(self) -> Lanes {
        Lanes(u32x4_shr(self.0, BITS))
    }

    /// Big-endian words.
    #[inline(always)]
    pub(super) fn from_bytes(bytes: &[u8; 16]) -> Lanes {
        let [a, b] = [bytes.first_chunk(), bytes.last_chunk()]
            .map(|half| half.map_or(0, |half| u64::from_le_bytes(*half)));
        swap_bytes(u64x2(a, b))
    }

    /// The words in hex.
    #[inline(always)]
    pub(super) fn hex_digits(self) -> [u8; 32] {
        const DIGITS: v128 = u8x16(
            b'0', b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'8', b'9', b'a', b'b', b'c', b'd',
            b'e', b'f',
        );
        let Lanes(bytes) = swap_bytes(self.0);
        let high = u8x16_shr(bytes, 4);
        let low = v128_and(bytes, u8x16_splat(0x0f));
        let first =
            i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(high, low);
        let last = i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(
            high, low,
        );
        let [first, last] = [first, last].map(|nibbles| u8x16_swizzle(DIGITS, nibbles));
        let mut digits = [0; 32];
        let words = [
            u64x2_extract_lane::<0>(first),
            u64x2_extract_lane::<1>(first),
            u64x2_extract_lane::<0>(last),
            u64x2_extract_lane::<1>(last),
        ];
        for (place, word) in digits.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        digits
    }

    /// Word `i` of lanes `j` becomes word `j` of lanes `i`.
    #[inline(always)]
    pub(super) fn transpose([a, b, c, d]: [Lanes; 4]) -> [Lanes; 4] {
        let ab_first = u32x4_shuffle::<0, 4, 1, 5>(a.0, b.0);
        let ab_last = u32x4_shuffle::<2, 6, 3, 7>(a.0, b.0);
        let cd_first = u32x4_shuffle::<0, 4, 1, 5>(c.0, d.0);
        let cd_last = u32x4_shuffle::<2, 6, 3, 7>(c.0, d.0);
        [
            Lanes(u32x4_shuffle::<0, 1, 4, 5>(ab_first, cd_first)),
            Lanes(u32x4_shuffle::<2, 3, 6, 7>(ab_first, cd_first)),
            Lanes(u32x4_shuffle::<0, 1, 4, 5>(ab_last, cd_last)),
            Lanes(u32x4_shuffle::<2, 3, 6, 7>(ab_last, cd_last)),
        ]
    }

    /// Bits of `ones` where `mask` has a one, of `zeros` where it has none.
    #[inline(always)]
    pub(super) fn select(mask: Lanes, ones: Lanes, zeros: Lanes) -> Lanes {
        Lanes(v128_bitselect(ones.0, zeros.0, mask.0))
    }
}

/// Big-endian words to little-endian ones, and back.
#[inline(always)]
fn swap_bytes(words: v128) -> Lanes {
    Lanes(i8x16_shuffle::<
        3,
        2,
        1,
        0,
        7,
        6,
        5,
        4,
        11,
        10,
        9,
        8,
        15,
        14,
        13,
        12,
    >(words, words))
}
