#!/usr/bin/env bash
# Makes a release of the committed version, all of it in a clean clone: runs every check of `make test`
# and `make audit`; builds the package twice more, elsewhere, and holds the tarball that was tested to
# the same bytes; writes tarball, crate and checksums into pkg/release; tries both publications.
# Publishes only with PUBLISH=1, which allows nothing that is said to be missing here.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
out=$root/pkg/release

say() { printf 'release: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
missing=()
# What may be missing as long as nothing is published.
missing() {
  [ "$publish" != 1 ] || fail "$*"
  missing+=("$*")
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
publish=${PUBLISH:-}
[ -z "$(git status --porcelain)" ] || fail "there are uncommitted changes: commit or stash them"
grep -q "^## \[$version\]" CHANGELOG.md || missing "CHANGELOG.md has no section [$version]: rename [Unreleased]"
[ "$(git tag --points-at HEAD --list "v$version")" = "v$version" ] || missing "HEAD has no tag v$version: git tag -s v$version"
grep -q '^repository = ' Cargo.toml || missing "Cargo.toml names no repository: readers of both registries' pages could not find the source"

rm -rf "$out"
mkdir -p "$out" .tools
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet --no-hardlinks . "$clone/source"
ln -s "$root/.tools" "$clone/source/.tools"
cd "$clone/source"
say "version $version, commit $(git rev-parse HEAD)"

say "licences, sources and advisories"
audited=0
tools/audit.sh || audited=$?
case $audited in
  0) ;;
  3) missing "not all advisories were looked up: see above" ;;
  *) fail "see above" ;;
esac

say "every check"
make --no-print-directory test >&2
cp pkg/*.tgz "$out/"
tarball=$(basename "$out"/*.tgz)

say "two builds elsewhere"
builds=$(tests/reproducible.sh)
printf '%s\n' "$builds" >&2
tested=$(sha256sum <"$out/$tarball")
grep -q "^${tested%% *} .*$tarball\$" <<<"$builds" || fail "they are not the tarball that was tested, ${tested%% *}"

say "the crate"
[ -z "$(git status --porcelain)" ] || fail "the checks left files behind: $(git status --porcelain)"
cargo package --quiet --locked
cp "target/package/idempotency-keys-$version.crate" "$out/"

say "checksums"
(cd "$out" && sha256sum -- * >"$clone/SHA256SUMS" && mv "$clone/SHA256SUMS" .)

say "cargo and npm, without publishing"
cargo publish --quiet --locked --dry-run --no-verify || fail "cargo would not publish this"
npm publish --dry-run --access public --loglevel=error "$out/$tarball" >/dev/null || fail "npm would not publish this"

cat "$out/SHA256SUMS"
if [ "$publish" != 1 ]; then
  say "nothing was published; $out holds what would be"
  [ ${#missing[@]} -eq 0 ] || printf 'release: missing for PUBLISH=1: %s\n' "${missing[@]}" >&2
  exit
fi
say "publishing $version"
npm publish --access public "$out/$tarball"
cargo publish --locked || fail "npm has $version now, crates.io has not: run cargo publish on the tag v$version"
say "published; attach pkg/release to the release v$version"
