"""What the two large models of the box have cost, and what a clip costs them."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_video_lab.models import VideoModel
from lstm_video_lab.pretrained import load_pretrained

PAIR = {"fully connected": "fc-two-digits", "convolutional": "convlstm-two-digits"}


@dataclass(frozen=True)
class Cost:
    """Of one trained model: what it is made of, what its training took, what a clip takes.

    clips, hours: of all trainings, with those that it was started from; multiplications: for one
    clip, 10 frames seen, recalled, and 10 predicted.
    """

    units: int
    parameters: int
    clips: int
    hours: float
    multiplications: int


def cost_of(model: VideoModel) -> Cost:
    """Cost of a model of the box, from its card."""
    card = model.card
    assert card is not None, "a model of the box has a card"
    trainings = [card, *card.get("ancestors", [])]
    clips = sum(one["steps"] * one["settings"]["batch_size"] for one in trainings)
    return Cost(
        units=_units(model),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        clips=clips,
        hours=sum(one["seconds"] for one in trainings) / 3600,
        multiplications=multiplications(model),
    )


def table_of_costs() -> str:
    """The pair of the box, a line for each."""
    heads = ("numbers in h", "parameters", "clips seen", "hours", "million products a clip")
    lines = [f"{'':<17}" + "".join(f"{head:>{len(head) + 3}}" for head in heads)]
    for words, name in PAIR.items():
        one = cost_of(load_pretrained(name))
        million = one.multiplications / 1e6
        cells = (f"{one.units:,}", f"{one.parameters:,}", f"{one.clips:,}", f"{one.hours:.1f}",
                 f"{million:,.0f}")  # fmt: skip
        row = zip(cells, heads, strict=True)
        lines.append(f"{words:<17}" + "".join(f"{cell:>{len(head) + 3}}" for cell, head in row))
    return "\n".join(lines)


def _units(model: VideoModel) -> int:
    """Numbers that h holds: units, or maps times places."""
    units = model.settings.units
    assert isinstance(units, int)  # of one layer
    return units * _places(model)


def _places(model: VideoModel) -> int:
    """At how many places each weight is used in a step: 1 in a fully connected model."""
    s = model.settings
    return (s.image_size // s.patch) ** 2 if s.cell == "convlstm" else 1


def multiplications(model: VideoModel, seen: int = 10, ahead: int = 10) -> int:
    """Multiplications by weights for one clip; the few of gates and peepholes are left out.

    Each weight is used once in each step, at every place.
    """
    steps = {"encoder": seen, "decoders.reconstruction": seen, "decoders.future": ahead}
    total = 0
    for part, count in steps.items():
        for name, weight in model.named_parameters():
            is_product = weight.dim() >= 2 and "peephole" not in name
            if name.startswith(part) and is_product:
                total += count * weight.numel() * _places(model)
    return total
