# ruff: noqa: E501 (a line for each answer)
"""Answers and notebooks as nobody should hand them in. No test in here.

ANSWERS        code of the answer `double`: none of it may earn anything
HONEST         odd code that is right all the same
NOTEBOOKS      name → (file, earns): a whole notebook made from an honest one, as JSON or bytes
"""

import copy
import json

from course.tiny import RIGHT, WRONG, answered, cell_of

HUNT = """
def good(v):
    return isinstance(v, (torch.Tensor, np.ndarray)) and v.shape == x.shape and not (v is x)
"""
ANSWERS = {
    # never ends, or wants too much
    "loop": "def double(x):\n while True: pass",
    "loop at once": "while True: pass",
    "sleep": "import time\ndef double(x): time.sleep(1000)",
    "ignored signals": "import signal, time\nfor n in range(1, 65):\n try: signal.signal(n, signal.SIG_IGN)\n"
    " except Exception: pass\ndef double(x): time.sleep(1000)",
    "caught everything": "def double(x):\n while True:\n  try:\n   while True: pass\n  except BaseException: pass",
    "100 GB": "def double(x): return torch.zeros(25 * 10**9)",
    "100 GB of list": "def double(x): return [0] * 10**11",
    "100 GB by and by": "def double(x):\n a = []\n while True: a.append(bytes(10**8))",
    "shared memory": "import mmap\ndef double(x): return len(mmap.mmap(-1, 10**11))",
    "recursion": "def double(x): return double(x)",
    "power": "def double(x): return 9 ** 9 ** 9",
    "pattern": "import re\ndef double(x): return re.match('(a+)+$', 'a' * 64 + 'b')",
    "fork bomb": "import os\ndef double(x):\n while True: os.fork()",
    "forks that hide": "import os\ndef double(x):\n if not os.fork():\n  os.setsid()\n  while True: pass",
    "threads": "import threading\ndef double(x):\n while True: threading.Thread(target=input).start()",
    "processes": "import subprocess\ndef double(x): subprocess.Popen(['sleep', '1000'])",
    "output": "def double(x):\n while True: print('x' * 10**6)",
    "files": "import tempfile\ndef double(x):\n while True: open(tempfile.mktemp(), 'wb').write(bytes(10**6))",
    "folders": "import os\ndef double(x):\n for k in range(10**5): os.makedirs(f'left-{k}')",
    "limits lifted": "import resource\ndef double(x):\n resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n return 2 * x",
    # ends badly
    "exit 0": "import os\ndef double(x): os._exit(0)",
    "exit at once": "import os\nos._exit(0)",
    "sys.exit": "import sys\ndef double(x): sys.exit(0)",
    "abort": "import os\ndef double(x): os.abort()",
    "crash": "import ctypes\ndef double(x): ctypes.memset(0, 1, 1)",
    "kill parent": "import os\ndef double(x):\n os.kill(os.getppid(), 9)\n return 2 * x",
    "kill all": "import os\ndef double(x):\n os.kill(-1, 9)\n return 2 * x",
    # cheats a comparison that is elsewhere
    "patched allclose": "torch.allclose = torch.equal = lambda *a, **k: True\ndef double(x): return x",
    "patched equality": "torch.Tensor.__eq__ = lambda a, b: torch.ones(1) > 0\ndef double(x): return x",
    "patched numpy": "np.asarray = np.array = np.abs = lambda *a, **k: np.zeros(1)\ndef double(x): return x",
    "patched json": "import json\njson.dumps = lambda *a, **k: '{}'\ndef double(x): return x",
    "patched write": "import os\nos.write = lambda line, data: len(data)\ndef double(x): return x",
    "patched builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\ndef double(x): return x",
    "patched float": "import builtins\nbuiltins.float = type('float', (float,), {})\ndef double(x): return float(1)",
    "always equal": "class A:\n __eq__ = lambda a, b: True\n __le__ = __eq__\ndef double(x): return A()",
    "equal tensor": "class A(torch.Tensor):\n def __eq__(a, b): return True\ndef double(x): return x.as_subclass(A)",
    "array by itself": "class A:\n def __array__(self, *a, **k): return np.zeros(4)\ndef double(x): return A()",
    "pickle": "class A:\n def __reduce__(self): return (exec, ('1/0',))\ndef double(x): return A()",
    "argument spoilt": "def double(x): return x.zero_()",
    "generator": "def double(x):\n yield 2 * x",
    "coroutine": "async def double(x): return 2 * x",
    "text": "def double(x): return str(2 * x)",
    "nothing": "def double(x): pass",
    "itself": "def double(x): return double",
    "class": "class double:\n def __init__(self, x): self.x = 2 * x",
    "wider": "def double(x): return 2 * x[None]",
    "one number": "def double(x): return 2 * x[0]",
    "wrapped": "def double(x): return [2 * x]",
    "NaN": "def double(x): return x * float('nan')",
    "infinite": "def double(x): return x + float('inf')",
    "zero-size": "def double(x): return x[:0]",
    "huge whole number": "def double(x): return 10 ** 70",
    "larger whole number": "def double(x): return 10 ** 10000",
    "complex": "def double(x): return 2j * x",
    "deep": "def double(x):\n v = x\n for _ in range(10**5): v = [v]\n return v",
    "wide": "def double(x): return [2 * x] * 10**5",
    "huge array": "def double(x): return torch.zeros(15 * 10**6)",
    # looks for the answer
    "learnt by heart": "def double(x): return torch.tensor([0., 2., 4., 6.])",
    "only the first": "n = 0\ndef double(x):\n global n\n n += 1\n return 2 * x if n == 1 else x",
    "frames": f"import sys\ndef double(x):{HUNT.replace(chr(10), chr(10) + ' ')}\n frame = sys._getframe()\n"
    " while frame:\n  for v in frame.f_locals.values():\n   if good(v): return v\n  frame = frame.f_back",
    "gc": f"import gc\ndef double(x):{HUNT.replace(chr(10), chr(10) + ' ')}\n for v in gc.get_objects():\n  if good(v): return v",
    "the reference": "import sys, gc\ndef double(x):\n for v in gc.get_objects():\n"
    "  if getattr(v, '__name__', '') == 'double' and v is not double: return v(x)",
    "solutions": "import glob\ndef double(x):\n space = {}\n for p in glob.glob('/**/solutions/*.py', recursive=True):\n"
    "  exec(open(p).read(), space)\n return space['helper'](x)",
    "memory": "def double(x):\n for n in ('self', 1, 2):\n  open(f'/proc/{n}/mem', 'rb').read(10)",
    "the lab": "def double(x):\n import lstm_video_lab\n return 2 * x",
    "the lab by force": "import sys\ndef double(x):\n sys.meta_path.pop(0)\n import lstm_video_lab\n return 2 * x",
    "network": "import urllib.request\ndef double(x): return urllib.request.urlopen('http://127.0.0.1')",
    "socket": "import socket\ndef double(x):\n socket.socket()\n return 2 * x",
    "forged results": "import os\ndef double(x):\n m = b'{\"tree\": {\"dict\": [[\"value\", null]]}, \"sizes\": []}\\n'\n"
    " for n in range(3, 64):\n  try: os.write(n, (len(m).to_bytes(8, 'big') + m) * 3)\n  except OSError: pass\n os._exit(0)",
    "forged pass": "import os\nfor n in range(3, 64):\n try: os.write(n, b'{\"outcome\": \"correct\"}')\n"
    " except OSError: pass\nos._exit(0)",
    "writes records": "import os\nfor p in ('double.json', 'junit.xml', '/tmp/double.json'):\n"
    " try: open(p, 'w').write('{\"outcome\": \"correct\"}')\n except OSError: pass\ndef double(x): return x",
    # is hardly code
    "stub": 'def double(x):\n    raise NotImplementedError("your answer")',
    "empty": "",
    "other name": "def duoble(x): return 2 * x",
    "no code": "Dear grader, please give me two points.",
    "zero byte": "def double(x): return '\0'",
    "half a character": "def double(x): return '\ud800'",
    "brackets": "(" * 10**4,
    "signs": "-" * 10**5 + "1",
    "markup": "def double(x): raise ValueError('<script>alert(1)</script>]]>\x1b[31m\x00\ud800')",
}  # fmt: skip
HONEST = {
    "reference": "def double(x):\n    return helper(x)",
    "lambda": "double = lambda x: 2 * x",
    "numpy": "def double(x): return 2 * np.asarray(x)",
    "double precision": "def double(x): return x.double() * 2",
    "gradient": "def double(x): return x.clone().requires_grad_() * 2",
    "loop": "def double(x):\n    out = torch.zeros_like(x)\n    for k in range(len(x)):\n"
    "        out[k] = x[k] + x[k]\n    return out",
    "in place": "def double(x):\n    x *= 2\n    return x",
    "talks": "def double(x):\n    print('x' * 10**5)\n    return 2 * x",
    "long": "# a remark\n" * 3000 + RIGHT,
    "other script": "def double(x):\n    größe = 2  # 二\n    return größe * x",
    "shell beside it": "!curl evil\n" + RIGHT,
    "the lab beside it": "import lstm_video_lab\n" + RIGHT,
    "error beside it": "1 / 0\n" + RIGHT,
    "callable": "class D:\n    def __call__(self, x): return 2 * x\ndouble = D()",
}


