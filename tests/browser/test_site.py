"""The live model and the site, opened from a folder in a real browser; nothing is fetched."""

import base64
import math
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browsing import keep, wait_for

from lstm_video_lab import BouncingDigits, load_digits, load_pretrained, predict
from lstm_video_lab.course.site.build import write_site

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of sphinx themes
ROOT = Path(__file__).parents[2]
NAME = "composite-two-digits"
PREDICT = """async ({past, count}) => {
    const { model } = await lstmVideoLab.load("composite-two-digits");
    const unit = past.map((bytes) => Float64Array.from(bytes, (byte) => byte / 255));
    const steps = model.predict(unit, count);
    const frames = [...steps.reconstruction, ...steps.future].map(({ frame }) => frame);
    const bytes = new Uint8Array(Float32Array.from(frames.flatMap((f) => [...f])).buffer);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    const numbers = (now) => ["i", "f", "g", "o", "c", "h"].map((name) => [...now[name]]);
    return { frames: btoa(text), seen: steps.seen.map(numbers), future: steps.future.map(numbers) };
}"""


@pytest.fixture(scope="module")
def site(chromium, tmp_path_factory):
    """The site of this course, in a folder; building it names no fault."""
    folder = tmp_path_factory.mktemp("site") / "pages"
    *faults, words = write_site(ROOT, folder, [NAME])
    assert faults == [] and words.startswith(str(folder / "index.html"))
    return folder


@pytest.fixture(scope="module")
def visit(context, site):
    """A function that opens a page of the site; whatever fails or is fetched is an error."""
    pages, faults = {}, []

    def note(page):
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda line: line.type == "error" and faults.append(line.text))
        page.on("request", lambda request: is_local(request.url) or faults.append(request.url))

    def open_page(name, look="light", width=1400, tab="reading"):
        if tab not in pages:
            pages[tab] = context.new_page()
            note(pages[tab])
        page = pages[tab]
        page.emulate_media(color_scheme=look)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield open_page
    for page in pages.values():
        page.close()
    assert faults == []


def is_local(address):
    return address.startswith(("file:", "data:", "blob:"))


@pytest.fixture(scope="module")
def live(visit):
    """The front page, once its model has predicted something."""
    page = visit("index.html", tab="live")
    page.locator(".live-chart polyline[points]").first.wait_for(state="attached")
    return page


def past_of(seed):
    """Ten frames (10, 1, 32, 32) of two digits that no model was trained on."""
    digits = load_digits(split="test")
    return BouncingDigits(digits, 2, 32, num_frames=10, digit_size=14, seed=seed).batch(0, 1)


def test_its_probabilities_and_gates_are_those_of_torch(live):
    past = past_of(seed=0)
    answer = live.evaluate(PREDICT, {"past": past.flatten(1).tolist(), "count": 100})
    shown = np.frombuffer(base64.b64decode(answer["frames"]), np.float32).reshape(110, 32, 32)
    model = load_pretrained(NAME)
    expected = torch.cat([*predict(model, past, 100)])[:, 0].numpy()
    assert np.abs(shown - expected).max(axis=(1, 2)).max() < 1e-4
    with torch.inference_mode():
        encoder = gates_of(model.encoder.cell(), past.flatten(2) / 255, None)
        decoder = gates_of(model.decoders["future"].recurrent.cell(), [None] * 100, encoder[-1])
    for name, steps in ("seen", encoder), ("future", decoder):
        torch.testing.assert_close(
            torch.tensor(answer[name]), torch.stack([torch.cat(now) for now in steps]),
            atol=1e-4, rtol=0, check_dtype=False,
        )  # fmt: skip


def gates_of(cell, inputs, before):
    """All gates of each step of a reference cell."""
    h, c = torch.zeros(2, 1, cell.weight_hh.shape[1]) if before is None else (before.h, before.c)
    steps = []
    for x in inputs:
        steps.append(cell.gates(x, (h, c)))
        h, c = steps[-1].h, steps[-1].c
    return steps


