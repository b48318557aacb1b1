use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The canonical form of compact JSON with `trailing` after it, and whether it had to be written anew.
fn canonical(json: &str, trailing: &str) -> Result<(String, bool), Error> {
    let mut text = [json.as_bytes(), trailing.as_bytes(), &[0; SLACK]].concat();
    let mut workspace = Workspace::new();
    let ordered = order(&mut text, json.len(), trailing.len(), &mut workspace)?;
    let mut bytes = Vec::new();
    let is_text = ordered.is_text();
    if is_text {
        bytes.extend_from_slice(&ordered.text[..ordered.length]);
    } else {
        ordered.write(&mut bytes);
    }
    Ok((String::from_utf8(bytes).unwrap(), !is_text))
}

#[test]
fn members_are_sorted() {
    for (json, expected) in [
        (r#"{"b":1,"a":2}"#, r#"{"a":2,"b":1}"#),
        (r#"{"c":1,"a":2,"b":3}"#, r#"{"a":2,"b":3,"c":1}"#),
        (
            r#"[{"b":{"d":1,"c":2},"a":[]},3]"#,
            r#"[{"a":[],"b":{"c":2,"d":1}},3]"#,
        ),
        (
            r#"{"a":{"d":1,"c":2},"b":3}"#,
            r#"{"a":{"c":2,"d":1},"b":3}"#,
        ),
        // U+FFFD sorts after U+1F600, whose first code unit is D83D.
        ("{\"\u{fffd}\":1,\"😀\":2}", "{\"😀\":2,\"\u{fffd}\":1}"),
    ] {
        assert_eq!(canonical(json, ""), Ok((expected.into(), true)), "{json}");
    }
}

#[test]
fn canonical_json_is_left_as_it_is() {
    for json in ["1", "\"b\"", "[]", "{}", r#"{"a":2,"b":[{"c":1,"d":2}]}"#] {
        assert_eq!(canonical(json, ""), Ok((json.into(), false)), "{json}");
    }
}

#[test]
fn trailing_bytes_stay_after_the_json() {
    let sorted = canonical(r#"{"b":1,"a":2}"#, "charge");
    assert_eq!(sorted, Ok((r#"{"a":2,"b":1}charge"#.into(), true)));
    let unchanged = canonical(r#"{"a":2,"b":1}"#, "charge");
    assert_eq!(unchanged, Ok((r#"{"a":2,"b":1}charge"#.into(), false)));
}

#[test]
fn duplicate_members_and_lone_surrogates_are_refused() {
    for (json, path) in [
        (r#"{"a":1,"a":2}"#, "$.a"),
        (r#"[0,{"b":1,"a":{"c":1,"c":2}}]"#, "$[1].a.c"),
        (r#"{"a":["\udead"]}"#, "$.a[0]"),
        (r#"{"x":{"\udead":1}}"#, r#"$.x["\udead"]"#),
    ] {
        let error = canonical(json, "").unwrap_err();
        assert_eq!(error.path(), Some(path), "{json}");
    }
}
