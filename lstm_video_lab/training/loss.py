"""What a run minimises.

Letters: T time, B batch, H × W the size of a frame.
"""

from typing import Any

import torch
from torch import Tensor, nn

from lstm_video_lab import metrics


def composite_loss(
    model: nn.Module, frames: Tensor, frames_in: int, **feeding: Any
) -> dict[str, Tensor]:
    """The loss of each decoder on (T, B, H, W) frames, a mean over time and batch, and their sum.

    The sum's gradient at the encoder's state is the sum of the decoders' gradients: this is how two
    tasks shape one representation.
    """
    past, following = frames[:frames_in], frames[frames_in:]
    predicted = model(past, future=len(following), truth=following, **feeding)
    settings: Any = getattr(model, "module", model).settings  # ranks train it in a wrapper
    error = metrics.cross_entropy if settings.output == "logistic" else metrics.squared_error
    losses = {}
    if predicted.reconstruction is not None:
        losses["reconstruction"] = error(predicted.reconstruction, past.flip(0)).mean()
    if predicted.future is not None:
        losses["future"] = error(predicted.future, following).mean()
    losses["loss"] = torch.stack(list(losses.values())).sum()
    return losses
