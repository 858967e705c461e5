"""The pictures of lesson 01: accuracy of the copy task, gradients in time, the price of memory.

T time, k steps back from the last step, S seeds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import ArrayLike

from lstm_video_lab import plots
from lstm_video_lab.lessons.recurrence_and_memory import memory
from lstm_video_lab.lessons.recurrence_and_memory.experiment import SYMBOLS
from lstm_video_lab.plots.canvas import (
    BLUE,
    DPI,
    FAINT,
    INK,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    as_array,
    draw_levels,
    draw_lines,
    series_style,
    write,
    write_key,
)
from lstm_video_lab.plots.page import Page

UNROLLED = 190  # pixels, the height of the unrolled picture
LEFT, ROOM = 96, WIDTH - 96 - 76  # where time begins, and its width
FAR = 6.0  # powers of ten at the ends of the strip's colours
FATES = (  # below that power of ten
    (-3.0, "it has vanished"),
    (-1.0, "it is faint"),
    (1.0, "it still counts"),
    (3.0, "it has grown"),
    (np.inf, "it has exploded"),
)


def overview(result: dict[str, Any]) -> plots.Picture:
    """Accuracy on the copy task against the delay, the mean over seeds, from `run`'s result."""
    lines, words = {}, []
    for name, trained in result["copy"].items():
        means = [sum(seeds) / len(seeds) for seeds in trained["accuracy"]]
        lines[name] = (result["delays"], means)
        solved = [sum(one >= 0.99 for one in seeds) for seeds in trained["accuracy"]]
        words.append(f"{name} {', '.join(map(str, solved))}")
    text = (
        f"Accuracy against the delay, mean of {result['seeds']} seeds, after at most "
        f"{result['steps']} steps; chance is {1 / SYMBOLS:.2f}. Seeds that reach 0.99 at delays "
        f"{', '.join(map(str, result['delays']))}: {'; '.join(words)} ({result['scale']} scale)."
    )
    return _draw_families(lines, result, text)


def _draw_families(
    lines: Mapping[str, tuple[Sequence[int], Sequence[float]]], result: dict[str, Any], text: str
) -> Picture:
    """A panel for each kind of cell: seeds as dots, their mean as a line."""
    kinds = dict.fromkeys(re.split("[ ,]", name)[0] for name in lines)  # RNN, GRU, LSTM
    page = Page(least=WIDTH)
    room = (WIDTH - 60) / len(kinds)
    for n, kind in enumerate(kinds):
        page.write(kind, 56 + n * room, 6, weight="bold")
    page.gap(34)
    keys = []
    for n, kind in enumerate(kinds):
        labels = ("delay, steps", "" if n else "accuracy")
        axes = page.axes(230, 56 + n * room, room - 26, *labels, below=-230)
        ours = {name: line for name, line in lines.items() if re.split("[ ,]", name)[0] == kind}
        draw_lines(axes, ours)
        for k, name in enumerate(ours):
            _draw_seeds(axes, result["delays"], result["copy"][name]["accuracy"], k)
            keys.append((name, series_style(k) | {"markevery": [2]}, 56 + n * room, 20 * k))
        draw_levels(axes, {"chance": 1 / SYMBOLS})
        axes.set_ylim(0, 1.05)
        axes.tick_params(labelleft=n == 0)
    page.gap(278)
    for name, style, left, down in keys:
        page.drawing(0, write_key, name, style, left, page.top + down)
    page.gap(66)
    return page.finish(text)


def _draw_seeds(axes: Axes, delays: Sequence[int], accuracy: Sequence, k: int) -> None:
    """Each seed of series k as a faint dot, a little beside those of other series."""
    for delay, seeds in zip(delays, accuracy, strict=True):
        look = {"color": series_style(k)["color"], "alpha": 0.5, "markersize": 5.0}
        axes.plot([delay + 0.6 * k] * len(seeds), seeds, "o", **look)


def draw_gains(gains: ArrayLike, cell: str, scale: float, length: int, back: int) -> Picture:
    """The last `length` steps, unrolled, as a strip of norms, and as a curve.

    `gains` (S, T + 1): ‖∂s(T)/∂s(T−k)‖ for each seed; `back`: the k that is looked at.
    """
    powers = np.log10(as_array(gains)[:, : length + 1])  # (S, k)
    mean = powers.mean(0)
    page = Page(LEFT, least=WIDTH)  # of the unrolled steps
    page.drawing(UNROLLED, draw_unrolled, mean, back)
    strip = np.clip(powers.T[::-1], -FAR, FAR)  # (k, S), the last step at the right
    marks: dict[str, Any] = {"mark": length - back, "limits": (-FAR, FAR)}
    page.strip(strip, 54, "each seed", width=ROOM, below=4, **marks)
    page.write("power of 10", WIDTH - 4, ha="right", fontsize=SMALL, color=FAINT)
    page.gap(22)
    labels = ("steps back from the last step", "norm, power of 10")
    axes = page.axes(172, LEFT, ROOM, *labels)
    steps = -np.arange(length + 1)
    axes.plot(steps, powers.T, color=FAINT, linewidth=0.8, alpha=0.7)
    axes.plot(steps, mean, color=BLUE, linewidth=2.2)
    axes.plot([-back], [mean[back]], "o", color=VERMILLION, markersize=8)
    axes.axhline(0, color=INK, linewidth=1.1, linestyle=(0, (6, 3)))
    axes.set_xlim(-length - 0.5, 0.5)
    low, high = min(-1.0, powers.min()), max(1.0, powers.max())
    axes.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):g}")
    return page.finish(describe_gains(powers, cell, scale, back))


