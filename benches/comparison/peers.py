"""How each peer is started: nginx, HAProxy and Envoy from `conf/`, the prototypes and Gibbon from variables."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import gibbon
from .processes import GATEWAY_CPU, LOAD_CPU, Server

CONF = Path(__file__).resolve().parent.parent / "conf"
UPSTREAM_PORT = 27301
KINDS = ("nginx", "haproxy", "envoy", "hyper", "floor", "gibbon", "gibbon-log")
FILES = {"10k": 10_000, "1m": 1_000_000}
PORTS = {"nginx": 27001, "haproxy": 27002, "envoy": 27003, "hyper": 27102, "floor": 27103, "gibbon": gibbon.PORT}


@dataclass(frozen=True)
class Workplace:
    """Where a run finds its programs and leaves its files."""

    run: Path
    tools: Path

    @property
    def keys(self):
        return self.run / "keys"

    @property
    def certificate(self):
        return self.run / "server.pem"

    @property
    def certificate_key(self):
        return self.run / "server.key"


@dataclass(frozen=True)
class Peer:
    """Something to measure: its name in the tables, its kind, and its program."""

    name: str
    kind: str
    program: Path

    @property
    def port(self):
        return PORTS[self.kind.removesuffix("-log")]

    def server(self, scenario, place):
        """The peer, set up for a scenario, on the gateways' CPU; to be entered with `with`."""
        if self.kind.startswith("gibbon"):
            argv, env = gibbon.command(self, scenario, place)
        elif self.kind in ("hyper", "floor"):
            argv, env = [self.program], _prototype_environment(self, scenario, place)
        else:
            argv, env = _COMMANDS[self.kind](self, scenario, place), dict(os.environ)
        return Server([str(part) for part in argv], env, self.port, GATEWAY_CPU, place.run / f"{self.kind}.log")


def make_certificate(place):
    """What all peers show to clients that use TLS: a key on P-256."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=bench.local", "-days", "2", "-out", place.certificate, "-keyout",
                    place.certificate_key], check=True, capture_output=True)


def upstream(place):
    """The nginx that answers."""
    program = _find("nginx") or sys.exit("the upstream is nginx, which is not installed")
    # Started by root, the workers of nginx are somebody else.
    place.run.chmod(0o711)
    for name, size in FILES.items():
        (place.run / name).write_bytes(b"x" * size)
    argv = [program, "-e", place.run / "upstream.err", "-c", _conf("upstream.conf", place, UPSTREAM=UPSTREAM_PORT)]
    return Server([str(part) for part in argv], dict(os.environ), UPSTREAM_PORT, LOAD_CPU, place.run / "upstream.log")


def available(gibbons, place):
    """All peers whose programs are here. `gibbons` are pairs of a name and the path of a binary."""
    found = [Peer(kind, kind, Path(_find(kind))) for kind in ("nginx", "haproxy", "envoy") if _find(kind)]
    found += [Peer(kind, kind, place.tools / f"prototype-{kind}") for kind in ("hyper", "floor")]
    for name, program in gibbons:
        found += [Peer(name, "gibbon", program), Peer(f"{name}, access log on", "gibbon-log", program)]
    return found


def versions(peers):
    """Which versions of other people's programs are compared with."""
    found = {peer.name: _version(peer) for peer in peers if peer.kind in _VERSION_FLAGS}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _version(peer):
    answer = subprocess.run([peer.program, _VERSION_FLAGS[peer.kind]], capture_output=True, text=True)
    found = re.search(r"\d+\.\d+\.\d+", answer.stdout + answer.stderr)
    return found.group() if found else "of an unknown version"


def _find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


def _conf(name, place, **values):
    """A file of `conf/` with its `@NAMES@` filled in, below the folder of the run."""
    text = (CONF / name).read_text()
    for key, value in {"RUN": place.run, **values}.items():
        text = text.replace(f"@{key}@", str(value))
    path = place.run / name
    path.write_text(text)
    return path


def _nginx(peer, scenario, place):
    terms = (f"ssl http2; ssl_certificate {place.certificate}; ssl_certificate_key {place.certificate_key}"
             if scenario.by_tls else "")
    connections = max(8192, 3 * (scenario.connections or 0))
    conf = _conf("nginx.conf", place, PORT=peer.port, UPSTREAM=UPSTREAM_PORT, TERMS=terms, CONNECTIONS=connections)
    return [peer.program, "-e", place.run / "nginx.err", "-c", conf]


def _haproxy(peer, scenario, place):
    jwt = ""
    if scenario.algorithm:
        key = (place.keys / "hs.secret").read_text() if scenario.algorithm == "HS256" else place.keys / "rsa.public.pem"
        jwt = _conf("haproxy_jwt.cfg", place, ALGORITHM=scenario.algorithm, KEY=key).read_text()
    return [peer.program, "-f", _conf("haproxy.cfg", place, PORT=peer.port, UPSTREAM=UPSTREAM_PORT, JWT=jwt)]


def _envoy(peer, scenario, place):
    jwt = ""
    if scenario.algorithm:
        key_set = place.keys / ("hs.jwks.json" if scenario.algorithm == "HS256" else "rs.jwks.json")
        jwt = _conf("envoy_jwt.yaml", place, JWKS=key_set).read_text()
    conf = _conf("envoy.yaml", place, PORT=peer.port, UPSTREAM=UPSTREAM_PORT, JWT=jwt)
    return [peer.program, "--concurrency", "1", "--disable-hot-restart", "-l", "error", "-c", conf]


_COMMANDS = {"nginx": _nginx, "haproxy": _haproxy, "envoy": _envoy}
_VERSION_FLAGS = {"nginx": "-v", "haproxy": "-v", "envoy": "--version"}


def _prototype_environment(peer, scenario, place):
    return {"PROTOTYPE_PORT": str(peer.port), "PROTOTYPE_UPSTREAM": f"127.0.0.1:{UPSTREAM_PORT}",
            "PROTOTYPE_CHECK": scenario.prototype_check, "PROTOTYPE_KEYS": str(place.keys)}
