"""Every flag, and every file that a command reads, with what cannot be: one assertion for all.

Exit code 2, one line on standard error that names the thing, and nothing written or changed.
"""

import json
import os
import shutil
import struct
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lstm_video_lab import cli
from lstm_video_lab.commands import needs
from lstm_video_lab.training import checkpoints

BOX = "composite-two-digits"
SMOKE = ("train", "--scale", "smoke", "--steps", "2", "--out", "new")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a run, arrays, pictures and digits, which no command below may change."""
    root = tmp_path_factory.mktemp("bad")
    assert cli.main(["train", "--scale", "smoke", "--steps", "2", "--out", str(root / "run")]) == 0
    np.save(root / "x.npy", np.zeros((12, 32, 32), np.uint8))
    np.save(root / "clips.npy", np.zeros((20, 30, 32, 32), np.uint8))
    (root / "taken").write_text("a user's own")
    (root / "empty").mkdir()
    return root


def snapshot(root):
    """Every file below, its kind and content; a lock that stays in a run's folder aside."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.name == ".lock":
            continue
        is_plain = path.is_file() and not path.is_symlink()
        found[str(path)] = (path.stat().st_mode, path.read_bytes() if is_plain else b"")
    return found


def assert_refused(root, capfd, monkeypatch, words, *named):
    monkeypatch.chdir(root)
    before = snapshot(root)
    capfd.readouterr()
    try:
        code = cli.main([str(word) for word in words])
    except SystemExit as stop:
        code = stop.code
    errors = capfd.readouterr().err.strip().splitlines()
    assert code == 2 and len(errors) == 1, (code, errors)
    assert any(name and name in errors[0] for name in named), errors
    assert "Traceback" not in errors[0]
    assert len(errors[0]) < 700
    assert snapshot(root) == before


NO_NUMBERS = (
    "",
    "none",
    "1,2",
    "nan",
    "inf",
    "-1",
    "fast",
    "٣",
    "1_0",
    "1e999",
    "0x10",
    "9" * 5000,
)
WHOLE = ("2.5", "1e99")
WHOLE_FLAGS = (
    *("units", "layers", "kernel-size", "patch", "image-size", "channels", "num-digits", "seed"),
    *("digit-size", "frames-in", "frames-out", "batch-size", "validate-every", "checkpoint-every"),
)
REAL_FLAGS = ("learning-rate", "momentum", "weight-decay", "warmup", "clip")
CHOICES = (
    *("cell", "conditional", "peepholes", "output", "scale", "optimiser", "schedule", "feedback"),
    *("precision", "device"),
)
TABLE2 = ("reproduce", "table2", "--scale", "smoke", "--digits", "embedded", "--out", "t")
TRAINING = [
    *((flag, bad) for flag in WHOLE_FLAGS for bad in (*NO_NUMBERS, *WHOLE)),
    *((flag, bad) for flag in REAL_FLAGS for bad in NO_NUMBERS),
    *(("steps", bad) for bad in (*NO_NUMBERS, *WHOLE, "0") if bad != "none"),
    *(("minutes", bad) for bad in NO_NUMBERS if bad != "none"),
    *(("speed", bad) for bad in (*NO_NUMBERS, "2", "0.2,0.1", "0.1,0.2,0.3") if bad != "1,2"),
    *((flag, bad) for flag in CHOICES for bad in ("", "0", "1", "x", "4,4", "none", "FUTURE")),
    *(("start-from", bad) for bad in ("", "4,4", "nobody", "run", "percept-net")),
    *(("data", bad) for bad in ("", "nowhere", "taken", "empty", "x.npy")),
    *(("digits", bad) for bad in ("", "nowhere", "no/where", "taken", "empty", "embedded+")),
    *(("resume", bad) for bad in ("", "yes")),
    ("out", ""), ("out", "taken"), ("out", "taken/run"),
    ("seed", "2015"), ("seed", str(2**31)),
    ("units", "10000000"), ("batch-size", "1000000000000"), ("units", "9" * 30),
]  # fmt: skip


@pytest.mark.parametrize(("flag", "bad"), TRAINING, ids=[f"{f}={b[:9]}" for f, b in TRAINING])
def test_a_flag_of_train(made, capfd, monkeypatch, flag, bad):
    words = [*SMOKE, f"--{flag}={bad}"]
    assert_refused(made, capfd, monkeypatch, words, flag.replace("-", "_"), f"--{flag}", bad)


