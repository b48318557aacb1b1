//! JavaScript bindings: what `wasm-pack build` packs. Each export decodes its arguments, calls the crate and
//! encodes the result; no rule is here.

mod arguments;
mod error;
mod key;
mod options;
mod payload;
mod string;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use self::error::thrown;
use self::key::Joined;
use self::options::{CreateOptions, HashOptions, ResetOptions, TaskContext};
use crate::error::Error;
use crate::error::messages::Argument;
use crate::random::{ENTROPY_LENGTH, RandomKeys};
use crate::reset::{self, Steps};
use crate::scope::{Scope, created_suffix};
use crate::text;
use crate::ttl;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("js/types.d.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "KeyMaterial")]
    pub type KeyMaterial;
    #[wasm_bindgen(typescript_type = "readonly KeyMaterial[]")]
    pub type KeyMaterials;
    #[wasm_bindgen(typescript_type = "CreateOptions")]
    pub type JsCreateOptions;
    #[wasm_bindgen(typescript_type = "PayloadKeyOptions")]
    pub type JsPayloadKeyOptions;
    #[wasm_bindgen(typescript_type = "HashPayloadOptions")]
    pub type JsHashOptions;
    #[wasm_bindgen(typescript_type = "ResetOptions")]
    pub type JsResetOptions;
    #[wasm_bindgen(typescript_type = "IdempotencyKey")]
    pub type JsKey;
    #[wasm_bindgen(typescript_type = "IdempotencyKey[]")]
    pub type JsKeys;
    #[wasm_bindgen(typescript_type = "ResetPlan")]
    pub type JsResetPlan;
    #[wasm_bindgen(typescript_type = "unknown")]
    pub type Unknown;
    #[wasm_bindgen(typescript_type = "string")]
    pub type Text;
}

#[wasm_bindgen(start, private)]
fn start() {
    key::start();
}

/// A scope, the context of the call, and so the suffix of a key.
struct Resolved {
    scope: Scope,
    context: JsValue,
}

impl Resolved {
    fn new(scope: &JsValue, context: JsValue) -> Result<Resolved, JsValue> {
        Ok(Resolved {
            scope: options::scope(scope)?,
            context,
        })
    }

    fn suffix(&self, has_parts: bool) -> Result<String, JsValue> {
        let context = TaskContext::read(&self.context)?;
        created_suffix(
            self.scope,
            context.as_ref().map(TaskContext::borrow),
            has_parts,
        )
        .map_err(|error| thrown(&error))
    }
}

/// The key of a string, or of an array of strings and keys: `hex(SHA-256(UTF-8(parts joined with "-")))`, the
/// parts first, then what the scope adds.
#[wasm_bindgen(unchecked_return_type = "IdempotencyKey")]
pub fn create(key: KeyMaterial, options: Option<JsCreateOptions>) -> Result<JsValue, JsValue> {
    let CreateOptions { scope, ctx, .. } = options::read(options.into(), options::CREATE)?;
    let resolved = Resolved::new(&scope, ctx)?;
    let joined = Joined::read(&key, None)?;
    Ok(joined.to_key(resolved.scope, &resolved.suffix(joined.has_parts)?))
}

/// One key for each element of the array, all of one scope.
#[wasm_bindgen(js_name = createMany, unchecked_return_type = "IdempotencyKey[]")]
pub fn create_many(
    keys: KeyMaterials,
    options: Option<JsCreateOptions>,
) -> Result<Vec<JsValue>, JsValue> {
    let CreateOptions { scope, ctx, .. } = options::read(options.into(), options::CREATE)?;
    let resolved = Resolved::new(&scope, ctx)?;
    let materials = key::elements(&keys)?;
    let suffix = resolved.suffix(true)?;
    let mut made = Vec::new();
    for index in 0..materials.length() {
        let material = materials.get(index);
        let joined = Joined::read(&material, Some(index))?;
        made.push(if joined.has_parts {
            joined.to_key(resolved.scope, &suffix)
        } else {
            joined.to_key(resolved.scope, &resolved.suffix(false)?)
        });
    }
    Ok(made)
}

/// The key of a payload: of the hex digits of `hashPayload(payload, { operation })`.
#[wasm_bindgen(js_name = fromPayload, unchecked_return_type = "IdempotencyKey")]
pub fn from_payload(
    payload: Unknown,
    options: Option<JsPayloadKeyOptions>,
) -> Result<JsValue, JsValue> {
    let CreateOptions {
        scope,
        ctx,
        operation,
    } = options::read(options.into(), options::PAYLOAD)?;
    let resolved = Resolved::new(&scope, ctx)?;
    let hash = payload::hash(&payload, &operation, true)
        .map_err(error::unreadable)?
        .to_hex();
    let joined = Joined {
        key: JsString::from(hash),
        has_parts: true,
    };
    Ok(joined.to_key(resolved.scope, &resolved.suffix(true)?))
}

