"""Hashes of what code does: of its syntax tree, on which comments and layout leave no trace."""

from __future__ import annotations

import ast
import hashlib
import json
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from lstm_video_lab.course.building.scripts import code_cells

ACTING_TAGS = ("skip-execution", "raises-exception")  # of a cell that is run otherwise
NO_CODE = {"type_comment", "kind"}  # fields of the tree that change nothing


def hashes_of_cells(nb: NotebookNode) -> dict[str, str]:
    """Id of each code cell → the hash of what it does."""
    hashes = {}
    for cell in code_cells(nb):
        acting = [tag for tag in cell.metadata.get("tags", []) if tag in ACTING_TAGS]
        hashes[cell.id] = hash_of_code("\n".join([*(f"{tag!r}" for tag in acting), cell.source]))
    return hashes


def hash_of_code(source: str) -> str:
    """Of what a cell does: equal for two sources that differ in comments and layout only."""
    python = TransformerManager().transform_cell(source)
    try:
        return digest(json.dumps(_plain(ast.parse(python))).encode())
    except SyntaxError:
        return digest(source.encode())


def hash_of_module(source: str) -> str:
    """The same of a module: its docstrings do not count. Raises SyntaxError where it is none."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        _drop_docstring(node)
    return digest(json.dumps(_plain(tree)).encode())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _drop_docstring(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if body and ast.get_docstring(node, clean=False) is not None:
        node.body = body[1:]


def _plain(node: Any) -> Any:
    """A syntax tree as lists and words, the same on every version of Python: empty fields, which
    newer versions add or leave out, do not appear."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = []
    for name, value in ast.iter_fields(node):
        if name not in NO_CODE and value is not None and value != []:
            fields.append([name, _plain(value)])
    return [type(node).__name__, fields]
