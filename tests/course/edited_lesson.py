"""A lesson that is edited in an editor, in VS Code and in JupyterLab's page. No test in here.

JupyterLab is its contents manager, called as the server calls it.
"""

import functools
import json

import nbformat

from lstm_video_lab.course.authoring.contents import PairedContents
from lstm_video_lab.course.building.scripts import content_hash, read_script

SCRIPT = """# %% [markdown]
# # A lesson


# %% first
def double(x):
    return 2 * x


# %% [markdown]
# Between

# %% name="last" timeout=30
x = 1
"""
IN_SCRIPT = SCRIPT.replace("Between", "Between, in the script")
IN_NOTEBOOK = SCRIPT.replace("x = 1", "x = 2")
BOTH = IN_SCRIPT.replace("x = 1", "x = 2")
FOLLOWS = "01_lesson.py was edited: 01_lesson.ipynb follows it"


def as_built(script):
    """The notebook as a build writes it; each code cell has an output of its own."""
    nb = read_script(script)
    nb.metadata["lab"] = {"script": content_hash(nb), "outputs": "of a run", "scale": "laptop"}
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text=f"output {number}")]
            cell.execution_count = number
    script.with_suffix(".ipynb").write_text(nbformat.writes(nb) + "\n")


def make_lesson(root):
    """The path of its script; its notebook lies beside it."""
    script = root / "notebooks" / "01_lesson.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    as_built(script)
    return script


@functools.cache
def server(root):
    return PairedContents(root_dir=str(root))


def lab(script):
    return server(script.parents[1])


def address(script):
    return f"{script.parent.name}/{script.stem}.ipynb"


def load(script, manager=None):
    """The notebook as the page gets it: JSON."""
    model = (manager or lab(script)).get(address(script))
    return json.loads(json.dumps(model["content"]))


def save(script, content, manager=None):
    model = {"type": "notebook", "format": "json", "content": json.loads(json.dumps(content))}
    return (manager or lab(script)).save(model, address(script))


def in_vs_code(script, edit, indent=1):
    """What an editor does that knows nothing of scripts: read JSON, write JSON."""
    path = script.with_suffix(".ipynb")
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content, indent=indent))


def sources(content):
    return ["".join(cell["source"]) for cell in content["cells"]]


def put(number, source):
    """An edit of a notebook: the source of one cell."""

    def edit(content):
        content["cells"][number]["source"] = source

    return edit


def paste_picture(content):
    """As JupyterLab and VS Code do: the picture lies in the cell, and no script holds it."""
    cell = content["cells"][2]
    cell["source"] = "".join(cell["source"]) + "\n![a](attachment:a.png)"
    cell["attachments"] = {"a.png": {"image/png": "aGk="}}


def files(script):
    return {path.name: path.read_bytes() for path in script.parent.iterdir() if path.is_file()}


def write(text):
    return lambda script: script.write_text(text)


def edit_notebook(script):
    in_vs_code(script, put(3, "x = 2"))


def run_by_hand(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], 77


def look_around(content):
    views = {"vscode": {"languageId": "python"}, "collapsed": True, "scrolled": False,
             "jupyter": {"source_hidden": True}, "editable": True, "tags": [],
             "slideshow": {"slide_type": ""}, "lines_to_next_cell": 2}  # fmt: skip
    for cell in content["cells"]:
        cell["metadata"].update(views)
    content["metadata"]["language_info"]["version"] = "3.99"
    content["metadata"]["widgets"] = {}
