#!/usr/bin/env bash
# Streams of TCP, TLS and UDP, step by step, with the tools that people have: openssl makes an authority and certificates,
# bash and `openssl s_client` are the clients. Try it:
#
#   examples/streams/run.sh
#
# It starts small upstreams and Gibbon on free ports, checks every answer and stops all again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"

need openssl
prepare_python
prepare_gateway

# Makes a certificate for the name $1, signed by the authority.
issue() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
    -keyout "$WORK/$1.key" -out "$WORK/$1.csr" 2>/dev/null
  openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/authority.crt" -CAkey "$WORK/authority.key" -CAcreateserial -days 2 \
    -copy_extensions copy -out "$WORK/$1.crt" 2>/dev/null
}

# What an upstream of lines answers to one line over TCP.
say() {
  exec 3<>"/dev/tcp/127.0.0.1/$1" && printf '%s\n' "$2" >&3 && head -n 1 <&3
  exec 3>&-
}

# The same over TLS, as a client that asks for a name; who answers is verified.
say_secretly() {
  (printf '%s\n' "$3"; sleep 1) | timeout 3 openssl s_client -quiet -no_ign_eof -verify_quiet -verify_return_error -connect "127.0.0.1:$1" \
    -servername "$2" -CAfile "$WORK/authority.crt" 2>/dev/null | head -n 1
}

# The subject of what is shown to a client that asks for a name.
shown_to() {
  openssl s_client -connect "127.0.0.1:$1" -servername "$2" </dev/null 2>/dev/null |
    sed -n -E 's/^subject=//p' | sed 's/ = /=/'
}

# The answer to a datagram.
send_datagram() {
  "$PYTHON" - "$1" "$2" <<'PYTHON'
import socket, sys
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(10)
client.sendto(sys.argv[2].encode(), ("127.0.0.1", int(sys.argv[1])))
print(client.recv(65536).decode())
PYTHON
}

lines_of() { cat "$WORK/prefix/logs/access.log" 2>/dev/null | grep -c " $1 $2 " || true; }

title "An authority, upstreams that answer lines, and a gateway"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=An authority" -days 2 \
  -keyout "$WORK/authority.key" -out "$WORK/authority.crt" 2>/dev/null
issue shop.test
issue bank.test
TCP_UPSTREAM=$(free_port)
TLS_UPSTREAM=$(free_port)
UDP_UPSTREAM=$(free_port)
background upstreams "$PYTHON" "$ROOT/examples/streams/upstreams.py" "$TCP_UPSTREAM" "$TLS_UPSTREAM" "$UDP_UPSTREAM" \
  "$WORK/bank.test.crt" "$WORK/bank.test.key"
TCP_PORT=$(free_port)
TLS_PORT=$(free_port)
UDP_PORT=$(free_port)
ADMIN_PORT=$(free_port)
PROXY_PORT=$(free_port)
background gibbon env KONG_PREFIX="$WORK/prefix" KONG_ADMIN_LISTEN="127.0.0.1:$ADMIN_PORT" \
  KONG_PROXY_LISTEN="127.0.0.1:$PROXY_PORT" \
  KONG_STREAM_LISTEN="127.0.0.1:$TCP_PORT, 127.0.0.1:$TLS_PORT ssl, 127.0.0.1:$UDP_PORT udp" "$GIBBON" start
wait_for "http://127.0.0.1:$ADMIN_PORT/status" "the gateway"
MAPPED=(--connect-to "localhost:8001:127.0.0.1:$ADMIN_PORT")
for attempt in $(seq 100); do
  (exec 3<>"/dev/tcp/127.0.0.1/$TCP_UPSTREAM") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$TLS_UPSTREAM") 2>/dev/null && break
  sleep 0.1
done

title "1. TCP, by the port that clients connect to"
same "before there is a route" "" "$(say "$TCP_PORT" hello || true)"
guide curl http://localhost:8001/services -d name=lines -d protocol=tcp -d host=127.0.0.1 -d "port=$TCP_UPSTREAM"
status_is 201
guide curl http://localhost:8001/services/lines/routes -d name=by-port -d "protocols[]=tcp" \
  -d "destinations[1].port=$TCP_PORT"
status_is 201
same "the answer" "tcp: hello" "$(say "$TCP_PORT" hello)"

title "2. TLS that ends at the gateway, by the server name"
guide curl http://localhost:8001/certificates -F "cert=<$WORK/shop.test.crt" -F "key=<$WORK/shop.test.key" \
  -F "snis[]=shop.test"
status_is 201
guide curl http://localhost:8001/services/lines/routes -d name=shop -d "protocols[]=tls" -d "snis[]=shop.test"
status_is 201
contains "what shop.test is shown" "CN=shop.test" "$(shown_to "$TLS_PORT" shop.test)"
same "the answer" "tcp: secret" "$(say_secretly "$TLS_PORT" shop.test secret)"

title "3. TLS that is passed on, on the same port"
guide curl http://localhost:8001/services -d name=bank -d protocol=tcp -d host=127.0.0.1 -d "port=$TLS_UPSTREAM"
status_is 201
guide curl http://localhost:8001/services/bank/routes -d "protocols[]=tls_passthrough" -d "snis[]=bank.test"
status_is 201
contains "what bank.test is shown" "CN=bank.test" "$(shown_to "$TLS_PORT" bank.test)"
same "the answer" "tls: secret" "$(say_secretly "$TLS_PORT" bank.test secret)"
same "another name" "" "$(say_secretly "$TLS_PORT" other.test secret || true)"

title "4. TLS that begins at the gateway"
guide curl http://localhost:8001/ca_certificates -F "cert=<$WORK/authority.crt"
status_is 201
AUTHORITY=$(field id)
guide curl http://localhost:8001/upstreams -d name=bank.test
status_is 201
guide curl http://localhost:8001/upstreams/bank.test/targets -d "target=127.0.0.1:$TLS_UPSTREAM"
status_is 201
guide curl -X PATCH http://localhost:8001/services/lines -d protocol=tls -d host=bank.test -d tls_verify=true \
  -d "ca_certificates[]=$AUTHORITY"
status_is 200
guide curl -X PATCH http://localhost:8001/upstreams/bank.test -d host_header=bank.test
status_is 200
same "the answer" "tls: hello" "$(say "$TCP_PORT" hello)"

title "5. UDP"
guide curl http://localhost:8001/services -d name=datagrams -d protocol=udp -d host=127.0.0.1 -d "port=$UDP_UPSTREAM" \
  -d read_timeout=1000
status_is 201
guide curl http://localhost:8001/services/datagrams/routes -d "protocols[]=udp" -d "destinations[1].port=$UDP_PORT"
status_is 201
same "the answer" "udp: hello" "$(send_datagram "$UDP_PORT" hello)"

title "6. Who may come in"
guide curl http://localhost:8001/routes/by-port/plugins -d name=ip-restriction -d "protocols[]=tcp" \
  -d "config.deny[]=127.0.0.0/8"
status_is 201
same "the answer" "" "$(say "$TCP_PORT" hello || true)"

title "7. The log"
for attempt in $(seq 100); do
  [ "$(lines_of UDP 200)" = 1 ] && [ "$(lines_of TCP 403)" = 1 ] && break
  sleep 0.1
done
same "streams of datagrams" 1 "$(lines_of UDP 200)"
same "streams that were refused" 1 "$(lines_of TCP 403)"

finish
