"""The studio under abuse, in a real JupyterLab: pages come and go, and no button dies."""

import json
import os
import re
import signal

from browsing import ERRORS, TOKEN, has_kernel, keep, wait_for

NAME = "studio.ipynb"
CELL = "from lstm_video_lab.widgets import TrainingStudio\nTrainingStudio(units=16, minutes=0.25)"


def write_notebook(folder, *sources):
    cells = [
        {"cell_type": "code", "id": f"c{k}", "metadata": {}, "outputs": [], "source": source,
         "execution_count": None}
        for k, source in enumerate(sources)
    ]  # fmt: skip
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / NAME).write_text(json.dumps(notebook))


def open_notebook(page, address):
    page.goto(f"{address}/lab/tree/{NAME}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    wait_for(lambda: has_kernel(page, address, NAME), 60, "no kernel was connected")


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def button(page, name):
    return page.locator(".lab-live button", has_text=name)


def press(page, name):
    found = button(page, name).filter(visible=True)
    found.wait_for(timeout=60_000)
    found.click()


def test_a_page_that_is_loaded_anew_in_a_run_keeps_its_buttons(page, lab):
    address, folder = lab
    write_notebook(folder, CELL)
    open_notebook(page, address)
    run_all(page)
    press(page, "Train")
    button(page, "Stop").filter(visible=True).wait_for()
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_selector(".lab-live")
    wait_for(lambda: has_kernel(page, address, NAME), 60, "no kernel was connected")
    press(page, "Stop")
    press(page, "Reset")
    button(page, "Train").filter(visible=True).wait_for()
    keep(page, "studio-after-reload")
    assert page.locator(ERRORS).count() == 0


def test_a_saved_notebook_shows_the_last_picture_without_its_kernel(page, lab):
    address, folder = lab
    write_notebook(folder, "from lstm_video_lab.widgets import SelfTest\nSelfTest()")
    open_notebook(page, address)
    run_all(page)
    slider = page.locator('.lab-live [role="slider"]')
    slider.wait_for()
    assert page.locator(".lab-still img").filter(visible=True).count() == 0
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".lab-live", has_text="the slider says 4").wait_for()
    still = page.locator(".lab-still img")
    wait_for(lambda: "says 4" in still.get_attribute("alt"), 30, "the still picture stays behind")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.reload()  # JupyterLab so forgets the display ids of its outputs
    slider.press("ArrowRight")
    wait_for(lambda: "says 5" in still.get_attribute("alt"), 30, "it stays behind after a reload")
    assert still.filter(visible=True).count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    for session in page.request.get(f"{address}/api/sessions?token={TOKEN}").json():
        page.request.delete(f"{address}/api/sessions/{session['id']}?token={TOKEN}")
    page.goto(f"{address}/lab/tree/{NAME}?token={TOKEN}&reset")
    still.wait_for(state="visible")
    assert "the slider says 5" in still.get_attribute("alt")
    assert page.get_by_text("model not found").filter(visible=True).count() == 0
    keep(page, "still-after-reopening")


def test_a_restarted_kernel_is_said(page, lab):
    address, folder = lab
    write_notebook(folder, "from lstm_video_lab.widgets import SelfTest\nSelfTest()")
    open_notebook(page, address)
    run_all(page)
    page.locator('.lab-live [role="slider"]').wait_for()
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.locator(".lab-live.jupyter-widgets-disconnected").first.wait_for()
    words = page.locator(".lab-live").first.evaluate(
        "box => getComputedStyle(box, '::before').content"
    )
    assert "run this cell again" in words
    keep(page, "kernel-restarted")


WORKS = """from lstm_video_lab.widgets import SelfTest
test = SelfTest()
def work(change):
    test.front.works = change.new == 5  # as a training run
test.values["number"].observe(work, "value")
test"""


def test_who_does_not_answer_is_named_until_the_answer_comes(page, lab):
    address, folder = lab
    write_notebook(folder, "import os\nos.getpid()", WORKS)
    open_notebook(page, address)
    run_all(page)
    slider = page.locator('.lab-live [role="slider"]')
    slider.press("ArrowRight")
    page.locator(".lab-live", has_text="the slider says 4").wait_for()
    kernel = int(page.locator(".jp-OutputArea-output").first.inner_text())
    complaint = "box => getComputedStyle(box, '::before').content"
    assert page.locator(".lab-live").evaluate(complaint) == "none"
    os.kill(kernel, signal.SIGSTOP)
    try:
        slider.press("ArrowRight")
        page.locator(".lab-unanswered").wait_for(timeout=30_000)
        assert "No answer" in page.locator(".lab-live").evaluate(complaint)
        assert "No answer" in page.locator(".lab-live [role=status]").inner_text()
        keep(page, "nobody-answers")
    finally:
        os.kill(kernel, signal.SIGCONT)
    page.locator(".lab-live:not(.lab-unanswered)", has_text="the slider says 5").wait_for()
    os.kill(kernel, signal.SIGSTOP)
    try:  # nobody presses: what works by itself is asked by the page
        page.locator(".lab-unanswered").wait_for(timeout=30_000)
    finally:
        os.kill(kernel, signal.SIGCONT)
    page.locator(".lab-live:not(.lab-unanswered)").wait_for()
