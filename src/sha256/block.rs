//! Key and suffix to the padded blocks that SHA-256 takes (FIPS 180-4 section 5.1.1).
//!
//! Nearly every message fits one block. Such a block is put together by whole registers: the key's
//! bytes under a mask, the suffix moved into place by reading it through a sliding window.

use alloc::string::String;

use crate::sha256::BLOCK;

/// Where the last block holds the message's length.
const LENGTH_AT: usize = BLOCK - 8;
/// Follows the message's last byte.
const END: u8 = 0x80;

/// Keeps the first `n` bytes of a block, read through the window at `n`.
const KEEP: [u8; 2 * BLOCK] = {
    let mut bytes = [0; 2 * BLOCK];
    let mut index = 0;
    while index < BLOCK {
        bytes[index] = 0xff;
        index += 1;
    }
    bytes
};

/// The block in which what stands in the middle of `bytes` stands at `place`.
fn window(bytes: &[u8; 2 * BLOCK], place: usize) -> Option<&[u8; BLOCK]> {
    bytes.get(BLOCK.checked_sub(place)?..)?.first_chunk()
}

/// What follows a key, ready to be moved behind any.
pub(crate) struct Suffix {
    text: String,
    /// The text and the end mark in the middle, as far as they fit one block.
    ready: [u8; 2 * BLOCK],
}

impl Suffix {
    pub(crate) const EMPTY: Suffix = {
        let mut ready = [0; 2 * BLOCK];
        ready[BLOCK] = END;
        Suffix {
            text: String::new(),
            ready,
        }
    };

    pub(crate) fn new(text: String) -> Suffix {
        let mut ready = [0; 2 * BLOCK];
        let ended = text.bytes().chain([END]);
        for (to, byte) in ready.iter_mut().skip(BLOCK).zip(ended) {
            *to = byte;
        }
        Suffix { text, ready }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The makings of the only block of a message, from 64 readable bytes each: `key & keep | ready`, and
/// the length behind them.
#[derive(Clone, Copy)]
pub(crate) struct OnlyBlock<'a> {
    /// The key, and what stands behind it.
    pub(crate) key: &'a [u8; BLOCK],
    pub(crate) keep: &'a [u8; BLOCK],
    pub(crate) ready: &'a [u8; BLOCK],
    pub(crate) total: usize,
}

impl<'a> OnlyBlock<'a> {
    /// For the first `length` bytes of `bytes`, followed by the suffix; `None` if they need more than
    /// one block, or if there are less than 64 bytes to read.
    #[inline(always)]
    pub(crate) fn new(bytes: &'a [u8], length: usize, suffix: &'a Suffix) -> Option<OnlyBlock<'a>> {
        let total = length.checked_add(suffix.text.len())?;
        if total >= LENGTH_AT {
            return None;
        }
        Some(OnlyBlock {
            key: bytes.first_chunk()?,
            keep: window(&KEEP, length)?,
            ready: window(&suffix.ready, length)?,
            total,
        })
    }

    #[inline(always)]
    pub(crate) fn put(&self, block: &mut [u8; BLOCK]) {
        let [key, keep, ready] =
            [self.key, self.keep, self.ready].map(|bytes| bytes.as_chunks().0.iter());
        for (piece, ((key, keep), ready)) in
            (block.as_chunks_mut().0.iter_mut()).zip(key.zip(keep).zip(ready))
        {
            let [key, keep, ready] = [key, keep, ready].map(|bytes| u128::from_ne_bytes(*bytes));
            *piece = ((key & keep) | ready).to_ne_bytes();
        }
        put_length(block, self.total);
    }
}

/// The last eight bytes: the length of the message in bits.
fn put_length(block: &mut [u8; BLOCK], bytes: usize) {
    if let Some(end) = block.last_chunk_mut() {
        *end = (bytes as u64 * 8).to_be_bytes();
    }
}

/// The blocks of a message of any length, one after another.
pub(crate) struct Blocks<'a> {
    key: &'a [u8],
    suffix: &'a [u8],
    total: usize,
    ended: bool,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(key: &'a [u8], suffix: &'a Suffix) -> Blocks<'a> {
        Blocks {
            key,
            suffix: suffix.text.as_bytes(),
            total: key.len() + suffix.text.len(),
            ended: false,
        }
    }

    /// The blocks that can be had without writing them: those full of the key.
    pub(crate) fn take_whole(&mut self) -> &'a [[u8; BLOCK]] {
        let (whole, rest) = self.key.as_chunks();
        self.key = rest;
        whole
    }

    /// Writes the next block, and answers whether it is the last one.
    #[inline(never)]
    pub(crate) fn put_next(&mut self, block: &mut [u8; BLOCK]) -> bool {
        let rest = take(&mut self.suffix, take(&mut self.key, block));
        let Some((end, zeros)) = rest.split_first_mut() else {
            return false;
        };
        *end = if self.ended { 0 } else { END };
        self.ended = true;
        zeros.fill(0);
        if zeros.len() < BLOCK - LENGTH_AT {
            return false;
        }
        put_length(block, self.total);
        true
    }
}

/// Moves as much of `from` as fits to the start of `to`, and answers what is left there.
fn take<'b>(from: &mut &[u8], to: &'b mut [u8]) -> &'b mut [u8] {
    let length = from.len().min(to.len());
    let (taken, left) = from.split_at(length);
    let (filled, rest) = to.split_at_mut(length);
    filled.copy_from_slice(taken);
    *from = left;
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_block_is_the_first_of_the_blocks() {
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
                let (mut only, mut first) = ([0; BLOCK], [0; BLOCK]);
                let last = Blocks::new(&bytes[..length], &suffix).put_next(&mut first);
                let makings = OnlyBlock::new(&bytes, length, &suffix);
                assert_eq!(makings.is_some(), last);
                if let Some(makings) = makings {
                    makings.put(&mut only);
                    assert_eq!(only, first);
                }
            }
        }
    }

    #[test]
    fn an_only_block_is_made_from_64_readable_bytes() {
        assert!(OnlyBlock::new(&[0; 63], 3, &Suffix::EMPTY).is_none());
        assert!(OnlyBlock::new(&[0; 64], 3, &Suffix::EMPTY).is_some());
    }

    #[test]
    fn blocks_are_padded_as_the_standard_says() {
        let suffix = Suffix::new("c".into());
        let mut block = [0xff; BLOCK];
        assert!(Blocks::new(b"ab", &suffix).put_next(&mut block));
        let mut expected = [0; BLOCK];
        expected[..4].copy_from_slice(b"abc\x80");
        expected[63] = 24;
        assert_eq!(block, expected);
    }
}
