"""What the bench compares is equal, and its report is whole. Nothing here looks at a clock."""

import json
import subprocess
import sys

import pytest
import torch

from lstm_video_lab import ConvLSTM, Settings, VideoModel, bench, quota
from lstm_video_lab.bench import contender, report, torch_form
from lstm_video_lab.cli import main
from lstm_video_lab.layers import products_onednn

TINY = {
    "layers": [({"X": 6, "H": 4, "B": 2, "T": 3}, 1.0)],
    "convolutions": [({"C": 2, "H": 4, "k": 3, "side": 4, "B": 2, "T": 3}, 1.0)],
    "steps": [({"scale": "smoke"}, 1.0)],
}


def test_the_concatenated_convlstm_is_a_convlstm_without_peepholes():
    torch.manual_seed(0)
    ours, theirs = ConvLSTM(2, 3, 3, peepholes=False), torch_form.ConcatenatedConvLSTM(2, 3, 3)
    with torch.no_grad():
        theirs.convolution.weight.copy_(torch.cat([ours.weight_ih_l0, ours.weight_hh_l0], 1))
        theirs.convolution.bias.copy_(ours.bias_l0)
    x = torch.randn(4, 2, 2, 5, 5)
    a, b = ours(x)[0], theirs(x)
    torch.testing.assert_close(a, b)
    a.square().sum().backward()
    b.square().sum().backward()
    both = torch.cat([ours.weight_ih_l0.grad, ours.weight_hh_l0.grad], 1)
    torch.testing.assert_close(both, theirs.convolution.weight.grad)


def test_two_convolutions_are_the_concatenated_one():
    torch.manual_seed(0)
    one, two = torch_form.ConcatenatedConvLSTM(2, 3, 3), torch_form.TwoConvolutionLSTM(2, 3, 3)
    with torch.no_grad():
        both = torch.cat([two.conv_x.weight, two.conv_h.weight], 1)
        one.convolution.weight.copy_(both)
        one.convolution.bias.copy_(two.conv_x.bias)
    x = torch.randn(4, 2, 2, 5, 5)
    torch.testing.assert_close(two(x), one(x))


def test_the_ceiling_of_maps_convolves_as_often_as_the_layer():
    """But for the gradient at the first state, which is zero, and which it makes all the same."""
    from torch.utils.flop_counter import FlopCounterMode

    T, B, C, H, k, side = 4, 2, 3, 5, 3, 6
    with FlopCounterMode(display=False) as ceiling:
        contender.convolutions(torch.randn(T, B, C, side, side), H, k)()
    model = ConvLSTM(C, H, k, fast=False)
    with FlopCounterMode(display=False) as layer:
        model(torch.randn(T, B, C, side, side))[0].sum().backward()
    to_first_state = 2 * B * side**2 * k**2 * 4 * H * H
    assert ceiling.get_total_flops() == layer.get_total_flops() + to_first_state


def test_on_a_busy_machine_nothing_is_reported(monkeypatch):
    monkeypatch.setattr(bench.os, "getloadavg", lambda: (3.0, 0.0, 0.0))
    monkeypatch.setattr(quota, "cores", lambda: 4)
    monkeypatch.setattr(quota, "cpu_quota", lambda: float("inf"))
    with pytest.raises(ValueError, match=r"busy: its load is 3.0 on 4 cores; .*--force"):
        bench.run(("layers",), TINY)
    monkeypatch.setattr(bench.os, "getloadavg", lambda: (2.0, 0.0, 0.0))
    bench.check_quiet()
    monkeypatch.setattr(quota, "cpu_quota", lambda: 1.5)  # of a container on four cores
    with pytest.raises(ValueError, match=r"busy: its load is 2.0 on 1.5 cores"):
        bench.check_quiet()


def test_turns_that_differ_too_much_are_not_reported():
    assert bench.spread([1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0]) == 0
    row = {"group": "layers", "case": {"X": 1}, "spread": bench.spread([1, 2, 3, 4], [1, 1, 1, 1])}
    with pytest.raises(ValueError, match=r"turns of layers .* differ by 100%.*--force"):
        bench.check_spread([row])


def test_the_composite_on_torch_is_the_lab_s_without_peepholes():
    torch.manual_seed(0)
    theirs = torch_form.TorchComposite(64, 6, 2)
    ours = VideoModel(image_size=8, units=6, layers=2, peepholes=False)
    pairs = [(ours.encoder, theirs.encoder)]
    for name, decoder in ours.decoders.items():
        pairs.append((decoder.recurrent, theirs.decoders[name]))
        decoder.readout.load_state_dict(theirs.readouts[name].state_dict())
    with torch.no_grad():
        for mine, other in pairs:
            for k in range(2):
                if getattr(mine, f"weight_ih_l{k}") is not None:
                    getattr(mine, f"weight_ih_l{k}").copy_(getattr(other, f"weight_ih_l{k}"))
                getattr(mine, f"weight_hh_l{k}").copy_(getattr(other, f"weight_hh_l{k}"))
                bias = getattr(other, f"bias_ih_l{k}") + getattr(other, f"bias_hh_l{k}")
                getattr(mine, f"bias_l{k}").copy_(bias)
    frames = torch.rand(4, 3, 8, 8)
    expected = theirs(frames.flatten(2), 5)
    found = ours(frames, future=5)
    for name in ("reconstruction", "future"):
        torch.testing.assert_close(getattr(found, name).flatten(2), expected[name])


