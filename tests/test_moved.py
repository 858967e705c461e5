"""An older copy of a lesson that imports what has moved is told where it went."""

import re
import subprocess
import sys
from importlib import import_module

import pytest

from lstm_video_lab.moved import MOVED, PACKAGE

PLACES = {place for places in MOVED.values() for place in re.split(", | and ", places)}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_new_place_exists(place):
    module, _, name = place.rpartition(".")
    try:
        import_module(f"{PACKAGE}.{place}")
    except ModuleNotFoundError:
        assert hasattr(import_module(f"{PACKAGE}.{module}"), name)
    except ImportError:
        pytest.importorskip("triton")
        raise


@pytest.mark.parametrize("name", MOVED)
def test_an_old_name_is_answered_in_one_line(name):
    module, _, last = f"{PACKAGE}.{name}".rpartition(".")
    for statement in (f"import {PACKAGE}.{name}", f"from {module} import {last}"):
        with pytest.raises(ImportError) as told:
            exec(statement)
        assert "has moved to" in str(told.value) and "\n" not in str(told.value)


def test_what_never_was_there_is_refused_as_python_does():
    with pytest.raises(ModuleNotFoundError, match=r"No module named .lstm_video_lab\.nonsense"):
        import_module("lstm_video_lab.nonsense")
    code = "import json; from lstm_video_lab import nonsense"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "cannot import name 'nonsense'" in run.stderr
