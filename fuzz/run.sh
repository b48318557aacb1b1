#!/usr/bin/env bash
# Fuzzes all targets, or those named, for so many seconds in all, from their seeds:
#   fuzz/run.sh SECONDS [target]...
# SANITIZER=address looks at every access, at half the speed; the code is safe Rust, so the default is none.
# What is found stays in fuzz/artifacts, and the corpus that grows in fuzz/corpus; `cargo fuzz tmin`
# makes a finding smaller.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$1
shift
export PATH="$PWD/.tools/bin:$PATH"
# Sanitizers and coverage are flags of unstable rustc; this lets the stable one take them.
export RUSTC_BOOTSTRAP=1
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
each=$((seconds / ${#targets[@]}))

log=target/fuzz.log
mkdir -p target
total=0
for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target"
  status=0
  CARGO_TARGET_DIR=target/fuzz cargo fuzz run --sanitizer "${SANITIZER:-none}" "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="$((each > 0 ? each : 1))" -max_len=1024 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
    echo "fuzz: $target failed" >&2
    exit 1
  fi
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  [ "${executed:-0}" -gt 0 ] || { tail -n 20 "$log" >&2; echo "fuzz: $target ran nothing" >&2; exit 1; }
  printf '%-12s %12d executions\n' "$target" "$executed"
  total=$((total + executed))
done
printf '%-12s %12d executions\n' total "$total"
