"""The pictures of lesson 07: how far a change reaches, and who is ahead by which count.

T time, h × w patches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.convlstm.experiment import LABELS, error_over_seeds
from lstm_video_lab.lessons.convlstm.places import errors_at
from lstm_video_lab.lessons.convlstm.reach import receptive_radius, untrained_state_change
from lstm_video_lab.plots.canvas import Picture, levels_of
from lstm_video_lab.settings import Settings

FAINTEST = 1e-12  # a change that is smaller than this, beside the largest one, is drawn as black
GROUPS = {
    "rivals": {
        "16 maps": "conv",
        "16 units": "few, equal time",
        "256 units": "many, equal time",
    },
    "kernels": {"kernel 5": "conv", "kernel 3": "conv, kernel 3", "kernel 1": "conv, kernel 1"},
}


def overview(result: dict[str, Any]) -> Picture:
    """Future error of every model that predicts, mean and deviation over seeds, with baselines."""
    models = {name: model for name, model in result["models"].items() if model["future"]}
    scores = {name: error_over_seeds(model) for name, model in models.items()}
    seeds = next(iter(models.values()))["seeds"]
    return plots.bars(
        [LABELS[name] for name in models],
        [mean for mean, _ in scores.values()],
        [deviation for _, deviation in scores.values()],
        levels_of(result["baselines"]),
        "Future error, nats per frame on held-out clips: "
        + "; ".join(f"{LABELS[name]} {mean:.1f} ± {d:.1f}" for name, (mean, d) in scores.items())
        + f". Bars: deviation over {seeds} seeds. Stored results, {result['scale']} scale.",
    )


def draw_places(result: dict[str, Any]) -> Picture:
    """Errors of every seed at the left, where both kinds learned, and at the right."""
    sides, models = list(result["truth"]), result["models"]
    seeds = range(len(models["convolutional"]["nats"]["left"]))
    means = {side: errors_at(result, side) for side in sides}
    groups, words = {}, []
    for name, one in models.items():
        groups[name] = [round(one["nats"][side][seed], 1) for side in sides for seed in seeds]
        words.append(f"{name} {', '.join(f'{means[side][name][0]:.0f}' for side in sides)}")
    for level in ("mean image", "entropy bound"):
        row = [result["baselines"][side][level] for side in sides]
        words.append(f"{level} {', '.join(f'{value:.0f}' for value in row)}")
    right = ", ".join(f"{value:.1f}" for value in models["convolutional"]["nats"]["right"])
    levels = result["baselines"]["right"]
    return plots.bars(
        [f"at the {side}, seed {seed + 1}" for side in sides for seed in seeds],
        groups,
        baselines={
            "mean image": levels["mean image"],
            "left's mean image": levels["mean image of the left"],
            "entropy bound": levels["entropy bound"],
        },
        text="Trained at the left, tested at the left and at the right, nats per frame to come, "
        f"mean of {len(seeds)} seeds: {'; '.join(words)} ({result['sequences']} held-out "
        f"sequences, {result['scale']} scale). The convolutional one at the right, seed by seed: "
        f"{right}.",
    )


def draw_places_clip(result: dict[str, Any], side: str) -> Picture:
    """One held-out clip at a side, continued by both."""
    rows = {"truth": unpack_frames(result["truth"][side])}
    rows |= {name: unpack_frames(one["clips"][side]) for name, one in result["models"].items()}
    return plots.frames(
        rows,
        f"A held-out digit at the {side}, continued by two networks that have met digits at the "
        "left alone.",
        first=11,
    )


def draw_future(truth, predictions: dict[str, Any], words: str) -> Picture:
    """One clip, continued by several models."""
    return plots.frames({"truth": truth, **predictions}, words, first=11)


def draw_ranking(scores: dict[str, dict[str, dict[str, float]]]) -> Picture:
    """The pair of the box on three kinds of clips, with their baselines."""
    worlds = list(next(iter(scores.values())))
    groups = {name: [row[world]["nats"] for world in worlds] for name, row in scores.items()}
    spread = {name: [row[world]["stderr"] for world in worlds] for name, row in scores.items()}
    first = next(iter(scores.values()))
    for words, key in (("mean image", "mean image"), ("entropy bound", "bound")):
        groups[words] = [first[world][key] for world in worlds]
    listed = "; ".join(
        f"{name} {', '.join(f'{v:.0f}' for v in row)}" for name, row in groups.items()
    )
    return plots.bars(
        worlds,
        groups,
        spread,
        text=f"Two models that were trained at one speed, on three kinds of clips, nats per frame: "
        f"{listed}. Bars: standard error over clips.",
    )


def draw_live_curves(runs: dict[str, Any], nats: dict[str, float], levels: dict) -> Picture:
    """Error of two live runs against seconds of training."""
    listed = ", ".join(f"{name} {value:.1f}" for name, value in nats.items())
    known = [name for name in ("mean image", "mean digit", "entropy bound") if name in levels]
    lines = ", ".join(f"{name} {levels[name]:.1f}" for name in known)
    return plots.curves(
        {name: (run.curve["seconds"], run.curve["future"]) for name, run in runs.items()},
        levels,
        f"Error of the future on training batches, against seconds of training. On held-out clips "
        f"at the end: {listed} nats per frame; {lines}.",
        xlabel="seconds",
        ylabel="future, nats per frame",
    )


def draw_recalled(result: dict[str, Any], names: dict[str, str]) -> Picture:
    """What two stored autoencoders recall, put back into the order of time."""
    models = result["models"]
    clips = {
        words: {part: unpack_frames(text) for part, text in models[name]["examples"].items()}
        for words, name in names.items()
    }
    rows = {words: parts["reconstruction"][::-1, 0] for words, parts in clips.items()}
    seen = next(iter(clips.values()))["frames"][: len(next(iter(rows.values()))), 0]
    errors = {
        words: error_over_seeds(models[name], "reconstruction", "mse")[0]
        for words, name in names.items()
    }
    return plots.frames(
        {"input": seen, **rows},
        "What two autoencoders recall, put back into the order of time, after equal seconds: "
        + ", ".join(f"{words} {value:.2f}" for words, value in errors.items())
        + f" squared error per frame. Stored results, {result['scale']} scale.",
    )


def draw_reach(settings: Settings, kernel: int, patch: int, layers: int, steps: int) -> Picture:
    """What the rule allows over what is measured, for every step."""
    s, changes = settings, untrained_state_change(settings, kernel, patch, layers)
    side = s.image_size // patch
    away = np.mgrid[:side, :side].max(0)  # (h, w), in patches from the corner
    allowed = np.stack([away <= receptive_radius(kernel, layers, t) for t in range(s.frames_in)])
    faint = np.log10(np.maximum(changes / changes.max(), FAINTEST)) / np.log10(FAINTEST)
    shown = np.where(changes > 0, 1 - 0.85 * faint, 0.0)
    rows = {
        name: maps.astype(float).repeat(patch, 1).repeat(patch, 2)
        for name, maps in (("may know of it", allowed), ("knows of it", shown))
    }
    radius = receptive_radius(kernel, layers, steps)
    farthest = int(away[changes[steps] > 0].max())
    pace = (kernel - 1) // 2 * patch
    speed = max(s.speed) if isinstance(s.speed, tuple) else s.speed
    moved = speed * (s.image_size - s.digit_size)
    return plots.frames(
        rows,
        f"The pixel in the corner of frame 1 was changed. {steps} step{'s' * (steps != 1)} later "
        f"the rule lets patches know of it that are up to {radius} away; in an untrained network "
        f"it is known up to {farthest} patches away, by {(changes[steps] > 0).sum()} patches of "
        f"{side**2}. A change travels {pace} pixels a step, a digit at most {moved:.1f}. "
        "In a fully connected LSTM every unit knows at once. "
        "Brightness: size of the change, logarithmic.",
        mark=steps,
    )


def draw_rivals(result: dict[str, Any], group: str, count: str, part: str) -> Picture:
    """Held-out error, the mean over seeds, against steps, sequences or seconds."""
    lines, facts = {}, []
    for words, name in GROUPS[group].items():
        model = result["models"][name]
        unit = {"steps": 1.0, "sequences": model["settings"]["batch_size"]}
        along = np.array(model["curve"]["step"]) * unit.get(count, result["step_seconds"][name])
        lines[words] = (along, model["curve"][part])
        mean, deviation = error_over_seeds(model, part)
        facts.append(
            f"{words} {mean:.1f} ± {deviation:.1f} after {model['steps']} steps "
            f"({model['parameters']:,} parameters)"
        )
    levels = levels_of(result["baselines"])
    if part == "reconstruction":
        levels = {}  # those of the future are of other frames
    beside = ", ".join(f"{name} {level:.1f}" for name, level in levels.items())
    baselines = f"Baselines: {beside}. " if beside else ""
    return plots.curves(
        lines,
        levels,
        f"{part.capitalize()}, nats per frame on held-out sequences at the end, mean ± deviation "
        f"over {model['seeds']} seeds: {'; '.join(facts)}. {baselines}"
        f"Stored results, {result['scale']} scale; each learning rate falls to 0 at its own end. "
        "The lines were measured on fewer sequences, so they end a little beside these numbers.",
        xlabel=count,
    )
