"""Three digits one after another, told in their order: a world in which the order is all there is.

In each third of a clip stands one digit, at a place of its own, and no digit comes twice. The
sentence names them as they came: "three then eight then one". Shuffled frames show the same three
digits, and the mean of all percepts holds them too, but neither says which was first. T frames,
B clips, S side of a frame, s side of a digit, X numbers of a percept.

Source of the comparison: Venugopalan and others, Sequence to Sequence – Video to Text, ICCV 2015.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import percepts, pretrained
from lstm_video_lab.checks import LabError
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average, render, uniforms
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.lessons.video_to_text.data import END, LANGUAGES
from lstm_video_lab.lessons.video_to_text.experiment import (
    PERCEPT_NET,
    SEEDS,
    SIZES,
    Sizes,
    order_frames,
    percent,
    train_on,
)
from lstm_video_lab.lessons.video_to_text.model import Captioner, generate
from lstm_video_lab.training.trials import mean_and_std, resume_trials

VARIANTS = {"mean pool": "mean", "shuffled": "shuffled", "in order": "kept"}
NAMES = LANGUAGES["english"][0]  # of the digits
WORDS = (END, *sorted([*NAMES, "then"]))
PARTS = 3  # digits of a clip


class DigitsInTurn:
    """Clips of three digits, one after another; clip n is a pure function of (seed, n).

    digits: a `Digits`; num_frames: T, a multiple of three. Raises ValueError for another T.
    """

    def __init__(
        self,
        digits: Digits,
        num_frames: int = 12,
        image_size: int = 32,
        digit_size: int = 10,
        seed: int = 0,
    ) -> None:
        if num_frames < PARTS or num_frames % PARTS:
            raise LabError(f"num_frames={num_frames}: use a multiple of {PARTS}, so many digits")
        self.digits, self.num_frames, self.seed = digits, num_frames, seed
        self.image_size, self.digit_size = image_size, digit_size
        self._images = area_average(digits.images, digit_size)  # (N, s, s)

    def labels(self, index: int, batch_size: int) -> np.ndarray:
        """The three digits of each clip, as they come: (B, 3)."""
        u = uniforms(self.seed, index * batch_size, batch_size, 10)[..., 0]  # (B, 10)
        return u.argsort(1)[:, :PARTS]

    def captions(self, index: int, batch_size: int) -> list[str]:
        """What is said of each clip."""
        return [sentence(row) for row in self.labels(index, batch_size)]

    def batch(self, index: int, batch_size: int) -> Tensor:
        """Clips index·B … index·B + B − 1: uint8 (T, B, S, S)."""
        u = uniforms(self.seed, index * batch_size, batch_size, 10)[:, :PARTS, 1:4]  # (B, 3, 3)
        labels = self.labels(index, batch_size)
        box = self.image_size - self.digit_size
        places = (u[..., 1:] * (box + 1)).astype(np.int64)  # (B, 3, 2)
        thirds = []
        for part in range(PARTS):
            images = []
            for label, share in zip(labels[:, part], u[:, part, 0], strict=True):
                of_label = np.flatnonzero(self.digits.labels == label)
                images.append(self._images[of_label[int(share * len(of_label))]])
            frame = render(np.stack(images)[:, None], places[None, :, part, None], self.image_size)
            thirds.append(frame.expand(self.num_frames // PARTS, -1, -1, -1))
        return torch.cat(thirds)


def sentence(digits: Any) -> str:
    """The digits in words, "three then eight then one"."""
    return " then ".join(NAMES[digit] for digit in digits)


@cache
def clips(sizes: Sizes, order: str = "kept", is_test: bool = False) -> tuple:
    """Percepts (T, N, X), captions and digits (N, 3); order: see `experiment.clips`."""
    digits = load_digits("embedded", "test" if is_test else "train")
    data = DigitsInTurn(digits, sizes.frames, seed=1 if is_test else 0)
    N = sizes.tests if is_test else sizes.films
    net = pretrained.load_pretrained(PERCEPT_NET)
    inputs = percepts.percepts(net.features, data.batch(0, N)).flatten(2)
    return order_frames(inputs, order), data.captions(0, N), data.labels(0, N)


def train(sizes: Sizes, order: str, seed: int = 0, note: str = "") -> tuple[Captioner, list[float]]:
    """A captioner of this world, and its losses in nats per caption."""
    inputs, captions, _ = clips(sizes, order)
    return train_on(inputs, captions, WORDS, sizes, seed, note)


def score(captions: list[str], digits: np.ndarray) -> dict[str, float]:
    """BLEU, and in % of clips: the three digits named "in any order", and all "in order"."""
    from sacrebleu.metrics import BLEU

    references = [[sentence(row) for row in digits]]
    said = [[NAMES.index(word) for word in c.split() if word in NAMES] for c in captions]
    alike = [sorted(a) == sorted(b) for a, b in zip(said, digits.tolist(), strict=True)]
    same = [caption == one for caption, one in zip(captions, references[0], strict=True)]
    return {
        "BLEU": BLEU(tokenize="none").corpus_score(captions, references).score,
        "in any order": percent(alike),
        "in order": percent(same),
    }


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train each variant with each seed; one that is done is not trained again."""
    sizes = SIZES[scale]._replace(frames=12 if scale != "smoke" else 3)

    def work(point: dict[str, Any]) -> dict[str, Any]:
        order = VARIANTS[point["variant"]]
        model, _ = train(sizes, order, point["seed"])
        inputs, _, digits = clips(sizes, order, is_test=True)
        return {"test": score(generate(model, inputs)[0], digits)}

    points = [{"variant": name, "seed": seed} for name, seed in product(VARIANTS, SEEDS)]
    runs: list[dict[str, Any]] = []
    for row, is_new in resume_trials(out / "runs" / f"digit_order-{scale}.jsonl", points, work):
        runs.append(row)
        if is_new:
            yield f"{row['variant']} {row['seed']}: {row['test']}"
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "sizes": sizes._asdict(),
        "runs": runs,
        "means": {name: _summary(runs, name) for name in VARIANTS},
    }


def _summary(runs: list[dict[str, Any]], variant: str) -> dict[str, dict[str, Any]]:
    """Mean, spread and seeds of each measure of a variant."""
    mine = [run["test"] for run in runs if run["variant"] == variant]
    found = {}
    for measure in mine[0]:
        values = [one[measure] for one in mine]
        mean, spread = mean_and_std(values)
        found[measure] = {"mean": mean, "spread": spread, "seeds": values}
    return found
