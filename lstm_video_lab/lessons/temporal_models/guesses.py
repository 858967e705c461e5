"""What lesson 13 asks before it shows, and what it says then.

`result`: load_result("temporal_models"); `inflated`: load_result("inflating").
"""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.temporal_models import inflating
from lstm_video_lab.lessons.temporal_models.experiment import TASKS, accuracy
from lstm_video_lab.lessons.temporal_models.memory import Recalled
from lstm_video_lab.questions import Question

Result = dict[str, Any]


def _of_one_frame(result: Result) -> str:
    alone = {task: accuracy(result, "one repeated", task=task, kind="frames")[0] for task in TASKS}
    return (
        "There are four directions, and the frame says nothing: chance is 25 %, and the trained "
        f"network measures {alone['direction']:.1f} %. Which digit it is, the same frame tells: "
        f"{alone['name']:.1f} %, where chance is 10 %. Of the five actions, {alone['action']:.1f} "
        f"%, where chance is 20 % (mean of {result['sizes']['seeds']} trainings, stored results)."
    )


ONE_FRAME = Question(
    "temporal_models/one_frame",
    "You see one frame of a clip in which a digit drifts. How often will you name its direction "
    "rightly, if you are as clever as can be?",
    {
        "one time in four": "",
        "one time in two": "A digit at the right edge may have come from there as well as go "
        "there: what leaves comes back at the other side, so places say nothing.",
        "three times in four": "A person guesses the way a figure faces. A digit faces nowhere.",
    },
    "one time in four",
    _of_one_frame,
)


def _of_shuffled(result: Result) -> str:
    shuffled = accuracy(result, "shuffled", task="direction", kind="3d", trained="shuffled")[0]
    features = accuracy(result, task="direction", kind="features")[0]
    return (
        "A clip to the left, played backwards, is a clip to the right with the same frames. In any "
        "order they tell left and right from up and down, and no more. Measured: “3d” "
        f"{shuffled:.1f} %, and “features”, for which order never counts, {features:.1f} % (stored "
        "results)."
    )


SHUFFLED = Question(
    "temporal_models/shuffled",
    "The frames of a clip are shuffled, and the best of models may train on shuffled clips. How "
    "often will it name the direction rightly?",
    {
        "25 %: nothing is left": "The places themselves are left: they lie in a row, or one above "
        "the other.",
        "50 %: the axis is left": "",
        "100 %: places are enough": "Places tell the line on which the digit went, but not from "
        "which end.",
    },
    "50 %: the axis is left",
    _of_shuffled,
)

NEW, MEAN, LAST = list(inflating.STARTS)[:3]


def _best_start(inflated: Result) -> str:
    few = inflated["sizes"]["few"]
    return max((NEW, MEAN, LAST), key=lambda name: inflating.accuracy(inflated, name, few)[0])


def _of_starts(inflated: Result) -> str:
    few = inflated["sizes"]["few"]
    parts = []
    for name in (NEW, MEAN, LAST):
        values = {part: inflating.accuracy(inflated, name, few, part) for part in
                  ("both", "digit", "direction")}  # fmt: skip
        both, digit, direction = values["both"], values["digit"][0], values["direction"][0]
        parts.append(
            f"{name} {both[0]:.1f} ± {both[1]:.1f} % (digit {digit:.1f}, direction {direction:.1f})"
        )
    return f"Digit and direction both right: {'; '.join(parts)}."


START = Question(
    "temporal_models/start",
    "300 labelled clips of five digits that no still showed, in four directions. From which start "
    "does the network for clips learn most?",
    {
        NEW: "So one thinks after being told of other digits. But strokes are strokes: the filters "
        "serve new digits as well.",
        MEAN: "That is what is usually done. But its slices are equal: a mean over three frames, "
        "and 300 clips do not lead it out of that.",
        LAST: "The other zeros have to be learnt from few clips, and one may doubt that they are.",
    },
    _best_start,
    _of_starts,
)

SHARES = ("hardly any", "about half of it", "nearly all of it")


def _won_back(result: Result) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Accuracy of “3d” on shuffled actions: untrained for it, trained, and in order."""
    fooled = accuracy(result, "shuffled", task="action", kind="3d")[0]
    used = accuracy(result, "shuffled", task="action", kind="3d", trained="shuffled")
    return fooled, used, accuracy(result, task="action", kind="3d")


def _share(result: Result) -> float:
    fooled, used, in_order = _won_back(result)
    return (used[0] - fooled) / max(in_order[0] - fooled, 1e-9)


def _much_of(share: float) -> str:
    return "little" if share < 0.25 else "a part" if share < 0.75 else "most"


def _of_surprise(result: Result) -> str:
    fooled, used, in_order = _won_back(result)
    gap = in_order[0] - used[0]
    size = "less" if gap < in_order[1] else "more"
    return (
        f"From {in_order[0]:.1f} ± {in_order[1]:.1f} % it fell to {fooled:.1f} %; trained on "
        f"shuffled clips it reaches {used[0]:.1f} ± {used[1]:.1f} %: {_much_of(_share(result))} of "
        f"the loss was surprise. The rest, {gap:.1f} points, is what the order may be worth to "
        f"this model: {size} than the spread of its trainings in order."
    )


SURPRISE = Question(
    "temporal_models/surprise",
    "Shuffled, the actions fall behind. How much of that loss does “3d” win back if it trains on "
    "shuffled clips?",
    {
        SHARES[0]: "Then order would be needed. But which places are visited tells most of a law, "
        "in any order.",
        SHARES[1]: "A fair middle. It is not there.",
        SHARES[2]: "Then nothing would be left for order itself.",
    },
    lambda result: SHARES[0 if _share(result) < 0.25 else 1 if _share(result) < 0.75 else 2],
    _of_surprise,
)

NUMBERS = ("about 100", "about 1000", "about 10 000", "more than that")


def _how_many(recalled: Recalled) -> str:
    copy = recalled.levels["copy last"]
    beaten = [
        n for n, error in zip(recalled.numbers, recalled.errors["3 frames"], strict=True)
        if error < copy
    ]  # fmt: skip
    return NUMBERS[min(max(len(str(beaten[0])) - 3, 0), 2) if beaten else 3]


def _of_memory(recalled: Recalled) -> str:
    last = {name: errors[-1] for name, errors in recalled.errors.items()}
    return (
        f"With {recalled.numbers[-1]} clips the memory has an error of {last['3 frames']:.1f}, the "
        f"copy {recalled.levels['copy last']:.1f}. Comparing one frame only, it has "
        f"{last['1 frame']:.1f}: the most alike frame may show the digit at the right place, but "
        "on its way elsewhere."
    )


MEMORY = Question(
    "temporal_models/memory",
    "One bouncing digit. The memory compares the last three frames. The simplest rival copies the "
    "last frame. How many stored clips does the memory need to beat it?",
    {
        NUMBERS[0]: "Ten digits in a few places make a hundred clips: too few to find one alike.",
        NUMBERS[1]: "Count the places, directions and digits: a thousand is soon used up.",
        NUMBERS[2]: "It takes fewer: the copy is always one step behind.",
        NUMBERS[3]: "It takes fewer: the copy is always one step behind.",
    },
    _how_many,
    _of_memory,
)
