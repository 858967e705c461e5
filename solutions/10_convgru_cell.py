# %% [markdown]
# # Exercise 10 · A convolutional GRU, and a rung of the ladder
#
# **After lesson** [14, the video ladder](../notebooks/14_video_ladder.ipynb) ·
# **Points** 9 · **Difficulty** ●●○ · **Time** 50 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A GRU does with two gates and one state what an LSTM does with three gates and two states. You
# write its gates, its new state, and a run of several cells over a clip. The picture below is from
# your second part: eight clips in which only the gate z differs, from 0 in the first to 1 in the
# last. A ring is what the cell remembers, a cross is what it sees.

# %% given
import numpy as np
import torch
from torch.nn import functional as F

# %% what it will look like
from lstm_video_lab import check, hint, target

target("convgru_state")

# %% [markdown]
# ## The equations
#
# $*$ is a convolution that keeps the size of a map (zeros around it, as in exercise 3), $\sigma$ is
# `torch.sigmoid`, $\odot$ multiplies place by place. $[x, h]$ are the maps of $x$ with the maps of
# $h$ behind them: X + C maps.
#
# $$
# \begin{aligned}
# r &= \sigma(W_r * [x, h] + b_r) && \text{reset} \\
# z &= \sigma(W_z * [x, h] + b_z) && \text{update} \\
# n &= \tanh(V * [x, r \odot h] + d) && \text{what is new} \\
# h' &= (1 - z) \odot h + z \odot n && \text{the next state}
# \end{aligned}
# $$
#
# Take the equations as they stand: other books and libraries have a GRU that differs from this one
# in two places.
#
# ## 1. The two gates
#
# | name | shape | what |
# | --- | --- | --- |
# | `x` | (B, X, height, width) | the input maps, for B clips |
# | `h` | (B, C, height, width) | the last state |
# | `W` | (2C, X + C, k, k) | kernels: the C maps of r first, then the C maps of z; k is odd |
# | `b` | (2C,) | biases, in the same order |
#
# Return r and z, each (B, C, height, width).


