"""PyTorch's own way to test modules, on ours; a script, for its imports change global flags.

Its helpers draw the inputs, make one test of each type and compare; second order is included.
"""

import copy
import pickle
from functools import partial

import torch
from torch.testing import make_tensor
from torch.testing._internal.common_device_type import instantiate_device_type_tests
from torch.testing._internal.common_modules import FunctionInput, ModuleInfo, ModuleInput, modules
from torch.testing._internal.common_utils import (
    TestCase,
    freeze_rng_state,
    gradcheck,
    gradgradcheck,
    run_tests,
)

from lstm_video_lab import LSTM, ConvLSTM
from lstm_video_lab.layers.linear_maps import Linear

SIZES = [(1, 1), (3, 2), (2, 5)]  # steps, batch


def by_equations(model, parameters, *inputs):
    slow = copy.deepcopy(model)
    slow.fast = False
    return slow(*inputs)


def lstm_inputs(module_info, device, dtype, requires_grad, training, **_):
    make = partial(make_tensor, device=device, dtype=dtype, requires_grad=requires_grad)
    for T, B in SIZES:
        for H, layers in ((3, 2), (8, 1)):
            for more in ({}, {"peepholes": False}, {"output_peephole": "old"}):
                how = FunctionInput(2, H, layers, **more)
                state = (make((layers, B, H)), make((layers, B, H)))
                given = (make((T, B, 2)), state) if layers == 2 else (make((T, B, 2)),)
                yield ModuleInput(how, FunctionInput(*given), reference_fn=by_equations)
    alone = FunctionInput(make((3, 2)), (make((2, 3)), make((2, 3))))
    yield ModuleInput(FunctionInput(2, 3, 2), alone, reference_fn=by_equations)


def convlstm_inputs(module_info, device, dtype, requires_grad, training, **_):
    make = partial(make_tensor, device=device, dtype=dtype, requires_grad=requires_grad)
    for T, B in SIZES[:3]:
        for more in ({}, {"peepholes": False}, {"peepholes": "location", "size": (2, 3)}):
            how = FunctionInput(2, 3, 3, **more)
            state = (make((1, B, 3, 2, 3)), make((1, B, 3, 2, 3)))
            given = FunctionInput(make((T, B, 2, 2, 3)), state)
            yield ModuleInput(how, given, reference_fn=by_equations)


def linear_inputs(module_info, device, dtype, requires_grad, training, **_):
    make = partial(make_tensor, device=device, dtype=dtype, requires_grad=requires_grad)
    for shape in ((5,), (3, 5), (2, 3, 5), (0, 5)):
        for bias in (True, False):
            how = FunctionInput(5, 4, bias=bias)
            yield ModuleInput(how, FunctionInput(make(shape)))


DTYPES = (torch.float32, torch.float64, torch.bfloat16)
OURS = [
    ModuleInfo(LSTM, module_inputs_func=lstm_inputs, dtypes=DTYPES),
    ModuleInfo(ConvLSTM, module_inputs_func=convlstm_inputs, dtypes=DTYPES),
    ModuleInfo(Linear, module_inputs_func=linear_inputs, dtypes=DTYPES),
]


def made(info, device, dtype, training, requires_grad=False):
    """Modules with their inputs; peepholes, which begin as 0, are drawn."""
    torch.manual_seed(0)
    for sample in info.module_inputs_func(
        info, device=device, dtype=dtype, requires_grad=requires_grad, training=training
    ):
        how, given = sample.constructor_input, sample.forward_input
        model = info.module_cls(*how.args, **how.kwargs, device=device, dtype=dtype)
        for name, parameter in model.named_parameters():
            if name.startswith("peephole"):
                torch.nn.init.normal_(parameter, std=0.5)
        yield sample, model.train(training), given


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return (outputs,)
    return outputs[0], *outputs[1]


class TestModule(TestCase):
    precision = 1e-5
    rel_tol = 1e-5

    @modules(OURS)
    def test_forward(self, device, dtype, module_info, training):
        for sample, model, given in made(module_info, device, dtype, training):
            outputs = model(*given.args, **given.kwargs)
            self.assertTrue(all(z.dtype == dtype for z in flat(outputs)))
            if sample.reference_fn is not None:
                expected = sample.reference_fn(model, *given.args)
                more = {"atol": 0.03, "rtol": 0.03} if dtype == torch.bfloat16 else {}
                self.assertEqual(outputs, expected, **more)

    @modules(OURS)
    def test_factory_kwargs(self, device, dtype, module_info, training):
        for _, model, _ in made(module_info, device, dtype, training):
            for parameter in model.parameters():
                self.assertEqual((str(parameter.device), parameter.dtype), (device, dtype))

    @modules(OURS)
    def test_pickle_and_save_load(self, device, dtype, module_info, training):
        for _, model, given in made(module_info, device, dtype, training):
            expected = model(*given.args)
            again = pickle.loads(pickle.dumps(model))
            other = copy.deepcopy(model)
            other.load_state_dict(model.state_dict())
            for twin in (again, other):
                self.assertEqual(twin(*given.args), expected)

    @modules(OURS)
    def test_repr(self, device, dtype, module_info, training):
        for _, model, _ in made(module_info, device, dtype, training):
            self.assertIn(module_info.module_cls.__name__, repr(model))

    @modules(OURS)
    def test_to_empty(self, device, dtype, module_info, training):
        for _, model, given in made(module_info, device, dtype, training):
            expected, weights = model(*given.args), model.state_dict()
            moved = model.to("meta").to_empty(device=device)
            moved.load_state_dict(weights)
            self.assertEqual(moved(*given.args), expected)

    @modules(OURS, allowed_dtypes=(torch.float32, torch.float64))
    def test_non_contiguous_tensors(self, device, dtype, module_info, training):
        def scattered(z):
            if isinstance(z, tuple):
                return tuple(scattered(part) for part in z)
            other = torch.stack([z, z + 1], -1)[..., 0]
            return other.detach().requires_grad_()

        for _, model, given in made(module_info, device, dtype, training):
            with freeze_rng_state():
                results = []
                for args in (given.args, scattered(given.args)):
                    model.zero_grad()
                    outputs = flat(model(*args))
                    sum(z.square().sum() for z in outputs).backward()
                    results.append((outputs, [p.grad for p in model.parameters()]))
                self.assertEqual(*results)

    @modules(OURS, allowed_dtypes=(torch.float64,))
    def test_grad(self, device, dtype, module_info, training):
        self.check(gradcheck, device, dtype, module_info, training)

    @modules(OURS, allowed_dtypes=(torch.float64,))
    def test_gradgrad(self, device, dtype, module_info, training):
        self.check(gradgradcheck, device, dtype, module_info, training)

    def check(self, by, device, dtype, module_info, training):
        for _, model, given in made(module_info, device, dtype, training, requires_grad=True):
            x, *state = given.args
            inputs = [x, *(state[0] if state else ()), *model.parameters()]

            def run(x, *rest, model=model, state=state):
                return flat(model(x, (rest[0], rest[1])) if state else model(x))

            self.assertTrue(by(run, inputs, check_batched_grad=False, fast_mode=True))


instantiate_device_type_tests(TestModule, globals(), only_for="cpu")

if __name__ == "__main__":
    run_tests()