def test_the_ceiling_multiplies_as_often_as_it_says():
    """Against the operations that torch counts itself."""
    from torch.utils.flop_counter import FlopCounterMode

    case = {"X": 24, "H": 8, "B": 4, "T": 5}
    step = contender.products(torch.randn(5, 4, 24), 8, onednn=False)
    with FlopCounterMode(display=False) as counter:
        step()
    assert counter.get_total_flops() == bench.flops(**case)


def test_the_ceiling_of_a_step_multiplies_as_often_as_the_composite(monkeypatch):
    """Against torch's own count for the same model, cell by cell."""
    from torch.utils.flop_counter import FlopCounterMode

    monkeypatch.setattr(products_onednn, "OPERATION", None)  # whose products torch does not count
    s = Settings.for_scale("smoke", layers=2, conditional=False)
    with FlopCounterMode(display=False) as ceiling:
        contender.composite_products(s, onednn=False, device="cpu")()
    fields = {"image_size": s.image_size, "units": s.units, "layers": 2, "conditional": False}
    model = VideoModel(**fields)
    for recurrent in (model.encoder, *(d.recurrent for d in model.decoders.values())):
        recurrent.fast = False
    frames = torch.rand(s.frames_in, s.batch_size, s.image_size, s.image_size)
    with FlopCounterMode(display=False) as composite:
        found = model(frames, s.frames_out)
        (found.reconstruction.sum() + found.future.sum()).backward()
    to_first_state = (
        2 * s.layers * s.batch_size * 4 * s.units * s.units
    )  # that of the encoder: zero
    assert ceiling.get_total_flops() == composite.get_total_flops() + to_first_state


def test_peak_bytes_of_a_known_step():
    def step():
        x = torch.ones(1000)  # 4,000 bytes
        y = x * 2  # and 4,000 more
        del x
        return y + 1  # 8,000 again

    assert 8_000 <= contender.peak_bytes(step) < 8_500


def test_a_report_holds_every_contender_and_reads_well(monkeypatch):
    monkeypatch.setattr(bench, "TURN_SECONDS", 0.0)  # five turns
    monkeypatch.setattr(bench, "has_bf16", lambda: False)  # fewer processes
    found = bench.run(("layers", "convolutions", "steps"), TINY, force=True)
    json.dumps(found, allow_nan=False)
    assert [row["group"] for row in found["rows"]] == list(TINY)
    for row in found["rows"]:
        assert {"ours", "torch", "torch tuned"} <= set(row["ms"])
        assert row["ratio"] > 0 and row["ratio_tuned"] > 0 and row["turns"] == 5
        assert row["peak_bytes"]["ours"] > 0 and row["peak_bytes"]["torch"] > 0
    assert found["rows"][1]["ratio_two"] > 0 and found["rows"][1]["share"] > 0
    assert found["rows"][0]["share"] > 0 and found["rows"][0]["gflops"] > 0
    assert 0 < sum(found["rows"][2]["profile"].values()) <= 1.01
    text = report.table(found)
    assert found["machine"]["processor"] in text
    assert len([line for line in text.splitlines() if line.startswith("| ")]) == 2 + 3


def test_a_contender_on_torch_alone_runs_as_torch_comes():
    request = json.dumps({"kind": "torch", "group": "layers", "case": TINY["layers"][0][0]})
    watch = "import atexit, sys; atexit.register(lambda: print('lstm_video_lab' in sys.modules))"
    code = f"{watch}; import runpy; runpy.run_path({contender.__file__!r}, run_name='__main__')"
    output = subprocess.run(
        [sys.executable, "-c", code], input=request + "\nstep\n", text=True, capture_output=True
    ).stdout.split()
    assert float(output[0]) > 0 and output[1] == "False"


@pytest.mark.parametrize("named", [(), ("OMP_NUM_THREADS",), ("GOMP_SPINCOUNT", "HOME")])
def test_torch_alone_gets_what_its_user_set_and_nothing_of_what_the_lab_set(tmp_path, named):
    """A process begins with `named`; the lab sets the rest, the number of threads under a quota."""
    begun = tmp_path / "environ"
    begun.write_bytes(b"".join(f"{name}=7\0".encode() for name in ("PATH", *named)))
    now = {"PATH": "7", "LATER": "7", "GOMP_SPINCOUNT": "7", "OMP_NUM_THREADS": "7", "HOME": "7"}
    left = bench.as_torch_comes(now, begun)
    assert set(left) == {"PATH", "LATER", "HOME", *named}
    elsewhere = bench.as_torch_comes(now, tmp_path / "none")  # where the lab heeds no quota
    assert set(now) - set(elsewhere) == {"GOMP_SPINCOUNT"}


def test_a_contender_that_fails_is_named_in_one_line_and_leaves_no_process():
    wrong = {"layers": [({"X": 6, "H": -4, "B": 2}, 1.0)]}
    with pytest.raises(ValueError, match=r"^bench: layers .* ended: .+") as caught:
        bench.run(("layers",), wrong, force=True)
    assert "\n" not in str(caught.value)


def test_only_what_stands_between_the_marks_is_replaced(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.put_into(page, "new\n")
    assert page.read_text() == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"
    page.write_text("no marks\n")
    with pytest.raises(ValueError, match="the page has no place for it"):
        report.put_into(page, "new\n")
    assert page.read_text() == "no marks\n"


def test_an_unknown_part_is_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "--only", "everything"])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("flags", [["--json", "none/b.json"], ["--page", "page.md"]])
def test_a_place_that_cannot_hold_the_report_is_refused_before_anything_is_measured(
    flags, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text("no marks\n")
    monkeypatch.setattr(bench, "run", lambda *_, **__: pytest.fail("it measured"))
    assert main(["bench", *flags]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
