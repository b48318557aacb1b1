#!/usr/bin/env bash
# The crate's unit and property tests inside wasm32, in Node.js and in headless Chromium (webdriver.json): all of
# them, and those of the crate itself once more with SIMD instructions, which only its lanes have code for.
set -euo pipefail
cd "$(dirname "$0")/../.."

TARGET=wasm32-unknown-unknown
export PATH="$PWD/.tools/bin:$PATH"
export WASM_BINDGEN_TEST_TIMEOUT=300
# Without optimization the tests take 40 s longer; with debug information the runner 8 s for each module.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_TEST_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0

# compile <target folder> <cargo's selection of tests>...: the paths of the test modules
compile() {
  local folder=$1
  shift
  CARGO_TARGET_DIR=$folder cargo test --quiet --no-run --message-format=json --features serde --target "$TARGET" "$@" |
    sed -n 's/.*"profile":{[^}]*"test":true}.*"executable":"\([^"]*\)".*/\1/p'
}

run() {
  local where=$1 module=$2 total
  # In the folder of webdriver.json.
  total=$(cd tests/wasm && wasm-bindgen-test-runner "$module" 2>&1) || { printf '%s\n' "$total" >&2; return 1; }
  printf '%s, %s: %s\n' "$where" "$(basename "$module" .wasm)" "$(grep '^test result' <<<"$total")"
  # A module in which no test runs is a mistake.
  grep -qE '^test result: ok\. [1-9]' <<<"$total"
}

modules=$(compile target/wasm-tests --lib --tests)
modules+=" $(RUSTFLAGS=-Ctarget-feature=+simd128 compile target/wasm-tests-simd --lib)"
[ "$(wc -w <<<"$modules")" = 7 ] || { printf 'not 7 test modules: %s\n' "$modules" >&2; exit 1; }

in_node() {
  local module
  for module in $modules; do run "Node.js" "$module"; done
}

in_chromium() {
  local module
  for module in $modules; do
    WASM_BINDGEN_USE_BROWSER=1 CHROMEDRIVER=$(command -v chromedriver) run "Chromium" "$module"
  done
}

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  in_node
  printf 'Chromium: skipped: chromium or chromedriver is not installed\n'
  exit
fi
# Side by side: each of the two uses one core.
in_node &
in_chromium
wait $!