# %% answer convgru_gates, 2 points
def convgru_gates(x, h, W, b):
    """The gates (r, z) of a convolutional GRU, each (B, C, height, width)."""
    # BEGIN SOLUTION
    a = F.conv2d(torch.cat([x, h], dim=1), W, b, padding=W.shape[-1] // 2)
    r, z = torch.sigmoid(a).chunk(2, dim=1)
    return r, z
    # END SOLUTION


# %% check convgru_gates
check("convgru_gates", convgru_gates)

# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("convgru_gates")

# %% [markdown]
# ## 2. The new state
#
# Here the gates are given, so that this part does not depend on the first. Two of the equations are
# left. In words: *n* is what the cell would like to know now, made from the input and from that
# part of the old state which r lets through. Then z chooses, at each place of each map: at z = 0
# all stays as it was, at z = 1 the new takes its place.
#
# | name | shape | what |
# | --- | --- | --- |
# | `x` | (B, X, height, width) | the input maps |
# | `h` | (B, C, height, width) | the last state |
# | `r`, `z` | (B, C, height, width) | the gates, from 0 to 1 |
# | `V` | (C, X + C, k, k) | kernels, k is odd |
# | `d` | (C,) | biases |


# %% answer convgru_state, 3 points
def convgru_state(x, h, r, z, V, d):
    """The next state (B, C, height, width) of a convolutional GRU whose gates are known."""
    # BEGIN SOLUTION
    n = torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding=V.shape[-1] // 2))
    return (1 - z) * h + z * n
    # END SOLUTION


# %% check convgru_state
check("convgru_state", convgru_state)

# %% a hint for the new state
# hint("convgru_state")

# %% [markdown]
# ## 3. A rung of the ladder, over a clip
#
# On each rung of the lesson's ladder there are several cells **side by side**. All of them read the
# same maps, but their kernels differ in size, so that some look far and some near. Each keeps its
# own state. At every step the rung says one map $y$: all C maps of all N cells added up, each with
# its own weight. (This is a convolution with kernels of 1×1.)
#
# $$
# h_n' = \text{step}_n(x, h_n) \qquad
# y = \sum_{n=1}^{N} \sum_{m=1}^{C} p_{n,m} \, h'_{n,m}
# $$
#
# The next cell gives you `make_step(weights)`, which makes the function `step(x, h)` of one cell:
# it returns the new state.


# %% given
def make_step(weights):
    """A plain cell that stands in for yours: half of the old state, half of what is new."""

    def step(x, h):
        seen = F.conv2d(x, weights["W"], weights["b"], padding="same")
        return h / 2 + torch.tanh(seen + F.conv2d(h, weights["U"], padding="same")) / 2

    return step


# %% [markdown]
# | name | shape | what |
# | --- | --- | --- |
# | `frames` | (T, B, X, height, width) | B clips of T frames, time first |
# | `cells` | list of N dicts | the weights of the cells |
# | `p` | (N, C) | how much each map of each cell counts in y |
# | `start` | (N, B, C, height, width) or None | the states to begin with; None stands for zeros |
#
# Return two tensors: what the rung says at every step, (T, B, height, width), and the last states
# of all cells, (N, B, C, height, width). Whoever has those can go on with the clip another day:
# they are the next `start`.


# %% answer run_rung, 3 points
def run_rung(frames, cells, p, start):
    """(y at every step (T, B, height, width), last states (N, B, C, height, width)) of a rung."""
    steps = [make_step(weights) for weights in cells]
    # BEGIN SOLUTION
    states, said = start, []
    if start is None:
        states = frames.new_zeros(len(p), frames.shape[1], p.shape[1], *frames.shape[3:])
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return torch.stack(said), states
    # END SOLUTION


# %% check run_rung
check("run_rung", run_rung)

# %% a hint for the rung
# hint("run_rung")

# %% written which_can_be_mended, 1 point [markdown]
# ## 4. In your own words
#
# `torch.nn.GRU` differs in two places. Its new state is $(1 - z) \odot n + z \odot h$, and its r
# multiplies what the weights have made of $h$, not $h$ itself. Somebody wants to use weights that
# were trained there in your cell. Which of the two differences can be fixed by changing the
# weights, and how? Why not the other?
#
# BEGIN SOLUTION
# The first: 1 − σ(a) = σ(−a), so turn the signs of all weights and biases of z. The second cannot:
# the weights mix units (a convolution mixes maps and places), and r differs from one to the other.
# To weight before mixing is another function than to weight after it, whatever the weights are.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Compare your two functions with `lstm_video_lab.ConvGRUCell(in_channels, hidden_channels,
# kernel_size)`. Its `weight_ih` is for x and its `weight_hh` for h, both in the order r, z, n:
# `torch.cat` makes your W and V of them. Then with torch: on maps of 1×1, with kernels of 1×1, your
# functions make a plain GRU. Give them the weights of a `torch.nn.GRUCell` (it has two biases where
# you have one: add them up), with the change that you just described for z. They still differ. Now
# add 20 to the bias of r in both: why do they agree?

# %% cases convgru_gates
SHOWS = "frames"


def draw_gates(rng, B, X, C, k, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    W = 2 * normal(2 * C, X + C, k, k) / k / (X + C) ** 0.5
    state = torch.tanh(normal(B, C, height, width))
    return {"x": normal(B, X, height, width), "h": state, "W": W, "b": normal(2 * C)}


def draw_blocks(rng):
    """Five clips, in each a light block at another place, and a state that knows another one."""
    case = draw_gates(rng, 5, 1, 2, 3, 8, 11)
    for n in range(5):
        case["x"][n] *= 0.1
        case["x"][n, 0, 2:6, 1 + n : 5 + n] = 2
        case["h"][n] *= 0.1
        case["h"][n, :, 2:6, 6 - n : 10 - n] = 0.8
    case["W"] *= 0.3
    case["W"][0, :, 1, 1] = torch.tensor([1.5, -2.0, 0.5])
    case["b"][:] = torch.tensor([-0.5, 0.8, 0.4, -0.9])
    return case


def visible(rng):
    yield draw_blocks(rng)
    yield draw_gates(rng, 2, 3, 2, 5, 5, 6)


def hidden(rng):
    yield draw_gates(rng, 2, 3, 2, 3, 5, 7)
    yield draw_gates(rng, 1, 2, 4, 1, 4, 6)  # a kernel of one place
    yield draw_gates(rng, 3, 2, 2, 5, 3, 4)  # a kernel larger than the map
    for _ in range(2):
        B, X, C, height, width = (int(n) for n in rng.integers((2, 1, 2, 4, 4), (5, 4, 5, 8, 8)))
        yield draw_gates(rng, B, X, C, 2 * int(rng.integers(1, 4)) + 1, height, width)


# %% hints convgru_gates
"""
Both gates look at the same X + C maps, so one convolution is enough for both. torch.cat puts maps
one behind the other; which axis are the maps?

torch.cat([x, h], dim=1) are the maps. F.conv2d takes them, W, b and a padding that keeps the size:
half of the kernel, rounded down.

The result has 2C maps. Send them through torch.sigmoid, and cut them with chunk(2, dim=1): r is the
first half, z the second.
"""


# %% rewrite convgru_gates: kernels of input and state apart
def gates_apart(x, h, W, b):
    C, X, r = h.shape[1], x.shape[1], W.shape[-1] // 2
    gates = []
    for part in (slice(0, C), slice(C, 2 * C)):
        a = F.conv2d(x, W[part, :X], padding=r) + F.conv2d(h, W[part, X:], padding=r)
        gates.append(1 / (1 + torch.exp(-a - b[part].view(-1, 1, 1))))
    return gates


# %% rewrite convgru_gates: with numpy, all windows at once
def gates_by_windows(x, h, W, b):
    r, C = W.shape[-1] // 2, h.shape[1]
    maps = np.concatenate([x.numpy(), h.numpy()], axis=1)
    around = np.pad(maps, ((0, 0), (0, 0), (r, r), (r, r)))
    windows = np.lib.stride_tricks.sliding_window_view(around, W.shape[2:], axis=(2, 3))
    a = np.einsum("bmvust,qmst->bqvu", windows, W.numpy()) + b.numpy()[:, None, None]
    a = 0.5 + 0.5 * np.tanh(a / 2)
    return a[:, :C], a[:, C:]


# %% mistake convgru_gates: the state before the input
def state_before_input(x, h, W, b):
    """The maps of x come first and those of h behind them: yours are the other way round."""
    a = F.conv2d(torch.cat([h, x], dim=1), W, b, padding="same")
    return torch.sigmoid(a).chunk(2, dim=1)


# %% mistake convgru_gates: gates swapped
def reset_for_update(x, h, W, b):
    """The two gates have changed places: the first half of the maps is r, the second z."""
    a = F.conv2d(torch.cat([x, h], dim=1), W, b, padding="same")
    z, r = torch.sigmoid(a).chunk(2, dim=1)
    return r, z


# %% mistake convgru_gates: every second map
def every_second_map(x, h, W, b):
    """The maps of r lie one after the other, then those of z: yours take turns."""
    a = torch.sigmoid(F.conv2d(torch.cat([x, h], dim=1), W, b, padding="same"))
    return a[:, 0::2], a[:, 1::2]


# %% mistake convgru_gates: no sigmoid
def gates_without_sigmoid(x, h, W, b):
    """A gate lies between 0 and 1, yours does not: the sigmoid is missing."""
    return F.conv2d(torch.cat([x, h], dim=1), W, b, padding="same").chunk(2, dim=1)


# %% mistake convgru_gates: tanh for the sigmoid
def gates_with_tanh(x, h, W, b):
    """A gate lies between 0 and 1. Yours has a tanh, which goes down to −1."""
    return torch.tanh(F.conv2d(torch.cat([x, h], dim=1), W, b, padding="same")).chunk(2, dim=1)


# %% mistake convgru_gates: no biases
def gates_without_biases(x, h, W, b):
    """The biases are missing: each map of each gate has one."""
    return torch.sigmoid(F.conv2d(torch.cat([x, h], dim=1), W, padding="same")).chunk(2, dim=1)


# %% mistake convgru_gates: no padding
def gates_without_padding(x, h, W, b):
    """The gates are smaller than the state: add zeros around the maps, so that they keep their
    size."""
    return torch.sigmoid(F.conv2d(torch.cat([x, h], dim=1), W, b)).chunk(2, dim=1)


# %% mistake convgru_gates: the state left out
def gates_without_state(x, h, W, b):
    """The gates look at the input only: they should see the last state as well."""
    return torch.sigmoid(F.conv2d(x, W[:, : x.shape[1]], b, padding="same")).chunk(2, dim=1)


# %% mistake convgru_gates: update looks at the reset state
def update_sees_reset(x, h, W, b):
    """Your z looks at a state that r has gone over already: both gates see the whole h."""
    convolve = lambda state: F.conv2d(torch.cat([x, state], dim=1), W, b, padding="same")
    r = torch.sigmoid(convolve(h)).chunk(2, dim=1)[0]
    return r, torch.sigmoid(convolve(r * h)).chunk(2, dim=1)[1]


# %% cases convgru_state
SHOWS = "frames"


def draw_state(rng, B, X, C, k, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    gate = lambda: torch.from_numpy(rng.random((B, C, height, width), dtype="float32"))
    return {
        "x": normal(B, X, height, width), "h": normal(B, C, height, width).tanh(),
        "r": gate(), "z": gate(), "V": 2 * normal(C, X + C, k, k) / k / (X + C) ** 0.5,
        "d": normal(C),
    }  # fmt: skip


def draw_choice(rng):
    """Eight clips: the state knows a ring, the input is a cross, z goes from 0 to 1."""
    case = draw_state(rng, 8, 1, 2, 3, 9, 9)
    v, u = torch.meshgrid(torch.arange(9.0), torch.arange(9.0), indexing="ij")
    ring = torch.exp(-2 * ((v - 4).hypot(u - 4) - 3) ** 2)
    cross = torch.zeros(9, 9)
    cross[4, 1:8] = cross[1:8, 4] = 1
    case["h"] = 0.1 * case["h"]
    case["h"][:, 0] += 0.9 * ring
    case["x"] = 0.05 * case["x"] + cross
    case["z"] = torch.linspace(0, 1, 8).view(8, 1, 1, 1).repeat(1, 2, 9, 9)
    case["r"] = 0.3 * case["r"]
    case["V"] *= 0.2
    case["V"][0, 0, 1, 1] += 1.4
    case["V"][0, 1, 1, 1] += 0.6
    case["d"] = torch.tensor([0.05, 0.4])
    return case


def visible(rng):
    yield draw_choice(rng)
    yield draw_state(rng, 2, 2, 3, 5, 5, 6)


def hidden(rng):
    yield draw_state(rng, 2, 3, 2, 3, 5, 7)
    yield draw_state(rng, 1, 2, 4, 1, 4, 6)  # a kernel of one place
    shut = draw_state(rng, 3, 2, 2, 5, 4, 4)
    yield shut | {"r": shut["r"].round(), "z": shut["z"].round()}  # gates open or shut
    for _ in range(2):
        B, X, C, height, width = (int(n) for n in rng.integers((2, 1, 2, 4, 4), (5, 4, 5, 8, 8)))
        yield draw_state(rng, B, X, C, 2 * int(rng.integers(1, 4)) + 1, height, width)


# %% hints convgru_state
"""
Look at each letter of the third equation. What does r multiply, and when: before or after the
convolution?

First r * h, then torch.cat with x in front, then F.conv2d with V, d and the padding that keeps the
size, then torch.tanh: that is n.

The last line is (1 - z) * h + z * n. Where z is 1, nothing of the old state is left. The r has done
its work before: it does not touch this h.
"""


# %% rewrite convgru_state: kernels of input and state apart
def state_apart(x, h, r, z, V, d):
    X = x.shape[1]
    a = F.conv2d(x, V[:, :X], d, padding="same") + F.conv2d(r * h, V[:, X:], padding="same")
    return torch.lerp(h, torch.tanh(a), z)


# %% rewrite convgru_state: with numpy, the maps moved under the kernel
def state_by_moving(x, h, r, z, V, d):
    x, h, r, z, V, d = (t.numpy().astype(np.float64) for t in (x, h, r, z, V, d))
    (height, width), side = h.shape[2:], V.shape[-1]
    maps = np.concatenate([x, r * h], axis=1)
    around = np.pad(maps, ((0, 0), (0, 0), (side // 2,) * 2, (side // 2,) * 2))
    a = np.zeros(h.shape) + d[:, None, None]
    for s in range(side):
        for t in range(side):
            moved = around[:, :, s : s + height, t : t + width]
            a += np.einsum("bmvu,qm->bqvu", moved, V[:, :, s, t])
    return h + z * (np.tanh(a) - h)


# %% mistake convgru_state: z keeps the old
def update_keeps_the_old(x, h, r, z, V, d):
    """Your z keeps the old state, as torch's GRU has it: here z lets the new one in."""
    n = torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding="same"))
    return (1 - z) * n + z * h


# %% mistake convgru_state: r after the convolution
def reset_after_convolution(x, h, r, z, V, d):
    """Your r comes after the convolution, as torch's GRU has it: here it acts on h before."""
    X = x.shape[1]
    a = F.conv2d(x, V[:, :X], d, padding="same") + r * F.conv2d(h, V[:, X:], padding="same")
    return (1 - z) * h + z * torch.tanh(a)


# %% mistake convgru_state: another library's cell
def state_of_another_library(x, h, r, z, V, d):
    """That is the GRU of torch. Two things differ here: r acts on h before the convolution, and z
    lets the new in."""
    X = x.shape[1]
    a = F.conv2d(x, V[:, :X], d, padding="same") + r * F.conv2d(h, V[:, X:], padding="same")
    return (1 - z) * torch.tanh(a) + z * h


# %% mistake convgru_state: no reset
def state_without_reset(x, h, r, z, V, d):
    """Your n sees the whole old state: r says how much of it may be seen."""
    n = torch.tanh(F.conv2d(torch.cat([x, h], dim=1), V, d, padding="same"))
    return (1 - z) * h + z * n


# %% mistake convgru_state: the kept state is reset, too
def kept_state_is_reset(x, h, r, z, V, d):
    """In your last line r has been at the old state: it hides h from n only, what is kept is the
    whole h."""
    h = r * h
    n = torch.tanh(F.conv2d(torch.cat([x, h], dim=1), V, d, padding="same"))
    return (1 - z) * h + z * n


# %% mistake convgru_state: gates swapped
def state_with_gates_swapped(x, h, r, z, V, d):
    """The gates have changed places: r acts within n, z chooses between old and new."""
    n = torch.tanh(F.conv2d(torch.cat([x, z * h], dim=1), V, d, padding="same"))
    return (1 - r) * h + r * n


# %% mistake convgru_state: sigmoid for tanh
def new_with_sigmoid(x, h, r, z, V, d):
    """What is new may be below zero, so it has a tanh; sigmoids are for gates."""
    n = torch.sigmoid(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding="same"))
    return (1 - z) * h + z * n


# %% mistake convgru_state: the new is added
def new_is_added(x, h, r, z, V, d):
    """Your new comes on top of the old, and the state grows: where z lets the new in, the old goes
    out."""
    n = torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding="same"))
    return h + z * n


# %% mistake convgru_state: no choice
def new_takes_all(x, h, r, z, V, d):
    """Nothing is remembered: what you return is n, and z has not chosen yet."""
    return torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding="same"))


