# Cut from solutions/05_reversed_autoencoder.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 5 · An autoencoder that answers in reverse
#
# **After lesson** [04, the autoencoder](../notebooks/04_autoencoder.ipynb) · **Points** 10 ·
# **Difficulty** ●●○ · **Time** 50 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A clip goes into an LSTM, and out of another one it comes again, the newest frame first. You write
# the way through, the loss, and the way back to a clip that can be watched. The picture below is
# what your first part will show.

# %% given
import numpy as np
import torch
from torch.nn import functional as F

# %% what it will look like
from lstm_video_lab import check, hint, target

target("show_film")


# %% [markdown]
# ## 1. From numbers to a clip
#
# The decoder gives one number for each pixel, its **logit** $a$. The brightness is
# $\sigma(a) = 1 / (1 + e^{-a})$, between 0 and 1. And it gives the frames in reverse: its first
# answer is the *last* frame of the clip.
#
# | name | shape | what |
# | --- | --- | --- |
# | `logits` | (T, B, S·S) | what the decoder gave: T frames, newest first, for B clips |
# | `size` | number | S, the side of a frame; its rows lie one after the other |
# | result | (T, B, S, S) | brightness, the oldest frame first |

# %% answer show_film, 2 points
def show_film(logits, size):
    """Logits (T, B, S·S), newest frame first, as brightness (T, B, S, S), oldest first."""
    raise NotImplementedError("your answer")


# %% check show_film
check("show_film", show_film)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("show_film")

# %% [markdown]
# ## 2. The way through
#
# - The **encoder** reads the clip, a frame in each step, from a state of zeros. Only its last state
#   stays: h *and* c.
# - The **decoder** begins with a copy of this state. It makes T steps, without any input.
# - After **each step of the decoder** the readout turns its h into the logits of a frame:
#   $a = V h + d$.
#
# One step of an LSTM is given; it has no peepholes, to keep it short. `x=None` means no input.

# %% given
def lstm(x, h, c, weights):
    """One step of an LSTM: (h', c'). weights: a dict of W (4H, X), U (4H, H) and b (4H,)."""
    a = h @ weights["U"].T + weights["b"]
    if x is not None:
        a = a + x @ weights["W"].T
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% [markdown]
# | name | what |
# | --- | --- |
# | `frames` | the clip, (T, B, X): X pixels, oldest frame first |
# | `encoder` | weights of the encoder: a dict of `"W"`, `"U"`, `"b"` |
# | `decoder` | weights of the decoder: a dict of `"U"`, `"b"`, for it has no input |
# | `readout` | a dict of `"V"` (X, H) and `"d"` (X,) |
#
# Return the logits (T, B, X) in the order in which the decoder gives them. Nothing in here knows
# that they are meant in reverse: that is for the loss to teach.

# %% answer autoencode, 4 points
def autoencode(frames, encoder, decoder, readout):
    """Logits (T, B, X) of a decoder that knows the clip (T, B, X) by the encoder's state alone."""
    raise NotImplementedError("your answer")


# %% check autoencode
check("autoencode", autoencode)


# %% a hint for the way through
# hint("autoencode")

# %% [markdown]
# ## 3. The loss
#
# The first answer is held against the last frame, the second against the last but one, and so on.
# For one pixel with brightness $x$ and logit $a$ the **cross-entropy** is
#
# $$
# -x \ln \sigma(a) - (1 - x) \ln (1 - \sigma(a))
# $$
#
# nats. **Add** it over all pixels of a frame; then take the **mean** over frames and clips. This is
# the "nats per frame" of all lessons. Logits of ±200 must do no harm: in the formula as it stands,
# $\sigma$ becomes exactly 0 or 1 in the computer, and its logarithm is infinite.
#
# | name | shape | what |
# | --- | --- | --- |
# | `logits` | (T, B, height, width) | of the decoder, newest frame first |
# | `frames` | (T, B, height, width) | the clip, from 0 to 1, oldest frame first |
#
# Return one number. `F.binary_cross_entropy_with_logits` may help.

# %% answer reverse_loss, 3 points
def reverse_loss(logits, frames):
    """Nats per frame of a clip (T, B, height, width) that was given back in reverse: a number."""
    raise NotImplementedError("your answer")


# %% check reverse_loss
check("reverse_loss", reverse_loss)

# %% a hint for the loss
# hint("reverse_loss")

# %% written why_reverse, 1 point [markdown]
# ## 4. In your own words
#
# A clip has ten frames. How many steps lie between reading a frame and giving it back, for the
# newest and for the oldest one, in reverse order? And in the order of filming? Why does that make
# the reversed clip easier to begin with?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Put your parts together and train: make the weights tensors with `requires_grad=True`, let white
# squares move through frames of 8×8, and take 300 steps of `torch.optim.Adam`. Watch a clip with
# `show_film` before and after. Then leave out the reversal in the loss. Which one learns faster?
