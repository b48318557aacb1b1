//! Idempotency keys exactly as Trigger.dev's SDK makes them, byte for byte.
//!
//! A key is `hex(SHA-256(UTF-8(parts joined with "-")))`: the caller's parts first, then what the
//! [`Scope`] adds, the parent run's id or that and the attempt's number. The SDK returns the bare
//! hash and remembers in a table what it was made from; an [`IdempotencyKey`] carries it along.
//!
//! | you have | you want | call |
//! |---|---|---|
//! | a text or a list of texts | its key | [`IdempotencyKey::create`] |
//! | a JSON payload | the key of its data | [`IdempotencyKey::from_payload`], [`canonicalize`], [`hash_payload`] |
//! | a key | to hand it to another process, or to JavaScript | [`IdempotencyKey::to_token`], [`IdempotencyKey::from_token`] |
//! | a key, or what it was made from | to make the server forget it | [`plan_reset`] |
//! | a time-to-live such as `"90m"` | what the server takes it for | [`parse_ttl`] |
//! | nothing | a key that nobody else has | [`random_key`] |
//!
//! ```
//! use idempotency_keys::{IdempotencyKey, Scope};
//!
//! let key = IdempotencyKey::create(["order", "42"], Scope::Global, None)?;
//! assert_eq!(key.key(), "order-42");
//! assert_eq!(key.to_string(), key.hash());
//! # Ok::<(), idempotency_keys::Error>(())
//! ```
//!
//! The modules below stand in the order in which data flows through them. None of them knows of
//! JavaScript: the npm package of the same name is this crate behind `wasm.rs`.

#![cfg_attr(feature = "npm", no_std)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

// Open to all: texts, numbers and failures.
mod ascii;
mod decimal;
mod error;

// A payload's JSON to plain JSON, to canonical JSON. The npm package gets plain JSON from
// JSON.stringify.
#[cfg(not(feature = "npm"))]
mod json;

mod scan;

mod chain;

mod name;
mod path;

mod member;

mod canonical;

// What the caller gives and what the scope adds, to a digest, to a key.
mod material;

mod scope;

mod digest;

mod payload;

mod key;

// What becomes of a key: a token, a reset.
mod base64url;

mod token;

mod reset;

// Many keys at once, four in the lanes of a SIMD register.
#[cfg(any(feature = "npm", test))]
mod block;

#[cfg(any(feature = "npm", test))]
mod batch;

#[cfg(any(test, all(feature = "npm", target_feature = "simd128")))]
mod lanes;

// On their own.
mod random;
mod ttl;

// JavaScript's door.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod wasm;

pub use digest::Digest;
pub use error::{Error, ErrorCode};
pub use key::IdempotencyKey;
pub use material::{DELIMITER, Material};
#[cfg(not(feature = "npm"))]
pub use payload::{canonicalize, hash_payload};
#[cfg(not(any(feature = "npm", all(target_arch = "wasm32", target_os = "unknown"))))]
pub use random::random_key;
pub use random::{ENTROPY_LENGTH, RandomKeys};
pub use reset::{AfterFailure, ResetOptions, ResetPlan, Target, is_hash_length, plan_reset};
pub use scope::{Context, Scope};
pub use ttl::parse as parse_ttl;
