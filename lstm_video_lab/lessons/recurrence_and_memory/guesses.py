"""What lesson 01 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lstm_video_lab.lessons.recurrence_and_memory import figures, memory
from lstm_video_lab.questions import Question

Curves = Mapping[str, Sequence[Sequence[float]]]  # start → (steps, accuracy)

LARGER = "more than ten times as large"
ALIKE = "about as large"
HUNDREDTH = "about a hundredth"
LESS = "less than a thousandth"


def _size(far: float, _alone: float) -> str:
    if far > 10:
        return LARGER
    if far > 0.1:
        return ALIKE
    return HUNDREDTH if far > 1e-3 else LESS


LEFT_AFTER_50 = Question(
    "recurrence_and_memory/left_after_50",
    "A small change of the state is made 50 steps before the end. How large is it at the end?",
    {
        LARGER: "So it would be if the matrix alone were at work: it stretches a little in each "
        "step. Something else shrinks what it stretched.",
        ALIKE: "An eigenvalue near 1 does suggest it. But the matrix is not alone: what else does "
        "each step do to the change?",
        HUNDREDTH: "You saw that it shrinks. It is the number of steps that counts.",
        LESS: "You saw that it shrinks. Here it does so more slowly.",
    },
    _size,
    lambda far, alone: (
        f"It is at most {far:.1g} times as large. The matrix alone, applied fifty times, would "
        f"have made it up to {alone:.1g} times as large (geometric means of the seeds). What "
        "shrinks it is tanh: its slope 1 − h² is below 1 wherever a unit is not at 0. In one step "
        "that is little. In 50 steps it is everything."
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
        + ". Even an untrained stack is slower at the top: each layer adds its own echo to that of "
        "the layer below. So the question is what training makes of it."
    ),
)


def _equal(units: int) -> int:
    """The last T at which attention needs no more multiplications than a state."""
    state = memory.multiplications(units, 1)  # the same for every T
    return sum(memory.multiplications(None, T) <= state for T in range(1, 10_000))


PRICE = Question(
    "recurrence_and_memory/price",
    "When T doubles, what happens to the numbers that must be kept, and to the work per answer?",
    {
        "Both double, for the state and for attention": "A state has as many numbers after ten "
        "frames as after ten thousand.",
        "Both double for attention; for the state neither changes": "",
        "The work doubles for both; the numbers for attention only": "To answer from a state, one "
        "looks at the state. It does not matter how many frames have gone into it.",
    },
    "Both double for attention; for the state neither changes",
    lambda: (
        "Attention keeps all frames and looks at all of them, and the work of all answers grows as "
        "T² if every frame asks. Growing is not the same as being large: here one step of an LSTM "
        f"of 16 units costs more than an answer by attention up to T = {_equal(16)}, one of 64 "
        f"units up to T = {_equal(64)}. What the state pays with is accuracy: move the slider."
    ),
)
