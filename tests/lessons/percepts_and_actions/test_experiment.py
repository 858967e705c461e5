"""The experiment on actions at smoke scale: its trials, what differs between them, and resuming."""

import math
from statistics import mean, stdev

import pytest
import torch

from lstm_video_lab.cli import main
from lstm_video_lab.data import load_digits
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.percepts_and_actions import experiment, few_labels, figures
from lstm_video_lab.lessons.percepts_and_actions.experiment import (
    choose_clips,
    make_data,
    open_clips,
    pretrain,
    run_trial,
)
from lstm_video_lab.lessons.percepts_and_actions.few_labels import (
    FEATURES,
    REPEATED,
    SHARES,
    SMOKE,
    TABLE3,
    accuracies,
    gain,
    key_of,
    plan,
    select,
)


@pytest.fixture(scope="module")
def data():
    return make_data(SMOKE, ("image", "flow"))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    out = tmp_path_factory.mktemp("actions")
    lines = list(experiments.run("actions", "smoke", out))
    assert lines[-1].startswith("stored:")
    return out, read_result(out / "actions.json")


def test_the_command_stores_every_trial_of_the_plan_once(stored):
    out, result = stored
    assert result["made"]["seeds"] == list(range(SMOKE.draws))
    assert sorted(map(key_of, result["trials"])) == sorted(map(key_of, plan(SMOKE)))
    assert len(set(map(key_of, plan(SMOKE)))) == len(plan(SMOKE))
    for row in result["trials"]:
        assert set(row["accuracy"]) == {"mean", "last", "max"}
        assert all(0 <= value <= 100 for value in row["accuracy"].values())
        assert 0 <= row["chosen_on"] <= 100
    assert set(TABLE3) == set(FEATURES) and result["scale"] == "smoke"
    assert (out / "actions.png").read_bytes().startswith(b"\x89PNG")
    names = set(result["pretraining"])
    assert {"image-composite-20", "image-composite-10", "flow-composite-20"} <= names
    assert {"image-composite-20-1", "flow-composite-20-1"} <= names
    assert len(names) == len(FEATURES) - 1 + 3 + len(REPEATED) + 1
    assert result["pretraining"]["image-autoencoder-20"]["steps"] == SMOKE.pretrain_steps
    assert "future" not in result["pretraining"]["image-autoencoder-20"]


def test_a_run_that_was_cut_off_goes_on_and_gives_the_same(stored, tmp_path):
    log = tmp_path / "runs" / "actions" / "trials-smoke.jsonl"
    run = experiment.run("smoke", tmp_path)
    while not log.exists() or len(log.read_text().splitlines()) < 9:
        next(run)
    run.close()
    first = log.read_text()
    assert main(["experiment", "actions", "--scale", "smoke", "--out", str(tmp_path)]) == 0
    assert log.read_text().startswith(first)
    both = [read_result(out / "actions.json") for out in (stored[0], tmp_path)]
    for one in both:
        for row in (*one["trials"], *one["pretraining"].values()):
            del row["seconds"]
    assert both[0] == both[1]


def test_an_encoder_whose_training_was_cut_off_is_trained_again(data, tmp_path, monkeypatch):
    point = next(point for point in plan(SMOKE) if point["start"] == "composite")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(experiment, "score_model", stop)
        experiment._encoder(data, point, tmp_path)
    experiment._encoder(data, point, tmp_path)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".safetensors"]


def test_test_clips_show_digits_that_nobody_trained_on(data):
    train, test = (load_digits("embedded", split).images for split in ("train", "test"))
    assert len({image.tobytes() for image in (*train, *test)}) == len(train) + len(test)
    for part, digits in (("unlabelled", train), ("labelled", train), ("test", test)):
        assert (open_clips(part, SMOKE).digits.images == digits).all()
    assert len({open_clips(part, SMOKE).seed for part in experiment.PARTS}) == 3


