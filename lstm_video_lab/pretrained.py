"""The box: trained models that come with the lab, each with a card that says what made it.

`weights/NAME.json` is the card, `weights/NAME.1.safetensors`, `NAME.2.safetensors` … hold the
weights, each file under 16 MiB. Large matrices are stored as whole numbers from −127 to 127 with
one scale for each row, everything else as float16; the card says what that costs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lstm_video_lab import evaluation
from lstm_video_lab.files import write_whole
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints

BOX = Path(__file__).parent / "weights"
LARGE = 2**14  # numbers in a matrix for which a scale for each row is worth while
SHARD = 15 * 2**20  # bytes in a file at the most
SEQUENCES = 1000
# The kinds of models besides `VideoModel`; a card's "model" holds what its class is called with.
KINDS = {"percepts": "percepts.PerceptNet", "ladder": "lessons.video_ladder.model.Ladder"}


def list_pretrained() -> list[str]:
    """The names of the trained models in the box."""
    return sorted(path.stem for path in BOX.glob("*.json"))


def load_pretrained(name: str) -> Any:
    """A trained model from the box, in evaluation mode: a `VideoModel`, or what the card's "kind"
    says, one of `KINDS`.

    Its `.card` says what made it: data, command, scale, settings, steps, seconds, machine, metrics.
    Raises ValueError for a name that is not in the box.
    """
    if name not in list_pretrained():
        raise ValueError(f"{name!r} is not in the box, which holds {', '.join(list_pretrained())}")
    card = json.loads((BOX / f"{name}.json").read_text())
    model: Any = _make(card)
    stored: dict[str, Tensor] = {}
    for shard in card["shards"]:
        stored |= load_file(BOX / shard)
    model.load_state_dict(unpack(stored))
    model.card = card
    return model.eval()


def start_from(model: VideoModel, name: str) -> None:
    """Give a model the weights of one in the box, which may have a decoder more.

    Raises ValueError where that one has other sizes, lacks a part, or is not in the box.
    """
    weights = load_pretrained(name).state_dict()
    for key, own in model.state_dict().items():
        if key not in weights:
            raise ValueError(f"start_from={name!r}: that model has no {key}: choose another")
        if weights[key].shape != own.shape:
            raise ValueError(
                f"start_from={name!r}: its {key} is {tuple(weights[key].shape)}, "
                f"here it is {tuple(own.shape)}: choose the settings of that model"
            )
        own.copy_(weights[key])


def _ancestors(settings: Settings) -> list[dict[str, Any]]:
    """The models whose weights a run began with, oldest first: what their cards say of training."""
    if settings.start_from is None:
        return []
    card = load_pretrained(settings.start_from).card
    told = ("name", "command", "steps", "seconds", "machine", "settings")
    return [*card.get("ancestors", []), {key: card[key] for key in told}]


def put_in_box(
    run: Path | str,
    name: str,
    command: str,
    machine: dict[str, Any],
    box: Path,
    sequences: int = SEQUENCES,
) -> Path:
    """Store a run's newest weights in the folder `box`, and the card; returns the card's path.

    The card's metrics are those of the weights as stored, on the test data of each source that the
    run was trained on; its `storing` is what rounding them has cost on the first.
    """
    checkpoint = checkpoints.read_checkpoint(run)
    settings = checkpoint.settings
    packed = pack(checkpoint.weights)
    model = checkpoints.load_model(run)
    model.load_state_dict(unpack(packed))
    sources = _sources(settings)
    metrics = {
        name: evaluation.evaluate(model, source, sequences) for name, source in sources.items()
    }
    first = next(iter(sources))
    measure = "cross_entropy" if settings.output == "logistic" else "mse"
    before = evaluation.evaluate(
        checkpoints.load_model(run), sources[first], sequences, similarity=False, compare=False
    )["future"][measure]
    ancestors = _ancestors(settings)
    card = {
        "name": name,
        "data": f"{settings.num_digits} bouncing digits, {settings.digits}"
        if settings.data == "digits"
        else settings.data,
        "command": command,
        "scale": settings.scale,
        "steps": checkpoint.step,
        "seconds": round(checkpoint.seconds),
        "ancestors": ancestors,
        "total_steps": checkpoint.step + sum(ancestor["steps"] for ancestor in ancestors),
        "machine": machine,
        "parameters": sum(p.numel() for p in model.parameters()),
        "metrics": metrics,
        "storing": {"measure": measure, "cost": metrics[first]["future"][measure] - before},
        "settings": settings.to_dict(),
    }
    return write_card(card, packed, box)


def put_net(
    net: nn.Module, card: dict[str, Any], score: Callable[[], dict[str, Any]], box: Path
) -> Path:
    """Store a network that is no `VideoModel`, one of `KINDS`; returns the card's path.

    card: name, kind, model, data, command, scale, steps, seconds, machine, settings and measure;
    what the weights score as stored, and how much rounding has moved it, is added here.
    score: scores `net` as it is: source of data → measure → number, `baselines` among them.
    """
    measure = card.pop("measure")
    before, packed = score(), pack(net.state_dict())
    net.load_state_dict(unpack(packed))
    card["metrics"] = metrics = score()
    card["parameters"] = sum(parameter.numel() for parameter in net.parameters())
    first = next(iter(metrics))
    cost = abs(metrics[first][measure] - before[first][measure])
    card["storing"] = {"measure": measure, "cost": cost}
    return write_card(card, packed, box)


def write_card(card: dict[str, Any], packed: dict[str, Tensor], box: Path) -> Path:
    """Write the weights that `pack` gave and their card into a folder; returns the card's path."""
    box.mkdir(parents=True, exist_ok=True)
    card["shards"] = _write_shards(packed, card["name"], box)
    path = box / f"{card['name']}.json"
    write_whole(path, json.dumps(card, indent=1, allow_nan=False) + "\n")
    return path