# %% mistake convgru_state: the state before the input
def state_maps_first(x, h, r, z, V, d):
    """The maps of x come first and those of r ⊙ h behind them: yours are the other way round."""
    n = torch.tanh(F.conv2d(torch.cat([r * h, x], dim=1), V, d, padding="same"))
    return (1 - z) * h + z * n


# %% mistake convgru_state: no biases
def state_without_biases(x, h, r, z, V, d):
    """The biases d are missing: F.conv2d takes them after the kernels."""
    n = torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, padding="same"))
    return (1 - z) * h + z * n


# %% cases run_rung
SHOWS = "frames"


def draw_rung(rng, T, B, X, C, kernels, height, width, fresh=True):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    cells = [
        {"W": 2 * normal(C, X, k, k) / k / X**0.5, "U": normal(C, C, k, k) / k / C**0.5,
         "b": normal(C)}
        for k in kernels
    ]  # fmt: skip
    start = None if fresh else normal(len(kernels), B, C, height, width).tanh()
    frames, p = normal(T, B, X, height, width), normal(len(kernels), C)
    return {"frames": frames, "cells": cells, "p": p, "start": start}


def draw_trail(rng):
    """A ring that moves, a near cell that keeps a trail of it, and a far cell that is taken
    away."""
    case = draw_rung(rng, 10, 1, 1, 1, (3, 5), 11, 17)
    v, u = torch.meshgrid(torch.arange(11.0), torch.arange(17.0), indexing="ij")
    for t in range(10):
        case["frames"][t, 0, 0] = torch.exp(-2 * ((v - 5).hypot(u - 3 - 1.2 * t) - 2) ** 2)
    near, far = case["cells"]
    near["W"] = torch.full((1, 1, 3, 3), 0.02)
    near["W"][0, 0, 1, 1] = 1.5
    near["U"] = torch.full((1, 1, 3, 3), 0.02)
    far["W"] = torch.full((1, 1, 5, 5), 0.06)
    far["U"] = torch.full((1, 1, 5, 5), 0.01)
    near["b"], far["b"] = torch.tensor([0.05]), torch.tensor([-0.05])
    return case | {"p": torch.tensor([[1.3], [-0.45]])}


