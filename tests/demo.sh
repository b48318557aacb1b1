#!/usr/bin/env bash
# The examples as a user would run them: in a scratch folder, from the packed tarball.
set -euo pipefail
cd "$(dirname "$0")/.."

tarball=$PWD/$(ls pkg/*.tgz)
tools/setup.sh tools tests/npm

# Copies an example, and installs the tarball and its other dependencies there, unless both are there.
prepare() {
  local folder=.tools/scratch/$1 stamp
  stamp=$(cat "$tarball" "examples/$1/package.json" | sha256sum)
  mkdir -p "$folder"
  cp -r "examples/$1/." "$folder"
  if [ "$(cat "$folder/.stamp" 2>/dev/null)" != "$stamp" ]; then
    echo "demo: npm install in $folder (network)" >&2
    npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --omit=optional --loglevel=error "$tarball" >&2
    printf '%s\n' "$stamp" >"$folder/.stamp"
  fi
  cd "$folder"
}

printf '== On Node %s\n\n' "$(node --version)"
(prepare node && node index.mjs)

printf '\n== Retries, a reset, a re-trigger, through a mock of the API\n\n'
node tests/demo-story.mjs .tools/scratch/node

printf '\n== The same program on SDK 4.4.6, plain and with idempotency-keys/register\n\n'
node tests/demo-register.mjs .tools/scratch/node

printf '\n== On Cloudflare workerd\n\n'
node tests/demo-edge.mjs

printf '\n== An Idempotency-Key: a client is killed while it pays, and started again\n\n'
(prepare http && node index.mjs)
