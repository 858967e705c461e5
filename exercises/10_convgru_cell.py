# Cut from solutions/10_convgru_cell.py by `lstm-video-lab build`: edit that one.
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
    raise NotImplementedError("your answer")


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
    raise NotImplementedError("your answer")


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
    raise NotImplementedError("your answer")


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
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Compare your two functions with `lstm_video_lab.ConvGRUCell(in_channels, hidden_channels,
# kernel_size)`. Its `weight_ih` is for x and its `weight_hh` for h, both in the order r, z, n:
# `torch.cat` makes your W and V of them. Then with torch: on maps of 1×1, with kernels of 1×1, your
# functions make a plain GRU. Give them the weights of a `torch.nn.GRUCell` (it has two biases where
# you have one: add them up), with the change that you just described for z. They still differ. Now
# add 20 to the bias of r in both: why do they agree?
