#!/usr/bin/env python3
"""What each plugin adds to a request: CPU time beside the same request without plugins, in one run.

The harness is that of compare.py: one worker on CPU 0, the load and the upstream on CPU 1, rounds outermost. A row is a
configuration on the service; requests carry a token where a row has jwt in it. Each is measured twice: with requests that
come at a rate that all rows can serve, so that all of them are woken as often and find as much waiting, and with as many
as it can serve, where the load cannot keep the fastest rows busy. It prints a table, and renews the one in a document if
it is told to. It stops everything that it starts, and leaves nothing behind.
"""

import argparse
import base64
import datetime
import email.utils
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from comparison import quiet, report
from comparison.measure import WARM_UP, measure
from comparison.peers import Peer, Workplace, make_certificate, upstream
from comparison.processes import LOAD_CPU
from comparison.scenarios import SCENARIOS
from compare import ROOT, allow_files, build_tools, in_turn

MANY = 1_000_000_000
# Where nobody listens: what a log costs when its server is away is what it costs a request in any case.
NOBODY = 9
SEVERAL = "jwt, acl, rate-limiting, cors, correlation-id, prometheus, file-log together"
# Requests a second at which rows are compared: about half of what the whole chain can serve.
RATE = 8_000
STEADY, FULL = "steady", "full"
# At most wanted: the whole chain costs as much again as the bare proxy.
MOST = 2.0
# At most wanted: published keys, rules and headers beside the plain plugin, with tokens that are remembered.
MOST_OF_JWT = 1.3
HS_WITH_ALL, RS_WITH_ALL = (f"jwt by {name} with published keys and rules and headers" for name in ("HS256", "RS256"))
# Rows with all that, and those that they are beside.
BESIDE_PLAIN = {HS_WITH_ALL: "jwt", RS_WITH_ALL: "jwt by RS256"}


def jwt_with_all(key_set):
    """The configuration of jwt in these rows; `key_set` is the file with the issuer's keys."""
    return json.dumps({
        "claims_to_verify": ["exp", "nbf"],
        "issuers": [{"issuer": "consumer-key-1", "jwks": key_set, "audiences": ["gateway"],
                     "algorithms": ["HS256", "RS256"]}],
        "allowed_issuers": ["consumer-key-1"], "required_claims": ["sub", "jti"], "scopes": {"all": ["read", "write"]},
        "claims_rule": "claims.sub.startsWith('user-') && request.method == 'GET'",
        "claims_to_headers": [{"claim": "sub", "header": "X-User"}, {"claim": "scope", "header": "X-Scope"}],
    })


def configurations(place):
    """Each row's name, and its plugins with their configurations."""
    log = {"path": str(place.run / "file.log")}
    limits = {"minute": MANY, "policy": "local"}
    alone = {
        "acl, behind jwt": ("jwt", {"acl": {"allow": ["many"]}}),
        "bot-detection": {},
        "correlation-id": {"header_name": "Kong-Request-ID"},
        "cors": {"origins": ["https://a.example"]},
        "datadog": {"port": NOBODY},
        "file-log": log,
        "http-log": {"http_endpoint": f"http://127.0.0.1:{NOBODY}/log"},
        "ip-restriction": {"allow": ["127.0.0.0/8", "10.0.0.0/8"]},
        "jwt": ("jwt", {}),
        "loggly": {"key": "k", "host": "127.0.0.1", "port": NOBODY},
        "opentelemetry": {"traces_endpoint": "http://127.0.0.1:1/v1/traces", "sampling_rate": 0.01},
        "post-function": {"log": ["local a = kong.response.get_status()"]},
        "pre-function": {"access": ["kong.service.request.set_header('X-A', kong.request.get_method())"]},
        "prometheus": {"status_code_metrics": True, "latency_metrics": True, "bandwidth_metrics": True},
        "proxy-cache": {"strategy": "memory", "content_type": ["application/json"]},
        "rate-limiting": limits,
        "request-size-limiting": {},
        "response-ratelimiting": {"limits": {"sms": {"minute": MANY}}, "policy": "local"},
        "request-transformer": {"add": {"headers": ["X-A:$(headers.accept)"]}, "remove": {"headers": ["X-B"]}},
        "response-transformer": {"add": {"headers": ["X-A:1"]}, "remove": {"headers": ["X-B"]}},
        "session": {"secret": "0123456789abcdef"},
        "statsd": {"host": "127.0.0.1", "port": NOBODY},
        "syslog": {},
        "tcp-log": {"host": "127.0.0.1", "port": NOBODY},
        "udp-log": {"host": "127.0.0.1", "port": NOBODY},
        "zipkin": {"http_endpoint": f"http://127.0.0.1:{NOBODY}/api/v2/spans", "sample_ratio": 0.01},
    }
    for name, config in alone.items():
        if isinstance(config, tuple):
            yield name, config[0], config[1]
        else:
            yield name, None, {name: config}
    yield SEVERAL, "jwt", {
        "acl": {"allow": ["many"]}, "rate-limiting": limits, "cors": {}, "file-log": log,
        "correlation-id": {"header_name": "Kong-Request-ID"}, "prometheus": alone["prometheus"],
    }


