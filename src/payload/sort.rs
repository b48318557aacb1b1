//! Compact JSON to canonical JSON: members sorted by the UTF-16 code units of their names (RFC 8785
//! section 3.2.3).
//!
//! Compact JSON has no whitespace, and its numbers and strings are serialized as RFC 8785 section
//! 3.2.2 requires. `JSON.stringify` writes it, since the RFC took its rules from ECMAScript; `parse.rs`
//! converts any other JSON to it. What remains is sorting, in one pass and without recursion. An object
//! whose members are out of order is cut into spans, which are linked in canonical order:
//!
//! | | |
//! |---|---|
//! | compact JSON | `{"b":1,"a":2}` |
//! | spans, each up to the delimiter after it | `{` &nbsp; `"b":1,` &nbsp; `"a":2}` |
//! | linked in order | `{` &nbsp; `"a":2}` &nbsp; `"b":1,` |
//! | the delimiters that changed places swapped | `{` &nbsp; `"a":2,` &nbsp; `"b":1}` |
//!
//! Nothing is copied until the whole list is complete, so that each byte is copied at most once,
//! however deep the objects are.

use alloc::vec::Vec;
use core::mem;

use crate::error::Error;
use crate::payload::chunk::{Chunk, WIDTH, scalar, string_part};
use crate::payload::member::{Member, Orders};
use crate::payload::name::Name;
use crate::payload::path;
use crate::payload::span::{Canonical, NONE, Span, SpanList};

/// Bytes that must follow the JSON, since it is read in chunks. They are not changed.
pub(crate) const SLACK: usize = WIDTH;

/// An object or array whose end has not been read yet.
#[derive(Clone, Copy)]
struct Container {
    /// Where its first member or element starts.
    start: u32,
    first_member: u32,
    /// The spans of the member that holds it.
    list: SpanList,
    is_object: bool,
    sorted: bool,
    /// Whether an object in it was reordered.
    reordered: bool,
}

impl Container {
    const NONE: Container = Container {
        start: 0,
        first_member: 0,
        list: SpanList::NONE,
        is_object: false,
        sorted: true,
        reordered: false,
    };
}

/// The memory that [`order`] works in, kept for the next call.
pub(crate) struct Workspace {
    /// The containers around the innermost open one, outermost first.
    enclosing: Vec<Container>,
    /// The members of all open objects.
    members: Vec<Member>,
    spans: Vec<Span>,
    /// Delimiters to swap at the end: until then the JSON stays intact, for the path of an error.
    swaps: Vec<[u32; 2]>,
    orders: Orders,
}

impl Workspace {
    pub(crate) const fn new() -> Workspace {
        Workspace {
            enclosing: Vec::new(),
            members: Vec::new(),
            spans: Vec::new(),
            swaps: Vec::new(),
            orders: Orders::new(),
        }
    }
}

/// Puts compact JSON, the first `length` bytes of `text`, in canonical order. The `trailing` bytes after it
/// stay after it, and [`SLACK`] more must follow. Unless already canonical, `text` is left modified.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path, for two members of one name in an object, and for a lone
/// surrogate, which JSON.stringify escapes (`"\ud800"`); also for 2 GiB of JSON or more, so that
/// offsets and twice a name's length fit 32 bits.
pub(crate) fn order<'a>(
    text: &'a mut [u8],
    length: usize,
    trailing: usize,
    workspace: &'a mut Workspace,
) -> Result<Canonical<'a>, Error> {
    if i32::try_from(text.len()).is_err() {
        return Err(Error::payload_too_long());
    }
    workspace.enclosing.clear();
    workspace.members.clear();
    workspace.spans.clear();
    workspace.swaps.clear();
    let mut reader = Reader {
        length,
        container: Container::NONE,
        list: SpanList::NONE,
        unclear: 0,
        fault: None,
        work: workspace,
    };
    reader.read(text);
    match reader.fault {
        None => {
            let first = reader.finish(text, trailing);
            Ok(Canonical {
                text,
                length: length + trailing,
                unclear: reader.unclear,
                spans: &reader.work.spans,
                first,
            })
        }
        Some(Fault::Surrogate(at)) => Err(Error::lone_surrogate(&path::at(text, at))),
        Some(Fault::Duplicate(at)) => Err(Error::duplicate_member(&path::at(text, at))),
    }
}

/// Why the JSON was refused, and at which byte.
enum Fault {
    Surrogate(usize),
    Duplicate(usize),
}

struct Reader<'a> {
    length: usize,
    container: Container,
    /// The spans of the innermost open member.
    list: SpanList,
    unclear: u32,
    fault: Option<Fault>,
    work: &'a mut Workspace,
}

#[inline(always)]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or_default()
}

