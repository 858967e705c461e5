"""What is changed for the whole process is changed within a block, and back after it."""

import math
import os

import pytest
import torch

from lstm_video_lab import Settings, machine, train
from lstm_video_lab.devices import flush_denormal, pick_device
from lstm_video_lab.training.fit import fit

TINY = torch.tensor([1e-39])


def is_flushed() -> bool:
    return (TINY * 0.5).item() == 0


@pytest.fixture(autouse=True)
def nothing_stays():
    assert not is_flushed()
    yield
    assert not is_flushed()


def test_small_numbers_are_flushed_until_the_outermost_block_ends():
    with flush_denormal():
        assert is_flushed()
        with flush_denormal():
            assert is_flushed()
        assert is_flushed()
    assert not is_flushed()


def test_what_the_user_has_switched_on_stays_on():
    torch.set_flush_denormal(True)
    try:
        list(train(Settings.for_scale("smoke", steps=1)))
        assert is_flushed()
    finally:
        torch.set_flush_denormal(False)


def test_an_error_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError), flush_denormal():
        raise ZeroDivisionError
    assert not is_flushed()
    with pytest.raises(ZeroDivisionError):
        fit([torch.nn.Parameter(torch.ones(1))], lambda step: 1 // 0, 3, 0.1)


def test_a_run_flushes_within_its_steps_only():
    run = train(Settings.for_scale("smoke", steps=3))
    next(run)
    assert not is_flushed()  # while the run waits
    with flush_denormal():
        next(run)
        assert is_flushed()
    run.close()


def test_a_process_is_tuned_unless_the_user_says_otherwise(monkeypatch):
    done = []
    monkeypatch.setattr(machine, "_sleep_soon", lambda: done.append("sleep"))
    monkeypatch.setattr(machine, "_heed_quota", lambda: done.append("quota"))
    monkeypatch.setattr(machine, "_keep_freed_memory", lambda: done.append("keep"))
    monkeypatch.setattr(machine.gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setenv("LAB_TUNE", "0")
    machine.tune_process()
    machine.tune_process(is_loaded=True)
    assert done == []
    monkeypatch.delenv("LAB_TUNE")
    machine.tune_process()
    machine.tune_process(is_loaded=True)
    assert done == ["sleep", "quota", "keep", "freeze"]


def test_a_user_who_switches_tuning_off_keeps_all_threads(monkeypatch):
    for name in machine.THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAB_TUNE", "0")
    monkeypatch.setattr(machine.quota, "cpu_quota", lambda: 0.5)
    machine.tune_process()
    assert "OMP_NUM_THREADS" not in os.environ


def test_a_device_that_is_not_there_is_named():
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device='cuda' is not there: this machine has "):
            pick_device("cuda")


@pytest.mark.parametrize(
    ("share", "there", "before", "after"),
    [(0.5, 64, None, "1"), (2.5, 64, None, "2"), (math.inf, 64, None, None), (8.0, 4, None, None),
     (0.5, 64, "3", "3")],
)  # fmt: skip
def test_threads_are_no_more_than_it_feeds(monkeypatch, share, there, before, after):
    for name in machine.THREADS:
        monkeypatch.delenv(name, raising=False)
    if before:
        monkeypatch.setenv("OMP_NUM_THREADS", before)
    monkeypatch.setattr(machine.quota, "cpu_quota", lambda: share)
    monkeypatch.setattr(machine.quota, "cores", lambda: there)
    machine.tune_process()
    assert os.environ.get("OMP_NUM_THREADS") == after
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # so that it is put back
