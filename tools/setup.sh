#!/usr/bin/env bash
# Installs what the build needs, at pinned versions, into .tools and tools/node_modules, which are ignored. Does nothing
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

mkdir -p .tools/bin
export PATH="$PWD/.tools/bin:$PATH"
is_version() { [ "$("$1" --version 2>/dev/null | awk '{print $2}')" = "$2" ]; }

# Unpacks a prebuilt tool into .tools/bin. False where none can be had.
prebuilt() {
  local binary=$1 version=$2 archive=$3 platform
  case $(uname -sm) in
    "Linux x86_64") platform=x86_64-unknown-linux-musl ;;
    "Linux aarch64") platform=aarch64-unknown-linux-musl ;;
    "Darwin x86_64") platform=x86_64-apple-darwin ;;
    "Darwin arm64") platform=aarch64-apple-darwin ;;
    *) return 1 ;;
  esac
  say "$binary $version, prebuilt (network)"
  curl -fsSL --connect-timeout 10 "$archive-$platform.tar.gz" 2>/dev/null | tar xz --strip-components 1 -C .tools/bin 2>/dev/null
  is_version "$binary" "$version"
}

# What is only run here need not be fast: no optimisation, and the crates that two tools share compile once.
# Not --locked: a lock file can name versions that a registry's mirror does not have yet.
cargo_install() {
  local name=$1 version=$2
  say "cargo install $name $version, a minute or two (network)"
  built=yes
  CARGO_TARGET_DIR=.tools/build CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    cargo install --quiet "$name" --version "$version" --root .tools >&2 ||
    fail "cargo could not build $name $version: is the network there, and a C compiler?"
}

# What is there in the right version, here or anywhere on PATH; else a prebuilt one; else from source.
is_version wasm-bindgen "$WASM_BINDGEN" ||
  prebuilt wasm-bindgen "$WASM_BINDGEN" "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/$WASM_BINDGEN/wasm-bindgen-$WASM_BINDGEN" ||
  cargo_install wasm-bindgen-cli "$WASM_BINDGEN"
is_version wasm-pack "$WASM_PACK" ||
  prebuilt wasm-pack "$WASM_PACK" "https://github.com/drager/wasm-pack/releases/download/v$WASM_PACK/wasm-pack-v$WASM_PACK" ||
  cargo_install wasm-pack "$WASM_PACK"

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
    cargo-fuzz) is_version cargo-fuzz "$CARGO_FUZZ" || cargo_install cargo-fuzz "$CARGO_FUZZ" ;;
    cargo-deny) is_version cargo-deny "$CARGO_DENY" || cargo_install cargo-deny "$CARGO_DENY" ;;
    *) npm_tools "$wanted" ;;
  esac
done
# Only what was made here: another run may be building.
[ -z "${built:-}" ] || rm -rf .tools/build
