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
    # BEGIN SOLUTION
    return F.conv2d(x, W, padding=W.shape[-1] // 2)
    # END SOLUTION


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
    # BEGIN SOLUTION
    sizes, reaches, reach = [], [], 1
    for k, P in zip(kernels, paddings, strict=True):
        size = size + 2 * P - k + 1
        reach = reach + k - 1
        sizes.append(size)
        reaches.append(reach)
    return sizes, reaches
    # END SOLUTION


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
    # BEGIN SOLUTION
    a = F.conv2d(x, W, b, padding=W.shape[-1] // 2) + F.conv2d(h, U, padding=U.shape[-1] // 2)
    i, f, g, o = a.chunk(4, dim=1)
    p_i, p_f, p_o = p[:, :, None, None]
    i = torch.sigmoid(i + p_i * c)
    f = torch.sigmoid(f + p_f * c)
    c = f * c + i * torch.tanh(g)
    o = torch.sigmoid(o + p_o * c)
    return o * torch.tanh(c), c
    # END SOLUTION


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
# BEGIN SOLUTION
# All places of a map share the same kernels, so what was learnt at one place is known at all of
# them. The price is reach: in one step a place hears only from the places under its kernel, and
# news from farther away needs more steps or more layers.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Compare your step with `lstm_video_lab.ConvLSTMCell(in_channels, hidden_channels, kernel_size)`:
# copy its parameters into yours (its peepholes have the shape (3, C, 1, 1)). Then move `x`, `h` and
# `c` by one place with `torch.roll`: does the output move along? Everywhere? With the peephole
# weights of the ConvLSTM paper, one for each *place*, too?

# %% cases convolve_same
SHOWS = "frames"


def draw_maps(rng, B, X, Q, k, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    return {"x": normal(B, X, height, width), "W": normal(Q, X, k, k)}


def draw_squares(rng):
    """Six small squares, each at another place, and a kernel that is alike in no direction."""
    x = torch.zeros(6, 2, 12, 14)
    for n in range(6):
        top, left = (int(v) for v in rng.integers(0, (9, 11)))
        x[n, :, top : top + 4, left : left + 4] = 1
    W = torch.from_numpy(rng.uniform(0, 0.1, (2, 2, 3, 3)).astype("float32"))
    W[:, :, 0, 1] += 0.2
    W[:, :, 2, 0] -= 0.2
    return {"x": x, "W": W}


def visible(rng):
    yield draw_squares(rng)
    yield draw_maps(rng, 1, 2, 3, 5, 6, 7)


def hidden(rng):
    yield draw_maps(rng, 2, 3, 4, 3, 5, 7)
    yield draw_maps(rng, 1, 2, 3, 1, 4, 6)  # a kernel of one place
    yield draw_maps(rng, 2, 1, 2, 5, 3, 4)  # a kernel larger than the map
    for _ in range(2):
        B, X, Q, height, width = (int(n) for n in rng.integers((1, 1, 1, 4, 4), (4, 4, 4, 9, 9)))
        yield draw_maps(rng, B, X, Q, 2 * int(rng.integers(1, 4)) + 1, height, width)


# %% hints convolve_same
"""
How many rows of zeros have to be added above, so that the middle of the kernel can lie on the first
row of the map? As many below, at the left and at the right.

A kernel of 3 needs 1, a kernel of 5 needs 2, a kernel of 1 none: k // 2. The kernel's size is
W.shape[-1].

F.conv2d(x, W, padding=W.shape[-1] // 2) does all of it. In torch a "convolution" does not turn the
kernel round, and nor does the equation above.
"""


# %% rewrite convolve_same: the map moved under the kernel
def convolve_by_moving(x, W):
    height, width, k = *x.shape[2:], W.shape[-1]
    around = torch.zeros(x.shape[0], x.shape[1], height + k - 1, width + k - 1)
    around[:, :, k // 2 : k // 2 + height, k // 2 : k // 2 + width] = x
    total = torch.zeros(x.shape[0], W.shape[0], height, width)
    for s in range(k):
        for t in range(k):
            moved = around[:, :, s : s + height, t : t + width]
            total += torch.einsum("bmvu,qm->bqvu", moved, W[:, :, s, t])
    return total


# %% rewrite convolve_same: with numpy, all windows at once
def convolve_by_windows(x, W):
    r = W.shape[-1] // 2
    around = np.pad(x.numpy(), ((0, 0), (0, 0), (r, r), (r, r)))
    windows = np.lib.stride_tricks.sliding_window_view(around, W.shape[2:], axis=(2, 3))
    return np.einsum("bmvust,qmst->bqvu", windows, W.numpy())


# %% rewrite convolve_same: one place after the other
def convolve_by_loops(x, W):
    (B, _, height, width), Q, r = x.shape, len(W), W.shape[-1] // 2
    found = torch.zeros(B, Q, height, width)
    for v in range(height):
        for u in range(width):
            top, left = max(0, v - r), max(0, u - r)
            part = x[:, :, top : v + r + 1, left : u + r + 1]
            s, t = top - v + r, left - u + r
            under = W[:, :, s : s + part.shape[2], t : t + part.shape[3]]
            found[:, :, v, u] = part.flatten(1) @ under.flatten(1).T
    return found


# %% mistake convolve_same: no padding
def without_padding(x, W):
    """The map has shrunk: zeros must be added around it, so that it keeps its size."""
    return F.conv2d(x, W)


# %% mistake convolve_same: padding all at one end
def padding_at_one_end(x, W):
    """The zeros lie on all sides of the map: yours are at one end only, so everything is moved."""
    k = W.shape[-1]
    return F.conv2d(F.pad(x, (k - 1, 0, k - 1, 0)), W)


# %% mistake convolve_same: padding after the convolution
def padding_afterwards(x, W):
    """The zeros come first and the convolution after: yours has a dead border."""
    r = W.shape[-1] // 2
    return F.pad(F.conv2d(x, W), (r, r, r, r))


# %% mistake convolve_same: round the edges
def around_the_edges(x, W):
    """Outside of the map there are zeros: yours goes on at the opposite edge."""
    r = W.shape[-1] // 2
    return F.conv2d(F.pad(x, (r, r, r, r), mode="circular"), W)


# %% mistake convolve_same: the last row repeated
def edges_repeated(x, W):
    """Outside of the map there are zeros: yours repeats the numbers at the edge."""
    r = W.shape[-1] // 2
    return F.conv2d(F.pad(x, (r, r, r, r), mode="replicate"), W)


# %% mistake convolve_same: the kernel turned round
def kernel_turned(x, W):
    """Your kernel is turned round. Mathematicians do so; the equation here and torch do not."""
    return F.conv2d(x, W.flip(2, 3), padding=W.shape[-1] // 2)


# %% mistake convolve_same: rows for columns
def rows_for_columns(x, W):
    """The kernel's rows and columns have changed places: the first belongs to the height."""
    return F.conv2d(x, W.transpose(2, 3), padding=W.shape[-1] // 2)


# %% mistake convolve_same: mean for sum
def mean_of_maps(x, W):
    """The input maps are added up, yours takes their mean."""
    return F.conv2d(x, W, padding=W.shape[-1] // 2) / x.shape[1]


# %% cases sizes_and_reach
def visible(rng):
    yield {"size": 16, "kernels": [3, 5, 3], "paddings": [0, 1, 3]}
    yield {"size": 8, "kernels": [5, 5], "paddings": [2, 2]}


def hidden(rng):
    yield {"size": 9, "kernels": [1, 4, 7], "paddings": [0, 2, 1]}
    yield {"size": 5, "kernels": [5], "paddings": [0]}
    yield {"size": 7, "kernels": [], "paddings": []}  # no convolution at all
    for _ in range(3):
        n = int(rng.integers(3, 7))
        kernels, paddings = rng.integers(2, 8, n).tolist(), rng.integers(0, 4, n).tolist()
        yield {"size": int(rng.integers(40, 80)), "kernels": kernels, "paddings": paddings}


# %% hints sizes_and_reach
"""
Take a pencil: a map of 8 places in a row, a kernel of 3, no zeros. In how many positions does it
fit? Then add one zero at each end.

The size becomes size + 2 * P - k + 1. For the reach: two neighbours on the new map see k places
each, but all except one of these places are shared.

Each convolution adds k - 1 to the reach, whatever the padding, beginning at 1. Go through both
lists with zip and append after each convolution.
"""


# %% rewrite sizes_and_reach: with running sums
def reach_by_sums(size, kernels, paddings):
    less = np.cumsum([k - 1 - 2 * P for k, P in zip(kernels, paddings, strict=True)])
    more = np.cumsum([k - 1 for k in kernels])
    return [int(size - n) for n in less], [int(1 + n) for n in more]


# %% rewrite sizes_and_reach: by counting places
def reach_by_counting(size, kernels, paddings):
    sizes, reaches, seen = [], [], {0}
    for k, P in zip(kernels, paddings, strict=True):
        places = range(-P, size + P)
        size = sum(1 for place in places if place + k - 1 in places)
        seen = {place + s for place in seen for s in range(k)}
        sizes.append(size)
        reaches.append(len(seen))
    return sizes, reaches


# %% mistake sizes_and_reach: zeros on one side
def zeros_on_one_side(size, kernels, paddings):
    """The zeros are added on both sides: they count twice."""
    sizes, reaches, reach = [], [], 1
    for k, P in zip(kernels, paddings, strict=True):
        size, reach = size + P - k + 1, reach + k - 1
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: padding forgotten
def padding_forgotten(size, kernels, paddings):
    """The map shrinks too much: the padding makes room for the kernel."""
    sizes, reaches, reach = [], [], 1
    for k in kernels:
        size, reach = size - k + 1, reach + k - 1
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: one position too few
def one_position_less(size, kernels, paddings):
    """Count again: a kernel of 3 fits into 3 places in one position, not in none."""
    sizes, reaches, reach = [], [], 1
    for k, P in zip(kernels, paddings, strict=True):
        size, reach = size + 2 * P - k, reach + k - 1
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: kernels added up
def kernels_added(size, kernels, paddings):
    """The places that neighbours see overlap: the reach grows by less than a whole kernel."""
    sizes, reaches, reach = [], [], 0
    for k, P in zip(kernels, paddings, strict=True):
        size, reach = size + 2 * P - k + 1, reach + k
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: kernels multiplied
def kernels_multiplied(size, kernels, paddings):
    """The kernel moves by one place only, so the reach grows by adding, not by multiplying."""
    sizes, reaches, reach = [], [], 1
    for k, P in zip(kernels, paddings, strict=True):
        size, reach = size + 2 * P - k + 1, reach * k
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: to one side only
def one_side_only(size, kernels, paddings):
    """Yours is the reach to one side: count both sides and the place itself."""
    sizes, reaches, reach = [], [], 0
    for k, P in zip(kernels, paddings, strict=True):
        size, reach = size + 2 * P - k + 1, reach + k // 2
        sizes, reaches = [*sizes, size], [*reaches, reach]
    return sizes, reaches


# %% mistake sizes_and_reach: the beginning included
def beginning_included(size, kernels, paddings):
    """One number too many: the lists begin after the first convolution, not before it."""
    sizes, reaches = [size], [1]
    for k, P in zip(kernels, paddings, strict=True):
        sizes.append(sizes[-1] + 2 * P - k + 1)
        reaches.append(reaches[-1] + k - 1)
    return sizes, reaches


# %% cases convlstm_step
SHOWS = "frames"


def draw_cell(rng, B, X, C, k, m, height, width):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    state = {"h": torch.tanh(normal(B, C, height, width)), "c": normal(B, C, height, width)}
    weights = {"W": normal(4 * C, X, k, k) / k / X**0.5, "U": normal(4 * C, C, m, m) / m / C**0.5}
    return {"x": normal(B, X, height, width), **state, **weights, "p": normal(3, C),
            "b": normal(4 * C)}  # fmt: skip


def draw_rings(rng):
    """Four clips, each with a ring at another place, and a state that knows where it was."""
    case = draw_cell(rng, 4, 1, 2, 3, 5, 10, 12)
    v, u = torch.meshgrid(torch.arange(10.0), torch.arange(12.0), indexing="ij")
    ring = lambda t: torch.exp(-(((v - 3 - t).hypot(u - 3 - 1.6 * t) - 2.5) ** 2))
    for n in range(4):
        case["x"][n, 0] = 1.5 * ring(n + 0.3)
        case["c"][n] = 2 * ring(n - 0.3) + 0.05 * case["c"][n]
        case["h"][n] = 0.6 * torch.tanh(case["c"][n])
    case["W"][4:6] += 0.3  # g of both maps looks for the ring
    case["b"][:] = torch.tensor([-1, 0.3, 1, 0.6, -0.2, 0.1, 0.5, -0.4])
    return case


def visible(rng):
    yield draw_rings(rng)
    yield draw_cell(rng, 1, 2, 3, 5, 3, 5, 7)


def hidden(rng):
    yield draw_cell(rng, 2, 3, 2, 3, 5, 5, 8)
    yield draw_cell(rng, 1, 1, 3, 1, 3, 4, 6)  # a kernel of one place
    yield draw_cell(rng, 2, 2, 4, 5, 1, 4, 4)  # as many maps as rows and columns
    for _ in range(2):
        B, X, C, height, width = (int(n) for n in rng.integers((1, 1, 2, 4, 4), (4, 4, 5, 9, 9)))
        k, m = (2 * rng.integers(1, 4, 2) + 1).tolist()
        yield draw_cell(rng, B, X, C, k, m, height, width)


# %% hints convlstm_step
"""
Two calls of F.conv2d, one for x with W, one for h with U, each with the padding that suits its own
kernel. Their sum, with the biases, is cut into four along the maps: chunk(4, dim=1).

F.conv2d takes the biases as its third argument, and adds them in the right way. Give them to one of
the two calls only.

p[:, :, None, None] can be taken apart into three peepholes of the shape (C, 1, 1). Then as in
exercise 1: i, f and g first, then the new c, and then o, which peeps at the new c.
"""


# %% rewrite convlstm_step: one convolution for both
def step_in_one(x, h, c, W, U, p, b):
    k, m = W.shape[-1], U.shape[-1]
    side = max(k, m)
    grow = lambda t, n: F.pad(t, [(side - n) // 2] * 4)
    weights = torch.cat([grow(W, k), grow(U, m)], dim=1)
    a = F.conv2d(torch.cat([x, h], dim=1), weights, padding=side // 2)
    a = (a + b.view(1, -1, 1, 1)).view(len(x), 4, -1, *x.shape[2:])
    p = p.view(3, 1, -1, 1, 1)
    new = torch.sigmoid(a[:, 1] + p[1] * c) * c
    new = new + torch.sigmoid(a[:, 0] + p[0] * c) * torch.tanh(a[:, 2])
    return torch.sigmoid(a[:, 3] + p[2] * new) * torch.tanh(new), new


# %% rewrite convlstm_step: with numpy and einsum
def step_by_windows(x, h, c, W, U, p, b):
    def convolve(maps, kernels):
        r = kernels.shape[-1] // 2
        around = np.pad(maps, ((0, 0), (0, 0), (r, r), (r, r)))
        windows = np.lib.stride_tricks.sliding_window_view(around, kernels.shape[2:], axis=(2, 3))
        return np.einsum("bmvust,qmst->bqvu", windows, kernels)

    x, h, c, W, U, p, b = (t.numpy() for t in (x, h, c, W, U, p, b))
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    a = convolve(x, W) + convolve(h, U) + b[:, None, None]
    i, f, g, o = np.split(a, 4, axis=1)
    peep = lambda n, state: np.einsum("q,bqvu->bqvu", p[n], state)
    new = sigmoid(f + peep(1, c)) * c + sigmoid(i + peep(0, c)) * np.tanh(g)
    return sigmoid(o + peep(2, new)) * np.tanh(new), new


# %% mistake convlstm_step: the output gate peeps at the old state
def output_map_peeps_at_old(x, h, c, W, U, p, b):
    """The output gate should peep at the new cell state, yours peeps at the old one."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    (i, f, g, o), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * c) * torch.tanh(new), new


# %% mistake convlstm_step: gates swapped
def maps_swapped(x, h, c, W, U, p, b):
    """Two gates have changed places: the order of the maps is i, f, g, o."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    (f, i, g, o), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: the order of another library
def maps_in_another_order(x, h, c, W, U, p, b):
    """The last two gates have changed places: the order of the maps is i, f, g, o."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    (i, f, o, g), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: gates side by side in every unit
def gates_interleaved(x, h, c, W, U, p, b):
    """The maps of a gate lie one after the other: first all of i, then all of f, and so on."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    i, f, g, o = (a[:, n::4] for n in range(4))
    p = p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: no peepholes
def maps_without_peepholes(x, h, c, W, U, p, b):
    """The peepholes are missing: i, f and o also get p ⊙ c."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    i, f, g, o = a.chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(new), new


# %% mistake convlstm_step: padding after the convolution
def cell_padded_afterwards(x, h, c, W, U, p, b):
    """The zeros must be added before the convolution: yours has a border that saw nothing."""
    convolve = lambda t, K: F.pad(F.conv2d(t, K), [K.shape[-1] // 2] * 4)
    i, f, g, o = (convolve(x, W) + convolve(h, U) + b[:, None, None]).chunk(4, dim=1)
    p = p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: kernels turned round
def kernels_turned(x, h, c, W, U, p, b):
    """Your kernels are turned round: torch slides them over the map just as they are."""
    W, U = W.flip(2, 3), U.flip(2, 3)
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    (i, f, g, o), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: biases twice
def biases_twice(x, h, c, W, U, p, b):
    """The biases are in there twice: give them to one of the two convolutions only."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, b, padding="same")
    (i, f, g, o), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: the last output left out
def last_output_left_out(x, h, c, W, U, p, b):
    """The gates look at the last output h as well: the convolution with U is missing."""
    i, f, g, o = F.conv2d(x, W, b, padding="same").chunk(4, dim=1)
    p = p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake convlstm_step: returned in the other order
def maps_in_other_order(x, h, c, W, U, p, b):
    """The two results have changed places: return h first, then c."""
    a = F.conv2d(x, W, b, padding="same") + F.conv2d(h, U, padding="same")
    (i, f, g, o), p = a.chunk(4, dim=1), p[:, :, None, None]
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return new, torch.sigmoid(o + p[2] * new) * torch.tanh(new)
