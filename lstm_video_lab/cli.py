"""The command `lstm-video-lab`: a thin shell over the functions of the library.

Whatever is wrong with the input ends in one line and exit code 2; a run that a signal stops saves a
whole checkpoint and ends with 128 + the signal's number, as shells expect.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

try:
    from lstm_video_lab.commands import course, evaluate, grade, new, runs, train
except KeyboardInterrupt:  # while they load: no traceback either
    print("lstm-video-lab: stopped", file=sys.stderr)
    sys.exit(128 + signal.SIGINT)


LONGEST = 600  # letters of a line, without which a slip of the hand would fill the screen


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **options
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {_shortened(message)} (see {self.prog} --help)\n")


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    command = "lstm-video-lab"
    _print_anything()
    try:
        arguments = _make_parser().parse_args(argv)
        command += f" {arguments.command}"
        with warnings.catch_warnings(), _printing_to_the_end():
            warnings.filterwarnings("ignore", module=r"PIL\.")  # of oddities that it reads past
            warnings.showwarning = lambda words, *_: _say(f"{command}: {words}")
            return arguments.run(arguments) or 0
    except KeyboardInterrupt:
        _say(f"{command}: stopped")
        return 128 + signal.SIGINT
    except Exception as error:
        if not (lines := _lines(error)):
            raise
        for line in lines:
            _say(f"{command}: {line}")
        return 2


class _Patient:
    """A stream that fails at the end of the work, not in its middle: until then words are lost."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        self._try(lambda: self.stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self.stream.flush)

    def _try(self, action: Callable[[], Any]) -> None:
        if self.error is None:
            try:
                action()
            except OSError as error:
                self.error = error
                with contextlib.suppress(OSError, ValueError):  # what waits in it fails no more
                    os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())


@contextlib.contextmanager
def _printing_to_the_end() -> Iterator[None]:
    """Whoever reads what is printed may go, as `| head` does: that is no fault, and ends nothing.

    Raises OSError at the end where it could not be written, as on a full disk.
    """
    if sys.stdout is None:  # closed
        yield
        return
    patient = _Patient(sys.stdout)
    with contextlib.redirect_stdout(patient):  # type: ignore[type-var]
        yield
        patient.flush()
    if patient.error is not None and not isinstance(patient.error, BrokenPipeError):
        raise OSError(f"what is printed could not be written ({patient.error.strerror})")


def _print_anything() -> None:
    """A console that knows fewer letters gets a question mark for the others, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # whoever read it has gone
        print(line, file=sys.stderr, flush=True)


def _lines(error: Exception) -> list[str]:
    """A line for each problem, one but for `build --check`; none for a mistake of the lab."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return [f"{error.filename}: {error.strerror}"]
    if isinstance(error, MemoryError) or _is_out_of_memory(error):
        return ["memory ran out: make the model, its batches or its input smaller"]
    if isinstance(error, ImportError) and "pip install" not in str(error):
        first = (str(error).splitlines() or [type(error).__name__])[0]
        return [f"{first}: ask lstm-video-lab doctor what is missing or broken"]
    if isinstance(error, ValueError | OSError | ArithmeticError | ImportError):
        lines = [_shortened(" ".join(line.split())) for line in str(error).splitlines()]
        return lines or [type(error).__name__]
    return []


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} … {line[-LONGEST // 3 :]}"


def _is_out_of_memory(error: Exception) -> bool:
    """torch says so by a RuntimeError."""
    words = str(error).lower()
    return isinstance(error, RuntimeError) and ("allocate" in words or "out of memory" in words)


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
        evaluate.add_evaluate,
        evaluate.run_evaluate,
        "score a run or a trained model, on held-out sequences or a file of them",
    ),
    "digits": (
        evaluate.add_digits,
        evaluate.run_digits,
        "write sequences of bouncing digits to a file, for other libraries",
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
    "bundle": (
        course.add_bundle,
        course.run_bundle,
        "gather all that a room without a network installs from",
    ),
    "new": (new.add_new, new.run_new, "begin a lesson or an exercise"),
    "grade": (
        grade.add_grade,
        grade.run_grade,
        "grade submissions in isolation, with feedback for students",
    ),
    "doctor": (
        course.add_doctor,
        course.run_doctor,
        "say what is wrong with an installation",
    ),
}
