"""What a run needs is compared with what there is: on its own device, for its own share."""

import collections
import subprocess
import sys

import pytest
import torch

from lstm_video_lab import Settings
from lstm_video_lab.commands import needs

GB = 10**9
LARGE = Settings.for_scale(
    "paper", cell="convlstm", units=128, layers=2, batch_size=512, device="cpu"
)
SMALL = Settings.for_scale("smoke", device="cpu")


@pytest.fixture(autouse=True)
def much_room(monkeypatch):
    monkeypatch.setattr(needs, "free_memory", lambda: 2**62)
    room(monkeypatch, 2**62)


def room(monkeypatch, free):
    usage = collections.namedtuple("usage", "free")(free)
    monkeypatch.setattr(needs.shutil, "disk_usage", lambda _: usage)


def test_a_run_on_a_gpu_needs_the_memory_of_the_gpu(monkeypatch, tmp_path):
    needed = needs.memory_of(LARGE)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(needs, "free_memory", lambda: needed // 2)
    with pytest.raises(ValueError, match=r"^this run needs .* of memory"):
        needs.check_run(LARGE, tmp_path)
    for device in ("cuda", "auto"):
        on_gpu = LARGE.changed(device=device)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (needed, 2 * needed))
        needs.check_run(on_gpu, tmp_path)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (needed - 1, 2 * needed))
        with pytest.raises(ValueError, match=r"^this run on cuda needs .* are free: make units"):
            needs.check_run(on_gpu, tmp_path)


def test_of_several_ranks_each_has_its_part_of_the_batch(monkeypatch, tmp_path):
    """Four machines need a quarter each, four processes of one machine all of it together."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(needs, "free_memory", lambda: needs.memory_of(LARGE) // 3)
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "1")
    needs.check_run(LARGE, tmp_path)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    with pytest.raises(ValueError, match="needs"):
        needs.check_run(LARGE, tmp_path)


def test_what_a_run_holds_on_the_disk_need_not_be_free_again(monkeypatch, tmp_path):
    one = needs.disk_of(SMALL) // 3
    room(monkeypatch, round(1.1 * one))
    for step in (1, 2):
        with pytest.raises(ValueError, match="a run of this size needs"):
            needs.check_run(SMALL, tmp_path)
        folder = tmp_path / f"checkpoint-{step:06}"
        folder.mkdir()
        (folder / "weights.safetensors").write_bytes(bytes(one))
    needs.check_run(SMALL, tmp_path)
    room(monkeypatch, round(0.9 * one))  # the next one is written before an old one goes
    with pytest.raises(ValueError, match="a run of this size needs"):
        needs.check_run(SMALL, tmp_path)


def test_a_container_that_leaves_less_is_heeded(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(needs.quota, "memory_left", lambda: 12_345.0)
    assert needs.free_memory() == 12_345
    monkeypatch.setattr(needs.quota, "memory_left", lambda: float("inf"))
    assert 10**6 < needs.free_memory() < 2**62


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ulimit -v")
def test_a_limit_of_the_user_refuses_before_the_work_begins(tmp_path):
    command = 'ulimit -v 4000000; exec "$@"'
    words = ["train", "--units", "6000", "--out", str(tmp_path / "run")]
    done = subprocess.run(
        ["bash", "-c", command, "-", sys.executable, "-m", "lstm_video_lab", *words],
        capture_output=True, text=True,
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2 and "this run needs" in line and not (tmp_path / "run").exists()
