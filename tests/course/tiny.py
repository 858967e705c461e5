"""A small exercise, and notebooks that answer it. No test in here."""

import copy
import json

from lstm_video_lab.course.exercises import read_exercises
from lstm_video_lab.course.handout import notebook_text

NAME = "01_doubles"
MISTAKES = "".join(
    f'''
# %% mistake double: wrong {word}
def double(x):
    """The hint for {word}."""
    return {code}
'''
    for word, code in [("same", "x"), ("square", "x * x"), ("half", "x / 2"), ("sign", "-2 * x"),
                       ("shift", "2 * x + 1")]
)  # fmt: skip
SCRIPT = (
    '''# %% [markdown]
# # Doubles

# %% given
def helper(x):
    return x + x


# %% answer double, 2 points
def double(x):
    """Twice x, (N,)."""
    # BEGIN SOLUTION
    return helper(x)
    # END SOLUTION


# %% check double
print("checked")

# %% written why, 3 points [markdown]
# Why?
#
# BEGIN SOLUTION
# The secret model answer.
# END SOLUTION

# %% cases double
SHOWS = "lines"


def visible(rng):
    yield {"x": torch.arange(4.0)}


def hidden(rng):
    yield {"x": torch.from_numpy(rng.normal(size=5))}
    yield {"x": torch.from_numpy(rng.normal(size=3))}


# %% hints double
"""Add.

Or multiply."""

# %% rewrite double: product
def double(x):
    return 2 * x

# %% rewrite double: sum
def double(x):
    return torch.stack([x, x]).sum(0)
'''
    + MISTAKES
)
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return 3 * x"


def write_solutions(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.py").write_text(SCRIPT)
    return folder


def handed_out(solutions):
    """The notebook that students get, as JSON."""
    return json.loads(notebook_text(read_exercises(solutions)[NAME].cut()))


def cell_of(notebook, name):
    """The cell of an answer or of a question."""
    return next(c for c in notebook["cells"] if name in c["metadata"].get("lab", {}).values())


def answered(notebook, source=RIGHT, words=""):
    """A copy of the notebook with an answer in its place."""
    mine = copy.deepcopy(notebook)
    cell_of(mine, "double")["source"] = source
    if words:
        cell_of(mine, "why")["source"] += "\n" + words
    return mine
