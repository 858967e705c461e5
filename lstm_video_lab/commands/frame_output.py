"""What `lstm-video-lab predict` writes: a continuation, and a sheet of what the model was shown.

A continuation is an array (.npy), a picture (.png) or an animation (.gif), by the ending of its
name.

Letters: T frames, C channels, H × W the size of a frame, S the side that a model was built for.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab import plots
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import check_target, write_whole

ENDINGS = (".npy", ".png", ".gif")
MILLISECONDS = 150  # of a frame in an animation
COPIES = 60  # bytes that a pixel takes on its way from a prediction to a file
SHEET = 96  # pixels: height of a frame in a sheet


def check_targets(source: Path, out: Path, show: Path | None) -> None:
    """Before the work: raises ValueError or OSError for files that cannot be written."""
    check_ending(out)
    if show is not None and show.suffix.lower() != ".png":
        raise LabError(f"{show}: unknown ending: a sheet is a .png")
    for target in filter(None, (out, show)):
        check_target(target)
        if target.exists() and source.exists() and target.samefile(source):
            raise LabError(f"{target}: is what the frames are read from: name another file")
    if show is not None and show.resolve() == out.resolve():
        raise LabError(f"{show}: is --out and --show at once: name another file")


def check_ending(path: Path) -> None:
    """Raises ValueError for a file whose name does not say what it is to be."""
    if path.suffix.lower() not in ENDINGS:
        raise LabError(f"{path}: unknown ending: choose one of {', '.join(ENDINGS)}")


def write_frames(path: Path, seen: Tensor, predicted: Tensor) -> None:
    """Write what was predicted, (T, C, S, S); a picture or animation shows what was seen, too.

    A picture in colour has a row of frames seen above one of frames predicted, without words.

    Raises ValueError for an unknown ending, OSError where nothing can be written.
    """
    check_ending(path)
    ending = path.suffix.lower()
    if ending == ".npy":
        buffer = io.BytesIO()
        np.save(buffer, predicted.numpy())
        write_whole(path, buffer.getvalue())
    elif ending == ".png" and predicted.shape[1] == 3:
        write_whole(path, _tiled([[_tile(part) for part in row] for row in (seen, predicted)]))
    elif ending == ".png":
        rows = {"seen": _grey(seen), "predicted": _grey(predicted)}
        write_whole(path, plots.frames(rows, "Frames that were seen and frames predicted.").png)
    else:
        write_whole(path, _animation(seen, predicted))


def write_sheet(path: Path, frames: np.ndarray, seen: Tensor) -> None:
    """Frames as they were read, and below each what the model sees of it."""
    read = []
    for part in to_unit(torch.from_numpy(np.array(frames))):
        image = _image((part * 255).round().byte())
        wide = round(SHEET * image.width / image.height) or 1
        read.append(image.resize((wide, SHEET)))
    write_whole(path, _tiled([read, [_tile(part) for part in seen]]))


def _tile(frame: Tensor):
    """(C, S, S) in [0, 1] as a picture whose pixels can be told apart."""
    return _image((frame * 255).round().byte()).resize((SHEET, SHEET), 0)


def _tiled(rows: list[list]) -> bytes:
    """A .png of rows of pictures, each as high as a row and none wider than a column."""
    from PIL import Image

    step = max(image.width for row in rows for image in row) + 4
    longest = max(len(row) for row in rows)
    high = SHEET + 4
    sheet = Image.new(rows[0][0].mode, (step * longest, high * len(rows) - 4))
    for r, row in enumerate(rows):
        for k, image in enumerate(row):
            sheet.paste(image, (step * k, high * r))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _image(frame: Tensor):
    """uint8 (C, H, W)."""
    from PIL import Image

    return Image.fromarray((frame[0] if len(frame) == 1 else frame.movedim(0, -1)).numpy())


def _grey(frames: Tensor) -> np.ndarray:
    return frames.mean(1).numpy()  # (T, C, S, S) → (T, S, S)


def _animation(seen: Tensor, predicted: Tensor) -> bytes:
    """Seen frames with a light border, then the predicted ones with a dark one."""
    pages = []
    for frames, shade in ((seen, 255), (predicted, 90)):
        scaled = (frames.repeat_interleave(4, 2).repeat_interleave(4, 3) * 255).round().byte()
        framed = F.pad(scaled, (4, 4, 4, 4), value=shade)  # (T, C, 4S + 8, 4S + 8)
        pages += [_image(page) for page in framed]
    buffer = io.BytesIO()
    pages[0].save(
        buffer, "GIF", save_all=True, append_images=pages[1:], duration=MILLISECONDS, loop=0
    )
    return buffer.getvalue()
