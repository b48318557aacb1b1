//! What is wrong with arguments, which JavaScript finds out.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/arguments.js")]
extern "C" {
    /// What is wrong with an argument.
    pub(super) type Refused;
    #[wasm_bindgen(method, getter)]
    pub(super) fn message(this: &Refused) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn found(this: &Refused) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn suggestion(this: &Refused) -> Option<String>;

    #[wasm_bindgen(js_name = refusedOptions, catch)]
    pub(super) fn refused_options(
        options: &JsValue,
        names: Vec<JsString>,
        what: &str,
    ) -> Result<Option<Refused>, JsValue>;
    #[wasm_bindgen(js_name = arrayOf, catch)]
    pub(super) fn array_of(keys: &JsValue) -> Result<Option<Array>, JsValue>;
    #[wasm_bindgen(js_name = refusedArray, catch)]
    pub(super) fn refused_array(keys: &JsValue, create_one: &str) -> Result<Refused, JsValue>;
    #[wasm_bindgen(js_name = isPromise)]
    pub(super) fn is_promise(value: &JsValue) -> bool;
    #[wasm_bindgen(js_name = isArray)]
    pub(super) fn is_array(value: &JsValue) -> bool;
}
