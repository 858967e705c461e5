"""`lstm-video-lab grade`: a folder of submissions becomes a gradebook."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_video_lab import quota
from lstm_video_lab.commands import flags, needs

if TYPE_CHECKING:
    from lstm_video_lab.course.exercises import Exercise
    from lstm_video_lab.course.grading.agreements import Agreements
    from lstm_video_lab.course.grading.grade import GradedSubmission, Grading
    from lstm_video_lab.course.grading.gradebook import Book
    from lstm_video_lab.course.grading.roster import Roster

MEMORY_OF_A_JOB = 10**9  # bytes: nbval, a kernel and a sandbox with torch, and an answer


def jobs_that_feed() -> int:
    """Batches of answers that may run at once: as many as there are processors and memory for."""
    processors = math.ceil(min(quota.cores(), quota.cpu_quota()))
    return max(1, min(processors, int(needs.free_memory() / MEMORY_OF_A_JOB)))


def add_grade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("submissions", type=Path, help="folders of students, or loose notebooks")
    parser.add_argument("--out", type=Path, required=True, help="folder for grades and feedback")
    parser.add_argument(
        "--solutions", type=Path, default=Path("solutions"), help="folder of the solutions"
    )
    parser.add_argument("--seed", type=flags.number(0), help="of the hidden calls; none: anew")
    parser.add_argument(
        "--jobs",
        type=flags.number(1),
        help="batches of answers at once; none: as the machine feeds",
    )
    parser.add_argument("--due", default="", help="date or time until when, as 2026-12-01T18:00")
    parser.add_argument(
        "--late-per-day",
        type=float,
        default=None,
        help="per cent of what was earned that each late day costs, 0 to 100",
    )
    parser.add_argument(
        "--roster", type=Path, default=None, help="table of the class: name, id, section"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="grade this student or exercise; all others stay as they were graded",
    )
    parser.add_argument(
        "--accept-limits",
        action="store_true",
        help="grade also where answers can read your files and change them",
    )
    parser.add_argument(
        "--explain",
        nargs=2,
        metavar=("STUDENT", "ANSWER"),
        help="grade nothing; show what a mark rests on: verdict, code, each call with both results",
    )
    parser.add_argument(
        "--all", action="store_true", help="with --explain: all numbers of long tensors"
    )


def run_grade(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.exercises import read_exercises
    from lstm_video_lab.course.grading import course_file, file_times, gradebook
    from lstm_video_lab.course.grading.grade import students_in
    from lstm_video_lab.course.grading.roster import read_roster
    from lstm_video_lab.course.grading.students import names_in

    questions = {
        name: exercise.written for name, exercise in read_exercises(arguments.solutions).items()
    }
    said = arguments.due, arguments.late_per_day, arguments.roster
    agreed = course_file.read_agreements(arguments.out, questions, *said)
    roster = None
    if agreed.roster:
        known = names_in(arguments.submissions, questions), students_in(arguments.out)
        roster = read_roster(agreed.roster, *known)
    if arguments.explain:
        return _explain(arguments, agreed, roster)
    if arguments.all:
        raise ValueError("--all goes with --explain STUDENT ANSWER, whose numbers it shows")
    grading = _grade(arguments, agreed, roster)
    book = gradebook.read_book(grading, arguments.out, agreed, roster)
    odd_times = file_times.note_odd_times(book, arguments.out)
    for line in _write(arguments, book, roster):
        print(line)
    print(f"seed {grading.seed}, sandbox {grading.level}")
    for line in odd_times:
        print(line)
    return _name_what_is_odd(book, roster)


def _explain(arguments: argparse.Namespace, agreed: Agreements, roster: Roster | None) -> int:
    from lstm_video_lab.course.grading.explain import Place, explain

    student, answer = arguments.explain
    place = Place(arguments.submissions, arguments.out, arguments.solutions)
    accepts, whole = arguments.accept_limits, arguments.all
    for line in explain(place, student, answer, agreed, roster, accept_limits=accepts, whole=whole):
        print(line)
    return 0


def _grade(arguments: argparse.Namespace, agreed: Agreements, roster: Roster | None) -> Grading:
    from tqdm import tqdm

    from lstm_video_lab.course.grading import feedback, grade, gradebook

    def refuse_early(exercises: dict[str, Exercise], names: set[str]) -> None:
        """What people have written down is read before the work begins."""
        gradebook.read_tables(exercises, arguments.out, agreed, names, roster)

    with tqdm(unit="student", disable=None) as bar:

        def show_progress(done: int, count: int, student: str) -> None:
            bar.total = count
            bar.update(done - bar.n)

        try:
            grading = grade.grade(
                arguments.submissions,
                arguments.out,
                arguments.solutions,
                seed=arguments.seed,
                jobs=arguments.jobs or jobs_that_feed(),
                accept_limits=arguments.accept_limits,
                roster=roster,
                only=arguments.only,
                before=refuse_early,
                on_progress=show_progress,
            )
        except grade.Interrupted as stopped:
            done, count = stopped.args
            print(f"stopped: {done} of {count} students are graded and kept: grade again to go on")
            raise
    if grading.level == "limits":
        print(f"not isolated: {feedback.NOT_ISOLATED}")
    return grading


def _write(arguments: argparse.Namespace, book: Book, roster: Roster | None) -> Iterator[str]:
    """Every file of a grading; a line for each."""
    from lstm_video_lab.course.grading import (
        corrections,
        course_file,
        exports,
        feedback,
        gradebook,
        guesses,
    )

    out = arguments.out
    yield from gradebook.write(book, out)
    yield from exports.write(book, out, feedback.page)
    of_class = guesses.read_class(arguments.submissions, book.grading.exercises, roster)
    yield from guesses.write(of_class, out)
    pages = feedback.write(book, out / "feedback")
    yield f"written: {len(pages)} pages of feedback in {out / 'feedback'}"
    yield from feedback.set_old_pages_apart(book, out / "feedback")
    yield from feedback.write_class_page(book, out)
    yield from corrections.make_tables(out)
    said = arguments.due, arguments.late_per_day, arguments.roster
    yield from course_file.make_file(out, *said)
    yield from book.agreed.lines


def _name_what_is_odd(book: Book, roster: Roster | None) -> int:
    """A line for all that could not be graded; 1 where the machine is to blame for some."""
    students = book.grading.students
    for graded in students:
        submission = graded.submission
        begin = "left out" if submission.files else "nothing to grade"
        for note in submission.left_out:
            print(f"{begin}: {submission.student}: {note}")
    for graded in students:
        if graded.submission.is_stranger:
            print(f"not on the roster: {graded.submission.student}")
    missing = [one.submission for one in students if one.submission.is_missing]
    if roster and missing:
        names = [f"{one.student} ({one.section})" if one.section else one.student
                 for one in missing]  # fmt: skip
        print(f"missing: {len(missing)} of {len(roster.people)}: {', '.join(names)}")
    for line in book.corrections.open_requests():
        print(f"asked for: {line}")
    return _name_not_judged(students)


def _name_not_judged(students: list[GradedSubmission]) -> int:
    """A line for each answer that the machine could not judge; 1 where there are some."""
    count = 0
    for graded in students:
        for name, reason in graded.not_judged().items():
            print(f"not judged: {graded.submission.student}: {name}: {reason}")
            count += 1
    if count:
        print(f"not judged: {count}: grade again; what was judged is kept", file=sys.stderr)
    return 1 if count else 0
