# Cut from solutions/11_inflated_convolution.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 11 · From image filters to clip filters
#
# **After lesson** [13, temporal models](../notebooks/13_temporal_models.ipynb) ·
# **Points** 11 · **Difficulty** ●●○ · **Time** 60 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# Filters for images exist, trained on millions of them. You *inflate* them to filters for clips,
# such that a clip in which nothing moves is answered just as its image was. Then you count what
# that costs, and make a cheaper kind. The picture below is from your second part: a letter stands
# still, moves, and stands still again. At rest the clip's answer is the image's; in motion it is
# smeared.

# %% given
import numpy as np
import torch
from torch.nn import functional as F

# %% what it will look like
from lstm_video_lab import check, hint, target

target("convolve_film")


# %% [markdown]
# ## 1. Inflate
#
# A filter for images has k×k weights for each pair of an output map q and an input map m. A filter
# for clips has D such layers, one for each of D frames. **Inflating** repeats the same weights
# along time and divides them by D:
#
# $$
# K_{q,m}(\tau, s, t) = \frac{1}{D}\, W_{q,m}(s, t) \qquad \tau = 1 … D
# $$
#
# Why divide? In a still clip all D layers see the same, so D times $\frac{1}{D}$ of the answer
# comes together: the image's answer.
#
# | name | shape | what |
# | --- | --- | --- |
# | `W` | (Q, X, k, k) | filters for images with X input maps |
# | `depth` | number | D |
# | result | (Q, X, D, k, k) | filters for clips; time comes before rows and columns |

# %% answer inflate_filters, 2 points
def inflate_filters(W, depth):
    """Filters for images (Q, X, k, k) as filters for clips (Q, X, D, k, k), D = depth."""
    raise NotImplementedError("your answer")


# %% check inflate_filters
check("inflate_filters", inflate_filters)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("inflate_filters")

# %% [markdown]
# ## 2. Convolve a clip
#
# The filter lies on D frames and k×k places. The sum of all products is the new number, then it
# moves on. At the edges a part of it hangs outside:
#
# - in **space** there are zeros, as always;
# - before the first frame and after the last the clip **stands still**: they are repeated.
#
# With zeros in time the ends of a still clip would get a smaller answer than its middle. With the
# frames repeated, the answer is the image's from the first frame to the last.
#
# The lesson's filters look back only, for an answer may not know what is yet to come. Here the
# whole clip is there, and the middle of the filter lies on the frame that is answered.
#
# With k and D odd, $r = (k-1)/2$ and $R = (D-1)/2$,
#
# $$
# y_q(n, v, u) = b_q + \sum_{m} \sum_{\tau=-R}^{R} \sum_{s,t=-r}^{r}
# K_{q,m}(R + \tau,\, r + s,\, r + t) \; x_m(n + \tau,\, v + s,\, u + t)
# $$
#
# | name | shape | what |
# | --- | --- | --- |
# | `film` | (T, X, height, width) | one clip, time first; each frame has X maps |
# | `K` | (Q, X, D, k, k) | filters, inflated or of any other kind |
# | `b` | (Q,) | biases |
# | result | (T, Q, height, width) | as many frames, of the same size |
#
# `F.conv3d` wants and gives the maps *before* the time, (X, T, height, width):
# `film.transpose(0, 1)` changes the two. Its `padding` may be three numbers: time, rows, columns.

# %% answer convolve_film, 3 points
def convolve_film(film, K, b):
    """A clip (T, X, height, width) and filters (Q, X, D, k, k) to (T, Q, height, width)."""
    raise NotImplementedError("your answer")


# %% check convolve_film
check("convolve_film", convolve_film)


# %% a hint for the film
# hint("convolve_film")

# %% [markdown]
# ## 3. What does it cost?
#
# A **separable** filter does much the same in two cheaper steps: first every frame by itself with
# k×k weights, from X maps to M maps in between; then only along time, with D weights, from M maps
# to Q.
#
# Count for both kinds, without biases:
#
# - the **weights**;
# - the **multiplications** for a clip of T frames of `height` by `width` places. The size is kept:
#   each weight is used once at every place of every frame. (The places outside count as well.)
#
# And a third question: how many maps in between, at most, may the separable filter have, so that
# it has **no more weights** than the full one? A whole number.
#
# | name | what |
# | --- | --- |
# | `T`, `height`, `width` | size of the clip |
# | `X`, `Q` | maps that come in and go out |
# | `k`, `D` | size of the filters in space and in time |
# | `M` | maps in between |
#
# Return three things: [weights, multiplications] of the full filter, the same of the separable one,
# and the largest number of maps. `count_work(4, 8, 8, X=1, Q=2, k=3, D=3, M=2)` gives
# `([54, 13824], [30, 7680], 3)`.

# %% answer count_work, 2 points
def count_work(T, height, width, X, Q, k, D, M):
    """([weights, multiplications] of full filters, of separable ones, most maps in between)."""
    raise NotImplementedError("your answer")


# %% check count_work
check("count_work", count_work)

# %% a hint for counting
# hint("count_work")

# %% [markdown]
# ## 4. First space, then time
#
# Now write the separable one. The edges are as before: zeros in space, the ends repeated in time.
# With m counting the maps that come in, j those in between and q those that go out,
#
# $$
# \begin{aligned}
# a_j(n, v, u) &= \sum_{m} \sum_{s,t} S_{j,m}(r + s,\, r + t) \; x_m(n,\, v + s,\, u + t) \\
# y_q(n, v, u) &= b_q + \sum_{j} \sum_{\tau} A_{q,j}(R + \tau) \; a_j(n + \tau,\, v,\, u)
# \end{aligned}
# $$
#
# | name | shape | what |
# | --- | --- | --- |
# | `film` | (T, X, height, width) | one clip, time first |
# | `S` | (M, X, k, k) | filters in space |
# | `A` | (Q, M, D) | filters in time |
# | `b` | (Q,) | biases, added at the end only |
# | result | (T, Q, height, width) | as many frames, of the same size |
#
# The check's first clip is the letter again, with a filter in time that takes the frame before from
# the frame after. What stands still is grey then, and only motion is seen:

# %% the target of the fourth part
target("convolve_apart")


# %% answer convolve_apart, 3 points
def convolve_apart(film, S, A, b):
    """A clip (T, X, height, width), first in space, then in time: (T, Q, height, width)."""
    raise NotImplementedError("your answer")


# %% check convolve_apart
check("convolve_apart", convolve_apart)

# %% a hint for space, then time
# hint("convolve_apart")

# %% written forwards_and_backwards, 1 point [markdown]
# ## 5. In your own words
#
# A network of filters inflated as here has not been trained on any clip yet. It is shown a clip,
# and then the same clip backwards. How do its two rows of answers differ? What can it tell of left
# and right if its answers are averaged over time, and what must training change?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Your separable filter is one full filter in disguise. Make its `K` out of `S` and `A` with one
# call of `torch.einsum`, and see that `convolve_film` gives the same. Then put `torch.relu` between
# space and time: why is there no such `K` any more? And with M = Q = 1 and weights in `A` that add
# up to 1: is a clip in which nothing moves still answered like its image, now with the `relu`?
