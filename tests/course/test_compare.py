"""What counts as equal: numbers to rounding, shapes exactly, and nothing that is not a number."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lstm_video_lab.course.compare import difference

numbers = arrays.arrays(
    st.sampled_from([np.float32, np.float64]),
    arrays.array_shapes(min_dims=0, max_dims=3, max_side=4),
    elements=st.floats(-1e3, 1e3, width=32),
)


@given(numbers)
def test_a_value_is_equal_to_itself_in_any_clothes(value):
    tensor = torch.from_numpy(np.array(value))
    for same in (value, tensor, tensor.double(), tensor.requires_grad_()):
        assert difference(same, value) is None
        assert difference([same], (value,)) is None
        assert difference({"a": same}, {"a": value}) is None


@given(numbers)
def test_a_list_of_tensors_is_a_tensor(value):
    if value.ndim and value.size:
        parts = [torch.from_numpy(np.array(part)) for part in value]
        assert difference(parts, value) is None and difference(tuple(parts), value) is None
        assert difference([parts], value) is not None  # one axis too many
        assert difference([*parts[:-1], parts[-1][None]], value) is not None


@given(numbers, st.data())
def test_one_number_that_departs_is_found(value, data):
    if value.size == 0:
        return
    wrong = value.astype(np.float64)
    place = data.draw(st.integers(0, value.size - 1))
    wrong.flat[place] += 0.01 * (1 + np.abs(value).max())
    departure = difference(wrong, value)
    assert departure is not None and departure.largest is not None
    assert "differs by up to" in departure.words


@given(numbers, st.sampled_from([np.nan, np.inf, -np.inf]))
def test_no_number_passes_that_is_none(value, bad):
    if value.size:
        wrong = np.array(value)
        wrong.flat[0] = bad
        assert difference(wrong, value) is not None
        assert difference(np.full_like(value, bad), value) is not None


@pytest.mark.parametrize(
    ("answer", "reference", "words"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), r"\(2, 3\), \(3, 2\) is expected"),
        (np.zeros(1), np.zeros(()), r"\(1,\)"),
        (None, np.zeros(2), "`return` missing"),
        ("0", np.zeros(()), "a str"),
        (np.array(["0"]), np.zeros(1), "cannot be read"),
        (np.array([None]), np.zeros(1), "cannot be read"),
        (1 + 0j, np.zeros(()), "complex"),
        ([1, 2], (1, 2, 3), "2 values, 3 are expected"),
        (torch.zeros(2), (torch.zeros(1), torch.zeros(1)), "should be 2 values"),
        ((torch.zeros(1), torch.ones(1)), (torch.zeros(1), torch.zeros(1)), "the second value"),
        ({"b": 1}, {"a": 1}, "a dict with a"),
        (1.2, np.array(1), "1 of 1 numbers differ"),
        (True, None, "not as expected"),
    ],
)
def test_what_is_wrong_is_said(answer, reference, words):
    with pytest.raises(AssertionError, match=words):
        departure = difference(answer, reference)
        raise AssertionError(departure.words if departure else "nothing")


def test_the_tolerance_grows_with_the_numbers():
    assert difference(np.array([1000.05, 0.0]), np.array([1000.0, 0.0])) is None
    assert difference(np.array([1.05, 0.0]), np.array([1.0, 0.0])) is not None
    assert difference(np.array([1.05, 0.0]), np.array([1.0, 0.0]), tolerance=0.1) is None
    assert difference(np.array([np.inf]), np.array([np.inf])) is None
