"""Where modules went that an older copy of a lesson may import: told in one line, not in a riddle.

Python asks the finder below for what it cannot find itself, so it costs nothing else.
"""

from __future__ import annotations

from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

PACKAGE = "lstm_video_lab"
MOVED = {  # before → now
    "box": "pretrained",
    "checkpoints": "training.checkpoints",
    "fused": "layers.pointwise_triton",
    "kernels": "layers.pointwise",
    "objective": "data.sources and training.loss",
    "optimisers": "training.optimisers, training.fit and devices",
    "products": "layers.linear_maps",
    "ranks": "distributed",
    "recurrent": "layers.recurrent",
    "sequence": "layers.unroll",
    "sheets": "plots.canvas",
    "temporal.captions": "lessons.video_to_text.model",
    "temporal.classifier": "lessons.percepts_and_actions.model",
    "temporal.convolutions": "lessons.temporal_models.model",
    "temporal.ladder": "lessons.video_ladder.model",
    "temporal.pixels": "lessons.pixel_by_pixel.model",
    "data.captions": "lessons.video_to_text.data",
    "experiments.actions": "lessons.percepts_and_actions.experiment",
    "experiments.box": "commands.pretrain",
    "experiments.captions": "lessons.video_to_text.experiment",
    "experiments.common": "training.runs, training.trials, data.frames and files",
    "experiments.composite": "lessons.table2.experiment",
    "experiments.conditioning": "lessons.future_predictor.experiment",
    "experiments.convolution": "lessons.convlstm.experiment",
    "experiments.digit_count": "lessons.one_and_three_digits.experiment",
    "experiments.features": "lessons.features.experiment",
    "experiments.few_labels": "lessons.percepts_and_actions.few_labels",
    "experiments.firing": "lessons.features.place_tuning",
    "experiments.grids": "lessons.table2.grids",
    "experiments.jacobians": "lessons.recurrence_and_memory.jacobians",
    "experiments.keeping": "lessons.recurrence_and_memory.memory",
    "experiments.ladder": "lessons.video_ladder.experiment",
    "experiments.load_result": "files.load_result",
    "experiments.order": "lessons.autoencoder.output_order",
    "experiments.patches": "lessons.natural_patches.experiment",
    "experiments.pixels": "lessons.pixel_by_pixel.experiment",
    "experiments.recurrence": "lessons.recurrence_and_memory.experiment",
    "experiments.reproduce": "lessons.table2.reproduction",
    "experiments.rollouts": "lessons.long_rollouts.experiment",
    "experiments.temporal_models": "lessons.temporal_models.experiment",
    "experiments.units": "lessons.autoencoder.experiment",
    "widgets.DigitsExplorer": "lessons.bouncing_digits.widgets.DigitsExplorer",
    "widgets.GateInspector": "lessons.lstm_cell.widgets.GateInspector",
    "widgets.actions": "lessons.percepts_and_actions.widgets",
    "widgets.bridge": "lessons.autoencoder.widgets",
    "widgets.captions": "lessons.video_to_text.widgets",
    "widgets.composite": "lessons.table2.widgets",
    "widgets.conditioning": "lessons.future_predictor.widgets",
    "widgets.convolution": "lessons.convlstm.widgets",
    "widgets.digit_count": "lessons.one_and_three_digits.widgets",
    "widgets.digits": "lessons.bouncing_digits.widgets",
    "widgets.events": "lessons.overlaps_and_bounces.error_by_event",
    "widgets.features": "lessons.features.widgets",
    "widgets.futures": "lessons.future_predictor.widgets",
    "widgets.gates": "lessons.lstm_cell.widgets",
    "widgets.gradients": "lessons.composite.gradient_angle",
    "widgets.keeping": "lessons.recurrence_and_memory.widgets",
    "widgets.ladder": "lessons.video_ladder.widgets",
    "widgets.latch": "lessons.lstm_cell.widgets",
    "widgets.order": "lessons.autoencoder.widgets",
    "widgets.patches": "lessons.natural_patches.widgets",
    "widgets.picker": "lessons.overlaps_and_bounces.widgets",
    "widgets.pipes": "lessons.lstm_cell.diagram",
    "widgets.pixel": "lessons.bouncing_digits.widgets",
    "widgets.pixels": "lessons.pixel_by_pixel.widgets",
    "widgets.recurrence": "lessons.recurrence_and_memory.widgets",
    "widgets.rollouts": "lessons.long_rollouts.widgets",
    "widgets.selftest": "widgets.self_test",
    "widgets.temporal_models": "lessons.temporal_models.widgets",
    "widgets.units": "lessons.autoencoder.widgets",
    "widgets.walls": "lessons.bouncing_digits.widgets",
}


FOLDERS = ("experiments", "temporal")  # they are no more


class MovedFinder(MetaPathFinder):
    """Answers for names that are no longer there."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Raises ImportError for a name that has moved; None where somebody else may know it.

        A folder that is no more seems to be there, empty, so that the name in it is asked for next.
        """
        package, _, name = fullname.partition(".")
        if package == PACKAGE and name in FOLDERS:
            return ModuleSpec(fullname, None, is_package=True)
        if package == PACKAGE and name in MOVED:
            raise ImportError(
                f"{fullname} has moved to {PACKAGE}.{MOVED[name]}: take the lesson anew with "
                "lstm-video-lab open, or look there (what it holds may have a plainer name)"
            )
        return None
