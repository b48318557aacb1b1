//! The native core, as a Rust service calls it: `cargo bench`. The npm package's figures come from `make bench`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use idempotency_keys::{
    Context, IdempotencyKey, ResetOptions, Scope, canonicalize, hash_payload, parse_ttl,
    plan_reset, random_key,
};

const ORDER: &str = include_str!("js/payloads/order-1k.json");
const CHAT: &str = include_str!("js/payloads/chat-100k.json");

fn context() -> Context<'static> {
    Context::new("run_abc123def456").with_attempt("1")
}

fn keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key");
    for (name, scope) in [
        ("run", Scope::Run),
        ("attempt", Scope::Attempt),
        ("global", Scope::Global),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| IdempotencyKey::create(black_box("item-123456"), scope, Some(context())));
        });
    }
    group.bench_function("of four parts", |bench| {
        bench.iter(|| {
            IdempotencyKey::create(
                black_box(["order", "42", "charge", "eur"]),
                Scope::Run,
                Some(context()),
            )
        });
    });
    let long = "x".repeat(1_000_000);
    group.throughput(Throughput::Bytes(long.len() as u64));
    group.bench_function("of 1 MB", |bench| {
        bench
            .iter(|| IdempotencyKey::create(black_box(long.as_str()), Scope::Run, Some(context())));
    });
    group.finish();
}

fn payloads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("payload");
    for (name, json) in [("order, 1 kB", ORDER), ("chat, 100 kB", CHAT)] {
        group.throughput(Throughput::Bytes(json.len() as u64));
        group.bench_function(format!("hash, {name}"), |bench| {
            bench.iter(|| hash_payload(black_box(json), "charge"))
        });
        group.bench_function(format!("canonicalize, {name}"), |bench| {
            bench.iter(|| canonicalize(black_box(json)))
        });
    }
    group.finish();
}

fn tokens_and_resets(criterion: &mut Criterion) {
    let key = IdempotencyKey::create("order-42", Scope::Run, Some(context())).expect("a valid key");
    let token = key.to_token();
    criterion.bench_function("token, written", |bench| {
        bench.iter(|| black_box(&key).to_token())
    });
    criterion.bench_function("token, read", |bench| {
        bench.iter(|| IdempotencyKey::from_token(black_box(&token)))
    });
    let options = ResetOptions::new().context(context());
    criterion.bench_function("reset, planned", |bench| {
        bench.iter(|| plan_reset(black_box("order-42"), options))
    });
    criterion.bench_function("time-to-live, read", |bench| {
        bench.iter(|| parse_ttl(black_box("90m")))
    });
    criterion.bench_function("random key", |bench| bench.iter(random_key));
}

criterion_group!(benches, keys, payloads, tokens_and_resets);
criterion_main!(benches);
