"""What a piece of work needs of the machine, said or refused before it begins.

All sizes are bytes. Those of a run are what it needs at the least, and near to what it takes.
"""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

from lstm_video_lab import quota
from lstm_video_lab.checks import LabError
from lstm_video_lab.settings import Settings

FLOAT = 4
COPIES = {
    "sgd": 1,
    "rmsprop": 2,
    "adagrad": 1,
    "adam": 2,
    "adamw": 2,
}  # of a weight, in an optimiser
KEPT_OF_A_STEP = 7  # numbers that a unit keeps of a step for the way back: gates, c, tanh c, h
CHECKPOINTS = 3  # two are kept while the next is written


def count_parameters(s: Settings) -> int:
    """Those of the `VideoModel` of these settings, without making it."""
    side = s.image_size // s.patch
    is_map = s.cell == "convlstm"
    inputs = s.channels * (s.patch if is_map else s.image_size) ** 2
    window = s.kernel_size**2 if is_map else 1
    peepholes = 3 * (side * side if s.peepholes == "location" else 1) if s.peepholes else 0
    units = s.units if isinstance(s.units, tuple) else (s.units,) * s.layers

    def recurrent(first: int) -> int:
        total, below = 0, first
        for own in units:
            total += 4 * own * ((below + own) * window + 1) + peepholes * own
            below = own
        return total

    total = recurrent(inputs)
    for name, is_there in (("reconstruction", s.reconstruct), ("future", s.predict)):
        if is_there:
            sees = inputs if s.conditional in (name, "both") else 0
            read = sum(units) if is_map else units[-1]
            total += recurrent(sees) + (read + 1) * inputs
    return total


def memory_of(s: Settings, ranks: int = 1) -> int:
    """Of a training run, in each of its processes: weights, gradients, the optimiser's numbers, and
    what a step keeps.
    """
    units = sum(s.units) if isinstance(s.units, tuple) else s.units * s.layers
    places = (s.image_size // s.patch) ** 2 if s.cell == "convlstm" else 1
    steps = s.frames_in * (1 + s.reconstruct) + s.frames_out * s.predict
    pixels = s.channels * s.image_size**2
    share = math.ceil(s.batch_size / ranks)
    kept = steps * share * (KEPT_OF_A_STEP * units * places + 3 * pixels)
    return FLOAT * (count_parameters(s) * (2 + COPIES[s.optimiser]) + kept)


def disk_of(s: Settings) -> int:
    """Of its checkpoints."""
    return FLOAT * count_parameters(s) * (1 + COPIES[s.optimiser]) * CHECKPOINTS


def check_run(s: Settings, out: Path) -> None:
    """Raises ValueError for a training run that its device, or the disk of `out`, cannot hold."""
    import torch

    from lstm_video_lab.devices import pick_device

    ranks = int(os.environ.get("WORLD_SIZE", "1"))  # as torchrun tells its processes
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = pick_device(s.device if ranks == 1 else "auto")
    advice = "make units or batch_size smaller"
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(rank)[0]
        check_memory(memory_of(s, ranks), "this run on cuda", advice, free)
    else:
        check_memory(here * memory_of(s, ranks), "this run", advice)
    one = disk_of(s) // CHECKPOINTS
    held = sum(file.stat().st_size for file in out.glob("checkpoint-*/*"))
    check_disk(max(one, disk_of(s) - held), out, "a run of this size")


def check_memory(needed: int, what: str, advice: str, free: int | None = None) -> None:
    """Raises ValueError for work that needs more memory than is `free`, or, if that is not said,
    than this process may have.
    """
    free = free_memory() if free is None else free
    if needed > free:
        raise LabError(
            f"{what} needs {in_words(needed)} of memory, {in_words(free)} are free: {advice}"
        )


def check_disk(needed: int, target: Path, what: str) -> None:
    """Raises ValueError where the disk of a file or folder, there or not yet, has less room."""
    folder = Path(os.path.abspath(target))
    while not folder.is_dir():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise LabError(
            f"{target}: {what} needs {in_words(needed)} of disk, {in_words(free)} are free"
        )


def free_memory() -> int:
    """What the machine has left, or less where a container or a limit of the user says so."""
    sizes = [2**62]
    try:
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        lines = Path("/proc/meminfo").read_text().splitlines()
        amounts = dict(line.split(":") for line in lines)
        sizes.append(1024 * int(amounts["MemAvailable"].split()[0]))
    except (OSError, ValueError, KeyError, AttributeError):
        pass  # another system: what it has in all must do
    return int(max(0, min(*sizes, quota.memory_left(), _left_of_address_space())))


def _left_of_address_space() -> int:
    """Under `ulimit -v`."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return 2**62
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return limit - pages * resource.getpagesize()
    except (ImportError, OSError, ValueError):
        return 2**62


def in_words(size: float) -> str:
    """'1.5 GB', in powers of ten as disks are sold."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.0f} TB"
