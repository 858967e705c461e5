"""Natural patches: small windows on real pictures that move, from a camera or from video files.

The camera is simulated: it pans, zooms and shakes over the two photographs that come with
scikit-learn (a temple and a flower), so that the experiment needs no download.

Letters: T frames, B sequences, S side of a patch, C channels, P pictures. Points are (y, x).
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.checks import LabError, check_choice, check_number, check_sizes
from lstm_video_lab.data.bouncing import bounce, uniforms

TEST_FROM = 0.7  # of a photograph's width: what lies to the right of it is for tests
ZOOM = (0.6, 1.2)  # pixels of the photograph to a pixel of the patch
ZOOM_RATE = 0.02  # largest change of zoom per frame, in parts
PAN = 2.0  # largest step of the camera per frame, in pixels of the photograph
SHAKE = 0.7  # standard deviation of the shakiest hand, in pixels


class CameraPatches:
    """Sequences of patches under a moving camera; sequence n is a pure function of (seed, n).

    `.batch(index, B)` is uint8 (T, B, S, S), or (T, B, 3, S, S) in colour. Each sequence draws its
    photograph, place, direction and speed, zoom and its rate, and how much the hand shakes. At the
    edge the camera turns round, as a bouncing digit does. `split` "test" sees the right part of
    each photograph, "train" the rest. Raises ValueError for a patch that is too large for that.
    """

    def __init__(
        self, split: str, image_size: int = 32, num_frames: int = 29, channels: int = 1,
        seed: int = 0,
    ) -> None:  # fmt: skip
        check_sizes(image_size=image_size, num_frames=num_frames)
        check_number("seed", seed, 0, whole=True)
        check_choice("split", split, ("train", "test"))
        self.photographs = _photographs(split, channels)
        self.image_size, self.num_frames, self.seed = image_size, num_frames, seed
        smallest = min(min(picture.shape[1:]) for picture in self.photographs)
        if 2 * self._reach() >= smallest - 1:
            most = math.ceil((smallest - 1 - 6 * SHAKE) / ZOOM[1]) - 1
            raise LabError(
                f"image_size={image_size} is too large for the camera's photographs: choose at "
                f"most {most}"
            )

    def _reach(self) -> float:
        """How far from its centre a patch can see, in pixels of the photograph."""
        return ZOOM[1] * self.image_size / 2 + 3 * SHAKE

    def batch(
        self, index: int, batch_size: int, device: torch.device | str | None = None
    ) -> Tensor:
        """Sequences index·B … index·B + B − 1."""
        u = uniforms(self.seed, index * batch_size, batch_size, 1 + math.ceil(self.num_frames / 2))
        which = (u[:, 0, 0] * len(self.photographs)).astype(np.int64)
        frames = [
            self._look(self.photographs[k], torch.from_numpy(u[which == k]))
            for k in range(len(self.photographs))
        ]
        back = np.argsort(np.concatenate([np.flatnonzero(which == k) for k in range(len(frames))]))
        return torch.cat(frames, 1)[:, torch.from_numpy(back)].to(device or "cpu")

    def _look(self, picture: Tensor, u: Tensor) -> Tensor:
        """Patches of one picture (C, h, w) for the numbers `u` (B, words, 8): (T, B, …)."""
        T, S, B = self.num_frames, self.image_size, len(u)
        centre, zoom = self._paths(picture, u)  # (T, B, 2), (T, B)
        offsets = torch.arange(S, dtype=torch.float64) - (S - 1) / 2
        y = centre[..., 0, None] + zoom[..., None] * offsets  # (T, B, S)
        x = centre[..., 1, None] + zoom[..., None] * offsets
        h, w = picture.shape[1:]
        x, y = (2 * x / (w - 1) - 1)[:, :, None, :], (2 * y / (h - 1) - 1)[:, :, :, None]
        grid = torch.stack(torch.broadcast_tensors(x, y), -1)  # (T, B, S, S, 2)
        points = grid.view(1, T * B * S, S, 2).float()
        seen = F.grid_sample(picture[None], points, align_corners=True)  # (1, C, T·B·S, S)
        patches = seen[0].view(len(picture), T, B, S, S).permute(1, 2, 0, 3, 4)
        patches = patches.round().clamp(0, 255).to(torch.uint8)
        return patches.squeeze(2) if len(picture) == 1 else patches

    def _paths(self, picture: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        """Where the camera looks at (T, B, 2), and its zoom (T, B), in pixels of the picture."""
        T, reach = self.num_frames, self._reach()
        room = torch.tensor(picture.shape[1:], dtype=torch.float64) - 1 - 2 * reach
        direction = 2 * math.pi * u[:, 0, 3]
        step = PAN * u[:, 0, 4, None] * torch.stack((direction.sin(), direction.cos()), -1)
        places, _ = bounce(u[:, 0, 1:3].numpy(), (step / room).numpy(), T)
        # Two uniform numbers make two normal ones (Box and Muller): how the hand shakes.
        hand = u[:, 1:].flatten(1)[:, : 4 * T].unflatten(1, (T, 4)).movedim(1, 0)  # (T, B, 4)
        length = (-2 * (1 - hand[..., 0]).log()).sqrt().clamp(max=3)
        angle = 2 * math.pi * hand[..., 1]
        shake = SHAKE * u[:, 0, 7, None] * length[..., None]
        shake = shake * torch.stack((angle.sin(), angle.cos()), -1)
        first = ZOOM[0] + (ZOOM[1] - ZOOM[0]) * u[:, 0, 5]
        rate = ZOOM_RATE * (2 * u[:, 0, 6] - 1)
        zoom = first * (1 + rate) ** torch.arange(T, dtype=torch.float64)[:, None]
        return reach + torch.from_numpy(places) * room + shake, zoom.clamp(*ZOOM)


class VideoPatches:
    """Windows on real videos, chosen by the same counted numbers: see `videos.load_videos`.

    videos: uint8 arrays (frames, C, h, w). Raises ValueError where none is long and large enough.
    """

    def __init__(
        self, videos: list[np.ndarray], image_size: int = 32, num_frames: int = 29, seed: int = 0
    ) -> None:
        check_sizes(image_size=image_size, num_frames=num_frames)
        check_number("seed", seed, 0, whole=True)
        fit = [v for v in videos if len(v) >= num_frames and min(v.shape[2:]) >= image_size]
        if not fit:
            raise LabError(
                f"no video has {num_frames} frames of at least {image_size}×{image_size} pixels"
            )
        self.videos, self.image_size, self.num_frames, self.seed = fit, image_size, num_frames, seed
        starts = np.array([len(v) - num_frames + 1 for v in fit], np.float64)
        self._share = np.cumsum(starts) / starts.sum()  # a long video is chosen more often

    def batch(
        self, index: int, batch_size: int, device: torch.device | str | None = None
    ) -> Tensor:
        """Sequences index·B … index·B + B − 1: uint8 (T, B, S, S), or (T, B, C, S, S) in colour."""
        u = uniforms(self.seed, index * batch_size, batch_size, 1)[:, 0]
        patches = np.stack([self._cut(numbers) for numbers in u], 1)  # (T, B, C, S, S)
        patches = patches[:, :, 0] if patches.shape[2] == 1 else patches
        return torch.from_numpy(patches).to(device or "cpu")

    def _cut(self, u: np.ndarray) -> np.ndarray:
        video = self.videos[int(np.searchsorted(self._share, u[0], side="right"))]
        S, T = self.image_size, self.num_frames
        room = np.array([len(video) - T, video.shape[2] - S, video.shape[3] - S]) + 1
        t, y, x = (u[1:4] * room).astype(np.int64)
        return video[t : t + T, :, y : y + S, x : x + S]


@lru_cache(maxsize=4)
def _photographs(split: str, channels: int) -> list[Tensor]:
    """Each photograph's part of the split, at half its size: float32 (C, h, w), 0 to 255."""
    from sklearn.datasets import load_sample_images

    parts = []
    for image in load_sample_images().images:  # uint8 (427, 640, 3)
        picture = torch.from_numpy(image.copy()).movedim(-1, 0).float()
        picture = F.avg_pool2d(picture[None], 2)[0]  # finer detail would flicker
        if channels == 1:  # luma, as television weighs it (ITU-R BT.601)
            picture = (picture * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)[None]
        edge = round(TEST_FROM * picture.shape[-1])
        parts.append((picture[..., edge:] if split == "test" else picture[..., :edge]).contiguous())
    return parts
