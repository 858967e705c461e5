"""A page for each student: what each answer came to, and their picture beside the target.

The pages open offline and hold nothing of a hidden call. All that came from a student is escaped.
"""

from __future__ import annotations

import html
from pathlib import Path

from lstm_video_lab.course.check import CORRECT, SIGNS, img
from lstm_video_lab.course.grading.grade import Graded, slug
from lstm_video_lab.course.grading.gradebook import Book
from lstm_video_lab.course.grading.judging import Record
from lstm_video_lab.files import write_whole

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #999 }
h3 span { font-weight: normal }
img { display: block; margin: .5rem 0 }
.correct { color: #00613f } .incorrect, .error { color: #9c3800 }
blockquote { border-left: 3px solid #999; margin: .5rem 0; padding-left: 1rem }
small { color: #555 }
"""


def write(book: Book, out: Path) -> list[str]:
    """A page for each student in `out`; returns a line for each."""
    out.mkdir(parents=True, exist_ok=True)
    told = []
    for one in book.grading.students:
        path = out / f"{slug(one.submission.student)}.html"
        write_whole(path, page(book, one))
        told.append(f"written: {path}")
    return told


def page(book: Book, one: Graded) -> str:
    """The whole page of a student."""
    grading, points = book.grading, book.points(one)
    most = sum(exercise.points for exercise in grading.exercises.values())
    who = html.escape(one.submission.student)
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{who}</title>'
        f"<style>{STYLE}</style></head><body><h1>Feedback for {who}</h1>",
        f"<p><b>{sum(points):g} of {most} points</b>. Answers were tried on the calls that you "
        f"know from your notebook and on others, drawn anew (seed {grading.seed}).</p>",
    ]
    for note in one.submission.notes:
        parts.append(f"<p><small>{html.escape(note)}</small></p>")
    for name, earned in zip(grading.exercises, points, strict=True):
        parts.append(_exercise(book, name, earned, one))
    return "\n".join([*parts, "</body></html>\n"])


def _exercise(book: Book, number: str, earned: float, one: Graded) -> str:
    exercise, late = book.grading.exercises[number], book.late_days(one, number)
    parts = [f"<h2>{html.escape(exercise.title)}: {earned:g} of {exercise.points}</h2>"]
    if late:
        cost = min(100.0, late * book.late_per_day)
        parts.append(f"<p>{late} days late: {cost:g} % of its points are lost.</p>")
    for name, answer in exercise.answers.items():
        parts.append(_answer(name, answer.points, one.records[name]))
    for name, most in exercise.written.items():
        given = book.marks.get(name, {}).get(one.submission.student)
        told = "not marked yet" if given is None else f"{given:g} of {most}"
        text = one.submission.written.get(name, "")
        parts.append(f"<h3>{html.escape(name)} <span>in words: {told}</span></h3>")
        parts.append(f"<blockquote>{html.escape(text)}</blockquote>" if text else "")
    return "\n".join(parts)


def _answer(name: str, most: int, record: Record) -> str:
    """One answer: sign, outcome, words, hint, picture."""
    earned = most if record.outcome == CORRECT else 0
    kind = record.outcome.replace(" ", "-")
    sign = SIGNS.get(record.outcome, "○")
    parts = [
        f"<h3>{html.escape(name)} <span class={kind!r}>{sign} {record.outcome}, "
        f"{earned} of {most}</span></h3>",
        f"<p>{html.escape(record.words)}</p>",
    ]
    if record.hint:
        parts.append(f"<p><b>Hint:</b> {html.escape(record.hint)}</p>")
    if record.picture:
        parts.append(img(record.picture, record.picture_text))
    return "\n".join(parts)
