"""The pictures of lesson 04: sizes, orders of the output, and a state with its sequence.

T frames, H units, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.autoencoder.experiment import error_of, sizes_of
from lstm_video_lab.lessons.autoencoder.few_digits import KINDS
from lstm_video_lab.lessons.autoencoder.output_order import Profile, describe
from lstm_video_lab.plots.canvas import (
    WIDTH,
    Picture,
    as_array,
    draw_levels,
    draw_lines,
    levels_of,
    room_for,
    series_style,
    write_key,
)
from lstm_video_lab.plots.page import Page
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.live import LiveRun

STRIP = 26  # pixels, the height of a strip of numbers


def overview(result: dict[str, Any]) -> Picture:
    """Squared error of every size, mean and standard deviation over seeds."""
    sizes = sizes_of(result)
    means, spreads = zip(*(error_of(result, units) for units in sizes), strict=True)
    return plots.bars(
        [f"{units} units" for units in sizes],
        list(means),
        list(spreads),
        ylabel="squared error per frame",
        title=f"Reconstruction against units ({result['scale']} scale)",
    )


def draw_units(result: dict[str, Any], units: int) -> Picture:
    """The learning curve of one size between those of the smallest and the largest, in numbers.

    While they learn, fewer clips are judged; each line ends at the figure of the report.
    """
    sizes = sizes_of(result)
    lines = {}
    for n in (units, sizes[0], sizes[-1]):
        one = result["units"][str(n)]
        error = one["report"]["reconstruction"]["cross_entropy"]
        curve = [*one["curve"]["reconstruction"][:-1], error]
        lines[f"{n} units"] = (one["curve"]["step"], curve)
    return plots.curves(
        lines,
        levels_of(result["baselines"]),
        describe_units(result, units),
    )


def describe_units(result: dict[str, Any], units: int) -> str:
    """What one size cost and what it reached, beside baselines and the 2017 lab report."""
    one, baselines = result["units"][str(units)], result["baselines"]
    error, spread = error_of(result, units)
    count = len(one["seeds"]["mse"])
    seeds = "one seed" if count == 1 else f"mean of {count} seeds, ± {spread:.2f}"
    score, pixels = one["report"]["reconstruction"], one["report"]["image_size"] ** 2
    published = result["lab_report"].get(str(units))
    report = "none for this size" if published is None else f"{published:.4f} per pixel"
    mean, copied = (baselines[name]["mse"] for name in ("mean_image", "copy_last"))
    return (
        f"{units} units: {one['parameters']:,} parameters, {one['steps']} steps. "
        f"Held-out squared error {error:.2f} per frame ({seeds}), {error / pixels:.4f} per pixel "
        f"(mean image {mean:.1f} per frame, copy-last {copied:.1f}). The line is that of the first "
        f"seed, to {score['cross_entropy']:.1f} nats per frame. Lab report of 2017, on other data: "
        f"{report}. Stored results, {result['scale']} scale."
    )


def draw_profiles(
    profiles: Mapping[str, Profile],
    baselines: Mapping[str, float | None],
    moment: int,
    by_frame: bool = False,
) -> Picture:
    """Both orders' error at one moment, the mean over seeds: by output step, or by frame."""
    lines, facts = {}, []
    for name, profile in profiles.items():
        error = profile.error[:, moment].mean(0)  # (T,)
        if by_frame and name.startswith("newest"):
            error = error[::-1]  # output step 1 gave frame T
        lines[name] = (range(1, len(error) + 1), error)
        facts.append(
            f"{name}: mean {error.mean():.1f}, from {error.min():.1f} at {error.argmin() + 1} "
            f"to {error.max():.1f} at {error.argmax() + 1}"
        )
    across = "frame of the sequence" if by_frame else "output step"
    step, seeds = profile.steps[moment], len(profile.error)
    levels = ", ".join(f"{k} {v:.1f}" for k, v in baselines.items() if v is not None)
    text = (
        f"After {step} steps of training, held-out nats per frame by {across}, mean of {seeds} "
        f"seeds. {'; '.join(facts)}. Baselines: {levels}."
    )
    return plots.curves(lines, baselines, text, xlabel=across)


