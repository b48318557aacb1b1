//! The `$` encoding of `tests/vectors`, as far as it has a meaning in Rust: see `README.md` there.

use idempotency_keys::{Context, Material, Scope};
use serde_json::Value;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A JavaScript value in a vector.
#[derive(Clone, Debug, PartialEq)]
pub enum Js {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(Vec<u16>),
    Array(Vec<Js>),
    /// What only JavaScript has: objects, holes, bigints.
    Other,
}

/// A file of `tests/vectors`.
pub fn load(suite: &str) -> Vec<Value> {
    load_array(suite, "cases")
}

/// One of the arrays in a file of `tests/vectors`.
pub fn load_array(suite: &str, name: &str) -> Vec<Value> {
    // Compiled in: a browser has no files.
    let text = match suite {
        "attemptKey" => include_str!("../vectors/attemptKey.json"),
        "canonical" => include_str!("../vectors/canonical.json"),
        "create" => include_str!("../vectors/create.json"),
        "digest" => include_str!("../vectors/digest.json"),
        "is" => include_str!("../vectors/is.json"),
        "make" => include_str!("../vectors/make.json"),
        "reset" => include_str!("../vectors/reset.json"),
        "token" => include_str!("../vectors/token.json"),
        "ttl" => include_str!("../vectors/ttl.json"),
        other => panic!("{other} is no file that these tests read"),
    };
    let file: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{suite}: {error}"));
    file[name].as_array().expect("an array of cases").clone()
}

/// What a case is called in a failure.
pub fn id(case: &Value) -> &str {
    case["id"].as_str().expect("an id")
}

impl Js {
    pub fn decode(encoded: &Value) -> Js {
        match encoded {
            Value::Null => Js::Null,
            Value::Bool(bool) => Js::Bool(*bool),
            Value::Number(number) => Js::Number(number.as_f64().expect("a double")),
            Value::String(text) => Js::String(text.encode_utf16().collect()),
            Value::Array(items) => Js::Array(items.iter().map(Js::decode).collect()),
            Value::Object(members) => match members.iter().next() {
                Some((form, content)) if form.starts_with('$') => Js::decode_form(form, content),
                _ => Js::Other,
            },
        }
    }

    fn decode_form(form: &str, content: &Value) -> Js {
        match form {
            "$undefined" => Js::Undefined,
            "$number" => Js::Number(match string(content) {
                "-0" => -0.0,
                other => other.replace("Infinity", "inf").parse().expect("a double"),
            }),
            "$utf16" => Js::String(
                items(content)
                    .iter()
                    .map(|unit| unit.as_u64().and_then(|unit| u16::try_from(unit).ok()))
                    .map(|unit| unit.expect("a code unit"))
                    .collect(),
            ),
            "$concat" => Js::String(items(content).iter().flat_map(units).collect()),
            "$repeat" => Js::String(units(&content[0]).repeat(count(&content[1]))),
            "$fill" => Js::Array(vec![Js::decode(&content[0]); count(&content[1])]),
            "$range" => Js::Array(
                (0..count(&content[1]))
                    .map(|index| format!("{}{index}", string(&content[0])))
                    .map(|text| Js::String(text.encode_utf16().collect()))
                    .collect(),
            ),
            _ => Js::Other,
        }
    }

    /// The value as JavaScript turns it into a string, lone surrogates as U+FFFD; `None` for values
    /// that the crate's callers can't have.
    pub fn text(&self) -> Option<String> {
        match self {
            Js::String(units) => Some(String::from_utf16_lossy(units)),
            Js::Number(number) => Some(number_text(*number)),
            Js::Bool(bool) => Some(bool.to_string()),
            Js::Array(items) => items
                .iter()
                .map(Js::text_in_array)
                .collect::<Option<Vec<_>>>()
                .map(|strings| strings.join(",")),
            Js::Undefined | Js::Null | Js::Other => None,
        }
    }

    fn text_in_array(&self) -> Option<String> {
        match self {
            Js::Undefined | Js::Null => Some(String::new()),
            _ => self.text(),
        }
    }

    /// The parts of an array, as strings.
    pub fn parts(&self) -> Option<Vec<String>> {
        match self {
            Js::Array(items) => items.iter().map(Js::text).collect(),
            _ => None,
        }
    }
}

/// `ctx` of a case, as strings.
pub struct Ctx(Option<(String, String)>);

impl Ctx {
    pub fn of(case: &Value) -> Ctx {
        let text = |name: &str| {
            Js::decode(&case["ctx"][name])
                .text()
                .expect("a string or number")
        };
        Ctx(case["ctx"]
            .is_object()
            .then(|| (text("runId"), text("attempt"))))
    }

    pub fn context(&self) -> Option<Context<'_>> {
        let (run_id, attempt) = self.0.as_ref()?;
        Some(Context::new(run_id).with_attempt(attempt))
    }
}

/// The scope that `options` name.
pub fn scope_of(options: &Value) -> Scope {
    options["scope"].as_str().map_or(Scope::default(), |name| {
        Scope::parse(name).expect("a scope")
    })
}

/// Material, and what the SDK reports as its key.
pub fn material(key: &Js) -> Option<(Material, String)> {
    match key {
        Js::Array(_) => key
            .parts()
            .map(|parts| (Material::from(&parts), parts.join("-"))),
        _ => key.text().map(|text| (Material::from(text.as_str()), text)),
    }
}

/// A number as JavaScript writes it (ECMA-262, Number::toString). Rust's shortest digits are the
/// same; only the exponents' form and where they begin differ.
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into();
    }
    let size = number.abs();
    if size == 0.0 {
        "0".into()
    } else if (1e-6..1e21).contains(&size) {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        if text.contains("e-") {
            text
        } else {
            text.replace('e', "e+")
        }
    }
}

fn units(encoded: &Value) -> Vec<u16> {
    match Js::decode(encoded) {
        Js::String(units) => units,
        other => panic!("{other:?} is not a string"),
    }
}

fn items(content: &Value) -> &[Value] {
    content.as_array().expect("an array")
}

fn string(content: &Value) -> &str {
    content.as_str().expect("a string")
}

fn count(content: &Value) -> usize {
    content
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
        .expect("a count")
}

#[test]
fn numbers_read_as_javascript_writes_them() {
    for (number, text) in [
        (1.0, "1"),
        (-0.0, "0"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (1.2345e24, "1.2345e+24"),
        (-3.5e-9, "-3.5e-9"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(number_text(number), text);
    }
}
