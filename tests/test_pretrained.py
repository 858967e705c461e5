"""Trained models: what is stored comes back, small enough to travel, and cards tell the truth."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab import (
    Settings,
    evaluate,
    list_pretrained,
    load_pretrained,
    pretrained,
    train,
)
from lstm_video_lab.commands.pretrain import MODELS, run, store_run
from lstm_video_lab.data import load_digits
from lstm_video_lab.evaluation import heldout_data
from lstm_video_lab.lessons.percepts_and_actions.percept_net import score_net, train_net
from lstm_video_lab.lessons.video_ladder.experiment import score_on, train_on
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.lessons.video_ladder.pretrain import TALL
from lstm_video_lab.percepts import PerceptNet
from lstm_video_lab.training.checkpoints import load_model

MEBIBYTE = 2**20
NETS = PERCEPTS, LADDER = "percept-net", "ladder-two-digits"  # they are no VideoModels
VIDEO_MODELS = [name for name in MODELS if name not in NETS]


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(1e-3, 1e3), st.integers(0, 100))
def test_a_packed_matrix_is_off_by_half_a_step_of_its_row(rows, columns, size, seed):
    weight = size * torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    weight[0] = 0.0
    packed = pretrained.quantise({"w": weight, "b": torch.tensor([1.0, -2.5])})
    back = pretrained.dequantise(packed)
    assert set(back) == {"w", "b"} and torch.equal(back["b"], torch.tensor([1.0, -2.5]))
    if rows * columns >= pretrained.LARGE:
        assert packed["w"].dtype == torch.int8
        step = weight.abs().amax(1, keepdim=True) / 127
        assert ((back["w"] - weight).abs() <= 0.5001 * step + 1e-9).all()
    else:
        torch.testing.assert_close(back["w"], weight, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", VIDEO_MODELS)
def test_a_trained_model_is_made_by_the_command_on_its_card(name, tmp_path, monkeypatch):
    """A tiny one of the same kind."""
    monkeypatch.setattr(
        "lstm_video_lab.data.digits._download", lambda split: pytest.fail("it asked the net")
    )
    list(run(name, "smoke", tmp_path))
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    assert list_pretrained() == [name]
    model = load_pretrained(name)
    assert not model.training and model.card["scale"] == "smoke"
    assert f"experiment {name} " in model.card["command"]
    kept = load_model(tmp_path / "runs" / name)
    for a, b in zip(model.parameters(), kept.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=2e-3)  # weights are about 0.1
    with pytest.raises(ValueError, match="model='big' is unknown"):
        load_pretrained("big")


def test_a_network_for_percepts_is_made_the_same_way(tmp_path, monkeypatch):
    list(run(PERCEPTS, "smoke", tmp_path))
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    net = load_pretrained(PERCEPTS)
    assert isinstance(net, PerceptNet) and not net.training and net.card["scale"] == "smoke"
    at = Settings.from_dict(net.card["settings"])
    place = (at.image_size, at.digit_size)
    same = train_net(load_digits("embedded"), *place, at.steps, at.seed)
    for a, b in zip(net.parameters(), same.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=2e-3)
    assert net.card["metrics"]["embedded"] == score_net(net, load_digits(split="test"), *place)


def test_a_ladder_is_made_the_same_way(tmp_path, monkeypatch):
    list(run(LADDER, "smoke", tmp_path))
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    net = load_pretrained(LADDER)
    assert isinstance(net, Ladder) and not net.training and len(net.laterals) == 4
    at = Settings.from_dict({**net.card["settings"], "scale": "smoke"})
    same = train_on(at, **TALL)
    for a, b in zip(net.parameters(), same.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=5e-3)  # weights are up to 1
    assert net.card["metrics"]["embedded"] == score_on(net, at, 20)


def test_the_score_of_clips_is_that_of_a_plain_loop():
    class Stuck(torch.nn.Module):
        """Predicts what it saw last, at half its brightness."""

        def forward(self, frames, future):
            return 0.5 * frames[-1:].expand(future, *frames.shape[1:])

    at = Settings.for_scale("smoke")
    frames = heldout_data(at).batch(0, 7).double() / 255
    found = score_on(Stuck(), at, 7)
    last = frames[at.frames_in - 1]
    for t, error in enumerate(found["per_step"]):
        truth = frames[at.frames_in + t]
        assert error == pytest.approx(((0.5 * last - truth) ** 2).sum((1, 2)).mean().item())
    assert found["mse"] == pytest.approx(sum(found["per_step"]) / at.frames_out)
    copied = ((last - frames[at.frames_in :]) ** 2).sum((2, 3)).mean().item()
    assert found["baselines"]["copy_last"]["mse"] == pytest.approx(copied)


def test_weights_of_more_than_a_file_s_size_travel_in_several(tmp_path, monkeypatch):
    list(run("composite-two-digits", "smoke", tmp_path))
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    first = load_pretrained("composite-two-digits").state_dict()
    monkeypatch.setattr(pretrained, "SHARD", 2000)
    list(run("composite-two-digits", "smoke", tmp_path))
    model = load_pretrained("composite-two-digits")
    assert len(model.card["shards"]) > 2
    for key, value in model.state_dict().items():
        assert torch.equal(value, first[key])


def test_a_model_is_trained_at_its_own_scale_or_for_tests(tmp_path):
    with pytest.raises(ValueError, match="is trained at scale paper"):
        next(run("fc-two-digits", "laptop", tmp_path))


def test_each_model_says_what_made_it_and_all_are_light():
    files = [path for path in pretrained.WEIGHTS.iterdir() if path.is_file()]
    assert all(path.stat().st_size <= 16 * MEBIBYTE for path in files)
    assert sum(path.stat().st_size for path in files) <= 64 * MEBIBYTE
    keys = {"name", "data", "command", "scale", "steps", "seconds", "machine", "parameters"}
    named = {f"{name}.json" for name in list_pretrained()}
    for name in list_pretrained():
        card = load_pretrained(name).card
        assert keys | {"metrics", "storing", "settings", "shards"} <= card.keys()
        assert card["name"] == name and name in MODELS
        assert "baselines" in next(iter(card["metrics"].values()))
        json.dumps(card, allow_nan=False)
        named |= set(card["shards"])
    assert {path.name for path in files} == named


@pytest.mark.parametrize("name", [n for n in list_pretrained() if n not in NETS])
def test_a_card_tells_what_its_weights_score(name):
    """A short evaluation of the shipped weights on embedded digits agrees with the card's."""
    model = load_pretrained(name)
    at = Settings.from_dict(model.card["settings"])
    source = "embedded" if at.data == "digits" else at.data
    if at.data == "digits":
        at = at.changed(digits="embedded")
    measure = "cross_entropy" if at.output == "logistic" else "mse"
    stated = model.card["metrics"][source]["future"]
    now = evaluate(model, at, 100, similarity=False, compare=False)["future"]
    assert abs(now[measure] - stated[measure]) < 4 * now["stderr"][measure]


