"""Evaluation with models whose worth is known beforehand, and against plain numpy."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from lstm_video_lab import VideoModel, load_digits, metrics
from lstm_video_lab.commands.score_table import table
from lstm_video_lab.data import sources
from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.evaluation import baselines, evaluate, heldout_data, score
from lstm_video_lab.settings import Settings

SMOKE = Settings.for_scale("smoke")
MNIST = Path(__file__).parents[2] / "shared" / "data" / "mnist"
LEVELS = ("entropy bound", "mean image", "copy last", "mean digit")
MEASURES = ["cross_entropy", "mse", "ssim", "ssim_uniform"]


class Stub(nn.Module):
    """A model made of one function: (seen frames, steps) → (reconstruction, future)."""

    def __init__(self, answer, output="logistic"):
        super().__init__()
        self.answer, self.settings = answer, SimpleNamespace(output=output)
        self.inner = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5))

    def forward(self, frames, future):
        reconstruction, later = self.answer(frames, future)
        return SimpleNamespace(reconstruction=reconstruction, future=later)


def undecided(frames, steps):
    return torch.zeros_like(frames), torch.zeros(steps, *frames.shape[1:])


def drifting(frames, steps):
    """Logits that differ from step to step and from sequence to sequence."""
    step = torch.arange(steps).reshape(-1, 1, 1, 1)
    return frames.flip(0) * 6 - 3, frames[-1:] * (6 - step) - 3 + 0.1 * step


def prophet(frames_in, sequences):
    """Knows every held-out sequence: it finds the one whose beginning it sees."""
    truth = to_unit(heldout_data(SMOKE).batch(0, sequences))
    known = {truth[:frames_in, b].numpy().tobytes(): b for b in range(sequences)}

    def answer(frames, steps):
        found = [known[frames[:, b].numpy().tobytes()] for b in range(frames.shape[1])]
        later = truth[frames_in : frames_in + steps, found]
        return frames.flip(0).clamp(1e-6, 1 - 1e-6).logit(), later.clamp(1e-6, 1 - 1e-6).logit()

    return Stub(answer)


def test_a_prophet_reaches_the_entropy_bound():
    report = evaluate(prophet(SMOKE.frames_in, 30), SMOKE, sequences=30, batch_size=8)
    bound = report["baselines"]["entropy_bound"]
    assert 0 < bound["cross_entropy"] == pytest.approx(report["future"]["cross_entropy"], rel=1e-4)
    for part in ("future", "reconstruction"):
        assert report[part]["mse"] == pytest.approx(0, abs=1e-6)
        assert report[part]["ssim"] == pytest.approx(1, abs=1e-5)
        assert report[part]["ssim_uniform"] == pytest.approx(1, abs=1e-5)


def test_an_undecided_model_costs_ln2_for_each_pixel():
    report = evaluate(Stub(undecided), SMOKE, sequences=10)
    for part in ("future", "reconstruction"):
        assert report[part]["cross_entropy"] == pytest.approx(256 * math.log(2))
        assert report[part]["stderr"]["cross_entropy"] == pytest.approx(0, abs=1e-9)


def test_the_reconstruction_is_compared_in_reverse_order():
    backwards = Stub(lambda frames, steps: (frames.flip(0), None), "linear")
    forwards = Stub(lambda frames, steps: (frames, None), "linear")
    assert score(backwards, heldout_data(SMOKE), 4, 5)["reconstruction"]["mse"].max() == 0
    assert score(forwards, heldout_data(SMOKE), 4, 5)["reconstruction"]["mse"].mean() > 1


def test_numbers_equal_plain_numpy():
    N, frames_in = 11, SMOKE.frames_in
    report = evaluate(Stub(drifting), SMOKE, sequences=N, batch_size=4)
    frames = heldout_data(SMOKE).batch(0, N).numpy() / 255
    seen, later = frames[:frames_in], frames[frames_in:]
    step = np.arange(len(later)).reshape(-1, 1, 1, 1)
    p = 1 / (1 + np.exp(-(seen[-1:] * (6 - step) - 3 + 0.1 * step)))
    plain = {
        "cross_entropy": -(later * np.log(p) + (1 - later) * np.log(1 - p)).sum((2, 3)),
        "mse": ((later - p) ** 2).sum((2, 3)),
    }
    future = report["future"]
    for name, values in plain.items():  # (T, N)
        assert future[name] == pytest.approx(values.mean(), rel=1e-5)
        per_sequence = values.mean(0).std(ddof=1) / math.sqrt(N)
        assert future["stderr"][name] == pytest.approx(per_sequence, rel=1e-4)
        assert future["per_step"][name] == pytest.approx(values.mean(1), rel=1e-5)
        per_step = values.std(1, ddof=1) / math.sqrt(N)
        assert future["per_step"]["stderr"][name] == pytest.approx(per_step, rel=1e-4)


def test_steps_average_to_the_whole():
    report = evaluate(Stub(drifting), SMOKE, sequences=9)
    for part, steps in ((report["future"], 3), (report["reconstruction"], 4)):
        for name in MEASURES:
            values = part["per_step"][name]
            assert len(values) == len(part["per_step"]["stderr"][name]) == steps
            assert np.mean(values) == pytest.approx(part[name])
            assert max(values) > min(values)


def leaves(value):
    """All numbers of a report, in order."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for one in inner for leaf in leaves(one)]
    return [value]


