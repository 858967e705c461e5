"""The pictures of lesson 12: accuracies and gains of the trials, and one clip with its answers.

L frames of a block, B clips, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.lessons.percepts_and_actions.few_labels import (
    CHANCE,
    FEATURES,
    REPEATED,
    SETS,
    TABLE3,
    accuracies,
    gain,
    join,
    levels,
    run_name,
)
from lstm_video_lab.lessons.percepts_and_actions.unrelated import START
from lstm_video_lab.plots.canvas import Picture, draw_levels, draw_lines
from lstm_video_lab.plots.page import Page
from lstm_video_lab.training.trials import mean_and_std

STARTS = {"random": "random weights", "composite": "composite, pretrained"}
POOLED = {"mean": "mean of all steps", "last": "last step alone", "max": "maximum over steps"}
WAYS_OF_TRAINING = {
    "frozen": "encoder frozen",
    "gently": "trained gently",
    "trained": "trained freely",
}
WHAT = {"flow": "Flow percepts", "image": "Image percepts"}
ENCODER = {
    "best": "is trained in the best of the three ways, chosen on clips that are not tested",
    "trained": "is trained on",
    "gently": "is trained on, ten times more gently",
    "frozen": "stays as it starts",
}


def overview(result: dict[str, Any]) -> Picture:
    """Accuracies on flow against labelled clips as bars: pretrained beside random weights."""
    counts = result["sizes"]["labelled"]
    heights, spreads = {}, {}
    for start in STARTS:
        each = []
        for n in counts:
            values = accuracies(result, start=start, labelled=n, percepts="flow", encoder="best")
            each.append(mean_and_std(values))
        heights[start] = [round(value, 1) for value, _ in each]
        spreads[start] = [spread for _, spread in each]
    return plots.bars(
        [str(n) for n in counts],
        heights,
        spreads,
        {"chance": CHANCE},
        ylabel="accuracy on test clips, %",
        title=f"Labelled clips per class, mean and spread over draws ({result['scale']} scale)",
    )


def draw_table(result: dict[str, Any]) -> Picture:
    """What each of Table 3's features gains over random weights with few labels, and published."""
    few = result["sizes"]["few"]
    names = [name for name in TABLE3 if name != "random"]
    ours = [gain(result, name, labelled=few) for name in names]
    here = f"here, {few} a class"
    heights = {here: [round(value, 1) for value, _ in ours]}
    for which in ("UCF small", "HMDB small"):
        k = SETS.index(which)
        heights[f"paper, {which}"] = [round(TABLE3[n][k] - TABLE3["random"][k], 1) for n in names]
    words = ", ".join(
        f"{name} {value:+.1f} ± {error:.1f}"
        for name, (value, error) in zip(names, ours, strict=True)
    )
    return plots.bars(
        [name.replace("conditional", "cond.") for name in names],
        heights,
        {here: [error for _, error in ours]},
        text=f"Points gained over random weights with {few} labelled clips of a class, ± standard "
        f"error over draws: {words}. The paper gives no error bars. Stored results, "
        f"{result['scale']} scale.",
        ylabel="points gained over random weights",
    )


def draw_cases(
    result: dict[str, Any], cases: dict[str, dict[str, Any]], way: str = "mean", text: str = ""
) -> Picture:
    """Accuracies of cases, name -> what `accuracies` is asked for, with few labels and with all."""
    counts = result["sizes"]["few"], result["sizes"]["labelled"][-1]
    heights: dict[str, list[float]] = {f"{n} labelled clips a class": [] for n in counts}
    spreads: dict[str, list[float]] = {f"{n} labelled clips a class": [] for n in counts}
    words = []
    for name, wanted in cases.items():
        parts = []
        for n, group in zip(counts, heights, strict=True):
            values = accuracies(result, labelled=n, **({"way": way} | wanted))
            value, spread = mean_and_std(values)
            heights[group].append(round(value, 1))
            spreads[group].append(spread)
            parts.append(f"{value:.1f} ± {spread:.1f} %")
        words.append(f"{name}: {', '.join(parts)}")
    return plots.bars(
        list(cases),
        heights,
        spreads,
        {"chance": CHANCE},
        f"{text}With {counts[0]} and {counts[1]} labelled clips of a class, {'; '.join(words)} "
        f"(mean ± spread over draws). Stored results, {result['scale']} scale.",
        ylabel="accuracy on test clips, %",
    )


