"""What lesson 12 asks before it shows, and what it says then; `result`: load_result("actions")."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.percepts_and_actions.few_labels import accuracies, gain
from lstm_video_lab.lessons.percepts_and_actions.model import WAYS
from lstm_video_lab.lessons.percepts_and_actions.unrelated import START
from lstm_video_lab.questions import Question
from lstm_video_lab.training.trials import mean_and_std

Result = dict[str, Any]


def _few(result: Result) -> int:
    return result["sizes"]["few"]


def _many(result: Result) -> int:
    return result["sizes"]["labelled"][-1]


def _single_frames(result: Result) -> tuple[float, float, float]:
    """Accuracy in % of single frames on images, its spread, and that of whole clips."""
    wanted: dict[str, Any] = {"start": "random", "labelled": _many(result)}
    alone, spread = mean_and_std(accuracies(result, "last", length=1, **wanted))
    return alone, spread, mean_and_std(accuracies(result, **wanted))[0]


WORTH = ("nearly chance: under 30 %", "about half of what clips give", "nearly as much as clips")


def _worth(result: Result) -> str:
    alone, _, clips = _single_frames(result)
    return WORTH[0 if alone < 30 else 1 if alone < 0.75 * clips else 2]


def _of_single_frames(result: Result) -> str:
    alone, spread, clips = _single_frames(result)
    return (
        f"Single frames: {alone:.1f} ± {spread:.1f} %; an LSTM over {result['sizes']['length']} "
        f"frames: {clips:.1f} % (images, random first weights). On the paper's UCF-101 it is quite "
        "another matter: a single frame gives 72.2 %, and the LSTM 74.5 % (Table 1). There, a "
        "swimming pool says “swimming”. Here it takes a clip."
    )


ONE_FRAME = Question(
    "percepts_and_actions/one_frame",
    "Five classes, so chance is 20 %. How well does a classifier do that sees single frames only?",
    {
        WORTH[0]: "A little more is there than that: look at how close digits come to each other.",
        WORTH[
            1
        ]: "Places alone were made alike for all five, so that half is too much to hope for.",
        WORTH[2]: "So it is with real videos. Here both digits and places are drawn alike.",
    },
    _worth,
    _of_single_frames,
)

POOLED = {
    "mean": "the mean of all answers",
    "last": "the last answer alone",
    "max": "for each class the largest probability of all steps",
}


def _pooled(result: Result, way: str, labelled: int) -> tuple[float, float]:
    how = {"percepts": "flow", "encoder": "best"}
    return mean_and_std(accuracies(result, way, start="composite", labelled=labelled, **how))


def _best_way(result: Result) -> str:
    return POOLED[max(WAYS, key=lambda way: _pooled(result, way, _many(result))[0])]


def _of_ways(result: Result) -> str:
    parts = []
    for way in WAYS:
        many, few = (_pooled(result, way, n) for n in (_many(result), _few(result)))
        parts.append(
            f"{POOLED[way]}: {many[0]:.1f} ± {many[1]:.1f} % with {_many(result)} clips of a "
            f"class, {few[0]:.1f} ± {few[1]:.1f} % with {_few(result)}"
        )
    return "; ".join(parts) + "."


BEST_WAY = Question(
    "percepts_and_actions/best_way",
    "Which is the most accurate here, with many labelled clips: the mean of all answers, the last "
    "one, or the largest probability that any step gave?",
    {
        POOLED["mean"]: "The early answers know least, and the mean carries them along.",
        POOLED["last"]: "The last has seen all, but it is one answer, and has the noise of one.",
        POOLED["max"]: "One step that is sure of a wrong thing wins over fifteen that are right.",
    },
    _best_way,
    _of_ways,
)

GAINS = ("nothing clear of its error", "something, up to 3 points", "more than 3 points")


def _size_of_gain(result: Result) -> str:
    points, error = gain(result, labelled=_few(result), encoder="best", percepts="flow")
    return GAINS[0 if points < 2 * error else 1 if points <= 3 else 2]


def _of_gain(result: Result) -> str:
    points, error = gain(result, labelled=_few(result), encoder="best", percepts="flow")
    return (
        f"{points:+.1f} points, with a standard error of {error:.1f}. In the paper, with one video "
        "of a class: 29.6 → 34.3 % on UCF-101 and 14.4 → 19.1 % on HMDB-51."
    )


GAIN = Question(
    "percepts_and_actions/gain",
    "With ten labelled clips of each class: how much does the composite's encoder gain over random "
    "weights, each trained in the way that suits it best?",
    {
        GAINS[0]: "The error bars are narrow enough to see it.",
        GAINS[1]: "More: its states tell motions apart already, and need few labels to name them.",
        GAINS[2]: "Less than that is measured.",
    },
    _size_of_gain,
    _of_gain,
)

KINDS = ("on flow", "on images", "on both alike: within 1 point")


def _gains_of_kinds(result: Result) -> dict[str, tuple[float, float]]:
    few = _few(result)
    return {
        kind: gain(result, labelled=few, percepts=kind, encoder="best")
        for kind in ("flow", "image")
    }


def _better_kind(result: Result) -> str:
    gains = _gains_of_kinds(result)
    gap = gains["flow"][0] - gains["image"][0]
    return KINDS[2 if abs(gap) <= 1 else 0 if gap > 0 else 1]


def _of_kinds(result: Result) -> str:
    gains = _gains_of_kinds(result)
    (flow, flow_error), (images, images_error) = gains["flow"], gains["image"]
    return (
        f"Flow {flow:+.1f} ± {flow_error:.1f}, images {images:+.1f} ± {images_error:.1f} points. "
        "In the paper (Table 1, all labels): 74.5 → 75.8 % with images, 74.3 → 74.9 % with flow."
    )


FLOW_OR_IMAGES = Question(
    "percepts_and_actions/flow_or_images",
    "Where is the same pretraining worth more with few labels: on flow, which already says how "
    "each place moves, or on images, where the LSTM has to find that out?",
    {
        KINDS[0]: "Not here: what is told in the percepts need not be learnt without labels.",
        KINDS[1]: "So one should think, for there is more to learn. But learning from images finds "
        "places first.",
        KINDS[2]: "They differ by more: what flow tells can be carried along, and is soon of use.",
    },
    _better_kind,
    _of_kinds,
)

LEFT = ("nothing clear of its error", "about half of it, or less", "most of it, or all")


def _gains_of_clips(both: Result) -> dict[str, tuple[float, float]]:
    """Gains with few labels, by what the encoder has watched; `both`: `few_labels.join`."""
    how: dict[str, Any] = {"labelled": _few(both), "encoder": "best", "percepts": "flow"}
    return {start: gain(both, start, **how) for start in ("composite", START)}


def _how_much_is_left(both: Result) -> str:
    gains = _gains_of_clips(both)
    points, error = gains[START]
    if points < 2 * error:
        return LEFT[0]
    return LEFT[1 if points < 0.6 * gains["composite"][0] else 2]


def _of_clips(both: Result) -> str:
    (own, own_error), (camera, error) = _gains_of_clips(both).values()
    return (
        f"After clips of actions {own:+.1f} ± {own_error:.1f} points, after clips of the camera "
        f"{camera:+.1f} ± {error:.1f}, with {_few(both)} labelled clips of a class."
    )


UNRELATED = Question(
    "percepts_and_actions/unrelated",
    "An encoder has watched the motion of a camera alone, never a digit and none of the actions. "
    "With ten labelled clips of each class, how much of the gain is left?",
    {
        LEFT[0]: "A part of what is learnt there serves here as well.",
        LEFT[
            1
        ]: "So one would think: it has met none of the five motions. But with few labels it is "
        "as good a start.",
        LEFT[2]: "The camera moves all places together, and digits do not move so.",
    },
    _how_much_is_left,
    _of_clips,
)

NETWORKS = ("more: it knows the digits better", "about as much", "less")


def _of_networks(result: Result) -> dict[str, tuple[float, float]]:
    """Accuracy in % and its spread with many labels, pretrained, by the network of the percepts."""
    how: dict[str, Any] = {"start": "composite", "labelled": _many(result)}
    return {
        kind: mean_and_std(accuracies(result, percepts=kind, **how)) for kind in ("image", "box")
    }


def _worth_of_better(result: Result) -> str:
    found = _of_networks(result)
    gap = found["box"][0] - found["image"][0]
    return NETWORKS[1 if abs(gap) <= 3 else 0 if gap > 0 else 2]


def _networks_in_words(result: Result) -> str:
    (own, own_spread), (better, spread) = _of_networks(result).values()
    return (
        f"With {_many(result)} labelled clips of a class, pretrained: {own:.1f} ± {own_spread:.1f} "
        f"% on our percepts, {better:.1f} ± {spread:.1f} % on those of the better network."
    )


BETTER_NETWORK = Question(
    "percepts_and_actions/better_network",
    "What are the percepts of the better network worth to a classifier of actions, beside those of "
    "ours?",
    {
        NETWORKS[0]: "It knows their names. An action is the same whatever digit does it.",
        NETWORKS[1]: "They place digits as well, and yet there is less to be had from them.",
        NETWORKS[2]: "They do not stand behind.",
    },
    _worth_of_better,
    _networks_in_words,
)
