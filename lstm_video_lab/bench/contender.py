"""A process that takes turns: a line of input says what it is to be, then it runs when asked.

Started by its path, so that a contender on torch alone does not import the lab, whose import tunes
the process. One JSON line in, one out: {"kind", "group", "case"} first, then "step" for the seconds
of one step, "peak" for the most bytes that a step holds, "launches" for its kernels on a GPU,
"profile" for where its time goes.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    request = json.loads(sys.stdin.readline())
    if request["kind"] != "torch":
        import lstm_video_lab  # noqa: F401  (tunes the process, before torch is loaded)
    import torch

    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    makers: dict[str, Any] = {"layers": layer, "convolutions": convolution, "steps": training}
    answers: dict[str, Any] = {
        "step": seconds,
        "peak": peak_bytes,
        "launches": launches,
        "profile": profile,
    }
    step = makers[request["group"]](request["kind"], **request["case"])
    for line in sys.stdin:
        print(json.dumps(answers[line.strip()](step)), flush=True)


def layer(kind: str, X: int, H: int, B: int, T: int = 10) -> Any:
    """Forward and backward of one connected layer, or only its matrix products."""
    import torch

    x = torch.randn(T, B, X)
    if kind.startswith("ceiling"):
        return products(x, H, onednn=kind == "ceiling onednn")
    if kind.startswith("ours"):
        from lstm_video_lab import LSTM

        model: Any = LSTM(X, H)
        torch.nn.init.normal_(model.peephole_l0, std=0.1)
    else:
        model = torch.nn.LSTM(X, H)
    return forward_backward(lambda: model(x)[0], model, (T, B, H), bf16=kind.endswith("bf16"))


def convolution(kind: str, C: int, H: int, k: int, side: int, B: int, T: int = 10) -> Any:
    """Forward and backward of one convolutional layer."""
    import torch

    x, bf16 = torch.randn(T, B, C, side, side), kind.endswith("bf16")
    if kind.startswith("ceiling"):
        return convolutions(x, H, k)
    if kind.startswith("ours"):
        from lstm_video_lab import ConvLSTM

        ours = ConvLSTM(C, H, k)
        torch.nn.init.normal_(ours.peephole_l0, std=0.1)
        return forward_backward(lambda: ours(x)[0], ours, (T, B, H, side, side), bf16=bf16)
    import torch_form  # type: ignore[import-not-found]

    is_two = kind == "torch two"
    form = torch_form.TwoConvolutionLSTM if is_two else torch_form.ConcatenatedConvLSTM
    theirs = form(C, H, k)
    return forward_backward(lambda: theirs(x), theirs, (T, B, H, side, side), bf16=bf16)


def forward_backward(run: Any, model: Any, shape: tuple[int, ...], bf16: bool = False) -> Any:
    import torch

    d_output = torch.randn(shape) * 0.01

    def step() -> None:
        model.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            output = run()
        output.backward(d_output.to(output.dtype))

    return step


def products(x: Any, H: int, onednn: bool) -> Any:
    """The matrix products that no LSTM layer can do without: `flops` of `bench` counts them."""
    h = x.new_empty(*x.shape[:2], H).normal_()
    return in_turn([outer(x, 4 * H, False, onednn), inner(h, onednn)])


def convolutions(x: Any, H: int, k: int) -> Any:
    """The convolutions that no ConvLSTM layer can do without, in the layout that they like best."""
    import torch
    from torch.nn import functional as F

    backward: Any = torch.ops.aten.convolution_backward
    T, B, C, side, _ = x.shape

    def maps(n: int, channels: int) -> Any:
        return torch.randn(n, channels, side, side).to(memory_format=torch.channels_last)

    def kernel(channels: int) -> Any:
        return torch.randn(4 * H, channels, k, k).to(memory_format=torch.channels_last)

    xs, h, d, outer_kernel, inner_kernel = (
        maps(T * B, C),
        maps(B, H),
        maps(B, 4 * H),
        kernel(C),
        kernel(H),
    )
    ds = maps(T * B, 4 * H)

    def back(d: Any, z: Any, weight: Any, *wanted: bool) -> None:
        sizes: Any = ([1, 1], [k // 2] * 2, [1, 1], False, [0, 0], 1)
        backward(d, z, weight, None, *sizes, [*wanted, False])

    def step() -> None:
        F.conv2d(xs, outer_kernel, padding=k // 2)
        back(ds, xs, outer_kernel, False, True)
        for _ in range(T):
            F.conv2d(h, inner_kernel, padding=k // 2)
            back(d, h, inner_kernel, True, True)

    return step


def composite_products(s: Any, onednn: bool, device: str) -> Any:
    """The same for a training step of the composite model whose decoders have no input."""
    import torch

    B, H, pixels = s.batch_size, s.units, s.image_size**2
    operand = torch.float32 if device == "cpu" else torch.bfloat16

    def rows(T: int, X: int) -> Any:
        return torch.randn(T, B, X, device=device).to(operand)

    parts = []
    for T, X in ((s.frames_in, pixels), (s.frames_in, 0), (s.frames_out, 0)):
        for k in range(s.layers):
            if k or X:
                parts.append(outer(rows(T, H if k else X), 4 * H, k > 0, onednn))
            parts.append(inner(rows(T, H), onednn))
        if not X:
            parts.append(outer(rows(T, H), pixels, True, onednn))  # the readout
    return in_turn(parts)


def outer(x: Any, G: int, to_input: bool, onednn: bool) -> Any:
    """W x for all steps at once, the gradient at W, and the one at x where something needs it."""
    T, B, X = x.shape
    w, d = x.new_empty(G, X).normal_(), x.new_empty(T * B, G).normal_()

    def run() -> None:
        times(x.flatten(0, 1), w, onednn)
        times(d.t(), x.flatten(0, 1).t(), onednn)
        if to_input:
            times(d, w.t(), onednn)

    return run


def inner(h: Any, onednn: bool) -> Any:
    """W h(t−1), one step after the other, its gradient likewise, and the one at W at once."""
    T, B, H = h.shape
    w, d = h.new_empty(4 * H, H).normal_(), h.new_empty(T, B, 4 * H).normal_()

    def run() -> None:
        for t in range(T):
            times(h[t], w, onednn)
        for t in range(T):
            times(d[t], w.t(), onednn)
        times(d.flatten(0, 1).t(), h.flatten(0, 1).t(), onednn)

    return run


def times(a: Any, b: Any, onednn: bool) -> Any:
    """a bᵀ."""
    import torch

    return torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], "") if onednn else a @ b.t()


def in_turn(parts: list[Any]) -> Any:
    def step() -> None:
        for part in parts:
            part()

    return step


def training(kind: str, device: str = "cpu", **settings: Any) -> Any:
    """A whole step: data, loss, gradients, clipping, Adam. On a GPU with bfloat16 operands."""
    import torch

    from lstm_video_lab import Settings
    from lstm_video_lab import training as lab
    from lstm_video_lab.data.sources import open_data

    never = 10**9
    bf16 = kind.endswith("bf16") or device != "cpu"
    s = Settings.for_scale(
        **{"precision": "bf16" if bf16 else "fp32", **settings},  # type: ignore[arg-type]
        steps=never, validate_every=never, checkpoint_every=never, device=device,
    )  # fmt: skip
    if kind.startswith("ceiling"):
        return composite_products(s, kind == "ceiling onednn", device)
    if kind.startswith("ours"):
        run = lab.train(s)
        return lambda: next(run)
    from torch_form import TorchComposite, composite_loss  # beside this file

    data = open_data(s)
    model = TorchComposite(s.image_size**2, s.units, s.layers).to(device)
    adam = torch.optim.Adam(model.parameters(), fused=kind == "torch tuned" or None)
    count = iter(range(never))

    def step() -> float:
        frames = data.batch(next(count), s.batch_size).flatten(2).float() / 255
        with torch.autocast(device, torch.bfloat16, enabled=bf16):
            loss = composite_loss(model, frames, s.frames_in)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        adam.step()
        return loss.item()

    return step


def seconds(step: Any) -> float:
    """Of one step, after another that brings threads, caches and memory back from the last turn."""
    import torch

    def finished() -> float:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter()

    step()
    start = finished()
    step()
    return finished() - start


def peak_bytes(step: Any) -> int:
    """The most bytes of tensors that a step holds, above those that it began with."""
    import torch
    from torch import profiler

    if torch.cuda.is_available() and torch.cuda.memory_allocated():
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        step()
        return torch.cuda.max_memory_allocated() - before
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak


def launches(step: Any) -> int:
    """Kernels that a step starts on a GPU: 0 where it needs none."""
    import torch
    from torch import profiler

    if not torch.cuda.is_available():
        return 0
    with profiler.profile(activities=[profiler.ProfilerActivity.CUDA]) as seen:
        step()
        torch.cuda.synchronize()
    kinds = (e for e in seen.events() if e.device_type == torch.autograd.DeviceType.CUDA)
    return sum(not e.name.startswith(("Memcpy", "Memset")) for e in kinds)


def profile(step: Any, most: int = 8) -> dict[str, float]:
    """The operations that take the most time themselves, with their shares of a step."""
    from torch import profiler

    with profiler.profile(activities=[profiler.ProfilerActivity.CPU]) as seen:
        step()
    times = {e.key: e.self_cpu_time_total for e in seen.key_averages()}
    whole = sum(times.values())
    longest = sorted(times, key=lambda key: -times[key])[:most]
    return {key: round(times[key] / whole, 3) for key in longest}


if __name__ == "__main__":
    main()
