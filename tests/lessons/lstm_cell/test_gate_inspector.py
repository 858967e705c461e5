"""The gate inspector, on the record of a real cell."""

import re
from typing import NamedTuple
from unittest import mock

import numpy as np
import pytest
import torch

from lstm_video_lab import LSTMCell
from lstm_video_lab.cells import Gates
from lstm_video_lab.lessons.lstm_cell.diagram import two
from lstm_video_lab.lessons.lstm_cell.figures import describe_layer, describe_unit, draw_unit
from lstm_video_lab.lessons.lstm_cell.gates import as_record
from lstm_video_lab.lessons.lstm_cell.widgets import GateInspector
from lstm_video_lab.plots.page import Page

T, H, S = 12, 70, 8


def recorded() -> tuple[Gates, torch.Tensor]:
    """The gates of a cell over time, each (T, 1, H) with a gradient, and what it saw."""
    random = torch.Generator().manual_seed(0)
    frames = torch.rand(T, S, S, generator=random)
    cell = LSTMCell(S * S, H)
    state = (torch.zeros(1, H), torch.zeros(1, H))
    steps = []
    for frame in frames:
        gates = cell.gates(4 * frame.reshape(1, -1), state)
        state = (gates.h, gates.c)
        steps.append(gates)
    return Gates(*(torch.stack(parts) for parts in zip(*steps, strict=True))), frames


RECORD, SEEN = recorded()


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def numbers(words: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", words.replace("−", "-"))]


@pytest.mark.parametrize(("step", "unit"), [(1, 0), (4, 12), (T, H - 1)])
def test_the_words_about_a_unit_add_up(step, unit):
    record = as_record(RECORD, SEEN)
    said = numbers(describe_unit(record, unit, step))
    _, _, forget, had, kept, enter, proposal, added, held, out, h = said
    assert said[:2] == [step, unit]
    at = {name: float(getattr(RECORD, name)[step - 1, 0, unit].detach()) for name in "ifgoch"}
    truth = [at[name] for name in "figcoh"]
    np.testing.assert_allclose([forget, enter, proposal, held, out, h], truth, atol=0.0051)
    before = float(RECORD.c[step - 2, 0, unit].detach()) if step > 1 else 0.0
    assert had == pytest.approx(before, abs=0.0051)
    assert kept == pytest.approx(at["f"] * before, abs=0.0051)
    assert kept + added == pytest.approx(held, abs=0.016)


def test_what_is_drawn_beside_a_unit_is_stretched_to_its_state():
    record = as_record(RECORD, SEEN)
    with mock.patch.object(Page, "label_ends") as label_ends:
        draw_unit(record, 3, 2, {"place": np.arange(T)})
    *_, place = label_ends.call_args.args[0].lines
    c = record.c[:, 3]
    np.testing.assert_allclose(place.get_ydata(), np.linspace(c.min(), c.max(), T), rtol=1e-5)


def test_the_words_about_all_units_count():
    record = as_record(RECORD, SEEN)
    words = describe_layer(record, 3)
    forget = RECORD.f[2, 0].detach().numpy()
    assert f"all {H} units" in words and f"forget gate {forget.mean():.2f}" in words
    assert f"{sum(f > 0.9 for f in forget)} units keep more than 90 %" in words
    assert f"{sum(f < 0.1 for f in forget)} less than 10 %" in words


def test_every_control_changes_the_picture():
    widget = GateInspector(RECORD, SEEN)
    state = {"every": False, "unit": 3, "step": 4}
    assert set(widget.values) == set(state)
    first = widget.render(**state)
    assert first == widget.render(**state)
    for change in ({"every": True}, {"unit": 4}, {"step": 5}):
        assert first.png != widget.render(**{**state, **change}).png
    strips = widget.render(True, 3, 4)
    assert strips.png == widget.render(True, 9, 4).png  # all units: the unit does not matter
    assert strips.png != widget.render(True, 3, 5).png
    assert max(len(first.png), len(strips.png)) < 60 * 1024


def test_a_mapping_a_tuple_and_plain_arrays_are_the_same_record():
    plain = {name: getattr(RECORD, name)[:, 0].detach().numpy() for name in Gates._fields}

    class Recording(NamedTuple):
        i: np.ndarray
        f: np.ndarray
        g: np.ndarray
        o: np.ndarray
        c: np.ndarray
        h: np.ndarray
        frames: np.ndarray

    bytes_ = (SEEN[:, None] * 255).round().to(torch.uint8)
    first = GateInspector(plain | {"frames": SEEN.numpy()}).picture()
    assert GateInspector(Recording(**plain, frames=SEEN.numpy())).picture() == first
    assert GateInspector(RECORD, SEEN).picture() == first
    assert GateInspector(RECORD, bytes_).picture().text == first.text


def test_sliders_reach_every_unit_and_step():
    widget = GateInspector(RECORD, SEEN, unit=12)
    assert (widget.values["unit"].min, widget.values["unit"].max) == (0, H - 1)
    assert (widget.values["step"].min, widget.values["step"].max) == (1, T)
    assert widget.values["unit"].value == 12 and "unit 12" in widget.text.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"o": None}, "no 'o'"),
        ({"h": np.zeros((T, H + 1))}, "'h' has shape"),
        ({"frames": np.zeros((T - 1, S, S))}, "frames have shape"),
        ({"frames": None}, "no 'frames'"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_by_name(change, words):
    record = {name: np.zeros((T, H)) for name in "ifgoch"} | {"frames": np.zeros((T, S, S))}
    with pytest.raises(ValueError, match=words):
        GateInspector(record | change)


def test_it_begins_where_it_is_told():
    inspector = GateInspector(RECORD, SEEN, unit=1, step=3)
    assert [inspector.values[name].value for name in ("unit", "step")] == [1, 3]
    assert inspector.picture().text.startswith("Step 3, unit 1:")


def test_what_is_written_over_the_axes_is_of_the_chosen_step(monkeypatch):
    """The end of a line is another moment: no value of the step is written there."""
    ends, written = [], []
    write = Page.write

    def record_words(page, words, *place, **style):
        written.append(words)
        write(page, words, *place, **style)

    monkeypatch.setattr(Page, "label_ends", lambda _page, _axes, names: ends.extend(names))
    monkeypatch.setattr(Page, "write", record_words)
    record = as_record(RECORD, SEEN)
    draw_unit(record, 0, 4)
    assert not any(re.search(r"\d", name) for _, name, _ in ends)
    over = " ".join(words for words in written if words.startswith("step 4: "))
    for name in "ifogch":
        assert two(float(getattr(record, name)[3, 0])) in over
