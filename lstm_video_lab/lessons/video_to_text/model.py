"""From a clip to a sentence: two stacked LSTMs that first read frames, and then write words.

    frames   x₁      x₂   …  x_T      0       0       0        the clip, then zeros
             ↓       ↓       ↓        ↓       ↓       ↓
            LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM       the first never sees a word
             ↓       ↓       ↓        ↓       ↓       ↓
            LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM       the second: h of the first, and
             ↑       ↑       ↑        ↑ ↓     ↑ ↓     ↑ ↓       the word before
    words    0       0    …  0        . the   the 3   3 is     padding, then words

Both LSTMs are shared by reading and writing, and nothing else joins the two: there is no attention.
What a sentence knows of its clip has gone through (h, c) at the end of reading. Only what is
written has a loss.

Letters: T frames, B clips, X numbers of a percept, E of an embedding, H units, V words of the
vocabulary, L words of a sentence with the full stop that begins it (input) or ends it (output),
K beams.

Source: Venugopalan and others, Sequence to Sequence – Video to Text, ICCV 2015 (S2VT).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from lstm_video_lab.checks import LabError
from lstm_video_lab.layers.linear_maps import Linear
from lstm_video_lab.layers.recurrent import LSTM, State

IGNORED = -100  # the target behind the end of a sentence, which cross_entropy leaves out
LONGEST = 12  # words that are written at the most


class Captioner(nn.Module):
    """`(percepts (T, B, X), words (L, B)) → logits (L, B, V)` of the words that follow.

    vocabulary: V words, of which the first begins and ends a sentence. Weights are a function of
    `seed`.
    """

    mean: Tensor  # (X,), of percepts
    spread: Tensor

    def __init__(
        self,
        vocabulary: Sequence[str],
        inputs: int = 128,
        units: int = 128,
        embedding: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.vocabulary = tuple(vocabulary)
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embed_frames = Linear(inputs, embedding)  # the paper: 4096 → 500
            self.embed_words = nn.Embedding(len(vocabulary), embedding)
            self.first = LSTM(embedding, units)
            self.second = LSTM(units + embedding, units)
            self.head = Linear(units, len(vocabulary))

    def standardise(self, percepts: Tensor) -> None:
        """Percepts are shifted and scaled so that these (T, B, X) have mean 0 and spread 1."""
        spread = percepts.std((0, 1))
        self.mean = percepts.mean((0, 1))
        self.spread = spread.clamp_min(0.1 * spread.mean().item())

    def encode(self, percepts: Tensor) -> list[State]:
        """Read: the states (h, c) of both LSTMs after the last frame, each (1, B, H)."""
        frames = self.embed_frames((percepts - self.mean) / self.spread)  # (T, B, E)
        return self._run(frames, torch.zeros_like(frames), [None, None])[1]

    def decode(self, words: Tensor, states: list) -> tuple[Tensor, list[State]]:
        """Write: after words (L, B), the logits (L, B, V) of those that follow, and the states."""
        embedded = self.embed_words(words)  # (L, B, E)
        output, states = self._run(torch.zeros_like(embedded), embedded, states)
        return self.head(output), states

    def _run(self, frames: Tensor, words: Tensor, states: list) -> tuple[Tensor, list[State]]:
        """Both LSTMs over embedded frames and words, (steps, B, E) each: (steps, B, H), states."""
        lower, first = self.first(frames, states[0])
        upper, second = self.second(torch.cat((lower, words), -1), states[1])
        return upper, [first, second]

    def forward(self, percepts: Tensor, words: Tensor) -> Tensor:
        return self.decode(words, self.encode(percepts))[0]


class Mixture:
    """Two captioners that write one sentence: p(word) = share · p_first + (1 − share) · p_second.

    Percepts (T, B, X₁ + X₂) hold those of the first, and behind them those of the second.
    """

    def __init__(self, first: Captioner, second: Captioner, share: float) -> None:
        if first.vocabulary != second.vocabulary:
            raise LabError("two captioners that write together need one vocabulary")
        self.first, self.second, self.share = first, second, share
        self.vocabulary = first.vocabulary

    def encode(self, percepts: Tensor) -> list[State]:
        """The states of the first captioner, and behind them those of the second."""
        X = len(self.first.mean)
        return self.first.encode(percepts[..., :X]) + self.second.encode(percepts[..., X:])

    def decode(self, words: Tensor, states: list) -> tuple[Tensor, list[State]]:
        """Logits (L, B, V) of the next words, and all states."""
        one, states_of_one = self.first.decode(words, states[:2])
        other, states_of_other = self.second.decode(words, states[2:])
        mixed = self.share * one.softmax(-1) + (1 - self.share) * other.softmax(-1)
        return mixed.log(), states_of_one + states_of_other


def tokenise(captions: Sequence[str], vocabulary: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Sentences as input `. the 3 moves` and target `the 3 moves .`, places of words: (L, B) each.

    Raises ValueError for a word that is not in the vocabulary.
    """
    place = {word: k for k, word in enumerate(vocabulary)}
    if unknown := {word for caption in captions for word in caption.split()} - place.keys():
        raise LabError(f"words {sorted(unknown)} are not in the vocabulary: use its {len(place)}")
    rows = [torch.tensor([0, *(place[w] for w in caption.split()), 0]) for caption in captions]
    targets = pad_sequence([row[1:] for row in rows], padding_value=IGNORED)
    return pad_sequence([row[:-1] for row in rows]), targets


