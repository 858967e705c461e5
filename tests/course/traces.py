"""What an answer may leave behind: processes and files. No test in here."""

import time
from pathlib import Path


def processes():
    """Parent → children, from the list of all processes."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if rest[0] != "Z":
            found.setdefault(int(rest[1]), []).append(int(place.parent.name))
    return found


def below(pid):
    """All descendants of a process."""
    table = processes()
    found, rest = [], list(table.get(pid, []))
    while rest:
        found.append(rest.pop())
        rest += table.get(found[-1], [])
    return found


def left_files():
    return sorted(Path("/tmp").glob("answer-*")) + sorted(Path("/tmp").glob("left-*"))


def until(holds, seconds=20):
    """Wait until something holds; whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def started_with(word):
    """All processes in whose first environment a word stands."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if word.encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found
