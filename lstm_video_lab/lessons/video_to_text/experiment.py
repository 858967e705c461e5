"""Video to text: S2VT on captioned digits, beside its mean pool and shuffled frames, and motion.

A captioner is given percepts (of the pretrained network, which saw still frames only), the motion,
or both. It is tested with digits that nothing was trained on: on pairs of digit and motion that it
was trained on, and on pairs that were held out. T frames, N clips, X numbers of a percept, H units.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import percepts, pretrained
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.frames import reorder
from lstm_video_lab.lessons.video_to_text.data import (
    CaptionedDigits,
    parse,
    vocabulary,
    wordings,
)
from lstm_video_lab.lessons.video_to_text.model import Captioner, caption_loss, generate
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import mean_and_std, resume_trials

VARIANTS: dict[str, dict[str, Any]] = {  # name → what differs
    "frames": {},
    "shuffled": {"order": "shuffled"},
    "mean pool": {"order": "mean"},
    "flow": {"kind": "flow"},
    "frames and flow": {"kind": "both"},
    "German": {"language": "german"},
    "all pairs": {"pairs": "all"},  # nothing held out: what is left of the gap?
}
PAPER = {"mean pool": 27.7, "shuffled": 28.2, "frames": 29.2, "frames and flow": 29.8}  # METEOR
SEEDS, PERCEPT_NET = (0, 1, 2), "percept-net"
TESTS = {"seen pairs": "train", "held-out pairs": "heldout"}


class Sizes(NamedTuple):
    """The numbers of a scale."""

    films: int  # clips to train on
    tests: int  # clips of each test
    frames: int
    units: int
    steps: int
    batch: int


SIZES = {"laptop": Sizes(3000, 400, 12, 128, 600, 64), "smoke": Sizes(60, 20, 4, 16, 20, 8)}
Clips = tuple[Tensor, list[str], np.ndarray]  # percepts (T, N, X), captions, what they show (N, 2)


@cache
def clips(
    sizes: Sizes,
    test: str = "",
    kind: str = "frames",
    order: str = "kept",
    language: str = "english",
    pairs: str = "train",
) -> Clips:
    """Clips as a captioner is given them, a caption of each, and their digits and motions.

    test: one of TESTS; without one, the clips to train on. kind: "frames", "flow" or "both".
    order: of the frames, "kept", "shuffled" in each clip anew, or "mean": one frame, their mean.
    pairs: of digit and motion to train on, "train" or "all"; a test has its own.
    """
    digits, pairs = load_digits("embedded", "test" if test else "train"), TESTS.get(test, pairs)
    data = CaptionedDigits(digits, sizes.frames, pairs, language, seed=1 if test else 0)
    N = sizes.tests if test else sizes.films
    parts = []
    if kind != "flow":
        net = pretrained.load_pretrained(PERCEPT_NET)
        parts.append(percepts.percepts(net.features, data.batch(0, N)))
    if kind != "frames":  # one by one: motion takes much room
        parts.append(torch.cat([percepts.flow_percepts(data.flow(n, 1)) for n in range(N)], 1))
    inputs = order_frames(torch.cat([part.flatten(2) for part in parts], -1), order)
    return inputs, data.captions(0, N), data.labels(0, N).numpy()


def order_frames(inputs: Tensor, order: str) -> Tensor:
    """Percepts (T, N, X) "kept" in order, "shuffled" in each clip, or one frame, their "mean"."""
    if order == "shuffled":
        return reorder(inputs, "shuffled")
    if order == "mean":
        return inputs.mean(0, keepdim=True)
    return inputs


def train_captioner(
    sizes: Sizes, seed: int = 0, note: str = "", **how: Any
) -> tuple[Captioner, list[float]]:
    """A trained captioner, and its losses in nats per caption; how: what `clips` takes besides. A
    `note` shows a bar.
    """
    inputs, captions, _ = clips(sizes, **how)
    words = vocabulary(how.get("language", "english"))
    return train_on(inputs, captions, words, sizes, seed, note)


def train_on(
    inputs: Tensor,
    captions: list[str],
    words: Sequence[str],
    sizes: Sizes,
    seed: int = 0,
    note: str = "",
) -> tuple[Captioner, list[float]]:
    """A captioner that is trained on percepts (T, N, X) and their captions, and its losses."""
    model = Captioner(words, inputs.shape[2], sizes.units, seed=seed)
    model.standardise(inputs)
    draw = torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        taken = torch.randint(len(captions), (sizes.batch,), generator=draw)
        return caption_loss(model, inputs[:, taken], [captions[n] for n in taken])

    losses = fit(model.parameters(), loss, sizes.steps, 3e-3, note=note, weight_decay=0.01)
    return model.eval(), losses


def measure(model: Captioner, sizes: Sizes, **how: Any) -> dict[str, dict[str, float]]:
    """`score` of what it writes about the clips of each of TESTS, and seeing apart from writing.

    A linear probe reads the digit and the motion from the state at the end of reading. In % of
    clips: "seen" by the probe, and "unwritten" though seen.
    """
    from sklearn.linear_model import RidgeClassifier

    language = how.get("language", "english")
    inputs, _, labels = clips(sizes, **how)
    probes = [RidgeClassifier(10.0).fit(_states(model, inputs), labels[:, k]) for k in range(2)]
    scores = {}
    for test in TESTS:
        inputs, _, truth = clips(sizes, test, **how)
        captions, _ = generate(model, inputs)
        scores[test] = score(captions, truth, language)
        written = np.array([parse(caption, language) for caption in captions]) == truth
        for k, name in enumerate(("digit", "motion")):
            seen = probes[k].predict(_states(model, inputs)) == truth[:, k]
            scores[test][f"{name} seen"] = percent(seen)
            scores[test][f"{name} unwritten"] = percent(seen & ~written[:, k])
    return scores


@torch.no_grad()
def _states(model: Captioner, inputs: Tensor) -> np.ndarray:
    """h and c of both LSTMs after percepts (T, N, X): (N, 4H)."""
    return torch.cat([part[0] for state in model.encode(inputs) for part in state], 1).numpy()


def percent(values: Any) -> float:
    """The mean, in %."""
    return 100 * float(np.mean(values))


def score(captions: list[str], meanings: np.ndarray, language: str = "english") -> dict[str, float]:
    """BLEU and chrF against all wordings; in %, sentences that name the digit, the motion, both,
    and those that are sentences of the language at all ("proper").
    """
    from sacrebleu.metrics import BLEU, CHRF

    references = list(zip(*(wordings(d, m, language) for d, m in meanings), strict=True))
    right = np.array([parse(caption, language) for caption in captions]) == meanings  # (N, 2)
    proper = set()
    for digit, motion in product(range(10), range(8)):
        proper |= set(wordings(digit, motion, language))
    return {
        "BLEU": BLEU(tokenize="none").corpus_score(captions, references).score,
        "chrF": CHRF().corpus_score(captions, references).score,
        "digit": percent(right[:, 0]),
        "motion": percent(right[:, 1]),
        "both": percent(right.all(1)),
        "proper": percent([caption in proper for caption in captions]),
    }


def what_beams_change(
    greedy: list[str],
    log_p: Tensor,
    found: dict[int, tuple[list[str], Tensor]],
    meanings: np.ndarray,
    language: str = "english",
) -> tuple[dict[int, float], float, dict[str, float]]:
    """By width of the beam, the share of sentences that differ from the greedy ones; with width 5,
    the share that is likelier than them; and how many have digit and motion right, in %.

    found: by width, sentences and their log p.
    """
    changed = {}
    for width, (said, _) in found.items():
        changed[width] = float(np.mean([a != b for a, b in zip(greedy, said, strict=True)]))
    likelier = (found[5][1] > log_p + 1e-4).float().mean().item()
    right = {
        "greedily": score(greedy, meanings, language)["both"],
        "with K = 5": score(found[5][0], meanings, language)["both"],
    }
    return changed, likelier, right


def meteor(captions: list[str], meanings: np.ndarray) -> float | str:
    """METEOR of English sentences in %, a mean; a line that says what is missing, where it is."""
    try:
        from nltk.translate.meteor_score import meteor_score

        scores = []
        for caption, (digit, motion) in zip(captions, meanings, strict=True):
            references = [sentence.split() for sentence in wordings(digit, motion)]
            scores.append(meteor_score(references, caption.split()))
        return percent(scores)
    except (ImportError, LookupError):
        return "METEOR is left out: pip install nltk; python -m nltk.downloader wordnet"


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train each variant with each seed; one that is done is not trained again."""
    sizes = SIZES[scale]

    def work(point: dict[str, Any]) -> dict[str, Any]:
        (name, seed), start = point.values(), time.perf_counter()
        model, _ = train_captioner(sizes, seed, **VARIANTS[name])
        seconds = round(time.perf_counter() - start)
        parameters = sum(p.numel() for p in model.parameters())
        tests = measure(model, sizes, **VARIANTS[name])
        return {"seconds": seconds, "parameters": parameters, "tests": tests}

    points = [{"variant": name, "seed": seed} for name, seed in product(VARIANTS, SEEDS)]
    runs: list[dict[str, Any]] = []
    for row, is_new in resume_trials(out / "runs" / f"captions-{scale}.jsonl", points, work):
        runs.append(row)
        if is_new:
            yield f"{row['variant']} {row['seed']}: {row['tests']}"
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "sizes": sizes._asdict(),
        "paper": PAPER,
        "runs": runs,
    }


