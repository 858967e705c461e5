"""The command `lstm-video-lab`: a thin shell over the functions of the library.

Whatever is wrong with the input ends in one line and exit code 2; a run that a signal stops saves a
whole checkpoint and ends with 128 + the signal's number, as shells expect.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from lstm_video_lab.files import write_whole
from lstm_video_lab.settings import SCALES, Settings

WORDS = {"true": True, "false": False, "none": None}


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
    arguments = _make_parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except (ValueError, OSError, ArithmeticError, ImportError) as error:
        for line in _lines(error):
            print(f"lstm-video-lab {arguments.command}: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
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


def _parse_value(text: str) -> Any:
    """'256' → 256, '128,64' → (128, 64), 'none' → None, 'future' → 'future'."""
    if "," in text:
        return tuple(_parse_value(part) for part in text.split(","))
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """Every field of the settings as a flag; what is not given comes from the scale."""
    for field in dataclasses.fields(Settings):
        flag, choices = "--" + field.name.replace("_", "-"), field.metadata["choices"]
        text = field.metadata["doc"].replace("%", "%%")
        if choices == (True, False):
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text
            )
            continue
        if choices:
            text += f" ({', '.join(str(choice).lower() for choice in choices)})"
        parse = str if field.type == "str" else _parse_value
        parser.add_argument(flag, type=parse, default=argparse.SUPPRESS, metavar="VALUE", help=text)


def _given_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(Settings)}
    return {name: value for name, value in vars(arguments).items() if name in names}


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument(
        "--resume",
        choices=("auto", "never"),
        default="never",
        help="auto: continue the run in --out, if there is one",
    )
    _add_settings(parser)


def _train(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import checkpoints, ranks

    out, given = arguments.out, _given_settings(arguments)
    resume = arguments.resume == "auto"
    if resume and checkpoints.newest_checkpoint(out) is not None:
        settings = checkpoints.read_checkpoint(out).settings.changed(**given)
    else:
        settings = Settings.for_scale(**given)
    with ranks.joined() as group:
        try:
            stopped = _follow(settings, out, resume, group)
        except ranks.RankLostError as error:  # a broken group cannot be left in good order
            print(f"lstm-video-lab train: {error}", file=sys.stderr, flush=True)
            os._exit(2)
    if not group.is_first:
        return 128 + stopped if stopped else 0
    if stopped:
        print(
            f"stopped; continue with: lstm-video-lab train --out {out} --resume auto",
            file=sys.stderr,
        )
        return 128 + stopped
    print(f"done: {out}; look at it with: lstm-video-lab evaluate {out} --json report.json")
    return 0


def _follow(settings: Settings, out: Path, resume: bool, ranks: Any) -> int:
    """Train with a bar, rank 0's; the number of the signal that stopped it, or 0."""
    from tqdm import tqdm

    from lstm_video_lab import training
    from lstm_video_lab.ranks import RankLostError

    caught: list[int] = []
    unit = "nats/frame" if settings.output == "logistic" else "squared error/frame"
    bar = tqdm(
        total=100,
        unit="%",
        disable=None if ranks.is_first else True,
        bar_format="{l_bar}{bar}| {postfix}",
    )
    # Several ranks get a signal from the terminal and one more from torchrun: the first is enough.
    with (
        _signals(caught.append, again=ranks.size == 1),
        contextlib.closing(training.train(settings, out, resume, ranks)) as run,
        bar,
    ):
        for progress in run:
            bar.update(100 * progress.fraction - bar.n)
            bar.set_postfix_str(
                f"step {progress.step}, loss {progress.loss:.1f} {unit}", refresh=False
            )
            if progress.heldout is not None and ranks.is_first:
                bar.write(_heldout_line(progress))
            may_ask = ranks.device.type == "cpu" or progress.step % 10 == 0  # a GPU waits to answer
            try:
                is_over = may_ask and ranks.any(bool(caught))
            except RankLostError as error:
                run.throw(error)  # the run saves, and says where
            if is_over:
                return caught[0] if caught else signal.SIGTERM
    return 0


def _heldout_line(progress: Any) -> str:
    parts = [f"step {progress.step}, {progress.seconds:.0f} s"]
    for name in ("future", "reconstruction"):
        score = progress.heldout[name]
        if score:
            parts.append(
                f"held-out {name}: "
                + ", ".join(
                    f"{score[key]:.1f} {label}"
                    for key, label in (
                        ("cross_entropy", "nats/frame"),
                        ("mse", "squared error/frame"),
                    )
                    if score[key] is not None
                )
            )
    return "; ".join(parts)


@contextlib.contextmanager
def _signals(handle: Callable[[int], None], again: bool = True) -> Iterator[None]:
    """SIGINT and SIGTERM call `handle`; a second one, or a later one, acts as it always did.

    Unless not `again`: then this process only has its last words left to say.
    """
    before: dict[int, Any] = {}

    def once(number: int, _frame: Any) -> None:
        if again:
            signal.signal(number, before[number])
        handle(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, once)
    try:
        yield
    finally:
        for caught, handler in before.items() if again else ():
            signal.signal(caught, handler)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_folder", type=Path, metavar="DIR", help="folder of a run")
    parser.add_argument("--json", type=Path, help="file for the report")
    parser.add_argument("--sequences", type=int, default=1000, help="held-out sequences")
    parser.add_argument(
        "--digits",
        default=None,
        help="test digits, if not those of the run: embedded, mnist or a folder",
    )


