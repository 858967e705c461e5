"""The guesses of lesson 10."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.features.experiment import LARGEST, chances
from lstm_video_lab.questions import Question

BOTH, LONGER, ONLY_SHORTER, NEITHER = (
    "Wider and shorter: both halves hold",
    "Wider, but not shorter",
    "Shorter, but not wider",
    "Neither: the eye was led",
)


def _which_half(shapes: Any) -> str:
    is_wider = min(chances(shapes, "width").values()) > 0.6
    is_shorter = max(chances(shapes, "length").values()) < 0.4
    if is_wider:
        return BOTH if is_shorter else LONGER
    return ONLY_SHORTER if is_shorter else NEITHER


def _listed(shapes: Any, measure: str) -> str:
    return ", ".join(f"{gate} {chance:.2f}" for gate, chance in chances(shapes, measure).items())


DIFFERS = Question(
    "features/differs",
    f"The {LARGEST} largest features of each kind are measured. Are output features wider and "
    "shorter than input features, as the claim has it?",
    {
        BOTH: "So we had read it. One half of it holds here.",
        LONGER: "The chances below say otherwise.",
        ONLY_SHORTER: "A unit draws with a thicker brush than it reads with.",
        NEITHER: "Your eye was right about one half.",
    },
    _which_half,
    lambda shapes: (
        "Chance that an output feature has the larger width than an input feature, ½ if "
        f"there is no difference: {_listed(shapes, 'width')}. The same for the length: "
        f"{_listed(shapes, 'length')}; for the elongation: {_listed(shapes, 'elongation')}."
    ),
)

LITTLE, LESS, AS_MUCH = (
    "Hardly anything: below a quarter of the trained one's",
    "Less, but a good deal",
    "As much, or more",
)


def _ratio(fires: dict[str, Any]) -> float:
    return fires["untrained"]["encoder"]["none"] / fires["trained"]["encoder"]["none"]


UNTRAINED = Question(
    "features/untrained",
    "In the trained encoder, the place of a digit explains a part of the variance of a unit. How "
    "much does it explain in an untrained encoder, all of whose weights are noise?",
    {
        LITTLE: "Noise is no reason to know nothing: it is a fixed noise.",
        LESS: "Noise is no reason to know less: it is a fixed noise.",
        AS_MUCH: "Training has put something there that noise has not.",
    },
    lambda fires: LITTLE if _ratio(fires) < 0.25 else LESS if _ratio(fires) < 0.8 else AS_MUCH,
    lambda fires: (
        "In the trained encoder it explains "
        f"{100 * fires['trained']['encoder']['none']:.0f} % of the variance of the median unit, in "
        f"the untrained one {100 * fires['untrained']['encoder']['none']:.0f} %. Any sum over the "
        "pixels of a frame depends on where the digit is, with random weights too. That a unit is "
        "tuned to a place is no sign of learning. In the decoder, which sees no frames, it is: "
        "there the untrained network has "
        f"{100 * fires['untrained']['future decoder']['none']:.0f} % and the trained one "
        f"{100 * fires['trained']['future decoder']['none']:.0f} %."
    ),
)

HARDLY, SOMEWHAT, CLOSELY = (
    "Hardly: a correlation below 0.3",
    "Somewhat: from 0.3 to 0.6",
    "Closely: above 0.6",
)


def _own(fires: dict[str, Any]) -> float:
    return fires["trained"]["agreement"]["own"]


def _agreements(fires: dict[str, Any], stored: dict[str, Any]) -> str:
    trained, untrained = fires["trained"]["agreement"], fires["untrained"]["agreement"]
    others = ", ".join(
        f"{network['trained']['firing']['agreement']['own']:+.2f}" for network in stored["networks"]
    )
    return (
        f"The median correlation is {trained['own']:+.2f}. With another unit's drawing it is "
        f"{trained['another']:+.2f}, and in the untrained network {untrained['own']:+.2f}. In the "
        f"small stored networks it is {others}."
    )


AGREE = Question(
    "features/agree",
    "How closely do the two maps of a unit of the trained decoder agree: where it fires, and where "
    "it draws?",
    {
        HARDLY: "They were made in two ways, and still tell of the same thing.",
        SOMEWHAT: "More than somewhat, for maps that were made in two ways.",
        CLOSELY: "They agree less than that.",
    },
    lambda fires, stored: (
        HARDLY if _own(fires) < 0.3 else SOMEWHAT if _own(fires) <= 0.6 else CLOSELY
    ),
    _agreements,
)
