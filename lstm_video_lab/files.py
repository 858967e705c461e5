"""Files appear whole, or not at all."""

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
