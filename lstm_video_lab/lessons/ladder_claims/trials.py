"""What the stored trials of the ladder came to; `result`: load_result("ladder").

A trial is one training of one ladder, "name/seed". Its frames are counted from FIRST on.
"""

from __future__ import annotations

from functools import reduce
from operator import getitem
from typing import Any

from lstm_video_lab.training.trials import mean_and_std

Result = dict[str, Any]
FIRST, AHEAD = 8, 9  # first predicted frame, from 0, and how many are predicted


def seeds_of(result: Result, name: str) -> int:
    """How many seeds a trial has: 0, 1 …"""
    return sum(key.rsplit("/", 1)[0] == name for key in result["trials"])


def each_of(result: Result, name: str, *keys: Any) -> list[float]:
    """A figure of a trial, seed by seed."""
    trials = result["trials"]
    return [
        reduce(getitem, keys, trials[f"{name}/{seed}"]) for seed in range(seeds_of(result, name))
    ]


def gather(result: Result, name: str, *keys: Any) -> tuple[float, float, int]:
    """Mean and spread (standard deviation) of a figure of a trial, and over how many seeds."""
    values = each_of(result, name, *keys)
    return *mean_and_std(values), len(values)


def gap_of(result: Result, a: str, b: str, *keys: Any) -> tuple[float, float, bool, int]:
    """Trial a's figure less b's, seed by seed: mean, its standard error, whether all have one
    sign, and how many pairs there are.
    """
    pairs = zip(each_of(result, a, *keys), each_of(result, b, *keys), strict=False)
    gaps = [high - low for high, low in pairs]
    mean, spread = mean_and_std(gaps)
    alike = all(gap < 0 for gap in gaps) or all(gap > 0 for gap in gaps)
    return mean, spread / len(gaps) ** 0.5, alike, len(gaps)


def shares_of(name: str) -> tuple[float, float, float]:
    """Shares of DSSIM, L1 and L2 of a trial "mix D L": D of DSSIM, and L1's part of what is left.

    Raises ValueError for another name.
    """
    dssim, l1 = map(float, name.removeprefix("mix ").split())
    return dssim, l1 * (1 - dssim), (1 - l1) * (1 - dssim)


def mixes_of(result: Result) -> list[str]:
    """The trials that differ in their mix of losses only, one name for all seeds."""
    names = [key.rsplit("/", 1)[0] for key in result["trials"]]
    return [name for name in dict.fromkeys(names) if name.startswith("mix ")]
