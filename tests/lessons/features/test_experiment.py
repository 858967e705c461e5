"""Features, their shapes and where units fire: against plain forms and networks made by hand."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab import Settings, VideoModel, evaluation
from lstm_video_lab.cli import main
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons.features import experiment, figures, place_tuning

SMOKE = Settings.for_scale("smoke", num_digits=2)
S = SMOKE.image_size


def model_of(**changes):
    return VideoModel(**SMOKE.changed(**changes).model_fields(), seed=3).eval()


def test_an_input_feature_is_what_one_pixel_adds_to_a_gate():
    model = model_of()
    images = experiment.features(model)
    spot = torch.zeros(1, S * S)
    spot[0, 5 * S + 2] = 1.0  # the pixel in row 5, column 2
    sums = torch.nn.functional.linear(spot, model.encoder.weight_ih_l0)[0].detach()  # (4 * U,)
    seen = np.concatenate([images[f"input {gate}"][:, 5, 2] for gate in "ifgo"])
    np.testing.assert_allclose(seen, sums.numpy(), rtol=1e-6)


@pytest.mark.parametrize("conditional", [False, "future"])
def test_output_features_times_activity_make_the_prediction(conditional):
    model = model_of(conditional=conditional)
    sequences = 6
    h = place_tuning.activity(model, SMOKE, sequences)["future decoder"]  # (T, N, U)
    logits = np.tensordot(h, experiment.features(model)["output future"], 1)
    bias = model.decoders["future"].readout.bias.detach().view(S, S).numpy()
    frames = evaluation.heldout_data(SMOKE).batch(0, sequences).float() / 255
    with torch.inference_mode():
        expected = model(frames[: SMOKE.frames_in], future=SMOKE.frames_out).future
    np.testing.assert_allclose(logits + bias, expected.numpy(), atol=1e-4)


def test_the_encoder_s_activity_is_that_of_its_first_layer_step_by_step():
    model = model_of(layers=2)
    frames = evaluation.heldout_data(SMOKE).batch(0, 3).float() / 255
    cell, state = model.encoder.cell(0), (torch.zeros(3, 16), torch.zeros(3, 16))
    found = place_tuning.activity(model, SMOKE, 3)["encoder"]
    for t in range(SMOKE.frames_in):
        with torch.inference_mode():
            state = cell(frames[t].flatten(1), state)
        np.testing.assert_allclose(found[t], state[0].numpy(), atol=1e-5)


def test_a_convolutional_model_has_no_such_features():
    with pytest.raises(ValueError, match=r"cell='convlstm'.*cell='lstm'"):
        experiment.features(model_of(cell="convlstm", units=2))


def test_lit_pixels_are_those_of_many_sequences():
    rows, columns = experiment.lit_region(SMOKE)
    frames = evaluation.heldout_data(SMOKE).batch(0, 400)
    shown = frames.float().mean((0, 1)).numpy() / 255
    outside = shown.copy()
    outside[rows, columns] = 0
    assert outside.max() < 5 * experiment.DARK < shown[rows, columns].mean()


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_a_bright_rectangle_is_its_own_lobe(height, width, negative):
    image = np.zeros((12, 13))
    image[2 : 2 + height, 1 : 1 + width] = -3.0 if negative else 3.0
    image[11, 12] = 2.0  # strong, but far away (or of the other sign)
    found = experiment.measure(image)
    assert found["area"] == height * width
    assert found["length"] == pytest.approx(max(height, width))
    assert found["width"] == pytest.approx(min(height, width))
    assert found["elongation"] == pytest.approx(max(height, width) / min(height, width))


def test_a_slanted_strip_is_long_and_thin_and_a_disc_is_neither():
    y, x = np.mgrid[:40, :40] - 20
    strip = ((abs(x - 2 * y) < 4) & (abs(y) < 9)).astype(float)
    disc = (x**2 + y**2 < 100).astype(float)
    assert experiment.measure(strip)["elongation"] > 4
    assert experiment.measure(disc)["elongation"] == pytest.approx(1, abs=0.01)


@given(st.integers(1, 30))
def test_participation_counts_equal_pixels(count):
    image = np.zeros(60)
    image[:count] = -2.0
    assert experiment.participation(image.reshape(6, 10)) == pytest.approx(count / 60)


def test_the_largest_come_first():
    images = np.ones((5, 2, 2)) * np.array([3, -9, 0, 5, 1])[:, None, None]
    assert experiment.largest(images, 3).tolist() == [1, 3, 0]


@given(st.lists(st.integers(0, 5), min_size=1), st.lists(st.integers(0, 5), min_size=1))
def test_larger_by_counting_pairs(a, b):
    pairs = [1.0 if x > y else 0.5 if x == y else 0.0 for x in a for y in b]
    assert experiment.chance_larger(np.array(a), np.array(b)) == pytest.approx(np.mean(pairs))


def test_tuning_by_a_plain_loop():
    rng = np.random.default_rng(0)
    T, N, U, D, box, K = 4, 9, 3, 2, 10, 5
    active = rng.normal(size=(T, N, U))
    places = rng.integers(0, box + 1, (T, N, D, 2))
    found = place_tuning.tune(active, places, box, K)
    lists = {}
    for t in range(T):
        for n in range(N):
            for y, x in places[t, n]:
                lists.setdefault((y * K // (box + 1), x * K // (box + 1)), []).append(active[t, n])
    everything = np.concatenate([np.array(rows) for rows in lists.values()])
    inside = sum(((np.array(rows) - np.mean(rows, 0)) ** 2).sum(0) for rows in lists.values())
    for y in range(K):
        for x in range(K):
            if (y, x) in lists:
                np.testing.assert_allclose(found.maps[:, y, x], np.mean(lists[y, x], 0))
            else:
                assert np.isnan(found.maps[:, y, x]).all()
    total = ((everything - everything.mean(0)) ** 2).sum(0)
    np.testing.assert_allclose(found.explained, 1 - inside / total)


def test_a_unit_that_fires_at_one_place_is_found_and_the_controls_lose_it():
    rng = np.random.default_rng(1)
    places = rng.integers(0, 16, (10, 200, 1, 2))
    there = (places[..., 0, 0] < 4) & (places[..., 0, 1] >= 12)  # (T, N)
    active = np.stack([there, rng.random(there.shape)], -1).astype(float)
    found = place_tuning.tune(active, places, 15, 4)
    assert found.maps[0, 0, 3] == 1.0 and found.maps[0].sum() == 1.0
    assert found.explained[0] == pytest.approx(1.0) and found.explained[1] < 0.05
    for way in ("time", "other"):
        lost = place_tuning.tune(active, place_tuning.shuffle(places, way), 15, 4)
        assert lost.explained[0] < 0.05


def test_shuffling_keeps_what_it_should():
    places = np.arange(4 * 3 * 2 * 2).reshape(4, 3, 2, 2)
    time, other = (place_tuning.shuffle(places, way) for way in ("time", "other"))
    np.testing.assert_array_equal(np.sort(time, 0), places)  # each sequence keeps its places
    assert (time != places).any()
    np.testing.assert_array_equal(other[:, 1:], places[:, :-1])
    np.testing.assert_array_equal(place_tuning.shuffle(places, "none"), places)
    with pytest.raises(ValueError, match="way='space'"):
        place_tuning.shuffle(places, "space")


def test_what_is_drawn_at_a_place_by_a_plain_loop():
    rng = np.random.default_rng(2)
    images, digit, K = rng.normal(size=(3, 10, 10)), 4, 3
    found = place_tuning.drawn_at(images, digit, K)
    box = 10 - digit
    for ky in range(K):
        for kx in range(K):
            means = [
                images[:, y : y + digit, x : x + digit].mean((1, 2))
                for y in range(box + 1)
                for x in range(box + 1)
                if (y * K // (box + 1), x * K // (box + 1)) == (ky, kx)
            ]
            np.testing.assert_allclose(found[:, ky, kx], np.mean(means, 0))


def test_agreement_is_the_correlation_over_known_places():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 4, 3, 3))
    a[:, 0, 0] = np.nan
    expected = [np.corrcoef(x.ravel()[1:], y.ravel()[1:])[0, 1] for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(place_tuning.agreement(a, b), expected)


def test_snapshots_of_a_training_begin_before_it():
    snapshots = experiment.train_with_snapshots(SMOKE, 4)
    assert [snapshot.step for snapshot in snapshots] == [0, 5, 10, 15, 20]
    images, region = experiment.features(experiment.untrained(SMOKE)), experiment.lit_region(SMOKE)
    first = experiment.shapes(experiment.crop(images, region))["input g"]["width"]
    np.testing.assert_array_equal(snapshots[0].shapes["input g"]["width"], first)
    np.testing.assert_array_equal(snapshots[0].images["input g"], images["input g"][:, *region])
    assert (snapshots[1].images["input g"] != snapshots[4].images["input g"]).any()
    drawn = figures.draw_growing(snapshots, {"g": "input g", "future": "output future"}, units=3)
    assert "from step 0 to step 20" in drawn.text


def test_the_command_measures_each_network_before_and_after(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "SEEDS", (0, 5))
    assert main(["experiment", "features", "--scale", "smoke", "--out", str(tmp_path)]) == 0
    result = read_result(tmp_path / "features.json")
    assert result["made"]["seeds"] == [0, 5]
    assert len(result["networks"]) == 2
    first = result["networks"][0]
    settings = experiment.settings_for(0, "smoke")
    assert first["untrained"] == json.loads(
        json.dumps(experiment.measure_network(experiment.untrained(settings), settings))
    )
    for name in ("trained", "untrained"):
        low, middle, high = first[name]["shapes"]["output future"]["area"]
        assert 1 <= low <= middle <= high <= S * S
        assert set(first[name]["output_larger"]["smoothed"]) == set("ifgo")
        assert set(first[name]["firing"]["encoder"]) == {"none", "time", "other"}
    assert (tmp_path / "features.png").read_bytes().startswith(b"\x89PNG")
