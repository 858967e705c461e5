"""Actions: what a classifier says after every frame, and what labels and pretraining are worth.

L frames of a block, B films, K classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.lessons.percepts_and_actions.few_labels import CHANCE, accuracies, gain
from lstm_video_lab.lessons.percepts_and_actions.model import WAYS, pool
from lstm_video_lab.plots import film, lay_film, lay_strip
from lstm_video_lab.plots.canvas import (
    FONT,
    INK,
    WIDTH,
    Picture,
    add_axes,
    draw_levels,
    draw_lines,
    finish,
    label_ends,
    room_for,
    sheet,
    write,
)
from lstm_video_lab.training.trials import mean_and_std
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

STARTS = {"random": "random weights", "composite": "composite, pretrained"}
POOLED = {"mean": "mean of all steps", "last": "last step alone", "max": "maximum over steps"}
ENCODER = {
    "best": "is trained in the best of the three ways, chosen on films that are not tested",
    "trained": "is trained on",
    "gently": "is trained on, ten times more gently",
    "frozen": "stays as it starts",
}


class ActionExplorer(LabWidget):
    """Choose a film; see it, and what the classifier answers after each of its frames.

    frames: (L, B, S, S) uint8; labels: (B,); logits: (L, B, K), the classifier's answers.
    """

    title = "one film and the answers after each frame"

    def __init__(self, frames: Tensor, labels: Tensor, logits: Tensor) -> None:
        self.frames, self.labels, self.logits = frames, labels, logits
        super().__init__()

    def controls(self) -> dict[str, Any]:
        there = [(name, k) for k, name in enumerate(ACTIONS) if (self.labels == k).any()]
        fewest = min(int((self.labels == k).sum()) for _, k in there)
        return {
            "action": dropdown("Action", there[-1][1], there),
            "number": slider("Film", 1, 1, fewest),
        }

    def render(self, action: int, number: int) -> Picture:
        n = int(torch.nonzero(self.labels == action)[number - 1, 0])
        return draw_answers(self.frames[:, n], self.logits[:, n], action)


def draw_answers(frames: Tensor, logits: Tensor, action: int) -> Picture:
    """A film (L, S, S) over the probabilities of the classes after each frame, logits (L, K)."""
    left = room_for([*ACTIONS, "frame"])
    image, shown = film({"film": frames}, WIDTH - left - 60)
    given = logits.softmax(-1)[list(shown)]  # (L shown, K)
    row, top = 24, 36 + image.shape[0]
    figure = sheet(WIDTH, top + row * len(ACTIONS) + 12)
    lay_film(figure, image, ["film"], [1 + t for t in shown], left, 24)
    lay_strip(figure, given, left, top, image.shape[1], row * len(ACTIONS), limits=(0, 1))
    for k, name in enumerate(ACTIONS):
        look = {"weight": "bold"} if k == action else {}
        write(figure, name, left - 8, top + (k + 0.5) * row, ha="right", va="center", **look)
    return finish(figure, _describe_answers(logits, action))


def _describe_answers(logits: Tensor, action: int) -> str:
    """The first and the last answer, and what each way makes of all of them."""
    given = logits.softmax(-1)
    moments = [(1, given[0]), (len(given), given[-1])]
    said = "; ".join(f"after frame {t}: {_likeliest(p)}" for t, p in moments)
    ways = "; ".join(f"{way}: {_likeliest(pool(logits[:, None], way)[0])}" for way in WAYS)
    return (
        f"The truth: {ACTIONS[action]}. Answers, {said}. All steps as one answer, {ways}. "
        "Bright: near certain."
    )


def _likeliest(probabilities: Tensor) -> str:
    best = int(probabilities.argmax())
    return f"{ACTIONS[best]} ({probabilities[best]:.2f})"


class LabelsExplorer(LabWidget):
    """The curve of accuracy against labelled films; `result`: `load_result("actions")`."""

    title = "accuracy against labelled films"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        def turned(words: dict) -> list:
            return [(text, value) for value, text in words.items()]

        return {
            "way": dropdown("Answer", "mean", turned(POOLED)),
            "encoder": dropdown("Encoder", "best", turned(ENCODER)),
        }

    def render(self, way: str, encoder: str) -> Picture:
        return draw_labels(self.result, way, encoder)


def draw_labels(result: dict[str, Any], way: str = "mean", encoder: str = "best") -> Picture:
    """Accuracy of pretrained and random weights against labelled films of a class, with spread."""
    counts = result["sizes"]["labelled"]
    found = {
        start: np.array(
            [
                mean_and_std(accuracies(result, way, start=start, labelled=n, encoder=encoder))
                for n in counts
            ]
        )
        for start in STARTS
    }  # (counts, 2) each
    figure = sheet(WIDTH, 360)
    axes = add_axes(figure, 72, 14, WIDTH - 72 - room_for(["composite, pretrained 12.3"]) - 40, 290)
    ends = draw_lines(axes, {STARTS[s]: (counts, each[:, 0]) for s, each in found.items()})
    for line, each in zip(axes.lines, found.values(), strict=True):
        middle, spread = each.T
        axes.errorbar(counts, middle, spread, fmt="none", ecolor=line.get_color(), capsize=4)
    ends += draw_levels(axes, levels(result))
    axes.set(xscale="log", ylim=(0, 80), xticks=counts, xticklabels=[str(n) for n in counts])
    axes.minorticks_off()
    axes.set_xlabel("labelled films of each class", color=INK, fontsize=FONT)
    axes.set_ylabel("accuracy on test films, %", color=INK, fontsize=FONT)
    label_ends(figure, axes, ends)
    gains = [gain(result, way=way, labelled=n, encoder=encoder) for n in counts]
    said = ", ".join(f"{n}: {m:+.1f} ± {e:.1f}" for n, (m, e) in zip(counts, gains, strict=True))
    return finish(
        figure,
        f"{POOLED[way].capitalize()}; the encoder {ENCODER[encoder]}. With {counts[0]} and "
        f"{counts[-1]} films of a class: {_range(found['random'])} from random weights, "
        f"{_range(found['composite'])} pretrained. Points gained, ± standard error: {said}. Bars: "
        f"spread over {result['sizes']['draws']} draws. Stored results, {result['scale']} scale.",
    )


def _range(found: np.ndarray) -> str:
    return " and ".join(f"{middle:.1f} ± {spread:.1f} %" for middle, spread in found[[0, -1]])


def levels(result: dict[str, Any]) -> dict[str, float]:
    """Chance, and what single frames give with the most labels."""
    alone = accuracies(result, start="random", labelled=result["sizes"]["labelled"][-1], length=1)
    return {"chance": CHANCE, "single frames": mean_and_std(alone)[0]}
