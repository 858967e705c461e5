"""The sandbox as an instructor relies on it, at every level that this machine allows."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from course.hostile import ANSWERS
from course.traces import below, left_files, until

from lstm_video_lab.course.grading import isolation as package
from lstm_video_lab.course.grading.isolation import Limits, Run, Sandbox, SandboxError, levels
from lstm_video_lab.course.grading.isolation.levels import LEVELS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems isolate less")
SHORT = Limits(wall_seconds=0.5, cpu_seconds=1.0)
PROJECT = Path(package.__file__).parents[3]


@pytest.fixture(scope="module", params=LEVELS)
def sandbox(request):
    try:
        with Sandbox() as probe:
            works = probe._works(request.param)
            probe.level = request.param
            if not works:
                pytest.skip(f"the level {request.param} is not to be had here")
            yield probe
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def nothing_left(request):
    """Every test ends with no process and no file of an answer left."""
    files = left_files()
    yield
    if "sandbox" not in request.fixturenames:
        return
    server = request.getfixturevalue("sandbox")._server.pid
    assert until(lambda: not below(server)), "a process is left"
    assert until(lambda: left_files() == files), "a file is left"


def run(sandbox, source, *calls, name="f", limits=None):
    source = textwrap.dedent(source)
    return sandbox.run("import os, sys, time", source, name, calls or [{}], limits=limits)


def value(sandbox, source, **arguments):
    outcome = run(sandbox, source, arguments)
    assert outcome.end == "" and "value" in outcome.results[0], outcome
    return outcome.results[0]["value"]


def fails(sandbox, source, limits=None):
    """The kind of the error that a call ends with."""
    outcome = run(sandbox, source, limits=limits)
    assert outcome.end == "" and list(outcome.results[0]) == ["error"], outcome
    return outcome.results[0]["error"][0]


def test_values_come_back(sandbox):
    source = """
    def f(x, y=2):
        print(x)
        return {"t": x * y, "n": (np.zeros((0, 2)), [1.5, None, "ü"])}
    """
    first, second = run(
        sandbox, source, {"x": torch.arange(3.0)}, {"x": np.int64(4), "y": 3}
    ).results
    assert first["value"]["t"].tolist() == [0, 2, 4] and second["value"]["t"] == 12
    empty, rest = first["value"]["n"]
    assert empty.shape == (0, 2) and rest == [1.5, None, "ü"]


def test_an_error_has_its_line_and_costs_its_call_alone(sandbox):
    source = """
    def f(x):

        return 1 / x
    """
    outcome = run(sandbox, source, {"x": 0}, {"x": 2})
    assert outcome.end == ""
    assert outcome.results[0] == {"error": ["ZeroDivisionError", "division by zero", "4"]}
    assert outcome.results[1] == {"value": 0.5}


NO_FUNCTION = {
    "NameError": "def g(): pass", "SyntaxError": "x = = 1", "ZeroDivisionError": "f = 1 / 0",
    "ValueError": "f = [].index(3)", "SystemExit": "import sys\nf = sys.exit()",
}  # fmt: skip


@pytest.mark.parametrize("kind, source", NO_FUNCTION.items())
def test_what_defines_no_function_is_told_once(sandbox, kind, source):
    outcome = sandbox.run("", source, "f", [{}, {}])
    assert outcome.end == "" and len(outcome.results) == 1
    assert outcome.results[0]["error"][0] == kind


def test_runs_do_not_change_one_another(sandbox):
    assert value(sandbox, "torch.tanh = np.tanh = None\ndef f(): return 1") == 1
    assert value(sandbox, "def f(): return float(torch.tanh(torch.tensor(0.))) + 2") == 2
    one, two = (run(sandbox, "def f(): return [torch.rand(2), np.random.rand(2)]") for _ in "ab")
    assert str(one) == str(two)  # seeded


ENDLESS = {
    "loop": "def f():\n while True: pass",
    "sleep": "def f(): time.sleep(100)",
    "at import": "f = sum(1 for _ in iter(int, 1))",
    "nothing stops it": ANSWERS["ignored signals"].replace("double(x)", "f()"),
    "C": "def f(): return 9 ** 9 ** 9",
    "prints": "def f():\n while True: print('x' * 10**6); os.write(1, b'x' * 10**6)",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_what_does_not_end_is_ended(sandbox, source):
    outcome = run(sandbox, source, limits=SHORT)
    assert outcome.results == () and outcome.end


def test_memory_has_a_limit(sandbox):
    assert fails(sandbox, "def f(): return torch.zeros(10**11)") == "RuntimeError"
    assert fails(sandbox, "def f(): return [0] * 10**10") == "MemoryError"
    assert "MemoryError" in fails(sandbox, "def f(): return np.ones((10**6, 10**6))")
    little = Limits(memory=2**27)
    assert (
        fails(sandbox, "def f():\n x = []\n while True: x.append(bytes(10**6))", little)
        == "MemoryError"
    )


def test_results_have_a_limit(sandbox):
    assert fails(sandbox, "def f(): return np.zeros(10**8, 'uint8')") == "PlainValueError"
    flood = "def f():\n while True: os.write(int(os.listdir('/dev/fd')[3]), b'x' * 10**6)"
    outcome = run(sandbox, flood, limits=SHORT)
    assert outcome.results == () or "error" in outcome.results[0]


def test_files_have_a_limit(sandbox):
    """In a world of its own little can be written, elsewhere nothing; see `nothing_left` too."""
    source = """
    def f():
        for k in range(300):
            with open(f"{os.environ['TMPDIR']}/{k}", "wb") as file:
                file.write(bytes(10**6))
    """
    assert fails(sandbox, source) in ("OSError", "PermissionError")


def test_the_lab_is_not_there(sandbox):
    assert fails(sandbox, "def f(): import lstm_video_lab") == "ImportError"
    source = """
    def f():
        sys.meta_path.pop(0)
        import lstm_video_lab.cells
    """
    assert fails(sandbox, source) == "ModuleNotFoundError"


def test_files_of_the_lab_cannot_be_read(sandbox):
    if sandbox.level == "limits":
        pytest.skip("this level leaves files readable, and says so")
    for path in (
        __file__,
        package.__file__,
        PROJECT / "pyproject.toml",
        "/etc/passwd",
        "/proc/1/maps",
    ):
        outcome = run(sandbox, f"def f(): open({str(path)!r}).read()")
        assert outcome.results[0]["error"][0] in ("PermissionError", "FileNotFoundError"), path
    for path in (PROJECT, PROJECT / "solutions", "/etc", "/home"):
        outcome = run(sandbox, f"def f(): return os.listdir({str(path)!r})")
        assert outcome.results[0].get("value", []) in ([], ["ld.so.cache"]), path


@pytest.mark.parametrize(
    "place", ["/tmp/left-x", f"{PROJECT}/left-x", "/dev/shm/left-x", "/left-x"]
)
def test_nothing_is_written_outside(sandbox, place):
    if sandbox.level == "limits":
        pytest.skip("this level leaves files writable, and says so")
    run(sandbox, f"def f(): open({place!r}, 'w').write('x')")
    assert not Path(place).exists()


FORBIDDEN = {
    "fork": "os.fork()",
    "system": "subprocess.run(['/bin/true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "thread": "_thread.start_new_thread(print, ())",
    "socket": "socket.socket()",
    "pair": "socket.socketpair()",
    "unix": "socket.socket(socket.AF_UNIX)",
    "kill": "os.kill(os.getppid(), 9)",
    "kill all": "os.kill(-1, 9)",
    "kill group": "os.killpg(0, 9)",
    "nice": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "limits of others": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "processors": "os.sched_setaffinity(os.getppid(), {0})",
    "signal by a pipe": "fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, os.getppid())",
    "kind of that signal": "fcntl.fcntl(os.pipe()[0], fcntl.F_SETSIG, 9)",
    "chmod": "os.chmod(os.environ['TMPDIR'], 0)",
    "chown": "os.chown(os.environ['TMPDIR'], 0, 0)",
    "utime": "os.utime(os.environ['TMPDIR'])",
    "chroot": "os.chroot('/')",
    "user": "os.setuid(0 if os.getuid() else 1)",
}


def test_what_no_answer_needs_is_refused(sandbox):
    source = """
    import _thread, fcntl, resource, socket, subprocess
    def f(call):
        try:
            exec(call, globals())
        except (OSError, RuntimeError):
            return True
        return False
    """
    outcome = run(sandbox, source, *[{"call": call} for call in FORBIDDEN.values()])
    assert outcome.end == ""
    found = [result.get("value") for result in outcome.results]
    assert dict(zip(FORBIDDEN, found, strict=True)) == dict.fromkeys(FORBIDDEN, True)


CALLS = {  # of x86-64, by number
    "ptrace": (101, 16), "shared memory": (29, 0, 4096, 0o1777), "queue": (68, 0, 0o1777),
    "io_uring": (425, 8, 0), "vfork": (58,), "bpf": (321, 0, 0, 0), "unshare": (272, 0x10000000),
    "mount": (165, 0, 0, 0, 0, 0), "memory of another": (310, 1, 0, 0, 0, 0, 0),
    "x32": (0x40000000 + 39,),
}  # fmt: skip


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of another processor")
def test_system_calls_are_refused_by_number(sandbox):
    source = """
    import ctypes
    def f(calls):
        libc = ctypes.CDLL(None, use_errno=True)
        return [(libc.syscall(*call), ctypes.get_errno()) for call in calls]
    """
    found = value(sandbox, source, calls=list(CALLS.values()))
    assert dict(zip(CALLS, found, strict=True)) == dict.fromkeys(CALLS, (-1, 1))  # EPERM


def test_the_end_of_the_process_is_no_result(sandbox):
    assert run(sandbox, "def f(): os._exit(0)") == Run((), "")
    assert "exit code 7" in run(sandbox, "def f(): os._exit(7)").end
    assert "signal 11" in run(sandbox, "import ctypes\ndef f(): ctypes.string_at(0)").end
    assert "signal" in run(sandbox, "def f(): os.abort()").end


def test_a_child_is_alone(sandbox):
    source = """
    def f():
        names = dict(os.environ)
        outer = [n for n in range(3, 70) if os.path.exists(f"/proc/self/fd/{n}")]
        return [sorted(names), outer, sys.argv[1:]]
    """
    names, open_files, argv = value(sandbox, source)
    assert names == ["HOME", "OMP_NUM_THREADS", "TMPDIR", "TORCHINDUCTOR_CACHE_DIR"]
    assert argv == []
    assert len(open_files) <= 1  # where results go
    source = "def f(n): return bytes(open(f'/proc/{n}/mem', 'rb').read(1)).hex()"
    for other in (os.getpid(), sandbox._server.pid, 1):
        outcome = run(sandbox, source, {"n": other})
        assert "error" in outcome.results[0], other


@pytest.mark.skipif(levels.landlock_version() < 1, reason="this kernel has no landlock")
def test_an_installed_lab_is_hidden_too(tmp_path):
    """Where the lab lies among the packages, all but the lab can be read."""
    lab, other = tmp_path / "site" / "lab", tmp_path / "site" / "other"
    for folder in (lab, other):
        folder.mkdir(parents=True)
        (folder / "code.py").write_text("x")
    (tmp_path / "site" / "link").symlink_to(lab)
    code = f"""
