"""The process that children are forked from: it has imported torch, and knows no secret.

Run by `Sandbox` as `python -I server.py`, with a socket as standard input. A request is a line of
JSON (the limits and the level) and three descriptors: what to run, where its results go, and where
its end is reported. For each one a *supervisor* is forked, which isolates itself, forks the child
that runs the answer, waits for it, and ends all that is left of it:

    server ──► supervisor ──► process 1 of its own world ──► child     (namespaces)
    server ──► supervisor ─────────────────────────────────► child     (else)
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import numpy.random
import torch

LAB = "lstm_video_lab"
LARGE_PAGE = 2**21
HERE = Path(__file__).resolve().parent


def _load(name: str, folder: Path = HERE) -> Any:
    """A file of the lab, which no path leads to: the lab must not be found from here."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


levels = _load("levels")
refused_calls = _load("refused_calls")
visible_files = _load("visible_files")
kernel_code = _load("kernel_code")
kernel = _load("kernel")
plain_values = _load("plain_values", HERE.parents[1])


class RefuseLab(MetaPathFinder):
    """Answers stand on their own: the lab cannot be imported."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname.partition(".")[0] == LAB:
            raise ImportError(f"{LAB} is not there while an answer is graded: write it out")


def open_to_all(path: str) -> bool:
    """Whether a user without any rights gets to a path, if it exists."""
    if not os.path.exists(path):
        return True
    folders = [Path(path), *Path(path).resolve().parents]
    return all(folder.stat().st_mode & 0o001 for folder in folders if folder.is_dir())


def serve(requests: socket.socket) -> None:
    """Fork a supervisor for each request until the other end is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are not waited for
    sys.path[:] = [path for path in sys.path if _may_import_from(path)]
    sys.meta_path.insert(0, RefuseLab())
    torch.set_num_threads(1)
    torch.ones(2, 2) @ torch.ones(2, 2)  # what is loaded at first use is loaded now
    readable = visible_files.readable()
    surroundings = {
        "readable": readable,
        "links": visible_files.links_to(readable),
        "filter": refused_calls.filter_code(platform.machine()),
        "null": os.open(os.devnull, os.O_RDWR),
        "server": os.getpid(),
    }
    _make_forks_cheap()
    requests.send(json.dumps({"ready": True}).encode())
    while True:
        settings, descriptors = _receive(requests)
        if not settings:
            return
        if os.fork() == 0:
            requests.close()
            settings |= surroundings  # one dictionary, from which secrets are taken out
            supervise(settings, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _receive(requests: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The settings and descriptors of a request; {} where the other end is closed."""
    message, descriptors, _, _ = socket.recv_fds(requests, 65536, 3)
    return json.loads(message or b"{}"), descriptors


def _make_forks_cheap() -> None:
    """Put what torch and Python have built into large pages (Linux 6.1): a fork copies the table
    of pages, which is most of what an answer costs. Where that is not to be had nothing changes.
    """
    gc.collect()
    gc.freeze()  # children's collections leave these pages shared
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for words in map(str.split, lines):
        if "w" in words[1] and (len(words) < 6 or words[5] == "[heap]"):
            begin, end = (int(word, 16) for word in words[0].split("-"))
            begin = -(-begin // LARGE_PAGE) * LARGE_PAGE
            size = (end - begin) // LARGE_PAGE * LARGE_PAGE
            if size > 0:
                levels.collapse(begin, size)


def _may_import_from(path: str) -> bool:
    """From the standard library and packages, not from a clone of the lab."""
    visible = [os.path.realpath(folder) for folder in visible_files.python_folders()]
    real = os.path.realpath(path)
    return bool(path) and (real in visible or visible_files.lies_in(real, visible))


def supervise(settings: dict[str, Any], request: int, results: int, status: int) -> None:
    """Run one answer in isolation, report how it ended, and leave nothing behind. Never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ending: dict[str, Any] = {"exit": None, "signal": None, "timeout": False, "fault": ""}
    scratch = ""
    try:
        os.setsid()
        settings["memory"] += levels.address_space()
        settings["user"] = 100_000 + os.getpid() % 100_000  # nobody's
        levels.become_reaper()
        if settings["level"] == "namespaces":
            levels.unshare()
        else:
            scratch = tempfile.mkdtemp(prefix="answer-")
            os.chmod(scratch, 0o777)
        child = os.fork()
        if child == 0:
            os.close(status)
            _begin(settings, request, results, scratch)
        os.close(results)
        os.close(request)
        ending |= _wait(child, settings["wall_seconds"], settings["server"])
    except OSError as error:
        ending["fault"] = str(error)
    finally:
        with suppress(OSError):
            levels.kill_all_children()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
        with suppress(OSError):
            os.write(status, json.dumps(ending).encode())
        os._exit(0)


def _wait(child: int, seconds: float, server: int) -> dict[str, Any]:
    """How the child ended; it is ended after `seconds`, or when the server is gone."""
    deadline = time.monotonic() + seconds
    pause = 0.001
    while time.monotonic() < deadline and os.getppid() == server:
        pid, code, used = os.wait4(child, os.WNOHANG)
        if pid:
            ending = {"cpu": used.ru_utime + used.ru_stime}
            if os.WIFSIGNALED(code):
                return {"signal": os.WTERMSIG(code), **ending}
            return {"exit": os.WEXITSTATUS(code), **ending}
        time.sleep(pause)
        pause = min(0.02, pause * 1.5)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return {"timeout": True} if os.getppid() == server else {"fault": "the server is gone"}


def _begin(settings: dict[str, Any], request: int, results: int, scratch: str) -> None:
    """In a world of its own, process 1 sets up the file system and waits; else the child itself.

    Never returns.
    """
    try:
        levels.die_with_parent()
        readable = settings["readable"]
        settings["hidden"] = visible_files.hidden(LAB, settings.pop("secret"), readable)
        if settings["level"] == "namespaces":
            levels.enter_own_file_system(readable, settings["hidden"], settings["links"])
            child = os.fork()
            if child:
                os.close(results)
                _wait_as_process_1(child)
        _isolate_and_answer(settings, request, results, scratch)
    except BaseException as error:
        _send(results, {"isolation": f"{type(error).__name__}: {error}"})
        os._exit(1)


def _wait_as_process_1(child: int) -> None:
    """Take in orphans until the child ends; then this process ends, and with it all others."""
    while True:
        pid, code = os.waitpid(-1, 0)
        if pid == child:
            if os.WIFSIGNALED(code):
                os._exit(128 + os.WTERMSIG(code))
            os._exit(min(os.WEXITSTATUS(code), 127))


def _isolate_and_answer(settings: dict[str, Any], request: int, results: int, scratch: str) -> None:
    """Isolate this process, then run the answer. Never returns."""
    for stream in (0, 1, 2):
        os.dup2(settings["null"], stream)
    message = plain_values.decode(_read_all(request))
    _close_all_but(results)
    if scratch:
        os.chdir(scratch)
    place = scratch or levels.SCRATCH
    tempfile.tempdir = place  # it looks for a place by writing, which not every level allows
    os.environ.clear()
    os.environ.update(HOME="/", TMPDIR=place, TORCHINDUCTOR_CACHE_DIR=place, OMP_NUM_THREADS="1")
    _restrict_files(settings, scratch)
    largest_file = 0 if scratch else levels.SCRATCH_BYTES
    levels.set_limits(settings["cpu_seconds"], settings["memory"], largest_file)
    levels.drop_privileges(settings["user"] if all(map(open_to_all, sys.path)) else None)
    levels.die_with_parent()
    levels.refuse_calls(settings["filter"])
    _send(results, {"isolation": "complete"})
    try:
        run_answer(message, results)
    finally:
        os._exit(0)


def _restrict_files(settings: dict[str, Any], scratch: str) -> None:
    """Nothing that an answer finds, in its frames or above, says any longer where secrets are."""
    hidden = settings.pop("hidden")
    if settings["level"] == "landlock":
        levels.restrict_files([*settings["readable"], scratch], hidden)
    elif settings["level"] == "namespaces" and levels.landlock_version():
        levels.restrict_files(["/"], [], levels.SCRATCH)


def _close_all_but(results: int) -> None:
    """Close what this process has inherited; its standard streams stay."""
    for descriptor in range(3, 256):
        if descriptor != results:
            with suppress(OSError):
                os.close(descriptor)


def _read_all(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def run_answer(request: dict[str, Any], results: int) -> None:
    """Define what was answered, call it once for every case, and send what it returns."""
    torch.manual_seed(request["seed"])
    np.random.seed(request["seed"] % 2**32)
    kernel.replace_refused_calls()
    defined = None
    try:
        preamble = request["preamble"]
        answer = kernel_code.Answer(preamble, request["cells"], request["name"])
        if request["explain"]:
            _send(results, {"value": answer.code()})
            return
        defined = kernel.Kernel(preamble, answer)
        function = defined.function()
    except BaseException as error:
        _send(results, {"error": _describe(defined, error)})
        return
    for arguments in request["calls"]:
        try:
            message = plain_values.encode({"value": function(**arguments)})
        except BaseException as error:
            message = plain_values.encode({"error": _describe(defined, error)})
        _write(results, message)


def _describe(defined: Any, error: BaseException) -> list[str]:
    return defined.describe(error) if defined else [type(error).__name__, "", ""]


def _send(results: int, message: dict[str, Any]) -> None:
    _write(results, plain_values.encode(message))


def _write(results: int, message: bytes) -> None:
    view = memoryview(len(message).to_bytes(8, "big") + message)
    while view:
        view = view[os.write(results, view) :]


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
