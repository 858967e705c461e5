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
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.clips import as_clips, find_clips, open_clips
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import whole
from lstm_video_lab.prediction import predict_raw, to_pixels

FRAMES_IN = FRAMES_OUT = 10  # what papers on this file show, and ask for
BATCH = 100
LARGEST_NPZ = 2**28  # bytes: it has to be in memory as a whole


class Clips:
    """The sequences of a file: `.batch(index, B)` is uint8 (T, B, H, W), or (T, B, C, H, W)."""

    def __init__(self, path: Path) -> None:
        file = find_clips(path)
        if file is None:
            raise FileNotFoundError(f"{path}: no such file, nor a folder with mnist_test_seq.npy")
        self.path = file
        self.array, self.layout = read_clips(file)  # (N, T, C, H, W)
        self.count, self.num_frames, self.channels, self.height, self.width = self.array.shape

    def batch(self, index: int, batch_size: int) -> Tensor:
        part = self.array[index * batch_size : (index + 1) * batch_size]
        frames = torch.from_numpy(np.ascontiguousarray(part.swapaxes(0, 1)))
        return frames[:, :, 0] if self.channels == 1 else frames


def read_clips(path: Path) -> tuple[np.ndarray, str]:
    """(N, T, C, H, W) and the layout in words; a .npy by memory map, a small .npz in memory."""
    if not zipfile.is_zipfile(path):
        return open_clips(path)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST_NPZ:
            raise ValueError(f"{size} bytes, which a .npz would take in memory: save it as .npy")
        with np.load(path, allow_pickle=False) as arrays:
            if len(arrays.files) != 1:
                raise ValueError(f"{len(arrays.files)} arrays: save one alone")
            return as_clips(arrays[arrays.files[0]], path)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise LabError(f"{path}: cannot be read as sequences ({error})") from None


def score(model: Any, clips: Clips, sequences: int) -> dict[str, Any]:
    """A report as `evaluate` gives it, and `openstl`: mse, mae, ssim, psnr.

    Raises ValueError for a model of another size, or too few frames or sequences.
    """
    _check_fit(model, clips, sequences)
    is_logistic = model.settings.output == "logistic"
    parts: dict[str, list] = {}
    for k in tqdm(range(math.ceil(sequences / BATCH)), disable=None, file=sys.stderr):
        frames = clips.batch(k, BATCH)[: FRAMES_IN + FRAMES_OUT, : sequences - k * BATCH]
        past, future = frames.split([FRAMES_IN, FRAMES_OUT])
        raw = predict_raw(model, past, FRAMES_OUT)
        for name, target in (("future", future), ("reconstruction", past.flip(0))):
            output = getattr(raw, name)
            if output is None:
                continue
            truth = to_unit(target.to(output.device))
            nats = metrics.cross_entropy(output, truth) if is_logistic else None
            pixels = to_pixels(model, output) if is_logistic else output
            ours = evaluation.judge(pixels, truth, nats, similarity=True)
            parts.setdefault(name, []).append(ours)
            if name == "future":
                parts.setdefault("openstl", []).append(openstl(pixels, truth))
        for name, guess in (("copy_last", past[-1:].expand_as(future)), ("entropy_bound", future)):
            nats = metrics.cross_entropy_of_probability(guess, future)
            judged = evaluation.judge(to_unit(guess), to_unit(future), nats, similarity=True)
            parts.setdefault(name, []).append(judged)
    joined = {name: evaluation.join(values) for name, values in parts.items()}
    means = {name: value.mean().item() for name, value in joined.get("openstl", {}).items()}
    return {
        "file": str(clips.path),
        "layout": clips.layout,
        "sequences": sequences,
        "image_size": clips.height,
        "future": evaluation.summary(joined.get("future")),
        "reconstruction": evaluation.summary(joined.get("reconstruction")),
        "openstl": {k: v if math.isfinite(v) else None for k, v in means.items()} or None,
        "baselines": {k: evaluation.summary(joined[k]) for k in ("entropy_bound", "copy_last")},
    }


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
