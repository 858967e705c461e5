# Cut from solutions/03_convlstm_cell.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 3 · One step of a convolutional LSTM
#
# **After lesson** [07, fully connected or convolutional](../notebooks/07_convlstm.ipynb) ·
# **Points** 9 · **Difficulty** ●●○ · **Time** 50 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# The state of a convolutional LSTM is not a row of numbers but a pile of maps. You first make a
# convolution that keeps the size of a map, then count how far it sees, then put it into a cell. The
# picture below is one of the output maps of your cell, for four clips.

# %% given
import numpy as np
import torch
from torch.nn import functional as F

# %% what it will look like
from lstm_video_lab import check, hint, target

target("convlstm_step")


# %% [markdown]
# ## 1. A convolution that keeps the size
#
# A kernel of k×k weights lies on a map. The new number is the sum of all products; then the kernel
# moves on by one place. At the edge a part of it hangs outside: there the map counts as zero.
# With k odd and $r = (k-1)/2$,
#
# $$
# y_{n,q}(v, u) = \sum_{m} \sum_{s=-r}^{r} \sum_{t=-r}^{r}
# W_{q,m}(r + s,\, r + t) \; x_{n,m}(v + s,\, u + t)
# $$
#
# | name | shape | what |
# | --- | --- | --- |
# | `x` | (B, X, height, width) | X maps for each of B clips |
# | `W` | (Q, X, k, k) | a kernel for each pair of an output map q and an input map m |
# | result | (B, Q, height, width) | Q maps of the same size |
#
# You may write it with loops, or call `F.conv2d` with the right `padding`: both are right.

# %% answer convolve_same, 2 points
def convolve_same(x, W):
    """Maps (B, X, height, width) and kernels (Q, X, k, k), k odd, to (B, Q, height, width)."""
    raise NotImplementedError("your answer")


# %% check convolve_same
check("convolve_same", convolve_same)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("convolve_same")

# %% [markdown]
# ## 2. Sizes and reach
#
# Put several convolutions one after the other. Each has its own kernel size k and its own padding
# P: the number of rows and columns of zeros added on **every** side. Two numbers change from one to
# the next:
#
# - the **size** (side) of the map. A kernel of k places fits into $n$ places in $n - k + 1$
#   positions; the zeros count as places too.
# - the **reach**: how many places of the *first* map, in a row, one place of this map depends on,
#   far from any edge. Before the first convolution it is 1.
#
# Return two lists of whole numbers: the sizes and the reaches after each convolution. For example
# `sizes_and_reach(8, [3], [0])` gives `([6], [3])`.

# %% answer sizes_and_reach, 2 points
def sizes_and_reach(size, kernels, paddings):
    """Side of the map and reach after each of several convolutions: two lists of int."""
    raise NotImplementedError("your answer")


# %% check sizes_and_reach
check("sizes_and_reach", sizes_and_reach)


# %% a hint for sizes and reach
# hint("sizes_and_reach")

# %% [markdown]
# ## 3. The cell
#
# These are the equations of exercise 1, with convolutions $*$ where matrices were. Each map has
# **one** peephole weight for all of its places:
#
# $$
# \begin{aligned}
# i &= \sigma(W_i * x + U_i * h + p_i \odot c + b_i) \\
# f &= \sigma(W_f * x + U_f * h + p_f \odot c + b_f) \\
# g &= \tanh(W_g * x + U_g * h + b_g) \\
# c' &= f \odot c + i \odot g \\
# o &= \sigma(W_o * x + U_o * h + p_o \odot c' + b_o) \\
# h' &= o \odot \tanh(c')
# \end{aligned}
# $$
#
# | name | shape | what |
# | --- | --- | --- |
# | `x` | (B, X, height, width) | the input maps |
# | `h`, `c` | (B, C, height, width) | the last output and the last cell state |
# | `W` | (4C, X, k, k) | kernels from the input, gates in the order i, f, g, o |
# | `U` | (4C, C, l, l) | kernels from the last output; l is odd, as k is, but may differ |
# | `p` | (3, C) | peepholes of i, f and o, one for each map |
# | `b` | (4C,) | biases, one for each map of each gate |
#
# Return the new `h` and the new `c`. A vector (C,) does not meet maps (B, C, height, width) at the
# right axis by itself: `p[0][:, None, None]` has the shape (C, 1, 1), and does.

# %% answer convlstm_step, 4 points
def convlstm_step(x, h, c, W, U, p, b):
    """One step of a convolutional LSTM: (h', c'), each (B, C, height, width)."""
    raise NotImplementedError("your answer")


# %% check convlstm_step
check("convlstm_step", convlstm_step)

# %% a hint for the cell
# hint("convlstm_step")

# %% written why_convolve, 1 point [markdown]
# ## 4. In your own words
#
# A fully connected LSTM that has seen sevens at the left only does not know sevens at the right.
# Why is that different here, and what does the convolutional cell pay for it: what can it *not*
# know after one step?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Compare your step with `lstm_video_lab.ConvLSTMCell(in_channels, hidden_channels, kernel_size)`:
# copy its parameters into yours (its peepholes have the shape (3, C, 1, 1)). Then move `x`, `h` and
# `c` by one place with `torch.roll`: does the output move along? Everywhere? With the peephole
# weights of the ConvLSTM paper, one for each *place*, too?
