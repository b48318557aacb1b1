//! Many keys to many hashes: SHA-256 (FIPS 180-4 section 6.2) of four messages at once, one in each
//! 32-bit lane of a SIMD register.
//!
//! A lane that is done with its message takes the next one, so that long and short keys mix
//! without idling. `sha2` remains the digest of single messages, and the oracle of the tests.

#[cfg(not(target_arch = "wasm32"))]
mod portable;
#[cfg(target_arch = "wasm32")]
mod simd;

#[cfg(not(target_arch = "wasm32"))]
use portable::Lanes;
#[cfg(target_arch = "wasm32")]
use simd::Lanes;

use crate::sha256::batch::Batch;
use crate::sha256::block::{Blocks, OnlyBlock};
use crate::sha256::{BLOCK, HEX_LENGTH, INITIAL_STATE};

/// Messages under way at once.
const LANES: usize = 4;

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4
/// section 4.2.2).
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Hashes all messages of a batch.
pub(crate) fn hash_all(mut waiting: Batch<'_>) {
    let mut w = [Lanes::splat(0); 16];
    while hash_four_short(&mut waiting, &mut w) {}
    hash_any(waiting, &mut w);
}

/// Hashes the next four messages, if each of them is one block; `false` if not. Does what
/// [`hash_any`] would, without asking each lane what it is at.
#[inline(always)]
fn hash_four_short(waiting: &mut Batch<'_>, w: &mut [Lanes; 16]) -> bool {
    let Some((blocks, hashes)) = waiting.next_short() else {
        return false;
    };
    for (index, place) in w.as_chunks_mut().0.iter_mut().enumerate() {
        *place = Lanes::transpose(blocks.map(|block| {
            let [key, keep, ready] = [block.key, block.keep, block.ready].map(|bytes| {
                bytes
                    .as_chunks()
                    .0
                    .get(index)
                    .map_or(Lanes::splat(0), Lanes::from_bytes)
            });
            key.and(keep).or(ready)
        }));
    }
    w[15] = Lanes::new(blocks.map(|block| 8 * block.total as u32));
    let mut state = INITIAL_STATE.map(Lanes::splat);
    compress(&mut state, w);
    for (hash, halves) in hashes.iter_mut().zip(transpose(state)) {
        put_hex(hash, halves);
    }
    true
}

/// Hashes messages of any lengths. A lane that is done with one takes the next one.
#[inline(never)]
fn hash_any(mut waiting: Batch<'_>, w: &mut [Lanes; 16]) {
    let mut lanes = [const { Lane::IDLE }; LANES];
    let mut blocks = [[0; BLOCK]; LANES];
    let mut state = INITIAL_STATE.map(Lanes::splat);
    loop {
        let mut idle = true;
        for (lane, block) in lanes.iter_mut().zip(&mut blocks) {
            idle &= !lane.advance(&mut waiting, block);
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
        let anew = Lanes::new(finished.each_ref().map(|hash| match hash {
            Some(_) => u32::MAX,
            None => 0,
        }));
        for (hash, halves) in finished.into_iter().zip(transpose(state)) {
            if let Some(hash) = hash {
                put_hex(hash, halves);
            }
        }
        for (word, initial) in state.iter_mut().zip(INITIAL_STATE) {
            *word = Lanes::select(anew, Lanes::splat(initial), *word);
        }
    }
}

/// The state of each lane's message, in two halves.
#[inline(always)]
fn transpose([a, b, c, d, e, f, g, h]: [Lanes; 8]) -> [[Lanes; 2]; LANES] {
    let [i, j, k, l] = Lanes::transpose([a, b, c, d]);
    let [m, n, o, p] = Lanes::transpose([e, f, g, h]);
    [[i, m], [j, n], [k, o], [l, p]]
}

#[inline(always)]
fn put_hex(hash: &mut [u8; HEX_LENGTH], halves: [Lanes; 2]) {
    for (place, half) in hash.as_chunks_mut().0.iter_mut().zip(halves) {
        *place = half.hex_digits();
    }
}

/// What one lane works on.
struct Lane<'a> {
    /// Where the hash goes, while there is a message.
    hash: Option<&'a mut [u8; HEX_LENGTH]>,
    /// The message's blocks after the present one, if any.
    rest: Option<Blocks<'a>>,
}

