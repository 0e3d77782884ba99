#!/usr/bin/env bash
# Tokens of an OpenID provider, step by step: `oidc-provider` from npm issues them and publishes its keys, the gateway finds them by
# discovery. The provider changes its keys, stops and starts again; so does the gateway. Try it:
#
#   examples/openid-provider/run.sh
#
# It starts the provider, httpbin and Gibbon on free ports, checks every answer and stops them again. It needs Node 20.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

need openssl npm node
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || skip "Node $major is too old for oidc-provider: 20 or later"
# The program itself: some installations call it by a script that passes no signals on.
NODE=$(node -p process.execPath)
(cd "$HERE" && npm ci --no-audit --no-fund --loglevel=error >"$WORK/npm.log" 2>&1) || skip "oidc-provider cannot be installed from npm"
prepare_python
prepare_gateway

title "Keys and a certificate"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=An authority" -days 2 \
  -keyout "$WORK/authority.key" -out "$WORK/authority.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost" \
  -keyout "$WORK/provider.key" -out "$WORK/provider.csr" 2>/dev/null
openssl x509 -req -in "$WORK/provider.csr" -CA "$WORK/authority.crt" -CAkey "$WORK/authority.key" -CAcreateserial -days 2 \
  -copy_extensions copy -out "$WORK/provider.crt" 2>/dev/null
for key in one two three; do openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$WORK/$key.pem" 2>/dev/null; done
right "an authority, a certificate for localhost, three keys to sign with"

PROVIDER_PORT=$(free_port)
ISSUER=https://localhost:$PROVIDER_PORT

# Starts the provider with these keys, of which the first signs.
start_provider() {
  local arguments=() key attempt
  for key in "$@"; do arguments+=("$key=$WORK/$key.pem"); done
  background provider "$NODE" "$HERE/provider.js" "$PROVIDER_PORT" "$WORK/provider.crt" "$WORK/provider.key" "${arguments[@]}"
  PROVIDER=${CHILDREN[-1]}
  for attempt in $(seq 200); do
    from_provider "$ISSUER/jwks" >/dev/null 2>&1 && echo "the provider runs with: $*" && return
    sleep 0.1
  done
  echo "the provider does not answer at $ISSUER"
  return 1
}

from_provider() { command curl --silent --show-error --fail --noproxy '*' --max-time 10 --cacert "$WORK/authority.crt" "$@"; }

# A token for the API, or for the resource that is named.
token() {
  from_provider -u "app:the secret of app" -d grant_type=client_credentials -d scope=orders:read -d "resource=${1-https://api.example}" \
    "$ISSUER/token" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

end() {
  kill "$1"
  wait "$1" 2>/dev/null || true
}

# The gateway, which trusts the authority and may ask this one host that is not public.
start_gibbon() {
  KONG_LUA_SSL_TRUSTED_CERTIFICATE="$WORK/authority.crt" KONG_JWT_ISSUER_HOSTS="localhost:$PROVIDER_PORT" start_gateway
  GATEWAY=${CHILDREN[-1]}
}

# A request to each route; the one knows the issuer by the plugin, the other by a credential.
both_answer() {
  local path
  for path in plugin credential; do
    guide curl -i "http://localhost:8000/$path/headers" -H "Authorization: Bearer $2"
    status_is "$1"
  done
}

title "A provider, an upstream and a gateway"
start_provider one
UPSTREAM_PORT=$(free_port)
background httpbin env HOME="$WORK" "$PYTHON" -m gunicorn --threads 4 --bind "127.0.0.1:$UPSTREAM_PORT" httpbin:app
wait_for "http://127.0.0.1:$UPSTREAM_PORT/get" httpbin
start_gibbon

title "1. Two routes: the plugin knows the issuer, or a credential does"
guide curl http://localhost:8001/services -d name=httpbin -d "url=http://127.0.0.1:$UPSTREAM_PORT"
status_is 201
for path in plugin credential; do
  guide curl http://localhost:8001/services/httpbin/routes -d "name=$path" -d "paths[]=/$path"
  status_is 201
done
guide curl http://localhost:8001/routes/plugin/plugins -H "Content-Type: application/json" -d \
  "{\"name\": \"jwt\", \"config\": {\"issuers\": [{\"issuer\": \"$ISSUER\", \"discovery\": \"$ISSUER\", \"audiences\": [\"https://api.example\"]}], \"scopes\": {\"any\": [\"orders:read\"]}}}"
status_is 201
guide curl http://localhost:8001/consumers -d username=app
status_is 201
guide curl http://localhost:8001/consumers/app/jwt -d "key=$ISSUER" -d algorithm=RS256 -d "issuer_discovery=$ISSUER"
status_is 201
guide curl http://localhost:8001/routes/credential/plugins -d name=jwt -d "config.claims_to_verify[]=exp"
status_is 201

title "2. The provider's tokens are accepted, and no others"
ONE=$(token)
guide curl -i http://localhost:8000/plugin/headers -H "Authorization: Bearer $ONE"
status_is 200
contains "what the service saw" '"X-Credential-Identifier": "app"' "$BODY"
guide curl -i http://localhost:8000/credential/headers -H "Authorization: Bearer $ONE"
status_is 200
contains "what the service saw" '"X-Consumer-Username": "app"' "$BODY"
both_answer 401 "${ONE%?????}AAAAA"
guide curl -i http://localhost:8000/plugin/headers -H "Authorization: Bearer $(token https://other.example)"
status_is 401
contains "body" '"reason":"wrong_audience"' "$BODY"

title "3. The provider signs with a new key and publishes both"
end "$PROVIDER"
start_provider two one
TWO=$(token)
both_answer 200 "$TWO"
both_answer 200 "$ONE"

title "4. The provider is down: what is known goes on"
end "$PROVIDER"
both_answer 200 "$TWO"
STRANGERS=$("$GIBBON" jwt mint --quiet --alg RS256 --key-file "$WORK/three.pem" --kid three --iss "$ISSUER" --exp-in 600)
both_answer 401 "$STRANGERS"

title "5. The gateway starts again while the provider is down"
end "$GATEWAY"
start_gibbon
both_answer 200 "$TWO"
both_answer 401 "$STRANGERS"
guide curl http://localhost:8001/jwt/keys
contains "the report" "\"url\":\"$ISSUER" "$BODY"
same "why nothing could be fetched is told" yes "$([ "$(field data.0.failure)" != null ] && echo yes)"

title "6. The provider is back, with another key alone"
start_provider three
# It is asked again by itself, the later the longer it has not answered.
for attempt in $(seq 150); do
  guide curl http://localhost:8001/jwt/keys >/dev/null
  [ "$(field data.0.failure)" = null ] && break
  sleep 0.2
done
both_answer 200 "$(token)"
guide curl -i http://localhost:8000/plugin/headers -H "Authorization: Bearer $ONE"
status_is 401
contains "body" '"reason":"unknown_kid"' "$BODY"

finish
