"""The table that `lstm-video-lab evaluate` prints: a report as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

COLUMNS = {  # of the table: measure → heading
    "cross_entropy": "cross-entropy, nats",
    "mse": "squared error",
    "ssim": "SSIM",
    "ssim_uniform": "SSIM, 7×7 window",
}


def table(report: dict[str, Any]) -> str:
    """A report as text: models between their baselines, then the future step by step."""
    size, future = report["image_size"], report["future"]
    head = (
        f"{report['sequences']} held-out sequences, scale {report['scale']}, "
        f"frames of {size}×{size} pixels.\n"
        "Mean per frame ± standard error over sequences; cross-entropy and squared error are sums "
        "over\nthe pixels of a frame; SSIM with a Gaussian 11×11 and a uniform 7×7 window; "
        "–: infinite or undefined."
    )
    rows = {
        f"baseline: {name.replace('_', ' ')}": v for name, v in report.get("baselines", {}).items()
    }
    rows |= {f"model: {part}": report[part] for part in ("future", "reconstruction")}
    lines = [_row("", COLUMNS.values())]
    lines += [_row(name, _cells(v, v["stderr"])) for name, v in rows.items() if v is not None]
    for step in range(len(future["per_step"]["mse"]) if future else 0):
        at = {name: v[step] for name, v in future["per_step"].items() if name != "stderr"}
        stderr = {name: v[step] for name, v in future["per_step"]["stderr"].items()}
        lines.append(_row(f"model: future, step {step + 1}", _cells(at, stderr)))
    return "\n".join([head, "", *lines])


def _cells(values: dict[str, Any], stderr: dict[str, Any]) -> Iterator[str]:
    """One cell for each column, with the digits that its measure deserves."""
    for name in COLUMNS:
        digits = 4 if name.startswith("ssim") else 2
        mean, error = values.get(name), stderr.get(name)
        cell = "–" if mean is None else f"{mean:.{digits}f}"
        yield cell if error is None else f"{cell} ± {error:.{digits}f}"


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<24}" + "".join(f"{cell:>21}" for cell in cells)
