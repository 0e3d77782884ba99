#!/usr/bin/env bash
# The OpenAPI document: valid, and true of a running gateway, which schemathesis asks a few hundred things that it makes
# up from the document: no answer may have a status of 500 or more, or one that the document does not name. Try it:
#
#   examples/clients/openapi.sh
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"

prepare_python schemathesis openapi_spec_validator
prepare_gateway
start_gateway
ADMIN=http://127.0.0.1:$ADMIN_PORT

title "The document is valid"
"$PYTHON" -m openapi_spec_validator "$ROOT/docs/openapi.json"

title "The gateway serves it"
command curl --silent --noproxy '*' "$ADMIN/openapi.json" |
  "$PYTHON" -c 'import json, sys; assert json.load(sys.stdin) == json.load(open(sys.argv[1]))' "$ROOT/docs/openapi.json"

title "The gateway is as it says"
cd "$WORK"
# /status/dns answers 501, as Kong does where its resolver keeps no statistics.
"$PYTHON" -m schemathesis.cli run "$ADMIN/openapi.json" --exclude-path /status/dns --warnings off --phases examples,fuzzing --max-examples 3 --seed 1 \
  --checks not_a_server_error,status_code_conformance,content_type_conformance --generation-database none --no-color