def visible(rng):
    yield draw_trail(rng)
    yield draw_rung(rng, 4, 3, 2, 2, (3, 5, 1), 4, 5, fresh=False)


def hidden(rng):
    yield draw_rung(rng, 5, 3, 3, 2, (3, 5), 4, 6)
    yield draw_rung(rng, 3, 2, 2, 3, (3, 5, 7), 5, 4, fresh=False)
    yield draw_rung(rng, 4, 2, 1, 2, (3,), 4, 5)  # one cell
    yield draw_rung(rng, 1, 3, 2, 3, (1, 3), 3, 4, fresh=False)  # one frame
    for fresh in (True, False):
        T, B, X, C, height, width = (
            int(n) for n in rng.integers((3, 2, 1, 2, 3, 3), (7, 5, 4, 5, 7, 7))
        )
        kernels = (2 * rng.integers(0, 3, int(rng.integers(2, 5))) + 1).tolist()
        yield draw_rung(rng, T, B, X, C, kernels, height, width, fresh)


# %% hints run_rung
"""
Two loops: one over time, and within it one over the cells. What does every cell read, and what goes
from step to step?

Keep a list with one state for each cell. Without a start each is frames.new_zeros(B, C, height,
width), and p.shape tells N and C. A cell takes the frame and its own state; its new state takes the
old one's place in the list.

After each frame, states = torch.stack(list) has the shape (N, B, C, height, width), and
torch.einsum("nm,nbmvu->bvu", p, states) is y. Keep all of these, and return the last states, too.
"""


