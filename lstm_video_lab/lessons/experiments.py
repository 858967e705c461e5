"""The index of experiments: `lstm-video-lab experiment NAME --out DIR`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Generator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.files import read_json, write_json, write_whole

ROOMS = {  # experiment → the room that holds it
    "actions": "percepts_and_actions",
    "captions": "video_to_text",
    "composite": "table2",
    "conditioning": "future_predictor",
    "convolution": "convlstm",
    "digit_count": "one_and_three_digits",
    "digit_order": "video_to_text",
    "doubled_units": "natural_patches",
    "features": "features",
    "few_digits": "autoencoder",
    "inflating": "temporal_models",
    "ladder": "video_ladder",
    "layers": "table2",
    "mixed_captioners": "video_to_text",
    "no_learning": "bouncing_digits",
    "optimisers": "table2",
    "patches": "natural_patches",
    "pixels": "pixel_by_pixel",
    "places": "convlstm",
    "recurrence": "recurrence_and_memory",
    "rollouts": "long_rollouts",
    "shared_directions": "composite",
    "table2": "table2",
    "temporal_models": "temporal_models",
    "time_lapse": "composite",
    "units": "autoencoder",
    "unrelated": "percepts_and_actions",
}
GRIDS = ("layers", "optimisers", "table2")  # the room's `grids` computes them, not its `experiment`
# Computed by the room's module of the same name, and drawn by its `figures.draw_NAME`:
OWN_MODULES = (
    "digit_order",
    "doubled_units",
    "few_digits",
    "inflating",
    "mixed_captioners",
    "no_learning",
    "places",
    "shared_directions",
    "time_lapse",
    "unrelated",
)
WITHOUT_PAPER = (
    "captions",
    "digit_order",
    "doubled_units",
    "few_digits",
    "ladder",
    "mixed_captioners",
    "pixels",
    "places",
    "unrelated",
)  # they have no sizes of a paper

PACKED = re.compile(r'"(\d+(?:x\d+)+:[A-Za-z0-9+/=]+)"')  # a clip in JSON, from `pack_frames`
DIGITS = 7  # significant ones of a stored number that is not whole: float32 has no more


def run(name: str, scale: str | None, out: Path) -> Generator[str, None, None]:
    """Run an experiment; yields lines to read while it runs, some of them empty: there it can stop.

    It resumes where it was cut off and leaves NAME.json, its clips and NAME.png in `out`. `scale`
    None is laptop. An experiment tells the seeds of its trainings under `made`. Raises ValueError
    for an unknown name, and for a scale that an experiment does not have.
    """
    if name not in ROOMS:
        raise LabError(f"experiment {name!r} is unknown: choose one of {', '.join(ROOMS)}")
    if scale == "paper" and name in WITHOUT_PAPER:
        raise LabError(f"experiment {name} has no scale 'paper': choose laptop, or smoke")
    scale = scale or "laptop"
    result = yield from _compute(name, scale, out)
    png = _draw(name, result)
    made = {
        "command": f"lstm-video-lab experiment {name} --scale {scale} --out DIR",
        "scale": scale,
        "seeds": None,
        **result.pop("made", {}),
        "date": date.today().isoformat(),
    }
    path = store_result(out, name, {"made": made, **result})
    write_whole(path.with_suffix(".png"), png)
    yield f"stored: {', '.join(map(str, sorted(out.glob(f'{name}.*'))))}"


def _compute(name: str, scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    room = ROOMS[name]
    if name in GRIDS:
        return import_module(f".{room}.grids", __package__).run(name, scale, out)
    module = name if name in OWN_MODULES else "experiment"
    return import_module(f".{room}.{module}", __package__).run(scale, out)


def _draw(name: str, result: dict[str, Any]) -> bytes:
    figures = import_module(f".{ROOMS[name]}.figures", __package__)
    if name in GRIDS:
        return figures.draw_grid(name, result).png
    draw = getattr(figures, f"draw_{name}") if name in OWN_MODULES else figures.overview
    return draw(result).png


def store_result(out: Path, name: str, result: dict[str, Any]) -> Path:
    """Write a result and its clips as `load_result` reads them, each whole; the result's path.

    Numbers that are not whole are rounded to DIGITS.
    """
    clips: dict[str, str] = {}

    def set_apart(clip: re.Match[str]) -> str:
        name_of_clip = f"clip {hashlib.sha256(clip[1].encode()).hexdigest()[:12]}"
        clips[name_of_clip] = clip[1]
        return f'"{name_of_clip}"'

    text = PACKED.sub(set_apart, json.dumps(result, allow_nan=False))
    path = out / f"{name}.json"
    out.mkdir(parents=True, exist_ok=True)
    clips_path = path.with_suffix(".clips.json")
    if clips:  # beside the former ones, so that each result has its clips, whenever it is stopped
        write_json(clips_path, {**_stored_clips(clips_path), **clips})
    write_json(path, json.loads(text, parse_float=_rounded))
    if clips:
        write_json(clips_path, clips)
    else:
        clips_path.unlink(missing_ok=True)
    return path


def _stored_clips(path: Path) -> dict[str, str]:
    """Name of a clip → the clip; empty where the file is none."""
    try:
        return read_json(path)
    except (OSError, ValueError):
        return {}


def _rounded(digits: str) -> float:
    return float(f"{float(digits):.{DIGITS}g}")
