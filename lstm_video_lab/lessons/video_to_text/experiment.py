"""Video to text: S2VT on captioned digits, beside its mean pool and shuffled frames, and motion.

A captioner sees percepts (of the network in the box, which saw still frames only), the motion, or
both. It is tested with digits that nothing was trained on: on pairs of digit and motion that it has
seen, and on pairs that were held out. T frames, N films, X numbers of a percept, H units.
"""

from __future__ import annotations

import itertools
import time
from collections import namedtuple
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import percepts, plots, pretrained
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.frames import reorder
from lstm_video_lab.files import store_result
from lstm_video_lab.lessons.video_to_text.data import (
    CaptionedDigits,
    understand,
    vocabulary,
    wordings,
)
from lstm_video_lab.lessons.video_to_text.model import Captioner, caption_loss, write
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import mean_and_std, resume_trials

VARIANTS: dict[str, dict[str, Any]] = {  # name → what differs
    "frames": {},
    "shuffled": {"order": "shuffled"},
    "mean pool": {"order": "mean"},
    "flow": {"kind": "flow"},
    "frames and flow": {"kind": "both"},
    "German": {"language": "german"},
}
PAPER = {"mean pool": 27.7, "shuffled": 28.2, "frames": 29.2, "frames and flow": 29.8}  # METEOR
SEEDS, EYE = (0, 1, 2), "percept-net"
TESTS = {"seen pairs": "train", "held-out pairs": "heldout"}
Sizes = namedtuple("Sizes", "films tests frames units steps batch")  # tests: films of each test
SIZES = {"laptop": Sizes(3000, 400, 12, 128, 600, 64), "smoke": Sizes(60, 20, 4, 16, 20, 8)}
Films = tuple[Tensor, list[str], np.ndarray]  # percepts (T, N, X), captions, what they show (N, 2)


@cache
def films(sizes: Sizes, test="", kind="frames", order="kept", language="english") -> Films:
    """Films as a captioner sees them, a caption of each, and their digits and motions.

    test: one of TESTS; without one, the films to learn from. kind: "frames", "flow" or "both".
    order: of the frames, "kept", "shuffled" in each film anew, or "mean": one frame, their mean.
    """
    digits, pairs = load_digits("embedded", "test" if test else "train"), TESTS.get(test, "train")
    data = CaptionedDigits(digits, sizes.frames, pairs, language, seed=int(bool(test)))
    N, parts = sizes[bool(test)], []
    if kind != "flow":
        parts.append(percepts.percepts(pretrained.load_pretrained(EYE).features, data.batch(0, N)))
    if kind != "frames":  # one by one: motion takes much room
        parts.append(torch.cat([percepts.flow_percepts(data.flow(n, 1)) for n in range(N)], 1))
    seen = torch.cat([part.flatten(2) for part in parts], -1)
    if order == "shuffled":
        seen = reorder(seen, "shuffled")
    seen = seen.mean(0, keepdim=True) if order == "mean" else seen
    return seen, data.captions(0, N), data.labels(0, N).numpy()


def teach(sizes: Sizes, seed: int = 0, note: str = "", **how: Any) -> tuple[Captioner, list[float]]:
    """A captioner that learnt from films, and its losses in nats per caption; how: what `films`
    takes besides. A `note` shows a bar.
    """
    seen, said, _ = films(sizes, **how)
    words = vocabulary(how.get("language", "english"))
    model = Captioner(words, seen.shape[2], sizes.units, seed=seed)
    model.adapt(seen)
    draw = torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        taken = torch.randint(len(said), (sizes.batch,), generator=draw)
        return caption_loss(model, seen[:, taken], [said[n] for n in taken])

    losses = fit(model.parameters(), loss, sizes.steps, 3e-3, note=note, weight_decay=0.01)
    return model.eval(), losses


@torch.no_grad()
def judge(model: Captioner, sizes: Sizes, **how: Any) -> dict[str, dict[str, float]]:
    """`score` of what it writes about the films of each of TESTS, and seeing apart from writing.

    A linear probe reads the digit and the motion from the state at the end of reading. In % of
    films: "seen" by the probe, and "unwritten" though seen.
    """
    from sklearn.linear_model import RidgeClassifier

    def states(seen: Tensor) -> np.ndarray:  # (N, 4H)
        return torch.cat([part[0] for state in model.encode(seen) for part in state], 1).numpy()

    learnt, _, labels = films(sizes, **how)
    probes = [RidgeClassifier(10.0).fit(states(learnt), labels[:, k]) for k in range(2)]
    found = {}
    for test in TESTS:
        seen, _, truth = films(sizes, test, **how)
        said, language = write(model, seen)[0], how.get("language", "english")
        found[test] = score(said, truth, language)
        written = np.array([understand(sentence, language) for sentence in said]) == truth
        for k, name in enumerate(("digit", "motion")):
            read = probes[k].predict(states(seen)) == truth[:, k]
            lost = read & ~written[:, k]
            found[test] |= {f"{name} seen": share(read), f"{name} unwritten": share(lost)}
    return found


