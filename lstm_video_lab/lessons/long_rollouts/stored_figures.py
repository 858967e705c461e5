"""The pictures of lesson 09's stored results, and the strip of one rollout.

T steps, B sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.long_rollouts.experiment import (
    LAGS,
    PERIODIC,
    STEPS,
    TRAINED,
    WINDOWS,
    Rollout,
    first_step_above,
    period_correlation,
    periods_of,
)
from lstm_video_lab.plots.canvas import Picture, draw_lines, room_for
from lstm_video_lab.plots.page import Page

LARGE = ("fully connected", "convolutional")  # the two models of 64×64 pixels
AHEAD = range(1, STEPS + 1)
MIDDLE = (25, 50, 75)  # % of clips: the quartiles


def draw_strip(
    rollouts: Mapping[str, Rollout],
    truth: np.ndarray,
    sequence: int,
    first: int,
    steps: range = range(9, STEPS, 10),
) -> Picture:
    """Some steps of a rollout (sequence from 1) in one strip: truth, then each model."""
    shown = slice(steps.start, steps.stop, steps.step)
    rows = {"truth": truth[shown, sequence - 1]}
    words = []
    for name, one in rollouts.items():
        rows[name] = one.frames[shown, sequence - 1]
        late = one.measures["path"][-50:, sequence - 1].mean()
        words.append(f"{name} {late:.2f}")
    page = Page(room_for([*rows, "frame"]), narrow=True)
    page.frames(rows, [first + t for t in steps])
    page.gap(6)
    return page.finish(
        f"Frames {first + steps[0]} to {first + steps[-1]}, one in {steps.step}. In the last fifty "
        "of the hundred frames to come, the centre of ink moves by so many pixels a frame: "
        f"{', '.join(words)}.",
    )


def horizon(one: dict[str, Any]) -> int | None:
    """How many frames ahead a stored model's error passes that of the mean image."""
    level = one["baselines"]["mean_image"]["cross_entropy"]
    return first_step_above(one["per_step"]["cross_entropy"], level)


