"""All that a decoder gets of a sequence, the encoder's state, and what parts of it are good for.

T frames, N sequences, H units, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from lstm_video_lab import metrics
from lstm_video_lab.models import VideoModel

CARRIED = {"h and c": (True, True), "h only": (True, False), "c only": (False, True)}


@torch.inference_mode()
def reconstruct(
    model: VideoModel,
    frames: Tensor,
    erased: float = 0.0,
    carried: str = "h and c",
    draw: int = 0,
) -> tuple[Tensor, Tensor, Tensor]:
    """What the decoder gets, h and c (N, H) each, and the logits (T, N, S, S) it makes of them.

    frames: (T, N, S, S). `erased`: the share of numbers set to zero, the same for all sequences; a
    larger share erases the same ones and more; another `draw`, others. `carried`: of CARRIED.
    """
    [(h, c)] = model.encode(frames)  # (N, H) each
    order = torch.randperm(2 * h.shape[1], generator=torch.Generator().manual_seed(draw))
    keep = torch.ones(2 * h.shape[1])
    keep[order[: round(erased * len(order))]] = 0
    keep_h, keep_c = keep.to(h.device).chunk(2)
    has_h, has_c = CARRIED[carried]
    h, c = h * keep_h * has_h, c * keep_c * has_c
    logits = model.decode("reconstruction", [(h, c)], len(frames))
    return h, c, logits


@torch.inference_mode()
def cost_of_each(model: VideoModel, kinds: Mapping[str, Tensor]) -> dict[str, float]:
    """Kind of clip, (T, N, S, S) each → nats per frame of giving it back, newest frame first."""
    return {
        kind: metrics.cross_entropy(model(frames).reconstruction, frames.flip(0)).mean().item()
        for kind, frames in kinds.items()
    }
