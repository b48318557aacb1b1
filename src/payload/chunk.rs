//! Sixteen bytes of compact JSON at a time.

/// Bytes in a chunk. As many bytes must follow a text that is read in chunks.
pub(crate) const WIDTH: usize = 16;

#[cfg(not(target_feature = "simd128"))]
pub(crate) use portable::Chunk;
#[cfg(target_feature = "simd128")]
pub(crate) use simd::Chunk;

impl Chunk {
    /// The chunk at `at`, if the text has that many bytes.
    #[inline(always)]
    pub(crate) fn at(text: &[u8], at: usize) -> Option<Chunk> {
        text.get(at..)
            .and_then(|rest| rest.first_chunk())
            .map(Chunk::new)
    }
}

/// The next quotation mark or backslash from `at` on.
#[inline(always)]
pub(crate) fn string_part(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = Chunk::at(text, at) {
        let length = chunk.string_length();
        if length < WIDTH {
            return at + length;
        }
        at += WIDTH;
    }
    at
}

/// End of the number or literal that began before `at`.
#[inline(always)]
pub(crate) fn scalar(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = Chunk::at(text, at) {
        let length = chunk.scalar_length();
        if length < WIDTH {
            return at + length;
        }
        at += WIDTH;
    }
    at
}

#[cfg(target_feature = "simd128")]
mod simd {
    use core::arch::wasm32::{
        i8x16_shuffle, u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, u64x2_extract_lane, v128,
        v128_or,
    };

    use super::WIDTH;

    #[derive(Clone, Copy)]
    pub(crate) struct Chunk(v128);

    impl Chunk {
        #[inline(always)]
        pub(super) fn new(bytes: &[u8; WIDTH]) -> Chunk {
            let [a, b] = [bytes.first_chunk(), bytes.last_chunk()]
                .map(|half| half.map_or(0, |half| u64::from_le_bytes(*half)));
            Chunk(u64x2(a, b))
        }

        /// Bytes before the first quotation mark or backslash.
        #[inline(always)]
        pub(crate) fn string_length(self) -> usize {
            before_any(self.0, b'"', b'\\')
        }

        /// Bytes before the comma, closing brace or closing bracket that ends a number or literal. The two
        /// brackets differ in one bit.
        #[inline(always)]
        pub(crate) fn scalar_length(self) -> usize {
            before_any(v128_or(self.0, u8x16_splat(b'}' ^ b']')), b'}', b',')
        }

        /// The first eight bytes, most significant first.
        #[inline(always)]
        pub(crate) fn first_word(self) -> u64 {
            u64x2_extract_lane::<0>(i8x16_shuffle::<
                7,
                6,
                5,
                4,
                3,
                2,
                1,
                0,
                7,
                6,
                5,
                4,
                3,
                2,
                1,
                0,
            >(self.0, self.0))
        }
    }

    #[inline(always)]
    fn before_any(bytes: v128, one: u8, other: u8) -> usize {
        let found = v128_or(
            u8x16_eq(bytes, u8x16_splat(one)),
            u8x16_eq(bytes, u8x16_splat(other)),
        );
        (u32::from(u8x16_bitmask(found)) | 1 << WIDTH).trailing_zeros() as usize
    }
}

#[cfg(not(target_feature = "simd128"))]
mod portable {
    use super::WIDTH;

    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

    #[derive(Clone, Copy)]
    pub(crate) struct Chunk([u64; 2]);

    impl Chunk {
        #[inline(always)]
        pub(super) fn new(bytes: &[u8; WIDTH]) -> Chunk {
            Chunk(
                [bytes.first_chunk(), bytes.last_chunk()]
                    .map(|half| half.map_or(0, |half| u64::from_le_bytes(*half))),
            )
        }

        #[inline(always)]
        pub(crate) fn string_length(self) -> usize {
            before_any(self.0, b'"', b'\\')
        }

        #[inline(always)]
        pub(crate) fn scalar_length(self) -> usize {
            before_any(
                self.0.map(|word| word | (ONES * u64::from(b'}' ^ b']'))),
                b'}',
                b',',
            )
        }

        #[inline(always)]
        pub(crate) fn first_word(self) -> u64 {
            let [first, _] = self.0;
            first.swap_bytes()
        }
    }

    #[inline(always)]
    fn before_any(words: [u64; 2], one: u8, other: u8) -> usize {
        let mut length = 0;
        for word in words {
            let found = find(word, one) | find(word, other);
            if found != 0 {
                return length + found.trailing_zeros() as usize / 8;
            }
            length += 8;
        }
        length
    }

    /// The high bit of each byte equal to `byte`; bytes after the first of them may be set, too.
    #[inline(always)]
    fn find(word: u64, byte: u8) -> u64 {
        let differences = word ^ (ONES * u64::from(byte));
        differences.wrapping_sub(ONES) & !differences & HIGHS
    }
}
