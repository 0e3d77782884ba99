"""Waiting until other programs leave the machine alone."""

import time

SAMPLE_SECONDS = 0.3
BUSY_AT_MOST = 0.15


def wait(seconds):
    """Until all CPUs together are hardly busy, or until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and _busy_share() > BUSY_AT_MOST:
        pass


def _busy_share():
    """The share of CPU time that anybody used during a sample."""
    busy, total = _jiffies()
    time.sleep(SAMPLE_SECONDS)
    later_busy, later_total = _jiffies()
    return (later_busy - busy) / max(later_total - total, 1)


def _jiffies():
    """CPU time since the start of the machine: busy, and in all (proc(5), the first line of `stat`)."""
    with open("/proc/stat") as stat:
        user, nice, system, idle, iowait, *rest = (int(field) for field in stat.readline().split()[1:9])
    busy = user + nice + system + sum(rest)
    return busy, busy + idle + iowait