def test_percepts_are_scaled_by_clips_without_labels(data):
    for kind in data.percepts.values():
        assert {part: x.shape[:2] for part, x in kind.items()} == {
            "unlabelled": (8, 20), "labelled": (8, 25), "test": (8, 20)}  # fmt: skip
        first = kind["unlabelled"]
        assert first.mean((0, 1)).abs().max() < 1e-4
        spread = first.std((0, 1))
        assert spread.max() < 1.001 and spread.median() > 0.99


def test_the_plan_changes_one_thing_at_a_time():
    usual = {"percepts": "image", "unlabelled": SMOKE.unlabelled, "dropout": SMOKE.dropout,
             "length": SMOKE.length, "pretraining": 0}  # fmt: skip
    for point in plan(SMOKE):
        changed = {name for name, value in usual.items() if point[name] != value}
        assert len(changed) <= 1 or changed in ({"percepts", "length"}, {"percepts", "pretraining"})
        if "unlabelled" in changed:
            assert point["start"] == "composite"
    laptop = few_labels.SIZES["laptop"]
    usual |= {"unlabelled": laptop.unlabelled, "dropout": laptop.dropout, "length": laptop.length}
    curve = [p for p in plan(laptop) if usual.items() <= p.items()]
    for start in ("random", "composite"):
        for n in (1, 2, 4, 10, 20, 50, 100):
            mine = [p for p in curve if (p["start"], p["labelled"]) == (start, n)]
            assert {(p["encoder"], p["draw"]) for p in mine} == {
                (encoder, d) for encoder in SHARES for d in range(10)}  # fmt: skip


def test_draws_on_flow_take_turns_with_the_pretrainings():
    laptop = few_labels.SIZES["laptop"]
    curve = [p for p in plan(laptop) if p["percepts"] == "flow" and p["length"] > 1]
    for start, wanted in (("composite", {(d, d % 3) for d in range(6)}),
                          ("random", {(d, 0) for d in range(6)})):  # fmt: skip
        for n in laptop.labelled:
            mine = [p for p in curve if (p["start"], p["labelled"]) == (start, n)]
            assert len(mine) == 6 * len(SHARES)
            assert {(p["draw"], p["pretraining"]) for p in mine} == wanted


def test_a_draw_takes_as_many_clips_of_each_class_and_draws_differ():
    labels = torch.arange(50) % 5
    one, two = choose_clips(labels, 4, 1), choose_clips(labels, 4, 2)
    assert torch.bincount(labels[one]).tolist() == [4] * 5 and len(set(one.tolist())) == 20
    assert set(one.tolist()) != set(two.tolist())
    assert set(one.tolist()) <= set(choose_clips(labels, 8, 1).tolist())  # few are part of many


def test_the_label_is_all_that_a_trial_may_learn_from(data):
    point = next(p for p in plan(SMOKE) if p["start"] == "random")
    assert run_trial(data, None, point) == run_trial(data, None, point)
    model, losses = pretrain("composite", data.percepts["image"]["unlabelled"], SMOKE)
    again, _ = pretrain("composite", data.percepts["image"]["unlabelled"], SMOKE)
    assert all(map(torch.equal, model.parameters(), again.parameters()))
    assert len(losses) == SMOKE.pretrain_steps and all(map(math.isfinite, losses))
    assert model.settings.reconstruct and model.settings.predict


