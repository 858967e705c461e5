"""The files that an answer may read, named one by one: Python, its packages, system libraries.

Never the environment or the system as a whole, for the lab may have been cloned into either. What
lies in a folder that is hidden cannot be read, wherever that is. This runs in the process that
children are forked from, so it imports nothing of the lab.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = ("site-packages", "dist-packages")
LOADER = ("/lib64", "/usr/lib64", "/lib/*-linux-*", "/usr/lib/*-linux-*")  # shared libraries
LOADER_CACHE = "/etc/ld.so.cache"
TIME_ZONES = "/usr/share/zoneinfo"


def readable() -> list[str]:
    """Real paths of folders and files: none lies in another."""
    paths = {*python_folders(), *_folders_of_libraries(), *_libraries_in_use()}
    paths |= {LOADER_CACHE, TIME_ZONES}
    real = {os.path.realpath(path) for path in paths if os.path.exists(path)} - {"/"}
    return sorted(path for path in real if not lies_in(path, real))


def python_folders() -> Iterator[str]:
    """The standard library, and the folders of packages that this Python looks into."""
    yield sysconfig.get_path("stdlib")
    for path in sys.path:
        if os.path.basename(path) in (*PACKAGES, "lib-dynload"):
            yield path


def _folders_of_libraries() -> Iterator[str]:
    """Folders with nothing but libraries in them, by their names."""
    for pattern in LOADER:
        for folder in Path("/").glob(pattern.lstrip("/")):
            name = os.path.basename(os.path.realpath(folder))
            if name == "lib64" or "-linux-" in name:
                yield str(folder)


def _libraries_in_use() -> Iterator[str]:
    """Every library beside one that is loaded: such a folder may hold other things, too."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:  # not Linux
        return
    loaded = {line.split(maxsplit=5)[5] for line in lines if ".so" in line}
    for folder in {os.path.dirname(path) for path in loaded}:
        if os.path.isdir(folder):
            yield from (str(path) for path in Path(folder).glob("*.so*") if path.is_file())


def links_to(paths: Iterable[str]) -> dict[str, str]:
    """Links above the usual names of what can be read, as /lib: link → what it says."""
    usual = {*python_folders(), "/lib64/x", "/lib/x", "/usr/lib64/x", sys.executable, *paths}
    links = {}
    for path in usual:
        for folder in Path(path).parents:
            if folder.is_symlink():
                links[str(folder)] = os.readlink(folder)
    return links


def hidden(lab: str, secret: Iterable[str], visible: Iterable[str]) -> list[str]:
    """Real paths that stay closed: the lab among the packages, and what the grader names.

    secret: folders with solutions, submissions and grades; what lies beside them is closed too,
    where Python is not among it.
    """
    closed = {os.path.realpath(path) for path in secret}
    for path in sys.path:
        if os.path.isdir(path):
            closed |= {str(inside.resolve()) for inside in Path(path).glob(f"{lab}*")}
    needed = {*visible, *map(os.path.realpath, python_folders())}
    for folder in {os.path.dirname(path) for path in closed}:
        if not any(path == folder or lies_in(path, [folder]) for path in needed):
            closed.add(folder)
    return sorted(closed - {"/"})


def lies_in(path: str, folders: Iterable[str]) -> bool:
    """Whether a path lies below one of these, and is none of them itself."""
    return any(path != folder and path.startswith(folder.rstrip("/") + "/") for folder in folders)
