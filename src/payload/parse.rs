//! Any JSON (RFC 8259) to compact JSON: no whitespace, numbers and strings as RFC 8785 section 3.2.2
//! serializes them. Not in the npm package, where `JSON.stringify` writes compact JSON.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::payload::path;

/// Rewrites `text` as compact JSON, with its members in their original order.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path, for a string that is not JSON, and for a number beyond the
/// range of a double (`1e400`).
pub(crate) fn compact(text: &str) -> Result<String, Error> {
    let mut reader = Reader {
        text: text.as_bytes(),
        at: 0,
        compact: String::with_capacity(text.len()),
    };
    reader.read().map_err(|fault| {
        let path = path::at(reader.compact.as_bytes(), reader.compact.len());
        match fault {
            Fault::Unexpected => {
                let rest = text.get(reader.at..).unwrap_or_default();
                Error::not_json(&path, reader.at, rest.chars().next())
            }
            Fault::Range(number) => Error::number_out_of_range(&path, &number),
        }
    })?;
    Ok(reader.compact)
}

enum Fault {
    Unexpected,
    Range(String),
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    compact: String,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Copies `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
            self.compact.push(char::from(byte));
        }
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        self.take(byte).then_some(()).ok_or(Fault::Unexpected)
    }

    fn read(&mut self) -> Result<(), Fault> {
        // The closing brackets of all open levels. Not recursion, so that depth can't overflow the stack.
        let mut closers: Vec<u8> = Vec::new();
        'value: loop {
            match self.peek() {
                Some(b'{') => {
                    self.take(b'{');
                    if !self.take(b'}') {
                        closers.push(b'}');
                        self.name()?;
                        continue 'value;
                    }
                }
                Some(b'[') => {
                    self.take(b'[');
                    if !self.take(b']') {
                        closers.push(b']');
                        continue 'value;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                _ => self.literal()?,
            }
            loop {
                match closers.last() {
                    None if self.peek().is_none() => return Ok(()),
                    Some(&closer) if self.take(closer) => {
                        closers.pop();
                    }
                    Some(&closer) => {
                        self.expect(b',')?;
                        if closer == b'}' {
                            self.name()?;
                        }
                        continue 'value;
                    }
                    None => return Err(Fault::Unexpected),
                }
            }
        }
    }

    fn name(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => self.string()?,
            _ => return Err(Fault::Unexpected),
        }
        self.expect(b':')
    }

    fn literal(&mut self) -> Result<(), Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for literal in ["true", "false", "null"] {
            if rest.starts_with(literal.as_bytes()) {
                self.at += literal.len();
                self.compact.push_str(literal);
                return Ok(());
            }
        }
        Err(Fault::Unexpected)
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.text.get(self.at) {
            self.at += 1;
        }
        (self.at > start).then_some(()).ok_or(Fault::Unexpected)
    }

    fn skip(&mut self, bytes: &[u8]) -> bool {
        let found = self.text.get(self.at).is_some_and(|it| bytes.contains(it));
        self.at += usize::from(found);
        found
    }

    /// RFC 8785 section 3.2.2.3: as ECMAScript serializes the nearest double.
    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.skip(b"-");
        if !self.skip(b"0") {
            self.digits()?;
        }
        if self.skip(b".") {
            self.digits()?;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits()?;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        let digits = core::str::from_utf8(digits).unwrap_or_default();
        let number: f64 = digits.parse().map_err(|_| Fault::Unexpected)?;
        if !number.is_finite() {
            return Err(Fault::Range(String::from(digits)));
        }
        self.compact
            .push_str(ryu_js::Buffer::new().format_finite(number));
        Ok(())
    }

    /// RFC 8785 section 3.2.2.2: nothing is escaped but quotation marks, backslashes and control
    /// characters.
    fn string(&mut self) -> Result<(), Fault> {
        self.expect(b'"')?;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\')
                .ok_or(Fault::Unexpected);
            let length = length.inspect_err(|_| self.at = self.text.len())?;
            let (verbatim, rest) = rest.split_at(length);
            // ASCII is on both sides, so this is whole characters.
            self.compact
                .push_str(core::str::from_utf8(verbatim).unwrap_or_default());
            self.at += length;
            match rest.first() {
                Some(b'"') => {
                    self.at += 1;
                    self.compact.push('"');
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(Fault::Unexpected),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let escape = self.text.get(self.at).ok_or(Fault::Unexpected)?;
        let character = match escape {
            b'"' | b'\\' | b'/' => char::from(*escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(Fault::Unexpected),
        };
        self.at += 1;
        push_escaped(&mut self.compact, character);
        Ok(())
    }

    /// One or two `\uXXXX`. A lone surrogate stays escaped, as JSON.stringify leaves it:
    /// [`sort::order`](super::sort::order) refuses it and names its path.
    fn unicode_escape(&mut self) -> Result<(), Fault> {
        let first = self.code_unit()?;
        let second = match first {
            0xd800..=0xdbff if self.text.get(self.at..self.at + 2) == Some(b"\\u") => {
                self.at += 2;
                Some(self.code_unit()?)
            }
            _ => None,
        };
        for character in char::decode_utf16([first].into_iter().chain(second)) {
            match character {
                Ok(character) => push_escaped(&mut self.compact, character),
                Err(lone) => {
                    self.compact.push_str("\\u");
                    let unit = u32::from(lone.unpaired_surrogate());
                    let digits =
                        [12, 8, 4, 0].map(|shift| char::from_digit(unit >> shift & 0xf, 16));
                    self.compact.extend(digits.into_iter().flatten());
                }
            }
        }
        Ok(())
    }

    fn code_unit(&mut self) -> Result<u16, Fault> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.text.get(self.at).copied().map(char::from);
            let digit = digit.and_then(|digit| digit.to_digit(16));
            unit = (unit << 4) | digit.ok_or(Fault::Unexpected)? as u16;
            self.at += 1;
        }
        Ok(unit)
    }
}

fn push_escaped(compact: &mut String, character: char) {
    let short = match character {
        '"' | '\\' => character,
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\0'..='\u{1f}' => {
            compact.push_str("\\u00");
            compact.push(if character < '\u{10}' { '0' } else { '1' });
            compact.extend(char::from_digit(character as u32 & 0x0f, 16));
            return;
        }
        _ => return compact.push(character),
    };
    compact.push('\\');
    compact.push(short);
}