def draw_labels(
    result: dict[str, Any], way: str = "mean", encoder: str = "best", percepts: str = "flow"
) -> Picture:
    """Accuracy of pretrained and random weights against labelled clips of a class, with spread."""
    counts = result["sizes"]["labelled"]
    how: dict[str, Any] = {"way": way, "encoder": encoder, "percepts": percepts}
    page = Page()
    page.gap(14)
    labels = ("labelled clips of each class", "accuracy on test clips, %")
    axes = page.chart(290, ["composite, pretrained 12.3"], *labels, margin=40, below=56)
    means, spreads = {}, {}
    for start in STARTS:
        each = [mean_and_std(accuracies(result, start=start, labelled=n, **how)) for n in counts]
        means[start], spreads[start] = zip(*each, strict=True)
    ends = draw_lines(axes, {STARTS[start]: (counts, means[start]) for start in STARTS})
    for line, start in zip(axes.lines, STARTS, strict=True):
        look: dict[str, Any] = {"fmt": "none", "ecolor": line.get_color(), "capsize": 4}
        axes.errorbar(counts, means[start], spreads[start], **look)
    ends += draw_levels(axes, levels(result, percepts))
    axes.set(xscale="log", ylim=(0, 80), xticks=counts, xticklabels=[str(n) for n in counts])
    axes.minorticks_off()
    page.label_ends(axes, ends)
    ends_of = {
        start: " and ".join(f"{means[start][k]:.1f} ± {spreads[start][k]:.1f} %" for k in (0, -1))
        for start in STARTS
    }
    return page.finish(
        f"{WHAT[percepts]}. {POOLED[way].capitalize()}; the encoder {ENCODER[encoder]}. With "
        f"{counts[0]} and {counts[-1]} clips of a class: {ends_of['random']} from random weights, "
        f"{ends_of['composite']} pretrained. Points gained, ± standard error: "
        f"{_gains_in_words(result, counts, **how)}. Bars: spread over draws. Stored results, "
        f"{result['scale']} scale.",
    )


def _gains_in_words(result: dict[str, Any], counts: Sequence[int], **how: Any) -> str:
    gains = [gain(result, labelled=n, **how) for n in counts]
    return ", ".join(f"{n}: {m:+.1f} ± {e:.1f}" for n, (m, e) in zip(counts, gains, strict=True))


def draw_gains(result: dict[str, Any], percepts: str = "flow") -> Picture:
    """Points that pretraining gains, against labelled clips, for each way to train the encoder."""
    counts = result["sizes"]["labelled"]
    gains = {
        name: [gain(result, labelled=n, encoder=encoder, percepts=percepts) for n in counts]
        for encoder, name in WAYS_OF_TRAINING.items()
    }
    return _draw_groups_of_gains(
        gains,
        [f"{n} a class" for n in counts],
        f"{WHAT[percepts]}. Points that pretraining gains over random weights trained the "
        f"same way, with {counts[0]} to {counts[-1]} labelled clips of a class, ± standard error "
        f"over draws: {{}}. Stored results, {result['scale']} scale.",
        "points gained",
    )


def draw_pretrainings(result: dict[str, Any]) -> Picture:
    """What three kinds of pretraining gain on images with few labels, seed by seed."""
    few, seeds = result["sizes"]["few"], range(result["sizes"]["pretrainings"])
    gains = {
        name: [gain(result, name, labelled=few, pretraining=seed) for seed in seeds]
        for name in REPEATED
    }
    return _draw_groups_of_gains(
        gains,
        [f"pretraining {seed + 1}" for seed in seeds],
        f"Points gained on images with {few} labelled clips of a class, for each of "
        f"{len(seeds)} pretrainings that differ in their seed alone, ± standard error over draws: "
        f"{{}}. Stored results, {result['scale']} scale.",
        "points gained over random weights",
    )


