"""Speeds as ratios: the lab beside torch's own layers, in one run on one machine.

Every contender is a process of its own, with its own memory and threads; they take turns, so that
whatever else the machine does falls on all alike. Ratios are medians of the turns' ratios.

    ours         the lab
    torch        the same with torch's own layers, as torch comes
    torch two    of a ConvLSTM: two convolutions a step, one of x and one of h, with plain autograd
    torch tuned  the same again, with what the lab does for its process (it keeps freed memory, its
                 waiting threads soon sleep) and, for training steps, the same fused Adam
    ceiling      only the products that it needs, matrices or convolutions; those of matrices by
                 torch's own (MKL, cuBLAS) and by oneDNN: the faster of the two counts
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lstm_video_lab import quota

CASES: dict[str, list[tuple[dict[str, Any], float]]] = {  # group → (case, ratio to be reached)
    "layers": [
        ({"X": 4096, "H": 256, "B": 32}, 2.5),
        ({"X": 4096, "H": 512, "B": 64}, 1.3),
        ({"X": 4096, "H": 1024, "B": 32}, 2.2),
        ({"X": 1024, "H": 256, "B": 32}, 1.1),
        ({"X": 512, "H": 512, "B": 64}, 1.05),
        ({"X": 256, "H": 64, "B": 32}, 1.15),
        ({"X": 1024, "H": 64, "B": 32}, 1.15),
        ({"X": 256, "H": 256, "B": 32}, 1.0),
        ({"X": 256, "H": 256, "B": 32, "T": 100}, 1.0),
        ({"X": 4096, "H": 2048, "B": 16}, 1.15),
    ],
    "convolutions": [
        ({"C": 16, "H": 64, "k": 5, "side": 16, "B": 8}, 1.5),
        ({"C": 16, "H": 32, "k": 3, "side": 16, "B": 16}, 1.5),
        ({"C": 1, "H": 16, "k": 3, "side": 64, "B": 8}, 1.5),
        ({"C": 1, "H": 16, "k": 5, "side": 32, "B": 8}, 1.5),
    ],
    "steps": [
        ({"scale": "laptop"}, 1.25),
        ({"scale": "paper", "conditional": False, "batch_size": 8}, 1.5),
    ],
}
ON_GPU = ({"scale": "paper", "conditional": False, "batch_size": 128, "device": "cuda"}, 1.0)
GROUPS = (*CASES, "data", "start", "lesson")
WIDEST = 0.25  # spread of a row that is still reported
TURN_SECONDS = 2.0  # of each contender in a case
BEGUN_WITH = Path("/proc/self/environ")  # what was set when this process began
CONTENDER = Path(__file__).with_name("contender.py")


def run(
    groups: tuple[str, ...] = GROUPS, cases: Any = None, *, force: bool = False
) -> dict[str, Any]:
    """Measure, and return a report that is ready for JSON.

    Raises ValueError on a busy machine, unless `force`d.
    """
    rows = []
    if not force:
        check_quiet()
    from lstm_video_lab import devices

    cases = cases or (CASES | {"steps": [*CASES["steps"], *([ON_GPU] if has_gpu() else [])]})
    chosen = [(group, *case) for group in cases if group in groups for case in cases[group]]
    for group, case, goal in tqdm(chosen, desc="bench", unit="case", file=sys.stderr):
        rows.append(measure(group, case, goal))
    if not force:
        check_spread(rows)
    from lstm_video_lab.layers import pointwise

    report: dict[str, Any] = {
        "fast": pointwise.HAS_NUMBA,
        "date": date.today().isoformat(),
        "machine": devices.describe_machine(),
        "rows": rows,
    }
    if "data" in groups:
        report["sequences_per_second"] = data_speed()
    if "start" in groups:
        report["import_ratio"] = import_ratio()
    if "lesson" in groups:
        from lstm_video_lab.bench import lesson

        report["lesson_start_seconds"] = lesson.lesson_start()
        report["repaint_ms"] = lesson.repaint()
    return report


def measure(group: str, case: dict[str, Any], goal: float) -> dict[str, Any]:
    """One row: all contenders of a case, turn by turn."""
    on_gpu = case.get("device") == "cuda"
    kinds = ["ours", "torch", "torch tuned", "ceiling torch"]
    if group == "convolutions":
        kinds.append("torch two")
    elif not on_gpu:
        kinds.append("ceiling onednn")
    if has_bf16() and not on_gpu:  # where all have bfloat16 operands
        kinds += ["ours bf16", "torch bf16"]
    with ExitStack() as stack:
        ask = {kind: stack.enter_context(started(kind, group, case)) for kind in kinds}
        for kind in kinds:
            ask[kind]("step")
        longest = max(ask[kind]("step") for kind in kinds)
        turns = max(5, min(40, int(TURN_SECONDS / longest)))
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(turns):
            for kind in kinds:
                times[kind].append(ask[kind]("step"))
        row: dict[str, Any] = {
            "group": group,
            "case": case,
            "goal": goal,
            "turns": turns,
            "ms": {kind: 1e3 * statistics.median(times[kind]) for kind in kinds},
            "ratio": ratio(times["torch"], times["ours"]),
            "ratio_tuned": ratio(times["torch tuned"], times["ours"]),
            "spread": spread(times["torch"], times["ours"]),
            "peak_bytes": {kind: ask[kind]("peak") for kind in ("ours", "torch")},
        }
        for other in ("two", "bf16"):
            if f"torch {other}" in kinds:
                ours = "ours bf16" if other == "bf16" else "ours"
                row[f"ratio_{other}"] = ratio(times[f"torch {other}"], times[ours])
        if group == "steps":
            row["profile"] = ask["ours"]("profile")
        if on_gpu:
            row["launches"] = {kind: ask[kind]("launches") for kind in ("ours", "torch")}
    ceilings = [kind for kind in kinds if kind.startswith("ceiling")]
    if ceilings:
        row["ceiling"] = min(ceilings, key=lambda kind: row["ms"][kind])
        row["share"] = ratio(times[row["ceiling"]], times["ours"])
    if group == "layers":
        row["gflops"] = flops(**case) / (1e6 * row["ms"]["ours"])
    return row


@contextmanager
def started(kind: str, group: str, case: dict[str, Any]) -> Iterator[Any]:
    """A contender's process, which answers "step", "peak" and "profile"; it ends with the block."""
    environment = dict(os.environ)
    if kind == "torch":
        environment = as_torch_comes(environment)
    process = subprocess.Popen(
        [sys.executable, str(CONTENDER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    assert process.stdin and process.stdout and process.stderr

    def ask(question: str) -> Any:
        assert process.stdin and process.stdout and process.stderr
        try:
            print(question, file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            process.kill()
            last = (process.stderr.read().strip().splitlines() or ["no message"])[-1]
            raise ValueError(f"bench: {group} {case}, {kind!r} ended: {last}") from None

    try:
        print(json.dumps({"kind": kind, "group": group, "case": case}), file=process.stdin)
        yield ask
    finally:
        process.kill()
        process.communicate()


def as_torch_comes(environment: dict[str, str], begun: Path = BEGUN_WITH) -> dict[str, str]:
    """Without what the lab's import in this process has set: threads that soon sleep, and no more
    of them than a quota feeds. Systems that do not tell what it has begun with know no quota.
    """
    set_by_lab = {"GOMP_SPINCOUNT"}
    with suppress(OSError):
        begun_with = {line.split("=")[0] for line in os.fsdecode(begun.read_bytes()).split("\0")}
        set_by_lab = {"GOMP_SPINCOUNT", "OMP_NUM_THREADS"} - begun_with
    return {name: value for name, value in environment.items() if name not in set_by_lab}


def ratio(theirs: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def spread(theirs: list[float], ours: list[float]) -> float:
    """How far the middle half of the turns' ratios reaches, as a part of their median."""
    low, middle, high = statistics.quantiles([a / b for a, b in zip(theirs, ours, strict=True)])
    return (high - low) / middle


def check_quiet() -> None:
    """Raises ValueError where something else works: then figures are about that, not the layers."""
    cores = min(quota.cores(), quota.cpu_quota())
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > cores / 2:
        raise ValueError(
            f"this machine is busy: its load is {load:.1f} on {cores:g} cores; "
            "wait until it is below half of them, or measure all the same with --force"
        )


def check_spread(rows: list[dict[str, Any]]) -> None:
    """Raises ValueError where turns of one case differ too much for their median to mean much."""
    wide = [row for row in rows if row["spread"] > WIDEST]
    if wide:
        raise ValueError(
            f"the turns of {wide[0]['group']} {wide[0]['case']} differ by {wide[0]['spread']:.0%}: "
            "something else worked meanwhile; measure again, or report all the same with --force"
        )


def flops(X: int, H: int, B: int, T: int = 10) -> int:
    """Of the products of a layer, forward and backward: no gradient is taken to x."""
    outer, inner = 2 * T * B * 4 * H * X, 2 * T * B * 4 * H * H
    return 2 * outer + 3 * inner


def has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def has_bf16() -> bool:
    import torch

    from lstm_video_lab import devices

    return devices.has_bf16(torch.device("cpu"))


def data_speed(batches: int = 40, batch_size: int = 64) -> float:
    """Sequences a second on one core: 64×64, two digits, 20 frames."""
    from lstm_video_lab import BouncingDigits, load_digits

    data = BouncingDigits(load_digits())
    data.batch(0, batch_size)
    start = time.perf_counter()
    for index in range(batches):
        data.batch(index, batch_size)
    return batches * batch_size / (time.perf_counter() - start)


def import_ratio(turns: int = 9) -> float:
    """Time to import the lab and its first layer, over that to import torch."""

    def seconds(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    lab, torch_alone = "from lstm_video_lab import LSTM", "import torch"
    for code in (lab, torch_alone):
        seconds(code)
    pairs = [(seconds(lab), seconds(torch_alone)) for _ in range(turns)]
    return statistics.median(a / b for a, b in pairs)
