"""The files of the live model: its script, its looks, and one script of weights for each model.

A page that is opened from a folder can fetch nothing, and no module; it can load classic scripts.
So the modules of `live/` and the film player of the widgets become one script, and the weights
travel in scripts of their own, which a page loads when it needs them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.data.digits import load_digits
from lstm_video_lab.evaluation import mean_image
from lstm_video_lab.files import write_whole
from lstm_video_lab.pretrained import WEIGHTS
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets import film

LIVE = Path(__file__).with_name("live")
WIDGETS = Path(film.__file__).parent
MODULES = (
    WIDGETS / "film.js",
    LIVE / "model.js",
    LIVE / "motion.js",
    LIVE / "scene.js",
    LIVE / "pictures.js",
    LIVE / "arena.js",
    LIVE / "levels.js",
    LIVE / "explorer.js",
)
STYLES = (WIDGETS / "film.css", LIVE / "live.css")
MODELS = ("composite-two-digits", "fc-two-digits")  # what the explorer offers, the first by itself
OF_EACH = 3  # digits of each label, of those that no model was trained on


def write_live(folder: Path, models: Sequence[str] = MODELS) -> None:
    """Write all files of the live model into a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "live.js", bundle(MODULES).encode())
    styles = [path.read_text("utf-8") for path in STYLES]
    write_whole(folder / "live.css", "\n".join(styles).encode())
    for name in models:
        write_whole(folder / f"{name}.js", model_script(name).encode())


def bundle(modules: tuple[Path, ...]) -> str:
    """Modules as one classic script, in their order: each is a function that returns its exports.

    Imports are of names in braces, from a module that stands before.
    """
    return "\n".join(_as_function(path) for path in modules)


def _as_function(path: Path) -> str:
    text = path.read_text("utf-8")
    text = re.sub(
        r'(?m)^import ({[^}]*}) from "(?:.*/)?(\w+)\.js";$', r"const \1 = lstmVideoLab_\2;", text
    )
    names = re.findall(r"(?m)^export (?:async )?(?:function|class|const) (\w+)", text)
    text = re.sub(r"(?m)^export default ", "const widget = ", text)  # of a widget: not used here
    text = re.sub(r"(?m)^export ", "", text)
    exports = ", ".join(names)
    return f"const lstmVideoLab_{path.stem} = (() => {{\n{text}\nreturn {{ {exports} }};\n}})();\n"


def model_script(name: str) -> str:
    """A model of the box as a script that hands it to the page."""
    model = json.dumps(model_data(name), separators=(",", ":"))
    return f'(globalThis.lstmVideoLabModels ??= {{}})["{name}"] = {model};\n'


def model_data(name: str) -> dict[str, Any]:
    """What the page needs of a model: bytes are in base64, frames are bytes.

    shards: the files of its weights; side, digit_side: of a frame and a digit, in pixels; digits,
    labels: some that it was not trained on; mean: the mean of training frames.
    """
    card = json.loads((WEIGHTS / f"{name}.json").read_text("utf-8"))
    settings = replace(Settings.from_dict(card["settings"]), digits="embedded")  # always there
    digits = load_digits(split="test")
    chosen = [
        n for label in range(10) for n in (digits.labels == label).nonzero()[0][:OF_EACH].tolist()
    ]
    images = area_average(digits.images[chosen], settings.digit_size)
    mean = (255 * mean_image(settings)).round().byte().numpy()
    return {
        "shards": [text_of((WEIGHTS / shard).read_bytes()) for shard in card["shards"]],
        "side": settings.image_size,
        "digit_side": settings.digit_size,
        "digits": text_of(images.tobytes()),
        "labels": digits.labels[chosen].tolist(),
        "mean": text_of(mean.tobytes()),
    }


def text_of(content: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(content).decode()
