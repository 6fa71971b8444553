#!/usr/bin/env bash
# Brings syslog-ng's http() destination, which test/clients/syslog-ng.test.ts needs and npm does not have. Never fails and never hangs: where it
# cannot be had, the test says that it is skipped.
set -uo pipefail

have() { command -v syslog-ng >/dev/null && syslog-ng --version 2>/dev/null | grep -qE '[ ,]http(,|$)'; }
skip() {
  echo "syslog-ng: $1; its test will be skipped"
  exit 0
}

have && { echo "syslog-ng: is here"; exit 0; }
command -v apt-get >/dev/null || skip 'this is no Debian or Ubuntu'
[ "$(id -u)" = 0 ] || skip 'not installed, and installing takes root'

export DEBIAN_FRONTEND=noninteractive
# No service is started for it: the test runs its own.
export RUNLEVEL=1
apt_get() { timeout --kill-after=5 "$1" apt-get -qq -o DPkg::Lock::Timeout=5 -o Acquire::Retries=0 "${@:2}" </dev/null >/dev/null 2>&1; }
apt_get 20 update
apt_get 30 install --yes --no-install-recommends syslog-ng-core syslog-ng-mod-http
have || skip 'apt could not install it'
echo 'syslog-ng: installed'
