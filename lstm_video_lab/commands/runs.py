"""Commands that score, continue, reproduce and measure."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Generator
from pathlib import Path

from lstm_video_lab.commands.train import signals
from lstm_video_lab.files import write_json
from lstm_video_lab.settings import SCALES


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
    from lstm_video_lab import evaluation
    from lstm_video_lab.commands import score_table
    from lstm_video_lab.training import checkpoints

    _check_folder(arguments.json)
    settings = checkpoints.read_checkpoint(arguments.run_folder).settings
    if arguments.digits is not None:
        settings = settings.changed(digits=arguments.digits)
    report = evaluation.evaluate(
        checkpoints.load_model(arguments.run_folder), settings, arguments.sequences
    )
    print(score_table.table(report))
    if arguments.json is not None:
        write_json(arguments.json, report)
    return 0


def add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="folder of a run, or the name of a trained model")
    parser.add_argument(
        "--frames", type=Path, required=True, help="array (.npy), folder of images, or video"
    )
    parser.add_argument("--out", type=Path, required=True, help="file: .npy, .png or .gif")
    parser.add_argument("--steps", type=int, default=10, help="frames to predict")
    parser.add_argument(
        "--seen", type=int, default=None, help="frames to show it; none: as many as in its training"
    )


def run_predict(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import pretrained
    from lstm_video_lab.commands import frame_files
    from lstm_video_lab.prediction import predict
    from lstm_video_lab.training import checkpoints

    a = arguments
    frame_files.check_ending(a.out)
    _check_folder(a.out)
    if a.steps < 1 or (a.seen is not None and a.seen < 1):
        raise ValueError(f"--steps {a.steps}, --seen {a.seen}: give at least 1")
    if a.model in pretrained.list_pretrained():
        model = pretrained.load_pretrained(a.model)
        if "kind" in model.card:
            raise ValueError(f"{a.model} is no VideoModel: choose another model, or a run")
        known = model.card["settings"]["frames_in"]
    else:
        model = checkpoints.load_model(a.model)
        known = checkpoints.read_checkpoint(a.model).settings.frames_in
    if not model.settings.predict:
        raise ValueError("this model only gives its input back: train one with predict on")
    frames = frame_files.read_frames(a.frames, model.settings.channels)[: a.seen or known]
    seen = frame_files.fitted(frames, model.settings.image_size)  # (T, C, S, S)
    future = predict(model, seen[:, None], a.steps).future
    assert future is not None
    frame_files.write_frames(a.out, seen, future[:, 0])
    print(f"{len(seen)} frames seen, {a.steps} predicted: {a.out}")
    return 0


def add_experiment(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab.commands import pretrain
    from lstm_video_lab.lessons import experiments

    names = sorted((*experiments.ROOMS, *pretrain.MODELS))
    parser.add_argument("name", choices=names, help="experiment, or model to train")
    parser.add_argument(
        "--scale",
        choices=tuple(SCALES),
        default=None,
        help="set of numbers; none: laptop, or what the model was made at",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for its result and its figure"
    )


def run_experiment(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.commands import pretrain
    from lstm_video_lab.lessons import experiments

    run = pretrain.run if arguments.name in pretrain.MODELS else experiments.run
    return tell(run(arguments.name, arguments.scale, arguments.out))


def add_reproduce(parser: argparse.ArgumentParser) -> None:
    from lstm_video_lab.lessons.table2 import reproduction

    parser.add_argument("what", choices=("table2",), help="table of the paper")
    parser.add_argument("--out", type=Path, required=True, help="folder of its runs and reports")
    parser.add_argument(
        "--row",
        action="append",
        choices=tuple(reproduction.ROWS),
        help="this row alone; may repeat",
    )
    parser.add_argument("--minutes", type=float, default=None, help="of each row; none: by steps")
    parser.add_argument("--scale", choices=tuple(SCALES), default="paper", help="set of numbers")
    parser.add_argument(
        "--speed", choices=tuple(reproduction.SPEEDS), default="constant", help="law of the digits"
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
    from lstm_video_lab.lessons.table2 import figures, reproduction

    a, rows = arguments, tuple(arguments.row or reproduction.ROWS)
    names = ("minutes", "digits", "batch_size", "steps", "seed")
    changes = {name: value for name, value in vars(a).items() if name in names}
    lines = reproduction.run(
        a.out, rows, a.scale, a.speed, a.feedback, draw=figures.draw_row, **changes
    )
    return tell(lines)


def tell(lines: Generator[str, None, None]) -> int:
    """Print what a long piece of work says, until it is over or a signal stops it in good order.

    The number to exit with.
    """
    caught: list[int] = []
    with signals(caught.append), contextlib.closing(lines):
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
    parser.add_argument("--page", type=Path, help="page that shows the table, between its marks")
    parser.add_argument(
        "--only", nargs="+", choices=bench.GROUPS, default=bench.GROUPS, help="what to measure"
    )


def run_bench(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import bench
    from lstm_video_lab.bench import report as pages

    _check_folder(arguments.json)
    if arguments.page is not None:
        pages.with_table(arguments.page)  # before the work begins
    report = bench.run(tuple(arguments.only))
    text = pages.table(report)
    print(text, end="")
    if arguments.json is not None:
        write_json(arguments.json, report)
    if arguments.page is not None:
        pages.put_into(arguments.page, text)
    return 0
