"""The pictures of lesson 01 that show what was measured or trained in the lesson itself.

T time, K symbols, L layers, k steps or layers back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.recurrence_and_memory import memory
from lstm_video_lab.lessons.recurrence_and_memory.experiment import SYMBOLS
from lstm_video_lab.plots.canvas import Picture


def draw_copy_task(x: Tensor, answer: int) -> Picture:
    """One sequence (T, K + 2) of the copy task: symbols, and the two marks."""
    return plots.strip(
        {
            f"{SYMBOLS} symbols": x[:, :SYMBOLS],
            "mark: keep": x[:, SYMBOLS : SYMBOLS + 1],
            "mark: say": x[:, SYMBOLS + 1 :],
        },
        "One sequence of the copy task; time runs to the right. In each step but the last there is "
        f"one of four symbols. Symbol {answer + 1} has the mark “keep” in step 1. {len(x) - 2} "
        f"others follow, and in step {len(x)} the network has to say: {answer + 1}. Who guesses is "
        f"right in one case of {SYMBOLS}.",
        height=48,
    )


def draw_terms(sizes: Sequence[float]) -> Picture:
    """The norm of each step's term of a gradient, from the first step to the last."""
    recent = sum(sizes[-5:]) / sum(sizes)
    return plots.curves(
        {"plain cell": (range(2, len(sizes) + 1), sizes[1:])},
        text="The size of each term, for 32 untrained units and random inputs. The last step has "
        f"{sizes[-1]:.2g}, step 2 has {sizes[1]:.2g} (in step 1 there is no old state yet). Of the "
        f"total, {100 * recent:.1f} % come from the last five steps of {len(sizes)}.",
        ylabel="norm of the term",
        logy=True,
    )


def draw_starts(powers: Mapping[str, Tensor], delay: int, seeds: int) -> Picture:
    """The norm of the way back, up to `delay` steps: start → powers of ten (k)."""
    listed = ", ".join(f"{name} {float(10 ** line[delay]):.1g}" for name, line in powers.items())
    steps = ", ".join(
        f"{name} × {float(10 ** (line[delay] / delay)):.2f}" for name, line in powers.items()
    )
    return plots.curves(
        {name: (range(delay + 1), 10 ** line[: delay + 1]) for name, line in powers.items()},
        {"unchanged": 1.0},
        f"The norm {delay} steps back, before any training: {listed} (geometric means of {seeds} "
        f"seeds, 32 units). On average for each step: {steps}.",
        xlabel="steps back",
        ylabel="norm",
        logy=True,
    )


def draw_deep_nets(powers: Mapping[str, Tensor], seeds: int) -> Picture:
    """The norm of the way back through the layers of feed-forward nets: net → powers of ten (k)."""
    depth = len(next(iter(powers.values()))) - 1
    ends = ", ".join(f"{name}: {10 ** float(line[-1]):.1g}" for name, line in powers.items())
    return plots.curves(
        {name: (range(depth + 1), 10**line) for name, line in powers.items()},
        {"unchanged": 1.0},
        f"The norm of ∂y({depth})/∂y({depth} − k), tanh layers of 32 units, geometric mean of "
        f"{seeds} seeds. Through all {depth} layers: {ends}.",
        xlabel="layers back, k",
        ylabel="norm",
        logy=True,
    )


def draw_recovery(after: Tensor, loss: float, scale: str, shown: int = 20) -> Picture:
    """How far two copies are apart since one read a wrong letter: (T, L)."""
    lasting = ", ".join(str(memory.recovery_steps(line)) for line in after.T.tolist())
    return plots.curves(
        {f"layer {n + 1}": (range(1, shown + 1), after[:shown, n]) for n in range(memory.LAYERS)},
        {"a tenth": 0.1},
        "How far the two copies are apart, as a part of the most, from the wrong letter on. Layers "
        f"1 to {memory.LAYERS} stay below a tenth after {lasting} letters. All layers answer; a "
        f"short training, one seed: {loss:.2f} nats per letter ({scale} scale).",
        xlabel="letters since the wrong one",
        ylabel="distance",
    )


def draw_work(longest: int) -> Picture:
    """Multiplications for one more frame and one answer, counted, for T = 1 to `longest`."""
    lengths = range(1, longest + 1)
    work = {
        name: [memory.multiplications(units, T) for T in lengths]
        for name, units in memory.MEMORIES.items()
    }
    ends = ", ".join(f"{name} {line[-1]:,}" for name, line in work.items())
    return plots.curves(
        {name: (lengths, [n / 1000 for n in line]) for name, line in work.items()},
        text="Multiplications to take in one more frame and to answer one question, counted from "
        f"the sizes of the matrices. At T = {longest}: {ends}.",
        xlabel="frames T",
        ylabel="thousand multiplications",
    )