def test_thrown_digits_fly_as_those_that_it_has_learnt(live):
    """The law of motion is `data.bouncing`'s, from a place and a direction of the page."""
    from lstm_video_lab.data.bouncing import area_average, bounce, render

    throw = {"at": [[0.1, 0.9], [0.5, 0.3]], "degrees": [200, 31], "which": [4, 22]}
    code = """async ({ at, degrees, which }) => {
        const { inks } = await lstmVideoLab.load("composite-two-digits");
        const digits = which.map((n, k) => ({
            ink: inks[n], at: at[k], step: lstmVideoLab.stepTowards(degrees[k], 0.1) }));
        return { frames: [...lstmVideoLab.fly(digits, 32, 110)],
                 inks: digits.map(({ ink }) => [...ink]) };
    }"""
    answer = live.evaluate(code, throw)
    angle = np.radians(throw["degrees"])
    step = 0.1 * np.stack([-np.sin(angle), np.cos(angle)], -1)
    places, _ = bounce(np.array(throw["at"]), step, 110)
    inks = np.array(answer["inks"], np.uint8).reshape(1, 2, 14, 14)
    expected = render(inks, (places * 18).astype(np.int64)[:, None], 32)
    assert answer["frames"] == expected.flatten().tolist()
    stock = area_average(load_digits(split="test").images, 14)
    assert all((stock == ink).all((1, 2)).any() for ink in inks[0])


def go_to(page, frame):
    page.get_by_label("frame", exact=True).last.fill(str(frame))


def greys(page, number):
    """The pixels of a canvas of the film, a byte each."""
    canvas = page.locator(".film canvas").nth(number)
    code = (
        "c => [...c.getContext('2d').getImageData(0, 0, 32, 32).data].filter((_, n) => n % 4 == 0)"
    )
    return canvas.evaluate(code)


