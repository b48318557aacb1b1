#!/usr/bin/env bash
# Compiles types.test-d.ts against the installed package, as an ES module and as a CommonJS one.
set -euo pipefail
cd "$(dirname "$0")/../../.."

folder=$(node tests/npm/support/install-package.mjs)
for kind in mts cts; do
  cp tests/npm/package/types.test-d.ts "$folder/types.$kind"
done
tools/node_modules/.bin/tsc --noEmit --strict --exactOptionalPropertyTypes --target es2022 --lib es2022,dom \
  --module nodenext --moduleResolution nodenext "$folder/types.mts" "$folder/types.cts"
tools/node_modules/.bin/tsc --noEmit --strict --target es2022 --lib es2022,dom \
  --module esnext --moduleResolution bundler "$folder/types.mts"
if grep -nE '\bany\b' "$folder"/node_modules/idempotency-keys/dist/esm/*.d.ts | grep -vE '^[^:]*:[0-9]+: *(\*|/\*)'; then
  echo "the declarations above say any" >&2
  exit 1
fi
