#!/usr/bin/env bash
# Installs what the build needs, at pinned versions, into .tools and tools/node_modules. Does nothing
# where all of it is there. Needs the network (crates.io, the npm registry) the first time.
#   tools/setup.sh [folder with a package-lock.json | cargo tool | Rust target]...
set -euo pipefail
cd "$(dirname "$0")/.."

WASM_PACK=0.15.1
CARGO_FUZZ=0.13.2
CARGO_DENY=0.20.2
# The CLI must be of the version that the crate is built with.
WASM_BINDGEN=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

for command in cargo rustup node npm; do
  command -v "$command" >/dev/null || fail "$command is missing: install Rust with rustup, and Node 20.19 or later with npm"
done

rust_target() {
  rustup target list --installed | grep -qx "$1" && return
  say "rustup target $1 (network)"
  rustup target add "$1" >&2 || fail "rustup could not fetch the target $1: is the network there?"
}
rust_target wasm32-unknown-unknown

# Not --locked: a lock file can name versions that a registry's mirror does not have yet.
cargo_tool() {
  local name=$1 version=$2 binary=$3
  [ "$(.tools/bin/"$binary" --version 2>/dev/null | awk '{print $2}')" = "$version" ] && return
  say "cargo install $name $version, about two minutes (network)"
  CARGO_TARGET_DIR=.tools/build cargo install --quiet "$name" --version "$version" --root .tools >&2 ||
    fail "cargo could not build $name $version: is the network there, and a C compiler?"
  rm -rf .tools/build
}
cargo_tool wasm-bindgen-cli "$WASM_BINDGEN" wasm-bindgen
cargo_tool wasm-pack "$WASM_PACK" wasm-pack

# Runs npm ci where the lock file changed since it last ran.
npm_tools() {
  local folder=$1 stamp
  stamp=$(sha256sum <"$folder/package-lock.json")
  [ "$(cat "$folder/node_modules/.stamp" 2>/dev/null)" = "$stamp" ] && return
  say "npm ci in $folder (network)"
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
    fail "npm could not install $folder: is the network there?"
  printf '%s\n' "$stamp" >"$folder/node_modules/.stamp"
}
for wanted in "${@:-tools}"; do
  case $wanted in
    thumbv7em-none-eabi) rust_target "$wanted" ;;
    cargo-fuzz) cargo_tool cargo-fuzz "$CARGO_FUZZ" cargo-fuzz ;;
    cargo-deny) cargo_tool cargo-deny "$CARGO_DENY" cargo-deny ;;
    *) npm_tools "$wanted" ;;
  esac
done
