//! Payload to hash: canonical JSON, and behind it the operation that it is for.

#[cfg(not(feature = "npm"))]
use alloc::string::String;
use alloc::vec::Vec;

use crate::canonical::{self, Sink};
use crate::digest::{Digest, Hasher};
use crate::error::Error;
#[cfg(not(feature = "npm"))]
use crate::json;

/// Bytes that are hashed at once: spans are short, and each call of the hash has a price.
const PIECE: usize = 1 << 14;

/// Hashes what it is given.
struct Hashing {
    hasher: Hasher,
    waiting: Vec<u8>,
}

impl Sink for Hashing {
    fn put(&mut self, piece: &[u8]) {
        if self.waiting.len() + piece.len() > PIECE {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
        if piece.len() > PIECE {
            self.hasher.update(piece);
        } else {
            self.waiting.extend_from_slice(piece);
        }
    }
}

/// The digest of plain JSON, in canonical order or as it stands, with `operation` behind it. The same
/// is refused either way.
pub(crate) fn hash_plain(text: &[u8], operation: &[u8], canonical: bool) -> Result<Digest, Error> {
    let mut hashing = Hashing {
        hasher: Hasher::default(),
        waiting: Vec::with_capacity(PIECE),
    };
    let ordered = canonical::order(text)?;
    if canonical {
        ordered.write(&mut hashing);
    } else {
        hashing.put(text);
    }
    hashing.put(operation);
    hashing.hasher.update(&hashing.waiting);
    Ok(hashing.hasher.finish())
}

/// Canonical JSON (RFC 8785): the same text for the same data, whatever the order of members, the
/// whitespace and the way that numbers and texts are written.
///
/// Takes any JSON text (RFC 8259), of any depth.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path and what stands there, for a text that is not JSON, a name
/// that an object has twice, half of a surrogate pair (`"\ud800"`), and a number that is too large for
/// double precision (`1e400`). Larger integers than 2^53 are rounded, as by JavaScript.
///
/// ```
/// use idempotency_keys::canonicalize;
/// assert_eq!(
///     canonicalize(r#"{ "b": [1.0, 1e3], "a": "\u20ac" }"#)?,
///     r#"{"a":"€","b":[1,1000]}"#,
/// );
/// assert_eq!(
///     canonicalize(r#"{"items": [{"id": 1, "id": 2}]}"#).unwrap_err().message(),
///     "the payload can't be hashed: $.items[0].id is there twice in its object, and readers of JSON disagree about which one counts: leave one out",
/// );
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
#[cfg(not(feature = "npm"))]
pub fn canonicalize(json: &str) -> Result<String, Error> {
    let plain = json::plain(json)?;
    let ordered = canonical::order(plain.as_bytes())?;
    if ordered.is_text() {
        return Ok(plain);
    }
    let mut canonical = Vec::with_capacity(plain.len());
    ordered.write(&mut canonical);
    // Spans start and end next to ASCII, so this is UTF-8 as the text was.
    Ok(String::from_utf8(canonical).unwrap_or_default())
}

/// The digest of a payload's canonical JSON, with `operation` (or `""`) behind it, so that one payload
/// has a key for each thing that is done with it.
///
/// For JSON exactly as it stands, take [`Digest::of`]: the recipe `sha256(JSON.stringify(payload))`.
///
/// # Errors
/// Those of [`canonicalize`].
///
/// ```
/// use idempotency_keys::{Digest, hash_payload};
/// let digest = hash_payload(r#"{"b": 1, "a": 2}"#, "charge")?;
/// assert_eq!(digest, Digest::of(br#"{"a":2,"b":1}charge"#));
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
#[cfg(not(feature = "npm"))]
pub fn hash_payload(json: &str, operation: &str) -> Result<Digest, Error> {
    hash_plain(json::plain(json)?.as_bytes(), operation.as_bytes(), true)
}
