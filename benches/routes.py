#!/usr/bin/env python3
"""Times writes of single routes beside very many others, and the requests that they make possible.

For each flavour of the router it starts a gateway with its own database (SQLite, as it comes) and N routes that were
imported, then writes single routes by PUT and asks for each one through the proxy in the next line: the answer must be the
new route's own at once. It prints a table, and renews the one in a document if it is told to. It stops everything that it
starts, and leaves nothing behind.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from admin import PROXY, ROOT, Client, Gateway
from comparison.report import renew

FLAVORS = ("traditional_compatible", "traditional", "expressions")
# At most wanted, in ms, from the beginning of a write until the changed route has answered.
LIVE = 50.0


def main():
    """Runs everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gibbon", type=Path, default=ROOT / "target/release/gibbon", help="the program")
    parser.add_argument("--routes", type=int, default=100_000, help="how many routes (100000)")
    parser.add_argument("--writes", type=int, default=300, help="how many of them are written (300)")
    parser.add_argument("--document", type=Path, help="a document whose table is renewed")
    options = parser.parse_args()
    rows = []
    for flavor in FLAVORS:
        place = Path(tempfile.mkdtemp(prefix="gibbon-bench-routes-"))
        try:
            rows.append(measure(options, flavor, place))
        finally:
            shutil.rmtree(place, ignore_errors=True)
    text = table(options, rows)
    print(f"\n{text}")
    if options.document:
        renew(options.document, text, "measured routes")


def measure(options, flavor, place):
    """A row of the table."""
    gateway = Gateway(options.gibbon, place / "gateway")
    gateway.settings["GIBBON_ROUTER_FLAVOR"] = flavor
    empty = resident(gateway)
    file = place / "routes.json"
    file.write_text(json.dumps({"_format_version": "3.0", "routes": [route(flavor, n) for n in range(options.routes)]}))
    gateway.run("config", "db_import", str(file))
    writes, live, starting = [], [], time.perf_counter()
    with gateway as admin:
        starting = time.perf_counter() - starting
        held = status(admin)
        proxy = Client(PROXY)
        for turn in range(options.writes):
            n = turn * 7919 % options.routes
            host, path = f"t{n // 10}.example", f"/changed/{n}/{turn}"
            begun = time.perf_counter()
            admin.put(f"/routes/{identity(n)}", {**route(flavor, n), **conditions(flavor, host, path)})
            writes.append(time.perf_counter() - begun)
            # A route without a service: its own 503 is the proof that it was found.
            proxy.ask(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(), 503)
            live.append(time.perf_counter() - begun)
        proxy.close()
    print(f"{flavor}: slowest write {max(writes) * 1000:.1f} ms", file=sys.stderr, flush=True)
    milliseconds = [statistics.median(times) * 1000 for times in (writes, live)]
    return flavor, *milliseconds, max(live) * 1000, starting, (held - empty) * 2**20 / options.routes


def identity(n):
    """The id of a route."""
    return str(uuid.UUID(int=2 << 64 | n, version=4))


def route(flavor, n):
    """Hosts of their own, a host that is shared, no host, and some regexes."""
    made = {"id": identity(n), "name": f"route-{n}"}
    if n % 10 < 5:
        return {**made, **conditions(flavor, f"t{n // 10}.example", f"/v1/things/{n}")}
    if n % 10 < 7:
        return {**made, **conditions(flavor, "shared.example", f"/apps/{n}")}
    if n % 100 == 8 and flavor == "expressions":
        return {**made, "expression": f'http.path ~ r#"^/users-{n}/\\d+$"#'}
    if n % 100 == 8:
        return {**made, "paths": [f"~/users-{n}/\\d+$"]}
    return {**made, **conditions(flavor, None, f"/service-{n}/v2")}


def conditions(flavor, host, path):
    """A host and a prefix of paths."""
    if flavor != "expressions":
        return {"paths": [path], **({"hosts": [host]} if host else {})}
    text = f'http.path ^= "{path}"'
    return {"expression": f'http.host == "{host}" && {text}' if host else text}


def status(admin):
    """How many MiB the gateway holds."""
    return float(admin.get("/status?unit=m")["memory"]["resident"].split()[0])


def resident(gateway):
    """The same without any route."""
    with gateway as admin:
        return status(admin)


def table(options, rows):
    """The measurements in Markdown."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    head = (f"{datetime.date.today()}; {os.cpu_count()} CPUs ({model}), Linux {platform.release()}, load average "
            f"{os.getloadavg()[0]:.1f} at the end; {options.routes} routes, {options.writes} of them written.")
    lines = [f"| `router_flavor` | `PUT` of a route, median | until it has answered, median | the slowest | at most | met "
             "| start | memory a route |", "| --- | --: | --: | --: | --: | --- | --: | --: |"]
    for flavor, write, live, slowest, starting, held in rows:
        met = "yes" if live <= LIVE else "no"
        lines.append(f"| `{flavor}` | {write:.2f} ms | {live:.2f} ms | {slowest:.1f} ms | {LIVE:g} ms | {met} "
                     f"| {starting:.1f} s | {held / 1024:.2f} KB |")
    return head + "\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
