"""Checkpoints of a run: they appear whole, and what is read back is what was written.

A run's folder holds `metrics.jsonl` and its newest checkpoints, each a folder of its own:

    checkpoint-000500/  weights.safetensors, optimiser.safetensors, state.json, SHA256SUMS

Tensors are safetensors, everything else is JSON: nothing is ever unpickled.
"""

import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from lstm_video_lab.checks import LabError, check_number
from lstm_video_lab.files import read_json
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

KEEP = 2
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Checkpoint:
    """One whole checkpoint, read and verified."""

    folder: Path
    settings: Settings
    step: int
    seconds: float
    metrics: dict[str, Any]
    weights: dict[str, Tensor]
    optimiser: dict[str, Tensor]


def save_checkpoint(
    out: Path,
    settings: Settings,
    step: int,
    seconds: float,
    metrics: dict[str, Any],
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
) -> Path:
    """Write `out`/checkpoint-STEP under another name, then rename it; older ones but one go.

    Raises OSError where the disk is full or not writable; nothing half-written stays.
    """
    folder = out / f"checkpoint-{step:06d}"
    draft = out / f".draft-{step:06d}-{os.getpid()}"
    state = {"settings": settings.to_dict(), "step": step, "seconds": seconds, "metrics": metrics}
    try:
        draft.mkdir(parents=True)
        save_file({k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()},
                  draft / "weights.safetensors")  # fmt: skip
        save_file(_flatten(optimiser), draft / "optimiser.safetensors")
        (draft / "state.json").write_text(json.dumps(state, indent=1, allow_nan=False))
        names = sorted(path.name for path in draft.iterdir())
        (draft / SUMS).write_text("".join(f"{_digest(draft / name)}  {name}\n" for name in names))
        for path in (*draft.iterdir(), draft):
            _flush(path)
        _set_aside(folder)
        draft.rename(folder)
        _flush(out)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise OSError(f"{folder}: the checkpoint could not be written ({error}): "
                      "mend that, and go on with --resume auto") from None  # fmt: skip
    for old in _checkpoints(out)[:-KEEP]:
        _set_aside(old)
    for old in out.glob(".draft-*"):  # of killed runs, too
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _set_aside(folder: Path) -> None:
    """Make a draft of a checkpoint, so that nobody takes a part of it for the whole."""
    if folder.exists():
        folder.rename(folder.with_name(f".draft-old-{folder.name}-{time.time_ns()}"))


def newest_checkpoint(out: Path | str) -> Path | None:
    """The folder of the newest checkpoint of a run, or None; drafts do not count."""
    checkpoints = _checkpoints(Path(out))
    return checkpoints[-1] if checkpoints else None


def read_checkpoint(out: Path | str) -> Checkpoint:
    """The newest checkpoint in a run's folder (or a checkpoint's own folder), verified.

    Raises FileNotFoundError where there is none, ValueError where a file is not what was written.
    """
    out = Path(out)
    if not out.is_dir():
        raise FileNotFoundError(f"{out}: no such folder: name the folder of a run")
    folder = out if (out / SUMS).is_file() else newest_checkpoint(out)
    if folder is None:
        raise FileNotFoundError(f"{out}: no checkpoint in it: train with --out {out} first")
    _verify(folder)
    try:
        state = read_json(folder / "state.json")
        for name, whole in (("step", True), ("seconds", False)):
            check_number(name, state[name], 0, whole=whole)
        if not isinstance(state["settings"], dict) or not isinstance(state["metrics"], dict):
            raise LabError("settings and metrics must be names and values")
        return Checkpoint(
            folder=folder,
            weights=load_file(folder / "weights.safetensors"),
            optimiser=load_file(folder / "optimiser.safetensors"),
            **{**state, "settings": Settings.from_dict(state["settings"])},
        )
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise LabError(f"{folder}: this is no checkpoint of a run ({error})") from None


def load_model(folder: Path | str) -> VideoModel:
    """The model of a run's newest whole checkpoint, in evaluation mode.

    Raises FileNotFoundError or ValueError, as `read_checkpoint` does.
    """
    checkpoint = read_checkpoint(folder)
    model = VideoModel(**checkpoint.settings.model_fields())
    restore_weights(model, checkpoint)
    return model.eval()


def restore_weights(model: VideoModel, saved: Checkpoint) -> None:
    """Raises ValueError for weights of another model, and for what are no numbers."""
    path = saved.folder / "weights.safetensors"
    _check_tensors(path, saved.weights, model.state_dict())
    if not all(weights.isfinite().all() for weights in saved.weights.values()):
        raise LabError(f"{path}: weights that are no numbers: delete {saved.folder}")
    model.load_state_dict(saved.weights)


def restore_optimiser(optimiser: torch.optim.Optimizer, saved: Checkpoint) -> None:
    """Put back what `save_checkpoint` took from an optimiser, before the weights are restored.

    Raises ValueError for another one's state: with other shapes torch would read past its end.
    """
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter)
    if saved.step:
        optimiser.step()  # makes the state whose names and shapes are compared
    optimiser.zero_grad()
    _check_tensors(saved.folder / "optimiser.safetensors", saved.optimiser, _flatten(optimiser))
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in saved.optimiser.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _check_tensors(path: Path, stored: dict[str, Tensor], like: dict[str, Tensor]) -> None:
    """Raises ValueError naming a tensor that is missing, too many or mis-shaped."""
    for name in sorted({*stored, *like}):
        kinds = [(part[name].dtype, part[name].shape) for part in (stored, like) if name in part]
        if len(set(kinds)) > 1 or len(kinds) < 2:
            raise LabError(f"{path}: {name} is not as this run has it: it belongs to another")


def _checkpoints(out: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
    folders = [path for path in out.glob("checkpoint-*") if path.name[11:].isdecimal()]
    whole = [path for path in folders if (path / SUMS).is_file()]
    return sorted(whole, key=lambda path: int(path.name[11:]))


def _flatten(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimiser's state as named tensors: "3.exp_avg" belongs to parameter 3."""
    state = optimiser.state_dict()["state"]
    return {
        f"{index}.{name}": value.detach().cpu().contiguous()
        for index, slots in state.items()
        for name, value in slots.items()
        if isinstance(value, Tensor)
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(folder: Path) -> None:
    try:
        lines = (folder / SUMS).read_text().splitlines()
        expected = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (ValueError, OSError) as error:
        raise LabError(f"{folder / SUMS}: unreadable ({error}): delete {folder}") from None
    for name in ("weights.safetensors", "optimiser.safetensors", "state.json"):
        path = folder / name
        if not path.is_file() or expected.get(name) != _digest(path):
            raise LabError(
                f"{path}: damaged, its checksum differs from {SUMS}: "
                f"delete {folder} to go back to the checkpoint before it"
            )


def _flush(path: Path) -> None:
    """Ask the system to put a file or folder on the disk (folders: not on Windows)."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
