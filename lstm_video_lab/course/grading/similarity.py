"""Answers that are alike: a reason to look, not a verdict."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations
from typing import Any

from lstm_video_lab.course.exercises import STUB, cut_code
from lstm_video_lab.course.grading.grade import Grading

ALIKE = 0.8  # share of common runs of tokens from which two answers are reported
RUN = 6  # tokens in a run
LEAST_RUNS = 12  # shorter answers are alike by chance
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


def similar_pairs(grading: Grading) -> Iterator[list[Any]]:
    """A head, then pairs of students whose answers have most runs of tokens in common."""
    yield ["answer", "one", "other", "alike"]
    pairs: list[tuple[float, list[Any]]] = []
    for exercise in grading.exercises.values():
        for name, answer in exercise.answers.items():
            handed_out = token_runs(cut_code(answer.source).replace(STUB, ""))
            runs = {}
            for graded in grading.students:
                submission = graded.submission
                source = submission.answers.get(name, "")
                runs[submission.student] = token_runs(source) - handed_out
            for one, other, share in _alike(_without_common(runs)):
                pairs.append((share, [name, one, other, f"{share:.2f}"]))
    pairs.sort(key=lambda pair: (-pair[0], pair[1]))
    for _, row in pairs:
        yield row


def _without_common(runs: dict[str, set]) -> dict[str, set]:
    counts = Counter(run for of_student in runs.values() for run in of_student)
    common = {run for run, count in counts.items() if count > COMMON}
    return {student: of_student - common for student, of_student in runs.items()}


def _alike(runs: dict[str, set]) -> Iterator[tuple[str, str, float]]:
    """(student, student, share of runs in common) where they are more alike than by chance."""
    for (one, left), (other, right) in combinations(runs.items(), 2):
        if min(len(left), len(right)) < LEAST_RUNS:
            continue
        share = len(left & right) / len(left | right)
        if share >= ALIKE:
            yield one, other, share


def token_runs(source: str) -> set[tuple[str, ...]]:
    """Runs of tokens, with every name as one word: renaming changes nothing."""
    words = _words(source)
    return {tuple(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}


def _words(source: str) -> list[str]:
    """Up to where it is no Python any more."""
    words: list[str] = []
    with suppress(tokenize.TokenError, IndentationError, SyntaxError, ValueError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            is_docstring = token.type == tokenize.STRING and '"""' in token.string
            if token.type in SKIPPED_TOKENS or is_docstring:
                continue
            is_own_name = token.type == tokenize.NAME and token.string not in KEPT_WORDS
            words.append("name" if is_own_name else token.string)
    return words