def draw_unrelated(
    unrelated: dict[str, Any], actions: dict[str, Any] | None = None, encoder: str = "best"
) -> Picture:
    """What clips of a camera are worth beside the actions' own, on flow, by labelled clips.

    Without the result "actions" there is nothing to gain over: then accuracies.
    """
    counts = unrelated["sizes"]["labelled"]
    how: dict[str, Any] = {"percepts": "flow", "encoder": encoder}
    if actions is None:
        each = [mean_and_std(accuracies(unrelated, start=START, labelled=n, **how)) for n in counts]
        means, spreads = zip(*each, strict=True)
        return plots.bars([str(n) for n in counts], list(means), list(spreads), {"chance": CHANCE})
    both = join(actions, unrelated)
    gains = {
        name: [gain(both, start, labelled=n, **how) for n in counts]
        for name, start in (("clips of actions", "composite"), ("clips of a camera", START))
    }
    return _draw_groups_of_gains(
        gains,
        [f"{n} a class" for n in counts],
        "Flow percepts. Points gained over random weights with "
        f"{', '.join(map(str, counts))} labelled clips of a class; the encoder {ENCODER[encoder]}; "
        f"± standard error over draws, by what the encoder has watched: {{}}. Stored results, "
        f"{unrelated['scale']} scale.",
        "points gained over random weights",
    )


def _draw_groups_of_gains(
    gains: dict[str, list[tuple[float, float]]], labels: list[str], text: str, ylabel: str
) -> Picture:
    """Bars of name → (gain, its error) for each label; `text` has a place, {}, for the numbers."""
    heights, errors, words = {}, {}, []
    for name, each in gains.items():
        heights[name] = [round(value, 1) for value, _ in each]
        errors[name] = [error for _, error in each]
        words.append(f"{name} " + ", ".join(f"{value:+.1f} ± {error:.1f}" for value, error in each))
    return plots.bars(labels, heights, errors, text=text.format("; ".join(words)), ylabel=ylabel)


def draw_predictors(result: dict[str, Any]) -> Picture:
    """Errors of the predictors of image percepts, between their baselines."""
    sizes = result["sizes"]
    runs = {}
    for name in FEATURES:
        run = result["pretraining"].get(run_name(name, "image", sizes["unlabelled"]), {})
        if "future" in run:
            runs[name] = run
    levels_of = {level: runs["composite"][level] for level in ("mean", "copy last")}
    return plots.bars(
        [name.replace("conditional", "cond.") for name in runs],
        [round(run["future"], 1) for run in runs.values()],
        baselines=levels_of,
        text=f"The stored runs on images ({sizes['pretrain_steps']} steps, {sizes['unlabelled']} "
        f"clips, {result['scale']} scale), test clips: error of predicted percepts, "
        + ", ".join(f"{name} {run['future']:.1f}" for name, run in runs.items())
        + f"; mean percept {levels_of['mean']:.1f}.",
        ylabel="squared error per percept",
    )


def draw_dropout(result: dict[str, Any]) -> Picture:
    """With dropout between the layers, and without."""
    rate = result["sizes"]["dropout"]
    cases = {}
    for start in STARTS:
        cases[f"{start}, on"] = {"start": start, "dropout": rate}
        cases[f"{start}, off"] = {"start": start, "dropout": 0.0}
    return draw_cases(result, cases, text=f"Dropout {rate} or none. ")


def draw_kinds(result: dict[str, Any]) -> Picture:
    """Images against flow."""
    cases = {}
    for kind, words in (("image", "images"), ("flow", "flow")):
        for start in STARTS:
            cases[f"{words}, {start}"] = {"start": start, "percepts": kind}
    return draw_cases(result, cases)


def draw_more_clips(result: dict[str, Any]) -> Picture:
    """Fewer clips without labels, and the percepts of a network that names digits better."""
    scores = {kind: result["percepts"][kind]["names"] for kind in ("image", "box")}
    less, more = (result["sizes"][key] for key in ("less_unlabelled", "unlabelled"))
    cases = {
        f"{less} clips unlabelled": {"start": "composite", "unlabelled": less},
        f"{more} clips unlabelled": {"start": "composite"},
        "random": {"start": "random"},
        "better network, random": {"start": "random", "percepts": "box"},
        "better network, pretrained": {"start": "composite", "percepts": "box"},
    }
    words = f"Our network names {scores['image']:.0%} of digits, the better {scores['box']:.0%}. "
    return draw_cases(result, cases, text=words)
