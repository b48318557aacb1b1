//! Payload to hash: canonical JSON, and behind it the operation that it is for.

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

/// The digest of plain JSON, the first `length` bytes of `text`, in canonical order or as it stands, with
/// the `behind` bytes that follow it; and how many of its values are `null` or `{}`. The same is refused either way.
/// [`sort::SLACK`] bytes have to follow the JSON.
pub(crate) fn hash_plain(
    text: &mut [u8],
    length: usize,
    behind: usize,
    canonical: bool,
    workspace: &mut Workspace,
    bytes: &mut Vec<u8>,
) -> Result<(Digest, u32), Error> {
    let mut hasher = Hasher::default();
    let all = text.get(..length + behind).unwrap_or_default();
    if !canonical {
        hasher.update(all);
    }
    let ordered = sort::order(text, length, behind, workspace)?;
    let unclear = ordered.unclear;
    if canonical && ordered.is_text() {
        hasher.update(text.get(..length + behind).unwrap_or_default());
    } else if canonical {
        ordered.write(bytes);
        hasher.update(bytes);
    }
    Ok((hasher.finish(), unclear))
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
pub fn canonicalize(json: &str) -> Result<String, Error> {
    canonicalize_plain(parse::plain(json)?)
}

/// Plain JSON in canonical order.
pub(crate) fn canonicalize_plain(json: String) -> Result<String, Error> {
    let (mut text, length) = with_slack(json, "");
    let mut workspace = Workspace::new();
    let ordered = sort::order(&mut text, length, 0, &mut workspace)?;
    if !ordered.is_text() {
        let mut canonical = Vec::new();
        ordered.write(&mut canonical);
        text = canonical;
    }
    text.truncate(length);
    // Members start and end next to ASCII, so this is UTF-8 as the text was.
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// A text, another one behind it, and what [`sort::order`] needs; and the first one's length.
fn with_slack(text: String, behind: &str) -> (Vec<u8>, usize) {
    let length = text.len();
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(behind.as_bytes());
    bytes.resize(bytes.len() + sort::SLACK, 0);
    (bytes, length)
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
pub fn hash_payload(json: &str, operation: &str) -> Result<Digest, Error> {
    let (mut text, length) = with_slack(parse::plain(json)?, operation);
    let workspace = &mut Workspace::new();
    let bytes = &mut Vec::new();
    Ok(hash_plain(&mut text, length, operation.len(), true, workspace, bytes)?.0)
}
