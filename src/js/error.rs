//! Errors to JavaScript errors.

use alloc::string::String;

use js_sys::{Error as JsError, Reflect, TypeError};
use wasm_bindgen::prelude::*;

use super::arguments::Refused;
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
    set(&thrown, "path", error.path().map(JsValue::from_str));
    set(
        &thrown,
        "suggestion",
        error.suggestion().map(JsValue::from_str),
    );
    set(&thrown, "index", error.index().map(JsValue::from));
    set(&thrown, "found", error.found().map(JsValue::from_str));
    thrown
}

/// An argument that is none of those allowed.
pub(super) fn invalid_argument(refused: &Refused) -> JsValue {
    let error = with_code(
        "InvalidArgumentError",
        "ERR_INVALID_ARGUMENT",
        &refused.message(),
    );
    set(&error, "found", Some(refused.found().into()));
    set(&error, "suggestion", refused.suggestion().map(Into::into));
    error
}

/// What a call throws for an argument that can't be read, such as a revoked proxy. What else getters throw passes
/// as it is.
pub(super) fn unreadable(cause: JsValue) -> JsValue {
    let Some(error) = cause.dyn_ref::<TypeError>() else {
        return cause;
    };
    let message = [
        "an argument can't be read: ",
        &String::from(error.message()),
    ]
    .concat();
    let error = with_code("InvalidArgumentError", "ERR_INVALID_ARGUMENT", &message);
    set(&error, "cause", Some(cause));
    error
}

fn with_code(name: &str, code: &str, message: &str) -> JsValue {
    let error = JsValue::from(JsError::new(message));
    set(&error, "name", Some(name.into()));
    set(&error, "code", Some(code.into()));
    error
}

fn set(error: &JsValue, name: &str, value: Option<JsValue>) {
    if let Some(value) = value {
        // Fails only for objects that are frozen.
        let _ = Reflect::set(error, &JsValue::from_str(name), &value);
    }
}

/// What the platform lacks.
pub(super) fn engine(message: &str) -> JsValue {
    with_code("EngineError", "ERR_ENGINE", message)
}
