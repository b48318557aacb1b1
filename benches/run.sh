#!/usr/bin/env bash
# The package beside its peers, as its users would call them; BENCH_NODE names another node to run on.
# `--quick` is for a look; `--all` adds what run-once costs on each store, and the Idempotency-Key header.
set -euo pipefail
cd "$(dirname "$0")/.."

node=${BENCH_NODE:-node}
tools/setup.sh tools tests/npm tests/npm/runtimes benches/js
"$node" --expose-gc --max-old-space-size=4096 benches/js/bench.mjs "$@"
if [[ " $* " == *" --all "* ]]; then
  tools/setup.sh tests/npm/run-once tests/npm/http
  echo
  "$node" benches/js/run-once.mjs
  echo
  "$node" benches/js/http.mjs
  echo
  "$node" benches/js/http-express.mjs
fi