def test_clips_on_which_a_way_is_chosen_are_neither_trained_on_nor_tested(data, monkeypatch):
    point = next(p for p in plan(SMOKE) if (p["percepts"], p["labelled"]) == ("image", 4))
    used, pool = [], data.percepts["image"]["labelled"]
    classify, train = experiment.classifier.classify, experiment.classifier.train_classifier

    def spy_on_classify(model, clips, *rest):
        used.append(clips)
        return classify(model, clips, *rest)

    def spy_on_training(model, clips, *rest, **more):
        used.append(clips)
        return train(model, clips, *rest, **more)

    monkeypatch.setattr(experiment.classifier, "classify", spy_on_classify)
    monkeypatch.setattr(experiment.classifier, "train_classifier", spy_on_training)
    run_trial(data, None, point)
    assert [clips.shape[1] for clips in used] == [20, SMOKE.test, 5 * (SMOKE.pool - 4)]
    both = torch.cat([used[0], used[2]], 1).flatten(2).sum((0, 2)).sort()[0]
    torch.testing.assert_close(both, pool.flatten(2).sum((0, 2)).sort()[0])  # each clip once


def row(start, draw, value, encoder="gently", chosen_on=0.0, **changes):
    return {"percepts": "image", "start": start, "unlabelled": 20, "labelled": 2, "draw": draw,
            "dropout": 0.3, "length": 4, "encoder": encoder, "chosen_on": chosen_on,
            "pretraining": 0,
            "accuracy": {"mean": value, "last": value + 1}} | changes  # fmt: skip


def test_accuracies_and_gain_by_hand():
    rows = [row("random", d, 20.0 + d) for d in (2, 0, 1)]
    rows += [row("composite", d, 30.0 + 3 * d) for d in (0, 1)]
    rows += [row("composite", d, 25.0 + d, unlabelled=10) for d in (0, 1)]
    result = {"sizes": vars(SMOKE), "trials": rows}
    assert accuracies(result, start="random", labelled=2) == [20.0, 21.0, 22.0]
    assert accuracies(result, start="random", labelled=2, way="last") == [21.0, 22.0, 23.0]
    differences = [10.0, 12.0]
    expected = (mean(differences), stdev(differences) / math.sqrt(2))
    assert gain(result, labelled=2) == pytest.approx(expected)
    assert gain(result, labelled=2, unlabelled=10)[0] == pytest.approx(5.0)
    rows += [row("composite", d, 40.0 + d, pretraining=1) for d in (0, 1)]
    assert gain(result, labelled=2)[0] == pytest.approx(11.0)
    assert gain(result, labelled=2, pretraining=1)[0] == pytest.approx(20.0)
    with pytest.raises(ValueError, match="no trial has"):
        accuracies(result, start="random", labelled=3)


def test_the_best_way_is_chosen_without_the_test_clips():
    rows = [row("random", d, 20.0 + d, "gently", 30.0) for d in (0, 1)]
    rows += [row("random", d, 50.0 + d, "trained", 29.0) for d in (0, 1)]  # lucky on the test
    result = {"sizes": vars(SMOKE), "trials": rows}
    assert accuracies(result, start="random", labelled=2, encoder="best") == [20.0, 21.0]
    assert accuracies(result, start="random", labelled=2, encoder="trained") == [50.0, 51.0]
    assert {r["encoder"] for r in select(result, start="random", labelled=2)} == {"gently"}


def test_the_table_holds_what_is_stored_beside_what_was_published(stored):
    result = stored[1]
    lines = few_labels.table(result).splitlines()
    assert len(lines) == 1 + len(FEATURES) and "UCF-101" in lines[0]
    many = SMOKE.labelled[-1]
    ours = mean(accuracies(result, start="composite", labelled=many, encoder="trained"))
    line = next(line for line in lines if line.startswith("composite  "))
    assert f"{ours:.1f} ±" in line and line.split()[-4:] == ["67.0", "75.8", "29.1", "44.1"]
    text = figures.draw_table(result).text
    few, error = gain(result, "autoencoder", labelled=SMOKE.few)
    assert f"autoencoder {few:+.1f} ± {error:.1f}" in text
    cases = {"on": {"start": "random"}, "off": {"start": "random", "dropout": 0.0}}
    shown = figures.draw_cases(result, cases)
    off = mean(accuracies(result, start="random", labelled=many, dropout=0.0))
    assert f"{off:.1f} ± 0.0 %" in shown.text and shown.png
