//! Key and suffix to padded blocks (FIPS 180-4 section 5.1.1).
//!
//! Nearly every message fits one block. Such a block is assembled from whole registers, without a
//! loop over bytes: the key under a mask, combined with the suffix, which a sliding window moves
//! into place.

use alloc::string::String;

use super::consts::BLOCK;

/// Where the last block holds the message's length.
const LENGTH_AT: usize = BLOCK - 8;
/// Follows the message's last byte.
const END: u8 = 0x80;

/// Read through the window at `n`, it keeps the first `n` bytes of a block.
const MASK: [u8; 2 * BLOCK] = {
    let mut bytes = [0; 2 * BLOCK];
    let mut index = 0;
    while index < BLOCK {
        bytes[index] = 0xff;
        index += 1;
    }
    bytes
};

/// The block in which the second half of `bytes` starts at `place`.
fn window(bytes: &[u8; 2 * BLOCK], place: usize) -> Option<&[u8; BLOCK]> {
    bytes.get(BLOCK.checked_sub(place)?..)?.first_chunk()
}

/// What follows a key in the hash.
pub(crate) struct Suffix {
    string: String,
    /// The string and the end mark in the second half, as far as they fit.
    tail: [u8; 2 * BLOCK],
}

impl Suffix {
    pub(crate) const EMPTY: Suffix = {
        let mut tail = [0; 2 * BLOCK];
        tail[BLOCK] = END;
        Suffix {
            string: String::new(),
            tail,
        }
    };

    pub(crate) fn new(string: String) -> Suffix {
        let mut tail = [0; 2 * BLOCK];
        let ended = string.bytes().chain([END]);
        for (to, byte) in tail.iter_mut().skip(BLOCK).zip(ended) {
            *to = byte;
        }
        Suffix { string, tail }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.string
    }
}

/// A message that fits one block: `(key & mask) | tail`, and the length in the last eight bytes.
#[derive(Clone, Copy)]
pub(crate) struct SingleBlock<'a> {
    /// The key and whatever follows it in memory.
    pub(super) key: &'a [u8; BLOCK],
    pub(super) mask: &'a [u8; BLOCK],
    pub(super) tail: &'a [u8; BLOCK],
    /// Bytes in the message.
    pub(super) length: usize,
}

impl<'a> SingleBlock<'a> {
    /// For the first `key_length` bytes of `bytes`, followed by the suffix. `None` if they need more
    /// than one block, or if `bytes` has fewer than 64 bytes.
    #[inline(always)]
    pub(crate) fn new(
        bytes: &'a [u8],
        key_length: usize,
        suffix: &'a Suffix,
    ) -> Option<SingleBlock<'a>> {
        let length = key_length.checked_add(suffix.string.len())?;
        if length >= LENGTH_AT {
            return None;
        }
        Some(SingleBlock {
            key: bytes.first_chunk()?,
            mask: window(&MASK, key_length)?,
            tail: window(&suffix.tail, key_length)?,
            length,
        })
    }

    #[inline(always)]
    pub(crate) fn write(&self, block: &mut [u8; BLOCK]) {
        let [key, mask, tail] =
            [self.key, self.mask, self.tail].map(|bytes| bytes.as_chunks().0.iter());
        for (piece, ((key, mask), tail)) in
            (block.as_chunks_mut().0.iter_mut()).zip(key.zip(mask).zip(tail))
        {
            let [key, mask, tail] = [key, mask, tail].map(|bytes| u128::from_ne_bytes(*bytes));
            *piece = ((key & mask) | tail).to_ne_bytes();
        }
        write_length(block, self.length);
    }
}

/// Writes the message's length in bits into the last eight bytes.
fn write_length(block: &mut [u8; BLOCK], bytes: usize) {
    if let Some(end) = block.last_chunk_mut() {
        *end = (bytes as u64 * 8).to_be_bytes();
    }
}

/// The blocks of a message of any length, one after another.
pub(crate) struct Blocks<'a> {
    key: &'a [u8],
    suffix: &'a [u8],
    /// Bytes in the message.
    length: usize,
    ended: bool,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(key: &'a [u8], suffix: &'a Suffix) -> Blocks<'a> {
        Blocks {
            key,
            suffix: suffix.string.as_bytes(),
            length: key.len() + suffix.string.len(),
            ended: false,
        }
    }

    /// Takes the blocks that the key fills: these need no copy.
    pub(crate) fn take_whole(&mut self) -> &'a [[u8; BLOCK]] {
        let (whole, rest) = self.key.as_chunks();
        self.key = rest;
        whole
    }

    /// Writes the next block, and returns whether it is the last one.
    #[inline(never)]
    pub(crate) fn next_block(&mut self, block: &mut [u8; BLOCK]) -> bool {
        let rest = fill(&mut self.suffix, fill(&mut self.key, block));
        let Some((end, zeros)) = rest.split_first_mut() else {
            return false;
        };
        *end = if self.ended { 0 } else { END };
        self.ended = true;
        zeros.fill(0);
        if zeros.len() < BLOCK - LENGTH_AT {
            return false;
        }
        write_length(block, self.length);
        true
    }
}

/// Moves as much of `from` as fits to the start of `to`, and returns the rest of `to`.
fn fill<'b>(from: &mut &[u8], to: &'b mut [u8]) -> &'b mut [u8] {
    let length = from.len().min(to.len());
    let (moved, left) = from.split_at(length);
    let (filled, rest) = to.split_at_mut(length);
    super::copy(filled, moved);
    *from = left;
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_single_block_is_the_first_of_the_blocks() {
        let bytes: Vec<u8> = (1..=64).collect();
        for suffix in [
            "",
            "-run_abc123",
            &"-".repeat(55),
            &"-".repeat(56),
            &"-".repeat(300),
        ] {
            let suffix = Suffix::new(suffix.into());
            for length in 0..=bytes.len() {
                let (mut single, mut first) = ([0; BLOCK], [0; BLOCK]);
                let is_last = Blocks::new(&bytes[..length], &suffix).next_block(&mut first);
                let message = SingleBlock::new(&bytes, length, &suffix);
                assert_eq!(message.is_some(), is_last);
                if let Some(message) = message {
                    message.write(&mut single);
                    assert_eq!(single, first);
                }
            }
        }
    }

    #[test]
    fn a_single_block_needs_64_readable_bytes() {
        assert!(SingleBlock::new(&[0; 63], 3, &Suffix::EMPTY).is_none());
        assert!(SingleBlock::new(&[0; 64], 3, &Suffix::EMPTY).is_some());
    }

    #[test]
    fn blocks_are_padded_as_the_standard_says() {
        let suffix = Suffix::new("c".into());
        let mut block = [0xff; BLOCK];
        assert!(Blocks::new(b"ab", &suffix).next_block(&mut block));
        let mut expected = [0; BLOCK];
        expected[..4].copy_from_slice(b"abc\x80");
        expected[63] = 24;
        assert_eq!(block, expected);
    }
}
