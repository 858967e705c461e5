"""The pictures of lesson 08: predictions side by side, ink, blobs, and how each digit is shown.

T frames, B sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    CONNECTED,
    CONVOLUTIONAL,
    MOST,
    SMALL,
    Examples,
    blob_shares,
    ink_in_digits,
    label_blobs,
)
from lstm_video_lab.plots.canvas import INK, Picture, room_for, series_style
from lstm_video_lab.plots.canvas import SMALL as SMALL_FONT
from lstm_video_lab.plots.page import Page

SHADES = (1.0, 0.65, 0.4, 0.85, 0.55)  # of one blob after the other
LABELS = {
    CONNECTED: "fully connected",
    CONVOLUTIONAL: "convolutional",
    SMALL: "small, fully connected",
}
PART_WORDS = {"reconstruction": "seen, recalled", "future": "to come"}


def overview(result: dict[str, Any]) -> Picture:
    """Ink in the models' frames to come against ink in the true ones, both in digits."""
    return draw_ink(result, "future")


def draw_ink(result: dict[str, Any], part: str) -> Picture:
    """The same for one part: the frames seen and recalled, or those to come."""
    lines: dict[str, tuple] = {}
    words = []
    for name, model in result["models"].items():
        numbers, ink = [int(number) for number in model["digits"]], ink_in_digits(model, part)
        lines[LABELS[name]] = (numbers, ink)
        words.append(f"{LABELS[name]} {', '.join(f'{value:.2f}' for value in ink)}")
    lines["truth"] = (numbers, numbers)
    trained_on = float(model["settings"]["num_digits"])
    return plots.curves(
        lines,
        {"as in training": trained_on},
        f"Frames {PART_WORDS[part]}: ink, in digits' worth, shown "
        f"{', '.join(map(str, numbers))} digits: {'; '.join(words)} ({_sequences(result)}).",
        xlabel="digits shown",
        ylabel="ink given, in digits",
    )


def draw_side_by_side(
    shown: Mapping[str, Examples],
    number: int,
    sequence: int,
    part: str = "future",
    most: int | None = None,
) -> Picture:
    """One clip (from 1) of `number` digits as several models give it back, or continue it; of its
    frames the first `most`.
    """
    n, first = sequence - 1, next(iter(shown.values()))
    rows = {"truth": first.truth[part][:, n]}
    for name, one in shown.items():
        rows[name] = one.predicted[part][:, n]
    start = 1 + (first.frames_in if part == "future" else 0)
    return plots.frames(
        {name: frames[:most] for name, frames in rows.items()},
        f"{number} digit{'s' * (number > 1)} shown, frames {PART_WORDS[part]}: {', '.join(rows)}.",
        first=start,
    )


def draw_count(
    examples: Examples, number: int, sequence: int, threshold: float, part: str = "future"
) -> Picture:
    """Truth and prediction of one sequence (from 1), and their blobs above the threshold."""
    n = sequence - 1
    rows = {"truth": examples.truth[part][:, n], "model": examples.predicted[part][:, n]}
    counts = {}
    for name in ("truth", "model"):
        labelled = [label_blobs(frame, threshold) for frame in rows[name]]
        rows[f"blobs, {name}"] = np.stack([_shade(blobs) for blobs, _ in labelled])
        counts[name] = np.array([many for _, many in labelled])
    first = 1 + (examples.frames_in if part == "future" else 0)
    page = Page(room_for([*rows, "frame"]), narrow=True, least=460)
    shown, pitch = page.frames(rows, first=first, whole=True)
    page.gap(2)
    for name, many in counts.items():
        page.lines([f"count, {name}"], 0, va="top", fontsize=SMALL_FONT)
        page.columns(many[list(shown)], pitch, color=INK)
        page.gap(20)
    page.gap(4)
    return page.finish(
        f"{number} digit{'s' * (number > 1)}, sequence {sequence}: blobs per frame above "
        f"{threshold:.1f}, on average: truth {counts['truth'].mean():.1f}, model "
        f"{counts['model'].mean():.1f}.",
    )


def _shade(blobs: np.ndarray) -> np.ndarray:
    """Numbered blobs as greys: neighbours in number differ."""
    return np.where(blobs > 0, np.take(SHADES, (blobs - 1) % len(SHADES)), 0.0)


def draw_errors(result: dict[str, Any]) -> Picture:
    """Future error of the two 64×64 models for each number of digits, with its own baselines."""
    groups, spread = {}, {}
    for name in (CONNECTED, CONVOLUTIONAL):
        digits = result["models"][name]["digits"]
        errors = [one["future"]["cross_entropy"] for one in digits.values()]
        groups[LABELS[name]] = [round(error["mean"]) for error in errors]
        spread[LABELS[name]] = [error["stderr"] for error in errors]
    for level in ("mean_image", "two-digit mean", "entropy_bound"):
        groups[level.replace("_", " ")] = [
            round(one["baselines"][level]["cross_entropy"]) for one in digits.values()
        ]
    words = "; ".join(f"{k} {', '.join(f'{v:.0f}' for v in row)}" for k, row in groups.items())
    return plots.bars(
        [f"{number} shown" for number in digits],
        groups,
        spread,
        text=f"Nats per frame to come, shown {', '.join(digits)} digits: {words} "
        f"({_sequences(result)}).",
    )


