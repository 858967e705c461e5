"""The README's tables say what the stored results say."""

import json

import pytest

from lstm_video_lab.course import build, tables
from lstm_video_lab.files import between

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


def test_every_figure_is_in_its_row(results):
    lines = tables.markdown(results).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:1] == "|"]
    assert rows[2] == ["small", "50.0 ± 0.3", "3", "9", "7", "12,345", "341.2"]
    assert rows[3] == ["large", "40.0 ± 1.0", "3", "9", "9", "2", ""]
    assert rows[4][:2] == ["*mean image*", "100.0"]
    assert len({len(row) for row in rows}) == 1
    assert not any("copy last" in line for line in lines)  # infinite


def test_a_page_keeps_what_stands_around_and_without_marks_it_is_left_alone(results, tmp_path):
    readme = tmp_path / "README.md"
    assert tables.refreshed(readme, results) is None
    readme.write_text("# Nothing\n")
    assert tables.refreshed(readme, results) is None
    readme.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n")
    page = tables.refreshed(readme, results)
    assert page.startswith("before\n") and page.endswith("after\n") and "old" not in page
    assert tables.refreshed(readme, results) == between(
        page, tables.BEGIN, tables.END, tables.markdown(results)
    )


def test_old_tables_are_a_problem_of_the_build(results, tmp_path):
    folder = tmp_path / "notebooks"
    (folder / "results").mkdir(parents=True)
    (folder / "results" / "table2.json").write_text(json.dumps(RESULT))
    (tmp_path / "README.md").write_text(f"{tables.BEGIN}\nold\n{tables.END}\n")
    assert any("README.md shows other results" in line for line in build.find_problems(folder))
    build._refresh_tables(folder)
    assert build.find_problems(folder) == []
