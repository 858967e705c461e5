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
    # BEGIN SOLUTION
    da = dh_new * (1 - h_new**2)  # (B, H)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h, "b": da.sum(0)}
    # END SOLUTION


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
    # BEGIN SOLUTION
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)  # all that reaches c'
    da_i = dc * g * i * (1 - i)
    da_f = dc * c * f * (1 - f)
    da_g = dc * i * (1 - g**2)
    da_o = dh_new * t * o * (1 - o)
    return torch.cat([da_i, da_f, da_g, da_o], dim=1), dc * f
    # END SOLUTION


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
    # BEGIN SOLUTION
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]  # all that reaches c'
    da_i = dc * g * i * (1 - i)
    da_f = dc * c * f * (1 - f)
    da_g = dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)  # (B, 4H)
    return {
        "x": da @ W,
        "h": da @ U,
        "c": dc * f + da_i * p[0] + da_f * p[1],
        "W": da.T @ x,
        "U": da.T @ h,
        "p": torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c_new).sum(0)]),
        "b": da.sum(0),
    }
    # END SOLUTION


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
# BEGIN SOLUTION
# Along c it is multiplied by the forget gate alone, unit by unit, and f can stay close to 1. In the
# plain cell each step multiplies it by the matrix U and by 1 − h'², which is never above 1: over
# fifty steps the product nearly always vanishes, or, with a large U, explodes.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Go back through a whole clip: keep the gates of every step, begin at the last one, and hand the
# gradients at h and c on to the step before. If every step has a loss of its own, where does its
# gradient come in? Compare with `loss.backward()`, in double precision.


# %% cases tanh_backward
def draw_plain(rng, B, X, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    x, h, W, U = normal(B, X), normal(B, H), normal(H, X) / X**0.5, normal(H, H) / H**0.5
    h_new = torch.tanh(x @ W.T + h @ U.T + normal(H))
    return {"dh_new": normal(B, H), "x": x, "h": h, "W": W, "U": U, "h_new": h_new}


def visible(rng):
    yield draw_plain(rng, 4, 3, 5)
    yield draw_plain(rng, 1, 2, 3)


def hidden(rng):
    yield draw_plain(rng, 5, 3, 4)
    yield draw_plain(rng, 1, 4, 1)
    for _ in range(3):
        B, X, H = (int(n) for n in rng.integers(2, 9, 3))
        yield draw_plain(rng, B, X, H)


# %% hints tanh_backward
"""
Go back in two moves: first from h' to a, through the tanh; then from a to everything that a is
made from. The first move needs h_new and no weights at all.

The gradient at a, da, is dh_new times the slope of the tanh, 1 - h_new**2: (B, H). The bias was
added to every clip, so its gradient is the sum of da over the clips.

Forwards it was x @ W.T, so backwards it is da @ W: (B, H) times (H, X) gives (B, X). The gradient
of W has the shape (H, X): that is da.T @ x, and the product has already summed over the clips.
"""


# %% rewrite tanh_backward: with loops over films and units
def plain_by_loops(dh_new, x, h, W, U, h_new):
    B, H = h.shape
    found = {"x": torch.zeros_like(x), "h": torch.zeros_like(h), "W": torch.zeros_like(W)}
    found |= {"U": torch.zeros_like(U), "b": torch.zeros(H)}
    for n in range(B):
        for k in range(H):
            da = dh_new[n, k] * (1 - h_new[n, k] ** 2)
            found["x"][n] += da * W[k]
            found["h"][n] += da * U[k]
            found["W"][k] += da * x[n]
            found["U"][k] += da * h[n]
            found["b"][k] += da
    return found


# %% rewrite tanh_backward: with einsum and numpy
def plain_by_einsum(dh_new, x, h, W, U, h_new):
    dh_new, x, h, W, U, h_new = (t.numpy() for t in (dh_new, x, h, W, U, h_new))
    da = dh_new - dh_new * np.square(h_new)
    found = {"x": np.einsum("bh,hx->bx", da, W), "h": np.einsum("bk,kh->bh", da, U)}
    found |= {"W": np.einsum("bh,bx->hx", da, x), "U": np.einsum("bk,bh->kh", da, h)}
    return {**found, "b": da.sum(axis=0)}


# %% rewrite tanh_backward: torch's own gradient
def plain_by_autograd(dh_new, x, h, W, U, h_new):
    a = torch.atanh(h_new.double()).requires_grad_()
    (da,) = torch.autograd.grad(torch.tanh(a), a, dh_new.double())
    leaves = {"x": x, "h": h, "W": W, "U": U, "b": torch.zeros(len(U))}
    leaves = {name: t.clone().requires_grad_() for name, t in leaves.items()}
    total = leaves["x"] @ leaves["W"].T + leaves["h"] @ leaves["U"].T + leaves["b"]
    found = torch.autograd.grad(total, list(leaves.values()), da.float())
    return dict(zip(leaves, found, strict=True))


# %% mistake tanh_backward: the tanh is forgotten
def tanh_forgotten(dh_new, x, h, W, U, h_new):
    """The tanh lies between h' and the sum: multiply by its slope before you go on."""
    da = dh_new
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h, "b": da.sum(0)}


