"""What a child sends may be forged in every way: it earns nothing, and hurts nobody."""

import os
import signal
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from course.traces import below, left_files, processes, until

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.grading.isolation import Limits, Run, Sandbox, SandboxError
from lstm_video_lab.course.grading.isolation.levels import LEVELS
from lstm_video_lab.course.grading.isolation.results import read_run

RIGHT = {"value": 7}
CALLS = [{"x": 1}, {"x": 2}]
SEND = """
import json, os

def send(message):
    for line in range(3, 256):
        try:
            os.write(line, len(message).to_bytes(8, "big") + message)
        except OSError:
            pass

def tree(value):
    return json.dumps({"tree": value, "sizes": []}).encode() + b"\\n"

def result(number=7):
    return tree({"dict": [["value", {"int": hex(number)}]]})
"""


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Sandbox() as opened:
            yield opened
    except SandboxError as error:
        pytest.skip(str(error))


def run(sandbox, source, limits=None):
    """All of it runs, whether an answer needs it or not."""
    return sandbox.run(f"{SEND}\n{textwrap.dedent(source)}", "", "f", CALLS, limits=limits)


def test_the_tool_of_these_tests_reaches_the_line_of_results(sandbox):
    """Values that a child sends by itself are no more and no less than values."""
    outcome = run(sandbox, "send(result()); send(result()); os._exit(0)")
    assert outcome == Run((RIGHT, RIGHT), "")


FORGED = {
    "more results than calls": "def f(x):\n send(result()); return 7",
    "results, and then an end": "for _ in range(3): send(result())\nos._exit(0)",
    "many small results": "for _ in range(10**4): send(result())\nos._exit(0)",
    "isolation again": "def f(x):\n"
    " send(tree({'dict': [['isolation', {'str': 'complete'}]]})); return 7",
    "isolation failed": "send(tree({'dict': [['isolation', {'str': 'no'}]]})); os._exit(0)",
    "another key": "send(tree({'dict': [['other', None]]})); os._exit(0)",
    "no message": "send(b'x'); os._exit(0)",
    "half a message": "for n in range(3, 9):\n try: os.write(n, b'12')\n except OSError: pass\n"
    "def f(x): return 7",
    "list": "send(tree({'list': []})); os._exit(0)",
    "value and error": "send(tree({'dict': [['value', None], ['error', None]]})); os._exit(0)",
    "error of numbers": "send(tree({'dict': [['error', {'list': [None] * 3}]]})); os._exit(0)",
    "short error": "send(tree({'dict': [['error', {'list': []}]]})); os._exit(0)",
    "right, and then a crash": "send(result()); send(result()); os.abort()",
    "right, and then a code": "send(result()); send(result()); os._exit(1)",
    "right, and then a loop": "send(result()); send(result())\nwhile True: pass",
    "patched exit": "os._exit = print\ndef f(x): return 7\nraise SystemExit(0)",
    "closed line": "os.closerange(0, 256)\ndef f(x): return 7",
    "patched write": "os.write = lambda line, data: len(data)\ndef f(x): return 7",
    "flood": "while True: send(b'x' * 2**20)",
}


@pytest.mark.parametrize("source", FORGED.values(), ids=FORGED)
def test_a_forged_end_earns_nothing(sandbox, source):
    """Nothing that could be taken for an answer to every call comes back."""
    forged = run(sandbox, source, Limits(wall_seconds=1, cpu_seconds=1))
    right = [result for result in forged.results if "value" in result]
    assert forged.end or len(right) < len(CALLS)
    assert all(set(result) in ({"value"}, {"error"}) for result in forged.results)


