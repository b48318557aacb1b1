//! An object's members, and their canonical order.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::payload::name::Name;
use crate::payload::span::NONE;

/// How many orders are remembered.
const KNOWN: usize = 32;

/// A member of an object.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: Name,
    /// The first and the last of its spans, if it was cut into spans.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Member {
    #[inline(always)]
    pub(crate) fn new(name: Name) -> Member {
        Member {
            name,
            first: NONE,
            last: NONE,
        }
    }

    /// Where the quotation mark before its name is.
    pub(crate) fn start(&self) -> usize {
        self.name.start() - 1
    }
}

/// The orders of recently sorted objects. Payloads repeat objects of one shape, so for most objects the
/// remembered order only has to be verified.
pub(crate) struct Orders([Vec<u32>; KNOWN]);

impl Orders {
    pub(crate) const fn new() -> Orders {
        Orders([const { Vec::new() }; KNOWN])
    }

    /// The canonical order of `members`, as indexes; and where a duplicate name starts.
    #[inline(always)]
    pub(crate) fn find(&mut self, members: &[Member], text: &[u8]) -> (&[u32], Option<usize>) {
        let [first, last] =
            [members.first(), members.last()].map(|it| it.map_or(0, |it| it.name.prefix()));
        let hash = (first ^ last.rotate_left(9) ^ members.len() as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let Some(order) = self.0.get_mut((hash >> (64 - KNOWN.ilog2())) as usize) else {
            return (&[], None);
        };
        if order.len() == members.len() && is_ascending(order, members, text) {
            return (order, None);
        }
        order.clear();
        order.extend(0..members.len() as u32);
        let mut sorting = Sorting {
            members,
            text,
            duplicate: None,
        };
        sorting.sort(order);
        (order, sorting.duplicate)
    }
}

#[inline(always)]
fn is_ascending(order: &[u32], members: &[Member], text: &[u8]) -> bool {
    let mut last: Option<&Member> = None;
    for &index in order {
        let Some(member) = members.get(index as usize) else {
            return false;
        };
        if last.is_some_and(|last| !last.name.cmp(&member.name, text).is_lt()) {
            return false;
        }
        last = Some(member);
    }
    true
}

struct Sorting<'a> {
    members: &'a [Member],
    text: &'a [u8],
    /// Where a duplicate name starts.
    duplicate: Option<usize>,
}

impl Sorting<'_> {
    #[inline(always)]
    fn is_before(&mut self, one: u32, other: u32) -> bool {
        let (Some(one), Some(other)) = (
            self.members.get(one as usize),
            self.members.get(other as usize),
        ) else {
            return true;
        };
        let order = one.name.cmp(&other.name, self.text);
        if order == Ordering::Equal {
            self.duplicate = Some(other.name.start());
        }
        order != Ordering::Greater
    }

    /// A merge sort. The standard library's would add a fifth to the wasm module.
    #[inline(never)]
    fn sort(&mut self, order: &mut [u32]) {
        let mut merged = Vec::new();
        let mut width = 1;
        while width < order.len() {
            merged.clear();
            for pair in order.chunks(width * 2) {
                let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
                self.merge(left, right, &mut merged);
            }
            // Not copy_from_slice, which could panic if the lengths differed.
            for (member, next) in order.iter_mut().zip(&merged) {
                *member = *next;
            }
            width *= 2;
        }
    }

    fn merge(&mut self, mut left: &[u32], mut right: &[u32], merged: &mut Vec<u32>) {
        while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
            if self.is_before(*a, *b) {
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
}
