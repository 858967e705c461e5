# Cut from solutions/08_long_rollouts.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 8 · A hundred frames, and what is left of them
#
# **After lesson** [09, long rollouts](../notebooks/09_long_rollouts.ipynb) · **Points** 10 ·
# **Difficulty** ●●○ · **Time** 60 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A network that learnt to predict ten frames is left to run on for a hundred. You write the run,
# two numbers for every frame, and the search for a rhythm in the units. The picture below is what
# your first part will show: a spot that goes its way and is lost.

# %% what it will look like
import numpy as np
import torch

from lstm_video_lab import check, hint, target

target("roll_out")


# %% [markdown]
# ## 1. Let it run
#
# The next cell gives you a small network. `step = make_network(weights)` makes the function that
# does one step: `step(x, h)` reads a frame `x` (B, height, width) and the units `h` (B, H), and
# returns two things: the **next frame**, in brightness from 0 to 1, and the new units.
#
# Its own frame is what it reads next:
#
# $$
# (\hat{x}_1, h_1) = \text{step}(x, h) \qquad
# (\hat{x}_t, h_t) = \text{step}(\hat{x}_{t-1}, h_{t-1})
# $$

# %% given
def make_network(weights):
    """step(x, h) → (next frame, new units); weights: a dict of U, W, V and A."""

    def step(x, h):
        seen = x.flatten(1)
        h = torch.tanh(h @ weights["U"].T + seen @ weights["W"].T)
        frame = (seen @ weights["A"].T + h @ weights["V"].T).clamp(0, 1)
        return frame.unflatten(1, x.shape[1:]), h

    return step


# %% [markdown]
# | name | shape | what |
# | --- | --- | --- |
# | `weights` | dict | for `make_network` |
# | `x` | (B, height, width) | the last frame that was seen, of B clips |
# | `h` | (B, H) | the units before it is read |
# | `steps` | number | T, how many frames are asked for |
#
# Return two tensors: the frames $\hat{x}_1 … \hat{x}_T$, (T, B, height, width), and the units
# $h_1 … h_T$, (T, B, H). The frame that was seen is not among them.

# %% answer roll_out, 2 points
def roll_out(weights, x, h, steps):
    """(frames (T, B, height, width), units (T, B, H)) of a network that reads its own frames."""
    step = make_network(weights)
    raise NotImplementedError("your answer")


# %% check roll_out
check("roll_out", roll_out)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("roll_out")

# %% [markdown]
# ## 2. Two numbers for every frame
#
# **Error**: squared differences between a frame and the true one, *added* over its pixels.
#
# **Sharpness**: how much neighbouring pixels differ. With $x_{u,v}$ the pixel in row $u$ and
# column $v$, one frame has
#
# $$
# s = \sum_{u,v} (x_{u+1,v} - x_{u,v})^2 + \sum_{u,v} (x_{u,v+1} - x_{u,v})^2
# $$
#
# where both sums take every pair of neighbours that lies within the frame. Both numbers are then
# **averaged** over the clips. The sharpness is given as a part of the truth's: divide it by *one*
# number, the mean of $s$ over all frames and clips of the truth.
#
# | name | shape | what |
# | --- | --- | --- |
# | `guess` | (T, B, height, width) | the rollout |
# | `truth` | (T, B, height, width) | what really came |
#
# Return two tensors, each (T,): the error and the sharpness, frame by frame. `x.diff(dim=2)` gives
# the differences of neighbours along one axis.

# %% answer film_statistics, 3 points
def film_statistics(guess, truth):
    """(squared error, sharpness as a part of the truth's): each (T,), means over the clips."""

    raise NotImplementedError("your answer")


# %% check film_statistics
check("film_statistics", film_statistics)


# %% a hint for the two numbers
# hint("film_statistics")

# %% [markdown]
# ## 3. Is there a rhythm?
#
# How alike is the units' activity to itself, $k$ steps later? This is its **autocorrelation**.
# First take from each unit of each clip its own mean over time; what is left is $\tilde{h}$. Then,
# for one clip, all of its units $n$ counted together,
#
# $$
# a(k) = \frac{\sum_{t,n} \tilde{h}_n(t)\, \tilde{h}_n(t+k)}
# {\sqrt{\sum_{t,n} \tilde{h}_n(t)^2 \; \sum_{t,n} \tilde{h}_n(t+k)^2}}
# $$
#
# All three sums go over the same steps: those $t$ for which $t + k$ is still there. So the first
# sum below the root leaves out the last $k$ steps, and the second one the first $k$. $a(0)$ is 1.
#
# The **period** of a clip is read from its curve:
#
# 1. Wait until the curve is below 0 for the first time.
# 2. From there on, look for the first lag where it is above 0 and higher than at both lags beside
#    it.
# 3. That lag is the period. If there is none, the answer is 0. The last lag of the curve has only
#    one neighbour, so it cannot be a peak.
#
# | name | shape | what |
# | --- | --- | --- |
# | `units` | (T, B, H) | activity of H units over T steps, of B clips |
# | `lags` | number | K, the longest lag, less than T − 1 |
#
# Return two tensors: the curves, (K + 1, B), for the lags 0 … K, and the periods, (B,), whole
# numbers.

# %% answer find_rhythm, 4 points
def find_rhythm(units, lags):
    """(autocorrelation (K + 1, B) for the lags 0 … K, period (B,) of each clip)."""
    raise NotImplementedError("your answer")


# %% check find_rhythm
check("find_rhythm", find_rhythm)

# %% a hint for the rhythm
# hint("find_rhythm")

# %% written what_a_peak_shows, 1 point [markdown]
# ## 4. In your own words
#
# In the last fifty frames of a rollout the units have a peak of 0.95 at lag 17, in every clip. The
# digits of these clips come back after 20 to 60 frames, each in its own time. What does the high
# peak show, and what does it not show? What would you look at besides?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Roll out a model of the lab: `lstm_video_lab.lessons.long_rollouts.experiment.roll_out` gives
# frames as logits, and the decoder's units. Use your own functions on the first and on the last
# fifty frames.
# Do the periods of the clips differ from one another at first? And at the end?
