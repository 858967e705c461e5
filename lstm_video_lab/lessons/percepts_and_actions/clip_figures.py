"""The pictures of lesson 12 that show clips: percepts, training, and the answers after each frame.

T time, B clips, S side of a frame, C channels, G side of a grid, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.lessons.percepts_and_actions.few_labels import CHANCE
from lstm_video_lab.lessons.percepts_and_actions.model import WAYS, LSTMClassifier, pool
from lstm_video_lab.plots.canvas import Picture, room_for
from lstm_video_lab.plots.page import Page

ROW = 24  # pixels, the height of a class in the picture of answers
SHOWN = ("still", "drifting", "circling")


def draw_percepts(frames: Tensor, flow: Tensor, labels: Tensor) -> Picture:
    """A frame of some clips, and what a flow percept says of it: frames (B, S, S), (B, 2, G, G)."""
    pictures, captions, words = [], [], []
    for name in SHOWN:
        n = int((labels == ACTIONS.index(name)).nonzero()[0, 0])
        down, right = flow[n]
        pictures += [2 * frames[n] / 255 - 1, right, down]
        captions += [name, "to the right", "down"]
        words.append(f"{name} {flow[n].abs().max():.1f}")
    text = (
        "A frame of three clips, and its flow percept: how far each of 8 × 8 places moves to the "
        "right and down (white), to the left and up (black). Grey stands still; each picture has "
        f"its own scale. The largest entry, in pixels a frame, is {', '.join(words)}."
    )
    return plots.images(pictures, captions, text, signed=True, columns=3)


def draw_training(losses: list[float], errors: Mapping[str, float], scale: str) -> Picture:
    """Training error of a composite on percepts, smoothed; errors: what `score_model` gives."""
    tenth = max(1, len(losses) // 10)
    smooth = torch.tensor(losses).unfold(0, tenth, tenth).mean(1).tolist()
    steps = range(tenth, tenth * len(smooth) + 1, tenth)
    return plots.curves(
        {"both decoders": (steps, smooth)},
        {"mean percept, twice": 2 * errors["mean"]},
        f"Training error of the composite, {len(losses)} steps ({scale} scale). On test clips it "
        f"predicts with an error of {errors['future']:.1f}; the mean percept has "
        f"{errors['mean']:.1f}, a copy of the last one {errors['copy last']:.1f}.",
        ylabel="squared error per percept",
    )


def draw_errors(errors: Mapping[str, float], scale: str) -> Picture:
    """Error of the predicted percepts of test clips, and of two baselines, by `score_model`."""
    names = {"future": "composite", "mean": "mean percept", "copy last": "copy of the last"}
    return plots.bars(
        list(names.values()),
        [round(errors[name], 1) for name in names],
        text="Squared error of the predicted percepts of test clips: "
        + ", ".join(f"{words} {errors[name]:.1f}" for name, words in names.items())
        + f" (one training, {scale} scale).",
        ylabel="squared error per percept",
    )


def draw_order(
    models: Mapping[str, LSTMClassifier], block: Tensor, labels: Tensor, scale: str
) -> Picture:
    """Accuracy after each frame of a block (L, B, …), in order and shuffled."""
    order = torch.randperm(len(block), generator=torch.Generator().manual_seed(0))
    curves = {}
    with torch.no_grad():
        for name, model in models.items():
            for words, shown in {"in order": block, "shuffled": block[order]}.items():
                right = model.eval()(shown).argmax(-1) == labels  # (L, B)
                shares = right.float().mean(1).tolist()
                curves[f"{name}, {words}"] = [round(100 * share, 1) for share in shares]
    return plots.curves(
        {name: (range(1, 1 + len(block)), shares) for name, shares in curves.items()},
        {"chance": CHANCE},
        f"Accuracy of the answer after each of the {len(block)} frames of the first block, in "
        "order, and with the same frames in another order. After the first and the last: "
        + "; ".join(f"{name} {shares[0]} and {shares[-1]} %" for name, shares in curves.items())
        + f" ({len(labels)} test clips, {scale} scale).",
        xlabel="frames seen",
        ylabel="accuracy, %",
    )


def draw_answers(frames: Tensor, logits: Tensor, action: int) -> Picture:
    """A clip (L, S, S) over the probabilities of the classes after each frame, logits (L, K)."""
    page = Page(room_for([*ACTIONS, "frame"]), least=560)
    shown, pitch = page.frames({"clip": frames}, above=24, right=60, whole=True)
    page.gap(12)
    for k, name in enumerate(ACTIONS):
        look = {"weight": "bold"} if k == action else {}
        page.lines([name], ROW, k * ROW, **look)
    probabilities = logits.softmax(-1)[list(shown)]  # (L shown, K)
    width = len(shown) * pitch
    page.strip(probabilities, ROW * len(ACTIONS), width=width, limits=(0, 1), below=12)
    return page.finish(_describe_answers(logits, action))


def _describe_answers(logits: Tensor, action: int) -> str:
    """The first and the last answer, and what each way makes of all of them."""
    p = logits.softmax(-1)
    ways = "; ".join(f"{way}: {_likeliest(pool(logits[:, None], way)[0])}" for way in WAYS)
    return (
        f"The truth: {ACTIONS[action]}. Answers, after frame 1: {_likeliest(p[0])}; after frame "
        f"{len(p)}: {_likeliest(p[-1])}. All steps as one answer, {ways}. Bright: near certain."
    )


def _likeliest(probabilities: Tensor) -> str:
    best = int(probabilities.argmax())
    return f"{ACTIONS[best]} ({probabilities[best]:.2f})"
