"""What lesson 16 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab.lessons.pixel_by_pixel.two_places import (
    costs_alone,
    expected,
    two_places,
    whole_cost,
)
from lstm_video_lab.questions import Question

ONCE = "as much as the one yes or no"
TWICE = "twice as much: it pays in both places"
EACH_TIME = "as much again for every pixel that differs"


def _why_each_time(p: float) -> str:
    _, pictures = two_places()
    futures, chances = pictures.reshape(2, -1), np.array([p, 1 - p])
    alone = expected(costs_alone(futures, chances), chances).sum()
    whole = whole_cost(chances)
    return (
        f"As a whole the future costs {whole:.3f} nats, pixel by pixel {alone:.1f}: "
        f"{alone / whole:.0f} times as much. No pixel is wrong about itself. But each is asked "
        "anew what the first has already settled."
    )


ONE_YES_OR_NO = Question(
    "pixel_by_pixel/one_yes_or_no",
    "What does the future cost, added up over the pixels, if each pixel is given its own right "
    "probability and does not know of the others?",
    {
        ONCE: "So it would be if each pixel were told those before it: then the first one settles "
        "it.",
        TWICE: "Two places, but each of them has many pixels, and none is told what its neighbour "
        "knows.",
        EACH_TIME: "Every pixel is right about itself, and yet the sum is too high.",
    },
    EACH_TIME,
    _why_each_time,
)

FRAMES = "between 1 and 2: frames learn of frames"
PIXELS = "between 2 and 3: pixels learn of pixels"


def _where_nats_go(nats: dict[str, Any]) -> str:
    first, second, third = (line[-1].item() for line in nats.values())
    return FRAMES if first - second > second - third else PIXELS


def _why_nats_go(nats: dict[str, Any]) -> str:
    first, second, third = (line[-1].item() for line in nats.values())
    return (
        f"In the last frame {first:.1f} nats if nobody knows, {second:.1f} if frames know of "
        f"frames, {third:.1f} if pixels know of pixels. Whoever does not know where the digit went "
        "pays in every place where it may be."
    )


STAIRCASE = Question(
    "pixel_by_pixel/staircase",
    "From model 1 to model 3, where do most of the nats go in the last frame?",
    {
        FRAMES: "The frames before tell where the digit is. In this run its own pixels tell even "
        "more.",
        PIXELS: "Within a frame the first pixels of a digit give the others away. But the frames "
        "before have told most of it already.",
    },
    _where_nats_go,
    _why_nats_go,
)

STAY = "they stay whole: it has learned what digits look like"
BLUR = "they blur, as in lesson 05"
FALL_APART = "they fall apart"
WholeShares = dict[str, list[float]]  # "true" and "written" → share of whole digits, by frame


def _how_it_writes(whole: WholeShares, _: int) -> str:
    return FALL_APART if whole["written"][-1] < 0.8 * whole["true"][-1] else STAY


def _why_it_writes(whole: WholeShares, count: int) -> str:
    shares = ", ".join(f"{share:.0%}" for share in whole["written"])
    return (
        f"Frames whose ink is one piece, of {count} clips that it wrote, frame by frame: {shares}; "
        f"in the true clips {whole['true'][-1]:.0%} in the last. One wrong pixel, and the next is "
        "written beside it: who is right at a pixel with P = 0.99 gets all 256 of a frame right in "
        f"{0.99**256:.0%} of the cases."
    )


WRITES_ON = Question(
    "pixel_by_pixel/writes_on",
    "Its digits are whole in the frames that it was shown. What becomes of them in those that it "
    "writes?",
    {
        STAY: "It has learned what pixel follows true pixels. Its own are soon none of those.",
        BLUR: "A blur needs greys, and it must choose black or white at each pixel.",
        FALL_APART: "It commits itself, and keeps to what it wrote; and what it wrote is soon no "
        "digit.",
    },
    _how_it_writes,
    _why_it_writes,
)


def _of_draws(shares: list[float]) -> str:
    return f"{np.mean(shares):.0%} ± {100 * np.std(shares, ddof=1):.0f}"


NOISE = "noise"
STRAIGHT = "mortar in straight lines, bricks of wrong sizes"
AS_SAMPLE = "bricks as in the sample"
WINDOW = Question(
    "pixel_by_pixel/window",
    "New bricks are grown with a window of 3×3 pixels. What will they look like?",
    {
        NOISE: "Each pixel has to fit its neighbours somewhere in the sample: that is far from "
        "noise.",
        STRAIGHT: "It sees so much, and not both ends of a brick.",
        AS_SAMPLE: "For that it would have to see how long a brick is. Its window shows one pixel "
        "to each side.",
    },
    STRAIGHT,
    lambda known: (
        "A window of 3 knows that mortar goes on straight, but not where a brick ends: it cannot "
        "see both ends. Share of all 6×6 pieces whose mortar lies as somewhere in the sample, "
        "five draws each: "
        + ", ".join(f"window {w} {_of_draws(shares)}" for w, shares in known.items())
        + ". The largest windows find few places that look alike, and copy."
    ),
)

UNIFORM = "uniform"
HISTOGRAM = "histogram"
PLACES = "histogram of each place"
TABLE = "table of neighbours"
PACKED = "packed (lzma)"
CHEAPEST = Question(
    "pixel_by_pixel/cheapest",
    "Which of these needs the fewest bits for a pixel of a test digit?",
    {
        UNIFORM: "It knows nothing: 4 bits for one of 16 levels, everywhere.",
        HISTOGRAM: "It knows that most pixels are black, and not which.",
        PLACES: "It knows where ink is likely. But a pixel's neighbours say more than its place.",
        TABLE: "Two neighbours say a lot, and yet something here says more.",
        PACKED: "It looks for repeated bytes, and has to learn its table as it goes.",
    },
    lambda levels: min(levels, key=lambda name: levels[name]),
    lambda levels: (
        "Bits per pixel: "
        + ", ".join(f"{name} {bits:.2f}" for name, bits in levels.items())
        + ". The table looks up what came, in the training digits, after the same two neighbours, "
        "the one to the left and the one above. With more neighbours it would hardly meet a "
        "context twice."
    ),
)

MEMORY = "memory and the pixel before"
NEIGHBOURS = "the 12 neighbours, no memory"


def _means(result: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Model → bits per pixel of test digits, mean and spread over seeds."""
    found = {}
    for name, runs in result["models"].items():
        bits = [run["test"] for run in runs]
        found[name] = (float(np.mean(bits)), float(np.std(bits, ddof=1)))
    return found


