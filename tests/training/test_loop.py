"""The training loop as its users meet it: stop, resume, kill, diverge."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file

from lstm_video_lab import Settings, VideoModel, load_model, train
from lstm_video_lab.cli import main
from lstm_video_lab.training import DivergedError
from lstm_video_lab.training.checkpoints import newest_checkpoint, read_checkpoint
from lstm_video_lab.training.fit import fit, fit_steps
from lstm_video_lab.training.loss import composite_loss
from lstm_video_lab.training.optimisers import learning_rate, make_optimiser


def smoke(**changes):
    return Settings.for_scale("smoke", **changes)


def finish(run):
    return list(run)[-1]


def logged(out):
    """Lines of the log without the clock."""
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "seconds"} for line in lines]


def assert_same_run(a, b):
    """Weights, optimiser and log are equal bit for bit."""
    first, second = read_checkpoint(a), read_checkpoint(b)
    assert first.step == second.step
    for name in ("weights", "optimiser"):
        ours, theirs = getattr(first, name), getattr(second, name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert logged(a) == logged(b)


def test_the_loss_falls():
    losses = [progress.loss for progress in train(smoke(steps=150, learning_rate=1e-2))]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_losses_are_added_and_their_gradients_meet_at_the_state():
    model = VideoModel(image_size=8, units=5).double()
    frames = torch.rand(6, 2, 8, 8).double()
    losses = composite_loss(model, frames, frames_in=4)
    assert losses["loss"].item() == pytest.approx(
        (losses["future"] + losses["reconstruction"]).item()
    )
    weight = model.encoder.weight_hh_l0
    parts = [
        torch.autograd.grad(losses[k], weight, retain_graph=True)[0]
        for k in ("future", "reconstruction")
    ]
    torch.testing.assert_close(torch.autograd.grad(losses["loss"], weight)[0], sum(parts))


def test_the_reconstruction_target_is_reversed():
    """A model that gives its input back in reverse order has the lower loss."""
    model = VideoModel(image_size=8, units=5, predict=False)
    frames = (torch.rand(4, 1, 8, 8) > 0.5).float()

    class Perfect(torch.nn.Module):
        settings = model.settings

        def forward(self, past, **_):
            from lstm_video_lab.models import Prediction

            return Prediction((past.flip(0) * 2 - 1) * 50, None)

    assert composite_loss(Perfect(), frames, frames_in=4)["loss"].item() < 1e-6


@pytest.mark.parametrize(
    "changes",
    [
        {"optimiser": "sgd", "learning_rate": 1e-4},
        {"optimiser": "rmsprop", "learning_rate": 1e-4},
        {"optimiser": "adagrad"},
        {"optimiser": "adamw", "weight_decay": 0.01},
        {"conditional": "both", "feedback": "scheduled"},
        {"cell": "convlstm", "units": 4, "kernel_size": 3, "layers": 2},
        {"output": "linear", "reconstruct": False},
        {"precision": "auto"},
        {"schedule": "constant", "clip": 0.0, "speed": (0.05, 0.2)},
    ],
)
def test_every_way_to_train_resumes_bit_for_bit(tmp_path, changes):
    settings = smoke(steps=9, **changes)
    finish(train(settings, tmp_path / "whole"))
    run = train(settings, tmp_path / "cut")
    for _ in range(4):
        next(run)
    run.close()
    assert read_checkpoint(tmp_path / "cut").step == 4
    finish(train(settings, tmp_path / "cut", resume=True))
    assert_same_run(tmp_path / "whole", tmp_path / "cut")


def command(out):
    flags = ["train", "--scale", "smoke", "--out", str(out), "--steps", "400"]
    return [*flags, "--checkpoint-every", "7", "--resume", "auto"]


def lines(out):
    log = out / "metrics.jsonl"
    return log.read_text().count("\n") if log.exists() else 0


def start_and_wait(out, until_lines):
    process = subprocess.Popen(
        [sys.executable, "-m", "lstm_video_lab", *command(out)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while lines(out) < until_lines and process.poll() is None:
        assert time.monotonic() < deadline, "the run does not get on"
        time.sleep(0.002)
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_five_moments_it_equals_the_run_that_was_left_alone(tmp_path):
    assert main(command(tmp_path / "whole")) == 0
    moments = random.Random(0)
    for kill in range(5):
        process = start_and_wait(tmp_path / "killed", 5 * (kill + 1))
        time.sleep(moments.uniform(0, 0.1))
        assert process.poll() is None, "the run was over before it could be killed"
        process.kill()
        process.communicate()
    assert main(command(tmp_path / "killed")) == 0
    assert_same_run(tmp_path / "whole", tmp_path / "killed")
    assert not list((tmp_path / "killed").glob(".draft*")), "drafts of killed runs stay behind"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_a_whole_checkpoint_and_ends(tmp_path, number):
    process = start_and_wait(tmp_path, 3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "--resume auto" in errors and "Traceback" not in errors
    assert logged(tmp_path)[-1]["step"] <= read_checkpoint(tmp_path).step < 400


def test_a_resumed_run_may_be_longer_but_not_another(tmp_path):
    finish(train(smoke(steps=5), tmp_path))
    with pytest.raises(FileExistsError, match="holds a run already"):
        train(smoke(steps=5), tmp_path)
    with pytest.raises(ValueError, match="units=16, not 17"):
        train(smoke(steps=5, units=17), tmp_path, resume=True)
    assert finish(train(smoke(steps=8), tmp_path, resume=True)).step == 8
    assert list(train(smoke(steps=8), tmp_path, resume=True)) == []


def test_nan_stops_the_run_with_the_last_good_checkpoint(tmp_path, monkeypatch):
    from lstm_video_lab import metrics

    honest, calls = metrics.cross_entropy, []

    def breaks(logits, target):
        calls.append(1)
        return honest(logits, target) * (float("nan") if len(calls) > 2 * 13 else 1.0)

    monkeypatch.setattr(metrics, "cross_entropy", breaks)
    with pytest.raises(DivergedError, match=r"learning rate.*checkpoint-000010"):
        finish(train(smoke(steps=40, checkpoint_every=5, validate_every=100), tmp_path))
    monkeypatch.undo()
    weights = load_file(newest_checkpoint(tmp_path) / "weights.safetensors")
    assert all(torch.isfinite(w).all() for w in weights.values())


def test_a_real_divergence_is_told_and_leaves_finite_weights(tmp_path):
    settings = smoke(steps=200, output="linear", optimiser="sgd", learning_rate=1e6, clip=0.0)
    with pytest.raises(DivergedError, match="clip"):
        finish(train(settings, tmp_path))


def test_the_schedule_follows_steps_or_minutes():
    by_steps = smoke(steps=100, warmup=0.1, learning_rate=1.0)
    rates = [learning_rate(by_steps, step, step / 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.1, rel=1e-2) and max(rates) == pytest.approx(
        max(rates[8:12])
    )
    assert rates[-1] < 0.01 and rates[9:] == sorted(rates[9:], reverse=True)
    by_time = smoke(minutes=1, warmup=0.1, learning_rate=1.0)
    assert by_time.steps is None
    assert learning_rate(by_time, 10**6, 0.05) == pytest.approx(0.5, rel=1e-2)
    assert learning_rate(smoke(schedule="constant", warmup=0.0), 19, 0.9) == 2e-3
    progress = finish(train(smoke(minutes=0.01)))
    assert progress.fraction == 1.0 and progress.seconds >= 0.6


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sgd", "SGD"),
        ("rmsprop", "RMSprop"),
        ("adagrad", "Adagrad"),
        ("adam", "Adam"),
        ("adamw", "AdamW"),
    ],
)
def test_optimisers_are_torchs(name, kind):
    parameter = [torch.nn.Parameter(torch.zeros(1))]
    assert type(make_optimiser(smoke(optimiser=name), parameter)).__name__ == kind


def test_it_draws_from_no_global_generator_and_does_not_depend_on_one(tmp_path):
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        results.append(finish(train(smoke(steps=3, conditional="both", feedback="scheduled"))).loss)
        assert torch.equal(before, torch.get_rng_state())
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "changes",
    [{"seed": 1}, {"clip": 0.01}, {"warmup": 0.5}, {"schedule": "constant"}, {"weight_decay": 0.1},
     {"momentum": 0.5, "optimiser": "sgd"}, {"speed": 0.3}, {"num_digits": 2}, {"batch_size": 3},
     {"frames_in": 5}, {"frames_out": 5}, {"digit_size": 8}, {"learning_rate": 1e-3},
     {"feedback": "teacher", "conditional": "future"},
     {"feedback": "scheduled", "conditional": "future"}],
)  # fmt: skip
def test_every_option_changes_something(changes):
    base = {
        k: {"optimiser": "sgd", "conditional": "future"}[k]
        for k in ("optimiser", "conditional")
        if k in changes
    }
    plain, changed = finish(train(smoke(steps=4, **base))), finish(train(smoke(steps=4, **changes)))
    weights = [torch.cat([p.flatten() for p in run.model.parameters()]) for run in (plain, changed)]
    assert plain.loss != changed.loss or not torch.equal(*weights)


def test_load_model_gives_the_trained_model_in_evaluation_mode(tmp_path):
    last = finish(train(smoke(steps=3), tmp_path))
    model, frames = load_model(tmp_path), torch.rand(4, 2, 16, 16)
    assert not model.training
    expected = last.model.eval()(frames, future=3)
    assert torch.equal(model(frames, future=3).future, expected.future)


def test_small_numbers_are_flushed_only_while_a_run_is_asked_for():
    tiny = torch.tensor([1e-39])
    run = train(smoke(steps=3))
    next(run)
    run.close()
    assert (tiny * 0.5).item() > 0
    list(train(smoke(steps=2)))
    assert (tiny * 0.5).item() > 0


def test_fit_finds_the_least_of_a_parabola_and_says_what_it_lost():
    x = torch.nn.Parameter(torch.tensor([5.0, -2.0]))
    losses = fit([x], lambda step: (x - 1).square().sum(), 400, 0.1)
    torch.testing.assert_close(x.detach(), torch.ones(2), atol=1e-2, rtol=0)
    assert len(losses) == 400 and losses[0] == pytest.approx(25) and losses[-1] < 1e-3


@pytest.mark.parametrize("clip", [1.0, 5.0])
def test_fit_with_a_constant_rate_is_adam_bit_for_bit_and_can_end_early(clip):
    ours, theirs = (torch.nn.Parameter(torch.tensor([5.0, -2.0])) for _ in range(2))
    adam = torch.optim.Adam([theirs], 0.1)
    steps = fit_steps([ours], lambda _: (ours - 1).square().sum(), 9, 0.1,
                      clip=clip, schedule="constant")  # fmt: skip
    for _, error in zip(range(5), steps, strict=False):
        adam.zero_grad()
        loss = (theirs - 1).square().sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([theirs], clip)
        adam.step()
        assert error == loss.item() and torch.equal(ours, theirs)


def test_fit_flushes_small_numbers_within_a_step_only():
    tiny, x = torch.tensor([1e-39]), torch.nn.Parameter(torch.ones(1))
    within = []

    def loss(step):
        within.append((tiny * 0.5).item())
        if step == 1:
            raise ValueError("no loss")
        return x.sum()

    steps = fit_steps([x], loss, 3, 0.1)
    next(steps)
    assert within == [0.0] and (tiny * 0.5).item() > 0
    with pytest.raises(ValueError, match="no loss"):
        next(steps)
    assert (tiny * 0.5).item() > 0
