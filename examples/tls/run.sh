#!/usr/bin/env bash
# TLS and HTTP/2 to clients, step by step, with the tools that people have: openssl makes an authority and certificates,
# curl and `openssl s_client` are the clients. Try it:
#
#   examples/tls/run.sh
#
# It starts a small upstream and Gibbon on free ports, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"

need openssl
prepare_python
prepare_gateway

# Makes certificate $1 for the names that follow, signed by the authority.
issue() {
  local name=$1 names=
  shift
  for host in "$@"; do names+="DNS:$host,"; done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -addext "subjectAltName=${names%,}" \
    -keyout "$WORK/$name.key" -out "$WORK/$name.csr" 2>/dev/null
  openssl x509 -req -in "$WORK/$name.csr" -CA "$WORK/authority.crt" -CAkey "$WORK/authority.key" -CAcreateserial -days 2 \
    -copy_extensions copy -out "$WORK/$name.crt" 2>/dev/null
}

title "An authority, an upstream and a gateway"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=An authority" -days 2 \
  -keyout "$WORK/authority.key" -out "$WORK/authority.crt" 2>/dev/null
issue proxy default.test
issue admin localhost
issue operator operator

UPSTREAM_PORT=$(free_port)
background httpbin env HOME="$WORK" "$PYTHON" -m gunicorn --threads 4 --bind "127.0.0.1:$UPSTREAM_PORT" httpbin:app
wait_for "http://127.0.0.1:$UPSTREAM_PORT/get" httpbin
TLS_PORT=$(free_port)
ADMIN_TLS_PORT=$(free_port)
ADMIN_PORT=$(free_port)
PROXY_PORT=$(free_port)
background gibbon env KONG_PREFIX="$WORK/prefix" \
  KONG_ADMIN_LISTEN="127.0.0.1:$ADMIN_PORT, 127.0.0.1:$ADMIN_TLS_PORT http2 ssl" \
  KONG_PROXY_LISTEN="127.0.0.1:$PROXY_PORT http2, 127.0.0.1:$TLS_PORT http2 ssl" \
  KONG_SSL_CERT="$WORK/proxy.crt" KONG_SSL_CERT_KEY="$WORK/proxy.key" \
  KONG_ADMIN_SSL_CERT="$WORK/admin.crt" KONG_ADMIN_SSL_CERT_KEY="$WORK/admin.key" \
  KONG_ADMIN_SSL_CLIENT_CERTIFICATE="$WORK/authority.crt" "$GIBBON" start
wait_for "http://127.0.0.1:$ADMIN_PORT/status" "the gateway"
MAPPED=(--cacert "$WORK/authority.crt" --connect-to "localhost:8001:127.0.0.1:$ADMIN_PORT"
  --connect-to "localhost:8444:127.0.0.1:$ADMIN_TLS_PORT" --connect-to "localhost:8000:127.0.0.1:$PROXY_PORT"
  --connect-to "::127.0.0.1:$TLS_PORT")

version_is() { same "version" "$1" "$(sed -n -E 's/^(HTTP\/[0-9.]+) .*/\1/p' <<<"$HEAD" | tail -n 1)"; }

# The subject of what the gateway shows to who asks for this name.
shown_to() {
  openssl s_client -connect "127.0.0.1:$TLS_PORT" -servername "$1" -CAfile "$WORK/authority.crt" "${@:2}" </dev/null 2>/dev/null |
    sed -n -E 's/^ *(subject=|Protocol *: |New, |ALPN protocol: )/\1/p' | sed 's/ = /=/' | tr '\n' ' '
}

title "1. The certificate of the settings, by HTTP/1.1 and by HTTP/2"
guide curl http://localhost:8001/services -d name=httpbin -d "url=http://127.0.0.1:$UPSTREAM_PORT"
status_is 201
guide curl http://localhost:8001/services/httpbin/routes -d "paths[]=/"
status_is 201
# httpbin shows what X-Forwarded-Proto tells it as the beginning of the address.
guide curl --http1.1 https://default.test:8443/get
status_is 200
version_is HTTP/1.1
contains "the address" https:// "$(field url)"
guide curl --http2 https://default.test:8443/get
status_is 200
version_is HTTP/2
contains "the address" https:// "$(field url)"
guide curl --http2 -d hello https://default.test:8443/post
field_is data ""
field_is form.hello ""

title "2. HTTP/2 without TLS, as clients speak it that know it before"
guide curl --http2-prior-knowledge http://localhost:8000/get
status_is 200
version_is HTTP/2

title "3. A certificate of the Admin API, shown from the next handshake on"
issue shop shop.test "*.shop.test"
guide curl http://localhost:8001/certificates -F "cert=<$WORK/shop.crt" -F "key=<$WORK/shop.key" -F "snis[]=shop.test" \
  -F "snis[]=*.shop.test"
status_is 201
contains "what shop.test is shown" "CN=shop" "$(shown_to shop.test)"
contains "what www.shop.test is shown" "CN=shop" "$(shown_to www.shop.test)"
contains "what another name is shown" "CN=proxy" "$(shown_to other.test)"
contains "TLS 1.2 is spoken" "TLSv1.2" "$(shown_to shop.test -tls1_2)"
same "TLS 1.1 is spoken" "" "$(shown_to shop.test -tls1_1 -cipher DEFAULT@SECLEVEL=0 | grep -o 'subject=' || true)"
guide curl --http2 https://www.shop.test:8443/get
status_is 200

title "4. A route for one server name and HTTPS alone"
guide curl http://localhost:8001/services/httpbin/routes -d name=secret -d "snis[]=shop.test" -d "protocols[]=https" \
  -d "paths[]=/uuid"
status_is 201
guide curl https://shop.test:8443/uuid/uuid
status_is 200
guide curl https://default.test:8443/uuid/uuid
status_is 404

title "5. The Admin API for those with a certificate"
guide curl --http2 --cert "$WORK/operator.crt" --key "$WORK/operator.key" https://localhost:8444/services/httpbin
status_is 200
version_is HTTP/2
field_is name httpbin
guide curl https://localhost:8444/services/httpbin
status_is ""

finish
