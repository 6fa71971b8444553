#!/usr/bin/env bash
# Brings promtool and a Prometheus server, which test/clients/prometheus.test.ts needs and npm does not have. Never fails and never hangs: where
# they cannot be had, the test says that it is skipped.
set -uo pipefail

have() { command -v promtool >/dev/null && command -v prometheus >/dev/null; }
skip() {
  echo "prometheus: $1; its test will be skipped"
  exit 0
}

have && { echo "prometheus: is here"; exit 0; }
command -v apt-get >/dev/null || skip 'this is no Debian or Ubuntu'
[ "$(id -u)" = 0 ] || skip 'not installed, and installing takes root'

export DEBIAN_FRONTEND=noninteractive
# No service is started for it: the test runs its own.
export RUNLEVEL=1
apt_get() { timeout --kill-after=5 "$1" apt-get -qq -o DPkg::Lock::Timeout=5 -o Acquire::Retries=0 "${@:2}" </dev/null >/dev/null 2>&1; }
apt_get 20 update
apt_get 60 install --yes --no-install-recommends prometheus
have || skip 'apt could not install it'
echo 'prometheus: installed'
