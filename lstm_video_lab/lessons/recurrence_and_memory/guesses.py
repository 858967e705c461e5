"""What lesson 01 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lstm_video_lab.lessons.recurrence_and_memory import figures, memory
from lstm_video_lab.questions import Question

Curves = Mapping[str, Sequence[Sequence[float]]]  # start → (steps, accuracy)

BELOW = "clearly below 1"
ONE = "at about 1, where the matrix alone neither stretches nor shrinks much"
HALF_MORE = "at about one and a half"
TWO = "at 2 or more"

Gains = Mapping[float, float]  # weight scale → what is left after 50 steps, times


def _best_scale(gains: Gains, _alone: float) -> str:
    scale = min(gains, key=lambda scale: abs(math.log(gains[scale])))
    if scale < 0.9:
        return BELOW
    if scale < 1.2:
        return ONE
    return HALF_MORE if scale < 1.8 else TWO


WHICH_SCALE = Question(
    "recurrence_and_memory/which_scale",
    "A small change of the state is made 50 steps before the end. At which weight scale is it "
    "about as large at the end as it was?",
    {
        BELOW: "There the matrix shrinks every change, and nothing in a step makes up for it.",
        ONE: "So it would be if the matrix alone were at work. But it is not alone: what else does "
        "each step do to the change?",
        HALF_MORE: "You saw that something shrinks what the matrix stretches. Here it shrinks it "
        "otherwise than you thought.",
        TWO: "Something does shrink what the matrix stretches. But at 2 the matrix has long won.",
    },
    _best_scale,
    lambda gains, alone: (
        "What is left after 50 steps, geometric means of the seeds: "
        + ", ".join(f"{gain:.1g} times at scale {scale:g}" for scale, gain in gains.items())
        + f". The matrix alone, at scale 1 and applied fifty times, would make it up to "
        f"{alone:.1g} times as large (again the geometric mean of the seeds). What shrinks it is "
        "tanh: its slope 1 − h² is below 1 wherever a unit is not at 0. In one step that is "
        "little. In 50 steps it is all that lies between this and what is left at scale 1."
    ),
)

FATES = ("both", "only the plain cell", "only the LSTM with forget bias 5", "neither")


def _who(curves: Curves, _words: str) -> str:
    solved = [name for name, curve in curves.items() if curve[1][-1] >= 0.9]
    if len(solved) != 1:
        return FATES[0] if solved else FATES[3]
    return FATES[1] if solved == ["RNN"] else FATES[2]


WHO_LEARNS = Question(
    "recurrence_and_memory/who_learns",
    "Both cells are trained on the copy task with its longest delay. Who learns it?",
    {
        FATES[0]: "Both can hold a symbol: there are weights for it. The question is who hears, "
        "while learning, what came so long ago.",
        FATES[
            1
        ]: "The simpler one first? It has fewer weights to find. But the way back through it "
        "is a product of many slopes.",
        FATES[2]: "Its memory is open from the start, which is a good reason. It was not enough in "
        "this run.",
        FATES[3]: "The delay is long, and the steps are few. Yet a gradient that arrives needs few "
        "steps.",
    },
    _who,
    figures.draw_copy_curves,
)

UNTRAINED, TOP, ALL = "untrained", "top layer answers", "all layers answer"


def _most(ratios: Mapping[str, float]) -> str:
    return max(ratios, key=lambda name: ratios[name])


MOST_PULLED_APART = Question(
    "recurrence_and_memory/most_pulled_apart",
    "Compare the top layer with the bottom one: how many times as long does the wrong letter show? "
    "In which version is that ratio largest?",
    {
        UNTRAINED: "You ask for the control first, which is wise. Here training went further than "
        "chance.",
        TOP: "It has a reason to keep its top layer slow. But it may as well make all layers slow.",
        ALL: "Where each layer answers, each could find a speed of its own. That is what the "
        "source reports. Look at the control before you believe it.",
    },
    _most,
    lambda ratios: (
        "Top against bottom: "
        + ", ".join(f"{name} {ratio:.2f} times" for name, ratio in ratios.items())
        + ". Even an untrained stack is slower at the top. (Perhaps because each layer adds its "
        "own echo to that of the layer below: we have not tested it.) So the question is what "
        "training makes of it."
    ),
)


AT_ONCE = "from T = 2 on"
TENS = "from some ten or twenty frames on"
HUNDREDS = "from some hundreds of frames on"
NEVER = "never: attention takes no steps"


def equal_work(units: int) -> int:
    """The last T at which attention needs no more multiplications than a state."""
    state = memory.multiplications(units, 1)  # the same for every T
    return sum(memory.multiplications(None, T) <= state for T in range(1, 10_000))


def _dearer_from(units: int) -> str:
    longest = equal_work(units)
    if longest < 4:
        return AT_ONCE
    return TENS if longest < 60 else HUNDREDS


DEARER_FROM = Question(
    "recurrence_and_memory/dearer_from",
    "To take in one more frame and to answer one question: from which T on does attention need "
    "more multiplications than the LSTM of 64 units?",
    {
        AT_ONCE: "Its work grows with T, it is true. But growing is not the same as being large.",
        TENS: "Its work grows with T, and that of the state does not. But the state begins with "
        "four square matrices.",
        HUNDREDS: "The state begins with four square matrices, it is true. Here they are small.",
        NEVER: "It takes no steps, but for each answer it looks at all that it keeps.",
    },
    _dearer_from,
    lambda units: (
        f"Up to T = {equal_work(units)} attention needs fewer than the LSTM of {units} units, up "
        f"to T = {equal_work(16)} fewer than one of 16: each step of an LSTM multiplies four "
        "matrices. For a state neither the numbers nor the work of an answer change with T. For "
        "attention both grow, and the work of all answers as T² if every frame asks. What the "
        "state pays with is accuracy: move the slider."
    ),
)
