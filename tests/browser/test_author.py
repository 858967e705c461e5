"""An author in a real JupyterLab: type, save, build, reload, edit the script behind the page."""

import nbformat
import pytest
from browsing import TOKEN, keep

from conftest import running
from lstm_video_lab.course.building.pairs import take_edits
from lstm_video_lab.course.building.scripts import content_hash, read_script

START = (
    "import pathlib, sys; from lstm_video_lab.course import launch;"
    "launch.find_lessons = lambda: pathlib.Path(sys.argv[1]);"
    "sys.exit(launch.open_lab(author=True, lab_args=sys.argv[2:]))"
)
# jupytext would put one empty line above the second cell.
SCRIPT = """# %% [markdown]
# # A lesson


# %% first
def double(x):
    return 2 * x


# %% [markdown]
# Between

# %% last
x = 1
"""


def build(script):
    """What a build leaves behind: it knows nothing of the page."""
    nb = read_script(script)
    nb.metadata["lab"] = {"script": content_hash(nb)}
    script.with_suffix(".ipynb").write_text(nbformat.writes(nb) + "\n")


@pytest.fixture
def author(chromium, tmp_path):
    script = tmp_path / "clone" / "notebooks" / "01_lesson.py"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT)
    build(script)
    with running(tmp_path, START, str(script.parent)) as address:
        yield address, script


def open_notebook(page, address):
    page.goto(f"{address}/lab/tree/notebooks/01_lesson.ipynb?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")


def write(page, text):
    """Into the last cell, and save."""
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+S")


def write_and_wait(page, text):
    """Until its checkpoint is made, too: what is saved before that, JupyterLab passes over."""
    sent = []

    def is_saved(response):
        if "/api/contents/" in response.url:
            sent.append(response.request.method)
        return "PUT" in sent and sent[-1] == "POST"

    with page.expect_response(is_saved):
        write(page, text)
    page.wait_for_timeout(100)


def test_a_save_a_build_and_an_edit_behind_the_page(context, author):
    address, script = author
    page = context.new_page()
    open_notebook(page, address)
    for number in (2, 3):
        write_and_wait(page, f"x = {number}")
        assert f"x = {number}\n" in script.read_text()
    assert script.read_text() == SCRIPT.replace("x = 1", "x = 3")
    build(script)
    open_notebook(page, address)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-CodeCell").last.inner_text().endswith("x = 3")

    script.write_text(script.read_text().replace("Between", "Behind the page"))
    write(page, "x = 4")
    dialogue = page.locator(".jp-Dialog")
    dialogue.wait_for()
    keep(page, "author_refused")
    assert "01_lesson.py was edited elsewhere" in dialogue.inner_text()
    assert "Behind the page" in script.read_text() and "x = 3" in script.read_text()
    assert "x = 4" in script.with_name("01_lesson.py.kept-1").read_text()
    open_notebook(page, address)
    page.locator(".jp-RenderedMarkdown", has_text="Behind the page").wait_for()
    write_and_wait(page, "x = 5")
    assert "x = 5\n" in script.read_text()
    assert take_edits(script) == ""
    page.close()


def test_a_build_behind_the_page_is_seen(context, author):
    """JupyterLab asks first; even who overwrites loses nothing."""
    address, script = author
    page = context.new_page()
    open_notebook(page, address)
    script.write_text(SCRIPT.replace("Between", "Behind the page"))
    build(script)
    write(page, "x = 2")
    dialogue = page.locator(".jp-Dialog")
    dialogue.wait_for()
    keep(page, "author_asked")
    dialogue.get_by_role("button", name="Overwrite").click()
    page.get_by_text("01_lesson.py was edited elsewhere").wait_for()
    assert "Behind the page" in script.read_text()
    assert "x = 2" in script.with_name("01_lesson.py.kept-1").read_text()
    page.close()


def test_two_pages_of_one_lesson(context, author):
    """JupyterLab asks the second; if it overwrites, it is refused, and its words are kept."""
    address, script = author
    first, second = context.new_page(), context.new_page()
    open_notebook(first, address)
    open_notebook(second, address)
    for number in (2, 3):
        write_and_wait(first, f"x = {number}")
    write(second, "x = 'second'")
    dialogue = second.locator(".jp-Dialog")
    dialogue.wait_for()
    dialogue.get_by_role("button", name="Overwrite").click()
    second.get_by_text("01_lesson.py was edited elsewhere").wait_for()
    assert "x = 'second'" in script.with_name("01_lesson.py.kept-1").read_text()
    write_and_wait(first, "x = 4")
    assert "x = 4\n" in script.read_text()
    for page in (first, second):
        page.close()
