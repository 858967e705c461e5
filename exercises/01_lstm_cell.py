# Cut from solutions/01_lstm_cell.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 1 · One step of an LSTM, with peepholes
#
# **After lesson** [02, the LSTM cell](../notebooks/02_lstm_cell.ipynb) · **Points** 7 ·
# **Difficulty** ●○○ · **Time** 30 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# You write the cell that this whole lab stands on: first one step, then a clip of steps. The
# picture below is what your cell will do in the second part.

# %% what it will look like
import torch

from lstm_video_lab import check, hint, target

target("run_lstm")


# %% [markdown]
# ## The equations
#
# Four gates look at the input $x$ and at the last output $h$. Three of them also *peep* at a cell
# state, each through its own weights $p$, one for each unit:
#
# $$
# \begin{aligned}
# i &= \sigma(W_i x + U_i h + p_i \odot c + b_i) \\
# f &= \sigma(W_f x + U_f h + p_f \odot c + b_f) \\
# g &= \tanh(W_g x + U_g h + b_g) \\
# c' &= f \odot c + i \odot g \\
# o &= \sigma(W_o x + U_o h + p_o \odot c' + b_o) \\
# h' &= o \odot \tanh(c')
# \end{aligned}
# $$
#
# $\sigma$ is `torch.sigmoid`, $\odot$ multiplies unit by unit. The weights of the four gates lie
# one below the other, in the order i, f, g, o:
#
# | name | shape | what |
# | --- | --- | --- |
# | `x` | (B, X) | the input of this step, for B clips |
# | `h`, `c` | (B, H) | the last output and the last cell state |
# | `W` | (4H, X) | from the input |
# | `U` | (4H, H) | from the last output |
# | `p` | (3, H) | peepholes of i, f and o |
# | `b` | (4H,) | biases |
#
# ## 1. One step
#
# Return the new `h` and the new `c`, in this order. `chunk(4, dim=1)` cuts a tensor into four.

# %% answer lstm_step, 4 points
def lstm_step(x, h, c, W, U, p, b):
    """One step of an LSTM with peepholes: (h', c'), each (B, H)."""
    raise NotImplementedError("your answer")


# %% check lstm_step
check("lstm_step", lstm_step)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("lstm_step")

# %% [markdown]
# ## 2. A clip
#
# Now run a cell over a clip, time first. `step(x, h, c)` does one step and returns the new
# `(h, c)`: here it is given, so that this part does not depend on the first. Begin with zeros.
# Return all outputs, (T, B, H), as one tensor.

# %% given
def make_step(W, U, p, b):
    """A plain cell that stands in for yours: no gates, c counts the steps."""

    def step(x, h, c):
        return torch.tanh(x @ W.T + h @ U.T + b + p * c), c + 1

    return step


# %% answer run_lstm, 2 points
def run_lstm(frames, W, U, p, b):
    """All outputs (T, B, H) of a cell over frames (T, B, X), from a state of zeros."""
    step = make_step(W, U, p, b)
    raise NotImplementedError("your answer")


# %% check run_lstm
check("run_lstm", run_lstm)

# %% a hint for the film
# hint("run_lstm")

# %% written why_peep, 1 point [markdown]
# ## 3. In your own words
#
# The output gate peeps at the *new* cell state, the other two at the *old* one. Why can the input
# gate not peep at the new one?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# `lstm_video_lab.LSTMCell` has an option `output_peephole="old"`. Write your step so that it has it
# too, and compare both with the lab's cell. Then give your `lstm_step` to
# `torch.autograd.gradcheck` in double precision.