def describe_gains(powers: np.ndarray, cell: str, scale: float, back: int) -> str:
    """In words: what is left of a change `back` steps ago; `powers` (S, k) are of ten."""
    here = powers[:, back]
    mean = here.mean()
    fate = next(words for most, words in FATES if mean < most)
    spread = f"{number(here.min())} to {number(here.max())}"
    return (
        f"{cell}, weight scale {scale:g}: a small change of the state {back} steps before the end "
        f"reaches the end at most {number(mean)} times as large: {fate}. (Geometric mean of the "
        f"seeds; {len(powers)} measured, {spread}.) "
        f"On average that is × {10 ** (mean / back):.3f} for each step; at × 1, the dashed line, "
        "nothing would be lost or blown up."
    )


def number(power: float) -> str:
    """10 to that power in a few letters."""
    plain = 10**power
    if 0.001 <= plain < 10_000:
        return f"{plain:.3g}"
    exponent = int(np.floor(power))
    mantissa = f"{10 ** (power - exponent):.1f}"
    return f"{mantissa}·10^{exponent}".replace("-", "−")


def draw_unrolled(figure: Figure, powers: np.ndarray, back: int) -> None:
    """The steps from T − back to T as boxes; backwards arrows are as thick as the gradient."""
    nodes = list(range(back, -1, -1))  # k of every box, the last step at the right
    if back > 6:
        nodes = [back, back - 1, back - 2, 2, 1, 0]
    gap = (WIDTH - 120) / (len(nodes) - 1)
    y, radius = 84, 25
    flip = Affine2D().scale(1, -1).translate(0, figure.get_size_inches()[1] * DPI)
    for n, k in enumerate(nodes):
        x = 60 + n * gap
        hue = VERMILLION if k == back else BLUE if k == 0 else INK
        circle = Circle((x, y), radius, facecolor="white", edgecolor=hue, linewidth=2)
        _add(figure, circle, flip)
        write(figure, "s(T)" if k == 0 else f"s(T−{k})", x, y, ha="center", va="center", fontsize=9)
        _arrow(figure, (x, y + 62), (x, y + radius + 2), 1.2, FAINT, flip)
        write(figure, "x", x + 7, y + 48, fontsize=SMALL, color=FAINT)
        if k == 0:
            continue
        after = nodes[n + 1]
        ends = (x + radius + 3, x + gap - radius - 3)
        _arrow(figure, (ends[0], y + 9), (ends[1], y + 9), 1.2, FAINT, flip)
        thick = float(np.clip(3 + powers[k] / 1.5, 0.5, 7))
        _arrow(figure, (ends[1], y - 9), (ends[0], y - 9), thick, VERMILLION, flip)
        factor = f"× {number(powers[k] - powers[after])}"
        if k - after > 1:
            factor += f"\n{k - after} steps"
        write(figure, factor, x + gap / 2, y - 20, ha="center", va="bottom", fontsize=SMALL)
    total = f"{number(powers[back])} = product of the factors: the norm of ∂s(T)/∂s(T−{back})"
    write(figure, total, 12, 8, weight="bold")
    write(figure, "→ the network runs   ← the gradient runs", 12, y + 76, fontsize=9, color=FAINT)


def _arrow(figure: Figure, start, end, width: float, colour: str, place: Transform) -> None:
    look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9 + 1.5 * width}
    arrow = FancyArrowPatch(start, end, color=colour, linewidth=width, shrinkA=0, shrinkB=0, **look)
    _add(figure, arrow, place)


def _add(figure: Figure, artist: Any, place: Transform) -> None:
    artist.set_transform(place)
    figure.add_artist(artist)


def draw_memories(result: Mapping[str, Any], chosen: int) -> Picture:
    """Left: accuracy of recall against T; right: numbers that are kept. `chosen`: which T."""
    lengths, panels = result["lengths"], {}
    panels["part of the symbols given back"] = {
        name: (lengths, np.mean(rows, 1)) for name, rows in result["recall"].items()
    }
    panels["numbers kept"] = {
        name: (lengths, [memory.numbers_stored(units, n) for n in lengths])
        for name, units in memory.MEMORIES.items()
    }
    page = Page(least=WIDTH)
    for n, title in enumerate(panels):
        page.write(title, 10 + n * WIDTH / 2, 6, weight="bold")
    page.gap(40)
    for n, lines in enumerate(panels.values()):
        axes = page.axes(262, 50 + n * WIDTH / 2, 190, "frames T", below=-262)
        axes.set_xscale("log")
        axes.axvline(lengths[chosen], color=FAINT, linewidth=6, alpha=0.3)
        ends = draw_lines(axes, lines)
        if n == 0:
            for rows in result["recall"].values():
                axes.vlines(lengths, np.min(rows, 1), np.max(rows, 1), color=INK, linewidth=1)
            axes.set_ylim(0, 1.05)
            chance: dict[str, Any] = {"color": INK, "linestyle": (0, (6, 3)), "linewidth": 1.1}
            axes.axhline(1 / memory.RECALL_SYMBOLS, **chance)
            ends.append(
                (1 / memory.RECALL_SYMBOLS, f"chance {1 / memory.RECALL_SYMBOLS:g}", chance)
            )
        axes.set_xticks(lengths, [str(n) for n in lengths])
        axes.minorticks_off()
        page.label_ends(axes, ends)
    page.gap(320)
    return page.finish(describe_memories(result, chosen))


