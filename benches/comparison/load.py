"""The load: `lgen` for HTTP/1.1 without TLS, `h2load` (of nghttp2) for TLS and HTTP/2."""

import json
import re
import subprocess
import sys
import tempfile

from .processes import LOAD_CPU, on_cpu

CIPHER = "TLS_AES_128_GCM_SHA256"


class Lgen:
    """A run of our own load generator, whose connections stay open until the end of the `with`."""

    def __init__(self, peer, scenario, place, requests, connections, first_token=0):
        self.argv = [place.tools / "lgen", "--address", f"127.0.0.1:{peer.port}", "--connections", connections,
                     "--requests", requests, "--path", scenario.path, "--hold"]
        if scenario.at_once:
            self.argv += ["--at-once", scenario.at_once]
        if scenario.rate:
            self.argv += ["--rate", scenario.rate]
        if scenario.upload:
            self.argv += ["--upload", scenario.upload]
        if scenario.tokens:
            self.argv += ["--tokens", place.keys / scenario.tokens, "--first", first_token]
        for name, value in scenario.headers:
            self.argv += ["--header", f"{name}: {value}"]
        if scenario.each_once:
            self.argv += ["--once"]

    def __enter__(self):
        self.process = subprocess.Popen([str(part) for part in self.argv], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=on_cpu(LOAD_CPU))
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the load generator failed")
        self.answer = json.loads(line)
        self.answer["bad"] = self.answer["refused"] + self.answer["lost"]
        return self

    def __exit__(self, *_):
        self.process.communicate()


def h2load(peer, scenario, place, requests, connections):
    """A run of `h2load`, which closes its connections when it has all answers: what `lgen` tells of its own."""
    protocol = ["--h1"] if scenario.client == "https" else ["--max-concurrent-streams", scenario.streams]
    with tempfile.NamedTemporaryFile(dir=place.run) as log:
        argv = ["h2load", *protocol, "--clients", connections, "--requests", requests, "--tls13-ciphers", CIPHER,
                "--header", "accept: application/json, */*", "--header", "accept-encoding: gzip, deflate",
                "--log-file", log.name, f"https://127.0.0.1:{peer.port}{scenario.path}"]
        run = subprocess.run([str(part) for part in argv], capture_output=True, text=True,
                             preexec_fn=on_cpu(LOAD_CPU))
        if run.returncode:
            sys.exit(f"h2load failed:\n{run.stdout}{run.stderr}")
        # Each line has when the request began, its status and the microseconds until its answer was whole.
        times = sorted(int(line.split("\t")[2]) for line in open(log.name))
    answered = int(re.search(r"(\d+) succeeded", run.stdout)[1])
    good = int(re.search(r"status codes: (\d+) 2xx", run.stdout)[1])
    rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", run.stdout)[1])
    return {"answered": answered, "rps": rate, "p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100],
            "bad": requests - good}
