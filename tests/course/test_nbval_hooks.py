"""The root conftest seen from outside: pytest in a process of its own, on bad lessons."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]

# In this order in one kernel. nbval's own limit stays at 2,000 s: without the hooks the last cells
# would outlast the 120 s that the run is given.
GOOD_AND_BAD = {
    "environment": "import os\n"
    "assert [os.environ['LAB_' + n] for n in ('SCALE', 'STATIC', 'STRICT')] == ['smoke', '1', '1']",
    "reads": "assert open('results/known.json').read() == '[1, 2]'",
    "writes": "os.makedirs('runs/a'); open('runs/a/weights', 'w').write('w')",
    "wrong": "1 / 0",
    "hangs": ("import time\ntime.sleep(1000)", {"timeout": 2}),
    "after": "assert True",
    "dies": "import signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "late": "assert True",
}
DEAF = {
    "environment": "import os\nassert os.environ['LAB_SCALE'] == 'laptop'",
    "deaf": (
        "import time\nwhile True:\n    try:\n        time.sleep(0.1); print('still here')\n"
        "    except KeyboardInterrupt:\n        pass",
        {"timeout": 2},
    ),
    "after": "assert True",
}


def run_lesson(folder, cells, *flags, **environment):
    """{id: ("passed", "failed" or "skipped", its text)} and all that pytest printed.

    cells  {id: source, or (source, metadata)}
    flags  of pytest, besides its usual ones
    """
    nb = nbformat.v4.new_notebook()
    for name, source in cells.items():
        source, metadata = source if isinstance(source, tuple) else (source, {})
        nb.cells.append(nbformat.v4.new_code_cell(source, id=name, metadata=metadata))
    (folder / "notebooks" / "results").mkdir(parents=True)
    (folder / "notebooks" / "results" / "known.json").write_text("[1, 2]")
    nbformat.write(nb, folder / "notebooks" / "lesson.ipynb")
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --nbval-lax --nbval-current-env -v\n")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LAB_", "PYTEST_"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "notebooks", "--junitxml=junit.xml", *flags],
        cwd=folder, env={**plain, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    outcomes = {}
    for case in ElementTree.parse(folder / "junit.xml").iter("testcase"):
        marks = [child for child in case if child.tag in ("failure", "error", "skipped")]
        kind = "skipped" if marks and marks[0].tag == "skipped" else "failed"
        text = "".join(f"{mark.get('message')}\n{mark.text}" for mark in marks)
        outcomes[case.get("name")] = (kind if marks else "passed", text)
    return outcomes, run.stdout


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lesson")
    return *run_lesson(folder, GOOD_AND_BAD, "-n", "0"), folder


@pytest.mark.parametrize("name", ["environment", "reads", "writes"])
def test_a_lesson_runs_unattended_at_smoke_scale_beside_its_results(lesson, name):
    assert lesson[0][name] == ("passed", "")


def test_nothing_is_left_behind(lesson):
    left = sorted(path.name for path in (lesson[2] / "notebooks").rglob("*") if path.is_file())
    assert left == ["known.json", "lesson.ipynb"]


def test_an_error_is_told_with_the_id_of_its_cell(lesson):
    outcomes, output, _ = lesson
    assert outcomes["wrong"][0] == "failed"
    assert "ZeroDivisionError" in outcomes["wrong"][1]
    assert "lesson.ipynb::wrong" in output


def test_a_hanging_cell_fails_at_its_own_limit_and_the_next_one_runs(lesson):
    outcomes, output, _ = lesson
    assert outcomes["hangs"][0] == "failed"
    assert "Timeout of 2 seconds exceeded" in outcomes["hangs"][1]
    assert outcomes["after"] == ("passed", "")
    assert "xfailed" not in output and "xpassed" not in output


def test_a_dead_kernel_is_a_failure_with_its_reason(lesson):
    outcomes = lesson[0]
    assert outcomes["dies"][0] == "failed"
    assert "the kernel died in this cell with exit code -9" in outcomes["dies"][1]
    assert outcomes["late"][0] == "failed"
    assert "Kernel dead" in outcomes["late"][1]


def test_a_cell_deaf_to_interrupts_costs_its_kernel_and_a_scale_from_outside_is_kept(tmp_path):
    outcomes, _ = run_lesson(tmp_path, DEAF, "-p", "no:xdist", LAB_SCALE="laptop")
    assert [outcomes[name][0] for name in DEAF] == ["passed", "failed", "failed"]
    assert "Failed to interrupt kernel" in outcomes["deaf"][1]


def test_the_environment_of_lessons_does_not_reach_other_tests():
    assert "LAB_STATIC" not in os.environ
