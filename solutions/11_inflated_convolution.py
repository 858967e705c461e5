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
    # BEGIN SOLUTION
    return W[:, :, None].repeat(1, 1, depth, 1, 1) / depth
    # END SOLUTION


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
    # BEGIN SOLUTION
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = torch.cat([film[:1]] * R + [film] + [film[-1:]] * R)  # (T + 2R, X, height, width)
    return F.conv3d(longer.transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)
    # END SOLUTION


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
    # BEGIN SOLUTION
    places = T * height * width
    full = Q * X * D * k * k
    apart = M * X * k * k + Q * M * D
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D)
    # END SOLUTION


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
    # BEGIN SOLUTION
    R = A.shape[2] // 2
    a = F.conv2d(film, S, padding=S.shape[-1] // 2)  # (T, M, height, width)
    a = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R)
    windows = a.unfold(0, A.shape[2], 1)  # (T, M, height, width, D)
    return torch.einsum("njvud,qjd->nqvu", windows, A) + b[:, None, None]
    # END SOLUTION


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
# BEGIN SOLUTION
# Its filters are alike at all steps in time, so the answers to the clip backwards are the same,
# backwards. Their averages are equal: it cannot tell motion to the left from motion to the right.
# Training must make the weights differ along time. With few labels it may not get there: in lesson
# 13 this start learns digits better than new filters do, and directions far worse. W in the last
# slice and 0 before answers a still clip like its image just as well, and learns both.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Your separable filter is one full filter in disguise. Make its `K` out of `S` and `A` with one
# call of `torch.einsum`, and see that `convolve_film` gives the same. Then put `torch.relu` between
# space and time: why is there no such `K` any more? And with M = Q = 1 and weights in `A` that add
# up to 1: is a clip in which nothing moves still answered like its image, now with the `relu`?


# %% cases inflate_filters
def draw_filters(rng, Q, X, k, depth):
    W = torch.from_numpy(rng.normal(size=(Q, X, k, k)).astype("float32"))
    return {"W": W, "depth": depth}


def visible(rng):
    yield draw_filters(rng, 2, 3, 3, 5)
    yield draw_filters(rng, 1, 2, 5, 3)


def hidden(rng):
    yield draw_filters(rng, 3, 2, 5, 7)
    yield draw_filters(rng, 2, 4, 1, 3)  # one place
    yield draw_filters(rng, 2, 3, 3, 4)  # an even number of frames
    for _ in range(2):
        Q, X, depth = (int(n) for n in rng.integers((1, 2, 2), (5, 5, 8)))
        yield draw_filters(rng, Q, X, 2 * int(rng.integers(1, 4)) + 1, depth)


# %% hints inflate_filters
"""
What is the sum of a filter over its D layers? It should be the image filter again, so that a still
clip is answered like its image.

The result has one axis more, the third. W[:, :, None] makes room for it: (Q, X, 1, k, k).

repeat(1, 1, depth, 1, 1) fills the new axis with D equal layers. Divide by depth.
"""


# %% rewrite inflate_filters: a stack of layers
def inflate_by_stacking(W, depth):
    return torch.stack([W / depth for _ in range(depth)], dim=2)


# %% rewrite inflate_filters: with numpy, layer by layer
def inflate_layer_by_layer(W, depth):
    K = np.zeros((*W.shape[:2], depth, *W.shape[2:]))
    for layer in range(depth):
        K[:, :, layer] = W.numpy() / depth
    return K


# %% rewrite inflate_filters: an outer product with equal weights
def inflate_by_einsum(W, depth):
    return torch.einsum("qmst,d->qmdst", W, torch.full((depth,), 1 / depth))


# %% mistake inflate_filters: not divided
def inflate_undivided(W, depth):
    """A still clip gets D times the image's answer: divide the weights by the depth."""
    return W[:, :, None].repeat(1, 1, depth, 1, 1)


# %% mistake inflate_filters: divided by all weights of a layer, too
def inflate_divided_by_volume(W, depth):
    """Too small: the weights are repeated D times in time only, so divide by D and no more."""
    return W[:, :, None].repeat(1, 1, depth, 1, 1) / (depth * W.shape[-1] ** 2)


