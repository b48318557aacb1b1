//! The order of member names: by UTF-16 code units, unescaped (RFC 8785 section 3.2.3).

use core::cmp::Ordering;

/// The high bits of eight bytes: all zero if these are ASCII.
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// A member's name in compact JSON. Its first bytes are kept, since most names differ there.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    /// The [`rank`]s of the first eight bytes, most significant first, padded with zeros.
    prefix: u64,
    start: u32,
    /// The lowest bit: whether it has an escape. The others: its length in bytes.
    length_and_escaped: u32,
}

impl Name {
    /// The name at `start`; `first` is the first eight bytes of the text there, most significant first.
    #[inline(always)]
    pub(crate) fn new(text: &[u8], start: usize, length: usize, escaped: bool, first: u64) -> Name {
        let unused = 64 - 8 * length.min(8) as u32;
        let mut prefix = first.checked_shr(unused).unwrap_or(0) << (unused & 63);
        if escaped || prefix & HIGHS != 0 {
            prefix = prefix_of_ranks(text.get(start..start + length).unwrap_or_default());
        }
        Name {
            prefix,
            start: start as u32,
            length_and_escaped: ((length as u32) << 1) | u32::from(escaped),
        }
    }

    /// Where it starts, after the quotation mark.
    pub(crate) fn start(&self) -> usize {
        self.start as usize
    }

    /// Equal for names whose first eight bytes are equal.
    pub(crate) fn prefix(&self) -> u64 {
        self.prefix
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
        let [one, two] = [self.bytes(text), other.bytes(text)];
        if (self.length_and_escaped | other.length_and_escaped) & 1 != 0 {
            return ranks(one).cmp(ranks(two));
        }
        let different = one.iter().zip(two).find(|(a, b)| a != b);
        different.map_or(one.len().cmp(&two.len()), |(&a, &b)| rank(a).cmp(&rank(b)))
    }
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
        let (&byte, trailing) = rest.split_first()?;
        rest = trailing;
        if byte != b'\\' {
            return Some(rank(byte));
        }
        let (&escape, trailing) = rest.split_first()?;
        rest = trailing;
        Some(match escape {
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 0x0c,
            b'r' => b'\r',
            b'u' => {
                let (digits, trailing) = rest.split_at_checked(4)?;
                rest = trailing;
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