def authentications():
    """The rows of plugins that ask who sends a request: their configurations, what the consumer has, what is sent."""
    yield "key-auth", {}, "key-auth", {"key": "a-key"}, {"apikey": "a-key"}
    basic = base64.b64encode(b"ann:a-secret").decode()
    yield "basic-auth", {}, "basic-auth", {"username": "ann", "password": "a-secret"}, {"Authorization": f"Basic {basic}"}
    date = email.utils.formatdate(usegmt=True)
    signature = base64.b64encode(hmac.digest(b"a-secret", f"date: {date}".encode(), "sha256")).decode()
    signed = f'hmac username="ann", algorithm="hmac-sha256", headers="date", signature="{signature}"'
    yield ("hmac-auth", {"clock_skew": 24 * 3600}, "hmac-auth", {"username": "ann", "secret": "a-secret"},
           {"Date": date, "Authorization": signed})


def scenarios(place):
    """The rows as scenarios of the harness, the one without plugins first."""
    plain, token = (replace(SCENARIOS[name], peers=("gibbon",)) for name in ("off", "hs"))
    yield replace(plain, name="none")
    for name, config, kind, credential, headers in authentications():
        yield replace(plain, name=name, plugins=((name, json.dumps(config)),), open_to_all=False,
                      credentials=((kind, json.dumps(credential)),), headers=tuple(headers.items()))
    remembered = replace(SCENARIOS["rs-1000"], peers=("gibbon",))
    yield replace(remembered, name="jwt by RS256")
    yield replace(token, name=HS_WITH_ALL, jwt=jwt_with_all("hs.jwks.json"))
    yield replace(remembered, name=RS_WITH_ALL, jwt=jwt_with_all("rs.jwks.json"))
    for name, auth, plugins in configurations(place):
        texts = tuple((plugin, json.dumps(config)) for plugin, config in plugins.items())
        yield replace(token if auth else plain, name=name, plugins=texts)


def main():
    """Runs the rounds and prints the table."""
    options = parse_options()
    tools = build_tools(options.target_dir)
    os.sched_setaffinity(0, {LOAD_CPU})
    allow_files()
    place = Workplace(Path(tempfile.mkdtemp(prefix="gibbon-bench-")), tools)
    peer = Peer("gibbon", "gibbon", options.gibbon.resolve())
    results = report.Results()
    rows = [scenario for scenario in scenarios(place) if not options.only or scenario.name in ("none", *options.only)]
    before = os.getloadavg()[0]
    try:
        make_certificate(place)
        subprocess.run([tools / "tokens", place.keys, str(WARM_UP + options.requests)], check=True)
        with upstream(place):
            for round_ in range(options.rounds):
                for scenario in in_turn(rows, round_):
                    quiet.wait(options.wait)
                    for load, rate in ((STEADY, RATE), (FULL, None)):
                        loaded = replace(scenario, rate=rate)
                        values = measure(peer, loaded, place, options.requests, options.connections)
                        results.add(round_, scenario.name, load, values)
                        print(f"round {round_ + 1} {scenario.name:40} {load:6} {values['us']:6.1f} µs", file=sys.stderr,
                              flush=True)
    finally:
        shutil.rmtree(place.run, ignore_errors=True)
    text = (f"{datetime.date.today()}; load average before the run {before:.1f}; {options.rounds} rounds of "
            f"{options.requests} requests on {options.connections} connections.\n\n{table(results, rows)}")
    print(f"\n{text}")
    if options.document:
        report.renew(options.document, text, "measured plugins")


def table(results, rows):
    """Medians, and the ratio to the request without plugins in the same round."""
    lines = [f"|  | CPU µs a request at {RATE:,}/s | ÷ none | at full load | ÷ none | requests/s then | bad |",
             "| --- | --: | --: | --: | --: | --: | --: |"]
    for scenario in rows:
        cells = []
        for load in (STEADY, FULL):
            ratio = median(results.ratios((scenario.name, load), ("none", load)))
            cells += [f"{middle(results, scenario, load, 'us'):.1f}", f"{ratio:.2f}"]
        bad = sum(middle(results, scenario, load, "bad") for load in (STEADY, FULL))
        cells += [f"{middle(results, scenario, FULL, 'rps'):.0f}", f"{bad:.0f}"]
        lines.append(f"| {scenario.name} | {' | '.join(cells)} |")
    names = {scenario.name for scenario in rows}
    for name, beside, most in ((SEVERAL, "none", MOST), *((*pair, MOST_OF_JWT) for pair in BESIDE_PLAIN.items())):
        if {name, beside} <= names:
            lines += ["", verdict(results, name, beside, most)]
    return "\n".join(lines) + "\n"


def middle(results, scenario, load, key):
    """The median of a row."""
    return median(results.values(scenario.name, load, key).values())


def verdict(results, name, beside, most):
    """A sentence on what a row is to cost beside another one."""
    steady, full = (median(results.ratios((name, load), (beside, load))) for load in (STEADY, FULL))
    met = "met" if steady <= most else "**not met**"
    return f"{name} is to cost at most {most:g} times {beside}: {steady:.2f}, {met}; at full load {full:.2f}."


def parse_options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gibbon", type=Path, default=ROOT / "target/release/gibbon", help="the program")
    parser.add_argument("--only", action="append", metavar="ROW", help="a row, by name; may be given again for another one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20_000, help="a measurement, after a warm-up")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="as in compare.py")
    parser.add_argument("--target-dir", type=Path, default=ROOT / "target" / "benches", help="where the tools are built")
    parser.add_argument("--document", type=Path, help="a page with marks, between which the table is put")
    return parser.parse_args()


if __name__ == "__main__":
    main()
