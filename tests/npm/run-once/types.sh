#!/usr/bin/env bash
# Compiles the type tests against the installed package and the real clients' types.
set -euo pipefail
cd "$(dirname "$0")/../../.."

folder=$(node tests/npm/support/install-package.mjs)/run-once-types
rm -rf "$folder"
mkdir -p "$folder"
ln -s "$PWD/tests/npm/run-once/node_modules" "$folder/node_modules"
cp tests/npm/run-once/types.test-d.ts "$folder/node.mts"
cp tests/npm/run-once/types-worker.test-d.ts "$folder/worker.mts"
check() {
  tools/node_modules/.bin/tsc --noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --target es2022 \
    --module nodenext --moduleResolution nodenext --typeRoots "$folder/node_modules" "$@"
}
check --lib es2022,dom --types @types/node "$folder/node.mts"
check --lib es2022 --types @cloudflare/workers-types "$folder/worker.mts"
if grep -nE '\bany\b' "$folder"/../node_modules/idempotency-keys/dist/esm/run-once/*.d.ts | grep -vE '^[^:]*:[0-9]+: *(\*|/\*)'; then
  echo "the declarations above say any" >&2
  exit 1
fi
