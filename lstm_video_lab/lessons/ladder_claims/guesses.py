"""What lesson 14b asks before it shows, and what it says then; `result`: load_result("ladder")."""

from __future__ import annotations

from lstm_video_lab.lessons.ladder_claims.grey import Painted
from lstm_video_lab.lessons.ladder_claims.trials import AHEAD, Result, gather
from lstm_video_lab.questions import Question

ENDS = ("three at once, near and far", "one at a time, near and far", "one near, the other far")


def _ends(result: Result) -> list[list[float]]:
    """Error of (three at once, one from three) at the first and the last predicted frame."""
    names = ("three at once", "one from three")
    return [[gather(result, name, "mse", t)[0] for name in names] for t in (0, AHEAD - 1)]


def _best_end(result: Result) -> str:
    near, far = _ends(result)
    once_near, once_far = near[0] < near[1], far[0] < far[1]
    return ENDS[2 if once_near != once_far else 0 if once_near else 1]


def _of_ends(result: Result) -> str:
    near, far = _ends(result)
    return (
        f"First frame: at once {near[0]:.2f}, one at a time {near[1]:.2f}. Ninth: {far[0]:.1f} and "
        f"{far[1]:.1f}. The next picture has the spread over seeds."
    )


THREE_AT_ONCE = Question(
    "ladder_claims/three_at_once",
    "Three frames seen, nine predicted. Three at once is fed back twice, one at a time eight "
    "times, and each feeding back adds an error. Which has the lower error at the first frame "
    "(near), and which at the ninth (far)?",
    {
        ENDS[0]: "Far, yes. But who learns the next frame alone has nothing else to attend to.",
        ENDS[1]: "Near, yes. But it has never seen its own blurred frames, and is fed them eight "
        "times.",
        ENDS[2]: "One of the two is ahead all the way.",
    },
    _best_end,
    _of_ends,
)


GRID = ("it fades away", "it stays as it is", "it grows", "it changes into another kind")


def _first_and_last(result: Result, key: str) -> tuple[float, float]:
    """A measure of pixel shuffle's grid in natural clips, in %, early and at the end."""
    last = len(result["trials"]["photo shuffle/0"]["moments"]) - 1
    first, end = (gather(result, "photo shuffle", "moments", m, key)[0] for m in (0, last))
    return 100 * first, 100 * end


def _grid(result: Result) -> str:
    checks, blocks = (_first_and_last(result, key) for key in ("checks", "blocks"))
    if blocks[1] > 2 * blocks[0]:
        return GRID[3] if checks[1] < checks[0] / 2 else GRID[2]
    return GRID[0] if checks[1] < checks[0] / 2 else GRID[1]


def _of_grid(result: Result) -> str:
    checks, blocks = (_first_and_last(result, key) for key in ("checks", "blocks"))
    steps = result["trials"]["photo shuffle/0"]["moments"][0]["step"]
    return (
        f"Of fine chessboards {checks[0]:.0f} % of the picture's power after {steps} steps, "
        f"{checks[1]:.1f} % at the end; of flat squares of 2×2 {blocks[0]:.0f} % after {steps} "
        f"steps, {blocks[1]:.0f} % at the end. Both measures are explained below the picture."
    )


WHICH_GRID = Question(
    "ladder_claims/grid",
    "Before training, the four maps of pixel shuffle are at random, and their pixels make a fine "
    "chessboard. What becomes of the grid in 300 steps?",
    {
        GRID[0]: "The chessboard nearly does: it costs, and can be unlearnt. But another grid "
        "comes in its place.",
        GRID[1]: "A chessboard costs squared error, and so most of it is unlearnt.",
        GRID[2]: "Another one does. The chessboard itself costs squared error, and is unlearnt.",
        GRID[3]: "In this result it does not.",
    },
    _grid,
    _of_grid,
)

DRAWN = ("contours and colours alike", "contours, hardly any colour", "colours before contours")


def _drawn(painted: Painted) -> str:
    contours, colours = (part["DSSIM"][-1] for part in (painted.contours, painted.colours))
    return DRAWN[1 if contours > 2 * colours else 2 if colours > 2 * contours else 0]


def _of_drawn(painted: Painted) -> str:
    parts = []
    for name in painted.pixels:
        parts.append(
            f"{name}: contours {painted.contours[name][-1]:.2f}, colours "
            f"{painted.colours[name][-1]:.2f}"
        )
    return (
        f"Explained after {painted.moments[-1]} steps, {'; '.join(parts)}. SSIM asks in each "
        "window if patterns rise and fall together. Brightness it asks for, too, but is content "
        "with one that is not far off, each colour by itself."
    )


DSSIM = Question(
    "ladder_claims/dssim",
    "No model: every pixel starts grey, and follows the gradient of DSSIM downhill. What comes out "
    "of the grey first?",
    {
        DRAWN[0]: "So it is with squared error: there each pixel goes straight to its own value.",
        DRAWN[1]: "It is not so in this run.",
        DRAWN[2]: "Colour is a difference of brightness between channels, and of brightness SSIM "
        "asks little.",
    },
    _drawn,
    _of_drawn,
)


WORTH = (
    "near chance (20 %)",
    "better, and training the ladder helps",
    "better, but a ladder with random weights does as well",
)


def _best_heads(result: Result) -> tuple[float, float]:
    """The best head's accuracy in % on a trained ladder, and on a random one."""
    heads = result["trials"]["actions/0"]["actions"]
    keys = ("actions", "actions, random")
    trained, raw = (max(gather(result, "actions", key, h)[0] for h in heads) for key in keys)
    return trained, raw


def _worth(result: Result) -> str:
    trained, raw = _best_heads(result)
    return WORTH[0 if trained < 25 else 1 if trained > raw + 2 else 2]


def _of_worth(result: Result) -> str:
    trained, raw = _best_heads(result)
    return (
        f"The best head names {trained:.1f} % of held-out clips from the trained ladder, {raw:.1f} "
        "% from one with random weights, that never learnt anything. Always ask for the second "
        "number."
    )


STATES = Question(
    "ladder_claims/states",
    "Five actions, told apart by motion only. What are the states of the trained ladder worth?",
    {
        WORTH[0]: "States hold where things are and where they go: a head finds some of that.",
        WORTH[1]: "So one hopes. But convolutions with random weights keep traces of motion, too.",
        WORTH[2]: "Random convolutions keep traces of motion, but not as many.",
    },
    _worth,
    _of_worth,
)
