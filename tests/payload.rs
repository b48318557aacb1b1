//! Canonical JSON, time-to-lives and tokens: every vector, and random ones beside an independent
//! implementation.

#[allow(dead_code, reason = "the other tests use more of it")]
mod support;

use idempotency_keys::{
    Digest, ErrorCode, IdempotencyKey, Scope, canonicalize, hash_payload, parse_ttl,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};
use support::{Js, load, load_array};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn canonical_json_is_that_of_rfc_8785() {
    let cases = load_array("canonical", "cases");
    for case in &cases {
        let json = case["json"].as_str().expect("a text");
        let canonical = canonicalize(json).expect("canonical JSON");
        assert_eq!(canonical, case["canonical"], "{}", case["name"]);
        assert_eq!(
            canonicalize(&canonical).as_ref(),
            Ok(&canonical),
            "{}",
            case["name"]
        );
    }
    assert_eq!(cases.len(), 16);
}

#[test]
fn numbers_are_those_of_rfc_8785_appendix_b() {
    let cases = load_array("canonical", "numbers");
    for case in &cases {
        let bits = case["ieee"].as_str().expect("a text");
        let number = f64::from_bits(u64::from_str_radix(bits, 16).expect("hex digits"));
        // All the digits of the double, as no other implementation would write them.
        let json = format!("{number:.400}");
        match case["text"].as_str() {
            Some(text) => assert_eq!(canonicalize(&json).as_deref(), Ok(text), "{bits}"),
            None => assert!(canonicalize(&json).is_err(), "{bits}"),
        }
    }
    assert_eq!(cases.len(), 27);
}

#[test]
fn what_is_no_payload_is_refused_and_its_path_named() {
    let cases = load_array("canonical", "refused");
    for case in &cases {
        let error = canonicalize(case["json"].as_str().expect("a text")).expect_err("refused");
        let path = case["path"].as_str().expect("a path");
        assert_eq!(error.code(), ErrorCode::InvalidPayload);
        let start = format!("the payload can't be hashed: {path} ");
        assert!(
            error.message().starts_with(&start),
            "{}: {error}",
            case["name"]
        );
    }
    assert_eq!(cases.len(), 30);
}

#[test]
fn a_message_says_what_stands_where() {
    let message = |json: &str| canonicalize(json).unwrap_err().message().to_owned();
    assert_eq!(
        message("[1, é]"),
        "the payload can't be hashed: $[1] is not JSON (RFC 8259): unexpected \"é\" at byte 4"
    );
    assert_eq!(
        message("…"),
        "the payload can't be hashed: $ is not JSON (RFC 8259): unexpected \"…\" at byte 0"
    );
    assert_eq!(
        message("[1"),
        "the payload can't be hashed: $[0] is not JSON (RFC 8259): unexpected end at byte 2"
    );
    let deep = [&"{\"a\":[".repeat(5_000), "?"].concat();
    assert!(message(&deep).contains("$.a[0].a[0]"));
    assert!(message(&deep).len() < 300);
}

