"""The command that trains."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.settings import Settings

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
    from lstm_video_lab import distributed
    from lstm_video_lab.training import checkpoints

    out, given = arguments.out, _given_settings(arguments)
    resume = arguments.resume == "auto"
    if resume and checkpoints.newest_checkpoint(out) is not None:
        settings = checkpoints.read_checkpoint(out).settings.changed(**given)
    else:
        settings = Settings.for_scale(**given)
    with distributed.joined() as group:
        try:
            stopped = follow(settings, out, resume, group)
        except distributed.RankLostError as error:  # a broken group cannot be left in good order
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
