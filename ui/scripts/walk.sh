#!/usr/bin/env bash
# Walks through the manager in a browser, with the gateway that was built last. Ends with status 77 where something that it
# takes is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -d node_modules ] && [ -f dist/site/index.html ] || { echo "the pages are not built: ui/scripts/check.sh"; exit 77; }
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$chromium" ] || { echo "Chromium is not installed: apt-get install chromium"; exit 77; }
export CHROMIUM=$chromium GIBBON=${GIBBON:-$PWD/../target/release/gibbon}
export SCREENSHOTS=${SCREENSHOTS:-$PWD/../target/screenshots}
[ -x "$GIBBON" ] || { echo "there is no gateway at $GIBBON: cargo build --release"; exit 1; }

results=$(mktemp)
trap 'rm -f "$results"' EXIT
# What failed is walked once more, alone and from its beginning, and named: a machine that does much else can be late, a
# page that is wrong is so twice.
if ! npm run --silent walk -- --reporter=default --reporter=json --outputFile.json="$results"; then
  mapfile -t failed < <(node scripts/failed.mjs "$results")
  [ ${#failed[@]} -gt 0 ] || exit 1
  printf 'FAILED ONCE, walked again: %s\n' "${failed[@]}"
  npm run --silent walk -- "${failed[@]}"
fi
echo "screenshots are in $SCREENSHOTS"
