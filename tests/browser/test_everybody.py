"""Every control by name, value and keyboard, in forced colours, and as axe-core sees it."""

import inspect

import every_kind
import nbformat
import pytest
from browsing import TOKEN, assert_axe_is_content, keep, open_lesson, wait_for

KINDS = "kinds.ipynb"
CELLS = (
    "1 + 1",
    f"{inspect.getsource(every_kind)}\n\nEveryKind()",
    """from lstm_video_lab.questions import Question
from lstm_video_lab.widgets import DrawYourOwn, Guess, SelfTest, TrainingStudio
options = {"this": "This is too near.", "that": "", "neither": "One of both is."}
Guess(Question("kinds/which", "This or that?", options, "that", "Because that is so."))""",
    "SelfTest()",
    "TrainingStudio()",
    """broken = EveryKind()
broken.front._esm = "export default { render() { throw new Error('on purpose') } }"
broken""",
    "DrawYourOwn()",
    "DrawYourOwn().still()",
)


@pytest.fixture(scope="module")
def kinds(context, lab):
    """A page with one widget of each kind, all of whose cells have run."""
    address, copy = lab
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), copy / KINDS)
    page = context.new_page()
    open_lesson(page, address, KINDS)
    regions = page.locator(".lab-live [role=status]")
    wait_for(lambda: regions.count() == 5, 30, "the page's half of the widgets is missing")
    yield page
    page.close()
    for session in context.request.get(f"{address}/api/sessions?token={TOKEN}").json():
        context.request.delete(f"{address}/api/sessions/{session['id']}?token={TOKEN}")


def widget(page, number):
    return page.locator(".lab-live").nth(number)


def tree_of(page, number):
    """(role, name) → value, for all that Chromium tells to a screen reader of a widget."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    asked = {"nodeId": root, "selector": ".lab-live"}
    node = session.send("DOM.querySelectorAll", asked)["nodeIds"][number]
    answer = session.send("Accessibility.queryAXTree", {"nodeId": node})["nodes"]
    tree = {}
    for one in answer:
        if one["ignored"]:
            continue
        said = {item["name"]: item["value"].get("value") for item in one.get("properties", ())}
        said["value"] = one.get("value", {}).get("value")
        key = one["role"]["value"], one.get("name", {}).get("value", "")
        tree[key] = {name: value for name, value in said.items() if value not in (None, "")}
    session.detach()
    return tree


def test_each_control_has_a_name_and_the_value_on_the_screen(kinds):
    tree = tree_of(kinds, 0)
    for name, value in {"Whole": "3", "Real": "0.50", "Rate": "0.00398", "Units": "256"}.items():
        slider = widget(kinds, 0).get_by_role("slider", name=name)
        assert ("slider", name) in tree and slider.get_attribute("aria-valuetext") == value
        assert tree["textbox", f"{name}, value"]["value"] == value
    assert tree["combobox", "Menu"]["value"] == "b"
    assert ("radiogroup", "Radio") in tree and ("group", "Show") in tree
    assert tree["radio", "one"]["checked"] == "true" and tree["radio", "two"]["checked"] == "false"
    assert tree["button", "future"]["pressed"] == "true"
    assert tree["button", "past"]["pressed"] == "false"
    assert tree["button", "More"]["pressed"] == "false"
    assert tree["button", "Loop Whole"]["pressed"] == "false"
    for name in ("Play Whole", "Stop and rewind Whole", "Press"):
        assert ("button", name) in tree
    assert tree["checkbox", "Marked"]["checked"] == "false"
    assert ("textbox", "Path") in tree
    assert ("image", "3 squares of 9 are dark.") in tree
    assert ("status", "") in tree
    nameless = {role for role, name in tree if not name.strip()}
    assert not nameless & {"button", "slider", "textbox", "combobox", "radio", "checkbox", "image"}


def test_names_and_values_follow_what_is_pressed(kinds):
    box = widget(kinds, 0)
    box.get_by_role("button", name="More").click()
    box.get_by_role("button", name="past").click()
    box.get_by_role("button", name="Loop Whole").click()
    box.get_by_role("slider", name="Units").press("ArrowRight")
    slider = box.get_by_role("slider", name="Units")
    wait_for(lambda: slider.get_attribute("aria-valuetext") == "512", 30, "an old value is told")
    box.get_by_role("button", name="Play Whole").click()
    box.get_by_role("button", name="Pause Whole").click()
    tree = tree_of(kinds, 0)
    assert ("button", "Play Whole") in tree and ("button", "Pause Whole") not in tree
    for name in ("More", "past", "Loop Whole"):
        assert tree["button", name]["pressed"] == "true"
    assert tree["button", "future"]["pressed"] == "false"
    box.get_by_role("button", name="Loop Whole").click()
    box.get_by_role("button", name="Stop and rewind Whole").click()


def cells_of(page):
    """What the notebook looks like: the number of cells, and which one is in hand."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    active = cells.evaluate_all(
        "cells => cells.findIndex(cell => cell.classList.contains('jp-mod-active'))"
    )
    return cells.count(), active


