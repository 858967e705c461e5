# %% [markdown]
# # 03 · Bouncing digits
#
# After this lesson you know the world that every model in this lab lives in, and you can tell a
# score that means something from one that means nothing.
#
# **Objectives**
#
# - **Explore** the clips, and **state** the law that moves the digits, with its small surprises.
# - **Explain** why the same clip can be made again at any time, on any machine.
# - **Compute** nats per frame and squared error per frame, starting from a single pixel.
# - **Compare** any score with what can be had without learning.
#
# **Time** 25 minutes to read, half a minute of computing.
#
# **References** Srivastava, Mansimov and Salakhutdinov, ICML 2015,
# [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), section 3.1, and the data generator they
# released.
#
# ## The question
#
# **What does the network get to see, and what would a network that has learnt nothing score?**

# %% setup tags=["hide-input"]
import torch

from lstm_video_lab import BouncingDigits, Settings, check, evaluation, load_digits, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.bouncing_digits import figures, guesses, no_learning
from lstm_video_lab.lessons.bouncing_digits.widgets import (
    DigitsExplorer,
    PixelCost,
    WallExplorer,
)
from lstm_video_lab.widgets import FilmPlayer, Guess

settings = Settings.for_scale()
world = {"image_size": settings.image_size, "digit_size": settings.digit_size}
print(
    f"{settings.scale} scale: digits of {settings.digit_size} pixels in frames of "
    f"{settings.image_size}×{settings.image_size}"
)

# %% explore the clips
DigitsExplorer()

# %% clips that play
handwriting = load_digits(split="test")
films = {}
for count in (1, 2, 3):
    clips = BouncingDigits(handwriting, count, seed=3, **world)
    films[f"digits: {count}"] = clips.batch(0, 1)[:, 0]  # (T, H, W)
FilmPlayer(
    films,
    "Three clips of 20 frames, with one, two and three digits. Press play, or drag through them.",
)

# %% [markdown]
# Move the sliders. Press play. Look for a frame in which a digit's dotted square touches a wall
# (the ink turns round a little before the edge, since the square has a dark margin), and for one in
# which two digits overlap. How does each digit go on afterwards?
#
# To learn to predict, a network is shown nothing else: no labels, no speeds, no places. Only
# pixels, from 0 (black) to 1 (white). (Labels come in lesson 12, sentences in 15.)
#
# ## Real handwriting
#
# The digits were written by people. To work offline, the lab uses the set that comes with
# scikit-learn: 1,797 digits of 8×8 pixels, here called **embedded**. They are enlarged and framed
# like the MNIST digits of the paper.
#
# <!--
# 1,797 = output("handwriting", "the originals, 8×8.")
#     + output("handwriting", "digits train,")
# -->

# %% handwriting
digits = load_digits(split="train")
figures.draw_handwriting(digits, others=len(handwriting.images))

# %% [markdown]
# Every score is computed with test digits, on which no network is ever trained. So a good score
# cannot come from knowing a digit by heart.
#
# **To use MNIST instead** (70,000 digits of 28×28 pixels), the lab can fetch it once and keep it,
# or read the four files from a folder of yours. This lesson fetches nothing. In a cell of your
# own:
#
# ```python
# digits = load_digits("mnist")             # fetched once, checked, kept
# digits = load_digits("folder/with/mnist") # the four IDX files, plain or .gz
# DigitsExplorer("mnist")                   # the explorer above, with these digits
# ```
#
# `lstm-video-lab train --digits mnist` and `Settings.for_scale(digits="mnist")` do the same for a
# whole run.
#
# ## The law of motion
#
# A digit's place is the corner of its square. It can be anywhere in the **box**: frame size minus
# digit size, in both directions. It starts at random, in a random direction, and goes on by the
# same step in each frame, until it meets a wall.
#
# **A digit is 1 pixel from the wall and moves 3 pixels a frame towards it. Where is it in the next
# frame?**

# %% guess a bounce
Guess(guesses.BOUNCE)

# %% [markdown]
# Here is the whole law. In each frame:
#
# ```
# place  ← place + step                    |step| = 0.1 of the box, always
# if place is on or beyond a wall:
#     place ← the wall                     in each direction on its own
#     step  ← −step                        that part of it only
# draw the digit at ⌊place⌋                whole pixels
# ```
#
# This is the law of the generator that the authors released, which most later work uses. Below it
# moves one coordinate of a digit, beside a mirror's.

# %% walls
WallExplorer(settings.image_size - settings.digit_size)

# %% [markdown]
# A bounce is *not quite* a mirror image. The clamp at the wall loses part of a step, a different
# part each time. After the wall the two paths are as far apart as what was lost; the next wall
# adds its own. Find a start and
# a step for which nothing is lost.
#
# So a network that has learnt perfect mirrors would still be wrong by up to a step after each
# bounce, and what was lost can be seen only from *where the digit was before*, not from the bounce
# itself.
#
# A second surprise: **speed**. The paper's text says that each digit draws its speed at random
# from a range. The released generator gives every digit the same speed. The lab can do both.

