//! Payload to hash: canonical JSON, followed by the operation that the key is for.

mod chunk;
mod member;
mod name;
mod parse;
pub(crate) mod path;
pub(crate) mod sort;
mod span;

use alloc::string::String;
use alloc::vec::Vec;

use self::sort::Workspace;
use crate::error::Error;
use crate::sha256::{Digest, Hasher};

/// The digest of compact JSON, the first `length` bytes of `text`, in canonical order or as it is, followed by
/// the `trailing` bytes after it; and how many of its values are `null` or `{}`. The same payloads are refused either way.
/// [`sort::SLACK`] bytes must follow.
pub(crate) fn hash_compact(
    text: &mut [u8],
    length: usize,
    trailing: usize,
    canonical: bool,
    workspace: &mut Workspace,
    bytes: &mut Vec<u8>,
) -> Result<(Digest, u32), Error> {
    let mut hasher = Hasher::default();
    let all = text.get(..length + trailing).unwrap_or_default();
    if !canonical {
        hasher.update(all);
    }
    let ordered = sort::order(text, length, trailing, workspace)?;
    let unclear = ordered.unclear;
    if canonical && ordered.is_text() {
        hasher.update(text.get(..length + trailing).unwrap_or_default());
    } else if canonical {
        ordered.write(bytes);
        hasher.update(bytes);
    }
    Ok((hasher.finish(), unclear))
}

/// Canonical JSON (RFC 8785): the same string for the same data, whatever the order of members, the
/// whitespace, and the notation of numbers and strings.
///
/// Takes any JSON (RFC 8259), of any depth.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path, for a string that is not JSON, a duplicate member
/// (`{"a":1,"a":2}`), a lone surrogate (`"\ud800"`), and a number beyond the range of a double (`1e400`).
/// Integers beyond 2^53 are rounded, as in JavaScript.
///
/// ```
/// use idempotency_keys::canonicalize;
/// assert_eq!(
///     canonicalize(r#"{ "b": [1.0, 1e3], "a": "\u20ac" }"#)?,
///     r#"{"a":"€","b":[1,1000]}"#,
/// );
/// assert_eq!(
///     canonicalize(r#"{"items": [{"id": 1, "id": 2}]}"#).unwrap_err().message(),
///     "the payload can't be hashed: $.items[0].id appears twice in its object, and JSON parsers disagree about which one counts: remove one",
/// );
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
pub fn canonicalize(json: &str) -> Result<String, Error> {
    canonicalize_compact(parse::compact(json)?)
}

/// Compact JSON in canonical order.
pub(crate) fn canonicalize_compact(json: String) -> Result<String, Error> {
    let (mut text, length) = with_slack(json, "");
    let mut workspace = Workspace::new();
    let ordered = sort::order(&mut text, length, 0, &mut workspace)?;
    if !ordered.is_text() {
        let mut canonical = Vec::new();
        ordered.write(&mut canonical);
        text = canonical;
    }
    text.truncate(length);
    // Spans start and end at ASCII characters, so this is UTF-8 as before.
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// The string, the trailing one, and the slack that [`sort::order`] needs; and the length of the first.
fn with_slack(text: String, trailing: &str) -> (Vec<u8>, usize) {
    let length = text.len();
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(trailing.as_bytes());
    bytes.resize(bytes.len() + sort::SLACK, 0);
    (bytes, length)
}

/// The digest of a payload's canonical JSON followed by `operation`, which may be empty. Different
/// operations on one payload have different digests.
///
/// For JSON exactly as it is, use [`Digest::of`]: the recipe `sha256(JSON.stringify(payload))`.
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
pub fn hash_payload(json: &str, operation: &str) -> Result<Digest, Error> {
    hash_string(parse::compact(json)?, operation, true)
}

/// The digest of compact JSON, in canonical order or as it is, followed by `operation`.
pub(crate) fn hash_string(json: String, operation: &str, canonical: bool) -> Result<Digest, Error> {
    let (mut text, length) = with_slack(json, operation);
    let (workspace, bytes) = (&mut Workspace::new(), &mut Vec::new());
    let (digest, _) = hash_compact(
        &mut text,
        length,
        operation.len(),
        canonical,
        workspace,
        bytes,
    )?;
    Ok(digest)
}
