//! Bytes to digest to 64 hex digits: SHA-256 as FIPS 180-4 section 6.2 defines it.
//!
//! The only file that names `sha2`. A [`Hasher`] takes a message in pieces of any size, so that a
//! key of any length needs no more memory than a short one.

#[cfg(any(feature = "npm", test))]
pub(crate) mod batch;
#[cfg(any(feature = "npm", test))]
pub(crate) mod block;
#[cfg(any(test, all(feature = "npm", target_feature = "simd128")))]
mod lanes;

use alloc::string::String;
use core::{fmt, mem, slice};

use sha2::Digest as _;
use sha2::block_api::compress256;

#[cfg(any(feature = "npm", test))]
use crate::sha256::block::{Blocks, OnlyBlock, Suffix};

/// Hex digits in a digest, and so the length of an idempotency key on the wire.
pub const HEX_LENGTH: usize = 64;

/// Bytes in a block.
pub(crate) const BLOCK: usize = 64;

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// The first 32 bits of the fractional parts of the square roots of the first eight primes (FIPS
/// 180-4 section 5.3.3).
pub(crate) const INITIAL_STATE: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

impl Digest {
    /// The digest of `message`.
    pub fn of(message: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(message).into())
    }

    /// The digest of the first `length` bytes of `bytes` and the suffix; `bytes` may go on behind
    /// them: from 64 bytes on a short message is hashed faster.
    ///
    /// A [`Hasher`] would take 10 % longer for a short message, since it collects what comes
    /// piece by piece.
    #[cfg(any(feature = "npm", test))]
    pub(crate) fn of_message(bytes: &[u8], length: usize, suffix: &Suffix) -> Digest {
        let mut state = INITIAL_STATE;
        let mut block = [0; BLOCK];
        if let Some(only) = OnlyBlock::new(bytes, length, suffix) {
            only.put(&mut block);
            compress256(&mut state, slice::from_ref(&block));
        } else {
            let mut blocks = Blocks::new(bytes.get(..length).unwrap_or_default(), suffix);
            compress256(&mut state, blocks.take_whole());
            let mut more = true;
            while more {
                more = !blocks.put_next(&mut block);
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
        hex.iter().map(|&digit| char::from(digit)).collect()
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

/// Arithmetic, not a table: eight digits at a time become SIMD instructions.
pub(crate) fn hex_digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
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

/// A digest in the making.
///
/// Not `sha2`'s own, which is several times the code in wasm: it is made of parts for any block length.
#[derive(Clone)]
pub(crate) struct Hasher {
    state: [u32; 8],
    /// Holds the `length % BLOCK` bytes that do not fill a block yet.
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
            let Some((first, behind)) = bytes.split_at_checked(free.len()) else {
                copy(free, bytes);
                return;
            };
            copy(free, first);
            compress256(&mut self.state, slice::from_ref(&self.block));
            bytes = behind;
        }
        let (whole, rest) = bytes.as_chunks();
        compress256(&mut self.state, whole);
        copy(&mut self.block, rest);
    }

    /// The digest of all pieces so far, leaving the hasher as new.
    pub(crate) fn finish(&mut self) -> Digest {
        const PADDING: [u8; BLOCK] = {
            let mut bytes = [0; BLOCK];
            bytes[0] = 0x80;
            bytes
        };
        let length = self.length;
        // What is left of a block in which eight bytes more have to fit.
        let padding = BLOCK - (length as usize + 8) % BLOCK;
        self.update(PADDING.get(..padding).unwrap_or_default());
        self.update(&(length * 8).to_be_bytes());
        Digest::from_state(mem::take(self).state)
    }
}

/// Puts `bytes` at the start of `to`, which is no shorter.
fn copy(to: &mut [u8], bytes: &[u8]) {
    if let Some(to) = to.get_mut(..bytes.len()) {
        to.copy_from_slice(bytes);
    }
}
