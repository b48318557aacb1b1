#!/usr/bin/env bash
# Makes a release of the committed version: builds in a clean clone, twice; runs every check;
# writes checksums, bills of materials and the provenance into pkg/release; tries both publications.
# Publishes only with PUBLISH=1. In a CI that offers an identity (GitHub Actions, GitLab) npm signs the
# provenance and the registry shows it; elsewhere the statement in pkg/release is what there is.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
out=$root/pkg/release

say() { printf 'release: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
commit=$(git rev-parse HEAD)
publish=${PUBLISH:-}
[ -z "$(git status --porcelain)" ] || fail "there are uncommitted changes: commit or stash them"
if [ "$publish" = 1 ]; then
  grep -q "^## \[$version\]" CHANGELOG.md || fail "CHANGELOG.md has no section [$version]: rename [Unreleased]"
  [ "$(git tag --points-at HEAD --list "v$version")" = "v$version" ] || fail "HEAD has no tag v$version: git tag -s v$version"
fi

tools/setup.sh tools cargo-deny cargo-cyclonedx
rm -rf "$out"
mkdir -p "$out"
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet --no-hardlinks . "$clone/source"
ln -s "$root/.tools" "$clone/source/.tools"
cd "$clone/source"

say "two builds of $version, commit $commit"
tests/reproducible.sh | tee "$out/SHA256SUMS"
make --no-print-directory pack >/dev/null
cp pkg/*.tgz "$out/"
(cd "$out" && grep tgz SHA256SUMS | sha256sum --check --quiet) || fail "the tarball is not the one that was checked"
tarball=$(basename "$out"/*.tgz)

say "licences, sources and advisories"
if [ "$publish" = 1 ]; then tools/audit.sh; else tools/audit.sh || say "advisories were not all checked"; fi

say "bills of materials"
for kind in crate npm; do
  flags=()
  [ "$kind" = npm ] && flags=(--features npm --target wasm32-unknown-unknown)
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) .tools/bin/cargo-cyclonedx cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps --override-filename "sbom-$kind" "${flags[@]}"
  # Without the folder that it was made in.
  sed "s|path+file://$PWD|path+file:///idempotency-keys|g" "sbom-$kind.json" >"$out/sbom-$kind.cdx.json"
  rm "sbom-$kind.json"
done

say "provenance"
node tools/provenance.mjs "$commit" "$out/$tarball" >"$out/provenance.json"

say "cargo and npm, without publishing"
cargo package --quiet
cargo publish --quiet --dry-run
npm publish --dry-run --loglevel=error "$out/$tarball" >/dev/null

if [ "$publish" != 1 ]; then
  say "nothing was published; $out holds what would be:"
  ls "$out"
  exit
fi
say "publishing $version"
provenance=()
[ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}${SIGSTORE_ID_TOKEN:-}" ] && provenance=(--provenance)
npm publish --access public "${provenance[@]}" "$out/$tarball"
cargo publish
say "published; attach pkg/release to the release v$version"
