//! Bytes to digest: SHA-256 (FIPS 180-4 section 6.2).
//!
//! | for | call |
//! |---|---|
//! | a message in memory | [`Digest::of`] |
//! | a message in pieces: a key and its suffix, a payload, a token | [`Hasher`] |
//! | a short key of the npm package, followed by a prepared suffix | [`Digest::of_message`] |
//! | many of those | [`hash_many`] |
//!
//! This is the only file that names `sha2`. Node hashes long payloads itself (`node-sha256.ts`).

pub(crate) mod batch;
pub(crate) mod block;
mod consts;
#[cfg(any(test, target_feature = "simd128"))]
mod lanes;

use alloc::string::String;
use core::{fmt, mem, slice, str};

use sha2::Digest as _;
use sha2::block_api::compress256;

use self::batch::Batch;
use self::block::{Blocks, SingleBlock, Suffix};
pub(crate) use self::consts::HEX_LENGTH;
use self::consts::{BLOCK, INITIAL_STATE};
use crate::text::{self, hex_digit};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `message`.
    pub fn of(message: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(message).into())
    }

    /// The digest of the first `length` bytes of `bytes` and the suffix. A message of one block is
    /// hashed faster if `bytes` has at least 64 bytes.
    ///
    /// A [`Hasher`] takes 10 % longer for a short message, since it copies each piece into its block.
    pub(crate) fn of_message(bytes: &[u8], length: usize, suffix: &Suffix) -> Digest {
        let mut state = INITIAL_STATE;
        let mut block = [0; BLOCK];
        if let Some(single) = SingleBlock::new(bytes, length, suffix) {
            single.write(&mut block);
            compress256(&mut state, slice::from_ref(&block));
        } else {
            let mut blocks = Blocks::new(bytes.get(..length).unwrap_or_default(), suffix);
            compress256(&mut state, blocks.take_whole());
            let mut is_last = false;
            while !is_last {
                is_last = blocks.next_block(&mut block);
                compress256(&mut state, slice::from_ref(&block));
            }
        }
        Digest::from_state(state)
    }

    fn from_state(state: [u32; 8]) -> Digest {
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        Digest(digest)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hex digits, as the SDK sends them.
    pub fn to_hex(&self) -> String {
        let mut hex = [0u8; HEX_LENGTH];
        self.write_hex(&mut hex);
        text::ascii(&hex)
    }

    #[inline(never)]
    pub(crate) fn write_hex(&self, hex: &mut [u8; HEX_LENGTH]) {
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            if let [high, low] = pair {
                *high = hex_digit(byte >> 4);
                *low = hex_digit(byte & 0x0f);
            }
        }
    }
}

impl str::FromStr for Digest {
    type Err = ParseDigestError;

    /// Reads 64 hex digits, of either case.
    ///
    /// ```
    /// use idempotency_keys::Digest;
    /// let digest = Digest::of(b"order-42");
    /// assert_eq!(digest.to_hex().parse(), Ok(digest));
    /// assert!("order-42".parse::<Digest>().is_err());
    /// ```
    fn from_str(hex: &str) -> Result<Digest, ParseDigestError> {
        let mut bytes = [0; 32];
        let digits = hex.as_bytes();
        if digits.len() != HEX_LENGTH {
            return Err(ParseDigestError(()));
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            let (Some(high), Some(low)) = (high, low) else {
                return Err(ParseDigestError(()));
            };
            *byte = (high << 4 | low) as u8;
        }
        Ok(Digest(bytes))
    }
}

/// A string that is no [`Digest`]: anything but 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDigestError(());

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 64 hex digits")
    }
}

impl core::error::Error for ParseDigestError {}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// Hashes every message of a batch: four at a time where there is SIMD, else one by one.
pub(crate) fn hash_many(batch: Batch<'_>) {
    #[cfg(any(test, target_feature = "simd128"))]
    lanes::hash_many(batch);
    #[cfg(not(any(test, target_feature = "simd128")))]
    hash_one_by_one(batch);
}

#[cfg(any(test, not(target_feature = "simd128")))]
fn hash_one_by_one(mut batch: Batch<'_>) {
    while let Some(message) = batch.next() {
        Digest::of_message(message.bytes, message.key.len(), batch.suffix).write_hex(message.hash);
    }
}

/// The digest of a message that comes in pieces of any size.
///
/// Not `sha2::Sha256`, which is several times the code in wasm, being generic over the block length.
#[derive(Clone)]
pub(crate) struct Hasher {
    state: [u32; 8],
    /// Starts with the last `length % BLOCK` bytes, which don't fill a block yet.
    block: [u8; BLOCK],
    length: u64,
}

impl Default for Hasher {
    fn default() -> Hasher {
        Hasher {
            state: INITIAL_STATE,
            block: [0; BLOCK],
            length: 0,
        }
    }
}

impl Hasher {
    #[inline(never)]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let filled = (self.length % BLOCK as u64) as usize;
        self.length += bytes.len() as u64;
        let mut bytes = bytes;
        if filled > 0 {
            let free = self.block.get_mut(filled..).unwrap_or_default();
            let Some((first, trailing)) = bytes.split_at_checked(free.len()) else {
                copy(free, bytes);
                return;
            };
            copy(free, first);
            compress256(&mut self.state, slice::from_ref(&self.block));
            bytes = trailing;
        }
        let (whole, rest) = bytes.as_chunks();
        compress256(&mut self.state, whole);
        copy(&mut self.block, rest);
    }

    /// Returns the digest of all pieces, and resets the hasher.
    pub(crate) fn finish(&mut self) -> Digest {
        const PADDING: [u8; BLOCK] = {
            let mut bytes = [0; BLOCK];
            bytes[0] = 0x80;
            bytes
        };
        let length = self.length;
        // What a block has left once the eight bytes of the length are in it.
        let padding = BLOCK - (length as usize + 8) % BLOCK;
        self.update(PADDING.get(..padding).unwrap_or_default());
        self.update(&(length * 8).to_be_bytes());
        Digest::from_state(mem::take(self).state)
    }
}

/// Copies `bytes` to the start of `to`, as far as it goes.
fn copy(to: &mut [u8], bytes: &[u8]) {
    for (to, byte) in to.iter_mut().zip(bytes) {
        *to = *byte;
    }
}
