#!/usr/bin/env bash
# What is depended upon: licences, sources and bans (deny.toml), and known vulnerabilities.
#   tools/audit.sh [offline]
# Vulnerabilities are looked up in RustSec's and npm's advisories, which takes the network: offline
# leaves them out. Ends with 0 if nothing was found, 1 if something was, and 3 if nothing was found
# but not everything could be looked up.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PATH"

say() { printf 'audit: %s\n' "$*" >&2; }

tools/setup.sh cargo-deny
manifests=(Cargo.toml fuzz/Cargo.toml)
for manifest in "${manifests[@]}"; do
  cargo-deny --manifest-path "$manifest" --log-level error check \
    --allow license-exception-not-encountered --hide-inclusion-graph bans licenses sources >&2 ||
    { say "$manifest depends on what deny.toml doesn't allow"; exit 1; }
done
say "licences, bans and sources are as deny.toml wants them"
[ "${1:-}" = offline ] && exit

found=0
unknown=0
looked_up=0
# $1: what was looked up, $2: what its log says where the advisories can't be had, $3: those advisories.
look_up() {
  local what=$1 sign=$2 advisories=$3 log
  shift 3
  if log=$("$@" 2>&1); then
    looked_up=$((looked_up + 1))
  elif grep -q "$sign" <<<"$log"; then
    unknown=$((unknown + 1))
    say "NOT looked up: $what: $advisories"
  else
    found=$((found + 1))
    printf '%s\n' "$log" >&2
    say "$what: see above"
  fi
}

for manifest in "${manifests[@]}"; do
  look_up "$manifest" 'failed to fetch advisory database' "github.com/RustSec/advisory-db can't be reached from here" \
    cargo-deny --manifest-path "$manifest" --log-level error check advisories
done
# The package itself has no dependencies: these are what builds and tests it.
while read -r lock; do
  look_up "$lock" 'audit endpoint returned an error' 'this npm registry answers no audit requests' \
    npm audit --prefix "$(dirname "$lock")" --package-lock-only --audit-level=high
done < <(git ls-files '*package-lock.json')

say "known vulnerabilities: $looked_up lock files without, $found with, $unknown not looked up"
[ "$found" -eq 0 ] || exit 1
[ "$unknown" -eq 0 ] || exit 3
