"""What lesson 00 asks before it shows: options, what is said to who chose them, and why."""

from lstm_video_lab.lessons.start_here import figures
from lstm_video_lab.questions import Question

WHICH_FRAME = Question(
    "start_here/which_frame",
    "Which of the three is the frame that comes a few frames after the last one?",
    {
        "A": "There the digit would stand where it stood in the last frame. It was moving.",
        "B": "",
        "C": "There the digit has been before: it would have had to turn round.",
    },
    "B",
    figures.draw_answer,
)

WHAT_FIRST = Question(
    "start_here/what_first",
    "The network starts from nothing. What will it learn first?",
    {
        "which digit it is": "It is what you see first. But there are ten digits, each written in "
        "many ways, and each must be learnt by itself.",
        "where the digit is": "",
        "both at the same time": "One loss pulls at both. But they do not save the same, nor are "
        "they equally hard.",
    },
    "where the digit is",
    "Look at the row “predicted” while it trains: first a grey fog, the same for every clip, then "
    "a soft spot that goes where the digit goes. Strokes take far longer than this minute. A spot "
    "in the right place lowers the loss a lot, and one spot serves all digits. Which digit it is "
    "lowers it less, and has to be learnt for each of the ten.",
)
