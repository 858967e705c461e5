"""The report's claims, beside what is found here."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.ladder_claims.trials import Result, each_of, gap_of, gather

Row = tuple[str, str, str]  # claim, verdict, numbers
VERDICTS = {True: "reproduced", False: "the other way", None: "not clear"}
UNIT = {"mse": "squared error", "dssim": "DSSIM", "checks": "chessboard, %", "blocks": "blocks, %"}
NAMES = {
    "base": "5 in, 1 out",
    "three at once": "3 in, 3 at once",
    "one from three": "3 in, 1 out",
    "from three, own frames": "own frames",
}


def is_lower(result: Result, a: str, b: str, *keys: Any) -> bool | None:
    """Is trial a's figure below b's in every pair of seeds, or above in every one? Else None."""
    gap, _, alike, pairs = gap_of(result, a, b, *keys)
    return gap < 0 if alike and pairs > 1 else None


def claim(result: Result, words: str, a: str, b: str, *keys: Any, names: str = "") -> Row:
    """A claim that trial a's figure is below b's; names: of both, as "a|b"."""
    called = names.split("|") if names else [NAMES.get(name, name) for name in (a, b)]
    parts = []
    for name, trial in zip(called, (a, b), strict=True):
        mean, spread, _ = gather(result, trial, *keys)
        parts.append(f"{name} {mean:.3g} ± {spread:.2g}")
    at = f", frame {9 + keys[1]}" if len(keys) > 1 else ""
    verdict = VERDICTS[is_lower(result, a, b, *keys)]
    return words, verdict, f"{UNIT[keys[0]]}{at}: {', '.join(parts)}"


def of_feeding_back(result: Result) -> list[Row]:
    """What is predicted at once or fed back, from how many, and in which training."""
    one, three, own = "one from three", "three at once", "from three, own frames"
    return [
        claim(result, "One from five, fed back, beats three from three", "base", three, "mse", 0),
        claim(result, "… at the third frame, too", "base", three, "mse", 2),
        claim(result, "… and blurs less there", "base", three, "dssim", 2),
        claim(result, "One from three, fed back, beats three at once", one, three, "mse", 0),
        claim(result, "… at the third frame, too", one, three, "mse", 2),
        claim(result, "Own frames in training: worse at first", one, own, "mse", 0),
        claim(result, "… and better far ahead", own, one, "mse", 8),
    ]


def of_grids(result: Result) -> list[Row]:
    """What enlarging leaves on natural clips, beside what true frames have."""
    return [
        _of_grid(result, "Pixel shuffle leaves a chessboard", "photo shuffle", "checks"),
        _of_grid(result, "… full resolution does not", "photo none", "checks", is_free=True),
        _of_grid(result, "Pixel shuffle leaves blocks", "photo shuffle", "blocks"),
        _of_grid(result, "Nearest leaves blocks", "photo nearest", "blocks"),
    ]


def _of_grid(result: Result, words: str, name: str, key: str, is_free: bool = False) -> Row:
    """A claim that there is a grid, or none (`is_free`): twice what true frames have, at least."""
    truth = result["baselines"]["colour"]["truth"][key]
    has_grid = {value > 2 * abs(truth) for value in each_of(result, name, key)}
    verdict = VERDICTS[has_grid.pop() != is_free if len(has_grid) == 1 else None]
    mean, spread, _ = gather(result, name, key)
    numbers = f"{UNIT[key]}: {100 * mean:.3g} ± {100 * spread:.2g}, true frames {100 * truth:.2g}"
    return words, verdict, numbers


def of_the_rest(result: Result) -> list[Row]:
    """Clips, frame rates, places, rungs, copying, and what is out of reach."""
    heads = result["trials"]["actions/0"]["actions"]
    named = max(gather(result, "actions", "actions", head)[0] for head in heads)
    few = "40|5"
    mixed = "in order|mixed"
    rungs = "two|fine alone"
    return [
        claim(result, "40 clips are better than 5", "40 clips", "5 clips", "mse", 0, names=few),
        claim(result, "Falling frame rates help", "25, 15, 10", "mixed rates", "mse", 0,
              names=mixed),
        claim(result, "Places help", "base", "nowhere", "mse", 0, names="learned maps|none"),
        claim(result, "Coordinates do better than maps", "coordinates", "base", "mse", 0,
              names="coordinates|learned maps"),
        claim(result, "Two rungs beat the fine one", "base", "fine rung alone", "mse", 0,
              names=rungs),
        claim(result, "… at the ninth frame", "base", "fine rung alone", "mse", 8, names=rungs),
        _of_copying(result),
        ("States name 59 % of UCF-101", "out of reach", f"5 actions: {named:.1f} %, chance 20 %"),
        ("300,000 steps on UCF-101 blur", "out of reach", "six days of a GPU, and UCF-101"),
    ]  # fmt: skip


def _of_copying(result: Result) -> Row:
    copied = result["baselines"]["colour"]["copy last"]["mse"][2]
    errors = each_of(result, "copy path", "mse", 2)
    beaten = {error < copied for error in errors}
    verdict = VERDICTS[beaten.pop() if len(beaten) == 1 and len(errors) > 1 else None]
    mean, spread, seeds = gather(result, "copy path", "mse", 2)
    return (
        "A path that copies beats copying",
        verdict,
        f"squared error, frame 11: {mean:.3g} ± {spread:.2g} ({seeds} seeds), copy {copied:.3g}",
    )


def table(rows: list[Row]) -> str:
    """A claim and its verdict a line, with its numbers below."""
    return "\n".join(f"{words:48} {verdict}\n    {numbers}" for words, verdict, numbers in rows)
