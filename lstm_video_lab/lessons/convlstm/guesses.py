"""The guesses of lesson 07."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.convlstm.experiment import PUBLISHED, error_over_seeds
from lstm_video_lab.lessons.convlstm.places import errors_at
from lstm_video_lab.questions import Question

CONV, FC, BOTH, NEITHER = (
    "Only the convolutional one",
    "Only the fully connected one",
    "Both",
    "Neither",
)


def _known_at_the_right(places: dict[str, Any]) -> str:
    errors, level = errors_at(places, "right"), places["baselines"]["right"]["mean image"]
    conv, fc = (errors[name][0] < level for name in ("convolutional", "fully connected"))
    return {(True, True): BOTH, (True, False): CONV, (False, True): FC, (False, False): NEITHER}[
        conv, fc
    ]


def _errors_of_sides(places: dict[str, Any]) -> str:
    parts = []
    for side in places["truth"]:
        errors = errors_at(places, side)
        level = places["baselines"][side]["mean image"]
        listed = ", ".join(f"{name} {mean:.0f} ± {d:.0f}" for name, (mean, d) in errors.items())
        parts.append(f"at the {side} {listed} (mean image {level:.0f})")
    return f"Nats per frame, mean ± deviation over seeds: {'; '.join(parts)}."


PLACES = Question(
    "convlstm/places",
    "Both networks were trained on digits that go up and down at the left, and nowhere else. Which "
    "of them predicts such a digit at the right better than the mean image does?",
    {
        CONV: "But the other one does know at the right what it learnt at the left.",
        FC: "Its weights belong to single pixels, and those at the right have never seen a digit.",
        BOTH: "One of them has weights for single pixels, and at the right they never saw a digit.",
        NEITHER: "One of them uses the very same weights at every place.",
    },
    _known_at_the_right,
    _errors_of_sides,
)

UNITS = Question(
    "convlstm/units",
    "A convolutional composite with 16 maps and kernels of 5×5: how many units has a fully "
    "connected one with as many weights, for frames of 32×32 pixels?",
    {
        "16": "So few.",
        "256": "Those have more than twenty times as many weights.",
        "2048": "Those are the paper's, and have hundreds of times as many weights.",
    },
    "16",
    lambda counts: (
        f"It has {counts['connected, 16 units'][1]:,} weights with 16 units, the "
        f"convolutional one {counts['conv, 16 maps'][1]:,}. Nearly all of them go from and to "
        f"pixels: with frames of 64×64 it has {counts['connected, 16 units'][2]:,}. The "
        "convolutional one does not grow with the frame."
    ),
)

PACE = Question(
    "convlstm/pace",
    "Kernels of 5×5, patches of 4×4. How fast does a change travel, beside a digit at full speed?",
    {
        "Slower than the digit": "Then it could not follow the digit at all.",
        "About as fast": "A kernel of 3×3 comes near to that.",
        "More than twice as fast": "Two patches a step.",
    },
    "More than twice as fast",
    "Two patches of 4 pixels are 8 pixels in each step. With 64×64 pixels and digits of 28, as in "
    "the papers, a digit moves 3.6 pixels in a step, here still less. With a kernel of 1×1 a "
    "change does not travel at all.",
)

RIVALS = ("few, equal steps", "few, equal time", "many, equal time")
IN_ALL, IN_TWO, IN_ONE, IN_NONE = "In all three", "In two of the three", "In one", "In none"


def _wins(result: dict[str, Any]) -> str:
    models = result["models"]
    conv = error_over_seeds(models["conv"])[0]
    count = sum(conv < error_over_seeds(models[name])[0] for name in RIVALS)
    return (IN_NONE, IN_ONE, IN_TWO, IN_ALL)[count]


def _scores(result: dict[str, Any]) -> str:
    parts = []
    for name in ("conv", *RIVALS):
        mean, deviation = error_over_seeds(result["models"][name])
        parts.append(f"{name} {mean:.1f} ± {deviation:.1f}")
    seeds = result["models"]["conv"]["seeds"]
    return (
        f"Future error, nats per frame, mean ± deviation over {seeds} seeds: {'; '.join(parts)} "
        "(few: 16 units; many: 256)."
    )


WINS = Question(
    "convlstm/wins",
    "In how many of the three comparisons has the convolutional model the lower error?",
    {
        IN_ALL: "One it loses: against 256 units, which take twice as many steps in that time.",
        IN_TWO: "It is another number here: see the bars below.",
        IN_ONE: "Against as many weights it wins twice: by steps, and by the clock as well.",
        IN_NONE: "Weights that are used at 64 places learn from all of them: as many that belong "
        "to one pixel each are behind, by steps and by the clock.",
    },
    _wins,
    _scores,
)

BETTER, ABOUT, WORSE = "Better than 341", "From 341 to 367", "Worse than 367"
THEIRS = PUBLISHED["FC, as Shi et al. trained it"][0]
RIVAL = Question(
    "convlstm/rival",
    "In the paper of Shi and others, how does their own fully connected LSTM do on their clips?",
    {
        BETTER: "Then their convolutional one would have lost in their own paper.",
        ABOUT: "So it would be if the clips of both papers were alike. They are not.",
        WORSE: "On their clips.",
    },
    WORSE,
    f"{THEIRS:.0f} nats per frame. So within one paper, on one set of clips, the convolutional "
    "model wins by more than 100 nats. The same kind of network has 350 in one paper and "
    f"{THEIRS:.0f} in the other: the clips differ, or the training, or both.",
)

LEADS_BY_MORE, LEADS_BY_LESS, FLIPS = (
    "The convolutional one leads as before, or by more",
    "It leads by less",
    "The ranking flips: the fully connected one leads",
)
SLOW, FAST = "one speed, unseen digits", "range of speeds, unseen digits"


def _ranking(scores: dict[str, Any]) -> str:
    leads = [
        scores["fully connected"][world]["nats"] - scores["convolutional"][world]["nats"]
        for world in (SLOW, FAST)
    ]
    if leads[1] < 0:
        return FLIPS
    return LEADS_BY_LESS if leads[1] < leads[0] else LEADS_BY_MORE


def _two_worlds(scores: dict[str, Any]) -> str:
    parts = [
        f"{name} {rows[SLOW]['nats']:.0f} → {rows[FAST]['nats']:.0f}"
        for name, rows in scores.items()
    ]
    return f"From one speed to a range of speeds, nats per frame: {'; '.join(parts)}."


TWO_WORLDS = Question(
    "convlstm/flip",
    "Both models, which learned at one speed, are now scored on clips with a range of speeds, as "
    "Shi's have. What becomes of the lead of the convolutional one?",
    {
        LEADS_BY_MORE: "It had learnt its one speed best of all, and pays most for it.",
        LEADS_BY_LESS: "By so little that it is less than none: it loses more than its whole lead.",
        FLIPS: "It keeps its lead, though both have met one speed alone.",
    },
    _ranking,
    _two_worlds,
)
