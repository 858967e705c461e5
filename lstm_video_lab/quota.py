"""What a container leaves this process: fewer processors, and less memory, than it can see."""

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
    return min(_limit(branch) for branch in _branches("cpu", root, mine))


def memory_left(root: Path = CGROUPS, mine: Path = MINE) -> float:
    """Bytes that the limits on memory leave, the least of this branch; infinite without one."""
    return min(_left(branch) for branch in _branches("memory", root, mine))


def _branches(kind: str, root: Path, mine: Path) -> set[Path]:
    """Where limits of a kind may lie: of version 2 below the root, of version 1 in its folder."""
    branches = {root, root / kind}
    with contextlib.suppress(OSError):
        for line in mine.read_text().splitlines():
            number, kinds, path = line.split(":", 2)
            top = root if number == "0" else root / kind
            if number == "0" or kind in kinds.split(","):
                branch = top / path.lstrip("/")
                above = [folder for folder in branch.parents if top in folder.parents]
                branches |= {branch, *above}
    return branches


def _limit(folder: Path) -> float:
    """Of version 2: "50000 100000", or "max …"; of version 1 two files, −1 for none."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):
            words = " ".join((folder / name).read_text() for name in names).split()
            quota, period = map(_number, words)
            if quota > 0 and period > 0:
                return quota / period
    return math.inf


def _left(folder: Path) -> float:
    """What is used counts without the files that the system keeps as long as there is room."""
    for limit, used, cached in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with contextlib.suppress(OSError, ValueError):
            left = _number((folder / limit).read_text()) - _number((folder / used).read_text())
            return left + _kept_of_files(folder, cached)
    return math.inf


def _kept_of_files(folder: Path, name: str) -> float:
    with contextlib.suppress(OSError, ValueError):
        lines = (folder / "memory.stat").read_text().splitlines()
        return float(dict(line.split() for line in lines).get(name, 0))
    return 0.0


def _number(word: str) -> float:
    return math.inf if word.strip() == "max" else float(word)
