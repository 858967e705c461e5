"""How JupyterLab reads and writes lessons and solutions in `lstm-video-lab open --author`."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines
from tornado.web import HTTPError

from lstm_video_lab.course.building import pairs
from lstm_video_lab.course.building.scripts import lab_of


class PairedContents(LargeFileManager):
    """Each notebook of a lesson or a solution is one with its script: read, saved and renamed so.

    The comparison is by content (see `pairs`), where jupytext's own manager goes by the time.
    A page takes nothing back from a save but its time. So each notebook that is loaded gets a mark
    of its own in its metadata, which the page sends along whenever it saves, and which is in no
    file: it tells what this page has loaded and saved, and another that is open beside it has not.
    """

    formats = ""  # jupytext's extension of the server leaves a manager that has this as it is

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen: dict[str, set[str]] = {}  # mark of a page → the versions that it has seen

    def _script_of(self, path: str) -> Path | None:
        """The script of the notebook at `path`; None for all other files."""
        script = Path(self._get_os_path(path)).with_suffix(".py")
        is_paired = path.endswith(".ipynb") and pairs.NAME.fullmatch(script.stem)
        folders = [Path(self.root_dir) / name for name in pairs.FOLDERS]
        return script if is_paired and script.parent in folders else None

    def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> dict[str, Any]:
        script = self._script_of(path)
        if not content or type not in (None, "notebook"):
            script = None
        if script:
            try:
                pairs.settle(script)
            except pairs.NotKeptError:
                script = None  # it opens, so that it can be mended here; saving it says how
            except ValueError as error:
                raise HTTPError(409, str(error)) from None
        model = super().get(path, content, type, format, require_hash)
        if script:
            pairs.note(model["content"], pairs.inputs_of(model["content"], path))
        if content and model["type"] == "notebook":
            mark = uuid.uuid4().hex
            self._seen[mark] = {pairs.version_of(model["content"], path)}
            _put_mark(model["content"], mark)
        return model

    def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        if model.get("type") != "notebook" or "cells" not in (model.get("content") or {}):
            return super().save(model, path)
        script = self._script_of(path)
        nb = rejoin_lines(nbformat.from_dict(model["content"]))
        seen = self._seen.setdefault(_take_mark(nb) or uuid.uuid4().hex, set())
        if script:
            try:
                pairs.save(script, nb, seen)
            except ValueError as error:
                raise HTTPError(409, str(error)) from None
        seen.add(pairs.version_of(nb, path))
        return super().save({**model, "content": nb}, path)

    def rename_file(self, old_path: str, new_path: str) -> None:
        old, new = self._script_of(old_path), self._script_of(new_path)
        if new and new.exists():
            raise HTTPError(409, f"{new.name} is there already: choose another name")
        super().rename_file(old_path, new_path)
        if old and new and old.exists():
            old.rename(new)  # a lesson that leaves its folder leaves its script behind

    def restore_checkpoint(self, checkpoint_id: str, path: str = "") -> None:
        script = self._script_of(path)
        if script and pairs.read_pair(script).edited:
            raise HTTPError(409, f"{script.name} was edited elsewhere: reload the notebook first")
        super().restore_checkpoint(checkpoint_id, path)
        if script and (restored := pairs.read_pair(script)).inputs is not None:
            pairs.write_script(restored)


def _put_mark(nb: NotebookNode, mark: str) -> None:
    nb.metadata["lab"] = {**lab_of(nb), "page": mark}


def _take_mark(nb: NotebookNode) -> str:
    """The mark that `_put_mark` left, taken out of the notebook; "" where there is none."""
    lab = lab_of(nb)
    mark = str(lab.pop("page", ""))
    if not lab:
        nb.metadata.pop("lab", None)
    return mark
