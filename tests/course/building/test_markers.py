"""A mark of a merge, or a header with a slip, is named by file and line, and never published."""

import re

import pytest
from course.tiny import NAME, SCRIPT

from lstm_video_lab.course.building.scripts import read_script
from lstm_video_lab.course.exercise_cells import ExerciseError
from lstm_video_lab.course.handout import files

CODE = "# %% Sum\nx = 1\n\n"
TEXT = "# %% [markdown]\n# Words\n#\n"

SLIPS = {  # what stands in a script, and the line that is refused
    "merged code": (
        f"{CODE}<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> other\n", (4, 6, 8)),
    "merged text": (
        f"{TEXT}<<<<<<< HEAD\n# a\n||||||| base\n# c\n=======\n# b\n>>>>>>> other\n",
        (4, 6, 8, 10)),
    "merged string": (f'{CODE}text = """\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> o\n"""\n', (5, 9)),
    "the middle left": (f"{CODE}=======\nx = 3\n", (4,)),
    "one end left": (f"{TEXT}# a\n>>>>>>> branch\n", (5,)),
    "in a text cell of the notebook": (f"{TEXT}# <<<<<<< HEAD\n", (4,)),
    "a letter lost": (f"{CODE}# %% [markdwn]\n# a\n", (4,)),
    "a capital": (f"{CODE}# %% [Markdown]\n# a\n", (4,)),
    "other brackets": (f"{CODE}# %% (markdown)\n# a\n", (4,)),
    "half a bracket": (f"{CODE}# %% markdown]\n# a\n", (4,)),
    "no brackets": (f"{CODE}# %% markdown\n# a\n", (4,)),
    "behind a title": (f"{CODE}# %% Words [mrkdown]\n# a\n", (4,)),
    "code": (f"{CODE}# %% [code]\nx = 1\n", (4,)),
    "twice": (f"{CODE}# %% [markdown] [md]\n# a\n", (4,)),
    "no blank": (f"{CODE}# %%[markdown]\n# a\n", (4,)),
    "no blank before a title": (f"{CODE}# %%Title\nx = 1\n", (4,)),
    "in a text": (f"{TEXT}# %%Title\n# a\n", (4,)),
    "no blank behind #": (f"{CODE}#%% Title\nx = 1\n", (4,)),
    "indented": (f"{CODE} # %% Title\nx = 1\n", (4,)),
    "twice #": (f"{CODE}## %% Title\nx = 1\n", (4,)),
    "three": (f"{CODE}# %%%\nx = 1\n", (4,)),
    "a per cent lost": (f"{CODE}# % Title\nx = 1\n", (4,)),
    "both lost": (f"{CODE}# [markdown]\n# a\n", (4,)),
    "the hash lost": (f"{CODE}%% Title\nx = 1\n", (4,)),
    "no [markdown]": (f"{CODE}# %%\n# What is this, and why?\n", (4,)),
    "no header at all": ("# Words about it\n\n# %%\nx = 1\n", (1,)),
    "no header for code": (f"{TEXT}# a\nx = 1\n", (5,)),
}  # fmt: skip


def write(tmp_path, text, name="01_lesson"):
    script = tmp_path / f"{name}.py"
    script.write_text(text)
    return script


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_by_file_and_line(tmp_path, slip):
    text, numbers = SLIPS[slip]
    with pytest.raises(ValueError) as error:
        read_script(write(tmp_path, text))
    lines = str(error.value).splitlines()
    places = [int(re.match(r"01_lesson\.py:(\d+): ", line)[1]) for line in lines]
    assert tuple(places) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "# %%\n# %%time\nx = 1\n",
        "# %% Timed\n\n# %%bash\n# ls\n",
        '# %% language="bash"\n# ls\n',
        "# %% Values in [0, 1]\nx = 1\n",
        "# %% [raw]\n# a\n",
        '# %% [markdown]\n"""\nWords\n=======\n"""\n',
        "# %% [markdown]\n# Words\n# =======\n# 8\n# % of all\n",
        '# %%\nprint("""\n# %%[markdown]\n=======\n""")\n',
        '# %% a hint\n# hint("sum")\n',
        "# %% Row [0]\nx = 1\n",
        "# %% raw\nx = 1\n",
        "# %% code\nx = 1\n",
        "x = 1\n",
        "#!/usr/bin/env python\n\n# %%\nx = 1\n",
    ],
)
def test_what_only_looks_like_a_slip_is_taken(tmp_path, text):
    assert read_script(write(tmp_path, text)).cells


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return helper(x)\n", "<<<<<<< HEAD\n    return helper(x)\n=======\n>>>>>>> b\n"),
        ("# Why?\n", "<<<<<<< HEAD\n# Why?\n=======\n# How?\n>>>>>>> b\n"),
        ('"""Twice x, (N,)."""', '"""Twice x.\n<<<<<<< HEAD\n=======\n>>>>>>> b\n"""'),
        ('print("checked")', 'print("""checked\n<<<<<<< HEAD\n>>>>>>> b""")'),
        ("# %% [markdown]", "# %% [markdwn]"),
        ("# %% check double", "# %%check double"),
        ("# %% check double", "# % check double"),
    ],
)
def test_a_slip_in_a_solution_reaches_no_student(tmp_path, old, new):
    assert old in SCRIPT
    folder = tmp_path / "solutions"
    folder.mkdir()
    write(folder, SCRIPT.replace(old, new, 1), NAME)
    with pytest.raises((ExerciseError, ValueError), match=rf"^{NAME}\.py:\d+: "):
        files(folder)