def test_keys_move_the_control_and_not_the_notebook(kinds):
    box = widget(kinds, 0)
    slider = box.get_by_role("slider", name="Whole")
    slider.focus()
    before = cells_of(kinds)
    assert before == (len(CELLS), 1)
    for key in ("Home", "ArrowRight", "ArrowUp", "x", "d", "d", "a", "m", "Space", "Enter"):
        kinds.keyboard.press(key)
    assert slider.get_attribute("aria-valuetext") == "2"
    box.get_by_role("radio", name="one").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "x", "Shift+M"):
        kinds.keyboard.press(key)
    assert box.get_by_role("radio", name="two").is_checked()
    box.get_by_role("combobox", name="Menu").focus()
    kinds.keyboard.press("ArrowDown")
    assert box.get_by_role("combobox", name="Menu").input_value() == "c"
    words = box.locator(".lab-words")
    wait_for(lambda: words.inner_text().startswith("2 squares"), 30, "the picture has not moved")
    assert cells_of(kinds) == before and slider.count() == 1
    assert kinds.locator(".jp-Notebook").evaluate("node => node.scrollTop") == 0


def focus_of(page):
    return page.evaluate(
        "() => document.activeElement.ariaLabel || document.activeElement.textContent"
        " || document.activeElement.parentElement.textContent"
    )


def test_a_guess_by_keyboard_alone(kinds):
    box = widget(kinds, 1)
    before = cells_of(kinds)
    widget(kinds, 0).get_by_role("button", name="Press").focus()
    kinds.keyboard.press("Tab")
    assert focus_of(kinds) == "this"
    kinds.keyboard.press("ArrowDown")
    commit = box.get_by_role("button", name="Commit")
    wait_for(commit.is_enabled, 30, "one cannot commit")
    kinds.keyboard.press("Tab")
    assert focus_of(kinds) == "Commit"
    kinds.keyboard.down("Enter")
    wait_for(lambda: focus_of(kinds) == "Guess again", 30, "the focus is lost after Commit")
    kinds.keyboard.down("Enter")  # still held: it must not press the next button
    kinds.keyboard.up("Enter")
    region = box.get_by_role("status")
    told = "You said “that”, and so it is."
    wait_for(lambda: told in region.inner_text(), 30, "the answer is not announced")
    keep(kinds, "everybody_guess")
    kinds.keyboard.press("Enter")
    wait_for(lambda: focus_of(kinds) == "this", 30, "the focus is lost after Guess again")
    assert cells_of(kinds)[0] == before[0]


def test_a_drag_is_announced_once_in_a_region_that_stays(kinds):
    box = widget(kinds, 2)  # the self-test
    kinds.evaluate("() => (window.said = [])")
    box.locator("[role=status]").evaluate(
        """region => new MutationObserver(() => window.said.push(region.textContent))
               .observe(region, {childList: true, characterData: true, subtree: true})"""
    )
    handle = box.get_by_role("slider", name="Move me")
    handle.scroll_into_view_if_needed()
    place = handle.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    kinds.mouse.move(x, y)
    kinds.mouse.down()
    kinds.mouse.move(x + 300, y, steps=20)
    words = box.locator(".lab-words")
    wait_for(lambda: "slider says 10" in words.inner_text(), 30, "the picture does not follow")
    assert kinds.evaluate("() => window.said") == []
    kinds.mouse.up()
    wait_for(lambda: kinds.evaluate("() => window.said.length") > 0, 30, "nothing is announced")
    handle.press("ArrowLeft")
    wait_for(lambda: kinds.evaluate("() => window.said.length") > 1, 30, "the region was left")
    first, second = kinds.evaluate("() => window.said")
    assert "slider says 10" in first and "slider says 9" in second


