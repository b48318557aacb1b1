//! The bindings in JavaScript's own engine; what `wasm-pack build` makes of them is in tests/wasm-pack.

use alloc::string::ToString;

use js_sys::{Object, Reflect};
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// Published with the SDK's recordings: tests/vectors/create.json.
const HASH: &str = "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410";

fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn context(run_id: &str) -> JsValue {
    object(&[("run", object(&[("id", run_id.into())]))])
}

fn create_in(key: JsValue, options: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    create(key.unchecked_into(), Some(object(options).unchecked_into()))
}

fn global(key: impl Into<JsValue>) -> JsValue {
    create_in(key.into(), &[("scope", "global".into())]).unwrap()
}

#[test]
fn a_key_is_its_hash_and_knows_what_it_was_made_from() {
    let key = create_in("send-email".into(), &[("ctx", context("run_abc123"))]).unwrap();
    assert_eq!(get(&key, "hash"), HASH);
    assert_eq!(get(&key, "material"), "send-email-run_abc123");
    let options = get(&key, "options");
    assert_eq!(get(&options, "key"), "send-email");
    assert_eq!(get(&options, "scope"), "run");
    assert!(Object::is_frozen(key.unchecked_ref::<Object>()));
    let json = js_sys::JSON::stringify(&key).unwrap();
    assert_eq!(json, ["\"", HASH, "\""].concat());
}

#[test]
fn a_key_as_a_part_counts_as_its_hash() {
    let parts = js_sys::Array::of2(&global("a"), &7.into());
    let expected = [&get(&global("a"), "hash").as_string().unwrap(), "-7"].concat();
    assert_eq!(get(&global(parts), "key"), expected);
}

#[test]
fn many_keys_are_those_made_one_by_one() {
    let keys = js_sys::Array::of3(&"a".into(), &js_sys::Array::new(), &"".into());
    let options = object(&[("ctx", context("run_1"))]);
    let many = create_many(
        keys.clone().unchecked_into(),
        Some(options.unchecked_into()),
    )
    .unwrap();
    assert_eq!(many.len(), 3);
    for (at, key) in many.iter().enumerate() {
        let single = create_in(keys.get(at as u32), &[("ctx", context("run_1"))]).unwrap();
        assert_eq!(get(key, "hash"), get(&single, "hash"));
    }
}

#[test]
fn an_error_has_its_name_its_code_and_its_data() {
    let parts = js_sys::Array::of2(&"a".into(), &JsValue::NULL);
    let error = create_in(parts.into(), &[]).unwrap_err();
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(get(&error, "name"), "InvalidKeyError");
    assert_eq!(get(&error, "code"), "ERR_INVALID_KEY");
    assert_eq!(get(&error, "index"), 1);
    assert_eq!(get(&error, "found"), "null");

    let error = create_in("a".into(), &[("scop", "run".into())]).unwrap_err();
    assert_eq!(get(&error, "code"), "ERR_INVALID_ARGUMENT");
    assert_eq!(get(&error, "suggestion"), "scope");

    let payload = object(&[("a", f64::NAN.into())]);
    let error = canonicalize(payload.unchecked_into()).unwrap_err();
    assert_eq!(get(&error, "path"), "$.a");
}

#[test]
fn a_reset_tries_a_string_of_64_characters_first() {
    let options = object(&[("scope", "global".into())]);
    let plan = plan_reset(
        JsValue::from("a".repeat(64)).unchecked_into(),
        Some(options.unchecked_into()),
    )
    .unwrap();
    let candidates: js_sys::Array = get(&plan, "candidates").unchecked_into();
    assert_eq!(candidates.get(0), "a".repeat(64).as_str());
    assert_eq!(candidates.get(1), get(&global("a".repeat(64)), "hash"));
}

#[test]
fn random_keys_grow() {
    let mut last = String::new();
    for _ in 0..1_000 {
        let key = random_key().unwrap();
        assert!(key > last, "{key} after {last}");
        last = key;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any UTF-16 units, lone surrogates among them: every second one is one half of a pair.
    #[test]
    fn a_token_brings_back_the_same_string(
        units in prop::collection::vec(prop_oneof![any::<u16>(), 0xd7f0_u16..0xe010], 0..40),
    ) {
        // The test runner calls no start functions.
        start();
        let string = js_sys::JsString::from_char_code(&units);
        let wtf8 = super::string::to_wtf8(&string);
        prop_assert_eq!(&super::string::of_wtf8(&wtf8), &string);
        let key = global(string.clone());
        let token = js_sys::Function::from(get(&key, "toToken")).call0(&key).unwrap();
        let read = from_token(token.unchecked_into()).unwrap();
        prop_assert_eq!(get(&read, "key"), JsValue::from(string));
        prop_assert_eq!(get(&read, "hash"), get(&key, "hash"));
    }

    /// Beside the engine's own reading of what was written.
    #[test]
    fn canonical_json_has_the_data_of_the_payload(names in prop::collection::vec("\\PC{0,4}", 0..6), number in any::<f64>()) {
        prop_assume!(number.is_finite());
        let members: Vec<(&str, JsValue)> = names.iter().map(|name| (name.as_str(), number.into())).collect();
        let canonical = canonicalize(object(&members).unchecked_into()).unwrap();
        let read = js_sys::JSON::parse(&canonical).unwrap();
        for name in &names {
            prop_assert_eq!(get(&read, name).as_f64(), Some(number));
        }
        prop_assert_eq!(canonicalize(read.unchecked_into()).unwrap(), canonical.to_string());
    }
}