impl Reader<'_> {
    fn read(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < self.length {
            if self.container.is_object {
                at = self.member(text, at);
            }
            let first = byte(text, at);
            at += 1;
            match first {
                b'"' => {
                    let end = string_part(text, at);
                    at = if byte(text, end) == b'"' {
                        end
                    } else {
                        self.escaped(text, at, end)
                    };
                    at += 1;
                }
                b'{' | b'[' => {
                    // Each bracket is two after the one that it closes.
                    if byte(text, at) != first + 2 {
                        self.open(at, first == b'{');
                        continue;
                    }
                    self.unclear += u32::from(first == b'{');
                    at += 1;
                }
                _ => {
                    self.unclear += u32::from(first == b'n');
                    at = scalar(text, at);
                }
            }
            // After a value: everything that ends here, up to the start of the next value.
            while at < self.length {
                let comma = byte(text, at) == b',';
                if self.container.is_object && self.list.first != NONE {
                    self.end_list(at);
                }
                if !comma {
                    self.close(text, at);
                }
                at += 1;
                if comma {
                    break;
                }
            }
        }
    }

    /// The end of the string whose content starts at `start`; `at` is its first backslash.
    #[inline(never)]
    fn escaped(&mut self, text: &[u8], start: usize, mut at: usize) -> usize {
        while at < self.length && byte(text, at) != b'"' {
            // Of `\uXXXX`, compact JSON has only control characters and lone surrogates.
            if let Some(b"ud") = text.get(at + 1..at + 3) {
                self.refuse(Fault::Surrogate(start));
            }
            at = string_part(text, at + 2);
        }
        at
    }

    /// Stops reading.
    fn refuse(&mut self, fault: Fault) {
        self.length = 0;
        self.fault.get_or_insert(fault);
    }

    #[inline(always)]
    fn open(&mut self, start: usize, is_object: bool) {
        let container = Container {
            start: start as u32,
            first_member: self.work.members.len() as u32,
            list: self.list,
            is_object,
            sorted: true,
            reordered: false,
        };
        self.work
            .enclosing
            .push(mem::replace(&mut self.container, container));
    }

    /// Reads the name of the member at `start`, and returns where the value starts.
    #[inline(always)]
    fn member(&mut self, text: &[u8], start: usize) -> usize {
        let content = start + 1;
        let chunk = Chunk::at(text, content);
        let mut end = chunk.map_or(content, |chunk| content + chunk.string_length());
        if end == content + WIDTH {
            end = string_part(text, end);
        }
        let escaped = byte(text, end) != b'"';
        if escaped {
            end = self.escaped(text, content, end);
        }
        let first = chunk.map_or(0, Chunk::first_word);
        let name = Name::new(text, content, end - content, escaped, first);
        let before = self
            .work
            .members
            .get(self.container.first_member as usize..);
        if self.container.sorted
            && let Some(last) = before.and_then(|members| members.last())
        {
            self.container.sorted = last.name.cmp(&name, text).is_lt();
        }
        self.work.members.push(Member::new(name));
        self.list.first = NONE;
        // The quotation mark and the colon.
        end + 2
    }

    /// Ends a member that was cut into spans.
    #[cold]
    #[inline(never)]
    fn end_list(&mut self, end: usize) {
        let mut list = self.list;
        list.extend(&mut self.work.spans, end as u32 + 1);
        if let Some(member) = self.work.members.last_mut() {
            member.first = list.first;
            member.last = list.last;
        }
    }

    /// Ends the innermost array or object, and sorts the object if necessary.
    #[inline(always)]
    fn close(&mut self, text: &[u8], end: usize) {
        let enclosing = self.work.enclosing.pop().unwrap_or(Container::NONE);
        let container = mem::replace(&mut self.container, enclosing);
        if !container.is_object {
            self.container.reordered |= container.reordered;
            return;
        }
        self.list = container.list;
        if !container.sorted || container.reordered {
            self.sort(text, &container, end);
        }
        self.work.members.truncate(container.first_member as usize);
    }

    /// Cuts an object into spans, and links them in the order of its members.
    #[inline(never)]
    fn sort(&mut self, text: &[u8], container: &Container, end: usize) {
        let Workspace {
            members,
            spans,
            orders,
            ..
        } = self.work;
        let (enclosing, members) = members
            .split_at_checked(container.first_member as usize)
            .unwrap_or_default();
        let (order, duplicate) = orders.find(members, text);
        if let Some(duplicate) = duplicate {
            return self.refuse(Fault::Duplicate(duplicate));
        }
        let mut list = container.list;
        if list.first == NONE {
            list.pending = enclosing.last().map_or(0, |holder| holder.start() as u32);
        }
        list.extend(spans, container.start);
        let end = end as u32 + 1;
        let mut last_end = end;
        for &index in order {
            let index = index as usize;
            let Some(member) = members.get(index) else {
                continue;
            };
            last_end = members
                .get(index + 1)
                .map_or(end, |next| next.start() as u32);
            if member.first == NONE {
                list.pending = member.start() as u32;
                list.extend(spans, last_end);
            } else {
                list.append(spans, member.first, member.last);
            }
        }
        list.pending = end;
        self.work.swaps.push([last_end - 1, end - 1]);
        self.list = list;
        self.container.reordered = true;
    }

    /// Ends the JSON and the `trailing` bytes, and returns the first span if there is any.
    fn finish(&mut self, text: &mut [u8], trailing: usize) -> u32 {
        let mut list = self.list;
        if list.first != NONE {
            list.extend(&mut self.work.spans, (self.length + trailing) as u32);
        }
        for swap in &self.work.swaps {
            if let Ok([one, other]) = text.get_disjoint_mut(swap.map(|at| at as usize)) {
                mem::swap(one, other);
            }
        }
        list.first
    }
}

#[cfg(test)]
mod tests;
