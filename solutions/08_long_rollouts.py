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
    # BEGIN SOLUTION
    frames, units = [], []
    for _ in range(steps):
        x, h = step(x, h)
        frames.append(x)
        units.append(h)
    return torch.stack(frames), torch.stack(units)
    # END SOLUTION


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

    # BEGIN SOLUTION
    def sharpness(x):
        down, across = x.diff(dim=2) ** 2, x.diff(dim=3) ** 2
        return down.sum((2, 3)) + across.sum((2, 3))  # (T, B)

    error = ((guess - truth) ** 2).sum((2, 3)).mean(1)
    return error, sharpness(guess).mean(1) / sharpness(truth).mean()
    # END SOLUTION


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
    # BEGIN SOLUTION
    v, curve = units - units.mean(0), []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    curve = torch.stack(curve)
    periods = torch.zeros(curve.shape[1], dtype=torch.int64)
    for film, a in enumerate(curve.T.tolist()):
        fallen = False
        for k in range(1, lags):
            fallen = fallen or a[k] < 0
            if fallen and a[k] > max(0, a[k - 1], a[k + 1]):
                periods[film] = k
                break
    return curve, periods
    # END SOLUTION


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
# BEGIN SOLUTION
# It shows that the network moves in a steady rhythm and does not settle. It does not show that the
# motion of the digits is remembered: the rhythm is the same whatever clip was seen, and the wrong
# one. Besides: the error against the mean image's, the period of each clip against that of its
# digits, how large the activity is, and the same for an untrained network.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Roll out a model of the lab: `lstm_video_lab.lessons.long_rollouts.experiment.roll_out` gives
# frames as logits, and the decoder's units. Use your own functions on the first and on the last
# fifty frames.
# Do the periods of the clips differ from one another at first? And at the end?

# %% cases roll_out
SHOWS = "frames"


