"""Does it help to have watched something else? A composite pretrained on a camera's motion.

The camera of lesson 11 pans, zooms and shakes over two photographs: no digit, no law of motion but
its own. Its flow percepts pretrain the encoder; labels and tests are those of the actions. Random
weights and encoders that watched the actions' own clips are in the result "actions", draw by draw.

T time, B clips, S side of a frame, G side of the grid of a percept.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.data.patches import CameraPatches
from lstm_video_lab.lessons.percepts_and_actions import experiment
from lstm_video_lab.lessons.percepts_and_actions.few_labels import SHARES, SIZES, Sizes, key_of
from lstm_video_lab.models import VideoModel
from lstm_video_lab.percepts import GRID
from lstm_video_lab.training.trials import resume_trials

START = "camera"  # the name of such an encoder, beside "random" and "composite"
LABELLED = {"smoke": (1, 2), "laptop": (1, 4, 10, 20, 100)}  # clips of a class


class CameraMotion(CameraPatches):
    """The motion of what the camera sees, in place of its pictures.

    `.batch(index, B)` is float (T, B, 2, G, G): pixels of the frame down and to the right, in the
    step into each frame, at the middle of each of G × G cells.
    """

    def __init__(self, split: str, image_size: int, num_frames: int, seed: int = 0) -> None:
        super().__init__(split, image_size, num_frames + 1, seed=seed)  # the first has no step

    def _look(self, picture: Tensor, u: Tensor) -> Tensor:
        centre, zoom = self._paths(picture, u)  # (T + 1, B, 2), (T + 1, B)
        cell = self.image_size / GRID
        here = (torch.arange(GRID, dtype=torch.float64) + 0.5) * cell - self.image_size / 2  # (G,)
        seen = centre[..., None] + zoom[..., None, None] * here  # on the picture: (T + 1, B, 2, G)
        before = (seen[1:] - centre[:-1, ..., None]) / zoom[:-1, ..., None, None]
        down, right = (here - before).unbind(2)  # (T, B, G) each
        grid = down[..., :, None].expand(-1, -1, GRID, GRID)
        return torch.stack((grid, right[..., None, :].expand_as(grid)), 2).float()


def camera_percepts(sizes: Sizes) -> Tensor:
    """Flow percepts of as many clips as the actions have without labels, (T, B, 2, G, G): each
    number with mean 0 and spread 1.
    """
    motion = CameraMotion("train", sizes.image_size, sizes.frames).batch(0, sizes.unlabelled)
    return (motion - motion.mean((0, 1))) / motion.std((0, 1))


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Pretrain on the camera from each seed, then train classifiers as on the main curve.

    A trial that is done is not done again.
    """
    sizes, folder = SIZES[scale], out / "runs" / "unrelated"
    folder.mkdir(parents=True, exist_ok=True)
    data, motion = experiment.make_data(sizes, ("flow",)), camera_percepts(sizes)
    pretrained: dict[int, VideoModel] = {}

    def work(point: dict[str, Any]) -> dict[str, Any]:
        seed = point["pretraining"]
        if seed not in pretrained:
            pretrained[seed], _ = experiment.pretrain("composite", motion, sizes, seed)
        return experiment.run_trial(data, pretrained[seed], point)

    rows = []
    for row, is_new in resume_trials(folder / f"{scale}.jsonl", plan(sizes, LABELLED[scale]), work):
        rows.append(row)
        if is_new:
            yield f"{key_of(row)}: {row['accuracy']['mean']:.1f} %"
    return {
        "made": {"seeds": list(range(sizes.pretrainings))},
        "scale": scale,
        "sizes": {**vars(sizes), "labelled": LABELLED[scale]},
        "trials": rows,
    }


def plan(sizes: Sizes, labelled: tuple[int, ...]) -> list[dict[str, Any]]:
    """Trials as those of the main curve: draw d starts from pretraining d mod pretrainings."""
    usual = {
        "percepts": "flow",
        "start": START,
        "unlabelled": sizes.unlabelled,
        "dropout": sizes.dropout,
        "length": sizes.length,
    }
    points = []
    for draw in range(sizes.draws_of_flow):
        for number in labelled:
            for encoder in SHARES:
                point = {"labelled": number, "encoder": encoder, "draw": draw}
                points.append({**usual, **point, "pretraining": draw % sizes.pretrainings})
    return points
