//! The order of member names: by UTF-16 code units, unescaped (RFC 8785 section 3.2.3).

use core::cmp::Ordering;

/// Where a member's name stands in a plain JSON text, with its beginning at hand: most names
/// differ there.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    /// The first eight bytes as [`rank`] puts them, the first one highest, padded with zeros.
    prefix: u64,
    start: u32,
    /// One bit: whether any of it is escaped. The others: its length in bytes.
    length_and_escaped: u32,
}

impl Name {
    #[inline(always)]
    pub(crate) fn new(text: &[u8], start: usize, end: usize, escaped: bool) -> Name {
        let length = end - start;
        Name {
            prefix: prefix(text, start, length, escaped),
            start: start as u32,
            length_and_escaped: ((length as u32) << 1) | u32::from(escaped),
        }
    }

    /// Where its content starts.
    pub(crate) fn start(&self) -> usize {
        self.start as usize
    }

    fn bytes<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let end = self.start() + (self.length_and_escaped >> 1) as usize;
        text.get(self.start()..end).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn cmp(&self, other: &Name, text: &[u8]) -> Ordering {
        match self.prefix.cmp(&other.prefix) {
            Ordering::Equal => self.cmp_equal_prefix(other, text),
            order => order,
        }
    }

    #[cold]
    #[inline(never)]
    fn cmp_equal_prefix(&self, other: &Name, text: &[u8]) -> Ordering {
        ranks(self.bytes(text)).cmp(ranks(other.bytes(text)))
    }
}

/// The first name that equals the one before it.
pub(crate) fn duplicate(sorted: impl Iterator<Item = Name>, text: &[u8]) -> Option<Name> {
    let mut last: Option<Name> = None;
    for name in sorted {
        if last.is_some_and(|last| last.cmp(&name, text).is_eq()) {
            return Some(name);
        }
        last = Some(name);
    }
    None
}

#[inline(always)]
fn prefix(text: &[u8], start: usize, length: usize, escaped: bool) -> u64 {
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // Of a short name, with what follows it in the text cut off: most names are short.
    if !escaped && let Some(first) = text.get(start..).and_then(|rest| rest.first_chunk()) {
        let unused = 64 - 8 * length.clamp(0, 8) as u32;
        let word = u64::from_be_bytes(*first).checked_shr(unused).unwrap_or(0) << (unused & 63);
        if word & HIGHS == 0 {
            return word;
        }
    }
    prefix_of_ranks(text.get(start..start + length).unwrap_or_default())
}

#[cold]
#[inline(never)]
fn prefix_of_ranks(name: &[u8]) -> u64 {
    let mut word = [0; 8];
    for (byte, rank) in word.iter_mut().zip(ranks(name)) {
        *byte = rank;
    }
    u64::from_be_bytes(word)
}

/// A name's bytes, unescaped, so that comparing them compares UTF-16 code units.
fn ranks(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        if byte != b'\\' {
            return Some(rank(byte));
        }
        let (&escape, behind) = rest.split_first()?;
        rest = behind;
        Some(match escape {
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 0x0c,
            b'r' => b'\r',
            b'u' => {
                let (digits, behind) = rest.split_at_checked(4)?;
                rest = behind;
                digits.iter().fold(0, |value, &digit| {
                    (value << 4) | ((digit & 0x0f) + (digit >> 6) * 9)
                })
            }
            character => character,
        })
    })
}

/// Orders UTF-8 as UTF-16. The two differ in one thing: UTF-16 has characters past U+FFFF (lead bytes
/// F0 to F4) before U+E000 to U+FFFF (lead bytes EE and EF).
fn rank(byte: u8) -> u8 {
    match byte {
        0xee | 0xef => byte + 0x10,
        0xf0..=0xf4 => byte - 2,
        _ => byte,
    }
}
