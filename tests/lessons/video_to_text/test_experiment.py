"""The captions experiment, small; its scores on sentences whose scores are known."""

import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.video_to_text import experiment, figures
from lstm_video_lab.lessons.video_to_text.data import wordings
from lstm_video_lab.lessons.video_to_text.model import generate

SIZES = experiment.SIZES["smoke"]
MEANINGS = np.array([(d, m) for d in range(10) for m in range(8)])


def sentences(wording: int, digit: int = 0, motion: int = 0) -> list[str]:
    """One for each of MEANINGS, with a digit and a motion that are so many places off."""
    return [wordings((d + digit) % 10, (m + motion) % 8)[wording] for d, m in MEANINGS.tolist()]


@pytest.mark.parametrize("wording", range(3))
def test_every_wording_of_the_truth_is_perfect(wording):
    found = experiment.score(sentences(wording), MEANINGS)
    assert found.pop("BLEU") == pytest.approx(100) and found.pop("chrF") == pytest.approx(100)
    assert found == {"digit": 100, "motion": 100, "both": 100, "proper": 100}


def test_digit_and_motion_are_scored_apart():
    wrong = experiment.score(sentences(0, digit=1), MEANINGS)
    assert (wrong["digit"], wrong["motion"], wrong["both"], wrong["proper"]) == (0, 100, 0, 100)
    wrong = experiment.score(sentences(0, motion=1), MEANINGS)
    assert (wrong["digit"], wrong["motion"], wrong["both"]) == (100, 0, 0)
    assert 20 < wrong["BLEU"] < 100  # the words that sentences share are worth something
    broken = [sentence.replace("moves", "moves moves") for sentence in sentences(0)]
    found = experiment.score(broken, MEANINGS)
    assert (found["both"], found["proper"]) == (100, 0) and found["BLEU"] < 100


def test_german_is_scored_as_german():
    said = [wordings(d, m, "german")[1] for d, m in MEANINGS]
    assert experiment.score(said, MEANINGS, "german")["both"] == 100
    assert experiment.score(sentences(1), MEANINGS, "german")["motion"] == 0


def test_without_nltk_or_its_wordnet_meteor_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk", None)
    line = experiment.meteor(sentences(0), MEANINGS)
    assert "pip install nltk" in line and "\n" not in line

    def missing(*_):
        raise LookupError("many lines\nabout wordnet")

    give_nltk(monkeypatch, missing)
    assert experiment.meteor(sentences(0), MEANINGS) == line


def test_meteor_is_a_mean_over_clips_of_words_against_all_wordings(monkeypatch):
    calls = []

    def share(references, said):
        calls.append((references, said))
        return 0.25 if said[0] == "digit" else 0.75

    give_nltk(monkeypatch, share)
    assert experiment.meteor([sentences(0)[0], sentences(1)[1]], MEANINGS[:2]) == pytest.approx(50)
    assert calls[1] == ([w.split() for w in wordings(0, 1)], sentences(1)[1].split())


def give_nltk(monkeypatch, function) -> None:
    """A stand-in for nltk whose meteor_score is this function."""
    names = ("nltk", "nltk.translate", "nltk.translate.meteor_score")
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[names[-1]].meteor_score = function


def test_frames_are_kept_shuffled_or_averaged():
    kept, said, labels = experiment.clips(SIZES)
    shuffled, mean = (experiment.clips(SIZES, order=order)[0] for order in ("shuffled", "mean"))
    assert kept.shape == (4, 60, 128) and len(said) == 60 and labels.shape == (60, 2)
    torch.testing.assert_close(shuffled.sort(0)[0], kept.sort(0)[0])
    moved = (shuffled != kept).any(0).any(1)
    assert 0.7 < moved.float().mean() <= 1  # of 24 orders one is the true one
    torch.testing.assert_close(mean, kept.mean(0, keepdim=True))


def test_what_is_seen_is_frames_or_motion_or_both():
    frames, flow, both = (experiment.clips(SIZES, "seen pairs", kind)[0]
                          for kind in ("frames", "flow", "both"))  # fmt: skip
    torch.testing.assert_close(both, torch.cat((frames, flow), -1))
    assert not torch.equal(frames, flow)


def test_tests_show_other_digits_and_their_own_pairs():
    learnt = {tuple(pair) for pair in experiment.clips(SIZES)[2].tolist()}
    heldout = {tuple(pair) for pair in experiment.clips(SIZES, "held-out pairs")[2].tolist()}
    assert not learnt & heldout
    assert not torch.equal(
        experiment.clips(SIZES)[0][:, :20], experiment.clips(SIZES, "seen pairs")[0]
    )


