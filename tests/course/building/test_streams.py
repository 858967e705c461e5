"""What a cell prints is one piece: against the expression of nbclient, and in a kernel."""

from hypothesis import given
from hypothesis import strategies as st
from nbclient import client
from nbformat.v4 import new_output

from lstm_video_lab.course.building.streams import coalesce


@given(st.lists(st.text("ab\r\n", max_size=8), max_size=4))
def test_a_line_that_is_written_anew_keeps_its_last_state_as_in_nbclient(pieces):
    outputs = coalesce([new_output("stream", text=piece) for piece in pieces])
    expected = client._RGX_CARRIAGERETURN.sub("", "".join(pieces))
    assert [output.text for output in outputs] == [expected] * bool(pieces)


def test_streams_of_a_name_are_one_and_stand_before_errors():
    picture = new_output("display_data", data={"text/plain": "p"})
    outputs = [
        new_output("stream", name="stderr", text="e"),
        new_output("stream", text="a"),
        picture,
        new_output("stream", text="b"),
    ]
    out, err, last = coalesce(outputs)
    assert (out.name, out.text, err.name, err.text) == ("stdout", "ab", "stderr", "e")
    assert last == picture
    assert coalesce([]) == []


def test_a_long_line_is_one_look():
    text = "x" * 600_000
    (output,) = coalesce([new_output("stream", text=text)])
    assert output.text == text
