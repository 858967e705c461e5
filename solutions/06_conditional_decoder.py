# %% [markdown]
# # Exercise 6 · A decoder that reads its own frames
#
# **After lesson** [05, the future predictor](../notebooks/05_future_predictor.ipynb) ·
# **Points** 8 · **Difficulty** ●●○ · **Time** 40 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A **conditional** decoder gets the frame before as its input. But which one: the true frame, or
# its own? You write both. The picture below is what your first part will show: a clip that a
# decoder tells itself, frame after frame.

# %% what it will look like
import torch

from lstm_video_lab import check, hint, target

target("free_run")

# %% [markdown]
# ## Two functions that are given
#
# The next cell gives you the network. `step, readout = make_decoder(weights)` makes two functions:
#
# | call | what it does |
# | --- | --- |
# | `step(x, state)` | one step of the LSTM: returns the new state |
# | `step(None, state)` | the same without any input |
# | `readout(state)` | the logits $a$ of a frame, (B, height, width) |
#
# `x` is a frame for each of B clips, (B, height, width), with brightness from 0 to 1. The
# brightness of the frame that the decoder means is $\sigma(a)$, `torch.sigmoid(a)`. What is inside
# a `state` is not your concern: take it, and hand it on.


# %% given
def make_decoder(weights):
    """(step, readout) of an LSTM without peepholes; weights: a dict of W, U, b, V and d."""

    def step(x, state):
        h, c = state
        a = h @ weights["U"].T + weights["b"]  # (B, 4H)
        if x is not None:
            a = a + x.flatten(1) @ weights["W"].T
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def readout(state):
        return (state[0] @ weights["V"].T).unflatten(1, weights["d"].shape) + weights["d"]

    return step, readout


# %% [markdown]
# ## 1. Free running
#
# This is how a forecast is made: nobody knows the frames to come, so the decoder reads its own.
#
# $$
# \begin{aligned}
# s_1 &= \text{step}(\text{nothing}, s_0) & \hat{x}_1 &= \sigma(\text{readout}(s_1)) \\
# s_t &= \text{step}(\hat{x}_{t-1}, s_{t-1}) & \hat{x}_t &= \sigma(\text{readout}(s_t))
# \end{aligned}
# $$
#
# $s_0$ comes from the encoder. The first step has no input: all that is known is in the state.
#
# | name | shape | what |
# | --- | --- | --- |
# | `weights` | dict | for `make_decoder` |
# | `state` | pair | $s_0$, from the encoder, which has seen the clip so far |
# | `steps` | number | T, how many frames are asked for |
# | result | (T, B, height, width) | the brightness of the frames $\hat{x}_1 … \hat{x}_T$ |


# %% answer free_run, 3 points
def free_run(weights, state, steps):
    """The frames (T, B, height, width) that a decoder tells itself, T = steps; brightness."""
    step, readout = make_decoder(weights)
    # BEGIN SOLUTION
    x, frames = None, []
    for _ in range(steps):
        state = step(x, state)
        x = torch.sigmoid(readout(state))
        frames.append(x)
    return torch.stack(frames)
    # END SOLUTION


# %% check free_run
check("free_run", free_run)

# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("free_run")

# %% [markdown]
# ## 2. In training, the teacher helps
#
# In training the true frames are known. **Teacher forcing** means: after every step, whatever the
# decoder said, it reads the *true* frame next. When it is judged there is no teacher. So one
# function has two ways to run:
#
# | step | input in training | input when it is judged |
# | --- | --- | --- |
# | 1 | nothing | nothing |
# | 2 | the true frame 1 | its own frame 1 |
# | t | the true frame t − 1 | its own frame t − 1 |
#
# | name | shape | what |
# | --- | --- | --- |
# | `weights`, `state` | | as in the first part |
# | `truth` | (T, B, height, width) | the true frames to come; when judged, it tells T and no more |
# | `training` | True or False | whether the teacher helps |
#
# Return two tensors, each (T, B, height, width): the brightness, for the eye, and the logits, for
# the loss.


