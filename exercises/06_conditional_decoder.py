# Cut from solutions/06_conditional_decoder.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 6 · A decoder that reads its own frames
#
# **After lesson** [05, the future predictor](../notebooks/05_future_predictor.ipynb) ·
# **Points** 8 · **Difficulty** ●●○ · **Time** 40 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A **conditional** decoder gets the frame before as its input. But which one: the true frame, or
# its own? You write both. The picture below is what your first part will show: a clip that a
# decoder tells itself, frame after frame.

# %% what it will look like
import torch

from lstm_video_lab import check, hint, target

target("free_run")


# %% [markdown]
# ## Two functions that are given
#
# The next cell gives you the network. `step, readout = make_decoder(weights)` makes two functions:
#
# | call | what it does |
# | --- | --- |
# | `step(x, state)` | one step of the LSTM: returns the new state |
# | `step(None, state)` | the same without any input |
# | `readout(state)` | the logits $a$ of a frame, (B, height, width) |
#
# `x` is a frame for each of B clips, (B, height, width), with brightness from 0 to 1. The
# brightness of the frame that the decoder means is $\sigma(a)$, `torch.sigmoid(a)`. What is inside
# a `state` is not your concern: take it, and hand it on.

# %% given
def make_decoder(weights):
    """(step, readout) of an LSTM without peepholes; weights: a dict of W, U, b, V and d."""

    def step(x, state):
        h, c = state
        a = h @ weights["U"].T + weights["b"]  # (B, 4H)
        if x is not None:
            a = a + x.flatten(1) @ weights["W"].T
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def readout(state):
        return (state[0] @ weights["V"].T).unflatten(1, weights["d"].shape) + weights["d"]

    return step, readout


# %% [markdown]
# ## 1. Free running
#
# This is how a forecast is made: nobody knows the frames to come, so the decoder reads its own.
#
# $$
# \begin{aligned}
# s_1 &= \text{step}(\text{nothing}, s_0) & \hat{x}_1 &= \sigma(\text{readout}(s_1)) \\
# s_t &= \text{step}(\hat{x}_{t-1}, s_{t-1}) & \hat{x}_t &= \sigma(\text{readout}(s_t))
# \end{aligned}
# $$
#
# $s_0$ comes from the encoder. The first step has no input: all that is known is in the state.
#
# | name | shape | what |
# | --- | --- | --- |
# | `weights` | dict | for `make_decoder` |
# | `state` | pair | $s_0$, from the encoder, which has seen the clip so far |
# | `steps` | number | T, how many frames are asked for |
# | result | (T, B, height, width) | the brightness of the frames $\hat{x}_1 … \hat{x}_T$ |

# %% answer free_run, 3 points
def free_run(weights, state, steps):
    """The frames (T, B, height, width) that a decoder tells itself, T = steps; brightness."""
    step, readout = make_decoder(weights)
    raise NotImplementedError("your answer")


# %% check free_run
check("free_run", free_run)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("free_run")

# %% [markdown]
# ## 2. In training, the teacher helps
#
# In training the true frames are known. **Teacher forcing** means: after every step, whatever the
# decoder said, it reads the *true* frame next. When it is judged there is no teacher. So one
# function has two ways to run:
#
# | step | input in training | input when it is judged |
# | --- | --- | --- |
# | 1 | nothing | nothing |
# | 2 | the true frame 1 | its own frame 1 |
# | t | the true frame t − 1 | its own frame t − 1 |
#
# | name | shape | what |
# | --- | --- | --- |
# | `weights`, `state` | | as in the first part |
# | `truth` | (T, B, height, width) | the true frames to come; when judged, it tells T and no more |
# | `training` | True or False | whether the teacher helps |
#
# Return two tensors, each (T, B, height, width): the brightness, for the eye, and the logits, for
# the loss.

# %% answer decode_future, 4 points
def decode_future(weights, state, truth, training):
    """(brightness, logits) of the frames to come, each (T, B, height, width)."""
    step, readout = make_decoder(weights)
    raise NotImplementedError("your answer")


# %% check decode_future
check("decode_future", decode_future)

# %% a hint for the teacher
# hint("decode_future")

# %% written why_not_teach, 1 point [markdown]
# ## 3. In your own words
#
# Somebody judges a conditional decoder on test clips, and leaves the teacher on. Every error per
# frame comes out small, even for the last frame. Why is this number no use as a forecast? And what
# happens to a small fault in a frame when the decoder runs freely?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Between the two ways lies a third, *scheduled sampling*: at each step, and for each clip on its
# own, a coin decides whether the decoder reads the true frame or its own. Write it, with coins
# (T, B) as an argument. Which `torch` function chooses clip by clip? Then let the share of true
# frames fall from 1 to 0 in the course of a training.
