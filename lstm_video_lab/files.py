"""Files appear whole, or not at all; a page keeps what stands around a replaced part."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, data: bytes | str) -> None:
    """Write beside the file, then rename. Raises OSError, and leaves nothing, where that fails."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(data.encode() if isinstance(data, str) else data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def between(page: str, begin: str, end: str, text: str) -> str:
    """`page` with `text` between two marks. Raises ValueError where they are missing."""
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page has no place for it: put {begin} and {end} there")
    before, rest = page.split(begin)
    return f"{before}{begin}\n{text}{end}{rest.split(end)[1]}"
