"""Notebooks from their scripts, and exercises from their solutions: `lstm-video-lab build`.

People edit ``notebooks/NN_name.py`` (jupytext's percent format). The build makes ``NN_name.ipynb``
from it: the same cells, ids that depend on nothing but the cells, and the outputs of one run from
top to bottom. The notebook stores in its metadata ("lab") a hash of the code that its outputs were
made from and a hash of the outputs, so that `check` can tell that they belong together. The
conversion goes one way only; `jupytext --sync`, which trusts modification times, is never used.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lstm_video_lab.course import UNATTENDED, find_lessons, handout, tables, workspace
from lstm_video_lab.course.scripts import code_cells, code_hash, output_hash, read_script
from lstm_video_lab.files import write_whole

LARGEST = 500_000  # bytes of a stored notebook
CELL_SECONDS = 300  # a cell may ask for another limit: `# %% timeout=400`
SCALE = "laptop"  # the scale at which stored outputs are made
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"
MEND = "run `lstm-video-lab build`"

# Reading copies load nothing: scripts are left out, styles and pictures are inside the page.
PAGE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}"""
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    r"|@import|url\(\s*[\"']?(?:https?:)?//"
)


def build(
    root: str | Path | None = None,
    *,
    check: bool = False,
    names: Sequence[str] = (),
    force: bool = False,
    html: str | Path | None = None,
) -> list[str]:
    """Build, or with `check` verify, every lesson and exercise below `root`; a line for each.

    root   the folder that holds ``notebooks/``; None: where `find_lessons` finds them
    check  change nothing, compare stored notebooks with their scripts
    names  lessons, by the start of their names, to execute even if their code has not changed;
           the others are left alone
    force  execute all
    html   also write a reading copy of each lesson into this folder
    Raises ValueError: a line for each problem that `check` finds, or what stops a build.
    """
    folder = Path(root) / "notebooks" if root else find_lessons()
    scripts = _choose(sorted(folder.glob("[0-9]*_*.py")), folder, names)
    if not check:
        messages = [_build_one(script, bool(names) or force) for script in scripts]
        messages += _refresh_tables(folder.parent) + handout.write(folder.parent / "solutions")
    elif problems := find_problems(folder) + handout.problems(folder.parent / "solutions"):
        raise ValueError("\n".join(problems))
    else:
        messages = [f"{script.stem}: as built" for script in scripts]
    if html is not None:
        messages += write_html([script.with_suffix(".ipynb") for script in scripts], Path(html))
    return messages


def _refresh_tables(root: Path) -> list[str]:
    """Write the pages' tables of results anew where they have changed; a line for each page."""
    messages = []
    for name, page in tables.outdated_pages(root).items():
        write_whole(root / name, page)
        messages.append(f"{name}: tables of results written")
    return messages


def _choose(scripts: list[Path], folder: Path, names: Sequence[str]) -> list[Path]:
    if not scripts:
        raise ValueError(f"{folder} holds no lessons: run this in a clone of the repository")
    for name in names:
        if not any(script.name.startswith(name) for script in scripts):
            known = ", ".join(script.stem for script in scripts)
            raise ValueError(f"lesson {name!r} is unknown: the lessons are {known}")
    return [s for s in scripts if not names or s.name.startswith(tuple(names))]


def _to_text(nb: NotebookNode) -> str:
    return nbformat.writes(nb, version=4) + "\n"


def _stored(path: Path) -> NotebookNode | None:
    """The notebook at `path`; None where there is none, or no valid one."""
    try:
        nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(nb)
    except (OSError, ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError):
        return None
    return nb


def _build_one(script: Path, force: bool) -> str:
    """Write the notebook of `script`; execute it only where its code, or the scale, is another."""
    target = script.with_suffix(".ipynb")
    scale = os.environ.get("LAB_SCALE", SCALE)
    nb = read_script(script)
    old = _stored(target)
    made = {"cells": code_hash(nb), "outputs": output_hash(old) if old else "", "scale": scale}
    if old and not force and code_hash(old) == made["cells"] and old.metadata.get("lab") == made:
        for new_cell, old_cell in zip(code_cells(nb), code_cells(old), strict=True):
            new_cell.outputs, new_cell.execution_count = old_cell.outputs, old_cell.execution_count
        done = "outputs kept"
    else:
        execute(nb, script, scale)
        made["outputs"] = output_hash(nb)
        done = f"executed at {scale} scale"
    nb.metadata["lab"] = made
    nbformat.validate(nb)
    data = _to_text(nb).encode()
    if len(data) >= LARGEST:
        raise ValueError(
            f"{target.name} would have {len(data) // 1000} KB, {LARGEST // 1000} at most: "
            "show smaller or fewer pictures"
        )
    if not target.exists() or target.read_bytes() != data:
        write_whole(target, data)
    return f"{script.stem}: {done}"


