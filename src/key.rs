//! Material and scope suffix to [`IdempotencyKey`]: the hash, and what it was made from.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::material::Material;
use crate::scope::{self, Context, Scope};
use crate::sha256::{Digest, Hasher};
use crate::uuid;

/// An idempotency key with its own options: requests have its hash; its material and scope stay with
/// it.
///
/// ```
/// use idempotency_keys::{Context, IdempotencyKey, Scope};
///
/// let key = IdempotencyKey::create("send-email", Scope::Run, Some(Context::new("run_abc123")))?;
/// assert_eq!(key.hash(), "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410");
/// assert_eq!((key.key(), key.scope()), ("send-email", Scope::Run));
/// # Ok::<(), idempotency_keys::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    hash: String,
    /// The caller's material, and the suffix of the scope.
    material: String,
    key_length: usize,
    scope: Scope,
}

impl IdempotencyKey {
    /// Makes the key of `material` in `scope`: `hex(SHA-256(UTF-8(parts joined with "-")))`, the
    /// caller's parts first, then those of the scope (`createIdempotencyKey`, @trigger.dev/core
    /// 4.8.3).
    ///
    /// Without a context, as outside a task, every scope makes the same key as
    /// [`Scope::Global`].
    ///
    /// # Errors
    /// `ERR_MISSING_CONTEXT` for [`Scope::Attempt`] with a context that has no attempt number, and for
    /// [`Scope::Run`] and [`Scope::Attempt`] with one that has no run id, as [`Context::default`] has none.
    pub fn create(
        material: impl Into<Material>,
        scope: Scope,
        context: Option<Context<'_>>,
    ) -> Result<IdempotencyKey, Error> {
        let material = material.into();
        let task = context.as_ref().map(Context::as_task);
        let suffix = scope::created_suffix(scope, task, material.has_parts())?;
        Ok(IdempotencyKey::from_suffix(
            material.into_joined(),
            scope,
            &suffix,
        ))
    }

    pub(crate) fn from_suffix(key: String, scope: Scope, suffix: &str) -> IdempotencyKey {
        IdempotencyKey {
            hash: digest(&key, suffix).to_hex(),
            key_length: key.len(),
            material: key + suffix,
            scope,
        }
    }

    /// 64 lower-case hex digits: the key as requests have it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The caller's material, its parts joined with `-`.
    pub fn key(&self) -> &str {
        self.material.get(..self.key_length).unwrap_or_default()
    }

    /// All that was hashed: [`key`](IdempotencyKey::key), and what the scope added.
    ///
    /// ```
    /// use idempotency_keys::{Context, IdempotencyKey, Scope};
    /// let key = IdempotencyKey::create("send-email", Scope::Run, Some(Context::new("run_abc123")))?;
    /// assert_eq!(key.material(), "send-email-run_abc123");
    /// # Ok::<(), idempotency_keys::Error>(())
    /// ```
    pub fn material(&self) -> &str {
        &self.material
    }

    /// The first 16 bytes of the hash as a UUID of version 8, for receivers that want one, or at most 36
    /// characters.
    ///
    /// # Source
    /// RFC 9562 section 5.8: the version and the variant replace six of the bits.
    ///
    /// ```
    /// use idempotency_keys::{Context, IdempotencyKey, Scope};
    /// let key = IdempotencyKey::create("send-email", Scope::Run, Some(Context::new("run_abc123")))?;
    /// assert_eq!(key.hash(), "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410");
    /// assert_eq!(key.to_uuid(), "3896e0f6-b824-8f86-845b-3260bfe55bf9");
    /// # Ok::<(), idempotency_keys::Error>(())
    /// ```
    pub fn to_uuid(&self) -> String {
        uuid::of_hash(&self.hash)
    }

    /// The scope the key was made in.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

/// Payloads and tokens, which the npm boundary reads and writes itself: with a second caller, what they share
/// is 0.4 kB more of its module.
#[cfg(not(idempotency_keys_npm))]
impl IdempotencyKey {
    /// Makes the key of a payload: of the hex digits of [`hash_payload`](crate::hash_payload).
    ///
    /// # Errors
    /// Those of [`hash_payload`](crate::hash_payload) and of [`IdempotencyKey::create`].
    ///
    /// ```
    /// use idempotency_keys::{IdempotencyKey, Scope, hash_payload};
    /// let (order, operation) = (r#"{"order": 42}"#, "charge");
    /// assert_eq!(
    ///     IdempotencyKey::from_payload(order, operation, Scope::Global, None)?,
    ///     IdempotencyKey::create(hash_payload(order, operation)?.to_hex(), Scope::Global, None)?,
    /// );
    /// # Ok::<(), idempotency_keys::Error>(())
    /// ```
    pub fn from_payload(
        json: &str,
        operation: &str,
        scope: Scope,
        context: Option<Context<'_>>,
    ) -> Result<IdempotencyKey, Error> {
        let digest = crate::payload::hash_payload(json, operation)?;
        IdempotencyKey::create(digest.to_hex(), scope, context)
    }

    /// The key as one URL-safe string, to be stored or sent: material, scope and the scope's suffix.
    /// The npm package reads and writes the same tokens.
    ///
    /// ```
    /// use idempotency_keys::{IdempotencyKey, Scope};
    /// let key = IdempotencyKey::create("order-42", Scope::Global, None)?;
    /// assert_eq!(key.to_token(), "AQIIb3JkZXItNDJija9hwc89Lg");
    /// assert_eq!(IdempotencyKey::from_token(&key.to_token())?, key);
    /// # Ok::<(), idempotency_keys::Error>(())
    /// ```
    pub fn to_token(&self) -> String {
        let content = crate::token::TokenContent {
            scope: self.scope,
            key: self.key().as_bytes(),
            suffix: self.material.get(self.key_length..).unwrap_or_default(),
        };
        content.to_token()
    }

    /// The key in a token; its hash is computed again.
    ///
    /// A key made in JavaScript may contain a lone surrogate; in Rust it becomes U+FFFD. The hash is the
    /// same.
    ///
    /// # Errors
    /// `ERR_INVALID_TOKEN` for a token in which any character was changed, removed or added, and for
    /// one of a later version.
    pub fn from_token(token: &str) -> Result<IdempotencyKey, Error> {
        let verified = crate::token::VerifiedToken::new(token.as_bytes())?;
        let content = verified.content()?;
        Ok(IdempotencyKey::from_suffix(
            crate::wtf8::to_string_lossy(content.key),
            content.scope,
            content.suffix,
        ))
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hash)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey")
            .field("key", &self.key())
            .field("scope", &self.scope.as_str())
            .field("hash", &self.hash)
            .finish()
    }
}

/// A key as a part of another one counts as its hash.
impl AsRef<str> for IdempotencyKey {
    fn as_ref(&self) -> &str {
        &self.hash
    }
}

impl From<&IdempotencyKey> for Material {
    fn from(key: &IdempotencyKey) -> Material {
        Material::from(key.hash())
    }
}

/// The digest of joined material and the scope suffix that follows it.
pub(crate) fn digest(key: &str, suffix: &str) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(key.as_bytes());
    hasher.update(suffix.as_bytes());
    hasher.finish()
}
