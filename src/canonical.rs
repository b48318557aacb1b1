//! JSON text to canonical JSON text: RFC 8785, section 3.2.3, members sorted by the UTF-16 code
//! units of their names.
//!
//! [`order`] takes *plain* JSON, without whitespace and with numbers and strings already as
//! RFC 8785 section 3.2.2 wants them. JavaScript's `JSON.stringify` writes just that, since the RFC
//! took its rules from there; `json.rs` turns any other text into it. What is left is sorting, in
//! one pass over the text and without recursion: the text is cut into spans, and an object whose
//! members are out of order has their spans linked in another order. Nothing is copied until the
//! chain is complete, so that depth costs nothing.

use alloc::vec::Vec;

use crate::ascii;
use crate::error::Error;
use crate::name::{self, Name};
use crate::path;

const NONE: u32 = u32::MAX;
/// Runs up to this length are sorted by insertion, longer ones by merging: nearly all objects have
/// fewer members.
const RUN: usize = 24;

/// What takes canonical text, in pieces.
pub(crate) trait Sink {
    fn put(&mut self, piece: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, piece: &[u8]) {
        ascii::append(self, piece);
    }
}

/// A span of the text, and the one that follows it in canonical order.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    next: u32,
    /// What stands before it: a brace, a comma, or nothing (0).
    delimiter: u8,
}

/// A member of an object that is still open: its first and its last span.
#[derive(Clone, Copy)]
struct Member {
    name: Name,
    first: u32,
    last: u32,
}

/// An object that is still open.
struct Object {
    brace: u32,
    /// The span that the object interrupts.
    outer: u32,
    first_span: u32,
    first_member: u32,
    sorted: bool,
}

/// A text and the chain of its spans in canonical order.
pub(crate) struct Canonical<'a> {
    text: &'a [u8],
    spans: Vec<Span>,
}

impl Canonical<'_> {
    /// Whether the text is canonical as it stands.
    pub(crate) fn is_text(&self) -> bool {
        self.spans.len() == 1
    }

    /// Gives the canonical text to `sink`.
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        let mut next = self.spans.first();
        while let Some(span) = next {
            let (start, end) = (span.start as usize, span.end as usize);
            let before = start.wrapping_sub(1);
            if span.delimiter != 0 && self.text.get(before) == Some(&span.delimiter) {
                sink.put(self.text.get(before..end).unwrap_or_default());
            } else {
                if span.delimiter != 0 {
                    sink.put(&[span.delimiter]);
                }
                sink.put(self.text.get(start..end).unwrap_or_default());
            }
            next = self.spans.get(span.next as usize);
        }
    }
}

/// Puts plain JSON in canonical order.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path, for two members of one name in an object, and for a lone
/// surrogate, which JSON.stringify escapes (`"\ud800"`). For a text of 4 GiB and more.
pub(crate) fn order(text: &[u8]) -> Result<Canonical<'_>, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::payload_too_long());
    }
    let mut reader = Reader {
        text,
        spans: Vec::with_capacity(text.len() / 8),
        current: 0,
        members: Vec::with_capacity(64),
        objects: Vec::with_capacity(64),
    };
    reader.push_span(0, 0);
    match reader.read() {
        Ok(()) => Ok(Canonical {
            text,
            spans: reader.spans,
        }),
        Err(Fault::Surrogate(at)) => Err(Error::lone_surrogate(&path::at(text, at))),
        Err(Fault::Duplicate(at)) => Err(Error::duplicate_member(&path::at(text, at))),
    }
}

/// Why a text was refused, and where.
enum Fault {
    Surrogate(usize),
    Duplicate(usize),
}

