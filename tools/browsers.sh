#!/usr/bin/env bash
# Installs the named browsers from Debian's packages where they are missing and this user may. Where
# it can't, the suite names them as skipped.
set -euo pipefail

missing=()
for browser in "$@"; do
  command -v "${browser/chromium-driver/chromedriver}" >/dev/null || missing+=("$browser")
done
[ ${#missing[@]} -eq 0 ] && exit
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  printf 'browsers: not installed: %s\n' "${missing[*]}" >&2
  exit
fi
printf 'browsers: apt-get install %s (network)\n' "${missing[*]}" >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
