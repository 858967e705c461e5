"""One run on several processes, started by torchrun: who makes what, and how they agree.

Every rank holds the whole model and makes its share of each batch; gradients are averaged by
PyTorch's DistributedDataParallel, everything else by the few calls below. A run in one process has
one rank and pays nothing.
"""

import contextlib
import gc
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

PATIENCE = timedelta(minutes=10)  # the others wait while rank 0 writes a checkpoint


class RankLostError(OSError):
    """Another process of the run has gone."""


@dataclass(frozen=True)
class Ranks:
    """Rank `rank` of `size`; `device` is where tensors travel from."""

    rank: int = 0
    size: int = 1
    device: torch.device = torch.device("cpu")  # noqa: RUF009

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def parallel(self, model: torch.nn.Module) -> torch.nn.Module:
        """The model to train with: its gradients are means over all ranks."""
        if self.size == 1:
            return model
        on = None if self.device.type == "cpu" else [self.device]
        return DistributedDataParallel(model, device_ids=on, gradient_as_bucket_view=True)

    def share(self, tensor: Tensor) -> Tensor:
        """This rank's part of what is drawn for a whole batch, along dimension 0."""
        return tensor.chunk(self.size)[self.rank]

    def sum(self, tensor: Tensor) -> Tensor:
        """The sum over ranks, the same on each."""
        if self.size == 1:
            return tensor
        total = tensor.to(self.device, copy=True)
        with _one_line():
            dist.all_reduce(total)
        return total.to(tensor.device)

    def any(self, flag: bool) -> bool:
        """Whether it is true on any rank."""
        return bool(flag) if self.size == 1 else bool(self.sum(torch.tensor(float(flag))) > 0)

    def of_first(self, number: float) -> float:
        """Rank 0's number, on every rank."""
        if self.size == 1:
            return number
        return self.sum(torch.tensor(number if self.is_first else 0.0, dtype=torch.double)).item()

    def guard(self) -> contextlib.AbstractContextManager:
        """Around a step: a lost connection becomes a `RankLostError`."""
        return contextlib.nullcontext() if self.size == 1 else _one_line()


ALONE = Ranks()


@contextlib.contextmanager
def joined() -> Iterator[Ranks]:
    """The ranks that torchrun started, met and, at the end, left; `ALONE` without torchrun."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    else:
        device = torch.device("cpu")
    dist.init_process_group("gloo" if device.type == "cpu" else "nccl", timeout=PATIENCE)
    try:
        yield Ranks(dist.get_rank(), size, device)
        dist.barrier()  # who leaves early would look lost
    finally:
        gc.collect()  # the trained model holds on to the group, in circles
        dist.destroy_process_group()


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """torch tells of a lost connection by a RuntimeError of many lines."""
    try:
        yield
    except RuntimeError as error:
        text = str(error).lower()
        signs = ("connection", "peer", "timed out", "nccl", "socket", "broken pipe")
        if any(sign in text for sign in signs):
            raise RankLostError("another rank is gone") from error
        raise
