#!/usr/bin/env bash
# Compiles types.test-d.ts against the installed package: as an ES module, as a CommonJS one and for a bundler, with
# the oldest TypeScript that README names, the one that builds the package, and the newest.
set -euo pipefail
cd "$(dirname "$0")/../../.."

folder=$(node tests/npm/support/install-package.mjs)
for kind in mts cts; do
  cp tests/npm/package/types.test-d.ts "$folder/types.$kind"
done
strict=(--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --noPropertyAccessFromIndexSignature
  --noImplicitOverride --noImplicitReturns --noUnusedLocals --isolatedModules --target es2022 --lib es2022,dom)
for typescript in tests/npm/node_modules/typescript-5.4 tools/node_modules/typescript tests/npm/node_modules/typescript-7; do
  tsc="$typescript/bin/tsc"
  node "$tsc" "${strict[@]}" --module nodenext --moduleResolution nodenext "$folder/types.mts" "$folder/types.cts"
  node "$tsc" "${strict[@]}" --module esnext --moduleResolution bundler "$folder/types.mts"
done
if grep -rnE '\bany\b' "$folder"/node_modules/idempotency-keys/dist/esm --include='*.d.ts' | grep -vE '^[^:]*:[0-9]+: *(\*|/\*)'; then
  echo "the declarations above say any" >&2
  exit 1
fi
