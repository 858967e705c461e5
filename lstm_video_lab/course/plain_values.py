"""Plain values as bytes and back: what goes into a child process and what comes out of it.

A value is None, a bool, an int, a float, a string, a numpy array, a torch tensor, or a list, tuple
or dict with strings as keys of such. The bytes are one line of JSON, which describes the tree, and
the arrays' own bytes after it. Nothing is pickled: whoever writes the bytes can say nothing but
values. This file runs in the child too, so it imports nothing of the lab.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch

LARGEST = 64 * 2**20  # bytes of a whole message
LARGEST_HEAD = 4 * 2**20  # of the line that describes the tree
MOST_NODES = 10_000  # values in a tree
DEEPEST = 20
LONGEST_TEXT = 200_000  # characters of a string: source code is the longest
WIDEST_INT = 256  # bits
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


class PlainValueError(ValueError):
    """A value that cannot be sent, or bytes that are no message."""


def encode(value: Any) -> bytes:
    """The bytes of a value. Raises PlainValueError for what is no plain value, or too large."""
    buffers: list[bytes] = []
    tree = _to_tree(value, buffers, 0)
    head = json.dumps({"tree": tree, "sizes": [len(b) for b in buffers]}, allow_nan=False)
    message = b"".join([head.encode(), b"\n", *buffers])
    if len(message) > LARGEST or len(head) > LARGEST_HEAD:
        raise PlainValueError(
            f"the value has {len(message)} bytes, {LARGEST} at most, or too many parts"
        )
    return message


def copy_of(value: Any) -> Any:
    """The value as it would arrive, sharing nothing with the one that was sent."""
    return decode(encode(value))


def decode(message: bytes) -> Any:
    """The value of bytes that anybody may have written.

    Raises PlainValueError for all that is no message.
    """
    if len(message) > LARGEST:
        raise PlainValueError(f"a message of {len(message)} bytes, {LARGEST} at most")
    head, newline, rest = message.partition(b"\n")
    if len(head) > LARGEST_HEAD:
        raise PlainValueError(f"its description has {len(head)} bytes, {LARGEST_HEAD} at most")
    try:
        description = json.loads(head if newline else b"")
        sizes = description["sizes"]
        if not all(type(n) is int and n >= 0 for n in sizes) or sum(sizes) != len(rest):
            raise PlainValueError("the lengths in the message are not those of its bytes")
        ends = np.cumsum([0, *sizes]).tolist()
        buffers: list[bytes | None] = [rest[a:b] for a, b in pairwise(ends)]
        return _from_tree(description["tree"], buffers, [0], 0)
    except PlainValueError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
            RecursionError) as error:  # fmt: skip
        raise PlainValueError(f"no message: {type(error).__name__}") from None


def _to_tree(value: Any, buffers: list[bytes], depth: int) -> Any:
    if depth > DEEPEST:
        raise PlainValueError(f"the value is nested deeper than {DEEPEST}")
    if value is None or type(value) is bool:
        return value
    if type(value) is int:
        if value.bit_length() > WIDEST_INT:
            raise PlainValueError(
                f"a whole number has {value.bit_length()} bits, {WIDEST_INT} at most"
            )
        return {"int": hex(value)}
    if type(value) is float:
        return {"float": value.hex()}
    if type(value) is str:
        if len(value) > LONGEST_TEXT:
            raise PlainValueError(f"a string has {len(value)} characters, {LONGEST_TEXT} at most")
        return {"str": _whole(value)}
    if isinstance(value, torch.Tensor):
        return _array_node("tensor", value.detach().cpu().numpy(), buffers)
    if isinstance(value, np.ndarray | np.generic):
        return _array_node("array", np.asarray(value), buffers)
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_to_tree(one, buffers, depth + 1) for one in value]}
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            raise PlainValueError("a dict has a key that is no string")
        items = [[_whole(key), _to_tree(one, buffers, depth + 1)] for key, one in value.items()]
        return {"dict": items}
    raise PlainValueError(
        f"a {type(value).__name__} is no plain value: return tensors, arrays, numbers"
    )


def _array_node(kind: str, array: np.ndarray, buffers: list[bytes]) -> dict[str, Any]:
    if array.dtype.name not in DTYPES:
        raise PlainValueError(
            f"an array of {array.dtype} cannot be sent: use one of {', '.join(DTYPES)}"
        )
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    buffers.append(array.tobytes())
    return {kind: [array.dtype.name, list(array.shape), len(buffers) - 1]}


def _from_tree(tree: Any, buffers: list[bytes | None], seen: list[int], depth: int) -> Any:
    """seen: one number, how many values were read so far."""
    seen[0] += 1
    if seen[0] > MOST_NODES or depth > DEEPEST:
        raise PlainValueError(f"more than {MOST_NODES} values, or nested deeper than {DEEPEST}")
    if tree is None or type(tree) is bool:
        return tree
    ((kind, body),) = tree.items()
    if kind == "int":
        if len(body) > WIDEST_INT // 4 + 3:
            raise PlainValueError("a whole number is too long")
        return int(body, 16)
    if kind == "float":
        return float.fromhex(body)
    if kind == "str":
        if type(body) is not str or len(body) > LONGEST_TEXT:
            raise PlainValueError("no string, or one that is too long")
        return _whole(body)
    if kind in ("list", "tuple"):
        items = [_from_tree(one, buffers, seen, depth + 1) for one in body]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {_whole(key): _from_tree(one, buffers, seen, depth + 1) for key, one in body}
    if kind in ("array", "tensor"):
        dtype, shape, index = body
        return _to_array(kind, dtype, shape, index, buffers)
    raise PlainValueError(f"a value of the unknown kind {kind!r}"[:100])


def _whole(text: str) -> str:
    """Text that every file can hold: halves of characters are replaced."""
    return text.encode("utf-8", "replace").decode()


def _to_array(
    kind: str, dtype: str, shape: list[int], index: int, buffers: list[bytes | None]
) -> Any:
    if dtype not in DTYPES or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise PlainValueError("an array of an unknown type or shape")
    if len(shape) > 16 or type(index) is not int or index < 0:
        raise PlainValueError("an array of too many axes, or without bytes")
    data = buffers[index]
    buffers[index] = None  # no two arrays share bytes: they could fill memory
    if data is None or math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise PlainValueError("an array has other bytes than its shape asks for")
    array = np.frombuffer(data, np.dtype(dtype).newbyteorder("<")).astype(dtype).reshape(shape)
    return torch.from_numpy(array) if kind == "tensor" else array
