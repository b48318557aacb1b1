//! Times to live: a string is accepted if, and only if, the server would read it; and what an error
//! advises to write instead is accepted.
#![no_main]

use idempotency_keys::{ErrorCode, parse_ttl};
use libfuzzer_sys::fuzz_target;

/// JavaScript's latest date, in seconds.
const LATEST: u128 = 8_640_000_000_000;

/// The server's rule: `/^(\d{1,})([smhd])$/`.
fn seconds(text: &str) -> Option<u128> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = number.trim_start_matches('0');
    if significant.len() > 20 {
        return None;
    }
    let number: u128 = if significant.is_empty() {
        0
    } else {
        significant.parse().unwrap()
    };
    Some(number * unit).filter(|seconds| *seconds <= LATEST)
}

fuzz_target!(|text: &str| {
    match (parse_ttl(text), seconds(text)) {
        (Ok(duration), Some(seconds)) => assert_eq!(u128::from(duration.as_secs()), seconds),
        (Err(error), None) => {
            assert_eq!(error.code(), ErrorCode::InvalidTtl);
            let message = error.message();
            let (_, advice) = message
                .rsplit_once('"')
                .unwrap()
                .0
                .rsplit_once('"')
                .unwrap();
            assert!(parse_ttl(advice).is_ok(), "{error}");
        }
        (found, expected) => panic!("{found:?}, expected {expected:?}"),
    }
});
