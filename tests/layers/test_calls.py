"""How many operations of torch a step of training makes: each costs a microsecond or more."""

from collections import Counter

from torch.utils._python_dispatch import TorchDispatchMode

from lstm_video_lab import Settings, training
from lstm_video_lab.layers import pointwise

PRODUCTS = {"mkldnn._linear_pointwise.default", "aten.mm.default"}


class Calls(TorchDispatchMode):
    """Counts every operation that is dispatched, by name."""

    def __init__(self):
        super().__init__()
        self.names = Counter()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.names[str(operation)] += 1
        return operation(*args, **(kwargs or {}))


def calls_of_a_step(**changes):
    small = {"image_size": 16, "digit_size": 8, "units": 8, "batch_size": 2}
    run = training.train(Settings.for_scale("laptop", device="cpu", **{**small, **changes}))
    next(run)  # Adam makes its moments in the first
    with Calls() as calls:
        next(run)
    run.close()
    return calls.names


def test_a_training_step_takes_no_product_that_it_can_do_without(monkeypatch):
    """Of W_h h(t−1) a step each way, but for the encoder's first, whose h(0) is 0; of the rest one
    for all steps: W_x x, the readouts, and every weight's gradient.
    """
    monkeypatch.setattr(pointwise, "HAS_NUMBA", False)  # whose loop takes W_h's products itself
    T = 10
    encoder = 2 * (T - 1) + 1 + 2  # forwards and backwards; W_x x; both weights' gradients
    decoder = 2 * T + 1 + 3  # forwards and backwards; W_h's gradient; readout: forward, x and W
    names = calls_of_a_step()
    assert sum(names[name] for name in PRODUCTS) == encoder + 2 * decoder


def test_a_training_step_makes_few_calls(monkeypatch):
    monkeypatch.setattr(pointwise, "HAS_NUMBA", False)
    names = calls_of_a_step()
    assert sum(names.values()) < 1450, names.most_common(20)
    steps = 30  # of the encoder and two decoders, each way
    assert names["aten.tanh.default"] == 0  # twice as slow as what stands for it
    assert names["aten.expm1_.default"] == 2 * steps  # none in the backward pass
