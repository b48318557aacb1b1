#!/usr/bin/env bash
# What is depended upon: licences, sources and bans (deny.toml), and known vulnerabilities.
#   tools/audit.sh [offline]
# Vulnerabilities are looked up in RustSec's and npm's advisories, which takes the network: offline
# leaves them out.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh cargo-deny
for manifest in Cargo.toml fuzz/Cargo.toml; do
  .tools/bin/cargo-deny --manifest-path "$manifest" --log-level error check \
    --allow license-exception-not-encountered --hide-inclusion-graph bans licenses sources
done
[ "${1:-}" = offline ] && exit

failed=0
say() { printf 'audit: %s\n' "$*" >&2; }

for manifest in Cargo.toml fuzz/Cargo.toml; do
  log=$(.tools/bin/cargo-deny --manifest-path "$manifest" --log-level error check advisories 2>&1) && continue
  failed=1
  if grep -q 'failed to fetch advisory database' <<<"$log"; then
    say "$manifest was not checked: RustSec's advisory database, github.com/RustSec/advisory-db, can't be reached from here"
  else
    printf '%s\n' "$log" >&2
  fi
done

# The package itself has no dependencies: these are what builds and tests it.
while read -r lock; do
  folder=$(dirname "$lock")
  log=$(npm audit --prefix "$folder" --package-lock-only --audit-level=high 2>&1) && continue
  failed=1
  if grep -q 'audit endpoint returned an error' <<<"$log"; then
    say "$folder was not checked: this npm registry answers no audit requests"
  else
    printf '%s\n' "$log" >&2
  fi
done < <(git ls-files '*package-lock.json')
[ "$failed" -eq 0 ] && say "no known vulnerability"
exit "$failed"
