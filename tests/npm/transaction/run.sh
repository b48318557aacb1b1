#!/usr/bin/env bash
# The transactional mode: every client library on a real PostgreSQL, SQLite, and processes that are
# killed, from the packed tarball. RUN_ONCE_LONG=1 takes 2,000 keys and every client.
set -euo pipefail
cd "$(dirname "$0")/../../.."

tools/setup.sh tools tests/npm/runtimes tests/npm/run-once tests/npm/transaction
# Of a file, in milliseconds.
timeout=600000
if [ -n "${RUN_ONCE_LONG-}" ]; then timeout=7200000; fi
node --test --test-concurrency=3 --test-timeout="$timeout" tests/npm/transaction/*.test.mjs