# %% speeds
laws, steps = {"all alike": 0.1, "a range": (0.02, 0.18)}, {}
for name, speed in laws.items():
    data = BouncingDigits(digits, 1, num_frames=20, speed=speed, **world)
    places = torch.from_numpy(data.scene(1, 7).positions[:, :, 0]).double()  # (T, 7, 2)
    steps[name] = places.diff(dim=0).norm(dim=-1).mean(0).tolist()  # (7,)
figures.draw_speeds(steps, laws, settings.scale)

# %% [markdown]
# If all speeds are alike, the network need not look for them. With a range it has to measure the
# speed of each digit from the frames it sees. (The paper does not give its range; this one has the
# same mean. `Settings.for_scale(speed=(0.02, 0.18))` trains on it.)
#
# A third: **overlap**. Where two digits meet, the brighter pixel is seen. No digit lies in front.

# %% overlap tags=["hide-input"]
data = BouncingDigits(digits, 2, num_frames=20, **world)
figures.draw_overlap(data, 200, settings.scale)

# %% [markdown]
# In such a frame the picture alone does not say which digit is which. To keep them apart, a
# network has to remember how they looked and where they were going. The paper claims that it does;
# lesson 06b measures it.
#
# ## Endless clips, made again at will
#
# There is no data set on a disk. Clip *n* is computed when it is asked for, from the numbers
# (seed, n) and nothing else: not from the clips before it, not from the size of a batch.

# %% counted randomness tags=["nbval-check-output"]
data = BouncingDigits(digits, 2, num_frames=20, seed=7, **world)
late = data.batch(250_000, 4)  # clips 1,000,000 … 1,000,003, without those before
again = BouncingDigits(digits, 2, num_frames=20, seed=7, **world).batch(100_000, 10)
other = BouncingDigits(digits, 2, num_frames=20, seed=8, **world).batch(250_000, 4)
print("clips 1,000,000 to 1,000,003 show the digits", data.scene(250_000, 4).labels.tolist())
print("made again in a batch of 10, they are equal:", torch.equal(late, again[:, :4]))
print("another seed gives the same clips:", torch.equal(late, other))

# %% [markdown]
# That is why a run that was cut off can go on as if nothing had happened, why every model in these
# lessons meets the same held-out clips, and why your numbers can be compared with ours.
#
# ## From one pixel to a score
#
# A network answers, for each pixel, with a probability p that it is white. It pays for surprise:
#
# $$\text{cost of a pixel } x = -x \ln p - (1 - x) \ln (1 - p)$$
#
# This is its **cross-entropy**, in nats.
#
# If the pixel is white (x = 1), it pays −ln p: nothing if it was sure, a lot if it was sure of
# black.
#
# **Write it yourself**: put the formula where the three dots stand. x and p are tensors, one number
# for each pixel.


# %% your line
def cost_of_pixel(x, p):
    return ...


check("bouncing_digits/cost_of_pixel", cost_of_pixel)

# %% [markdown]
# Now move p, the answer, and see what it costs for a black, a grey and a white pixel.

# %% the cost of one pixel
PixelCost()

# %% [markdown]
# The rings mark the cheapest answer, always p = x. For a black or a white pixel it is free. For a
# **grey** pixel it is not: p = 0.5 costs ln 2 ≈ 0.69 nats, though the answer is perfect. Soft
# edges of strokes are grey, so every clip has a price that nobody can avoid. Summed over a frame
# it is the **entropy bound**. A loss of zero is out of reach, and a loss at the bound is a perfect
# prediction.
#
# See also what happens at the ends. Whoever says p = 0 and meets any ink pays −ln 0: infinitely
# much. It never pays to be surer than one can be.
#
# Sum the cost over the pixels of a frame, and take the mean over frames and clips: **nats per
# frame**. Sum (p − x)² in the same way: **squared error per frame**. Its floor is 0. (The sum and
# the mean are for you to write in [Exercise 4](../exercises/04_bouncing_digits.ipynb), *Bouncing
# digits*, with the generator of these clips.)
#
# ## What nothing scores
#
# Before any network: three answers that need no learning. A **black** frame. The last frame seen,
# again and again (**copy-last**). The average of all training frames (**mean image**).
#
# <!-- 0.69 = output("the cost of one pixel", "if the pixel is grey (never under") -->

# %% three answers tags=["hide-input"]
levels = evaluation.baselines(settings)
held_out = to_unit(evaluation.heldout_data(settings).batch(0, 256))  # (T, B, H, W)
later = held_out[settings.frames_in :]
per_step = {"black": metrics.squared_error(torch.zeros_like(later), later).mean(1).tolist()}
for name in ("copy_last", "mean_image"):
    per_step[name.replace("_", " ")] = levels[name]["per_step"]["mse"]

# %% [markdown]
# **Mean over the frames to come: which of the three has the smallest squared error?**

