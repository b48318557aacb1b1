//! A time-to-live such as `"30m"` to a duration, as the Trigger.dev server reads it.
//!
//! Requests have `idempotencyKeyTTL` as a string. The server reads one number and one unit, and treats
//! anything else as "not given", which means 30 days. The SDK's own parser reads more, so that code
//! which validates with it gets no warning.

use alloc::string::String;
use core::time::Duration;

use crate::error::Error;
use crate::text;

/// The units that the server reads, and the seconds in each.
const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
/// The SDK's parser refuses longer strings.
const SDK_LENGTH: usize = 100;
/// JavaScript's latest date, in seconds after 1970 (ECMA-262, Time Values). The server adds the TTL to
/// the current time, and has no date past this one. The current time is not subtracted here, since that
/// would take a clock, and no key lives for 270,000 years.
const LATEST: u64 = 8_640_000_000_000;

/// Reads a time-to-live: digits and one of the units `s`, `m`, `h` and `d`, without anything around
/// or between them (`idempotencyKeyTTL`, Trigger.dev server as of SDK 4.8.3).
///
/// # Errors
/// `ERR_INVALID_TTL` for what the server would ignore:
/// - `"1h30m"`, `"1w"`, `"1hr"`: the SDK reads them, the server does not; the error suggests what to
///   write.
/// - `""`, `"5"`, `"5 m"`, `"5M"`, `"-5m"`, `"1.5h"`, `"1e3s"`: nothing reads them.
/// - `"8640000000001s"`: past the last date that there is.
///
/// ```
/// use core::time::Duration;
/// use idempotency_keys::parse_ttl;
///
/// assert_eq!(parse_ttl("90m"), Ok(Duration::from_secs(5_400)));
/// assert_eq!(
///     parse_ttl("1h30m").unwrap_err().message(),
///     r#"the server ignores the TTL "1h30m", which then is 30 days: write "90m""#,
/// );
/// ```
pub fn parse(text: &str) -> Result<Duration, Error> {
    let (number, unit) = split_number(text);
    let seconds = UNITS
        .iter()
        .find(|(name, _)| *name == unit && !number.is_empty())
        .map(|(_, seconds)| multiply(number, *seconds));
    match seconds {
        Some(seconds) if seconds <= LATEST => Ok(Duration::from_secs(seconds)),
        Some(_) => Err(Error::ttl_out_of_range(text)),
        None => Err(match sdk_seconds(text) {
            Some(seconds) if seconds <= LATEST => Error::invalid_ttl(text, &rewrite(seconds)),
            _ => Error::invalid_ttl(text, ""),
        }),
    }
}

/// The digits that `text` starts with, and the rest.
#[inline(never)]
fn split_number(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(digits).unwrap_or_default()
}

/// The seconds of `number` units, or a number past [`LATEST`], so small that the sum of all units of the
/// SDK can't overflow: checked arithmetic is more code.
#[inline(never)]
fn multiply(number: &str, seconds: u64) -> u64 {
    let number = number.bytes().fold(0, |value, digit| {
        (value * 10 + u64::from(digit - b'0')).min(LATEST + 1)
    });
    number * seconds
}

/// What the SDK's parser makes of `text` (`parseNaturalLanguageDurationInMs`, @trigger.dev/core
/// 4.8.3): groups of digits and unit in any order, of which the first of each unit counts. Its units
/// are the server's, `w`, and `hr` for `h`.
fn sdk_seconds(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > SDK_LENGTH {
        return None;
    }
    let mut rest = text;
    // One bit for each unit.
    let mut seen = 0u8;
    let mut seconds = 0;
    while !rest.is_empty() {
        let (number, trailing) = split_number(rest);
        let (bit, each, length) = match trailing.as_bytes() {
            [b'w', ..] => (1, 604_800, 1),
            [b'd', ..] => (2, 86_400, 1),
            [b'h', b'r', ..] => (4, 3_600, 2),
            [b'h', ..] => (4, 3_600, 1),
            [b'm', ..] => (8, 60, 1),
            [b's', ..] => (16, 1, 1),
            _ => return None,
        };
        if number.is_empty() {
            return None;
        }
        if seen & bit == 0 {
            seconds += multiply(number, each);
        }
        seen |= bit;
        rest = trailing.get(length..)?;
    }
    Some(seconds)
}

/// The same time in the largest unit that makes it a whole number.
fn rewrite(seconds: u64) -> String {
    let (unit, each) = UNITS
        .into_iter()
        .rev()
        .find(|(_, each)| seconds > 0 && seconds.is_multiple_of(*each))
        .unwrap_or(("s", 1));
    text::join(&[&text::decimal(seconds / each), unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message().into()
    }

    #[test]
    fn what_only_the_sdk_reads_is_rewritten_for_the_server() {
        for (text, instead) in [
            ("1w", "7d"),
            ("1hr", "1h"),
            ("1hr30m", "90m"),
            ("36hr", "36h"),
            ("1w2d3h4m5s", "788645s"),
            ("0w", "0s"),
            ("1s1s", "1s"),
            ("2m1m", "2m"),
            ("1h1hr", "1h"),
        ] {
            let expected = [
                "the server ignores the TTL \"",
                text,
                "\", which then is 30 days: write \"",
                instead,
                "\"",
            ];
            assert_eq!(message(text), expected.concat());
        }
    }

    #[test]
    fn what_nothing_reads_is_refused_with_an_example() {
        assert_eq!(
            message("5 minutes"),
            "the server ignores the TTL \"5 minutes\", which then is 30 days: write digits and one of the units s, m, h and d, such as \"5m\""
        );
    }

    #[test]
    fn a_ttl_past_the_last_date_is_refused() {
        assert_eq!(parse("8640000000000s"), Ok(Duration::from_secs(LATEST)));
        assert_eq!(
            message("100000001d"),
            "the TTL \"100000001d\" ends after the last date there is: write at most \"100000000d\""
        );
        assert!(message(&["9".repeat(500), "s".into()].concat()).contains("…\" ends after"));
    }
}
