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
# Without an exports map: each entry's declarations are where typesVersions says. TypeScript 7 has no such resolution.
node -e '
  const { exports } = require(process.argv[1]);
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  entries.forEach((entry, index) => console.log(`import * as entry${index} from "idempotency-keys${entry.slice(1)}";`));
  console.log(`export default [${entries.map((_, index) => `entry${index}`)}];`);
' "$folder/node_modules/idempotency-keys/package.json" > "$folder/node10.ts"
for typescript in tests/npm/node_modules/typescript-5.4 tools/node_modules/typescript; do
  node "$typescript/bin/tsc" --noEmit --strict --target es2022 --lib es2022,dom --module commonjs --moduleResolution node10 "$folder/node10.ts"
done
if grep -rnE '\bany\b' "$folder"/node_modules/idempotency-keys/dist/esm --include='*.d.ts' | grep -vE '^[^:]*:[0-9]+: *(\*|/\*)'; then
  echo "the declarations above say any" >&2
  exit 1
fi
