#!/usr/bin/env bash
# The checks of the manager's pages, then the pages themselves, for the gateway to be built with. Ends with status 77
# where there is no Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v npm >/dev/null || { echo "Node is not installed: https://nodejs.org"; exit 77; }
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || { echo "Node $major is too old for the manager: 20 or later"; exit 77; }

npm ci --no-audit --no-fund --loglevel=error
npm run --silent licences
npm run --silent lint
npm run --silent test
npm run --silent build
npm run --silent size
