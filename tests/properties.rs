//! Facts that hold for every input, on random ones. A failure prints the smallest input found.

use idempotency_keys::{
    Context, Digest, ErrorCode, IdempotencyKey, Material, ResetOptions, ResetPlan, Scope, Target,
    plan_reset,
};
use proptest::collection::vec;
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Failing inputs are printed, not kept in files.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// SHA-256 by another implementation, in hex.
fn other_sha256(message: &[u8]) -> String {
    hmac_sha256::Hash::hash(message)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Strings that break things: delimiters, characters of every UTF-8 length, NUL, hash-like ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[-a-b_0é日😀\u{0}\u{fffd}]{0,12}",
        2 => "\\PC{0,40}",
        1 => "[0-9a-f]{64}",
        1 => "[a-z-]{50,140}",
    ]
}

fn parts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..6)
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(Scope::ALL.as_slice())
}

/// A run id, and an attempt number as text.
fn context() -> impl Strategy<Value = Option<(String, String)>> {
    prop::option::of((
        text(),
        (-5i64..2_000_000).prop_map(|number| number.to_string()),
    ))
}

fn context_of(pair: &Option<(String, String)>) -> Option<Context<'_>> {
    pair.as_ref()
        .map(|(run_id, attempt)| Context::new(run_id).with_attempt(attempt))
}

/// What the SDK hashes, spelled out: all parts, those of the scope last, joined.
fn naive(parts: &[String], scope: Scope, context: &Option<(String, String)>) -> String {
    let mut all = parts.to_vec();
    match (scope, context) {
        (Scope::Run, Some((run_id, _))) => all.push(run_id.clone()),
        (Scope::Attempt, Some((run_id, attempt))) => {
            all.push(run_id.clone());
            all.push(attempt.clone());
        }
        _ => {}
    }
    other_sha256(all.join("-").as_bytes())
}

fn created(
    material: impl Into<Material>,
    scope: Scope,
    context: &Option<(String, String)>,
) -> IdempotencyKey {
    IdempotencyKey::create(material, scope, context_of(context)).expect("a complete context")
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_digest_is_that_of_another_implementation(message in vec(any::<u8>(), 0..300)) {
        let digest = Digest::of(&message);
        prop_assert_eq!(digest.to_hex(), other_sha256(&message));
        prop_assert_eq!(digest.as_bytes(), &hmac_sha256::Hash::hash(&message));
    }

    #[test]
    fn a_key_is_the_hash_of_everything_joined(parts in parts(), scope in scope(), context in context()) {
        let key = created(&parts, scope, &context);
        prop_assert_eq!(key.hash(), naive(&parts, scope, &context));
        prop_assert_eq!(key.key(), parts.join("-"));
        prop_assert_eq!(key.scope(), scope);
    }

    #[test]
    fn a_text_is_a_list_of_one(text in text(), scope in scope(), context in context()) {
        let key = created(text.as_str(), scope, &context);
        prop_assert_eq!(&key, &created([text.as_str()], scope, &context));
    }

    /// The SDK joins without escaping.
    #[test]
    fn where_a_delimiter_came_from_makes_no_difference(
        parts in vec(text(), 1..6), scope in scope(), context in context(),
    ) {
        prop_assert_eq!(
            created(&parts, scope, &context),
            created(parts.join("-"), scope, &context)
        );
    }

    #[test]
    fn a_run_scoped_key_is_a_global_one_of_the_parts_and_the_run(parts in parts(), run_id in text()) {
        let context = Some((run_id.clone(), "1".into()));
        let run = created(&parts, Scope::Run, &context);
        let with_run: Vec<String> = parts.into_iter().chain([run_id]).collect();
        let global = created(&with_run, Scope::Global, &context);
        prop_assert_eq!(run.hash(), global.hash());
    }

    #[test]
    fn no_part_and_an_empty_part_differ_once_a_suffix_follows(run_id in text(), scope in scope()) {
        let none: [&str; 0] = [];
        let context = Some((run_id, "1".into()));
        let same = created(none, scope, &context).hash() == created("", scope, &context).hash();
        prop_assert_eq!(same, scope == Scope::Global);
        let outside = (created(none, scope, &None), created("", scope, &None));
        prop_assert_eq!(outside.0.hash(), outside.1.hash());
    }

    #[test]
    fn without_a_context_every_scope_makes_the_global_key(parts in parts(), scope in scope()) {
        let (key, global) = (created(&parts, scope, &None), created(&parts, Scope::Global, &None));
        prop_assert_eq!(key.hash(), global.hash());
    }

    #[test]
    fn an_attempt_needs_its_number(text in text(), run_id in text()) {
        let error = IdempotencyKey::create(text, Scope::Attempt, Some(Context::new(&run_id))).unwrap_err();
        prop_assert_eq!(error.code(), ErrorCode::MissingContext);
    }

    #[test]
    fn a_key_as_a_part_counts_as_its_hash(text in text(), child in text()) {
        let parent = created(text, Scope::Global, &None);
        let by_key = created([parent.as_ref(), child.as_str()], Scope::Global, &None);
        let by_hash = created([parent.hash(), child.as_str()], Scope::Global, &None);
        prop_assert_eq!(by_key, by_hash);
        let rehashed = created(&parent, Scope::Global, &None);
        prop_assert_eq!(rehashed.key(), parent.hash());
    }

    #[test]
    fn scopes_are_three_names(name in "\\PC{0,8}") {
        let known = Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
        prop_assert_eq!(Scope::parse(&name).ok(), known);
    }
}