def draw_three_moments(
    profiles: Mapping[str, Profile],
    baselines: Mapping[str, float | None],
    moments: Sequence[int],
) -> Picture:
    """Both orders' error by output step at three moments of the training, beside each other.

    The words are those of the moment in the middle.
    """
    page = Page(least=WIDTH)
    steps = next(iter(profiles.values())).steps
    room = (WIDTH - 64) / len(moments)
    for n, moment in enumerate(moments):
        page.write(f"after step {steps[moment]}", 56 + n * room, 8, weight="bold")
    page.gap(34)
    levels = {name: value for name, value in baselines.items() if value is not None}
    top = 1.1 * max(max(levels.values()), max(one.error.mean(0).max() for one in profiles.values()))
    for n, moment in enumerate(moments):
        names = ("output step", "" if n else "nats per frame")
        axes = page.axes(220, 56 + n * room, room - 28, *names, below=-220)
        lines = {name: one.error[:, moment].mean(0) for name, one in profiles.items()}
        draw_lines(axes, {k: (range(1, len(v) + 1), v) for k, v in lines.items()})
        draw_levels(axes, levels)
        axes.set_ylim(0, top)
        axes.tick_params(labelleft=n == 0)
    page.gap(272)
    for n, name in enumerate(profiles):
        style = series_style(n) | {"markevery": [2]}
        page.drawing(0, write_key, name, style, 56 + 180 * n, page.top)
    page.gap(24)
    return page.finish(draw_profiles(profiles, baselines, moments[1]).text)


def draw_state(frames: Any, h: Any, c: Any, reconstruction: Any, text: str) -> Picture:
    """A sequence over the two strips of its state over what the decoder makes of it, newest first.

    frames, reconstruction: (T, S, S); h, c: (H,).
    """
    frames, reconstruction = as_array(frames), as_array(reconstruction)
    page = Page(room_for(["reconstructed"]), narrow=True, least=460)
    shown, pitch = page.frames({"input": frames}, whole=True)
    page.gap(8)
    for name, part in {"h": h, "c": c}.items():
        values = as_array(part)[:, None]  # (H, 1): units side by side
        most = max(1.0, float(np.abs(values).max()))
        width = len(shown) * pitch - 60
        page.strip(values, STRIP, name, width=width, limits=(-most, most), below=6)
    rows = {"target": frames[::-1], "reconstructed": reconstruction}
    page.frames(rows, [len(frames) - t for t in shown], above=24, whole=True)
    page.gap(6)
    return page.finish(text)


def draw_clip(frames: Tensor, numbers: int) -> Picture:
    """A clip (T, S, S) that is to go into a vector of so many numbers."""
    length, size, _ = frames.shape
    return plots.frames(
        {"clip": frames},
        f"A held-out clip: {length} frames of {size}×{size} pixels, {frames.numel():,} numbers. "
        f"They are to go into a vector of {numbers}, and to come out again.",
    )


def draw_shuffled(
    clip: ArrayLike, given: ArrayLike, costs: Mapping[str, float], made: str
) -> Picture:
    """A shuffled clip (T, S, S), newest frame first, and what came back."""
    return plots.frames(
        {"target": clip, "given": given},
        "A shuffled clip, newest frame first, and what the autoencoder makes of it. All shuffled "
        f"clips together: {costs['shuffled']:.1f} nats per frame, in order "
        f"{costs['as recorded']:.1f} ({made}).",
    )


def draw_run(run: LiveRun, name: str, report: dict[str, Any], made: str) -> Picture:
    """The learning curve of one autoencoder, between the baselines; `report` of `evaluate`.

    A point at its end is the error on held-out clips.
    """
    losses, levels = run.curve["reconstruction"], levels_of(report["baselines"])
    steps, error = run.curve["step"], report["reconstruction"]["cross_entropy"]
    lines = ", ".join(f"{key} {v:.1f}" for key, v in levels.items() if v is not None)
    return plots.curves(
        {name: (steps, losses), "held-out clips": (steps[-1:], [error])},
        levels,
        f"Loss on training clips, from {losses[0]:.0f} to {losses[-1]:.1f}; the single point, on "
        f"{report['sequences']} held-out clips {error:.1f} nats per frame; {lines} ({made}).",
    )


