"""Nobody earns what was not answered, nobody loses what was, and nothing is left behind."""

import json
import os
from types import SimpleNamespace

import pytest
from course.hostile import ANSWERS, HONEST, notebooks
from course.tiny import NAME, RIGHT, WRONG, answered, handed_out, write_solutions
from course.traces import below, left_files, until

from lstm_video_lab.course.check import CORRECT, INCORRECT, NOT_ATTEMPTED
from lstm_video_lab.course.exercises import read_exercises
from lstm_video_lab.course.grading.intake import read_submissions
from lstm_video_lab.course.grading.isolation import Limits, SandboxError
from lstm_video_lab.course.grading.judging import Judge, seed_of_answer
from lstm_video_lab.course.grading.nbval_runner import HandedIn, Settings, write_batch


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    return write_solutions(tmp_path_factory.mktemp("course") / "solutions")


@pytest.fixture(scope="module")
def judge(solutions):
    """A judge of answers, with little patience."""
    settings = Settings(solutions, [solutions], 1, None)
    write_batch(solutions.parent, settings, {"a": HandedIn("ada", "double", [(1, RIGHT)])})
    try:
        impatient = Judge(solutions.parent)
    except SandboxError as error:
        pytest.skip(str(error))
    impatient.sandbox.limits = Limits(wall_seconds=1.5, cpu_seconds=1)
    with impatient.sandbox:
        yield impatient


def judged(judge, source):
    return judge.judge("double", [(1, source)])


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hostile_answer_earns_nothing(judge, name):
    files = left_files()
    record = judged(judge, ANSWERS[name])
    assert record.outcome != CORRECT, record
    assert len(record.words) < 1000 and (record.words + record.hint).encode("utf-8")
    assert until(lambda: not below(judge.sandbox._server.pid)), "a process is left"
    assert until(lambda: left_files() == files), "a file is left"
    assert (name == "stub") == (record.outcome == NOT_ATTEMPTED)


@pytest.fixture
def patient(judge, monkeypatch):
    """The limits that a class has: a slow machine costs nobody a point."""
    monkeypatch.setattr(judge.sandbox, "limits", Limits())
    return judge


def test_after_all_of_them_the_honest_earn_their_points(patient):
    for name, source in HONEST.items():
        record = judged(patient, source)
        assert record.outcome == CORRECT, (name, record)


def test_a_cell_passes_for_a_correct_answer_alone(patient):
    record = patient.folder / "records" / "a.json"
    assert patient.require_correct("a", "double") == CORRECT
    kept = json.loads(record.read_text())
    assert kept["outcome"] == CORRECT and kept["calls"] == 3
    (patient.folder / "answers" / "a.json").write_text(json.dumps([(1, WRONG)]))
    with pytest.raises(AssertionError, match="incorrect"):
        patient.require_correct("a", "double")
    assert json.loads(record.read_text())["outcome"] == INCORRECT


@pytest.mark.parametrize("shape", [(8_000_000, 1), (1, 8_000_000), (16_000_000,), (200,) * 3])
@pytest.mark.parametrize("shows", ["frames", "strip", "lines"])
def test_what_is_too_large_is_not_drawn(shows, shape):
    import numpy as np

    from lstm_video_lab.course.check import beside_target

    small = {"frames": (2, 3, 3), "strip": (4, 3), "lines": (9,)}[shows]
    assert beside_target(shows, np.ones(small), np.ones(small)) is not None
    assert beside_target(shows, np.ones(shape, "float32"), np.ones(small)) is None


@pytest.fixture(scope="module")
def pile(solutions):
    """A folder of all the notebooks, each of a student of its own, and the submissions in it."""
    folder = solutions.parent / "pile"
    corpus = notebooks(handed_out(solutions))
    for name, (data, _) in corpus.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "homework.ipynb").write_bytes(data)
    return SimpleNamespace(
        folder=folder, corpus=corpus, submissions=submissions_in(folder, solutions)
    )


def test_every_student_of_the_pile_is_found(pile):
    assert set(pile.submissions) == set(pile.corpus)
    for name, one in pile.submissions.items():
        assert one.answers or one.notes, f"{name}: nothing is said about it"
        assert json.dumps(vars(one), default=str)
        for words in (*one.notes, *one.answers.values(), *one.written.values()):
            assert len(words.encode("utf-8")) < 400_000


def test_a_notebook_earns_what_its_answer_is_worth(pile, patient):
    for name, (_, earns) in pile.corpus.items():
        cells = pile.submissions[name].cells.get("double")
        record = patient.judge("double", cells) if cells else None
        assert (record is not None and record.outcome == CORRECT) == earns, (name, record)


def submissions_in(folder, solutions):
    submissions = read_submissions(folder, read_exercises(solutions))
    return {submission.student: submission for submission in submissions}


