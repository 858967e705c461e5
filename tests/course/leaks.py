"""Looks for solutions in what students get, and shares no code with what cuts them. No test here.

It reads `solutions/*.py` as plain text. A cell is public if its title is one of a few that are
spelt exactly; all else in a script is secret, whatever it was meant to be.
"""

import base64
import functools
import json
import re
import zlib

LEAST = 25  # characters: a shorter line may stand anywhere
PUBLIC = re.compile(
    r"(\[markdown\])?|given|check \w+|answer \w+, \d+ points?|written \w+, \d+ points? \[markdown\]"
    r"|what it will look like|the target of the fourth part|a hint( for [a-z ,]+)?"
)
# Folders that are not handed out, and the skeleton that every new exercise begins with.
OTHERS = {"__pycache__", ".ipynb_checkpoints", "exercise"}
# Lines of solutions that the library's own code has too: it computes the same.
OF_THE_LIBRARY = {
    "return torch.stack(outputs)",
    "return (1 - z) * h + z * n",
    "for t in range(num_frames):",
    "early, late = v[: len(v) - k], v[k:]",
    "power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))",
    "fallen = np.cumsum(curve < 0, axis=0)[1:-1] > 0",
}


def leaks(root):
    """A line for every secret line in a file that students get."""
    secrets = secrets_of(root / "solutions")
    reports = []
    for path, text in handed_out(root):
        is_library = path.suffix == ".py" and "lstm_video_lab" in path.relative_to(root).parts
        for line in lines_in(text, secrets):
            if not (is_library and line in OF_THE_LIBRARY):
                reports.append(f"{path.relative_to(root)}: {line!r} of {secrets[line]}")
    return reports


def secrets_of(folder):
    """Secret line → the script and the title of its cell."""
    secrets, public = {}, []
    for script in sorted(folder.glob("*.py")):
        for title, lines in cells_of(script.read_text("utf-8")):
            shown, hidden = divided(title, lines)
            public += shown
            for line in hidden:
                plain = line.strip().removeprefix("# ")
                if len(plain) >= LEAST:
                    secrets[plain] = f"{script.name}, {title!r}"
    all_public = "\n".join(public)
    return {line: place for line, place in secrets.items() if line not in all_public}


def cells_of(text):
    """(title, lines) of each cell; a line with `# %` in front begins one, however it goes on."""
    cells = [("", [])]
    for line in text.splitlines():
        if match := re.match(r"\s*#\s*%+ ?(.*)", line):
            cells.append((match[1], []))
        else:
            cells[-1][1].append(line)
    return cells


def divided(title, lines):
    """(public lines, secret lines) of a cell. Hints are neither: they travel by themselves."""
    if title.startswith("hints "):
        return [], []
    if title.startswith("mistake "):
        return [], without_docstring(lines)
    defines = any(line.startswith(("def ", "class ")) for line in lines)
    may_define = title.startswith(("given", "answer"))
    if not PUBLIC.fullmatch(title) or (defines and not may_define):
        return [], lines
    marks = [n for n, line in enumerate(lines) if re.search("solution", line, re.I)]
    if title.startswith(("answer", "written")) and len(marks) < 2:
        return [], lines
    if not title.startswith(("answer", "written")):
        marks = [n for n in marks if re.search("begin|end", lines[n], re.I)]
    if not marks:
        return lines, []
    return lines[: marks[0]] + lines[marks[-1] + 1 :], lines[marks[0] : marks[-1] + 1]


def without_docstring(lines):
    """What a mistake's cell holds but for its first docstring, which is the hint."""
    begin = next((n for n, line in enumerate(lines) if '"""' in line), len(lines))
    end = begin
    while end < len(lines) and "\n".join(lines[begin : end + 1]).count('"""') < 2:
        end += 1
    return lines[:begin] + lines[end + 1 :]


def handed_out(root):
    """(path, text) of each file that students get: exercises, lessons, and the whole wheel."""
    for folder in ("exercises", "notebooks", "lstm_video_lab"):
        for path in sorted((root / folder).rglob("*")):
            is_read = path.is_file() and path.suffix != ".safetensors"  # numbers only
            if is_read and not OTHERS & set(path.relative_to(root).parts[:-1]):
                yield path, text_of(path)


def text_of(path):
    """All that a file says: the strings of a notebook, the packed calls of a checker's file."""
    text = path.read_bytes().decode("utf-8", "ignore")
    if path.suffix not in (".json", ".ipynb"):
        return text
    content = json.loads(text)
    packed = content.get("cases") if isinstance(content, dict) else None
    if path.parent.name == "visible" and isinstance(packed, str):
        head = zlib.decompress(base64.b64decode(packed)).partition(b"\n")[0]  # numbers follow
        content = [content, json.loads(head)]
    return "\n".join(strings_in(content))


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings_in(inner)
    elif isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            yield "".join(value)  # the lines of a notebook's cell
        for inner in value:
            yield from strings_in(inner)


def lines_in(text, secrets):
    """The secret lines that a text holds, in code, in prose, or escaped within a string."""
    words = words_of(text)
    spaced = spaces_as_one(text)
    for line in secrets:
        if words_of_line(line) <= words and (line in text or spaces_as_one(line) in spaced):
            yield line


def spaces_as_one(text):
    return " ".join(text.split())


def words_of(text):
    return frozenset(re.findall(r"\w+", text))


words_of_line = functools.cache(words_of)
