"""Commands that continue frames, run experiments, reproduce and measure."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.commands import flags, needs
from lstm_video_lab.commands.train import signals
from lstm_video_lab.files import check_target, write_json
from lstm_video_lab.settings import SCALES

# As the modules have them that do the work, which need torch; `--help` must not.
ROWS = ("composite-conditional", "composite", "future", "conditional-future", "convlstm")
SPEEDS = ("constant", "range")
GROUPS = ("layers", "convolutions", "steps", "data", "start", "lesson")


def add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", type=flags.path, metavar="DIR|NAME", help="folder of a run, or a trained model"
    )
    parser.add_argument(
        "--frames",
        type=flags.path,
        required=True,
        help="array (.npy), file of sequences, folder of images, animation or video",
    )
    parser.add_argument("--out", type=flags.path, required=True, help="file: .npy, .png or .gif")
    parser.add_argument("--steps", type=flags.number(1), default=10, help="frames to predict")
    parser.add_argument(
        "--seen",
        type=flags.number(1),
        default=None,
        help="frames to show it; none: as many as in its training",
    )
    parser.add_argument(
        "--sequence",
        type=flags.number(0),
        default=None,
        help="which one, where --frames is a file of sequences, from 0",
    )
    parser.add_argument(
        "--rate",
        type=flags.number(0.01, 1000, whole=False),
        default=None,
        help="frames a second that a video is sampled at; none: all its frames, as they come",
    )
    parser.add_argument(
        "--show",
        type=flags.path,
        default=None,
        metavar="FILE",
        help="sheet (.png) of the frames as they were read above what the model sees of them",
    )


def run_predict(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.commands import frame_files, frame_output
    from lstm_video_lab.commands.evaluate import open_model
    from lstm_video_lab.prediction import predict

    a = arguments
    frame_output.check_targets(a.frames, a.out, a.show)
    model, settings = open_model(a.model)
    s = model.settings
    if not s.predict:
        raise LabError("this model only gives its input back: train one with predict on")
    seen_count = a.seen or settings.frames_in
    needed = frame_output.COPIES * (a.steps + seen_count) * s.channels * s.image_size**2
    needs.check_memory(needed, f"--steps {a.steps} after {seen_count} frames", "give fewer")
    clip = frame_files.read_clip(a.frames, s.channels, a.sequence, a.rate, seen_count)
    seen = frame_files.fitted(clip.frames, s.image_size)  # (T, C, S, S)
    print(frame_files.describe(clip, s.image_size), flush=True)
    if a.show is not None:
        frame_output.write_sheet(a.show, clip.frames, seen)
    future = predict(model, seen[:, None], a.steps).future
    assert future is not None
    frame_output.write_frames(a.out, seen, future[:, 0])
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
        "--out", type=flags.path, required=True, help="folder for its result and its figure"
    )


def run_experiment(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.commands import pretrain
    from lstm_video_lab.lessons import experiments

    run = pretrain.run if arguments.name in pretrain.MODELS else experiments.run
    return tell(picked_up(run(arguments.name, arguments.scale, arguments.out), arguments.out))


def add_reproduce(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("table2",), help="table of the paper")
    parser.add_argument(
        "--out", type=flags.path, required=True, help="folder of its runs and reports"
    )
    parser.add_argument(
        "--row",
        action="append",
        choices=ROWS,
        help="this row alone; may repeat",
    )
    parser.add_argument(
        "--minutes",
        type=flags.number(0, whole=False),
        default=None,
        help="of each row; none: by steps",
    )
    parser.add_argument("--scale", choices=tuple(SCALES), default="paper", help="set of numbers")
    parser.add_argument("--speed", choices=SPEEDS, default="constant", help="law of the digits")
    parser.add_argument(
        "--feedback",
        choices=("own", "teacher"),
        default="own",
        help="what conditional decoders are fed in training",
    )
    parser.add_argument("--digits", default="mnist", help="as in train")
    parser.add_argument(
        "--batch-size", type=flags.number(1), default=argparse.SUPPRESS, help="as in train"
    )
    parser.add_argument(
        "--steps", type=flags.number(1), default=argparse.SUPPRESS, help="as in train"
    )
    parser.add_argument("--seed", type=flags.number(0, 2**31 - 1), default=0, help="as in train")


def run_reproduce(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.lessons.table2 import figures, reproduction

    a, rows = arguments, tuple(arguments.row or reproduction.ROWS)
    names = ("minutes", "digits", "batch_size", "steps", "seed")
    changes = {name: value for name, value in vars(a).items() if name in names}
    lines = reproduction.run(
        a.out, rows, a.scale, a.speed, a.feedback, draw=figures.draw_row, **changes
    )
    return tell(picked_up(lines, a.out))


def picked_up(lines: Generator[str, None, Any], out: Path) -> Generator[str, None, None]:
    """Work that goes on from what lies in a folder; a line names that folder where it is foreign.

    Raises ValueError where such content is not what the work leaves.
    """
    if out.exists() and not out.is_dir():
        raise LabError(f"{out}: is a file: name a folder")
    is_begun = out.is_dir() and any(out.iterdir())
    try:
        yield from lines
    except (LabError, ArithmeticError, OSError):
        raise
    except (LookupError, TypeError, AttributeError, RuntimeError, ValueError) as error:
        if not is_begun or "allocate" in str(error):  # a fault of the lab, or of memory
            raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise LabError(
            f"{out}: what lies there cannot be gone on from ({reason}): choose another folder"
        ) from error


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
    parser.add_argument("--json", type=flags.path, help="file for the report")
    parser.add_argument(
        "--page", type=flags.path, help="page that shows the table, between its marks"
    )
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="what to measure")
    parser.add_argument("--force", action="store_true", help="report on a busy machine too")


def run_bench(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import bench
    from lstm_video_lab.bench import report as pages

    if arguments.json is not None:
        check_target(arguments.json)
    if arguments.page is not None:  # before the work begins
        check_target(arguments.page)
        pages.with_table(arguments.page)
    report = bench.run(tuple(arguments.only), force=arguments.force)
    text = pages.table(report)
    if arguments.json is not None:
        write_json(arguments.json, report)
    if arguments.page is not None:
        pages.put_into(arguments.page, text)
    print(text, end="")
    return 0
