#!/usr/bin/env bash
# Run-once: types, and every store on its real engine, from the packed tarball. RUN_ONCE_LONG=1 makes
# the kill tests and the model check a matter of minutes.
set -euo pipefail
cd "$(dirname "$0")/../../.."

tools/setup.sh tools tests/npm tests/npm/runtimes tests/npm/run-once
tests/npm/run-once/types.sh
# Of a file, in milliseconds.
timeout=600000
if [ -n "${RUN_ONCE_LONG-}" ]; then timeout=7200000; fi
# Three files at a time: they mostly wait, for leases to end and servers to come back.
node --test --test-concurrency=3 --test-timeout="$timeout" tests/npm/run-once/*.test.mjs
