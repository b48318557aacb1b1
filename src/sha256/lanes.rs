//! SHA-256 (FIPS 180-4 section 6.2) of four messages at once, one in each 32-bit lane of a SIMD
//! register.
//!
//! A lane that finishes its message takes the next one, so that no lane idles while keys of
//! different lengths are hashed.

#[cfg(not(target_arch = "wasm32"))]
mod portable;
#[cfg(target_arch = "wasm32")]
mod simd;
#[cfg(test)]
mod tests;

#[cfg(not(target_arch = "wasm32"))]
use portable::Lanes;
#[cfg(target_arch = "wasm32")]
use simd::Lanes;

use super::batch::Batch;
use super::block::{Blocks, SingleBlock};
use super::consts::{BLOCK, HEX_LENGTH, INITIAL_STATE, ROUND_CONSTANTS};

/// Messages hashed at once.
const LANES: usize = 4;

/// Hashes all messages of a batch.
pub(super) fn hash_many(mut batch: Batch<'_>) {
    let mut w = [Lanes::splat(0); 16];
    while hash_single_blocks(&mut batch, &mut w) {}
    hash_any(batch, &mut w);
}

/// Hashes the next four messages if each of them is a single block; returns `false` if not.
/// [`hash_any`] would do the same more slowly, since it keeps a state for each lane.
#[inline(always)]
fn hash_single_blocks(batch: &mut Batch<'_>, w: &mut [Lanes; 16]) -> bool {
    let Some((blocks, hashes)) = batch.next_single_blocks() else {
        return false;
    };
    for (index, place) in w.as_chunks_mut().0.iter_mut().enumerate() {
        *place = Lanes::transpose(blocks.map(|block| {
            let [key, mask, tail] = [block.key, block.mask, block.tail].map(|bytes| {
                bytes
                    .as_chunks()
                    .0
                    .get(index)
                    .map_or(Lanes::splat(0), Lanes::from_bytes)
            });
            key.and(mask).or(tail)
        }));
    }
    w[15] = Lanes::new(blocks.map(|block| 8 * block.length as u32));
    let mut state = INITIAL_STATE.map(Lanes::splat);
    compress(&mut state, w);
    write_hex(state, hashes);
    true
}

/// Hashes messages of any lengths.
#[inline(never)]
fn hash_any(mut batch: Batch<'_>, w: &mut [Lanes; 16]) {
    let mut lanes = [const { Lane::IDLE }; LANES];
    let mut blocks = [[0; BLOCK]; LANES];
    let mut hashes = [[0; HEX_LENGTH]; LANES];
    let mut state = INITIAL_STATE.map(Lanes::splat);
    loop {
        let mut idle = true;
        for (lane, block) in lanes.iter_mut().zip(&mut blocks) {
            idle &= !lane.advance(&mut batch, block);
        }
        if idle {
            return;
        }
        for (index, place) in w.as_chunks_mut().0.iter_mut().enumerate() {
            *place = Lanes::transpose(blocks.each_ref().map(|block| {
                block
                    .as_chunks()
                    .0
                    .get(index)
                    .map_or(Lanes::splat(0), Lanes::from_bytes)
            }));
        }
        compress(&mut state, w);
        let finished = lanes.each_mut().map(Lane::take_if_finished);
        let restart = Lanes::new(finished.each_ref().map(|hash| match hash {
            Some(_) => u32::MAX,
            None => 0,
        }));
        write_hex(state, &mut hashes);
        for (to, hash) in finished.into_iter().zip(&hashes) {
            if let Some(to) = to {
                *to = *hash;
            }
        }
        for (word, initial) in state.iter_mut().zip(INITIAL_STATE) {
            *word = Lanes::select(restart, Lanes::splat(initial), *word);
        }
    }
}

