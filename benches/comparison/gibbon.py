"""Gibbon: one worker, a prefix of its own for each start, and everything else set by its Admin API."""

import http.client
import json
import os
import sys
import tempfile

PORT, ADMIN_PORT = 27201, 27202
# What every peer is given: no connection is closed for its age, and as many are kept as any scenario uses.
LIMITS = {"NGINX_HTTP_KEEPALIVE_REQUESTS": "1000000000", "UPSTREAM_KEEPALIVE_MAX_REQUESTS": "0",
          "UPSTREAM_KEEPALIVE_POOL_SIZE": "1024", "CLIENT_IDLE_TIMEOUT": "3600s"}


def command(peer, scenario, place):
    """How it is started: no setting of whoever runs the comparison, and no access log unless it is the point."""
    terms = " ssl http2" if scenario.by_tls else ""
    settings = {"NGINX_WORKER_PROCESSES": "1", "PROXY_LISTEN": f"127.0.0.1:{PORT}{terms}",
                "ADMIN_LISTEN": f"127.0.0.1:{ADMIN_PORT}", **LIMITS, **dict(scenario.gibbon_settings)}
    if scenario.by_tls:
        settings |= {"SSL_CERT": str(place.certificate), "SSL_CERT_KEY": str(place.certificate_key)}
    if peer.kind != "gibbon-log":
        settings["PROXY_ACCESS_LOG"] = "off"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIBBON_", "KONG_"))}
    env |= {f"GIBBON_{name}": value for name, value in settings.items()}
    return [peer.program, "start", "-p", tempfile.mkdtemp(prefix="gibbon-", dir=place.run)], env


def provision(scenario, place, upstream_port):
    """The service and its route with the scenario's plugins; jwt, a consumer in a group and a credential if tokens are to
    be verified."""
    _put("/services/bench", {"url": f"http://127.0.0.1:{upstream_port}"})
    _put("/routes/bench", {"paths": ["/svc/"], "service": {"name": "bench"}})
    for name, config in scenario.plugins:
        _send("POST", "/services/bench/plugins", {"name": name, "config": json.loads(config)})
    if scenario.credentials:
        _put("/consumers/bench", {})
    for path, body in scenario.credentials:
        _send("POST", f"/consumers/bench/{path}", json.loads(body))
    if not scenario.algorithm:
        return
    key = ({"secret": (place.keys / "hs.secret").read_text()} if scenario.algorithm == "HS256" else
           {"rsa_public_key": (place.keys / "rsa.public.pem").read_text()})
    _put("/consumers/bench", {})
    _send("POST", "/consumers/bench/jwt", {"key": "consumer-key-1", "algorithm": scenario.algorithm, **key})
    _send("POST", "/consumers/bench/acls", {"group": "many"})
    config = json.loads(scenario.jwt)
    for issuer in config.get("issuers", ()):
        issuer["jwks"] = (place.keys / issuer["jwks"]).read_text()
    _send("POST", "/routes/bench/plugins", {"name": "jwt", "config": config})


def _put(path, body):
    _send("PUT", path, body)


def _send(method, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", ADMIN_PORT, timeout=10)
    connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    if answer.status not in (200, 201):
        sys.exit(f"{method} {path}: {answer.status} {text}")
