"""Runs of several processes on this machine, started as a user would, by torchrun."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import torch

from lstm_video_lab import Settings
from lstm_video_lab.cli import main
from lstm_video_lab.commands.train import follow
from lstm_video_lab.distributed import ALONE, RankLostError, Ranks
from lstm_video_lab.training import checkpoints

LOCAL = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
SMOKE = ("--scale", "smoke", "--batch-size", "8", "--validate-every", "5", "--device", "cpu")
CASES = {
    "composite": ("--steps", "6"),
    "scheduled": ("--steps", "6", "--conditional", "both", "--feedback", "scheduled"),
}


@contextmanager
def started(ranks, out, *flags):
    """torchrun with its ranks, in a process group of its own, which is gone afterwards."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(ranks), "-m", "lstm_video_lab", "train"]
    process = subprocess.Popen(
        [*command, "--out", str(out), *SMOKE, *flags],
        env=LOCAL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for pid in [*workers(process), process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.communicate()


def workers(process):
    found = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True
    )
    return [int(word) for word in found.stdout.split()]


def torchrun(ranks, out, *flags):
    with started(ranks, out, *flags) as process:
        output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


def lines(out):
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def assert_same_run(a, b):
    """The same losses, held-out figures and weights, to rounding."""
    for left, right in zip(lines(a), lines(b), strict=True):
        assert left["step"] == right["step"]
        for name in ("loss", "future", "reconstruction", "gradient_norm"):
            assert left[name] == pytest.approx(right[name], rel=1e-4), name
        for part in ("future", "reconstruction"):
            for name in ("cross_entropy", "mse"):
                expected = pytest.approx(right["heldout"][part][name], rel=1e-4)
                assert left["heldout"][part][name] == expected
    left, right = (checkpoints.read_checkpoint(run) for run in (a, b))
    assert left.step == right.step and left.weights.keys() == right.weights.keys()
    for name, weight in left.weights.items():
        torch.testing.assert_close(weight, right.weights[name], rtol=1e-3, atol=1e-5)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The same runs in one process: case → folder."""
    runs = {}
    for case, flags in CASES.items():
        runs[case] = tmp_path_factory.mktemp(case) / "run"
        assert main(["train", "--out", str(runs[case]), *SMOKE, *flags]) == 0
    return runs


@pytest.mark.parametrize(("ranks", "case"), [(2, "scheduled"), (4, "composite")])
def test_the_same_batch_gives_the_same_run_on_any_number_of_ranks(ranks, case, alone, tmp_path):
    code, output, errors = torchrun(ranks, tmp_path / "run", *CASES[case])
    assert code == 0, errors
    assert_same_run(tmp_path / "run", alone[case])
    assert output.count("done:") == 1
    assert len(re.findall("held-out future", output + errors)) == 2  # steps 5 and 6, once each


def test_a_lost_rank_ends_the_job_and_other_ranks_go_on(tmp_path):
    """Rank 1 is killed in mid-run; what is left continues on three other numbers of ranks."""
    out, endless = tmp_path / "run", ("--steps", "100000", "--schedule", "constant")
    endless = (*endless, "--warmup", "0", "--checkpoint-every", "5")
    with started(2, out, *endless) as process:
        until(lambda: checkpoints.newest_checkpoint(out) is not None)
        os.kill(workers(process)[-1], signal.SIGKILL)
        _, errors = process.communicate(timeout=120)
    assert process.returncode not in (0, None)
    (line,) = re.findall(r"lstm-video-lab train: (.*lost another rank.*)", errors)
    assert "checkpoint-" in line and "--resume auto" in line
    assert "Traceback" not in errors.split("lost another rank")[0]
    reached = checkpoints.read_checkpoint(out).step  # verified: it is whole
    assert reached >= 5

    more = ("--resume", "auto", *endless, "--steps", str(reached + 3))
    code, _, errors = torchrun(4, out, *more)
    assert code == 0, errors
    assert checkpoints.read_checkpoint(out).step == reached + 3

    whole = tmp_path / "alone"  # the same run, never stopped, in one process
    flags = (*endless, "--steps", str(reached + 3))
    assert main(["train", "--out", str(whole), *SMOKE, *flags]) == 0
    left, right = (checkpoints.read_checkpoint(run).weights for run in (out, whole))
    for name, weight in left.items():
        torch.testing.assert_close(weight, right[name], rtol=1e-2, atol=1e-4)


def test_a_rank_that_is_found_lost_between_two_steps_ends_the_run_as_well(tmp_path):
    """torchrun's signal can come first: then it is the question whether to stop that fails."""

    class Broken(Ranks):
        def any(self, flag):
            raise RankLostError("another rank is gone")

    settings = Settings.for_scale("smoke", device="cpu")
    with pytest.raises(
        RankLostError, match=r"lost another rank; the last good checkpoint is .*-000001"
    ):
        follow(settings, tmp_path / "run", False, Broken())
    assert checkpoints.read_checkpoint(tmp_path / "run").step == 1


def test_a_signal_stops_all_ranks_at_one_step_with_a_checkpoint(tmp_path):
    out = tmp_path / "run"
    with started(2, out, "--steps", "100000", "--schedule", "constant") as process:
        until(lambda: (out / "metrics.jsonl").exists() and len(lines(out)) > 0)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "continue with: lstm-video-lab train" in errors
    assert checkpoints.read_checkpoint(out).step > 0


def test_a_batch_that_cannot_be_shared_is_refused_in_one_line(tmp_path):
    code, _, errors = torchrun(2, tmp_path / "run", "--steps", "2", "--batch-size", "7")
    assert code != 0
    assert "batch_size=7 cannot be shared evenly by 2 ranks: choose a multiple" in errors
    assert not (tmp_path / "run").exists()


def test_one_process_makes_no_group():
    assert ALONE.sum(torch.ones(2)).tolist() == [1, 1]
    assert not torch.distributed.is_initialized()


def until(happened):
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)
