"""What `import lstm_video_lab` does, and what it leaves alone."""

import ctypes
import subprocess
import sys

import pytest

import lstm_video_lab

RUN = [sys.executable, "-I", "-c"]


def printed(code: str, **options) -> str:
    return subprocess.run(
        [*RUN, code], capture_output=True, text=True, check=True, **options
    ).stdout


def test_every_name_of_the_contract_is_there():
    for name in lstm_video_lab.__all__:
        assert getattr(lstm_video_lab, name) is not None
        assert name in dir(lstm_video_lab)


def test_importing_it_loads_nothing_heavy():
    code = "import sys, lstm_video_lab; print(*sys.modules)"
    assert not {"torch", "matplotlib", "sklearn", "ipywidgets"} & set(printed(code).split())


def test_a_checked_answer_loads_no_library_of_notebooks():
    """They take a second, and in a kernel of Python 3.11 sometimes six."""
    code = "import sys; from lstm_video_lab import check, hint, target; print(*sys.modules)"
    assert not {"jupytext", "nbformat", "jsonschema"} & set(printed(code).split())


def test_waiting_threads_sleep_soon_unless_the_user_says_otherwise():
    code = "import os, lstm_video_lab; print(os.environ.get('GOMP_SPINCOUNT'))"
    assert printed(code, env={}).strip() == "5000"
    assert printed(code, env={"GOMP_SPINCOUNT": "7"}).strip() == "7"
    assert printed(code, env={"OMP_WAIT_POLICY": "ACTIVE"}).strip() == "None"
    assert printed(code, env={"LAB_TUNE": "0"}).strip() == "None"


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="no glibc here")
def test_freed_memory_is_kept_unless_the_user_says_otherwise():
    """A large tensor made again and again costs no new pages of the system."""
    code = """
import lstm_video_lab, resource, torch
def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.ones(2**22)
before = pages()
for _ in range(8):
    torch.ones(2**22)
print(pages() - before)
"""
    kept, given_back = (
        int(printed(code, env=env)) for env in ({}, {"MALLOC_MMAP_THRESHOLD_": str(2**20)})
    )
    assert kept < given_back / 10


def test_the_garbage_collector_leaves_the_libraries_of_widgets_alone_unless_told_otherwise():
    code = "import gc, lstm_video_lab.widgets; print(gc.get_freeze_count())"
    assert int(printed(code, env={})) > 10_000 > int(printed(code, env={"LAB_TUNE": "0"}))