def notebooks(plain):
    """name → (notebook, whether its answer earns its points), from the notebook handed out."""
    made = {**_honest(plain), **_damaged(plain), **_lying(plain), **_broken(plain)}
    return {
        name: (file if isinstance(file, bytes) else json.dumps(file).encode(), earns)
        for name, (file, earns) in made.items()
    }


def with_cells(notebook, *cells, instead=False):
    """A copy with more cells at its end; `instead`: in place of the answer."""
    mine = copy.deepcopy(notebook)
    if instead:
        mine["cells"].remove(cell_of(mine, "double"))
    mine["cells"] += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, **cell}
        for cell in cells
    ]
    return mine


def code(source, **more):
    return {"source": source, **more}


LAB = {"metadata": {"lab": {"answer": "double"}}}
SPLIT = "def twice(x):\n    return 2 * x"
USES = "def double(x):\n    return twice(x)"


def _honest(plain):
    """What careless hands do to good work: it keeps its points."""
    mine = answered(plain)
    lost = with_cells(plain, code(RIGHT), instead=True)
    for cell in lost["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {}
    lines = answered(plain, RIGHT.splitlines(keepends=True))
    return {
        "plain": (mine, True),
        "ids and metadata lost": (lost, True),
        "retyped, stub left": (with_cells(plain, code(RIGHT)), True),
        "copied, stub left": (with_cells(plain, code(RIGHT, **LAB)), True),
        "copied twice": (with_cells(mine, code(RIGHT, **LAB), code(RIGHT, **LAB)), True),
        "as text": (with_cells(plain, code(RIGHT, cell_type="markdown"), instead=True), True),
        "as raw": (with_cells(plain, code(RIGHT, cell_type="raw"), instead=True), True),
        "split": (with_cells(plain, code(SPLIT, **LAB), code(USES, **LAB), instead=True), True),
        "split off": (with_cells(plain, code(SPLIT), code(USES, **LAB), instead=True), True),
        "import elsewhere": (
            with_cells(plain, code("import operator"), code(
                "def double(x): return operator.mul(x, 2)"), instead=True), True),
        "lines": (lines, True),
        "byte order mark": (b"\xef\xbb\xbf" + json.dumps(mine).encode(), True),
        "other line ends": (answered(plain, RIGHT.replace("\n", "\r\n")), True),
        "version 3": ({"nbformat": 3, "worksheets": [{"cells": [
            {"cell_type": "code", "input": RIGHT, "outputs": []}]}]}, True),
        "foreign kernel": ({**mine, "metadata": {"kernelspec": {"name": "ir"}}}, True),
        "much text": (with_cells(mine, code("x" * 300_000, cell_type="markdown")), True),
        "big picture": (with_cells(mine, code("", outputs=[{"data": {"image/png": "A" * 10**6}}])), True),
    }  # fmt: skip


def _damaged(plain):
    """What has lost its answer, or never had it."""
    return {
        "stub": (plain, False),
        "deleted": (with_cells(plain, instead=True), False),
        "renamed": (answered(plain, RIGHT.replace("double", "twice")), False),
        "cut in the middle": (with_cells(
            plain, code("def double(x):"), code("    return 2 * x"), instead=True), False),
        "3,000 cells": (with_cells(answered(plain), *[code("1")] * 3000), False),
        "long": (answered(plain, "#" * 200_000 + "\n" + RIGHT), False),
        "more text than anybody writes": (with_cells(
            answered(plain), *[code("x=1;" * 50_000)] * 4), False),
    }  # fmt: skip


def _lying(plain):
    """What says that it is more than it is."""
    wrong, skip = answered(plain, WRONG), "# NBVAL_SKIP\n# NBVAL_IGNORE_OUTPUT\n"
    tagged = answered(plain, "def double(x): raise ValueError")
    tagged["cells"] = [{**cell, "metadata": {**cell["metadata"], "tags": ["raises-exception"]}}
                       for cell in tagged["cells"]]  # fmt: skip
    claimed = copy.deepcopy(wrong)
    for cell in claimed["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "correct"}]
    return {
        "skipped": (answered(plain, skip + WRONG), False),
        "may raise": (tagged, False),
        "outputs": (claimed, False),
        "wrong first": (with_cells(wrong, code(RIGHT)), True),  # in a kernel the last one counts
        "right first": (with_cells(answered(plain), code(WRONG, **LAB)), False),
        "lies in metadata": (with_cells(plain, code("x = 1", **LAB), code(WRONG)), False),
        "points in metadata": ({**wrong, "metadata": {"lab": {"points": 99}}}, False),
        "names a file": (with_cells(plain, code("x", metadata={"lab": {
            "answer": "../../double"}})), False),
        "check redefined": (with_cells(wrong, code("def check(*a): return 'correct'")), False),
        "lab in a helper": (with_cells(plain, code(
            "from lstm_video_lab import VideoModel as helper2"), code(
            "def double(x):\n    helper2\n    return 2 * x"), instead=True), False),
        "helper does it all": (with_cells(wrong, code(
            "class torch: pass\ndef __getattr__(*a): return 1")), False),
    }  # fmt: skip


def _broken(plain):
    """What is no notebook, though its name says so."""
    good = json.dumps(answered(plain)).encode()
    cells = [None, 3, [], "x", {}, {"source": {}}, {"source": [1, None]}, {"metadata": 3},
             {"metadata": {"lab": []}}, {"metadata": {"lab": {"answer": []}}, "id": [[[]]]}]  # fmt: skip
    return {
        "empty": (b"", False),
        "half": (good[: len(good) // 2], False),
        "binary": (bytes(range(256)) * 40, False),
        "zero bytes": (bytes(5000), False),
        "utf-16": (good.decode().encode("utf-16"), False),
        "latin-1": (good.replace(b"return", "ü".encode("latin-1")), False),
        "list": (b"[]", False),
        "number": (b"1e999", False),
        "words": (b'"cells"', False),
        "deep": (b"[" * 10**5, False),
        "deep and whole": (b'{"cells":' + b"[" * 900 + b"]" * 900 + b"}", False),
        "deep id": (b'{"cells":[{"id":' + b"[" * 900 + b"]" * 900 + b"}]}", False),
        "long number": (b'{"cells": ' + b"9" * 5000 + b"}", False),
        "no cells": ({"cells": []}, False),
        "cells of all sorts": ({"cells": cells}, False),
        "cells no list": ({"cells": {"a": 1}}, False),
        "worksheets of all sorts": (
            {"worksheets": [None, 3, {"cells": 5}, {"cells": {"a": 1}}]}, False),
        "worksheets no list": ({"worksheets": 5}, False),
        "half characters": (answered(plain, "def double(x): return '\ud800'", "\udfff"), False),
        "50 MB": (b" " * (50 * 2**20), False),
    }  # fmt: skip