def share(found: Any) -> float:
    """In %."""
    return 100 * float(np.mean(found))


def score(said: list[str], meanings: np.ndarray, language: str = "english") -> dict[str, float]:
    """BLEU and chrF against all wordings; in %, sentences that name the digit, the motion, both,
    and those that are sentences of the language at all ("proper").
    """
    from sacrebleu.metrics import BLEU, CHRF

    streams = list(zip(*(wordings(d, m, language) for d, m in meanings), strict=True))
    named = [understand(sentence, language) for sentence in said]
    right = np.array(named) == meanings  # (N, 2)
    every = {s for d in range(10) for m in range(8) for s in wordings(d, m, language)}
    proper = [sentence in every for sentence in said]
    found = {"digit": right[:, 0], "motion": right[:, 1], "both": right.all(1), "proper": proper}
    return {
        "BLEU": BLEU(tokenize="none").corpus_score(said, streams).score,
        "chrF": CHRF().corpus_score(said, streams).score,
        **{name: share(of) for name, of in found.items()},
    }


def meteor(said: list[str], meanings: np.ndarray) -> float | str:
    """METEOR of English sentences in %, a mean; a line that says what is missing, where it is."""
    try:
        from nltk.translate.meteor_score import meteor_score

        known = [[s.split() for s in wordings(d, m)] for d, m in meanings]
        found = map(meteor_score, known, [sentence.split() for sentence in said])
        return share(list(found))
    except (ImportError, LookupError):
        return "METEOR is left out: pip install nltk; python -m nltk.downloader wordnet"


def run(scale: str, out: Path) -> Iterator[str]:
    """Teach each variant with each seed; one that is done is not taught again."""
    if scale not in SIZES:
        raise ValueError(f"captions has no scale {scale!r}: choose one of {', '.join(SIZES)}")
    sizes = SIZES[scale]

    def work(point: dict[str, Any]) -> dict[str, Any]:
        (name, seed), start = point.values(), time.perf_counter()
        model, _ = teach(sizes, seed, **VARIANTS[name])
        seconds = round(time.perf_counter() - start)
        parameters = sum(p.numel() for p in model.parameters())
        tests = judge(model, sizes, **VARIANTS[name])
        return {"seconds": seconds, "parameters": parameters, "tests": tests}

    points = [{"variant": v, "seed": seed} for v, seed in itertools.product(VARIANTS, SEEDS)]
    runs: list[dict[str, Any]] = []
    for row, is_new in resume_trials(out / "runs" / f"captions-{scale}.jsonl", points, work):
        runs.append(row)
        if is_new:
            yield f"{row['variant']} {row['seed']}: {row['tests']}"
    result = {"scale": scale, "sizes": sizes._asdict(), "paper": PAPER, "runs": runs}
    yield store_result(out, "captions", result, draw(result).png)


def across_seeds(result: dict, variant: str, measure: str, test: str = "seen pairs") -> tuple:
    """Mean and spread (standard deviation) of a measure over the seeds of a variant."""
    found = [r["tests"][test][measure] for r in result["runs"] if r["variant"] == variant]
    return mean_and_std(found)


def draw(result: dict, variants: Iterable[str] = VARIANTS) -> plots.Picture:
    """Bars of the captions that name the digit and the motion in each of TESTS, with spreads."""
    cases = [(what, test) for what in ("digit", "motion") for test in TESTS]
    there = {one["variant"] for one in result["runs"]}
    found = {v: [across_seeds(result, v, *case) for case in cases] for v in variants if v in there}
    middle, spread = ({v: [round(x[k], 1) for x in m] for v, m in found.items()} for k in (0, 1))
    names = [", ".join(case) for case in cases]
    blind = {"motion at random": 12.5, "digit at random": 10.0}
    unit = f"% of captions, {result['scale']} scale"
    return plots.bars(names, middle, spread, blind, ylabel=unit)
