use super::*;

#[test]
fn a_refused_part_is_named_by_its_index() {
    let error = Error::invalid_part("null", Some(2));
    assert_eq!(error.code().as_str(), "ERR_INVALID_KEY");
    assert_eq!((error.index(), error.found()), (Some(2), Some("null")));
    assert_eq!(
        error.message(),
        "part 2 of the key is null, expected a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value"
    );
    let error = Error::invalid_part("a function", None);
    assert_eq!(error.index(), None);
    assert!(error.message().starts_with("the key is a function, "));
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
    for (kind, rest) in [
        (
            NoJson::BigInt,
            "is 1n, which JSON can't represent: convert it to a string",
        ),
        (NoJson::Cycle, "contains itself: its JSON would have no end"),
        (
            NoJson::NonFinite,
            "is 1n, which JSON can't represent: pass a finite number, a string or null",
        ),
        (
            NoJson::Nothing,
            "is 1n, which JSON can't represent: pass null, or a value that JSON.stringify writes",
        ),
    ] {
        let error = Error::no_json(kind, "$.a", "1n");
        assert_eq!(error.path(), Some("$.a"));
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
