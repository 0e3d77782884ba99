"""One measurement: a peer is started, tried, warmed up, loaded and stopped."""

import http.client
import ssl
import sys

from . import gibbon
from .load import Lgen, h2load
from .peers import UPSTREAM_PORT

WARM_UP = 4_000


def measure(peer, scenario, place, requests, connections):
    """CPU microseconds a request, requests a second, latencies in milliseconds, memory in MB."""
    requests, connections = scenario.requests(requests), scenario.connections or connections
    with peer.server(scenario, place) as server:
        if peer.kind.startswith("gibbon"):
            gibbon.provision(scenario, place, UPSTREAM_PORT)
        idle = server.memory_mb()
        _check_it_works(peer, scenario, place)
        run = _by_tls if scenario.by_tls else _plain
        seconds, busy, answer = run(server, peer, scenario, place, requests, connections)
    return {"us": seconds * 1e6 / answer["answered"], "rps": answer["rps"], "p50": answer["p50"] / 1000,
            "p99": answer["p99"] / 1000, "idle": idle, "busy": busy, "bad": answer["bad"]}


def _plain(server, peer, scenario, place, requests, connections):
    """CPU time of the load without its warm-up, the memory while its connections are open, and what was answered."""
    bad = 0
    if not scenario.at_once:
        with Lgen(peer, scenario, place, int(WARM_UP * scenario.share), connections) as warm_up:
            bad = warm_up.answer["bad"]
    before = server.cpu_seconds()
    with Lgen(peer, scenario, place, requests, connections, first_token=WARM_UP) as load:
        after = server.cpu_seconds()
        busy = server.memory_mb()
    return after - before, busy, load.answer | {"bad": bad + load.answer["bad"]}


def _by_tls(server, peer, scenario, place, requests, connections):
    """The same without the handshakes: a run with one request for each connection is taken from one with all."""
    h2load(peer, scenario, place, max(connections, int(WARM_UP * scenario.share)), connections)
    start = server.cpu_seconds()
    opening = h2load(peer, scenario, place, connections, connections)
    between = server.cpu_seconds()
    answer = h2load(peer, scenario, place, connections + requests, connections)
    seconds = (server.cpu_seconds() - between) - (between - start)
    answer["answered"] -= opening["answered"]
    return seconds, server.memory_mb(), answer


def _check_it_works(peer, scenario, place):
    """A peer that lets everybody in, or nobody, would be a fast one."""
    wanted = {None: 200}
    if not scenario.open_to_all:
        if (got := _status(peer.port, scenario, {})) != 401:
            sys.exit(f"{peer.name} answers {got} instead of 401 in scenario {scenario.name}")
    if scenario.tokens:
        token = place.keys / ("rs.tokens" if scenario.algorithm == "RS256" else "hs.tokens")
        token = token.read_text().split("\n", 1)[0]
        flipped = "A" if token[-20] != "A" else "B"
        wanted = {None: 401, f"Bearer {token}": 200, f"Bearer {token[:-20]}{flipped}{token[-19:]}": 401}
    for authorization, status in wanted.items():
        headers = dict(scenario.headers) | ({"Authorization": authorization} if authorization else {})
        if (got := _status(peer.port, scenario, headers)) != status:
            sys.exit(f"{peer.name} answers {got} instead of {status} in scenario {scenario.name}")


def _status(port, scenario, headers):
    if scenario.by_tls:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10,
                                                 context=ssl._create_unverified_context())
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    method, body = ("POST", bytes(scenario.upload)) if scenario.upload else ("GET", None)
    connection.request(method, scenario.path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status
