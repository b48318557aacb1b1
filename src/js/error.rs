//! Errors to JavaScript errors.

use js_sys::{Error as JsError, Reflect};
use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorCode};

/// An error with the name, the code and the message that the npm package throws it with.
pub(super) fn thrown(error: &Error) -> JsValue {
    let name = match error.code() {
        ErrorCode::InvalidKey => "InvalidKeyError",
        ErrorCode::InvalidScope => "InvalidScopeError",
        ErrorCode::MissingContext => "MissingContextError",
        ErrorCode::InvalidTtl => "InvalidTtlError",
        ErrorCode::InvalidPayload => "InvalidPayloadError",
        ErrorCode::InvalidToken => "InvalidTokenError",
    };
    let thrown = with_code(name, error.code().as_str(), error.message());
    let data = [
        ("path", error.path().map(JsValue::from_str)),
        ("suggestion", error.suggestion().map(JsValue::from_str)),
        ("index", error.index().map(JsValue::from)),
        ("found", error.found().map(JsValue::from_str)),
    ];
    for (name, value) in data {
        if let Some(value) = value {
            set(&thrown, name, &value);
        }
    }
    thrown
}

/// An argument that no rule of the crate is about, such as options that are no object.
pub(super) fn invalid_argument(message: &str) -> JsValue {
    with_code("InvalidArgumentError", "ERR_INVALID_ARGUMENT", message)
}

fn with_code(name: &str, code: &str, message: &str) -> JsValue {
    let error = JsError::new(message);
    error.set_name(name);
    set(&error, "code", &JsValue::from_str(code));
    error.into()
}

fn set(error: &JsValue, name: &str, value: &JsValue) {
    // Fails only for objects that are frozen.
    let _ = Reflect::set(error, &JsValue::from_str(name), value);
}

/// What the platform lacks.
pub(super) fn engine(message: &str) -> JsValue {
    with_code("EngineError", "ERR_ENGINE", message)
}