def draw_drift(rng, height, width, H):
    """A network by hand: a spot moves to the right and blurs; the units turn round and round."""
    n = height * width
    place = torch.arange(n).view(height, width)
    A = torch.zeros(n, n)
    for down, right, part in ((0, 1, 0.7), (0, 2, 0.1), (1, 1, 0.09), (-1, 1, 0.09)):
        A[place.flatten(), place.roll((down, right), (0, 1)).flatten()] += part
    turn = torch.tensor([[math.cos(0.6), -math.sin(0.6)], [math.sin(0.6), math.cos(0.6)]])
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    x = torch.zeros(1, height, width)
    x[0, 2:5, 1:4] = 1.0
    weights = {"U": torch.block_diag(*[1.2 * turn] * (H // 2)), "W": 0.05 * normal(H, n),
               "V": 0.03 * normal(n, H), "A": A}  # fmt: skip
    return {"weights": weights, "x": x, "h": normal(1, H)}


def draw_network(rng, B, height, width, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    n = height * width
    mix = torch.from_numpy(rng.random((n, n), dtype="float32"))
    weights = {"U": 0.6 * normal(H, H) / H**0.5, "W": normal(H, n) / n**0.5,
               "V": 0.3 * normal(n, H), "A": 0.95 * mix / mix.sum(1, keepdim=True)}  # fmt: skip
    x = torch.from_numpy(rng.random((B, height, width), dtype="float32"))
    return {"weights": weights, "x": x, "h": normal(B, H).tanh()}


def visible(rng):
    yield draw_drift(rng, 8, 15, 4) | {"steps": 10}
    yield draw_network(rng, 2, 2, 3, 4) | {"steps": 5}


def hidden(rng):
    yield draw_network(rng, 3, 2, 4, 5) | {"steps": 100}
    yield draw_network(rng, 2, 3, 2, 4) | {"steps": 1}
    for _ in range(2):
        B, height, width, H = (int(n) for n in rng.integers(2, 6, 4))
        yield draw_network(rng, B, height, width, H) | {"steps": int(rng.integers(3, 40))}


# %% hints roll_out
"""
Every step uses what the step before has given, both the frame and the units. Nothing else goes in.

In a loop over range(steps): x, h = step(x, h). The names x and h now stand for the new frame and
the new units: so the next turn of the loop reads them by itself.

Keep x and h in two lists, after the step. torch.stack puts each list together, with time first.
"""


# %% rewrite roll_out: into tensors that are there before
def roll_into_place(weights, x, h, steps):
    step = make_network(weights)
    frames, units = torch.empty(steps, *x.shape), torch.empty(steps, *h.shape)
    for t in range(steps):
        before = (frames[t - 1], units[t - 1]) if t else (x, h)
        frames[t], units[t] = step(*before)
    return [frames, units]


# %% rewrite roll_out: with numpy and einsum
def roll_by_numpy(weights, x, h, steps):
    w = {name: value.double().numpy() for name, value in weights.items()}
    y, h, kept = x.double().numpy().reshape(len(x), -1), h.double().numpy(), []
    for _ in range(steps):
        h = np.tanh(np.einsum("bh,kh->bk", h, w["U"]) + np.einsum("bx,kx->bk", y, w["W"]))
        y = np.clip(np.einsum("bx,yx->by", y, w["A"]) + np.einsum("bk,yk->by", h, w["V"]), 0, 1)
        kept.append((y.reshape(x.shape), h))
    frames, units = zip(*kept, strict=True)
    return np.array(frames), np.array(units)


# %% mistake roll_out: the last frame that was seen is fed again and again
def roll_reads_the_seen(weights, x, h, steps):
    """Your network reads the last frame that was seen in every step: give it its own frame."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        frame, h = step(x, h)
        frames.append(frame)
        units.append(h)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: the units are not handed on
def roll_forgets_units(weights, x, h, steps):
    """The units are lost between your steps: hand on the new h as well as the new frame."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        x, new = step(x, h)
        frames.append(x)
        units.append(new)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: the frame that was seen comes first
def roll_starts_early(weights, x, h, steps):
    """Yours begins with the frame that was seen: the first to keep is the one after the step."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        frames.append(x)
        units.append(h)
        x, h = step(x, h)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: the first frame is missing
def roll_starts_late(weights, x, h, steps):
    """Your first frame is the second one: keep what the very first step gives."""
    step = make_network(weights)
    frames, units = [], []
    x, h = step(x, h)
    for _ in range(steps):
        x, h = step(x, h)
        frames.append(x)
        units.append(h)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: the units before each step
def roll_units_late(weights, x, h, steps):
    """Your units are one step late: keep those that the step gives, not those that go in."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        units.append(h)
        x, h = step(x, h)
        frames.append(x)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: black and white
def roll_in_black_and_white(weights, x, h, steps):
    """The frames go in as they came out, grey for grey: do not round them."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        x, h = step(x.round(), h)
        frames.append(x)
        units.append(h)
    return torch.stack(frames), torch.stack(units)


# %% mistake roll_out: films first
def roll_films_first(weights, x, h, steps):
    """Time is the first axis of both results, clips the second."""
    step = make_network(weights)
    frames, units = [], []
    for _ in range(steps):
        x, h = step(x, h)
        frames.append(x)
        units.append(h)
    return torch.stack(frames, 1), torch.stack(units, 1)


# %% cases film_statistics
SHOWS = "lines"


def draw_fading(rng, T, B, height, width):
    """A spot that moves, and a guess that falls behind and blurs."""
    v, u = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    start = torch.from_numpy(rng.uniform(1, 3, (2, 1, B, 1, 1)).astype("float32"))
    t = torch.arange(float(T)).view(T, 1, 1, 1)

    def spot(speed, spread):
        far = (u - start[0] - speed * t) ** 2 + (v - start[1]) ** 2
        return torch.exp(-far / spread)

    return {"guess": spot(0.45, 2 + 0.2 * t), "truth": spot(0.6, torch.tensor(1.5))}


def draw_noise(rng, T, B, height, width):
    film = lambda: torch.from_numpy(rng.random((T, B, height, width), dtype="float32"))
    return {"guess": film() ** 2, "truth": film()}


def visible(rng):
    yield draw_fading(rng, 16, 2, 6, 13)
    yield draw_noise(rng, 3, 2, 4, 5)


def hidden(rng):
    yield draw_noise(rng, 4, 3, 5, 3)
    yield draw_noise(rng, 100, 2, 3, 4)
    yield draw_noise(rng, 1, 1, 2, 5)
    for _ in range(2):
        yield draw_noise(rng, *(int(n) for n in rng.integers(2, 8, 4)))


# %% hints film_statistics
"""
Make both numbers for every frame of every clip first, in the shape (T, B). Averaging over the clips
comes last.

.sum((2, 3)) adds over the pixels of a frame. Axis 2 goes down the rows, axis 3 across the columns:
the sharpness needs diff along both, squared, summed and added.

The sharpness of the guess, .mean(1), is divided by the sharpness of the truth, .mean(): one number
for the whole clip, so that the guess's changes alone are seen.
"""


# %% rewrite film_statistics: with loops over frames and films
def statistics_by_loops(guess, truth):
    T, B, height, width = guess.shape

    def sharp(x):
        s = sum(((x[y + 1] - x[y]) ** 2).sum().item() for y in range(height - 1))
        return s + sum(((x[:, k + 1] - x[:, k]) ** 2).sum().item() for k in range(width - 1))

    error, ours, whole = torch.zeros(T), torch.zeros(T), 0.0
    for t in range(T):
        for b in range(B):
            error[t] += ((guess[t, b] - truth[t, b]) ** 2).sum() / B
            ours[t] += sharp(guess[t, b]) / B
            whole += sharp(truth[t, b]) / (T * B)
    return error, ours / whole


# %% rewrite film_statistics: with numpy and einsum
def statistics_by_numpy(guess, truth):
    guess, truth = guess.double().numpy(), truth.double().numpy()

    def sharp(x):
        down, across = x[:, :, 1:] - x[:, :, :-1], np.diff(x)
        return sum(np.einsum("tbyx,tbyx->t", d, d) for d in (down, across)) / x.shape[1]

    apart = guess - truth
    error = np.einsum("tbyx,tbyx->t", apart, apart) / apart.shape[1]
    return [error, sharp(guess) / sharp(truth).mean()]


# %% mistake film_statistics: averaged over the pixels
def statistics_per_pixel(guess, truth):
    """Your error is one per pixel: add over the pixels, and average over the clips alone."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    return ((guess - truth) ** 2).mean((1, 2, 3)), sharp(guess).mean(1) / sharp(truth).mean()


# %% mistake film_statistics: sum for mean over the films
def statistics_summed(guess, truth):
    """Your numbers grow with the number of clips: take the mean over them, not the sum."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    return ((guess - truth) ** 2).sum((1, 2, 3)), sharp(guess).sum(1) / sharp(truth).mean()


# %% mistake film_statistics: the root of the error
def statistics_with_root(guess, truth):
    """The error is the squared difference as it is, without a root."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    error = ((guess - truth) ** 2).sum((2, 3)).sqrt().mean(1)
    return error, sharp(guess).mean(1) / sharp(truth).mean()


# %% mistake film_statistics: the size of the difference
def statistics_without_square(guess, truth):
    """The differences of the error are squared before they are added."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    return (guess - truth).abs().sum((2, 3)).mean(1), sharp(guess).mean(1) / sharp(truth).mean()


# %% mistake film_statistics: neighbours in one direction
def statistics_down_only(guess, truth):
    """Your sharpness looks in one direction only: a pixel has neighbours below and beside it."""
    sharp = lambda x: (x.diff(dim=2) ** 2).sum((2, 3))
    return ((guess - truth) ** 2).sum((2, 3)).mean(1), sharp(guess).mean(1) / sharp(truth).mean()


# %% mistake film_statistics: neighbours in the other direction
def statistics_across_only(guess, truth):
    """Your sharpness only looks along the rows: a pixel has a neighbour below it, too."""
    sharp = lambda x: (x.diff(dim=3) ** 2).sum((2, 3))
    return ((guess - truth) ** 2).sum((2, 3)).mean(1), sharp(guess).mean(1) / sharp(truth).mean()


# %% mistake film_statistics: the truth's sharpness frame by frame
def statistics_frame_by_frame(guess, truth):
    """You divide by another number in each frame: take one, the mean over the truth's frames and
    clips."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    error = ((guess - truth) ** 2).sum((2, 3)).mean(1)
    return error, sharp(guess).mean(1) / sharp(truth).mean(1)


# %% mistake film_statistics: not compared with the truth's
def statistics_not_compared(guess, truth):
    """Your sharpness is not yet a part of the truth's: divide it by the truth's mean sharpness."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    return ((guess - truth) ** 2).sum((2, 3)).mean(1), sharp(guess).mean(1)


# %% mistake film_statistics: not averaged over the films
def statistics_of_each_film(guess, truth):
    """Average over the clips, the second axis: one number for each frame is asked for."""
    sharp = lambda x: sum((x.diff(dim=d) ** 2).sum((2, 3)) for d in (2, 3))
    return ((guess - truth) ** 2).sum((2, 3)), sharp(guess) / sharp(truth).mean()


# %% cases find_rhythm
SHOWS = "lines"


def draw_waves(rng, T, H, periods, noise=0.1):
    """Units that come back after so many steps, one clip for each period; 0: they only drift."""
    t = np.arange(T)[:, None]
    films = []
    for period in periods:
        phase, level, size = rng.uniform(0, 6.3, H), rng.normal(size=H), rng.uniform(0.5, 2, H)
        wave = np.sin(2 * np.pi * t / period + phase) if period else t / T * np.sign(level)
        films.append(2 * level + size * wave + noise * rng.normal(size=(T, H)) * (period > 0))
    return torch.from_numpy(np.stack(films, 1).astype("float32"))


def draw_beat(rng):
    """Units that come back after 24 steps and shake every 5: the curve has a peak before it is
    below 0, and then one that is below 0 itself."""
    t, phase = np.arange(96)[:, None, None], rng.uniform(0, 6.3, (2, 2, 6))
    wave, beat = np.sin(2 * np.pi * t / 24 + phase[0]), np.sin(2 * np.pi * t / 5 + phase[1])
    return torch.from_numpy((wave + 0.65 * beat).astype("float32"))


def visible(rng):
    yield {"units": draw_waves(rng, 50, 4, [12], 0.4), "lags": 30}
    yield {"units": draw_waves(rng, 21, 3, [6, 9, 0]), "lags": 13}


def hidden(rng):
    yield {"units": draw_waves(rng, 60, 5, [8, 13, 21], 0.2), "lags": 40}
    yield {"units": draw_waves(rng, 30, 3, [0, 7]), "lags": 15}
    still = draw_waves(rng, 40, 4, [9, 11])
    still[:, :, 1] = 0.5  # one unit rests
    yield {"units": still, "lags": 25}
    yield {"units": draw_waves(rng, 25, 1, [20], 0.02), "lags": 12}  # too short for its period
    yield {"units": draw_waves(rng, 44, 3, [20, 21], 0.02), "lags": 18}  # it rises to the end
    yield {"units": draw_beat(rng), "lags": 30}
    for _ in range(2):
        T, H, B = (int(n) for n in rng.integers((30, 2, 2), (60, 7, 5)))
        yield {"units": draw_waves(rng, T, H, rng.integers(5, 14, B), 0.3), "lags": 25}


# %% hints find_rhythm
"""
Two things, one after the other: first the whole curve, for all clips at once, then the periods,
clip by clip. Begin with v, the units without their mean over time, units.mean(0).

For lag k hold v[: len(v) - k] against v[k:]; they have the same shape. Each of the three sums is
.sum((0, 2)): over steps and units, so that the clips remain. Keep the results in a list and stack
them.

For one clip, a = curve[:, film]: go through k from 1 to lags - 1. Remember whether a[k] was below 0
by now. If it was, and a[k] is above 0, above a[k - 1] and above a[k + 1], then k is the period:
stop there.
"""


# %% rewrite find_rhythm: with loops over steps
def rhythm_by_loops(units, lags):
    T, B, _ = units.shape
    curve, periods = torch.zeros(lags + 1, B), []
    for b in range(B):
        v = units[:, b].double()
        v = v - sum(v) / T
        for k in range(lags + 1):
            steps = range(T - k)
            top = sum(v[t] @ v[t + k] for t in steps)
            early, late = sum(v[t] @ v[t] for t in steps), sum(v[t + k] @ v[t + k] for t in steps)
            curve[k, b] = top / (early * late) ** 0.5
        a = curve[:, b].tolist()
        below = next((k for k in range(lags) if a[k] < 0), lags)
        peaks = [k for k in range(below, lags) if a[k] > 0 and a[k - 1] < a[k] > a[k + 1]]
        periods.append(peaks[0] if peaks else 0)
    return [curve, torch.tensor(periods)]


# %% rewrite find_rhythm: with numpy, by all products at once
def rhythm_by_numpy(units, lags):
    v = units.double().numpy()
    v = v - v.mean(0, keepdims=True)
    products = np.einsum("sbh,tbh->bst", v, v)  # of all pairs of steps
    power = np.einsum("tbh->bt", v**2)
    curve = np.stack([
        np.trace(products, k, 1, 2) / np.sqrt(power[:, : len(v) - k].sum(1) * power[:, k:].sum(1))
        for k in range(lags + 1)
    ])  # fmt: skip
    inner = curve[1:-1]
    fallen = np.cumsum(curve < 0, axis=0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return curve, np.where(peak.any(0), peak.argmax(0) + 1, 0)


# %% mistake find_rhythm: biased normalisation
def rhythm_biased(units, lags):
    """Your curve shrinks with the lag: below the root stand the same steps as above it, not the
    whole clip."""
    v = units - units.mean(0)
    T = len(v)
    curve = [(v[: T - k] * v[k:]).sum((0, 2)) / (v**2).sum((0, 2)) for k in range(lags + 1)]
    return torch.stack(curve), first_peaks(torch.stack(curve))


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: the mean is not removed
def rhythm_with_mean(units, lags):
    """The mean of each unit is still in it: take it away first, or every curve stays close to 1."""
    curve = curve_of(units, lags)
    return curve, first_peaks(curve)


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: one mean for all units
def rhythm_one_mean(units, lags):
    """You take the same mean from all units: each one has its own, over time."""
    curve = curve_of(units - units.mean((0, 2), keepdim=True), lags)
    return curve, first_peaks(curve)


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: the lags begin with 1
def rhythm_from_lag_one(units, lags):
    """Your curve is one lag off: it begins with lag 0, where activity is held against itself."""
    curve = curve_of(units - units.mean(0), lags + 1)
    return curve[1:], first_peaks(curve[1:])


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: the period is one too small
def rhythm_period_too_small(units, lags):
    """Your period is one too small: count the lags from 0, so that the second number is lag 1."""
    curve = curve_of(units - units.mean(0), lags)
    return curve, (first_peaks(curve) - 1).clamp(min=0)


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: the film is closed to a ring
def rhythm_in_a_ring(units, lags):
    """Your clip goes on from its start when it ends: leave out the steps that have no partner."""
    v = units - units.mean(0)
    curve = torch.stack([(v * v.roll(-k, 0)).sum((0, 2)) for k in range(lags + 1)])
    curve = curve / (v**2).sum((0, 2))
    return curve, first_peaks(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: each unit on its own
def rhythm_unit_by_unit(units, lags):
    """You average the curves of single units: put all units of a clip into each of the sums."""
    v, curve = units - units.mean(0), []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum(0) * (late**2).sum(0)
        curve.append(((early * late).sum(0) / power.sqrt()).mean(1))
    curve = torch.stack(curve)
    return curve, first_peaks(curve)


def first_peaks(curve):
    inner, fallen = curve[1:-1], (curve < 0).cumsum(0)[1:-1] > 0
    peak = fallen & (inner > 0) & (inner > curve[:-2]) & (inner > curve[2:])
    return torch.where(peak.any(0), peak.int().argmax(0) + 1, 0)


# %% mistake find_rhythm: the deepest point for the peak
def rhythm_trough(units, lags):
    """That is where the curve is lowest, half a period or so: the period is at its first peak after
    that."""
    curve = curve_of(units - units.mean(0), lags)
    return curve, curve.argmin(0)


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)


# %% mistake find_rhythm: the highest peak for the first
def rhythm_highest(units, lags):
    """You take the highest point: what comes back after 12 steps does so after 24 as well, so take
    the first peak."""
    curve = curve_of(units - units.mean(0), lags)
    fallen = (curve < 0).cumsum(0) > 0
    return curve, torch.where(fallen, curve, torch.tensor(-2.0)).argmax(0)


def curve_of(v, lags):
    curve = []
    for k in range(lags + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / power.sqrt())
    return torch.stack(curve)
