//! What the targets share: a second implementation of what the crate does, written from the SDK's
//! rules and not from the crate's code, and inputs of its own shape.

use arbitrary::Arbitrary;
use idempotency_keys::{Context, Scope};

/// SHA-256 by another implementation, in hex.
pub fn sha256(message: &str) -> String {
    hmac_sha256::Hash::hash(message.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Any of the three scopes.
pub fn scope(choice: u8) -> Scope {
    Scope::ALL[usize::from(choice) % Scope::ALL.len()]
}

/// The running task; each value may be missing.
#[derive(Arbitrary, Debug)]
pub struct Task {
    /// `ctx.run.id`
    pub run_id: Option<String>,
    /// `ctx.attempt.number`, as text
    pub attempt: Option<String>,
}

impl Task {
    /// As the crate wants it.
    pub fn context(&self) -> Context<'_> {
        let context = self
            .run_id
            .as_deref()
            .map_or_else(Context::default, Context::new);
        match &self.attempt {
            Some(attempt) => context.with_attempt(attempt),
            None => context,
        }
    }
}

/// What `scope` adds to the parts: nothing, the run, or the run and the attempt. `None` where the
/// task lacks what it needs.
pub fn scope_parts(scope: Scope, task: Option<&Task>) -> Option<Vec<String>> {
    let Some(task) = task else {
        return Some(vec![]);
    };
    match scope {
        Scope::Global => Some(vec![]),
        Scope::Run => Some(vec![task.run_id.clone()?]),
        Scope::Attempt => Some(vec![task.run_id.clone()?, task.attempt.clone()?]),
    }
}

/// The hash of an array as the SDK makes it: all parts joined, hashed.
pub fn hash_of(parts: &[String], more: &[String]) -> String {
    sha256(&[parts, more].concat().join("-"))
}
