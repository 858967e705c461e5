"""Pixel by pixel: P(image) as a product, one factor for each pixel given those before it.

    P(x₁ … x_T) = P(x₁) · P(x₂ | x₁) · … · P(x_T | x₁ … x_T₋₁)

A pixel is a symbol, one of K grey levels, and each factor is a softmax over the K. Pixels stand in
raster order: the last axis runs fastest. The axes may be anything: (T,) is a waveform, (h, w) a
picture, (h, w, 3) one in colour with a symbol for each channel, (F, h, w) a clip of F frames.

Letters: T symbols of a sequence, B batch, K levels, D axes, N neighbours, X inputs, S side of a
texture, W windows in its sample, w side of a window.

Sources: Efros and Leung 1999, "Texture synthesis by non-parametric sampling"; van den Oord,
Kalchbrenner and Kavukcuoglu 2016, "Pixel recurrent neural networks".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError
from lstm_video_lab.layers.linear_maps import Linear
from lstm_video_lab.layers.recurrent import LSTM
from lstm_video_lab.training.fit import fit


class PixelLSTM(nn.Module):
    """`(symbols (T, B) from 0 to K − 1) → logits (T, B, K)`, of each symbol given those before it.

    The LSTM walks along the sequence. At each step it is shown the symbol just before, the
    neighbours that come before and differ by at most `reach` along each axis, and its place; what
    is farther off it can know from memory alone. Without `memory` it starts anew at each step: what
    is left is a network of the neighbourhood, as a masked convolution is. Weights are a function of
    `seed`.
    """

    def __init__(
        self,
        shape: Sequence[int],
        levels: int = 16,
        units: int = 64,
        reach: int = 2,
        memory: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.shape, self.levels, self.memory = tuple(shape), levels, memory
        self.card: dict | None = None  # of a pretrained one: what made it
        T = math.prod(shape)
        before = torch.arange(-1, T - 1)[:, None] % (T + 1)  # of the first, T: outside
        self.near = torch.cat([before, earlier_neighbours(self.shape, reach)], 1)  # (T, N)
        axes = torch.from_numpy(np.indices(self.shape)).flatten(1)  # (D, T)
        self.place = torch.cat([F.one_hot(at) for at in axes], 1).float()
        X = self.near.shape[1] * (levels + 1) + self.place.shape[1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.lstm, self.head = LSTM(X, units), Linear(units, levels)

    def inputs(self, padded: Tensor, steps: slice) -> Tensor:
        """What is shown at these steps, (steps, B, X); the last row of (T + 1, B) is "outside"."""
        near = torch.eye(self.levels + 1)[padded[self.near[steps]]]  # (steps, N, B, K + 1)
        place = self.place[steps, None].expand(-1, padded.shape[1], -1)
        return torch.cat([near.transpose(1, 2).flatten(2), place], 2)

    def forward(self, symbols: Tensor) -> Tensor:
        x = self.inputs(F.pad(symbols, (0, 0, 0, 1), value=self.levels), slice(None))
        x = x if self.memory else x.flatten(0, 1)[None]  # each step a sequence of its own
        return self.head(self.lstm(x)[0]).view(*symbols.shape, -1)

    def bits(self, symbols: Tensor) -> Tensor:
        """What each symbol costs, (T, B): −log₂ P(symbol | those before it)."""
        costs = -self(symbols).log_softmax(2) / math.log(2)  # (T, B, K)
        return costs.gather(2, symbols[..., None])[..., 0]

    @torch.inference_mode()
    def sample(
        self, values: Tensor, known: Tensor, generator: torch.Generator, temperature: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Write symbol after symbol: `values` (T, B) where they are `known` (T, B), else drawn.

        Returns the symbols (T, B) and what each of the K would have cost there, in bits: (T, B, K).
        A `temperature` under 1 favours what is likely anyway.
        """
        symbols = F.pad(values, (0, 0, 0, 1), value=self.levels)
        costs, state = [], None
        for t in range(len(values)):
            x = self.inputs(symbols, slice(t, t + 1))  # (1, B, X)
            h, state = self.lstm(x, state if self.memory else None)
            logits = self.head(h[0])  # (B, K)
            drawn = (logits / temperature).softmax(1).multinomial(1, generator=generator)[:, 0]
            symbols[t] = torch.where(known[t], values[t], drawn)
            costs.append(-logits.log_softmax(1) / math.log(2))
        return symbols[:-1], torch.stack(costs)


def train_pixels(
    model: PixelLSTM,
    symbols: Tensor,
    steps: int,
    rate: float = 5e-3,
    batch_size: int = 32,
    note: str = "",
) -> list[float]:
    """Train it on sequences (T, M), all factors of a batch at once; its losses, bits per symbol."""
    draw = torch.Generator().manual_seed(0)

    def loss(step: int) -> Tensor:
        taken = torch.randint(symbols.shape[1], (batch_size,), generator=draw)
        return model.bits(symbols[:, taken]).mean()

    return fit(model.parameters(), loss, steps, rate, note=note)


