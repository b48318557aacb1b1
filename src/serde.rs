//! `serde`: a scope as its name, a digest as 64 hex digits, a key as its hash.
//!
//! A hash alone can't be read back into a key. [`token`] can, for fields marked
//! `#[serde(with = "idempotency_keys::serde::token")]`.

use alloc::string::{String, ToString};
use core::fmt;

use serde_core::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde_core::ser::{Serialize, Serializer};

use crate::key::IdempotencyKey;
use crate::scope::Scope;
use crate::sha256::{Digest, ParseDigestError};

/// A string to a value, or a message that says what is wrong with it.
struct FromString<T> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for FromString<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: serde_core::de::Error>(self, string: &str) -> Result<T, E> {
        (self.parse)(string).map_err(E::custom)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
        deserializer.deserialize_str(FromString {
            expected: "\"run\", \"attempt\" or \"global\"",
            parse: |name| Scope::parse(name).map_err(|error| String::from(error.message())),
        })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        deserializer.deserialize_str(FromString {
            expected: "64 hex digits",
            parse: |digits| {
                digits
                    .parse()
                    .map_err(|error: ParseDigestError| error.to_string())
            },
        })
    }
}

impl Serialize for IdempotencyKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.hash())
    }
}

/// A key as its token, for `#[serde(with = "idempotency_keys::serde::token")]`: read back, it has its
/// material and its scope.
pub mod token {
    use super::*;

    /// Writes the token of a key.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        key: &IdempotencyKey,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&key.to_token())
    }

    /// Reads the token of a key, and computes its hash anew.
    ///
    /// # Errors
    /// If there is no string, or it is no valid token.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<IdempotencyKey, D::Error> {
        let token = String::deserialize(deserializer)?;
        IdempotencyKey::from_token(&token).map_err(|error| D::Error::custom(error.message()))
    }
}