def claims(result: dict[str, Any], in_turn: dict[str, Any], mixed: dict[str, Any]) -> list[str]:
    """The paper's claims beside ours, a line each: in the world of motions (`captions`, and
    `mixed_captioners`), and in that of three digits in turn (`digit_order`), where "right" is the
    whole sentence.
    """
    lines = [f"{'claim':>30} | METEOR there | {'BLEU here':<24} | {'right here, %':<25} |"]
    pairs = [("frames", "mean pool"), ("frames", "shuffled"), ("shuffled", "mean pool")]
    for more, less in (*pairs, ("frames and flow", "frames")):
        found = [
            [across_seeds(result, name, measure) for name in (more, less)]
            for measure in ("BLEU", "motion")
        ]
        lines.append(_claim(f"{more} > {less}", (more, less), found))
    found = []
    for measure in ("BLEU", "motion"):
        half = [run["shares"]["0.5"]["seen pairs"][measure] for run in mixed["runs"]]
        found.append([mean_and_std(half), across_seeds(result, "frames", measure)])
    lines.append(_claim("two that write > frames", ("frames and flow", "frames"), found))
    for more, less in (("in order", "shuffled"), ("shuffled", "mean pool")):
        found = []
        for measure in ("BLEU", "in order"):
            means = [in_turn["means"][name][measure] for name in (more, less)]
            found.append([(one["mean"], one["spread"]) for one in means])
        there = ("frames" if more == "in order" else more, less)
        lines.append(_claim(f"digits: {more} > {less}", there, found))
    return lines


def _claim(name: str, there: tuple[str, str], found: list[list[tuple[float, float]]]) -> str:
    """A line about two variants, the better one first; found: of each measure, mean and spread."""
    cells, clear = [], []
    for (a, of_a), (b, of_b) in found:
        error = math.sqrt((of_a**2 + of_b**2) / len(SEEDS))  # of the difference of two means
        cells.append(f"{b:.1f} → {a:.1f} ({a - b:+.1f} ± {error:.1f})")
        clear.append(a - b > 2 * error)
    verdict = "reproduced" if all(clear) else "in part" if any(clear) else "not reproduced"
    in_paper = f"{PAPER[there[1]]} → {PAPER[there[0]]}"
    return f"{name:>30} | {in_paper} | {cells[0]:<24} | {cells[1]:<25} | {verdict}"


def across_seeds(
    result: dict[str, Any], variant: str, measure: str, test: str = "seen pairs"
) -> tuple[float, float]:
    """Mean and spread (standard deviation) of a measure over the seeds of a variant."""
    runs = [run for run in result["runs"] if run["variant"] == variant]
    return mean_and_std([run["tests"][test][measure] for run in runs])
