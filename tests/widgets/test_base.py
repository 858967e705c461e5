"""What all widgets share, on a widget whose picture is plain to check."""

import asyncio
import threading

import ipywidgets
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets import base


class Counter(base.LabWidget):
    """Its picture names the number; it refuses 13."""

    title = "a number"

    def __init__(self) -> None:
        self.rendered: list[int] = []
        super().__init__()

    def controls(self):
        return {"number": base.slider("Number", 0, 0, 20)}

    def render(self, number):
        self.rendered.append(number)
        if number == 13:
            raise ValueError("13 <b>brings</b> bad luck: choose another")
        return Picture(b"png%d" % number, f"the number is {number} & no other")


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    for name in ("LAB_STRICT", "LAB_STATIC"):
        monkeypatch.delenv(name, raising=False)


def test_a_moved_control_changes_picture_and_words():
    widget = Counter()
    assert bytes(widget.image.value) == b"png0"
    widget.values["number"].value = 7
    assert bytes(widget.image.value) == b"png7"
    assert "the number is 7 &amp; no other" in widget.text.value
    assert widget.error.value == ""


def test_an_error_is_shown_in_words_and_goes_when_mended():
    widget = Counter()
    widget.values["number"].value = 13
    assert "13 &lt;b&gt;brings&lt;/b&gt; bad luck" in widget.error.value
    assert "ValueError" in widget.error.value and 'role="alert"' in widget.error.value
    widget.values["number"].value = 3
    assert widget.error.value == ""


def test_a_widget_whose_first_picture_fails_says_so_and_can_be_moved(shell):
    class Unlucky(Counter):
        def controls(self):
            return {"number": base.slider("Number", 13, 0, 20)}

    widget = Unlucky()
    with capture_output() as caught:
        display(widget)
    assert len(caught.outputs) == 2 and "bad luck" in widget.error.value
    widget.values["number"].value = 3
    assert widget.error.value == "" and bytes(widget.image.value) == b"png3"


