"""Captioned digits: clips of one moving digit, each with a sentence that says which and how.

Eight motions. A digit goes to and fro between two walls (left and right, up and down), passes once
(to the left, to the right, upwards, downwards), or goes round (clockwise, anticlockwise). Left is
left on the page. Which way a digit goes, only the order of the frames tells.

Every meaning, a digit and a motion, has several wordings in each language. A quarter of the pairs
of digit and motion is held out: `pairs="train"` never shows them, `"heldout"` shows nothing else.

Letters: T frames, B clips, S side of a frame, s side of a digit. Last axes of size 2 are (y, x).

Source of the idea: Mittal, Marwah and Balasubramanian, Sync-DRAW, 2017.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.data.actions import ActionScene, MovingActions
from lstm_video_lab.data.bouncing import bounce, render, uniforms
from lstm_video_lab.data.digits import Digits

END = "."  # the word that begins and ends every sentence
LANGUAGES: dict[str, tuple[list[str], ...]] = {  # digits, motions, and wordings of a sentence
    "english": (
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ["left and right", "up and down", "to the left", "to the right", "upwards", "downwards",
         "clockwise", "anticlockwise"],
        ["digit {0} moves {2}", "the {0} is moving {2}", "here the number {1} goes {2}"],
    ),
    "german": (
        ["Null", "Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun"],
        ["hin und her", "auf und ab", "nach links", "nach rechts", "nach oben", "nach unten",
         "im Uhrzeigersinn", "gegen den Uhrzeigersinn"],
        ["die Ziffer {0} bewegt sich {2}", "eine {0} wandert {2}", "hier läuft die {1} {2}"],
    ),
}  # fmt: skip
MOTIONS = LANGUAGES["english"][1]
STRAIGHT = ((0, 1), (1, 0), (0, -1), (0, 1), (-1, 0), (1, 0))  # (y, x) of the first six motions
# Digit d makes the motions (d + k) mod 8: which k there are.
PAIRS = {"train": (1, 2, 4, 5, 6, 7), "heldout": (0, 3), "all": tuple(range(len(MOTIONS)))}
SQUARES = [column + line for line in "12345" for column in "abcde"]  # of a path; a1 is top left


def wordings(digit: int, motion: int, language: str = "english") -> list[str]:
    """Every sentence that says that this digit makes this motion, a place in `MOTIONS`."""
    names, phrases, templates = LANGUAGES[language]
    return [template.format(digit, names[digit], phrases[motion]) for template in templates]


def parse(sentence: str, language: str = "english") -> list[int | None]:
    """The digit and the motion that a sentence names; None where it names none, or several."""
    names, phrases, _ = LANGUAGES[language]
    words = f" {sentence} "
    digits = [d for d, name in enumerate(names) if f" {d} " in words or f" {name} " in words]
    motions = [m for m, phrase in enumerate(phrases) if f" {phrase} " in words]
    return [named[0] if len(named) == 1 else None for named in (digits, motions)]


def vocabulary(language: str = "english") -> tuple[str, ...]:
    """END, and then all words of a language in the order of the alphabet."""
    words = set()
    for n in range(10):
        for sentence in wordings(n, n % len(MOTIONS), language):
            words |= set(sentence.split())
    return (END, *sorted(words))


class CaptionedDigits(MovingActions):
    """Clips of one digit with their captions; clip n and its caption are functions of (seed, n).

    digits: a `Digits`; num_frames: T; pairs: which pairs of digit and motion there are, one of
    PAIRS; language: of the captions, one of LANGUAGES. `batch` and `flow` are those of
    `MovingActions`, with its S = 32 and s = 10. Raises ValueError naming a wrong argument.
    """

    def __init__(
        self,
        digits: Digits,
        num_frames: int = 12,
        pairs: str = "train",
        language: str = "english",
        seed: int = 0,
    ) -> None:
        super().__init__(digits, num_frames=num_frames, seed=seed)
        check_choice("pairs", pairs, PAIRS)
        check_choice("language", language, LANGUAGES)
        self.offsets, self.language = np.array(PAIRS[pairs]), language

    def labels(self, index: int, batch_size: int) -> torch.Tensor:
        """The digit of each clip and its motion, a place in MOTIONS: int64 (B, 2)."""
        scene = self.scene(index, batch_size)
        digits = self.digits.labels[scene.chosen[:, 0]]
        return torch.from_numpy(np.stack((digits, scene.labels), 1))

    def captions(self, index: int, batch_size: int) -> list[str]:
        """A caption for each clip, in one of the wordings."""
        u = uniforms(self.seed, index * batch_size, batch_size, 1)[:, 0, 7]  # (B,)
        captions = []
        for (digit, motion), part in zip(self.labels(index, batch_size).tolist(), u, strict=True):
            sentences = wordings(digit, motion, self.language)
            captions.append(sentences[int(part * len(sentences))])
        return captions

    def clip(self, image: int, places: np.ndarray) -> torch.Tensor:
        """One clip, uint8 (T, 1, S, S), of an image of the digits at places (T, 2), parts of the
        box, which is S − s pixels wide.
        """
        corners = (places * (self.image_size - self.digit_size)).astype(np.int64)
        return render(self._images[None, [image]], corners[:, None, None], self.image_size)

    def scene(self, index: int, batch_size: int) -> ActionScene:
        """What `batch` shows, in numbers; of one digit."""
        u = uniforms(self.seed, index * batch_size, batch_size, 1)  # (B, 1, WORDS)
        chosen = (u[..., 0] * len(self.digits.labels)).astype(np.int64)  # (B, 1)
        k = self.offsets[(u[:, 0, 6] * len(self.offsets)).astype(np.int64)]
        motions = (self.digits.labels[chosen[:, 0]] + k) % len(MOTIONS)
        places = paths(motions, u[..., 1:6], self.num_frames)  # (T + 1, B, 1, 2)
        places *= self.image_size - self.digit_size
        moved, met = np.diff(places, axis=0), np.zeros(places[1:, :, 0, 0].shape, bool)
        corners = places[1:].astype(np.int64)
        return ActionScene(chosen, motions, corners, moved, met, self.digit_size)


def paths(motions: np.ndarray, u: np.ndarray, T: int) -> np.ndarray:
    """Places before the first frame and in each, (T + 1, B, D, 2), of digits that move so (B,).

    In parts of the box, which is S − s pixels wide. u (B, D, 5): random numbers in [0, 1).
    """
    time, place, length = np.arange(T + 1)[:, None, None, None], u[..., :2], u[..., 2:3]
    motion = motions[:, None, None]
    step = np.array((*STRAIGHT, (0, 0), (0, 0)))[motions][:, None]  # (B, 1, 2)
    sense = np.where(u[..., 3:4] < 0.5, -1, 1)  # to and fro: which of the two comes first
    to_and_fro = bounce(place, sense * (0.15 + 0.15 * length) * step, T + 1)[0]
    way = (0.5 + 0.4 * length) * step  # of a digit that passes: it meets no wall
    once = place * (1 - abs(way)) + np.maximum(-way, 0) + way * time / T
    turns = np.where(motion == MOTIONS.index("anticlockwise"), -1, 1) / (7 + 5 * u[..., 4:])
    angle = 2 * math.pi * (u[..., 3:4] + turns * time)  # y points down: it grows clockwise
    radius = 0.25 + 0.2 * length
    middle = radius + (1 - 2 * radius) * place
    circle = middle + radius * np.concatenate((np.sin(angle), np.cos(angle)), -1)
    return np.choose(np.digitize(motion, (2, len(STRAIGHT))), (to_and_fro, once, circle))


def waypoints(path: str, T: int) -> np.ndarray:
    """Places (T, 2), parts of the box, of a digit that goes evenly from square to square of a path.

    Raises ValueError for a square that there is not.
    """
    if unknown := set(path.split()) - set(SQUARES):
        raise LabError(f"path: {min(unknown)!r} is no square: use a1 to e5, as in a1 e1 e5")
    stops = np.array([divmod(SQUARES.index(name), 5) for name in path.split()]) / 4  # (K, 2)
    time = np.linspace(0, len(stops) - 1, T)
    return np.stack([np.interp(time, range(len(stops)), part) for part in stops.T], 1)
