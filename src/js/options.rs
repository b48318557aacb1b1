//! The options objects: each member as it stands, since what JavaScript makes of a value decides a hash.

use alloc::string::String;

use js_sys::{JsString, Reflect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::arguments;
use super::error::{invalid_argument, thrown, unreadable};
use super::key::to_text;
use crate::scope::{Scope, Task};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CreateOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) scope: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) ctx: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) operation: JsValue,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct HashOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) operation: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) canonical: JsValue,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ResetOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) scope: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) parent_run_id: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) attempt_number: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(super) ctx: JsValue,
}

/// The members of each options object.
pub(super) const CREATE: &[&str] = &["scope", "ctx"];
pub(super) const PAYLOAD: &[&str] = &["scope", "ctx", "operation"];
pub(super) const HASH: &[&str] = &["operation", "canonical"];
pub(super) const RESET: &[&str] = &["scope", "ctx", "parentRunId", "attemptNumber"];

/// The options in `value`, or none. Any other member than `names` is refused: it is misspelt.
pub(super) fn read<T: DeserializeOwned + Default>(
    value: JsValue,
    names: &[&str],
) -> Result<T, JsValue> {
    if is_nullish(&value) {
        return Ok(T::default());
    }
    let names = names.iter().map(|name| JsString::from(*name)).collect();
    let refused = arguments::refused_options(&value, names, "options").map_err(unreadable)?;
    if let Some(refused) = refused {
        return Err(invalid_argument(&refused));
    }
    serde_wasm_bindgen::from_value(value).map_err(|error| unreadable(error.into()))
}

/// The scope that an option names; [`Scope::Run`] without one.
pub(super) fn scope(value: &JsValue) -> Result<Scope, JsValue> {
    if is_nullish(value) {
        return Ok(Scope::default());
    }
    let name = match value.as_string() {
        Some(name) => name,
        None if value.is_object() || value.is_function() => [
            "[",
            &String::from(value.js_typeof().unchecked_into::<JsString>()),
            "]",
        ]
        .concat(),
        None => String::from(super::key::string_of(value)?),
    };
    Scope::parse(&name).map_err(|error| thrown(&error))
}

/// What keys depend on of the SDK's `ctx`.
#[derive(Default)]
pub(super) struct TaskContext {
    run_id: Option<String>,
    attempt: Option<String>,
}

impl TaskContext {
    /// `None` without a context.
    pub(super) fn read(value: &JsValue) -> Result<Option<TaskContext>, JsValue> {
        if is_nullish(value) {
            return Ok(None);
        }
        let run_id = get(&get(value, "run")?, "id")?;
        let attempt = get(&get(value, "attempt")?, "number")?;
        Ok(Some(TaskContext {
            run_id: known(&run_id)?,
            attempt: known(&attempt)?,
        }))
    }

    pub(super) fn borrow(&self) -> Task<'_> {
        Task {
            run_id: self.run_id.as_deref(),
            attempt: self.attempt.as_deref(),
        }
    }
}

/// A context's value as a string. A symbol has none that tells it from others, and counts as missing.
fn known(value: &JsValue) -> Result<Option<String>, JsValue> {
    if value.is_symbol() {
        return Ok(None);
    }
    optional_string(value)
}

/// The string of an option's value, unless there is none.
pub(super) fn optional_string(value: &JsValue) -> Result<Option<String>, JsValue> {
    if is_nullish(value) {
        return Ok(None);
    }
    // With U+FFFD for lone surrogates.
    let string = to_text(value).map_err(unreadable)?;
    Ok(Some(String::from(string)))
}

fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    if object.is_object() || object.is_function() {
        return Reflect::get(object, &JsValue::from_str(name)).map_err(unreadable);
    }
    Ok(JsValue::UNDEFINED)
}

pub(super) fn is_nullish(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}
