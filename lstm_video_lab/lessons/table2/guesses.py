"""What lesson 06c asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lstm_video_lab.lessons.table2.experiment import effects, tried_values
from lstm_video_lab.questions import Question
from lstm_video_lab.settings import Settings

UNITS = "more units: the most instead of the fewest"
LAYERS = "more layers: two instead of one"
CONDITIONING = "a conditional future decoder"
TURNS = {"units": UNITS, "layers": LAYERS, "conditioning": CONDITIONING}


def _helps_most(grid: dict[str, Any]) -> str:
    found = effects(grid)
    return TURNS[min(found, key=lambda name: found[name][0])]


def _changes(grid: dict[str, Any]) -> str:
    units, layers, _ = tried_values(grid)
    listed = ", ".join(
        f"{name} {change:+.1f} ± {error:.1f}" for name, (change, error) in effects(grid).items()
    )
    return (
        f"Change of the future error, nats per frame: {listed} ({units[-1]} units instead of "
        f"{units[0]}, {layers[-1]} layers instead of {layers[0]}; {grid['scale']} scale, one seed: "
        "the ± holds for other sequences, not for other first weights)."
    )


WHAT_HELPS_MOST = Question(
    "table2/what_helps_most",
    "Which of the three lowers the future error most, on average over the two others?",
    {
        UNITS: "The state has to hold it all, and yet it was not the state that was short.",
        LAYERS: "A second layer can do more with what is held. But it holds no more, and has to be "
        "trained.",
        CONDITIONING: "It is told nothing that it did not say itself: it saves the state a little "
        "work.",
    },
    _helps_most,
    _changes,
)

BOTH_WAYS = "the one that recalls, with and without conditioning"
DEPENDS = "it depends on conditioning"
NOBODY = "neither: the leads are within the spread of the seeds"


def _gains(table: dict[str, Any]) -> tuple[float, float, float]:
    """What recalling gains without and with conditioning, and the largest spread of a model."""
    models = table["models"]
    means = {name: one["mean"] for name, one in models.items()}
    alone = means["future predictor"] - means["composite"]
    conditional = (
        means["conditional future predictor"] - means["composite + conditional future predictor"]
    )
    return alone, conditional, max(one["spread"] for one in models.values())


def _order(table: dict[str, Any]) -> str:
    alone, conditional, noise = _gains(table)
    return (NOBODY, DEPENDS, BOTH_WAYS)[(alone > noise) + (conditional > noise)]


def _why_order(table: dict[str, Any]) -> str:
    alone, conditional, noise = _gains(table)
    return (
        f"To recall as well gains {alone:+.1f} nats without conditioning and {conditional:+.1f} "
        f"with it; the largest spread of a model is {noise:.1f} ({table['scale']} scale, "
        f"{table['models']['composite']['steps']} steps). In the paper: +5.3 and +2.3, in its nats."
    )


THE_ORDER = Question(
    "table2/the_order",
    "Same steps, three seeds. Who predicts better: a model that also recalls, or one that only "
    "predicts?",
    {
        BOTH_WAYS: "The paper says so. Our seeds do not bear it out in both.",
        DEPENDS: "A conditional decoder could make up for what the state lacks. It does not, "
        "wholly.",
        NOBODY: "Three seeds spread less than you feared.",
    },
    _order,
    _why_order,
)

FOG = "near the mean image: it knows nothing of this clip"
NEAR_MODELS = "below the mean image, and near the trained models"
BEST = "below all trained models"


def _how_far(errors: Mapping[int, Sequence[float]], table: dict[str, Any]) -> str:
    error = list(errors.values())[-1][-1]
    mean = table["baselines"]["mean_image"]["mse"]
    best = min(one["mse"] for one in table["models"].values())
    if error < best:
        return BEST
    return NEAR_MODELS if error < (mean + best) / 2 else FOG


def _why_so_far(errors: Mapping[int, Sequence[float]], table: dict[str, Any]) -> str:
    count, line = list(errors.items())[-1]
    return (
        f"The mean of {count} has {line[-1]:.1f} per frame; mean image "
        f"{table['baselines']['mean_image']['mse']:.1f}, future predictor "
        f"{table['models']['future predictor']['mse']:.1f}, composite "
        f"{table['models']['composite']['mse']:.1f}. Nothing was trained."
    )


LOOKING_UP = Question(
    "table2/looking_up",
    "The models of the table have seen some 38,400 clips each. Take a collection of 8,000 clips, "
    "and the mean of the 10 nearest. Where does its squared error lie?",
    {
        FOG: "Other handwriting, but the same way of moving: one digit in a small box has not so "
        "many.",
        NEAR_MODELS: "It was a fair guess; the collection was too small, or large enough for more.",
        BEST: "It would need a clip for every place, direction and handwriting.",
    },
    _how_far,
    _why_so_far,
)

AS_LITTLE = "as little as without the mistake"
DOUBLE = "about twice as much"
MANY_TIMES = "many times as much"


def _floor(floor: float, bound: float, world: Settings) -> str:
    if floor < 1.5 * bound:
        return AS_LITTLE
    return DOUBLE if floor < 3 * bound else MANY_TIMES


THE_FLOOR = Question(
    "table2/the_floor",
    "A prediction cannot cost less than the entropy bound. And if it goes through one more "
    "sigmoid, how little can the best of all predictions cost?",
    {
        AS_LITTLE: "If any number could come out of a sigmoid of a sigmoid. But its input lies "
        "between 0 and 1.",
        DOUBLE: "It is a factor for every pixel, and nearly all pixels cost next to nothing "
        "before.",
        MANY_TIMES: "In a frame of so few pixels it is not as bad as that.",
    },
    _floor,
    lambda floor, bound, world: (
        f"{floor:.0f} nats, where the bound is {bound:.0f} ({world.image_size}×{world.image_size} "
        f"pixels, {world.num_digits} digits). A probability lies between 0 and 1, so its sigmoid "
        "lies between 0.5 and 0.731: black can't be told. Each black pixel costs ln 2 = 0.69 nats, "
        f"and nearly all of the {world.image_size**2} are black."
    ),
)

LITTLE = "they differ by less than a tenth"
MORE = "free costs more, but not twice as much"
TWICE = "free costs at least twice as much"


def _gap(shown: float, free: float, baselines: dict[str, Any]) -> str:
    if free < 1.1 * shown:
        return LITTLE
    return MORE if free < 2 * shown else TWICE


SHOWN_OR_FREE = Question(
    "table2/shown_or_free",
    "Shown the true frame before each step, it scores well. And running freely, as a prediction "
    "must?",
    {
        LITTLE: "It would if its own frames were as good as true ones. It has never seen its own.",
        MORE: "Its mistakes feed on themselves, more or less than that.",
        TWICE: "Its mistakes feed on themselves, but ten frames are few.",
    },
    _gap,
    lambda shown, free, baselines: (
        f"{shown:.1f} nats per frame shown the truth, {free:.1f} running freely (mean image "
        f"{baselines['mean_image']['cross_entropy']:.1f}). With such a test the conditional rows "
        "of a table look better than they are, and nobody can see by how much."
    ),
)