# %% rewrite run_rung: one cell after the other over the whole film
def rung_cell_by_cell(frames, cells, p, start):
    said, last = torch.zeros(*frames.shape[:2], *frames.shape[3:]), []
    for n, weights in enumerate(cells):
        step, h = make_step(weights), None if start is None else start[n]
        if h is None:
            h = torch.zeros(frames.shape[1], p.shape[1], *frames.shape[3:])
        for t, x in enumerate(frames):
            h = step(x, h)
            said[t] += (h * p[n].view(-1, 1, 1)).sum(1)
        last.append(h)
    return said, torch.stack(last)


# %% rewrite run_rung: with numpy, without the given function
def rung_by_numpy(frames, cells, p, start):
    def convolve(maps, kernels):
        r = kernels.shape[-1] // 2
        around = np.pad(maps, ((0, 0), (0, 0), (r, r), (r, r)))
        windows = np.lib.stride_tricks.sliding_window_view(around, kernels.shape[2:], axis=(2, 3))
        return np.einsum("bmvust,qmst->bqvu", windows, kernels)

    T, B, _, height, width = frames.shape
    states = np.zeros((len(cells), B, p.shape[1], height, width))
    if start is not None:
        states += start.numpy()
    said = np.zeros((T, B, height, width))
    for t in range(T):
        for n, cell in enumerate(cells):
            W, U, b = (cell[name].numpy() for name in "WUb")
            a = convolve(frames[t].numpy(), W) + convolve(states[n], U) + b[:, None, None]
            states[n] = 0.5 * states[n] + 0.5 * np.tanh(a)
        said[t] = np.tensordot(p.numpy(), states.swapaxes(1, 2), axes=2)
    return said, states


