"""Show a model the past, get the future: one way for lessons, widgets, scores and commands.

Letters: T time, B batch, C channels, H × W the size of a frame.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from lstm_video_lab.checks import LabError, check_number
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.models import Prediction, VideoModel


def predict(model: VideoModel, past: Tensor, steps: int = 10) -> Prediction:
    """What a model gives back and predicts after it has seen `past`, as pixels in [0, 1].

    past: (T, B, H, W) or (T, B, C, H, W), uint8 or float in [0, 1], on any device. The result is
    where `past` is: `.reconstruction` (T, …), the input in reverse order, and `.future`
    (steps, …); None for a decoder that the model lacks. It runs freely, on what it predicted
    itself, and in evaluation mode; afterwards it has the mode that it had.
    Raises ValueError for frames of another size or kind, no steps, and what is no `VideoModel`.
    """
    raw = predict_raw(model, past, steps)
    pixels = (None if part is None else to_pixels(model, part).to(past.device) for part in raw)
    return Prediction(*pixels)


def predict_raw(model: VideoModel, past: Tensor, steps: int = 10) -> Prediction:
    """The same as the model itself gives it, on its own device: logits, or values of a linear
    output, which losses and scores are taken of.
    """
    if not hasattr(model, "settings"):
        raise LabError(f"model is a {type(model).__name__}: predict with a VideoModel")
    check_number("steps", steps, 1, whole=True)
    check_number("frames of the past", len(past), 1, whole=True)
    like = next(model.parameters(), to_unit(past[:0]))  # its device, and its kind of numbers
    with free_running(model):
        return model(to_unit(past.to(like.device)).to(like.dtype), future=steps)


def to_pixels(model: VideoModel, raw: Tensor) -> Tensor:
    """Outputs of a decoder as pixels in [0, 1]: σ of logits; a linear output is clipped."""
    return raw.sigmoid() if model.settings.output == "logistic" else raw.clamp(0, 1)


@contextmanager
def free_running(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module has the mode it had before."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
