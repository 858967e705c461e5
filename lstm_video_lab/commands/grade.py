"""`lstm-video-lab grade`: a folder of submissions becomes a gradebook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lstm_video_lab.course.grading.grade import GradedSubmission


def add_grade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("submissions", type=Path, help="folders of students, or loose notebooks")
    parser.add_argument("--out", type=Path, required=True, help="folder for grades and feedback")
    parser.add_argument(
        "--solutions", type=Path, default=Path("solutions"), help="folder of the solutions"
    )
    parser.add_argument("--seed", type=int, default=None, help="of the hidden calls; none: anew")
    parser.add_argument("--jobs", type=int, default=None, help="students at once; none: processors")
    parser.add_argument("--due", default="", help="date or time until when, as 2026-12-01T18:00")
    parser.add_argument(
        "--late-per-day",
        type=float,
        default=0.0,
        help="per cent that each late day costs, 0 to 100",
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
        help="grade nothing; show the code that was judged and each call with both results",
    )


def _explain(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.grading.explain import explain

    student, answer = arguments.explain
    folders = arguments.submissions, arguments.out, arguments.solutions
    for line in explain(*folders, student, answer):
        print(line)
    return 0


def run_grade(arguments: argparse.Namespace) -> int:
    if arguments.explain:
        return _explain(arguments)
    from tqdm import tqdm

    from lstm_video_lab.course.grading import feedback, grade, gradebook, guesses

    if not 0 <= arguments.late_per_day <= 100:
        raise ValueError(f"--late-per-day {arguments.late_per_day:g}: give 0 to 100 per cent")
    if arguments.due:
        gradebook.due_time(arguments.due)  # a wrong one is named before the work begins
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
                jobs=arguments.jobs,
                accept_limits=arguments.accept_limits,
                on_progress=show_progress,
            )
        except grade.Interrupted as stopped:
            done, count = stopped.args
            print(f"stopped: {done} of {count} students are graded and kept: grade again to go on")
            raise
    if grading.level == "limits":
        print(f"not isolated: {feedback.NOT_ISOLATED}")
    out = arguments.out
    book = gradebook.read_book(grading, out, arguments.due, arguments.late_per_day)
    of_class = guesses.read_class(arguments.submissions, grading.exercises)
    for line in [*gradebook.write(book, out), *guesses.write(of_class, out)]:
        print(line)
    pages = feedback.write(book, out / "feedback")
    print(f"written: {len(pages)} pages of feedback in {out / 'feedback'}")
    print(f"seed {grading.seed}, sandbox {grading.level}")
    for graded in grading.students:
        if not graded.submission.files:
            print(f"nothing to grade: {graded.submission.student}: {graded.submission.notes[0]}")
    return _name_not_judged(grading.students)


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
