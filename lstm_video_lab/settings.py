"""Every number of an experiment, in one frozen dataclass, with a line of documentation each.

`Settings` has three parts: the model's, the data's and the run's own. A *scale* is a set of
numbers, never another code path: ``Settings.for_scale("laptop", units=512)``. An unknown name, a
value out of range, or a value that would change nothing is an error.
"""

from __future__ import annotations

import dataclasses
import math
import os
from dataclasses import dataclass
from typing import Any, Self

from lstm_video_lab.checks import LabError, check_choice, check_number, check_odd

MAX_LAYERS = 3
HELDOUT_SEED = 2015  # of held-out sequences: no training run may have it
PACE = ("steps", "minutes", "batch_size", "learning_rate")  # how long and how fast a run learns


def setting(default: Any, doc: str, *, choices=None, low=None, high=math.inf) -> Any:
    """A dataclass field with its documentation, its choices or its range (inclusive)."""
    metadata = {"doc": doc, "choices": choices, "low": low, "high": high}
    return dataclasses.field(default=default, metadata=metadata)


def check_field(field: dataclasses.Field, value: Any) -> None:
    """A value against its field's choices or range, and the kinds of values of its annotation."""
    meta, kinds = field.metadata, str(field.type)
    if meta["choices"] is not None:
        check_choice(field.name, value, meta["choices"])
    elif value is None and "None" in kinds:
        return
    elif meta["low"] is None:
        if not isinstance(value, str) or not value:
            raise LabError(f"{field.name}={value!r} is no word: give one")
    else:
        if isinstance(value, tuple) and "tuple" not in kinds:
            raise LabError(f"{field.name}={value!r} is no number: give a single one")
        check_number(field.name, value, meta["low"], meta["high"], whole="float" not in kinds)


@dataclass(frozen=True, kw_only=True)
class FrameSettings:
    """What a model and its data share. Every field of a subclass is checked here."""

    image_size: int = setting(32, "height and width of a frame in pixels", low=8, high=256)
    channels: int = setting(1, "channels of a frame", low=1, high=4)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            check_field(field, getattr(self, field.name))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Settings from plain values (JSON's lists become tuples); unknown names are an error."""
        known = {field.name for field in dataclasses.fields(cls)}
        for name in values:
            if name not in known:
                raise LabError(
                    f"setting {name!r} is unknown: the settings are {', '.join(sorted(known))}"
                )
        plain: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)

    def _fields_of(self, part: type[FrameSettings]) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(part)}

    def _only_matters(self, name: str, where: str) -> None:
        """An option that would change nothing is refused when it is set."""
        default = next(f.default for f in dataclasses.fields(self) if f.name == name)
        by_scale = SCALES.get(getattr(self, "scale", ""), {}).get(name)
        if getattr(self, name) not in (default, by_scale):
            raise LabError(
                f"{name}={getattr(self, name)!r} has an effect only with {where}: leave it out"
            )


