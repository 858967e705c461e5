"""What lesson 14 asks before it shows, and what it says then; `result`: load_result("ladder")."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lstm_video_lab.lessons.video_ladder.experiment import AHEAD, gather
from lstm_video_lab.lessons.video_ladder.figures import SETS, UPSAMPLING, of_trials
from lstm_video_lab.lessons.video_ladder.grey import Painted
from lstm_video_lab.questions import Question

Result = dict[str, Any]
Errors = dict[str, Tensor]

HEART = ("no: it has learnt five clips by heart", "for a few frames", "for all nine frames")


def _frames_won(errors: Errors, levels: Errors) -> int:
    best = levels["copy last"].minimum(levels["mean image"])
    return int((errors["four others"] < best).sum())


def _by_heart(errors: Errors, levels: Errors) -> str:
    won = _frames_won(errors, levels)
    return HEART[0 if won == 0 else 2 if won == len(errors["four others"]) else 1]


BY_HEART = Question(
    "video_ladder/by_heart",
    "Five clips, and tens of thousands of weights. Does it also continue circles at heights and "
    "speeds that it never saw, better than repeating the last frame, or than the mean image?",
    {
        HEART[0]: "It could have. But a convolution does the same at every height, so what is "
        "learnt from five clips may hold for others.",
        HEART[1]: "Errors grow with every frame that is fed back; here they stay below.",
        HEART[2]: "What is learnt in one place holds in others, but each frame that is fed back "
        "adds an error.",
    },
    _by_heart,
    lambda errors, levels: (
        f"At {_frames_won(errors, levels)} of {len(levels['copy last'])} frames."
    ),
)

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
    "video_ladder/three_at_once",
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


def _of_blocks(result: Result) -> str:
    parts = [f"{w} {gather(result, name, 'blocks')[0]:.2f}" for name, w in UPSAMPLING.items()]
    truth = result["baselines"]["digits"]["truth"]["blocks"]
    return (
        "All four pixels of a square are equal, by construction: no step within. Blocks, on "
        "digits: "
        f"{', '.join(parts)}; in the true frames {truth:.2f}."
    )


BLOCKS = Question(
    "video_ladder/blocks",
    "Which way of enlarging has blocks of exactly 1, whatever it learns?",
    {
        "pixel shuffle": "Its four pixels come from four maps: they may differ as they like.",
        "nearest": "",
        "bilinear": "It smooths: within a square there are steps, too.",
    },
    "nearest",
    _of_blocks,
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
    "video_ladder/dssim",
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


def _enough(result: Result) -> str:
    copying = result["baselines"]["digits"]["copy last"]["mse"][0]
    better = [w for name, w in SETS.items() if gather(result, name, "mse", 0)[0] < copying]
    return better[0] if better else "endless"


CLIPS = Question(
    "video_ladder/clips",
    "From how many clips on does the ladder beat copying the last frame, on clips it never saw?",
    {
        "5": "Five clips show five digits in a few places: others look different.",
        "20": "Compare each number with that of the copy: it is another one that first falls "
        "below it.",
        "40": "It takes fewer: a convolution learns in one place for all.",
        "endless": "It takes far fewer: a convolution learns in one place for all.",
    },
    _enough,
    lambda result: (
        f"Held-out clips: {of_trials(result, SETS, 'mse', 0)}; copying "
        f"{result['baselines']['digits']['copy last']['mse'][0]:.1f}."
    ),
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
    "video_ladder/states",
    "Five actions, told apart by motion only. What are the states of the trained ladder worth?",
    {
        WORTH[0]: "States hold where things are and where they go: a head finds some of that.",
        WORTH[1]: "So one hopes. But convolutions with random weights keep traces of motion, too.",
        WORTH[2]: "Random convolutions keep traces of motion, but not as many.",
    },
    _worth,
    _of_worth,
)

RIVALS = (
    "the ladder, near and far",
    "the LSTM, near and far",
    "the ladder near, the LSTM far",
    "the LSTM near, the ladder far",
)


def _rival(errors: Errors) -> str:
    near, far = ([errors[name][t] for name in ("ladder", "LSTM")] for t in (0, -1))
    ladder_near, ladder_far = near[0] < near[1], far[0] < far[1]
    if ladder_near:
        return RIVALS[0] if ladder_far else RIVALS[2]
    return RIVALS[3] if ladder_far else RIVALS[1]


LADDER_OR_LSTM = Question(
    "video_ladder/ladder_or_lstm",
    "Which has the lower squared error at the first predicted frame (near), and at the tenth "
    "(far)?",
    {
        RIVALS[
            0
        ]: "A ladder need not learn for each place anew how a stroke moves. But it lives on "
        "what it has just predicted.",
        RIVALS[1]: "It has learnt from more clips. But it paints a whole frame from one vector.",
        RIVALS[2]: "It is the other way.",
        RIVALS[3]: "It is the other way.",
    },
    _rival,
    lambda errors: (
        f"First frame: ladder {errors['ladder'][0]:.1f}, LSTM {errors['LSTM'][0]:.1f}. "
        f"Tenth: {errors['ladder'][-1]:.1f} and {errors['LSTM'][-1]:.1f}."
    ),
)
