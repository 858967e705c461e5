# Cut from solutions/02_backpropagation_by_hand.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 2 · Back-propagation through one step, by hand
#
# **After lesson** [02, the LSTM cell](../notebooks/02_lstm_cell.ipynb) · **Points** 12 ·
# **Difficulty** ●●● · **Time** 75 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# You send a gradient backwards through one step: first through a plain cell, then through an LSTM,
# then through its peepholes. `loss.backward()` does this for you every day; here you do it once
# yourself. The picture below is from your second part: the gradient at the four gates of three
# units, a line each. Its 24 columns are 24 clips (the axis calls them steps).

# %% what it will look like
import numpy as np
import torch

from lstm_video_lab import check, hint, target

target("lstm_gates_backward")


# %% [markdown]
# ## The three rules
#
# Write $\bar{y}$ for the gradient of the loss with respect to $y$. It has the shape of $y$. In code
# it is called `dy`. To go back through a step you need three rules only:
#
# - **Product** $y = a \odot b$: then $\bar{a} = \bar{y} \odot b$ and $\bar{b} = \bar{y} \odot a$.
# - **Function** $y = \phi(a)$: then $\bar{a} = \bar{y} \odot \phi'(a)$. For $\tanh$ this is
#   $\bar{y} \odot (1 - y^2)$, for the sigmoid $\bar{y} \odot y (1 - y)$.
# - **Used twice**: the gradients that come back along all ways are *added*.
#
# ## 1. A plain step
#
# $$
# a = W x + U h + b, \qquad h' = \tanh(a)
# $$
#
# There are B clips, and the weights are shared by all of them: by the third rule their gradients
# are sums over the clips.
#
# | name | shape | what |
# | --- | --- | --- |
# | `dh_new` | (B, H) | the gradient at $h'$: this comes in |
# | `x`, `h` | (B, X), (B, H) | the input and the last output |
# | `W`, `U` | (H, X), (H, H) | weights; the bias has the shape (H,) |
# | `h_new` | (B, H) | $h'$, kept from the way forward |
#
# Return a dict with the gradients `"x"`, `"h"`, `"W"`, `"U"` and `"b"`. Shapes are a great help
# here: every gradient has the shape of its own tensor. Please do it by hand: keep torch's own
# gradients for checking what you got.

# %% answer tanh_backward, 3 points
def tanh_backward(dh_new, x, h, W, U, h_new):
    """Gradients at x, h, W, U and b of h' = tanh(W x + U h + b), as a dict."""
    raise NotImplementedError("your answer")


# %% check tanh_backward
check("tanh_backward", tanh_backward)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("tanh_backward")

# %% [markdown]
# ## 2. An LSTM without peepholes: back to its gates
#
# $$
# \begin{aligned}
# i = \sigma(a_i) \quad f &= \sigma(a_f) \quad g = \tanh(a_g) \quad o = \sigma(a_o) \\
# c' &= f \odot c + i \odot g \\
# h' &= o \odot \tanh(c')
# \end{aligned}
# $$
#
# Two gradients come in: one at $h'$ and one at $c'$. The second comes from the next step, which
# used $c'$ too. But $c'$ is also inside $h'$, so there is more to add to it.
#
# | name | shape | what |
# | --- | --- | --- |
# | `dh_new`, `dc_new` | (B, H) | the gradients at $h'$ and $c'$ that come in |
# | `i`, `f`, `g`, `o` | (B, H) | the gates, after sigmoid and tanh |
# | `c`, `c_new` | (B, H) | the old and the new cell state |
#
# Return two tensors: the gradient at $a_i, a_f, a_g, a_o$ side by side, (B, 4H), and the gradient
# at the old $c$, (B, H). `torch.cat([...], dim=1)` lays tensors side by side. From $a$ on, the way
# to x, h, W, U and b is the one of your first part.

# %% answer lstm_gates_backward, 4 points
def lstm_gates_backward(dh_new, dc_new, i, f, g, o, c, c_new):
    """(gradient at the gates before sigmoid and tanh (B, 4H), gradient at the old c (B, H))."""
    raise NotImplementedError("your answer")


# %% check lstm_gates_backward
check("lstm_gates_backward", lstm_gates_backward)


# %% a hint for the gates
# hint("lstm_gates_backward")

# %% [markdown]
# ## 3. The whole step, with peepholes
#
# Now three gates peep at a cell state:
#
# $$
# \begin{aligned}
# a_i &= W_i x + U_i h + p_i \odot c + b_i \\
# a_f &= W_f x + U_f h + p_f \odot c + b_f \\
# a_g &= W_g x + U_g h + b_g \\
# a_o &= W_o x + U_o h + p_o \odot c' + b_o
# \end{aligned}
# $$
#
# So there are new ways back: from $a_o$ to the **new** cell state, and from $a_i$ and $a_f$ to the
# **old** one. The way forward is given. The weights are packed as in exercise 1: W (4H, X),
# U (4H, H), p (3, H) for i, f and o, b (4H,).

# %% given
def forward_with_peepholes(x, h, c, W, U, p, b):
    """The gates i, f, g, o after sigmoid and tanh, and the new cell state: each (B, H)."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    i, f, g = torch.sigmoid(i + p[0] * c), torch.sigmoid(f + p[1] * c), torch.tanh(g)
    c_new = f * c + i * g
    return i, f, g, torch.sigmoid(o + p[2] * c_new), c_new


# %% [markdown]
# Return a dict with the gradients at `"x"`, `"h"`, `"c"`, `"W"`, `"U"`, `"p"` and `"b"`.

# %% answer peephole_backward, 4 points
def peephole_backward(dh_new, dc_new, x, h, c, W, U, p, b):
    """Gradients at x, h, c, W, U, p and b of one step with peepholes, as a dict."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    raise NotImplementedError("your answer")


# %% check peephole_backward
check("peephole_backward", peephole_backward)

# %% a hint for the peepholes
# hint("peephole_backward")

# %% written why_not_vanish, 1 point [markdown]
# ## 4. In your own words
#
# Look at what your second part does with the gradient on its way from $c'$ to the old $c$, and at
# what your first part does from $h'$ to the old $h$. Why can a gradient survive fifty steps along
# $c$, but hardly along the $h$ of a plain cell?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Go back through a whole clip: keep the gates of every step, begin at the last one, and hand the
# gradients at h and c on to the step before. If every step has a loss of its own, where does its
# gradient come in? Compare with `loss.backward()`, in double precision.