def _which_alone(result: dict[str, Any]) -> str:
    means = _means(result)
    memory, neighbours = (
        means[name][0] for name in ("memory, pixel before", "neighbours, no memory")
    )
    return MEMORY if memory < neighbours else NEIGHBOURS


WHAT_COUNTS = Question(
    "pixel_by_pixel/what_counts",
    "Memory, or neighbours: each alone, which is the better model of digits?",
    {
        MEMORY: "Memory could know all that was written. It has to find it out from one pixel at "
        "a time.",
        NEIGHBOURS: "Twelve neighbours see a stroke, and not the digit. Here the digit was worth "
        "more.",
    },
    _which_alone,
    lambda result: (
        "Bits per pixel of test digits, three seeds each: "
        + "; ".join(f"{name} {mean:.3f} ± {of:.3f}" for name, (mean, of) in _means(result).items())
        + f". Stored results, {result['steps']} steps, {result['scale']} scale. Twelve neighbours "
        "say most of what there is to say; memory finds nearly as much by itself, from one pixel "
        "at a time; both together gain a little more."
    ),
)

CLEAR = "the clearest digits"
EMPTY = "plain strokes, and empty images"
ONLY_NOISE = "noise"


def _at_a_half(empty: dict[float, float], *_: Any) -> str:
    return EMPTY if empty[0.5] > 2 * empty[1.0] else CLEAR


