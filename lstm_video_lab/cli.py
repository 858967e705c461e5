"""The command `lstm-video-lab`: a thin shell over the functions of the library.

Whatever is wrong with the input ends in one line and exit code 2; a run that a signal stops saves a
whole checkpoint and ends with 128 + the signal's number, as shells expect.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

try:
    from lstm_video_lab.commands import course, grade, new, runs, train
except KeyboardInterrupt:  # while they load: no traceback either
    print("lstm-video-lab: stopped", file=sys.stderr)
    sys.exit(128 + signal.SIGINT)


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **options
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    command = "lstm-video-lab"
    try:
        arguments = _make_parser().parse_args(argv)
        command += f" {arguments.command}"
        return arguments.run(arguments) or 0
    except (ValueError, OSError, ArithmeticError, ImportError) as error:
        for line in _lines(error):
            print(f"{command}: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{command}: stopped", file=sys.stderr)
        return 128 + signal.SIGINT


def _lines(error: Exception) -> list[str]:
    """A line for each problem: one, but for `build --check`."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return [f"{error.filename}: {error.strerror}"]
    return [" ".join(line.split()) for line in str(error).splitlines()]


def _make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lstm-video-lab",
        description="A lab in which people learn how recurrent networks see motion.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    for name, (add_flags, run, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        add_flags(command)
        command.set_defaults(run=run)
    return parser


COMMANDS: dict[str, tuple[Callable, Callable, str]] = {  # name → flags, run, what it does
    "open": (course.add_open, course.run_open, "open the lessons in JupyterLab"),
    "train": (train.add_train, train.run_train, "train a model on digits, patches or videos"),
    "evaluate": (
        runs.add_evaluate,
        runs.run_evaluate,
        "score a run on held-out sequences, with baselines",
    ),
    "predict": (runs.add_predict, runs.run_predict, "continue your own frames with a model"),
    "experiment": (
        runs.add_experiment,
        runs.run_experiment,
        "run an experiment of a lesson and store its results",
    ),
    "reproduce": (
        runs.add_reproduce,
        runs.run_reproduce,
        "train and score the models of the paper's Table 2",
    ),
    "bench": (runs.add_bench, runs.run_bench, "measure speeds beside torch's own layers"),
    "build": (course.add_build, course.run_build, "make the notebooks from their scripts"),
    "new": (new.add_new, new.run_new, "begin a lesson or an exercise"),
    "grade": (
        grade.add_grade,
        grade.run_grade,
        "grade submissions in isolation, with feedback for students",
    ),
    "doctor": (
        lambda parser: None,
        course.run_doctor,
        "say what is wrong with an installation",
    ),
}
