#!/usr/bin/env bash
# The JWT lab, step by step: a FastAPI application behind /kong, the jwt plugin on everything, tokens by HS256 that live
# ten minutes at most. Try it:
#
#   examples/jwt-lab/run.sh
#
# It starts the application and Gibbon on free ports, walks the lab with curl, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SECRET='!Qwaszxerdfcv'

prepare_python
prepare_gateway

title "The application and a gateway"
UPSTREAM_PORT=${UPSTREAM_PORT:-$(free_port)}
UPSTREAM_URL=${UPSTREAM_URL:-http://127.0.0.1:$UPSTREAM_PORT}
background fastapi "$PYTHON" -m uvicorn --app-dir "$HERE" app:app --host 127.0.0.1 --port "$UPSTREAM_PORT"
wait_for "$UPSTREAM_URL/healthy" "the application"
echo "UPSTREAM_URL=$UPSTREAM_URL is the application; in a container it is http://host.docker.internal:5000"
start_gateway

# The lab's token script; arguments as mint.py takes them.
token() { "$PYTHON" "$HERE/mint.py" --secret "$SECRET" --iss jwttoken --exp-in 590 "$@"; }
bearer() { guide curl -i http://localhost:8000/kong/healthy -H "Authorization: Bearer $1"; }
healthy() {
  status_is 200
  field_is status healthy
  field_is consumer "${1:-frontend}"
}

title "1. The application behind /kong, open to everybody"
guide curl -i -X POST http://localhost:8001/services --data "name=fastapi-app" --data "url=$UPSTREAM_URL"
status_is 201
guide curl -i -X POST http://localhost:8001/services/fastapi-app/routes --data "name=lab" --data "paths[]=/kong"
status_is 201
guide curl -i http://localhost:8000/kong/healthy
healthy null

title "2. The jwt plugin, global"
guide curl -i -X POST http://localhost:8001/plugins --data "name=jwt" --data "instance_name=jwt-authentication" \
  --data "config.claims_to_verify=exp" --data "config.key_claim_name=iss" --data "config.maximum_expiration=600"
status_is 201
field_is instance_name jwt-authentication
field_is config.claims_to_verify '["exp"]'
field_is config.maximum_expiration 600
field_is route null

title "3. A consumer and its credential"
guide curl -i -X POST http://localhost:8001/consumers --data "username=frontend"
status_is 201
guide curl -i -X POST http://localhost:8001/consumers/frontend/jwt --data "key=jwttoken" \
  --data-urlencode "secret=$SECRET" --data "algorithm=HS256"
status_is 201
field_is key jwttoken
field_is secret "$SECRET"

title "4. A right token: as Bearer, as ?jwt=, and the same one in both places"
TOKEN=$(token)
bearer "$TOKEN"
healthy
guide curl -i "http://localhost:8000/kong/healthy?jwt=$TOKEN"
healthy
guide curl -i "http://localhost:8000/kong/healthy?jwt=$TOKEN" -H "Authorization: Bearer $TOKEN"
healthy

title "5. In a cookie, once the plugin names it"
guide curl -i http://localhost:8000/kong/healthy -H "Cookie: access_token=$TOKEN"
refused_with '{"message":"Unauthorized"}' Bearer
guide curl -i -X PATCH http://localhost:8001/plugins/jwt-authentication --data "config.cookie_names[]=access_token"
status_is 200
field_is config.cookie_names '["access_token"]'
field_is config.maximum_expiration 600
guide curl -i http://localhost:8000/kong/healthy -H "Cookie: theme=dark; access_token=$TOKEN"
healthy

title "6. Every way of being wrong"
guide curl -i http://localhost:8000/kong/healthy
refused_with '{"message":"Unauthorized"}' Bearer
guide curl -i http://localhost:8000/kong/healthy -H "Authorization: Basic ZnJvbnRlbmQ6c2VjcmV0"
refused_with '{"message":"Unauthorized"}' Bearer

echo "expired ten seconds ago"
bearer "$(token --exp-in -10)"
refused_with '{"exp":"token expired"}'
echo "exp is the time of making: the lab's first trap"
bearer "$(token --exp-in 0)"
refused_with '{"exp":"token expired"}'
echo "lives longer than maximum_expiration"
bearer "$(token --exp-in 6000)"
refused_with '{"exp":"exceeds maximum allowed expiration"}'
echo "has no exp"
bearer "$(token --no-exp)"
refused_with '{"exp":"must be a number"}'
echo "exp is a string"
bearer "$(token --exp-as-text)"
refused_with '{"exp":"must be a number"}'

echo "another secret"
bearer "$(token --secret something-else)"
refused_with '{"message":"Invalid signature"}'
echo "the secret taken as base64: the lab's second trap"
bearer "$(token --secret-taken-as-base64)"
refused_with '{"message":"Invalid signature"}'
echo "another algorithm than the credential's"
bearer "$(token --alg HS512)"
refused_with '{"message":"Invalid algorithm"}'
echo "no algorithm"
bearer "$(token --alg none)"
refused_with '{"message":"Bad token; invalid alg"}'

echo "garbage"
bearer "abc.def.ghi"
refused_with '{"message":"Bad token; invalid JSON"}'
bearer "garbage"
refused_with '{"message":"Bad token; invalid JSON"}'
guide curl -i "http://localhost:8000/kong/healthy?jwt"
refused_with '{"message":"Unrecognizable token"}'

echo "an issuer that nobody knows, an empty one, none"
bearer "$(token --iss somebody)"
refused_with "{\"message\":\"No credentials found for given 'iss'\"}"
bearer "$(token --iss "")"
refused_with "{\"message\":\"Invalid 'iss' in claims\"}"
bearer "$(token --no-iss)"
refused_with "{\"message\":\"No mandatory 'iss' in claims\"}"

echo "two different tokens"
guide curl -i "http://localhost:8000/kong/healthy?jwt=$(token --exp-in 300)" -H "Authorization: Bearer $TOKEN"
refused_with '{"message":"Multiple tokens provided"}'

echo "where there is no route there is nothing to protect"
guide curl -i http://localhost:8000/other
status_is 404
field_is message "no Route matched with those values"

title "7. The token script as a command: gibbon jwt"
# Runs the command, shows it and what it says, and keeps that in SAID and its status in STATUS.
gibbon() {
  printf '\n$ gibbon %s\n' "$*" | sed -E 's/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/<TOKEN>/g'
  STATUS=0
  SAID=$("$GIBBON" "$@" </dev/null 2>&1) || STATUS=$?
  echo "$SAID"
}
gibbon jwt mint --alg HS256 --secret "$SECRET" --iss jwttoken --exp-in 590
status_is 0
contains "output" "iat: " "$SAID"
contains "output" "exp: " "$SAID"
MINTED=$(tail -n 1 <<<"$SAID")
bearer "$MINTED"
healthy

gibbon jwt inspect "$MINTED" --secret "$SECRET"
status_is 0
contains "output" '"iss": "jwttoken"' "$SAID"
contains "output" "expires in 9 min" "$SAID"
contains "output" "made with this secret" "$SAID"
gibbon jwt verify "$MINTED" --secret "$SECRET" --claims exp --max-life 600
status_is 0
contains "output" "valid: the HS256 signature is right" "$SAID"

echo "what is not given is asked for, and where nobody can answer, named"
gibbon jwt mint --alg HS256 --secret "$SECRET" --iss jwttoken
status_is 1
contains "output" "--exp-in" "$SAID"

echo "the first trap: exp is the time of making"
gibbon jwt inspect "$(token --exp-in 0)"
contains "output" "expired" "$SAID"
contains "output" "plus the life in seconds" "$SAID"
gibbon jwt verify "$(token --exp-in 0)" --secret "$SECRET" --claims exp
status_is 1
contains "output" "invalid: token expired" "$SAID"

echo "the second trap: the secret was taken as base64"
gibbon jwt inspect "$(token --secret-taken-as-base64)" --secret "$SECRET"
contains "output" "base64" "$SAID"
gibbon jwt verify "$(token --secret-taken-as-base64)" --secret "$SECRET"
status_is 1
contains "output" "base64" "$SAID"

echo "another secret"
gibbon jwt verify "$MINTED" --secret something-else
status_is 1

finish
