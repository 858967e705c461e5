# Cut from solutions/04_bouncing_digits.py by `lstm-video-lab build`: edit that one.
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
    raise NotImplementedError("your answer")


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
    raise NotImplementedError("your answer")


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
    raise NotImplementedError("your answer")


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
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# Write the law with real mirrors: what lies beyond a wall is reflected back into the box. Let both
# laws run from the same words. After how many frames do their drawings differ for the first time?
# Then make 100 clips of each and find out whether a linear classifier can tell them apart.
