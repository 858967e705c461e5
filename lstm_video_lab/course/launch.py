"""JupyterLab on the first lesson, in the student's own copy: `lstm-video-lab open`."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lstm_video_lab.course import find_lessons, need_scripts
from lstm_video_lab.files import write_whole

FIRST = "00_start_here.ipynb"
MANIFEST = ".lab.json"
SETTINGS = Path(__file__).with_name("settings")  # of JupyterLab: it asks for no news

# Saving a notebook also writes its script.
PAIRED = (
    "--ServerApp.contents_manager_class=lstm_video_lab.course.authoring.contents.PairedContents"
)


def open_lab(
    to: str | Path = "lab-work", *, author: bool = False, lab_args: Sequence[str] = ()
) -> int:
    """Run JupyterLab in this process until it is stopped.

    to        folder of the student's copy, made or refreshed before (see `refresh_copy`)
    author    open the originals instead, lessons and solutions, each paired with its script
    lab_args  more arguments for JupyterLab
    Raises ValueError where lessons are missing or `to` cannot be used.
    """
    lessons = find_lessons()
    folder = need_scripts(lessons).parent if author else Path(to).resolve()
    # A user's own configuration may name another folder.
    arguments = [f"--ServerApp.root_dir={folder}", f"--ServerApp.preferred_dir={folder}"]
    if not any(argument.startswith("--ServerApp.ip=") for argument in lab_args):
        arguments.append("--ServerApp.ip=127.0.0.1")
    is_new = not author and not (folder / MANIFEST).exists()
    if author:
        from lstm_video_lab.course.building.pairs import settle_all  # slow to import

        lines = settle_all(folder)
        arguments += [f"--LabApp.default_url=/lab/tree/{lessons.name}/{FIRST}", PAIRED]
    else:
        lines = iter(refresh_copy(lessons, folder))
        arguments += [f"--LabApp.default_url=/lab/tree/{FIRST}"]
    if is_new:
        print(f"{folder}: a new working copy; --to DIR goes on with one elsewhere", flush=True)
    for line in lines:
        print(line, flush=True)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in containers, where Jupyter would refuse to start
    _prepare_environment()
    os.chdir(folder)
    from jupyterlab.labapp import main

    return main([*arguments, *lab_args]) or 0


def _prepare_environment() -> None:
    """What JupyterLab, and the kernels that it starts, find in it."""
    os.environ.setdefault("PYTHONSTARTUP", str(Path(__file__).with_name("start_kernel.py")))
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    )
    for line in make_room_for_jupyter():
        print(line, flush=True)


def make_room_for_jupyter() -> list[str]:
    """Where its own folders cannot be written, as in a read-only home, others for this session."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

    folders = {
        "JUPYTER_RUNTIME_DIR": jupyter_runtime_dir(),
        "JUPYTER_DATA_DIR": jupyter_data_dir(),
        "JUPYTER_CONFIG_DIR": jupyter_config_dir(),
        "IPYTHONDIR": os.environ.get("IPYTHONDIR", os.path.expanduser("~/.ipython")),
    }
    closed = {name: Path(path) for name, path in folders.items() if not can_write(Path(path))}
    if not closed:
        return []
    instead = tempfile.mkdtemp(prefix="lab-jupyter-")
    for name in closed:
        os.environ[name] = str(Path(instead) / name.lower())
    places = ", ".join(map(str, closed.values()))
    return [f"{places} cannot be written: for this session JupyterLab keeps its files in {instead}"]


def can_write(folder: Path) -> bool:
    """Whether a file can be made in a folder, which may have to be made first."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def refresh_copy(lessons: Path, folder: Path) -> list[str]:
    """Copy lessons, results and exercises into `folder`; a line for each file worth a word.

    A file that the student has not touched follows its original. One that they edited is never
    overwritten. The hashes of what was copied, kept in ``.lab.json``, tell them apart.
    """
    if folder == lessons or lessons in folder.parents:
        raise ValueError(f"{folder} belongs to the original lessons: choose another folder")
    originals = _originals(lessons)
    if not any(name.endswith(".ipynb") for name in originals):
        raise ValueError(f"no notebooks in {lessons}: run `lstm-video-lab build` first")
    try:
        return _refresh(originals, folder)
    except (FileExistsError, NotADirectoryError):
        raise ValueError(f"{folder} is a file, or lies in one: choose another folder") from None
    except PermissionError as error:
        place = error.filename or folder
        raise ValueError(f"{place} cannot be written: choose another folder") from None


def _originals(lessons: Path) -> dict[str, bytes]:
    """Name in the copy → content. Exercises lie in a folder below the lessons: links are mended."""
    paths = sorted([*lessons.glob("[0-9]*_*.ipynb"), *lessons.glob("results/*.json")])
    originals = {}
    for path in paths:
        data = path.read_bytes().replace(b"(../exercises/", b"(exercises/")
        originals[path.relative_to(lessons).as_posix()] = data
    for path in sorted((lessons.parent / "exercises").glob("[0-9]*_*.ipynb")):
        data = path.read_bytes().replace(b"(../notebooks/", b"(../")
        originals[f"exercises/{path.name}"] = data
    return originals


def _refresh(originals: dict[str, bytes], folder: Path) -> list[str]:
    messages: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    copied = _read_manifest(folder / MANIFEST)
    for name, data in originals.items():
        target = folder / name
        newest = _hash(data)
        present = _hash(target.read_bytes()) if target.exists() else None
        is_edited = present not in (None, newest, copied.get(name))
        if is_edited:
            if copied.get(name) != newest:
                messages.append(f"{name}: kept with your edits; rename it to get the new lesson")
            continue
        if present != newest:
            target.parent.mkdir(exist_ok=True)
            write_whole(target, data)
            if present is not None:
                messages.append(f"{name}: the new lesson took its place")
        copied[name] = newest
    text = json.dumps({"copied": copied}, indent=1)
    if copied != _read_manifest(folder / MANIFEST) or not (folder / MANIFEST).exists():
        write_whole(folder / MANIFEST, text)
    return messages


def _read_manifest(path: Path) -> dict[str, str]:
    """Hashes of the files as they were copied; without any, every file counts as edited."""
    try:
        copied = json.loads(path.read_text(encoding="utf-8"))["copied"]
        return {str(name): str(value) for name, value in copied.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
