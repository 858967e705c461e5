"""The command that trains."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.commands import flags, needs
from lstm_video_lab.settings import Settings

ALWAYS_THERE = ("digits", "camera", "embedded", "mnist")  # data that are no files
SOON = 120.0  # seconds: a run that takes longer says so
MEASURED = 20  # steps after which it knows


def add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=flags.path, required=True, help="folder of the run")
    parser.add_argument(
        "--resume",
        choices=("auto", "never"),
        default="never",
        help="auto: continue the run in --out, if there is one",
    )
    flags.add_settings(parser, Settings)


def run_train(arguments: argparse.Namespace) -> int:
    from lstm_video_lab import distributed
    from lstm_video_lab.training import checkpoints

    out, chosen = arguments.out, flags.chosen_settings(arguments, Settings)
    if out.exists() and not out.is_dir():
        raise LabError(f"{out}: is a file: name a folder")
    resume = arguments.resume == "auto"
    if resume and checkpoints.newest_checkpoint(out) is not None:
        before = checkpoints.read_checkpoint(out).settings
        settings = before.changed(
            **{k: _same_place(v, getattr(before, k)) for k, v in chosen.items()}
        )
    else:
        settings = from_anywhere(Settings.for_scale(**chosen))
    if settings.data not in ALWAYS_THERE and os.environ.get("RANK", "0") == "0":
        print(_data_in_words(settings.data), flush=True)
    needs.check_run(settings, out)
    with distributed.joined() as group:
        try:
            stopped = follow(settings, out, resume, group)
        except distributed.RankLostError as error:  # a broken group cannot be left in good order
            print(f"lstm-video-lab train: {error}", file=sys.stderr, flush=True)
            os._exit(2)
    if not group.is_first:
        return 128 + stopped if stopped else 0
    if stopped:
        going_on = shlex.join(["lstm-video-lab", "train", "--out", str(out), "--resume", "auto"])
        print(f"stopped; continue with: {going_on}", file=sys.stderr)
        return 128 + stopped
    look = shlex.join(["lstm-video-lab", "evaluate", str(out), "--json", "report.json"])
    print(f"done: {out}; look at it with: {look}")
    return 0


def _data_in_words(source: str) -> str:
    """What a run on one's own videos, or on a file, learns from and is tested on."""
    from lstm_video_lab.data.clips import find_clips, open_clips
    from lstm_video_lab.data.videos import ONE_IN, find_videos, recording_of

    if (file := find_clips(source)) is not None:
        return f"{file}: {open_clips(file)[1]}, every {ONE_IN}th for tests"
    words = []
    for split in ("train", "test"):
        paths = find_videos(source, split)
        recordings = {recording_of(path) for path in paths}
        words.append(f"{len(paths)} videos of {len(recordings)} recordings to {split} on")
    return f"{source}: {', '.join(words)}"


def from_anywhere(settings: Settings) -> Settings:
    """The settings with their folders and files in full, so that a run finds its data again from
    another working directory.
    """
    data = settings.data if settings.data in ALWAYS_THERE else os.path.abspath(settings.data)
    parts = settings.digits.split("+") if not os.path.exists(settings.digits) else [settings.digits]
    digits = [
        os.path.abspath(part) if part not in ALWAYS_THERE and os.path.isdir(part) else part
        for part in parts
    ]
    return settings.changed(data=data, digits="+".join(digits))


def _same_place(value: Any, before: Any) -> Any:
    """What a run was started with, where the same file or folder is named in another way."""
    is_path = isinstance(value, str) and isinstance(before, str) and value not in ALWAYS_THERE
    return before if is_path and os.path.abspath(value) == os.path.abspath(before) else value


def follow(settings: Settings, out: Path, resume: bool, ranks: Any) -> int:
    """Train with a bar, rank 0's; the number of the signal that stopped it, or 0."""
    from tqdm import tqdm

    from lstm_video_lab import training
    from lstm_video_lab.distributed import RankLostError

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
        signals(caught.append, again=ranks.size == 1),
        contextlib.closing(training.train(settings, out, resume, ranks)) as run,
        bar,
    ):
        if ranks.is_first:
            bar.write(_plan(settings, ranks.size))
        begun = time.monotonic()
        for count, progress in enumerate(run, 1):
            if count == MEASURED and ranks.is_first:
                bar.write(_how_long(settings, progress, (time.monotonic() - begun) / count))
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


def _plan(settings: Settings, ranks: int) -> str:
    """What the run will take."""
    where = " of memory in each process" if ranks > 1 else " of memory"
    return (
        f"{needs.count_parameters(settings):,} parameters; at least "
        f"{needs.in_words(needs.memory_of(settings, ranks))}{where} and "
        f"{needs.in_words(needs.disk_of(settings))} of disk"
    )


def _how_long(settings: Settings, progress: Any, seconds: float) -> str:
    """From the first steps, each of so many seconds."""
    left = (settings.steps or 0) - progress.step
    duration = seconds * left
    if settings.minutes is not None:
        duration = 60 * settings.minutes * (1 - progress.fraction)
    if duration < SOON:
        return f"{seconds:.3f} s a step"
    whole = f"{duration / 60:.0f} minutes" if duration < 7200 else f"{duration / 3600:,.0f} hours"
    return f"{seconds:.3f} s a step: about {whole} to go"


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
def signals(handle: Callable[[int], None], again: bool = True) -> Iterator[None]:
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
