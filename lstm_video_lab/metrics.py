"""How far a predicted frame is from the true one: nats, squared error and structural similarity.

Legend: T time, B batch, C channels, H height, W width, K side of a window. Frames are (T, B, H, W)
or (T, B, C, H, W), uint8 or float in [0, 1]. Every metric gives one number per frame, (T, B):
cross-entropy and squared error are **summed** over the pixels of a frame, similarity is their mean.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.data.frames import to_unit

WINDOWS = {"gaussian": 11, "uniform": 7}  # side K of the window that `ssim` looks through
SIGMA = 1.5  # of the Gaussian window, in pixels


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Nats per frame of pixels that are on with probability σ(logits): (T, B). Never infinite.

    Raises ValueError where the shapes differ.
    """
    logits, target = _pair(logits, target)
    return _per_frame(F.binary_cross_entropy_with_logits(logits, target, reduction="none"))


def cross_entropy_of_probability(probability: Tensor, target: Tensor) -> Tensor:
    """The same for probabilities p: infinite where p is 0 or 1 and the pixel is not, (T, B)."""
    p, x = _pair(probability, target)
    return -_per_frame(torch.xlogy(x, p) + torch.special.xlog1py(1 - x, -p))


def entropy(target: Tensor) -> Tensor:
    """The bound, (T, B): no prediction of grey pixels x has fewer nats per frame than p = x."""
    return cross_entropy_of_probability(target, target)


def squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Squared error, summed over the pixels of a frame: (T, B)."""
    p, x = _pair(prediction, target)
    return _per_frame((p - x) ** 2)


def ssim(prediction: Tensor, target: Tensor, window: str = "gaussian") -> Tensor:
    """Structural similarity (Wang et al. 2004) for a data range of 1: (T, B), 1 for equal frames.

    `window` is "gaussian" (11×11, σ 1.5, population covariance: Wang's own) or "uniform" (7×7,
    sample covariance: scikit-image's default, which published tables use). It is averaged over the
    windows that lie inside the frame, and over channels. Differentiable, so that it can be a loss.

    Raises ValueError for an unknown window, or frames smaller than the window.
    """
    check_choice("window", window, WINDOWS)
    p, x = _pair(prediction, target)
    K = WINDOWS[window]
    if min(x.shape[-2:]) < K:
        raise LabError(
            f"frames of {x.shape[-2]}×{x.shape[-1]} pixels are smaller than the {K}×{K} {window} "
            "window of ssim: make them larger"
        )
    kind = p.dtype
    # Variances are small differences of large sums. float64 keeps them exact, and neither autocast
    # nor a GPU's reduced float32 products touch it; Apple's mps has no float64.
    if p.device.type != "mps":
        p, x = p.double(), x.double()
    return _similarity(p, x, window).flatten(2).mean(-1).to(kind)


def _similarity(p: Tensor, x: Tensor, window: str) -> Tensor:
    """Wang's formula in each window: (…, H, W) → (…, H−K+1, W−K+1)."""
    c1, c2 = 0.01**2, 0.03**2
    n = WINDOWS[window] ** 2
    scale = n / (n - 1) if window == "uniform" else 1.0  # sample or population covariance
    mean_p, mean_x = _local_mean(p, window), _local_mean(x, window)
    var_p = scale * (_local_mean(p * p, window) - mean_p**2)
    var_x = scale * (_local_mean(x * x, window) - mean_x**2)
    cov = scale * (_local_mean(p * x, window) - mean_p * mean_x)
    brightness = (2 * mean_p * mean_x + c1) / (mean_p**2 + mean_x**2 + c1)
    return brightness * (2 * cov + c2) / (var_p + var_x + c2)


def _local_mean(maps: Tensor, window: str) -> Tensor:
    """Weighted mean of each K×K window inside the frame: (…, H, W) → (…, H−K+1, W−K+1).

    The window is separable, so it is two matrix products with banded matrices: on a CPU many times
    faster than the same convolution.
    """
    rows, columns = (_band(size, window).to(maps) for size in maps.shape[-2:])
    return rows @ (maps @ columns.T)


def _band(size: int, window: str) -> Tensor:
    """Row n holds the window's weights for pixels n … n+K−1: (size−K+1, size)."""
    K = WINDOWS[window]
    offset = torch.arange(size) - torch.arange(size - K + 1)[:, None]  # 0 … K−1 inside the window
    weights = torch.ones(K, dtype=torch.float64)
    if window == "gaussian":
        weights = torch.exp(-0.5 * ((torch.arange(K).double() - K // 2) / SIGMA) ** 2)
    inside = (offset >= 0) & (offset < K)
    return torch.where(inside, (weights / weights.sum())[offset.clamp(0, K - 1)], 0.0)


def _pair(prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both as floats of one type and shape, or one clear line."""
    if prediction.shape != target.shape or target.dim() not in (4, 5):
        raise LabError(
            f"prediction {tuple(prediction.shape)} and target {tuple(target.shape)} must have one "
            "shape, (T, B, H, W) or (T, B, C, H, W)"
        )
    prediction, target = to_unit(prediction), to_unit(target)
    kind = torch.promote_types(prediction.dtype, target.dtype)
    return prediction.to(kind), target.to(kind)


def _per_frame(pixels: Tensor) -> Tensor:
    """Sum over everything behind time and batch: (T, B, …) → (T, B)."""
    return pixels.flatten(2).sum(-1)


def centre_of_mass(frames: Tensor) -> Tensor:
    """The centre of all ink, (y, x) in pixels: (T, B, 2)."""
    ink = frames.flatten(2).sum(-1).clamp_min(1e-6)
    sides = [torch.arange(size).float() for size in frames.shape[-2:]]
    y, x = (frames.sum(axis) @ side / ink for axis, side in zip((-1, -2), sides, strict=True))
    return torch.stack([y, x], -1)