def describe_memories(result: Mapping[str, Any], chosen: int) -> str:
    """What each way keeps, does and gives back at the chosen T."""
    length, parts = result["lengths"][chosen], []
    for name, units in memory.MEMORIES.items():
        right = result["recall"][name][chosen]
        parts.append(
            f"{name}: {memory.numbers_stored(units, length)} numbers kept, "
            f"{memory.multiplications(units, length)} multiplications for a new frame and an "
            f"answer, {100 * np.mean(right):.0f} % given back (seeds from {100 * min(right):.0f} "
            f"to {100 * max(right):.0f})"
        )
    return (
        f"T = {length} frames, each one of {memory.RECALL_SYMBOLS} symbols. {'; '.join(parts)}. "
        f"Chance is {100 / memory.RECALL_SYMBOLS:.0f} %. {result['seeds']} seeds of "
        f"{result['steps']} steps, {result['scale']} scale."
    )


def draw_copy_curves(curves: Mapping[str, Sequence[Sequence[float]]], words: str) -> Picture:
    """Accuracy while cells learn the copy task: start → (steps, accuracy)."""
    ends = ", ".join(f"{name} ends at {curve[1][-1]:.2f}" for name, curve in curves.items())
    return plots.curves(
        {name: tuple(curve) for name, curve in curves.items()},
        {"chance": 1 / SYMBOLS},
        f"Accuracy on 500 sequences kept apart: {ends}. {words} Training ends early at 0.99.",
        xlabel="training step",
        ylabel="accuracy",
    )


def draw_forget_biases(
    result: Mapping[str, Any], norms: Mapping[str, float], shortest: int
) -> Picture:
    """Stored accuracy of the LSTM from three forget biases, for each delay from `shortest` on.

    norms: start → norm 19 steps back before training.
    """
    copied = {k: v["accuracy"] for k, v in result["copy"].items() if k.startswith("LSTM")}
    seeds = {
        f"delay {delay}": np.array([accuracy[n] for accuracy in copied.values()])  # (3, S)
        for n, delay in enumerate(result["delays"])
        if delay >= shortest
    }
    means = {delay: one.mean(1) for delay, one in seeds.items()}
    facts = (f"{delay}: {', '.join(f'{v:.2f}' for v in one)}" for delay, one in means.items())
    return plots.bars(
        list(copied),
        means,
        {delay: _to_worst_and_best(one) for delay, one in seeds.items()},
        {"chance": 1 / SYMBOLS},
        "Accuracy of the LSTM on the copy task after training from three forget biases. "
        f"{'; '.join(facts)}. Bars are means of {result['seeds']} seeds, whiskers from worst to "
        f"best; at most {result['steps']} steps; stored results, {result['scale']} scale. Norms 19 "
        f"steps back before training: {', '.join(f'{b} {n:.1g}' for b, n in norms.items())}.",
        ylabel="accuracy",
    )


def _to_worst_and_best(values: np.ndarray) -> np.ndarray:
    """Whiskers (2, N) of means over the seeds of values (N, S)."""
    mean = values.mean(1)
    return np.stack([mean - values.min(1), values.max(1) - mean])


def draw_healing(result: Mapping[str, Any], healed: Mapping[str, ArrayLike]) -> Picture:
    """Letters until one wrong letter no longer shows: version → (S, L)."""
    rows = {name: np.array(one, float) for name, one in healed.items()}
    layers = range(1, next(iter(rows.values())).shape[1] + 1)
    means = {name: one.mean(0) for name, one in rows.items()}
    facts = (f"{name}: {', '.join(f'{v:.1f}' for v in one)}" for name, one in means.items())
    losses = {name: one["loss"] for name, one in result["layers"].items() if one["loss"]}
    nats = (f"{name}: {sum(v) / len(v):.2f} nats per letter" for name, v in losses.items())
    return plots.bars(
        [f"layer {n}" for n in layers],
        means,
        {name: _to_worst_and_best(one.T) for name, one in rows.items()},
        text="Letters until the two copies are less than a tenth as far apart as at most. "
        f"{'; '.join(facts)}. Means of {result['seeds']} seeds, whiskers from least to most; "
        f"{result['steps']} steps: {'; '.join(nats)} in training; stored results, "
        f"{result['scale']} scale.",
        ylabel="letters",
    )
