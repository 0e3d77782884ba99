"""Processes that are measured: each on a CPU of its own, with its children, stopped at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

GATEWAY_CPU, LOAD_CPU = 0, 1


def on_cpu(cpu):
    """What a child does before it becomes its program."""
    return lambda: os.sched_setaffinity(0, {cpu})


class Server:
    """A program that listens on a port of the loopback interface, for the time of a `with`."""

    def __init__(self, argv, env, port, cpu, log: Path):
        self.argv, self.env, self.port, self.cpu, self.log = argv, env, port, cpu, log

    def __enter__(self):
        if self._is_open():
            sys.exit(f"another program listens on port {self.port}; it would be measured in place of {self.argv[0]}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.argv, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True, preexec_fn=on_cpu(self.cpu))
        try:
            self._wait_until_open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_until_open(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                sys.exit(f"{self.argv[0]} ended:\n{self.log.read_text(errors='replace')[-800:]}")
            if self._is_open():
                return
            time.sleep(0.05)
        sys.exit(f"{self.argv[0]} does not open port {self.port}")

    def _is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def cpu_seconds(self):
        """CPU time that the process and its children have had, by the scheduler's own count in nanoseconds."""
        tasks = (task for pid in _tree(self.process.pid) for task in Path(f"/proc/{pid}/task").iterdir())
        return sum(int((_read(task / "schedstat") or "0").split()[0]) for task in tasks) / 1e9

    def memory_mb(self):
        """Proportional set size of the process and its children: what is shared with others counts in part."""
        lines = (line for pid in _tree(self.process.pid) for line in open(f"/proc/{pid}/smaps_rollup"))
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _tree(pid):
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in _read(task / "children").split():
            yield from _tree(int(child))


def _read(path):
    """What a file of a thread says; nothing where the thread has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
