"""The index of experiments: `lstm-video-lab experiment NAME --out DIR`."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.files import store_result, write_whole

ROOMS = {  # experiment → the room that holds it
    "actions": "percepts_and_actions",
    "captions": "video_to_text",
    "composite": "table2",
    "conditioning": "future_predictor",
    "convolution": "convlstm",
    "digit_count": "one_and_three_digits",
    "digit_order": "video_to_text",
    "features": "features",
    "few_digits": "autoencoder",
    "inflating": "temporal_models",
    "ladder": "video_ladder",
    "layers": "table2",
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
}
GRIDS = ("layers", "optimisers", "table2")  # the room's `grids` computes them, not its `experiment`
# Computed by the room's module of the same name, and drawn by its `figures.draw_NAME`:
OWN_MODULES = (
    "digit_order",
    "few_digits",
    "inflating",
    "no_learning",
    "places",
    "shared_directions",
    "time_lapse",
)
WITHOUT_PAPER = (
    "captions",
    "digit_order",
    "few_digits",
    "ladder",
    "pixels",
    "places",
)  # they have no sizes of a paper


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