# %% mistake tanh_backward: the tanh of a tanh
def tanh_twice(dh_new, x, h, W, U, h_new):
    """The tanh is already inside `h_new`: its slope is made from it without another tanh."""
    da = dh_new * (1 - torch.tanh(h_new) ** 2)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h, "b": da.sum(0)}


# %% mistake tanh_backward: the slope of a sigmoid
def sigmoid_slope(dh_new, x, h, W, U, h_new):
    """That is the slope of a sigmoid: the one of a tanh is another."""
    da = dh_new * h_new * (1 - h_new)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h, "b": da.sum(0)}


# %% mistake tanh_backward: U the wrong way round
def matrix_not_turned(dh_new, x, h, W, U, h_new):
    """On the way back the matrix U works the other way round than on the way forward."""
    da = dh_new * (1 - h_new**2)
    return {"x": da @ W, "h": da @ U.T, "W": da.T @ x, "U": da.T @ h, "b": da.sum(0)}


# %% mistake tanh_backward: mean for sum
def mean_over_films(dh_new, x, h, W, U, h_new):
    """The gradients of shared weights are sums over the clips, yours are means."""
    da = dh_new * (1 - h_new**2)
    B = len(da)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x / B, "U": da.T @ h / B, "b": da.mean(0)}


# %% mistake tanh_backward: the new output for the old
def new_output_for_old(dh_new, x, h, W, U, h_new):
    """On the way forward U met the old output h, not the new one: so it is in its gradient."""
    da = dh_new * (1 - h_new**2)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h_new, "b": da.sum(0)}


# %% mistake tanh_backward: the bias film by film
def bias_not_summed(dh_new, x, h, W, U, h_new):
    """One bias serves all clips: its gradient is summed over them."""
    da = dh_new * (1 - h_new**2)
    return {"x": da @ W, "h": da @ U, "W": da.T @ x, "U": da.T @ h, "b": da}


# %% cases lstm_gates_backward
SHOWS = "strip"


