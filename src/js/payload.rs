//! Values to the JSON that the crate reads.

use alloc::string::String;

use wasm_bindgen::prelude::*;

use super::error::thrown;
use super::options;
use crate::error::Error;
use crate::error::messages::{Argument, NoJson};
use crate::payload::{self, path};
use crate::sha256::Digest;

#[wasm_bindgen(module = "/src/js/payload.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn stringify(value: &JsValue, refuse: &Refuse) -> Result<String, JsValue>;
    #[wasm_bindgen(catch)]
    fn inspect(value: &JsValue, refuse: &Refuse) -> Result<String, JsValue>;
}

/// Kind, steps and what was found, to the error.
type Refuse = Closure<dyn Fn(usize, String, String) -> JsValue>;

/// The JSON that `JSON.stringify` writes. `stringify` looks at no value, and so refuses at once what is too long for
/// a string; `inspect` then looks at each.
fn json(value: &JsValue) -> Result<String, JsValue> {
    let refuse = Refuse::new(|kind: usize, steps: String, found: String| {
        let kind = NoJson::ALL.get(kind).copied().unwrap_or(NoJson::Nothing);
        let path = path::of_steps(steps.as_bytes());
        thrown(&Error::no_json(kind, &path, &found))
    });
    stringify(value, &refuse)?;
    inspect(value, &refuse)
}

/// Canonical JSON.
pub(super) fn canonicalize(value: &JsValue) -> Result<String, JsValue> {
    payload::canonicalize_compact(json(value)?).map_err(|error| thrown(&error))
}

/// The digest of the value's JSON, canonical or as `JSON.stringify` writes it, and of the operation.
pub(super) fn hash(
    value: &JsValue,
    operation: &JsValue,
    canonical: bool,
) -> Result<Digest, JsValue> {
    let operation = if options::is_nullish(operation) {
        String::new()
    } else if let Some(operation) = operation.as_string() {
        operation
    } else {
        let found = super::found(operation);
        return Err(thrown(&Error::not_a_string(Argument::Operation, &found)));
    };
    payload::hash_string(json(value)?, &operation, canonical).map_err(|error| thrown(&error))
}