@pytest.mark.parametrize("batch_size", [7, 30, 100])
def test_the_batch_size_changes_nothing(batch_size):
    model = VideoModel(**SMOKE.model_fields())
    one = evaluate(model, SMOKE, sequences=30, batch_size=5)
    other = evaluate(model, SMOKE, sequences=30, batch_size=batch_size)
    assert len(leaves(one)) > 100
    for a, b in zip(leaves(one), leaves(other), strict=True):
        assert a == (b if a is None or isinstance(a, str) else pytest.approx(b, rel=1e-4, abs=1e-6))


def test_every_sequence_counts_exactly_once():
    met = []

    def listen(frames, steps):
        met.extend(frames[:, b].numpy().tobytes() for b in range(frames.shape[1]))
        return undecided(frames, steps)

    values = score(Stub(listen), heldout_data(SMOKE), SMOKE.frames_in, 1000, batch_size=7)
    truth = to_unit(heldout_data(SMOKE).batch(0, 1000))[: SMOKE.frames_in]
    assert met == [truth[:, b].numpy().tobytes() for b in range(1000)]
    assert values["future"]["mse"].shape == (3, 1000)
    assert values["reconstruction"]["mse"].shape == (4, 1000)


def test_held_out_sequences_do_not_depend_on_the_training():
    other = Settings.for_scale("smoke", seed=9, units=8, learning_rate=0.5, batch_size=2)
    frames = heldout_data(SMOKE).batch(0, 5)
    assert torch.equal(frames, heldout_data(other).batch(0, 5))
    assert baselines(SMOKE, 5) == baselines(other, 5)
    two = heldout_data(Settings.for_scale("smoke", num_digits=2)).batch(0, 5)
    assert frames.shape == two.shape == (7, 5, 16, 16)
    assert two.float().mean() > 1.3 * frames.float().mean()


def test_digits_are_read_once_and_from_where_the_folder_is_now(monkeypatch, tmp_path):
    asked = []

    def record(source, split):
        asked.append((str(Path(source).resolve()), split))
        return load_digits("embedded", split)

    monkeypatch.setattr(sources, "load_digits", record)
    for name in ("a", "b"):
        for folder in ("mine", "digits", "camera"):
            (tmp_path / name / folder).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / name)
        settings = Settings.for_scale("smoke", digits="mine")
        heldout_data(settings)
        for sequences in (2, 3):
            baselines(settings, sequences)
    folders = [str(tmp_path / name / "mine") for name in ("a", "b")]
    assert asked == [(folder, split) for folder in folders for split in ("test", "train")]


def test_the_report_has_the_shape_of_the_contract():
    model = VideoModel(**SMOKE.model_fields())
    report = evaluate(model, SMOKE, sequences=6, batch_size=4)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    heads = ["scale", "sequences", "image_size", "future", "reconstruction", "baselines"]
    assert list(report) == heads
    assert (report["scale"], report["sequences"], report["image_size"]) == ("smoke", 6, 16)
    names = ["entropy_bound", "mean_image", "copy_last", "mean_digit"]
    assert list(report["baselines"]) == names  # the last where one digit moves
    for part in (report["future"], report["reconstruction"], *report["baselines"].values()):
        assert list(part) == [*MEASURES, "stderr", "per_step"]
        assert list(part["stderr"]) == MEASURES
        assert list(part["per_step"]) == [*MEASURES, "stderr"]
        assert list(part["per_step"]["stderr"]) == MEASURES
    assert report["baselines"]["copy_last"]["cross_entropy"] is None
    assert report["baselines"]["copy_last"]["per_step"]["cross_entropy"] == [None] * 3


