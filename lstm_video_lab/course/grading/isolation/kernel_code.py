"""The code that a student's kernel would have had for one answer, statement by statement.

Cells are taken as IPython takes them (magics, `!pip`, `x?`). Of their statements only those count
that the answer needs, in their order, so that the last definition wins; a try-out under it, a
picture or an import that nothing needs is left out. This runs in the child, behind its walls, so it
imports nothing of the lab.
"""

from __future__ import annotations
import __future__

import ast
import dis
import linecache
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

RUNS_ITS_CELL = ("time", "capture", "prun")  # magics whose code stays in the kernel
RUNS_ITS_LINE = ("time", "prun")
LOOKS_NAMES_UP = {"exec", "eval", "globals", "vars"}  # who uses these may need any name
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
SETS_GLOBAL, SETS_NAME = ("STORE_GLOBAL", "DELETE_GLOBAL"), ("STORE_NAME", "DELETE_NAME")
_MAY_BE_NO_PYTHON = re.compile(r"[%!?]|^\s*(>>>|\.\.\.|In \[|[,;/])", re.MULTILINE)
_FLAGS = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}


@dataclass
class Statement:
    """A statement of a cell, with the names of the kernel that it has to do with."""

    node: ast.stmt
    cell: int
    flags: int  # of the compiler, from `from __future__`
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)  # by `x[k] = …` or `x.append(…)`
    sets: set[str] = field(default_factory=set)  # by `global`, where it is called
    code: CodeType | None = None


@dataclass
class Notebook:
    """The cells of a student, taken apart. `broken`: cells that are no Python → why."""

    statements: list[Statement] = field(default_factory=list)
    broken: dict[int, SyntaxError] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    flags: int = 0


def read_notebook(cells: Sequence[tuple[int, str]]) -> Notebook:
    """cells: (number, source) of each, in their order. Their lines stay the student's own."""
    notebook = Notebook()
    for number, source in cells:
        source = source.replace("\r\n", "\n")
        notebook.sources[number] = source
        name = file_of(number)
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
        try:
            nodes = list(_nodes(source, 0))
        except (SyntaxError, ValueError, RecursionError, MemoryError, RuntimeError) as error:
            no_python = error if isinstance(error, SyntaxError) else SyntaxError(str(error)[:200])
            no_python.filename = name
            notebook.broken[number] = no_python
            continue
        for node in nodes:
            _add_statement(notebook, node, number)
    return notebook


def file_of(cell: int) -> str:
    """The name under which a cell stands in a traceback."""
    return f"<cell {cell}>"


def _nodes(source: str, above: int) -> Iterator[ast.stmt]:
    """The statements of a cell, those of its magics too; `above`: lines above it."""
    lines = source.split("\n")
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if _MAY_BE_NO_PYTHON.search(source):
        source = TransformerManager().transform_cell("\n".join(lines[blank:]))
        above += blank
    for node in ast.parse(source).body:
        magic = _magic(node)
        if magic is None:
            yield ast.increment_lineno(node, above)
        elif magic[0] == "run_cell_magic" and magic[1] in RUNS_ITS_CELL:
            yield from _nodes(magic[3], above + 1)
        elif magic[0] == "run_line_magic" and magic[1] in RUNS_ITS_LINE:
            yield from _nodes(magic[2], above + node.lineno - 1)


