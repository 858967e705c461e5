"""What is changed for the whole process is changed within a block, and back after it."""

import pytest
import torch

from lstm_video_lab import Settings, machine, train
from lstm_video_lab.machine import flush_denormal, pick_device
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
    monkeypatch.setattr(machine, "_keep_freed_memory", lambda: done.append("keep"))
    monkeypatch.setattr(machine.gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setenv("LAB_TUNE", "0")
    machine.tune_process()
    machine.tune_process(is_loaded=True)
    assert done == []
    monkeypatch.delenv("LAB_TUNE")
    machine.tune_process()
    machine.tune_process(is_loaded=True)
    assert done == ["sleep", "keep", "freeze"]


def test_a_device_that_is_not_there_is_named():
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device='cuda' is not there: this machine has "):
            pick_device("cuda")