def test_an_error_is_raised_too_where_lab_strict_is_set(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")
    widget = Counter()
    with pytest.raises(ValueError, match="bad luck"):
        widget.values["number"].value = 13
    assert "bad luck" in widget.error.value


def test_many_changes_in_an_event_loop_share_one_picture():
    async def student():
        widget = Counter()
        for number in range(1, 11):
            widget.values["number"].value = number
        assert widget.rendered == [0]  # nothing yet: the picture comes soon after
        while len(widget.rendered) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(2 * base.DELAY)
        assert widget.rendered == [0, 10]
        widget.values["number"].value = 11
        while len(widget.rendered) < 3:
            await asyncio.sleep(0.01)
        return widget

    widget = asyncio.run(asyncio.wait_for(student(), 20))
    assert widget.rendered == [0, 10, 11]
    assert bytes(widget.image.value) == b"png11"


def test_a_widget_may_wait_for_longer_and_is_drawn_when_asked():
    async def student():
        widget = Counter()
        widget.delay = 1e6
        widget.values["number"].value = 4
        await asyncio.sleep(2 * base.DELAY)
        assert widget.rendered == [0]
        widget.update()
        return widget

    assert asyncio.run(student()).rendered == [0, 4]
    assert Counter.delay == base.DELAY


def test_a_widget_without_a_picture_cannot_be_made():
    class Blank(base.LabWidget):
        pass

    with pytest.raises(TypeError, match="render"):
        Blank()


def test_a_change_that_an_ended_loop_never_showed_does_not_block_the_next():
    async def hurried():
        widget = Counter()
        widget.values["number"].value = 1
        return widget

    widget = asyncio.run(hurried())
    widget.values["number"].value = 2
    assert widget.rendered == [0, 2]


def test_errors_reach_the_cell_at_once_under_lab_strict_even_with_a_loop(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")

    async def cell():
        Counter().values["number"].value = 13

    with pytest.raises(ValueError, match="bad luck"):
        asyncio.run(cell())


def test_call_soon_hops_from_a_thread_to_the_loop_that_made_the_widget():
    async def cell():
        widget, threads = Counter(), []
        done = asyncio.Event()

        def show(number):
            threads.append(threading.current_thread())
            widget.show(Picture(b"", f"trained {number} steps"))
            done.set()

        thread = threading.Thread(target=widget.call_soon, args=(show, 5))
        thread.start()
        await asyncio.wait_for(done.wait(), 20)
        thread.join()
        return widget, threads

    widget, threads = asyncio.run(cell())
    assert threads == [threading.current_thread()]
    assert "trained 5 steps" in widget.text.value


def test_call_soon_is_now_without_a_loop_and_shows_errors():
    widget, seen = Counter(), []
    widget.call_soon(seen.append, 1)
    assert seen == [1]
    widget.call_soon(lambda: 1 / 0)
    assert "ZeroDivisionError" in widget.error.value


def test_a_picture_without_pixels_hides_the_image():
    widget = Counter()
    widget.show(Picture(b"", "words alone"))
    assert widget.frame.layout.display == "none"
    widget.show(Picture(b"png", "and a picture"))
    assert widget.frame.layout.display is None


def test_live_display_is_a_widget_view(shell):
    with capture_output() as said:
        display(Counter())
    live, still = said.outputs
    assert "application/vnd.jupyter.widget-view+json" in live.data
    assert live.data["text/plain"] == "", "a page without a kernel would show it"
    assert 'class="lab-still"' in still.data["text/html"]
    assert 'alt="the number is 0 &amp; no other"' in still.data["text/html"]


def test_the_still_picture_follows_once_the_controls_rest(shell, monkeypatch):
    kept = []

    class Handle:
        def update(self, data, raw):
            kept.append(data["text/plain"])

    async def drag():
        widget = Counter()
        widget._kept = Handle()
        for number in range(1, 6):
            widget.values["number"].value = number
            await asyncio.sleep(0.1)
        assert kept == [], "while it is dragged nothing is sent twice"
        await asyncio.sleep(0.6)

    monkeypatch.setattr(base, "REST", 0.3)
    asyncio.run(drag())
    assert kept == ["the number is 5 & no other"]


def test_a_page_that_knows_its_notebook_puts_the_still_picture_there(shell, monkeypatch):
    sent = []

    async def come_again():
        widget = Counter()
        widget._ipython_display_()
        widget.front.page = "the first"
        widget.front.keeps = True
        monkeypatch.setattr(widget.front, "send", sent.append)
        widget.values["number"].value = 4
        await asyncio.sleep(0.4)
        widget.front.page = "loaded anew: what was saved may be of before"
        await asyncio.sleep(0.4)
        return widget.box.model_id

    monkeypatch.setattr(base, "REST", 0.1)
    with capture_output():
        key = asyncio.run(come_again())
    assert [message["output"]["text/plain"] for message in sent] == [
        "the number is 4 & no other"
    ] * 2
    assert all(key == message["key"] in message["output"]["text/html"] for message in sent)


def test_the_still_picture_is_never_far_behind(shell, monkeypatch):
    kept = []

    class Handle:
        def update(self, data, raw):
            kept.append(data["text/plain"])

    async def drag():
        widget = Counter()
        widget._kept = Handle()
        for number in range(20):
            widget.values["number"].value = number % 2 + 1
            await asyncio.sleep(0.1)
        return len(kept)

    monkeypatch.setattr(base, "REST", 1e6)
    monkeypatch.setattr(base, "BEHIND", 0.3)
    assert asyncio.run(drag()) >= 2


def test_static_display_is_the_picture_and_its_words_alone(shell, monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    with capture_output() as said:
        display(Counter())
    (output,) = said.outputs
    words = "the number is 0 &amp; no other"
    assert f'<img alt="{words}" src="data:image/png;base64,cG5nMA=="' in output.data["text/html"]
    assert f">{words}</figcaption>" in output.data["text/html"]
    assert output.data["text/plain"] == "the number is 0 & no other"
    assert not any("widget" in kind for output in said.outputs for kind in output.data)


def test_a_playing_slider_runs_over_the_same_range():
    slider = base.slider("Frame", 3, 1, 20)
    label, play, moved = base.player(slider).children
    assert (play.min, play.max, play.value) == (1, 20, 3)
    assert label.value == "Play" and moved is slider


def test_a_control_without_a_label_is_refused():
    class Nameless(Counter):
        def controls(self):
            return {"number": base.slider("", 0, 0, 20)}

    with pytest.raises(ValueError, match="'number' of Nameless has no description"):
        Nameless()


def test_a_page_that_comes_later_is_told_all(monkeypatch):
    told = []
    widget = Counter()

    def send_state(part, key=None):
        if key is None:
            told.append(part)

    monkeypatch.setattr(ipywidgets.Widget, "send_state", send_state)
    widget.front.page = "the first, which was there from the start"
    assert told == []
    widget.front.page = "loaded anew"
    slider = widget.values["number"]
    assert {widget.box, slider, slider.layout, slider.style, widget.image, widget.text} <= set(told)
