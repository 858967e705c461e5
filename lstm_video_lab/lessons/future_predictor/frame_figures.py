"""The pictures of lesson 05 that follow one prediction frame by frame.

T predicted frames, H × W the size of a frame; `first`: the number of the first predicted frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from lstm_video_lab import plots
from lstm_video_lab.plots.canvas import Picture

Errors = Sequence[float]  # one number for each predicted frame


def draw_seen(frames: ArrayLike, digit: int, ahead: int, bounces: int, made: str) -> Picture:
    """What a predictor is given: (T, H, W); `bounces`: how often a wall is met ahead."""
    return plots.frames(
        {"seen": frames},
        f"Frames 1 to {len(frames)} of a clip with the digit {digit}. In the {ahead} frames to "  # type: ignore[arg-type]
        f"come it will be thrown back by a wall, in {bounces} of them. ({made})",
    )


def draw_prediction(truth: ArrayLike, predicted: ArrayLike, first: int, made: str) -> Picture:
    """The frames to come, and what was predicted of them, (T, H, W) each."""
    return plots.frames(
        {"truth": truth, "unconditional": predicted},
        f"The frames that were hidden, and what the unconditional predictor made of them ({made}).",
        first=first,
    )


def draw_errors(
    error: Errors, levels: Mapping[str, float], first: int, clips: int, made: str
) -> Picture:
    """Nats of each predicted frame, between what needs no learning."""
    listed = ", ".join(f"{name} {value:.1f}" for name, value in levels.items())
    return plots.curves(
        {"unconditional": (_ahead(error, first), error)},
        levels,
        f"Cross-entropy of each predicted frame: {error[0]:.1f} nats at the first, {error[-1]:.1f} "
        f"at the last; {listed}. Means of {clips} held-out clips ({made}).",
        xlabel="frame of the clip",
    )


def draw_squared(squared: Errors, copied: Errors, mean_image: float, first: int) -> Picture:
    """Squared error of each predicted frame, of the model and of the last frame seen."""
    ahead = _ahead(squared, first)
    return plots.curves(
        {"unconditional": (ahead, squared), "copy last": (ahead, copied)},
        {"mean image": mean_image, "bound": 0.0},
        "The same in squared error, where copying the last frame can stand beside it: copying has "
        f"{copied[0]:.1f} at the first predicted frame and {copied[-1]:.1f} at the last, the model "
        f"{squared[0]:.1f} and {squared[-1]:.1f}.",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
    )


def draw_exposure(
    shown: Errors, free: Errors, alone: Errors, levels: Mapping[str, float], first: int, made: str
) -> Picture:
    """A teacher-forced model shown the truth and running freely, beside an unconditional one."""
    ahead = _ahead(alone, first)
    worse = [str(t) for t, f, e in zip(ahead, free, alone, strict=True) if f > e]
    compared = f"frames {', '.join(worse)}" if worse else "no frame"
    return plots.curves(
        {
            "teacher-forced, shown": (ahead, shown),
            "teacher-forced, free": (ahead, free),
            "unconditional": (ahead, alone),
        },
        levels,
        f"Shown the truth, the teacher-forced model goes from {shown[0]:.1f} nats to "
        f"{shown[-1]:.1f}; running freely, from {free[0]:.1f} to {free[-1]:.1f}. Running freely it "
        f"is worse than the unconditional one at {compared} ({made}).",
        xlabel="frame of the clip",
    )


def draw_drift(
    truth: ArrayLike, shown: ArrayLike, free: ArrayLike, first: int, clips: int, made: str
) -> Picture:
    """One clip (T, H, W) and what a teacher-forced model makes of it in both ways."""
    return plots.frames(
        {"truth": truth, "shown": shown, "free": free},
        f"The teacher-forced model, “shown” the true frame before each step and running “free”, on "
        f"the one of {clips} held-out clips on which the two differ most ({made}).",
        first=first,
    )


def _ahead(errors: Errors, first: int) -> range:
    return range(first, first + len(errors))