def test_the_card_of_the_network_for_percepts_tells_what_its_weights_score():
    net = load_pretrained(PERCEPTS)
    at = Settings.from_dict(net.card["settings"])
    now = score_net(net, load_digits(split="test"), at.image_size, at.digit_size)
    stated = net.card["metrics"]
    assert set(stated) == {"embedded", "mnist"}
    for kind in ("names", "places"):
        assert abs(now[kind] - stated["embedded"][kind]) < 0.01  # machines round differently
        for metrics in stated.values():
            assert metrics[kind] > 2 * max(level[kind] for level in metrics["baselines"].values())


def test_the_card_of_the_ladder_tells_what_its_weights_score():
    net = load_pretrained(LADDER)
    stated = net.card["metrics"]["embedded"]
    assert stated["mse"] < 0.8 * min(level["mse"] for level in stated["baselines"].values())
    now = score_on(net, Settings.from_dict(net.card["settings"]), 100)
    assert now["mse"] == pytest.approx(stated["mse"], rel=0.1)  # 100 clips against 1,000


def test_a_run_may_begin_with_the_weights_of_a_trained_model_and_its_card_names_all_before_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path / "box")
    smoke = Settings.for_scale("smoke", steps=2)
    list(train(smoke, tmp_path / "first"))
    store_run(tmp_path / "first", "first", "train", {}, pretrained.WEIGHTS, 4)
    for name, before in (("second", "first"), ("third", "second")):
        own = smoke.changed(start_from=before, steps=3, reconstruct=False)
        if before == "first":
            own = own.changed(reconstruct=True)
        list(train(own, tmp_path / name))
        store_run(tmp_path / name, name, "train", {}, pretrained.WEIGHTS, 4)
    card = load_pretrained("third").card
    assert [ancestor["name"] for ancestor in card["ancestors"]] == ["first", "second"]
    assert card["steps"] == 3 and card["total_steps"] == 2 + 3 + 3

    still = smoke.changed(start_from="first", learning_rate=0.0, seed=5)
    model = list(train(still, tmp_path / "still"))[-1].model
    for key, value in load_pretrained("first").state_dict().items():
        assert torch.equal(model.state_dict()[key], value)
    for changes, message in (
        ({"units": 8}, "as it is here"),
        ({"conditional": "future"}, "that model has no decoders.future.recurrent.weight_ih_l0"),
        ({"start_from": "nobody"}, "start_from='nobody' is unknown"),
    ):
        with pytest.raises(ValueError, match=message):
            train(still.changed(**changes))


def test_a_card_that_names_a_class_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "WEIGHTS", tmp_path)
    card = {"name": "odd", "kind": "os.path.Join", "model": {}, "shards": []}
    (tmp_path / "odd.json").write_text(json.dumps(card))
    with pytest.raises(ValueError, match=r"odd: its kind, os\.path\.Join, is no class of this lab"):
        load_pretrained("odd")


def test_an_autoencoder_can_be_stored(tmp_path):
    list(train(Settings.for_scale("smoke", steps=1, predict=False), tmp_path / "run"))
    path = store_run(tmp_path / "run", "recaller", "train", {}, tmp_path, 4)
    assert json.loads(path.read_text())["storing"]["cost"] >= 0
