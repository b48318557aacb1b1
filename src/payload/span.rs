//! A text as a chain of its spans, in the order in which they are to stand.

use alloc::vec::Vec;

use crate::payload::chunk::WIDTH;

/// No span.
pub(crate) const NONE: u32 = u32::MAX;

/// A span of the text, and the one that follows it in canonical order.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
    next: u32,
}

/// The spans of a member that is still open, and where the rest of it starts. If there are none, no
/// object in it was linked.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) rest: u32,
}

impl Chain {
    pub(crate) const NONE: Chain = Chain {
        first: NONE,
        last: NONE,
        rest: 0,
    };

    /// Adds the rest up to `end`, to the last span if it follows that in the text, too.
    #[inline(always)]
    pub(crate) fn extend(&mut self, spans: &mut Vec<Span>, end: u32) {
        if self.first != NONE
            && let Some(last) = spans.get_mut(self.last as usize)
            && last.end == self.rest
        {
            last.end = end;
            return;
        }
        let span = spans.len() as u32;
        spans.push(Span {
            start: self.rest,
            end,
            next: NONE,
        });
        self.append(spans, span, span);
    }

    #[inline(always)]
    pub(crate) fn append(&mut self, spans: &mut [Span], first: u32, last: u32) {
        match spans.get_mut(self.last as usize) {
            Some(span) if self.first != NONE => span.next = first,
            _ => self.first = first,
        }
        self.last = last;
    }
}

/// A text in canonical order: as it stands, or as a chain of its spans.
pub(crate) struct Canonical<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) length: usize,
    pub(crate) spans: &'a [Span],
    pub(crate) first: u32,
    /// How many of its values are `null` or `{}`, which JSON.stringify writes for others, too.
    pub(crate) unclear: u32,
}

impl Canonical<'_> {
    /// Whether the text is canonical as it stands.
    pub(crate) fn is_text(&self) -> bool {
        self.first == NONE
    }

    /// Makes `out` the canonical text and what follows it.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Whole chunks are copied: what is written too much is written over by the next span.
        out.resize(self.length + WIDTH, 0);
        let mut to = 0;
        let mut next = self.first;
        while let Some(span) = self.spans.get(next as usize) {
            let (mut from, end) = (span.start as usize, span.end as usize);
            let next_to = to + (end - from);
            while from < end {
                if let (Some(place), Some(chunk)) = (
                    out.get_mut(to..)
                        .and_then(|rest| rest.first_chunk_mut::<WIDTH>()),
                    self.text
                        .get(from..)
                        .and_then(|rest| rest.first_chunk::<WIDTH>()),
                ) {
                    *place = *chunk;
                }
                from += WIDTH;
                to += WIDTH;
            }
            to = next_to;
            next = span.next;
        }
        out.truncate(self.length);
    }
}
