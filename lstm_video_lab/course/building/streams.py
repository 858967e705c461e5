"""What a cell prints, as one piece, as nbclient has it with `coalesce_streams`.

That one takes minutes for a long line, since it looks for a carriage return from each of its
letters.
"""

from __future__ import annotations

from itertools import pairwise

from nbformat import NotebookNode


def coalesce(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs of a cell with one stream of each name, at the place of its first piece.

    stdout stands before stderr where they are neighbours: which came first is chance. Of a line
    that is written anew, as a bar of progress is, the last state stays.
    """
    pieces: dict[str, list[str]] = {}
    kept = []
    for output in outputs:
        is_stream = output.output_type == "stream"
        if not is_stream or output.name not in pieces:
            kept.append(output)
        if is_stream:
            pieces.setdefault(output.name, []).append(output.text)
    for output in kept:
        if output.output_type == "stream":
            output.text = _last_states("".join(pieces[output.name]))
    for place, (one, two) in enumerate(pairwise(kept)):
        if (one.get("name"), two.get("name")) == ("stderr", "stdout"):
            kept[place : place + 2] = [two, one]
    return kept


def _last_states(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line[line.rfind("\r", 0, max(len(line) - 1, 0)) + 1 :] for line in lines)
