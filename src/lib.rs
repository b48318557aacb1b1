//! Idempotency keys exactly as Trigger.dev's SDK makes them, byte for byte.
//!
//! A key is `hex(SHA-256(UTF-8(parts joined with "-")))`: the caller's parts first, then what the
//! [`Scope`] adds, the parent run's id or that and the attempt's number. The SDK returns the bare
//! hash and keeps in a table what it was made from; an [`IdempotencyKey`] has that with it.
//!
//! | you have | you want | call |
//! |---|---|---|
//! | a string, or an array of strings | its key | [`IdempotencyKey::create`] |
//! | a JSON payload | the key of its data | [`IdempotencyKey::from_payload`], [`canonicalize`], [`hash_payload`] |
//! | a key | to pass it to another process, or to JavaScript | [`IdempotencyKey::to_token`], [`IdempotencyKey::from_token`] |
//! | a key, or what it was made from | to reset it on the server | [`plan_reset`] |
//! | a time-to-live such as `"90m"` | how the server reads it | [`parse_ttl`] |
//! | nothing | a unique key | [`random_key`] |
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
//! Below, one line for each module, in the order in which data flows. None of them depends on
//! JavaScript: the npm package of the same name is this crate behind `npm.rs`.

#![cfg_attr(not(test), no_std)]
// Each of the boundaries (Rust, wasm-pack's package, the npm package) calls another part; the unit tests call all.
#![cfg_attr(not(test), allow(dead_code))]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
// For `random_key`, and for the cdylib, which needs an allocator and a panic handler of some kind.
#[cfg(not(any(idempotency_keys_npm, target_os = "none")))]
extern crate std;

// Strings without `core::fmt`: join, decimal, hex digits, excerpts.
mod text;
// UUIDs: of random keys, and of a key's hash.
mod uuid;
// Error codes, messages and their data.
mod error;
// The caller's parts of a key, joined; what can't be a part.
mod material;
// Scope and context to the suffix that a scope adds.
mod scope;
// Bytes to digest; one message or many.
mod sha256;
// JSON to canonical JSON (RFC 8785) to its digest.
mod payload;
// JavaScript's strings in bytes, lone surrogates included.
mod wtf8;
// Key to token and back.
mod token;
// Material, scope and context to a key.
mod key;
// Key or material to the keys that a reset tries.
mod reset;
// A time-to-live to a duration, as the server reads it.
mod ttl;
// Random keys: UUIDs of version 7.
mod random;

#[cfg(all(feature = "serde", not(idempotency_keys_npm)))]
pub mod serde;

// JavaScript bindings: what `wasm-pack build` packs.
#[cfg(all(
    feature = "js",
    target_arch = "wasm32",
    target_os = "unknown",
    not(idempotency_keys_npm)
))]
mod js;

// The npm package's boundary: pkg-template/build.mjs sets the cfg.
#[cfg(idempotency_keys_npm)]
mod npm;

/// The examples of docs/crate.md.
#[cfg(doctest)]
#[doc = include_str!("../docs/crate.md")]
struct Readme;

pub use error::{Error, ErrorCode};
pub use key::IdempotencyKey;
pub use material::Material;
#[cfg(not(idempotency_keys_npm))]
pub use payload::{canonicalize, hash_payload};
pub use random::RandomKeys;
#[cfg(not(any(target_os = "none", all(target_arch = "wasm32", target_os = "unknown"))))]
pub use random::random_key;
pub use reset::{ResetOptions, ResetPlan, Target, plan_reset};
pub use scope::{Attempt, Context, Scope};
pub use sha256::{Digest, ParseDigestError};
pub use ttl::parse as parse_ttl;