impl<'a> Lane<'a> {
    const IDLE: Lane<'a> = Lane {
        hash: None,
        rest: None,
    };

    /// Writes the next block, of this message or the next one; `false` if there is none.
    #[inline(always)]
    fn advance(&mut self, waiting: &mut Batch<'a>, block: &mut [u8; BLOCK]) -> bool {
        if self.hash.is_none() {
            let Some(message) = waiting.next() else {
                return false;
            };
            self.hash = Some(message.hash);
            let (key, suffix) = (message.key, waiting.suffix);
            if let Some(only) = OnlyBlock::new(message.bytes, key.len(), suffix) {
                only.put(block);
                return true;
            }
            self.rest = Some(Blocks::new(key, suffix));
        }
        self.rest.take_if(|rest| rest.put_next(block));
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
/// Neither unrolled nor with the schedule computed ahead: both take 10 to 25 % longer on V8, and up to
/// ten times the bytes.
#[inline(never)]
fn compress(state: &mut [Lanes; 8], w: &mut [Lanes; 16]) {
    let mut v = *state;
    let (first, later) = K.split_at(w.len());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sha256::Digest;
    use crate::sha256::block::Suffix;

    /// Numbers that look random, the same in every run (xorshift64*).
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
        }

        fn bytes(&mut self, length: usize) -> Vec<u8> {
            (0..length).map(|_| self.below(256) as u8).collect()
        }
    }

    /// Hashes the keys as one batch, and compares each hash with `sha2`'s. `behind` is what
    /// follows the last key in memory.
    fn check(keys: &[Vec<u8>], suffix: &str, behind: &[u8]) {
        let bytes = [&keys.concat(), behind].concat();
        let lengths: Vec<u32> = keys.iter().map(|key| key.len() as u32).collect();
        let suffix = Suffix::new(suffix.into());
        let mut hashes = vec![[0; HEX_LENGTH]; keys.len()];
        Batch::new(&bytes, &lengths, &suffix, &mut hashes).hash();
        let mut one_by_one = vec![[0; HEX_LENGTH]; keys.len()];
        Batch::new(&bytes, &lengths, &suffix, &mut one_by_one).hash_one_by_one();
        assert_eq!(hashes, one_by_one);
        for (key, hash) in keys.iter().zip(&hashes) {
            let whole = [key, suffix.as_str().as_bytes()].concat();
            assert_eq!(
                str::from_utf8(hash),
                Ok(Digest::of(&whole).to_hex().as_str()),
                "{key:02x?} in a batch of lengths {lengths:?}"
            );
        }
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        let mut hashes = [[0; HEX_LENGTH]];
        let suffix = Suffix::new("c".into());
        Batch::new(b"ab", &[2], &suffix, &mut hashes).hash();
        assert_eq!(
            str::from_utf8(&hashes[0]),
            Ok("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of blocks, at a second each")]
    fn every_length_agrees_with_sha2() {
        let mut random = Random(1);
        let keys: Vec<_> = (0..=1000).map(|length| random.bytes(length)).collect();
        for suffix in [
            "",
            "-run_abc123def456",
            &"-run".repeat(14),
            &"-run".repeat(40),
        ] {
            check(&keys, suffix, &[0xaa; BLOCK]);
        }
        for key in keys {
            check(&[key], "-run_abc123def456", &[]);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of blocks, at a second each")]
    fn lanes_that_finish_at_different_times_agree_with_sha2() {
        let mut random = Random(2);
        for _ in 0..300 {
            let count = random.below(12);
            let keys: Vec<_> = (0..count)
                .map(|_| {
                    let end = [20, 56, 130, 2000][random.below(4)];
                    let length = random.below(end);
                    random.bytes(length)
                })
                .collect();
            let suffix = "-run_x".repeat(random.below(15));
            let behind = random.below(2 * BLOCK);
            check(&keys, &suffix, &random.bytes(behind));
        }
    }

    /// `LANES_MESSAGES` sets how many messages are tried: 20,000, or two million where the test is
    /// optimized.
    #[test]
    #[cfg_attr(miri, ignore = "thousands of blocks, at a second each")]
    fn random_messages_agree_with_sha2() {
        let messages = std::env::var("LANES_MESSAGES").ok().map_or(
            if cfg!(debug_assertions) {
                20_000
            } else {
                2_000_000
            },
            |count| count.parse().expect("LANES_MESSAGES is a whole number"),
        );
        let mut random = Random(3);
        let mut tried = 0;
        while tried < messages {
            let count = 1 + random.below(256);
            let keys: Vec<_> = (0..count)
                .map(|_| {
                    let length = random.below(70);
                    random.bytes(length)
                })
                .collect();
            check(&keys, "-run_abc123def456", &[]);
            tried += count;
        }
    }

    #[test]
    fn a_batch_ends_where_its_bytes_end() {
        let mut hashes = [[b'?'; HEX_LENGTH]; 3];
        Batch::new(b"abcd", &[3, 2, 1], &Suffix::EMPTY, &mut hashes).hash();
        assert_eq!(hashes.map(|hash| hash[0]), [b'b', b'?', b'?']);
    }
}