@pytest.mark.parametrize("conditional", [False, "both"])
def test_a_real_model_is_judged_running_freely(conditional):
    model = VideoModel(**SMOKE.model_fields() | {"conditional": conditional}).train()
    report = evaluate(model, SMOKE, sequences=6)
    frames = to_unit(heldout_data(SMOKE).batch(0, 6))
    with torch.no_grad():
        future = model.eval()(frames[:4], future=3).future
    plain = metrics.cross_entropy(future, frames[4:]).mean().item()
    assert report["future"]["cross_entropy"] == pytest.approx(plain, rel=1e-5)


def test_modes_are_restored_even_after_an_error():
    def look(frames, steps):
        assert not any(module.training for module in model.modules())
        assert torch.is_inference_mode_enabled()
        raise KeyboardInterrupt

    model = Stub(look).train()
    model.inner[0].eval()
    with pytest.raises(KeyboardInterrupt):
        evaluate(model, SMOKE, sequences=2)
    assert model.training and model.inner.training and model.inner[1].training
    assert not model.inner[0].training and not torch.is_inference_mode_enabled()


def test_training_goes_on_after_a_look():
    model = VideoModel(**SMOKE.model_fields())
    evaluate(model, SMOKE, sequences=2)
    frames = to_unit(heldout_data(SMOKE).batch(0, 2))
    future = model(frames[:4], future=3).future
    loss = metrics.cross_entropy(future, frames[4:]) - metrics.ssim(future.sigmoid(), frames[4:])
    loss.mean().backward()
    assert sum(p.grad.abs().sum() for p in model.parameters() if p.grad is not None) > 0


def test_a_linear_output_is_judged_as_it_is():
    model = Stub(
        lambda frames, steps: (None, torch.full((steps, *frames.shape[1:]), 1.5)), "linear"
    )
    report = evaluate(model, SMOKE, sequences=5)
    assert report["reconstruction"] is None
    future, frames = report["future"], heldout_data(SMOKE).batch(0, 5)[4:].numpy() / 255
    assert future["cross_entropy"] is None and future["stderr"]["cross_entropy"] is None
    assert future["per_step"]["cross_entropy"] == [None] * 3
    assert future["mse"] == pytest.approx(((frames - 1.5) ** 2).sum((2, 3)).mean(), rel=1e-5)
    assert json.dumps(report, allow_nan=False)


def test_what_is_undefined_is_null():
    report = evaluate(Stub(lambda f, n: (f * math.nan, None)), SMOKE, sequences=1)
    assert report["future"] is None
    assert report["reconstruction"]["mse"] is None
    bound = report["baselines"]["entropy_bound"]
    assert bound["cross_entropy"] > 0 and bound["stderr"]["cross_entropy"] is None
    assert json.dumps(report, allow_nan=False)


def test_frames_smaller_than_a_window_have_no_similarity():
    tiny = Settings.for_scale("smoke", image_size=8, digit_size=5)
    future = evaluate(Stub(undecided), tiny, sequences=3)["future"]
    assert future["ssim"] is None and 0 < future["ssim_uniform"] < 1


def test_a_look_during_training_leaves_out_what_costs_time():
    full = evaluate(Stub(drifting), SMOKE, sequences=8)
    look = evaluate(Stub(drifting), SMOKE, sequences=8, similarity=False, compare=False)
    assert "baselines" not in look and "ssim" not in look["future"]
    assert look["future"]["cross_entropy"] == full["future"]["cross_entropy"]