def execute(nb: NotebookNode, script: Path, scale: str) -> None:
    """Run the cells of `nb` from top to bottom, in place, in a temporary folder.

    Raises ValueError that names the lesson and the cell.
    """
    started: list[str] = []
    with workspace(script.parent) as folder:
        client = NotebookClient(
            nb,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
            timeout_func=lambda cell: cell.metadata.get("timeout", CELL_SECONDS),
            on_cell_start=lambda cell, cell_index: started.append(cell.id),
            coalesce_streams=True,
            record_timing=False,
            store_widget_state=False,
        )
        try:
            client.execute(env={**os.environ, **UNATTENDED, "LAB_SCALE": scale})
        except CellExecutionError as error:
            fault = f"{error.ename}: {error.evalue}"
        except CellTimeoutError:
            fault = "it takes too long (a cell sets its limit in seconds with `timeout=`)"
        except DeadKernelError:
            fault = "the kernel died"
        else:
            fault = ""
    if fault:
        where = f"cell {started[-1]!r}" if started else "the start"
        raise ValueError(f"{script.name}: {where} fails: {' '.join(fault.split())}")
    nb.metadata = nbformat.from_dict(handout.METADATA)
    for cell in code_cells(nb):
        if any(LIVE_VIEW in output.get("data", {}) for output in cell.outputs):
            raise ValueError(
                f"{script.name}: cell {cell.id!r} shows a live widget, which is blank without a "
                "kernel: show its picture when LAB_STATIC is set"
            )


def find_problems(folder: Path) -> list[str]:
    """One line for each notebook or script below `folder` that does not say what its twin says."""
    stems = {path.stem for kind in ("py", "ipynb") for path in folder.glob(f"*.{kind}")}
    problems = [_problem(folder / stem) for stem in sorted(stems)]
    for name in tables.outdated_pages(folder.parent):
        problems.append(f"{name} shows other results than notebooks/results: {MEND}")
    return [problem for problem in problems if problem]


def _problem(lesson: Path) -> str:
    """What is wrong with one pair and how to mend it; an empty string for nothing."""
    script, target = lesson.with_suffix(".py"), lesson.with_suffix(".ipynb")
    if not script.exists():
        return f"{target.name} has no script {script.name}: write it, or delete the notebook"
    if not target.exists():
        return f"{target.name} is missing: {MEND}"
    nb = _stored(target)
    if nb is None:
        return f"{target.name} is no valid notebook: {MEND}"
    made = nb.metadata.get("lab", {})
    fault = _difference(read_script(script), nb)
    text = target.read_text(encoding="utf-8")
    if fault:
        pass
    elif text != _to_text(nb):
        fault = "is not written as the build writes it"
    elif not any(cell.outputs for cell in code_cells(nb)):
        fault = "has no outputs"
    elif made.get("cells") != code_hash(nb):
        fault = "has outputs that were made from other cells"
    elif made.get("outputs") != output_hash(nb):
        fault = "has outputs that were changed after they were made"
    elif made.get("scale") != SCALE:
        fault = f"has outputs of scale {made.get('scale')!r} instead of {SCALE!r}"
    elif len(text.encode()) >= LARGEST:
        fault = f"has {LARGEST // 1000} KB or more"
    return f"{target.name} {fault}: {MEND}" if fault else ""


def _difference(fresh: NotebookNode, stored: NotebookNode) -> str:
    """Where a rebuild of sources, ids and metadata differs from the stored notebook."""
    bare = nbformat.from_dict(json.loads(json.dumps(stored)))
    fresh.metadata["lab"] = bare.metadata.get("lab", {})
    for cell in code_cells(bare):
        cell.outputs, cell.execution_count = [], None
    if _to_text(fresh) == _to_text(bare):
        return ""
    for new, old in zip(fresh.cells, bare.cells, strict=False):
        if new != old:
            return f"differs from its script at cell {new.id!r}"
    if len(fresh.cells) != len(bare.cells):
        return f"has {len(bare.cells)} cells, its script {len(fresh.cells)}"
    return "has other metadata than the build gives it"


def write_html(notebooks: Sequence[Path], folder: Path) -> list[str]:
    """A page for each notebook that can be read anywhere: nothing in it loads from an address."""
    from nbconvert import HTMLExporter  # slow to import, and needed only here

    exporter = HTMLExporter(raw_template=PAGE)
    folder.mkdir(parents=True, exist_ok=True)
    messages = []
    for path in notebooks:
        page, _ = exporter.from_filename(str(path))
        page = page.replace(
            "No description has been provided for this image",
            "Picture, described by the line of text below it",
        )
        page = re.sub(r'href="(\d\w*)\.ipynb', r'href="\1.html', page)
        if found := LOADED.search(page):
            raise ValueError(
                f"{path.name}: its page would load from the network ({found[0][-60:]!r}): "
                "put the picture or the style into the lesson itself"
            )
        write_whole(folder / f"{path.stem}.html", page.encode())
        messages.append(f"{path.stem}.html: written")
    return messages
