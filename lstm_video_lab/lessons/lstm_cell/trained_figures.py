"""The pictures of lesson 02 that show what was trained or measured there.

T time, N clips, H units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.cells import Gates
from lstm_video_lab.lessons.lstm_cell.timing import Timed
from lstm_video_lab.plots.canvas import Picture

LINES = 40  # units that are drawn
FILLING = 2  # the first steps fill an empty memory
SMOOTH = 10  # steps of training in a point of a curve


def draw_forget_gates(after: Gates, before: Gates, clip: int, made: str) -> Picture:
    """Forget gates (T, N, H) in one clip, trained and not, from units that let go to those that
    keep.
    """
    means, early = after.f.mean((0, 1)), before.f.mean((0, 1))  # (H,) each
    every = max(1, len(means) // LINES)
    some, others = means.argsort()[::every], early.argsort()[::every]
    f = after.f[FILLING:, clip]
    blink = int(((f.amin(0) < 0.3) & (f.amax(0) > 0.7)).sum())
    return plots.strip(
        {"trained": after.f[:, clip, some], "before training": before.f[:, clip, others]},
        f"Forget gates of {len(some)} of {len(means)} units while clip {clip + 1} is read, after "
        f"training ({made}) and before. In each strip, above are units "
        f"that let go, below units that keep. From step 3 on, {int((f.amin(0) > 0.9).sum())} units "
        f"keep more than 90 % in every step, and the gates of {blink} go below 0.3 and above 0.7. "
        f"Over all clips mean forget gates lie between {means.min():.2f} and {means.max():.2f}; "
        f"before training, between {early.min():.2f} and {early.max():.2f}.",
        limits=(0.0, 1.0),
    )


def draw_controls(found: Mapping[str, float], unit: int, clips: int, made: str) -> Picture:
    """|r| with the place: of the unit that was found, and of what it is to be compared with."""
    trained, untrained, pixel, chance = found.values()
    return plots.bars(
        list(found),
        list(found.values()),
        text=f"|r| with the x position: best unit after training {trained:.2f} (unit {unit}), "
        f"before it {untrained:.2f}; best pixel {pixel:.2f}; the trained units against the places "
        f"in other clips {chance:.2f}. Each was chosen on {clips // 2} clips and judged on "
        f"{clips // 2} others, in this one training; {made}.",
        ylabel="|correlation| with x",
    )


def draw_swapped(
    new: Tensor, old: Tensor, clip: int, output_peephole: Tensor, made: str
) -> Picture:
    """The outputs (T, N, H) of the same weights under both readings, where they differ most."""
    gap = (new - old).abs()
    unit = int(gap[:, clip].amax(0).argmax())
    frame = torch.arange(len(new)) + 1
    h_new, h_old = new[:, clip, unit], old[:, clip, unit]
    return plots.curves(
        {
            "new: c(t)": (frame, h_new),
            "old: c(t−1)": (frame, h_old),
            "new − old": (frame, (h_new - h_old).round(decimals=3) + 0.0),
        },
        text=f"Output h of unit {unit} in clip {clip + 1}, the unit whose readings differ most in "
        f"this clip, by {gap[:, clip].max():.3f}. Over all units and clips the difference is "
        f"{gap.mean():.4f} on average and {gap.max():.3f} at most; |h| is {new.abs().mean():.2f} "
        f"on average, an output peephole {output_peephole.abs().mean():.3f}; {made}.",
        xlabel="frame",
        ylabel="output h",
    )


def draw_timing(timed: Timed) -> Picture:
    """Losses of the timing task, the mean over seeds; the last of each seed in words."""
    steps = next(iter(timed.losses.values())).shape[1]
    smooth = {name: run.unflatten(1, (-1, SMOOTH)).mean(2) for name, run in timed.losses.items()}
    ends = {
        name: ", ".join(f"{loss:.3f}" for loss in run[:, -2:].mean(1))
        for name, run in smooth.items()
    }  # (seeds, steps / SMOOTH) each
    return plots.curves(
        {
            name: (torch.arange(SMOOTH // 2, steps, SMOOTH), run.mean(0))
            for name, run in smooth.items()
        },
        {"guessing": timed.guessing},
        f"Mean loss of three runs each, {steps} steps, {timed.seconds:.0f} s in all. Loss over the "
        f"last 20 steps, seed by seed: new {ends['new']}; old {ends['old']}; no peepholes "
        f"{ends['none']}. Guessing from the clock alone costs {timed.guessing:.2f}; 0 is perfect.",
        xlabel="training step",
        ylabel="nats per sequence",
        logy=True,
    )


def draw_gains(
    gains: Sequence[tuple[float, float]], batches: Sequence[int], steps: int, made: str
) -> Picture:
    """How many times faster: the products alone, and a whole layer, for batches of some sizes."""
    products, whole = zip(*gains, strict=True)
    listed = [", ".join(f"{gain:.1f}" for gain in part) for part in (products, whole)]
    return plots.bars(
        [f"B = {size}" for size in batches],
        {"input products alone": products, "whole layer": whole},
        None,
        {"no gain": 1.0},
        ylabel="times faster",
        text=f"How many times faster is one product than T = {steps} of them, and fast=True than "
        f"fast=False (forwards and backwards)? For batches of "
        f"{', '.join(map(str, batches[:-1]))} and {batches[-1]} clips: {listed[0]} and {listed[1]} "
        f"times. {made}, {torch.get_num_threads()} threads.",
    )
