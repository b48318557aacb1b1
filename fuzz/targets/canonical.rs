//! Canonical JSON: any text is refused, or has the form that another implementation of RFC 8785 gives
//! it; which comes out the same a second time, and is what the payload's hash covers.
#![no_main]

use idempotency_keys::{Digest, ErrorCode, canonicalize, hash_payload};
use libfuzzer_sys::fuzz_target;

/// The other implementation reads no deeper.
const DEEPEST: usize = 100;

fn depth(json: &str) -> usize {
    json.bytes()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count()
}

fuzz_target!(|json: &str| {
    let canonical = match canonicalize(json) {
        Ok(canonical) => canonical,
        Err(error) => {
            assert_eq!(error.code(), ErrorCode::InvalidPayload);
            assert!(hash_payload(json, "").is_err());
            // Other readers take the last member of a name, and so what is refused here.
            let is_twice = error.message().contains(" appears twice in its object");
            let other = serde_json::from_str::<serde_json::Value>(json);
            assert!(
                is_twice || other.is_err() || depth(json) > DEEPEST,
                "{error}"
            );
            return;
        }
    };
    assert_eq!(canonicalize(&canonical).as_deref(), Ok(canonical.as_str()));
    assert_eq!(hash_payload(json, ""), Ok(Digest::of(canonical.as_bytes())));
    let with_operation = [canonical.as_bytes(), b"charge"].concat();
    assert_eq!(
        hash_payload(json, "charge"),
        Ok(Digest::of(&with_operation))
    );
    if depth(json) <= DEEPEST {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(
            canonical,
            serde_json_canonicalizer::to_string(&value).unwrap()
        );
    }
});