/// Which keys a reset tries, in order; no request is made.
#[wasm_bindgen(js_name = planReset, unchecked_return_type = "ResetPlan")]
pub fn plan_reset(key: KeyMaterial, options: Option<JsResetOptions>) -> Result<JsValue, JsValue> {
    let ResetOptions {
        scope,
        parent_run_id,
        attempt_number,
        ctx,
    } = options::read(options.into(), options::RESET)?;
    if key::is_key(&key) {
        return Ok(plan(&[JsString::from(key::hash_of(&key)?)]));
    }
    let joined = Joined::read(&key, None)?;
    let scope = match scope.is_undefined() {
        true => None,
        false => Some(options::scope(&scope)?),
    };
    // Every falsy id but null and undefined counts as given and empty, as in the SDK.
    let parent_run_id = match options::is_nullish(&parent_run_id) || parent_run_id.is_truthy() {
        true => options::optional_string(&parent_run_id)?,
        false => Some(String::new()),
    };
    let attempt = options::optional_string(&attempt_number)?;
    let context = TaskContext::read(&ctx)?;
    let maker = reset::Maker {
        scope,
        parent_run_id: parent_run_id.as_deref(),
        attempt: attempt.as_deref(),
        task: context.as_ref().map(TaskContext::borrow),
    };
    let is_hash = key
        .dyn_ref::<JsString>()
        .is_some_and(|string| reset::is_hash_length(string.length() as usize));
    let derived = |suffix: &str| {
        JsString::from(crate::key::digest(&String::from(&joined.key), suffix).to_hex())
    };
    match reset::steps(is_hash, joined.has_parts, maker) {
        Ok(Steps::Verbatim) => Ok(plan(&[joined.key])),
        Ok(Steps::Derived(suffix)) => Ok(plan(&[derived(&suffix)])),
        Ok(Steps::VerbatimThenDerived(suffix)) => {
            let derived = derived(&suffix);
            Ok(plan(&[joined.key, derived]))
        }
        Err(error) => Err(thrown(&error)),
    }
}

fn plan(candidates: &[JsString]) -> JsValue {
    let plan = js_sys::Object::new();
    let candidates: js_sys::Array = candidates.iter().collect();
    let _ = js_sys::Reflect::set(&plan, &JsValue::from_str("candidates"), &candidates);
    plan.into()
}

/// Canonical JSON (RFC 8785) of what `JSON.stringify` writes.
#[wasm_bindgen]
pub fn canonicalize(value: Unknown) -> Result<String, JsValue> {
    payload::canonicalize(&value)
}

/// The hash of a payload: `hex(SHA-256(UTF-8(canonicalize(payload) + operation)))`.
#[wasm_bindgen(js_name = hashPayload)]
pub fn hash_payload(payload: Unknown, options: Option<JsHashOptions>) -> Result<String, JsValue> {
    let HashOptions {
        operation,
        canonical,
    } = options::read(options.into(), options::HASH)?;
    let canonical = options::is_nullish(&canonical) || canonical.is_truthy();
    Ok(payload::hash(&payload, &operation, canonical)?.to_hex())
}

/// The milliseconds of a time-to-live such as `"90m"`, as the server reads it.
#[wasm_bindgen(js_name = parseTtl)]
pub fn parse_ttl(ttl: Text) -> Result<f64, JsValue> {
    let Some(string) = ttl.as_string() else {
        return Err(thrown(&Error::not_a_string(Argument::Ttl, &found(&ttl))));
    };
    let duration = ttl::parse(&string).map_err(|error| thrown(&error))?;
    Ok(duration.as_secs() as f64 * 1_000.0)
}

/// A random key: a UUID of version 7 (RFC 9562), greater than all that this module made before.
#[wasm_bindgen(js_name = randomKey)]
pub fn random_key() -> Result<String, JsValue> {
    std::thread_local! {
        static KEYS: RefCell<RandomKeys> = const { RefCell::new(RandomKeys::new()) };
    }
    let mut entropy = [0; ENTROPY_LENGTH];
    getrandom::fill(&mut entropy).map_err(|_| {
        error::engine(
            "there is no crypto.getRandomValues here, which random keys are made with: provide it",
        )
    })?;
    Ok(KEYS.with_borrow_mut(|keys| keys.next(js_sys::Date::now() as u64, entropy)))
}

/// The key that `toToken()` wrote, its hash computed anew.
#[wasm_bindgen(js_name = fromToken, unchecked_return_type = "IdempotencyKey")]
pub fn from_token(token: Text) -> Result<JsValue, JsValue> {
    match token.as_string() {
        Some(token) => key::of_token(&token),
        None => Err(thrown(&Error::not_a_string(
            Argument::Token,
            &found(&token),
        ))),
    }
}

/// Says what a value is that should be a string.
fn found(value: &JsValue) -> String {
    let kind = match () {
        () if value.is_null() => "null",
        () if value.is_undefined() => "undefined",
        () if arguments::is_array(value) => "an array",
        () => {
            let kind = value.js_typeof().as_string().unwrap_or_default();
            return text::join(&["a value of type ", &kind]);
        }
    };
    String::from(kind)
}