#[derive(Debug)]
enum Wanted {
    Key(IdempotencyKey),
    Text(String),
    Parts(Vec<String>),
}

/// What a caller of reset may say.
#[derive(Debug)]
struct Wish {
    target: Wanted,
    scope: Option<Scope>,
    parent_run_id: Option<String>,
    attempt: Option<u32>,
    context: Option<(String, String)>,
}

impl Wish {
    fn plan(&self) -> Option<ResetPlan> {
        let options = ResetOptions::new()
            .scope(self.scope)
            .parent_run_id(self.parent_run_id.as_deref())
            .context(context_of(&self.context));
        let options = match self.attempt {
            Some(attempt) => options.attempt(attempt),
            None => options,
        };
        let target = match &self.target {
            Wanted::Key(key) => Target::from(key),
            Wanted::Text(text) => Target::from(text),
            Wanted::Parts(parts) => Target::from(parts),
        };
        plan_reset(target, options).ok()
    }

    fn is_hash(&self) -> bool {
        matches!(&self.target, Wanted::Text(text) if text.encode_utf16().count() == 64)
    }

    fn verbatim(&self) -> Option<&str> {
        match &self.target {
            Wanted::Key(key) => Some(key.hash()),
            Wanted::Text(text) => self.is_hash().then_some(text),
            Wanted::Parts(_) => None,
        }
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    let target = prop_oneof![
        1 => text().prop_map(|text| Wanted::Key(created(text, Scope::Global, &None))),
        4 => text().prop_map(Wanted::Text),
        1 => "😀{32}".prop_map(Wanted::Text),
        2 => parts().prop_map(Wanted::Parts),
    ];
    (
        target,
        prop::option::of(scope()),
        prop::option::of(text()),
        prop::option::of(0u32..9),
        context(),
    )
        .prop_map(|(target, scope, parent_run_id, attempt, context)| Wish {
            target,
            scope,
            parent_run_id,
            attempt,
            context,
        })
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn a_reset_tries_the_key_as_it_is_and_then_the_one_derived_from_it(wish in wish()) {
        let Some(plan) = wish.plan() else {
            prop_assert!(!wish.is_hash(), "a text that could be a hash can always be tried");
            prop_assert!(wish.scope != Some(Scope::Global), "nothing can be missing");
            return Ok(());
        };
        let candidates: Vec<&str> = plan.candidates.iter().map(String::as_str).collect();
        match (wish.verbatim(), candidates.as_slice()) {
            (Some(text), [first]) => prop_assert_eq!(first, &text),
            (Some(text), [first, derived]) => {
                prop_assert!(wish.is_hash() && wish.scope.is_some());
                prop_assert_eq!(first, &text);
                prop_assert_eq!(derived.len(), 64);
            }
            (None, [derived]) => prop_assert_eq!(derived.len(), 64),
            _ => prop_assert!(false, "{:?}", candidates),
        }
    }

    #[test]
    fn the_derived_key_is_the_one_that_was_created(
        parts in vec(text(), 0..5), scope in scope(), run_id in "[a-z_]{1,9}", attempt in 0u32..9,
    ) {
        let context = Some((run_id, attempt.to_string()));
        let key = created(&parts, scope, &context);
        let options = ResetOptions::new().scope(scope).context(context_of(&context));
        let by_context = plan_reset(&parts, options).expect("a plan");
        prop_assert_eq!(&by_context.candidates, &[key.hash()]);
        let (run_id, _) = context.as_ref().expect("just made");
        let options = ResetOptions::new().scope(scope).parent_run_id(run_id.as_str()).attempt(attempt);
        let by_name = plan_reset(&parts, options).expect("a plan");
        prop_assert_eq!(by_name, by_context);
        let by_key = plan_reset(&key, ResetOptions::new()).expect("a plan");
        prop_assert_eq!(&by_key.candidates, &[key.hash()]);
    }

    /// After anything but "no such key", the first key may well have been the right one.
    #[test]
    fn only_a_404_leads_to_the_derived_key(wish in wish(), status in prop_oneof![Just(404u16), 0u16..600]) {
        let Some(plan) = wish.plan() else {
            return Ok(());
        };
        let has_second = plan.candidates.len() > 1;
        let expected = if status == 404 && has_second { None } else { Some(0) };
        prop_assert_eq!(plan.failure_to_report(0, status), expected);
        if has_second {
            let expected = if status == 404 { 0 } else { 1 };
            prop_assert_eq!(plan.failure_to_report(1, status), Some(expected));
        }
    }

    #[test]
    fn an_empty_run_id_is_a_missing_one_even_inside_a_task(text in text(), context in context()) {
        prop_assume!(text.encode_utf16().count() != 64);
        let options = ResetOptions::new().parent_run_id("").context(context_of(&context));
        let error = plan_reset(&text, options).unwrap_err();
        prop_assert_eq!(error.code(), ErrorCode::MissingContext);
    }
}
