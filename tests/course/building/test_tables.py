"""The pages' tables say what the stored results say."""

import json

import pytest

from lstm_video_lab.bench.report import between
from lstm_video_lab.course.building import build, tables

RESULT = {
    "scale": "laptop",
    "models": {
        "small": {"mean": 50.04, "spread": 0.26, "seeds": [1, 2, 3], "steps": 9, "seconds": 7.4,
                  "parameters": 12345},
        "large": {"mean": 40.0, "spread": 1.0, "seeds": [1, 2, 3], "steps": 9, "seconds": 9,
                  "parameters": 2},
    },
    "baselines": {"mean_image": {"cross_entropy": 100.0}, "copy_last": {"cross_entropy": None}},
    "published": {"small": 341.2},
}  # fmt: skip


@pytest.fixture
def results(tmp_path):
    (tmp_path / "table2.json").write_text(json.dumps(RESULT))
    return tmp_path


def rows_of(page):
    """Cells of each line of the tables in `page`."""
    lines = [line for line in page.splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_every_figure_is_in_its_row(results):
    page = tables.write_all(results)
    rows = rows_of(page)
    assert rows[2] == ["small", "50.0 ± 0.3", "3", "9", "7", "12,345", "341.2"]
    assert rows[3] == ["large", "40.0 ± 1.0", "3", "9", "9", "2", ""]
    assert rows[4][:2] == ["*mean image*", "100.0"]
    assert len({len(row) for row in rows}) == 1
    assert "copy last" not in page  # infinite


def test_the_small_table_names_its_scale_and_both_sizes(results):
    heads, _, small, large, mean_image = rows_of(tables.write_table2(results))
    assert "laptop scale: 32×32, one digit; mean ± spread of 3 seeds" in heads[1]
    assert heads[2] == "paper: 64×64, two digits"
    assert small == ["small", "50.0 ± 0.3", "341.2"]
    assert large == ["large", "40.0 ± 1.0", ""]
    assert mean_image == ["*mean image*", "100.0", ""]


@pytest.mark.parametrize("write", tables.PAGES.values(), ids=tables.PAGES)
def test_a_page_keeps_what_stands_around_and_without_marks_it_is_left_alone(
    write, results, tmp_path
):
    page = tmp_path / "page.md"
    assert tables.refreshed(page, results, write) is None
    page.write_text("# Nothing\n")
    assert tables.refreshed(page, results, write) is None
    page.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n")
    text = tables.refreshed(page, results, write)
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert tables.refreshed(page, results, write) == between(
        text, tables.BEGIN, tables.END, write(results)
    )


def test_a_result_that_is_broken_leaves_its_page_and_the_others_are_written(tmp_path):
    folder = tmp_path / "notebooks" / "results"
    folder.mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (folder / "table2.json").write_text(json.dumps(RESULT))
    (folder / "layers.json").write_text("{nothing")
    for name in tables.PAGES:
        (tmp_path / name).write_text(f"{tables.BEGIN}\nold\n{tables.END}\n")
    assert set(tables.outdated_pages(tmp_path)) == set(tables.PAGES) - {"docs/results.md"}
    with pytest.raises(ValueError, match=r"notebooks/results/layers\.json cannot be read"):
        build.check(lesson_of_nothing(tmp_path))


@pytest.mark.parametrize(
    ("page", "table2", "words"),
    [
        (tables.BEGIN, RESULT, r"README\.md: the page has no place for it"),
        (tables.END, RESULT, r"README\.md: the page has no place for it"),
        (f"{tables.BEGIN}\n{tables.END}", {"scale": "laptop"}, r"README\.md: .* lacks 'models'"),
        (f"{tables.BEGIN}\n{tables.END}", [1], r"README\.md: a stored result lacks"),
    ],
)
def test_a_page_or_a_result_that_is_damaged_is_named_beside_all_else(tmp_path, page, table2, words):
    folder = tmp_path / "notebooks" / "results"
    folder.mkdir(parents=True)
    (folder / "table2.json").write_text(json.dumps(table2))
    (tmp_path / "README.md").write_text(page)
    with pytest.raises(ValueError, match=words) as error:
        build.check(lesson_of_nothing(tmp_path))
    assert "01_lesson.ipynb is missing" in str(error.value)
    with pytest.raises(ValueError, match=rf"^{words}"):
        build._refresh_tables(tmp_path)


def lesson_of_nothing(root):
    (root / "notebooks" / "01_lesson.py").write_text("# %%\n1\n")
    return root


@pytest.mark.parametrize("name", tables.PAGES)
def test_old_tables_are_a_problem_of_the_build(name, results, tmp_path):
    folder = tmp_path / "notebooks"
    (folder / "results").mkdir(parents=True)
    (folder / "results" / "table2.json").write_text(json.dumps(RESULT))
    (tmp_path / "docs").mkdir()
    (tmp_path / name).write_text(f"{tables.BEGIN}\nold\n{tables.END}\n")
    assert any(f"{name} shows other results" in line for line in build.find_problems(folder))
    assert build._refresh_tables(tmp_path) == [f"{name}: tables of results written"]
    assert build.find_problems(folder) == []
