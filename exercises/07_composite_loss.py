# Cut from solutions/07_composite_loss.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 7 · The loss of the composite model
#
# **After lesson** [06, the composite model](../notebooks/06_composite.ipynb) · **Points** 10 ·
# **Difficulty** ●●○ · **Time** 50 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# One encoder, two decoders: one gives the clip back, in reverse, and one goes on with it. You write
# the loss that both share, and see how their two gradients meet in one state. The picture below is
# from your first part: the error of a forecast, frame by frame.

# %% given
import numpy as np
import torch
from torch.nn import functional as F

# %% what it will look like
from lstm_video_lab import check, hint, target

target("nats_per_frame")


# %% [markdown]
# ## 1. Nats per frame, safely
#
# A decoder gives a logit $a$ for each pixel, and $\sigma(a)$ is the brightness that it means. For a
# true brightness $x$ the cross-entropy is
#
# $$
# -x \ln \sigma(a) - (1 - x) \ln (1 - \sigma(a))
# $$
#
# As it stands this breaks: for $a = 200$ the computer has $\sigma(a) = 1$ exactly, and
# $\ln(1 - 1)$ is infinite. But $\ln \sigma(a) = -\ln(1 + e^{-a})$, and with this you can bring it
# into a form that never takes the exponential of a large number:
#
# $$
# \max(a, 0) - x a + \ln\left(1 + e^{-|a|}\right)
# $$
#
# Take a minute to see that both are the same, for $a > 0$ and for $a < 0$. Then write it. **Add**
# over the pixels of a frame; leave frames and clips as they are.
#
# | name | shape | what |
# | --- | --- | --- |
# | `logits` | (T, B, height, width) | of T frames of B clips |
# | `truth` | (T, B, height, width) | the true brightness, from 0 to 1 |
# | result | (T, B) | nats of each frame |

# %% answer nats_per_frame, 3 points
def nats_per_frame(logits, truth):
    """Cross-entropy of each frame in nats, added over its pixels: (T, B)."""
    raise NotImplementedError("your answer")


# %% check nats_per_frame
check("nats_per_frame", nats_per_frame)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("nats_per_frame")

# %% [markdown]
# ## 2. Two losses, added
#
# The whole clip has more frames than the model gets to see. The first ones go in. The
# **reconstruction** is held against them in *reverse*: its first frame against the last one that
# was seen. The **future** is held against all the other frames, in their own order.
#
# ```
# clip             1  2  3  4 │ 5  6  7
# reconstruction   4  3  2  1 │
# future                      │ 5  6  7
# ```
#
# Each loss is in nats per frame: added over pixels, then the **mean** over its frames and clips.
# The loss of the model is the two **added**.
#
# | name | shape | what |
# | --- | --- | --- |
# | `reconstruction` | (T₁, B, height, width) | logits of the first decoder |
# | `future` | (T₂, B, height, width) | logits of the second one |
# | `film` | (T₁ + T₂, B, height, width) | the true frames, seen and to come |
#
# Return three numbers: the whole loss, the reconstruction's part, the future's part. Torch has a
# safe cross-entropy of its own: `F.binary_cross_entropy_with_logits(a, x, reduction="none")`.

# %% answer composite_loss, 3 points
def composite_loss(reconstruction, future, film):
    """(whole, of the reconstruction, of the future): three numbers, in nats per frame."""
    raise NotImplementedError("your answer")


# %% check composite_loss
check("composite_loss", composite_loss)


# %% a hint for the two losses
# hint("composite_loss")

# %% [markdown]
# ## 3. Two gradients, one state
#
# Both decoders begin with the *same* state $h$ of the encoder. It is **used twice**. So the
# gradient at $h$ is a sum:
#
# $$
# \frac{\partial L}{\partial h} = \frac{\partial L_\text{reconstruction}}{\partial h}
# + \frac{\partial L_\text{future}}{\partial h}
# $$
#
# Show this with torch's own gradients. Two things are given: a small decoder, and the loss of one
# decoder, as a number that still knows where it came from. (To keep it short, it takes the targets
# in the order in which the decoder gives its frames: they are turned round already.)

# %% given
def decode(h, weights, steps):
    """Logits (T, B, X) of a decoder without input that begins with the state h (B, H)."""
    logits = []
    for _ in range(steps):
        h = torch.tanh(h @ weights["U"].T)
        logits.append(h @ weights["V"].T)
    return torch.stack(logits)


def mean_nats(logits, targets):
    """Nats per frame of logits (T, B, X) against targets (T, B, X), a number."""
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(2).mean()


# %% [markdown]
# | name | shape | what |
# | --- | --- | --- |
# | `h` | (B, H) | the state, plain numbers: `h.clone().requires_grad_()` makes a start |
# | `past`, `ahead` | dicts | weights of the two decoders, for `decode` |
# | `past_targets` | (T₁, B, X) | what the reconstruction is held against |
# | `ahead_targets` | (T₂, B, X) | what the future is held against |
#
# Return three tensors, each (B, H): the gradient at $h$ of the reconstruction's loss alone, of the
# future's alone, and of both together. `torch.autograd.grad(loss, h)` returns a tuple with one
# gradient.

# %% answer state_gradients, 3 points
def state_gradients(h, past, ahead, past_targets, ahead_targets):
    """Gradients at the state h, each (B, H): (by reconstruction, by future, by both)."""
    raise NotImplementedError("your answer")


# %% check state_gradients
check("state_gradients", state_gradients)

# %% a hint for the gradients
# hint("state_gradients")

# %% written why_both, 1 point [markdown]
# ## 4. In your own words
#
# A model that only reconstructs may learn to store pictures. A model that only predicts may forget
# all but the last few frames. Why does the sum of both losses help against both?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# 1. Derive the gradient of your first part at the logits by hand. It is surprisingly short. Compare
#    with `torch.autograd.grad`, also for logits of ±200.
# 2. What if the two gradients point in opposite directions? Measure the cosine between them with
#    `torch.nn.functional.cosine_similarity`, for weights drawn at random.