def test_less_motion_means_no_loop(kinds):
    box = widget(kinds, 0)
    loop = box.get_by_role("button", name="Loop Whole")
    loop.click()
    kinds.emulate_media(reduced_motion="reduce")
    try:
        wait_for(loop.is_disabled, 10, "one can loop")
        assert loop.get_attribute("aria-pressed") == "false"
        moving = box.evaluate(
            """box => [...box.querySelectorAll('*')].map(one => getComputedStyle(one)).filter(
                   style => style.transitionDuration !== '0s' || style.animationName !== 'none'
               ).length"""
        )
        assert moving == 0
    finally:
        kinds.emulate_media(reduced_motion="no-preference")
    wait_for(loop.is_enabled, 10, "one cannot loop again")


def test_forced_colours_keep_borders_and_the_focus(kinds):
    box = widget(kinds, 0)
    kinds.emulate_media(forced_colors="active")
    try:
        for selector in (".jupyter-button", "select", "input[type=text]", ".noUi-handle"):
            for one in box.locator(selector).all():
                style = one.evaluate("one => getComputedStyle(one).borderTopStyle")
                assert style != "none", selector
        look = (
            "one => (({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(one))"
        )
        pressed = box.get_by_role("button", name="past").evaluate(look)
        other = box.get_by_role("button", name="future").evaluate(look)
        assert pressed[0] != pressed[1] and pressed[1] != other[1]
        for control in ("slider", "combobox"):
            box.get_by_role(control).first.focus()
            kinds.keyboard.press("Shift")  # the ring is for who uses keys
            ring = "() => getComputedStyle(document.activeElement).outline"
            assert "solid 2px" in kinds.evaluate(ring)
        box.scroll_into_view_if_needed()
        keep(kinds, "everybody_forced_colours")
    finally:
        kinds.emulate_media(forced_colors="none")


SIZES = """() => [...document.querySelectorAll('.lab-live .lab-frame img')]
    .filter(image => image.clientWidth && image.closest('.lab-live').querySelector('[role=status]'))
    .map(image => [image.naturalWidth, image.clientWidth, image.clientHeight, image.naturalHeight,
                   image.closest('.lab-live').clientWidth])"""
CUT = """() => [...document.querySelectorAll(
        '.lab-live :is(button, label, select, .widget-label, .widget-readout, .lab-words)')]
    .filter(one => one.getClientRects().length)
    .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2
        || one.getBoundingClientRect().right
            > one.closest('.lab-live').getBoundingClientRect().right + 1)
    .map(one => one.outerHTML.slice(0, 200))"""


CHOICES = """() => [...document.querySelectorAll('.lab-live .widget-radio-box label')].map(one => {
    const words = document.createRange();
    words.selectNode(one.firstChild);
    const [line, button] = [words.getClientRects()[0], one.lastChild.getBoundingClientRect()];
    return [line.left - button.right, (line.top + line.bottom - button.top - button.bottom) / 2];
})"""


def are_drawn_for_their_room(page):
    """Whether no picture is wider than its box but the narrowest, nor shown at less than 4/5."""
    sizes = page.evaluate(SIZES)
    return sizes and all(
        natural <= max(room, 320) and shown >= 0.8 * natural for natural, shown, _, _, room in sizes
    )


@pytest.mark.parametrize("width", [400, 700])
def test_pictures_are_drawn_for_a_narrow_page_and_no_word_is_cut_off(kinds, width):
    wide = kinds.evaluate(SIZES)
    kinds.keyboard.press("Control+b")  # the list of files gives its room to the page
    kinds.set_viewport_size({"width": width, "height": 1000})
    try:
        wait_for(lambda: are_drawn_for_their_room(kinds), 30, f"{kinds.evaluate(SIZES)}")
        for natural, shown, tall, natural_tall, _ in kinds.evaluate(SIZES):
            assert abs(shown / natural - tall / natural_tall) < 0.02, "frames are not square"
        assert kinds.evaluate(CUT) == []
        beside = kinds.evaluate(CHOICES)
        assert beside and all(0 <= x < 20 and abs(y) < 3 for x, y in beside), beside
        spelt = widget(kinds, 0).locator("[data-choice]")
        assert spelt.count() == (width == 400), "a choice that its menu cuts stands below it"
        keep(kinds, f"everybody_{width}")
    finally:
        kinds.set_viewport_size({"width": 1400, "height": 1000})
        kinds.keyboard.press("Control+b")
    wait_for(lambda: kinds.evaluate(SIZES) == wide, 30, "the pictures stay narrow on a wide page")


