#!/usr/bin/env python3
"""Compares Gibbon with nginx, HAProxy, Envoy and bare prototypes on the same work, in one run.

Each peer has one worker on CPU 0; the load generator and the upstream share CPU 1. In every round each scenario is
measured for each peer, in an order that changes from round to round; the tables show medians over the rounds, and
ratios that were taken within each round. README.md beside this file says more. Everything is on the loopback
interface and is stopped at the end.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison import quiet, report
from comparison.measure import WARM_UP, measure
from comparison.peers import KINDS, Workplace, available, make_certificate, upstream, versions
from comparison.processes import LOAD_CPU
from comparison.scenarios import SCENARIOS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main():
    """Builds the tools, makes the tokens, runs the rounds, prints the tables."""
    options = parse_options()
    # Ended from outside, it stops what it has started all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    gibbons = [named(text) for text in options.gibbon]
    tools = build_tools(options.target_dir)
    os.sched_setaffinity(0, {LOAD_CPU})
    allow_files()
    results = report.Results()
    place = Workplace(Path(tempfile.mkdtemp(prefix="gibbon-bench-")), tools)
    peers = [peer for peer in available(gibbons, place) if not options.peers or peer.kind in options.peers]
    conditions = describe_run(options, peers)
    try:
        make_certificate(place)
        subprocess.run([tools / "tokens", place.keys, str(WARM_UP + options.requests)], check=True)
        with upstream(place):
            run_rounds(options, peers, place, results)
    finally:
        shutil.rmtree(place.run, ignore_errors=True)
        if options.json:
            options.json.write_text(json.dumps(results.rows, indent=1))
    text = report.tables(results, conditions, [name for name, _ in gibbons])
    print(f"\n{text}")
    if options.document:
        report.renew(options.document, text)


def parse_options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")
    parser.add_argument("--gibbon", action="append", metavar="[NAME=]PATH",
                        help="a binary to measure; may be given again for another one (default: target/release/gibbon)")
    parser.add_argument("--scenarios", type=words, default=list(SCENARIOS), help=f"of {','.join(SCENARIOS)}")
    parser.add_argument("--peers", type=words, help=f"of {','.join(KINDS)} (default: those that are installed)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=20_000, help="a measurement, after a warm-up")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS",
                        help="how long to wait before each measurement for other programs to be quiet")
    parser.add_argument("--target-dir", type=Path, default=ROOT / "target" / "benches", help="where the tools are built")
    parser.add_argument("--json", type=Path, help="where to write every measurement")
    parser.add_argument("--document", type=Path, help="a page with marks, between which the tables are put")
    options = parser.parse_args()
    options.gibbon = options.gibbon or [str(ROOT / "target" / "release" / "gibbon")]
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no scenario is called {', '.join(sorted(unknown))}")
    if unknown := set(options.peers or ()) - set(KINDS):
        parser.error(f"no kind of peer is called {', '.join(sorted(unknown))}")
    if any(SCENARIOS[name].by_tls for name in options.scenarios) and not shutil.which("h2load"):
        parser.error("`h2load` (Debian package nghttp2-client) makes the load by TLS and is not installed; "
                     "leave out " + ",".join(name for name in options.scenarios if SCENARIOS[name].by_tls))
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two CPUs are needed, one for the peers and one for the load")
    return options


def allow_files():
    """As many open files as may be, for everything that is started: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def named(text):
    """`NAME=PATH` or `PATH`."""
    name, separator, path = text.partition("=")
    path = Path(path if separator else text).resolve()
    if not path.is_file():
        sys.exit(f"{path} is not there; `cargo build --release` makes one")
    return (name if separator else "gibbon"), path


def build_tools(target_dir):
    """Builds prototypes, load generator and token maker; the folder that they are in."""
    manifest = HERE / "prototypes" / "Cargo.toml"
    command = ["cargo", "build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", target_dir]
    subprocess.run(command, check=True)
    return target_dir.resolve() / "release"


def run_rounds(options, peers, place, results):
    """Rounds are outermost, so that what changes on the machine meets all alike."""
    for round_ in range(options.rounds):
        for name in options.scenarios:
            scenario = SCENARIOS[name]
            able = [peer for peer in peers if peer.kind in scenario.peers]
            for peer in in_turn(able, round_):
                quiet.wait(options.wait)
                values = measure(peer, scenario, place, options.requests, options.connections)
                results.add(round_, name, peer.name, values)
                print(f"round {round_ + 1} {name:10} {peer.name:28} {values['us']:7.1f} µs"
                      + (f"  bad {values['bad']}" if values["bad"] else ""), file=sys.stderr, flush=True)


def in_turn(peers, round_):
    """Each round begins with another peer, and every second one goes backwards."""
    start = round_ % len(peers) if peers else 0
    order = peers[start:] + peers[:start]
    return order if round_ % 2 == 0 else order[::-1]


def describe_run(options, peers):
    """On what the numbers are measured, and how many of them."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return (f"{datetime.date.today()}; {os.cpu_count()} CPUs ({model}), Linux {platform.release()}, load average before "
            f"the run {os.getloadavg()[0]:.1f}; {options.rounds} rounds of {options.requests} requests on "
            f"{options.connections} connections; {versions(peers)}.")


if __name__ == "__main__":
    main()
