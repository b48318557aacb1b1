//! Bytes to digest to 64 hex digits: SHA-256 as FIPS 180-4 section 6.2 defines it.
//!
//! The only file that names `sha2`. A [`Hasher`] takes a message in pieces of any size, so that a
//! key of any length needs no more memory than a short one.

use alloc::string::String;
use core::fmt;
#[cfg(any(feature = "npm", test))]
use core::slice;

use sha2::Digest as _;
#[cfg(any(feature = "npm", test))]
use sha2::block_api::compress256;

#[cfg(any(feature = "npm", test))]
use crate::block::{BLOCK, Blocks, OnlyBlock, Suffix};

/// Hex digits in a digest, and so the length of an idempotency key on the wire.
pub const HEX_LENGTH: usize = 64;

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// The first 32 bits of the fractional parts of the square roots of the first eight primes (FIPS
/// 180-4 section 5.3.3).
#[cfg(any(feature = "npm", test))]
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
#[derive(Clone, Default)]
pub(crate) struct Hasher(sha2::Sha256);

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces so far, leaving the hasher as new.
    pub(crate) fn finish(&mut self) -> Digest {
        Digest(self.0.finalize_reset().into())
    }
}
