#!/usr/bin/env bash
# Every check, in order of how soon it can say no. Prints the seconds each took, and the slowest ten.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
took=()
step() {
  local name=$1 begun=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  printf '== %s: %d s\n' "$name" $((SECONDS - begun))
  took+=("$((SECONDS - begun)) s  $name")
}

step "tools" tools/setup.sh tools tests/npm tests/npm/runtimes tests/npm/run-once tests/npm/http cargo-fuzz thumbv7em-none-eabi
step "browser" tools/browsers.sh chromium chromium-driver
step "formatting, Rust" cargo fmt --check
step "formatting and lints, JavaScript and TypeScript" tools/node_modules/.bin/biome check --error-on-warnings
step "dead exports" tools/node_modules/.bin/knip --directory pkg-template --config ../tools/knip.config.js --no-config-hints --no-progress
step "lints" cargo clippy --quiet --all-targets -- -D warnings
for features in -simd128 +simd128; do
  step "lints, wasm, $features" env CARGO_TARGET_DIR="target/clippy-wasm$features" RUSTFLAGS="--cfg=idempotency_keys_npm -Ctarget-feature=$features" cargo clippy --quiet --lib --target wasm32-unknown-unknown -- -D warnings
done
for features in --all-features --no-default-features; do
  step "lints, $features" cargo clippy --quiet --lib "$features" -- -D warnings
  step "lints, wasm, $features" env CARGO_TARGET_DIR=target/wasm-pack cargo clippy --quiet --lib --target wasm32-unknown-unknown "$features" -- -D warnings
done
step "no operating system" cargo rustc --quiet --lib --crate-type rlib --target thumbv7em-none-eabi --all-features
step "native core" cargo test --quiet --all-features
step "crate in wasm" tests/wasm/run.sh
step "crate documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps
step "crate package" cargo package --quiet --allow-dirty
step "npm package" make --no-print-directory pack
step "types" tests/npm/package/types.sh
step "package" node --test --test-concurrency=2 --test-timeout=300000 $(ls tests/npm/*/*.test.mjs | grep -vE '^tests/npm/(run-once|transaction|http)/')
step "wasm-pack" node --test --test-concurrency=1 --test-timeout=600000 tests/wasm-pack/*.test.mjs
step "runtimes" node tests/npm/runtimes/runtimes.mjs --required
step "run once" tests/npm/run-once/run.sh
step "transactions" tests/npm/transaction/run.sh
step "http" tests/npm/http/run.sh
step "fuzzing" fuzz/run.sh 10

printf '\nThe slowest ten:\n'
printf '%s\n' "${took[@]}" | sort -rn | sed -n 1,10p
printf 'All checks passed in %d s.\n' $((SECONDS - started))
