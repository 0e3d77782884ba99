#!/usr/bin/env bash
# What decK asks of an Admin API, for every entity that the gateway has. Try it:
#
#   examples/clients/deck.sh
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

need python3 curl
PYTHON=python3
prepare_gateway
start_gateway
"$PYTHON" "$HERE/deck.py" "http://127.0.0.1:$ADMIN_PORT"