struct Reader<'a> {
    text: &'a [u8],
    spans: Vec<Span>,
    /// The span that is still open.
    current: u32,
    members: Vec<Member>,
    objects: Vec<Object>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Fault> {
        // One entry a level around the current one: whether it is an object.
        let mut levels: Vec<bool> = Vec::new();
        let mut in_object = false;
        let mut at = 0;
        while let Some(&byte) = self.text.get(at) {
            at += 1;
            match byte {
                b'"' => at = self.string(at)?.0,
                b'{' if self.text.get(at) != Some(&b'}') => {
                    levels.push(in_object);
                    in_object = true;
                    self.open(at);
                    at = self.member(at, b'{')?;
                    continue;
                }
                b'[' if self.text.get(at) != Some(&b']') => {
                    levels.push(in_object);
                    in_object = false;
                    continue;
                }
                b'{' | b'[' => at += 1,
                _ => at = self.scalar(at),
            }
            // Behind a value: whatever ends there, and what begins the next one.
            while let Some(&byte) = self.text.get(at) {
                at += 1;
                if byte == b',' {
                    if in_object {
                        self.end_member(at - 1);
                        at = self.member(at, b',')?;
                    }
                    break;
                }
                if in_object {
                    self.close(at - 1)?;
                }
                in_object = levels.pop().unwrap_or_default();
            }
        }
        self.end_span(at);
        Ok(())
    }

    /// Behind the number or literal of which something stands before `at`.
    #[inline(always)]
    fn scalar(&self, at: usize) -> usize {
        let mut end = at;
        while let Some(byte) = self.text.get(end)
            && !matches!(byte, b',' | b'}' | b']')
        {
            end += 1;
        }
        end
    }

    /// The end of the string whose content starts at `start`, and whether any of it is escaped.
    #[inline(always)]
    fn string(&self, start: usize) -> Result<(usize, bool), Fault> {
        let mut at = start;
        let mut escaped = false;
        loop {
            at += self.text.get(at..).map_or(0, plain_length);
            match self.text.get(at) {
                Some(b'\\') => {
                    // Plain JSON escapes control characters, all below `\u0020`, and nothing else.
                    if let Some([b'u', b'd', ..]) = self.text.get(at + 1..) {
                        return Err(Fault::Surrogate(start));
                    }
                    escaped = true;
                    at += 2;
                }
                _ => return Ok((at + 1, escaped)),
            }
        }
    }

    #[inline(always)]
    fn push_span(&mut self, start: usize, delimiter: u8) -> u32 {
        self.current = self.spans.len() as u32;
        self.spans.push(Span {
            start: start as u32,
            end: start as u32,
            next: NONE,
            delimiter,
        });
        self.current
    }

    #[inline(always)]
    fn end_span(&mut self, end: usize) {
        if let Some(span) = self.spans.get_mut(self.current as usize) {
            span.end = end as u32;
        }
    }

    fn link(&mut self, from: u32, to: u32, delimiter: u8) {
        if let Some(span) = self.spans.get_mut(from as usize) {
            span.next = to;
        }
        if let Some(span) = self.spans.get_mut(to as usize) {
            span.delimiter = delimiter;
        }
    }

    #[inline(always)]
    fn open(&mut self, start: usize) {
        self.objects.push(Object {
            brace: start as u32 - 1,
            outer: self.current,
            first_span: self.spans.len() as u32,
            first_member: self.members.len() as u32,
            sorted: true,
        });
    }

    /// Takes up the member whose name starts at `start`, and returns where its value starts.
    fn member(&mut self, start: usize, delimiter: u8) -> Result<usize, Fault> {
        let content = start + 1;
        let (end, escaped) = self.string(content)?;
        let name = Name::new(self.text, content, end - 1, escaped);
        if delimiter == b','
            && let (Some(last), Some(object)) = (self.members.last(), self.objects.last_mut())
        {
            object.sorted = object.sorted && last.name.cmp(&name, self.text).is_lt();
        }
        let span = self.push_span(start, delimiter);
        self.members.push(Member {
            name,
            first: span,
            last: span,
        });
        // A colon stands between them.
        Ok(end + 1)
    }

    #[inline(always)]
    fn end_member(&mut self, end: usize) {
        self.end_span(end);
        let last = self.current;
        if let Some(member) = self.members.last_mut() {
            member.last = last;
        }
    }

    /// Ends an object: forgets its spans if it can stay as it is, or else links them in order.
    fn close(&mut self, end: usize) -> Result<(), Fault> {
        self.end_member(end);
        let Some(object) = self.objects.pop() else {
            return Ok(());
        };
        let first_member = object.first_member as usize;
        let spans = self.spans.len() - object.first_span as usize;
        if object.sorted && spans == self.members.len() - first_member {
            self.spans.truncate(object.first_span as usize);
            self.current = object.outer;
        } else {
            self.current = object.outer;
            self.end_span(object.brace as usize);
            if !object.sorted {
                let members = self.members.get_mut(first_member..).unwrap_or_default();
                sort(members, self.text);
                if let Some(name) = name::duplicate(members.iter().map(|it| it.name), self.text) {
                    return Err(Fault::Duplicate(name.start()));
                }
            }
            self.relink(object.outer, first_member, end);
        }
        self.members.truncate(first_member);
        Ok(())
    }

    fn relink(&mut self, outer: u32, first_member: usize, end: usize) {
        let mut last = outer;
        let mut delimiter = b'{';
        let mut index = first_member;
        while let Some(member) = self.members.get(index).copied() {
            self.link(last, member.first, delimiter);
            last = member.last;
            delimiter = b',';
            index += 1;
        }
        let rest = self.push_span(end, 0);
        self.link(last, rest, 0);
    }
}

/// Bytes before the next quotation mark or backslash, or the end.
#[inline(always)]
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // The high bit of each byte that is `byte`, and perhaps of some after it.
    let find = |word: u64, byte: u8| {
        let differences = word ^ (ONES * u64::from(byte));
        differences.wrapping_sub(ONES) & !differences & HIGHS
    };
    let mut length = 0;
    while let Some(chunk) = text.get(length..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*chunk);
        let found = find(word, b'"') | find(word, b'\\');
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = text.get(length..).unwrap_or_default();
    length
        + rest
            .iter()
            .position(|&byte| byte == b'"' || byte == b'\\')
            .unwrap_or(rest.len())
}

/// Sorts members by their names. Not the standard library's sort: that one alone would add a fifth
/// to the wasm module.
#[inline(never)]
fn sort(members: &mut [Member], text: &[u8]) {
    for run in members.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            while let Some([a, b]) = at.checked_sub(1).and_then(|start| run.get_mut(start..=at)) {
                if a.name.cmp(&b.name, text).is_le() {
                    break;
                }
                core::mem::swap(a, b);
                at -= 1;
            }
        }
    }
    let mut merged = Vec::new();
    let mut width = RUN;
    while width < members.len() {
        merged.clear();
        for pair in members.chunks(width * 2) {
            let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
            merge(left, right, text, &mut merged);
        }
        // Not copy_from_slice, which could panic if the lengths differed.
        for (member, next) in members.iter_mut().zip(&merged) {
            *member = *next;
        }
        width *= 2;
    }
}

fn merge(mut left: &[Member], mut right: &[Member], text: &[u8], merged: &mut Vec<Member>) {
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if a.name.cmp(&b.name, text).is_le() {
            merged.push(*a);
            left = left_rest;
        } else {
            merged.push(*b);
            right = right_rest;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
}
