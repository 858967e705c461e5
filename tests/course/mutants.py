"""Answers with one thing wrong, made from a right one. No test in here."""

import ast

SWAPPED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.MatMult: ast.Mult, ast.Lt: ast.LtE,
    ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.USub: ast.UAdd,
}  # fmt: skip


def _without_each(node, name):
    """A list of a node with one element less, for each."""
    parts = getattr(node, name)
    for k in range(len(parts)):
        yield node, name, parts[:k] + parts[k + 1 :]


def _is_words(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _changes_of(node):
    """(node, its field, another value)."""
    if type(getattr(node, "op", None)) in SWAPPED:
        yield node, "op", SWAPPED[type(node.op)]()
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield node, "ops", [SWAPPED[type(node.ops[0])](), *node.ops[1:]]
    if isinstance(node, ast.BoolOp):
        yield from _without_each(node, "values")
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield node, "value", node.value + 1
    if isinstance(node, ast.If | ast.IfExp):
        yield node, "test", ast.Constant(True)
        yield node, "test", ast.Constant(False)
    if isinstance(node, ast.Call):
        yield from _without_each(node, "args")
        yield from _without_each(node, "keywords")
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            yield node.func, "id", "max" if node.func.id == "min" else "min"
    if isinstance(node, ast.FunctionDef | ast.For | ast.If):
        for k, statement in enumerate(node.body):
            if not _is_words(statement):
                yield node, "body", [*node.body[:k], ast.Pass(), *node.body[k + 1 :]]


def _changes(tree):
    return [change for node in ast.walk(tree) for change in _changes_of(node)]


def mutants(source):
    """(line that is another one, code), for each thing that can be wrong."""
    right = ast.unparse(ast.parse(source))
    for k in range(len(_changes(ast.parse(source)))):
        tree = ast.parse(source)
        node, field, value = _changes(tree)[k]
        setattr(node, field, value)
        code = ast.unparse(tree)
        if code != right:
            lines = [line.strip() for line in code.splitlines() if line not in right.splitlines()]
            yield "; ".join(lines), code
