"""Encoder–decoder models of video: autoencoder, future predictor and composite are choices, not
copies.

Letters: T time, B batch, C channels, H × W the size of a frame, X numbers in a frame.

        frames ──► encoder LSTM ──► state (h, c of each layer)
                                      │ copied
                    ┌─────────────────┴─────────────────┐
             decoder LSTM                          decoder LSTM
             input, reversed                       frames to come

Source: Srivastava, Mansimov and Salakhutdinov, "Unsupervised Learning of Video Representations
using LSTMs", ICML 2015, section 2; the convolutional form follows Shi et al. 2015.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError
from lstm_video_lab.layers.linear_maps import Linear
from lstm_video_lab.layers.recurrent import LSTM, ConvLSTM, State
from lstm_video_lab.settings import ModelSettings

Draw = Callable[[int], Tensor]
DARK = -3.0  # first output bias of a logistic model: most pixels are background


class Prediction(NamedTuple):
    """What each decoder gives, shaped as the frames, or None: of a model logits (a linear output:
    values), of `prediction.predict` pixels.
    """

    reconstruction: Tensor | None
    future: Tensor | None


class VideoModel(nn.Module):
    """The paper's models. Keyword fields are those of `ModelSettings`, and also attributes.

    `(frames (T, B, H, W) or (T, B, C, H, W) in [0, 1], future=10) → Prediction`; `.reconstruction`
    is (T, …), the input in reverse order, and `.future` (future, …). Free running unless the
    training loop hands over the `truth`. Weights are a function of `seed` alone. Raises ValueError
    for unknown or impossible fields.
    """

    card: dict[str, Any] | None = None  # of a trained model: what made it

    def __init__(self, *, seed: int = 0, **fields: Any) -> None:
        super().__init__()
        self.settings = ModelSettings.from_dict(fields)
        for field in dataclasses.fields(self.settings):
            setattr(self, field.name, getattr(self.settings, field.name))
        conditional = self.settings.conditional
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = _recurrent(self.settings, has_input=True)
            self.decoders = nn.ModuleDict()
            wanted = {"reconstruction": self.settings.reconstruct, "future": self.settings.predict}
            for name in [name for name in wanted if wanted[name]]:
                self.decoders[name] = Decoder(self.settings, conditional in (name, "both"))

    def forward(
        self,
        frames: Tensor,
        future: int = 10,
        *,
        truth: Tensor | None = None,
        teacher: float = 0.0,
        draw: Draw = torch.rand,
    ) -> Prediction:
        """Encode `frames`, then decode them in reverse and continue them for `future` frames.

        A conditional decoder is fed its own last output; with probability `teacher` the true frame
        instead, which `truth` (future, B, …) holds for the future decoder. `draw(B)` gives numbers
        in [0, 1) for each step, one for each sequence.
        """
        state = self.encode(frames)
        plans = {"reconstruction": (len(frames), frames.flip(0)), "future": (future, truth)}
        decoded: dict[str, Tensor | None] = {"reconstruction": None, "future": None}
        for name in self.decoders:
            steps, true_frames = plans[name]
            logits = self.decode(name, state, steps, truth=true_frames, teacher=teacher, draw=draw)
            decoded[name] = logits.reshape(-1, *frames.shape[1:])  # grey frames may be (C, H, W)
        return Prediction(**decoded)

    def encode(self, frames: Tensor) -> list[State]:
        """The representation of a video: (h, c) of each layer after its last frame."""
        return self.encoder.unroll(self._to_vectors(frames))[1]

    def decode(
        self,
        name: str,
        state: list[State],
        steps: int,
        *,
        truth: Tensor | None = None,
        teacher: float = 0.0,
        draw: Draw = torch.rand,
    ) -> Tensor:
        """Run the decoder `name` ("reconstruction" or "future") from a copy of the encoder's state.

        Returns logits (steps, B, H, W) of grey frames, (steps, B, C, H, W) of others; `truth`,
        `teacher` and `draw` as in `forward`. Raises ValueError for a decoder that is not there.
        """
        if name not in self.decoders:
            raise LabError(f"this model has no {name} decoder: it has {', '.join(self.decoders)}")
        true_inputs = None if truth is None else self._to_vectors(truth)
        logits = self.decoders[name](state, steps, true_inputs, teacher, draw)
        return self._to_frames(logits)

    def _to_vectors(self, frames: Tensor) -> Tensor:
        """What a recurrent layer sees: vectors (T, B, X), or maps of patches (T, B, X, h, w)."""
        s = self.settings
        if frames.dim() == 4:
            frames = frames.unsqueeze(2)  # (T, B, H, W) → (T, B, 1, H, W)
        if frames.shape[2:] != (s.channels, s.image_size, s.image_size):
            raise LabError(
                f"frames are {tuple(frames.shape[2:])}, but this model was built for "
                f"{(s.channels, s.image_size, s.image_size)}: channels, height, width"
            )
        if s.cell == "lstm":
            return frames.flatten(2)
        return F.pixel_unshuffle(frames, s.patch)

    def _to_frames(self, vectors: Tensor) -> Tensor:
        s = self.settings
        if s.cell == "lstm":
            frames = vectors.unflatten(2, (s.channels, s.image_size, s.image_size))
        else:
            frames = F.pixel_shuffle(vectors, s.patch)
        return frames.squeeze(2) if s.channels == 1 else frames


class Decoder(nn.Module):
    """Recurrent layers that start from a copied state, and a readout from units to pixels.

    Unconditional: the layers get no input at all. Conditional: each step gets the frame before it,
    the first step nothing.
    """

    def __init__(self, settings: ModelSettings, conditional: bool) -> None:
        super().__init__()
        self.conditional, self.logistic = conditional, settings.output == "logistic"
        self.convolutional, self.inputs = settings.cell == "convlstm", _inputs(settings)
        self.recurrent = _recurrent(settings, has_input=conditional)
        sizes = self.recurrent.sizes
        if self.convolutional:  # all layers are read, as in Shi et al.: their counts hold only so
            self.readout: nn.Module = nn.Conv2d(sum(sizes), self.inputs, 1)
        else:
            self.readout = Linear(sizes[-1], self.inputs)
        if self.logistic:
            nn.init.constant_(self.readout.bias, DARK)  # type: ignore[arg-type]

    def forward(
        self, state: list[State], steps: int, truth: Tensor | None, teacher: float, draw: Draw
    ) -> Tensor:
        """Logits (steps, B, X) or (steps, B, X, h, w)."""
        if not self.conditional:
            return self._read(self.recurrent.unroll(None, state, steps)[0])
        if teacher and truth is None:
            raise LabError(f"teacher={teacher} needs the true frames: pass truth=")
        h = state[0][0]  # (B, H) or (B, C, h, w)
        nothing = h.new_zeros(1, len(h), self.inputs, *h.shape[2:])  # (1, B, X, …)
        if teacher == 1.0:  # every input is known beforehand: one call for the whole sequence
            assert truth is not None
            inputs = torch.cat([nothing, truth[: steps - 1]])
            return self._read(self.recurrent.unroll(inputs, state)[0])
        return self._feed_back(nothing, state, steps, truth, teacher, draw)

    def _feed_back(
        self, frame: Tensor, state: list[State], steps: int, truth: Any, teacher: float, draw: Draw
    ) -> Tensor:
        """Frame by frame: a step is fed what the step before gave, or sometimes the truth."""
        logits = []
        for t in range(steps):
            outputs, state = self.recurrent.unroll(frame, state)
            logits.append(self._read(outputs))  # (1, B, X)
            frame = torch.sigmoid(logits[-1]) if self.logistic else logits[-1]
            if teacher and truth is not None and t + 1 < steps:
                is_true = (draw(frame.shape[1]) < teacher).to(frame.device)  # (B,)
                is_true = is_true.view(1, -1, *[1] * (frame.dim() - 2))
                frame = torch.where(is_true, truth[t : t + 1], frame)
        return torch.cat(logits)

    def _read(self, outputs: list[Tensor]) -> Tensor:
        """From the outputs of all layers to logits, for all steps in one call."""
        if not self.convolutional:
            return self.readout(outputs[-1])  # (T, B, H) → (T, B, X)
        maps = torch.cat(outputs, dim=2)  # (T, B, sum of C, h, w)
        return self.readout(maps.flatten(0, 1)).unflatten(0, maps.shape[:2])


def _inputs(settings: ModelSettings) -> int:
    """Numbers in a frame, or channels of a frame that was cut into patches."""
    if settings.cell == "lstm":
        return settings.channels * settings.image_size**2
    return settings.channels * settings.patch**2


def _recurrent(settings: ModelSettings, has_input: bool) -> LSTM | ConvLSTM:
    inputs = _inputs(settings) if has_input else 0
    if settings.cell == "lstm":
        return LSTM(inputs, settings.units, settings.layers, peepholes=bool(settings.peepholes))
    side = settings.image_size // settings.patch
    return ConvLSTM(
        inputs,
        settings.units,
        settings.kernel_size,
        settings.layers,
        peepholes=settings.peepholes,
        size=(side, side),
    )
