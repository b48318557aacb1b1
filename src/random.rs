//! Random keys: UUIDs of version 7 (RFC 9562 section 5.7), each greater than the last.

use alloc::string::String;

use crate::uuid;

/// Random bytes that go into one key.
pub(crate) const ENTROPY_LENGTH: usize = 10;

/// Bits of a key's counter, the field `rand_a` together with the first bits of `rand_b`.
const COUNTER_BITS: u32 = 42;
/// The UUID version of every key.
const VERSION: u64 = 7;

/// Makes random keys that sort by the time they were made, also within one millisecond (RFC 9562
/// section 6.2, method 1: a counter of 42 bits, started at random each millisecond).
///
/// The caller passes the time and the random bytes, so that it needs neither a clock nor an operating
/// system. Where there are both, use [`random_key`](crate::random_key).
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

    /// A generator whose keys are greater than `last`, a key that another generator made. `None` if
    /// `last` is not a UUID of version 7, as lower-case hex digits with hyphens.
    pub fn after(last: &str) -> Option<RandomKeys> {
        let uuid @ [high, low] = uuid::parse(last);
        let is_key = uuid::with_version(VERSION, uuid) == uuid && uuid::format(uuid) == last;
        is_key.then_some(RandomKeys {
            milliseconds: high >> 16,
            counter: ((high & 0xfff) << 30) | ((low >> 32) & 0x3fff_ffff),
        })
    }

    /// The next key. `milliseconds` is the time since 1970; `entropy` must come from the platform's secure
    /// random source, anew for each key.
    ///
    /// If the clock stands still or is set back, keys continue from the last time.
    pub fn next(&mut self, milliseconds: u64, entropy: [u8; 10]) -> String {
        let [a, b, c, d, e, f, tail @ ..] = entropy;
        let random = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        if milliseconds > self.milliseconds {
            self.milliseconds = milliseconds;
            // The highest bit starts as zero, so that the counter does not overflow soon.
            self.counter = random & ((1 << (COUNTER_BITS - 1)) - 1);
        } else {
            // By a random amount, so that the next key can't be predicted from this one.
            self.counter += 1 + (random & 0xffff);
            if self.counter >> COUNTER_BITS != 0 {
                self.milliseconds += 1;
                self.counter = random & ((1 << (COUNTER_BITS - 1)) - 1);
            }
        }
        uuid::format(layout(self.milliseconds, self.counter, tail))
    }
}

impl Default for RandomKeys {
    fn default() -> RandomKeys {
        RandomKeys::new()
    }
}

/// 48 bits of time, the version, 12 bits of the counter; then the variant, the counter's other 30 bits and
/// 32 random bits.
fn layout(milliseconds: u64, counter: u64, tail: [u8; 4]) -> [u64; 2] {
    let high = (milliseconds << 16) | ((counter >> 30) & 0xfff);
    let low = ((counter & 0x3fff_ffff) << 32) | u64::from(u32::from_be_bytes(tail));
    uuid::with_version(VERSION, [high, low])
}

/// A random key, for example for an `Idempotency-Key` header: a UUID of version 7, greater than all
/// that this process made before.
///
/// In a header it is enclosed in quotation marks, as a structured field string
/// (draft-ietf-httpapi-idempotency-key-header): `format!("\"{}\"", random_key())`.
///
/// # Panics
/// If the operating system's random source fails.
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
        let next = RandomKeys::after(&last)
            .unwrap()
            .next(1_600_000_000_000, [1; 10]);
        assert_eq!(next, keys.next(1_600_000_000_000, [1; 10]));
        assert!(next > last);
    }

    #[test]
    fn a_generator_goes_on_only_after_a_uuid_of_version_7() {
        assert!(RandomKeys::after("017f22e2-79b0-74cc-b333-333333333333").is_some());
        for other in [
            "",
            "no key",
            "017f22e2-79b0-44cc-b333-333333333333",
            "017f22e2-79b0-74cc-7333-333333333333",
            "017F22E2-79B0-74CC-B333-333333333333",
            "017f22e279b074ccb333333333333333",
            "017f22e2-79b0-74cc-b333-3333333333333",
            "00017f22e2-79b0-74cc-b333-333333333333",
        ] {
            assert!(RandomKeys::after(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_counter_that_runs_over_borrows_the_next_millisecond() {
        let mut keys = RandomKeys::new();
        keys.next(1_000, [0xff; 10]);
        keys.counter = (1 << COUNTER_BITS) - 1;
        let before = uuid::format(layout(keys.milliseconds, keys.counter, [0xff; 4]));
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
