"""The video models: published parameter counts, and the properties that the paper demands."""

from functools import partial

import pytest
import torch

from lstm_video_lab import VideoModel

SMALL = {"image_size": 8, "units": 6}


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("fields", "one_layer", "two_layers"),
    [
        ({"reconstruct": False}, 75_530_240, 142_667_776),  # two layers: Shi et al. 2015
        ({"reconstruct": False, "conditional": "future"}, 109_084_672, 176_222_208),
        ({}, 100_714_496, 201_420_800),
        ({"conditional": "future"}, 134_268_928, 234_975_232),
    ],
)
def test_parameter_counts_of_the_paper(fields, one_layer, two_layers):
    for layers, expected in ((1, one_layer), (2, two_layers)):
        with torch.device("meta"):
            model = VideoModel(units=2048, layers=layers, image_size=64, **fields)
        assert count(model) == expected
        if not fields:
            assert count(model.encoder) == {1: 50_345_984, 2: 83_914_752}[layers]


@pytest.mark.parametrize(
    ("units", "layers", "expected"),
    [((256,), 1, 13_524_496), ((128, 128), 2, 10_042_896), ((128, 64, 64), 3, 7_585_296)],
)
def test_parameter_counts_of_convlstm(units, layers, expected):
    """Shi et al. 2015, table 1: 5×5 kernels on 16×16 maps of 4×4 patches."""
    with torch.device("meta"):
        model = VideoModel(
            cell="convlstm", units=units, layers=layers, image_size=64, reconstruct=False
        )
    assert count(model) == expected


KINDS = [
    {},
    {"layers": 2, "units": (6, 4)},
    {"conditional": "both"},
    {"peepholes": False},
    {"cell": "convlstm", "kernel_size": 3},
    {"cell": "convlstm", "conditional": "both", "layers": 2, "units": (4, 3), "patch": 2},
    {"cell": "convlstm", "peepholes": "location"},
    {"output": "linear", "conditional": "future"},
    {"channels": 3},
]


