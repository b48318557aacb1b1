#!/usr/bin/env bash
# Builds the package twice, in folders of different names and depths, with other time zones and umasks,
# and fails unless wasm and tarball are the same, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

tools/setup.sh tools >&2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What git knows of the working tree, with the build's tools linked in.
copy() {
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard | grep -zvx '\.tools' | tar --create --null --files-from=- | tar --extract --directory "$1"
  mkdir -p "$1/.tools"
  ln -s "$root/.tools/bin" "$1/.tools/bin"
  ln -s "$root/tools/node_modules" "$1/tools/node_modules"
}

build() {
  local folder=$1 zone=$2 mask=$3
  copy "$folder"
  (
    cd "$folder" && umask "$mask" && export TZ=$zone &&
      node pkg-template/build.mjs &&
      npm pack ./pkg/npm --pack-destination pkg --loglevel=error >/dev/null &&
      sha256sum target/npm/wasm/*.wasm && cd pkg && sha256sum ./*.tgz
  ) 2>"$folder/log" || { cat "$folder/log" >&2; return 1; }
}

# Each file's path, mode and hash.
contents() {
  (cd "$1/pkg/npm" && find . -type f -printf '%p %m ' -exec sha256sum {} \; | cut -d ' ' -f 1-3 | sort)
}

first=$(build "$scratch/a" UTC 022)
second=$(build "$scratch/deeper/and with a space/b" Asia/Kathmandu 077)
if [ "$first" != "$second" ]; then
  printf 'reproducible: two builds differ:\n%s\n%s\n' "$first" "$second" >&2
  diff <(contents "$scratch/a") <(contents "$scratch/deeper/and with a space/b") >&2 || true
  exit 1
fi
printf '%s\n' "$first"
