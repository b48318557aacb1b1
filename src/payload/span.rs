//! Linked lists of spans of a text, in canonical order.

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

/// The spans of a member that is still being read, and where its pending part starts, which is in no
/// span yet. The list is empty unless an object in the member was reordered.
#[derive(Clone, Copy)]
pub(crate) struct SpanList {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) pending: u32,
}

impl SpanList {
    pub(crate) const NONE: SpanList = SpanList {
        first: NONE,
        last: NONE,
        pending: 0,
    };

    /// Appends the pending part up to `end`; extends the last span if they are adjacent in the text.
    #[inline(always)]
    pub(crate) fn extend(&mut self, spans: &mut Vec<Span>, end: u32) {
        if self.first != NONE
            && let Some(last) = spans.get_mut(self.last as usize)
            && last.end == self.pending
        {
            last.end = end;
            return;
        }
        let span = spans.len() as u32;
        spans.push(Span {
            start: self.pending,
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

/// A text in canonical order: as it is, or as a list of its spans.
pub(crate) struct Canonical<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) length: usize,
    pub(crate) spans: &'a [Span],
    pub(crate) first: u32,
    /// How many of its values are `null` or `{}`, which JSON.stringify writes for others, too.
    pub(crate) unclear: u32,
}

impl Canonical<'_> {
    /// Whether the text is canonical as it is.
    pub(crate) fn is_text(&self) -> bool {
        self.first == NONE
    }

    /// Writes the canonical text and the trailing bytes to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Copies whole chunks; the next span overwrites the excess.
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