PREDICT = ("predict", BOX, "--frames", "x.npy", "--out", "y.npy")
OTHERS = [
    *((PREDICT, "steps", bad) for bad in (*NO_NUMBERS, *WHOLE, "0", str(10**12))),
    *((PREDICT, "seen", bad) for bad in (*NO_NUMBERS, *WHOLE, "0")),
    *((PREDICT, "rate", bad) for bad in (*NO_NUMBERS, "0", "25")),
    *((PREDICT, "sequence", bad) for bad in (*NO_NUMBERS, *WHOLE)),
    *((PREDICT, "show", bad) for bad in ("", "y.gif", "no/y.png", "empty", "y.npy")),
    *((PREDICT, "out", bad) for bad in ("", "y", "y.txt", "no/y.npy", "taken/y.npy", "x.npy")),
    *((PREDICT, "frames", bad) for bad in ("", "none", "empty", "taken", "run")),
    *((("evaluate", "run"), "sequences", bad) for bad in (*NO_NUMBERS, *WHOLE, "0", str(10**12))),
    *((("evaluate", "run"), "json", bad) for bad in ("", "no/e.json", "empty", "taken/e.json")),
    *((("evaluate", "run"), "digits", bad) for bad in ("", "nowhere", "empty", "taken")),
    *((("evaluate", BOX), "on", bad) for bad in ("", "nowhere", "empty", "taken", "x.npy", "run")),
    *((("digits", "--out", "d.npy"), "sequences", bad) for bad in (*NO_NUMBERS, *WHOLE, "0")),
    *((("digits",), "out", bad) for bad in ("", "d", "no/d.npy", "taken/d.npy", "empty")),
    *((("digits", "--out", "d.npy"), flag, bad) for flag in ("image-size", "num-digits", "speed")
      for bad in ("0.5,0.1", "x", "-1")),
    (("digits", "--out", "d.npy"), "sequences", str(10**12)),
    *((("bench",), flag, bad) for flag in ("json", "page") for bad in ("", "no/b", "empty")),
    (("bench",), "only", "nothing"), (("bench",), "page", "taken"),
    *((("experiment", "units"), flag, bad) for flag, bad in (("out", ""), ("scale", "huge"))),
    *((TABLE2, flag, bad)
      for flag in ("batch-size", "steps", "seed", "minutes") for bad in NO_NUMBERS),
    *((TABLE2, flag, "x") for flag in ("row", "speed", "feedback")),
    (TABLE2, "seed", "2015"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "flag", "bad"), OTHERS, ids=[f"{w[0]} {f}={b[:9]}" for w, f, b in OTHERS]
)
def test_a_flag_of_another_command(made, capfd, monkeypatch, words, flag, bad):
    assert_refused(made, capfd, monkeypatch, [*words, f"--{flag}={bad}"], flag, bad, "d.npy")


def npz(**arrays):
    def write(path):
        with path.open("wb") as file:
            np.savez(file, **arrays)

    return write


def array(value):
    def write(path):
        with path.open("wb") as file:
            np.save(file, value, allow_pickle=True)

    return write


def text(content):
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


def header(shape):
    """An array that says it is larger than it is."""

    def write(path):
        array(np.zeros((12, 32, 32), np.uint8))(path)
        path.write_bytes(path.read_bytes().replace(b"(12, 32, 32)", shape))

    return write


FILES = {  # what may stand in place of any file
    "a folder": lambda path: path.mkdir(),
    "empty": text(""),
    "noise": text(bytes(range(256)) * 3),
    "words": text("hello\n"),
    "a list": text("[]"),
    "deep": text("[" * 100_000),
    "nan": text("NaN"),
    "a number": text("1e999"),
    "not utf-8": text(b"\xff\xfe{}"),
}
if hasattr(os, "mkfifo"):
    FILES["a pipe"] = os.mkfifo
if sys.platform.startswith("linux"):
    FILES["a device"] = lambda path: path.symlink_to("/dev/null")
