"""The report's claims, beside what is found here."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.video_ladder import figures
from lstm_video_lab.lessons.video_ladder.experiment import gather
from lstm_video_lab.lessons.video_ladder.figures import seeds_of

Row = tuple[str, str, str]  # claim, verdict, numbers
VERDICTS = {True: "reproduced", False: "not: the other way", None: "not clear"}


def is_lower(result: dict[str, Any], a: str, b: str, *keys: Any) -> bool | None:
    """Is trial a's figure clearly below b's? None where spreads overlap, or seeds are single."""
    (low, s, n), (high, t, m) = gather(result, a, *keys), gather(result, b, *keys)
    return None if min(n, m) < 2 or abs(low - high) <= s + t else low < high


def claim(result: dict[str, Any], words: str, a: str, b: str, *keys: Any) -> Row:
    """A claim that trial a's figure is below b's."""
    pair = ("{:.3g} ± {:.2g}".format(*gather(result, name, *keys)[:2]) for name in (a, b))
    return words, VERDICTS[is_lower(result, a, b, *keys)], " against ".join(pair)


def of_feeding_back(result: dict[str, Any]) -> list[Row]:
    """What is predicted at once or fed back, from how many, and in which training."""
    one, three, own = "one from three", "three at once", "from three, own frames"
    return [
        claim(result, "1 from 5, fed back, beats 3 from 3", "base", three, "mse", 0),
        claim(result, "… at the 3rd frame", "base", three, "mse", 2),
        claim(result, "… and blurs less there (DSSIM)", "base", three, "dssim", 2),
        claim(result, "1 from 3, fed back, beats 3 from 3", one, three, "mse", 0),
        claim(result, "… at the 3rd frame", one, three, "mse", 2),
        claim(result, "own frames in training: worse at first", one, own, "mse", 0),
        claim(result, "… and better at the 9th", own, one, "mse", 8),
    ]


def of_grids(result: dict[str, Any]) -> list[Row]:
    """What enlarging leaves."""
    photo, truth = "mix 0.0 0.0", result["baselines"]["colour"]["truth"]
    at, off, seeds = gather(result, photo, "checks")
    grid_at, grid_off, _ = gather(result, photo, "blocks")
    more = at - off > truth["checks"] if seeds > 1 else None
    differs = abs(grid_at - truth["blocks"]) > grid_off if seeds > 1 else None
    return [
        claim(result, "pixel shuffle leaves a chessboard", "none", "base", "checks"),
        (
            "… in natural clips, more than in truth",
            VERDICTS[more],
            f"{at:.3g} ± {off:.2g} against {truth['checks']:.3g}",
        ),
        (
            "… and blocks there",
            VERDICTS[differs],
            f"{grid_at:.2f} ± {grid_off:.2f} against {truth['blocks']:.2f}",
        ),
        claim(result, "nearest leaves blocks", "none", "nearest", "blocks"),
    ]


def of_the_rest(result: dict[str, Any]) -> list[Row]:
    """Clips, frame rates, places, copying, and what is out of reach."""
    heads = result["trials"]["actions/0"]["actions"]
    named = max(gather(result, "actions", "actions", head)[0] for head in heads)
    as_well = is_lower(result, "base", "coordinates", "mse", 0) is not True
    copied = result["baselines"]["colour"]["copy last"]["mse"][2]
    path, spread, _ = gather(result, "copy path", "mse", 2)
    return [
        claim(result, "40 clips are better than 5", "40 clips", "5 clips", "mse", 0),
        of_rates(result),
        claim(result, "places help", "base", "nowhere", "mse", 0),
        claim(result, "coordinates beat learned maps", "coordinates", "base", "mse", 0),
        (
            "… or do as well",
            "not contradicted" if as_well and seeds_of(result, "base") > 1 else "not clear",
            "as in the line above",
        ),
        claim(
            result, "two rungs beat the fine one, 1st frame", "base", "fine rung alone", "mse", 0
        ),
        claim(result, "… at the 9th frame", "base", "fine rung alone", "mse", 8),
        (
            "beats copying on natural clips, 3rd frame",
            VERDICTS[True if path + spread < copied else None],
            f"{path:.3g} ± {spread:.2g} against {copied:.3g} (with a path that copies)",
        ),
        ("states name 59 % of UCF-101", "out of reach", f"5 actions: {named:.1f} %, chance 20 %"),
        ("300,000 steps on UCF-101 blur", "out of reach", "six days of a GPU, and UCF-101"),
    ]


def of_rates(result: dict[str, Any]) -> Row:
    """The order of frame rates, seed by seed: beyond twice the standard error of the difference."""
    gap, error = figures.gap_of_rates(result)
    answer = None if abs(gap) < 2 * error else gap < 0
    words = f"{gap:+.2f} ± {error:.2f}, {seeds_of(result, 'mixed rates')} seeds in pairs"
    return "frame rates in order beat the same mixed", VERDICTS[answer], words


def table(rows: list[Row]) -> str:
    return "\n".join(f"{words:42} {verdict:20} {numbers}" for words, verdict, numbers in rows)
