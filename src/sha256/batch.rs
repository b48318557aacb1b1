//! Many messages that share a suffix, taken one or four at a time.

use core::mem;

#[cfg(any(test, target_feature = "simd128"))]
use super::block::SingleBlock;
use super::block::Suffix;
use super::consts::HEX_LENGTH;

/// Keys one after another in memory, the suffix that follows each of them in its message, and where
/// the hashes go.
pub(crate) struct Batch<'a> {
    bytes: &'a [u8],
    lengths: &'a [u32],
    hashes: &'a mut [[u8; HEX_LENGTH]],
    pub(super) suffix: &'a Suffix,
}

/// One message of a batch, but for the suffix.
pub(crate) struct Message<'a> {
    pub(super) key: &'a [u8],
    /// The key and what follows it in memory.
    pub(super) bytes: &'a [u8],
    pub(super) hash: &'a mut [u8; HEX_LENGTH],
}

impl<'a> Batch<'a> {
    /// The batch ends where any of the three slices ends.
    pub(crate) fn new(
        bytes: &'a [u8],
        lengths: &'a [u32],
        suffix: &'a Suffix,
        hashes: &'a mut [[u8; HEX_LENGTH]],
    ) -> Batch<'a> {
        Batch {
            bytes,
            lengths,
            hashes,
            suffix,
        }
    }

    /// Takes the next four messages if each of them is a single block; takes none if not.
    #[cfg(any(test, target_feature = "simd128"))]
    #[inline(always)]
    pub(super) fn next_single_blocks(
        &mut self,
    ) -> Option<([SingleBlock<'a>; 4], &'a mut [[u8; HEX_LENGTH]; 4])> {
        let (lengths, trailing_lengths) = self.lengths.split_first_chunk::<4>()?;
        let mut bytes = self.bytes;
        let blocks = lengths.map(|length| {
            let block = SingleBlock::new(bytes, length as usize, self.suffix);
            bytes = bytes.get(length as usize..).unwrap_or_default();
            block
        });
        let [Some(a), Some(b), Some(c), Some(d)] = blocks else {
            return None;
        };
        let (hashes, trailing_hashes) = mem::take(&mut self.hashes).split_first_chunk_mut()?;
        (self.bytes, self.lengths, self.hashes) = (bytes, trailing_lengths, trailing_hashes);
        Some(([a, b, c, d], hashes))
    }
}

impl<'a> Iterator for Batch<'a> {
    type Item = Message<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Message<'a>> {
        let (length, lengths) = mem::take(&mut self.lengths).split_first()?;
        let (hash, hashes) = mem::take(&mut self.hashes).split_first_mut()?;
        let bytes = self.bytes;
        let (key, trailing) = bytes.split_at_checked(*length as usize)?;
        (self.bytes, self.lengths, self.hashes) = (trailing, lengths, hashes);
        Some(Message { key, bytes, hash })
    }
}
