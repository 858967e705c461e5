# %% [markdown]
# # Exercise 4 · Bouncing digits
#
# **After lesson** [03, bouncing digits](../notebooks/03_bouncing_digits.ipynb) · **Points** 10 ·
# **Difficulty** ●○○ · **Time** 45 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# You build the world that every model in this lab lives in: digits start somewhere, move, rebound
# from the walls, and are drawn into frames. The picture below is what your last part will draw.

# %% what it will look like
import numpy as np

from lstm_video_lab import check, hint, target

target("draw_digits")

# %% [markdown]
# ## 1. The start
#
# A digit's place (y, x) is the upper left corner of its square, in pixels; y grows downwards. So
# that the digit stays inside, y and x lie between 0 and the **box**: the frame's size minus the
# digit's size.
#
# Each of D digits gets three random words, numbers from 0 to 1. Here they are given, so that the
# result is not a matter of luck:
#
# | name | shape | what |
# | --- | --- | --- |
# | `words[:, 0]` | (D,) | y at the start, in parts of the box |
# | `words[:, 1]` | (D,) | x at the start, in parts of the box |
# | `words[:, 2]` | (D,) | the direction $\alpha$, in parts of a whole turn: a turn is $2\pi$ |
# | `box` | number | in pixels |
# | `speed` | number | length of a step, in parts of the box |
#
# A step is $dy = \text{speed} \cdot \text{box} \cdot \sin\alpha$ and
# $dx = \text{speed} \cdot \text{box} \cdot \cos\alpha$, in pixels. Return y, x, dy and dx, each an
# array (D,), in this order. Places need not be whole numbers.


# %% answer start_digits, 2 points
def start_digits(words, box, speed):
    """(y, x, dy, dx), each (D,), from random words (D, 3)."""
    # BEGIN SOLUTION
    angle = 2 * np.pi * words[:, 2]
    length = speed * box
    return words[:, 0] * box, words[:, 1] * box, length * np.sin(angle), length * np.cos(angle)
    # END SOLUTION


# %% check start_digits
check("start_digits", start_digits)

# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("start_digits")

# %% [markdown]
# ## 2. The law of motion
#
# This is the law of lesson 03. For each frame:
#
# 1. y becomes y + dy, and x becomes x + dx.
# 2. Where y is **on or beyond** a wall ($y \le 0$ or $y \ge \text{box}$), dy becomes −dy from the
#    next step on, and y is put onto that wall. The same for x and dx, on its own.
# 3. The place is written down.
#
# So the first frame shows the digits *after* their first step. Return ys and xs, both (T, D), with
# T = `num_frames`: exact places, not rounded in any way. `np.where(condition, a, b)` and
# `np.clip(y, 0, box)` are useful.


