"""No solution reaches a student, whatever an author's slip; and the search for leaks finds them."""

import base64
import json
import re
import zlib
from pathlib import Path

import pytest
from course import leaks
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.course import handout
from lstm_video_lab.course.exercises import ExerciseError, read_exercise

ROOT = Path(__file__).resolve().parents[2]
SECRETS = leaks.secrets_of(ROOT / "solutions")
SCRIPTS = {path.name: path.read_text("utf-8") for path in (ROOT / "solutions").glob("*.py")}

# Whatever students must not see has a zebra in it.
ZEBRA = '''# %% [markdown]
# # Exercise 1 · Twice

# %% what it will look like
print("a picture")

# %% given
FACTOR = 2

# %% answer double, 3 points
def double(x):
    """Twice x."""
    # BEGIN SOLUTION
    return FACTOR * x  # zebra
    # END SOLUTION

# %% check double
print("checked")

# %% a hint for counting
# hint("double")

# %% written why, 1 point [markdown]
# Why twice?
#
# BEGIN SOLUTION
# A zebra has two of everything.
# END SOLUTION

# %% cases double
def visible(rng):
    yield {"x": torch.ones(2)}  # zebra

def hidden(rng):
    yield {"x": torch.from_numpy(rng.normal(size=3))}

# %% hints double
"""Think of a zebra."""

# %% rewrite double: by a sum
def by_sum(x):
    return x + x  # zebra

# %% mistake double: wrong 0
def wrong0(x):
    """Not 0 zebras."""
    return 0 * x

# %% rewrite double: by halves
def by_halves(x):
    return x / 0.5  # zebra
''' + "".join(
    f'\n# %% mistake double: wrong {k}\ndef wrong{k}(x):\n    """Not {k} zebras."""\n'
    f"    return {k} * x\n"
    for k in (1, 3, 4, 5)
)
HEADS = [
    number
    for number, line in enumerate(ZEBRA.partition("# %% rewrite double: by halves")[0].split("\n"))
    if line.startswith("# %%") or "SOLUTION" in line
]


def handed_out(script):
    """The cells that students would get; None where the script is refused, by file and line."""
    try:
        return [cell.source for cell in read_exercise(script).cut().cells]
    except ExerciseError as error:
        assert re.fullmatch(rf"{script.name}:[1-9]\d*: .+", str(error))
        return None


@pytest.mark.parametrize("number", HEADS)
def test_a_slip_in_a_title_or_a_mark_changes_nothing_or_is_refused(tmp_path, number):
    """Each character of it left out, doubled, or of the other case; or the whole line."""
    script = tmp_path / "01_twice.py"
    script.write_text(ZEBRA)
    intact = handed_out(script)
    assert intact and "zebra" not in "".join(intact).casefold()
    lines = ZEBRA.split("\n")
    line = lines[number]
    slips = {line.upper(), line.title(), f" {line}", f"#{line}", f"{line} ?", f"{line}  # so"}
    for n, letter in enumerate(line):
        slips |= {line[:n] + new + line[n + 1 :] for new in ("", 2 * letter, letter.swapcase())}
    for slip in slips - {line}:
        script.write_text("\n".join([*lines[:number], slip, *lines[number + 1 :]]))
        assert handed_out(script) in (None, intact), slip
    script.write_text("\n".join(lines[:number] + lines[number + 1 :]))
    assert "zebra" not in "".join(handed_out(script) or []).casefold()


@st.composite
def slipped(draw):
    """The name of a script, and its text after a slip anywhere in it."""
    name = draw(st.sampled_from(sorted(SCRIPTS)))
    lines = SCRIPTS[name].split("\n")
    heads = [n for n, line in enumerate(lines) if re.match(r'# %%| *""|.*SOLUTION', line)]
    number = draw(st.sampled_from(heads) | st.integers(0, len(lines) - 2))
    line = lines[number]
    place = draw(st.integers(0, len(line)))
    lines[number] = draw(
        st.sampled_from(
            [
                line[:place] + line[place + 1 :],
                line[:place] + line[place : place + 1].swapcase() + line[place + 1 :],
                line.replace("#", "", 1),
                line.replace('"""', "", 1),
                line.replace("%", "", 1),
                f"{line}\n{line}",
                f"{line} {lines.pop(number + 1)}",
                f'{line}\n"""',
            ]
        )
    )
    if draw(st.booleans()) and not re.search("SOLUTION", lines[number]):
        del lines[number]
    return name, "\n".join(lines)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(slipped())
def test_a_slip_anywhere_in_a_script_leaks_nothing(tmp_path_factory, slip):
    name, text = slip
    script = tmp_path_factory.mktemp("slip") / name
    script.write_text(text, "utf-8")
    cells = handed_out(script) or []
    assert list(leaks.lines_in("\n".join(cells), SECRETS)) == []


