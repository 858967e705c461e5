"""The live model and the site, opened from a folder in a real browser; nothing is fetched."""

import base64
import math

import numpy as np
import pytest
import torch
from browsing import keep, wait_for

from lstm_video_lab import BouncingDigits, load_digits, load_pretrained, predict
from lstm_video_lab.course.site.live_files import write_live

NAME = "composite-two-digits"
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>live</title>
<link rel="stylesheet" href="live.css"><body><div data-live-model="{NAME}"></div>
<script src="live.js"></script>"""
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
def live(context, tmp_path_factory):
    """A page of the live model, opened from a folder, and the errors that it told of."""
    folder = tmp_path_factory.mktemp("live")
    write_live(folder, [NAME])
    (folder / "index.html").write_text(PAGE, "utf-8")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto((folder / "index.html").as_uri())
    page.locator(".live-chart polyline[points]").first.wait_for(state="attached")
    yield page
    page.close()
    assert errors == []


def past_of(seed):
    """Ten frames (10, 1, 32, 32) of two digits that no model was trained on."""
    digits = load_digits(split="test")
    return BouncingDigits(digits, 2, 32, num_frames=10, digit_size=14, seed=seed).batch(0, 1)


@pytest.mark.parametrize("seed", [0, 1])
def test_its_probabilities_and_gates_are_those_of_torch(live, seed):
    past = past_of(seed)
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
    before = live.locator(".film > p").inner_text(), greys(live, 0)
    box = field.bounding_box()
    across, down = (live.get_by_label(name).first.input_value() for name in ("across", "down"))
    x, y = (
        box["x" if n == 0 else "y"] + (int(v) + 7) * box["width"] / 32
        for n, v in enumerate([across, down])
    )
    live.mouse.move(x, y)
    live.mouse.down()
    for k in range(1, 8):
        live.mouse.move(box["x"] + 60 + 15 * k, box["y"] + 100)
    live.mouse.up()
    wait_for(lambda: greys(live, 0) != before[1], 20, "nothing was thrown")
    degrees = [float(live.get_by_label("direction").nth(n).input_value()) for n in (0, 1)]
    assert 0 in degrees, f"a digit was thrown to the right, and they fly at {degrees}"


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


def check_equations(page, frame):
    """Each equation on the page holds, within the two digits that it shows."""
    rows = page.locator(".live-equations tbody").all()
    assert [row.locator("th").inner_text() for row in rows] == [f"{n}({frame})" for n in "ifgcoh"]
    for row in rows:
        cells = row.locator("tr").last.locator("td").all_inner_texts()
        numbers = [read_number(text) for text in cells[1:-1]]
        result = read_number(cells[-1].split("=")[-1])
        squash = {"= σ(": lambda a: 1 / (1 + math.exp(-a)), "= tanh(": math.tanh}
        f = squash.get(cells[0].strip(), lambda a: a)
        assert f(sum(numbers)) == pytest.approx(result, abs=0.04), cells
    parts = len(rows[0].locator("tr").first.locator("td").all_inner_texts())
    assert parts == (6 if frame <= 10 else 5), "a decoder has no input"


def read_number(text):
    """−0.25, or a product of two such."""
    product = 1.0
    for factor in text.replace("−", "-").replace("- ", "-").replace("+ ", "").split("·"):
        product *= float(factor.strip())
    return product
