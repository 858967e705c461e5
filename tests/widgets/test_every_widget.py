"""What must hold for every widget of the lab, whoever wrote it."""

import importlib
import io
import pkgutil
from pathlib import Path

import ipywidgets
import matplotlib.image
import numpy as np
import pytest
import torch

from lstm_video_lab import LSTMCell, lessons, widgets
from lstm_video_lab.lessons.bouncing_digits.widgets import (
    DigitsExplorer,
    PixelCost,
    WallExplorer,
)
from lstm_video_lab.lessons.lstm_cell.widgets import GateInspector, HalfLife, LatchExplorer
from lstm_video_lab.questions import Question
from lstm_video_lab.widgets.base import LabImage, LabWidget
from lstm_video_lab.widgets.drawing import Board
from lstm_video_lab.widgets.front import LIVE, Front

T, H = 5, 3
CELL = LSTMCell(1, 1)
RNG = np.random.default_rng(0)
RECORD = {name: RNG.random((T, H)) for name in "ifgoch"} | {"frames": RNG.random((T, 8, 8))}

# Widgets that are quickly made; the others are made in their own tests.
EXAMPLES = {
    "DigitsExplorer": lambda: DigitsExplorer(),
    "DrawYourOwn": lambda: widgets.DrawYourOwn(),
    "GateInspector": lambda: GateInspector(RECORD),
    "PixelCost": lambda: PixelCost(),
    "WallExplorer": lambda: WallExplorer(18),
    "Guess": lambda: widgets.Guess(
        Question("a/b", "Which?", {"this": "No, for once.", "that": ""}, "that", "Because.")
    ),
    "HalfLife": lambda: HalfLife(CELL, [1.0]),
    "LatchExplorer": lambda: LatchExplorer(CELL, torch.ones(T, 1), ["x"]),
    "SelfTest": lambda: widgets.SelfTest(),
    "TrainingStudio": lambda: widgets.TrainingStudio(),
}
SAYS_NOTHING = (ipywidgets.Box, ipywidgets.HTML, ipywidgets.Label, LabImage, Front, Board)


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def subclasses(kind: type) -> set[type]:
    below = set(kind.__subclasses__())
    return below.union(*map(subclasses, below))


def parts(widget: ipywidgets.Widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def test_every_widget_is_made_in_some_test_or_lesson():
    # A control without a label is refused when a widget is made, so making it is enough.
    for package in (widgets, lessons):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    known = {kind.__name__ for kind in subclasses(LabWidget) if "lstm_video_lab" in kind.__module__}
    assert set(EXAMPLES) <= known
    root = Path(__file__).parents[2]
    files = [*root.glob("tests/**/*.py"), *root.glob("notebooks/*.py")]
    used = " ".join(path.read_text("utf-8") for path in files)
    assert not {name for name in known if f"{name}(" not in used}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_control_has_a_visible_label(name):
    widget = EXAMPLES[name]()
    controls = [part for part in parts(widget.box) if not isinstance(part, SAYS_NOTHING)]
    assert controls
    assert set(widget.values.values()) <= set(controls)
    for control in controls:
        assert control.description.strip(), f"{control!r} has no label"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_has_a_name_and_words(name):
    widget = EXAMPLES[name]()
    assert widget.title != LabWidget.title
    assert widget.title in widget.image.tooltip
    assert len(widget.text.value) > 40
    if bytes(widget.image.value):
        assert matplotlib.image.imread(io.BytesIO(widget.image.value)).ndim >= 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_box_is_looked_after_in_the_page(name):
    widget = EXAMPLES[name]()
    assert LIVE in widget.box._dom_classes
    assert [part for part in parts(widget.box) if isinstance(part, Front)] == [widget.front]
    assert widget.front.words == widget.picture().text


def test_the_page_is_given_all_that_it_reads_for_the_name_of_an_image():
    state = LabImage(tooltip="a picture").get_state()
    assert state["tooltip"] == "a picture" and state["description"] == ""


@pytest.mark.parametrize("name", EXAMPLES)
def test_equal_state_gives_equal_pictures(name):
    assert EXAMPLES[name]().picture() == EXAMPLES[name]().picture()
