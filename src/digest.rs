//! Bytes to digest to 64 hex digits: SHA-256 as FIPS 180-4 section 6.2 defines it.
//!
//! The only file that names `sha2`. A [`Hasher`] takes a message in pieces of any size, so that a
//! key of any length needs no more memory than a short one.

use alloc::string::String;
use core::fmt;

use sha2::Digest as _;

/// Hex digits in a digest, and so the length of an idempotency key on the wire.
pub const HEX_LENGTH: usize = 64;

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `message`.
    pub fn of(message: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(message).into())
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
fn hex_digit(nibble: u8) -> u8 {
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
