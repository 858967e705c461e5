"""One training loop, an iterator: `for progress in train(settings): …`.

The lesson's widget, the progress bar of the command line and the tests are its consumers; whoever
stops asking stops the run, and a run with a folder then leaves a checkpoint that continues bit for
bit.
"""

import contextlib
import json
import math
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn

from lstm_video_lab import evaluation, pretrained
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.devices import flush_denormal, has_bf16, pick_device
from lstm_video_lab.distributed import ALONE, RankLostError, Ranks
from lstm_video_lab.files import write_whole
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training.loss import composite_loss
from lstm_video_lab.training.optimisers import learning_rate, make_optimiser

LOG_EVERY = 10
LOG_LINE = '{"step"'  # how each begins
HELDOUT_SEQUENCES = 128
# What may change when a run is resumed, for its result does not hang on it, or extends it.
MAY_CHANGE = ("steps", "minutes", "device", "validate_every", "checkpoint_every")


@dataclass(frozen=True)
class Progress:
    """What is known after a step. Losses are nats per frame (or squared error, for a linear
    output).
    """

    step: int
    fraction: float  # of the run, 0 to 1
    seconds: float  # spent in training, earlier sessions of the run included
    loss: float  # the sum that is minimised
    future: float | None
    reconstruction: float | None
    learning_rate: float
    gradient_norm: float
    heldout: dict[str, Any] | None  # now and then: the report of `evaluate` on held-out sequences
    model: VideoModel


class DivergedError(ArithmeticError):
    """A loss or a gradient is no longer a finite number."""


def train(
    settings: Settings, out: Path | str | None = None, resume: bool = False, ranks: Ranks = ALONE
) -> Generator[Progress, None, None]:
    """Train a `VideoModel` on the data of its settings, a `Progress` after every step.

    `out` is the run's folder: metrics as JSON lines, and checkpoints. `resume` continues the newest
    checkpoint there, if there is one. Closing the iterator saves a checkpoint. `ranks` share each
    batch, and all get the same numbers; rank 0 writes.
    Raises ValueError for settings that differ from the checkpoint's, FileExistsError where `out`
    holds another run, OSError where it can't be written, `DivergedError` when the loss is no number
    any more, `RankLostError` when another rank is gone.
    """
    # Not a generator itself: what cannot be trained is refused at once, not at the first step.
    return _Run(settings, None if out is None else Path(out), resume, ranks).steps()


