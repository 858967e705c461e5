"""Two captioners that write one sentence: of frames and of flow, as in the paper, and the controls.

The paper averages the words of a captioner that reads frames and of one that reads flow. Two
captioners may be better than one for two reasons: they see different things, or they err in
different ways. So two captioners of frames, which differ in their seeds alone, are mixed as well.

Source: Venugopalan and others, Sequence to Sequence – Video to Text, ICCV 2015, section 4.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from lstm_video_lab.lessons.video_to_text.experiment import (
    SEEDS,
    SIZES,
    TESTS,
    Sizes,
    clips,
    score,
    train_captioner,
)
from lstm_video_lab.lessons.video_to_text.model import Captioner, Mixture, generate
from lstm_video_lab.training.trials import mean_and_std, resume_trials

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # of the captioner of frames, in each word
HALF = 0.5
TWO_OF_FRAMES = "two of frames"


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train a captioner of frames and one of flow with each seed, and mix them."""
    sizes = SIZES[scale]
    of_frames: dict[int, Captioner] = {}

    def work(point: dict[str, Any]) -> dict[str, Any]:
        seed = point["seed"]
        for needed in (seed, _partner(seed)):
            if needed not in of_frames:
                of_frames[needed], _ = train_captioner(sizes, needed)
        of_flow, _ = train_captioner(sizes, seed, kind="flow")
        scores = {}
        for share in SHARES:
            scores[str(share)] = _scores(Mixture(of_frames[seed], of_flow, share), sizes, "flow")
        pair = Mixture(of_frames[seed], of_frames[_partner(seed)], HALF)
        return {"shares": scores, TWO_OF_FRAMES: _scores(pair, sizes, "frames")}

    points = [{"seed": seed} for seed in SEEDS]
    runs: list[dict[str, Any]] = []
    log = out / "runs" / f"mixed_captioners-{scale}.jsonl"
    for row, is_new in resume_trials(log, points, work):
        runs.append(row)
        if is_new:
            yield f"seed {row['seed']}: {row['shares'][str(HALF)]}"
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "sizes": sizes._asdict(),
        "runs": runs,
    }


def _partner(seed: int) -> int:
    """The seed of the other captioner of frames: the next one, round in a circle."""
    return SEEDS[(SEEDS.index(seed) + 1) % len(SEEDS)]


def _scores(mixture: Mixture, sizes: Sizes, other: str) -> dict[str, dict[str, float]]:
    """`score` on each of TESTS; other: what the second captioner reads, "frames" or "flow"."""
    scores = {}
    for test in TESTS:
        first, _, labels = clips(sizes, test)
        second, _, _ = clips(sizes, test, kind=other)
        captions, _ = generate(mixture, torch.cat([first, second], -1))
        scores[test] = score(captions, labels)
    return scores


def across_shares(result: dict[str, Any], test: str, measure: str) -> dict[float, tuple]:
    """Mean and spread over seeds of a measure, for each share of the captioner of frames."""
    found = {}
    for share in result["runs"][0]["shares"]:
        found[float(share)] = mean_and_std(
            [run["shares"][share][test][measure] for run in result["runs"]]
        )
    return found


def of_two(result: dict[str, Any], test: str, measure: str) -> tuple[float, float]:
    """Mean and spread of a measure for two captioners of frames, mixed half and half."""
    return mean_and_std([run[TWO_OF_FRAMES][test][measure] for run in result["runs"]])
