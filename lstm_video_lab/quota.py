"""How many processors this process may use: a container may give it fewer than it can see."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MINE = Path("/proc/self/cgroup")  # on which of its branches this process is


def cores() -> int:
    """Processors that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def cpu_quota(root: Path = CGROUPS, mine: Path = MINE) -> float:
    """Processors that the limits on time allow, the least of this branch; infinite without one."""
    branches = {root, root / "cpu"}
    with contextlib.suppress(OSError):
        for line in mine.read_text().splitlines():
            number, kinds, path = line.split(":", 2)
            top = root if number == "0" else root / "cpu"
            if number == "0" or "cpu" in kinds.split(","):
                branch = top / path.lstrip("/")
                branches |= {
                    branch,
                    *(folder for folder in branch.parents if top in folder.parents),
                }
    return min(_limit(branch) for branch in branches)


def _limit(folder: Path) -> float:
    """Of version 2: "50000 100000", or "max …"; of version 1 two files, −1 for none."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):
            words = " ".join((folder / name).read_text() for name in names).split()
            quota, period = (math.inf if word == "max" else float(word) for word in words)
            if quota > 0 and period > 0:
                return quota / period
    return math.inf