# %% answer decode_future, 4 points
def decode_future(weights, state, truth, training):
    """(brightness, logits) of the frames to come, each (T, B, height, width)."""
    step, readout = make_decoder(weights)
    # BEGIN SOLUTION
    x, logits = None, []
    for true_frame in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = true_frame if training else torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits
    # END SOLUTION


# %% check decode_future
check("decode_future", decode_future)

# %% a hint for the teacher
# hint("decode_future")

# %% written why_not_teach, 1 point [markdown]
# ## 3. In your own words
#
# Somebody judges a conditional decoder on test clips, and leaves the teacher on. Every error per
# frame comes out small, even for the last frame. Why is this number no use as a forecast? And what
# happens to a small fault in a frame when the decoder runs freely?
#
# BEGIN SOLUTION
# With the teacher on it forecasts one frame only, again and again: before each step it is shown the
# frame before, which nobody has when the future is really unknown. Running freely it reads its own
# fault, in a frame unlike any that it was trained on, so the next frame is a little worse: faults
# add up.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Between the two ways lies a third, *scheduled sampling*: at each step, and for each clip on its
# own, a coin decides whether the decoder reads the true frame or its own. Write it, with coins
# (T, B) as an argument. Which `torch` function chooses clip by clip? Then let the share of true
# frames fall from 1 to 0 in the course of a training.

# %% cases free_run
SHOWS = "frames"


def by_hand(rng, height, width, down, right):
    """A decoder by hand: what it reads it moves `down` and `right`; without reading, all fades."""
    n = height * width
    place = torch.arange(n).view(height, width)
    move = torch.zeros(n, n)
    move[place.flatten(), place.roll((down, right), (0, 1)).flatten()] = 1.0
    W, U = torch.zeros(4 * n, n), torch.zeros(4 * n, n)
    W[2 * n : 3 * n], U[2 * n : 3 * n] = 4 * move, 0.5 * torch.eye(n)
    b = torch.tensor([4.0, -3.0, -1.5, 4.0]).repeat_interleave(n)
    d = torch.from_numpy(rng.normal(-0.5, 0.1, (height, width)).astype("float32"))
    return {"W": W, "U": U, "b": b, "V": 5 * torch.eye(n), "d": d}


def draw_ring(rng, height, width):
    h = torch.zeros(1, height, width)
    h[0, 1:4, 1:4] = 5.0
    h[0, 2, 2] = 0.0
    return {"weights": by_hand(rng, height, width, 1, 1), "state": [h.flatten(1), h.flatten(1)]}