import os, runpy
namespace = runpy.run_path({levels.__file__!r})
site = {str(tmp_path / "site")!r}
namespace["restrict_files"]([site], [site + "/lab"])
print(sorted(os.listdir(site)), open(site + "/other/code.py").read())
for path in ("lab/code.py", "link/code.py", "../site/lab/code.py"):
    try:
        print(open(f"{{site}}/{{path}}").read())
    except OSError as error:
        print(type(error).__name__)
"""
    outcome = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert outcome.stdout.splitlines() == ["['lab', 'link', 'other'] x", *["PermissionError"] * 3]


CHANGES_NO_VALUE = """
import multiprocessing, tempfile, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
import matplotlib.pyplot as plt
from tqdm.auto import tqdm  # its own thread waits for ever
torch.set_num_threads(8)

@torch.compile
def twice(n):
    return 2 * n

def f():
    found = []
    for thread in [threading.Thread(target=found.append, args=(n,)) for n in (1, 2)]:
        thread.start()
        thread.join()
    for kind in (ThreadPoolExecutor, ProcessPoolExecutor, ThreadPool, multiprocessing.Pool):
        with kind(2) as workers:
            found += workers.map(twice, tqdm([3, 4]))
    tempfile.TemporaryDirectory().cleanup()
    return found