def _check_folder(file: Path | None) -> None:
    """Before the work begins whose report the file is to hold."""
    if file is not None and not file.resolve().parent.is_dir():
        raise FileNotFoundError(f"{file}: its folder does not exist: make it first")


def _evaluate(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import checkpoints, evaluation

    _check_folder(arguments.json)
    settings = checkpoints.read_checkpoint(arguments.run_folder).settings
    if arguments.digits is not None:
        settings = settings.changed(digits=arguments.digits)
    report = evaluation.evaluate(
        checkpoints.load_model(arguments.run_folder), settings, arguments.sequences
    )
    print(evaluation.table(report))
    if arguments.json is not None:
        write_whole(arguments.json, json.dumps(report, indent=1, allow_nan=False) + "\n")
    return 0


def _add_experiment(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab import experiments

    names = sorted((*experiments.NAMES, *experiments.GRIDS, *experiments.MODELS))
    parser.add_argument("name", choices=names, help="experiment, or model of the box to train")
    parser.add_argument(
        "--scale",
        choices=tuple(SCALES),
        default=None,
        help="set of numbers; none: laptop, or what the model of the box was made at",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for its JSON and its figure"
    )


def _experiment(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import experiments

    for line in experiments.run(arguments.name, arguments.scale, arguments.out):
        print(line, flush=True)
    return 0


def _add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, default=Path("lab-work"), help="your own working copy")
    parser.add_argument(
        "--author", action="store_true", help="open the originals, paired with their scripts"
    )


def _open(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.launch import open_lab

    return open_lab(arguments.to, author=arguments.author)


def _add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", help="lessons, by the start of their names; none: all that changed"
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; say what is not as a build makes it"
    )
    parser.add_argument(
        "--html",
        type=Path,
        default=None,
        metavar="DIR",
        help="also write reading copies to a folder",
    )


def _build(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.build import build

    for line in build(
        Path.cwd(), check=arguments.check, names=arguments.names, html=arguments.html
    ):
        print(line)
    return 0


def _add_bench(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab import bench

    parser.add_argument("--json", type=Path, help="file for the report")
    parser.add_argument("--readme", type=Path, help="page that shows the table, between its marks")
    parser.add_argument(
        "--only", nargs="+", choices=bench.GROUPS, default=bench.GROUPS, help="what to measure"
    )


def _bench(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import bench
    from lstm_video_lab.bench import report as pages

    _check_folder(arguments.json)
    if arguments.readme is not None:
        pages.with_table(arguments.readme)  # before the work begins
    report = bench.run(tuple(arguments.only))
    text = pages.table(report)
    print(text, end="")
    if arguments.json is not None:
        write_whole(arguments.json, json.dumps(report, indent=1, allow_nan=False) + "\n")
    if arguments.readme is not None:
        pages.put_into(arguments.readme, text)
    return 0


def _add_grade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("submissions", type=Path, help="folders of students, or loose notebooks")
    parser.add_argument("--out", type=Path, required=True, help="folder for grades and feedback")
    parser.add_argument(
        "--solutions", type=Path, default=Path("solutions"), help="folder of the solutions"
    )
    parser.add_argument("--seed", type=int, default=None, help="of the hidden calls; none: anew")
    parser.add_argument("--jobs", type=int, default=None, help="students at once; none: processors")
    parser.add_argument("--due", default="", help="date or time until when, as 2026-12-01T18:00")
    parser.add_argument(
        "--late-per-day", type=float, default=0.0, help="per cent that each late day costs"
    )


def _grade(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from lstm_video_lab.course import feedback, grade, gradebook

    if arguments.due:
        gradebook.until(arguments.due)  # before the work begins
    with tqdm(unit="student", disable=None) as bar:

        def tell(done: int, of: int, name: str) -> None:
            bar.total = of
            bar.update(done - bar.n)

        grading = grade.grade(
            arguments.submissions,
            arguments.out,
            arguments.solutions,
            seed=arguments.seed,
            jobs=arguments.jobs,
            tell=tell,
        )
    out = arguments.out
    book = gradebook.read_book(grading, out, arguments.due, arguments.late_per_day)
    for line in gradebook.write(book, out):
        print(line)
    pages = feedback.write(book, out / "feedback")
    print(f"written: {len(pages)} pages of feedback in {out / 'feedback'}")
    print(f"seed {grading.seed}, sandbox {grading.level}")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.doctor import examine

    fine = True
    for finding in examine():
        print(finding, flush=True)
        fine = fine and finding.fine
    return 0 if fine else 1


COMMANDS: dict[str, tuple[Callable, Callable, str]] = {
    "open": (_add_open, _open, "open the lessons in JupyterLab"),
    "train": (_add_train, _train, "train a model on bouncing digits"),
    "evaluate": (_add_evaluate, _evaluate, "score a run on held-out sequences, with baselines"),
    "experiment": (
        _add_experiment,
        _experiment,
        "run an experiment of the paper and store its figures",
    ),
    "bench": (_add_bench, _bench, "measure speeds beside torch's own layers"),
    "build": (_add_build, _build, "make the notebooks from their scripts"),
    "grade": (_add_grade, _grade, "grade submissions behind walls, with feedback for students"),
    "doctor": (lambda parser: None, _doctor, "say what is wrong with an installation"),
}
