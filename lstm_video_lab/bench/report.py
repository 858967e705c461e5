"""The bench's report as a table, for the terminal and for docs/speed.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstm_video_lab.files import write_whole

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
HEADINGS = {
    "layers": "LSTM against nn.LSTM",
    "convolutions": "ConvLSTM against conv(cat[x, h])",
    "steps": "training step against nn.LSTM",
}
COLUMNS = (
    "case",
    "ours, ms",
    "torch, ms",
    "ratio (goal)",
    "ratio, torch tuned",
    "ratio, two convolutions",
    "share of ceiling",
    "peak MB, ours / torch",
    "ours bf16, ms",
    "ratio, all bf16",
    "kernels on a GPU, ours / torch",
)


def table(report: dict[str, Any]) -> str:
    """Markdown: a line on the machine, then a row for each case."""
    m = report["machine"]
    lines = [
        f"{m['processor']}, {m['threads']} threads, {m['system']}, torch {m['torch']}, "
        f"{report['date']}, {'with' if report.get('fast') else 'without'} the extra `fast`; "
        "float32, forward and backward, 10 steps where no T stands. "
        f"GPU: {m['gpu'] or 'none here, not measured'}.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "| --- " + "| ---: " * (len(COLUMNS) - 1) + "|",
    ]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in report["rows"]]
    lines.append("")
    if "sequences_per_second" in report:
        lines.append(
            f"Bouncing digits on one core: {report['sequences_per_second']:,.0f} sequences/s "
            "(64×64, two digits, 20 frames; goal 25,000)."
        )
    if "import_ratio" in report:
        lines.append(
            f"`from lstm_video_lab import LSTM` takes {report['import_ratio']:.2f} times as long "
            "as `import torch` (goal below 1.2)."
        )
    if "repaint_ms" in report:
        paint = report["repaint_ms"]
        slowest = max(paint, key=paint.get)
        lines.append(
            f"The first picture of lesson 03 comes {report['lesson_start_seconds']:.1f} s after "
            f"its first cell begins (goal 5); the slowest of {len(paint)} explorers, {slowest}, "
            f"repaints in {paint[slowest]:.0f} ms (median; goal 100)."
        )
    return "\n".join(lines).rstrip() + "\n"


def put_into(page: Path, text: str) -> None:
    """Replace what stands between the two marks. Raises ValueError where they are missing."""
    write_whole(page, with_table(page, text))


def with_table(page: Path, text: str = "") -> str:
    """The page with this table. Raises ValueError where it has no place."""
    try:
        return between(page.read_text("utf-8"), BEGIN, END, text)
    except ValueError as error:
        raise ValueError(f"{page}: {error}") from None


def _cells(row: dict[str, Any]) -> list[str]:
    case = ", ".join(f"{name} {value}" for name, value in row["case"].items())
    ms, peak, launches = row["ms"], row["peak_bytes"], row.get("launches")
    return [
        f"{HEADINGS[row['group']]}: {case}",
        f"{ms['ours']:.1f}",
        f"{ms['torch']:.1f}",
        f"{row['ratio']:.2f} ({row['goal']:g})",
        f"{row['ratio_tuned']:.2f}",
        f"{row['ratio_two']:.2f}" if "ratio_two" in row else "",
        f"{row['share']:.0%}" if "share" in row else "",
        f"{peak['ours'] / 1e6:.0f} / {peak['torch'] / 1e6:.0f}",
        f"{ms['ours bf16']:.1f}" if "ours bf16" in ms else "",
        f"{row['ratio_bf16']:.2f}" if "ratio_bf16" in row else "",
        f"{launches['ours']} / {launches['torch']}" if launches else "",
    ]


def between(page: str, begin: str, end: str, text: str) -> str:
    """`page` with `text` between two marks. Raises ValueError where they are missing."""
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page has no place for it: put {begin} and {end} there")
    before, rest = page.split(begin)
    return f"{before}{begin}\n{text}{end}{rest.split(end)[1]}"
