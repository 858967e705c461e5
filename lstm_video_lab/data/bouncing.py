"""Bouncing digits: endless sequences of handwritten digits that move and rebound from the walls.

The law is that of the generator released with Srivastava, Mansimov & Salakhutdinov (2015): a digit
starts anywhere in the box of its positions and moves in any direction with constant speed. In each
frame it steps first; where it met a wall it is put onto the wall, and that part of its velocity is
turned round (almost a reflection). Positions are truncated to pixels; the brightest digit is seen.

Letters: T frames, B sequences, D digits in a frame, S side of a frame, s side of a digit, N digits
to choose from. Last axes of size 2 are (y, x), in pixels or in parts of the box.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch

from lstm_video_lab.checks import LabError, check_number, check_sizes
from lstm_video_lab.data.digits import Digits

WORDS = 8  # random words kept for each digit of a sequence: which, y, x, direction, speed, 3 spare
CHUNK = 2**18  # bytes gathered at a time: few enough to stay in a core's own cache


@dataclass(frozen=True, eq=False)
class Scene:
    """All that the frames of a batch are made from.

    chosen (B, D): index into the set of digits; labels (B, D): what they are;
    positions (T, B, D, 2): top left corner (y, x) in pixels;
    bounced (T, B, D) bool: a wall was met in the step into this frame; digit_size: s.
    """

    chosen: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    bounced: np.ndarray
    digit_size: int

    @property
    def overlap(self) -> np.ndarray:
        """(T, B) bool: the squares of any two digits share pixels."""
        overlap = np.zeros(self.positions.shape[:2], bool)
        for a, b in combinations(range(self.positions.shape[2]), 2):
            apart = np.abs(self.positions[:, :, a] - self.positions[:, :, b])  # (T, B, 2)
            overlap |= (apart < self.digit_size).all(-1)
        return overlap


class BouncingDigits:
    """Sequences of bouncing digits; sequence n is a pure function of (seed, n).

    digits: a `Digits`; num_digits: D; image_size: S; num_frames: T; digit_size: s, the digits are
    averaged over areas to this side; speed: the length of a step in parts of the box of positions,
    which is S − s pixels wide; two numbers are a range that each digit draws its own speed from.
    The digits, places and directions do not depend on speed, sizes or how many digits there are.
    Raises ValueError naming the argument that is out of range.
    """

    def __init__(
        self,
        digits: Digits,
        num_digits: int = 2,
        image_size: int = 64,
        num_frames: int = 20,
        digit_size: int = 28,
        speed: float | tuple[float, float] = 0.1,
        seed: int = 0,
    ) -> None:
        if len(digits.images) == 0:
            raise LabError("digits is an empty set: at least one digit is needed")
        check_sizes(num_digits=num_digits, image_size=image_size)
        check_sizes(num_frames=num_frames, digit_size=digit_size)
        check_number("seed", seed, 0, whole=True)
        if digit_size > image_size:
            raise LabError(
                f"digit_size={digit_size} does not fit into image_size={image_size}: "
                "make digits smaller or frames larger"
            )
        self.digits, self.num_digits, self.image_size = digits, num_digits, image_size
        self.num_frames, self.digit_size, self.seed = num_frames, digit_size, seed
        self.speed = _speed_range(speed)
        self._images = area_average(digits.images, digit_size)  # (N, s, s)

    def batch(
        self, index: int, batch_size: int, device: torch.device | str | None = None
    ) -> torch.Tensor:
        """Sequences index·B … index·B + B − 1: uint8 (T, B, S, S) on `device` (none: CPU)."""
        scene = self.scene(index, batch_size)
        return render(self._images[scene.chosen], scene.positions, self.image_size, device)

    def scene(self, index: int, batch_size: int) -> Scene:
        """What `batch` with the same arguments shows, in numbers."""
        check_number("index", index, 0, whole=True)
        check_sizes(batch_size=batch_size)
        u = uniforms(self.seed, index * batch_size, batch_size, self.num_digits)  # (B, D, WORDS)
        chosen = (u[..., 0] * len(self._images)).astype(np.int64)
        direction = 2 * math.pi * u[..., 3]
        low, high = self.speed
        length = low + (high - low) * u[..., 4]
        step = length[..., None] * np.stack((np.sin(direction), np.cos(direction)), -1)
        places, walls = bounce(u[..., 1:3], step, self.num_frames)  # (T, B, D, 2)
        positions = (places * (self.image_size - self.digit_size)).astype(np.int64)
        labels = self.digits.labels[chosen]
        bounced = walls[..., 0] | walls[..., 1]  # (T, B, D)
        return Scene(chosen, labels, positions, bounced, self.digit_size)

    def at_places(self, shape: torch.Tensor, index: int, batch_size: int) -> torch.Tensor:
        """A shape (s, s) where the first digit of each sequence of a batch is: (T, B, S, S)."""
        box = self.image_size - self.digit_size
        padded = torch.nn.functional.pad(shape, (box,) * 4)
        windows = padded.unfold(0, self.image_size, 1).unfold(1, self.image_size, 1)
        y, x = torch.from_numpy(self.scene(index, batch_size).positions[:, :, 0]).unbind(-1)
        return windows[box - y, box - x]


def uniforms(seed: int, first: int, count: int, num_digits: int) -> np.ndarray:
    """Numbers in [0, 1) for sequences first … first + count − 1: float64 (count, D, WORDS).

    Philox turns a counter into random words without any state: each sequence, and each digit in
    it, owns a stretch of counters, so any batch can be made without making those before it.
    """
    start = WORDS // 4 * int(first)  # a counter gives four words
    words = [
        np.random.Philox(key=seed, counter=(d << 64) + start).random_raw(count * WORDS)
        for d in range(num_digits)
    ]
    return (np.stack(words).reshape(num_digits, count, WORDS).swapaxes(0, 1) >> 11) * 2.0**-53


def bounce(place: np.ndarray, step: np.ndarray, num_frames: int) -> tuple[np.ndarray, np.ndarray]:
    """The law of motion in the unit box.

    place, step: (…, 2), where the digits are before the first step, and how they move.
    Returns the places after each step (T, …, 2), and which coordinates met a wall (T, …, 2) bool.
    """
    places = np.empty((num_frames, *place.shape))
    walls = np.empty(places.shape, bool)
    for t in range(num_frames):
        place = place + step
        walls[t] = (place <= 0) | (place >= 1)
        place = places[t] = place.clip(0, 1)
        step = np.where(walls[t], -step, step)
    return places, walls


def area_average(images: np.ndarray, side: int) -> np.ndarray:
    """Square uint8 images (N, S, S) at another size (N, side, side): means over areas, rounded.

    With pixels measured in 1/(S·side) of the image, all overlaps are whole numbers and the sums
    are exact in float32, so that every machine rounds alike.
    """
    old = images.shape[-1]
    if side == old:
        return images
    new_edges, old_edges = np.arange(side + 1) * old, np.arange(old + 1) * side
    upper = np.minimum(new_edges[1:, None], old_edges[None, 1:])
    lower = np.maximum(new_edges[:-1, None], old_edges[None, :-1])
    shared = (upper - lower).clip(0).astype(np.float32)  # (side, S), each row sums to S
    averaged = [
        np.rint(shared @ part.astype(np.float32) @ shared.T / old**2).astype(np.uint8)
        for part in np.array_split(images, len(images) // 1000 + 1)
    ]
    return np.concatenate(averaged)


def render(
    images: np.ndarray,
    positions: np.ndarray,
    image_size: int,
    device: torch.device | str | None = None,
) -> torch.Tensor:
    """Digits uint8 (B, D, s, s) at positions (T, B, D, 2) → frames uint8 (T, B, S, S) on `device`.

    Lay a digit's rows into rows as wide as a frame and put black before and after: now the frame
    with the digit at (y, x) is the window of S·S neighbouring bytes that begins y·S + x before the
    digit. So a frame is one long copy for each digit, and the maximum of them.
    """
    B, D, s, _ = images.shape
    S = image_size
    box = S - s
    if positions.min() < 0 or positions.max() > box:
        raise LabError(f"positions must be from 0 to {box}, so that digits stay in the frame")
    margin = box * S + box  # the farthest that a window begins before its digit
    strips = np.zeros((B, D, margin + S * S), np.uint8)
    rows = strips[..., margin : margin + s * S].reshape(B, D, s, S)  # a view
    rows[..., :s] = images
    origins = np.arange(B * D).reshape(B, D) * strips.shape[-1] + margin
    starts = origins - positions[..., 0] * S - positions[..., 1]  # (T, B, D)
    if torch.device(device or "cpu").type == "cpu":
        frames = _copy_windows(strips.ravel(), starts.reshape(-1, D), S * S)
    else:
        frames = gather_windows(
            _upload(strips.ravel(), device), _upload(starts.reshape(-1, D), device), S * S
        )
    return frames.view(len(positions), B, S, S)


def _upload(array: np.ndarray, device: torch.device | str | None) -> torch.Tensor:
    """To a device without waiting for it, where it can read the memory of the host by itself."""
    tensor = torch.from_numpy(array)
    if torch.device(device or "cpu").type == "cuda":
        tensor = tensor.pin_memory()
    return tensor.to(device, non_blocking=True)


def _copy_windows(strip: np.ndarray, starts: np.ndarray, length: int) -> torch.Tensor:
    """The maximum over D windows of a strip that begin at starts (F, D): uint8 (F, length)."""
    windows = np.lib.stride_tricks.sliding_window_view(strip, length)
    frames = np.empty((len(starts), length), np.uint8)
    chunk = max(1, CHUNK // (length * starts.shape[1]))
    for k in range(0, len(starts), chunk):
        part = windows[starts[k : k + chunk]]  # (chunk, D, length)
        np.maximum.reduce(part, axis=1, out=frames[k : k + chunk])
    return torch.from_numpy(frames)


def gather_windows(strip: torch.Tensor, starts: torch.Tensor, length: int) -> torch.Tensor:
    """The same as `_copy_windows`, in operations that every device has."""
    offsets = torch.arange(length, device=strip.device)
    frames = strip[starts[:, :1] + offsets]  # (F, length)
    for d in range(1, starts.shape[1]):
        frames = torch.maximum(frames, strip[starts[:, d : d + 1] + offsets])
    return frames


def _speed_range(speed: float | tuple[float, float]) -> tuple[float, float]:
    """(low, high) of a speed or a range of speeds."""
    speeds = tuple(speed) if isinstance(speed, tuple | list) else (speed, speed)
    check_number("speed", speeds if isinstance(speed, list) else speed, 0)
    if len(speeds) != 2 or speeds[0] > speeds[1]:
        raise LabError(f"speed={speed!r} must be one number, or (low, high)")
    return float(speeds[0]), float(speeds[1])
