"""What lesson 15 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.video_to_text.experiment import SEEDS, TESTS, across_seeds
from lstm_video_lab.lessons.video_to_text.mixed_captioners import HALF, across_shares, of_two
from lstm_video_lab.questions import Question

SEEN, HELDOUT = TESTS

HARDLY = "hardly any: under 5 %"
SOME = "some: 5 to 30 %"
MOST = "most: over 30 %"


def _share_changed(changed: dict[int, float], *_: Any) -> str:
    if changed[5] > 0.3:
        return MOST
    return SOME if changed[5] > 0.05 else HARDLY


def _what_beams_change(
    changed: dict[int, float], likelier: float, right: dict[str, float], made: str
) -> str:
    listed = ", ".join(f"{share:.1%} with K = {k}" for k, share in changed.items())
    said = ", ".join(f"{share:.1f} % {how}" for how, share in right.items())
    return (
        f"Changed: {listed} ({made}). With K = 5, {likelier:.1%} are likelier than the greedy "
        f"ones. Digit and motion are right in {said}. Where sentences differ, it is mostly in the "
        "wording, which is a coin toss here: whoever wins it by a hair is changed for whoever wins "
        "the whole. In free language there is more to gain."
    )


BEAM = Question(
    "video_to_text/beam",
    "A beam of 5 instead of greedy writing: how many sentences about the test clips change?",
    {
        HARDLY: "If one word led to the next without a choice. But three wordings are nearly "
        "equally likely.",
        SOME: "The first word decides the wording; more, or less, often than you thought.",
        MOST: "Greedy writing is not as blind as that: its first word mostly begins the best one.",
    },
    _share_changed,
    _what_beams_change,
)

UNDER_10 = "under 10"
TO_30 = "10 to 30"
OVER_30 = "over 30"


def _how_bad(bad: dict[str, float], good: dict[str, float]) -> str:
    if bad["BLEU"] > 30:
        return OVER_30
    return TO_30 if bad["BLEU"] >= 10 else UNDER_10


STRANGERS = Question(
    "video_to_text/strangers",
    "For each test clip we hand in the caption of the next clip, which shows something else. What "
    "is the BLEU of that?",
    {
        UNDER_10: "So it should be, if BLEU counted what is said. It counts words, and sentences "
        "share them.",
        TO_30: "Sentences share words; how many depends on how small the language is.",
        OVER_30: "Runs of words count, and the words that matter break most of them.",
    },
    _how_bad,
    lambda bad, good: (
        f"BLEU {bad['BLEU']:.1f}, chrF {bad['chrF']:.1f}, though digit and motion are both right "
        f"in {bad['both']:.1f} % only. The model above: "
        + ", ".join(f"{name} {value:.1f}" for name, value in good.items())
        + "."
    ),
)

NOT_AT_ALL = "not at all: within 5 points"
TO_40 = "by 5 to 40 points"
MORE = "by more than 40 points"


def _both(result: dict[str, Any], test: str) -> tuple[float, float]:
    return across_seeds(result, "frames", "both", test)


def _fall(result: dict[str, Any]) -> str:
    fall = _both(result, SEEN)[0] - _both(result, HELDOUT)[0]
    if fall > 40:
        return MORE
    return TO_40 if fall > 5 else NOT_AT_ALL


def _why_fall(result: dict[str, Any]) -> str:
    (seen, of_seen), (new, of_new) = _both(result, SEEN), _both(result, HELDOUT)
    return (
        f"To {new:.1f} ± {of_new:.1f} %, from {seen:.1f} ± {of_seen:.1f} % ({len(SEEDS)} seeds, "
        f"{result['sizes']['steps']} steps, {result['scale']} scale). It does put old words "
        "together to a new sentence, more often than not; but a good part of what it can do is "
        "tied to the pairs it has learned."
    )


NEW_PAIRS = Question(
    "video_to_text/new_pairs",
    "Some captions of seen pairs name digit and motion right. By how much does that share fall on "
    "held-out pairs?",
    {
        NOT_AT_ALL: "So a person would do, who knows every digit and every motion.",
        TO_40: "It learned pairs, and it learned parts. The balance is another.",
        MORE: "A list learned by heart would fall so far. It does know the parts.",
    },
    _fall,
    _why_fall,
)

WITHIN = "hardly: by less than 5 points"
LESS = "by 5 to 20 points"
FAR_LESS = "by more than 20 points"


def _lost(result: dict[str, Any], name: str) -> float:
    return across_seeds(result, "frames", "motion")[0] - across_seeds(result, name, "motion")[0]


def _what_shuffling_costs(result: dict[str, Any]) -> str:
    lost = _lost(result, "shuffled")
    if lost > 20:
        return FAR_LESS
    return LESS if lost > 5 else WITHIN


SHUFFLED = Question(
    "video_to_text/shuffled",
    "By how many points (% of clips) is the motion named right less often here, with frames "
    "shuffled?",
    {
        WITHIN: "So it is in the paper, whose clips say a lot in any frame. Ours do not.",
        LESS: "Half of the motions can be told from others without the order; which half?",
        FAR_LESS: "Much of a motion can be told from the places alone, in any order.",
    },
    _what_shuffling_costs,
    lambda result: (
        f"Shuffling costs {_lost(result, 'shuffled'):.1f} points of motion, mean pooling "
        f"{_lost(result, 'mean pool'):.1f}. Real clips say a lot in any frame: a pan on a stove is "
        "“a man is cooking”, in any order. In ours left and right differ in their order and in "
        "nothing else."
    ),
)

ALIKE = "neither: they are alike"
SHUFFLED_AHEAD = "the frames shuffled"
MEAN_AHEAD = "the mean of all frames"


def _ahead(result: dict[str, Any]) -> str:
    mean, shuffled = (result["means"][name]["BLEU"] for name in ("mean pool", "shuffled"))
    noise = max(mean["spread"], shuffled["spread"])
    if abs(shuffled["mean"] - mean["mean"]) < 2 * noise:
        return ALIKE
    return SHUFFLED_AHEAD if shuffled["mean"] > mean["mean"] else MEAN_AHEAD


def _why_ahead(result: dict[str, Any]) -> str:
    listed = "; ".join(
        f"{name}: BLEU {of['BLEU']['mean']:.1f} ± {of['BLEU']['spread']:.1f}, the three digits "
        f"{of['in any order']['mean']:.0f} %, all in order {of['in order']['mean']:.0f} %"
        for name, of in result["means"].items()
    )
    return f"{listed} ({len(result['made']['seeds'])} seeds, {result['scale']} scale)."


MEAN_OR_SHUFFLED = Question(
    "video_to_text/mean_or_shuffled",
    "Three digits one after another. In order is best, surely. Who is second: the mean of all "
    "frames, or the frames shuffled?",
    {
        ALIKE: "Neither knows which digit was first. But one of them has lost more than that.",
        SHUFFLED_AHEAD: "Shuffled frames show each digit by itself, and that should help. Here it "
        "did not.",
        MEAN_AHEAD: "A wrong order is wrong each time in another way, so it does not mislead: it "
        "is learned to be ignored.",
    },
    _ahead,
    _why_ahead,
)

NEVER = "less than 3 %"
BY_CHANCE = "about 10 %: the share of a guess"
OFTEN = "20 % or more"


def _digit_by_flow(result: dict[str, Any]) -> str:
    share = across_seeds(result, "flow", "digit", HELDOUT)[0]
    if share < 3:
        return NEVER
    return BY_CHANCE if share < 20 else OFTEN


FLOW_ALONE = Question(
    "video_to_text/flow_alone",
    "A captioner that is given flow alone sees a square move, and not what is in it. On held-out "
    "pairs, how often will it name the digit right?",
    {
        NEVER: "It would have to know which digit it is not. Does it?",
        BY_CHANCE: "A guess among ten would do so. But it does not guess among ten: it has learned "
        "which digits make this motion.",
        OFTEN: "There is nothing of the digit in its input.",
    },
    _digit_by_flow,
    lambda result: (
        f"{across_seeds(result, 'flow', 'digit', HELDOUT)[0]:.1f} % on held-out pairs, "
        f"{across_seeds(result, 'flow', 'digit')[0]:.1f} % on seen ones. It knows the motion, and "
        "which digits never made it. Held-out digits are just those. Its BLEU on seen pairs is "
        f"still {across_seeds(result, 'flow', 'BLEU')[0]:.1f}, with digit and motion both right in "
        f"{across_seeds(result, 'flow', 'both')[0]:.1f} %."
    ),
)

JOINED = "the one that is given both"
AS_GOOD = "alike: within 5 points"
TWO = "the two that write together"


def _half(mixed: dict[str, Any], test: str) -> tuple[float, float]:
    return across_shares(mixed, test, "both")[HALF]


def _better_of_both(result: dict[str, Any], mixed: dict[str, Any]) -> str:
    gain = _half(mixed, HELDOUT)[0] - across_seeds(result, "frames and flow", "both", HELDOUT)[0]
    if abs(gain) < 5:
        return AS_GOOD
    return TWO if gain > 0 else JOINED


def _what_mixing_gives(result: dict[str, Any], mixed: dict[str, Any]) -> str:
    rows = {
        "two that write together": _half(mixed, HELDOUT),
        "one that is given both": across_seeds(result, "frames and flow", "both", HELDOUT),
        "frames alone": across_seeds(result, "frames", "both", HELDOUT),
        "two captioners of frames, mixed": of_two(mixed, HELDOUT, "both"),
    }
    listed = ", ".join(
        f"{name} {mean:.1f} ± {spread:.1f} %" for name, (mean, spread) in rows.items()
    )
    return (
        f"Both right on held-out pairs: {listed} ({len(SEEDS)} seeds). That it is two captioners "
        "is not the reason: two of frames gain little."
    )


ONE_OR_TWO = Question(
    "video_to_text/one_or_two",
    "Which names digit and motion right more often on held-out pairs: one captioner that is given "
    "frames and flow, or one of frames and one of flow whose words are averaged?",
    {
        JOINED: "It sees all at once, and so it also learns which digit goes with which motion. "
        "That is the hint that is wrong here.",
        AS_GOOD: "Both know the same. But only one of them could learn pairs.",
        TWO: "So it would be, if the digit came from the one that sees digits, the motion from the "
        "one that sees motion, and nobody had learned what goes with what.",
    },
    _better_of_both,
    _what_mixing_gives,
)
