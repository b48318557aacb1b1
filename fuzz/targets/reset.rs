//! Reset plans: for any target and options, the candidates are those of the SDK's rule, in its
//! order; and whatever the failures, carrying a plan out ends, with an error that was seen.
#![no_main]

use arbitrary::Arbitrary;
use idempotency_keys::{
    ErrorCode, ResetOptions, Scope, Target, plan_reset,
};
use idempotency_keys_fuzz::{Task, hash_of, scope};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Given {
    Text(String),
    /// 64 UTF-16 units, as a hash has: of two-unit characters where `wide`.
    HashLike {
        unit: u8,
        wide: bool,
    },
    Parts(Vec<String>),
}

#[derive(Arbitrary, Debug)]
struct Input {
    target: Given,
    scope: Option<u8>,
    parent_run_id: Option<String>,
    attempt: Option<String>,
    task: Option<Task>,
    statuses: [u16; 3],
}

/// The rule of 4.8.3, in the words of its documentation.
fn expected(text: Option<&str>, parts: &[String], input: &Input) -> Option<Vec<String>> {
    let ready_made = text.filter(|text| text.encode_utf16().count() == 64);
    if let (Some(text), None) = (ready_made, input.scope) {
        return Some(vec![text.to_owned()]);
    }
    let task = input.task.as_ref();
    let run_id = match &input.parent_run_id {
        Some(run_id) => Some(run_id.clone()),
        None => task.and_then(|task| task.run_id.clone()),
    };
    let run_id = run_id.filter(|run_id| run_id != "");
    let attempt = match &input.attempt {
        Some(attempt) => Some(attempt.clone()),
        None => task.and_then(|task| task.attempt.clone()),
    };
    let derived = match (input.scope.map_or(Scope::Run, scope), run_id, attempt) {
        (Scope::Global, _, _) => Some(hash_of(parts, &[])),
        (Scope::Run, Some(run_id), _) => Some(hash_of(parts, &[run_id])),
        (Scope::Attempt, Some(run_id), Some(attempt)) => Some(hash_of(parts, &[run_id, attempt])),
        _ => None,
    };
    match (ready_made, derived) {
        (None, None) => None,
        (verbatim, derived) => Some(
            verbatim
                .map(str::to_owned)
                .into_iter()
                .chain(derived)
                .collect(),
        ),
    }
}

fuzz_target!(|input: Input| {
    let hash_like = |unit: u8, wide: bool| match wide {
        true => "😀".repeat(32),
        false => char::from(unit).to_string().repeat(64),
    };
    let (text, parts) = match &input.target {
        Given::Text(text) => (Some(text.clone()), vec![text.clone()]),
        Given::HashLike { unit, wide } => {
            let text = hash_like(*unit, *wide);
            (Some(text.clone()), vec![text])
        }
        Given::Parts(parts) => (None, parts.clone()),
    };
    let target = match &text {
        Some(text) => Target::from(text),
        None => Target::from(&parts),
    };
    let options = ResetOptions::new()
        .scope(input.scope.map(scope))
        .parent_run_id(input.parent_run_id.as_deref())
        .context(input.task.as_ref().map(Task::context));
    let options = match &input.attempt {
        Some(attempt) => options.attempt(attempt),
        None => options,
    };
    let plan = match (
        plan_reset(target, options),
        expected(text.as_deref(), &parts, &input),
    ) {
        (Ok(plan), Some(candidates)) => {
            assert_eq!(plan.candidates, candidates);
            plan
        }
        (Err(error), None) => return assert_eq!(error.code(), ErrorCode::MissingContext),
        (plan, expected) => panic!("planned {plan:?}, expected {expected:?}"),
    };

    for (index, status) in input
        .statuses
        .iter()
        .enumerate()
        .take(plan.candidates.len())
    {
        match plan.failure_to_report(index, *status) {
            None => assert!(index + 1 < plan.candidates.len() && *status == 404),
            Some(failed) => assert!(failed <= index),
        }
        assert!(
            plan.failure_to_report(plan.candidates.len() - 1, *status).is_some(),
            "nothing is left to try"
        );
    }
});
