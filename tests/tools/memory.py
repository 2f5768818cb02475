"""Runs pytest in a process of its own, and tells the most memory that it has had."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest


def most_memory() -> int:
    """The most memory that this process has had, in bytes.

    The usage that the system keeps would do, but it begins with that of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    ended = pytest.main(sys.argv[1:])
    sys.stdout.write(f"\nmost memory: {most_memory()}\n")
    sys.exit(ended)
