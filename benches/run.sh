#!/usr/bin/env bash
# The package beside its peers, as its users would call them; BENCH_NODE names another node to run on.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh tools tests benches/js
exec "${BENCH_NODE:-node}" --expose-gc --max-old-space-size=4096 benches/js/bench.mjs "$@"
