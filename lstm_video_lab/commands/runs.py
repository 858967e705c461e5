"""Commands that train, measure and score."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.files import write_whole
from lstm_video_lab.settings import SCALES, Settings

WORDS = {"true": True, "false": False, "none": None}


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


def add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument(
        "--resume",
        choices=("auto", "never"),
        default="never",
        help="auto: continue the run in --out, if there is one",
    )
    _add_settings(parser)


def run_train(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import checkpoints, ranks

    out, given = arguments.out, _given_settings(arguments)
    resume = arguments.resume == "auto"
    if resume and checkpoints.newest_checkpoint(out) is not None:
        settings = checkpoints.read_checkpoint(out).settings.changed(**given)
    else:
        settings = Settings.for_scale(**given)
    with ranks.joined() as group:
        try:
            stopped = follow(settings, out, resume, group)
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


def follow(settings: Settings, out: Path, resume: bool, ranks: Any) -> int:
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


def add_evaluate(parser: argparse.ArgumentParser) -> None:
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


def run_evaluate(arguments: argparse.Namespace) -> int:
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


def add_experiment(parser: argparse.ArgumentParser) -> None:
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


def run_experiment(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import experiments

    return tell(experiments.run(arguments.name, arguments.scale, arguments.out))


def add_reproduce(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab.experiments import reproduce

    parser.add_argument("what", choices=("table2",), help="table of the paper")
    parser.add_argument("--out", type=Path, required=True, help="folder of its runs and reports")
    parser.add_argument(
        "--row", action="append", choices=tuple(reproduce.ROWS), help="this row alone; may repeat"
    )
    parser.add_argument("--minutes", type=float, default=None, help="of each row; none: by steps")
    parser.add_argument("--scale", choices=tuple(SCALES), default="paper", help="set of numbers")
    parser.add_argument(
        "--speed", choices=tuple(reproduce.SPEEDS), default="constant", help="law of the digits"
    )
    parser.add_argument(
        "--feedback",
        choices=("own", "teacher"),
        default="own",
        help="what conditional decoders are fed in training",
    )
    parser.add_argument("--digits", default="mnist", help="as in train")
    parser.add_argument("--batch-size", type=int, default=argparse.SUPPRESS, help="as in train")
    parser.add_argument("--steps", type=int, default=argparse.SUPPRESS, help="as in train")
    parser.add_argument("--seed", type=int, default=0, help="as in train")


def run_reproduce(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.experiments import reproduce

    a, rows = arguments, tuple(arguments.row or reproduce.ROWS)
    names = ("minutes", "digits", "batch_size", "steps", "seed")
    given = {name: value for name, value in vars(a).items() if name in names}
    return tell(reproduce.run(a.out, rows, a.scale, a.speed, a.feedback, **given))


def tell(lines: Generator[str, None, None]) -> int:
    """Print what a long piece of work says, until it is over or a signal stops it in good order.

    The number to exit with.
    """
    caught: list[int] = []
    with _signals(caught.append), contextlib.closing(lines):
        for line in lines:
            if line:
                print(line, flush=True)
            if caught:
                print("stopped; the same command goes on from here", file=sys.stderr)
                return 128 + caught[0]
    return 0


def add_bench(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab import bench

    parser.add_argument("--json", type=Path, help="file for the report")
    parser.add_argument("--readme", type=Path, help="page that shows the table, between its marks")
    parser.add_argument(
        "--only", nargs="+", choices=bench.GROUPS, default=bench.GROUPS, help="what to measure"
    )


def run_bench(arguments: argparse.Namespace) -> int:
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
