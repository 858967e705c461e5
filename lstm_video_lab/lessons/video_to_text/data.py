"""Captioned digits: films of one moving digit, each with a sentence that says which and how.

Eight motions. A digit goes to and fro between two walls (left and right, up and down), passes once
(to the left, to the right, upwards, downwards), or goes round (clockwise, anticlockwise). Left is
left on the page. Which way a digit goes, only the order of the frames tells.

Every meaning, a digit and a motion, has several wordings in each language. A quarter of the pairs
of digit and motion is held out: `pairs="train"` never shows them, `"heldout"` shows nothing else.

Letters: T frames, B films, S side of a frame, s side of a digit. Last axes of size 2 are (y, x).

Source of the idea: Mittal, Marwah and Balasubramanian, Sync-DRAW, 2017.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from lstm_video_lab.data.actions import ActionScene, MovingActions
from lstm_video_lab.data.bouncing import bounce, uniforms
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


def wordings(digit: int, motion: int, language: str = "english") -> list[str]:
    """Every sentence that says that this digit makes this motion, a place in `MOTIONS`."""
    names, phrases, templates = LANGUAGES[language]
    return [each.format(digit, names[digit], phrases[motion]) for each in templates]


def understand(sentence: str, language: str = "english") -> list[int | None]:
    """The digit and the motion that a sentence names; None where it names none, or several."""
    names, phrases, _ = LANGUAGES[language]
    said = f" {sentence} "
    digits = [d for d, name in enumerate(names) if f" {d} " in said or f" {name} " in said]
    motions = [m for m, phrase in enumerate(phrases) if f" {phrase} " in said]
    return [found[0] if len(found) == 1 else None for found in (digits, motions)]


def vocabulary(language: str = "english") -> tuple[str, ...]:
    """END, and then all words of a language in the order of the alphabet."""
    said = " ".join(" ".join(wordings(n, n % len(MOTIONS), language)) for n in range(10))
    return (END, *sorted(set(said.split())))


class CaptionedDigits(MovingActions):
    """Films of one digit with their captions; film n and its caption are functions of (seed, n).

    digits: a `Digits`; num_frames: T; pairs: which pairs of digit and motion there are, one of
    PAIRS; language: of the captions, one of LANGUAGES. `batch` and `flow` are those of
    `MovingActions`, with its S = 32 and s = 10. Raises ValueError naming a wrong argument.
    """

    def __init__(
        self, digits: Digits, num_frames=12, pairs="train", language="english", seed=0
    ) -> None:
        super().__init__(digits, num_frames=num_frames, seed=seed)
        for name, value, known in (("pairs", pairs, PAIRS), ("language", language, LANGUAGES)):
            if value not in known:
                raise ValueError(f"{name}={value!r} is unknown: choose one of {', '.join(known)}")
        self.offsets, self.language = np.array(PAIRS[pairs]), language

    def labels(self, index: int, batch_size: int) -> torch.Tensor:
        """The digit of each film and its motion, a place in MOTIONS: int64 (B, 2)."""
        scene = self.scene(index, batch_size)
        digits = self.digits.labels[scene.chosen[:, 0]]
        return torch.from_numpy(np.stack((digits, scene.labels), 1))

    def captions(self, index: int, batch_size: int) -> list[str]:
        """A caption for each film, in one of the wordings."""
        u = uniforms(self.seed, index * batch_size, batch_size, 1)[:, 0, 7]  # (B,)
        said = [wordings(d, m, self.language) for d, m in self.labels(index, batch_size).tolist()]
        return [each[int(part * len(each))] for each, part in zip(said, u, strict=True)]

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