def draw_squared_errors(result: dict[str, Any]) -> Picture:
    """The same in squared error, where copying the last frame can be judged as well."""
    groups = {}
    for name in (CONNECTED, CONVOLUTIONAL):
        digits = result["models"][name]["digits"]
        groups[LABELS[name]] = [round(one["future"]["mse"]["mean"]) for one in digits.values()]
    for level in ("mean_image", "copy_last"):
        groups[level.replace("_", " ")] = [
            round(one["baselines"][level]["mse"]) for one in digits.values()
        ]
    words = "; ".join(f"{k} {', '.join(f'{v:.0f}' for v in row)}" for k, row in groups.items())
    return plots.bars(
        [f"{number} shown" for number in digits],
        groups,
        text=f"Squared error per frame to come, shown {', '.join(digits)} digits: {words}. "
        "The bound is 0.",
        ylabel="squared error per frame",
    )


def draw_blobs(
    result: dict[str, Any], name: str, number: int, threshold: float, part: str
) -> Picture:
    """Of the frames in which the truth shows as many blobs as digits: how many a model shows."""
    level = int(np.argmin(np.abs(np.array(result["thresholds"]) - threshold)))
    cases = {LABELS[name]: result["models"][name]["digits"][str(number)]}
    if name == SMALL and number == 1:
        cases["control, trained on one"] = result["control"]
    shares, words = {}, []
    for words_of, one in cases.items():
        share, frames = blob_shares(one[part]["blobs"][level])
        shares[words_of] = (100 * share).round(1)
        listed = ", ".join(f"{k}: {100 * v:.1f} %" for k, v in enumerate(share) if v > 0)
        words.append(f"{words_of}: {listed} (of {frames} frames)")
    counts = [*map(str, range(MOST)), f"{MOST} or more"]
    return plots.bars(
        counts,
        shares,
        text=f"Frames in which the truth shows {number} blob{'s' * (number > 1)} above "
        f"{threshold:.1f}: blobs in the model's. {'; '.join(words)}. Stored results, "
        f"{_sequences(result)}.",
        ylabel="% of these frames",
    )


def draw_second_blobs(result: dict[str, Any], last_frame: bool = False) -> Picture:
    """One digit shown: frames with more than one blob at each threshold, of all models and the
    control; of all frames to come, or of the last one alone.
    """
    lines = {}
    for name, one in _one_digit(result).items():
        counts = np.array(one["future"]["blobs"])  # (thresholds, T, MOST + 1)
        if last_frame:
            counts = counts[:, -1:]
        lines[name] = [100 * blob_shares(level)[0][2:].sum() for level in counts]
    words = "; ".join(f"{k} {', '.join(f'{v:.1f}' for v in row)}" for k, row in lines.items())
    which = "the last frame to come" if last_frame else "all frames to come"
    return plots.curves(
        {name: (result["thresholds"], np.round(shares, 1)) for name, shares in lines.items()},
        text=f"One digit shown, {which}: % with a second blob, above "
        f"{', '.join(map(str, result['thresholds']))}: {words} ({_sequences(result)}).",
        xlabel="threshold",
        ylabel="% of frames with a second blob",
    )


def draw_empty(result: dict[str, Any]) -> Picture:
    """One digit shown: frames to come in which a model shows no blob at all, at each threshold."""
    lines, words = {}, []
    for name, one in _one_digit(result).items():
        shares = [100 * blob_shares(level)[0][0] for level in one["future"]["blobs"]]
        lines[name] = (result["thresholds"], np.round(shares, 1))
        words.append(f"{name} {', '.join(f'{share:.1f}' for share in shares)}")
    return plots.curves(
        lines,
        text="One digit shown, all frames to come: % with no blob at all, above "
        f"{', '.join(map(str, result['thresholds']))}: {'; '.join(words)} ({_sequences(result)}).",
        xlabel="threshold",
        ylabel="% of frames without a blob",
    )


