//! Values to key material, and the key objects of `key.js`.

use alloc::string::String;

use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::error::{invalid_argument, thrown, unreadable};
use super::string;
use crate::error::Error;
use crate::key;
use crate::material::{DELIMITER, PartKind};
use crate::scope::Scope;
use crate::sha256::HEX_LENGTH;
use crate::token::{TokenContent, VerifiedToken};
use crate::uuid;

#[wasm_bindgen(module = "/src/js/key.js")]
extern "C" {
    fn connect(token: &JsValue, uuid: &JsValue);
    #[wasm_bindgen(js_name = makeKey)]
    fn make_key(hash: &str, key: &JsString, scope: &str, material: &JsString) -> JsValue;
    #[wasm_bindgen(js_name = isKey)]
    pub(super) fn is_key(value: &JsValue) -> bool;
    #[wasm_bindgen(js_name = toText, catch)]
    pub(super) fn to_text(value: &JsValue) -> Result<JsString, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = String, catch)]
    pub(super) fn string_of(value: &JsValue) -> Result<JsString, JsValue>;
}

/// Gives the key class what it needs of the crate, once for each instance of the module.
pub(super) fn start() {
    let token = Closure::<dyn Fn(JsString, String, String) -> String>::new(
        |key: JsString, scope: String, suffix: String| {
            let content = TokenContent {
                scope: Scope::parse(&scope).unwrap_or_default(),
                key: &string::to_wtf8(&key),
                suffix: &suffix,
            };
            content.to_token()
        },
    );
    let uuid = Closure::<dyn Fn(String) -> String>::new(|hash: String| uuid::of_hash(&hash));
    connect(&token.into_js_value(), &uuid.into_js_value());
}

/// A key's parts, joined.
pub(super) struct Joined {
    pub(super) key: JsString,
    /// False for an empty array only.
    pub(super) has_parts: bool,
}

impl Joined {
    /// The key of this material, in a scope that adds `suffix`.
    pub(super) fn to_key(&self, scope: Scope, suffix: &str) -> JsValue {
        let hash = key::digest(&String::from(&self.key), suffix).to_hex();
        let material = self.key.concat(&JsValue::from_str(suffix));
        make_key(&hash, &self.key, scope.as_str(), &material)
    }

    /// Joins a key's parts; `key` is its place among many.
    pub(super) fn read(material: &JsValue, key: Option<u32>) -> Result<Joined, JsValue> {
        if !arguments::is_array(material) {
            return Ok(Joined {
                key: part(material, None, key)?,
                has_parts: true,
            });
        }
        let parts: &Array = material.unchecked_ref();
        let joined = Array::new();
        // By index: a hole is an undefined part, and has to be refused as one.
        for index in 0..parts.length() {
            joined.push(part(&parts.get(index), Some(index), key)?.as_ref());
        }
        Ok(Joined {
            has_parts: joined.length() > 0,
            key: joined.join(DELIMITER),
        })
    }
}

fn part(value: &JsValue, index: Option<u32>, key: Option<u32>) -> Result<JsString, JsValue> {
    if let Some(string) = value.dyn_ref::<JsString>() {
        return Ok(string.clone());
    }
    if value.as_f64().is_some() || value.is_bigint() || value.as_bool().is_some() {
        return string_of(value);
    }
    if is_key(value) {
        return hash_of(value).map(JsString::from);
    }
    let kind = match () {
        () if value.is_null() => PartKind::Null,
        () if value.is_undefined() => PartKind::Undefined,
        () if value.is_function() => PartKind::Function,
        () if value.is_symbol() => PartKind::Symbol,
        () if arguments::is_array(value) => PartKind::Array,
        () if arguments::is_promise(value) => PartKind::Promise,
        () => PartKind::Object,
    };
    Err(thrown(&kind.refuse(index, key)))
}

/// The hash of a key, which may stem from another copy of the package and is not trusted.
pub(super) fn hash_of(key: &JsValue) -> Result<String, JsValue> {
    Reflect::get(key, &JsValue::from_str("hash"))
        .ok()
        .and_then(|hash| hash.as_string())
        .filter(|hash| {
            let is_digit = |digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            hash.len() == HEX_LENGTH && hash.bytes().all(is_digit)
        })
        .ok_or_else(|| thrown(&Error::key_without_hash()))
}

/// The key that a token carries.
pub(super) fn of_token(token: &str) -> Result<JsValue, JsValue> {
    let verified = VerifiedToken::new(token.as_bytes()).map_err(|error| thrown(&error))?;
    let content = verified.content().map_err(|error| thrown(&error))?;
    let joined = Joined {
        key: string::of_wtf8(content.key),
        has_parts: true,
    };
    Ok(joined.to_key(content.scope, content.suffix))
}

/// The elements of an array, or of what can be iterated.
pub(super) fn elements(materials: &JsValue) -> Result<Array, JsValue> {
    match arguments::array_of(materials).map_err(unreadable)? {
        Some(array) => Ok(array),
        None => {
            let refused = arguments::refused_array(materials, "create")?;
            Err(invalid_argument(&refused))
        }
    }
}