#[test]
fn depth_and_size_are_no_danger() {
    const DEPTH: usize = 100_000;
    let objects = [&r#"{"b":"#.repeat(DEPTH), "1", &r#","a":2}"#.repeat(DEPTH)].concat();
    let expected = [&r#"{"a":2,"b":"#.repeat(DEPTH), "1", &"}".repeat(DEPTH)].concat();
    assert_eq!(canonicalize(&objects), Ok(expected));
    let arrays = ["[".repeat(DEPTH), "]".repeat(DEPTH)].concat();
    assert_eq!(canonicalize(&arrays).as_ref(), Ok(&arrays));

    let members: Vec<String> = (0..100_000)
        .map(|index| format!("\"{index}\":{index}"))
        .collect();
    let mut sorted = members.clone();
    sorted.sort_by_key(|member| member.split(':').next().map(str::to_owned));
    let json = format!("{{{}}}", members.join(","));
    assert_eq!(canonicalize(&json), Ok(format!("{{{}}}", sorted.join(","))));
}

fn json() -> impl Strategy<Value = Value> {
    let text = "([a-c\"\\\\/\n\u{0}\u{7f}é€😀\u{e000}\u{ffff}]|key|name_of_a_long_member){0,4}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0.0..1e6).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 12, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((text, inner), 0..40)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn an_object_that_only_looks_like_the_one_before_it_gets_an_order_of_its_own() {
    let first = r#"{"b":1,"c":2,"a":3}"#;
    let ordered = r#"{"a":3,"b":1,"c":2}"#;
    for (like_it, expected) in [
        (r#"{"b":4,"c":5,"a":6}"#, r#"{"a":6,"b":4,"c":5}"#),
        (r#"{"b":4,"aa":5,"a":6}"#, r#"{"a":6,"aa":5,"b":4}"#),
        (
            r#"{"b":4,"a\u0001":5,"a":6}"#,
            r#"{"a":6,"a\u0001":5,"b":4}"#,
        ),
        (
            r#"{"b":[{"d":1,"c":2}],"c":5,"a":6}"#,
            r#"{"a":6,"b":[{"c":2,"d":1}],"c":5}"#,
        ),
    ] {
        assert_eq!(
            canonicalize(&format!("[{first},{like_it},{first}]")),
            Ok(format!("[{ordered},{expected},{ordered}]"))
        );
    }
    let twice = format!(r#"[{first},{{"b":4,"b":5,"a":6}}]"#);
    let error = canonicalize(&twice).expect_err("refused");
    assert!(error.message().contains("$[1].b appears twice"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_documents_are_canonicalized_as_by_another_implementation(value in json()) {
        let expected = serde_json_canonicalizer::to_string(&value).unwrap();
        for json in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(canonicalize(&json), Ok(expected.clone()));
            prop_assert_eq!(hash_payload(&json, "op"), Ok(Digest::of(format!("{expected}op").as_bytes())));
        }
    }

    #[test]
    fn no_text_makes_canonicalize_panic(text in "[\\[\\]{}\",:\\\\ue0-9.+\\- \u{0}é]{0,40}") {
        if let Ok(canonical) = canonicalize(&text) {
            prop_assert_eq!(canonicalize(&canonical), Ok(canonical));
        }
    }

    #[test]
    fn every_token_comes_back_and_no_change_of_it_goes_unseen(
        key in "\\PC{0,60}",
        run in "-?[a-z0-9_]{0,20}",
        place in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        let context = idempotency_keys::Context::new(&run);
        let key = IdempotencyKey::create(key, Scope::Run, Some(context)).unwrap();
        let token = key.to_token();
        prop_assert_eq!(IdempotencyKey::from_token(&token), Ok(key));

        let mut changed = token.clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] = *other.get(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ");
        let changed = String::from_utf8(changed).unwrap();
        prop_assert_eq!(IdempotencyKey::from_token(&changed).is_ok(), changed == token);
        prop_assert!(IdempotencyKey::from_token(&token[..place]).is_err());
    }

    #[test]
    fn no_text_makes_from_token_panic(text in "\\PC{0,80}|AQ[A-Za-z0-9_-]{0,60}") {
        prop_assert!(IdempotencyKey::from_token(&text).is_err());
    }

    #[test]
    fn no_text_makes_parse_ttl_panic(text in "\\PC{0,20}|([0-9]{1,30}(w|d|hr|h|m|s)){0,5}") {
        if let Ok(ttl) = parse_ttl(&text) {
            prop_assert!(ttl.as_secs() <= 8_640_000_000_000);
        }
    }
}

#[test]
fn time_to_lives_are_read_as_by_the_server() {
    let (mut read, mut ignored, mut other) = (0, 0, 0);
    for case in &load("ttl") {
        let value = Js::decode(&case["value"]);
        let Some(text) = value.text().filter(|_| matches!(value, Js::String(_))) else {
            other += 1;
            continue;
        };
        match (parse_ttl(&text), case["webapp"]["ms"].as_u64()) {
            (Ok(ttl), Some(milliseconds)) => {
                assert_eq!(ttl.as_millis(), u128::from(milliseconds), "{text}");
                read += 1;
            }
            (Err(error), None) => {
                assert_eq!(error.code(), ErrorCode::InvalidTtl);
                let readable = case["expect"]["ms"]
                    .as_u64()
                    .is_some_and(|ms| ms <= 8_640_000_000_000_000);
                let invalid_date = case["webapp"]["ms"] == "invalid-date";
                let rewritten = error.message().contains("30 days: write \"");
                assert_eq!(rewritten, readable && !invalid_date, "{text}: {error}");
                if let (true, Some(instead)) = (rewritten, error.message().rsplit('"').nth(1)) {
                    let same = parse_ttl(instead).expect("what the message says to write");
                    assert_eq!(case["expect"]["ms"], same.as_millis() as u64, "{text}");
                }
                ignored += 1;
            }
            (found, expected) => panic!("{text}: {found:?}, the server {expected:?}"),
        }
    }
    assert_eq!((read, ignored, other), (41, 428, 6));
}

#[test]
fn tokens_carry_keys_between_languages() {
    let cases = load_array("token", "cases");
    for case in &cases {
        let token = case["token"].as_str().expect("a text");
        let key = IdempotencyKey::from_token(token).expect("a key");
        assert_eq!(key.hash(), case["hash"], "{}", case["name"]);
        assert_eq!(key.scope().as_str(), case["scope"], "{}", case["name"]);
        match case.get("units") {
            // Not the text itself: a Rust one has U+FFFD in place of lone surrogates.
            Some(_) => assert!(key.key().contains('\u{fffd}') && key.to_token() != token),
            None => assert_eq!(
                (key.key(), key.to_token().as_str()),
                (case["key"].as_str().unwrap(), token)
            ),
        }
    }
    assert_eq!(cases.len(), 14);
}

#[test]
fn a_token_that_is_none_is_refused() {
    let cases = load_array("token", "refused");
    for case in &cases {
        let error =
            IdempotencyKey::from_token(case["token"].as_str().unwrap()).expect_err("refused");
        assert_eq!(error.code(), ErrorCode::InvalidToken);
        let later = error.message().contains("is of version");
        assert_eq!(later, case["why"] == "later", "{}: {error}", case["name"]);
    }
    assert_eq!(cases.len(), 30);
}
