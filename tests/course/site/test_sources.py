"""The pages of the site as sphinx gets them, and what is refused before it runs."""

import json

import pytest

from lstm_video_lab.cli import main
from lstm_video_lab.course.site import live_files, sources
from lstm_video_lab.course.site.build import write_site
from lstm_video_lab.course.site.extension import plain_to_rst

WORDS = """# 00 · Home

| lesson | you will see |
| --- | --- |
| [00](00_home.ipynb) | nothing |

| word | meaning here |
| --- | --- |
| frame | one picture of a clip |
| cell state | the memory, c |

After it."""


@pytest.fixture
def course(tmp_path):
    """A course of three lessons and an exercise."""
    lessons = {"00_home": WORDS, "06_both": "# 06 · Both\n\n[up](#The-State)", "06b_more": "# More"}
    exercises = {"01_one": "# One\n\n[it](../notebooks/06_both.ipynb#The-State)"}
    for folder, texts in ("notebooks", lessons), ("exercises", exercises):
        (tmp_path / folder).mkdir()
        for name, text in texts.items():
            cell = {"cell_type": "markdown", "metadata": {}, "id": "a", "source": [text]}
            (tmp_path / folder / f"{name}.ipynb").write_text(
                json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
            )
    (tmp_path / "README.md").write_text("| `06_both` | how two *losses* meet |\n")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "01_one.ipynb").write_text("the answer")
    return tmp_path


def text_of(folder, name):
    cells = json.loads((folder / name).read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]


def test_it_takes_whatever_lessons_there_are(course, tmp_path):
    pages = tmp_path / "pages"
    assert sources.write_sources(course, pages) == 3
    front = (pages / "index.md").read_text("utf-8")
    assert "| [06 · Both](notebooks/06_both.ipynb) | how two *losses* meet |" in front
    assert "notebooks/00_home\nnotebooks/06_both\nnotebooks/06b_more\n" in front
    assert "exercises/01_one\n" in front
    assert not any("answer" in path.read_text("utf-8") for path in pages.rglob("*.*"))


def test_the_model_is_alive_on_the_front_page_and_in_lesson_06_only(course, tmp_path):
    sources.write_sources(course, tmp_path / "pages")
    alive = [
        path.relative_to(tmp_path / "pages").as_posix()
        for path in sorted((tmp_path / "pages").rglob("*.*"))
        if "data-live-model" in path.read_text("utf-8")
    ]
    assert alive == ["index.md", "notebooks/06_both.ipynb"]


def test_headings_are_found_by_one_rule(course, tmp_path):
    sources.write_sources(course, tmp_path / "pages")
    assert text_of(tmp_path / "pages", "notebooks/06_both.ipynb")[0].endswith("[up](#the-state)")
    exercise = text_of(tmp_path / "pages", "exercises/01_one.ipynb")[0]
    assert exercise.endswith("(../notebooks/06_both.ipynb#the-state)")


def test_the_words_are_those_of_lesson_00(course, tmp_path):
    sources.write_sources(course, tmp_path / "pages")
    glossary = (tmp_path / "pages" / "glossary.md").read_text("utf-8")
    assert "cell state\n  the memory, c\n\nframe\n  one picture of a clip\n" in glossary
    assert "lesson" not in glossary.split("```{glossary}")[1]


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("`x` (B, X) and ``y``", "``x`` (B, X) and ``y``"),
        ("a * b, |c|, d_ and x_0", r"a \* b, \|c\|, d\_ and x\_0"),
        ("name: words\n    more", "::\n\n    name: words\n        more"),
    ],
)
def test_docstrings_are_read_as_they_are_written(plain, expected):
    assert plain_to_rst(plain) == expected


def test_modules_become_one_script_without_sharing_their_names(tmp_path):
    (tmp_path / "a.js").write_text("export function f() {}\nconst own = 1;\nexport const g = 2;\n")
    (tmp_path / "b.js").write_text('import { f } from "../x/a.js";\nconst own = 2;\nf();\n')
    script = live_files.bundle((tmp_path / "a.js", tmp_path / "b.js"))
    assert "const { f } = lstmVideoLab_a;" in script
    assert "return { f, g };" in script
    assert "import" not in script and "export" not in script


def test_a_folder_that_is_no_site_is_kept(course, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years")
    with pytest.raises(ValueError, match=r"mine is not empty and holds no site: name a new"):
        write_site(course, mine)
    assert (mine / "thesis.txt").read_text() == "years"


def test_where_there_are_no_lessons_a_line_says_so(tmp_path):
    (tmp_path / "course").mkdir()
    with pytest.raises(ValueError, match="holds no lessons: run this in a clone"):
        write_site(tmp_path / "course", tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["course"], "something is left behind"


@pytest.mark.parametrize("other", [["--check"], ["06"], ["--html", "h"], ["--accept"]])
def test_flags_that_would_do_nothing_beside_it_are_refused(other, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["build", *other, "--site", "site"]) == 2
    assert "--site" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
