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
//! JavaScript: the npm package of the same name is this crate behind `npm.rs`.

#![cfg_attr(not(test), no_std)]
#![allow(dead_code, reason = "each boundary calls another part of the crate")]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
// For `random_key`, and for the cdylib, which needs an allocator and a panic handler of some kind.
#[cfg(not(any(idempotency_keys_npm, target_os = "none")))]
extern crate std;

// Shared helpers: strings without `core::fmt`, errors.
mod error;
mod text;

// A key's material, what its scope adds, and the hash of both.
mod material;
mod scope;
mod sha256;

// JSON to canonical JSON to its hash.
mod payload;

// The key, its token, its reset.
mod key;
mod reset;
mod token;

// Independent of the rest.
mod random;
mod ttl;

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

pub use error::{Error, ErrorCode};
pub use key::IdempotencyKey;
pub use material::{DELIMITER, Material};
#[cfg(not(idempotency_keys_npm))]
pub use payload::{canonicalize, hash_payload};
#[cfg(not(any(target_os = "none", all(target_arch = "wasm32", target_os = "unknown"))))]
pub use random::random_key;
pub use random::{ENTROPY_LENGTH, RandomKeys};
pub use reset::{AfterFailure, ResetOptions, ResetPlan, Target, is_hash_length, plan_reset};
pub use scope::{Context, Scope};
pub use sha256::Digest;
pub use ttl::parse as parse_ttl;
