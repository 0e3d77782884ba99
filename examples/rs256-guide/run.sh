#!/usr/bin/env bash
# Protecting a backend with RS256, step by step: httpbin is the service, an issuer signs with its private key, the
# gateway knows the public one. Try it:
#
#   examples/rs256-guide/run.sh
#
# It starts httpbin and Gibbon on free ports, walks the guide with curl, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

prepare_python
prepare_gateway

title "An upstream and a gateway"
UPSTREAM_PORT=${UPSTREAM_PORT:-$(free_port)}
# The guide's service is http://httpbin.org; here it is the same program on this machine.
UPSTREAM_URL=${UPSTREAM_URL:-http://127.0.0.1:$UPSTREAM_PORT}
background httpbin env HOME="$WORK" "$PYTHON" -m gunicorn --threads 4 --bind "127.0.0.1:$UPSTREAM_PORT" httpbin:app
wait_for "$UPSTREAM_URL/get" httpbin
echo "UPSTREAM_URL=$UPSTREAM_URL stands for http://httpbin.org"
start_gateway

"$PYTHON" "$HERE/keys.py" "$WORK"
# A token of the issuer; arguments as mint.py takes them.
token() { "$PYTHON" "$HERE/mint.py" --key "$WORK/private.pem" --iss https://acme.example.com/ --exp-in 600 "$@"; }

title "1. Add a service and a route"
guide curl -i -f -X POST http://localhost:8001/services --data "name=my-cool-service" --data "url=$UPSTREAM_URL"
status_is 201
field_is name my-cool-service
field_is port "$UPSTREAM_PORT"
SERVICE=$(field id)

guide curl -i -f -X POST http://localhost:8001/routes --data "service.id=$SERVICE" --data "paths[]=/test"
status_is 201
field_is paths '["/test"]'
field_is service.id "$SERVICE"
ROUTE=$(field id)

guide curl -i http://localhost:8000/test -H "Host:example.com"
status_is 200
contains "body (httpbin's front page)" "httpbin" "$BODY"

title "2. Protect the route: the guide writes /route/, the collection is /routes/, both work"
guide curl -X POST "http://localhost:8001/route/$ROUTE/plugins" --data "name=jwt"
status_is 201
field_is name jwt
field_is route.id "$ROUTE"
PLUGIN=$(field id)

guide curl -i http://localhost:8000/test -H "Host:example.com"
refused_with '{"message":"Unauthorized"}' Bearer

guide curl -i -X DELETE "http://localhost:8001/plugins/$PLUGIN"
status_is 204
guide curl -X POST "http://localhost:8001/routes/$ROUTE/plugins" --data "name=jwt"
status_is 201
guide curl -i "http://localhost:8001/routes/$ROUTE/plugins"
field_is data.0.name jwt

guide curl -i http://localhost:8000/test -H "Host:example.com"
refused_with '{"message":"Unauthorized"}' Bearer

title "3. Add a consumer, by any Host name and with a trailing slash"
guide curl -d "custom_id=SOME_CONSUMER_ID" http://kong:8001/consumers/
status_is 201
field_is custom_id SOME_CONSUMER_ID
CONSUMER=$(field id)

title "4. Give it the issuer's public key: as text, then from a file"
PEM=$(cat "$WORK/public.pem")
guide curl -i -X POST "http://localhost:8001/consumers/$CONSUMER/jwt" -F "algorithm=RS256" -F "rsa_public_key=$PEM" \
  -F "key=https://acme.example.com/"
status_is 201
field_is algorithm RS256
field_is key https://acme.example.com/
field_is consumer.id "$CONSUMER"
CREDENTIAL=$(field id)

guide curl -i http://localhost:8000/test -H "Host:example.com" -H "Authorization:Bearer $(token)"
status_is 200

guide curl -i -X DELETE "http://localhost:8001/consumers/$CONSUMER/jwt/$CREDENTIAL"
status_is 204
guide curl -i http://localhost:8000/test -H "Host:example.com" -H "Authorization:Bearer $(token)"
refused_with "{\"message\":\"No credentials found for given 'iss'\"}"

guide curl -i -X POST "http://localhost:8001/consumers/$CONSUMER/jwt" -F "algorithm=RS256" \
  -F "rsa_public_key=@$WORK/public.pem" -F "key=https://acme.example.com/"
status_is 201
field_is algorithm RS256

title "5. Call the service with a token"
guide curl -i http://localhost:8000/test -H "Host:example.com" -H "Authorization:Bearer $(token)"
status_is 200
contains "body (httpbin's front page)" "httpbin" "$BODY"

guide curl -i http://localhost:8000/test/headers -H "Host:example.com" -H "Authorization:Bearer $(token)"
status_is 200
contains "what the service saw" "\"X-Consumer-Custom-Id\": \"SOME_CONSUMER_ID\"" "$BODY"
contains "what the service saw" "\"X-Credential-Identifier\": \"https://acme.example.com/\"" "$BODY"

guide curl -i http://localhost:8000/test/headers -H "Host:example.com" -H "X-Consumer-Custom-ID: somebody-else" \
  -H "Authorization:Bearer $(token)"
status_is 200
contains "what the service saw" "\"X-Consumer-Custom-Id\": \"SOME_CONSUMER_ID\"" "$BODY"

guide curl -i "http://localhost:8000/test/get?jwt=$(token)" -H "Host:example.com"
status_is 200

title "6. Be refused without a right one"
with() { guide curl -i http://localhost:8000/test -H "Host:example.com" -H "Authorization:Bearer $1"; }
with "$(token --key "$WORK/other.pem")"
refused_with '{"message":"Invalid signature"}'
with "$(token --iss https://evil.example.com/)"
refused_with "{\"message\":\"No credentials found for given 'iss'\"}"
with "$(token --hmac-with "$WORK/public.pem")"
refused_with '{"message":"Invalid algorithm"}'
with "$(token --unsigned)"
refused_with '{"message":"Bad token; invalid alg"}'
with "not-a-token"
refused_with '{"message":"Bad token; invalid JSON"}'
guide curl -i http://localhost:8000/nothing -H "Host:example.com" -H "Authorization:Bearer $(token)"
status_is 404
field_is message "no Route matched with those values"

title "7. The same token by Gibbon's own command"
OURS=$("$GIBBON" jwt mint --quiet --alg RS256 --key-file "$WORK/private.pem" --iss https://acme.example.com/ --exp-in 600)
with "$OURS"
status_is 200
if "$GIBBON" jwt verify "$OURS" --public-key "$WORK/public.pem" --claims exp; then right "verify"; else wrong "verify"; fi

finish
