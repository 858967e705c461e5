"""How JupyterLab reads and writes lessons and solutions in `lstm-video-lab open --author`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from nbformat.v4.rwbase import rejoin_lines
from tornado.web import HTTPError

from lstm_video_lab.course import authoring


class PairedContents(LargeFileManager):
    """Each notebook of a lesson or a solution is one with its script: read, saved and renamed so.

    The comparison is by content (see `authoring`), where jupytext's own manager goes by the time.
    """

    formats = ""  # jupytext's extension of the server leaves a manager that has this as it is

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._written: dict[str, set[str]] = {}  # what a page has loaded → what it saved since

    def _script_of(self, path: str) -> Path | None:
        """The script of the notebook at `path`; None for all other files."""
        script = Path(self._get_os_path(path)).with_suffix(".py")
        is_paired = path.endswith(".ipynb") and authoring.NAME.fullmatch(script.stem)
        folders = [Path(self.root_dir) / name for name in authoring.FOLDERS]
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
                authoring.settle(script)
            except authoring.NotKeptError:
                script = None  # it opens, so that it can be mended here; saving it says how
            except ValueError as error:
                raise HTTPError(409, str(error)) from None
        model = super().get(path, content, type, format, require_hash)
        if script:
            authoring.note(model["content"], authoring.inputs_of(model["content"], path))
        return model

    def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        script = self._script_of(path)
        if script and model.get("type") == "notebook" and "content" in model:
            nb = rejoin_lines(nbformat.from_dict(model["content"]))
            written = self._written.setdefault(authoring.noted(nb) or path, set())
            try:
                written.add(authoring.save(script, nb, written))
            except ValueError as error:
                raise HTTPError(409, str(error)) from None
            model = {**model, "content": nb}
        return super().save(model, path)

    def rename_file(self, old_path: str, new_path: str) -> None:
        old, new = self._script_of(old_path), self._script_of(new_path)
        if new and new.exists():
            raise HTTPError(409, f"{new.name} is there already: choose another name")
        super().rename_file(old_path, new_path)
        if old and new and old.exists():
            old.rename(new)  # a lesson that leaves its folder leaves its script behind

    def restore_checkpoint(self, checkpoint_id: str, path: str = "") -> None:
        script = self._script_of(path)
        if script and authoring.read_pair(script).edited:
            raise HTTPError(409, f"{script.name} was edited elsewhere: reload the notebook first")
        super().restore_checkpoint(checkpoint_id, path)
        if script and (restored := authoring.read_pair(script)).inputs is not None:
            authoring.write_script(restored)
