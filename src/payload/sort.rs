//! JSON text to canonical JSON text: RFC 8785, section 3.2.3, members sorted by the UTF-16 code
//! units of their names.
//!
//! [`order`] takes *plain* JSON, without whitespace and with numbers and strings already as
//! RFC 8785 section 3.2.2 wants them. JavaScript's `JSON.stringify` writes just that, since the RFC
//! took its rules from there; `json.rs` turns any other text into it. What is left is sorting, in
//! one pass over the text and without recursion: around objects whose members are out of order the text is
//! cut into spans, and these are chained in another order. Nothing is copied until the chain is complete, so
//! that depth costs nothing.

use alloc::vec::Vec;
use core::mem;

use crate::error::Error;
use crate::payload::chunk::{Chunk, WIDTH, scalar, string_part};
use crate::payload::member::{Member, Orders};
use crate::payload::name::Name;
use crate::payload::path;
use crate::payload::span::{Canonical, Chain, NONE, Span};

/// Bytes that have to follow a text that is put in order; they are left as they are.
pub(crate) const SLACK: usize = WIDTH;

/// An object or array that is still open.
#[derive(Clone, Copy)]
struct Object {
    /// Where its first member's name starts.
    start: u32,
    first_member: u32,
    /// That of the member which holds it.
    chain: Chain,
    is_object: bool,
    sorted: bool,
    /// Whether an object in it was linked.
    linked: bool,
}

impl Object {
    const NONE: Object = Object {
        start: 0,
        first_member: 0,
        chain: Chain::NONE,
        is_object: false,
        sorted: true,
        linked: false,
    };
}

/// What putting a text in order takes, kept for the next one.
pub(crate) struct Workspace {
    /// Those around the one that is open.
    outer: Vec<Object>,
    /// The members of all open objects.
    members: Vec<Member>,
    spans: Vec<Span>,
    /// Delimiters that change places once it is sure that nothing is refused: a path is read off the
    /// text.
    swaps: Vec<[u32; 2]>,
    orders: Orders,
}

impl Workspace {
    pub(crate) const fn new() -> Workspace {
        Workspace {
            outer: Vec::new(),
            members: Vec::new(),
            spans: Vec::new(),
            swaps: Vec::new(),
            orders: Orders::new(),
        }
    }
}

/// Puts plain JSON, the first `length` bytes of `text`, in canonical order; the `behind` bytes that follow stay
/// behind it, and [`SLACK`] more have to follow them. Unless it is canonical, the text itself comes to harm.
///
/// # Errors
/// `ERR_INVALID_PAYLOAD`, naming the path, for two members of one name in an object, and for a lone
/// surrogate, which JSON.stringify escapes (`"\ud800"`). For a text of 4 GiB and more.
pub(crate) fn order<'a>(
    text: &'a mut [u8],
    length: usize,
    behind: usize,
    workspace: &'a mut Workspace,
) -> Result<Canonical<'a>, Error> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::payload_too_long());
    }
    workspace.outer.clear();
    workspace.members.clear();
    workspace.spans.clear();
    workspace.swaps.clear();
    let mut reader = Reader {
        length,
        object: Object::NONE,
        chain: Chain::NONE,
        unclear: 0,
        fault: None,
        work: workspace,
    };
    reader.read(text);
    match reader.fault {
        None => {
            let first = reader.finish(text, behind);
            Ok(Canonical {
                text,
                length: length + behind,
                unclear: reader.unclear,
                spans: &reader.work.spans,
                first,
            })
        }
        Some(Fault::Surrogate(at)) => Err(Error::lone_surrogate(&path::at(text, at))),
        Some(Fault::Duplicate(at)) => Err(Error::duplicate_member(&path::at(text, at))),
    }
}

/// Why a text was refused, and where.
enum Fault {
    Surrogate(usize),
    Duplicate(usize),
}

