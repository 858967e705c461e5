"""A page for each student: what each answer came to, and their picture beside the target.

The pages open offline and hold nothing of a hidden call. All that came from a student is escaped.
"""

from __future__ import annotations

import html
from pathlib import Path

from lstm_video_lab.course.check import CORRECT, SIGNS
from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grade import Graded, Grading, slug
from lstm_video_lab.course.gradebook import points_of
from lstm_video_lab.course.trial import Record
from lstm_video_lab.files import write_whole

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #999 }
h3 span { font-weight: normal }
img { max-width: 100%; display: block; margin: .5rem 0 }
.correct { color: #00613f } .incorrect, .error { color: #9c3800 }
blockquote { border-left: 3px solid #999; margin: .5rem 0; padding-left: 1rem }
small { color: #555 }
"""


def write(grading: Grading, out: Path, marks: dict[str, dict[str, float]]) -> list[str]:
    """A page for each student in `out`; returns a line for each."""
    out.mkdir(parents=True, exist_ok=True)
    told = []
    for one in grading.students:
        path = out / f"{slug(one.submission.student)}.html"
        write_whole(path, page(grading, one, marks))
        told.append(f"written: {path}")
    return told


def page(grading: Grading, one: Graded, marks: dict[str, dict[str, float]]) -> str:
    """The whole page of a student."""
    points = points_of(grading, one, marks)
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
    for exercise, earned in zip(grading.exercises.values(), points, strict=True):
        parts.append(_exercise(exercise, earned, one, marks))
    return "\n".join([*parts, "</body></html>\n"])


def _exercise(
    exercise: Exercise, earned: float, one: Graded, marks: dict[str, dict[str, float]]
) -> str:
    parts = [f"<h2>{html.escape(exercise.title)}: {earned:g} of {exercise.points}</h2>"]
    for name, answer in exercise.answers.items():
        parts.append(_answer(name, answer.points, one.records[name]))
    for name, most in exercise.written.items():
        given = marks.get(name, {}).get(one.submission.student)
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
        text = html.escape(record.picture_text, quote=True)
        parts.append(f'<img alt="{text}" src="data:image/png;base64,{record.picture}">')
    return "\n".join(parts)
