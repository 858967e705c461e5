"""What a student does in a lesson, for the tests to do."""

import re
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

TOKEN = "browser-test"
SCREENSHOTS = Path(__file__).parents[2] / "test-results"
KIND = "application/vnd.jupyter"
ERRORS = f'[data-mime-type="{KIND}.stderr"], [data-mime-type="{KIND}.error"]'  # versions differ
BOX = "xpath=ancestor::*[contains(@class, 'widget-vbox')][.//img][1]"


def open_lesson(page, address, name):
    """Open a lesson and run all its cells."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector('.jp-Toolbar-kernelStatus[title*="Idle" i], [data-status="idle"]')
    # On a slow machine that is shown before the page has its kernel, and nothing would run.
    wait_for(lambda: has_kernel(page, address, name), 60, f"{name}: no kernel was connected")
    choose(page, "Edit", "Clear Outputs of All Cells")  # of the build: numbers tell what has run
    choose(page, "Run", "Run All Cells")
    running = page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text=re.compile(r"\[[ *]?\]"))
    errors = page.locator(ERRORS).filter(has_text=re.compile("Error"))
    try:  # after an error, JupyterLab runs no more cells
        wait_for(
            lambda: running.count() == 0 or errors.count() > 0,
            240,
            f"{name}: not all cells were run",
            every=0.5,
        )
    finally:
        keep(page, name.removesuffix(".ipynb"))
    assert errors.all_inner_texts() == [], errors.all_inner_texts()
    told = page.locator(
        ".lab-live [role=alert]"
    ).all_inner_texts()  # by a widget, in its error line
    assert told == [], told


def has_kernel(page, address, name):
    """Whether the page is connected to a kernel of its own that waits for work."""
    sessions = page.request.get(f"{address}/api/sessions?token={TOKEN}").json()
    kernels = [session["kernel"] for session in sessions if session["path"] == name]
    return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)


def assert_axe_is_content(page):
    """No output of the notebook breaks a rule of WCAG that axe-core knows."""
    found = Axe().run(page, context=".jp-OutputArea").response["violations"]
    wrong = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
    assert not wrong, "\n".join(wrong)


def choose(page, menu, item):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def keep(page, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def source_of(box):
    """The pictures of a widget, as the browser shows them: a new picture has a new address."""
    return box.locator("img").evaluate_all("images => images.map(image => image.src)")


def wait_for(condition, seconds, what, every=0.1):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(every)


def move_each_slider(page):
    """Arrow keys on every slider of the page: each changes the picture of its widget."""
    seen = page.locator('.jupyter-widgets [role="slider"]').filter(visible=True)
    seen.first.wait_for()  # some are not shown before they are needed
    for more in page.get_by_role("button", name="More settings").all():
        more.click()
        studio = more.locator("xpath=ancestor::*[contains(@class, 'lab-live')][1]")
        studio.get_by_text("Minutes", exact=True).wait_for()  # the kernel shows the others
    moved = []
    for n in range(seen.count()):
        handle = seen.nth(n)
        box, label = (
            handle.locator(BOX),
            handle.locator("xpath=ancestor::*[contains(@class, 'widget-inline-hbox')][1]//label"),
        )
        handle.scroll_into_view_if_needed()
        name, before = label.first.inner_text(), source_of(box)
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        wait_for(
            lambda box=box, before=before: source_of(box) != before,
            30,
            f"slider {name!r} was moved and its picture stayed the same",
        )
        moved.append(name)
    return moved
