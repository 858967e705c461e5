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
    # BEGIN SOLUTION
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    i = torch.sigmoid(i + p[0] * c)
    f = torch.sigmoid(f + p[1] * c)
    c = f * c + i * torch.tanh(g)
    o = torch.sigmoid(o + p[2] * c)
    return o * torch.tanh(c), c
    # END SOLUTION


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
    # BEGIN SOLUTION
    h = c = frames.new_zeros(frames.shape[1], U.shape[1])
    outputs = []
    for x in frames:
        h, c = step(x, h, c)
        outputs.append(h)
    return torch.stack(outputs)
    # END SOLUTION


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
# BEGIN SOLUTION
# The new state is made with the input gate: it would have to be known before itself.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# `lstm_video_lab.LSTMCell` has an option `output_peephole="old"`. Write your step so that it has it
# too, and compare both with the lab's cell. Then give your `lstm_step` to
# `torch.autograd.gradcheck` in double precision.

# %% cases lstm_step
TOLERANCE = 1e-4
SHOWS = "strip"


def draw_case(rng, B, X, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    return {
        "x": normal(B, X), "h": normal(B, H), "c": normal(B, H), "W": normal(4 * H, X) / X**0.5,
        "U": normal(4 * H, H) / H**0.5, "p": normal(3, H), "b": normal(4 * H),
    }  # fmt: skip


def visible(rng):
    yield draw_case(rng, 6, 3, 5)
    yield draw_case(rng, 1, 4, 2)


def hidden(rng):
    for _ in range(4):
        B, X, H = rng.integers(1, 9, 3)
        yield draw_case(rng, int(B), int(X), int(H) + 1)


# %% hints lstm_step
"""
All four gates begin in the same way. Compute x Wᵀ + h Uᵀ + b once, for all of them together, and
cut the result into four with chunk(4, dim=1).

p[0] and p[1] multiply the old c, and are added before the sigmoid. The third gate, g, has no
peephole and a tanh.

The order matters: first i, f and g, then the new c, and only then o, which peeps at the new c.
"""


# %% rewrite lstm_step: with loops over films and units
def step_by_loops(x, h, c, W, U, p, b):
    B, H = h.shape
    new_h, new_c = torch.zeros(B, H), torch.zeros(B, H)
    for n in range(B):
        for k in range(H):
            rows = (k, H + k, 2 * H + k, 3 * H + k)
            i, f, g, o = (W[r].dot(x[n]) + U[r].dot(h[n]) + b[r] for r in rows)
            i = 1 / (1 + torch.exp(-(i + p[0, k] * c[n, k])))
            f = 1 / (1 + torch.exp(-(f + p[1, k] * c[n, k])))
            new_c[n, k] = f * c[n, k] + i * torch.tanh(g)
            o = 1 / (1 + torch.exp(-(o + p[2, k] * new_c[n, k])))
            new_h[n, k] = o * torch.tanh(new_c[n, k])
    return new_h, new_c


# %% rewrite lstm_step: with einsum and numpy
def step_by_einsum(x, h, c, W, U, p, b):
    x, h, c, W, U, p, b = (t.numpy() for t in (x, h, c, W, U, p, b))
    gates = np.einsum("bx,gx->bg", x, W) + np.einsum("bh,gh->bg", h, U) + b
    i, f, g, o = np.split(gates, 4, axis=1)
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    new_c = sigmoid(f + p[1] * c) * c + sigmoid(i + p[0] * c) * np.tanh(g)
    return [sigmoid(o + p[2] * new_c) * np.tanh(new_c), new_c]


# %% mistake lstm_step: the output gate peeps at the old state
def output_peeps_at_old(x, h, c, W, U, p, b):
    """The output gate should peep at the new cell state, yours peeps at the old one."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * c) * torch.tanh(new), new


# %% mistake lstm_step: all gates peep at the new state
def input_peeps_at_new(x, h, c, W, U, p, b):
    """The input and the forget gate should peep at the old cell state, not at a new one."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    first = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    new = torch.sigmoid(f + p[1] * first) * c + torch.sigmoid(i + p[0] * first) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake lstm_step: gates swapped
def gates_swapped(x, h, c, W, U, p, b):
    """Two gates have changed places: the order of the rows is i, f, g, o."""
    f, i, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake lstm_step: the order of another library
def order_of_keras(x, h, c, W, U, p, b):
    """The last two gates have changed places: the order of the rows is i, f, g, o."""
    i, f, o, g = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * torch.tanh(new), new


# %% mistake lstm_step: no peepholes
def without_peepholes(x, h, c, W, U, p, b):
    """The peepholes are missing: i, f and o also get p ⊙ c."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(new), new


# %% mistake lstm_step: the output is not squashed
def output_not_squashed(x, h, c, W, U, p, b):
    """The cell state goes through tanh before the output gate multiplies it."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return torch.sigmoid(o + p[2] * new) * new, new


# %% mistake lstm_step: returned in the other order
def other_order(x, h, c, W, U, p, b):
    """The two results have changed places: return h first, then c."""
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = torch.sigmoid(f + p[1] * c) * c + torch.sigmoid(i + p[0] * c) * torch.tanh(g)
    return new, torch.sigmoid(o + p[2] * new) * torch.tanh(new)


# %% cases run_lstm
SHOWS = "strip"


def draw_film(rng, T, B, X, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    return {
        "frames": normal(T, B, X), "W": normal(H, X) / X**0.5, "U": normal(H, H) / H**0.5,
        "p": 0.1 * normal(H), "b": normal(H),
    }  # fmt: skip


def visible(rng):
    yield draw_film(rng, 8, 1, 3, 4)
    yield draw_film(rng, 3, 2, 2, 4)


def hidden(rng):
    for _ in range(4):
        T, B, X, H = (int(n) for n in rng.integers(2, 8, 4))
        yield draw_film(rng, T, B, X, H)


# %% hints run_lstm
"""
A state of zeros has as many lines as there are clips, B, and as many columns as there are units, H.
U.shape tells H.

`for x in frames` goes through time. Keep every h in a list, and hand both h and c on to the next
step.

torch.stack(outputs) puts the list together; its first axis is time.
"""


# %% rewrite run_lstm: into a tensor that is there before
def run_into_place(frames, W, U, p, b):
    step = make_step(W, U, p, b)
    T, B, _ = frames.shape
    outputs = torch.empty(T, B, U.shape[0])
    h, c = torch.zeros(B, U.shape[0]), torch.zeros(B, U.shape[0])
    for t in range(T):
        h, c = step(frames[t], h, c)
        outputs[t] = h
    return outputs


# %% rewrite run_lstm: by calling itself
def run_by_recursion(frames, W, U, p, b):
    step = make_step(W, U, p, b)

    def run(t, h, c):
        if t == len(frames):
            return []
        h, c = step(frames[t], h, c)
        return [h, *run(t + 1, h, c)]

    zero = torch.zeros(frames.shape[1], U.shape[0])
    return torch.stack(run(0, zero, zero))


# %% mistake run_lstm: the state is not handed on
def state_forgotten(frames, W, U, p, b):
    """Every step of yours begins with zeros: hand h and c on to the next step."""
    step = make_step(W, U, p, b)
    zero = torch.zeros(frames.shape[1], U.shape[0])
    return torch.stack([step(x, zero, zero)[0] for x in frames])


# %% mistake run_lstm: only h is handed on
def cell_forgotten(frames, W, U, p, b):
    """The cell state is lost between the steps: hand on c as well as h."""
    step = make_step(W, U, p, b)
    h = zero = torch.zeros(frames.shape[1], U.shape[0])
    outputs = []
    for x in frames:
        h, _ = step(x, h, zero)
        outputs.append(h)
    return torch.stack(outputs)


# %% mistake run_lstm: backwards
def backwards(frames, W, U, p, b):
    """Yours goes through the clip from its end: begin with the first frame."""
    return run_into_place_of(frames.flip(0), W, U, p, b).flip(0)


def run_into_place_of(frames, W, U, p, b):
    step = make_step(W, U, p, b)
    h = c = torch.zeros(frames.shape[1], U.shape[0])
    outputs = []
    for x in frames:
        h, c = step(x, h, c)
        outputs.append(h)
    return torch.stack(outputs)


# %% mistake run_lstm: films first
def films_first(frames, W, U, p, b):
    """Time is the first axis of what you return, clips the second: (T, B, H)."""
    step = make_step(W, U, p, b)
    h = c = torch.zeros(frames.shape[1], U.shape[0])
    outputs = []
    for x in frames:
        h, c = step(x, h, c)
        outputs.append(h)
    return torch.stack(outputs, 1)


# %% mistake run_lstm: the last output alone
def last_alone(frames, W, U, p, b):
    """Return the outputs of all steps, not the last one alone."""
    step = make_step(W, U, p, b)
    h = c = torch.zeros(frames.shape[1], U.shape[0])
    for x in frames:
        h, c = step(x, h, c)
    return h


# %% mistake run_lstm: the state before each step
def one_step_late(frames, W, U, p, b):
    """Yours are one step late: keep h after the step, not before it."""
    step = make_step(W, U, p, b)
    h = c = torch.zeros(frames.shape[1], U.shape[0])
    outputs = []
    for x in frames:
        outputs.append(h)
        h, c = step(x, h, c)
    return torch.stack(outputs)
