"""Sequences in one file, as the field exchanges them: scored by its measures beside ours, written.

The measures of others are those that OpenSTL prints (github.com/chengtan9907/OpenSTL, its file
`core/metrics.py`), of predictions in [0, 1]: MSE and MAE are summed over the pixels of a frame and
averaged over frames and sequences; SSIM and PSNR are means over frames. Its SSIM is scikit-image's
as it was in the years of those papers, when it took the range of floats for 2 (from −1 to 1); its
window is uniform, 7×7.

Letters: T frames, N sequences, B batch, C channels, H × W the size of a frame.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.checks import LabError
from lstm_video_lab.commands.arrays import load_array
from lstm_video_lab.data.clips import as_clips, find_clips
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import whole

FRAMES_IN = FRAMES_OUT = 10  # what papers on this file show, and ask for
BATCH = 100
THEIRS = "openstl "  # before the names of the measures of others, while they are joined


class Clips:
    """The sequences of a file: `.batch(index, B)` is uint8 (T, B, H, W), or (T, B, C, H, W).

    `progress` is told how many have been read in all.
    """

    progress: Callable[[int], Any] | None = None

    def __init__(self, path: Path) -> None:
        file = find_clips(path)
        if file is None:
            raise FileNotFoundError(f"{path}: no such file, nor a folder with mnist_test_seq.npy")
        self.path = file
        self.array, self.layout = as_clips(load_array(file), file)  # (N, T, C, H, W)
        self.count, self.num_frames, self.channels, self.height, self.width = self.array.shape

    def batch(self, index: int, batch_size: int) -> Tensor:
        """As the data of a run: its first frames, those seen and those asked for."""
        part = self.array[index * batch_size : (index + 1) * batch_size, : FRAMES_IN + FRAMES_OUT]
        if self.progress is not None:
            self.progress(index * batch_size + len(part))
        frames = torch.from_numpy(np.ascontiguousarray(part.swapaxes(0, 1)))
        return frames[:, :, 0] if self.channels == 1 else frames


def score(model: Any, clips: Clips, sequences: int) -> dict[str, Any]:
    """A report as `evaluate` gives it, and `openstl`: mse, mae, ssim, psnr.

    Raises ValueError for a model of another size, or too few frames or sequences.
    """
    _check_fit(model, clips, sequences)
    with tqdm(total=sequences, unit="sequence", disable=None, file=sys.stderr) as bar:
        clips.progress = lambda read: bar.update(min(read, sequences) - bar.n)
        try:
            values = evaluation.score(
                model, clips, FRAMES_IN, sequences, BATCH, similarity=True, measure=_all_measures
            )
        finally:
            clips.progress = None
    ours, theirs = {}, {}
    for part, measured in values.items():
        ours[part] = {k: v for k, v in measured.items() if not k.startswith(THEIRS)}
        theirs[part] = {k: v.mean().item() for k, v in measured.items() if k.startswith(THEIRS)}
    means = {k.removeprefix(THEIRS): v for k, v in theirs.get("future", {}).items()}
    return {
        "file": str(clips.path),
        "layout": clips.layout,
        "sequences": sequences,
        "image_size": clips.height,
        "future": evaluation.summary(ours.get("future")),
        "reconstruction": evaluation.summary(ours.get("reconstruction")),
        "openstl": {k: v if math.isfinite(v) else None for k, v in means.items()} or None,
        "baselines": _baselines(clips, sequences),
    }


def _all_measures(
    pixels: Tensor, truth: Tensor, nats: Tensor | None, similarity: bool
) -> evaluation.Values:
    theirs = {THEIRS + name: value for name, value in openstl(pixels, truth).items()}
    return evaluation.measure_frames(pixels, truth, nats, similarity) | theirs


def _baselines(clips: Clips, sequences: int) -> dict[str, Any]:
    """What needs no learning and no world: as in `evaluation.baselines`."""
    batches: dict[str, list[evaluation.Values]] = {"entropy_bound": [], "copy_last": []}
    for k in range(math.ceil(sequences / BATCH)):
        past, future = clips.batch(k, BATCH)[:, : sequences - k * BATCH].split(FRAMES_IN)
        guesses = {"entropy_bound": future, "copy_last": past[-1:].expand_as(future)}
        for name, guess in guesses.items():
            nats = metrics.cross_entropy_of_probability(guess, future)
            measured = evaluation.measure_frames(to_unit(guess), to_unit(future), nats, True)
            batches[name].append(measured)
    return {name: evaluation.summary(evaluation.join(parts)) for name, parts in batches.items()}


def openstl(pixels: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """OpenSTL's measures, one for each frame: (T, B). Of values outside [0, 1] it cuts off what is
    above and below for SSIM and PSNR, not for MSE and MAE.
    """
    apart = (pixels - truth).double().flatten(2)
    values = {"mse": apart.square().sum(-1), "mae": apart.abs().sum(-1)}
    pixels = pixels.clamp(0, 1)
    square = (pixels - truth).double().flatten(2).square()
    values["psnr"] = -10 * square.mean(-1).log10()  # infinite for equal frames
    values["ssim"] = torch.full_like(values["mse"], math.nan)
    if min(truth.shape[-2:]) >= metrics.WINDOWS["uniform"]:
        halves = pixels / 2, truth / 2  # so a range of 1 becomes one of 2
        values["ssim"] = metrics.ssim(*halves, "uniform").double()
    return values


def _check_fit(model: Any, clips: Clips, sequences: int) -> None:
    s = model.settings
    if (clips.channels, clips.height, clips.width) != (s.channels, s.image_size, s.image_size):
        raise LabError(
            f"{clips.path}: its frames are {clips.height}×{clips.width} with {clips.channels} "
            f"channels, this model was built for {s.image_size}×{s.image_size} with {s.channels}: "
            "choose a model of that size"
        )
    if clips.num_frames < FRAMES_IN + FRAMES_OUT:
        raise LabError(f"{clips.path}: {clips.num_frames} frames, where 20 are needed")
    if sequences > clips.count:
        raise LabError(f"--sequences {sequences}: {clips.path} holds {clips.count}")


def lines(report: dict[str, Any]) -> str:
    """What stands below the table: where the frames come from, and the measures of others."""
    text = f"\n{report['file']}: {report['layout']}; {FRAMES_IN} frames in, {FRAMES_OUT} out."
    values = report["openstl"]
    if values is None:
        return text
    numbers = ", ".join(
        f"{k.upper()} {'–' if v is None else f'{v:.4g}'}" for k, v in values.items()
    )
    return (
        f"{text}\nAs OpenSTL defines them (MSE and MAE summed over a frame's pixels, SSIM and PSNR "
        f"means over frames;\nits SSIM takes the range of pixels for 2): {numbers}"
    )


def write(
    path: Path, data: Any, shape: tuple[int, int, int, int], progress: Callable[[int], Any]
) -> None:
    """Sequences 0 … N−1 of a source as one file (T, N, H, W), which appears whole."""
    with whole(path) as draft:
        stored = np.lib.format.open_memmap(draft, "w+", np.uint8, shape)
        for start in range(0, shape[1], BATCH):
            part = data.batch(start // BATCH, BATCH)[:, : shape[1] - start].numpy()
            stored[:, start : start + part.shape[1]] = part
            progress(part.shape[1])
        stored.flush()
        del stored
