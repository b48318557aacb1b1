//! WTF-8: UTF-8 that may also contain lone surrogates, which JavaScript's strings may. Each is three bytes,
//! ED A0..BF 80..BF.

use alloc::string::String;

/// The first surrogate that ends a pair.
const TRAILING: u16 = 0xdc00;

/// Whether `bytes` are WTF-8.
pub(crate) fn is_well_formed(bytes: &[u8]) -> bool {
    let mut after_leading = false;
    for piece in pieces(bytes) {
        after_leading = match piece {
            Piece::Text(text) => text.is_empty(),
            Piece::Surrogate(unit) if unit < TRAILING => true,
            // A leading one followed by a trailing one would be a pair, which UTF-8 encodes as one.
            Piece::Surrogate(_) if !after_leading => false,
            _ => return false,
        };
    }
    true
}

/// WTF-8 to UTF-8: lone surrogates become U+FFFD.
pub(crate) fn to_string_lossy(bytes: &[u8]) -> String {
    pieces(bytes)
        .map(|piece| match piece {
            Piece::Text(text) => text,
            _ => "\u{fffd}",
        })
        .collect()
}

pub(crate) enum Piece<'a> {
    /// UTF-8; not empty.
    Text(&'a str),
    /// A lone surrogate.
    Surrogate(u16),
    Malformed,
}

/// What `bytes` are made of; ends after a malformed piece.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        if let [
            0xed,
            second @ 0xa0..=0xbf,
            third @ 0x80..=0xbf,
            trailing @ ..,
        ] = rest
        {
            rest = trailing;
            let unit = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
            return Some(Piece::Surrogate(unit));
        }
        let length = match core::str::from_utf8(rest) {
            Ok(_) => rest.len(),
            Err(error) => error.valid_up_to(),
        };
        let (text, trailing) = rest.split_at_checked(length)?;
        if text.is_empty() {
            let end = rest.is_empty();
            rest = &[];
            return (!end).then_some(Piece::Malformed);
        }
        rest = trailing;
        core::str::from_utf8(text).ok().map(Piece::Text)
    })
}
