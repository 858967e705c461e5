"""Trained models that come with the lab, each with a card that says what made it.

`weights/NAME.json` is the card, `weights/NAME.1.safetensors`, `NAME.2.safetensors` … hold the
weights, each file under 16 MiB. Large matrices are stored as whole numbers from −127 to 127 with
one scale for each row, everything else as float16; the card says what that costs.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.files import write_json, write_whole
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

WEIGHTS = Path(__file__).parent / "weights"
LARGE = 2**14  # numbers in a matrix for which a scale for each row is worth while
SHARD = 15 * 2**20  # bytes in a file at the most


def list_pretrained() -> list[str]:
    """The names of the trained models that come with the lab."""
    return sorted(path.stem for path in WEIGHTS.glob("*.json"))


def load_pretrained(name: str) -> Any:
    """A trained model, in evaluation mode: a `VideoModel`, or of the class that its card names.

    Its `.card` says what made it: data, command, scale, settings, steps, seconds, machine, metrics.
    Raises ValueError for a name that `list_pretrained` does not give.
    """
    card = WEIGHTS / f"{name}.json"
    if card.parent != WEIGHTS or not card.is_file():  # a lesson that lists all hangs on them all
        check_choice("model", name, list_pretrained())
    return read_model(card)


def read_model(card_path: Path) -> Any:
    """The model of a card, whose weights lie beside it; in evaluation mode."""
    card = json.loads(card_path.read_text())
    model: Any = _make(card)
    stored: dict[str, Tensor] = {}
    for shard in card["shards"]:
        stored |= load_file(card_path.with_name(shard))
    model.load_state_dict(dequantise(stored))
    model.card = card
    return model.eval()


def start_from(model: VideoModel, name: str) -> None:
    """Give a model the weights of a trained one, which may have a decoder more.

    Raises ValueError where that one has other sizes, lacks a part, or is not there.
    """
    check_choice("start_from", name, list_pretrained())
    weights = load_pretrained(name).state_dict()
    for key, own in model.state_dict().items():
        if key not in weights or weights[key].shape != own.shape:
            raise LabError(
                f"start_from={name!r}: that model has no {key} of {tuple(own.shape)}, as it is "
                "here: choose its settings"
            )
        own.copy_(weights[key])


def write_card(card: dict[str, Any], quantised: dict[str, Tensor], folder: Path) -> Path:
    """Write weights as `quantise` gives them, and their card, into a folder; the card's path."""
    folder.mkdir(parents=True, exist_ok=True)
    card["shards"] = _write_shards(quantised, card["name"], folder)
    path = folder / f"{card['name']}.json"
    write_json(path, card)
    return path


def quantise(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Large matrices as int8 rows, and under KEY.scale a factor for each row; others as float16."""
    quantised = {}
    for key, weight in weights.items():
        if weight.dim() != 2 or weight.numel() < LARGE:
            quantised[key] = weight.half()
            continue
        scale = weight.abs().amax(1).clamp(min=1e-12) / 127  # (rows,)
        quantised[key] = (weight / scale[:, None]).round().to(torch.int8)
        quantised[f"{key}.scale"] = scale
    return quantised


def dequantise(quantised: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights that `quantise` took, as float32, nearly."""
    weights = {}
    for key, value in quantised.items():
        if value.dtype == torch.int8:
            weights[key] = value.float() * quantised[f"{key}.scale"][:, None]
        elif not key.endswith(".scale"):
            weights[key] = value.float()
    return weights


def _make(card: dict[str, Any]) -> nn.Module:
    """The model of a card, its weights not yet loaded."""
    if "kind" not in card:
        return VideoModel(**Settings.from_dict(card["settings"]).model_fields())
    module, name = card["kind"].rsplit(".", 1)
    if module.split(".")[0] != "lstm_video_lab":
        raise LabError(f"{card['name']}: its kind, {card['kind']}, is no class of this lab")
    return getattr(import_module(module), name)(**card["model"])


def _write_shards(quantised: dict[str, Tensor], name: str, folder: Path) -> list[str]:
    """Files in the order of the weights, each filled as far as it goes; their names."""
    shards: list[dict[str, Tensor]] = [{}]
    for key, value in quantised.items():
        if sum(t.nbytes for t in shards[-1].values()) + value.nbytes > SHARD:
            shards.append({})
        shards[-1][key] = value.contiguous()
    names = [f"{name}.{k}.safetensors" for k in range(1, len(shards) + 1)]
    for file, shard in zip(names, shards, strict=True):
        write_whole(folder / file, save(shard))
    return names
