"""What is right in a student's kernel is right here: a real shell of IPython is the oracle."""

import contextlib
import io
import sys

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from lstm_video_lab.course.grading.isolation import kernel
from lstm_video_lab.course.grading.isolation.kernel_code import Answer

RIGHT = "def f(x):\n    return 2 * x"
WRONG = "def f(x):\n    return 3 * x"
NESTED = "\n".join("    " + line for line in RIGHT.split("\n"))
CASES = {  # the cells of a notebook, each with one answer f
    "plain": [RIGHT],
    "magic over it": ["%pdb off\n" + RIGHT],
    "cell magic": ["%%time\n" + RIGHT],
    "cell magic below blank lines": ["\n\n%%time\n" + RIGHT],
    "capture": ["%%capture out\n" + RIGHT],
    "shell": ["!true\n" + RIGHT],
    "help": [RIGHT + "\n\nlen?"],
    "last wins": [WRONG, RIGHT],
    "last wins, wrong": [RIGHT, WRONG],
    "try-outs": ["y = 3", RIGHT + "\nprint(f(y))\nz = f(4)\nassert z == 8"],
    "constant": ["K = 2", "def f(x):\n    return K * x"],
    "constant set later": ["def f(x):\n    return K * x", "K = 2"],
    "constant set twice": ["K = 3", "def f(x):\n    return K * x", "K = 2"],
    "lambda": ["twice = lambda v: v + v", "def f(x):\n    return twice(x)"],
    "alias": ["def g(x):\n    return 2 * x", "f = g"],
    "several names": ["f, g = (lambda x: 2 * x), 3"],
    "star": ["from math import *", "def f(x):\n    return floor(2 * x)"],
    "under if": ["if True:\n" + NESTED],
    "with try": ["try:\n    import nothing_like_it as n\nexcept ImportError:\n    n = None", RIGHT],
    "try and else": ["try:\n    K = 2\nfinally:\n    pass\ndef f(x): return K * x"],
    "changed list": ["T = []", "T.append(2)", "def f(x):\n    return T[0] * x"],
    "changed dict": ["D = {}\nD['k'] = 2", "def f(x):\n    return D['k'] * x"],
    "filled by a loop": ["T = []\nfor k in range(3):\n    T.append(k)\ndef f(x): return T[2] * x"],
    "added up": ["K = 1", "K += 1", "def f(x): return K * x"],
    "decorator": ["import functools\n@functools.lru_cache\n" + RIGHT],
    "dataclass": ["from dataclasses import dataclass\n@dataclass\nclass A:\n    k: int = 2",
                  "def f(x): return A().k * x"],
    "named tuple": ["from typing import NamedTuple\nclass A(NamedTuple):\n    k: int = 2\n"
                    "def f(x): return A().k * x"],
    "future": ["from __future__ import annotations\ndef f(x: Nobody) -> Knows: return 2 * x"],
    "future in an older cell": ["from __future__ import annotations",
                                "def f(x: Nobody): return 2 * x"],
    "main": ["if __name__ == '__main__':\n" + NESTED],
    "global": ["def make():\n    global K\n    K = 2", "make()\ndef f(x): return K * x"],
    "wrapped later": [RIGHT, "g = f\ndef f(x): return g(x)"],
    "own class": ["class F:\n    def __call__(self, x):\n        return 2 * x", "f = F()"],
    "walrus": ["(K := 2)", "def f(x): return K * x"],
    "setting": ["torch.set_default_dtype(torch.float64)", "def f(x): return torch.ones(1) * 2 * x"],
    "display": [RIGHT + "\ndisplay(f(2))"],
    "output": ["lines = !true", RIGHT],
    "in a string": [f"exec({RIGHT!r})"],
    "through globals": ["k = 2\nfor name in ('f', 'g'):\n    globals()[name] = lambda x: k * x"],
    "semicolons": ["K = 2; f = lambda x: K * x;"],
    "names as text": ["K = 2", "print(3)\ndef f(x): return eval('K * x')"],
    "deleted helper": ["K = 2\nf = lambda x, k=K: k * x\ndel K"],
}  # fmt: skip