def planted(text, place, root):
    """Put a text into a file of those that students get."""
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if place.endswith("packed.json"):
        packed = base64.b64encode(zlib.compress(json.dumps([text]).encode() + b"\n\x00"))
        text = json.dumps({"hints": [], "cases": packed.decode()})
    elif place.endswith(".json"):
        text = json.dumps({"hints": [" ".join(text.split())]})
    elif place.startswith("notebooks"):
        outputs = [{"data": {"text/plain": text.splitlines(keepends=True)}}]
        text = json.dumps({"cells": [{"source": "", "outputs": outputs}]})
    elif place.endswith(".ipynb"):
        text = json.dumps({"cells": [{"source": text, "metadata": {}}]}, indent=1)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    "place",
    [
        "exercises/01_lstm_cell.py",
        "exercises/01_lstm_cell.ipynb",
        "exercises/more/any name",
        "notebooks/02_lstm_cell.ipynb",
        "lstm_video_lab/course/visible/lstm_step.json",
        "lstm_video_lab/course/visible/packed.json",
        "lstm_video_lab/course/grading/help.html",
    ],
)
def test_every_secret_line_is_found_wherever_it_goes(tmp_path, place):
    (tmp_path / "solutions").symlink_to(ROOT / "solutions")
    planted("\n".join(f"    {line}" for line in SECRETS), place, tmp_path)
    assert len(leaks.leaks(tmp_path)) == len(SECRETS)


def cut_carelessly(text):
    """What students get if a cell is copied unless its title is known, and any mark is believed."""
    lines, is_within = [], False
    for title, cell in leaks.cells_of(text):
        if re.fullmatch(r"(cases|hints|rewrite|mistake) \w+(: .+)?", title):
            continue
        for line in cell:
            if line.strip() in ("# BEGIN SOLUTION", "# END SOLUTION"):
                is_within = "BEGIN" in line
            elif not is_within:
                lines.append(line)
    return "\n".join(lines)


REWRITE = "# %% rewrite lstm_step: with loops over films and units"
ASKED = "# %% written why_peep, 1 point [markdown]"
MODEL = "# The new state is made with the input gate: it would have to be known before itself.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (REWRITE, REWRITE.replace("rewrite", "Rewrite")),
        (REWRITE, REWRITE.replace("rewrite", "rewirte")),
        (REWRITE, REWRITE.replace("rewrite", "rewrites")),
        (REWRITE, REWRITE.replace(":", "")),
        (REWRITE, REWRITE.replace(" lstm", "  lstm")),
        (REWRITE, "# %% with loops"),
        (REWRITE, "# %%"),
        ("# %% mistake lstm_step: gates", "# %% mistakes lstm_step: gates"),
        ("# %% cases run_lstm", "# %% case run_lstm"),
        ("# %% cases run_lstm", "# %% cases, run_lstm"),
        ("    # BEGIN SOLUTION\n    i, f", "    # BEGIN SOLUTION (short)\n    i, f"),
        ("    # BEGIN SOLUTION\n    i, f", "    #BEGIN SOLUTION\n    i, f"),
        ("    # BEGIN SOLUTION\n    i, f", "    # begin solution\n    i, f"),
        ("    # BEGIN SOLUTION\n    i, f", "    # END SOLUTION\n    i, f"),
        ("    # BEGIN SOLUTION\n    i, f", "    i, f"),
        ("# BEGIN SOLUTION\n# The", "# BEGIN SOLUTIONS\n# The"),
        (f"# BEGIN SOLUTION\n{MODEL}# END SOLUTION", f"# END SOLUTION\n{MODEL}# BEGIN SOLUTION"),
        (f"# BEGIN SOLUTION\n{MODEL}# END SOLUTION", f"# BEGIN ANSWER\n{MODEL}# END ANSWER"),
    ],
)  # fmt: skip
def test_a_careless_cut_is_found_and_the_build_refuses_the_script(tmp_path, old, new):
    intact = SCRIPTS["01_lstm_cell.py"]
    assert intact.count(old) == 1
    text = intact.replace(old, new)
    for folder in ("solutions", "exercises"):
        (tmp_path / folder).mkdir()
    script = tmp_path / "solutions" / "01_lstm_cell.py"
    student = tmp_path / "exercises" / "01_lstm_cell.py"
    for written, is_leaked in ((intact, False), (text, True)):
        script.write_text(written, "utf-8")
        student.write_text(cut_carelessly(written), "utf-8")
        assert bool(leaks.leaks(tmp_path)) == is_leaked
    with pytest.raises(ExerciseError, match=r"^01_lstm_cell\.py:\d+: ."):
        handout.files(tmp_path / "solutions")
