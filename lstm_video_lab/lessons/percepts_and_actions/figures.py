"""The pictures of lesson 12: accuracies and gains of the trials, and one clip with its answers.

L frames of a block, B clips, K classes.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.lessons.percepts_and_actions.few_labels import (
    CHANCE,
    SETS,
    TABLE3,
    accuracies,
    gain,
    levels,
)
from lstm_video_lab.lessons.percepts_and_actions.model import WAYS, pool
from lstm_video_lab.plots.canvas import Picture, draw_levels, draw_lines, room_for
from lstm_video_lab.plots.page import Page
from lstm_video_lab.training.trials import mean_and_std

ROW = 24  # pixels, the height of a class in the picture of answers
STARTS = {"random": "random weights", "composite": "composite, pretrained"}
POOLED = {"mean": "mean of all steps", "last": "last step alone", "max": "maximum over steps"}
ENCODER = {
    "best": "is trained in the best of the three ways, chosen on clips that are not tested",
    "trained": "is trained on",
    "gently": "is trained on, ten times more gently",
    "frozen": "stays as it starts",
}


def overview(result: dict[str, Any]) -> Picture:
    """Accuracies against labelled clips as bars: pretrained beside random weights."""
    counts = result["sizes"]["labelled"]
    heights, spreads = {}, {}
    for start in STARTS:
        each = [mean_and_std(accuracies(result, start=start, labelled=n)) for n in counts]
        heights[start] = [round(value, 1) for value, _ in each]
        spreads[start] = [spread for _, spread in each]
    return plots.bars(
        [str(n) for n in counts],
        heights,
        spreads,
        {"chance": CHANCE},
        ylabel="accuracy on test clips, %",
        title=f"Labelled clips per class, mean and spread over draws ({result['scale']} scale)",
    )


def draw_table(result: dict[str, Any]) -> Picture:
    """What each of Table 3's features gains over random weights with few labels, and published."""
    few = result["sizes"]["few"]
    names = [name for name in TABLE3 if name != "random"]
    ours = [gain(result, name, labelled=few) for name in names]
    here = f"here, {few} a class"
    heights = {here: [round(value, 1) for value, _ in ours]}
    for which in ("UCF small", "HMDB small"):
        k = SETS.index(which)
        heights[f"paper, {which}"] = [round(TABLE3[n][k] - TABLE3["random"][k], 1) for n in names]
    words = ", ".join(
        f"{name} {value:+.1f} ± {error:.1f}"
        for name, (value, error) in zip(names, ours, strict=True)
    )
    return plots.bars(
        [name.replace("conditional", "cond.") for name in names],
        heights,
        {here: [error for _, error in ours]},
        text=f"Points gained over random weights with {few} labelled clips of a class, ± standard "
        f"error over draws: {words}. The paper gives no error bars. Stored results, "
        f"{result['scale']} scale.",
        ylabel="points gained over random weights",
    )


def draw_cases(
    result: dict[str, Any], cases: dict[str, dict[str, Any]], way: str = "mean", text: str = ""
) -> Picture:
    """Accuracies of cases, name -> what `accuracies` is asked for, with few labels and with all."""
    counts = result["sizes"]["few"], result["sizes"]["labelled"][-1]
    heights: dict[str, list[float]] = {f"{n} labelled clips a class": [] for n in counts}
    spreads: dict[str, list[float]] = {f"{n} labelled clips a class": [] for n in counts}
    words = []
    for name, wanted in cases.items():
        parts = []
        for n, group in zip(counts, heights, strict=True):
            values = accuracies(result, labelled=n, **({"way": way} | wanted))
            value, spread = mean_and_std(values)
            heights[group].append(round(value, 1))
            spreads[group].append(spread)
            parts.append(f"{value:.1f} ± {spread:.1f} %")
        words.append(f"{name}: {', '.join(parts)}")
    return plots.bars(
        list(cases),
        heights,
        spreads,
        {"chance": CHANCE},
        f"{text}With {counts[0]} and {counts[1]} labelled clips of a class, {'; '.join(words)} "
        f"(mean ± spread over draws). Stored results, {result['scale']} scale.",
        ylabel="accuracy on test clips, %",
    )