def value(function):
    """What an answer says, for numbers of all sorts."""
    return [float(function(x)) for x in (3, -1.5)]


def kernel_value(cells):
    """In IPython: whatever goes wrong in a cell ends that cell."""
    InteractiveShell.clear_instance()
    main = sys.modules["__main__"]
    shell = InteractiveShell.instance(user_ns={"__name__": "__main__", "torch": torch, "np": np})
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for source in cells:
            shell.run_cell(source, silent=True)
        try:
            return value(shell.user_ns["f"])
        finally:
            sys.modules["__main__"] = main
            torch.set_default_dtype(torch.float32)
            InteractiveShell.clear_instance()


def judged_value(cells):
    main = sys.modules["__main__"]
    try:
        answer = Answer("import torch", list(enumerate(cells, 1)), "f")
        return value(kernel.Kernel("import torch", answer).function())
    finally:
        sys.modules["__main__"] = main
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_a_notebook_comes_to_what_its_kernel_has(cells):
    assert judged_value(cells) == kernel_value(cells)


PIECES = [RIGHT, WRONG, "K = 2", "K = 5", "def f(x):\n    return K * x", "K += 1", "%%time\nK = 7",
          "print(1)", "T = [K]\nT.append(4)", "f2 = f", "def f(x):\n    return T[-1] + x", "f = f2",
          "%time K = 1", "x = 3", "y = f(3)", "del K", "import math as K",
          "for K in (8, 9): pass"]  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_any_order_of_cells_comes_to_what_its_kernel_has(cells):
    try:
        expected = kernel_value(["K = 1\nT = [1]\nf2 = abs\nf = abs", *cells])
    except Exception as error:
        expected = type(error).__name__
    try:
        found = judged_value(["K = 1\nT = [1]\nf2 = abs\nf = abs", *cells])
    except Exception as error:
        found = type(error).__name__
    assert found == expected


HARMLESS = {  # what cannot run here, and nothing needs
    "absent package": "import seaborn_like as sns\nsns.set()",
    "colab": "from google.colab import drive\ndrive.mount('/content/drive')",
    "lab": "from lstm_video_lab import check\ncheck('f', f)",
    "question": "name = input('Who are you? ')",
    "long try-out": "while True: f(3)",
    "error": "1 / 0",
    "no Python": "def g(:\n    pass",
    "sleep": "import time\ntime.sleep(1000)",
}


@pytest.mark.parametrize("cell", HARMLESS.values(), ids=HARMLESS)
def test_what_no_answer_needs_costs_nothing(cell):
    for cells in ([cell, RIGHT], [RIGHT, cell]):
        assert judged_value(cells) == [6.0, -3.0]
    if cell != HARMLESS["no Python"]:
        assert judged_value([f"{RIGHT}\n\n{cell}"]) == [6.0, -3.0]


def test_an_error_has_the_line_that_the_student_sees():
    def line(cells, call=True):
        answer = Answer("", list(enumerate(cells, 1)), "f")
        run = kernel.Kernel("", answer)
        main = sys.modules["__main__"]
        try:
            function = run.function()
            function(3)
        except BaseException as error:
            return run.describe(error)[2]
        finally:
            sys.modules["__main__"] = main

    fails = "def f(x):\n    y = x\n    return 1 / 0"
    assert line([fails]) == "3"
    assert line(["%%time\n" + fails]) == "4"
    assert line(["\n\n%matplotlib inline\n" + fails]) == "6"
    assert line(["def g(x):\n\n\n\n    return 1 / 0", "def f(x):\n    return g(x)"]) == "2"
    assert line(["def f(x):\n    return (1"]) == "2"