def _magic(node: ast.stmt) -> list[str] | None:
    """What a magic was given: [method, name, line, cell]; None for any other statement."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return None
    called = node.value.func
    if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Call)):
        return None
    if getattr(called.value.func, "id", "") != "get_ipython":
        return None
    words = [word.value for word in node.value.args if isinstance(word, ast.Constant)]
    return [called.attr, *map(str, words), "", "", ""]


def _add_statement(notebook: Notebook, node: ast.stmt, cell: int) -> None:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        for alias in node.names:
            notebook.flags |= _FLAGS.get(alias.name, 0)
        return
    statement = Statement(node, cell, notebook.flags)
    try:
        module = ast.Module([node], [])
        statement.code = compile(
            module, file_of(cell), "exec", flags=notebook.flags, dont_inherit=True
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, SyntaxError):
            notebook.broken.setdefault(cell, error)
        return
    _note_names(statement.code, statement)
    statement.changes = set(_changed(node))
    notebook.statements.append(statement)


def _note_names(code: CodeType, statement: Statement) -> None:
    """The kernel's names that compiled code reads and sets, in all its functions."""
    for instruction in dis.get_instructions(code):
        operation, name = instruction.opname, instruction.argval
        is_outermost = code is statement.code  # not the body of a class
        if operation in SETS_GLOBAL and not is_outermost:
            statement.sets.add(name)
        elif is_outermost and operation in (*SETS_GLOBAL, *SETS_NAME):
            statement.binds.add(name)
        elif operation.startswith(("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")):
            statement.uses.add(name)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _note_names(constant, statement)


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names of things that a statement may change without setting the name."""
    if isinstance(node, DEFINITION):
        return
    for inside in ast.walk(node):
        is_set = isinstance(getattr(inside, "ctx", None), ast.Store | ast.Del)
        if is_set and isinstance(inside, ast.Subscript | ast.Attribute):
            yield _root(inside)
        elif isinstance(inside, ast.Call) and isinstance(inside.func, ast.Attribute):
            yield _root(inside.func)


def _root(node: ast.expr) -> str:
    """x of x.y[k].z; "" for anything else."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def needed(notebook: Notebook, name: str, imported: set[str]) -> list[Statement]:
    """The statements that the value of a name depends on, in their order.

    imported: names that stand for modules from the start
    """
    for statement in notebook.statements:
        if isinstance(statement.node, ast.Import | ast.ImportFrom):
            imported = imported | _imported(statement.node)
    by_name: dict[str, list[int]] = {}
    by_call = {name: one.sets for one in notebook.statements if one.sets for name in one.binds}
    for number, statement in enumerate(notebook.statements):
        changed = statement.binds | (statement.changes - imported)
        for called in statement.uses & by_call.keys():
            changed |= by_call[called]
        for one in changed:
            by_name.setdefault(one, []).append(number)
    if name not in by_name:  # as `exec("def …")`
        by_name[name] = [
            number
            for number, one in enumerate(notebook.statements)
            if one.uses & LOOKS_NAMES_UP and not isinstance(one.node, DEFINITION)
        ]
    chosen = {number for number, one in enumerate(notebook.statements) if _imports_all(one.node)}
    names = {name}
    waiting = [name]
    while waiting:
        for number in by_name.get(waiting.pop(), []):
            if number in chosen or _is_try_out(notebook.statements[number], name):
                continue
            chosen.add(number)
            new = notebook.statements[number].uses - names
            names |= new
            waiting += new
    looks_names_up = bool(names & LOOKS_NAMES_UP)
    for number, statement in enumerate(notebook.statements):
        if looks_names_up and statement.binds:
            chosen.add(number)
        if _is_setting(statement, names & imported) and not _is_try_out(statement, name):
            chosen.add(number)
    return [notebook.statements[number] for number in sorted(chosen)]


def _imports_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _is_setting(statement: Statement, modules: set[str]) -> bool:
    """As `torch.set_default_dtype(torch.float64)`: what it sets has no name."""
    node = statement.node
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return is_call and bool(statement.changes & modules) and statement.uses <= modules


def _is_try_out(statement: Statement, name: str) -> bool:
    """A bare expression that uses the answer sets nothing that the answer needs."""
    return isinstance(statement.node, ast.Expr) and name in statement.uses


class Answer:
    """What defines one answer in the cells of a student.

    preamble  code that runs before: its imports are modules, too
    cell      the number of the cell that gives the answer its value in the end
    """

    def __init__(self, preamble: str, cells: Sequence[tuple[int, str]], name: str) -> None:
        self.name = name
        self.notebook = read_notebook(cells)
        imported = {"torch", "np", *_imported(ast.parse(preamble))}
        self.statements = needed(self.notebook, name, imported)
        binding = [one.cell for one in self.notebook.statements if name in one.binds]
        self.cell = binding[-1] if binding else 0

    @property
    def file(self) -> str:
        return file_of(self.cell)

    def why_no_python(self) -> SyntaxError | None:
        """Of the cell that would have defined the answer, if it were Python."""
        broken = self.notebook.broken
        cells = [cell for cell in broken if self.name in self.notebook.sources[cell]]
        for cell in cells or broken:
            self.cell = cell
            return broken[cell]
        return None

    def code(self) -> str:
        """The statements as a person reads them, with the numbers of their cells and lines."""
        parts = []
        for statement in self.statements:
            node: Any = statement.node
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(one.lineno for one in decorators)])
            lines = self.notebook.sources[statement.cell].split("\n")[first - 1 : node.end_lineno]
            parts.append(f"# cell {statement.cell}, line {first}\n" + "\n".join(lines))
        return "\n\n".join(parts)


def _imported(tree: ast.AST) -> set[str]:
    """Names that imports give."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
