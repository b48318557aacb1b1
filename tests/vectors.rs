//! Every vector of keys that has a meaning in Rust, through the crate (`reset.rs`: those of resets).
//! Each test says how many cases it ran, so that none can get lost unseen.

mod support;

use idempotency_keys::{Digest, IdempotencyKey, ResetOptions, Scope, plan_reset};
use support::{Ctx, Js, id, load, material, scope_of};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn digests_are_those_of_the_standard() {
    let cases = load("digest");
    for case in &cases {
        let message = Js::decode(&case["utf8"]).text().expect("a text");
        assert_eq!(
            Digest::of(message.as_bytes()).to_hex(),
            case["hex"],
            "{}",
            case["name"]
        );
    }
    assert_eq!(cases.len(), 47);
}

#[test]
fn created_keys_are_those_of_the_sdk() {
    let cases = load("create");
    for case in &cases {
        let (material, joined) = material(&Js::decode(&case["key"])).expect("strings");
        let ctx = Ctx::of(case);
        let scope = scope_of(&case["options"]);
        let key = IdempotencyKey::create(material, scope, ctx.context()).expect("a key");
        assert_eq!(key.hash(), case["expect"]["hash"], "{}", id(case));
        assert!(
            case["expect"].get("options").is_none(),
            "{}: options of its own",
            id(case)
        );
        assert_eq!(
            (key.key(), key.scope()),
            (joined.as_str(), scope),
            "{}",
            id(case)
        );
    }
    assert_eq!(cases.len(), 1901);
}

/// The crate has no `makeIdempotencyKey`, but all that it is made of.
#[test]
fn made_keys_are_those_of_the_sdk() {
    let (mut created, mut verbatim, mut none) = (0, 0, 0);
    for case in &load("make") {
        let expect = &case["expect"];
        let key = Js::decode(expect.get("flattened").unwrap_or(&case["key"]));
        let value = Js::decode(&expect["value"]);
        match &key {
            _ if is_falsy(&key) => {
                assert_eq!(value, Js::Undefined, "{}", id(case));
                none += 1;
            }
            Js::String(units) if units.len() == 64 => {
                assert_eq!(value, key, "{}", id(case));
                verbatim += 1;
            }
            _ => {
                let (material, joined) = material(&key).expect("strings");
                let key = IdempotencyKey::create(material, Scope::Run, Ctx::of(case).context())
                    .expect("a key");
                assert_eq!(key.hash(), expect["value"], "{}", id(case));
                assert!(
                    expect.get("options").is_none(),
                    "{}: options of its own",
                    id(case)
                );
                assert_eq!(key.key(), joined, "{}", id(case));
                created += 1;
            }
        }
    }
    assert_eq!((created, verbatim, none), (645, 69, 22));
}

/// What JavaScript takes for false, and `makeIdempotencyKey` for no key at all.
fn is_falsy(value: &Js) -> bool {
    match value {
        Js::Undefined | Js::Null => true,
        Js::Bool(bool) => !bool,
        Js::Number(number) => *number == 0.0 || number.is_nan(),
        Js::String(units) => units.is_empty(),
        Js::Array(_) | Js::Other => false,
    }
}

#[test]
fn only_strings_of_64_units_could_be_hashes() {
    let (mut strings, mut others) = (0, 0);
    for case in &load("is") {
        let expected = case["expect"]["value"].as_bool().expect("a boolean");
        match Js::decode(&case["value"]) {
            Js::String(units) => {
                let text = String::from_utf16_lossy(&units);
                let plan = plan_reset(&text, ResetOptions::new());
                let is_verbatim = plan.is_ok_and(|plan| plan.candidates == [text]);
                assert_eq!(is_verbatim, expected, "{}", id(case));
                strings += 1;
            }
            _ => {
                assert!(!expected, "{}", id(case));
                others += 1;
            }
        }
    }
    assert_eq!((strings, others), (156, 28));
}

/// `attemptKey` is the suffix of the attempt scope: what a key without parts hashes.
#[test]
fn the_attempt_scope_is_the_attempt_key() {
    let cases = load("attemptKey");
    for case in &cases {
        let expected = Js::decode(&case["expect"]["value"]).text().expect("a text");
        let key = IdempotencyKey::create([""; 0], Scope::Attempt, Ctx::of(case).context())
            .expect("a key");
        assert_eq!(
            key.hash(),
            Digest::of(expected.as_bytes()).to_hex(),
            "{}",
            id(case)
        );
    }
    assert_eq!(cases.len(), 41);
}