# %% guess the best
Guess(guesses.LEAST_ERROR, per_step, f"{settings.scale} scale, 256 held-out clips of one digit")

# %% [markdown]
# The longer one copies, the worse it gets. With nothing in common the copy would pay for both inks,
# twice what black pays; at the tenth frame to come it has come close.
#
# The mean image costs much the same at every step. It does not know the time, and it does not even
# look at the clip. What does it look like?

# %% the mean image
means = []
for count in (1, 2, 3):
    clips = BouncingDigits(digits, count, num_frames=20, **world).batch(0, 400)
    means.append(to_unit(clips).mean((0, 1)))  # (H, W)
figures.draw_mean_images(held_out[0, 0], means, 20 * 400, settings.scale)

# %% [markdown]
# A fog, the same for every clip. It is the best answer of anybody who has not looked: right on
# average and never about *this* clip. A network that ignores its input ends up here, and its loss
# curve falls nicely on the way. **A model whose error is near the mean image's has learnt nothing
# about motion.** That failure is easy to miss, and the mean image's error is the number to watch.

# %% [markdown]
# ## Place known, shape not
#
# One more answer that needs no learning, though it cheats: somebody tells it *where* the digit is.
# There it puts the **mean digit**, the average of all training digits. It knows the place and
# nothing of the shape.

# %% the mean digit at the true place
one = evaluation.heldout_data(settings)
shaped = one.at_places(evaluation.mean_digit(settings), 0, 1)[-1, 0]  # (H, W)
figures.draw_place_without_shape(held_out[-1, 0], evaluation.mean_image(settings), shaped)

# %% what the place is worth
figures.draw_levels(levels, f"{settings.scale} scale, 256 held-out clips of one digit")

# %% [markdown]
# A soft blob in the right place, and most of the way from the fog to a perfect prediction is done.
# Remember this line when you see a network's prediction: **as a rule, above it a network has not
# even learnt where the digit is, or not well; below it, it has begun to learn which digit it is.**
# The line stands on the charts of all lessons in which one digit moves, a little higher or lower by
# the clips that are counted there. Every short training of lessons 00 to 06 ends above it, and what
# you will see there is just that: a blob that goes where the digit goes.
#
# Here are all answers at once, for one, two and three digits.
#
# <!--
# what = "what the place is worth"
# "most of the way from the fog" = output(what, "mean image")
#     - output(what, "mean digit") > 0.5 * (output(what, "mean image")
#     - output(what, "entropy bound"))
# -->

# %% table of baselines
counts = {n: settings.changed(num_digits=n) for n in no_learning.COUNTS}
print(
    f"{settings.scale} scale, embedded test digits, 256 clips, {settings.image_size} pixels wide\n"
)
print(no_learning.as_table({str(n): no_learning.measure(world) for n, world in counts.items()}))

# %% [markdown]
# Black and copy-last have no column in nats: both are sure of themselves and wrong, so they pay
# infinitely much. p = 0.5 means "no idea": ln 2 for every pixel, whatever is there. The mean digit
# is asked where one digit moves.
#
# The same at the size of the paper: 64×64 pixels, MNIST test digits of 28×28, 10 frames to come.
# `lstm-video-lab experiment no_learning --scale paper` made it.

# %% the paper's size
stored = load_result("no_learning")
print(no_learning.as_table(stored["scores"]))

# %% [markdown]
# The paper reports 341.2 nats for its best model, with two digits (its Table 2): about half of the
# mean image's, and still four times the bound. Numbers of different sizes or
# different digits must not be compared: compare each with the baselines of its own row.
#
# <!--
# "about half of the mean image's" = 0.4
#     < 341.2 / no_learning.scores["2"].mean_image.cross_entropy < 0.6
# "four times the bound" = 3.5
#     < 341.2 / no_learning.scores["2"].entropy_bound.cross_entropy < 4.5
# -->
#
# ## What to try next
#
# 1. In the explorer, set the speed to 0 and then to 0.3. Where would copy-last win, and where
#    would it lose most? Check with
#    `evaluation.baselines(settings.changed(speed=0.3))["copy_last"]["mse"]`.
# 2. What does it cost to be right in shape but late by one frame? Compare `later[1:]` with
#    `later[:-1]` by `metrics.squared_error`, and look where it lies between the mean image and 0.
# 3. For the fast: which single number p, the same for every pixel, costs the fewest nats? Find it
#    by trying, then show with the formula of one pixel that it must be the mean brightness. Can it
#    beat the mean image?
#
# ## In one breath
#
# The world is real handwriting under a simple law whose bounces are not quite mirrors, and any
# clip can be made again from its number. Errors are sums over pixels, in nats or in squares, with
# a floor that grey pixels make. A score means something only between two lines: the mean image,
# where nothing has been learnt about motion, and the entropy bound, where nothing is left to
# learn.
#
# To do it yourself: [Exercise 4 · Bouncing digits](../exercises/04_bouncing_digits.ipynb).
#
# Next: [04, the autoencoder](04_autoencoder.ipynb), the first network that has to remember a clip.
