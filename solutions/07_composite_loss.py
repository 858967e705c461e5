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
    # BEGIN SOLUTION
    each = logits.clamp(min=0) - truth * logits + torch.log1p(torch.exp(-logits.abs()))
    return each.sum((2, 3))
    # END SOLUTION


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
    # BEGIN SOLUTION
    seen, to_come = film[: len(reconstruction)], film[len(reconstruction) :]
    past = F.binary_cross_entropy_with_logits(reconstruction, seen.flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, to_come, reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead
    # END SOLUTION


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
    # BEGIN SOLUTION
    h = h.clone().requires_grad_()
    past_loss = mean_nats(decode(h, past, len(past_targets)), past_targets)
    ahead_loss = mean_nats(decode(h, ahead, len(ahead_targets)), ahead_targets)
    (by_past,) = torch.autograd.grad(past_loss, h)
    (by_ahead,) = torch.autograd.grad(ahead_loss, h)
    return by_past, by_ahead, by_past + by_ahead
    # END SOLUTION


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
# BEGIN SOLUTION
# The state has to serve both decoders at once, for the gradients of both arrive at it. To store
# pictures alone does not tell where things move, so the future's loss stays high; to keep the last
# frames alone does not give the older ones back, so the reconstruction's loss stays high. What
# helps both is to keep what is there and how it moves.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# 1. Derive the gradient of your first part at the logits by hand. It is surprisingly short. Compare
#    with `torch.autograd.grad`, also for logits of ±200.
# 2. What if the two gradients point in opposite directions? Measure the cosine between them with
#    `torch.nn.functional.cosine_similarity`, for weights drawn at random.

# %% cases nats_per_frame
SHOWS = "lines"


def draw_growing(rng, T, B, height, width):
    """A forecast of a bright spot that falls behind the true one, a little more in each frame."""
    v, u = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    t = torch.arange(float(T)).view(T, 1, 1, 1)
    spot = lambda speed: torch.exp(-((u - 2 - speed * t) ** 2 + (v - height / 2) ** 2) / 3)
    noise = torch.from_numpy(rng.normal(size=(T, B, height, width)).astype("float32"))
    return {"logits": 7 * spot(0.25) - 4 + 0.3 * noise, "truth": spot(0.5).repeat(1, B, 1, 1)}


def draw_logits(rng, T, B, height, width, scale):
    shape = (T, B, height, width)
    truth = torch.from_numpy(rng.random(shape, dtype="float32"))
    return {"logits": scale * torch.from_numpy(rng.normal(size=shape).astype("float32")),
            "truth": truth}  # fmt: skip


def visible(rng):
    yield draw_growing(rng, 12, 1, 7, 10)
    yield draw_logits(rng, 3, 2, 4, 5, 1)
    yield draw_logits(rng, 2, 3, 3, 2, 150)


def hidden(rng):
    yield draw_logits(rng, 3, 2, 4, 5, 2)
    yield draw_logits(rng, 2, 3, 5, 3, 300)
    yield draw_logits(rng, 1, 1, 1, 1, 1)
    for scale in (1, 100):
        T, B, height, width = (int(n) for n in rng.integers(2, 7, 4))
        yield draw_logits(rng, T, B, height, width, scale)


# %% hints nats_per_frame
"""
The formula is for one pixel, and torch works on all of them at once. Build three tensors of the
shape of the logits and add them up. Then think of what is to be added over.

max(a, 0) is logits.clamp(min=0), and |a| is logits.abs(). The exponent is never above 0, so nothing
can overflow. torch.log1p(y) is ln(1 + y).

The last two axes are the pixels: sum((2, 3)) leaves (T, B).
"""


# %% rewrite nats_per_frame: with softplus, pixel by pixel
def nats_by_loops(logits, truth):
    T, B, height, width = logits.shape
    nats = torch.zeros(T, B)
    for y in range(height):
        for x in range(width):
            a, p = logits[:, :, y, x], truth[:, :, y, x]
            nats += p * F.softplus(-a) + (1 - p) * F.softplus(a)
    return nats


# %% rewrite nats_per_frame: with numpy and einsum
def nats_by_numpy(logits, truth):
    a, x = logits.double().numpy(), truth.double().numpy()
    ones = np.ones(a.shape[2:])
    return np.einsum("tbyx,yx->tb", np.logaddexp(0, a), ones) - np.einsum("tbyx,tbyx->tb", a, x)


# %% rewrite nats_per_frame: torch's own
def nats_by_torch(logits, truth):
    each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return each.flatten(2).sum(2)


# %% mistake nats_per_frame: an unstable logarithm
def nats_unstable(logits, truth):
    """For large logits the sigmoid is exactly 0 or 1, and its logarithm infinite: use the form
    that was made for them."""
    p = torch.sigmoid(logits)
    return -(truth * p.log() + (1 - truth) * (1 - p).log()).sum((2, 3))


# %% mistake nats_per_frame: the logarithm is cut off
def nats_cut_off(logits, truth):
    """Cutting the probabilities off keeps them finite, but makes large errors look small: use the
    form that was made for large logits."""
    p = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    return -(truth * p.log() + (1 - truth) * (1 - p).log()).sum((2, 3))


# %% mistake nats_per_frame: the sigmoid twice
def nats_of_sigmoid(logits, truth):
    """The sigmoid is there twice: this form of the cross-entropy takes logits as they are."""
    a = torch.sigmoid(logits)
    return (a.clamp(min=0) - truth * a + torch.log1p(torch.exp(-a.abs()))).sum((2, 3))


# %% mistake nats_per_frame: mean for sum over the pixels
def nats_per_pixel(logits, truth):
    """That is nats per pixel: add over the pixels of a frame, do not average."""
    return F.binary_cross_entropy_with_logits(logits, truth, reduction="none").mean((2, 3))


# %% mistake nats_per_frame: the absolute value is missing
def nats_without_size(logits, truth):
    """The exponent is the logit's size with a minus, never a positive number: mind |a|."""
    each = logits.clamp(min=0) - truth * logits + torch.log1p(torch.exp(-logits))
    return each.sum((2, 3))


# %% mistake nats_per_frame: summed over the films
def nats_over_films(logits, truth):
    """Each clip keeps its own numbers: add over the two axes of the pixels, no others."""
    each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return each.sum((1, 2, 3))


# %% mistake nats_per_frame: bits for nats
def nats_in_bits(logits, truth):
    """Those are bits: a nat comes of the natural logarithm."""
    each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return each.sum((2, 3)) / math.log(2)


# %% mistake nats_per_frame: half of the cross-entropy
def nats_of_light(logits, truth):
    """Only bright pixels count in yours: a dark pixel that was called bright costs as well."""
    return (truth * F.softplus(-logits)).sum((2, 3))


# %% cases composite_loss
def draw_films(rng, past, ahead, B, height, width, scale):
    normal = lambda T: torch.from_numpy(
        rng.normal(size=(T, B, height, width)).astype("float32") * np.float32(scale)
    )
    film = rng.random((past + ahead, B, height, width), dtype="float32")
    return {"reconstruction": normal(past), "future": normal(ahead), "film": torch.from_numpy(film)}


def visible(rng):
    yield draw_films(rng, 4, 3, 2, 3, 5, 2)
    yield draw_films(rng, 2, 5, 1, 4, 2, 150)


def hidden(rng):
    yield draw_films(rng, 5, 3, 3, 2, 4, 2)
    yield draw_films(rng, 1, 4, 2, 3, 2, 3)  # one frame is seen
    yield draw_films(rng, 4, 1, 2, 2, 3, 250)
    for _ in range(2):
        past, B, height, width = (int(n) for n in rng.integers(2, 6, 4))
        yield draw_films(rng, past, past + 2, B, height, width, 2)


# %% hints composite_loss
"""
Cut the clip into two first: the frames that were seen, as many as the reconstruction has, and all
the others.

film[:len(reconstruction)] was seen; flip(0) turns it round. The future's frames are not turned.

For each of the two: F.binary_cross_entropy_with_logits(a, x, reduction="none"), then .sum((2, 3))
for the pixels, then .mean() for frames and clips. The whole is the sum of the two.
"""


# %% rewrite composite_loss: frame by frame
def composite_by_loops(reconstruction, future, film):
    T, B = len(reconstruction), film.shape[1]

    def nats(logits, order):
        whole = 0.0
        for a, k in zip(logits, order, strict=True):
            whole += (F.softplus(a) - a * film[k]).sum().item()
        return whole / (len(logits) * B)

    past = nats(reconstruction, range(T - 1, -1, -1))
    ahead = nats(future, range(T, len(film)))
    return [past + ahead, past, ahead]


# %% rewrite composite_loss: with numpy
def composite_by_numpy(reconstruction, future, film):
    past, ahead, film = (t.double().numpy() for t in (reconstruction, future, film))
    targets = film[len(past) - 1 :: -1], film[-len(ahead) :]
    parts = [
        (np.logaddexp(0, a) - a * x).reshape(len(a), film.shape[1], -1).sum(-1).mean()
        for a, x in zip((past, ahead), targets, strict=True)
    ]
    return np.float64(sum(parts)), *parts


# %% mistake composite_loss: the reconstruction is not reversed
def composite_not_reversed(reconstruction, future, film):
    """The reconstruction gives the newest frame first: turn the frames that were seen round."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n], reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:], reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead


# %% mistake composite_loss: the future is reversed as well
def composite_all_reversed(reconstruction, future, film):
    """The future is not turned round: its first frame is the one just after what was seen."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:].flip(0), reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead


# %% mistake composite_loss: sum for mean
def composite_summed(reconstruction, future, film):
    """Yours grows with the number of frames and clips: over these take the mean, not the sum."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="sum")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:], reduction="sum")
    return past + ahead, past, ahead


# %% mistake composite_loss: the films are summed
def composite_films_summed(reconstruction, future, film):
    """Yours grows with the number of clips: take the mean over them as well."""
    n, B = len(reconstruction), film.shape[1]
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:], reduction="none")
    past, ahead = past.sum((2, 3)).mean() * B, ahead.sum((2, 3)).mean() * B
    return past + ahead, past, ahead


# %% mistake composite_loss: averaged over the pixels
def composite_per_pixel(reconstruction, future, film):
    """That is nats per pixel: add over the pixels of a frame before you take the mean."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0))
    ahead = F.binary_cross_entropy_with_logits(future, film[n:])
    return past + ahead, past, ahead


# %% mistake composite_loss: the sigmoid twice
def composite_sigmoid_twice(reconstruction, future, film):
    """The sigmoid is there twice: binary_cross_entropy_with_logits has one of its own."""
    n, cost = len(reconstruction), F.binary_cross_entropy_with_logits
    past = cost(reconstruction.sigmoid(), film[:n].flip(0), reduction="none")
    ahead = cost(future.sigmoid(), film[n:], reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead


# %% mistake composite_loss: the mean of the two losses
def composite_halved(reconstruction, future, film):
    """The two losses are added: yours takes their mean."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:], reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return (past + ahead) / 2, past, ahead


# %% mistake composite_loss: all frames in one mean
def composite_pooled(reconstruction, future, film):
    """Yours is one mean over all frames: each decoder has its own, and the two are added."""
    n = len(reconstruction)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n:], reduction="none")
    past, ahead = past.sum((2, 3)), ahead.sum((2, 3))
    return torch.cat([past, ahead]).mean(), past.mean(), ahead.mean()


# %% mistake composite_loss: the film is cut in the wrong place
def composite_cut_wrongly(reconstruction, future, film):
    """Yours begins the future too early or too late: it starts right after the frames that were
    seen, as many as the reconstruction has."""
    n, m = len(reconstruction), len(future)
    past = F.binary_cross_entropy_with_logits(reconstruction, film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy_with_logits(future, film[n - 1 : n - 1 + m], reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead


# %% mistake composite_loss: an unstable logarithm
def composite_unstable(reconstruction, future, film):
    """For large logits the sigmoid is exactly 0 or 1, and its logarithm is cut off: hand the logits
    over as they are."""
    n = len(reconstruction)
    past = F.binary_cross_entropy(reconstruction.sigmoid(), film[:n].flip(0), reduction="none")
    ahead = F.binary_cross_entropy(future.sigmoid(), film[n:], reduction="none")
    past, ahead = past.sum((2, 3)).mean(), ahead.sum((2, 3)).mean()
    return past + ahead, past, ahead


# %% cases state_gradients
SHOWS = "strip"


def draw_two_decoders(rng, past, ahead, B, H, X, size=1.0):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    pixels = lambda T: torch.from_numpy(rng.random((T, B, X), dtype="float32"))
    return {
        "h": normal(B, H),
        "past": {"U": normal(H, H) / H**0.5, "V": size * normal(X, H)},
        "ahead": {"U": normal(H, H) / H**0.5, "V": size * normal(X, H)},
        "past_targets": pixels(past),
        "ahead_targets": pixels(ahead),
    }


def visible(rng):
    yield draw_two_decoders(rng, 4, 3, 10, 6, 5, 8.0)
    yield draw_two_decoders(rng, 2, 5, 1, 3, 4)


def hidden(rng):
    yield draw_two_decoders(rng, 3, 5, 2, 4, 6)
    yield draw_two_decoders(rng, 1, 1, 3, 2, 1)
    for _ in range(3):
        past, ahead, B, H, X = (int(n) for n in rng.integers(2, 7, 5))
        yield draw_two_decoders(rng, past, ahead, B, H, X)


# %% hints state_gradients
"""
Make one h that keeps track of where it goes: a clone of h, with requires_grad_(). Both decoders
start from this same h. That gives you two losses.

The number of steps of a decoder is the number of its targets: decode(h, past, len(past_targets)).
Then mean_nats makes its loss of it.

torch.autograd.grad(past_loss, h) is a tuple with one gradient in it; the same for the other loss.
The gradient of both together is the sum of the two: try it with past_loss + ahead_loss, too. (A
graph can be gone through once only: build the losses anew, or say retain_graph=True.)
"""


# %% rewrite state_gradients: from the sum of the losses
def gradients_by_autograd(h, past, ahead, past_targets, ahead_targets):
    def gradient(*which):
        start = h.clone().requires_grad_()
        loss = sum(mean_nats(decode(start, w, len(x)), x) for w, x in which)
        loss.backward()
        return start.grad

    one, two = (past, past_targets), (ahead, ahead_targets)
    return [gradient(one), gradient(two), gradient(one, two)]


# %% rewrite state_gradients: by hand, with numpy
def gradients_by_hand(h, past, ahead, past_targets, ahead_targets):
    def gradient(weights, targets):
        U, V, X = (np.asarray(t, dtype=np.float64) for t in (weights["U"], weights["V"], targets))
        states = [np.asarray(h, dtype=np.float64)]
        for _ in X:
            states.append(np.tanh(states[-1] @ U.T))
        back = 0 * states[0]
        for new, x in zip(states[:0:-1], X[::-1], strict=True):
            a = new @ V.T
            error = (0.5 + 0.5 * np.tanh(a / 2) - x) / (len(X) * len(new))  # at the logits
            back = ((back + error @ V) * (1 - new**2)) @ U
        return back

    by_past, by_ahead = gradient(past, past_targets), gradient(ahead, ahead_targets)
    return by_past, by_ahead, by_past + by_ahead


# %% mistake state_gradients: the gradients pile up
def gradients_piled_up(h, past, ahead, past_targets, ahead_targets):
    """backward() adds to what is in h.grad already: your second gradient holds the first."""
    h = h.clone().requires_grad_()
    mean_nats(decode(h, past, len(past_targets)), past_targets).backward()
    by_past = h.grad.clone()
    mean_nats(decode(h, ahead, len(ahead_targets)), ahead_targets).backward()
    by_ahead = h.grad.clone()
    return by_past, by_ahead, by_past + by_ahead


# %% mistake state_gradients: both names for one gradient
def gradients_of_one_tensor(h, past, ahead, past_targets, ahead_targets):
    """Your results are one and the same tensor, h.grad, which changes: keep a copy of each."""
    h = h.clone().requires_grad_()
    mean_nats(decode(h, past, len(past_targets)), past_targets).backward()
    by_past = h.grad
    mean_nats(decode(h, ahead, len(ahead_targets)), ahead_targets).backward()
    return by_past, h.grad, h.grad


# %% mistake state_gradients: mean for sum
def gradients_averaged(h, past, ahead, past_targets, ahead_targets):
    """The gradients of the two decoders are added where they meet: yours takes their mean."""
    both = [
        torch.autograd.grad(mean_nats(decode(start, w, len(x)), x), start)[0]
        for start, w, x in (
            (h.clone().requires_grad_(), past, past_targets),
            (h.clone().requires_grad_(), ahead, ahead_targets),
        )
    ]
    return *both, (both[0] + both[1]) / 2


# %% mistake state_gradients: the two swapped
def gradients_swapped(h, past, ahead, past_targets, ahead_targets):
    """The two have changed places: return the reconstruction's gradient first."""
    h = h.clone().requires_grad_()
    pairs = (ahead, ahead_targets), (past, past_targets)
    first, second = (
        torch.autograd.grad(mean_nats(decode(h, w, len(x)), x), h)[0] for w, x in pairs
    )
    return first, second, first + second


# %% mistake state_gradients: one decoder goes on from the other's state
def gradients_in_a_row(h, past, ahead, past_targets, ahead_targets):
    """Your second decoder begins where the first one ended: both begin with the same h."""
    h = h.clone().requires_grad_()
    past_loss = mean_nats(decode(h, past, len(past_targets)), past_targets)
    end = h
    for _ in past_targets:
        end = torch.tanh(end @ past["U"].T)
    ahead_loss = mean_nats(decode(end, ahead, len(ahead_targets)), ahead_targets)
    (by_past,) = torch.autograd.grad(past_loss, h, retain_graph=True)
    (by_ahead,) = torch.autograd.grad(ahead_loss, h)
    return by_past, by_ahead, by_past + by_ahead


# %% mistake state_gradients: the targets are turned round again
def gradients_turned_again(h, past, ahead, past_targets, ahead_targets):
    """The targets of the reconstruction are turned round already: take them as they come."""
    h = h.clone().requires_grad_()
    pairs = (past, past_targets.flip(0)), (ahead, ahead_targets)
    first, second = (
        torch.autograd.grad(mean_nats(decode(h, w, len(x)), x), h)[0] for w, x in pairs
    )
    return first, second, first + second


# %% mistake state_gradients: sum for mean over frames
def gradients_scaled_by_frames(h, past, ahead, past_targets, ahead_targets):
    """mean_nats has taken the mean over frames and clips already: do not scale once more."""
    h = h.clone().requires_grad_()
    pairs = (past, past_targets), (ahead, ahead_targets)
    first, second = (
        torch.autograd.grad(mean_nats(decode(h, w, len(x)), x), h)[0] * len(x) for w, x in pairs
    )
    return first, second, first + second
