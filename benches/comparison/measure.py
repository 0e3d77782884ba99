"""One measurement: a peer is started, tried, warmed up, loaded and stopped."""

import http.client
import json
import subprocess
import sys

from . import gibbon
from .peers import UPSTREAM_PORT
from .processes import LOAD_CPU, on_cpu

WARM_UP = 4_000


def measure(peer, scenario, place, requests, connections):
    """CPU microseconds a request, requests a second, latencies in milliseconds, memory in MB."""
    with peer.server(scenario, place) as server:
        if peer.kind.startswith("gibbon"):
            gibbon.provision(scenario, place, UPSTREAM_PORT)
        idle = server.memory_mb()
        _check_it_works(peer, scenario, place)
        with Load(peer, scenario, place, WARM_UP, connections, first_token=0) as warm_up:
            bad = warm_up.bad
        before = server.cpu_seconds()
        with Load(peer, scenario, place, requests, connections, first_token=WARM_UP) as load:
            after = server.cpu_seconds()
            busy = server.memory_mb()
    answer = load.answer
    return {"us": (after - before) * 1e6 / answer["answered"], "rps": answer["rps"], "p50": answer["p50"] / 1000,
            "p99": answer["p99"] / 1000, "idle": idle, "busy": busy, "bad": bad + load.bad}


class Load:
    """A run of the load generator, whose connections stay open until the end of the `with`."""

    def __init__(self, peer, scenario, place, requests, connections, first_token):
        self.argv = [place.tools / "lgen", "--address", f"127.0.0.1:{peer.port}", "--connections", connections,
                     "--requests", requests, "--hold"]
        if scenario.tokens:
            self.argv += ["--tokens", place.keys / scenario.tokens, "--first", first_token]
        if scenario.each_once:
            self.argv += ["--once"]

    def __enter__(self):
        self.process = subprocess.Popen([str(part) for part in self.argv], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=on_cpu(LOAD_CPU))
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the load generator failed")
        self.answer = json.loads(line)
        self.bad = self.answer["refused"] + self.answer["lost"]
        return self

    def __exit__(self, *_):
        self.process.communicate()


def _check_it_works(peer, scenario, place):
    """A peer that lets everybody in, or nobody, would be a fast one."""
    wanted = {None: 200}
    if scenario.tokens:
        token = (place.keys / "rs.tokens" if scenario.algorithm == "RS256" else place.keys / scenario.tokens)
        token = token.read_text().split("\n", 1)[0]
        flipped = "A" if token[-20] != "A" else "B"
        wanted = {None: 401, f"Bearer {token}": 200, f"Bearer {token[:-20]}{flipped}{token[-19:]}": 401}
    for authorization, status in wanted.items():
        if (got := _status(peer.port, authorization)) != status:
            sys.exit(f"{peer.name} answers {got} instead of {status} in scenario {scenario.name}")


def _status(port, authorization):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/svc/hello?x=1", headers={"Authorization": authorization} if authorization else {})
    status = connection.getresponse().status
    connection.close()
    return status
