#!/usr/bin/env bash
# WebSocket through the gateway with a client and a server that people use: the library `websockets` of Python. Text, bytes,
# a large message, a ping, the closing handshake, a reader that is slow, silence, and a refusal by a plugin. Try it:
#
#   examples/websocket/run.sh
#
# It starts the service and Gibbon on free ports, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

prepare_python websockets
prepare_gateway

title "A WebSocket service and a gateway"
SERVICE_PORT=$(free_port)
background service "$PYTHON" "$HERE/service.py" "$SERVICE_PORT"
start_gateway

# One conversation: its kind, then fields of the handshake as `name=value`. Prints what the client sees.
talk() { "$PYTHON" "$HERE/client.py" "127.0.0.1:$PROXY_PORT" "$@"; }

# The most memory that the gateway has ever had, in KB.
memory_peak() { sed -n -E 's/^VmHWM:[^0-9]*([0-9]+) kB/\1/p' "/proc/${CHILDREN[-1]}/status"; }

title "1. A service and a route, as for anything in HTTP"
guide curl http://localhost:8001/services -d name=echo -d "url=http://127.0.0.1:$SERVICE_PORT" -d read_timeout=3000
status_is 201
guide curl http://localhost:8001/services/echo/routes -d "paths[]=/" -d strip_path=false
status_is 201

title "2. Messages both ways"
same "text and bytes" "grüße 256" "$(talk echo)"
same "10 MB" "unchanged" "$(talk large)"
same "a ping" "pong" "$(talk ping)"
same "the closing handshake" "4000 enough" "$(talk close)"

title "3. A client that does not read holds its service up, and nothing is lost"
PEAK=$(memory_peak)
same "what it has got in the end" "64 MB" "$(talk flood)"
GREW=$((($(memory_peak) - PEAK) / 1024))
if [ "$GREW" -lt 32 ]; then right "the gateway took less than 32 MB for it"; else wrong "the gateway took $GREW MB for it"; fi

title "4. Silence ends with the read_timeout of the service"
same "nobody says anything" "ended" "$(talk silence)"

title "5. Protected by a key"
guide curl http://localhost:8001/services/echo/plugins -d name=key-auth
status_is 201
guide curl http://localhost:8001/consumers -d username=me
status_is 201
guide curl http://localhost:8001/consumers/me/key-auth -d key=my-key
status_is 201
same "without the key" "401" "$(talk echo)"
same "with the key" "grüße 256" "$(talk echo apikey=my-key)"

finish