def _one_digit(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Label → what was measured when one digit was shown: all models, and the control."""
    shown = {LABELS[name]: model["digits"]["1"] for name, model in result["models"].items()}
    return shown | {"control: small, knows one": result["control"]}


def draw_ink_by_frame(result: dict[str, Any]) -> Picture:
    """One digit shown: ink at each frame to come, of all models and the control."""
    lines, words = {}, []
    for name, one in _one_digit(result).items():
        ink = one["future"]["ink"]["per_step"]
        lines[name] = (range(11, 11 + len(ink)), ink)
        words.append(f"{name} {ink[0]:.2f}, {ink[-1]:.2f}")
    return plots.curves(
        lines,
        {"true ink": 1.0},
        f"One digit shown: ink of the frames to come, in digits' worth, first and last: "
        f"{'; '.join(words)} ({_sequences(result)}).",
        xlabel="frame of the clip",
        ylabel="ink, in digits",
    )


def draw_pieces(result: dict[str, Any], threshold: float = 0.6) -> Picture:
    """One digit shown: the stored clip in which the control shows most pieces, beside its twin."""
    clips = {name: unpack_frames(text) for name, text in result["clips"].items()}  # (T, B, H, W)
    many = [[label_blobs(f, 255 * threshold)[1] for f in clip] for clip in _by_clip(clips)]
    n = int((np.array(many) > 1).sum(1).argmax())
    rows = {"truth": clips["truth"][:, n]}
    words: list[str] = []
    for name, label in ((SMALL, "small, knows two"), ("control", "small, knows one")):
        frames = clips[name][:, n]
        counts = [label_blobs(frame, 255 * threshold)[1] for frame in frames]
        rows[label] = frames
        rows[f"above {threshold}" + " " * len(words)] = np.where(frames > 255 * threshold, 255, 0)
        words.append(f"{label}: {', '.join(map(str, counts))}")
    return plots.frames(
        rows,
        f"One digit shown, frames to come, and what is brighter than {threshold}. Blobs above it, "
        f"frame by frame: {'; '.join(words)}. Of {len(many)} clips, this is the one in which the "
        "network that knows one digit shows most pieces.",
        first=11,
    )


def _by_clip(clips: dict[str, np.ndarray]) -> np.ndarray:
    """The control's frames, clip by clip: (B, T, H, W)."""
    return clips["control"].swapaxes(0, 1)


def draw_kept(result: dict[str, Any], part: str) -> Picture:
    """Frames in which every digit has a blob of its own, three shown, beside two shown.

    Both lines of a model have its colour; those of two digits, its own world, are dashed.
    """
    page = Page()
    page.gap(14)
    names = [f"{LABELS[name]}, 3 of 3 12.3" for name in (CONNECTED, CONVOLUTIONAL)]
    axes = page.chart(268, names, "threshold", "% of frames", below=48)
    ends, words = [], []
    for k, name in enumerate((CONNECTED, CONVOLUTIONAL)):
        for number, dashes in ((3, "-"), (2, "--")):
            counts = result["models"][name]["digits"][str(number)][part]["blobs"]
            share = [100 * blob_shares(level)[0][number] for level in counts]
            style = {**series_style(k), "linestyle": dashes}
            axes.plot(result["thresholds"], share, **style)
            label = f"{LABELS[name]}, {number} of {number}"
            ends.append((share[-1], f"{label} {share[-1]:.0f}", {**style, "markevery": [2]}))
            best = int(np.argmax(share))
            words.append(f"{label}: {share[best]:.0f} % above {result['thresholds'][best]}")
    page.label_ends(axes, ends)
    return page.finish(
        f"Frames {PART_WORDS[part]} in which every digit has a blob of its own, at the "
        f"threshold that is best for each: {'; '.join(words)} ({_sequences(result)}; only frames "
        "in which the truth shows them apart). Dashed: two digits shown, as in training.",
    )


def draw_strengths(result: dict[str, Any], part: str) -> Picture:
    """How bright each digit's own pixels are shown, faintest first, three and two shown."""
    groups, words = {}, []
    for name in (CONNECTED, CONVOLUTIONAL):
        digits = result["models"][name]["digits"]
        values = [*digits["3"][part]["strengths"], *digits["2"][part]["strengths"]]
        groups[LABELS[name]] = [round(value, 2) for value in values]
        listed = ", ".join(f"{value:.2f}" for value in values)
        words.append(f"{LABELS[name]}, {PART_WORDS[part]} {listed}")
    return plots.bars(
        ["faintest of 3", "middle of 3", "brightest of 3", "fainter of 2", "brighter of 2"],
        groups,
        text="Mean brightness given to a digit's own bright pixels (faintest, middle, brightest of "
        f"3; fainter, brighter of 2): {'; '.join(words)}. 1 is the truth.",
        ylabel="brightness, 1: as in the truth",
    )


def draw_places(result: dict[str, Any]) -> Picture:
    """How far the centre of ink is from the true one, beside who always says: the middle."""
    groups = {}
    for name in (CONNECTED, CONVOLUTIONAL):
        digits = result["models"][name]["digits"]
        groups[LABELS[name]] = [round(one["future"]["place"]["mean"], 1) for one in digits.values()]
    means = [one["baselines"]["two-digit mean"]["place"] for one in digits.values()]
    groups["mean image"] = [round(distance, 1) for distance in means]
    words = "; ".join(f"{k} {', '.join(f'{v:.1f}' for v in row)}" for k, row in groups.items())
    return plots.bars(
        [f"{number} shown" for number in digits],
        groups,
        text="Distance of the centre of ink from the true one, frames to come, in pixels, shown "
        f"{', '.join(digits)} digits: {words}. The mean image always says: the middle.",
        ylabel="pixels",
    )


def _sequences(result: dict[str, Any]) -> str:
    counts = {model["settings"]["image_size"]: model["sequences"]
              for model in result["models"].values()}  # fmt: skip
    return ", ".join(f"{n} held-out sequences of {side}×{side}" for side, n in counts.items())
