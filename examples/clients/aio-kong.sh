#!/usr/bin/env bash
# aio-kong, a Python client of Kong, against a gateway of its own. Try it:
#
#   examples/clients/aio-kong.sh
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

prepare_python kong
prepare_gateway
start_gateway
"$PYTHON" "$HERE/aio_kong.py" "http://127.0.0.1:$ADMIN_PORT"