def draw_gates(rng, B, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    i, f, o = (torch.sigmoid(normal(B, H)) for _ in range(3))
    return with_states(normal(B, H), normal(B, H), i, f, torch.tanh(normal(B, H)), o, normal(B, H))


def with_states(dh_new, dc_new, i, f, g, o, c):
    known = {"dh_new": dh_new, "dc_new": dc_new, "i": i, "f": f, "g": g, "o": o, "c": c}
    return {**known, "c_new": f * c + i * g}


def draw_waves(rng, B, H):
    """Clips that change slowly from one to the next, for a picture that can be read."""
    along = torch.linspace(0, 6.3, B)[:, None]

    def wave():
        speed, phase = (torch.from_numpy(rng.uniform(0.4, m, H).astype("float32")) for m in (2, 6))
        return 1.5 * torch.sin(along * speed + phase)

    i, f, o = (torch.sigmoid(wave()) for _ in range(3))
    return with_states(wave(), wave(), i, f, torch.tanh(wave()), o, wave())


def visible(rng):
    yield draw_waves(rng, 24, 3)
    yield draw_gates(rng, 1, 2)


def hidden(rng):
    yield draw_gates(rng, 3, 5)
    yield draw_gates(rng, 1, 1) | {"dc_new": torch.zeros(1, 1)}  # the last step of a clip
    for _ in range(3):
        B, H = (int(n) for n in rng.integers(2, 9, 2))
        yield draw_gates(rng, B, H)


# %% hints lstm_gates_backward
"""
Begin at the end of the equations and walk up. h' = o ⊙ tanh(c') is a product: it gives a gradient
to o and one to tanh(c').

Collect everything that reaches c' before you go on: dc_new, and dh_new * o times the slope of the
tanh, 1 - torch.tanh(c_new)**2. Call the sum dc.

c' = f ⊙ c + i ⊙ g: so f gets dc * c, c gets dc * f, i gets dc * g and g gets dc * i. Then go
through the sigmoids, times i * (1 - i) and so on, and for g through the tanh, times 1 - g**2.
"""


# %% rewrite lstm_gates_backward: number by number
def gates_by_loops(dh_new, dc_new, i, f, g, o, c, c_new):
    B, H = c.shape
    da, dc_old = torch.zeros(B, 4 * H), torch.zeros(B, H)
    for n in range(B):
        for k in range(H):
            t = torch.tanh(c_new[n, k])
            dc = dc_new[n, k] + dh_new[n, k] * o[n, k] * (1 - t * t)
            da[n, k] = dc * g[n, k] * i[n, k] * (1 - i[n, k])
            da[n, H + k] = dc * c[n, k] * f[n, k] * (1 - f[n, k])
            da[n, 2 * H + k] = dc * i[n, k] * (1 - g[n, k] ** 2)
            da[n, 3 * H + k] = dh_new[n, k] * t * o[n, k] * (1 - o[n, k])
            dc_old[n, k] = dc * f[n, k]
    return da, dc_old


# %% rewrite lstm_gates_backward: torch's own gradient
def gates_by_autograd(dh_new, dc_new, i, f, g, o, c, c_new):
    dh_new, dc_new, i, f, g, o, c = (t.double() for t in (dh_new, dc_new, i, f, g, o, c))
    inverse = [torch.logit(i), torch.logit(f), torch.atanh(g), torch.logit(o)]
    a = torch.cat(inverse, 1).requires_grad_()
    c = c.clone().requires_grad_()
    a_i, a_f, a_g, a_o = a.chunk(4, 1)
    new = torch.sigmoid(a_f) * c + torch.sigmoid(a_i) * torch.tanh(a_g)
    h = torch.sigmoid(a_o) * torch.tanh(new)
    return list(torch.autograd.grad([h, new], [a, c], [dh_new, dc_new]))


# %% rewrite lstm_gates_backward: with numpy, the gates as a stack
def gates_by_stack(dh_new, dc_new, i, f, g, o, c, c_new):
    dh_new, dc_new, i, f, g, o, c, c_new = (
        np.asarray(t, dtype="float64") for t in (dh_new, dc_new, i, f, g, o, c, c_new)
    )
    slopes = np.stack([i - i**2, f - f**2, 1 - g**2, o - o**2])  # (4, B, H)
    dc = dc_new + dh_new * o / np.cosh(c_new) ** 2
    reached = np.stack([dc * g, dc * c, dc * i, dh_new * np.tanh(c_new)])
    da = np.moveaxis(reached * slopes, 0, 1).reshape(len(c), -1)
    return da, dc * f


# %% mistake lstm_gates_backward: the way through h' is missing
def output_way_missing(dh_new, dc_new, i, f, g, o, c, c_new):
    """The new cell state is used twice: a gradient also reaches it through h'."""
    da_o = dh_new * torch.tanh(c_new) * o * (1 - o)
    parts = [dc_new * g * i * (1 - i), dc_new * c * f * (1 - f), dc_new * i * (1 - g**2), da_o]
    return torch.cat(parts, dim=1), dc_new * f


# %% mistake lstm_gates_backward: the gradient from the next step is dropped
def next_step_dropped(dh_new, dc_new, i, f, g, o, c, c_new):
    """The gradient at c' that comes from the next step has been left out: add it."""
    t = torch.tanh(c_new)
    dc = dh_new * o * (1 - t**2)
    parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)]
    return torch.cat([*parts, dh_new * t * o * (1 - o)], dim=1), dc * f


# %% mistake lstm_gates_backward: before the sigmoid and after it
def slopes_missing(dh_new, dc_new, i, f, g, o, c, c_new):
    """Yours are the gradients after sigmoid and tanh: go on through them, to what is inside."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    return torch.cat([dc * g, dc * c, dc * i, dh_new * t], dim=1), dc * f


# %% mistake lstm_gates_backward: every gate a sigmoid
def all_sigmoids(dh_new, dc_new, i, f, g, o, c, c_new):
    """The gate g went through a tanh, not through a sigmoid: its slope is another."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * g * (1 - g)]
    return torch.cat([*parts, dh_new * t * o * (1 - o)], dim=1), dc * f


