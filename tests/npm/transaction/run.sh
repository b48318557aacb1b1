#!/usr/bin/env bash
# The transactional mode: every client library on a real PostgreSQL, SQLite, and processes that are
# killed, from the packed tarball. RUN_ONCE_LONG=1 takes 2,000 keys and every client.
set -euo pipefail
cd "$(dirname "$0")/../../.."

tools/setup.sh tools tests/npm/runtimes tests/npm/run-once tests/npm/transaction
node --test --test-concurrency=2 --test-timeout=600000 tests/npm/transaction/*.test.mjs
