"""Numbers that moved between two runs of a lesson."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.course.building.moved_numbers import moved_numbers


def lesson(text, source="train()", **metadata):
    output = nbformat.v4.new_output("stream", text=text)
    cell = nbformat.v4.new_code_cell(source, id="train", metadata=metadata, outputs=[output])
    return nbformat.v4.new_notebook(cells=[cell])


def moves(old, new, **metadata):
    """(before → after, is it allowed) for each number that moved."""
    found = moved_numbers(lesson(old), lesson(new, **metadata))
    return [(f"{one.old} → {one.new}", one.is_stated) for one in found]


CASES = {
    "nothing": ("4.5 nats", "4.5 nats", []),
    "steps": ("375 steps, 4.5 nats", "232 steps, 5.4 nats",
              [("375 steps → 232 steps", False), ("4.5 nats → 5.4 nats", False)]),
    "rounding": ("4.5 and 1e-5", "4.6 and 1e-5", [("4.5 and → 4.6 and", True)]),
    "a whole number is not rounded": ("3 units", "4 units", [("3 units → 4 units", False)]),
    "a sign": ("-3.0 nats", "3.0 nats", [("-3.0 nats → 3.0 nats", False)]),
    "a true minus": ("−0.5", "−0.4", [("−0.5 → −0.4", True)]),
    "thousands": ("1,234 units", "1,235 units", [("1,234 units → 1,235 units", False)]),
    "other words": ("the best is 3", "the best of all is 3", []),
    "one more": ("units 3, 5", "units 3, 4, 5", [(" → 4", False)]),
    "one less": ("units 3 4 5", "units 3 5", [("4 → ", False)]),
    "names are no numbers": ("x1 and h2", "x2 and h3", []),
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_each_number_that_moved_is_found(kind):
    old, new, expected = CASES[kind]
    assert moves(old, new) == expected


def test_a_cell_states_how_far_its_numbers_may_move():
    assert moves("20 s", "29 s", spread=0.5) == [("20 s → 29 s", True)]
    assert moves("20 s", "31 s", spread=0.5) == [("20 s → 31 s", False)]


def test_a_cell_that_was_edited_and_a_new_one_may_print_what_they_like():
    assert moves("20 nats", "31 nats", source="train(more)") == [("20 nats → 31 nats", True)]
    old = lesson("3", source="other()")
    old.cells[0].id = "another"
    assert moved_numbers(old, lesson("4")) == []


def test_what_a_page_shows_is_read_and_its_pictures_are_not():
    def drawn(number):
        nb = lesson("")
        page = f'<img alt="{number} nats" src="data:image/png;base64,{number}"><p>{number} nats</p>'
        data = {"text/html": page, "text/plain": "a picture"}
        nb.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]
        return nb

    assert [str(move) for move in moved_numbers(drawn(4), drawn(5))] == ["train: 4 nats → 5 nats"]


def test_a_comment_or_another_name_is_no_edit():
    assert moves("4.5 nats", "9.9 nats", source="train()  # why") == [
        ("4.5 nats → 9.9 nats", False)
    ]
    new = lesson("9.9 nats")
    new.cells[0].id = "under-another-name"
    (move,) = moved_numbers(lesson("4.5 nats"), new)
    assert not move.is_stated


NUMBERS = st.lists(st.integers(-999, 999), min_size=1, max_size=6)


@given(NUMBERS, st.data())
def test_with_the_same_words_exactly_the_changed_places_move(numbers, data):
    others = data.draw(st.lists(st.integers(-999, 999), min_size=len(numbers),
                                max_size=len(numbers)))  # fmt: skip
    old, new = (" nats, ".join(map(str, values)) for values in (numbers, others))
    assert len(moves(old, new)) == sum(a != b for a, b in zip(numbers, others, strict=True))
