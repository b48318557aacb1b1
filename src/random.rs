//! Random keys: UUIDs of version 7 (RFC 9562 section 5.7), each greater than the one before.

use alloc::string::String;

use crate::text::{self, hex_digit};

/// Random bytes that go into one key.
pub const ENTROPY_LENGTH: usize = 10;

/// Bits of a key's counter, the field `rand_a` together with the first bits of `rand_b`.
const COUNTER_BITS: u32 = 42;
/// Where hyphens stand in a key's text, and where its sixteenth digit does.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const MIDDLE: usize = 17;

/// Makes random keys that sort by the time they were made, also within one millisecond (RFC 9562
/// section 6.2, method 1: a counter of 42 bits, started at random each millisecond).
///
/// Asks for the time and for random bytes, so that it runs where there is neither clock nor
/// operating system; elsewhere [`random_key`](crate::random_key) is all that is needed.
///
/// ```
/// use idempotency_keys::RandomKeys;
/// let mut keys = RandomKeys::new();
/// let key = keys.next(1_645_557_742_000, [0x33; 10]);
/// assert_eq!(key, "017f22e2-79b0-74cc-b333-333333333333");
/// assert!(keys.next(1_645_557_742_000, [0; 10]) > key);
/// ```
#[derive(Clone, Debug)]
pub struct RandomKeys {
    milliseconds: u64,
    counter: u64,
}

impl RandomKeys {
    /// A generator that has made no key yet.
    pub const fn new() -> RandomKeys {
        RandomKeys {
            milliseconds: 0,
            counter: 0,
        }
    }

    /// A generator that goes on after `last`, a key that another one made; a text that is none counts
    /// as no key.
    pub fn after(last: &str) -> RandomKeys {
        let (mut high, mut low, mut length) = (0, 0, 0);
        for digit in last.bytes().filter_map(hex_value) {
            high = (high << 4) | (low >> 60);
            low = (low << 4) | digit;
            length += 1;
        }
        if length != 32 {
            return RandomKeys::new();
        }
        RandomKeys {
            milliseconds: high >> 16,
            counter: ((high & 0xfff) << 30) | ((low >> 32) & 0x3fff_ffff),
        }
    }

    /// The next key, at `milliseconds` after 1970 by the clock. `entropy` has to come from the
    /// platform's secure random source, new for each key.
    ///
    /// A clock that stands still or is set back makes keys go on from the last time instead.
    pub fn next(&mut self, milliseconds: u64, entropy: [u8; ENTROPY_LENGTH]) -> String {
        let [a, b, c, d, e, f, tail @ ..] = entropy;
        let random = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        if milliseconds > self.milliseconds {
            self.milliseconds = milliseconds;
            // The highest bit is left free, so that the counter has room to count.
            self.counter = random & ((1 << (COUNTER_BITS - 1)) - 1);
        } else {
            // By more than one, so that nobody can tell the next key from this one.
            self.counter += 1 + (random & 0xffff);
            if self.counter >> COUNTER_BITS != 0 {
                self.milliseconds += 1;
                self.counter = random & ((1 << (COUNTER_BITS - 1)) - 1);
            }
        }
        text(layout(self.milliseconds, self.counter, tail))
    }
}

impl Default for RandomKeys {
    fn default() -> RandomKeys {
        RandomKeys::new()
    }
}

fn hex_value(digit: u8) -> Option<u64> {
    match digit {
        b'0'..=b'9' => Some(u64::from(digit - b'0')),
        b'a'..=b'f' => Some(u64::from(digit - b'a') + 10),
        b'A'..=b'F' => Some(u64::from(digit - b'A') + 10),
        _ => None,
    }
}

/// 48 bits of time, version 7, 12 bits of the counter, and behind them variant 0b10, the counter's
/// other 30 bits and 32 random bits. Two halves: arithmetic on 128 bits is a library of its own in
/// wasm.
fn layout(milliseconds: u64, counter: u64, tail: [u8; 4]) -> [u64; 2] {
    let high = (milliseconds << 16) | (0x7 << 12) | ((counter >> 30) & 0xfff);
    let low = (0b10 << 62) | ((counter & 0x3fff_ffff) << 32) | u64::from(u32::from_be_bytes(tail));
    [high, low]
}

fn text([high, low]: [u64; 2]) -> String {
    let mut text = [0; 36];
    let mut bits = high;
    for (at, character) in text.iter_mut().enumerate() {
        if HYPHENS.contains(&at) {
            *character = b'-';
            continue;
        }
        *character = hex_digit((bits >> 60) as u8);
        bits <<= 4;
        if at == MIDDLE {
            bits = low;
        }
    }
    text::ascii(&text)
}

/// A random key for `Idempotency-Key` headers and the like: a UUID of version 7, greater than any
/// that this process made before.
///
/// In a header it stands in quotation marks, as a structured field string
/// (draft-ietf-httpapi-idempotency-key-header): `format!("\"{}\"", random_key())`.
///
/// # Panics
/// If the operating system has no random bytes to give, which no healthy one ever does.
///
/// ```
/// let key = idempotency_keys::random_key();
/// assert_eq!(key.len(), 36);
/// assert!(idempotency_keys::random_key() > key);
/// ```
#[cfg(not(any(target_os = "none", all(target_arch = "wasm32", target_os = "unknown"))))]
pub fn random_key() -> String {
    use std::sync::{Mutex, PoisonError};
    use std::time::SystemTime;

    static KEYS: Mutex<RandomKeys> = Mutex::new(RandomKeys::new());

    let mut entropy = [0; ENTROPY_LENGTH];
    getrandom::fill(&mut entropy).expect("the operating system's random source answers");
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    keys.next(since_1970.as_millis() as u64, entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "hundreds of thousands of keys")]
    fn keys_grow_also_when_the_clock_stands_still_or_goes_back() {
        let mut keys = RandomKeys::new();
        let mut last = String::new();
        for index in 0..300_000u64 {
            let bytes = crate::Digest::of(&index.to_le_bytes());
            let entropy = *bytes.as_bytes().first_chunk().unwrap();
            let key = keys.next(1_700_000_000_000 - index % 3, entropy);
            assert!(key > last, "{key} after {last}");
            last = key;
        }
    }

    #[test]
    fn a_generator_goes_on_after_another_one_s_key() {
        let mut keys = RandomKeys::new();
        let last = keys.next(1_700_000_000_000, [0xfe; 10]);
        let next = RandomKeys::after(&last).next(1_600_000_000_000, [1; 10]);
        assert_eq!(next, keys.next(1_600_000_000_000, [1; 10]));
        assert!(next > last);
        assert_eq!(RandomKeys::after("no key").milliseconds, 0);
    }

    #[test]
    fn a_counter_that_runs_over_borrows_the_next_millisecond() {
        let mut keys = RandomKeys::new();
        keys.next(1_000, [0xff; 10]);
        keys.counter = (1 << COUNTER_BITS) - 1;
        let before = text(layout(keys.milliseconds, keys.counter, [0xff; 4]));
        assert!(keys.next(1_000, [0; 10]) > before);
        assert_eq!(keys.milliseconds, 1_001);
    }

    #[test]
    fn version_and_variant_stand_where_the_rfc_has_them() {
        for entropy in [[0; 10], [0xff; 10]] {
            let key = RandomKeys::new().next(u64::MAX >> 16, entropy);
            assert_eq!(key.get(..15), Some("ffffffff-ffff-7"));
            assert!(matches!(key.as_bytes().get(19), Some(b'8'..=b'b')), "{key}");
        }
    }
}