def test_nothing_is_held_out_of_all_pairs():
    heldout = {tuple(pair) for pair in experiment.clips(SIZES, "held-out pairs")[2].tolist()}
    many = SIZES._replace(films=600)
    learnt = {tuple(pair) for pair in experiment.clips(many, pairs="all")[2].tolist()}
    assert heldout <= learnt
    tested = experiment.clips(SIZES, "held-out pairs", pairs="all")[2]
    assert {tuple(pair) for pair in tested.tolist()} == heldout  # a test keeps its own pairs


def test_a_claim_is_clear_if_it_is_over_twice_its_error():
    def variant(name, values):
        tests = {test: {"BLEU": 50.0, "motion": 0.0} for test in experiment.TESTS}
        return [
            {"variant": name, "seed": k, "tests": {**tests, "seen pairs": {"BLEU": b, "motion": m}}}
            for k, (b, m) in enumerate(values)
        ]

    runs = [
        *variant("frames", [(90, 95), (91, 96), (92, 97)]),
        *variant("mean pool", [(80, 60), (81, 61), (82, 62)]),
        *variant("shuffled", [(80, 70), (81, 71), (82, 72)]),
        *variant("frames and flow", [(90, 95), (91, 96), (92, 97)]),
    ]
    means = {"mean pool": 31, "shuffled": 36, "in order": 79}
    in_turn = {
        "means": {
            name: {m: {"mean": float(v), "spread": 1.0} for m in ("BLEU", "in order")}
            for name, v in means.items()
        }
    }
    half = {"shares": {"0.5": {"seen pairs": {"BLEU": 93.0, "motion": 99.0}}}}
    lines = experiment.claims({"runs": runs}, in_turn, {"runs": [half] * 3})
    assert [line.rsplit("| ", 1)[1] for line in lines[1:]] == [
        "reproduced",
        "reproduced",
        "in part",
        "not reproduced",
        "reproduced",
        "reproduced",
        "reproduced",
    ]
    assert "27.7 → 28.2" in lines[-1] and "31.0 → 36.0 (+5.0 ± 0.8)" in lines[-1]


def test_seeing_is_told_from_writing():
    model, losses = experiment.train_captioner(SIZES)
    assert len(losses) == SIZES.steps
    found = experiment.measure(model, SIZES)
    assert list(found) == list(experiment.TESTS)
    for test, scores in found.items():
        seen, _, truth = experiment.clips(SIZES, test)
        said = generate(model, seen)[0]
        expected = experiment.score(said, truth)
        assert {name: scores[name] for name in expected} == expected
        for name in ("digit", "motion"):
            assert 0 <= scores[f"{name} unwritten"] <= scores[f"{name} seen"] <= 100
            assert scores[name] >= scores[f"{name} seen"] - scores[f"{name} unwritten"] - 1e-9


def test_a_run_is_stored_and_picked_up(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "SEEDS", (0,))
    few = {name: experiment.VARIANTS[name] for name in ("frames", "mean pool", "German")}
    monkeypatch.setattr(experiment, "VARIANTS", few)
    lines = list(experiments.run("captions", "smoke", tmp_path))
    assert lines[-1].startswith("stored:") and len(lines) == 4
    path = tmp_path / "captions.json"
    result = read_result(path)
    assert result["made"]["seeds"] == [0]
    assert result["scale"] == "smoke" and result["paper"]["frames"] == 29.2
    assert [one["variant"] for one in result["runs"]] == list(few)
    assert (tmp_path / "captions.png").read_bytes()[:4] == b"\x89PNG"
    log = tmp_path / "runs" / "captions-smoke.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:2]))  # as if cut off there
    assert len(list(experiments.run("captions", "smoke", tmp_path))) == 2
    again = read_result(path)["runs"]
    assert again[:2] == result["runs"][:2] and again[2]["tests"] == result["runs"][2]["tests"]
    with pytest.raises(ValueError, match="no scale 'paper'"):
        next(experiments.run("captions", "paper", tmp_path))


def test_a_picture_has_mean_and_spread():
    def one(variant, seed, digit):
        tests = {test: {"digit": digit, "motion": 50.0} for test in experiment.TESTS}
        return {"variant": variant, "seed": seed, "tests": tests}

    result = {"scale": "smoke", "runs": [one("frames", 0, 80.0), one("frames", 1, 90.0),
                                         one("flow", 0, 10.0)]}  # fmt: skip
    middle, spread = experiment.across_seeds(result, "frames", "digit")
    assert middle == 85 and spread == pytest.approx(50**0.5)
    assert experiment.across_seeds(result, "flow", "digit") == (10, 0)
    told = figures.overview(result).text
    assert (
        "smoke scale: frames digit, seen pairs 85, digit, held-out pairs 85, motion, seen" in told
    )
    assert "flow digit, seen pairs 10" in told and "motion at random 12.5" in told
    assert "frames" not in figures.overview(result, ["flow"]).text
