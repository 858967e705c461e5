"""`predict`: the past in, pixels of the future out, and the model left as it was."""

import pytest
import torch

from lstm_video_lab import VideoModel
from lstm_video_lab.prediction import free_running, predict, predict_raw

SMALL = {"units": 6, "image_size": 8}


@pytest.mark.parametrize("conditional", [False, "both"])
def test_pixels_are_the_sigmoid_of_what_the_model_gives_to_the_bit(conditional):
    model = VideoModel(**SMALL, conditional=conditional)
    past = torch.randint(0, 256, (4, 3, 8, 8), dtype=torch.uint8)
    with torch.no_grad():
        raw = model(past.float() / 255, future=5)
    for frames in (past, past.float() / 255):
        pixels = predict(model, frames, 5)
        assert torch.equal(pixels.reconstruction, raw.reconstruction.sigmoid())
        assert torch.equal(pixels.future, raw.future.sigmoid())
        assert torch.equal(predict_raw(model, frames, 5).future, raw.future)
    assert pixels.reconstruction.shape == past.shape and pixels.future.shape == (5, 3, 8, 8)


def test_a_linear_output_is_clipped_to_pixels_in_all_colours():
    model = VideoModel(**SMALL, output="linear", channels=3, reconstruct=False)
    with torch.no_grad():
        model.decoders["future"].readout.bias.copy_(torch.linspace(-2, 3, 3 * 8 * 8))
    past = torch.rand(4, 2, 3, 8, 8)
    pixels = predict(model, past, 3)
    assert pixels.reconstruction is None and pixels.future.shape == (3, 2, 3, 8, 8)
    assert pixels.future.min() == 0 and pixels.future.max() == 1
    assert torch.equal(pixels.future, predict_raw(model, past, 3).future.clamp(0, 1))


@pytest.mark.parametrize("grey", [(), (1,)])
def test_frames_come_out_in_the_shape_in_which_they_went_in(grey):
    model = VideoModel(**SMALL)
    pixels = predict(model, torch.rand(4, 2, *grey, 8, 8), 3)
    assert pixels.reconstruction.shape == (4, 2, *grey, 8, 8)
    assert pixels.future.shape == (3, 2, *grey, 8, 8)


def test_a_model_that_is_in_training_goes_on_in_training():
    model = VideoModel(**SMALL).train()
    model.decoders["future"].eval()
    before = {name: module.training for name, module in model.named_modules()}
    predict(model, torch.rand(4, 2, 8, 8), 3)
    assert {name: module.training for name, module in model.named_modules()} == before
    with pytest.raises(ZeroDivisionError), free_running(model):
        assert not model.training and torch.is_inference_mode_enabled()
        raise ZeroDivisionError
    assert {name: module.training for name, module in model.named_modules()} == before
    model(torch.rand(4, 2, 8, 8), future=3).future.sum().backward()
    assert model.encoder.weight_hh_l0.grad is not None


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (torch.rand(4, 2, 9, 9), "built for"),
        (torch.rand(4, 2, 3, 8, 8), "built for"),
        (torch.zeros(4, 2, 8, 8, dtype=torch.int64), "are no pixels"),
    ],
)
def test_frames_that_do_not_fit_are_one_line(frames, words):
    with pytest.raises(ValueError, match=words) as caught:
        predict(VideoModel(**SMALL), frames)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "past", "steps", "message"),
    [
        (VideoModel(image_size=16), torch.zeros(3, 1, 16, 16), 0, "steps=0"),
        (VideoModel(image_size=16), torch.zeros(3, 1, 16, 16), 2.5, "steps=2.5"),
        (VideoModel(image_size=16), torch.zeros(0, 1, 16, 16), 2, "frames of the past=0"),
        (torch.nn.Linear(2, 2), torch.zeros(3, 1, 16, 16), 2, "model is a Linear"),
    ],
)
def test_what_cannot_be_predicted_is_one_line(model, past, steps, message):
    with pytest.raises(ValueError, match=message) as error:
        predict(model, past, steps)
    assert "\n" not in str(error.value)


def test_frames_in_double_precision_are_predicted_like_others():
    model, past = VideoModel(image_size=16), torch.rand(3, 2, 16, 16)
    single, double = predict(model, past, 2).future, predict(model, past.double(), 2).future
    torch.testing.assert_close(single, double)