ARRAYS = {
    "nan": array(np.full((12, 32, 32), np.nan)), "integers": array(np.zeros((12, 32, 32), int)),
    "objects": array(np.array([{}])), "words": array(np.array(["x"])), "none": array(np.zeros(0)),
    "two": array(np.zeros((32, 32), np.uint8)), "six": array(np.zeros((1,) * 6, np.uint8)),
    "over": array(np.full((12, 32, 32), 1.5)), "complex": array(np.zeros((12, 32, 32), complex)),
    "colours": array(np.zeros((12, 3, 32, 32), np.uint8)), "no frames": array(np.zeros((0, 8, 8))),
    "too large": header(b"(99, 99, 9)"), "an open bracket": header(b"((2, 32, 32)"),
    "several": npz(a=np.zeros(1), b=np.zeros(1)),
    "an empty zip": text(b"PK\x05\x06" + bytes(18)),
}  # fmt: skip
CUT = {"cut": lambda data: data[: len(data) // 2], "one less": lambda data: data[:-1]}
NAMES = ("weights.safetensors", "optimiser.safetensors", "state.json", "SHA256SUMS")


@pytest.mark.parametrize("kind", [*FILES, *ARRAYS, *CUT])
@pytest.mark.parametrize("ending", [".npy", ".png", ".mp4"])
def test_what_stands_where_frames_should(made, capfd, monkeypatch, tmp_path, kind, ending):
    path = tmp_path / f"bad{ending}"
    if kind in CUT:
        path.write_bytes(CUT[kind]((made / "x.npy").read_bytes()))
    else:
        ({**FILES, **ARRAYS})[kind](path)
    for words in (
        ("predict", BOX, "--frames", path, "--out", "y.npy"),
        ("evaluate", BOX, "--on", path, "--json", "e.json"),
        ("train", "--scale", "smoke", "--out", "new", "--data", path),
    ):
        assert_refused(made, capfd, monkeypatch, words, path.name)


def swapped(folder, name, content):
    """A checkpoint with another file, under sums that fit."""
    path = next(folder.glob("checkpoint-*")) / name
    content(path)
    lines = [f"{checkpoints._digest(path.parent / n)}  {n}\n" for n in NAMES[:3]]
    (path.parent / "SHA256SUMS").write_text("".join(lines))


def state(**changes):
    def write(path):
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return write


def settings(**changes):
    def write(path):
        value = json.loads(path.read_text())
        path.write_text(json.dumps({**value, "settings": {**value["settings"], **changes}}))

    return write


def tensors(change):
    def write(path):
        from safetensors.torch import load_file

        stored = load_file(path)
        name = next(name for name in sorted(stored) if stored[name].dim() == 2)
        save_file(change(stored, name), path)

    return write


WRONG_TENSORS = {
    "none at all": lambda stored, name: {},
    "one is missing": lambda stored, name: {k: v for k, v in stored.items() if k != name},
    "one too many": lambda stored, name: {**stored, "more": torch.zeros(3)},
    "one is short": lambda stored, name: {**stored, name: stored[name][:1].contiguous()},
    "one is a number": lambda stored, name: {**stored, name: torch.tensor(1.0)},
    "whole numbers": lambda stored, name: {**stored, name: stored[name].long()},
}
CONTENT = {
    **{f"state: {kind}": ("state.json", text(words)) for kind, words in {
        "empty": "", "a list": "[]", "deep": "[" * 100_000, "nothing in it": "{}", "null": "null",
        "not utf-8": b"\xff\xff"}.items()},
    **{f"state: {changes}": ("state.json", state(**changes)) for changes in (
        {"step": "2"}, {"step": -1}, {"step": True}, {"step": 2.5}, {"step": None},
        {"seconds": "x"}, {"seconds": None}, {"metrics": []}, {"settings": []}, {"settings": {}})},
    **{f"settings: {changes}": ("state.json", settings(**changes)) for changes in (
        {"units": "16"}, {"units": []}, {"units": 17}, {"units": {}}, {"data": 3}, {"digits": None},
        {"speed": []}, {"cell": None}, {"conditional": 0}, {"colour": 1}, {"optimiser": ["adam"]},
        {"start_from": {"a": 1}}, {"image_size": 10**9})},
    **{f"weights: {kind}": ("weights.safetensors", tensors(change))
       for kind, change in WRONG_TENSORS.items()},
    "weights: nan": ("weights.safetensors", tensors(lambda s, n: {**s, n: s[n] * torch.nan})),
    "weights: words": ("weights.safetensors", text("hello")),
    "weights: a long header": ("weights.safetensors", text(struct.pack("<Q", 2**62))),
}  # fmt: skip
FOR_TRAINING = {
    **{f"optimiser: {kind}": ("optimiser.safetensors", tensors(change))
       for kind, change in WRONG_TENSORS.items()},
    "optimiser: words": ("optimiser.safetensors", text("hello")),
}  # fmt: skip


@pytest.mark.parametrize("kind", [*CONTENT, *FOR_TRAINING])
def test_foreign_content_under_sums_that_fit(made, capfd, monkeypatch, tmp_path, kind):
    shutil.copytree(made / "run", tmp_path / "run")
    name, content = {**CONTENT, **FOR_TRAINING}[kind]
    swapped(tmp_path / "run", name, content)
    resumed = ("train", "--out", "run", "--resume", "auto", "--steps", "3")
    commands = [resumed] if kind in FOR_TRAINING else [resumed, ("evaluate", "run")]
    for words in commands:
        assert_refused(tmp_path, capfd, monkeypatch, words, "checkpoint-000002")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", FILES)
def test_what_stands_where_a_file_of_a_checkpoint_should(
    made, capfd, monkeypatch, tmp_path, name, kind
):
    shutil.copytree(made / "run", tmp_path / "run")
    path = next((tmp_path / "run").glob("checkpoint-*")) / name
    path.unlink()
    FILES[kind](path)
    assert_refused(tmp_path, capfd, monkeypatch, ("evaluate", "run"), "run")


LOGS = {k: v for k, v in FILES.items() if k != "empty"} | {
    "of another": text('{"step": 1, "accuracy": 0.5}\n'),
    "a line of lists": text("[1]\n"),
    "no line end": text("my own notes"),
    "a loss of words": text('{"loss": "x", "step": 1}\n'),
}


@pytest.mark.parametrize("kind", LOGS)
def test_a_foreign_log_is_not_emptied(made, capfd, monkeypatch, tmp_path, kind):
    (tmp_path / "new").mkdir()
    LOGS[kind](tmp_path / "new" / "metrics.jsonl")
    assert_refused(tmp_path, capfd, monkeypatch, SMOKE, "metrics.jsonl")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="devices by name")
@pytest.mark.parametrize(
    "words",
    [("evaluate", "run", "--json"), (*PREDICT[:4], "--out"), ("digits", "--out")],
)
def test_what_is_no_regular_file_is_not_replaced(made, capfd, monkeypatch, tmp_path, words):
    """As root, a renamed file would take the place of the device."""
    shutil.copytree(made / "run", tmp_path / "run")
    shutil.copy(made / "x.npy", tmp_path)
    for name, make in {"p.npy": os.mkfifo, "d.npy": lambda p: p.symlink_to("/dev/null")}.items():
        make(tmp_path / name)
        assert_refused(tmp_path, capfd, monkeypatch, [*words, name], "no regular file")


def test_a_link_stays_and_what_it_leads_to_is_written(made, monkeypatch, tmp_path, capsys):
    (tmp_path / "real.npy").write_bytes(b"old")
    (tmp_path / "link.npy").symlink_to("real.npy")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["digits", "--scale", "smoke", "--sequences", "9", "--out", "link.npy"]) == 0
    assert (tmp_path / "link.npy").is_symlink() and np.load("real.npy").shape == (7, 9, 16, 16)


def test_too_large_says_how_much_it_would_need(made, capfd, monkeypatch):
    for words in ([*SMOKE, "--units", "10000000"], [*PREDICT, "--steps", str(10**12)],
                  ["evaluate", "run", "--sequences", str(10**12)]):  # fmt: skip
        assert_refused(made, capfd, monkeypatch, words, " TB of memory")
    monkeypatch.setattr(needs, "free_memory", lambda: 10**6)
    assert_refused(made, capfd, monkeypatch, [*SMOKE, "--units", "512"], "1 MB are free")


def test_memory_that_runs_out_is_one_line(made, capfd, monkeypatch):
    for error in (
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate"),
    ):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(checkpoints, "read_checkpoint", fail)
        assert_refused(made, capfd, monkeypatch, ("evaluate", "run"), "memory ran out")
