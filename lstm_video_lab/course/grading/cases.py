"""The calls of an answer, and what is right for them: worked out once for a whole class."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.check import beside_target
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Answer, Variant
from lstm_video_lab.plots.canvas import Picture

MOST_PICTURES = 50  # that are kept of one answer


class Cases:
    """Calls of one kind, "visible" or "hidden", drawn from a seed.

    Nobody changes a value that is kept here: an answer gets its arguments as bytes.
    """

    def __init__(self, reference: Answer, kind: str, seed: int) -> None:
        self.reference = reference
        self.calls = reference.calls(kind, seed)
        self._of_mistakes: dict[tuple[int, int], Any] = {}
        self._pictures: dict[bytes, Picture | None] = {}

    @cached_property
    def expected(self) -> list[Any]:
        """What the solution returns for each call."""
        function = self.reference.function()
        return [function(**plain_values.copy_of(arguments)) for arguments in self.calls]

    def hint(self, number: int, value: Any) -> str:
        """The hint of the first known mistake that gives just this value for a call."""
        for k, mistake in enumerate(self.reference.mistakes):
            if (number, k) not in self._of_mistakes:
                self._of_mistakes[number, k] = self._mistaken(number, mistake)
            mistaken = self._of_mistakes[number, k]
            if isinstance(mistaken, Exception):
                continue
            if difference(value, mistaken, self.reference.tolerance) is None:
                return mistake.hint
        return ""

    def _mistaken(self, number: int, mistake: Variant) -> Any:
        """What a mistake returns for a call, or the exception that it ends with."""
        try:
            function = self.reference.function(mistake)
            return function(**plain_values.copy_of(self.calls[number]))
        except Exception as error:
            return error

    def picture(self, value: Any) -> Picture | None:
        """A value beside what is right for the first call; None where nothing can be drawn."""
        key = hashlib.sha256(plain_values.encode(value)).digest()  # many send the same value
        if key not in self._pictures:
            if len(self._pictures) == MOST_PICTURES:
                self._pictures.clear()
            shows = self.reference.shows
            self._pictures[key] = beside_target(shows, value, self.expected[0])
        return self._pictures[key]
