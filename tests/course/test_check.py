"""What a student sees of a verdict: a page's element in which everything is escaped."""

from lstm_video_lab.course.check import ERROR, INCORRECT, Verdict
from lstm_video_lab.plots.canvas import Picture


def test_a_verdict_is_escaped_and_keeps_its_lines():
    page = Verdict("<b>", ERROR, "1 < 2\nFor help: hint('x')")._repr_html_()
    assert page.startswith('<div role="status">') and page.endswith("</div>")
    assert "⚠ &lt;b&gt;: error" in page
    assert "1 &lt; 2<br>For help" in page
    assert "<img" not in page


def test_a_picture_stands_inside_the_page_with_its_words():
    page = Verdict("step", INCORRECT, "", Picture(b"png", 'Frames "a" & b.'))._repr_html_()
    assert 'src="data:image/png;base64,cG5n"' in page
    assert 'alt="Frames &#34;a&#34; &amp; b."' in page
