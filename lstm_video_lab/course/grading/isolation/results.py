"""What came back from a child that nobody trusts: data that anybody may have forged."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lstm_video_lab.course import plain_values

TOO_LONG = "it takes too long"


class SandboxError(RuntimeError):
    """The sandbox itself failed: no answer is to blame."""


@dataclass(frozen=True)
class Run:
    """What came back: for each call `{"value": …}` or `{"error": [kind, words, line]}`.

    `end` is "" if the child ended by itself and in order, else says how it ended; then nothing that
    it sent counts. An error before the first call (in the definitions) stands alone in `results`.
    """

    results: tuple[dict[str, Any], ...]
    end: str


def was_killed(ending: dict[str, Any], level: str, cpu_seconds: float) -> bool:
    """Whether a process ended as only another one can end it: it had time left, and no rights."""
    killed = ending.get("signal") == 9
    if level == "namespaces":  # its process 1 ended, and told how its child did
        killed = ending.get("exit") == 128 + 9
    return killed and ending.get("cpu", 0.0) < cpu_seconds


def _messages(data: bytes, most: int) -> Iterator[Any]:
    """What was sent, one by one.

    Raises PlainValueError for what is no message, and where there are more than `most`.
    """
    begin = 0
    count = 0
    while begin < len(data):
        end = begin + 8 + int.from_bytes(data[begin : begin + 8], "big")
        if end > len(data) or count == most:
            raise plain_values.PlainValueError("it sent too much, or stopped in the middle")
        yield plain_values.decode(data[begin + 8 : end])
        begin = end
        count += 1


def read_run(sent: bytes, ending: dict[str, Any], calls: int) -> Run:
    """The results of a child that sent these bytes, if it ended as it should.

    The first message says that it is isolated; after it comes a result for each call.
    """
    messages: list[Any] = []
    broken = ""
    try:
        for message in _messages(sent, 1 + max(calls, 1)):
            messages.append(message)
    except plain_values.PlainValueError as error:
        broken = f"what it sent cannot be read: {error}"
    first = messages.pop(0) if messages else None
    isolation = first.get("isolation") if isinstance(first, dict) else None
    fault = ending.get("fault")
    if fault or isolation != "complete":
        reason = fault or isolation or broken or ending
        raise SandboxError(f"isolation could not be set up: {reason}")
    if not all(_is_result(message) for message in messages):
        broken = "what it sent is no result"
    results = () if broken else tuple(messages)
    return Run(results, _words_about(ending) or broken)


def _is_result(message: Any) -> bool:
    """A value, or three words about an error, and nothing else."""
    if not isinstance(message, dict) or len(message) != 1:
        return False
    if "value" in message:
        return True
    error = message.get("error")
    return isinstance(error, list) and len(error) == 3 and all(type(word) is str for word in error)


def _words_about(ending: dict[str, Any]) -> str:
    """How a child ended that did not end in order."""
    if ending.get("timeout"):
        return TOO_LONG
    code = ending.get("exit")
    number = ending.get("signal")
    if not number and code and code > 128:  # the end of process 1's child
        number = code - 128
    if number == signal.SIGXCPU:
        return TOO_LONG
    if number:
        return f"it was ended by signal {number} (too much time or memory, or a crash)"
    if code != 0:
        return f"it ended the process with exit code {code}"
    return ""
