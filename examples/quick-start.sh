#!/usr/bin/env bash
# Runs the quick start of README.md, line by line as it stands there, and compares the status of each answer with what
# it should be. Ports are mapped, so that it runs beside anything.
source "$(dirname "${BASH_SOURCE[0]}")/walk.sh"
need python3 curl
PYTHON=python3
prepare_gateway
start_gateway
UPSTREAM_PORT=$(free_port)

# The block of shell below the marker, with the one port that a reader may change.
lines=$(sed -n '/^<!-- quick start/,/^```$/p' "$ROOT/README.md" | sed -e '1,2d' -e '$d' -e "s/9000/$UPSTREAM_PORT/g")
[ -n "$lines" ] || { echo "README.md has no quick start"; exit 1; }

# README's curl, as it is typed there: mapped to this run's ports, with its status written down.
curl() {
  wait_for "http://127.0.0.1:$UPSTREAM_PORT/" "the service"
  command curl --silent --noproxy '*' "${MAPPED[@]}" --output "$WORK/answer" --write-out '%{http_code}\n' "$@" \
    >>"$WORK/statuses"
}
cd "$ROOT"
PATH="$(dirname "$GIBBON"):$PATH"
eval "$lines"
CHILDREN+=($!)

title "The statuses of README.md's quick start, in its order"
i=0
for want in 201 201 200 201 401 201 201 200 401; do
  i=$((i + 1))
  same "answer $i" "$want" "$(sed -n "${i}p" "$WORK/statuses")"
done
same "number of answers" 9 "$(wc -l <"$WORK/statuses" | tr -d ' ')"
finish
