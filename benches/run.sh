#!/usr/bin/env bash
# The package beside its peers, as its users would call them; BENCH_NODE names another node to run on.
# `--quick` is for a look: keys, payloads and start alone.
set -euo pipefail
cd "$(dirname "$0")/.."

node=${BENCH_NODE:-node}
tools/setup.sh tools tests/npm tests/npm/runtimes benches/js
"$node" --expose-gc --max-old-space-size=4096 benches/js/bench.mjs "$@"
[[ " $* " != *" --quick "* ]] || exit 0

tools/setup.sh tests/npm/run-once tests/npm/http tests/npm/transaction
for what in bare-wasm-pack register run-once transaction http http-express; do
  printf '\n== %s\n' "$what"
  "$node" "benches/js/$what.mjs"
done