"""
POOLS = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

def begin(n):
    global base
    base = n

def add(*numbers):
    return base + sum(numbers)

def wrong():
    raise KeyError("wrong")

def f():
    found, called = [], []
    for kind in (ThreadPoolExecutor, ProcessPoolExecutor, multiprocessing.Pool):
        with kind(2, initializer=begin, initargs=(10,)) as workers:
            found.append(list(workers.map(add, [1], chunksize=1)))
    with multiprocessing.Pool() as pool:
        found.append([pool.apply_async(add, (n,)).get() for n in (1, 2)])
        found.append(pool.map_async(add, [1, 2], callback=called.append).get(5))
        found.append(pool.starmap_async(add, [(1, 2)], 1).get(timeout=5))
        failed = pool.apply_async(wrong, error_callback=lambda error: called.append(str(error)))
        failed.wait()
        found.append([failed.ready(), failed.successful()])
    try:
        failed.get()
    except KeyError:
        return found + [called[0], called[1:]]
"""
OTHER_WORKERS = """
import multiprocessing, threading
import torch.multiprocessing
from concurrent.futures import ProcessPoolExecutor
from torch.utils.data import DataLoader, TensorDataset

def put(queue, n):
    queue.put(n)

def f():
    found = []
    for target, words in (int, ("no number",)), (exit, ()):
        thread = threading.Thread(target=target, args=words)
        thread.start()
        thread.join()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, max_tasks_per_child=1) as workers:
        found += workers.map(abs, [-1])
    for pools in (context, torch.multiprocessing):
        with pools.Pool(2) as workers:
            found += workers.map(abs, [-2])
    for processes in (context, multiprocessing):
        queue, lock = processes.Queue(), processes.Lock()
        process = processes.Process(target=put, args=(queue, 3))
        process.start()
        process.join()
        if process.exitcode != 0 or process.is_alive():
            raise RuntimeError("the process failed")
        process.terminate()
        with lock:
            found.append(queue.get())
        lock.acquire(block=True, timeout=1)
        lock.release()
        queue.close()
        queue.join_thread()
    clips = TensorDataset(torch.full((2, 1), 4).share_memory_())
    found += [int(x[0]) for x, in DataLoader(clips, num_workers=2, persistent_workers=True)]
    loader = DataLoader(clips, 2, False, None, None, 2, None, False, False, 5)
    loader = DataLoader(clips, num_workers=2, timeout=5) if len(loader) == 1 else None
    found += [int(x[0]) for x, in loader]
    return found + torch.func.vmap(torch.func.grad(lambda x: 5 * x))(torch.ones(1)).tolist()
"""


