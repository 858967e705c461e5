"""Plain values as bytes: what comes back is what went in, and forged bytes are refused."""

import json
import math
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.plain_values import PlainValueError, decode, encode

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
ARRAYS = st.sampled_from(plain_values.DTYPES).flatmap(lambda name: hnp.arrays(name, SHAPES))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WHOLE = st.integers(-(2**plain_values.WIDEST_INT) + 1, 2**plain_values.WIDEST_INT - 1)
LEAVES = st.one_of(
    st.none(), st.booleans(), WHOLE, st.floats(), WORDS, ARRAYS, ARRAYS.map(torch.from_numpy)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(WORDS, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(a, b):
    """Equal in type, and in every bit of every number."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return same(a.numpy(), b.numpy())
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or a.hex() == b.hex()
    return a == b


def forge(tree, sizes=(), data=b""):
    return json.dumps({"tree": tree, "sizes": list(sizes)}).encode() + b"\n" + data


@QUICK
@given(VALUES)
@example({"big": 2**256 - 1, "nan": float("nan"), "none": np.zeros((0, 3)), "t": torch.tensor(1)})
@example([-0.0, float("-inf"), 5e-324, ((), [], {})])
def test_plain_values_come_back_bit_for_bit(value):
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("name", ["int16", "float32", "float64"])
def test_arrays_of_any_layout_come_back(name):
    plain = np.arange(24).reshape(2, 3, 4).astype(name)
    swapped = plain.astype(plain.dtype.newbyteorder())
    for odd in (plain.transpose(), plain[:, ::-2], np.asfortranarray(plain), swapped):
        found = decode(encode(odd))
        assert found.dtype == np.dtype(name)
        np.testing.assert_array_equal(found, odd)


def test_tensors_of_any_sort_come_back():
    grown = torch.arange(6.0, requires_grad=True).reshape(2, 3) * 2
    found = decode(encode([grown, grown.T, grown[:, ::2].detach()]))
    assert [one.tolist() for one in found] == [
        [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]],
        [[0.0, 6.0], [2.0, 8.0], [4.0, 10.0]],
        [[0.0, 4.0], [6.0, 10.0]],
    ]
    found[0][0, 0] = 5.0  # their own, and writable
    assert grown[0, 0] == 0


class Text(str):
    """No plain string."""


class Number(int):
    """No plain number."""


CYCLE: list = []
CYCLE.append(CYCLE)
NO_VALUES = {
    "object": object(),
    "function": len,
    "set": {1},
    "bytes": b"x",
    "complex": 1j,
    "string of its own": Text("x"),
    "number of its own": Number(1),
    "key": {1: 2},
    "key of its own": {Text("x"): 2},
    "int": 2**300,
    "text": "x" * (plain_values.LONGEST_TEXT + 1),
    "cycle": CYCLE,
    "objects": np.array([None]),
    "words": np.array(["x"]),
    "dates": np.array(["2026-01-01"], "datetime64[D]"),
    "complex array": np.zeros(2, "complex64"),
    "records": np.zeros(2, [("a", "i4")]),
    "huge": np.zeros(plain_values.LARGEST + 1, "uint8"),
    "many": [None] * (plain_values.LARGEST_HEAD // 4),
}


@pytest.mark.parametrize("value", NO_VALUES.values(), ids=NO_VALUES)
def test_what_is_no_plain_value_is_not_sent(value):
    with pytest.raises(PlainValueError):
        encode(value)


def refused_or_plain(message):
    """Decode bytes that anybody may have written: a value that can be sent again, or an error."""
    try:
        value = decode(message)
    except PlainValueError:
        return
    encode(value)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(data):
    refused_or_plain(data)
    refused_or_plain(data + b"\n" + data)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4),
              st.sampled_from(["float64", "array", "0x1"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["int", "float", "str", "list", "tuple", "dict", "array", "tensor"]),
            inner, max_size=2),
    ),
    max_leaves=15,
)  # fmt: skip


@settings(QUICK, max_examples=150)
@given(JSON, st.one_of(JSON, st.just([8]), st.just([])), st.sampled_from([b"", b"12345678"]))
def test_any_description_is_refused_or_read(tree, sizes, data):
    refused_or_plain(json.dumps({"tree": tree, "sizes": sizes}).encode() + b"\n" + data)


@QUICK
@given(VALUES, st.data())
def test_changed_messages_are_refused_or_read(value, data):
    message = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not message:
            break
    refused_or_plain(bytes(message))


ARRAY = {"array": ["uint8", [4], 0]}
FORGED = {
    "empty": b"",
    "no line": b'{"tree": null, "sizes": []}',
    "list as tree": forge([1]),
    "text as tree": forge("x"),
    "list of text": forge({"list": "abc"}),
    "two kinds": forge({"int": "0x1", "float": "0x1p0"}),
    "no kind": forge({}),
    "unknown kind": forge({"pickle": "x"}),
    "key": forge({"dict": [[["x"], None]]}),
    "long int": forge({"int": "0x" + "f" * 5000}),
    "float of text": forge({"float": "0x" + "f" * 5000}),
    "deep": b'{"tree":' + b'{"list":[' * 5000 + b"]}" * 5000 + b',"sizes":[]}\n',
    "very deep": b"[" * 3_000_000 + b"\n",
    "wide": forge({"list": [None] * (plain_values.MOST_NODES + 1)}),
    "long": forge(None, [plain_values.LARGEST], bytes(plain_values.LARGEST)),
    "negative size": forge(ARRAY, [-4, 8], b"1234"),
    "size true": forge(ARRAY, [True], b"1"),
    "other size": forge(ARRAY, [5], b"12345"),
    "bytes left": forge(ARRAY, [4], b"12345"),
    "object dtype": forge({"array": ["object", [1], 0]}, [8], bytes(8)),
    "dtype list": forge({"array": [["float64"], [1], 0]}, [8], bytes(8)),
    "negative axis": forge({"array": ["uint8", [-1, -4], 0]}, [4], b"1234"),
    "float axis": forge({"array": ["uint8", [4.0], 0]}, [4], b"1234"),
    "huge axis": forge({"array": ["uint8", [2**70, 0], 0]}, [0]),
    "negative index": forge({"array": ["uint8", [4], -1]}, [4], b"1234"),
    "index true": forge({"array": ["uint8", [0], False]}, [0]),
    "missing index": forge({"array": ["uint8", [4], 7]}, [4], b"1234"),
    "shared bytes": forge({"list": [ARRAY, ARRAY]}, [4], b"1234"),
    "many axes": forge({"array": ["uint8", [1] * 40, 0]}, [1], b"1"),
    "utf-16": '{"tree": null, "sizes": []}\n'.encode("utf-16"),
}


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED)
def test_forged_messages_are_refused(message):
    with pytest.raises(PlainValueError):
        decode(message)


def test_halves_of_characters_become_whole_text():
    """No file could hold them, and one answer's words must not spoil everybody's pages."""
    for text in (decode(forge({"str": "\ud800"})), decode(encode("\udfff"))):
        assert text.encode("utf-8") == b"?"
    assert list(decode(forge({"dict": [["\ud800", None]]}))) == ["?"]
    assert decode(encode({"\udfff": 1})) == {"?": 1}


BOMBS = {
    "shared": forge({"list": [{"array": ["uint8", [2**20], 0]}] * 2000}, [2**20], bytes(2**20)),
    "lists": b'{"sizes":[],"tree":[' + b"[]," * (2 * 2**20) + b"[]]}\n",
    "sizes": b'{"tree":null,"sizes":[' + b"0," * (8 * 2**20) + b"0]}\n",
}


@pytest.mark.parametrize("message", BOMBS.values(), ids=BOMBS)
def test_no_message_fills_the_memory(message):
    tracemalloc.start()
    try:
        with pytest.raises(PlainValueError):
            decode(message)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(message) + 2**20
    finally:
        tracemalloc.stop()


def test_a_message_does_not_depend_on_the_processor():
    """Numbers travel with their lowest byte first."""
    data = encode(np.array([1], "int32")).partition(b"\n")[2]
    assert data == (1).to_bytes(4, "little")
