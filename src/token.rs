//! Key to portable token and back: the key, its scope and the scope's suffix as one URL-safe string.
//!
//! Version 1 is the base64url encoding (RFC 4648 section 5, no padding) of these bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 1 | scope: 0 `run`, 1 `attempt`, 2 `global` |
//! | 1 to 5 | bytes in the key: LEB128, in as few bytes as possible |
//! | any | the key (joined material), UTF-8 |
//! | any | the scope's suffix as it follows the key in the hash, UTF-8: `-run_abc123` |
//! | 8 | checksum: the first bytes of SHA-256 over `idempotency-keys token` and all bytes above |
//!
//! A JavaScript string may contain a lone surrogate. A token encodes it as three bytes ED A0..BF 80..BF
//! (WTF-8), so that JavaScript gets the same string back; in hashes and in Rust it becomes U+FFFD.

mod base64url;

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::scope::Scope;
use crate::sha256::Hasher;
use crate::text;
use crate::wtf8;

const VERSION: u8 = 1;
/// Versions 2 to 15 are reserved for later; no token starts with any other byte.
const LAST_VERSION: u8 = 15;
const CHECKSUM_LENGTH: usize = 8;
const CHECKSUM_TAG: &[u8] = b"idempotency-keys token";

/// What a token contains.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenContent<'a> {
    pub(crate) scope: Scope,
    /// WTF-8.
    pub(crate) key: &'a [u8],
    pub(crate) suffix: &'a str,
}

impl TokenContent<'_> {
    /// The token.
    pub(crate) fn to_token(&self) -> String {
        let mut bytes = Vec::from([VERSION, self.scope as u8]);
        let mut length = self.key.len();
        while length > 0x7f {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        text::append(&mut bytes, self.key);
        text::append(&mut bytes, self.suffix.as_bytes());
        let checksum = checksum(&bytes);
        text::append(&mut bytes, &checksum);
        base64url::encode(&bytes)
    }
}

/// The bytes of a token whose checksum is right.
pub(crate) struct VerifiedToken(Vec<u8>);

impl VerifiedToken {
    /// Checks encoding, version and checksum.
    ///
    /// # Errors
    /// `ERR_INVALID_TOKEN` for a string that is no token, was damaged or truncated, or is of a later
    /// version.
    pub(crate) fn new(token: &[u8]) -> Result<VerifiedToken, Error> {
        let mut bytes = base64url::decode(token).ok_or_else(Error::damaged_token)?;
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&version @ 2..=LAST_VERSION) => return Err(Error::later_token(version)),
            _ => return Err(Error::damaged_token()),
        }
        let length = bytes.len().saturating_sub(CHECKSUM_LENGTH);
        let found = bytes.split_off(length);
        if found != checksum(&bytes) {
            return Err(Error::damaged_token());
        }
        Ok(VerifiedToken(bytes))
    }

    /// What the token contains.
    ///
    /// # Errors
    /// `ERR_INVALID_TOKEN`: its checksum is right, but no version of this package wrote it.
    pub(crate) fn content(&self) -> Result<TokenContent<'_>, Error> {
        self.read().ok_or_else(Error::damaged_token)
    }

    fn read(&self) -> Option<TokenContent<'_>> {
        let [_, scope, rest @ ..] = self.0.as_slice() else {
            return None;
        };
        let scope = *Scope::ALL.get(usize::from(*scope))?;
        let (length, rest) = read_length(rest)?;
        let (key, suffix) = rest.split_at_checked(length)?;
        let suffix = core::str::from_utf8(suffix).ok()?;
        let possible = scope != Scope::Global || suffix.is_empty();
        (possible && wtf8::is_well_formed(key)).then_some(TokenContent { scope, key, suffix })
    }
}

#[inline(never)]
fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let mut hasher = Hasher::default();
    hasher.update(CHECKSUM_TAG);
    hasher.update(bytes);
    let digest = hasher.finish();
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    [a, b, c, d, e, f, g, h]
}

fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut rest = bytes;
    let mut length = 0u32;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, trailing) = rest.split_first()?;
        rest = trailing;
        let part = u32::from(byte & 0x7f);
        if part.leading_zeros() < shift || (byte == 0 && shift > 0) {
            return None;
        }
        length |= part << shift;
        if byte < 0x80 {
            return Some((usize::try_from(length).ok()?, rest));
        }
    }
    None
}
