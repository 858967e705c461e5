"""A lesson is run from top to bottom in a kernel of its own, in a temporary folder."""

from __future__ import annotations

import atexit
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lstm_video_lab.course import UNATTENDED, workspace
from lstm_video_lab.course.building import inputs, stamps
from lstm_video_lab.course.building.moved_numbers import text_of
from lstm_video_lab.course.building.scripts import METADATA, code_cells, id_of
from lstm_video_lab.course.building.streams import coalesce

CELL_SECONDS = 300  # a cell may ask for another limit: `# %% timeout=400`
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"
RECORDER = Path(__file__).with_name("recorder.py")
# In names of its own: what it imports, a lesson must import for itself.
RECORD = f"exec(compile(open({str(RECORDER)!r}).read(), {str(RECORDER)!r}, 'exec'), {{}})"


def execute(nb: NotebookNode, script: Path, scale: str) -> stamps.Stamp:
    """Run the cells of `nb` in place; returns the stamp of what the run was made from.

    Raises ValueError that names the lesson and the cell.
    """
    begun = time.time_ns()
    with workspace(script.parent) as folder:
        lines = _run(nb, script, scale, folder)
        try:
            stamp = stamps.make(nb, lines, Path(folder), script.parent, begun)
        except ValueError as error:
            raise ValueError(f"{script.name}: {error}") from None
    nb.metadata = nbformat.from_dict(METADATA)
    for cell in code_cells(nb):
        if any(LIVE_VIEW in output.get("data", {}) for output in cell.outputs):
            raise ValueError(
                f"{script.name}: cell {cell.id!r} shows a live widget, which is blank without a "
                "kernel: show its picture when LAB_STATIC is set"
            )
    return stamp


def run_until(nb: NotebookNode, name: str, script: Path, scale: str) -> list[str]:
    """Run the cells of `nb` up to one, by its title, or by its id or the start of it; the lines of
    its outputs.
    """
    ids = [cell.id for cell in nb.cells]
    titles = [cell.metadata.get("title") for cell in nb.cells]
    places = [k for k, one in enumerate(titles) if one == name]
    places += [k for k, one in enumerate(ids) if one in (name, id_of(name))]
    places += [k for k, one in enumerate(ids) if one.startswith(name)]
    if not places:
        known = ", ".join(cell.id for cell in code_cells(nb))
        raise ValueError(f"{script.name}: no cell {name!r}: its cells are {known}")
    nb.cells = nb.cells[: places[0] + 1]
    with workspace(script.parent) as folder:
        _run(nb, script, scale, folder)
    return text_of(nb.cells[-1]).splitlines()


def _run(nb: NotebookNode, script: Path, scale: str, folder: str) -> str:
    """The run itself; returns what its kernel has recorded."""
    record = Path(folder) / ".record"
    record.touch()
    names = {"LAB_SCALE": scale, "LAB_RECORD": str(record)}
    started: list[str] = []
    client = NotebookClient(
        nb,
        kernel_name="python3",
        extra_arguments=["--log-level=CRITICAL", f"--IPKernelApp.exec_lines={RECORD}"],
        resources={"metadata": {"path": folder}},
        timeout_func=lambda cell: cell.metadata.get("timeout", CELL_SECONDS),
        on_cell_start=lambda cell, cell_index: started.append(cell.id),
        record_timing=False,
        store_widget_state=False,
    )
    try:
        _wait(client, {**os.environ, **UNATTENDED, **_same_library(), **names})
    except CellExecutionError as error:
        fault = f"{error.ename}: {error.evalue}"
    except CellTimeoutError:
        fault = "it takes too long (a cell sets its limit in seconds with `timeout=`)"
    except DeadKernelError:
        fault = "the kernel died"
    except nbformat.ValidationError as error:  # an output that no notebook can hold
        kind = error.relative_path[-1] if error.relative_path else "something"
        fault = f"it shows {kind} that is no text but {error.instance!r:.40}: make it a string"
    except RuntimeError as error:  # of nbclient: the kernel did not answer
        fault = f"the kernel did not start ({error})"
    else:
        for cell in code_cells(nb):
            cell.outputs = coalesce(cell.outputs)
        return record.read_text("utf-8", "replace")
    where = f"cell {started[-1]!r}" if started else "the start"
    raise ValueError(f"{script.name}: {where} fails: {' '.join(fault.split())}")


def _same_library() -> dict[str, str]:
    """The kernel loads the library that builds, also where another is installed."""
    paths = [str(inputs.PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths)}


def _wait(client: NotebookClient, environment: dict[str, str]) -> None:
    """Execute in another thread, so that Ctrl-C reaches this one, which ends the kernel."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        run = threads.submit(client.execute, env=environment)
        try:
            run.result()
        except KeyboardInterrupt:
            while not run.done():  # the kernel may only be about to start
                _kill_kernel(client)
                time.sleep(0.05)
            raise
        finally:  # nbclient would end a kernel that it no longer has, with a traceback
            atexit.unregister(client._cleanup_kernel)


def _kill_kernel(client: NotebookClient) -> None:
    provisioner = client.km.provisioner if client.km else None
    if (process := getattr(provisioner, "process", None)) is not None:
        process.kill()
