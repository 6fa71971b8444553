#!/usr/bin/env bash
# Brings sqlmap and wapiti, which test/scanners needs and npm does not have. Never fails and never hangs: where one cannot be had, its tests say
# that they are skipped.
set -uo pipefail

for name in sqlmap wapiti; do
  if command -v "$name" >/dev/null; then
    echo "$name: is here"
    continue
  fi
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "$name: not installed, and installing takes Debian or Ubuntu and root; its tests will be skipped"
    continue
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt_get() { timeout --kill-after=5 "$1" apt-get -qq -o DPkg::Lock::Timeout=5 -o Acquire::Retries=0 "${@:2}" </dev/null >/dev/null 2>&1; }
  apt_get 20 update
  apt_get 60 install --yes --no-install-recommends "$name"
  if command -v "$name" >/dev/null; then echo "$name: installed"; else echo "$name: apt could not install it; its tests will be skipped"; fi
done
