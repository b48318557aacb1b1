//! Every digest beside `sha2`'s.

use crate::sha256::batch::Batch;
use crate::sha256::block::Suffix;
use crate::sha256::consts::{BLOCK, HEX_LENGTH};
use crate::sha256::{Digest, hash_many, hash_one_by_one};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Pseudorandom numbers, the same in every run (xorshift64*).
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

/// Hashes the keys as one batch, and compares each hash with `sha2`'s. `trailing`
/// follows the last key in memory.
fn check(keys: &[Vec<u8>], suffix: &str, trailing: &[u8]) {
    let bytes = [&keys.concat(), trailing].concat();
    let lengths: Vec<u32> = keys.iter().map(|key| key.len() as u32).collect();
    let suffix = Suffix::new(suffix.into());
    let mut hashes = vec![[0; HEX_LENGTH]; keys.len()];
    hash_many(Batch::new(&bytes, &lengths, &suffix, &mut hashes));
    let mut one_by_one = vec![[0; HEX_LENGTH]; keys.len()];
    hash_one_by_one(Batch::new(&bytes, &lengths, &suffix, &mut one_by_one));
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
fn the_example_of_the_standard_has_its_digest() {
    let mut hashes = [[0; HEX_LENGTH]];
    let suffix = Suffix::new("c".into());
    hash_many(Batch::new(b"ab", &[2], &suffix, &mut hashes));
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
        let trailing = random.below(2 * BLOCK);
        check(&keys, &suffix, &random.bytes(trailing));
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
    hash_many(Batch::new(b"abcd", &[3, 2, 1], &Suffix::EMPTY, &mut hashes));
    assert_eq!(hashes.map(|hash| hash[0]), [b'b', b'?', b'?']);
}
