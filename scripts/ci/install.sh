#!/usr/bin/env bash
# Brings what tests need and npm does not have: syslog-ng with its http() destination (test/clients/syslog-ng.test.ts), promtool and a Prometheus server
# (test/clients/prometheus.test.ts), sqlmap and wapiti (test/scanners). Never fails and takes at most four minutes: where one cannot be had, its tests say that
# they are skipped.
set -uo pipefail

has_syslog_ng() { command -v syslog-ng && syslog-ng --version 2>/dev/null | grep -qE '[ ,]http(,|$)'; }
has_prometheus() { command -v promtool && command -v prometheus; }
has_sqlmap() { command -v sqlmap; }
has_wapiti() { command -v wapiti; }

export DEBIAN_FRONTEND=noninteractive
# No service is started: tests run their own.
export RUNLEVEL=1
apt_get() { timeout --kill-after=5 "$1" apt-get -qq -o DPkg::Lock::Timeout=5 -o Acquire::Retries=0 "${@:2}" </dev/null >/dev/null 2>&1; }

updated=no
# <name> <its package> …
bring() {
  local name=$1
  "has_${name//-/_}" >/dev/null 2>&1 && { echo "$name: is here"; return; }
  command -v apt-get >/dev/null || { echo "$name: this is no Debian or Ubuntu; its tests will be skipped"; return; }
  [ "$(id -u)" = 0 ] || { echo "$name: not installed, and installing takes root; its tests will be skipped"; return; }
  [ "$updated" = yes ] || apt_get 20 update
  updated=yes
  apt_get 50 install --yes --no-install-recommends "${@:2}"
  if "has_${name//-/_}" >/dev/null 2>&1; then echo "$name: installed"; else echo "$name: apt could not install it; its tests will be skipped"; fi
}

bring syslog-ng syslog-ng-core syslog-ng-mod-http
bring prometheus prometheus
bring sqlmap sqlmap
bring wapiti wapiti