def test_calls_that_are_refused_and_change_no_value_do_no_harm(sandbox):
    source = CHANGES_NO_VALUE
    if sandbox.level != "namespaces":  # nothing can be written there
        source = source.replace("    tempfile.TemporaryDirectory().cleanup()\n", "")
    assert value(sandbox, source) == [1, 2, *[6, 8] * 4]


def test_whatever_a_pool_is_asked_for_is_done_at_once(sandbox):
    assert value(sandbox, POOLS) == [
        [11], [11], [11], [11, 12], [11, 12], [13], [True, False], [11, 12], ["'wrong'"]
    ]  # fmt: skip


def test_workers_of_any_kind_work_at_once_and_an_error_in_a_thread_stays_there(sandbox):
    assert value(sandbox, OTHER_WORKERS) == [1, 2, 2, 3, 3, 4, 4, 4, 4, 5]


def test_no_frame_above_an_answer_knows_where_the_secrets_are(sandbox, tmp_path):
    source = """
    import sys
    def f():
        frame, seen = sys._getframe(), ""
        while frame:
            seen += str(frame.f_locals)
            frame = frame.f_back
        return seen
    """
    with Sandbox(sandbox.level, secret=[tmp_path / "secret"]) as mine:
        seen = value(mine, source)
    assert "requests" in seen and str(tmp_path) not in seen