@dataclass(frozen=True, kw_only=True)
class ModelSettings(FrameSettings):
    """What `VideoModel` is built from. The defaults are the paper's composite at laptop scale."""

    cell: str = setting("lstm", "recurrent cell", choices=("lstm", "convlstm"))
    units: int | tuple[int, ...] = setting(
        256, "units H of a layer (channels for convlstm); one number, or one a layer", low=1
    )
    layers: int = setting(1, "recurrent layers of encoder and decoders", low=1, high=MAX_LAYERS)
    reconstruct: bool = setting(True, "it gives the input back, reversed", choices=(True, False))
    predict: bool = setting(True, "a decoder that continues the input", choices=(True, False))
    conditional: bool | str = setting(
        False, "who sees its own last frame", choices=(False, "future", "reconstruction", "both")
    )
    peepholes: bool | str = setting(
        True,
        "gates see the cell state; convlstm: per channel (True), or per location",
        choices=(True, False, "channel", "location"),
    )
    output: str = setting(
        "logistic", "logistic: cross-entropy; linear: squared error", choices=("logistic", "linear")
    )
    kernel_size: int = setting(5, "convlstm: side of the convolutions, odd", low=1, high=15)
    patch: int = setting(4, "convlstm: a frame is cut into patches of this side", low=1, high=16)

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.units, tuple) and len(self.units) != self.layers:
            raise LabError(
                f"units={self.units!r} names {len(self.units)} layers, but layers={self.layers}"
            )
        self._check_decoders()
        if self.cell == "convlstm":
            check_odd(self.kernel_size)
            if self.image_size % self.patch:
                raise LabError(f"patch={self.patch} does not divide image_size={self.image_size}")
        else:
            self._only_matters("kernel_size", "cell='convlstm'")
            self._only_matters("patch", "cell='convlstm'")
            if isinstance(self.peepholes, str):
                raise LabError(
                    f"peepholes={self.peepholes!r} needs cell='convlstm'; choose True or False"
                )

    def _check_decoders(self) -> None:
        if not (self.reconstruct or self.predict):
            raise LabError("reconstruct and predict are both off: switch at least one decoder on")
        is_there = {"future": self.predict, "reconstruction": self.reconstruct}
        is_there["both"] = self.predict and self.reconstruct
        if self.conditional and not is_there[str(self.conditional)]:
            raise LabError(f"conditional={self.conditional!r} names a decoder that is switched off")


