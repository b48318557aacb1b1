use super::messages::{Argument, NoJson};
use super::*;
use crate::material::PartKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn a_refused_part_is_named_by_its_index() {
    let error = PartKind::Null.refuse(Some(2), None);
    assert_eq!(error.code().as_str(), "ERR_INVALID_KEY");
    assert_eq!((error.index(), error.found()), (Some(2), Some("null")));
    assert_eq!(
        error.message(),
        "part 2 of the key is null, expected a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value"
    );
    for (kind, found) in PartKind::ALL.into_iter().zip([
        "null",
        "undefined",
        "an array inside an array",
        "an object",
        "a function",
        "a symbol",
        "a promise",
    ]) {
        assert_eq!(kind.refuse(None, None).found(), Some(found));
    }
    let places = [
        (None, Some(7), "key 7 is null", 7),
        (Some(2), Some(7), "part 2 of key 7 is null", 7),
    ];
    for (part, key, start, index) in places {
        let error = PartKind::Null.refuse(part, key);
        assert!(error.message().starts_with(start), "{}", error.message());
        assert_eq!(error.index(), Some(index));
    }
    let error = PartKind::Promise.refuse(None, None);
    assert_eq!(error.index(), None);
    assert_eq!(
        error.message(),
        "the key is a promise, expected what it resolves to: await it first"
    );
}

#[test]
fn an_argument_that_is_no_string_has_the_code_of_its_kind() {
    for (argument, code, message) in [
        (
            Argument::Ttl,
            ErrorCode::InvalidTtl,
            "the TTL is an array, expected a string such as \"5m\"",
        ),
        (
            Argument::Token,
            ErrorCode::InvalidToken,
            "the token is an array, expected the string that toToken() returned",
        ),
        (
            Argument::Operation,
            ErrorCode::InvalidPayload,
            "the operation is an array, expected a string such as \"charge\"",
        ),
    ] {
        let error = Error::not_a_string(argument, "an array");
        assert_eq!((error.code(), error.message()), (code, message));
        assert_eq!(error.found(), Some("an array"));
    }
}

#[test]
fn a_value_that_json_cannot_represent_is_named_with_its_path() {
    for (kind, found, rest) in [
        (
            NoJson::BigInt,
            "1n",
            "is 1n, which JSON can't represent: convert it to a string",
        ),
        (
            NoJson::Cycle,
            "",
            "contains itself: its JSON would have no end",
        ),
        (
            NoJson::NonFinite,
            "NaN",
            "is NaN, which JSON can't represent: pass a finite number, a string or null",
        ),
        (
            NoJson::Nothing,
            "a symbol",
            "is a symbol, which JSON can't represent: pass null, or a value that JSON.stringify writes",
        ),
        (
            NoJson::Opaque,
            "Set",
            "is of class Set and has no enumerable properties, so that JSON.stringify writes {} whatever it holds: pass what it holds as an array, a plain object or a string, and await a promise first",
        ),
        (
            NoJson::TooDeep,
            "",
            "is nested too deeply for JSON.stringify and the stack that is left",
        ),
        (
            NoJson::TooLong,
            "",
            "has more JSON than a string can hold: hash it in parts",
        ),
    ] {
        let error = Error::no_json(kind, "$.a", found);
        assert_eq!((error.path(), error.detail()), (Some("$.a"), "$.a"));
        assert_eq!(
            error.message(),
            ["the payload can't be hashed: $.a ", rest].concat()
        );
    }
}

#[test]
fn what_the_caller_passed_is_repeated_only_in_part() {
    let long = "x".repeat(100_000);
    for error in [
        Error::invalid_scope(&long),
        Error::invalid_ttl(&long, "90m"),
        Error::invalid_ttl(&long, ""),
        Error::ttl_out_of_range(&long),
        Error::not_a_string(Argument::Operation, &long),
        Error::no_json(NoJson::Nothing, "$", &long),
        Error::number_out_of_range("$", &long),
    ] {
        assert!(error.message().len() < 350, "{error}");
        assert!(error.found().unwrap().ends_with("x…"), "{error}");
    }
}

#[test]
fn the_codes_of_kinds_are_their_places() {
    assert!(
        Argument::ALL
            .iter()
            .enumerate()
            .all(|(at, kind)| *kind as usize == at)
    );
    assert!(
        NoJson::ALL
            .iter()
            .enumerate()
            .all(|(at, kind)| *kind as usize == at)
    );
    assert!(
        PartKind::ALL
            .iter()
            .enumerate()
            .all(|(at, kind)| *kind as usize == at)
    );
}

#[test]
fn a_key_without_a_hash_is_no_key() {
    assert_eq!(Error::key_without_hash().code(), ErrorCode::InvalidKey);
}
