"""Settings: three parts, flat as JSON; what was stored before still loads."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from lstm_video_lab import Settings
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.evaluation import heldout_data
from lstm_video_lab.pretrained import list_pretrained, load_pretrained
from lstm_video_lab.settings import DataSettings, ModelSettings

RESULTS = Path(__file__).parents[1] / "notebooks" / "results"
PARTS = [ModelSettings, DataSettings]


def test_every_number_is_documented_and_belongs_to_one_part_but_the_frame_to_two():
    names = [{field.name for field in dataclasses.fields(part)} for part in PARTS]
    assert names[0] & names[1] == {"image_size", "channels"}
    assert names[0] | names[1] < {field.name for field in dataclasses.fields(Settings)}
    assert all(field.metadata["doc"] for field in dataclasses.fields(Settings))


def test_the_data_part_gives_the_same_sequences_and_nothing_else_changes_them():
    settings = Settings.for_scale("smoke", num_digits=2, speed=(0.1, 0.2), seed=7)
    part, other = settings.data_settings(), settings.changed(units=3, steps=4, learning_rate=1.0)
    assert type(part) is DataSettings and part == other.data_settings() != settings
    assert part.data_settings() == part and len({part, other.data_settings()}) == 1
    assert torch.equal(open_data(part).batch(3, 2), open_data(settings).batch(3, 2))
    assert heldout_data(part) is heldout_data(settings)


def test_a_part_of_settings_without_digits_is_whole():
    part = Settings.for_scale("smoke", data="camera", channels=3, output="linear").data_settings()
    assert open_data(part).batch(0, 2).shape == (7, 2, 3, 16, 16)


def test_its_json_is_flat_and_comes_back():
    settings = Settings.for_scale("smoke", layers=2, units=(4, 8), speed=(0.05, 0.1))
    stored = json.loads(json.dumps(settings.to_dict()))
    assert not any(isinstance(value, dict) for value in stored.values())
    assert Settings.from_dict(stored) == settings


def stored_settings(value):
    """All that lies under "settings" in a result and is whole."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, inner in value.items() if isinstance(value, dict) else ():
        if (
            key == "settings"
            and isinstance(inner, dict)
            and {"units", "data", "scale"} <= set(inner)
        ):
            yield inner
        else:
            yield from stored_settings(inner)


def test_what_was_stored_before_still_loads():
    for name in list_pretrained():
        if "kind" not in load_pretrained(name).card:
            assert Settings.from_dict(load_pretrained(name).card["settings"])
    found = [one for path in RESULTS.glob("*.json")
             for one in stored_settings(json.loads(path.read_text()))]  # fmt: skip
    assert len(found) > 20
    for values in found:
        assert Settings.from_dict(values).units


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": 2.5}, "units=2.5 is no whole number"),
        ({"units": None}, "units=None is no whole number"),
        ({"layers": (1, 2)}, r"layers=\(1, 2\) is no number: give a single one"),
        ({"learning_rate": "high"}, "learning_rate='high' is no number"),
        ({"learning_rate": -1.0}, "learning_rate=-1.0 is out of range: it must be at least 0"),
        ({"image_size": 300}, "image_size=300 is out of range: it must be from 8 to 256"),
        ({"speed": (0.1, 0.2, 0.3)}, "is no range"),
        ({"digit_size": 17}, "digit_size=17 does not fit into image_size=16"),
        ({"channels": 3}, "which are grey"),
        ({"data": "camera", "channels": 2}, "channels=2: pictures are grey"),
        ({"data": "camera", "num_digits": 2}, "num_digits=2 has an effect only with data='digits'"),
        ({"feedback": "teacher"}, "has an effect only with a conditional decoder"),
        ({"steps": None}, "steps and minutes are both none"),
        ({"colour": 1}, "setting 'colour' is unknown: the settings are batch_size, cell, "),
    ],
)
def test_what_cannot_be_is_one_line(changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        Settings.for_scale("smoke", **changes)
    assert "\n" not in str(caught.value)


def test_an_unknown_scale_is_named():
    with pytest.raises(ValueError, match="scale='huge' is unknown: choose one of smoke, laptop, "):
        Settings.for_scale("huge")