# %% answer bounce_digits, 4 points
def bounce_digits(y, x, dy, dx, box, num_frames):
    """(ys, xs), both (T, D): the places of D digits in each frame, in pixels, exact."""
    # BEGIN SOLUTION
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = y + dy, x + dx
        dy = np.where((y <= 0) | (y >= box), -dy, dy)
        dx = np.where((x <= 0) | (x >= box), -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
        ys.append(y)
        xs.append(x)
    return np.stack(ys), np.stack(xs)
    # END SOLUTION


# %% check bounce_digits
check("bounce_digits", bounce_digits)

# %% a hint for the law
# hint("bounce_digits")

# %% [markdown]
# ## 3. Drawing
#
# Only now do places become whole pixels: they are **truncated**, 3.9 becomes 3. Where digits
# overlap, the **brighter** one is seen, pixel by pixel.
#
# | name | shape | what |
# | --- | --- | --- |
# | `digits` | (D, s, s) | a picture of each digit, from 0 (black) to 1 (white) |
# | `ys`, `xs` | (T, D) | their places in each frame: upper left corner |
# | `size` | number | side of a frame; every digit fits into it at its place |
#
# Return the frames, (T, size, size).


# %% answer draw_digits, 3 points
def draw_digits(digits, ys, xs, size):
    """Frames (T, size, size) with D digits at their places, the brightest seen."""
    # BEGIN SOLUTION
    T, D = ys.shape
    s = digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            part = frames[t, y : y + s, x : x + s]  # a view: what is written here is in the frame
            np.maximum(part, digits[d], out=part)
    return frames
    # END SOLUTION


# %% check draw_digits
check("draw_digits", draw_digits)

# %% a hint for drawing
# hint("draw_digits")

# %% written why_exact, 1 point [markdown]
# ## 4. In your own words
#
# A friend truncates the places to whole pixels after every step, and goes on from there. One digit
# of hers begins at x = 20 and moves by dx = 0.7, another begins at x = 20 and moves by dx = −0.7.
# Where are they after 10 steps, and where should they be? What has gone wrong?
#
# BEGIN SOLUTION
# They should be at 27 and 13. Hers are at 20 and 10: the first never moves, for 20.7 becomes 20
# again, and the second moves by a whole pixel each time. Truncation throws a part of every step
# away, so speed comes to depend on the direction. Truncate when drawing only.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# Write the law with real mirrors: what lies beyond a wall is reflected back into the box. Let both
# laws run from the same words. After how many frames do their drawings differ for the first time?
# Then make 100 clips of each and find out whether a linear classifier can tell them apart.


# %% cases start_digits
def visible(rng):
    yield {"words": rng.random((3, 3)), "box": 36, "speed": 0.1}
    yield {"words": rng.random((1, 3)), "box": 8, "speed": 0.25}


def hidden(rng):
    yield {"words": rng.random((5, 3)), "box": 20, "speed": 0.2}
    yield {"words": np.zeros((1, 3)), "box": 10, "speed": 0.1}
    yield {"words": rng.random((2, 3)), "box": 12, "speed": 0.0}  # nothing moves
    for _ in range(3):
        D, box = (int(n) for n in rng.integers((1, 3), (9, 60)))
        yield {"words": rng.random((D, 3)), "box": box, "speed": float(rng.uniform(0.02, 0.4))}


# %% hints start_digits
"""
words[:, 0] is a column: the first word of every digit. A word of 0.5 means the middle of the box.

The direction is an angle, 2 * np.pi times words[:, 2]: numpy's sin and cos want radians.

The step is speed * box pixels long: dy is that times np.sin(angle), dx that times np.cos(angle).
"""


# %% rewrite start_digits: digit by digit
def start_by_loops(words, box, speed):
    found = [[], [], [], []]
    for down, right, turn in words:
        step = (speed * box * math.sin(2 * math.pi * turn), speed * box * math.cos(math.tau * turn))
        for column, value in zip(found, (down * box, right * box, *step), strict=True):
            column.append(value)
    return [np.array(column) for column in found]


# %% rewrite start_digits: a step as a complex number
def start_by_turning(words, box, speed):
    steps = speed * box * np.exp(2j * np.pi * words[:, 2])
    (y, x), dy, dx = box * words[:, :2].T, steps.imag, steps.real
    return y, x, dy, dx


# %% mistake start_digits: whole pixels at the start
def start_truncated(words, box, speed):
    """The start has been truncated to whole pixels: that is for drawing only."""
    angle, length = 2 * np.pi * words[:, 2], speed * box
    y, x = np.floor(words[:, :2].T * box)
    return y, x, length * np.sin(angle), length * np.cos(angle)


# %% mistake start_digits: half a turn
def half_a_turn(words, box, speed):
    """Your digits start downwards only: a whole turn is more than that."""
    angle, length = np.pi * words[:, 2], speed * box
    return words[:, 0] * box, words[:, 1] * box, length * np.sin(angle), length * np.cos(angle)


# %% mistake start_digits: degrees
def angle_in_degrees(words, box, speed):
    """numpy's sin and cos want the angle in radians, not in degrees."""
    angle, length = 360 * words[:, 2], speed * box
    return words[:, 0] * box, words[:, 1] * box, length * np.sin(angle), length * np.cos(angle)


# %% mistake start_digits: sine and cosine exchanged
def sine_and_cosine(words, box, speed):
    """Sine and cosine have changed places: dy goes with the sine."""
    angle, length = 2 * np.pi * words[:, 2], speed * box
    return words[:, 0] * box, words[:, 1] * box, length * np.cos(angle), length * np.sin(angle)


# %% mistake start_digits: speed in pixels
def speed_in_pixels(words, box, speed):
    """The speed is in parts of the box: your steps are far too short."""
    angle = 2 * np.pi * words[:, 2]
    return words[:, 0] * box, words[:, 1] * box, speed * np.sin(angle), speed * np.cos(angle)


# %% mistake start_digits: rows for columns
def rows_of_words(words, box, speed):
    """A row of words belongs to one digit: you took rows where columns are meant."""
    angle, length = 2 * np.pi * words[2], speed * box
    return words[0] * box, words[1] * box, length * np.sin(angle), length * np.cos(angle)


# %% mistake start_digits: x before y
def x_before_y(words, box, speed):
    """y and x have changed places: y comes first, everywhere in this lab."""
    angle, length = 2 * np.pi * words[:, 2], speed * box
    return words[:, 1] * box, words[:, 0] * box, length * np.cos(angle), length * np.sin(angle)


# %% cases bounce_digits
SHOWS = "strip"


def draw_motion(rng, D, box, speed, num_frames):
    angle, (y, x) = rng.uniform(0, 2 * np.pi, D), rng.uniform(0, box, (2, D))
    dy, dx = speed * box * np.sin(angle), speed * box * np.cos(angle)
    return {"y": y, "x": x, "dy": dy, "dx": dx, "box": box, "num_frames": num_frames}


def just_onto_walls(rng, D, box, num_frames):
    """Places and steps in whole halves of a pixel, which end exactly on a wall."""
    y, x = rng.integers(1, 2 * box, (2, D)) / 2
    dy, dx = rng.choice([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5], (2, D))
    return {"y": y, "x": x, "dy": dy, "dx": dx, "box": box, "num_frames": num_frames}


def visible(rng):
    yield draw_motion(rng, 4, 36, 0.13, 30)
    yield just_onto_walls(rng, 8, 6, 24)


def hidden(rng):
    yield draw_motion(rng, 3, 20, 0.15, 25)
    yield just_onto_walls(rng, 20, 5, 30)
    yield draw_motion(rng, 2, 10, 1.4, 6)  # steps longer than the box
    yield draw_motion(rng, 2, 0, 0.1, 3)  # digits as large as the frame
    for _ in range(2):
        D, box, num_frames = (int(n) for n in rng.integers((1, 8, 12), (6, 50, 40)))
        yield draw_motion(rng, D, box, float(rng.uniform(0.1, 0.3)), num_frames)


# %% hints bounce_digits
"""
One loop over the frames. In it, y and x are treated alike, but each with its own walls: a digit may
meet the right wall and go on downwards.

The order in a frame: move; see which digits are on or beyond a wall; turn their step with np.where;
put the place back with np.clip; write it down.

Turn dy with np.where((y <= 0) | (y >= box), -dy, dy) before np.clip(y, 0, box) puts y back, or at
least with the same comparison. Keep y as it is, with its fraction of a pixel, for the next step.
"""


# %% rewrite bounce_digits: digit by digit, with plain numbers
def bounce_by_loops(y, x, dy, dx, box, num_frames):
    def run(place, step):
        places = []
        for _ in range(num_frames):
            place += step
            if place <= 0:
                place, step = 0.0, -step
            elif place >= box:
                place, step = float(box), -step
            places.append(place)
        return places

    ys = [run(float(place), float(step)) for place, step in zip(y, dy, strict=True)]
    xs = [run(float(place), float(step)) for place, step in zip(x, dx, strict=True)]
    return np.array(ys).T, np.array(xs).T


# %% rewrite bounce_digits: both directions in one array, with torch
def bounce_together(y, x, dy, dx, box, num_frames):
    place, step = (torch.from_numpy(np.stack(pair)) for pair in ((y, x), (dy, dx)))
    places = torch.empty(num_frames, *place.shape, dtype=place.dtype)
    for t in range(num_frames):
        moved = place + step
        place = moved.clamp(0, box)
        inside = (moved > 0) & (moved < box)
        step = step * (2 * inside.double() - 1)
        places[t] = place
    return places[:, 0], places[:, 1]


# %% mistake bounce_digits: truncated in the state
def state_truncated(y, x, dy, dx, box, num_frames):
    """Places are truncated before the next step, so a part of each step is lost: keep fractions."""
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = np.floor(y + dy), np.floor(x + dx)
        dy = np.where((y <= 0) | (y >= box), -dy, dy)
        dx = np.where((x <= 0) | (x >= box), -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: truncated in the result
def result_truncated(y, x, dy, dx, box, num_frames):
    """The law is right, but return exact places: they become whole pixels in the next part."""
    ys, xs = bounce_by_the_law(y, x, dy, dx, box, num_frames)
    return np.floor(ys), np.floor(xs)


def bounce_by_the_law(y, x, dy, dx, box, num_frames):
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = y + dy, x + dx
        dy = np.where((y <= 0) | (y >= box), -dy, dy)
        dx = np.where((x <= 0) | (x >= box), -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: a real mirror
def real_mirror(y, x, dy, dx, box, num_frames):
    """Yours is a real mirror: in this law a digit that met a wall is put *onto* it."""

    def fold(place, step):
        place = place + step
        step = np.where((place <= 0) | (place >= box), -step, step)
        place = np.where(place < 0, -place, place)
        return np.where(place > box, 2 * box - place, place), step

    ys, xs = [], []
    for _ in range(num_frames):
        (y, dy), (x, dx) = fold(y, dy), fold(x, dx)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: turned, but left outside
def left_outside(y, x, dy, dx, box, num_frames):
    """Your digits turn round but stay outside of the box for a frame: put them onto the wall."""
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = y + dy, x + dx
        dy = np.where((y <= 0) | (y >= box), -dy, dy)
        dx = np.where((x <= 0) | (x >= box), -dx, dx)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: both parts turned
def both_turned(y, x, dy, dx, box, num_frames):
    """A wall turns one part of the step only: a digit that meets the floor goes on sideways."""
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = y + dy, x + dx
        wall = (y <= 0) | (y >= box) | (x <= 0) | (x >= box)
        dy, dx = np.where(wall, -dy, dy), np.where(wall, -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: never turned
def never_turned(y, x, dy, dx, box, num_frames):
    """Your digits stay at the wall: keep the turned step for the frames after it."""
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = np.clip(y + dy, 0, box), np.clip(x + dx, 0, box)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: the start as a frame
def start_as_a_frame(y, x, dy, dx, box, num_frames):
    """Your clip is one frame late: move first, then write the place down."""
    ys, xs = [], []
    for _ in range(num_frames):
        ys, xs = [*ys, y], [*xs, x]
        y, x = y + dy, x + dx
        dy = np.where((y <= 0) | (y >= box), -dy, dy)
        dx = np.where((x <= 0) | (x >= box), -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
    return np.stack(ys), np.stack(xs)


# %% mistake bounce_digits: only beyond the wall
def only_beyond(y, x, dy, dx, box, num_frames):
    """A digit that lands exactly on a wall has met it too: *on or* beyond."""
    ys, xs = [], []
    for _ in range(num_frames):
        y, x = y + dy, x + dx
        dy = np.where((y < 0) | (y > box), -dy, dy)
        dx = np.where((x < 0) | (x > box), -dx, dx)
        y, x = np.clip(y, 0, box), np.clip(x, 0, box)
        ys, xs = [*ys, y], [*xs, x]
    return np.stack(ys), np.stack(xs)


# %% cases draw_digits
SHOWS = "frames"


def stroke(corners, s):
    """A picture (s, s) of a pen that goes from corner to corner, each (y, x) in [0, 1]."""
    v, u = np.mgrid[:s, :s]
    far = np.full((s, s), 99.0)
    for k in range(1, len(corners)):
        (a, b), (c, d) = corners[k - 1 : k + 1]
        for part in np.linspace(0, 1, 20):
            y, x = (a + part * (c - a)) * (s - 1), (b + part * (d - b)) * (s - 1)
            far = np.minimum(far, np.hypot(v - y, u - x))
    return np.clip(1.7 - far, 0, 1).astype("float32")


def draw_drawing(rng, D, s, size, num_frames):
    ys, xs = rng.uniform(0, size - s, (2, num_frames, D))
    return {"digits": rng.random((D, s, s), dtype="float32"), "ys": ys, "xs": xs, "size": size}


def draw_film(rng):
    """A seven and a naught that cross, and rebound from the walls."""
    turn = np.linspace(0, 2 * np.pi, 17)
    naught = stroke(
        np.stack((0.5 - 0.38 * np.cos(turn), 0.5 + 0.26 * np.sin(turn)), 1).tolist(), 12
    )
    seven = stroke([(0.12, 0.2), (0.12, 0.8), (0.9, 0.4)], 12)
    t = np.arange(1, 9)[:, None]
    ys = np.clip(np.abs(np.array([[3.0, 15.4]]) + t * np.array([[2.3, -2.6]])), 0, 16)
    xs = np.clip(np.array([[0.4, 15.7]]) + t * np.array([[1.9, -1.8]]), 0, 16)
    return {"digits": np.stack((seven, naught)), "ys": ys, "xs": xs, "size": 28}


def visible(rng):
    yield draw_film(rng)
    yield draw_drawing(rng, 3, 4, 7, 3)


def hidden(rng):
    yield draw_drawing(rng, 2, 5, 9, 6)
    yield draw_drawing(rng, 3, 6, 6, 2)  # digits as large as the frame
    at_the_end = draw_drawing(rng, 3, 3, 8, 4)
    yield at_the_end | {"ys": np.full((4, 3), 5.0), "xs": np.full((4, 3), 4.999)}
    for _ in range(2):
        D, s, more, num_frames = (int(n) for n in rng.integers((2, 3, 2, 3), (5, 9, 8, 9)))
        yield draw_drawing(rng, D, s, s + more, num_frames)


# %% hints draw_digits
"""
Begin with black: np.zeros((T, size, size)). Then two loops, over the frames and over the digits.
The square of a digit goes from row y to row y + s, and from column x to column x + s.

int(3.9) is 3. The square in frame t is frames[t, y : y + s, x : x + s], with whole y and x.

Where there is ink already the larger value must stay: np.maximum(square, digits[d]) instead of
digits[d] alone.
"""


# %% rewrite draw_digits: each digit on a sheet of its own
def draw_on_sheets(digits, ys, xs, size):
    (T, D), s = ys.shape, digits.shape[1]
    frames = []
    for t in range(T):
        sheets = []
        for d in range(D):
            y, x = math.floor(ys[t, d]), math.floor(xs[t, d])
            sheets.append(np.pad(digits[d], ((y, size - s - y), (x, size - s - x))))
        frames.append(np.max(sheets, axis=0))
    return np.array(frames)


# %% rewrite draw_digits: by asking for each pixel
def draw_by_asking(digits, ys, xs, size):
    digits, s = torch.from_numpy(digits), digits.shape[1]
    places = torch.arange(size)
    row = places - torch.from_numpy(ys).long()[..., None]  # (T, D, size): row within the digit
    column = places - torch.from_numpy(xs).long()[..., None]
    inside = ((row >= 0) & (row < s))[..., :, None] & ((column >= 0) & (column < s))[..., None, :]
    which = torch.arange(len(digits))[:, None, None]
    found = digits[which, row.clamp(0, s - 1)[..., :, None], column.clamp(0, s - 1)[..., None, :]]
    return torch.where(inside, found, 0.0).amax(1)


# %% mistake draw_digits: rounded
def drawn_rounded(digits, ys, xs, size):
    """Places are truncated, not rounded: 3.9 becomes 3."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = round(ys[t, d]), round(xs[t, d])
            part = frames[t, y : y + s, x : x + s]
            np.maximum(part, digits[d], out=part)
    return frames


# %% mistake draw_digits: x for y
def drawn_across(digits, ys, xs, size):
    """y and x have changed places: y chooses the row, x the column."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(xs[t, d]), int(ys[t, d])
            part = frames[t, y : y + s, x : x + s]
            np.maximum(part, digits[d], out=part)
    return frames


# %% mistake draw_digits: the last one in front
def last_in_front(digits, ys, xs, size):
    """Your last digit hides the others, even with the black around it: the brighter is seen."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            frames[t, y : y + s, x : x + s] = digits[d]
    return frames


# %% mistake draw_digits: added up
def inks_added(digits, ys, xs, size):
    """Where digits overlap the brighter one is seen: yours are added up."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            frames[t, y : y + s, x : x + s] += digits[d]
    return frames


# %% mistake draw_digits: added up and clipped
def inks_clipped(digits, ys, xs, size):
    """A sum that is clipped at 1 is still brighter than the brighter digit: take the maximum."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            frames[t, y : y + s, x : x + s] += digits[d]
    return frames.clip(0, 1)


# %% mistake draw_digits: the mean
def inks_averaged(digits, ys, xs, size):
    """Your digits have grown pale: take the maximum of them, not the mean."""
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            frames[t, y : y + s, x : x + s] += digits[d] / D
    return frames


# %% mistake draw_digits: old frames not wiped
def frames_not_wiped(digits, ys, xs, size):
    """Your digits leave a trail: begin every frame with black."""
    (T, D), s = ys.shape, digits.shape[1]
    frame, frames = np.zeros((size, size), digits.dtype), []
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            part = frame[y : y + s, x : x + s]
            np.maximum(part, digits[d], out=part)
        frames.append(frame.copy())
    return np.stack(frames)


# %% mistake draw_digits: one step too low
def one_pixel_off(digits, ys, xs, size):
    """Yours are always rounded up, or counted from 1: 3.9 becomes 3, and rows begin with 0."""
    edge = size - digits.shape[1]
    ys, xs = np.minimum(np.floor(ys) + 1, edge), np.minimum(np.floor(xs) + 1, edge)
    (T, D), s = ys.shape, digits.shape[1]
    frames = np.zeros((T, size, size), digits.dtype)
    for t in range(T):
        for d in range(D):
            y, x = int(ys[t, d]), int(xs[t, d])
            part = frames[t, y : y + s, x : x + s]
            np.maximum(part, digits[d], out=part)
    return frames
