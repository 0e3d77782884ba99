"""Reads the metrics at an address with Prometheus' own parser, and looks for all that Kong's dashboard asks for."""

import sys
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

# The series that the queries of the dashboard name, and the labels by which they choose or sum up.
DASHBOARD = {
    "kong_http_requests_total": {"service", "route", "code"},
    "kong_request_latency_ms_bucket": {"service", "route", "le"},
    "kong_kong_latency_ms_bucket": {"service", "route", "le"},
    "kong_upstream_latency_ms_bucket": {"service", "route", "le"},
    "kong_bandwidth_bytes": {"service", "route", "direction"},
    "kong_nginx_connections_total": {"state"},
    "kong_memory_workers_lua_vms_bytes": {"pid", "kong_subsystem"},
    "kong_memory_lua_shared_dict_bytes": {"shared_dict", "kong_subsystem"},
    "kong_memory_lua_shared_dict_total_bytes": {"shared_dict", "kong_subsystem"},
    "kong_upstream_target_health": {"upstream", "target", "address", "state"},
}


def read(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        media_type, text = answer.headers["Content-Type"], answer.read().decode()
    assert media_type == "text/plain; charset=UTF-8", media_type
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def problems(samples):
    found = {}
    for sample in samples:
        found.setdefault(sample.name, []).append(sample)
        assert sample.value >= 0, sample
    for name, labels in DASHBOARD.items():
        # The parser calls every counter `…_total`, whatever its name is.
        of_name = found.get(name) or found.get(f"{name}_total")
        if not of_name:
            yield f"{name} is not there"
        elif not labels <= set(of_name[0].labels):
            yield f"{name} has only {sorted(of_name[0].labels)}"
    requests = {(s.labels["service"], s.labels["code"], s.labels["source"]): s.value for s in found["kong_http_requests_total"]}
    if requests != {("orders", "401", "kong"): 1.0, ("open", "200", "service"): 1.0}:
        yield f"wrong counts: {requests}"
    decisions = {s.labels["reason"]: s.value for s in found["gibbon_jwt_decisions_total"]}
    if decisions != {"no_token": 1.0}:
        yield f"wrong decisions: {decisions}"


def main():
    # An exchange is counted when its answer is over, which a client may know a moment earlier.
    for _ in range(50):
        samples = read(sys.argv[1])
        wrong = list(problems(samples)) if any(s.name == "kong_http_requests_total" for s in samples) else ["nothing yet"]
        if not wrong:
            print(f"{len(samples)} samples")
            return 0
        time.sleep(0.1)
    print("\n".join(wrong))
    return 1


if __name__ == "__main__":
    sys.exit(main())
