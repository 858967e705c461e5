"""Nothing of a run is lost late, and no other run writes into its folder."""

import json
import shutil
import subprocess
import sys

import pytest

from lstm_video_lab import Settings, evaluation, train
from lstm_video_lab.cli import main
from lstm_video_lab.commands import needs
from lstm_video_lab.models import VideoModel
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training.checkpoints import newest_checkpoint, read_checkpoint

SMOKE = Settings.for_scale("smoke", steps=9, checkpoint_every=4, validate_every=6)


def test_a_folder_has_one_writer(tmp_path, capfd):
    run = train(SMOKE, tmp_path)
    next(run)
    with pytest.raises(OSError, match="another run writes there: choose another folder"):
        train(SMOKE, tmp_path)
    words = ["-m", "lstm_video_lab", "train", "--scale", "smoke", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "another run writes there" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    run.close()
    with pytest.raises(FileExistsError):
        train(SMOKE, tmp_path)
    assert list(train(SMOKE, tmp_path, resume=True))[-1].step == 9
    (line,) = (tmp_path / "metrics.jsonl").read_text().splitlines()[:1]
    assert json.loads(line)["step"] == 6


@pytest.mark.parametrize("error", [OSError("the log is full"), ValueError("bad"), MemoryError()])
@pytest.mark.parametrize("where", ["logging", "validating"])
def test_an_error_on_the_way_leaves_a_checkpoint_of_all_that_was_learnt(
    tmp_path, monkeypatch, error, where
):
    list(train(SMOKE, tmp_path / "whole"))

    def fail(*_, **__):
        raise error

    with monkeypatch.context() as patch:
        if where == "logging":
            patch.setattr("lstm_video_lab.training.loop._Run._log", fail)
        else:
            patch.setattr(evaluation, "evaluate", fail)
        with pytest.raises(type(error)):
            list(train(SMOKE, tmp_path / "cut"))
    assert read_checkpoint(tmp_path / "cut").step == 6
    list(train(SMOKE, tmp_path / "cut", resume=True))
    ours, theirs = (read_checkpoint(tmp_path / name).weights for name in ("cut", "whole"))
    assert all(ours[name].equal(theirs[name]) for name in theirs)


def test_what_the_run_will_need_is_opened_at_its_start(tmp_path, monkeypatch):
    """Digits to test on that are missing, as where only those to train on were copied."""
    import gzip
    import struct

    (tmp_path / "digits").mkdir()
    for name, head, size in (("images-idx3", (3, 40, 28, 28), 784), ("labels-idx1", (1, 40), 1)):
        data = bytes((0, 0, 8, head[0])) + struct.pack(f">{len(head) - 1}I", *head[1:])
        path = tmp_path / "digits" / f"train-{name}-ubyte.gz"
        path.write_bytes(gzip.compress(data + bytes(40 * size)))
    with pytest.raises(FileNotFoundError, match="t10k-images"):
        train(SMOKE.changed(digits=str(tmp_path / "digits")), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_clean_up_that_is_killed_leaves_no_part_of_a_checkpoint(tmp_path, monkeypatch):
    real, count = shutil.rmtree, []

    def killed(path, *arguments, **options):
        """Half of the folder goes, then the process."""
        next(path.glob("SHA256SUMS")).unlink()
        count.append(path)
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints.shutil, "rmtree", killed)
    often = SMOKE.changed(checkpoint_every=1)
    with pytest.raises(KeyboardInterrupt):
        list(train(often, tmp_path))
    assert count
    for folder in tmp_path.glob("checkpoint-*"):
        assert (folder / "SHA256SUMS").is_file() and read_checkpoint(folder)
    monkeypatch.setattr(checkpoints.shutil, "rmtree", real)
    list(train(often, tmp_path, resume=True))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".lock", "checkpoint-000008", "checkpoint-000009", "metrics.jsonl"]


def test_foreign_folders_that_look_like_checkpoints_are_left_alone(tmp_path):
    for name in ("checkpoint-best", "checkpoint-"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SHA256SUMS").write_text("mine")
    list(train(SMOKE, tmp_path))
    assert newest_checkpoint(tmp_path).name == "checkpoint-000009"
    assert (tmp_path / "checkpoint-best" / "SHA256SUMS").read_text() == "mine"


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"layers": 2, "units": (5, 7)}, {"conditional": "both"}, {"reconstruct": False},
        {"peepholes": False}, {"predict": False}, {"channels": 3, "data": "camera"},
        {"cell": "convlstm", "units": (4, 6), "layers": 2, "kernel_size": 3},
        {"cell": "convlstm", "units": 4, "peepholes": "location", "conditional": "future"},
        {"cell": "convlstm", "units": 4, "peepholes": False, "patch": 2},
    ],
)  # fmt: skip
def test_parameters_are_counted_without_making_the_model(changes):
    settings = Settings.for_scale("smoke", **changes)
    model = VideoModel(**settings.model_fields())
    assert needs.count_parameters(settings) == sum(p.numel() for p in model.parameters())


def test_what_is_offered_for_copying_can_be_copied(tmp_path, capsys):
    out = tmp_path / "my runs; rm x"
    assert main(["train", "--scale", "smoke", "--steps", "1", "--out", str(out)]) == 0
    assert f"lstm-video-lab evaluate '{out}' --json" in capsys.readouterr().out


def test_a_console_of_few_letters_loses_no_report(tmp_path):
    list(train(SMOKE.changed(steps=1), tmp_path / "lauf ü"))
    words = ["-m", "lstm_video_lab", "evaluate", str(tmp_path / "lauf ü"), "--sequences", "3"]
    done = subprocess.run(
        [sys.executable, *words, "--json", str(tmp_path / "e.json")],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "e.json").read_text())["sequences"] == 3
    assert b"held-out sequences" in done.stdout