@dataclass(frozen=True, kw_only=True)
class DataSettings(FrameSettings):
    """What the sequences are a pure function of: see `data.sources.open_data`."""

    data: str = setting("digits", "digits, camera (over photographs), a folder of videos, a file")
    digits: str = setting(
        "embedded",
        "embedded, mnist (downloaded), a folder of IDX files, or several: embedded+mnist",
    )
    num_digits: int = setting(1, "digits in a frame", low=1, high=4)
    digit_size: int = setting(14, "height and width of a digit in pixels", low=4, high=64)
    speed: float | tuple[float, float] = setting(
        0.1, "step of a digit, in parts of its box; two numbers are a range", low=0.0, high=1.0
    )
    frames_in: int = setting(10, "frames that the encoder sees", low=1, high=200)
    frames_out: int = setting(10, "frames that the future predictor gives", low=1, high=200)
    seed: int = setting(0, "all that is drawn is a pure function of it", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data != "digits":
            if self.channels not in (1, 3):
                raise LabError(f"channels={self.channels}: pictures are grey (1) or colour (3)")
            return
        if self.digit_size > self.image_size:
            raise LabError(
                f"digit_size={self.digit_size} does not fit into image_size={self.image_size}: "
                "make digits smaller or frames larger"
            )
        if self.channels != 1:
            raise LabError("channels must be 1 for bouncing digits, which are grey")
        if isinstance(self.speed, tuple) and (
            len(self.speed) != 2 or self.speed[0] > self.speed[1]
        ):
            raise LabError(f"speed={self.speed!r} is no range: give one number, or low,high")

    def data_settings(self) -> DataSettings:
        """These alone, without what else a subclass holds."""
        return DataSettings(**self._fields_of(DataSettings))


@dataclass(frozen=True, kw_only=True)
class Settings(ModelSettings, DataSettings):
    """A whole run: the model, its data, its optimiser. Every field is a flag of `train`."""

    scale: str = setting(
        "laptop", "the set of numbers it started from", choices=("smoke", "laptop", "paper")
    )
    optimiser: str = setting(
        "adam", "gradient method", choices=("sgd", "rmsprop", "adagrad", "adam", "adamw")
    )
    learning_rate: float = setting(2e-3, "peak learning rate", low=0.0)
    momentum: float = setting(0.9, "momentum of sgd and rmsprop", low=0.0, high=0.9999)
    weight_decay: float = setting(0.0, "L2 penalty (decoupled for adamw)", low=0.0)
    schedule: str = setting("cosine", "rate after the warm-up", choices=("cosine", "constant"))
    warmup: float = setting(0.02, "part of the run in which the rate rises", low=0.0, high=0.5)
    clip: float = setting(5.0, "largest L2 norm of the gradient; 0 switches clipping off", low=0.0)
    batch_size: int = setting(32, "sequences B of a step", low=1)
    steps: int | None = setting(2000, "steps of the run; none: until minutes are over", low=1)
    minutes: float | None = setting(
        None, "minutes of the run; none: by steps, for only those repeat bit for bit", low=0.0
    )
    feedback: str = setting(
        "own",
        "what a conditional decoder is fed in training: the true frame, a mixture that moves from "
        "true to own, or its own last output",
        choices=("teacher", "scheduled", "own"),
    )
    start_from: str | None = setting(None, "a trained model to begin with; none: random weights")
    precision: str = setting(
        "fp32", "of matrix products; auto: bf16 where there is", choices=("fp32", "bf16", "auto")
    )
    device: str = setting("auto", "auto, cpu, cuda or mps", choices=("auto", "cpu", "cuda", "mps"))
    validate_every: int = setting(200, "steps between looks at held-out sequences", low=1)
    checkpoint_every: int = setting(500, "steps between checkpoints", low=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data != "digits":
            for name in ("digits", "num_digits", "digit_size", "speed"):
                self._only_matters(name, "data='digits'")
        if self.seed == HELDOUT_SEED:
            raise LabError(f"seed={self.seed} is that of held-out sequences: choose another")
        if self.steps is None and self.minutes is None:
            raise LabError("steps and minutes are both none: say when the run ends")
        if not self.conditional:
            self._only_matters("feedback", "a conditional decoder")
        if self.optimiser not in ("sgd", "rmsprop"):
            self._only_matters("momentum", "optimiser sgd or rmsprop")

    @classmethod
    def for_scale(cls, scale: str | None = None, **changes: Any) -> Settings:
        """The numbers of `scale` (None: ``LAB_SCALE``, else laptop) with `changes` on top.

        `minutes` without `steps` leaves the number of steps open.
        Raises ValueError for an unknown scale, an unknown name or a bad value.
        """
        scale = scale or os.environ.get("LAB_SCALE", "laptop")
        check_choice("scale", scale, SCALES)
        return cls.from_dict({**SCALES[scale], "scale": scale}).changed(**changes)

    @classmethod
    def for_lesson(cls, **changes: Any) -> Settings:
        """`for_scale` for a run in a lesson: at smoke scale its own pace stays (see `PACE`).

        Raises what `for_scale` raises, at every scale.
        """
        settings = cls.for_scale(**changes)
        if settings.scale != "smoke":
            return settings
        return cls.for_scale(**{k: v for k, v in changes.items() if k not in PACE})

    def changed(self, **changes: Any) -> Settings:
        """These settings with `changes`; `minutes` without `steps` leaves the steps open."""
        if changes.get("minutes") is not None:
            changes.setdefault("steps", None)
        return self.from_dict({**self.to_dict(), **changes})

    def model_fields(self) -> dict[str, Any]:
        """The part that `VideoModel` is built from."""
        return self._fields_of(ModelSettings)


# fmt: off
SCALES: dict[str, dict[str, Any]] = {
    # Seconds, for tests: every code path, no learning to speak of.
    "smoke": {
        "image_size": 16, "digit_size": 7, "units": 16, "frames_in": 4, "frames_out": 3,
        "batch_size": 4, "steps": 20, "validate_every": 10, "checkpoint_every": 10},
    # Minutes on two CPU cores: the defaults above.
    "laptop": {},
    # One GPU: the settings of the paper, but Adam for its RMSProp with momentum.
    "paper": {
        "image_size": 64, "digit_size": 28, "num_digits": 2, "units": 2048, "layers": 2,
        "conditional": "future", "learning_rate": 5e-4, "batch_size": 128, "steps": 100_000,
        "precision": "auto", "validate_every": 1000, "checkpoint_every": 2000},
}
# fmt: on
