"""What lesson 02 asks before it shows: options, what is said to who chose them, and why."""

import math

from lstm_video_lab.lessons.lstm_cell import figures
from lstm_video_lab.questions import Question

DECAY = Question(
    "lstm_cell/decay",
    "The input gate is shut and the forget gate stands at f = 0.9: it keeps 90 % in each step. How "
    "much of a number is left after 20 steps?",
    {
        "0.90, it keeps 90 %": "That is what is left after the first step. Each of the others "
        "takes its tenth as well.",
        "about 0.5": "So much is left after six or seven steps. They go on.",
        "about 0.12": "",
        "nothing at all": "A tenth of what is left goes each time, so something always stays. You "
        "are right that it is not much.",
    },
    "about 0.12",
    f"0.9 multiplied by itself 20 times is {0.9**20:.3f}. “Keeps 90 %” sounds like a good memory, "
    f"but half is gone after {math.log(0.5) / math.log(0.9):.1f} steps. For half to be left after "
    f"100 steps, f must be {0.5**0.01:.4f}.",
)

COLUMN = "It fires when the digit is in one column, and is silent elsewhere"
SLIDES = "Its state slides up or down as the digit moves from left to right"
WALL = "It does nothing until the digit meets a wall, then it switches"

POSITION_UNIT = Question(
    "lstm_cell/position_unit",
    "What will the unit look like that goes best with the digit's x position?",
    {
        COLUMN: "Cells of that kind are known from brains, and may be there. But what is searched "
        "for is a state that goes up with x along a straight line.",
        SLIDES: "",
        WALL: "Such a unit would say that the direction changed, not where the digit is.",
    },
    SLIDES,
    figures.draw_profiles,
)

ALARM = Question(
    "lstm_cell/alarm",
    "The same weights, but the output gate sees the old memory instead of the new one. What does "
    "the alarm do?",
    {
        "It never rings": "The old memory crosses the threshold too: it is the same memory, "
        "seen later.",
        "It rings one step late": "",
        "It rings one step early": "The gate sees what the memory was a step ago. For a memory "
        "that rises, that is less.",
        "Nothing changes": "It would be so if the memory stood still. It rises by 0.1 in each "
        "step.",
    },
    "It rings one step late",
    figures.draw_alarms,
)
