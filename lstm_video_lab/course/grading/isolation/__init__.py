"""Run what is not trusted, behind the highest walls that the machine allows, and get plain values.

    with Sandbox() as sandbox:
        run = sandbox.run(given, source, "lstm_step", calls, seed=0)

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.grading.isolation.levels import LEVELS

SLACK = 10.0  # seconds beyond the wall limit in which walls go up and come down
START_SECONDS = 120.0  # in which torch is imported


@dataclass(frozen=True)
class Limits:
    """What an answer may use up."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory: int = 2**30  # bytes beyond what the child has from the start


@dataclass(frozen=True)
class Run:
    """What came back: for each call `{"value": …}` or `{"error": [kind, words, line]}`.

    `end` is "" if the child ended by itself and in order, else says how it ended; then nothing that
    it sent counts. An error before the first call (in the definitions) stands alone in `results`.
    """

    results: tuple[dict[str, Any], ...]
    end: str


class SandboxError(RuntimeError):
    """The sandbox itself failed: no answer is to blame."""


class Sandbox:
    """A server process that forks children behind walls; a context manager.

    level: one of LEVELS, None: the highest that this machine allows. Raises SandboxError where the
    server does not start, ValueError for an unknown level.
    """

    def __init__(self, level: str | None = None, limits: Limits | None = None) -> None:
        if level not in (None, *LEVELS):
            raise ValueError(f"no level is called {level!r}: choose one of {', '.join(LEVELS)}")
        self.limits = limits or Limits()
        self._start()
        self.level = level or next(filter(self._works, reversed(LEVELS)), "")
        if not self.level:
            self.close()
            raise SandboxError("no child can be run here: run `lstm-video-lab doctor`")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server; children end with it."""
        self._line.close()
        try:
            self._server.wait(SLACK)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def run(
        self,
        given: str,
        source: str,
        name: str,
        calls: Sequence[dict[str, Any]],
        *,
        seed: int = 0,
        limits: Limits | None = None,
    ) -> Run:
        """Define `given` and then `source` in a child, and call the function `name` for each case.

        Raises SandboxError where the sandbox itself fails, WireError for cases that are no plain
        values.
        """
        told = {"given": given, "source": source, "name": name, "calls": list(calls), "seed": seed}
        return self._run(plain_values.encode(told), self.level, limits or self.limits, len(calls))

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        file = Path(__file__).with_name("server.py")
        self._line = ours
        self._server = subprocess.Popen(
            [sys.executable, "-I", str(file)],
            stdin=theirs.fileno(),
            cwd="/",
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

    def _works(self, level: str) -> bool:
        request = {
            "given": "",
            "source": "def f(): return 1",
            "name": "f",
            "calls": [{}],
            "seed": 0,
        }
        try:
            run = self._run(plain_values.encode(request), level, Limits(), 1)
        except SandboxError:
            return False
        return run == Run(({"value": 1},), "")

    def _run(self, request: bytes, level: str, limits: Limits, calls: int) -> Run:
        told = {**vars(limits), "level": level}
        results, results_end = os.pipe()
        status, status_end = os.pipe()
        with tempfile.TemporaryFile() as file:
            file.write(request)
            file.flush()
            sent = [file.fileno(), results_end, status_end]
            try:
                socket.send_fds(self._line, [json.dumps(told).encode()], sent)
            except OSError as error:
                raise SandboxError(f"the server of the sandbox is gone: {error}") from None
            finally:
                os.close(results_end)
                os.close(status_end)
        deadline = time.monotonic() + limits.wall_seconds + SLACK
        try:
            data = _read(results, plain_values.LARGEST, deadline)
        finally:
            os.close(results)
        try:
            end = json.loads(_read(status, 10_000, deadline) or b"{}")
        finally:
            os.close(status)
        return _judge(data, end, calls)


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


def _messages(data: bytes, most: int) -> Iterator[Any]:
    """What was sent, one by one. Raises WireError for what is none, and for more than `most`."""
    begin = 0
    while begin < len(data):
        end = begin + 8 + int.from_bytes(data[begin : begin + 8], "big")
        if end > len(data) or most == 0:
            raise plain_values.WireError("it sent too much, or stopped in the middle")
        yield plain_values.decode(data[begin + 8 : end])
        begin, most = end, most - 1


def _judge(data: bytes, end: dict[str, Any], calls: int) -> Run:
    """The messages of a child, if it ended as it should."""
    messages: list[Any] = []
    broken = ""
    try:
        for message in _messages(data, 1 + max(calls, 1)):  # walls, then a result for each call
            messages.append(message)
    except plain_values.WireError as error:
        broken = f"what it sent cannot be read: {error}"
    walls = messages.pop(0) if messages else None
    if end.get("fault") or not isinstance(walls, dict) or walls.get("walls") != "up":
        words = walls.get("walls") if isinstance(walls, dict) else broken
        raise SandboxError(f"walls could not be put up: {end.get('fault') or words or end}")
    if not all(_is_result(message) for message in messages):
        broken = "what it sent is no result"
    return Run(tuple(messages) if not broken else (), _words(end) or broken)


def _is_result(message: Any) -> bool:
    """A value, or three words about an error, and nothing else."""
    if not isinstance(message, dict) or len(message) != 1:
        return False
    error = message.get("error", ["", "", ""])
    return "value" in message or (
        isinstance(error, list) and len(error) == 3 and all(type(word) is str for word in error)
    )


def _words(end: dict[str, Any]) -> str:
    """How a child ended that did not end in order."""
    if end.get("timeout"):
        return "it takes too long"
    code = end.get("exit")
    number = end.get("signal") or (code - 128 if code and code > 128 else None)
    if number:
        return f"it was ended by signal {number} (too much time or memory, or a crash)"
    if code != 0:
        return f"it ended the process with exit code {code}"
    return ""