LIARS = {
    "class": "class A:\n __class__ = torch.Tensor",
    "array": "class A:\n def __array__(self, *a, **k): return np.float64(7)",
    "number": "class A(int): pass",
    "text": "class A(str): pass",
    "endless": "class A:\n def __iter__(self):\n  while True: yield 7",
    "bytes": "class A(torch.Tensor):\n def detach(self): return self\n def cpu(self): return self\n"
    " def numpy(self): return 'xx'\n def __new__(cls, *a): return torch.zeros(2).as_subclass(cls)",
    "dict": "class A(dict):\n def items(self): return [(len, 1)]\n __iter__ = lambda s: iter([])",
    "list": "class A(list):\n def __iter__(self): return iter([object()])",
    "meta": "A = lambda x: torch.zeros(2, device='meta')",
    "sparse": "A = lambda x: torch.eye(2).to_sparse()",
    "bfloat16": "A = lambda x: torch.zeros(2, dtype=torch.bfloat16)",
    "objects": "A = lambda x: np.array([len])",
    "generator": "A = lambda x: (k for k in range(3))",
    "function": "A = lambda x: A",
    "cycle": "A = lambda x: B\nB = []\nB.append(B)",
    "huge": "A = lambda x: 10**400",
}


@pytest.mark.parametrize("source", LIARS.values(), ids=LIARS)
def test_what_is_no_plain_value_is_an_error(sandbox, source):
    outcome = run(sandbox, f"{source}\nf = lambda x: A(x)", Limits(wall_seconds=3, cpu_seconds=2))
    assert outcome.end or [list(result) for result in outcome.results] == [["error"], ["error"]]


ERRORS = {
    "text": "def __str__(self): raise SystemExit",
    "type": "def __str__(self): return 3",
    "long": "def __str__(self): return 'x' * 10**7",
    "endless": "def __str__(self): return str(self)",
    "odd": "def __str__(self): return '\\ud800\\x00'",
}


@pytest.mark.parametrize("method", ERRORS.values(), ids=ERRORS)
def test_an_error_that_lies_is_an_error(sandbox, method):
    outcome = run(sandbox, f"class E(BaseException):\n {method}\ndef f(x): raise E")
    assert outcome.end == "" and len(outcome.results) == 2
    for result in outcome.results:
        words = result["error"]
        assert len(words) == 3 and all(type(word) is str and len(word) <= 400 for word in words)
        assert "".join(words).encode("utf-8")


def test_many_messages_are_not_even_read():
    """Millions of small results would keep the grader busy for hours."""
    first = plain_values.encode({"isolation": "complete"})
    small = plain_values.encode({"value": 1})
    sent = b"".join(len(each).to_bytes(8, "big") + each for each in (first, *[small] * 200_000))
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        read = plain_values.decode
        patch.setattr(plain_values, "decode", lambda data: seen.append(len(data)) or read(data))
        flooded = read_run(sent, {"exit": 0}, calls=2)
    assert flooded.results == () and "too much" in flooded.end
    assert len(seen) == 3  # that it is isolated, and two results


def test_the_server_knows_no_secret_and_its_end_is_told():
    with Sandbox("limits") as mine:
        assert mine.run("", "def f(): return 1", "f", [{}]) == Run(({"value": 1},), "")
        os.kill(mine._server.pid, signal.SIGKILL)
        with pytest.raises(SandboxError):
            mine.run("", "def f(): return 1", "f", [{}])
    assert mine._server.poll() is not None


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_outlives_the_server(level):
    """As when the machine runs out of memory, or the instructor ends the grading."""
    files = left_files()
    mine = Sandbox("limits")
    mine.level = level
    asleep = "import time\ndef f(): time.sleep(100)"
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(mine.run, "", asleep, "f", [{}])
        assert until(lambda: below(mine._server.pid) or outcome.done())
        children = set(below(mine._server.pid))
        os.kill(mine._server.pid, signal.SIGKILL)
        with pytest.raises(SandboxError):
            outcome.result()
    mine.close()
    assert until(lambda: not children & {pid for row in processes().values() for pid in row})
    assert until(lambda: left_files() == files)


def test_an_unknown_level_is_named():
    with pytest.raises(ValueError, match="heaven"):
        Sandbox("heaven")
