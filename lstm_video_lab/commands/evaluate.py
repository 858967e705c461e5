"""Commands that score a model, on a run's own world or on a file, and that write such a file."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.commands import flags, needs
from lstm_video_lab.files import check_target, write_json
from lstm_video_lab.settings import HELDOUT_SEED, SCALES, DataSettings, Settings

SEQUENCES = 1000  # held-out ones that a run is scored on
NUMBERS = 12 * 8  # bytes that are kept of each predicted frame: its scores
WORLD = ("image_size", "digits", "num_digits", "digit_size", "speed", "frames_in", "frames_out")


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", type=flags.path, metavar="DIR|NAME", help="folder of a run, or a trained model"
    )
    parser.add_argument(
        "--on",
        type=flags.path,
        metavar="FILE",
        help="score it on the sequences of a file, such as mnist_test_seq.npy, ten frames in and "
        "ten out; none: on held-out sequences of its own world",
    )
    parser.add_argument("--json", type=flags.path, help="file for the report")
    parser.add_argument(
        "--sequences",
        type=flags.number(1),
        default=None,
        help=f"how many; none: {SEQUENCES}, and of a file all",
    )
    parser.add_argument(
        "--digits",
        type=str,
        default=None,
        help="test digits, if not those of the run: embedded, mnist or a folder",
    )


def run_evaluate(arguments: argparse.Namespace) -> int:
    a = arguments
    if a.json is not None:
        check_target(a.json)
    if a.on is not None and a.digits is not None:
        raise LabError("--digits does nothing beside --on: leave one out")
    model, settings = open_model(a.model)
    if a.on is not None:
        report, text = _score_file(model, settings, a.on, a.sequences)
    else:
        report, text = _score_world(model, settings, a.digits, a.sequences or SEQUENCES)
    if a.json is not None:
        write_json(a.json, report)  # first: what is printed may get lost
    print(text)
    return 0


def open_model(model: Path) -> tuple[Any, Settings]:
    """A model of the box or of a run, and what it was trained with."""
    from lstm_video_lab import pretrained
    from lstm_video_lab.training import checkpoints

    if str(model) in pretrained.list_pretrained() and not model.is_dir():
        trained = pretrained.load_pretrained(str(model))
        if "kind" in trained.card:
            raise LabError(f"{model} is no VideoModel: choose another model, or a run")
        return trained, Settings.from_dict(trained.card["settings"])
    if not model.exists() and len(model.parts) == 1:
        names = ", ".join(pretrained.list_pretrained())
        raise FileNotFoundError(f"{model}: no such folder, and no trained model: these are {names}")
    return checkpoints.load_model(model), checkpoints.read_checkpoint(model).settings


def _score_world(
    model: Any, settings: Settings, digits: str | None, sequences: int
) -> tuple[dict[str, Any], str]:
    from lstm_video_lab import evaluation
    from lstm_video_lab.commands import score_table

    if digits is not None:
        settings = settings.changed(digits=digits)
    _check_scores(sequences, settings.frames_in + settings.frames_out)
    try:
        report = evaluation.evaluate(model, settings, sequences)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error} (looked for from {Path.cwd()})") from None
    return report, score_table.table(report)


def _score_file(
    model: Any, settings: Settings, path: Path, sequences: int | None
) -> tuple[dict[str, Any], str]:
    from lstm_video_lab.commands import field_file, score_table

    clips = field_file.Clips(path)
    count = clips.count if sequences is None else sequences
    _check_scores(count, clips.num_frames)
    report = field_file.score(model, clips, count)
    report = {"scale": settings.scale, **report}
    return report, f"{score_table.table(report)}\n{field_file.lines(report)}"


def _check_scores(sequences: int, num_frames: int) -> None:
    needed = sequences * num_frames * NUMBERS
    needs.check_memory(needed, f"--sequences {sequences}", "give fewer")


def add_digits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=flags.path, required=True, help="file, .npy: uint8 (frames, N, H, W)"
    )
    parser.add_argument("--sequences", type=flags.number(1), default=10_000, help="how many, N")
    parser.add_argument(
        "--split",
        choices=("test", "train"),
        default="test",
        help="test: those that models are scored on; train: those of a run with seed 0",
    )
    parser.add_argument(
        "--scale", choices=tuple(SCALES), default="paper", help="set of numbers to start from"
    )
    flags.add_settings(parser, DataSettings, WORLD)


def run_digits(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from lstm_video_lab.commands import field_file
    from lstm_video_lab.data.sources import open_data

    a = arguments
    if a.out.suffix.lower() != ".npy":
        raise LabError(f"{a.out}: unknown ending: sequences are written as .npy")
    check_target(a.out)
    chosen = flags.chosen_settings(a, DataSettings)
    settings = Settings.for_scale(a.scale, **chosen).data_settings()
    if a.split == "test":
        settings = dataclasses.replace(settings, seed=HELDOUT_SEED)
    side, frames = settings.image_size, settings.frames_in + settings.frames_out
    if a.sequences < frames:  # others take the shorter axis for time
        raise LabError(
            f"--sequences {a.sequences}: fewer than the {frames} frames of each may be read as "
            f"{frames} sequences of {a.sequences} frames: write {frames} or more"
        )
    needs.check_disk(frames * a.sequences * side * side, a.out, "this file")
    data = open_data(settings, a.split)
    with tqdm(total=a.sequences, unit="sequence", disable=None, file=sys.stderr) as bar:
        field_file.write(a.out, data, (frames, a.sequences, side, side), bar.update)
    print(f"{a.out}: uint8 ({frames}, {a.sequences}, {side}, {side}), time first, {a.split}")
    return 0
