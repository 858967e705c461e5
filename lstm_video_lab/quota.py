"""How many processors this process may use, where a container gives it fewer than it can see.

Torch takes a thread for each processor that it sees. Under a quota of half a core on a machine with
64 they would stand still most of the time, waiting for each other. Nothing changes where there is
no quota, or where the environment says how many threads there are to be.
"""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MINE = Path("/proc/self/cgroup")  # on which of its branches this process is
NAMED = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def heed_quota() -> None:
    """Before torch is loaded: no more threads than the quota feeds, and at least one."""
    quota = cpu_quota()
    if quota < cores() and not any(name in os.environ for name in NAMED):
        os.environ["OMP_NUM_THREADS"] = str(max(1, int(quota)))


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
