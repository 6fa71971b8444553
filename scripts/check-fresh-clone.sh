#!/usr/bin/env bash
# Both README commands for real: a clean clone in a new folder, an empty home folder, and the machine's own Node first on the
# path. Slow (it installs everything), so not a part of `npm test`. Pass the folder of an older Node's bin to put it first.
set -euo pipefail
project="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
started=""
finish() {
  if [ -n "$started" ]; then kill -s KILL -- "-$started" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

# Nothing of this shell's environment goes in, but what a fresh login has; CHECK_PATH replaces the path.
path="${CHECK_PATH:-/usr/local/bin:/usr/bin:/bin}"
fresh() { env -i HOME="$work/home" PATH="$path" TERM=dumb LANG=C.UTF-8 ${npm_config_registry:+npm_config_registry="$npm_config_registry"} "$@"; }

mkdir "$work/home"
git clone --quiet "$project" "$work/clone"
cd "$work/clone"
echo "clone of $(git rev-parse --short HEAD) with $(fresh node --version) and npm $(fresh npm --version)"

echo "== npm install && npm start"
port=18787
set -m # the start gets a process group of its own
fresh sh -c "npm install --no-audit --no-fund && npm start -- --port $port" >"$work/start.log" 2>&1 </dev/null &
started=$!
set +m
for _ in $(seq 1 600); do
  grep -q '^ready: ' "$work/start.log" && break
  kill -0 "$started" 2>/dev/null || { cat "$work/start.log"; echo "npm start ended"; exit 1; }
  sleep 0.5
done
grep '^ready: ' "$work/start.log" || { cat "$work/start.log"; echo "npm start is not ready after 5 minutes"; exit 1; }
curl --fail --silent --show-error --output /dev/null "http://127.0.0.1:$port/"
curl --fail --silent --show-error "http://127.0.0.1:$port/api/ingest" -H "Authorization: Bearer $(cat .breakwater/demo-key)" \
  -d '{"level": "warn", "service": "shell", "message": "hello from a fresh clone"}'
echo
kill -s INT -- "-$started"
code=0
wait "$started" || code=$?
# npm start itself ends with 0; the shell around it, hit by the same Ctrl-C, with 130.
if [ "$code" -ne 0 ] && [ "$code" -ne 130 ]; then echo "npm start ended with code $code"; exit 1; fi
started=""
if curl --silent --output /dev/null "http://127.0.0.1:$port/health"; then echo "something still serves the port"; exit 1; fi

changed="$(git status --porcelain)"
if [ -n "$changed" ]; then printf 'installing and starting changed the clone:\n%s\n' "$changed"; exit 1; fi

echo "== npm install && npm test"
fresh sh -c 'npm install --no-audit --no-fund && npm test' </dev/null
