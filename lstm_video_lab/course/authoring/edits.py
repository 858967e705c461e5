"""Changes of several files that happen together, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from lstm_video_lab.files import write_whole


def apply(root: Path, contents: Mapping[str, str], removed: Iterable[str] = ()) -> None:
    """Write files below `root`, by their names from there, then remove others.

    Raises what stops it, an OSError or Ctrl-C; every file is then as it was before.
    """
    removed = list(removed)
    before = {name: _bytes_of(root / name) for name in (*contents, *removed)}
    made: list[Path] = []
    try:
        for name, text in contents.items():
            _make_folders((root / name).parent, made)
            write_whole(root / name, text)
        for name in removed:
            (root / name).unlink()
    except BaseException:
        _restore(root, before, made)
        raise


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; `made` keeps what was not there, the outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _restore(root: Path, before: Mapping[str, bytes | None], made: list[Path]) -> None:
    for name, data in before.items():
        path = root / name
        if data is None:
            path.unlink(missing_ok=True)
        elif _bytes_of(path) != data:
            write_whole(path, data)
    for folder in reversed(made):
        folder.rmdir()