# %% mistake run_rung: one cell after the other
def rung_as_a_chain(frames, cells, p, start):
    """Your cells read one another: they stand side by side, and all of them read the frame."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = list(start), []
    for x in frames:
        for n, step in enumerate(steps):
            x = states[n] = step(x, states[n])
        said.append(torch.einsum("nm,nbmvu->bvu", p, torch.stack(states)))
    return torch.stack(said), torch.stack(states)


# %% mistake run_rung: one state for all
def rung_shares_a_state(frames, cells, p, start):
    """Your cells share one state: each has its own, and keeps it until the next frame."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    h, said = start[0], []
    for x in frames:
        states = []
        for step in steps:
            h = step(x, h)
            states.append(h)
        said.append(torch.einsum("nm,nbmvu->bvu", p, torch.stack(states)))
    return torch.stack(said), torch.stack(states)


# %% mistake run_rung: the states are not handed on
def rung_forgets(frames, cells, p, start):
    """At every frame your cells begin anew: hand their states on in time."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    said = []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, start, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return torch.stack(said), states


# %% mistake run_rung: the start is not used
def rung_from_zeros(frames, cells, p, start):
    """Yours always begins with zeros: where a start is given, begin with it."""
    steps = [make_step(weights) for weights in cells]
    start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return torch.stack(said), states


# %% mistake run_rung: said before the step
def rung_says_late(frames, cells, p, start):
    """Yours is one step late: let the cells read the frame first, and say y after it."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
    return torch.stack(said), states


