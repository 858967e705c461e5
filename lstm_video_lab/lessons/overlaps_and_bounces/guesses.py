"""What lesson 06b asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from lstm_video_lab.lessons.overlaps_and_bounces.error_by_event import Cost, in_points
from lstm_video_lab.questions import Question

HARDER = "harder than calm frames"
ALIKE = "about as hard"
EASIER = "easier than calm frames"


def _how_hard(cost: Cost) -> str:
    extra, error = cost.extra
    if abs(extra) < 2 * error:
        return ALIKE
    return HARDER if extra > 0 else EASIER


BLIND_TO_WALLS = Question(
    "overlaps_and_bounces/blind_to_walls",
    "For the predictor that is blind to walls: how hard are frames at or just after a bounce?",
    {
        HARDER: "So it should be, if the test were any good: this predictor knows nothing of "
        "walls. But think of where it is late in a clip.",
        ALIKE: "Two things pull: it is right in the frame of the bounce itself, and at late steps "
        "its calm frames are the wrong ones. They do not cancel.",
        EASIER: "It would be a poor test that finds the blind one better. Here it does not.",
    },
    _how_hard,
    lambda cost: (
        "What is left there, less what is left of calm frames at the same steps: "
        f"{in_points(cost)} points. In the frame of the bounce it is right, and at late steps its "
        "calm frames are the wrong ones, because most digits have met a wall long before."
    ),
)

NEAR_TRUE = "nearer to the one that knows the true places"
HALFWAY = "about halfway"
NEAR_BLIND = "nearer to the one that is blind to walls"


def _where(after: dict[str, Cost], made: str) -> str:
    best, worst = (after[f"bounce: {name}"].extra[0] for name in ("true places", "blind to walls"))
    part = (after["bounce: model"].extra[0] - best) / (worst - best)
    if part < 1 / 3:
        return NEAR_TRUE
    return HALFWAY if part < 2 / 3 else NEAR_BLIND


def _what_is_left(after: dict[str, Cost], made: str) -> str:
    model, true = after["bounce: model"].control[0], after["bounce: true places"].control[0]
    rows = "; ".join(f"{name} {in_points(cost)}" for name, cost in after.items())
    return (
        f"Just before a bounce, {100 * model:.0f} % is left for the model and {100 * true:.0f} % "
        f"for the true places, blurred. Just after, in points more: {rows}. The model: {made}."
    )


WHERE_THE_MODEL_LIES = Question(
    "overlaps_and_bounces/where_the_model_lies",
    "In this test, where will the trained model lie with its bounces?",
    {
        NEAR_TRUE: "It was trained on many bounces. And yet it has not made them out.",
        HALFWAY: "A careful guess. It learned more of walls than that, or less.",
        NEAR_BLIND: "Its frames are clouds, it is true. But the clouds turn at the wall.",
    },
    _where,
    _what_is_left,
)
