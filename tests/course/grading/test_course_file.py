"""What a course has agreed on is read whole, remembered, or refused by the key."""

from datetime import datetime
from pathlib import Path

import pytest

from lstm_video_lab.course.grading.agreements import DAY, FILE
from lstm_video_lab.course.grading.course_file import make_file, read_agreements
from lstm_video_lab.course.grading.csv_tables import Names

EXERCISES = {"01_a": {"why": 3}, "02_b": {}}
TEXT = """
due = "2026-12-01"
late_per_day = 10
closes = 2026-12-08T18:00:00
timezone = "Europe/Zurich"

[exercises.02_b]
due = 2026-12-02T12:00:00
late_per_day = 25

[extensions."ada lovelace"]
02_b = "2026-12-05T12:00"
all = 2.5

[rubric.why]
"says what" = 1
"says why" = 2
"""


def read(folder, text, **said):
    (folder / FILE).write_text(text)
    return read_agreements(folder, EXERCISES, **said)


def at(text):
    return datetime.fromisoformat(text).timestamp()


def test_rules_hold_for_each_exercise_and_for_whoever_has_more_time(tmp_path):
    agreed = read(tmp_path, TEXT).of_students(
        Path("x"), Names({"Ada Lovelace", "bob"}), all_known=True
    )
    bob, is_extended = agreed.rule("01_a", "bob")
    assert not is_extended and bob.due == at("2026-12-02T00:00+01:00")
    assert bob.days_late(bob.due) == 0 and bob.days_late(bob.due + 1) == 1
    assert bob.share(3, bob.due + 3 * DAY) == pytest.approx(0.7)
    assert bob.share(7, at("2026-12-08T18:00:01+01:00")) == 0
    ada, is_extended = agreed.rule("01_a", "Ada Lovelace")
    assert is_extended and ada.due == bob.due + 2.5 * DAY
    assert ada.closes == bob.closes + 2.5 * DAY
    second, _ = agreed.rule("02_b", "Ada Lovelace")
    assert second.due == at("2026-12-05T12:00+01:00") and second.per_day == 25
    assert agreed.rubrics == {"why": {"says what": 1, "says why": 2}}


def test_without_a_file_nothing_is_late_and_the_command_line_is_remembered(tmp_path):
    assert not read_agreements(tmp_path, EXERCISES).has_dates
    roster = tmp_path / 'who is "who".csv'
    said = {"due": "2026-12-01T18:00", "late_per_day": 20, "roster": roster}
    assert make_file(tmp_path, **said) and not make_file(tmp_path, **said)
    agreed = read_agreements(tmp_path, EXERCISES)
    assert agreed.rules["02_b"].due == at("2026-12-01T18:00") and agreed.roster == roster
    assert agreed.rules["01_a"].per_day == 20 and agreed.lines == ()
    later = read_agreements(tmp_path, EXERCISES, late_per_day=5)
    assert later.rules["01_a"].per_day == 5
    assert "this grading alone" in later.lines[0]


def test_each_line_of_a_new_file_can_be_taken_up(tmp_path):
    make_file(tmp_path, "", None, None)
    text = (tmp_path / FILE).read_text().replace("\n# ", "\n")
    text = text.replace("The guide", "# The guide").replace("01_lstm_cell", "01_a")
    agreed = read(tmp_path, text.replace("why_peep", "why").replace('known" = 0.5', 'known" = 2.5'))
    assert agreed.roster == tmp_path / "roster.csv" and agreed.rules["01_a"].per_day == 25
    assert agreed.extensions["Ada Lovelace"]["all"].days == 3


REFUSED = {
    "a key": ("dew = 1", "'dew' is unknown"),
    "a date": ('due = "tomorrow"', "due 'tomorrow' is no date"),
    "a date of one": (
        '[exercises.02_b]\ndue = "10.11.2026"',
        "exercises.02_b: due '10.11.2026' is no date",
    ),
    "closes of one": ('[exercises.02_b]\ncloses = "8.12.26"', "exercises.02_b: closes '8.12.26'"),
    "an extension's date": (
        '[extensions.ada]\n02_b = "10.11.2026"',
        r"extensions.'ada': 02_b '10\.11\.2026' is no date",
    ),
    "no date": ("due = 3", "due 3 is no date"),
    "per cent": ("late_per_day = 101", "0 to 100"),
    "nan": ("late_per_day = nan", "0 to 100"),
    "true": ("late_per_day = true", "0 to 100"),
    "closed before": ('due = "2026-12-02"\ncloses = "2026-12-01"', "closes before"),
    "closed, never due": ('closes = "2026-12-01"', "closes before"),
    "an exercise": ("[exercises.03_c]\ndue = 1", "'03_c' is unknown"),
    "a key of one": ("[exercises.01_a]\nlate = 1", "exercises.01_a: 'late'"),
    "no table": ("exercises = 1", r"\[exercises.NAME\]"),
    "an extension": ("[extensions.ada]\n03_c = 1", "'03_c' is unknown"),
    "too long": ("[extensions.ada]\nall = -1", "0 to 366"),
    "a question": ("[rubric.how]\na = 1", "'how' is unknown"),
    "other points": ("[rubric.why]\na = 1", "1 together"),
    "a column that is there": ("[rubric.why]\nPoints = 3", "another column"),
    "no TOML": ("\ndue = 2026-12-01T18:00", "line 2"),
    "no letters": ("\udcff", "decode"),
    "a place": ('timezone = "Atlantis"', "Atlantis"),
    "a roster": ("roster = 3", "no file"),
}


@pytest.mark.parametrize("text, words", REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_refused_in_one_line(tmp_path, text, words):
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=words) as error:
        read_agreements(tmp_path, EXERCISES)
    assert FILE in str(error.value) and "\n" not in str(error.value)


def test_an_extension_of_somebody_unknown_is_named_or_refused(tmp_path):
    agreed = read(tmp_path, '[extensions."Eva"]\nall = 1')
    assert "'Eva'" in agreed.of_students(Path("x"), Names({"ada"}), all_known=False).lines[0]
    with pytest.raises(ValueError, match="nobody of this course"):
        agreed.of_students(Path("x"), Names({"ada"}), all_known=True)
    with pytest.raises(ValueError, match="two students"):
        agreed.of_students(Path("x"), Names({"EVA", "eva"}), all_known=False)


NOBODY_HAS_LESS = """
due = "2026-10-24"
timezone = "Europe/Zurich"

[extensions.ada]
01_a = 0
02_b = "2026-10-20"

[extensions.bob]
all = 3
"""


def test_an_extension_takes_no_time_away_and_its_days_are_those_of_the_calendar(tmp_path):
    agreed = read(tmp_path, NOBODY_HAS_LESS)
    for exercise in EXERCISES:
        assert agreed.rule(exercise, "ada")[0].due == at("2026-10-25T00:00+02:00")
    winter_time = at("2026-10-28T00:00+01:00")  # a day of these three has 25 hours
    assert agreed.rule("01_a", "bob")[0].due == winter_time


def test_two_spellings_of_one_student_are_refused(tmp_path):
    text = '[extensions."Ada Lovelace"]\nall = 3\n[extensions."ada lovelace"]\n01_a = 1\n'
    with pytest.raises(ValueError, match=r"Ada Lovelace.*twice"):
        read(tmp_path, text).of_students(Path("x"), Names({"Ada Lovelace"}), all_known=True)
