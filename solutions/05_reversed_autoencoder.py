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
    # BEGIN SOLUTION
    T, B, _ = logits.shape
    return torch.sigmoid(logits).flip(0).reshape(T, B, size, size)
    # END SOLUTION


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
    # BEGIN SOLUTION
    h = c = frames.new_zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)
    # END SOLUTION


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
    # BEGIN SOLUTION
    each = F.binary_cross_entropy_with_logits(logits, frames.flip(0), reduction="none")
    return each.sum((2, 3)).mean()
    # END SOLUTION


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
# BEGIN SOLUTION
# In reverse the newest frame comes back after 1 step and the oldest after 19. In the order of
# filming every frame comes back after 10. The mean is the same, but in reverse there are short ways
# on which learning can begin, and what was learnt there helps with the next older frame.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Put your parts together and train: make the weights tensors with `requires_grad=True`, let white
# squares move through frames of 8×8, and take 300 steps of `torch.optim.Adam`. Watch a clip with
# `show_film` before and after. Then leave out the reversal in the loss. Which one learns faster?

# %% cases show_film
SHOWS = "frames"


def draw_ring_film(rng, T, B, size):
    """Logits, newest first, of clips in which an open ring moves."""
    t = torch.arange(T).view(T, 1, 1, 1)
    v, u = torch.meshgrid(torch.arange(float(size)), torch.arange(float(size)), indexing="ij")
    start = torch.from_numpy(rng.uniform(0.3, 0.4, (2, B, 1, 1)).astype("float32")) * size
    move = torch.tensor([0.15, 0.42]).repeat(B)[:B].view(B, 1, 1) * size / T
    down, right = v - start[0] - move * t, u - start[1] - (0.5 * size / T - 0.5 * move) * t
    ring = 3 - 4 * (torch.hypot(down, right) - 0.24 * size).abs()
    ring = torch.where((right > 0) & (down.abs() < 0.1 * size), torch.tensor(-4.0), ring)
    return {"logits": ring.clamp(-4, 3).flip(0).flatten(2).contiguous(), "size": size}


def draw_logits(rng, T, B, size):
    logits = rng.normal(size=(T, B, size * size)).astype("float32")
    return {"logits": torch.from_numpy(3 * logits), "size": size}


def visible(rng):
    yield draw_ring_film(rng, 8, 2, 14)
    yield draw_logits(rng, 3, 2, 4)


def hidden(rng):
    yield draw_logits(rng, 4, 3, 5)
    yield draw_logits(rng, 1, 2, 3)  # a clip of one frame
    yield draw_logits(rng, 3, 3, 3)
    for _ in range(2):
        T, B, size = (int(n) for n in rng.integers((2, 2, 2), (8, 6, 8)))
        yield draw_logits(rng, T, B, size)


# %% hints show_film
"""
Three things happen: numbers become brightness, the frames are put into the order of filming, and
each row of S·S numbers becomes S rows of S. Their order does not matter.

Time is the first axis: flip(0) turns it round, and leaves clips and pixels as they are.

torch.sigmoid(logits).flip(0) and then reshape(T, B, size, size), with T and B from logits.shape.
"""


# %% rewrite show_film: frame by frame
def film_by_loops(logits, size):
    film = []
    for frame in reversed(list(logits)):
        rows = [1 / (1 + torch.exp(-frame[:, k * size : (k + 1) * size])) for k in range(size)]
        film.append(torch.stack(rows, dim=1))
    return torch.stack(film)


# %% rewrite show_film: with numpy
def film_by_numpy(logits, size):
    a = logits.numpy()[::-1].astype("float64")
    return (0.5 + 0.5 * np.tanh(a / 2)).reshape(*a.shape[:2], size, -1)


# %% mistake show_film: not reversed
def film_not_reversed(logits, size):
    """Your clip runs backwards: the decoder gave the newest frame first."""
    return torch.sigmoid(logits).reshape(*logits.shape[:2], size, size)


# %% mistake show_film: no sigmoid
def film_of_logits(logits, size):
    """Those are logits still: brightness is what the sigmoid makes of them."""
    return logits.flip(0).reshape(*logits.shape[:2], size, size)


# %% mistake show_film: the films reversed
def films_reversed(logits, size):
    """You have reversed the order of the clips, not of the frames: time is the first axis."""
    return torch.sigmoid(logits).flip(1).reshape(*logits.shape[:2], size, size)