def test_what_is_drawn_with_a_mouse_or_by_keys_flies(kinds):
    box = widget(kinds, 5)
    board, words = box.get_by_role("application"), box.locator(".lab-words").first
    film, speed = box.locator(".film"), box.get_by_role("slider", name="Speed")
    board.scroll_into_view_if_needed()
    assert words.inner_text().startswith("Draw in the dark square")
    assert not film.count() and not speed.is_visible(), "a control is shown before it is needed"
    place = board.bounding_box()
    left, side = place["x"], place["width"]
    middle = place["y"] + side * 14.5 / 28
    kinds.mouse.move(left + side / 4, middle)
    kinds.mouse.down()
    kinds.mouse.move(left + 3 * side / 4, middle, steps=10)
    kinds.mouse.up()
    film.get_by_text("ConvLSTM").wait_for()
    assert film.locator("canvas").count() == 3 and speed.is_visible()
    wait_for(lambda: "Squared error" in words.inner_text(), 30, "nothing is said of the drawing")
    assert inked(board) == [14]
    drawn = words.inner_text()
    keep(kinds, "everybody_drawn")
    board.focus()
    for key in ("Delete", "ArrowDown", "Space", "ArrowRight", "ArrowRight", "x", "Space"):
        kinds.keyboard.press(key)
    assert box.get_by_text("pen up, row 16, column 17").is_visible()
    wait_for(lambda: words.inner_text() not in (drawn, ""), 30, "the keys have drawn nothing")
    assert inked(board) == [15]
    assert cells_of(kinds)[0] == len(CELLS)
    kinds.mouse.move(left + side / 4, place["y"] + side * 20.5 / 28)
    kinds.mouse.down()
    kinds.mouse.move(left + side / 2, place["y"] + side * 20.5 / 28, steps=10)
    kinds.mouse.up()
    drawn = words.inner_text()
    box.get_by_role("button", name="A face").click()  # while that line is on its way
    wait_for(lambda: len(inked(board)) > 20, 30, "no face is drawn")
    face = inked(board)
    wait_for(lambda: words.inner_text() != drawn, 30, "nothing is said of the face")
    kinds.wait_for_timeout(1000)
    assert inked(board) == face, "an older line is drawn over it"
    box.get_by_role("button", name="Clear").click()
    wait_for(lambda: words.inner_text().startswith("Draw in"), 30, "the board is not cleared")
    assert inked(board) == [] and not film.is_visible()


def inked(board):
    """The rows of a board in which it is white."""
    pixels = board.evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, n) => n % 4 == 0)"
    )
    return [row for row in range(28) if 255 in pixels[28 * row : 28 * (row + 1)]]


def test_a_module_that_fails_does_not_hide_the_widget(kinds):
    box = widget(kinds, 4)
    assert box.locator("img").is_visible()
    handle = box.locator("[role=slider]").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    kinds.keyboard.press("ArrowRight")
    words = box.locator(".lab-words")
    wait_for(lambda: words.inner_text().startswith("4 squares"), 30, "the widget stands still")


def test_axe_finds_nothing_wrong_in_any_kind_on_a_wide_and_a_narrow_page(kinds):
    kinds.locator(".lab-live").nth(4).evaluate("box => box.remove()")  # the one without its module
    assert_axe_is_content(kinds)
    kinds.keyboard.press("Control+b")
    kinds.set_viewport_size({"width": 400, "height": 1000})
    scrolling = kinds.locator(".lab-frame[tabindex]")
    wait_for(lambda: scrolling.count() > 0, 30, "a picture wider than its room has no keys")
    assert_axe_is_content(kinds)
