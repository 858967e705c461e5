"""Small expressions over stored figures, such as `table2.models.composite.mean`.

They are read as Python, and evaluated node by node: names, keys, arithmetic, comparisons and the
functions below, nothing else. A key is written as an attribute or in brackets.
"""

from __future__ import annotations

import ast
import math
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

OPERATORS: dict[type, tuple[str, Callable[..., Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.USub: ("-", operator.neg),
    ast.Not: ("not", operator.not_),
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "len": len,
    "log": math.log,
    "max": max,
    "mean": statistics.fmean,
    "min": min,
    "sum": sum,
    "values": lambda mapping: list(mapping.values()),
}
FAULTS = (TypeError, ValueError, AttributeError, ArithmeticError, LookupError)


class ExpressionError(ValueError):
    """An expression that cannot be read or evaluated, in one line."""


def parse(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{expression!r} is no expression") from None


def evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a parsed expression.

    names  what stands for each name; a name that is missing may raise an ExpressionError of its own
    """
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [evaluate(item, names) for item in items]
        case ast.Attribute(value=inner, attr=key):
            return _item(inner, evaluate(inner, names), key)
        case ast.Subscript(value=inner, slice=key):
            return _item(inner, evaluate(inner, names), evaluate(key, names))
        case ast.UnaryOp(op=op, operand=one) if type(op) in OPERATORS:
            return _call(node, OPERATORS[type(op)][1], [evaluate(one, names)])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            both = [evaluate(left, names), evaluate(right, names)]
            if not all(isinstance(one, int | float) for one in both):
                raise ExpressionError(f"{ast.unparse(node)}: only numbers can be reckoned with")
            return _call(node, OPERATORS[type(op)][1], both)
        case ast.BoolOp(op=op, values=parts):
            every = isinstance(op, ast.And)
            return (all if every else any)(evaluate(part, names) for part in parts)
        case ast.Compare():
            return _compare(node, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            function = FUNCTIONS[name] if name in FUNCTIONS else names[name]
            return _call(node, function, [evaluate(one, names) for one in arguments])
        case (
            ast.GeneratorExp(elt=item, generators=loops) | ast.ListComp(elt=item, generators=loops)
        ):
            return _loop(item, loops, names)
    raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in an expression")


def _item(node: ast.expr, value: Any, key: Any) -> Any:
    """What stands in `value`, the value of `node`, under a key or at a place."""
    if isinstance(key, list):
        raise ExpressionError(f"{ast.unparse(node)}: one key at a time, as a.b or a[0][1]")
    if isinstance(value, dict):
        if key in value:
            return value[key]
        known = ", ".join(map(repr, list(value)[:8]))
        raise ExpressionError(f"{ast.unparse(node)} has no {key!r}: it has {known}")
    if isinstance(value, list) and type(key) is int:
        if -len(value) <= key < len(value):
            return value[key]
        raise ExpressionError(f"{ast.unparse(node)} has {len(value)} items, none at {key}")
    raise ExpressionError(f"{ast.unparse(node)} is {_kind(value)}: it has no {key!r}")


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a number")


def _call(node: ast.expr, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    try:
        return function(*arguments)
    except ExpressionError:
        raise
    except FAULTS as fault:
        raise ExpressionError(f"{ast.unparse(node)}: {fault}") from None


def _compare(node: ast.Compare, names: Mapping[str, Any]) -> bool:
    values = [evaluate(part, names) for part in (node.left, *node.comparators)]
    for op, (left, right) in zip(node.ops, pairwise(values), strict=True):
        if type(op) not in OPERATORS:
            raise ExpressionError(f"{ast.unparse(node)!r} is not allowed in an expression")
        if not _call(node, OPERATORS[type(op)][1], [left, right]):
            return False
    return True


def _loop(item: ast.expr, loops: list[ast.comprehension], names: Mapping[str, Any]) -> list[Any]:
    """`item` for each turn of the first loop, and of those within it."""
    if not loops:
        return [evaluate(item, names)]
    loop, *inner = loops
    if not isinstance(loop.target, ast.Name):
        raise ExpressionError(f"{ast.unparse(loop)!r}: give each item one name")
    found = []
    for value in _call(loop.iter, list, [evaluate(loop.iter, names)]):
        scope = Scope(loop.target.id, value, names)
        if all(evaluate(condition, scope) for condition in loop.ifs):
            found += _loop(item, inner, scope)
    return found


class Scope(dict[str, Any]):
    """One name more, before those that there are."""

    def __init__(self, name: str, value: Any, outer: Mapping[str, Any]) -> None:
        super().__init__({name: value})
        self.outer = outer

    def __missing__(self, name: str) -> Any:
        return self.outer[name]


def with_values(node: ast.expr, names: Mapping[str, Any]) -> str:
    """The expression with numbers in place of what is compared: `1.8 < 2.61 < 2.2`."""
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        return word.join(with_values(part, names) for part in node.values)
    if not isinstance(node, ast.Compare):
        return ast.unparse(node)
    text = rounded(evaluate(node.left, names))
    for op, part in zip(node.ops, node.comparators, strict=True):
        text += f" {OPERATORS[type(op)][0]} {rounded(evaluate(part, names))}"
    return text


def rounded(value: Any) -> str:
    """A value for people: numbers to four digits."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list):
        return "[" + ", ".join(map(rounded, value)) + "]"
    return str(value)
