"""Actions: clips of two digits that are told apart by how the digits move, and by nothing else.

Every clip shows two digits of any kind, anywhere; digits that move have speeds from one range. Only
the law of motion differs from class to class, so a single frame says next to nothing:

    still      stays where it is
    drifting   goes straight on; what leaves the box at one wall comes back at the opposite one
    bouncing   goes straight on and is thrown back by the walls
    circling   goes round a circle that lies in the box
    colliding  as bouncing, and the two digits throw each other back, at least once in a clip

Letters: T frames, B sequences, S side of a frame, s side of a digit, K tries, G side of a grid.
Last axes of size 2 are (y, x). Places are in parts of the box, which is S − s pixels wide.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

from lstm_video_lab.checks import LabError, check_number, check_sizes
from lstm_video_lab.data.bouncing import area_average, bounce, render, uniforms
from lstm_video_lab.data.digits import Digits

ACTIONS = ("still", "drifting", "bouncing", "circling", "colliding")
DIGITS = 2
TRIES = 8  # starts drawn for a clip; of colliding digits the first is taken in which they meet
TOUCH = 0.75  # parts of s between the centres of two digits that touch: most of it carries ink
RADIUS = (0.1, 0.2)  # of circles, in parts of the box


@dataclass(frozen=True, eq=False)
class ActionScene:
    """All that the clips of a batch are made from.

    chosen (B, 2): index into the set of digits; labels (B,): index into ACTIONS;
    positions (T, B, 2, 2): top left corner (y, x) in pixels; motion (T, B, 2, 2) float: pixels
    moved in the step into each frame, before it is rounded (a digit that wraps: as if it had not);
    met (T, B) bool: the two digits threw each other back in that step; digit_size: s.
    """

    chosen: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    motion: np.ndarray
    met: np.ndarray
    digit_size: int


class MovingActions:
    """Clips of five classes of motion; clip n is a pure function of (seed, n), its class n mod 5.

    digits: a `Digits`; image_size: S; num_frames: T; digit_size: s; speed: the range that each
    moving digit draws the length of its step from, in parts of the box.
    Raises ValueError naming the argument that is out of range.
    """

    def __init__(
        self,
        digits: Digits,
        image_size: int = 32,
        num_frames: int = 32,
        digit_size: int = 10,
        speed: tuple[float, float] = (0.04, 0.08),
        seed: int = 0,
    ) -> None:
        check_sizes(num_frames=num_frames, digit_size=digit_size)
        check_number("seed", seed, 0, whole=True)
        if image_size < 2 * digit_size:
            raise LabError(
                f"image_size={image_size} leaves two digits of digit_size={digit_size} no room: "
                "make digits smaller or frames larger"
            )
        if len(speed) != 2 or not 0 < speed[0] <= speed[1] <= RADIUS[0]:
            raise LabError(f"speed={speed!r} must be (low, high), from over 0 to {RADIUS[0]}")
        self.digits, self.image_size, self.num_frames = digits, image_size, num_frames
        self.digit_size, self.speed, self.seed = digit_size, speed, seed
        self._images = area_average(digits.images, digit_size)  # (N, s, s)

    def batch(self, index: int, batch_size: int) -> torch.Tensor:
        """Clips index·B … index·B + B − 1: uint8 (T, B, S, S)."""
        scene = self.scene(index, batch_size)
        return render(self._images[scene.chosen], scene.positions, self.image_size)

    def labels(self, index: int, batch_size: int) -> torch.Tensor:
        """Their classes, places in ACTIONS: int64 (B,)."""
        first = index * batch_size
        return torch.arange(first, first + batch_size) % len(ACTIONS)

    def scene(self, index: int, batch_size: int) -> ActionScene:
        """What `batch` with the same arguments shows, in numbers."""
        B, T, box = batch_size, self.num_frames, self.image_size - self.digit_size
        u = uniforms(self.seed, index * B, B, TRIES * DIGITS)
        u = u.reshape(B, TRIES, DIGITS, -1)  # (B, K, 2, WORDS)
        labels = self.labels(index, B).numpy()
        places, motion = np.empty((2, T, B, DIGITS, 2))
        met = np.zeros((T, B), bool)
        for label, law in enumerate((still, drifting, bouncing, circling)):
            mine = labels == label
            places[:, mine], motion[:, mine] = law(u[mine, 0], self.speed, T)
        mine = labels == ACTIONS.index("colliding")
        touch = TOUCH * self.digit_size / box
        places[:, mine], motion[:, mine], met[:, mine] = colliding(u[mine], self.speed, T, touch)
        chosen = (u[:, 0, :, 0] * len(self._images)).astype(np.int64)
        positions = (places * box).astype(np.int64)
        return ActionScene(chosen, labels, positions, motion * box, met, self.digit_size)

    def flow(self, index: int, batch_size: int) -> torch.Tensor:
        """The clips' own motion: float (T, B, 2, S, S), pixels down and to the right in each step.

        Every pixel of a digit's square moves as the digit does; where squares overlap, as the
        second; elsewhere is 0.
        """
        scene, S = self.scene(index, batch_size), self.image_size
        flow = torch.zeros(self.num_frames, batch_size, 2, S, S)
        pixel = torch.arange(S)
        for d in range(scene.positions.shape[2]):
            corner = torch.from_numpy(scene.positions[:, :, d])[..., None]  # (T, B, 2, 1)
            inside = (pixel >= corner) & (pixel < corner + self.digit_size)  # (T, B, 2, S)
            square = inside[:, :, 0, :, None] & inside[:, :, 1, None, :]  # (T, B, S, S)
            moved = torch.from_numpy(scene.motion[:, :, d]).float()[..., None, None]
            flow = torch.where(square[:, :, None], moved, flow)
        return flow


Paths = tuple[np.ndarray, np.ndarray]  # places, motion: (T, …, 2) each


def still(u: np.ndarray, speed: tuple[float, float], T: int) -> Paths:
    """u (…, WORDS): random words of each digit, as `uniforms` gives them."""
    places = np.broadcast_to(u[..., 1:3], (T, *u.shape[:-1], 2))
    return places, np.zeros_like(places)


def drifting(u: np.ndarray, speed: tuple[float, float], T: int) -> Paths:
    place, step = start(u, speed)
    times = np.arange(1, T + 1).reshape(-1, *[1] * place.ndim)
    return (place + times * step) % 1.0, np.broadcast_to(step, (T, *step.shape))


def bouncing(u: np.ndarray, speed: tuple[float, float], T: int) -> Paths:
    place, step = start(u, speed)
    places, _ = bounce(place, step, T)
    return places, np.diff(places, axis=0, prepend=place[None])


def circling(u: np.ndarray, speed: tuple[float, float], T: int) -> Paths:
    """Radius and sense of rotation are drawn; a step is a chord as long as the steps of others.

    Centres crowd where a circle nearly touches a wall (the arcsine law): so digits that circle are
    seen near walls almost as often as others, which evenly spread centres would not give.
    """
    radius = RADIUS[0] + (RADIUS[1] - RADIUS[0]) * u[..., 5]
    spread = np.sin(math.pi / 2 * u[..., 1:3]) ** 2
    centre = radius[..., None] + (1 - 2 * radius[..., None]) * spread
    turn = 2 * np.arcsin(length_of(u, speed) / (2 * radius)) * np.where(u[..., 6] < 0.5, -1, 1)
    times = np.arange(T + 1).reshape(-1, *[1] * turn.ndim)
    angle = 2 * math.pi * u[..., 3] + times * turn  # (T + 1, …)
    places = centre + radius[..., None] * np.stack((np.sin(angle), np.cos(angle)), -1)
    return places[1:], np.diff(places, axis=0)


def colliding(
    u: np.ndarray, speed: tuple[float, float], T: int, touch: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """u (B, K, 2, WORDS). Two that come nearer than `touch` exchange the parts of their steps along
    the line between them: equal masses, no friction. Returns places, motion and `met` (T, B).
    """
    place, step = start(u, speed)
    places, met = np.empty((T, *place.shape)), np.empty((T, *place.shape[:2]), bool)
    first = place
    for t in range(T):
        after, walls = bounce(place, step, 1)
        place = places[t] = after[0]
        step = np.where(walls[0], -step, step)
        apart = place[:, :, 0] - place[:, :, 1]  # (B, K, 2)
        distance = np.linalg.norm(apart, axis=-1)
        line = apart / np.maximum(distance, 1e-9)[..., None]
        closing = ((step[:, :, 0] - step[:, :, 1]) * line).sum(-1)  # (B, K)
        met[t] = (distance < touch) & (closing < 0)
        change = np.where(met[t], closing, 0.0)[..., None] * line
        step = step + np.stack((-change, change), 2)
    taken = met.any(0).argmax(1)  # (B,) the first try in which they meet; the first, if none
    here = (slice(None), np.arange(len(taken)), taken)
    motion = np.diff(places, axis=0, prepend=first[None])
    return places[here], motion[here], met[here]


def start(u: np.ndarray, speed: tuple[float, float]) -> Paths:
    """Places (…, 2) anywhere in the box, and steps (…, 2) in any direction."""
    direction = 2 * math.pi * u[..., 3]
    towards = np.stack((np.sin(direction), np.cos(direction)), -1)
    return u[..., 1:3], length_of(u, speed)[..., None] * towards


def length_of(u: np.ndarray, speed: tuple[float, float]) -> np.ndarray:
    """The length of a step."""
    return speed[0] + (speed[1] - speed[0]) * u[..., 4]