struct Reader<'a> {
    length: usize,
    object: Object,
    /// That of the last of the members.
    chain: Chain,
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
            if self.object.is_object {
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
            // Behind a value: whatever ends there, up to what begins the next one.
            while at < self.length {
                let comma = byte(text, at) == b',';
                if self.object.is_object && self.chain.first != NONE {
                    self.end_chain(at);
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

    /// The end of the string whose content starts at `start`, and in which a backslash stands at `at`.
    #[inline(never)]
    fn escaped(&mut self, text: &[u8], start: usize, mut at: usize) -> usize {
        while at < self.length && byte(text, at) != b'"' {
            // Plain JSON escapes control characters, all below `\u0020`, and nothing else.
            if let Some(b"ud") = text.get(at + 1..at + 3) {
                self.refuse(Fault::Surrogate(start));
            }
            at = string_part(text, at + 2);
        }
        at
    }

    /// Ends the reading.
    fn refuse(&mut self, fault: Fault) {
        self.length = 0;
        self.fault.get_or_insert(fault);
    }

    #[inline(always)]
    fn open(&mut self, start: usize, is_object: bool) {
        let object = Object {
            start: start as u32,
            first_member: self.work.members.len() as u32,
            chain: self.chain,
            is_object,
            sorted: true,
            linked: false,
        };
        self.work.outer.push(mem::replace(&mut self.object, object));
    }

    /// Takes up the member that starts at `start`, and returns where its value does.
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
        let before = self.work.members.get(self.object.first_member as usize..);
        if self.object.sorted
            && let Some(last) = before.and_then(|members| members.last())
        {
            self.object.sorted = last.name.cmp(&name, text).is_lt();
        }
        self.work.members.push(Member::new(name));
        self.chain.first = NONE;
        // A colon stands between them.
        end + 2
    }

    /// Ends a member that was cut into spans.
    #[cold]
    #[inline(never)]
    fn end_chain(&mut self, end: usize) {
        let mut chain = self.chain;
        chain.extend(&mut self.work.spans, end as u32 + 1);
        if let Some(member) = self.work.members.last_mut() {
            member.first = chain.first;
            member.last = chain.last;
        }
    }

    /// Ends an array, or an object, whose members are put in order.
    #[inline(always)]
    fn close(&mut self, text: &[u8], end: usize) {
        let outer = self.work.outer.pop().unwrap_or(Object::NONE);
        let object = mem::replace(&mut self.object, outer);
        if !object.is_object {
            self.object.linked |= object.linked;
            return;
        }
        self.chain = object.chain;
        if !object.sorted || object.linked {
            self.sort(text, &object, end);
        }
        self.work.members.truncate(object.first_member as usize);
    }

    /// Cuts an object into spans, or what is not yet, and chains them in the order of its members.
    #[inline(never)]
    fn sort(&mut self, text: &[u8], object: &Object, end: usize) {
        let Workspace {
            members,
            spans,
            orders,
            ..
        } = self.work;
        let (outer, members) = members
            .split_at_checked(object.first_member as usize)
            .unwrap_or_default();
        let (order, twice) = orders.find(members, text);
        if let Some(twice) = twice {
            return self.refuse(Fault::Duplicate(twice));
        }
        let mut chain = object.chain;
        if chain.first == NONE {
            chain.rest = outer.last().map_or(0, |holder| holder.start() as u32);
        }
        chain.extend(spans, object.start);
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
                chain.rest = member.start() as u32;
                chain.extend(spans, last_end);
            } else {
                chain.append(spans, member.first, member.last);
            }
        }
        chain.rest = end;
        self.work.swaps.push([last_end - 1, end - 1]);
        self.chain = chain;
        self.object.linked = true;
    }

    /// Ends the text and `behind` bytes that follow it, and returns the first span if there are any.
    fn finish(&mut self, text: &mut [u8], behind: usize) -> u32 {
        let mut chain = self.chain;
        if chain.first != NONE {
            chain.extend(&mut self.work.spans, (self.length + behind) as u32);
        }
        for swap in &self.work.swaps {
            if let Ok([one, other]) = text.get_disjoint_mut(swap.map(|at| at as usize)) {
                mem::swap(one, other);
            }
        }
        chain.first
    }
}