/// Writes the digest of each message. Not inlined: it has a lot of code, and two callers.
#[inline(never)]
fn write_hex([a, b, c, d, e, f, g, h]: [Lanes; 8], hashes: &mut [[u8; HEX_LENGTH]; LANES]) {
    let first = Lanes::transpose([a, b, c, d]);
    let last = Lanes::transpose([e, f, g, h]);
    for (hash, halves) in hashes.iter_mut().zip(first.into_iter().zip(last)) {
        let halves = [halves.0, halves.1];
        for (place, half) in hash.as_chunks_mut().0.iter_mut().zip(halves) {
            *place = half.hex_digits();
        }
    }
}

/// The message in one lane.
struct Lane<'a> {
    /// Where its hash goes; `None` without a message.
    hash: Option<&'a mut [u8; HEX_LENGTH]>,
    /// Its blocks after the current one, if any.
    rest: Option<Blocks<'a>>,
}

impl<'a> Lane<'a> {
    const IDLE: Lane<'a> = Lane {
        hash: None,
        rest: None,
    };

    /// Writes the next block, of this message or of the next one; returns `false` if there is none.
    #[inline(always)]
    fn advance(&mut self, batch: &mut Batch<'a>, block: &mut [u8; BLOCK]) -> bool {
        if self.hash.is_none() {
            let Some(message) = batch.next() else {
                return false;
            };
            self.hash = Some(message.hash);
            let (key, suffix) = (message.key, batch.suffix);
            if let Some(single) = SingleBlock::new(message.bytes, key.len(), suffix) {
                single.write(block);
                return true;
            }
            self.rest = Some(Blocks::new(key, suffix));
        }
        self.rest.take_if(|rest| rest.next_block(block));
        true
    }

    #[inline(always)]
    fn take_if_finished(&mut self) -> Option<&'a mut [u8; HEX_LENGTH]> {
        if self.rest.is_some() {
            return None;
        }
        self.hash.take()
    }
}

/// FIPS 180-4 section 6.2.2, on four blocks.
///
/// Neither unrolled nor with the schedule computed first: both take 10 to 25 % longer on V8, and up to
/// ten times the bytes.
#[inline(never)]
fn compress(state: &mut [Lanes; 8], w: &mut [Lanes; 16]) {
    let mut v = *state;
    let (first, later) = ROUND_CONSTANTS.split_at(w.len());
    for (k, w) in first.iter().zip(&*w) {
        round(&mut v, w.add(Lanes::splat(*k)));
    }
    for (i, k) in later.iter().enumerate() {
        let next = w[i % 16]
            .add(small_sigma_0(w[(i + 1) % 16]))
            .add(w[(i + 9) % 16].add(small_sigma_1(w[(i + 14) % 16])));
        w[i % 16] = next;
        round(&mut v, next.add(Lanes::splat(*k)));
    }
    for (state, v) in state.iter_mut().zip(v) {
        *state = state.add(v);
    }
}

#[inline(always)]
fn round(v: &mut [Lanes; 8], kw: Lanes) {
    let [a, b, c, d, e, f, g, h] = *v;
    let choice = Lanes::select(e, f, g);
    let majority = Lanes::select(a.xor(b), c, b);
    let t1 = h.add(kw).add(choice).add(big_sigma_1(e));
    let t2 = big_sigma_0(a).add(majority);
    *v = [t1.add(t2), a, b, c, d.add(t1), e, f, g];
}

#[inline(always)]
fn big_sigma_0(x: Lanes) -> Lanes {
    x.rotate::<2>().xor(x.rotate::<13>()).xor(x.rotate::<22>())
}

#[inline(always)]
fn big_sigma_1(x: Lanes) -> Lanes {
    x.rotate::<6>().xor(x.rotate::<11>()).xor(x.rotate::<25>())
}

#[inline(always)]
fn small_sigma_0(x: Lanes) -> Lanes {
    x.rotate::<7>().xor(x.rotate::<18>()).xor(x.shift::<3>())
}

#[inline(always)]
fn small_sigma_1(x: Lanes) -> Lanes {
    x.rotate::<17>().xor(x.rotate::<19>()).xor(x.shift::<10>())
}