# %% mistake run_rung: the last cell only
def rung_says_the_last(frames, cells, p, start):
    """Only your last cell is heard: y is made from the maps of all cells."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("m,bmvu->bvu", p[-1], states[-1]))
    return torch.stack(said), states


# %% mistake run_rung: mean for sum over the cells
def rung_takes_the_mean(frames, cells, p, start):
    """The maps of all cells are added up, with their weights: yours takes the mean of the cells."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states) / len(p))
    return torch.stack(said), states


# %% mistake run_rung: all weights alike
def rung_without_weights(frames, cells, p, start):
    """You add up the maps as they are: each has its own weight p."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(states.sum((0, 2)))
    return torch.stack(said), states


# %% mistake run_rung: from the last frame to the first
def rung_runs_backwards(frames, cells, p, start):
    """Your clip runs backwards: the cells read the first frame first."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames.flip(0):
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return torch.stack(said).flip(0), states


# %% mistake run_rung: films for time
def rung_runs_over_films(frames, cells, p, start):
    """Your cells go from clip to clip: the first axis is time, the second counts the clips."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states = start[:, :1].repeat(1, len(frames), 1, 1, 1)
    said = []
    for x in frames.transpose(0, 1):
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return torch.stack(said, dim=1), states


# %% mistake run_rung: returned in the other order
def rung_in_other_order(frames, cells, p, start):
    """The two results have changed places: return what the rung says first, then the last
    states."""
    steps = [make_step(weights) for weights in cells]
    if start is None:
        start = frames.new_zeros(len(cells), frames.shape[1], p.shape[1], *frames.shape[3:])
    states, said = start, []
    for x in frames:
        states = torch.stack([step(x, h) for step, h in zip(steps, states, strict=True)])
        said.append(torch.einsum("nm,nbmvu->bvu", p, states))
    return states, torch.stack(said)
