#!/usr/bin/env bash
# gRPC through the gateway with the client and the server that people use: grpcio. A route for gRPC, a call of each kind,
# a refusal of the jwt plugin and a call with a token. Try it:
#
#   examples/grpc/run.sh
#
# It starts the service and Gibbon on free ports, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

prepare_python grpc
prepare_gateway

title "A service of gRPC and a gateway"
SERVICE_PORT=$(free_port)
background service "$PYTHON" "$HERE/service.py" "$SERVICE_PORT"
ADMIN_PORT=$(free_port)
PROXY_PORT=$(free_port)
background gibbon env KONG_PREFIX="$WORK/prefix" KONG_ADMIN_LISTEN="127.0.0.1:$ADMIN_PORT" \
  KONG_PROXY_LISTEN="127.0.0.1:$PROXY_PORT http2" "$GIBBON" start
wait_for "http://127.0.0.1:$ADMIN_PORT/status" "the gateway"
MAPPED=(--connect-to "localhost:8001:127.0.0.1:$ADMIN_PORT" --connect-to "localhost:8000:127.0.0.1:$PROXY_PORT")

# One call: its kind, then metadata as `name=value`. Prints what the client sees.
call() { "$PYTHON" "$HERE/client.py" "127.0.0.1:$PROXY_PORT" "$@"; }

title "1. A service and a route"
guide curl http://localhost:8001/services -d name=echo -d protocol=grpc -d host=127.0.0.1 -d "port=$SERVICE_PORT"
status_is 201
guide curl http://localhost:8001/services/echo/routes -d "protocols[]=grpc" -d "protocols[]=grpcs" -d "paths[]=/echo.Echo/" \
  -d strip_path=false
status_is 201

title "2. Calls of every kind"
same "one message, one answer" "OK hello" "$(call unary)"
same "one message, several answers" "OK one two three" "$(call server-stream)"
same "several messages, one answer" "OK onetwothree" "$(call client-stream)"
same "in turns" "OK one two three" "$(call both-stream)"
same "a failure of the service" "FAILED_PRECONDITION not today" "$(call failure)"
contains "a call that no route serves" "NOT_FOUND" "$(call elsewhere)"

title "3. HTTP/1.1 is told what to speak"
guide curl --http1.1 -d x http://localhost:8000/echo.Echo/Unary
status_is 426

title "4. Protected by tokens"
guide curl http://localhost:8001/services/echo/plugins -d name=jwt
status_is 201
guide curl http://localhost:8001/consumers -d username=me
status_is 201
guide curl http://localhost:8001/consumers/me/jwt -d key=my-issuer -d secret=my-secret-of-thirty-two-bytes-ok
status_is 201
same "without a token" "UNAUTHENTICATED Unauthorized" "$(call unary)"
TOKEN=$("$GIBBON" jwt mint --quiet --alg HS256 --iss my-issuer --secret my-secret-of-thirty-two-bytes-ok --exp-in 600)
same "with a token" "OK hello" "$(call unary "authorization=Bearer $TOKEN")"

finish