def put(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def test_links_pipes_and_folders_are_no_notebooks(solutions, tmp_path):
    good = answered(handed_out(solutions))
    secret = put(tmp_path / "secret" / f"{NAME}.ipynb", good)
    here = tmp_path / "handed_in"
    put(here / "ada" / f"{NAME}.ipynb", good)
    for student in ("link", "pipe", "dir", "links"):
        (here / student).mkdir()
    (here / "link" / f"{NAME}.ipynb").symlink_to(secret)
    (here / "lost.ipynb").symlink_to("/dev/zero")
    (here / "links" / "all").symlink_to(secret.parent)
    (here / "round").symlink_to(here)
    os.mkfifo(here / "pipe" / f"{NAME}.ipynb")
    put(here / "dir" / "x.ipynb" / "inside.ipynb", good)
    submissions = submissions_in(here, solutions)
    assert {name for name, one in submissions.items() if one.answers} == {"ada", "dir"}
    assert {name for name, one in submissions.items() if not one.files} == {
        "link", "lost", "pipe", "links", "round"}  # fmt: skip
    for name in ("link", "lost", "pipe"):
        assert (
            "a link" in submissions[name].notes[0] or "no plain file" in submissions[name].notes[0]
        )


NAMES = [
    "..",
    ".",
    "-rf",
    "$(touch x)",
    "a\nb",
    "<script>",
    "=cmd()",
    "x" * 200,
    "'; --",
    "ünï",
    "a b",
]


def test_names_of_students_are_names_and_nothing_else(solutions, tmp_path):
    good = answered(handed_out(solutions))
    for name in NAMES[2:]:
        put(tmp_path / name / f"{NAME}.ipynb", good)
    raw = os.fsencode(tmp_path) + b"/\xff\xfe_" + f"{NAME}.ipynb".encode()
    with open(raw, "w") as file:
        json.dump(good, file)
    submissions = submissions_in(tmp_path, solutions)
    shown = {name.replace("\n", "\ufffd") for name in NAMES[2:]}
    assert shown < set(submissions) and len(submissions) == len(NAMES) - 1
    for student, one in submissions.items():
        assert one.answers == {"double": RIGHT}
        assert student.encode("utf-8")


def test_nobody_hands_in_for_another(solutions, tmp_path):
    good, bad = answered(handed_out(solutions)), answered(handed_out(solutions), "1 / 0")
    put(tmp_path / "ada" / f"{NAME}.ipynb", good)
    for name in ("ada", "../ada".replace("/", "_"), "ada_12345_678"):
        put(tmp_path / "eve" / f"{name}_{NAME}.ipynb", bad)
    submissions = submissions_in(tmp_path, solutions)
    assert set(submissions) == {"ada", "eve"}
    assert submissions["ada"].answers == {"double": RIGHT} and submissions["ada"].notes == []


def test_two_students_of_one_name_are_two(solutions, tmp_path):
    good, bad = answered(handed_out(solutions)), answered(handed_out(solutions), "1 / 0")
    put(tmp_path / f"leekim_11_901_{NAME}.ipynb", good)
    put(tmp_path / f"leekim_22_902_{NAME}.ipynb", bad)
    put(tmp_path / f"ada_33_903_{NAME}.ipynb", good)
    submissions = submissions_in(tmp_path, solutions)
    assert set(submissions) == {"ada", "leekim (11)", "leekim (22)"}
    assert submissions["leekim (11)"].answers == {"double": RIGHT}
    assert submissions["leekim (22)"].ids == {"canvas": ["22"]}


@pytest.mark.parametrize("lacks", [True, False])
def test_the_newest_counts_as_a_whole(solutions, tmp_path, lacks):
    plain = handed_out(solutions)
    newer = answered(plain, "x = 1") if lacks else answered(plain, "def double(x): return 7")
    if lacks:
        newer["cells"] = [c for c in newer["cells"] if c["source"] != "x = 1"]
    for order in ("ab", "ba"):
        folder = tmp_path / order
        for name, notebook, time in zip(order, (answered(plain), newer), (1e9, 2e9), strict=True):
            os.utime(put(folder / "ada" / f"{name}_{NAME}.ipynb", notebook), (time, time))
        ada = submissions_in(folder, solutions)["ada"]
        assert ada.answers == ({} if lacks else {"double": "def double(x): return 7"})
        assert any("newer" in note for note in ada.notes)


SEND = """
import json, os

def send(message):
    words = [{"str": word} for word in message["error"]]
    tree = {"dict": [["error", {"list": words}]]}
    message = json.dumps({"tree": tree, "sizes": []}).encode() + b"\\n"
    for line in range(3, 256):
        try:
            os.write(line, len(message).to_bytes(8, "big") + message)
        except OSError:
            pass
"""
COLLECTED = """
import gc
def found(): return [v.tolist() for v in gc.get_objects() if isinstance(v, torch.Tensor)]
"""
SPIES = {
    "message": "def double(x): raise ValueError(str(found()))",
    "kind": "def double(x): raise type(str(found()), (Exception,), {})",
    "line": SEND + "def double(x):\n    send({'error': ['E', '', str(found())]}); os._exit(0)",
    "only where it is hidden": "def double(x):\n    if len(x) == 4: return 2 * x\n"
    "    raise type(str(found()), (Exception,), {})(str(found()))",
    "shape": "def double(x):\n    if len(x) == 4: return 2 * x\n"
    "    return torch.zeros([1 + int(abs(1e3 * v)) for v in x.tolist()[:2]])",
    "exit code": "import os\ndef double(x):\n    if len(x) == 4: return 2 * x\n"
    "    os._exit(int(abs(100 * x[0])))",
}


@pytest.mark.parametrize("source", SPIES.values(), ids=SPIES)
def test_no_hidden_number_reaches_the_words_for_a_student(judge, source):
    reference = judge.references["double"]
    hidden = reference.calls("hidden", seed_of_answer(judge.seed, "double"))
    record = judged(judge, COLLECTED + source)
    assert record.outcome != CORRECT
    told = record.words + record.hint
    for call in hidden:
        for number in call["x"].tolist():
            for digits in (f"{abs(number):.3f}", str(1 + int(abs(1e3 * number)))):
                assert digits not in told
    if "not shown" in told:
        assert not any(sign.isdigit() for sign in told)
