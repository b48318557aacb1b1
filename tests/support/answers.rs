//! Answers as a Rust program gets them from the crate, for `tests/npm/keys/native.test.mjs` to compare with
//! the npm package's: a JSON document on each line of standard input, and one for each on standard
//! output.

use std::io::{self, BufRead, BufWriter, Write};

use idempotency_keys::{
    Context, Error, IdempotencyKey, Material, RandomKeys, Scope, canonicalize, hash_payload,
};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout());
    let mut keys = RandomKeys::new();
    for line in io::stdin().lock().lines() {
        let question = serde_json::from_str(&line?).expect("JSON");
        let answer = answer(&question, &mut keys).unwrap_or_else(
            |error| json!({ "code": error.code().as_str(), "message": error.message() }),
        );
        writeln!(output, "{answer}")?;
    }
    output.flush()
}

fn answer(question: &Value, keys: &mut RandomKeys) -> Result<Value, Error> {
    let text = |name: &str| question[name].as_str();
    Ok(match text("ask").expect("what is asked") {
        "key" => {
            let context = text("runId").map(Context::new);
            let context = match (context, text("attempt")) {
                (Some(context), Some(attempt)) => Some(context.with_attempt(attempt)),
                (context, _) => context,
            };
            let scope = Scope::parse(text("scope").expect("a scope"))?;
            let key = IdempotencyKey::create(material(&question["key"]), scope, context)?;
            describe(&key)
        }
        "token" => describe(&IdempotencyKey::from_token(
            text("token").expect("a string"),
        )?),
        "payload" => {
            let (payload, operation) = (
                text("json").expect("JSON"),
                text("operation").expect("a string"),
            );
            let hash = hash_payload(payload, operation)?.to_hex();
            json!({ "canonical": canonicalize(payload)?, "hash": hash })
        }
        "random" => {
            let milliseconds = question["milliseconds"].as_u64().expect("a time");
            if let Some(last) = text("last") {
                *keys = RandomKeys::after(last).unwrap_or_default();
            }
            json!(keys.next(milliseconds, entropy(&question["entropy"])))
        }
        other => panic!("nothing here answers {other:?}"),
    })
}

fn describe(key: &IdempotencyKey) -> Value {
    json!({ "hash": key.hash(), "key": key.key(), "scope": key.scope().as_str(), "token": key.to_token() })
}

fn material(key: &Value) -> Material {
    match key.as_array() {
        None => Material::from(key.as_str().expect("a string")),
        Some(parts) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            Material::from(&parts)
        }
    }
}

fn entropy(bytes: &Value) -> [u8; 10] {
    let bytes: Vec<u8> = bytes
        .as_array()
        .expect("bytes")
        .iter()
        .filter_map(|byte| u8::try_from(byte.as_u64()?).ok())
        .collect();
    bytes.try_into().expect("as many as a key takes")
}
