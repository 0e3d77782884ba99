#!/usr/bin/env bash
# An upstream with two targets, step by step: shares by weight, a target that falls ill and recovers, one that dies, and a
# cookie that leads a client back to its target. Try it:
#
#   examples/balancing/run.sh
#
# It starts two targets and Gibbon on free ports, checks every answer and stops all three again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"

prepare_python
prepare_gateway

A_PORT=$(free_port)
B_PORT=$(free_port)
background a "$PYTHON" "$ROOT/examples/balancing/target.py" "$A_PORT" a "$WORK/a-is-ill"
background b "$PYTHON" "$ROOT/examples/balancing/target.py" "$B_PORT" b "$WORK/b-is-ill"
B_PROCESS=${CHILDREN[-1]}
wait_for "http://127.0.0.1:$A_PORT/" a
wait_for "http://127.0.0.1:$B_PORT/" b
start_gateway

# Who answers so many requests: `2 a 1 b`.
who_answers() {
  local count=$1
  for _ in $(seq "$count"); do
    command curl --silent --noproxy '*' --max-time 20 "${MAPPED[@]}" http://localhost:8000/
    echo
  done | sort | uniq -c | xargs
}

# Waits until the target $1 is $2.
health_becomes() {
  local target=$1 word=$2
  for _ in $(seq 100); do
    guide curl http://localhost:8001/upstreams/orders/health >/dev/null
    [ "$(health_of "$target")" = "$word" ] && break
    sleep 0.1
  done
  same "the health of $target" "$word" "$(health_of "$target")"
}

health_of() {
  "$PYTHON" -c '
import json, sys
print(next(t["health"] for t in json.load(sys.stdin)["data"] if t["target"] == sys.argv[1]))' "$1" <<<"$BODY"
}

title "1. An upstream, two targets, a service that names the upstream"
guide curl http://localhost:8001/upstreams -d name=orders
status_is 201
guide curl http://localhost:8001/upstreams/orders/targets -d "target=127.0.0.1:$A_PORT" -d weight=20
status_is 201
guide curl http://localhost:8001/upstreams/orders/targets -d "target=127.0.0.1:$B_PORT" -d weight=10
status_is 201
guide curl http://localhost:8001/services -d name=orders -d host=orders
status_is 201
guide curl http://localhost:8001/services/orders/routes -d "paths[]=/"
status_is 201
same "thirty requests" "20 a 10 b" "$(who_answers 30)"

title "2. Checks that the gateway makes itself"
guide curl http://localhost:8001/upstreams/orders/health
contains "the targets" HEALTHCHECKS_OFF "$BODY"
guide curl -X PATCH http://localhost:8001/upstreams/orders -d healthchecks.active.http_path=/health \
  -d healthchecks.active.healthy.interval=0.2 -d healthchecks.active.healthy.successes=1 \
  -d healthchecks.active.unhealthy.interval=0.2 -d healthchecks.active.unhealthy.http_failures=1 \
  -d healthchecks.active.unhealthy.tcp_failures=1
status_is 200
health_becomes "127.0.0.1:$B_PORT" HEALTHY
touch "$WORK/b-is-ill"
health_becomes "127.0.0.1:$B_PORT" UNHEALTHY
same "ten requests" "10 a" "$(who_answers 10)"
rm "$WORK/b-is-ill"
health_becomes "127.0.0.1:$B_PORT" HEALTHY

title "3. A target that dies"
kill "$B_PROCESS"
same "ten requests, none of them in vain" "10 a" "$(who_answers 10)"
health_becomes "127.0.0.1:$B_PORT" UNHEALTHY

title "4. None that is left"
guide curl -X PATCH http://localhost:8001/upstreams/orders -d healthchecks.active.healthy.successes=0
status_is 200
guide curl -X PUT "http://localhost:8001/upstreams/orders/targets/127.0.0.1:$A_PORT/unhealthy"
status_is 204
guide curl http://localhost:8000/
status_is 503
contains "the answer" "failure to get a peer from the ring-balancer" "$BODY"
guide curl "http://localhost:8001/upstreams/orders/health?balancer_health=1"
field_is data.health UNHEALTHY
guide curl -X PUT "http://localhost:8001/upstreams/orders/targets/127.0.0.1:$A_PORT/healthy"
status_is 204
guide curl http://localhost:8000/
status_is 200

title "5. A cookie that leads a client back"
guide curl -X PATCH http://localhost:8001/upstreams/orders -d hash_on=cookie -d hash_on_cookie=lb
status_is 200
guide curl http://localhost:8000/
contains "the cookie" "; Path=/; " "$(sed -n -E 's/^set-cookie: //Ip' <<<"$HEAD")"
FIRST=$BODY
COOKIE=$(sed -n -E 's/^set-cookie: ([^;]*);.*/\1/Ip' <<<"$HEAD")
guide curl http://localhost:8000/ -H "Cookie: $COOKIE"
same "who answers" "$FIRST" "$BODY"
same "another cookie" "" "$(sed -n -E 's/^set-cookie: //Ip' <<<"$HEAD")"

finish