def pack(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Large matrices as int8 rows, and under KEY.scale a factor for each row; others as float16."""
    packed = {}
    for key, weight in weights.items():
        if weight.dim() != 2 or weight.numel() < LARGE:
            packed[key] = weight.half()
            continue
        scale = weight.abs().amax(1).clamp(min=1e-12) / 127  # (rows,)
        packed[key] = (weight / scale[:, None]).round().to(torch.int8)
        packed[f"{key}.scale"] = scale
    return packed


def unpack(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights that `pack` took, as float32, nearly."""
    weights = {}
    for key, value in packed.items():
        if value.dtype == torch.int8:
            weights[key] = value.float() * packed[f"{key}.scale"][:, None]
        elif not key.endswith(".scale"):
            weights[key] = value.float()
    return weights


def _make(card: dict[str, Any]) -> nn.Module:
    """The model of a card, its weights not yet loaded."""
    if "kind" not in card:
        return VideoModel(**Settings.from_dict(card["settings"]).model_fields())
    module, name = KINDS[card["kind"]].rsplit(".", 1)
    return getattr(import_module(f"lstm_video_lab.{module}"), name)(**card["model"])


def _sources(settings: Settings) -> dict[str, Settings]:
    """The test data that belong to a run: of "embedded+mnist", each by itself."""
    if settings.data != "digits":
        return {settings.data: settings}
    return {part: settings.changed(digits=part) for part in settings.digits.split("+")}


def _write_shards(packed: dict[str, Tensor], name: str, box: Path) -> list[str]:
    """Files in the order of the weights, each filled as far as it goes; their names."""
    shards: list[dict[str, Tensor]] = [{}]
    for key, value in packed.items():
        if sum(t.nbytes for t in shards[-1].values()) + value.nbytes > SHARD:
            shards.append({})
        shards[-1][key] = value.contiguous()
    names = [f"{name}.{k}.safetensors" for k in range(1, len(shards) + 1)]
    for file, shard in zip(names, shards, strict=True):
        save_file(shard, box / file)
    return names
