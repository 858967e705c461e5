"""Checkpoints appear whole, and damage is named."""

import hashlib
import shutil

import pytest
import torch

from lstm_video_lab import Settings, load_model, train
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training.checkpoints import newest_checkpoint, read_checkpoint

SMOKE = Settings.for_scale("smoke", steps=2)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "a"
    list(train(SMOKE, out))
    return out


@pytest.fixture
def run(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def test_a_checkpoint_holds_settings_step_optimiser_and_metrics(run):
    saved = read_checkpoint(run)
    assert saved.settings == SMOKE and saved.step == 2
    assert saved.metrics["heldout"]["future"]["cross_entropy"] > 0
    assert any(name.endswith("exp_avg") for name in saved.optimiser)


def test_its_sums_are_those_that_sha256sum_checks(run):
    folder = newest_checkpoint(run)
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "optimiser.safetensors", "state.json", "SHA256SUMS"]
)
@pytest.mark.parametrize("where", [0.0, 0.5, 0.99])
def test_a_flipped_byte_is_found_wherever_it_is(run, name, where):
    path = newest_checkpoint(run) / name
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 0x04
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"damaged|unreadable") as caught:
        load_model(run)
    assert "\n" not in str(caught.value) and "delete" in str(caught.value)


@pytest.mark.parametrize("name", ["weights.safetensors", "state.json"])
def test_a_missing_or_cut_file_is_named(run, name):
    path = newest_checkpoint(run) / name
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match=name):
        read_checkpoint(run)
    path.unlink()
    with pytest.raises(ValueError, match=name):
        read_checkpoint(run)


def test_whatever_interrupts_the_writing_nothing_half_written_stays(tmp_path, monkeypatch):
    """Each step of the writing fails once, as on a full disk."""
    run = train(Settings.for_scale("smoke", steps=9, checkpoint_every=2), tmp_path)
    for _ in range(3):
        next(run)
    before = sorted(str(p) for p in tmp_path.rglob("*"))

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    for module, name in (
        (checkpoints, "save_file"),
        (checkpoints, "_digest"),
        (checkpoints, "_flush"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, full)
            with pytest.raises(OSError, match="No space left"):
                read = read_checkpoint(tmp_path)
                checkpoints.save_checkpoint(
                    tmp_path,
                    read.settings,
                    99,
                    0.0,
                    {},
                    torch.nn.Linear(1, 1),
                    torch.optim.SGD([torch.zeros(1)]),
                )
        assert sorted(str(p) for p in tmp_path.rglob("*")) == before


def test_drafts_do_not_count_and_old_checkpoints_go(tmp_path):
    (tmp_path / "checkpoint-999999").mkdir()
    list(train(Settings.for_scale("smoke", steps=8, checkpoint_every=2), tmp_path))
    assert newest_checkpoint(tmp_path).name == "checkpoint-000008"
    whole = [p for p in tmp_path.glob("checkpoint-*") if (p / "SHA256SUMS").exists()]
    assert len(whole) == checkpoints.KEEP


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no checkpoint in it"):
        load_model(tmp_path)
