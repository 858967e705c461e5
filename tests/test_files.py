"""Files that appear whole, and stored results: a number a line, clips apart, and what made them."""

import datetime
import errno
import json
import os
import shlex
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab import cli, files
from lstm_video_lab.commands.pretrain import MODELS
from lstm_video_lab.data.frames import pack_frames, unpack_frames
from lstm_video_lab.files import read_result, write_json, write_whole
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.experiments import ROOMS, store_result

RESULTS = Path(__file__).parents[1] / "notebooks" / "results"
STORED = sorted(path for path in RESULTS.glob("*.json") if not path.name.endswith(".clips.json"))
CLIP = pack_frames(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
OTHER = pack_frames(np.zeros((2, 3, 4), np.uint8))

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
words = st.text() | st.sampled_from([CLIP, OTHER, "clip 1", "12:30", "2x3", 'say "2x3:A="'])
plain = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=20,
)


def clips_in(value) -> set[str]:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return set().union(*map(clips_in, parts))
    return {value} & {CLIP, OTHER} if isinstance(value, str) else set()


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


@given(st.dictionaries(st.text(), plain, max_size=5))
def test_what_is_stored_comes_back_in_its_order(tmp_path_factory, result):
    out = tmp_path_factory.mktemp("out")
    path = store_result(out, "some", result)
    assert json.dumps(read_result(path)) == json.dumps(rounded(result))
    clips = out / "some.clips.json"
    assert clips.exists() == bool(clips_in(result))
    if clips.exists():
        assert set(json.loads(clips.read_text()).values()) == clips_in(result)
        assert not any(clip in path.read_text() for clip in (CLIP, OTHER))
    assert {file.name for file in out.iterdir()} <= {"some.json", "some.clips.json"}


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_each_number_of_a_stored_result_has_a_line_of_its_own(path):
    for line in path.read_text("utf-8").splitlines():
        value = (line.partition('": ')[2] or line).strip(" ,")
        if value not in ("{", "}", "[", "]", "{}", "[]"):
            assert not isinstance(json.loads(value), list | dict)
        assert len(line) < 200  # a reader sees the whole of it


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_result_says_what_made_it(path):
    made = read_result(path)["made"]
    assert list(made) == ["command", "scale", "seeds", "date"]
    assert made["scale"] in ("laptop", "paper") and made["seeds"]
    assert all(isinstance(seed, int) for seed in made["seeds"])
    datetime.date.fromisoformat(made["date"])
    commands = made["command"]
    if path.stem != "reproduction":  # which has one for each row
        name = f"lstm-video-lab experiment {path.stem} "
        assert commands == f"{name}--scale {made['scale']} --out DIR"
        commands = [commands]
    for command in commands:  # as it would be typed
        assert cli._make_parser().parse_args(shlex.split(command)[1:]).scale == made["scale"]


def test_every_experiment_has_a_stored_result_whose_clips_are_all_shown():
    assert {path.stem for path in STORED} == {*ROOMS, "reproduction"}
    assert not {path.stem for path in STORED} & set(MODELS)
    for clips in RESULTS.glob("*.clips.json"):
        text = clips.with_name(clips.name.replace(".clips", "")).read_text("utf-8")
        for name, packed in json.loads(clips.read_text("utf-8")).items():
            assert f'"{name}"' in text and unpack_frames(packed).dtype == np.uint8


def test_a_result_without_its_own_clips_is_refused_in_one_line(tmp_path):
    path = store_result(tmp_path / "a", "some", {"shown": CLIP})
    store_result(tmp_path / "b", "some", {"shown": OTHER})
    clips = path.with_name("some.clips.json")
    (tmp_path / "b" / "some.clips.json").replace(clips)
    with pytest.raises(FileNotFoundError, match=r"some\.clips\.json does not hold .clip .*: copy"):
        read_result(path)
    clips.unlink()
    with pytest.raises(FileNotFoundError, match=r"some\.clips\.json does not hold .clip .*: copy"):
        read_result(path)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_result_can_be_read_whenever_its_writing_is_stopped(tmp_path, monkeypatch, count):
    old = {"a": 1, "clip": CLIP}
    new = {"a": 2, "clip": OTHER}
    path = store_result(tmp_path, "x", old)
    write_json, writes = experiments.write_json, []

    def stop_after(*arguments):
        if len(writes) == count:
            raise KeyboardInterrupt
        writes.append(arguments)
        write_json(*arguments)

    monkeypatch.setattr(experiments, "write_json", stop_after)
    with pytest.raises(KeyboardInterrupt):
        store_result(tmp_path, "x", new)
    assert read_result(path) == (new if count == 2 else old)


@pytest.mark.parametrize("name", [None, "draft"])
def test_a_full_disk_names_the_file(tmp_path, monkeypatch, name):
    def fail(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match=r"No space left on device: '.*/page\.md'$"):
        write_whole(tmp_path / "page.md", "text")


def test_clips_of_before_do_not_stay(tmp_path):
    store_result(tmp_path, "some", {"shown": CLIP})
    path = store_result(tmp_path, "some", {"shown": None})
    assert [file.name for file in tmp_path.iterdir()] == ["some.json"]
    assert read_result(path) == {"shown": None}


def test_a_number_that_json_does_not_know_leaves_what_was_there(tmp_path):
    path = store_result(tmp_path, "some", {"level": 1.0})
    with pytest.raises(ValueError, match="not JSON compliant"):
        store_result(tmp_path, "some", {"level": float("inf"), "shown": CLIP})
    assert [file.name for file in tmp_path.iterdir()] == ["some.json"]
    assert read_result(path) == {"level": 1.0}


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_write_that_is_stopped_leaves_what_was_there(tmp_path, monkeypatch, error):
    write_json(tmp_path / "a.json", [1])

    def stop(self, target):
        raise error

    monkeypatch.setattr(files.Path, "replace", stop)
    with pytest.raises(error):
        write_whole(tmp_path / "a.json", "torn")
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "[\n 1\n]\n"