def word_scores(model: Captioner, percepts: Tensor, captions: Sequence[str]) -> Tensor:
    """log p(word | words before, clip) of a caption for each clip: (L, B), 0 behind its end."""
    inputs, targets = tokenise(captions, model.vocabulary)
    logits = model(percepts, inputs).movedim(-1, 1)  # (L, V, B)
    return -F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none")


def caption_loss(model: Captioner, percepts: Tensor, captions: Sequence[str]) -> Tensor:
    """Nats per caption: −log p of its words, a mean over the clips."""
    return -word_scores(model, percepts, captions).sum(0).mean()


@torch.no_grad()
def generate(
    model: Captioner | Mixture,
    percepts: Tensor,
    width: int = 1,
    normalise: float = 0.0,
    longest: int = LONGEST,
) -> tuple[list[str], Tensor]:
    """The best sentence for each clip that a beam search finds, and its log p (B,).

    It keeps the `width` best beginnings by log p / length^normalise; with width 1 it is greedy.
    normalise 0: each word costs, so short sentences win; 1: the mean over words counts. The full
    stop is a word of the length; a sentence without one is cut off after `longest` words.
    """
    V, B, states = len(model.vocabulary), percepts.shape[1], model.encode(percepts)
    words = torch.zeros(1, B, 1, dtype=torch.long)  # (L, B, K); K is 1 at first
    score, length = torch.zeros(2, B, 1)
    for _ in range(longest):
        logits, states = model.decode(words[-1:].flatten(1), states)
        more = logits[0].log_softmax(-1).view(B, -1, V)  # (B, K, V)
        ended = (words[-1] == 0) & (length > 0)  # (B, K): goes on with more full stops, for nothing
        more[ended] = torch.where(torch.arange(V) == 0, 0.0, -torch.inf)
        total, lengths = score[..., None] + more, length + ~ended  # (B, K, V), (B, K)
        rank = (total / lengths[..., None] ** normalise).flatten(1)
        best = rank.topk(min(width, rank.shape[1]))[1]  # (B, new K)
        parent = best // V  # the beam that it continues
        score, length = total.flatten(1).gather(1, best), lengths.gather(1, parent)
        words = torch.cat((words.gather(2, parent.expand(len(words), -1, -1)), best[None] % V))
        row = (torch.arange(B)[:, None] * more.shape[1] + parent).flatten()
        states = [(h[:, row], c[:, row]) for h, c in states]
    captions = []
    for row in words[:, :, 0].T.tolist():
        captions.append(" ".join(model.vocabulary[k] for k in row if k))
    return captions, score[:, 0]


def black_out(frames: Tensor, count: int = 1) -> Tensor:
    """A clip (T, 1, S, S), and for each frame one in which `count` frames about it are black:
    (T, 1 + T, S, S).
    """
    clips = frames.repeat(1, 1 + len(frames), 1, 1)
    for t in range(len(frames)):
        clips[max(0, t - (count - 1) // 2) : t + count // 2 + 1, 1 + t] = 0
    return clips


@torch.no_grad()
def word_losses(model: Captioner, percepts: Tensor, caption: str) -> Tensor:
    """By how much the log p of each word falls with each frame that is blacked out: (L, T).

    percepts (T, 1 + T, X): of the clips that `black_out` makes.
    """
    scores = word_scores(model, percepts, [caption] * percepts.shape[1])  # (L, 1 + T)
    return scores[:, :1] - scores[:, 1:]
