"""The pictures of lesson 13: accuracies as the clips are shown, and the answers to one clip.

T time, B clips, S side of a frame, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lstm_video_lab import plots
from lstm_video_lab.data.frames import FRAME_ORDERS
from lstm_video_lab.lessons.temporal_models import inflating
from lstm_video_lab.lessons.temporal_models.experiment import TASKS, Sizes, accuracy
from lstm_video_lab.lessons.temporal_models.memory import Recalled
from lstm_video_lab.lessons.temporal_models.model import TemporalModel, cost, inflate
from lstm_video_lab.plots import Picture

MOST = 4  # classes that are drawn


def overview(result: dict[str, Any]) -> Picture:
    """Accuracy of “3d” on every task, for each way to show the clips."""
    heights = {}
    for order in FRAME_ORDERS:
        heights[order] = [accuracy(result, order, task=task, kind="3d")[0] for task in TASKS]
    return plots.bars(list(TASKS), heights, ylabel="accuracy of 3d on test clips, %")


def draw_answers(
    frames: Tensor, answers: Tensor, names: Sequence[str], label: int, text: str = ""
) -> Picture:
    """A clip (T, S, S) over how likely each class is after each of its frames, answers (T, K).

    Of many classes the likeliest are drawn, and the true one.
    """
    last = int(answers[-1].argmax())
    rows = {"clip": frames}
    for k in sorted({label, *answers.amax(0).argsort()[-MOST:].tolist()}):
        name = f"{names[k]} (true)" if k == label else names[k]
        rows[name] = answers[:, k, None, None].expand_as(frames)
    text += (
        f"Here its last answer is {names[last]} ({answers[-1, last]:.2f}), the truth "
        f"{names[label]}."
    )
    return plots.frames(rows, f"{text} White: certain.")


def four_clips(tests: Mapping[str, tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
    """Two clips in which one digit drifts and two actions, by name; tests: clips and labels."""
    films: dict[str, Tensor] = {}
    for task, numbers in {"direction": (0, 2), "action": (2, 3)}.items():
        clips, labels = tests[task]
        films |= {f"{task}: {TASKS[task][labels[n]]}": clips[:, n] for n in numbers}
    return films


def of_costs(models: Mapping[str, TemporalModel], clip: Tensor) -> str:
    """What each model costs for one clip (T, 1, S, S): parameters and operations, a line each."""
    T, S = len(clip), clip.shape[2]
    lines = [
        f"for one clip of {T} frames, {S}×{S} pixels, 4 classes",
        f"{'':<10}{'parameters':>12}{'in the trunk':>14}{'operations':>13}",
    ]
    for kind, model in models.items():
        parameters, operations = cost(model, clip)
        trunk = sum(p.numel() for p in model.trunk.parameters())
        lines.append(f"{kind:<10}{parameters:>12,}{trunk:>14,}{operations / 1e6:>11.1f} M")
    return "\n".join(lines)


def draw_what_it_hangs_on(clip: Tensor, fall: Tensor, label: int) -> Picture:
    """A clip (T, S, S), and how far the answer falls where a place (T, G, G) is covered."""
    larger = functional.interpolate(fall[:, None], clip.shape[1])[:, 0]
    return plots.frames(
        {"clip": clip, "hangs on": larger / larger.amax((1, 2), keepdim=True).clamp_min(1e-9)},
        f"The digit {label}, and how far its probability falls (“3d”, trained on names) where a "
        "square of that frame is painted black; white: most in that frame. No label ever said "
        "where the digit is.",
    )


def draw_inflated(conv: nn.Conv2d, depth: int = 3) -> Picture:
    """A filter for images, and the two ways to lay it out over frames."""
    image = conv.weight.detach()[1, 0]  # (k, k)
    blank = torch.full_like(image, torch.nan)
    pictures, captions = [], []
    for words, where in (("now: W/3", "mean"), ("now: W", "last")):
        slices = inflate(conv, depth, where).weight.detach()[1, 0]  # (d, k, k)
        pictures += [image, blank, *slices]
        before = "W/3" if where == "mean" else "0"
        captions += ["image: W", "", f"2 before: {before}", f"1 before: {before}", words]
    text = (
        "A filter for images (left), inflated to three frames in two ways: above W/3 for each "
        "frame, below W for the present frame and 0 (grey) before. Either sums to W, so that a "
        "still clip is answered as its image. In the upper all slices are equal, in the lower they "
        "differ."
    )
    most = image.abs().max()
    return plots.images([(1 + p / most) / 2 for p in pictures], captions, text, columns=5)


def draw_still_response(conv: nn.Conv2d, image: Tensor, depth: int = 3) -> Picture:
    """Response of an inflated filter to a still clip of an image (1, S, S), after each frame."""
    deep, still = inflate(conv, depth), image[None, :, None].expand(8, 1, 1, -1, -1)
    one = conv(still[0])
    black = torch.cat((torch.zeros_like(still[:2]), still))
    parts = {"first frame repeated": deep(still), "black before it": deep(black)[2:]}
    sizes = {k: v.abs().mean((1, 2, 3, 4)) / one.abs().mean() for k, v in parts.items()}
    first = sizes["black before it"][:3]
    return plots.curves(
        {name: (range(1, 9), size.tolist()) for name, size in sizes.items()},
        {"the image's": 1.0},
        "Response of an inflated filter to a still clip, as a share of the response to its image. "
        "If the first frame is taken to have stood there before, it is 1 at every frame; with "
        f"black before the clip it is {', '.join(f'{v:.2f}' for v in first)} …",
        xlabel="frame",
        ylabel="share of the response",
    )


def draw_exposures(clips: Tensor, labels: Tensor, names: Sequence[str]) -> Picture:
    """A clip of each direction (T, B, S, S) as one photograph: the mean of its frames."""
    numbers = [int((labels == k).nonzero()[0]) for k in range(len(names))]
    return plots.images(
        [clips[:, n].mean(0) / clips[:, n].mean(0).max() for n in numbers],
        list(names),
        "One clip of each direction as a photograph with a long exposure, the mean of its frames: "
        "the streak has an axis and no arrow.",
        columns=len(names),
    )


def draw_names(scores: Mapping[str, Any], s: Sizes, scale: str) -> Picture:
    """Accuracy on names after each frame, kind → what `score` gives."""
    return plots.curves(
        {kind: (range(1, s.frames + 1), score["in order"]) for kind, score in scores.items()},
        {"chance": 10.0},
        f"Accuracy on {s.test} test clips after so many frames, {s.steps[0]} steps of training "
        f"({scale} scale). From the first to the last frame: "
        + "; ".join(f"{k} {v['in order'][0]} to {v['in order'][-1]} %" for k, v in scores.items()),
        xlabel="frames seen",
        ylabel="digit named rightly, %",
    )


def draw_directions(scores: Mapping[str, Any], s: Sizes, scale: str) -> Picture:
    """Accuracy of all kinds on directions, in order, shuffled, one frame repeated."""
    return plots.bars(
        list(scores),
        {how: [round(score[how][-1]) for score in scores.values()] for how in FRAME_ORDERS},
        baselines={"a frame tells": 25.0, "its frames tell": 50.0},
        text=f"Direction: accuracy on {s.test} test clips, in order, with the frames shuffled, and "
        f"with one frame repeated; one training each, {s.steps[1]} steps on clips in order "
        f"({scale} scale). The lines: what one frame, and what all frames without their order, can "
        "tell at most.",
        ylabel="accuracy, %",
    )


def draw_by_order(result: dict[str, Any], *, retrained: bool) -> Picture:
    """“3d” on the three tasks as the clips are shown; retrained: also in training."""
    ways = {}
    for how in FRAME_ORDERS:
        trained_on = how if retrained else FRAME_ORDERS[0]
        ways[how] = [accuracy(result, how, task=t, kind="3d", trained=trained_on) for t in TASKS]
    words = "as they are tested" if retrained else "in order"
    parts = []
    for n, task in enumerate(TASKS):
        values = [f"{how} {v[n][0]:.1f} ± {v[n][1]:.1f} %" for how, v in ways.items()]
        parts.append(f"{task} {', '.join(values)}")
    return plots.bars(
        [f"{task} (chance {100 / len(names):.0f} %)" for task, names in TASKS.items()],
        {how: [round(mean, 1) for mean, _ in values] for how, values in ways.items()},
        {how: [spread for _, spread in values] for how, values in ways.items()},
        text=f"Accuracy of “3d” on test clips, trained on clips shown {words}: {'; '.join(parts)} "
        f"(mean ± spread over {result['sizes']['seeds']} trainings, {result['scale']} scale).",
        ylabel="accuracy on test clips, %",
    )


def draw_against_frames(result: dict[str, Any]) -> Picture:
    """Accuracy of “3d” after 1, 2, 3 … frames."""
    counts, curves = range(1, result["sizes"]["frames"] + 1), {}
    for task in TASKS:
        for how in FRAME_ORDERS[:2]:
            values = [accuracy(result, how, k, task=task, kind="3d")[0] for k in counts]
            curves[f"{task}, {how}"] = (counts, values)
    return plots.curves(
        curves,
        {f"chance, {task}": 100 / len(names) for task, names in TASKS.items()},
        "Accuracy of “3d” after so many frames, trained in order: "
        + "; ".join(
            f"{name} {ys[0]:.1f}, {ys[1]:.1f} … {ys[-1]:.1f} %" for name, (_, ys) in curves.items()
        )
        + f" (mean of {result['sizes']['seeds']} trainings, {result['scale']} scale).",
        xlabel="frames seen",
        ylabel="accuracy, %",
        height=400,
    )


def draw_inflating(result: dict[str, Any]) -> Picture:
    """Few labelled clips: each start, by what was named rightly."""
    few, seeds = result["sizes"]["few"], result["sizes"]["seeds_of_few"]
    heights, errors, words = {}, {}, []
    for part in ("both", "digit", "direction"):
        each = [inflating.accuracy(result, start, few, part) for start in inflating.STARTS]
        heights[part] = [round(mean) for mean, _ in each]
        errors[part] = [spread for _, spread in each]
    for start in inflating.STARTS:
        parts = ["{} {:.1f} ± {:.1f} %".format(p, *inflating.accuracy(result, start, few, p))
                 for p in heights]  # fmt: skip
        words.append(f"{start}: {', '.join(parts)}")
    return plots.bars(
        list(inflating.STARTS),
        heights,
        errors,
        text=f"{few} labelled clips of the digits 5 to 9, accuracy on {result['sizes']['test']} "
        f"test clips by how the filters start. {'; '.join(words)} (mean ± spread over {seeds} "
        f"trainings, {result['scale']} scale; chance is 5 % for both).",
        ylabel="accuracy on test clips, %",
        height=380,
    )


def draw_labels(result: dict[str, Any]) -> Picture:
    """The three starts against the number of labelled clips."""
    counts, curves, words = result["sizes"]["clips"], {}, []
    for start in list(inflating.STARTS)[:3]:
        each = [inflating.accuracy(result, start, n) for n in counts]
        curves[start] = (counts, [mean for mean, _ in each])
        words.append(f"{start} " + ", ".join(f"{m:.1f} ± {s:.1f}" for m, s in each))
    return plots.curves(
        curves,
        {"chance": 100 / inflating.CLASSES},
        f"Digit and direction both right, with {', '.join(map(str, counts))} labelled clips: "
        f"{'; '.join(words)} % (mean ± spread over {result['sizes']['seeds']} trainings or more, "
        f"{result['scale']} scale).",
        xlabel="labelled clips",
        ylabel="accuracy on test clips, %",
        logx=True,
    )


def draw_memory(recalled: Recalled, scale: str) -> Picture:
    """Error of what is recalled against the clips that are stored."""
    numbers = recalled.numbers
    return plots.curves(
        {name: (numbers, values) for name, values in recalled.errors.items()},
        recalled.levels,
        f"Squared error of the next frame, by memory alone, on {recalled.new.shape[1]} clips "
        f"({scale} scale). With {numbers[0]} and {numbers[-1]} stored clips: "
        + "; ".join(f"{name} {v[0]:.1f} and {v[-1]:.1f}" for name, v in recalled.errors.items())
        + "; ".join(["", *(f"{name} {v:.1f}" for name, v in recalled.levels.items())])
        + ". A perfect prediction has 0.",
        xlabel="stored clips",
        ylabel="squared error per frame",
        logx=True,
    )


def draw_recalled(recalled: Recalled) -> Picture:
    """Four clips: seen last, truth, and what few and many stored clips give."""
    new, numbers = recalled.new, recalled.numbers
    clips = range(min(4, new.shape[1]))
    middle, most = (
        (recalled.frames["3 frames"][k] - new[3]).square().sum((1, 2))
        for k in (len(numbers) // 2, -1)
    )
    better, worse = int((most < middle).sum()), int((most > middle).sum())
    shown = {"seen last": new[2], "truth": new[3]}
    for k in (0, len(numbers) // 2, -1):
        shown[f"{numbers[k]} clips"] = recalled.frames["3 frames"][k]
    return plots.images(
        [frames[b] for b in clips for frames in shown.values()],
        [name for _ in clips for name in shown],
        f"{len(clips)} test clips: the last frame seen, the true next one, and what the memory "
        f"gives with {numbers[0]} to {numbers[-1]} clips, three frames compared. Look at the "
        f"place, and at whose digit it is. Of {new.shape[1]} clips, {better} have a smaller error "
        f"with {numbers[-1]} than with {numbers[len(numbers) // 2]}, {worse} a larger one.",
        columns=len(shown),
    )
