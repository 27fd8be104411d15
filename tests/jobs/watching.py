"""Processes as the system sees them; Linux alone."""

from __future__ import annotations

import os
import time
from pathlib import Path


def children_of(pid: int) -> set[int]:
    """The processes whose parent that is, dead ones that nobody buried among them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.add(int(stat.parent.name))
    return found


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds; one that its new parent has not buried yet has ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False
