"""The guesses of lesson 09. `result` is always `load_result("rollouts")`."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab.lessons.long_rollouts.experiment import (
    PERIODIC,
    STEPS,
    TRAINED,
    beats_of,
    first_step_above,
    period_correlation,
)
from lstm_video_lab.questions import Question

CONNECTED, CONVOLUTIONAL = "fully connected", "convolutional"
ALIVE = 0.6  # of the true way: whoever moves by so much is said to keep moving


def _late_path(result: dict[str, Any], name: str) -> float:
    """How far the centre of ink moves in frames 51 to 100, a part of the true way."""
    one = result["models"][name]
    return float(np.mean(one["per_step"]["path"][STEPS // 2 :]) / one["path"])


def _horizon(result: dict[str, Any], name: str) -> int:
    """How many frames ahead the mean image is passed; one after the last if it never is."""
    one = result["models"][name]
    level = one["baselines"]["mean_image"]["cross_entropy"]
    return first_step_above(one["per_step"]["cross_entropy"], level) or STEPS + 1


MOVES_BOTH, MOVES_FC, MOVES_CONV, MOVES_NONE = (
    "Both",
    "Only the fully connected one",
    "Only the convolutional one",
    "Neither: both stand still",
)


def _who_moves(result: dict[str, Any]) -> str:
    fc, conv = (_late_path(result, name) > ALIVE for name in (CONNECTED, CONVOLUTIONAL))
    return {
        (True, True): MOVES_BOTH,
        (True, False): MOVES_FC,
        (False, True): MOVES_CONV,
        (False, False): MOVES_NONE,
    }[fc, conv]


def _paths(result: dict[str, Any]) -> str:
    return (
        "In frames 51 to 100 the centre of ink moves by so large a part of the true way: fully "
        f"connected {_late_path(result, CONNECTED):.2f}, convolutional "
        f"{_late_path(result, CONVOLUTIONAL):.2f}."
    )


MOVES = Question(
    "long_rollouts/moves",
    "Over ten frames, the convolutional network is the better one. A hundred frames ahead, which "
    "of the two still shows something that moves as far as digits do?",
    {
        MOVES_BOTH: "One of them fades away.",
        MOVES_FC: "The two do not differ so.",
        MOVES_CONV: "To be better for ten frames is not to last longer.",
        MOVES_NONE: "One of them never comes to rest.",
    },
    _who_moves,
    _paths,
)

WITHIN, TWICE, LATER, NEVER = (
    "Within the ten frames it was trained for",
    "Soon after: within twenty",
    "Later: within fifty",
    "Not at all within a hundred",
)


def _when(result: dict[str, Any]) -> str:
    at = _horizon(result, CONNECTED)
    return WITHIN if at <= 10 else TWICE if at <= 20 else LATER if at <= 50 else NEVER


def _errors(result: dict[str, Any]) -> str:
    one = result["models"][CONNECTED]
    error = one["per_step"]["cross_entropy"]
    mean = float(np.mean(one["baselines"]["mean_image"]["cross_entropy"]))
    return (
        f"{_horizon(result, CONNECTED)} frames ahead. It has {error[9]:.0f} nats at frame "
        f"10, {error[29]:.0f} at frame 30 and {error[-1]:.0f} at frame {STEPS}; the mean image has "
        f"{mean:.0f}. A model above it would do better to show the mean image."
    )


LOST = Question(
    "long_rollouts/lost",
    "The fully connected network was trained on ten frames to come. How many frames ahead does "
    "its error pass that of the mean image?",
    {
        WITHIN: "Even small ones hold out a little longer; this one was trained for hours.",
        TWICE: "It holds out longer than that.",
        LATER: "The first frames beyond its training are hardly worse than the last ones of it.",
        NEVER: "Its shapes are in wrong places in the end, and that is costly.",
    },
    _when,
    _errors,
)

FOLLOWS, NOT_AT_ALL, SOMEWHAT = (
    "Closely: a clip with slow digits has slow units",
    "Hardly at all",
    "Somewhat",
)


def _correlation(result: dict[str, Any], name: str, window: str) -> tuple[float, int]:
    return period_correlation(result["models"][name], window)


def _follows(r: float) -> str:
    return NOT_AT_ALL if abs(r) < 0.3 else SOMEWHAT if r < 0.7 else FOLLOWS


def _correlations(result: dict[str, Any]) -> str:
    one = result["models"][CONNECTED]
    r, clips = period_correlation(one, "second half")
    clear_r, clear = period_correlation(one, "second half", PERIODIC)
    right, sooner = beats_of(one, "second half", PERIODIC)
    return (
        f"Over the {clips} clips whose units have a peak at all in the second half, the periods of "
        f"units and of the quickest digit correlate by {r:+.2f}; over the {clear} clips that are "
        f"periodic by the rule above (a peak of {PERIODIC} or more), by {clear_r:+.2f}. Few clips "
        f"can tell: in {right} of these the quickest digit has the shortest period there is; of "
        f"the others, units come back sooner than any digit in {sooner} of {clear - right}."
    )


FOLLOW = Question(
    "long_rollouts/follow",
    "Clip by clip: does the period of the fully connected network's units follow the period of the "
    "digits that it saw?",
    {
        FOLLOWS: "The units have one beat for nearly all clips; the digits have many.",
        SOMEWHAT: "The units have one beat for nearly all clips, also where the digits are slower.",
        NOT_AT_ALL: "The two do go together.",
    },
    lambda result: _follows(_correlation(result, CONNECTED, "second half")[0]),
    _correlations,
)

LONGEST = Question(
    "long_rollouts/longest",
    "Three small models of one digit, trained for equal steps. Which stays below the mean image "
    "for longest?",
    {
        "unconditional": "It has been asked for ten frames, and learnt ten.",
        "conditional": "Its frame says where the digit is, but not where it is going; it is lost "
        "as soon as the unconditional one.",
        "thirty": "It has been asked for thirty frames.",
    },
    lambda result: max(TRAINED, key=lambda name: _horizon(result, name)),
    lambda result: (
        "They pass the mean image so many frames ahead: "
        + ", ".join(f"{_horizon(result, name)} ({name})" for name in TRAINED)
        + "."
    ),
)


def _clocks(result: dict[str, Any]) -> str:
    parts = []
    for name in TRAINED:
        r, clips = _correlation(result, name, "first half")
        parts.append(f"{name} {r:+.2f} ({clips} clips)")
    return (
        "Correlation over the clips that have a clear period in the first half of the rollout: "
        f"{'; '.join(parts)}. Where few clips have a period at all, there is no clock to be right "
        "or wrong."
    )


CLOCK = Question(
    "long_rollouts/clock",
    "Clip by clip: in the model that learned with thirty frames, does the period of the units "
    "follow the period of the digit?",
    {
        NOT_AT_ALL: "It has seen whole ways there and back.",
        SOMEWHAT: "More than that, in the first half: it has seen whole ways there and back.",
        FOLLOWS: "Not so closely.",
    },
    lambda result: _follows(_correlation(result, "thirty", "first half")[0]),
    _clocks,
)


def share_periodic(result: dict[str, Any], name: str, of: str = "windows") -> float:
    """% of clips that are periodic in the second half: of the units, or of the "true places"."""
    heights = np.array(result["models"][name][of]["second half"]["height"])
    return float(100 * (heights >= PERIODIC).mean())


MANY, HALF, FEW = "Nearly all: digits do come back", "About half", "Few: below a third"
PLACES = Question(
    "long_rollouts/places",
    f"Put the true places to this test: both digits bounce on for ever, by the law. In how "
    f"many clips does it find a period (a peak of {PERIODIC} or more within 35 steps)?",
    {
        MANY: "Each of four coordinates comes back, but each after a time of its own.",
        HALF: "That is twice too many: four coordinates seldom come back together.",
        FEW: "Each of four coordinates has a period of its own, and they seldom meet.",
    },
    lambda r: (
        FEW
        if share_periodic(r, CONNECTED, "true places") < 33
        else HALF
        if share_periodic(r, CONNECTED, "true places") < 75
        else MANY
    ),
    lambda r: (
        f"In {share_periodic(r, CONNECTED, 'true places'):.0f} % of the clips. The units of "
        f"the fully connected network pass it in {share_periodic(r, CONNECTED):.0f} %."
    ),
)
