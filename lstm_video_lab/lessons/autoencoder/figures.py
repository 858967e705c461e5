"""The pictures of lesson 04: sizes, orders of the output, and a state with its sequence.

T frames, H units, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.lessons.autoencoder.experiment import sizes_of
from lstm_video_lab.lessons.autoencoder.output_order import Profile
from lstm_video_lab.plots.canvas import Picture, as_array, levels_of, room_for
from lstm_video_lab.plots.page import Page

STRIP = 26  # pixels, the height of a strip of numbers


def overview(result: dict[str, Any]) -> Picture:
    """Squared error of every size, with its standard error over held-out sequences."""
    sizes = sizes_of(result)
    scores = [result["units"][str(units)]["report"]["reconstruction"] for units in sizes]
    return plots.bars(
        [f"{units} units" for units in sizes],
        [score["mse"] for score in scores],
        [score["stderr"]["mse"] for score in scores],
        ylabel="squared error per frame",
        title=f"Reconstruction against units ({result['scale']} scale)",
    )


def draw_units(result: dict[str, Any], units: int) -> Picture:
    """The learning curve of one size between those of the smallest and the largest, in numbers."""
    sizes = sizes_of(result)
    curves = {n: result["units"][str(n)]["curve"] for n in (units, sizes[0], sizes[-1])}
    return plots.curves(
        {f"{n} units": (curve["step"], curve["reconstruction"]) for n, curve in curves.items()},
        levels_of(result["baselines"]),
        describe_units(result, units),
    )


def describe_units(result: dict[str, Any], units: int) -> str:
    """What one size cost and what it reached, beside baselines and the 2017 lab report."""
    one, baselines = result["units"][str(units)], result["baselines"]
    score, pixels = one["report"]["reconstruction"], one["report"]["image_size"] ** 2
    published = result["lab_report"].get(str(units))
    report = "none for this size" if published is None else f"{published:.4f} per pixel"
    mean, copied = (baselines[name]["mse"] for name in ("mean_image", "copy_last"))
    return (
        f"{units} units: {one['parameters']:,} parameters, {one['steps']} steps. "
        f"Held-out squared error {score['mse']:.2f} ± "
        f"{score['stderr']['mse']:.2f} per frame, {score['mse'] / pixels:.4f} per pixel (mean "
        f"image {mean:.1f} per frame, copy-last {copied:.1f}); cross-entropy "
        f"{score['cross_entropy']:.1f} nats per frame. Lab report of 2017, on other data: "
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
