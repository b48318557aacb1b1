#!/usr/bin/env bash
# The Idempotency-Key header: the wrapper, each adapter, the client, and every runtime, from the packed tarball.
set -euo pipefail
cd "$(dirname "$0")/../../.."

tools/setup.sh tools tests/npm tests/npm/runtimes tests/npm/run-once tests/npm/http
# Three files at a time: they mostly wait, for leases to end.
node --test --test-concurrency=3 --test-timeout=600000 tests/npm/http/*.test.mjs
