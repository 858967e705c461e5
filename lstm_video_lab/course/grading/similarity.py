"""Answers that are alike: a reason to look, not a verdict.

Right answers to the same equations are alike by themselves. What the solution, its rewrites and the
known mistakes have, and what many students have, tells nothing; the rest is a student's own. Two
answers are reported that share most of what is their own: in form, whatever the names; or in
remarks and rare names, where the form is the obvious one.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations
from typing import Any, NamedTuple

from lstm_video_lab.course.exercises import Answer
from lstm_video_lab.course.grading.grade import Grading

ALIKE = 0.6  # share of own runs of tokens in common from which two answers are reported
RUN = 6  # tokens in a run
LEAST_RUNS = 12  # where fewer are a student's own, the form is the obvious one
LEAST_REMARKS, LEAST_NAMES = 2, 5  # of both and nobody else, and most of what each has
COMMON = 10  # what more students than these have in common is the way to do it, and tells nothing
KEPT_WORDS = frozenset(
    ("torch", "np", "sigmoid", "tanh", "chunk", "stack", "einsum", "zeros", "range", "for", "in")
)
SKIPPED_TOKENS = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
)


class Traits(NamedTuple):
    """What one answer is known by."""

    runs: set[Any]  # of tokens, with every name as one word
    remarks: set[Any]  # of three words or more
    names: set[Any]


def similar_pairs(grading: Grading) -> Iterator[list[Any]]:
    """A head, then pairs of students, those who have most in common first."""
    yield ["answer", "one", "other", "alike", "what they alone have in common"]
    pairs: list[tuple[float, list[Any]]] = []
    for exercise in grading.exercises.values():
        for name, answer in exercise.answers.items():
            own = {}
            for graded in grading.students:
                submission = graded.submission
                if source := submission.answers.get(name):
                    own[submission.student] = traits_of(source)
            own = _without(own, _known(answer))
            for one, other, share, words in _alike(own):
                pairs.append((share, [name, one, other, f"{share:.2f}", words]))
    pairs.sort(key=lambda pair: (-pair[0], pair[1]))
    for _, row in pairs:
        yield row


def _known(answer: Answer) -> Traits:
    """What nobody needs to copy from another student."""
    variants = [*answer.rewrites, *answer.mistakes]
    sources = [answer.source, answer.preamble, *(variant.source for variant in variants)]
    traits = [traits_of(source) for source in sources]
    return Traits(*(set().union(*parts) for parts in zip(*traits, strict=True)))


def _without(students: dict[str, Traits], known: Traits) -> dict[str, Traits]:
    """What is each student's own: neither known nor common in the class."""
    most = min(COMMON, max(4, len(students) // 3))
    own = dict.fromkeys(students, Traits(set(), set(), set()))
    for kind in range(len(known)):
        counts = Counter(trait for traits in students.values() for trait in traits[kind])
        common = {trait for trait, count in counts.items() if count > most} | known[kind]
        for student, traits in students.items():
            kinds = list(own[student])
            kinds[kind] = traits[kind] - common
            own[student] = Traits(*kinds)
    return own


def _alike(students: dict[str, Traits]) -> Iterator[tuple[str, str, float, str]]:
    """(student, student, share in common, words) where they are more alike than by chance."""
    for (one, left), (other, right) in combinations(students.items(), 2):
        shared = [mine & theirs for mine, theirs in zip(left, right, strict=True)]
        runs, remarks, names = map(len, shared)
        shares = []
        if min(len(left.runs), len(right.runs)) >= LEAST_RUNS:
            shares.append(runs / len(left.runs | right.runs))
        else:
            if remarks >= LEAST_REMARKS:
                shares.append(remarks / len(left.remarks | right.remarks))
            if names >= LEAST_NAMES:
                shares.append(names / len(left.names | right.names))
        if shares and max(shares) >= ALIKE:
            words = f"{runs} runs of tokens, {remarks} remarks, {names} names"
            yield one, other, max(shares), words


def traits_of(source: str) -> Traits:
    """What an answer is known by, up to where it is no Python any more."""
    remarks, names = set(), set()
    for token in _tokens(source):
        words = re.findall(r"\w+", token.string.casefold())
        if token.type == tokenize.COMMENT and len(words) >= 3:
            remarks.add(tuple(words))
        elif token.type == tokenize.NAME and len(token.string) > 1:
            names.add(token.string)
    return Traits(token_runs(source), remarks, names)


def token_runs(source: str) -> set[tuple[str, ...]]:
    """Runs of tokens, with every name as one word: renaming changes nothing."""
    words = _words(source)
    return {tuple(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}


def _words(source: str) -> list[str]:
    """Its tokens; a name is one word."""
    words: list[str] = []
    for token in _tokens(source):
        is_docstring = token.type == tokenize.STRING and '"""' in token.string
        if token.type in SKIPPED_TOKENS or is_docstring:
            continue
        is_own_name = token.type == tokenize.NAME and token.string not in KEPT_WORDS
        words.append("name" if is_own_name else token.string)
    return words


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Up to where it is no Python any more."""
    with suppress(tokenize.TokenError, IndentationError, SyntaxError, ValueError):
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
