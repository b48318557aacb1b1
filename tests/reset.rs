//! Every recorded reset that has a meaning in Rust: its plan, followed against the case's server.

mod support;

use idempotency_keys::{
    Error, ErrorCode, IdempotencyKey, ResetOptions, ResetPlan, Scope, Target, plan_reset,
};
use serde_json::Value;
use support::{Ctx, Js, id, load, material, scope_of};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Why a case of `reset` says nothing about the plan.
#[derive(Debug, PartialEq)]
enum NoPlan {
    /// There is no server to ask: checked before anything else.
    NoCredentials,
    /// A value that a Rust caller can't pass.
    NotRust,
    /// Refused here, hashed by the SDK.
    UnknownScope,
}

/// What to reset, owned.
enum Wanted {
    Key(IdempotencyKey),
    Text(String),
    Parts(Vec<String>),
}

fn target(case: &Value) -> Result<Wanted, NoPlan> {
    if case.get("config").is_some_and(Value::is_null)
        && case["expect"]["requests"] == Value::Array(vec![])
    {
        return Err(NoPlan::NoCredentials);
    }
    let key = &case["args"][1];
    if key["$ref"].is_string() {
        let setup = &case["setup"][0];
        let (material, _) = material(&Js::decode(&setup["key"])).expect("strings");
        let scope = scope_of(&setup["options"]);
        let key = IdempotencyKey::create(material, scope, Ctx::of(setup).context()).expect("a key");
        // Where the SDK's catalog is cold, it sees nothing but a text; ours is a key for good.
        return Ok(match case["cold"].as_bool() {
            Some(true) => Wanted::Text(key.hash().into()),
            _ => Wanted::Key(key),
        });
    }
    let key = Js::decode(key);
    match key {
        Js::Array(_) => key.parts().map(Wanted::Parts),
        _ => key.text().map(Wanted::Text),
    }
    .ok_or(NoPlan::NotRust)
}

/// The plan of a case, or the error that it is refused with.
fn plan(case: &Value, target: &Wanted) -> Result<Result<Vec<String>, Error>, NoPlan> {
    let options = &case["args"][2];
    let text = |name: &str| Js::decode(&options[name]).text();
    let (parent_run_id, attempt) = (text("parentRunId"), text("attemptNumber"));
    let scope = match options.get("scope").map(Js::decode) {
        None | Some(Js::Undefined) => None,
        Some(Js::Null) => Some(Scope::default()),
        Some(name) => Some(
            Scope::parse(&name.text().unwrap_or_default()).map_err(|error| {
                assert_eq!(error.code(), ErrorCode::InvalidScope);
                NoPlan::UnknownScope
            })?,
        ),
    };
    let ctx = Ctx::of(case);
    let options = ResetOptions::new()
        .scope(scope)
        .parent_run_id(parent_run_id.as_deref())
        .context(ctx.context());
    let options = match &attempt {
        Some(attempt) => options.attempt(attempt),
        None => options,
    };
    let target = match target {
        Wanted::Key(key) => Target::from(key),
        Wanted::Text(text) => Target::from(text),
        Wanted::Parts(parts) => Target::from(parts),
    };
    let plan = plan_reset(target, options);
    if let Ok(plan) = &plan {
        follow(case, plan);
    }
    Ok(plan.map(|plan| plan.candidates))
}

/// Carries `plan` out against the case's server: the keys that were asked for are the plan's
/// candidates, and it ends as it did.
fn follow(case: &Value, plan: &ResetPlan) {
    let asked: Vec<&str> = case["expect"]["requests"]
        .as_array()
        .expect("requests")
        .iter()
        .map(|request| request.as_str().or(request["key"].as_str()).expect("a key"))
        .collect();
    let result = &case["expect"]["result"];
    if result["throws"]["name"] == "URIError" {
        return assert_eq!(asked.len(), 0, "{}", id(case));
    }
    let mut next = 0;
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let candidate = percent_encode(candidate);
        let tries = asked[next..]
            .iter()
            .take_while(|key| **key == candidate || key.is_empty())
            .count();
        assert!(
            tries > 0,
            "{}: {candidate} was not asked for in {asked:?}",
            id(case)
        );
        next += tries;
        let status = status(case, next - 1, index == 0);
        if (200..300).contains(&status) {
            break;
        }
        let reported = result["throws"]["status"].as_u64();
        match plan.failure_to_report(index, status) {
            None => continue,
            Some(failed) if failed == index => {
                assert_eq!(reported.unwrap_or(0), u64::from(status), "{}", id(case))
            }
            Some(_) => {
                let message = result["throws"]["message"].as_str().expect("a message");
                assert_eq!(reported, Some(404), "{}", id(case));
                assert!(!message.contains(&candidate), "{}: {message}", id(case));
            }
        }
        break;
    }
    assert_eq!(next, asked.len(), "{}: {asked:?}", id(case));
}

/// What the case's server answered the request at `index` with; 0: nothing.
fn status(case: &Value, index: usize, is_verbatim: bool) -> u16 {
    let server = &case["server"];
    let answer = match server {
        Value::Null => return 200,
        _ if server["sequence"].is_array() => &server["sequence"][index],
        _ if server["any"].is_object() => &server["any"],
        _ => &server[if is_verbatim { "verbatim" } else { "other" }],
    };
    match answer["destroy"].as_bool() {
        Some(true) => 0,
        _ => answer["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok())
            .expect("a status"),
    }
}

/// `encodeURIComponent`.
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ if b"-_.!~*'()".contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn reset_asks_for_the_keys_that_the_sdk_asks_for() {
    let (mut planned, mut refused) = (0, 0);
    let mut without_plan = Vec::new();
    for case in &load("reset") {
        match target(case).and_then(|target| plan(case, &target)) {
            Ok(Ok(_)) => planned += 1,
            Ok(Err(error)) => {
                assert_eq!(error.code(), ErrorCode::MissingContext, "{}", id(case));
                assert_eq!(
                    error.message(),
                    case["expect"]["result"]["throws"]["message"],
                    "{}",
                    id(case)
                );
                refused += 1;
            }
            Err(reason) => without_plan.push(reason),
        }
    }
    let count = |reason| {
        without_plan
            .iter()
            .filter(|other| **other == reason)
            .count()
    };
    assert_eq!((planned, refused), (571, 63));
    assert_eq!(
        [NoPlan::NoCredentials, NoPlan::NotRust, NoPlan::UnknownScope].map(count),
        [7, 5, 4],
    );
}
