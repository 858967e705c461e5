"""Links of lessons, exercises and pages: the project has none that leads nowhere."""

from pathlib import Path

import pytest

from lstm_video_lab.course.building import links, texts

ROOT = Path(__file__).resolve().parents[3]
HEADINGS = "# 02 · A cell\n\n## The map, `c` and *h*\n"


@pytest.fixture
def world(tmp_path):
    """A small project; `write` puts Markdown into its page, its lesson or its exercise."""
    for folder in ("notebooks", "solutions", "exercises", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs" / "picture.png").write_bytes(b"")
    (tmp_path / "docs" / "Other.md").write_text("# Same\n\n## Same\n\n## Ünder_score, e.g. 2²\n")
    (tmp_path / "notebooks" / "02_cell.py").write_text(commented(HEADINGS))
    (tmp_path / "notebooks" / "02_cell.ipynb").write_text("{}")
    (tmp_path / "exercises" / "03_next.ipynb").write_text("{}")
    places = {
        "docs/page.md": lambda words: words,
        "README.md": lambda words: words,
        "notebooks/01_lesson.py": commented,
        "solutions/02_exercise.py": commented,
    }

    def write(place, words):
        (tmp_path / place).write_text(places[place](words))
        return links.problems(tmp_path)

    return write


def commented(words):
    lines = [f"# {line}".rstrip() for line in words.splitlines()]
    return "\n".join(["# %% [markdown]", *lines, "", "# %% code", "x = 'a](b c)'", ""])


GOOD = {
    "docs/page.md": [
        "[a](Other.md)",
        "[a](Other.md#same-1)",
        "[a](Other.md#%C3%BCnder_score-eg-2)",
        "[a](#top)\n\n# Top",
        "![a](picture.png) and <img src='picture.png' alt=''>",
        "[a](../notebooks/02_cell.ipynb#The-map,-c-and-h)",
        "[a](https://example.org/x#y), <https://example.org> and [b](mailto:a@example.org)",
        "[words][one]\n\n[one]: Other.md 'title'",
        "`[a](nowhere.md)`\n\n```\n[a](nowhere.md)\n```\n\n<!-- [a](nowhere.md) <a href='b'> -->",
        "[the folder](../notebooks)",
        "a[0] (t), V[p, u] and [1] are no links",
        "<video src='picture.png'></video> <img srcset='picture.png, picture.png 2x'>",
        "<!-- <img src='nowhere.png'> -->",
        "`<!-` opens none\n\n```\n<!-- not closed\n```",
        "a < b, and c <!= d",
    ],
    "README.md": ["[a](docs/Other.md#same)"],
    "notebooks/01_lesson.py": [
        "[a](02_cell.ipynb)",
        "[a](02_cell.ipynb#02-·-A-cell)",
        "[a](#Here)\n\n## Here",
        "[itself](01_lesson.ipynb#Here), which is not built yet\n\n## Here",
    ],
    "solutions/02_exercise.py": ["[a](../notebooks/02_cell.ipynb)", "[a](03_next.ipynb)"],
}
BAD = {
    "docs/page.md": [
        ("[a](nowhere.md)", "leads to no file"),
        ("[a](Othre.md)", "do you mean 'Other.md'?"),
        ("[a](other.md)", "leads to no file"),
        ("[a](Other.md#sane)", "leads to no heading: do you mean 'same'?"),
        ("[a](Other.md#same-2)", "leads to no heading"),
        ("[a](Other.md#Same)", "leads to no heading"),
        ("[a](#nothing)", "leads to no heading"),
        ("[a](picture.png#x)", "leads to no heading"),
        ("[a](../notebooks/02_cell.ipynb#the-map-c-and-h)", "'The-map,-c-and-h'"),
        ("[a](../notebooks/09_cell.ipynb)", "do you mean '02_cell.ipynb'?"),
        ("![a](pictures.png)", "do you mean 'picture.png'?"),
        ('<a href="nowhere.md">a</a> and text', "leads to no file"),
        ("<img alt='x'\nsrc=nowhere.png>", "leads to no file"),
        ("[a](../../outside.md)", "leads out of the project"),
        ("[a](/docs/Other.md)", "belongs to one machine"),
        ("[a](file:///docs/Other.md)", "is no link"),
        ("[a](//example.org)", "belongs to one machine"),
        ("[a](https:///x)", "names no host"),
        ("[a](my file.md)", "is no link"),
        ("[a] (Other.md)", "is no link"),
        ("[a] (../notebooks/02_cell.ipynb#x)", "is no link"),
        ("[a]()", "is empty"),
        ("[words][undefined]", "is no link"),
        ("[a](http://[)", "is no address"),
        ("<http://[x>", "is no address"),
        ("<video controls src='nowhere.mp4'></video>", "leads to no file"),
        ("<video poster='picture.png' src='picture.png'><source src='b.mp4'></video>", "'b.mp4'"),
        ("<img src='picture.png' srcset='picture.png 1x, wide.png 2x'>", "'wide.png'"),
        ("<picture><source srcset='dark.png'><img src='picture.png'></picture>", "'dark.png'"),
        ("<iframe src='nowhere.html'></iframe>", "leads to no file"),
        ("<a id='x' href='nowhere.md'>a</a>", "leads to no file"),
        ("<!- 4.7 = table2.mean ->", "is shown to readers"),
        ("words <!-- and no end", "is shown to readers"),
        ("<!-- a = b\n\nmore", "is not closed"),
        ("<!-- a --> <!-- b", "is"),
        ("<<<<<<< HEAD", "is a mark of a merge"),
        ("[words][one]\n\n[one]: nowhere.md", "leads to no file"),
    ],
    "README.md": [("[a](Other.md)", "leads to no file")],
    "notebooks/01_lesson.py": [
        ("![a](attachment:image.png)", "belongs to one machine or notebook"),
        ("[a](03_cell.ipynb)", "leads to no file"),
        ("[a](02_cell.ipynb#02-A-cell)", "leads to no heading: do you mean '02-·-A-cell'?"),
        ("[a](#here)\n\n## Here", "do you mean 'Here'?"),
        ("[a](../docs/Other.md)", "is not in a student's copy"),
        ("[a](../exercises/09_none.ipynb)", "leads to no file"),
        ("[a](02_cell.py)", "is not in a student's copy"),
        ("![a](../docs/picture.png)", "is not in a student's copy"),
    ],
    "solutions/02_exercise.py": [
        ("[a](02_cell.ipynb)", "leads to no file"),
        ("[a](../docs/Other.md)", "is not in a student's copy"),
    ],
}


def flat(cases):
    return [(place, case) for place, some in cases.items() for case in some]


@pytest.mark.parametrize(("place", "words"), flat(GOOD))
def test_a_link_that_leads_somewhere_is_no_problem(world, place, words):
    assert world(place, words) == []


@pytest.mark.parametrize(("place", "case"), flat(BAD))
def test_each_kind_of_break_is_one_line_with_its_place(world, place, case):
    words, says = case
    (problem,) = world(place, f"One line.\n\nA line\n{words}")
    first = 4 if place.endswith(".md") else 5
    assert problem.startswith((f"{place}:{first}: ", f"{place}:{first + 1}: "))
    assert says in problem
    assert "\n" not in problem


def test_a_page_that_a_message_of_the_library_names_exists(world, tmp_path):
    (tmp_path / "lstm_video_lab").mkdir()
    code = tmp_path / "lstm_video_lab" / "a.py"
    code.write_text("hint = 'see docs/Other.md#same'\nraise ValueError('docs/Oter.md says more')\n")
    (problem,) = world("README.md", "")
    assert problem.startswith("lstm_video_lab/a.py:2: the link 'docs/Oter.md' leads to no file")


def test_a_text_cell_is_what_jupytext_takes_for_one(world, tmp_path):
    script = tmp_path / "notebooks" / "01_lesson.py"
    link = "[a](nowhere.md)"
    for header in ("#%% [markdown]", "# %% a title [md]", "  # %% [markdown] tags=['a']"):
        script.write_text(f"{header}\n# {link}\n")
        assert links.problems(tmp_path)[0].startswith("notebooks/01_lesson.py:2: ")
    script.write_text(f'# %% [markdown]\n"""\n# A title\n\n{link}\n"""\n')
    assert links.problems(tmp_path)[0].startswith("notebooks/01_lesson.py:5: ")
    for code in (f"print(1)\n# {link}\n", f'"""\n# %% [markdown]\n# {link}\n"""\n', ""):
        script.write_text(code)
        assert links.problems(tmp_path) == []


def test_what_is_no_text_is_one_line_and_the_others_are_read(world, tmp_path):
    written = {
        "README.md": "[a](docs/page.md#x)",
        "docs/page.md": "ü",
        "solutions/02_exercise.py": "ü",
    }
    for name, text in written.items():
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    problems = world("notebooks/01_lesson.py", "[a](nowhere.md)")
    assert len(problems) == 3
    for name in ("page.md", "02_exercise.py"):
        assert f"{name} is not in UTF-8: save it so" in problems


def test_a_world_without_pages_and_lessons_has_no_problems(tmp_path):
    assert links.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("heading", "name"),
    [  # most are from the tests of github-slugger, which asked GitHub
        ("heading with a - dash", "heading-with-a---dash"),
        ("heading with an _ underscore", "heading-with-an-_-underscore"),
        ("heading with a period.txt", "heading-with-a-periodtxt"),
        ("exchange.bind_headers(exchange, routing [, bindCallback])",
         "exchangebind_headersexchange-routing--bindcallback"),
        ("I ♥ unicode", "i--unicode"),
        ("Профили пользователей", "профили-пользователей"),
        ("a straße", "a-straße"),
        ("😄 emoji", "-emoji"),
        ("initial   spaces kept", "initial---spaces-kept"),
    ],
)  # fmt: skip
def test_headings_of_pages_have_github_s_names(heading, name):
    assert links.github_anchors([heading]) == [name]


def test_headings_that_are_alike_are_counted():
    headings = ["One", "one", "One 1", "One"]
    assert links.github_anchors(headings) == ["one", "one-1", "one-1-1", "one-2"]


def test_words_of_a_heading_are_those_that_are_shown():
    text = texts.Text(Path("a.md"), 1, "# A `b` *c* [d](e.md) <br> f\n\nTitle\n===\n\n    # code")
    assert text.headings() == ["A b c d  f", "Title"]


def test_every_link_of_the_project_leads_somewhere():
    assert links.problems(ROOT) == []