def test_a_digit_is_thrown_with_the_mouse_and_flies_that_way(live):
    live.locator(".live-bar").get_by_role("button", name="Frames").click()
    field = live.locator(".live-field canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    x, y = box["x"] + 60, box["y"] + 100
    live.mouse.move(x, y)
    live.mouse.down()
    for k in range(1, 8):
        live.mouse.move(x + 15 * k, y)
    live.mouse.up()
    directions = live.get_by_label("direction")
    degrees = [float(directions.nth(n).input_value()) for n in (0, 1)]
    assert 0 in degrees, f"a digit was thrown to the right, and they fly at {degrees}"
    live.locator(".film button", has_text="Pause").wait_for()  # it plays from the start
    go_to(live, 2)
    before = middle_of_light(greys(live, 0))
    go_to(live, 3)
    assert middle_of_light(greys(live, 0)) != before


def middle_of_light(pixels):
    """Centre of mass of a frame of 32 × 32 pixels: (y, x)."""
    frame = np.array(pixels).reshape(32, 32)
    return [(np.arange(32) * frame.sum(axis)).sum() / frame.sum() for axis in (1, 0)]


def test_one_goes_from_frames_to_the_numbers_of_one_step(live):
    live.get_by_role("button", name="Throw at random").click()
    bar = live.locator(".live-bar")
    for frame, levels in (110, 1), (7, 2), (12, 4):
        go_to(live, frame)
        bar.get_by_role("button").nth(levels - 1).click()
        assert live.locator(".live-panel").filter(visible=True).count() == levels
        assert (
            f"frame {frame}" in bar.inner_text()
            and f"frame {frame} " in live.locator(".film-number").inner_text()
        )
    live.locator(".live-state canvas").click(position={"x": 5, "y": 5})
    assert "unit 0" in bar.inner_text(), "a press on the state does not choose a unit"
    bar.get_by_role("button", name="One step").click()
    for frame in (12, 7):
        go_to(live, frame)
        check_equations(live, frame)
    keep(live, "live_model")


ROUNDED = 0.005  # at most, of a number that is shown with two digits


def check_equations(page, frame):
    """Each equation on the page holds, as far as its numbers are shown."""
    rows = page.locator(".live-equations tbody").all()
    assert [row.locator("th").inner_text() for row in rows] == [f"{n}({frame})" for n in "ifgcoh"]
    for row in rows:
        cells = row.locator("tr").last.locator("td").all_inner_texts()
        parts = [read_factors(text) for text in cells[1:-1]]
        [result] = read_factors(cells[-1].split("=")[-1])
        squash = {"= σ(": lambda a: 1 / (1 + math.exp(-a)), "= tanh(": math.tanh}
        f = squash.get(cells[0].strip(), lambda a: a)  # none is steeper than 1
        error = ROUNDED + sum(map(error_of, parts))
        assert f(sum(map(math.prod, parts))) == pytest.approx(result, abs=error), cells
    parts = len(rows[0].locator("tr").first.locator("td").all_inner_texts())
    assert parts == (6 if frame <= 10 else 5), "a decoder has no input"


def read_factors(text):
    """Of −0.25, or of a product of two such."""
    plain = text.replace("−", "-").replace("- ", "-").replace("+ ", "")
    return [float(factor) for factor in plain.split("·")]


def error_of(factors):
    """How far a product can be from that of numbers that were not rounded."""
    exact = math.prod(abs(factor) + ROUNDED for factor in factors)
    return exact - math.prod(map(abs, factors))


class Links(HTMLParser):
    """Where a page leads, what it loads, its anchors, and its pictures without a text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.anchors, self.silent = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif found.get("src") or (tag == "link" and found.get("rel") in ("stylesheet", "icon")):
            self.loaded.append(found.get("src") or found["href"])
        if tag == "img" and not found.get("alt"):
            self.silent.append(str(found)[:80])


def test_every_link_and_anchor_leads_somewhere_and_every_picture_has_a_text(site):
    pages = {path: Links(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    assert sum(path.parent.name == "notebooks" for path in pages) >= 17
    wrong = []
    for path, page in pages.items():
        wrong += [(path.name, "no text", picture) for picture in page.silent]
        wrong += [
            (path.name, "loads", src) for src in page.loaded if src.startswith(("http", "//"))
        ]
        for link in page.links + [src for src in page.loaded if not src.startswith("data:")]:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            target, anchor = urldefrag(link)
            target = (path.parent / unquote(urlsplit(target).path)).resolve() if target else path
            if not target.is_file():
                wrong.append((path.name, "leads nowhere", link))
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                wrong.append((path.name, "no such anchor", link))
    assert wrong == []


def test_no_answer_of_an_instructor_is_in_it(site):
    names = {path.name for path in site.rglob("*")}
    assert "solutions" not in names
    pages = (site / "exercises").glob("*.html")
    assert not [page.name for page in pages if "BEGIN SOLUTION" in page.read_text("utf-8")]


def test_words_of_a_lesson_lead_to_their_meaning(visit):
    page = visit("notebooks/02_lstm_cell.html")
    word = page.locator("a.lab-word").first
    name = word.inner_text()
    assert page.locator("a.lab-word", has_text=name).count() == 1, "only its first use"
    word.click()
    page.wait_for_url("**/glossary.html#term-*")
    assert page.locator("dt:target").inner_text().startswith(name.removesuffix("s"))


def test_the_search_finds_peepholes_without_a_server(visit):
    page = visit("search.html?q=peephole")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    wait_for(lambda: results.count() >= 5, 20, "too few pages speak of peepholes")
    assert page.locator("#search-results a", has_text="02 · The LSTM cell").count() > 0


SOME = (
    "notebooks/03_bouncing_digits",
    "exercises/02_backpropagation_by_hand",
    "api/cells",
    "glossary",
    "docs/results",
    "docs/instructors",
    "docs/commands",
    "CONTRIBUTING",
)


def test_pages_are_readable_at_400_pixels_in_the_dark(visit):
    wide = []
    for name in SOME:
        page = visit(f"{name}.html", look="dark", width=400)
        if page.evaluate("document.documentElement.scrollWidth") > 400:
            wide.append(name)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(map(int, ground.removeprefix("rgb(").removesuffix(")").split(","))) < 64
    assert wide == []
    page = visit("exercises/02_backpropagation_by_hand.html", look="dark", width=400)
    formula = page.locator("math").first.bounding_box()
    assert formula["width"] > 5 and formula["height"] > 5, "mathematics is not drawn"


def test_the_model_can_be_used_at_400_pixels_in_the_dark_and_axe_finds_no_fault(visit):
    page = visit("index.html", look="dark", width=400)
    page.locator(".live-chart polyline[points]").first.wait_for(state="attached")
    page.get_by_text("Choose digits, places and directions").click()
    page.locator(".live-bar").get_by_role("button", name="One step").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    keep(page, "site_400_dark")
    faults = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in faults] == []
