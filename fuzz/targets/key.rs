//! Material and scope: for any parts, scope and task, the key is the one that the rule gives, or is
//! refused where the rule gives none.
#![no_main]

use arbitrary::Arbitrary;
use idempotency_keys::{ErrorCode, IdempotencyKey, Material, Scope};
use idempotency_keys_fuzz::{Task, hash_of, scope, scope_parts};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    scope: u8,
    task: Option<Task>,
    /// A string by itself instead of an array of one.
    alone: bool,
    parts: Vec<String>,
}

fuzz_target!(|input: Input| {
    let scope = scope(input.scope);
    let context = input.task.as_ref().map(Task::context);
    let (parts, material) = match input.parts.first() {
        Some(text) if input.alone => (vec![text.clone()], Material::from(text.as_str())),
        _ => (input.parts.clone(), Material::from(&input.parts)),
    };
    let key = IdempotencyKey::create(material, scope, context);
    let Some(added) = scope_parts(scope, input.task.as_ref()) else {
        assert_eq!(key.unwrap_err().code(), ErrorCode::MissingContext);
        return;
    };
    let key = key.unwrap();
    assert_eq!(key.hash(), hash_of(&parts, &added));
    assert_eq!(key.key(), parts.join("-"));
    assert_eq!(key.scope(), scope);
    let child = IdempotencyKey::create([key.as_ref(), "child"], Scope::Global, None).unwrap();
    assert_eq!(child.key(), format!("{key}-child"));

    for name in &input.parts {
        match Scope::parse(name) {
            Ok(scope) => assert_eq!(scope.as_str(), name),
            Err(error) => {
                let found = error.found().unwrap_or_default();
                assert!(found == name || found.len() <= 103 && found.ends_with('…'));
            }
        }
    }
});