# %% mistake lstm_gates_backward: the new state for the old
def new_state_for_old(dh_new, dc_new, i, f, g, o, c, c_new):
    """The forget gate multiplied the old cell state: its gradient is made with that one."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    parts = [dc * g * i * (1 - i), dc * c_new * f * (1 - f), dc * i * (1 - g**2)]
    return torch.cat([*parts, dh_new * t * o * (1 - o)], dim=1), dc * f


# %% mistake lstm_gates_backward: the tanh of the cell state
def state_not_squashed(dh_new, dc_new, i, f, g, o, c, c_new):
    """The slope of the tanh is made from tanh(c'), not from c' itself."""
    dc = dc_new + dh_new * o * (1 - c_new**2)
    parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)]
    return torch.cat([*parts, dh_new * torch.tanh(c_new) * o * (1 - o)], dim=1), dc * f


# %% mistake lstm_gates_backward: gates swapped
def packed_otherwise(dh_new, dc_new, i, f, g, o, c, c_new):
    """The last two gates have changed places: lay them side by side in the order i, f, g, o."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), dh_new * t * o * (1 - o)]
    return torch.cat([*parts, dc * i * (1 - g**2)], dim=1), dc * f


# %% mistake lstm_gates_backward: partners of a product
def partners_mixed(dh_new, dc_new, i, f, g, o, c, c_new):
    """In the product i ⊙ g each partner gets the gradient times the *other* one."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    parts = [dc * i * i * (1 - i), dc * c * f * (1 - f), dc * g * (1 - g**2)]
    return torch.cat([*parts, dh_new * t * o * (1 - o)], dim=1), dc * f


# %% mistake lstm_gates_backward: the forget gate is not passed
def forget_not_passed(dh_new, dc_new, i, f, g, o, c, c_new):
    """On its way to the old cell state the gradient passes the forget gate."""
    t = torch.tanh(c_new)
    dc = dc_new + dh_new * o * (1 - t**2)
    parts = [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)]
    return torch.cat([*parts, dh_new * t * o * (1 - o)], dim=1), dc


# %% cases peephole_backward
def draw_step(rng, B, X, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    return {
        "dh_new": normal(B, H), "dc_new": normal(B, H), "x": normal(B, X), "h": normal(B, H),
        "c": normal(B, H), "W": normal(4 * H, X) / X**0.5, "U": normal(4 * H, H) / H**0.5,
        "p": normal(3, H), "b": normal(4 * H),
    }  # fmt: skip


def visible(rng):
    yield draw_step(rng, 4, 3, 5)
    yield draw_step(rng, 1, 4, 2)


def hidden(rng):
    yield draw_step(rng, 5, 2, 3)
    yield draw_step(rng, 1, 3, 1)
    for _ in range(3):
        B, X, H = (int(n) for n in rng.integers(2, 8, 3))
        yield draw_step(rng, B, X, H)


# %% hints peephole_backward
"""
The order matters. The output gate peeps at c', so its gradient da_o has to be known before you can
collect everything that reaches c'.

Three terms reach c' and are added up to dc: dc_new, dh_new * o * (1 - t**2), with t the tanh of
c_new, and da_o * p[2]. The old c is reached along three ways: dc * f, da_i * p[0] and da_f * p[1].

A peephole weight multiplies a cell state in every clip: the gradient of p[0] is (da_i * c).sum(0),
that of p[1] is made alike, and that of p[2] with da_o and c_new. The rest is as in part 1.
"""


# %% rewrite peephole_backward: torch's own gradient
def step_by_autograd(dh_new, dc_new, x, h, c, W, U, p, b):
    leaves = {"x": x, "h": h, "c": c, "W": W, "U": U, "p": p, "b": b}
    leaves = {name: t.clone().requires_grad_() for name, t in leaves.items()}
    _, _, _, o, c_new = forward_with_peepholes(**leaves)
    outputs = [o * torch.tanh(c_new), c_new]
    found = torch.autograd.grad(outputs, list(leaves.values()), [dh_new, dc_new])
    return dict(zip(leaves, found, strict=True))


# %% rewrite peephole_backward: film by film
def step_film_by_film(dh_new, dc_new, x, h, c, W, U, p, b):
    gates = forward_with_peepholes(x, h, c, W, U, p, b)
    found = {"W": torch.zeros_like(W), "U": torch.zeros_like(U), "p": torch.zeros_like(p)}
    found |= {"b": torch.zeros_like(b)}
    dx, dh, dc_old = torch.zeros_like(x), torch.zeros_like(h), torch.zeros_like(c)
    for n in range(len(x)):
        i, f, g, o, new = (gate[n] for gate in gates)
        da_o = dh_new[n] * torch.tanh(new) * (o - o**2)
        dc = dc_new[n] + dh_new[n] * o / torch.cosh(new) ** 2 + da_o * p[2]
        da_i, da_f, da_g = dc * g * (i - i**2), dc * c[n] * (f - f**2), dc * i * (1 - g**2)
        da = torch.cat([da_i, da_f, da_g, da_o])
        dx[n], dh[n], dc_old[n] = W.T @ da, U.T @ da, dc * f + p[0] * da_i + p[1] * da_f
        found["W"] += torch.outer(da, x[n])
        found["U"] += torch.outer(da, h[n])
        found["p"] += torch.stack([da_i * c[n], da_f * c[n], da_o * new])
        found["b"] += da
    return {"x": dx, "h": dh, "c": dc_old, **found}


# %% mistake peephole_backward: the output gate peeps at the old state
def output_peephole_on_old(dh_new, dc_new, x, h, c, W, U, p, b):
    """The output gate peeped at the new cell state: its way back leads there, not to the old."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2)
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dc_old = dc * f + da_i * p[0] + da_f * p[1] + da_o * p[2]
    dp = torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}


