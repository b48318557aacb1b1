//! The feature `serde`, in a format that people read and in a binary one.

use idempotency_keys::{Context, Digest, IdempotencyKey, Scope};
use serde::{Deserialize, Serialize};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    scope: Scope,
    payload: Digest,
    #[serde(with = "idempotency_keys::serde::token")]
    key: IdempotencyKey,
}

fn job() -> Job {
    let context = Context::new("run_abc123");
    Job {
        scope: Scope::Attempt,
        // SHA-256 of "abc" (FIPS 180-4).
        payload: Digest::of(b"abc"),
        key: IdempotencyKey::create("send-email", Scope::Run, Some(context)).unwrap(),
    }
}

#[test]
fn json_has_names_digits_and_a_token() {
    let json = serde_json::to_value(job()).unwrap();
    assert_eq!(json["scope"], "attempt");
    assert_eq!(
        json["payload"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(json["key"], "AQAKc2VuZC1lbWFpbC1ydW5fYWJjMTIzTATyFZxr2MQ");
    assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job());
}

#[test]
fn a_binary_format_keeps_everything() {
    let bytes = postcard::to_allocvec(&job()).unwrap();
    assert_eq!(postcard::from_bytes::<Job>(&bytes).unwrap(), job());
}

#[test]
fn a_key_is_its_hash() {
    assert_eq!(
        serde_json::to_string(&job().key).unwrap(),
        "\"3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410\""
    );
}

#[test]
fn what_is_none_is_refused() {
    assert!(serde_json::from_str::<Scope>("\"task\"").is_err());
    assert!(serde_json::from_str::<Scope>("1").is_err());
    assert!(serde_json::from_str::<Digest>("\"ba78\"").is_err());
    let damaged = serde_json::to_string(&job())
        .unwrap()
        .replace("AQAK", "AQAL");
    assert!(serde_json::from_str::<Job>(&damaged).is_err());
}
