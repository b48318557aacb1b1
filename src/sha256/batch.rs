//! Many keys to many hashes: in SIMD lanes where there are any, one by one elsewhere.

use core::mem;

use crate::sha256::HEX_LENGTH;
#[cfg(any(test, target_feature = "simd128"))]
use crate::sha256::block::OnlyBlock;
use crate::sha256::block::Suffix;

/// Keys that stand one behind another, the suffix that follows each of them, and the places of
/// their hashes.
pub(crate) struct Batch<'a> {
    bytes: &'a [u8],
    lengths: &'a [u32],
    hashes: &'a mut [[u8; HEX_LENGTH]],
    pub(crate) suffix: &'a Suffix,
}

/// One key of a batch.
pub(crate) struct Message<'a> {
    pub(crate) key: &'a [u8],
    /// The key again, and what stands behind it.
    pub(crate) bytes: &'a [u8],
    pub(crate) hash: &'a mut [u8; HEX_LENGTH],
}

impl<'a> Batch<'a> {
    /// A batch that ends where the keys, their lengths or the places end.
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

    /// Hashes what is left of it.
    pub(crate) fn hash(self) {
        #[cfg(any(test, target_feature = "simd128"))]
        crate::sha256::lanes::hash_all(self);
        #[cfg(not(any(test, target_feature = "simd128")))]
        self.hash_one_by_one();
    }

    #[cfg(any(test, not(target_feature = "simd128")))]
    pub(crate) fn hash_one_by_one(mut self) {
        while let Some(message) = self.next() {
            crate::sha256::Digest::of_message(message.bytes, message.key.len(), self.suffix)
                .write_hex(message.hash);
        }
    }

    /// The next messages and the places of their hashes, if each of them is one block; `None`, with no
    /// message taken, if not.
    #[cfg(any(test, target_feature = "simd128"))]
    #[inline(always)]
    pub(crate) fn next_short(
        &mut self,
    ) -> Option<([OnlyBlock<'a>; 4], &'a mut [[u8; HEX_LENGTH]; 4])> {
        let (lengths, lengths_behind) = self.lengths.split_first_chunk::<4>()?;
        let mut bytes = self.bytes;
        let blocks = lengths.map(|length| {
            let block = OnlyBlock::new(bytes, length as usize, self.suffix);
            bytes = bytes.get(length as usize..).unwrap_or_default();
            block
        });
        let [Some(a), Some(b), Some(c), Some(d)] = blocks else {
            return None;
        };
        let (hashes, hashes_behind) = mem::take(&mut self.hashes).split_first_chunk_mut()?;
        (self.bytes, self.lengths, self.hashes) = (bytes, lengths_behind, hashes_behind);
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
        let (key, behind) = bytes.split_at_checked(*length as usize)?;
        (self.bytes, self.lengths, self.hashes) = (behind, lengths, hashes);
        Some(Message { key, bytes, hash })
    }
}