# %% mistake peephole_backward: the weight of the output's peephole
def output_weight_with_old(dh_new, dc_new, x, h, c, W, U, p, b):
    """The output's peephole multiplied the new cell state: so it is in the gradient of p."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dc_old = dc * f + da_i * p[0] + da_f * p[1]
    dp = torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}


# %% mistake peephole_backward: no way through the output's peephole
def output_peephole_missing(dh_new, dc_new, x, h, c, W, U, p, b):
    """A gradient also reaches the new cell state through the peephole of the output gate."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2)
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dc_old = dc * f + da_i * p[0] + da_f * p[1]
    dp = torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c_new).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}


# %% mistake peephole_backward: no way through the other peepholes
def old_state_without_peepholes(dh_new, dc_new, x, h, c, W, U, p, b):
    """The old cell state is also reached through the peepholes of the gates i and f."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dp = torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c_new).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc * f, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}


# %% mistake peephole_backward: mean for sum
def means_of_films(dh_new, dc_new, x, h, c, W, U, p, b):
    """The gradients of the weights are sums over the clips, yours are means."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t, B = torch.tanh(c_new), len(x)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dc_old = dc * f + da_i * p[0] + da_f * p[1]
    dp = torch.stack([(da_i * c).mean(0), (da_f * c).mean(0), (da_o * c_new).mean(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x / B, "U": da.T @ h / B}
    return {**found, "p": dp, "b": da.mean(0)}


# %% mistake peephole_backward: gates swapped
def gates_of_p_swapped(dh_new, dc_new, x, h, c, W, U, p, b):
    """Two peepholes have changed places: the rows of p belong to i, f and o."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    dc_old = dc * f + da_i * p[1] + da_f * p[0]
    dp = torch.stack([(da_f * c).sum(0), (da_i * c).sum(0), (da_o * c_new).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}


# %% mistake peephole_backward: all rows packed otherwise
def rows_packed_otherwise(dh_new, dc_new, x, h, c, W, U, p, b):
    """The last two gates have changed places: the rows of W, U and b are i, f, g, o."""
    i, f, g, o, c_new = forward_with_peepholes(x, h, c, W, U, p, b)
    t = torch.tanh(c_new)
    da_o = dh_new * t * o * (1 - o)
    dc = dc_new + dh_new * o * (1 - t**2) + da_o * p[2]
    da_i, da_f, da_g = dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2)
    da = torch.cat([da_i, da_f, da_o, da_g], dim=1)
    dc_old = dc * f + da_i * p[0] + da_f * p[1]
    dp = torch.stack([(da_i * c).sum(0), (da_f * c).sum(0), (da_o * c_new).sum(0)])
    found = {"x": da @ W, "h": da @ U, "c": dc_old, "W": da.T @ x, "U": da.T @ h}
    return {**found, "p": dp, "b": da.sum(0)}