TEMPERATURE = Question(
    "pixel_by_pixel/temperature",
    "At temperature 0.5 the network takes what is likely nearly every time. What comes out?",
    {
        CLEAR: "Each pixel is a likely one. But a stroke has to begin somewhere, and where it may "
        "begin, black is the likeliest single grey.",
        EMPTY: "Where a stroke may begin, black is the likeliest grey. Here it began all the same.",
        ONLY_NOISE: "Noise comes from taking the unlikely: that is a temperature above 1.",
    },
    _at_a_half,
    lambda empty, made: (
        "Nearly empty images: "
        + ", ".join(f"{share:.0%} at {heat:g}" for heat, share in empty.items())
        + ". Ink comes in 15 greys, and black in one. So in the middle of the first row some ink "
        "may be likelier than none, and yet no single grey as likely as black: sharpened, black "
        "wins. The likeliest image is not a typical one. At 1.0 they are what the model believes "
        f"in ({made})."
    ),
)

HELP = "yes, weighted ones miss by less"
SAME = "no difference"
HARM = "no, they miss by more"


def _do_weights_help(errors: dict[str, list[float]]) -> str:
    gained = float(np.mean(errors["looking back"]) - np.mean(errors["weighted"]))
    if abs(gained) <= 0.005:
        return SAME
    return HELP if gained > 0 else HARM


def _times_nearer(errors: dict[str, list[float]]) -> int:
    pairs = zip(errors["weighted"], errors["looking back"], strict=True)
    return sum(weighted < back for weighted, back in pairs)


WEIGHTS = Question(
    "pixel_by_pixel/weights",
    "Completions are compared with the true right half, pixel by pixel. Do the weights help?",
    {
        HELP: "What comes behind the hole is known, and the weights use it. Too few draws fitted.",
        SAME: "The known pixels behind the hole do say something of what is in it.",
        HARM: "They choose among draws by what is true behind the hole: that does no harm.",
    },
    _do_weights_help,
    lambda errors: (
        f"Mean difference of a hidden pixel, 0 to 1, over {len(errors['weighted'])} test digits: "
        + ", ".join(f"{name} {np.mean(values):.3f}" for name, values in errors.items())
        + f". Weighted is nearer than looking back in {_times_nearer(errors)} of them. The mean "
        "digit risks nothing; a completion commits itself, and pays where it is wrong."
    ),
)

CHANNELS = ("red", "green", "blue")
MOVES = "blue becomes the dearest, and the whole digit costs about the same"
STAYS = "red stays the dearest: it is in most inks"
DEARER = "blue becomes the dearest, and the whole digit costs a good deal more"
Costs = dict[str, list[float]]  # by which is first → bits per symbol of red, green and blue


def _other_order(costs: Costs, *_: Any) -> str:
    red_first, blue_first = costs.values()
    if max(blue_first) != blue_first[2]:
        return STAYS
    return DEARER if sum(blue_first) > 1.1 * sum(red_first) else MOVES


def _in_words(costs: Costs) -> str:
    parts = []
    for first, bits in costs.items():
        each = ", ".join(f"{n} {b:.2f}" for n, b in zip(CHANNELS, bits, strict=True))
        parts.append(f"{first}: {each}, together {sum(bits):.2f}")
    return "; ".join(parts)


CHANNEL = Question(
    "pixel_by_pixel/channel",
    "Red is written first, and costs by far the most bits. A second network writes blue first, "
    "then green, then red. What changes?",
    {
        MOVES: "So the chain rule would have it: a product of chances is the same in any order. "
        "This run is an exception.",
        STAYS: "Whoever is written first has to tell where ink is and how much, and pays for it.",
        DEARER: "Whoever knows the true chances pays the same for the whole in any order: that is "
        "the chain rule.",
    },
    _other_order,
    lambda costs, counted, made: (
        f"Bits for a pixel's symbols, {_in_words(costs)}. The first channel tells where ink is and "
        "how much; once the ink is known, the others follow. The whole is −log P(image), and the "
        "chain rule holds in any order: what is left between the two sums is what two trainings "
        f"differ by ({made}; counting alone, red first, per symbol: "
        + ", ".join(f"{name} {bits:.2f}" for name, bits in counted.items())
        + ")."
    ),
)