def late_path(one: dict[str, Any]) -> float:
    """How far the centre of ink moves in frames 51 to 100, a part of the true way."""
    return float(np.mean(one["per_step"]["path"][STEPS // 2 :]) / one["path"])


def draw_errors(result: dict[str, Any], names: tuple[str, ...] = LARGE) -> Picture:
    """Nats of stored models over the rollout."""
    models = {name: result["models"][name] for name in names}
    lines = {name: (AHEAD, one["per_step"]["cross_entropy"]) for name, one in models.items()}
    first = next(iter(models.values()))
    levels = {
        name: float(np.mean(first["baselines"][name.replace(" ", "_")]["cross_entropy"]))
        for name in ("mean image", "entropy bound")
    }
    passed = ", ".join(f"{name} {horizon(one) or 'never'}" for name, one in models.items())
    return plots.curves(
        lines,
        levels,
        f"Error over the rollout. The mean image is passed so many frames ahead: {passed} "
        f"({first['sequences']} held-out sequences).",
        xlabel="frames ahead",
    )


def draw_squared_errors(result: dict[str, Any]) -> Picture:
    """Squared error of the two large models, with the copied frame."""
    models = {name: result["models"][name] for name in LARGE}
    lines = {name: one["per_step"]["mse"] for name, one in models.items()}
    levels = models[LARGE[0]]["baselines"]
    lines |= {"mean image": levels["mean_image"]["mse"], "copy last": levels["copy_last"]["mse"]}
    back = 12 + int(np.argmin(lines["copy last"][11:35]))
    return plots.curves(
        {name: (AHEAD, values) for name, values in lines.items()},
        {"bound": 0.0},
        "The same in squared error, last frame: "
        + ", ".join(f"{name} {values[-1]:.0f}" for name, values in lines.items())
        + f". Copying the last frame is least wrong, after the first frames, at frame {back}: why "
        "there?",
        xlabel="frames ahead",
        ylabel="squared error per frame",
    )


def draw_sharpness(result: dict[str, Any]) -> Picture:
    """Sharpness of the two large models: 1 is that of the true frames."""
    lines, words = {}, []
    for name in LARGE:
        values = result["models"][name]["per_step"]["sharpness"]
        lines[name] = (AHEAD, values)
        words.append(f"{name} {values[0]:.2f}, {values[9]:.2f}, {values[-1]:.2f}")
    level = float(np.mean(result["models"][LARGE[0]]["baselines"]["mean_image"]["sharpness"]))
    return plots.curves(
        lines,
        {"mean image": level},
        f"Sharpness 1, 10 and {STEPS} frames ahead: {'; '.join(words)}. The truth has 1.",
        xlabel="frames ahead",
        ylabel="sharpness, 1: as the truth",
    )


def draw_paths(result: dict[str, Any]) -> Picture:
    """How far the centre of ink moves per frame, as a part of the true way."""
    lines, words = {}, []
    for name in LARGE:
        one = result["models"][name]
        part = np.array(one["per_step"]["path"]) / one["path"]
        lines[name] = (AHEAD, part)
        words.append(f"{name} {part[:10].mean():.2f}, {late_path(one):.2f}")
    return plots.curves(
        lines,
        {"truth": 1.0},
        "How far the centre of ink moves per frame, a part of the true way, in frames 1 to 10 and "
        f"51 to 100: {'; '.join(words)}.",
        xlabel="frames ahead",
        ylabel="path, part of the true one",
    )


def draw_swings(result: dict[str, Any]) -> Picture:
    """How much units change from step to step: the two large models, and the controls of one."""
    models = {name: result["models"][name] for name in LARGE}
    swings = {name: one["swing"] for name, one in models.items()}
    swings |= {name: one["swing"] for name, one in models[LARGE[0]]["controls"].items()}
    return plots.curves(
        {name: (range(2, STEPS + 1), np.round(values, 3)) for name, values in swings.items()},
        text="How much units change in one step (root mean square over units and sequences), first "
        "and last step: "
        + "; ".join(f"{name} {values[0]:.2g}, {values[-1]:.2g}" for name, values in swings.items())
        + ". Random and shuffled: controls of the fully connected one.",
        xlabel="frames ahead",
        ylabel="change per step",
    )


def draw_two_clocks(result: dict[str, Any], name: str) -> Picture:
    """Periods of the units in the second half, beside the periods of the digits' coordinates."""
    one = result["models"][name]
    window, digits = one["windows"]["second half"], np.array(one["periods"])
    clear = np.array(window["height"]) >= PERIODIC
    units, places = np.array(window["lag"])[clear], np.where(digits > 0, digits, STEPS)
    lows = range(9, LAGS, 3)

    def shares(periods: np.ndarray) -> list[float]:
        """% of periods in each bin of three steps, and of those that are longer."""
        counts = [np.sum((periods >= low) & (periods < low + 3)) for low in lows]
        counts.append(np.sum(periods > LAGS))
        return [round(100 * count / max(len(periods), 1), 1) for count in counts]

    middle = [np.percentile(p if len(p) else [0], (25, 50, 75)) for p in (units, places.ravel())]
    return plots.bars(
        [*(f"{low}–{low + 2}" for low in lows), "longer, or none"],
        {"units": shares(units), "digits": shares(places.ravel())},
        text=f"The {name} model, periods in frames. Units of the {clear.sum()} of "
        f"{one['sequences']} clips that are periodic in the second half: the middle half from "
        f"{middle[0][0]:.0f} to {middle[0][2]:.0f}. Coordinates of the digits: none below "
        f"{places.min()}, the middle half from {middle[1][0]:.0f} to {middle[1][2]:.0f}. (Units "
        f"are searched up to {LAGS}.)",
        ylabel="% of all",
    )


def draw_stored_clips(result: dict[str, Any]) -> Picture:
    """One clip as the three models of one digit roll on."""
    examples = {name: result["models"][name]["example"] for name in TRAINED}
    rows = {name: unpack_frames(example["rollout"]) for name, example in examples.items()}
    late = {
        name: np.abs(np.diff(frames[-8:].astype(float), axis=0)).mean()
        for name, frames in rows.items()
    }
    shown = {"truth": unpack_frames(examples["thirty"]["truth"]), **rows}
    frames_in = result["models"]["thirty"]["settings"]["frames_in"]
    numbers = [frames_in + 5 * (n + 1) for n in range(len(shown["truth"]))]
    page = Page(room_for([*shown, "frame"]), narrow=True)
    page.frames(shown, numbers)
    page.gap(6)
    return page.finish(
        f"One held-out clip, frames {numbers[0]} to {numbers[-1]}, one in 5. "
        "How much the last eight of these differ from one to the next, in grey levels per pixel: "
        + ", ".join(f"{name} {change:.1f}" for name, change in late.items())
        + ".",
    )


def draw_period_against_period(result: dict[str, Any], name: str) -> Picture:
    """Period of the units against the shortest true period of the digits: medians, and from
    quartile to quartile.
    """
    one, shown, words = result["models"][name], {}, []
    for window in WINDOWS:
        true, units, clear = periods_of(one, window)
        known = [int(p) for p in np.unique(true[clear]) if (true[clear] == p).sum() >= 5]
        shown[window] = known, [np.percentile(units[clear & (true == p)], MIDDLE) for p in known]
        r, clips = period_correlation(one, window)
        words.append(f"{window} {r:+.2f} ({clips} clips)")
    quickest = known[0] if known else 0
    slower = clear & (true > quickest)
    rest = float(np.corrcoef(true[slower], units[slower])[0, 1]) if slower.sum() > 2 else 0.0
    page = Page()
    page.gap(14)
    labels = ("true period, frames", "period of the units, steps")
    axes = page.chart(290, ["second half 12.3"], *labels, below=56)
    known = max((known for known, _ in shown.values()), key=len)
    medians = {window: (known, [q[1] for q in each]) for window, (known, each) in shown.items()}
    page.label_ends(axes, draw_lines(axes, {"as the digits": (known, known), **medians}))
    for line, (known, each) in zip(axes.lines[1:], shown.values(), strict=True):
        low, middle, high = np.reshape(each, (-1, 3)).T
        look: dict[str, Any] = {"fmt": "none", "ecolor": line.get_color(), "capsize": 4}
        axes.errorbar(known, middle, (middle - low, high - middle), **look)
    return page.finish(
        f"The {name} model: period of its units against the shortest true period of the digits, "
        "medians, and bars over the middle half of the clips. Correlation over clips: "
        f"{'; '.join(words)}, of {one['sequences']}. In the second half, of digits slower than "
        f"{quickest} frames alone {rest:+.2f} ({slower.sum()} clips).",
    )


def table_of_periodic(result: dict[str, Any], watching: dict[str, Any]) -> str:
    """In how many clips the second half is periodic: free, watching (`search_windows`), the law."""
    one = result["models"][LARGE[0]]
    shares = {
        f"{LARGE[0]}, running on alone": one["windows"]["second half"]["periodic"],
        "its encoder, watching the true frames": watching["second half"]["periodic"],
        "the true places": one["true places"]["second half"]["periodic"],
    }
    return "\n".join(f"{name:<38}{100 * share:>5.0f}" for name, share in shares.items())


def table_of_endings(result: dict[str, Any]) -> str:
    """Frames 51 to 100 in numbers: a line for each model, and for the true places in the worlds
    of one digit and of two.
    """
    heads = ("periodic", "period", "swing", "path", "off by")
    lines = [f"{'frames 51 to 100':<18}" + "".join(f"{head:>10}" for head in heads)]
    for name, one in result["models"].items():
        window = one["windows"]["second half"]
        mean_image = one["baselines"]["mean_image"]["place"]
        off = np.mean(one["per_step"]["place"][50:]) / np.mean(mean_image)
        lines.append(
            f"{name:<18}{_clock(window)}{window['swing']:>10.3f}{late_path(one):>10.2f}{off:>10.2f}"
        )
    for words, name in (("truth, one digit", TRAINED[0]), ("truth, two digits", LARGE[0])):
        places = result["models"][name]["true places"]["second half"]
        lines.append(f"{words:<18}{_clock(places)}{'–':>10}{1:>10.2f}{0:>10.2f}")
    return "\n".join(lines)


def _clock(window: dict[str, Any]) -> str:
    """The share of clips that are periodic, and the median of their periods."""
    periods = np.array(window["lag"])[np.array(window["height"]) >= PERIODIC]
    beat = f"{np.median(periods):.0f}" if len(periods) else "–"
    return f"{100 * window['periodic']:>8.0f} %{beat:>10}"