def draw_erased(costs: Mapping[str, float], levels: Mapping[str, Any], made: str) -> Picture:
    """Nats per frame that a decoder makes of parts of the state."""
    facts = ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())
    return plots.bars(
        list(costs),
        list(costs.values()),
        baselines=levels,
        text=f"What the decoder makes of parts of the state, mean of 200 clips: {facts} nats per "
        f"frame ({made}).",
    )


def draw_erased_by_frame(
    whole: Tensor, tenths: Tensor, levels: Mapping[str, Any], made: str
) -> Picture:
    """Nats of each output step: with the whole state (T,), and with a tenth erased (draws, T)."""
    worst = tenths.amax(0)
    steps = range(1, len(whole) + 1)
    more = worst / whole - 1
    return plots.curves(
        {
            "whole state": (steps, whole),
            "a tenth erased, mean": (steps, tenths.mean(0)),
            "a tenth erased, worst": (steps, worst),
        },
        levels,
        f"The same frame by frame, newest first, with a tenth of the numbers erased, drawn anew "
        f"{len(tenths)} times. All frames together, mean of the draws: "
        f"{100 * (tenths.mean() / whole.mean() - 1):.0f} % more. In the worst draw the frame that "
        f"suffers most costs {100 * more.max():.0f} % more ({made}).",
        xlabel="output step",
    )


def draw_learning(
    profiles: Mapping[str, Profile], settings: Settings, levels: Mapping[str, Any]
) -> Picture:
    """Both orders while they learn, the mean over output steps and seeds."""
    return plots.curves(
        {name: (one.steps, one.error.mean((0, 2))) for name, one in profiles.items()},
        levels,
        f"{describe(dict(profiles))} Lines: mean of the seeds ({settings.frames_in} frames, "
        f"{settings.units} units, {settings.steps} steps, {settings.scale} scale).",
    )


def draw_mean_frame(costs: Any, levels: Mapping[str, Any], scale: str) -> Picture:
    """Nats (T,) of one blurred picture that answers for all frames of its clip."""
    return plots.curves(
        {"mean frame": (range(1, len(costs) + 1), costs)},
        levels,
        f"The mean frame of each clip as the answer for all {len(costs)} frames: {costs[0]:.1f} "
        f"nats for the oldest, {costs.min():.1f} for the frame it suits best, {costs[-1]:.1f} for "
        f"the newest. Nothing is trained here ({scale} scale).",
        xlabel="frame of the clip",
    )


def draw_equal_time(
    trained: Mapping[int, LiveRun], reports: Mapping[int, dict[str, Any]], scale: str
) -> Picture:
    """Losses against seconds: units → run, and its report on held-out clips, a point at the end."""
    facts, dots = [], {}
    for units, run in trained.items():
        score = reports[units]["reconstruction"]
        dots[f"{units}, held-out"] = (run.curve["seconds"][-1:], [score["cross_entropy"]])
        facts.append(
            f"{units} units, {run.curve['step'][-1]} steps: {score['mse']:.2f} squared error, "
            f"{score['cross_entropy']:.1f} nats"
        )
    baselines = next(iter(reports.values()))["baselines"]
    return plots.curves(
        {
            f"{units} units": (run.curve["seconds"], run.curve["reconstruction"])
            for units, run in trained.items()
        }
        | dots,
        levels_of(baselines),
        f"Loss on training clips against seconds. The points, per frame of 200 held-out clips: "
        f"{'; '.join(facts)} (mean image {baselines['mean_image']['mse']:.2f} squared error; "
        f"{scale} scale).",
        xlabel="seconds of training",
    )


