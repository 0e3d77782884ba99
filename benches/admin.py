#!/usr/bin/env python3
"""Times the Admin API and the files of configuration with a large configuration.

It starts a gateway with its own database (SQLite, as it comes), writes N services, each with a route, a plugin, and a
consumer with a credential, by single PUTs on one connection that is kept; then lists every kind page by page, exports
all of it into a file, and imports that into an empty database. Every answer is checked. It prints a table, and renews
the one in a document if it is told to. It stops everything that it starts, and leaves nothing behind.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from comparison.report import renew

ROOT = Path(__file__).resolve().parent.parent
PROXY, ADMIN = 27401, 27402

# Name, what is measured, and what is at most wanted of 10,000 services.
TARGETS = {"puts": 600.0, "page": 0.020, "import": 20.0, "export": 5.0}


def main():
    """Runs everything and prints the table."""
    options = parse_options()
    place = Path(tempfile.mkdtemp(prefix="gibbon-bench-admin-"))
    try:
        rows = measure(options, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    text = table(options, rows)
    print(f"\n{text}")
    if options.document:
        renew(options.document, text, "measured admin")


def parse_options():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gibbon", type=Path, default=ROOT / "target/release/gibbon", help="the program")
    parser.add_argument("--services", type=int, default=10_000, help="how many services (10000)")
    parser.add_argument("--document", type=Path, help="a document whose table is renewed")
    return parser.parse_args()


def measure(options, place):
    """All measurements, as rows of the table."""
    source, target = Gateway(options.gibbon, place / "one"), place / "two"
    with source as client:
        rows = write_all(client, options.services)
        rows += list_all(client, options.services)
    file = place / "kong.yml"
    seconds = timed(lambda: source.run("config", "db_export", str(file)))
    megabytes = file.stat().st_size / 1e6
    rows.append((f"`config db_export`, {megabytes:.1f} MB", seconds, "s", TARGETS["export"]))
    other = Gateway(options.gibbon, target)
    seconds = timed(lambda: other.run("config", "db_import", str(file)))
    rows.append(("`config db_import` into an empty database", seconds, "s", TARGETS["import"]))
    with other as client:
        found = count(client, "/services")
        assert found == options.services, f"{found} services came back"
    return rows


def write_all(client, number):
    """Every record by a PUT of its own."""
    rows, total = [], 0.0
    for collection, bodies in records(number):
        begun = time.perf_counter()
        slowest = 0.0
        for path, body in bodies:
            sent = time.perf_counter()
            client.put(path, body)
            slowest = max(slowest, time.perf_counter() - sent)
        seconds = time.perf_counter() - begun
        total += seconds
        rows.append((f"`PUT` of {number} {collection}, each", seconds / number * 1000, "ms", None))
        print(f"{collection}: {seconds:.1f} s, the slowest {slowest * 1000:.0f} ms", file=sys.stderr, flush=True)
    return [(f"all {number * len(rows)} `PUT`s, one after the other", total, "s", TARGETS["puts"]), *rows]


def records(number):
    """What is written: collection, and path and body of each record."""
    ids = {kind: [str(uuid.UUID(int=kind_number << 64 | n, version=4)) for n in range(number)]
           for kind_number, kind in enumerate(("services", "routes", "plugins", "consumers", "key-auths"), 1)}

    def service(n):
        return {"name": f"service-{n}", "host": f"host-{n}.internal", "port": 8080, "tags": [f"team-{n % 50}"]}

    def route(n):
        return {"name": f"route-{n}", "paths": [f"/api/v1/service-{n}"], "service": {"id": ids["services"][n]}}

    def plugin(n):
        return {"name": "key-auth", "service": {"id": ids["services"][n]}, "config": {"hide_credentials": True}}

    def consumer(n):
        return {"username": f"consumer-{n}", "custom_id": f"c{n}"}

    def credential(n):
        return {"key": f"key-{n}-{uuid.UUID(int=n)}", "consumer": {"id": ids["consumers"][n]}}

    makers = {"services": service, "routes": route, "plugins": plugin, "consumers": consumer, "key-auths": credential}
    for kind, make in makers.items():
        yield kind, ((f"/{kind}/{ids[kind][n]}", make(n)) for n in range(number))


def list_all(client, number):
    """The median time of a page of each size, over all pages of all kinds."""
    rows = []
    for size in (None, 1000):
        times = []
        for kind in ("services", "routes", "plugins", "consumers", "key-auths"):
            seen, path = 0, f"/{kind}" if size is None else f"/{kind}?size={size}"
            while path:
                sent = time.perf_counter()
                text = client.read(path)
                times.append(time.perf_counter() - sent)
                page = json.loads(text)
                seen, path = seen + len(page["data"]), page["next"]
            assert seen == number, f"{seen} {kind}"
        label = "of 100 records (the default)" if size is None else f"of {size} records"
        rows.append((f"a page {label}, median of {len(times)}", statistics.median(times) * 1000, "ms",
                     TARGETS["page"] * 1000))
    return rows


def count(client, path):
    """How many records a collection has."""
    seen, path = 0, f"{path}?size=1000"
    while path:
        page = client.get(path)
        seen, path = seen + len(page["data"]), page["next"]
    return seen


def timed(work):
    """How many seconds it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Gateway:
    """A gateway with a database of its own."""

    def __init__(self, program, prefix):
        self.program, self.prefix = program, prefix
        self.settings = {
            "GIBBON_PREFIX": str(prefix), "GIBBON_PROXY_LISTEN": f"127.0.0.1:{PROXY}",
            "GIBBON_ADMIN_LISTEN": f"127.0.0.1:{ADMIN}", "GIBBON_STATUS_LISTEN": "off", "GIBBON_LOG_LEVEL": "warn",
        }

    def run(self, *arguments):
        """A command of it, which has to go well."""
        subprocess.run([self.program, *arguments], env={**os.environ, **self.settings}, check=True,
                       stdout=subprocess.DEVNULL)

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "start"], env={**os.environ, **self.settings})
        for _ in range(600):
            try:
                self.client = Client(ADMIN)
                return self.client
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise RuntimeError("the gateway does not come up")

    def __exit__(self, *_):
        self.client.close()
        self.process.terminate()
        self.process.wait(30)


class Client:
    """One connection that is kept. Python's own client would take longer than the answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def close(self):
        """Ends the connection."""
        self.file.close()
        self.socket.close()

    def get(self, path):
        """The JSON at a path."""
        return json.loads(self.read(path))

    def read(self, path):
        """The text at a path."""
        return self.ask(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 200)

    def put(self, path, body):
        """Writes a record."""
        text = json.dumps(body)
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self.ask(f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode(), 200)

    def ask(self, request, status):
        """Sends a request and reads the answer, which has to have this status."""
        self.socket.sendall(request)
        first = self.file.readline()
        length = 0
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self.file.read(length)
        if int(first.split()[1]) != status:
            raise RuntimeError(f"{request[:200]!r}: {first!r} {body[:500]!r}")
        return body


def table(options, rows):
    """The measurements in Markdown."""
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    head = (f"{datetime.date.today()}; {os.cpu_count()} CPUs ({model}), Linux {platform.release()}, load average "
            f"{os.getloadavg()[0]:.1f} at the end; {options.services} services.")
    lines = ["|  | measured | at most | met |", "| --- | --: | --: | --: |"]
    for name, value, unit, target in rows:
        wanted = f"{target:g} {unit}" if target else ""
        met = ("yes" if value <= target else "no") if target else ""
        lines.append(f"| {name} | {value:.2f} {unit} | {wanted} | {met} |")
    return head + "\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
