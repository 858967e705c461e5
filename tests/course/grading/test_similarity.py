"""A copied answer is told from the shared obvious one."""

from pathlib import Path
from types import SimpleNamespace

from lstm_video_lab.course.exercises import read_exercises
from lstm_video_lab.course.grading.similarity import similar_pairs

ROOT = Path(__file__).parents[3]
EXERCISE = read_exercises(ROOT / "solutions")["01_lstm_cell"]
STEP = (
    EXERCISE.answers["lstm_step"]
    .source.replace("# BEGIN SOLUTION", "")
    .replace("# END SOLUTION", "")
)
ODD = """
def lstm_step(x, h, c, W, U, p, b):
    size = h.shape[-1]
    parts = {}
    for place, letter in enumerate("ifgo"):
        rows = slice(place * size, (place + 1) * size)
        parts[letter] = x.matmul(W[rows].t()).add(h.matmul(U[rows].t())).add(b[rows])
    forget = parts["f"].add(p[1].mul(c)).sigmoid()
    enter = parts["i"].add(p[0].mul(c)).sigmoid()
    fresh = forget.mul(c).add(enter.mul(parts["g"].tanh()))
    leave = parts["o"].add(p[2].mul(fresh)).sigmoid()
    return leave.mul(fresh.tanh()), fresh
"""
RENAMED = {"size": "H", "parts": "zz", "place": "k", "letter": "n", "rows": "r", "forget": "keep",
           "enter": "take", "fresh": "state", "leave": "show"}  # fmt: skip


def renamed(source):
    for name, other in RENAMED.items():
        source = source.replace(name, other)
    return source


def pairs_of(**sources):
    students = [
        SimpleNamespace(submission=SimpleNamespace(student=name, answers={"lstm_step": source}))
        for name, source in sources.items()
    ]
    grading = SimpleNamespace(exercises={"01_lstm_cell": EXERCISE}, students=students)
    _, *rows = similar_pairs(grading)
    return {(row[1], row[2]) for row in rows}


def test_a_copy_is_found_among_those_who_wrote_the_obvious():
    obvious = {f"s{k}": STEP.replace("torch", f"torch  # {k}\n") for k in range(2)}
    obvious |= {f"t{k}": STEP.replace(" c ", f" c{k} ") for k in range(5)}
    assert pairs_of(**obvious, ada=ODD, bob=renamed(ODD)) == {("ada", "bob")}


def test_a_copy_with_a_line_more_is_found():
    changed = renamed(ODD).replace("    take =", "    unused = H + 1\n    take =")
    assert pairs_of(ada=ODD, bob=changed) == {("ada", "bob")}


def test_rewrites_are_no_copies_of_each_other():
    rewrites = {f"r{k}": one.source for k, one in enumerate(EXERCISE.answers["lstm_step"].rewrites)}
    assert pairs_of(ada=STEP, bob=STEP, **rewrites) == set()


def test_the_obvious_with_the_same_remarks_is_looked_at():
    remarks = "    # first we mix everything up\n    # dont forget the peepholes here\n    return"
    told = STEP.replace("    return", remarks)
    assert pairs_of(ada=told, bob=told, cyd=STEP, dan=STEP) == {("ada", "bob")}
