#!/usr/bin/env bash
# Metrics for Prometheus: every name that Kong's dashboard for Grafana (7424) asks for is there, and can be read. Try it:
#
#   examples/metrics/run.sh
#
# It starts a target and Gibbon on free ports, checks every answer and stops both again.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"

prepare_python prometheus_client
prepare_gateway

TARGET_PORT=$(free_port)
background target "$PYTHON" "$ROOT/examples/balancing/target.py" "$TARGET_PORT" a "$WORK/a-is-ill"
wait_for "http://127.0.0.1:$TARGET_PORT/" "the target"
start_gateway

title "Everything is counted"
guide curl http://localhost:8001/upstreams -d name=orders
guide curl http://localhost:8001/upstreams/orders/targets -d "target=127.0.0.1:$TARGET_PORT"
guide curl http://localhost:8001/services -d name=orders -d host=orders
guide curl http://localhost:8001/services/orders/routes -d name=all -d 'paths[]=/orders'
guide curl http://localhost:8001/services/orders/plugins -d name=jwt -d config.claims_to_verify=exp
guide curl http://localhost:8001/services -d name=open -d host=orders
guide curl http://localhost:8001/services/open/routes -d name=open -d 'paths[]=/open'
guide curl http://localhost:8001/plugins -d name=prometheus -d config.status_code_metrics=true \
  -d config.latency_metrics=true -d config.bandwidth_metrics=true -d config.upstream_health_metrics=true
status_is 201

title "Two requests, of which one is refused"
guide curl http://localhost:8000/orders
status_is 401
guide curl http://localhost:8000/open
status_is 200

title "What Prometheus reads"
if "$PYTHON" "$ROOT/examples/metrics/read.py" "http://127.0.0.1:$ADMIN_PORT/metrics"; then
  right "every name of the dashboard is there"
else
  wrong "the metrics are not as they should be"
fi
finish