@pytest.mark.parametrize("fields", KINDS)
def test_shapes_and_every_parameter_receives_a_gradient(fields):
    model = VideoModel(**{**SMALL, **fields})
    C = fields.get("channels", 1)
    shape = (5, 2, 8, 8) if C == 1 else (5, 2, C, 8, 8)
    output = model(torch.rand(shape), future=4)
    assert output.reconstruction.shape == shape
    assert output.future.shape == (4, *shape[1:])
    (output.reconstruction.square().mean() + output.future.square().mean()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("cell", ["lstm", "convlstm"])
def test_frames_survive_the_way_to_vectors_and_back(cell):
    model = VideoModel(cell=cell, **SMALL, channels=3)
    frames = torch.rand(2, 3, 3, 8, 8)
    assert torch.equal(model._to_frames(model._to_vectors(frames)), frames)


def test_a_patch_is_a_square_of_neighbours():
    frames = torch.zeros(1, 1, 8, 8)
    frames[0, 0, :4, 4:] = 1.0  # exactly one 4×4 patch
    maps = VideoModel(cell="convlstm", **SMALL)._to_vectors(frames)
    assert maps.shape == (1, 1, 16, 2, 2)
    assert maps.sum((0, 1, 2)).tolist() == [[0.0, 16.0], [0.0, 0.0]]


def test_decoders_start_from_the_encoders_state_and_get_no_input():
    """An unconditional decoder, written out by hand with the reference cell."""
    model = VideoModel(**SMALL).double()
    frames = torch.rand(3, 2, 8, 8).double()
    cell, h, c = model.encoder.cell(), torch.zeros(2, 6).double(), torch.zeros(2, 6).double()
    for frame in frames:
        h, c = cell(frame.flatten(1), (h, c))
    for name, decoder in model.decoders.items():
        step, state, expected = decoder.recurrent.cell(), (h, c), []
        for _ in range(3):
            state = step(None, state)
            expected.append(decoder.readout(state[0]).view(2, 8, 8))
        given = getattr(model(frames, future=3), name)
        torch.testing.assert_close(given, torch.stack(expected))


def test_a_conditional_decoder_is_fed_its_own_output_and_nothing_at_first():
    model = VideoModel(**SMALL, conditional="future").double()
    frames = torch.rand(3, 2, 8, 8).double()
    state, fed, expected = model.encode(frames)[0], None, []
    cell, readout = model.decoders["future"].recurrent.cell(), model.decoders["future"].readout
    for _ in range(4):
        state = cell(fed, state)
        expected.append(readout(state[0]))
        fed = torch.sigmoid(expected[-1])
    given = model(frames, future=4).future.flatten(2)
    torch.testing.assert_close(given, torch.stack(expected))


@pytest.mark.parametrize("cell", [{}, {"cell": "convlstm", "kernel_size": 3, "layers": 2}])
@pytest.mark.parametrize("channels", [1, 3])
def test_decoding_a_state_gives_the_frames_that_the_whole_model_gives(channels, cell):
    """In the same shape: grey frames without channels, others with them."""
    model = VideoModel(units=6, image_size=8, channels=channels, **cell)
    frames = torch.rand(3, 2, 3, 8, 8) if channels == 3 else torch.rand(3, 2, 8, 8)
    whole, state = model(frames, future=4), model.encode(frames)
    assert torch.equal(model.decode("future", state, 4), whole.future)
    assert torch.equal(model.decode("reconstruction", state, 3), whole.reconstruction)
    if channels == 1:  # asked in another shape, it answers in that shape
        assert torch.equal(model(frames.unsqueeze(2), future=4).future, whole.future.unsqueeze(2))


def test_teacher_forcing_in_one_call_equals_feeding_the_truth_step_by_step():
    model = VideoModel(**SMALL, conditional="both").double()
    frames, truth = torch.rand(3, 2, 8, 8).double(), torch.rand(4, 2, 8, 8).double()
    at_once = model(frames, future=4, truth=truth, teacher=1.0)
    almost = model(frames, future=4, truth=truth, teacher=1.0 - 1e-12)
    torch.testing.assert_close(at_once.future, almost.future)
    torch.testing.assert_close(at_once.reconstruction, almost.reconstruction)
    own = model(frames, future=4)
    torch.testing.assert_close(at_once.future[0], own.future[0])
    assert (at_once.future[1:] - own.future[1:]).abs().max() > 1e-6


def test_the_last_true_frame_is_never_shown():
    model = VideoModel(**SMALL, conditional="future")
    frames, truth = torch.rand(3, 2, 8, 8), torch.rand(4, 2, 8, 8)
    other = truth.clone()
    other[-1] = 0
    for teacher in (1.0, 0.9999999):
        a, b = (model(frames, future=4, truth=y, teacher=teacher).future for y in (truth, other))
        assert torch.equal(a, b)


def test_the_mixture_follows_what_is_drawn():
    model = VideoModel(**SMALL, conditional="future")
    frames, truth = torch.rand(3, 8, 8, 8), torch.rand(4, 8, 8, 8)
    a, b, c = (
        model(
            frames,
            future=4,
            truth=truth,
            teacher=0.5,
            draw=partial(torch.rand, generator=torch.Generator().manual_seed(seed)),
        ).future
        for seed in (1, 1, 2)
    )
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_weights_are_a_function_of_the_seed_alone_and_the_global_generator_is_untouched():
    before = torch.get_rng_state()
    a, b, c = (VideoModel(**SMALL, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    same = [torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True)]
    assert all(same)
    assert not torch.equal(a.encoder.weight_hh_l0, c.encoder.weight_hh_l0)


def test_fields_are_attributes():
    model = VideoModel(**SMALL, conditional="future")
    assert (model.cell, model.units, model.layers, model.conditional) == ("lstm", 6, 1, "future")
    assert (model.kernel_size, model.patch, model.output) == (5, 4, "logistic")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"units": 0}, "units=0"),
        ({"layers": 9}, "layers=9"),
        ({"unit": 3}, "'unit'"),
        ({"cell": "gru"}, "cell='gru'"),
        ({"reconstruct": False, "predict": False}, "both off"),
        ({"reconstruct": False, "conditional": "both"}, "switched off"),
        ({"kernel_size": 3}, "kernel_size=3 has an effect only with"),
        ({"cell": "convlstm", "kernel_size": 4}, "kernel_size=4 is even"),
        ({"cell": "convlstm", "patch": 5}, "patch=5 does not divide"),
        ({"units": (3, 4)}, "names 2 layers"),
    ],
)
def test_bad_fields_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        VideoModel(**fields)


def test_frames_of_another_size_are_refused():
    with pytest.raises(ValueError, match="built for"):
        VideoModel(**SMALL)(torch.rand(3, 2, 9, 9))