def draw_all_sizes(result: dict[str, Any]) -> Picture:
    """Stored squared error of every size, between what needs no learning."""
    sizes, levels = sizes_of(result), result["baselines"]
    means, spreads = zip(*(error_of(result, n) for n in sizes), strict=True)
    seeds = [len(result["units"][str(n)]["seeds"]["mse"]) for n in sizes]
    known = {"mean image": levels["mean_image"]["mse"], "copy-last": levels["copy_last"]["mse"]}
    if "mean_digit" in levels:
        known["mean digit"] = levels["mean_digit"]["mse"]
    facts = (
        f"{n} units {mean:.2f}" + (f" ± {spread:.2f}" if count > 1 else " (one seed)")
        for n, mean, spread, count in zip(sizes, means, spreads, seeds, strict=True)
    )
    lines = ", ".join(f"{name} {value:.2f}" for name, value in known.items())
    return plots.bars(
        [f"{n} units" for n in sizes],
        list(means),
        list(spreads),
        known,
        f"Held-out squared error per frame after {result['units'][str(sizes[0])]['steps']} steps: "
        f"{', '.join(facts)}; {lines}, perfect 0. ± is the deviation over {max(seeds)} seeds. "
        f"Stored results, {result['scale']} scale.",
        ylabel="squared error per frame",
    )


def draw_trend(result: dict[str, Any]) -> Picture:
    """Squared error of the sizes that the lab report has too, each side divided by its first."""
    published = {int(n): value for n, value in result["lab_report"].items()}
    shared = [n for n in sizes_of(result) if n in published]
    error = {n: error_of(result, n)[0] for n in shared}
    ours = [error[n] / error[shared[0]] for n in shared]
    theirs = [published[n] / published[shared[0]] for n in shared]
    raw = ", ".join(f"{n} units {published[n]:.6f}" for n in shared)
    return plots.bars(
        [f"{n} units" for n in shared],
        {"here": ours, "lab report 2017": theirs},
        baselines={"mean image, here": result["baselines"]["mean_image"]["mse"] / error[shared[0]]},
        text=f"Squared error, {shared[0]} units = 1. Here: {', '.join(f'{v:.2f}' for v in ours)}; "
        f"lab report: {', '.join(f'{v:.2f}' for v in theirs)}. As published, per pixel: {raw}. "
        f"Ours: {result['scale']} scale, {result['units'][str(shared[0])]['steps']} steps.",
        ylabel=f"error, {shared[0]} units = 1",
    )


def draw_kinds(
    costs: Mapping[str, Mapping[str, float]], levels: Mapping[str, Any], words: str
) -> Picture:
    """Nats per frame of some models on some kinds of clips: model → kind → nats."""
    facts = "; ".join(
        f"{name} " + ", ".join(f"{kind} {value:.1f}" for kind, value in each.items())
        for name, each in costs.items()
    )
    return plots.bars(
        list(next(iter(costs.values()))),
        {name: list(each.values()) for name, each in costs.items()},
        baselines=levels,
        text=f"Nats per frame, mean of 200 held-out clips: {facts}. The copier has the entropy "
        f"bound for all three. {words}",
    )


def draw_few_digits(result: dict[str, Any]) -> Picture:
    """Squared error of each size on the digits that it learnt from, and on others."""
    errors = result["errors"]
    rows = {}  # (sizes, S) each
    for source, trained in (("ten", errors), ("all", result["control"])):
        for kind, words in zip(KINDS, ("the ten", "others"), strict=True):
            rows[f"learnt from {source}: {words}"] = np.array(
                [one[kind] for one in trained.values()]
            )
    facts = []
    for n, units in enumerate(errors):
        ten, other, all_ten, all_other = (row[n].mean() for row in rows.values())
        facts.append(
            f"{units} units {ten:.2f} and {other:.2f} (control {all_ten:.2f} and {all_other:.2f})"
        )
    return plots.bars(
        [f"{units} units" for units in errors],
        {kind: row.mean(1) for kind, row in rows.items()},
        {kind: [row.mean(1) - row.min(1), row.max(1) - row.mean(1)] for kind, row in rows.items()},
        text=f"Learnt from clips of {result['digits']} digits: squared error per frame on new "
        f"clips of these digits, and of others; the control learnt from clips of all digits and is "
        f"scored on the same clips: {'; '.join(facts)}. Means of "
        f"{len(next(iter(errors.values()))[KINDS[0]])} seeds, whiskers from least to most; "
        f"{result['steps']} steps ({result['scale']} scale).",
        ylabel="squared error per frame",
    )
