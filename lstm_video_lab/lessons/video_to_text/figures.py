"""The pictures of lesson 15: what captions name, and which frames a word hangs on.

T frames, S side of a frame, L words of a sentence, the full stop among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_to_text.data import END, MOTIONS, CaptionedDigits
from lstm_video_lab.lessons.video_to_text.experiment import TESTS, VARIANTS, across_seeds
from lstm_video_lab.lessons.video_to_text.mixed_captioners import HALF, across_shares, of_two
from lstm_video_lab.lessons.video_to_text.model import (
    Captioner,
    black_out,
    generate,
    word_losses,
)
from lstm_video_lab.plots import Picture

AT_RANDOM = {"motion at random": 12.5, "digit at random": 10.0}


def overview(
    result: dict[str, Any],
    variants: Iterable[str] = VARIANTS,
    levels: Mapping[str, float] = AT_RANDOM,
) -> Picture:
    """Bars of the captions that name the digit and the motion in each of TESTS, with spreads."""
    cases = list(product(("digit", "motion"), TESTS))
    there = {run["variant"] for run in result["runs"]}
    means, spreads = {}, {}
    for name in variants:
        if name in there:
            figures = [across_seeds(result, name, *case) for case in cases]
            means[name] = [round(mean, 1) for mean, _ in figures]
            spreads[name] = [round(spread, 1) for _, spread in figures]
    return plots.bars(
        [", ".join(case) for case in cases],
        means,
        spreads,
        levels,
        ylabel=f"% of captions, {result['scale']} scale",
    )


def draw_one_of_each(data: CaptionedDigits, made: str) -> Picture:
    """A clip of each motion with its caption, the first of 80; made: "12 frames"."""
    clips, said, meanings = data.batch(0, 80), data.captions(0, 80), data.labels(0, 80)
    ones = [int((meanings[:, 1] == m).nonzero()[0, 0]) for m in range(len(MOTIONS))]
    return plots.frames(
        {f"{int(meanings[n, 0])}, {MOTIONS[meanings[n, 1]]}": clips[:, n] for n in ones},
        f"Eight clips of {made}, one of each motion, and a caption of each: "
        f"{'; '.join(said[n] for n in ones)}.",
    )


def of_both(result: dict[str, Any], variants: Sequence[str]) -> str:
    """How many captions have digit and motion right, a line for each test and variant."""
    lines = []
    for test, name in product(TESTS, variants):
        middle, spread = across_seeds(result, name, "both", test)
        lines.append(f"{test:>14}, {name:<15}: {middle:.1f} ± {spread:.1f} % have both right")
    return "\n".join(lines)


def of_languages(result: dict[str, Any], variants: Sequence[str]) -> str:
    """All measures on seen pairs, a line for each variant."""
    lines = []
    for name in variants:
        facts = []
        for measure in ("digit", "motion", "BLEU", "chrF", "proper"):
            middle, spread = across_seeds(result, name, measure)
            facts.append(f"{measure} {middle:.1f} ± {spread:.1f}")
        lines.append(f"{name:>8}: " + ", ".join(facts))
    return "\n".join(lines)


def draw_losses(losses: Sequence[float], levels: dict[str, float], source: str) -> Picture:
    """The loss of a captioner over its steps, between those who know the language and see less."""
    tenth = max(1, len(losses) // 20)
    smooth = np.convolve(losses, np.full(tenth, 1 / tenth), "valid")[::tenth]
    listed = ", ".join(f"{name} {value:.2f}" for name, value in levels.items())
    return plots.curves(
        {"S2VT": (tenth * np.arange(1, len(smooth) + 1), smooth)},
        levels,
        f"Loss of the captioner in {len(losses)} steps: {smooth[-1]:.2f} nats per caption at the "
        f"end. Perfect in language, and {listed}. Below the last it has begun to learn its clips "
        f"and their wordings by heart ({source}).",
        ylabel="nats per caption",
        logy=True,
    )


def draw_seen_and_written(result: dict[str, Any]) -> Picture:
    """Digits and motions in % of clips: what a probe reads, what a sentence says, what it omits."""
    cases = list(product(("digit", "motion"), TESTS))
    measures = {
        "probe reads it": "{} seen",
        "sentence says it": "{}",
        "read, but not said": "{} unwritten",
    }
    rows = {
        name: [across_seeds(result, "frames", measure.format(what), test) for what, test in cases]
        for name, measure in measures.items()
    }
    names = [", ".join(case) for case in cases]
    facts = []
    for k, name in enumerate(names):
        said = ", ".join(f"{kind} {x[k][0]:.1f} ± {x[k][1]:.1f}" for kind, x in rows.items())
        facts.append(f"{name}: {said}")
    return plots.bars(
        names,
        {name: [round(mean, 1) for mean, _ in row] for name, row in rows.items()},
        {name: [spread for _, spread in row] for name, row in rows.items()},
        text=f"In % of test clips, ± spread over seeds: {'; '.join(facts)}. Stored runs, "
        f"{result['scale']} scale.",
        ylabel="% of clips",
    )


def draw_digit_order(result: dict[str, Any]) -> Picture:
    """Bars of each measure for each order of frames, mean over seeds with their spread."""
    means = result["means"]
    measures = {
        "BLEU": "BLEU",
        "in any order": "the three digits, %",
        "in order": "all in order, %",
    }
    facts = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{words} {of[m]['mean']:.1f} ± {of[m]['spread']:.1f}" for m, words in measures.items()
        )
        for name, of in means.items()
    )
    seeds = len(result["made"]["seeds"])
    return plots.bars(
        list(measures.values()),
        {name: [of[m]["mean"] for m in measures] for name, of in means.items()},
        {name: [of[m]["spread"] for m in measures] for name, of in means.items()},
        text=f"{facts}. Mean and spread of {seeds} seeds, test digits, {result['scale']} scale.",
        ylabel="score, 0 to 100",
    )


def draw_mixed_captioners(result: dict[str, Any], joined: dict[str, Any] | None = None) -> Picture:
    """How often digit and motion are both right, from flow alone to frames alone, on each of TESTS.

    Across: two captioners of frames, mixed, on held-out pairs; and, with the result `joined` of
    `captions`, the one captioner that is given both.
    """
    held_out, at = list(TESTS)[-1], {0.0: "flow alone", HALF: "half and half", 1.0: "frames alone"}
    lines, facts = {}, []
    for test in TESTS:
        of_each = across_shares(result, test, "both")
        lines[test] = (list(of_each), [mean for mean, _ in of_each.values()])
        listed = ", ".join(f"{words} {_plus_minus(of_each[share])}" for share, words in at.items())
        facts.append(f"{test}: {listed}")
    others = {"two of frames": of_two(result, held_out, "both")}
    if joined:
        others["one given both"] = across_seeds(joined, "frames and flow", "both", held_out)
    listed = ", ".join(f"{name} {_plus_minus(values)}" for name, values in others.items())
    return plots.curves(
        lines,
        {f"{name}, held-out": mean for name, (mean, _) in others.items()},
        "Digit and motion both right, in % of captions, by the share of the captioner of frames in "
        f"each word; the rest is flow's. {'. '.join(facts)}. Across, on {held_out}: {listed} "
        f"({len(result['runs'])} seeds, {result['scale']} scale).",
        xlabel="share of the captioner of frames",
        ylabel="% of captions",
    )


def _plus_minus(values: tuple[float, float]) -> str:
    return f"{values[0]:.1f} ± {values[1]:.1f}"


def draw_caption(
    model: Captioner,
    percepts_of: Callable[[Tensor], Tensor],
    frames: Tensor,
    truth: str,
    width: int = 1,
    count: int = 1,
) -> Picture:
    """A clip (T, 1, S, S) over its caption; a word is bright below a frame that it cannot spare.

    percepts_of: frames uint8 (T, B, S, S) → percepts (T, B, X); width: of the beam; count: frames
    that are black at a time.
    """
    percepts = percepts_of(black_out(frames, count))  # (T, 1 + T, X)
    (caption,), score = generate(model, percepts[:, :1], width)
    loss = word_losses(model, percepts, caption)  # (L, T)
    white = loss.max().clamp(min=1)
    words = [*caption.split(), END]
    rows = {"clip": to_unit(frames[:, 0])}
    for k, word in enumerate(words):
        light = (loss[k] / white)[:, None, None].expand(-1, *frames.shape[2:])
        rows[word + " " * k] = light  # a word may come twice
    most, at = loss.max(1)  # (L,)
    strongest = ", ".join(
        f"“{words[k]}” {most[k]:.1f} (frame {at[k] + 1})" for k in most.argsort(descending=True)[:3]
    )
    return plots.frames(
        rows,
        f"Shown: {truth}. Written: “{caption}” (log p {score[0]:.2f} nats). Below a frame, a word "
        f"is as bright as its log p falls when the frames about it are black, {count} at a time "
        f"(white: {white:.1f} nats). Most, in nats: {strongest}.",
    )