# %% mistake inflate_filters: divided by the side
def inflate_divided_by_side(W, depth):
    """You divide by the side of the filter: what is repeated is repeated `depth` times."""
    return W[:, :, None].repeat(1, 1, depth, 1, 1) / W.shape[-1]


# %% mistake inflate_filters: the middle only
def inflate_the_middle(W, depth):
    """A still clip would be right, but your filter sees a single frame: share the weights among
    all D."""
    K = W.new_zeros(*W.shape[:2], depth, *W.shape[2:])
    K[:, :, depth // 2] = W
    return K


# %% mistake inflate_filters: time at the end
def inflate_at_the_end(W, depth):
    """Your time is the last axis: it comes before the rows and the columns."""
    return W[..., None].repeat(1, 1, 1, 1, depth) / depth


# %% mistake inflate_filters: time before the input maps
def inflate_before_the_maps(W, depth):
    """Your time comes before the input maps: the order is Q, X, then time."""
    return W[:, None].repeat(1, depth, 1, 1, 1) / depth


# %% mistake inflate_filters: scaled so that squares add up
def inflate_by_root(W, depth):
    """The answers of the D layers are added, so what must add up to one are the shares themselves,
    not their squares."""
    return W[:, :, None].repeat(1, 1, depth, 1, 1) / depth**0.5


# %% cases convolve_film
SHOWS = "frames"


def draw_film(rng, T, X, Q, D, k, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    K = normal(Q, X, D, k, k) / (X * D) ** 0.5 / k
    return {"film": normal(T, X, height, width), "K": K, "b": normal(Q)}


def draw_rest_and_motion(rng):
    """An L stands still for three frames, moves for four, and stands still again."""
    film = torch.zeros(10, 1, 10, 15)
    for n in range(10):
        left = 2 + 2 * min(max(n - 2, 0), 4)
        film[n, 0, 2:8, left] = film[n, 0, 7, left : left + 4] = 1
    W = torch.from_numpy(rng.uniform(0.0, 0.08, (1, 1, 3, 3)).astype("float32"))
    W[0, 0, 1, 1] = 0.6
    K = W[:, :, None].repeat(1, 1, 3, 1, 1) / 3
    return {"film": film, "K": K, "b": torch.tensor([0.1])}


def visible(rng):
    yield draw_rest_and_motion(rng)
    yield draw_film(rng, 5, 2, 3, 3, 5, 4, 6)


def hidden(rng):
    yield draw_film(rng, 6, 3, 2, 3, 3, 4, 5)
    yield draw_film(rng, 1, 2, 3, 5, 3, 5, 4)  # one frame
    yield draw_film(rng, 3, 2, 2, 5, 1, 4, 6)  # a filter longer than the clip
    for _ in range(2):
        T, X, Q, height, width = (int(n) for n in rng.integers((5, 2, 1, 4, 4), (9, 5, 5, 8, 8)))
        D, k = (2 * rng.integers(1, 3, 2) + 1).tolist()
        yield draw_film(rng, T, X, Q, D, k, height, width)


# %% hints convolve_film
"""
Make the clip longer first: how many times must the first frame stand before it, so that the middle
of the filter can lie on it?

film[:1] is the first frame as a clip of its own, film[-1:] the last. torch.cat puts clips one after
the other; each end needs D // 2 of them.

On the longer clip, F.conv3d(….transpose(0, 1), K, b, padding=(0, k // 2, k // 2)): nothing more in
time, zeros in space. Then .transpose(0, 1) brings time to the front again.
"""


# %% rewrite convolve_film: a sum of image convolutions
def film_by_images(film, K, b):
    (T, R, r), total = (len(film), K.shape[2] // 2, K.shape[-1] // 2), 0
    for layer in range(K.shape[2]):
        when = (torch.arange(T) + layer - R).clamp(0, T - 1)
        total = total + F.conv2d(film[when], K[:, :, layer], padding=r)
    return total + b.view(1, -1, 1, 1)


# %% rewrite convolve_film: with numpy, all windows at once
def film_by_windows(film, K, b):
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = np.pad(film.numpy(), ((R, R), (0, 0), (0, 0), (0, 0)), mode="edge")
    longer = np.pad(longer, ((0, 0), (0, 0), (r, r), (r, r)))
    sides = K.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(longer, sides, axis=(0, 2, 3))
    return np.einsum("nmvudst,qmdst->nqvu", windows, K.numpy()) + b.numpy()[:, None, None]


# %% rewrite convolve_film: padded by torch
def film_padded_by_torch(film, K, b):
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    x = F.pad(film.permute(1, 0, 2, 3)[None], (0, 0, 0, 0, R, R), mode="replicate")
    return F.conv3d(F.pad(x, (r, r, r, r)), K, b)[0].permute(1, 0, 2, 3)


# %% mistake convolve_film: zeros in time
def film_with_zeros(film, K, b):
    """Beyond its ends your clip is black, so the answer fades there: repeat the first and the last
    frame."""
    return F.conv3d(film.transpose(0, 1), K, b, padding="same").transpose(0, 1)


# %% mistake convolve_film: no padding in time
def film_gets_shorter(film, K, b):
    """Your clip has become shorter: add frames at both ends before you convolve."""
    r = K.shape[-1] // 2
    return F.conv3d(film.transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: ends repeated afterwards
def film_ends_repeated_after(film, K, b):
    """You repeat answers: repeat frames, before the convolution, so that the ends get answers of
    their own."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    y = F.conv3d(film.transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)
    return torch.cat([y[:1]] * R + [y] + [y[-1:]] * R)


# %% mistake convolve_film: repeated in space, too
def film_repeated_in_space(film, K, b):
    """Around each frame there are zeros: only in time the edges are repeated."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    x = F.pad(film.transpose(0, 1)[None], (r, r, r, r, R, R), mode="replicate")
    return F.conv3d(x, K, b)[0].transpose(0, 1)


# %% mistake convolve_film: all the frames before the film
def film_looks_back_only(film, K, b):
    """Your filter looks back only, as the lesson's does: here its middle lies on the frame that is
    answered, so half of the added frames belong at the end."""
    r = K.shape[-1] // 2
    longer = torch.cat([film[:1]] * (K.shape[2] - 1) + [film])
    return F.conv3d(longer.transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: round the ends
def film_in_a_circle(film, K, b):
    """Your clip goes in a circle: before the first frame comes the first again, not the last."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    when = torch.arange(-R, len(film) + R) % len(film)
    return F.conv3d(film[when].transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: each frame by itself
def film_frame_by_frame(film, K, b):
    """Your clip is answered frame by frame, as if nothing moved: a layer of the filter belongs to
    each of D frames."""
    return F.conv2d(film, K.sum(2), b, padding=K.shape[-1] // 2)


# %% mistake convolve_film: time turned round
def film_turned_round(film, K, b):
    """Your filter runs backwards in time: its first layer belongs to the earliest frame."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = torch.cat([film[:1]] * R + [film] + [film[-1:]] * R)
    return F.conv3d(longer.transpose(0, 1), K.flip(2), b, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: mirrored at the ends
def film_mirrored(film, K, b):
    """Beyond its ends your clip runs backwards: it should stand still there."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = torch.cat([film[1 : 1 + R].flip(0), film, film[-1 - R : -1].flip(0)])
    return F.conv3d(longer.transpose(0, 1), K, b, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: no biases
def film_without_biases(film, K, b):
    """The biases are missing: F.conv3d takes them after the filters."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = torch.cat([film[:1]] * R + [film] + [film[-1:]] * R)
    return F.conv3d(longer.transpose(0, 1), K, padding=(0, r, r)).transpose(0, 1)


# %% mistake convolve_film: maps before time
def film_maps_before_time(film, K, b):
    """Your numbers may be right, but the maps come before the time: change them back at the end."""
    R, r = K.shape[2] // 2, K.shape[-1] // 2
    longer = torch.cat([film[:1]] * R + [film] + [film[-1:]] * R)
    return F.conv3d(longer.transpose(0, 1), K, b, padding=(0, r, r))


# %% cases count_work
def visible(rng):
    yield {"T": 4, "height": 8, "width": 8, "X": 1, "Q": 2, "k": 3, "D": 3, "M": 2}
    yield {"T": 16, "height": 32, "width": 24, "X": 3, "Q": 64, "k": 7, "D": 5, "M": 45}


def hidden(rng):
    yield {"T": 1, "height": 5, "width": 7, "X": 2, "Q": 3, "k": 5, "D": 3, "M": 4}
    yield {"T": 8, "height": 6, "width": 9, "X": 4, "Q": 5, "k": 1, "D": 7, "M": 3}
    for _ in range(4):
        names = ("T", "height", "width", "X", "Q", "k", "D", "M")
        low, high = (3, 5, 5, 2, 3, 3, 2, 2), (20, 40, 40, 20, 70, 8, 8, 60)
        yield dict(zip(names, rng.integers(low, high).tolist(), strict=True))


# %% hints count_work
"""
How many numbers are in a tensor of the shape (Q, X, D, k, k)? And in the two of the separable
filter, (M, X, k, k) and (Q, M, D)?

The two steps of the separable filter come one after the other, so their weights are added up. Both
kinds: multiplications = weights × places, and a clip has T × height × width places.

For each map in between the separable filter has X * k * k + Q * D weights. How many times does this
fit into the weights of the full one? In whole numbers: //.
"""


# %% rewrite count_work: by making the filters
def count_by_making(T, height, width, X, Q, k, D, M):
    full = np.empty((Q, X, D, k, k), dtype=np.int8)
    parts = [np.empty((M, X, k, k), dtype=np.int8), np.empty((Q, M, D), dtype=np.int8)]
    apart, places, most = sum(part.size for part in parts), math.prod((T, height, width)), 0
    while (most + 1) * (X * k**2 + Q * D) <= full.size:
        most += 1
    return (full.size, full.size * places), (apart, apart * places), most


# %% rewrite count_work: place by place
def count_place_by_place(T, height, width, X, Q, k, D, M):
    full = apart = 0
    for _ in range(T * height):
        full += width * Q * sum(X * k * k for _ in range(D))
        apart += width * (M * X * k * k + Q * M * D)
    places = T * height * width
    weights = full // places
    fits = [n for n in range(weights + 1) if n * X * k * k + n * Q * D <= weights]
    return [weights, full], [apart // places, apart], fits[-1]


# %% mistake count_work: a row for an area
def count_with_a_row(T, height, width, X, Q, k, D, M):
    """A filter is k places wide and k places high: k×k weights, not k."""
    places, full, apart = T * height * width, Q * X * D * k, M * X * k + Q * M * D
    return [full, full * places], [apart, apart * places], full // (X * k + Q * D)


# %% mistake count_work: the two steps multiplied
def count_multiplied(T, height, width, X, Q, k, D, M):
    """The two steps come one after the other: their weights are added, not multiplied."""
    places, full, apart = T * height * width, Q * X * D * k * k, M * X * k * k * Q * D
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D)


# %% mistake count_work: the maps in between forgotten
def count_without_between(T, height, width, X, Q, k, D, M):
    """Your filter in time reads one map: it reads all M of them, for each of Q."""
    places, full, apart = T * height * width, Q * X * D * k * k, M * X * k * k + Q * D
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D)


# %% mistake count_work: one frame only
def count_one_frame(T, height, width, X, Q, k, D, M):
    """Your multiplications are those of one frame: the clip has T."""
    places, full, apart = height * width, Q * X * D * k * k, M * X * k * k + Q * M * D
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D)


# %% mistake count_work: filters that shrink the film
def count_inside_only(T, height, width, X, Q, k, D, M):
    """You count the places where the filter fits in whole: the size is kept, so it is used at every
    place."""
    full, apart = Q * X * D * k * k, M * X * k * k + Q * M * D
    places = (T - D + 1) * (height - k + 1) * (width - k + 1)
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D)


# %% mistake count_work: biases counted
def count_with_biases(T, height, width, X, Q, k, D, M):
    """You have counted biases as well: only weights are asked for."""
    places, full, apart = T * height * width, Q * X * D * k * k, M * X * k * k + Q * M * D
    return [full + Q, full * places], [apart + Q, apart * places], full // (X * k * k + Q * D)


# %% mistake count_work: one map too many
def count_rounded_up(T, height, width, X, Q, k, D, M):
    """With your number of maps the separable filter has more weights than the full one: round
    down."""
    places, full, apart = T * height * width, Q * X * D * k * k, M * X * k * k + Q * M * D
    return [full, full * places], [apart, apart * places], full // (X * k * k + Q * D) + 1


# %% mistake count_work: the given maps for the largest
def count_keeps_the_given(T, height, width, X, Q, k, D, M):
    """The third number does not depend on M: it asks which M would make the weights equal."""
    places, full, apart = T * height * width, Q * X * D * k * k, M * X * k * k + Q * M * D
    return [full, full * places], [apart, apart * places], M


# %% cases convolve_apart
SHOWS = "frames"


def draw_apart(rng, T, X, M, Q, D, k, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    S, A = normal(M, X, k, k) / k / X**0.5, normal(Q, M, D) / (M * D) ** 0.5
    return {"film": normal(T, X, height, width), "S": S, "A": A, "b": normal(Q)}


def draw_motion_only(rng):
    """An L at rest, in motion, at rest; its frame before is taken from its frame after."""
    film = torch.zeros(10, 1, 10, 15)
    for n in range(10):
        left = 2 + 2 * min(max(n - 2, 0), 4)
        film[n, 0, 2:8, left] = film[n, 0, 7, left : left + 4] = 1
    S = torch.from_numpy(rng.uniform(0.0, 0.08, (1, 1, 3, 3)).astype("float32"))
    S[0, 0, 1, 1] = 0.7
    A = torch.tensor([[[-0.55, 0.05, 0.5]]])
    return {"film": film, "S": S, "A": A, "b": torch.tensor([0.45])}


def visible(rng):
    yield draw_motion_only(rng)
    yield draw_apart(rng, 5, 2, 2, 2, 3, 3, 4, 5)
    yield draw_apart(rng, 6, 1, 3, 2, 5, 3, 3, 4)


def hidden(rng):
    yield draw_apart(rng, 6, 3, 4, 2, 3, 3, 4, 5)
    yield draw_apart(rng, 1, 2, 3, 2, 5, 3, 5, 4)  # one frame
    yield draw_apart(rng, 3, 2, 2, 2, 5, 1, 4, 6)  # a filter longer than the clip
    for _ in range(2):
        T, X, M, Q, height, width = (
            int(n) for n in rng.integers((5, 2, 2, 2, 4, 4), (9, 5, 6, 5, 8, 8))
        )
        D, k = (2 * rng.integers(1, 3, 2) + 1).tolist()
        yield draw_apart(rng, T, X, M, Q, D, k, height, width)


# %% hints convolve_apart
"""
The first step is one call: F.conv2d takes the T frames of a clip as it would take T clips. So what
is in between has the shape (T, M, height, width).

Lengthen what is in between at both ends, as in part 2. Then go through the D layers of A: layer
number τ meets the T frames that begin with frame τ of the longer clip.

For one layer, torch.einsum("njvu,qj->nqvu", longer[layer : layer + T], A[:, :, layer]). Add up all
D of them, and at the end b[:, None, None].
"""


# %% rewrite convolve_apart: one full filter
def apart_as_one_filter(film, S, A, b):
    K = torch.einsum("qjd,jmst->qmdst", A, S)
    x = F.pad(film.transpose(0, 1)[None], (0, 0, 0, 0, *[A.shape[2] // 2] * 2), mode="replicate")
    r = S.shape[-1] // 2
    return F.conv3d(x, K, b, padding=(0, r, r))[0].transpose(0, 1)


# %% rewrite convolve_apart: step after step in time
def apart_step_by_step(film, S, A, b):
    T, R, side = len(film), A.shape[2] // 2, S.shape[-1] // 2
    a = [F.conv2d(frame[None], S, padding=side)[0] for frame in film]
    frames = []
    for n in range(T):
        y = b[:, None, None].expand(-1, *film.shape[2:]).clone()
        for tau in range(-R, R + 1):
            y += torch.tensordot(A[:, :, R + tau], a[min(max(n + tau, 0), T - 1)], dims=1)
        frames.append(y)
    return torch.stack(frames)


# %% rewrite convolve_apart: every place is a line in time
def apart_by_lines(film, S, A, b):
    a = F.conv2d(film, S, padding="same").permute(2, 3, 1, 0)  # (height, width, M, T)
    (height, width), R = film.shape[2:], A.shape[2] // 2
    lines = F.pad(a.flatten(0, 1), (R, R), mode="replicate")
    return F.conv1d(lines, A, b).unflatten(0, (height, width)).permute(3, 2, 0, 1)


# %% mistake convolve_apart: zeros in time
def apart_with_zeros(film, S, A, b):
    """Beyond its ends your clip is black: repeat the first and the last frame, so that nothing
    changes there."""
    a = F.conv2d(film, S, padding="same").permute(2, 3, 1, 0).flatten(0, 1)
    y = F.conv1d(a, A, b, padding="same")
    return y.unflatten(0, film.shape[2:]).permute(3, 2, 0, 1)


# %% mistake convolve_apart: no padding in time
def apart_gets_shorter(film, S, A, b):
    """Your clip has become shorter: lengthen it at both ends before the step in time."""
    windows = F.conv2d(film, S, padding="same").unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A) + b[:, None, None]


# %% mistake convolve_apart: time turned round
def apart_turned_round(film, S, A, b):
    """Your filter runs backwards in time: its first weight belongs to the earliest frame."""
    R, a = A.shape[2] // 2, F.conv2d(film, S, padding="same")
    windows = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R).unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A.flip(2)) + b[:, None, None]


# %% mistake convolve_apart: all the frames before the film
def apart_looks_back_only(film, S, A, b):
    """Your filter looks back only, as the lesson's does: here half of the added frames belong at
    the end."""
    a = F.conv2d(film, S, padding="same")
    windows = torch.cat([a[:1]] * (A.shape[2] - 1) + [a]).unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A) + b[:, None, None]


# %% mistake convolve_apart: each frame by itself
def apart_frame_by_frame(film, S, A, b):
    """Your clip is answered frame by frame, as if nothing moved: each weight in time belongs to
    another frame."""
    a = F.conv2d(film, S, padding="same")
    return torch.einsum("njvu,qj->nqvu", a, A.sum(2)) + b[:, None, None]


# %% mistake convolve_apart: the middle in time only
def apart_middle_only(film, S, A, b):
    """Only the middle weight in time is used: the frames before and after count as well."""
    a = F.conv2d(film, S, padding="same")
    return torch.einsum("njvu,qj->nqvu", a, A[:, :, A.shape[2] // 2]) + b[:, None, None]


# %% mistake convolve_apart: side by side
def apart_side_by_side(film, S, A, b):
    """You add what space says to what time says: time should read what space has made."""
    R, a = A.shape[2] // 2, F.conv2d(film, S, padding="same")
    windows = torch.cat([film[:1]] * R + [film] + [film[-1:]] * R).unfold(0, A.shape[2], 1)
    return a + torch.einsum("njvud,qjd->nqvu", windows, A) + b[:, None, None]


# %% mistake convolve_apart: every map by itself
def apart_map_by_map(film, S, A, b):
    """In time each of your maps is read by itself: every map that goes out reads all in between."""
    R, a = A.shape[2] // 2, F.conv2d(film, S, padding="same")
    windows = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R).unfold(0, A.shape[2], 1)
    own = torch.diagonal(A).T  # (M, D)
    return torch.einsum("njvud,jd->njvu", windows, own) + b[:, None, None]


# %% mistake convolve_apart: mean for sum
def apart_takes_the_mean(film, S, A, b):
    """The products are added up over time: yours takes their mean."""
    R, a = A.shape[2] // 2, F.conv2d(film, S, padding="same")
    windows = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R).unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A) / A.shape[2] + b[:, None, None]


# %% mistake convolve_apart: repeated in space, too
def apart_repeated_in_space(film, S, A, b):
    """Around each frame there are zeros: only in time the edges are repeated."""
    R, r = A.shape[2] // 2, S.shape[-1] // 2
    a = F.conv2d(F.pad(film, (r, r, r, r), mode="replicate"), S)
    windows = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R).unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A) + b[:, None, None]


# %% mistake convolve_apart: no biases
def apart_without_biases(film, S, A, b):
    """The biases are missing: add them at the end, one for each map that goes out."""
    R, a = A.shape[2] // 2, F.conv2d(film, S, padding="same")
    windows = torch.cat([a[:1]] * R + [a] + [a[-1:]] * R).unfold(0, A.shape[2], 1)
    return torch.einsum("njvud,qjd->nqvu", windows, A)
