"""Run what is not trusted in the strongest isolation that the machine allows; get plain values.

    with Sandbox() as sandbox:
        run = sandbox.run(preamble, source, "lstm_step", calls, seed=0)

The answer runs in a child of a child of `server`, which has imported torch and knows no secret.
What it sends back is data that anybody may have forged: it is decoded with suspicion here, and
compared here, never there.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.grading.isolation.levels import LEVELS
from lstm_video_lab.course.grading.isolation.results import (
    Run,
    SandboxError,
    read_run,
    was_killed,
)

SLACK = 10.0  # seconds beyond the limit of an answer, to set its isolation up and take it down
START_SECONDS = 120.0  # in which torch is imported


@dataclass(frozen=True)
class Limits:
    """What an answer may use up.

    The time of the processor counts, so that a mark does not depend on what else the machine does;
    the time on the wall is there for what sleeps.
    """

    wall_seconds: float = 200.0
    cpu_seconds: float = 20.0
    memory: int = 2**30  # bytes beyond what the child has from the start


PROBE = {
    "preamble": "",
    "cells": [(1, "def f(): return 1")],
    "name": "f",
    "calls": [{}],
    "seed": 0,
    "explain": False,
}
PROBED = Run(({"value": 1},), "")  # what the probe comes to where a level works


KEPT_NAMES = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")  # what Python needs to start
FIND_OUT = """
import os

def can_read(paths):
    return [path for path in paths if is_open(path)]

def is_open(path):
    try:
        with open(path, "rb") as file:
            return file.read(1) != b""
    except OSError:
        return False
"""


def clean_environment() -> dict[str, str]:
    """What a process of a grading may know of the instructor's: no token, no name, no option.

    A process has it in its memory from the start to the end, whatever it does later.
    """
    kept = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}


class Sandbox:
    """A server process that forks isolated children; a context manager.

    level   one of LEVELS, None: the highest that this machine allows
    secret  folders that no answer may see, wherever they lie
    Raises SandboxError where the server does not start, ValueError for an unknown level.
    """

    def __init__(
        self,
        level: str | None = None,
        limits: Limits | None = None,
        *,
        secret: Sequence[Path] = (),
    ) -> None:
        if level not in (None, *LEVELS):
            raise ValueError(f"no level is called {level!r}: choose one of {', '.join(LEVELS)}")
        self.limits = limits or Limits()
        self.secret = [os.path.realpath(folder) for folder in secret]
        self._start()
        self.level = level or self._highest_level()
        if not self.level:
            self.close()
            raise SandboxError("no child can be run here: run `lstm-video-lab doctor`")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server; children end with it."""
        self._requests.close()
        try:
            self._server.wait(SLACK)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def run(
        self,
        preamble: str,
        source: str | Sequence[tuple[int, str]],
        name: str,
        calls: Sequence[dict[str, Any]],
        *,
        seed: int = 0,
        limits: Limits | None = None,
        explain: bool = False,
    ) -> Run:
        """Run `preamble`, then `source` in a child, and call the function `name` for each case.

        source   a cell, or the cells of a notebook with their numbers
        calls    the arguments of each case
        explain  run nothing: the one value is the code that would have been run
        Raises SandboxError where the sandbox itself fails, PlainValueError for arguments that are
        no plain values.
        """
        request = {
            "preamble": preamble,
            "cells": [(1, source)] if isinstance(source, str) else list(source),
            "name": name,
            "calls": list(calls),
            "seed": seed,
            "explain": explain,
        }
        return self._run(request, self.level, limits or self.limits)

    def can_read(self, paths: Sequence[Path]) -> list[str]:
        """Those of these files that an answer can read, by any of their names."""
        names = [str(name) for path in paths for name in {path.absolute(), path.resolve()}]
        run = self.run("", FIND_OUT, "can_read", [{"paths": names}])
        if run.end or len(run.results) != 1 or "value" not in run.results[0]:
            raise SandboxError(f"what an answer can read is not known: {run}")
        return list(run.results[0]["value"])

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        file = Path(__file__).with_name("server.py")
        self._requests = ours
        self._server = subprocess.Popen(
            [sys.executable, "-I", str(file)],
            stdin=theirs.fileno(),
            cwd="/",
            env=clean_environment(),
            start_new_session=True,
        )
        theirs.close()
        ours.settimeout(START_SECONDS)
        try:
            ready = ours.recv(1000)
        except TimeoutError:
            ready = b""
        if not ready:
            self._server.kill()
            raise SandboxError("the server of the sandbox does not start: is torch installed?")

    def _highest_level(self) -> str:
        """ "" where no level works."""
        for level in reversed(LEVELS):
            if self._works(level):
                return level
        return ""

    def _works(self, level: str) -> bool:
        try:
            return self._run(PROBE, level, Limits()) == PROBED
        except SandboxError:
            return False

    def _run(self, request: dict[str, Any], level: str, limits: Limits) -> Run:
        data = plain_values.encode(request)
        results, results_end = os.pipe()
        status, status_end = os.pipe()
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            settings = {**vars(limits), "level": level, "secret": self.secret}
            descriptors = [file.fileno(), results_end, status_end]
            try:
                socket.send_fds(self._requests, [json.dumps(settings).encode()], descriptors)
            except OSError as error:
                raise SandboxError(f"the server of the sandbox is gone: {error}") from None
            finally:
                os.close(results_end)
                os.close(status_end)
        deadline = time.monotonic() + limits.wall_seconds + SLACK
        try:
            sent = _read(results, plain_values.LARGEST, deadline)
        finally:
            os.close(results)
        try:
            ending = json.loads(_read(status, 10_000, deadline) or b"{}")
        finally:
            os.close(status)
        if was_killed(ending, level, limits.cpu_seconds):
            raise SandboxError("the answer's process was killed from outside: is memory short?")
        return read_run(sent, ending, len(request["calls"]))


def _read(descriptor: int, most: int, deadline: float) -> bytes:
    """All that is written until it is closed, `most` bytes at the most, or until the deadline."""
    parts, size = [], 0
    while size <= most:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        part = os.read(descriptor, 1 << 20)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)