def draw_labels(result: dict[str, Any], way: str = "mean", encoder: str = "best") -> Picture:
    """Accuracy of pretrained and random weights against labelled clips of a class, with spread."""
    counts = result["sizes"]["labelled"]
    page = Page()
    page.gap(14)
    labels = ("labelled clips of each class", "accuracy on test clips, %")
    axes = page.chart(290, ["composite, pretrained 12.3"], *labels, margin=40, below=56)
    means, spreads = {}, {}
    for start in STARTS:
        each = []
        for n in counts:
            values = accuracies(result, way, start=start, labelled=n, encoder=encoder)
            each.append(mean_and_std(values))
        means[start], spreads[start] = zip(*each, strict=True)
    ends = draw_lines(axes, {STARTS[start]: (counts, means[start]) for start in STARTS})
    for line, start in zip(axes.lines, STARTS, strict=True):
        look: dict[str, Any] = {"fmt": "none", "ecolor": line.get_color(), "capsize": 4}
        axes.errorbar(counts, means[start], spreads[start], **look)
    ends += draw_levels(axes, levels(result))
    axes.set(xscale="log", ylim=(0, 80), xticks=counts, xticklabels=[str(n) for n in counts])
    axes.minorticks_off()
    page.label_ends(axes, ends)
    gains = [gain(result, way=way, labelled=n, encoder=encoder) for n in counts]
    words = ", ".join(f"{n}: {m:+.1f} ± {e:.1f}" for n, (m, e) in zip(counts, gains, strict=True))
    fewest_and_most = {
        start: " and ".join(f"{means[start][k]:.1f} ± {spreads[start][k]:.1f} %" for k in (0, -1))
        for start in STARTS
    }
    return page.finish(
        f"{POOLED[way].capitalize()}; the encoder {ENCODER[encoder]}. With {counts[0]} and "
        f"{counts[-1]} clips of a class: {fewest_and_most['random']} from random weights, "
        f"{fewest_and_most['composite']} pretrained. Points gained, ± standard error: {words}. "
        f"Bars: spread over {result['sizes']['draws']} draws. Stored results, {result['scale']} "
        "scale.",
    )


def draw_answers(frames: Tensor, logits: Tensor, action: int) -> Picture:
    """A clip (L, S, S) over the probabilities of the classes after each frame, logits (L, K)."""
    page = Page(room_for([*ACTIONS, "frame"]))
    shown, pitch = page.frames({"clip": frames}, above=24, right=60)
    page.gap(12)
    for k, name in enumerate(ACTIONS):
        look = {"weight": "bold"} if k == action else {}
        page.lines([name], ROW, k * ROW, **look)
    probabilities = logits.softmax(-1)[list(shown)]  # (L shown, K)
    width = len(shown) * pitch
    page.strip(probabilities, ROW * len(ACTIONS), width=width, limits=(0, 1), below=12)
    return page.finish(_describe_answers(logits, action))


def _describe_answers(logits: Tensor, action: int) -> str:
    """The first and the last answer, and what each way makes of all of them."""
    p = logits.softmax(-1)
    ways = "; ".join(f"{way}: {_likeliest(pool(logits[:, None], way)[0])}" for way in WAYS)
    return (
        f"The truth: {ACTIONS[action]}. Answers, after frame 1: {_likeliest(p[0])}; after frame "
        f"{len(p)}: {_likeliest(p[-1])}. All steps as one answer, {ways}. Bright: near certain."
    )


def _likeliest(probabilities: Tensor) -> str:
    best = int(probabilities.argmax())
    return f"{ACTIONS[best]} ({probabilities[best]:.2f})"