# %% mistake show_film: pixels reversed
def pixels_reversed(logits, size):
    """Your frames stand on their heads: reverse time only, not the pixels."""
    return torch.sigmoid(logits).flip(0, 2).reshape(*logits.shape[:2], size, size)


# %% mistake show_film: rows for columns
def film_on_its_side(logits, size):
    """Rows and columns have changed places: the pixels of a row lie next to one another."""
    return torch.sigmoid(logits).flip(0).reshape(*logits.shape[:2], size, size).transpose(2, 3)


# %% mistake show_film: black and white
def film_in_black_and_white(logits, size):
    """There are greys between black and white: do not round."""
    return torch.sigmoid(logits).flip(0).reshape(*logits.shape[:2], size, size).round()


# %% mistake show_film: films first
def film_with_films_first(logits, size):
    """Time stays the first axis, and clips the second: (T, B, S, S)."""
    return torch.sigmoid(logits).flip(0).reshape(*logits.shape[:2], size, size).transpose(0, 1)


# %% cases autoencode
SHOWS = "strip"


def draw_autoencoder(rng, T, B, X, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    return {
        "frames": torch.from_numpy(rng.random((T, B, X), dtype="float32")),
        "encoder": {"W": 2 * normal(4 * H, X) / X**0.5, "U": normal(4 * H, H), "b": normal(4 * H)},
        "decoder": {"U": normal(4 * H, H), "b": normal(4 * H)},
        "readout": {"V": 2 * normal(X, H), "d": normal(X)},
    }


def visible(rng):
    yield draw_autoencoder(rng, 10, 2, 8, 6)
    yield draw_autoencoder(rng, 2, 3, 4, 1)


def hidden(rng):
    yield draw_autoencoder(rng, 5, 3, 4, 6)
    yield draw_autoencoder(rng, 1, 2, 5, 3)  # a clip of one frame
    for _ in range(3):
        T, B, X, H = (int(n) for n in rng.integers((3, 2, 2, 2), (9, 6, 9, 9)))
        yield draw_autoencoder(rng, T, B, X, H)


# %% hints autoencode
"""
Two loops, one after the other, both of T steps. The first hands h and c on and keeps nothing else;
the second goes on with the same h and c.

Begin with zeros of the shape (B, H): H is encoder["U"].shape[1]. In the second loop call
lstm(None, h, c, decoder): other weights, and no input.

After each step of the decoder: h @ readout["V"].T + readout["d"]. Keep these in a list and put them
together with torch.stack.
"""


# %% rewrite autoencode: with torch's own LSTM
def autoencode_by_torch(frames, encoder, decoder, readout):
    X, H = frames.shape[2], encoder["U"].shape[1]
    nets = torch.nn.LSTM(X, H), torch.nn.LSTM(X, H)
    for net, weights in zip(nets, (encoder, decoder), strict=True):
        W = weights.get("W", torch.zeros(4 * H, X))
        own = {"weight_ih_l0": W, "weight_hh_l0": weights["U"]}
        net.load_state_dict({**own, "bias_ih_l0": weights["b"], "bias_hh_l0": torch.zeros(4 * H)})
    with torch.no_grad():
        _, state = nets[0](frames)
        outputs, _ = nets[1](torch.zeros_like(frames), state)
        return F.linear(outputs, readout["V"], readout["d"])


# %% rewrite autoencode: with numpy and einsum
def autoencode_by_einsum(frames, encoder, decoder, readout):
    E, D = ({k: t.double().numpy() for k, t in part.items()} for part in (encoder, decoder))
    film = frames.double().numpy()
    H = E["U"].shape[1]
    state = np.zeros((2, film.shape[1], H))

    def step(a, state, part):
        a = a + np.einsum("bh,gh->bg", state[0], part["U"]) + part["b"]
        i, f, o = (1 / (1 + np.exp(-a[:, n * H : (n + 1) * H])) for n in (0, 1, 3))
        c = f * state[1] + i * np.tanh(a[:, 2 * H : 3 * H])
        return np.stack((o * np.tanh(c), c))

    for x in film:
        state = step(np.einsum("bx,gx->bg", x, E["W"]), state, E)
    outputs = np.empty((len(film), *state[0].shape))
    for t in range(len(film)):
        state = step(0.0, state, D)
        outputs[t] = state[0]
    V, d = readout["V"].double().numpy(), readout["d"].double().numpy()
    return np.einsum("tbh,xh->tbx", outputs, V) + d


# %% mistake autoencode: a state of zeros
def state_not_copied(frames, encoder, decoder, readout):
    """Your decoder begins with zeros, so it knows nothing of the clip: copy the encoder's state."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% mistake autoencode: only h is copied
def cell_not_copied(frames, encoder, decoder, readout):
    """The cell state is lost on the bridge: the decoder gets a copy of c as well as of h."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    c, logits = torch.zeros_like(c), []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% mistake autoencode: the state is copied again and again
def state_copied_each_step(frames, encoder, decoder, readout):
    """The state is copied once; from then on the decoder hands its own h and c on."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    out = lstm(None, h, c, decoder)[0] @ readout["V"].T + readout["d"]
    return torch.stack([out for _ in frames])


# %% mistake autoencode: the decoder sees the film
def decoder_sees_film(frames, encoder, decoder, readout):
    """Your decoder is told the frames it should remember: it gets no input at all."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for x in frames.flip(0):
        h, c = lstm(x, h, c, {**decoder, "W": encoder["W"]})
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% mistake autoencode: the decoder is fed its own frames
def decoder_fed_itself(frames, encoder, decoder, readout):
    """Your decoder is fed its own last frame: this one is unconditional, it has no input."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    x, logits = None, []
    for _ in frames:
        h, c = lstm(x, h, c, {**decoder, "W": encoder["W"]})
        logits.append(h @ readout["V"].T + readout["d"])
        x = torch.sigmoid(logits[-1])
    return torch.stack(logits)


# %% mistake autoencode: one set of weights
def one_set_of_weights(frames, encoder, decoder, readout):
    """The decoder has weights of its own: yours goes on with those of the encoder."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, encoder)
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% mistake autoencode: read before the first step
def read_too_early(frames, encoder, decoder, readout):
    """Yours are one step late: the decoder makes a step first, and then its h is read."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        logits.append(h @ readout["V"].T + readout["d"])
        h, c = lstm(None, h, c, decoder)
    return torch.stack(logits)


# %% mistake autoencode: brightness for logits
def squashed_already(frames, encoder, decoder, readout):
    """Return the logits themselves: the sigmoid belongs to the loss and to looking."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.append(torch.sigmoid(h @ readout["V"].T + readout["d"]))
    return torch.stack(logits)


# %% mistake autoencode: turned round
def turned_round(frames, encoder, decoder, readout):
    """You have turned the logits round: return them in the order in which they were made."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames:
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.insert(0, h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% mistake autoencode: read from its end
def film_read_backwards(frames, encoder, decoder, readout):
    """Your encoder reads the clip from its end: only what comes out is meant in reverse."""
    h = c = torch.zeros(frames.shape[1], encoder["U"].shape[1])
    for x in frames.flip(0):
        h, c = lstm(x, h, c, encoder)
    logits = []
    for _ in frames:
        h, c = lstm(None, h, c, decoder)
        logits.append(h @ readout["V"].T + readout["d"])
    return torch.stack(logits)


# %% cases reverse_loss
def draw_answer(rng, T, B, height, width, size=2.0):
    logits = size * rng.normal(size=(T, B, height, width)).astype("float32")
    frames = rng.uniform(0.05, 0.95, (T, B, height, width)).astype("float32")
    return {"logits": torch.from_numpy(logits), "frames": torch.from_numpy(frames)}


def sure_of_itself(rng, T, B, height, width):
    """Logits so large that their sigmoid is exactly 0 or 1."""
    case = draw_answer(rng, T, B, height, width)
    return {**case, "logits": 200 * case["logits"].sign() + case["logits"]}


def visible(rng):
    yield draw_answer(rng, 4, 3, 5, 6)
    yield sure_of_itself(rng, 3, 2, 4, 5)


def hidden(rng):
    yield draw_answer(rng, 5, 2, 3, 4)
    yield draw_answer(rng, 2, 1, 7, 3)
    yield sure_of_itself(rng, 2, 3, 3, 5)
    for _ in range(2):
        T, B, height, width = (int(n) for n in rng.integers((2, 2, 3, 3), (7, 6, 8, 8)))
        case = draw_answer(rng, T, B, height, width, 3.0)
        yield {**case, "frames": (case["frames"] > 0.6).float()}  # black and white


# %% hints reverse_loss
"""
First the targets: the clip, with its time reversed. Then a cost for every pixel, (T, B, height,
width). Then the sum over the last two axes, and the mean of what is left.

F.binary_cross_entropy_with_logits(logits, target, reduction="none") gives the cost of every pixel.
Without reduction="none" it takes the mean over everything, pixels too.

The target is frames.flip(0); at the end .sum((2, 3)).mean(). Without F: the cost of a pixel is
softplus(a) − x·a, where softplus(a) = ln(1 + eᵃ) is torch.nn.functional.softplus, which is safe.
"""


# %% rewrite reverse_loss: frame by frame, with softplus
def loss_by_loops(logits, frames):
    T, B = logits.shape[:2]
    total = 0.0
    for t in range(T):
        for n in range(B):
            a, x = logits[t, n], frames[T - 1 - t, n]
            total += float((F.softplus(a) - x * a).sum())
    return total / (T * B)


# %% rewrite reverse_loss: with numpy, the answer reversed
def loss_by_numpy(logits, frames):
    a, x = logits.double().numpy()[::-1], frames.double().numpy()
    each = np.logaddexp(0, a) - x * a
    return np.einsum("tbhw->", each) / (len(a) * a.shape[1])


# %% mistake reverse_loss: not reversed
def target_not_reversed(logits, frames):
    """The targets are not reversed: the first answer is held against the last frame."""
    each = F.binary_cross_entropy_with_logits(logits, frames, reduction="none")
    return each.sum((2, 3)).mean()


# %% mistake reverse_loss: mean over pixels
def mean_over_pixels(logits, frames):
    """Yours is a mean over pixels: nats per *frame* are a sum over the pixels of a frame."""
    return F.binary_cross_entropy_with_logits(logits, frames.flip(0))


# %% mistake reverse_loss: sum for mean
def sum_over_all(logits, frames):
    """Yours is a sum over frames and clips too: take the mean over those."""
    return F.binary_cross_entropy_with_logits(logits, frames.flip(0), reduction="sum")


# %% mistake reverse_loss: sum over frames
def sum_over_frames(logits, frames):
    """Yours is a sum over the frames of a clip: take the mean over frames as well as over clips."""
    each = F.binary_cross_entropy_with_logits(logits, frames.flip(0), reduction="none")
    return each.sum((0, 2, 3)).mean()


# %% mistake reverse_loss: the films reversed
def targets_of_other_films(logits, frames):
    """You have reversed the clips, not the frames: time is the first axis."""
    each = F.binary_cross_entropy_with_logits(logits, frames.flip(1), reduction="none")
    return each.sum((2, 3)).mean()


# %% mistake reverse_loss: squashed twice
def squashed_twice(logits, frames):
    """The sigmoid is applied twice: a loss "with logits" wants the logits themselves."""
    a = torch.sigmoid(logits)
    each = F.binary_cross_entropy_with_logits(a, frames.flip(0), reduction="none")
    return each.sum((2, 3)).mean()


# %% mistake reverse_loss: squared error
def squares_for_nats(logits, frames):
    """That is the squared error: the loss here is the cross-entropy."""
    return (torch.sigmoid(logits) - frames.flip(0)).square().sum((2, 3)).mean()


# %% mistake reverse_loss: the ink alone
def ink_alone(logits, frames):
    """The black part of each pixel is missing: what is dark must be predicted too."""
    return -(frames.flip(0) * F.logsigmoid(logits)).sum((2, 3)).mean()


# %% mistake reverse_loss: the logarithm of nothing
def logarithm_of_nothing(logits, frames):
    """A large logit becomes a probability of exactly 0 or 1, whose logarithm is infinite."""
    x, p = frames.flip(0), torch.sigmoid(logits)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum((2, 3)).mean()


# %% mistake reverse_loss: kept away from 0 and 1
def kept_from_the_ends(logits, frames):
    """Keeping p away from 0 and 1 makes large errors cheap: compute from the logits themselves."""
    x, p = frames.flip(0), torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).sum((2, 3)).mean()
