"""What lesson 06c asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
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

AS_PUBLISHED = "yes, and each lead is larger than the spread of the seeds"
NEARLY = "yes, but some lead is within the spread of the seeds"
CHANGED = "no: two of them change places, by more than the spread"


def _leads(table: dict[str, Any]) -> list[tuple[float, float]]:
    """What each model gains on the one before it in the paper's order, and their larger spread."""
    names = sorted(table["published"], key=lambda name: -table["published"][name])
    pairs = pairwise([table["models"][name] for name in names])
    return [
        (worse["mean"] - better["mean"], max(worse["spread"], better["spread"]))
        for worse, better in pairs
    ]


def _order(table: dict[str, Any]) -> str:
    leads = _leads(table)
    if any(lead < -spread for lead, spread in leads):
        return CHANGED
    return AS_PUBLISHED if all(lead > spread for lead, spread in leads) else NEARLY


def _why_order(table: dict[str, Any]) -> str:
    ours = sorted(table["models"].items(), key=lambda item: -item[1]["mean"])
    listed = "; ".join(f"{name} {one['mean']:.1f} ± {one['spread']:.1f}" for name, one in ours)
    leads = ", ".join(f"{lead:+.1f}" for lead, _ in _leads(table))
    return (
        f"From worst to best here: {listed} nats per frame. The leads along the paper's order: "
        f"{leads} ({table['scale']} scale, {ours[0][1]['steps']} steps, three seeds)."
    )


THE_ORDER = Question(
    "table2/order_of_the_paper",
    "Same steps, three seeds each, in our small world. Do the four stand in the order of the "
    "paper?",
    {
        AS_PUBLISHED: "A fair hope. But three of the paper's four numbers lie within 4 nats of "
        "each other, and each is one run.",
        NEARLY: "A careful guess: one lead is indeed within the spread. But of another pair it is "
        "not the lead that is small, it is the order that is another.",
        CHANGED: "In another world, after so few steps, it might well be so. Here the order holds.",
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

LAST = "last, or nearly: fewer steps, and true frames only"
MIDDLE = "between the others"
FIRST = "first, ahead of all four"


def _means(table: dict[str, Any]) -> list[float]:
    return [one["mean"] for one in table["models"].values()]


def _place(shown: float, free: float, table: dict[str, Any]) -> str:
    ahead = sum(mean < shown for mean in _means(table))
    if ahead == 0:
        return FIRST
    return LAST if ahead >= len(_means(table)) - 1 else MIDDLE


WRONG_TEST = Question(
    "table2/wrong_test",
    "Judged with the answers on the table, which place would it take among the four models of part "
    "2?",
    {
        LAST: "So it should, if the test were one of predicting. But one frame ahead of a true "
        "frame is another task, and an easier one.",
        MIDDLE: "The shown frames make up for something, it is true: for how much, a few models in "
        "a row do not tell.",
        FIRST: "It has the true frame before each step. But after so few steps it does not use it "
        "so well.",
    },
    _place,
    lambda shown, free, table: (
        f"{shown:.1f} nats per frame shown the truth; the best of part 2 has "
        f"{min(_means(table)):.1f}, the worst {max(_means(table)):.1f}. Running freely this one "
        f"has {free:.1f}. It is the same model: a number says as much as the way in which it was "
        "judged."
    ),
)