def test_baselines_equal_plain_numpy():
    report = baselines(SMOKE, 20, similarity=True)
    frames = heldout_data(SMOKE).batch(0, 20).numpy() / 255
    seen, later = frames[:4], frames[4:]
    x = later.clip(1e-12, 1 - 1e-12)
    bound = -(later * np.log(x) + (1 - later) * np.log(1 - x)).sum((2, 3)).mean()
    assert report["entropy_bound"]["cross_entropy"] == pytest.approx(bound, rel=1e-4)
    assert report["entropy_bound"]["mse"] == 0 and report["entropy_bound"]["ssim"] == 1
    copied = ((later - seen[-1:]) ** 2).sum((2, 3))
    assert report["copy_last"]["mse"] == pytest.approx(copied.mean(), rel=1e-5)
    assert report["copy_last"]["per_step"]["mse"] == pytest.approx(copied.mean(1), rel=1e-5)
    mean_image, best = report["mean_image"], later.mean((0, 1))
    least = ((later - best) ** 2).sum((2, 3)).mean()  # the mean of the very frames to be predicted
    assert least < mean_image["mse"] < 1.1 * least
    assert bound < mean_image["cross_entropy"] < 256 * math.log(2)


def test_the_mean_digit_stands_where_the_digit_is():
    N, size = 130, SMOKE.image_size  # more than a batch
    frames = heldout_data(SMOKE).batch(0, N).numpy()[SMOKE.frames_in :] / 255
    images = area_average(load_digits(split="train").images, SMOKE.digit_size) / 255.0
    digit = (images.sum(0) + 0.5) / (len(images) + 1)
    places = heldout_data(SMOKE).scene(0, N).positions[SMOKE.frames_in :, :, 0]
    errors = np.empty(frames.shape[:2])
    for t, b in np.ndindex(errors.shape):
        y, x = places[t, b]
        guess = np.zeros((size, size))
        guess[y : y + len(digit), x : x + len(digit)] = digit
        errors[t, b] = ((guess - frames[t, b]) ** 2).sum()
    report = baselines(SMOKE, N)
    assert report["mean_digit"]["per_step"]["mse"] == pytest.approx(errors.mean(1), rel=1e-5)
    nats = [report[k]["cross_entropy"] for k in ("entropy_bound", "mean_digit", "mean_image")]
    assert nats == sorted(nats)
    assert "mean_digit" not in baselines(SMOKE.changed(num_digits=2), 5)


def test_baselines_are_the_callers_own():
    baselines(SMOKE, 5)["copy_last"].clear()
    assert baselines(SMOKE, 5)["copy_last"]["mse"] > 0


@pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST's IDX files are not beside the project")
def test_baselines_of_two_mnist_digits_are_the_known_ones():
    report = baselines(Settings.for_scale("paper", digits=str(MNIST)), 1000)
    bound, mean_image = report["entropy_bound"], report["mean_image"]
    assert bound["cross_entropy"] == pytest.approx(86.5, abs=0.6)
    assert mean_image["cross_entropy"] == pytest.approx(672, abs=8)
    assert mean_image["mse"] == pytest.approx(152.5, abs=2.5)
    assert report["copy_last"]["mse"] == pytest.approx(285.6, abs=6)
    assert 0.2 < bound["stderr"]["cross_entropy"] < 0.6


def test_the_table_tells_what_the_report_holds():
    report = evaluate(Stub(drifting), SMOKE, sequences=8)
    text = table(report)
    head, rows = text.split("\n\n")
    assert "8 held-out sequences" in head and "scale smoke" in head and "16×16 pixels" in head
    rows = rows.splitlines()
    assert len({len(row) for row in rows}) == 1
    assert "nats" in rows[0] and "SSIM" in rows[0]
    names = [row.split("  ")[0] for row in rows[1:]]
    expected = [f"baseline: {name}" for name in LEVELS]
    expected += ["model: future", "model: reconstruction"]
    expected += [f"model: future, step {step}" for step in (1, 2, 3)]
    assert names == expected
    future = report["future"]
    mean, stderr = future["cross_entropy"], future["stderr"]["cross_entropy"]
    assert f" {mean:.2f} ± {stderr:.2f} " in rows[5]
    assert f" {future['per_step']['mse'][2]:.2f} ± " in rows[9]
    assert rows[3].split()[3] == "–"


def test_the_table_leaves_out_what_is_missing():
    model = Stub(lambda frames, steps: (frames, None), "linear")
    text = table(evaluate(model, SMOKE, sequences=3, similarity=False, compare=False))
    assert "model: reconstruction" in text
    assert "baseline" not in text and "future" not in text and "None" not in text


@pytest.mark.parametrize("name", ["sequences", "batch_size"])
def test_nothing_to_evaluate_is_an_error(name):
    with pytest.raises(ValueError, match=f"^{name}=0 is out of range: it must be at least 1$"):
        evaluate(Stub(undecided), SMOKE, **{name: 0})