def draw_decoder(rng, B, height, width, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    X = height * width
    weights = {
        "W": 3 * normal(4 * H, X) / X**0.5, "U": normal(4 * H, H) / H**0.5, "b": normal(4 * H),
        "V": 3 * normal(X, H), "d": normal(height, width),
    }  # fmt: skip
    return {"weights": weights, "state": [normal(B, H).tanh(), normal(B, H)]}


def visible(rng):
    yield draw_ring(rng, 11, 11) | {"steps": 8}
    yield draw_decoder(rng, 2, 2, 3, 4) | {"steps": 4}


def hidden(rng):
    yield draw_decoder(rng, 3, 2, 4, 5) | {"steps": 6}
    yield draw_decoder(rng, 2, 3, 2, 3) | {"steps": 1}  # nothing to read
    yield draw_decoder(rng, 1, 1, 3, 4) | {"steps": 12}
    for _ in range(2):
        B, height, width, H, steps = (
            int(n) for n in rng.integers((2, 1, 2, 2, 3), (6, 5, 6, 7, 9))
        )
        yield draw_decoder(rng, B, height, width, H) | {"steps": steps}


# %% hints free_run
"""
Three things happen in each step, in this order: the LSTM makes a step, its state is read out, and
the sigmoid makes brightness of it. What comes out is what goes in next.

Begin with x = None, for the first step reads nothing. Hand on two things from step to step: the
state and x.

In a loop over range(steps): state = step(x, state), then the sigmoid of readout(state) is the new
x, then keep x in a list. At the end torch.stack(list).
"""


# %% rewrite free_run: into a tensor that is there before
def run_into_tensor(weights, state, steps):
    step, readout = make_decoder(weights)
    frames = torch.empty(steps, len(state[0]), *weights["d"].shape)
    for t in range(steps):
        state = step(frames[t - 1] if t else None, state)
        frames[t] = 1 / (1 + torch.exp(-readout(state)))
    return frames


# %% rewrite free_run: with numpy and einsum, without the given functions
def run_by_numpy(weights, state, steps):
    w = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    h, c = (np.asarray(part, dtype=np.float64) for part in state)
    sigmoid = lambda z: 0.5 + 0.5 * np.tanh(z / 2)
    x, frames = np.zeros((len(h), w["W"].shape[1])), []
    for _ in range(steps):
        a = np.einsum("bh,gh->bg", h, w["U"]) + np.einsum("bx,gx->bg", x, w["W"]) + w["b"]
        i, f, g, o = np.split(a, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        x = sigmoid(h @ w["V"].T + w["d"].ravel())
        frames.append(x.reshape(-1, *w["d"].shape))
    return np.stack(frames)


# %% rewrite free_run: by calling itself
def run_calling_itself(weights, state, steps, x=None):
    step, readout = make_decoder(weights)
    if steps == 0:
        return torch.empty(0, len(state[0]), *weights["d"].shape)
    state = step(x, state)
    x = readout(state).sigmoid()
    return torch.cat([x[None], run_calling_itself(weights, state, steps - 1, x)])


# %% mistake free_run: logits are fed
def run_on_logits(weights, state, steps):
    """Your decoder reads logits: send them through the sigmoid before they are read as a frame."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        state = step(x, state)
        x = readout(state)
        frames.append(torch.sigmoid(x))
    return torch.stack(frames)


# %% mistake free_run: logits are returned
def run_gives_logits(weights, state, steps):
    """What you return are logits, not brightness: the sigmoid is missing at the end."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for _ in range(steps):
        state = step(x, state)
        logits.append(readout(state))
        x = torch.sigmoid(logits[-1])
    return torch.stack(logits)


# %% mistake free_run: logits are fed and returned
def run_without_sigmoid(weights, state, steps):
    """A frame has brightness from 0 to 1, yours has logits: use the sigmoid in every step."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        state = step(x, state)
        x = readout(state)
        frames.append(x)
    return torch.stack(frames)


# %% mistake free_run: the sigmoid twice
def run_sigmoid_twice(weights, state, steps):
    """The sigmoid is there twice: what you read is brightness already, and not so bright now."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        state = step(x, state)
        x = torch.sigmoid(readout(state))
        frames.append(x)
        x = torch.sigmoid(x)
    return torch.stack(frames)


# %% mistake free_run: the first step reads a frame
def run_reads_at_first(weights, state, steps):
    """Your first step reads a frame made from the start state: it should read nothing, None."""
    step, readout = make_decoder(weights)
    x, frames = torch.sigmoid(readout(state)), []
    for _ in range(steps):
        state = step(x, state)
        x = torch.sigmoid(readout(state))
        frames.append(x)
    return torch.stack(frames)


# %% mistake free_run: read out before the step
def run_one_late(weights, state, steps):
    """Yours is one step late: the first frame is read out after the first step, not before it."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        frames.append(torch.sigmoid(readout(state)))
        state = step(x, state)
        x = torch.sigmoid(readout(state))
    return torch.stack(frames)


# %% mistake free_run: the state is not handed on
def run_forgets_state(weights, state, steps):
    """Every step of yours begins with the encoder's state: hand the new state on."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        x = torch.sigmoid(readout(step(x, state)))
        frames.append(x)
    return torch.stack(frames)


# %% mistake free_run: never reads
def run_without_reading(weights, state, steps):
    """Your decoder never reads a frame: after the first step it reads what it said before."""
    step, readout = make_decoder(weights)
    frames = []
    for _ in range(steps):
        state = step(None, state)
        frames.append(torch.sigmoid(readout(state)))
    return torch.stack(frames)


# %% mistake free_run: always reads the first frame
def run_reads_the_first(weights, state, steps):
    """Your decoder reads its first frame again and again: let it read the newest one."""
    step, readout = make_decoder(weights)
    x, frames = None, []
    for _ in range(steps):
        state = step(x, state)
        frames.append(torch.sigmoid(readout(state)))
        x = frames[0]
    return torch.stack(frames)


# %% cases decode_future
SHOWS = "frames"


def by_hand(rng, height, width, down, right):
    """A decoder by hand: what it reads it moves `down` and `right`; without reading, all fades."""
    n = height * width
    place = torch.arange(n).view(height, width)
    move = torch.zeros(n, n)
    move[place.flatten(), place.roll((down, right), (0, 1)).flatten()] = 1.0
    W, U = torch.zeros(4 * n, n), torch.zeros(4 * n, n)
    W[2 * n : 3 * n], U[2 * n : 3 * n] = 4 * move, 0.5 * torch.eye(n)
    b = torch.tensor([4.0, -3.0, -1.5, 4.0]).repeat_interleave(n)
    d = torch.from_numpy(rng.normal(-0.5, 0.1, (height, width)).astype("float32"))
    return {"W": W, "U": U, "b": b, "V": 5 * torch.eye(n), "d": d}


def draw_turning(rng, height, width, T):
    """The decoder made by hand, and a truth that turns back half way: the decoder does not."""
    letter = torch.zeros(1, height, width)
    letter[0, 1:-1, 1] = letter[0, -2, 1:4] = 1.0
    truth = torch.stack([letter.roll(min(t, T - t), 2) for t in range(T)])
    h = 5 * letter.flatten(1)
    return {"weights": by_hand(rng, height, width, 0, 1), "state": [h, h], "truth": truth}


def draw_lesson(rng, T, B, height, width, H):
    normal = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype("float32"))
    X = height * width
    weights = {
        "W": 3 * normal(4 * H, X) / X**0.5, "U": normal(4 * H, H) / H**0.5, "b": normal(4 * H),
        "V": 3 * normal(X, H), "d": normal(height, width),
    }  # fmt: skip
    truth = torch.from_numpy(rng.random((T, B, height, width), dtype="float32"))
    return {"weights": weights, "state": [normal(B, H).tanh(), normal(B, H)], "truth": truth}


def visible(rng):
    turning = draw_turning(rng, 8, 12, 10)
    yield turning | {"training": True}
    yield turning | {"training": False}
    yield draw_lesson(rng, 4, 2, 2, 3, 4) | {"training": True}


def hidden(rng):
    yield draw_lesson(rng, 5, 3, 2, 4, 5) | {"training": True}
    yield draw_lesson(rng, 6, 2, 3, 2, 4) | {"training": False}
    yield draw_lesson(rng, 1, 2, 2, 3, 3) | {"training": True}  # nothing to read
    for training in (True, False):
        sizes = (int(n) for n in rng.integers((3, 2, 1, 2, 2), (9, 6, 5, 6, 7)))
        yield draw_lesson(rng, *sizes) | {"training": training}


# %% hints decode_future
"""
Both ways have the same loop: a step, a readout, and then a choice of what is read next. Only the
choice asks whether this is training.

The first step reads None both ways. After step t the next input is truth[t], counted from 0, in
training, and torch.sigmoid of the logits just made when it is judged.

for true_frame in truth: state = step(x, state); a = readout(state), kept in a list; then
x = true_frame if training else torch.sigmoid(a). Stack the list, and return its sigmoid, then it.
"""


# %% rewrite decode_future: the inputs by their index
def decode_by_index(weights, state, truth, training):
    step, readout = make_decoder(weights)
    frames, logits = torch.empty_like(truth), torch.empty_like(truth)
    source = truth if training else frames
    for t in range(len(truth)):
        state = step(None if t == 0 else source[t - 1], state)
        logits[t] = readout(state)
        frames[t] = torch.sigmoid(logits[t])
    return [frames, logits]


# %% rewrite decode_future: with numpy, without the given functions
def decode_by_numpy(weights, state, truth, training):
    w = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    h, c = (np.asarray(part, dtype=np.float64) for part in state)
    shown = np.asarray(truth, dtype=np.float64).reshape(len(truth), len(h), -1)
    sigmoid = lambda z: 0.5 + 0.5 * np.tanh(z / 2)
    x, logits = 0 * shown[0], []
    for true_frame in shown:
        a = np.einsum("bh,gh->bg", h, w["U"]) + np.einsum("bx,gx->bg", x, w["W"]) + w["b"]
        i, f, g, o = np.split(a, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        logits.append(h @ w["V"].T + w["d"].ravel())
        x = true_frame if training else sigmoid(logits[-1])
    logits = np.stack(logits).reshape(truth.shape)
    return sigmoid(logits), logits


# %% mistake decode_future: teacher forcing at test time
def decode_always_taught(weights, state, truth, training):
    """Your teacher helps when the decoder is judged, too: then it may read its own frames only."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for true_frame in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = true_frame
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: never taught
def decode_never_taught(weights, state, truth, training):
    """Your decoder reads its own frames in training, too: there the teacher gives the true ones."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for _ in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: the answer is shown
def decode_sees_the_answer(weights, state, truth, training):
    """In training yours reads the very frame it is to predict: give it the one before."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for t, true_frame in enumerate(truth):
        state = step(true_frame if training and t > 0 else x, state)
        logits.append(readout(state))
        x = torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: the answer is shown from the first step on
def decode_sees_all_answers(weights, state, truth, training):
    """Yours reads each frame while it is to predict it. The first step reads nothing, the others
    the frame before."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for true_frame in truth:
        state = step(true_frame if training else x, state)
        logits.append(readout(state))
        x = torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: a frame too old
def decode_one_late(weights, state, truth, training):
    """In training yours reads frames that are one too old: the input is the frame just before."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for t in range(len(truth)):
        state = step(x, state)
        logits.append(readout(state))
        x = truth[max(t - 1, 0)] if training else torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: logits are fed
def decode_reads_logits(weights, state, truth, training):
    """When judged, your decoder reads logits: a frame is what the sigmoid makes of them."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for true_frame in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = true_frame if training else logits[-1]
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: the first step reads a frame
def decode_reads_at_first(weights, state, truth, training):
    """Your first step reads a frame made from the start state: it should read nothing, None."""
    step, readout = make_decoder(weights)
    x, logits = torch.sigmoid(readout(state)), []
    for true_frame in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = true_frame if training else torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: the state is not handed on
def decode_forgets_state(weights, state, truth, training):
    """Every step of yours begins with the encoder's state: hand the new state on."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for true_frame in truth:
        logits.append(readout(step(x, state)))
        x = true_frame if training else torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return torch.sigmoid(logits), logits


# %% mistake decode_future: returned in the other order
def decode_other_order(weights, state, truth, training):
    """The two results have changed places: return the brightness first, then the logits."""
    step, readout = make_decoder(weights)
    x, logits = None, []
    for true_frame in truth:
        state = step(x, state)
        logits.append(readout(state))
        x = true_frame if training else torch.sigmoid(logits[-1])
    logits = torch.stack(logits)
    return logits, torch.sigmoid(logits)
