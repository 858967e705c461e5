"""Two captioners that write one sentence: their ends are the two alone, and what is stored."""

import pytest

from lstm_video_lab.files import load_result, read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.video_to_text import figures, guesses, mixed_captioners
from lstm_video_lab.lessons.video_to_text.experiment import TESTS, across_seeds


def test_a_run_is_stored_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(mixed_captioners, "SEEDS", (0, 1))
    monkeypatch.setattr(mixed_captioners, "SHARES", (0.0, 0.5, 1.0))
    assert list(experiments.run("mixed_captioners", "smoke", tmp_path))[-1].startswith("stored:")
    result = read_result(tmp_path / "mixed_captioners.json")
    assert [run["seed"] for run in result["runs"]] == result["made"]["seeds"] == [0, 1]
    assert list(mixed_captioners.across_shares(result, "seen pairs", "BLEU")) == [0, 0.5, 1]
    assert "flow alone" in figures.draw_mixed_captioners(result).text


@pytest.mark.parametrize("measure", ["digit", "motion", "both", "BLEU"])
@pytest.mark.parametrize("test", TESTS)
def test_a_share_of_all_is_that_captioner_alone(test, measure):
    mixed, alone = load_result("mixed_captioners"), load_result("captions")
    shares = mixed_captioners.across_shares(mixed, test, measure)
    for share, variant in ((0.0, "flow"), (1.0, "frames")):
        assert shares[share] == pytest.approx(across_seeds(alone, variant, measure, test), abs=0.01)


def test_the_guess_is_answered_from_the_stored_figures():
    mixed, alone = load_result("mixed_captioners"), load_result("captions")
    question = guesses.ONE_OR_TWO
    assert question.answer(alone, mixed) in question.options
    assert "73.9 ± 1.0" in question.reveal(alone, mixed)