def earlier_neighbours(shape: tuple[int, ...], reach: int) -> Tensor:
    """For each place, those before it that differ by at most `reach` along each axis: (T, N).

    They are indices in raster order, T where they lie outside; their own order is raster order too.
    """
    T, D, w = math.prod(shape), len(shape), 2 * reach + 1
    windows = F.pad(torch.arange(T).view(shape), [reach] * 2 * D, value=T)
    for axis in range(D):
        windows = windows.unfold(axis, w, 1)  # in the end (…, w, w, …), each a window
    return windows.reshape(T, w**D)[:, : w**D // 2]  # the first half of a window comes before


def table_bits(train: Tensor, test: Tensor, before: Tensor, levels: int) -> Tensor:
    """What each symbol of `test` (T, B) costs, in bits, where P is counted in `train` (T, M).

    before: the places (T, N) whose symbols are a symbol's context, T if outside. To what was
    counted in a context comes one symbol, shared out as symbols are without any context: so nothing
    is impossible.
    """

    def contexts(symbols: Tensor) -> Tensor:  # the number of each context, (T, B)
        context = F.pad(symbols, (0, 0, 0, 1), value=levels)[before]  # (T, N, B)
        return (context * (levels + 1) ** torch.arange(before.shape[1])[:, None]).sum(1)

    plain = (torch.bincount(train.flatten(), minlength=levels) + 1).double()
    counts = torch.zeros((levels + 1) ** before.shape[1], levels).double()
    counts.index_put_((contexts(train), train), torch.ones(()).double(), accumulate=True)
    shares = counts[contexts(test)] + plain / plain.sum()  # (T, B, K)
    return -(shares.gather(2, test[..., None])[..., 0] / shares.sum(2)).log2()


class _Neighbourhoods:
    """P(pixel | its neighbourhood), counted in a `sample` (h, w) of levels.

    All its windows are compared with what is known of a neighbourhood, near pixels weighing most.
    The middles of those whose squared error is at most 1 + `tolerance` times the least are counted.
    """

    def __init__(self, sample: np.ndarray, window: int, levels: int, tolerance: float) -> None:
        self.windows = sliding_window_view(sample, (window, window)).reshape(-1, window**2)
        distance = np.arange(-(window // 2), window // 2 + 1)
        bell = np.exp(-0.5 * (distance / (window / 6.4)) ** 2)
        self.weights = np.outer(bell, bell).ravel()  # (w²)
        self.levels, self.tolerance = levels, tolerance

    def shares(self, patch: np.ndarray) -> np.ndarray:
        """The probability (K) of each level in the middle of a patch (w²), NaN where unknown."""
        known = np.isfinite(patch)
        error = (self.windows[:, known] - patch[known]) ** 2 @ self.weights[known]  # (W)
        near = error <= (1 + self.tolerance) * error.min()
        alike = self.windows[near, len(patch) // 2]
        return np.bincount(alike, minlength=self.levels) / len(alike)


def grow_texture(
    sample: np.ndarray,
    side: int,
    levels: int,
    window: int = 9,
    tolerance: float = 0.1,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """More of a texture, like the `sample` (h, w) of levels, pixel by pixel from 3×3 of its pixels.

    Next comes the pixel of which the most neighbours are written; it is drawn from what
    `_Neighbourhoods` counts. Returns the image (S, S), its pixels (y, x) in the order of writing
    (M, 2), without the first nine, and the probabilities that each was drawn from (M, K). Raises
    ValueError for a bad window.
    """
    if window % 2 == 0 or not 3 <= window <= min(sample.shape):
        raise LabError(f"window={window}: choose an odd number from 3 to {min(sample.shape)}")
    half, draw = window // 2, np.random.default_rng(seed)
    counted = _Neighbourhoods(sample, window, levels, tolerance)
    image = np.full((side + 2 * half,) * 2, np.nan)  # with a margin that is never written
    written = np.full_like(image, -np.inf)  # how many neighbours are, with a lot against ties
    written[half:-half, half:-half] = draw.random((side, side)) / 2

    def around(y: int, x: int) -> tuple[slice, slice]:
        return slice(y - half, y + half + 1), slice(x - half, x + half + 1)

    def put(y: int, x: int, level: int) -> None:
        image[y, x] = level
        written[around(y, x)] += 1
        written[y, x] = -np.inf

    corner, middle = draw.integers(np.array(sample.shape) - 2), half + side // 2 - 1
    for y, x in np.ndindex(3, 3):
        put(middle + y, middle + x, sample[corner[0] + y, corner[1] + x])
    order, shares = [], []
    while np.isfinite(written.max()):
        y, x = map(int, np.unravel_index(written.argmax(), written.shape))
        order.append((y - half, x - half))
        shares.append(counted.shares(image[around(y, x)].ravel()))
        put(y, x, draw.choice(levels, p=shares[-1]))
    return image[half:-half, half:-half].astype(int), np.array(order), np.array(shares)