class _Run:
    """The state of one run: what a checkpoint holds, and what the settings can make again."""

    def __init__(
        self, settings: Settings, out: Path | None, resume: bool, ranks: Ranks = ALONE
    ) -> None:
        self.settings, self.out, self.ranks = settings, out, ranks
        if settings.batch_size % ranks.size:
            raise LabError(
                f"batch_size={settings.batch_size} cannot be shared evenly by {ranks.size} ranks: "
                "choose a multiple"
            )
        self.device = pick_device(settings.device) if ranks.size == 1 else ranks.device
        self.bf16 = settings.precision != "fp32" and has_bf16(self.device)
        if settings.precision == "bf16" and not self.bf16:
            raise LabError(
                f"precision='bf16': this {self.device.type} has none in hardware: use auto or fp32"
            )
        self.data = open_data(settings)
        evaluation.heldout_data(settings)  # opened now: what is missing must not end a long run
        self.model = VideoModel(**settings.model_fields(), seed=settings.seed).to(self.device)
        if settings.start_from is not None:
            pretrained.start_from(self.model, settings.start_from)
        self.optimiser = make_optimiser(settings, self.model.parameters())
        self.step, self.seconds, self.spent, self.saved_step = 0, 0.0, 0.0, -1
        self.last: dict[str, Any] = {}
        self.numbers: dict[str, float] = {}  # the newest losses that were read
        with contextlib.ExitStack() as lock:
            if out is not None:
                self._open_folder(out, resume, lock)
            self.lock = lock.pop_all()  # held until the run is over
        self.parallel = ranks.parallel(self.model)

    def steps(self) -> Generator[Progress, None, None]:
        """Step until the run is over or nobody asks any more; then save."""
        try:
            while self.fraction < 1.0:
                with flush_denormal():
                    progress = self._step()
                yield progress
                if self.step % self.settings.checkpoint_every == 0:
                    self._save()
            self._save()
        except DivergedError:
            raise
        except RankLostError:
            self._save()  # the step in which it was lost has changed nothing yet
            raise RankLostError(
                f"step {self.step + 1}: rank {self.ranks.rank} of {self.ranks.size} lost another "
                f"rank; {self._kept()}; continue, with any number of ranks, with --resume auto"
            ) from None
        except (Exception, GeneratorExit):  # also of a log that is full, or a look that fails
            self._save()
            raise
        finally:
            self.lock.close()

    @property
    def fraction(self) -> float:
        s = self.settings
        by_steps = 0.0 if s.steps is None else self.step / s.steps
        by_time = 0.0 if s.minutes is None else self.seconds / (60 * s.minutes + 1e-9)
        return min(1.0, max(by_steps, by_time))

    def _step(self) -> Progress:
        """Batch k holds sequences kB … kB+B−1: a resumed run needs nothing but its step number."""
        s, start = self.settings, time.perf_counter()
        rate = learning_rate(s, self.step, self.fraction)
        with self.ranks.guard():
            losses = self._losses()
            self.optimiser.zero_grad(set_to_none=True)
            losses["loss"].backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), s.clip or math.inf)
        is_read = self._is_time_to_read()
        if is_read:
            self.numbers = self._read({**losses, "norm": norm})
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        self.step += 1
        self.spent += time.perf_counter() - start
        if is_read:  # one clock for all, so that all agree when time is up
            self.seconds = self.ranks.of_first(self.spent)
        return self._report(rate)

    def _losses(self) -> dict[str, Tensor]:
        """Of this rank's share: with n ranks, small batch kn + r is part r of batch k."""
        s, ranks = self.settings, self.ranks
        small = s.batch_size // ranks.size
        frames = self.data.batch(self.step * ranks.size + ranks.rank, small, self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return composite_loss(self.parallel, to_unit(frames), s.frames_in, **self._feeding())

    def _is_time_to_read(self) -> bool:
        """Reading a number makes a GPU finish its queue: there, not at every step."""
        s, next_step = self.settings, self.step + 1
        rhythms = (LOG_EVERY, s.validate_every, s.checkpoint_every)
        return (
            self.device.type == "cpu"
            or not self.numbers
            or next_step == s.steps
            or any(next_step % every == 0 for every in rhythms)
        )

    def _read(self, tensors: dict[str, Tensor]) -> dict[str, float]:
        """Means over ranks, as numbers; they are finite."""
        means = self.ranks.sum(torch.stack(list(tensors.values())).detach()) / self.ranks.size
        numbers = dict(zip(tensors, means.tolist(), strict=True))
        if not math.isfinite(numbers["loss"]) or not math.isfinite(numbers["norm"]):
            raise DivergedError(self._advice())
        return numbers

    def _feeding(self) -> dict[str, Any]:
        """What conditional decoders are fed at this step."""
        s = self.settings
        if not s.conditional:
            return {}
        teacher = {"teacher": 1.0, "scheduled": 1.0 - self.fraction, "own": 0.0}[s.feedback]
        generator = torch.Generator().manual_seed((s.seed << 24) + self.step)
        return {"teacher": teacher, "draw": lambda count: self._draw(count, generator)}

    def _draw(self, count: int, generator: torch.Generator) -> Tensor:
        """This rank's share of the numbers that are drawn for the whole batch."""
        return self.ranks.share(torch.rand(count * self.ranks.size, generator=generator))

    def _report(self, rate: float) -> Progress:
        s, heldout, numbers = self.settings, None, self.numbers
        if self.step % s.validate_every == 0 or self.fraction >= 1.0:
            heldout = evaluation.evaluate(
                self.model, s, HELDOUT_SEQUENCES, similarity=False, compare=False, ranks=self.ranks
            )
        future, backward = numbers.get("future"), numbers.get("reconstruction")
        progress = Progress(
            self.step, self.fraction, self.seconds, numbers["loss"], future, backward, rate,
            numbers["norm"], heldout, self.model,
        )  # fmt: skip
        if heldout is not None or self.step % LOG_EVERY == 0:
            self.last = {k: v for k, v in vars(progress).items() if k != "model"}
            self._log(self.last)
        return progress

    def _open_folder(self, out: Path, resume: bool, lock: contextlib.ExitStack) -> None:
        if self.ranks.is_first:
            out.mkdir(parents=True, exist_ok=True)
            try:
                lock.enter_context(FileLock(out / ".lock", blocking=False))
            except Timeout:
                raise OSError(f"{out}: another run writes there: choose another folder") from None
        if checkpoints.newest_checkpoint(out) is not None:
            if not resume:
                raise FileExistsError(
                    f"{out}: holds a run already: resume it, or choose another folder"
                )
            self._resume(checkpoints.read_checkpoint(out))
        if self.ranks.is_first:
            self._open_log(out / "metrics.jsonl")

    def _open_log(self, log: Path) -> None:
        """Keep what was logged up to this step; a line that was cut off does not count."""
        try:
            lines = log.read_text("utf-8").splitlines(keepends=True) if log.is_file() else []
            values = [json.loads(line) for line in lines if line.endswith("\n")]
            kept = [v for v in values if v["loss"] is not None and v["step"] <= self.step]
            if any(line[:7] != LOG_LINE[: len(line)] for line in lines):
                raise ValueError
        except (ValueError, LookupError, TypeError, RecursionError):
            raise LabError(f"{log}: is no log of a run: choose another folder") from None
        write_whole(log, "".join(json.dumps(value) + "\n" for value in kept))

    def _resume(self, saved: checkpoints.Checkpoint) -> None:
        old, new = saved.settings.to_dict(), self.settings.to_dict()
        changed = [k for k in new if new[k] != old[k] and k not in MAY_CHANGE]
        if changed:
            k = changed[0]
            raise LabError(
                f"{self.out}: this run was started with {k}={old[k]!r}, not {new[k]!r}: "
                "resume it with its own settings, or choose another folder"
            )
        checkpoints.restore_optimiser(self.optimiser, saved)
        checkpoints.restore_weights(self.model, saved)
        self.step, self.seconds, self.last = saved.step, saved.seconds, saved.metrics
        self.spent, self.saved_step = saved.seconds, saved.step

    def _save(self) -> None:
        if self.out is None or self.step == self.saved_step or not self.ranks.is_first:
            return
        checkpoints.save_checkpoint(
            self.out, self.settings, self.step, self.seconds, self.last, self.model, self.optimiser
        )
        self.saved_step = self.step

    def _log(self, line: dict[str, Any]) -> None:
        if self.out is None or not self.ranks.is_first:
            return
        log = self.out / "metrics.jsonl"
        try:
            with log.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(line, allow_nan=False) + "\n")
        except OSError as error:
            raise OSError(f"{log}: could not be written ({error.strerror})") from None

    def _kept(self) -> str:
        last = None if self.out is None else checkpoints.newest_checkpoint(self.out)
        return f"the last good checkpoint is {last}" if last else "no checkpoint was written yet"

    def _advice(self) -> str:
        rate = f"lower the learning rate (now {self.settings.learning_rate:g})"
        lower = rate if self.settings.clip else "set clip to 5"
        where = f"step {self.step + 1}: the loss or its gradient is not a finite number"
        return f"{where}: {lower}; {self._kept()}"
