# %% [markdown]
# # 16 · Pixel by pixel
#
# After this lesson you can make a model of whole images out of one question asked again and again,
# *what is the next pixel?*, and say in bits how good it is.
#
# **Objectives**
#
# - **Grow** a texture without any network, and **say** what it takes from its sample.
# - **Prove**, by adding up every image there is, that a network gives true probabilities.
# - **Read** bits per pixel against honest baselines, and **complete** a digit that is half hidden.
# - **Explain** how 341 and 87.6 nats per frame can be prices of the same future.
#
# **Time** 35 minutes to read and try, 2 to 3 minutes of computing on two cores.
#
# **References** Efros and Leung, *Texture Synthesis by Non-parametric Sampling*, ICCV 1999. Van den
# Oord, Kalchbrenner and Kavukcuoglu, *Pixel Recurrent Neural Networks*,
# [arXiv:1601.06759](https://arxiv.org/abs/1601.06759) (section 2: one pixel after the other, a
# softmax for each). Kalchbrenner and others, *Video Pixel Networks*,
# [arXiv:1610.00527](https://arxiv.org/abs/1610.00527). Srivastava, Mansimov and Salakhutdinov,
# [arXiv:1502.04681](https://arxiv.org/abs/1502.04681): Table 2.
#
# ## The question
#
# **Lesson 05 asked a network for a whole frame at once, and got the blurred mean of all that may
# come. Can a network *write* a picture instead, pixel after pixel, and commit itself at each?**
#
# Here are digits, small ones, in 16 shades of grey. Below them the same digits, cut off after half
# of their pixels. Could you write on?

# %% setup tags=["hide-input"]
import lzma
import math
import os

import torch

from lstm_video_lab import check
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.pixel_by_pixel import data, experiment, figures, guesses
from lstm_video_lab.lessons.pixel_by_pixel import image_figures as images
from lstm_video_lab.lessons.pixel_by_pixel.model import PixelLSTM, grow_texture, train_pixels
from lstm_video_lab.lessons.pixel_by_pixel.widgets import (
    HIDDEN,
    TwoPlaces,
    watch_digit,
    watch_texture,
)
from lstm_video_lab.widgets import Guess

scale = os.environ.get("LAB_SCALE", "laptop")
SIDE, LEVELS = experiment.SIDE, experiment.LEVELS
short = (lambda steps: 4) if scale == "smoke" else (lambda steps: steps)

# %% digits, whole and half
train, test = experiment.digits("train"), experiment.digits("test")  # (T, N): a column for each
images.draw_cut(test)

# %% [markdown]
# You can, and not only in one way. The first half of a 9 may go on as a 9 or as an 8. That is why
# the mean of all continuations is a blur. Who writes pixel by pixel decides on the way, and then
# sticks to it.
#
# ## 1. No network at all
#
# In 1999 Efros and Leung asked the question of a texture: bricks, cloth, gravel. Their answer needs
# no training. To write a pixel, look at those of its neighbours that are already there. Go through
# the sample and find all places whose neighbours look like that. Draw one of them, and copy its
# pixel.
#
# $$P(p \mid \text{its neighbourhood}) \approx
# \text{how often } p \text{ is in the middle of windows that look alike}$$
#
# There is one thing to choose: how far around a pixel the neighbourhood goes, the **window**.

# %% two textures
textures = data.textures()
images.draw_samples(textures)

# %% four windows, five draws of each
WINDOWS = (3, 5, 9, 13)
bricks = textures["bricks"]
grown = {
    name: {w: [grow_texture(sample, 32, LEVELS, w, seed=n)[0] for n in range(5)] for w in WINDOWS}
    for name, sample in textures.items()
}
known = {
    window: [data.share_from_sample(image, bricks) for image in draws]
    for window, draws in grown["bricks"].items()
}

# %% [markdown]
# **New bricks are grown with a window of 3×3 pixels. What will they look like?**

# %% guess the window
Guess(guesses.WINDOW, known)

# %% grown with four windows
images.draw_grown(grown)

# %% [markdown]
# Now watch it at work. It starts from 3×3 pixels of the sample and grows outwards: next is always
# the pixel with the most neighbours. On the right is what the pixel was drawn from. Where all alike
# windows say the same there is one bar, and no choice.


# %% grow a texture
watch_texture(textures)

# %% [markdown]
# That is the whole method, and large windows do well. But it has to carry its sample along,
# it knows nothing beyond its window, and for a neighbourhood that it never saw it has only the
# least bad match. For digits that may be too little: a small window does not tell a 3 from an 8.
#
# ## 2. A network that reads what is written
#
# Whatever the image, its probability is a product. This is no model yet, it holds always:
#
# $$P(\text{image}) = P(x_1) \; P(x_2 \mid x_1) \; P(x_3 \mid x_1, x_2) \cdots
# P(x_T \mid x_1, \dots, x_{T-1})$$
#
# Pixels are read line by line, left to right. A model has to give one factor at a time: a **softmax
# over the grey levels** of the next pixel, given those before it. Ours is this lab's LSTM. It walks
# along the image; at each step it is shown
#
# - the pixel just before,
# - the 12 neighbours that are already written, two to each side (with “outside” as a level of its
#   own),
# - which row and column it is in.
#
# All that is farther away it has to remember. Why an LSTM, and no masked convolution (PixelCNN; its
# weights on pixels not yet written are 0)? Both learn it. With an LSTM a sequence is a sequence:
# part 6 feeds the same class sound and colours. And each new pixel costs one step, since the state
# is carried along.
#
# **In training** the whole image is known, so all factors are computed in one go. **In writing** it
# goes step by step, for each pixel is an input of the next.
#
# Is it really a probability of *images*? On tiny ones we can add up all there are.

# %% every image there is tags=["nbval-check-output"]
for shape, levels in (((2, 2), 4), ((3, 3), 2), ((2, 2, 2), 2)):
    tiny = PixelLSTM(shape, levels, units=8, seed=1)
    every = torch.cartesian_prod(*[torch.arange(levels)] * math.prod(shape)).T  # (T, all images)
    with torch.no_grad():
        total = (0.5 ** tiny.bits(every).double().sum(0)).sum().item()
    print(f"{shape}, {levels} levels: {every.shape[1]} images, their P add up to {total:.4f}")

blank = PixelLSTM((SIDE, SIDE), LEVELS, units=8, seed=1)
one, other = test[:, :1], test[:, :1].clone()
other[57] = (other[57] + 8) % LEVELS  # one pixel is changed
with torch.no_grad():
    moved = (blank(one) - blank(other)).abs().amax((1, 2)) > 0
print("Pixel 57 changed; the first pixel that is predicted otherwise:", int(moved.nonzero()[0]))

# %% [markdown]
# Every image gets its share, the shares add up to 1, and no pixel looks ahead: pixel 57 itself is
# predicted as before, and the first to notice is pixel 58. This holds before any training. It is
# how the network is built.
#
# ## 3. What does an image cost?
#
# A pixel that had probability $P$ costs $-\log_2\,P$ **bits**: as many yes-or-no answers as it
# takes to tell somebody who knows the model which level it is. Whoever knows nothing pays 4 bits
# for one of 16 levels. Compression and prediction are the same thing here: with an arithmetic coder
# (a packer that is told the chances), these bits are the size of the file.
#
# Write the line: the bits of a whole image, from the `chances` that its pixels had, each given
# those before.
#
# <!--
# "the shares add up to 1"
#     = output("every image there is", "(2, 2), 4 levels: 256 images, their P add up to")
# "pixel 57 itself" = output("every image there is", "Pixel")
# "the first to notice is pixel 58" = output("every image there is", "that is predicted otherwise:")
# -->


# %% write the line: the bits of an image
def image_bits(chances):
    return ...


check("pixel_by_pixel/image_bits", image_bits)

# %% [markdown]
# Before the network is trained: what do answers cost that only count? *Uniform* knows nothing. A
# *histogram* counts levels, in all places together or in *each place*. A *table of neighbours*
# looks up what came after the same two neighbours, and *lzma* is a packer for any files.
#
# **Which of these needs the fewest bits for a pixel of a test digit?**

# %% guess the cheapest baseline
baselines = experiment.baselines(train, test, (SIDE, SIDE), LEVELS)
packed = 8 * len(lzma.compress(test.T.to(torch.uint8).numpy().tobytes())) / test.numel()
levels = {**baselines, "packed (lzma)": packed}
Guess(guesses.CHEAPEST, levels)

# %% train on digits timeout=900
model = PixelLSTM((SIDE, SIDE), LEVELS)
losses = train_pixels(model, train, short(experiment.STEPS["laptop"]), note="digits")
with torch.no_grad():
    cost = model.bits(test)  # (T, N)
figures.draw_training(losses, levels, cost, scale)

# %% where the bits go
images.draw_dear_pixels(test[:, 2], cost, number=2)

# %% [markdown]
# The background is nearly free. Bits are paid at the edges of strokes: on average most in the top
# row, where nothing above announces a stroke; in this digit most where a stroke turns grey sooner
# than the white above it promised.
#
# What does the network use: its **memory** of all that was written, or the **neighbours** that it
# is shown? Take one of them away.
#
# **Memory, or neighbours: each alone, which is the better model of digits?**

# %% guess what counts
result = load_result("pixels")
Guess(guesses.WHAT_COUNTS, result)

# %% memory and neighbours
figures.overview(result)

# %% [markdown]
# Without memory our network is a network of a window, as Efros and Leung's method is, or one layer
# of a masked convolution. The difference to their method: it need not find the window in a sample.
# It has learned which windows are alike.
#
# ## 4. Watch it write
#
# To write an image, draw the first pixel from its softmax, feed it back, draw the second … A
# **temperature** under 1 sharpens each softmax before drawing: the likely becomes likelier.
#
# **At temperature 0.5 the network takes what is likely nearly every time. What comes out?**

# %% guess the temperature tags=["hide-input"]
draw = torch.Generator().manual_seed(0)
nothing = torch.zeros(len(test), 200).long(), torch.zeros(len(test), 200).bool()
heats = (0.5, 0.8, 1.0, 1.3)
written = {heat: model.sample(*nothing, draw, heat)[0] for heat in heats}
empty = {heat: (s.double().mean(0) < 0.5).double().mean().item() for heat, s in written.items()}
Guess(guesses.TEMPERATURE, empty, f"{len(losses)} training steps, {scale} scale")

# %% written at four temperatures
images.draw_heats(written)

# %% [markdown]
# Now look over its shoulder. The bars are the softmax of the pixel that is being written, over the
# 16 greys. Choose *nothing* under Hidden to have it read a real digit instead, and pay. Choose
# *lower half* to have it finish what somebody else began, and change the draw: same beginning,
# other endings.

# %% watch it write
watch_digit(model, test)

# %% [markdown]
# ## 5. It only looks back
#
# Hide the right half. Now known pixels come *after* hidden ones. When the network writes the hidden
# end of a row it has not read the next row. It cannot wait for it: that is the price of a fixed
# order. But its answer can still be asked for, with nothing but the same model. Draw many
# completions. Each then reads the known pixels that follow, and says how likely they are after what
# it wrote. Take that as its weight:
#
# $$P(\text{hidden} \mid \text{known}) \propto
# P(\text{hidden, as it was drawn}) \cdot P(\text{known pixels} \mid \text{what came before them})$$


# %% completions
def complete(image, known, count, draw):
    """Draws (T, count), and the weight of each by what the known pixels say."""
    given, seen = (v[:, None].expand(-1, count) for v in (image, known))
    symbols, costs = model.sample(given, seen, draw)
    paid = costs.gather(2, symbols[..., None])[..., 0]  # (T, count), in bits
    return symbols, (-math.log(2) * (paid * seen).sum(0)).softmax(0)


known = ~HIDDEN["right half"]
few = 2 if scale == "smoke" else 30
errors = experiment.errors_of_completions(complete, train, test[:, :few], known, draw)

# %% [markdown]
# **Completions are compared with the true right half, pixel by pixel. Do the weights help?**

# %% guess what weights do
Guess(guesses.WEIGHTS, errors)

# %% completions, seen
rows, effective = [], []
for n in (2, 8, 19):
    symbols, weight = complete(test[:, n], known, 256, draw)
    best = weight.multinomial(4, replacement=True, generator=draw)
    cut = torch.where(known, test[:, n], -1)
    rows.append([test[:, n], cut, *symbols.T[:4], *symbols.T[best]])
    effective.append(1 / (weight**2).sum())
images.draw_completions(rows, effective)

# %% [markdown]
# Look for the one that went wrong, the second. Its known half is black below, and the weights keep
# the draws in which the stroke stops: they say a lot, and are only as good as the model. With
# enough draws they are the right ones. Weighting is honest and wasteful: of 256 draws so few share
# nearly all of the weight as the line below the picture says (one divided by the sum of the squared
# weights), and the larger the hole, the fewer. Networks that fill holes well are trained to, in any
# order or with both sides in view.
#
# ## 6. The same class: sound and colour
#
# **A waveform** is an image with one axis. Here are plucked strings of any pitch, 16 levels of
# loudness. The network is shown the last 4 samples; one swing of the string takes up to 24. Here
# memory should be worth more. (One training of each.)
#
# <!--
# "memory should be worth more"
#     = output("train on plucked strings", "with memory") < output("train on plucked strings",
#     "without") - 0.1
# -->


# %% train on plucked strings timeout=900
heard, unheard = data.strings(2000, 0), data.strings(200, 1)
tone, bits = {}, experiment.baselines(heard, unheard, (96,), LEVELS)
for name, memory in (("with memory", True), ("without", False)):
    tone[name] = PixelLSTM((96,), LEVELS, reach=4, memory=memory)
    train_pixels(tone[name], heard, short(300), note=f"strings, {name}")
    with torch.no_grad():
        bits[name] = tone[name].bits(unheard).mean().item()
figures.draw_heard(bits, short(300), scale)

# %% one string, continued three ways
begun = (torch.arange(96) < 48)[:, None].expand(-1, 1)
lines = {"true": unheard[:, 3]}
for name, network in tone.items():
    lines[name] = network.sample(unheard[:, 3:4], begun, draw)[0][:, 0]
figures.draw_continued(lines, 48, scale)

# %% [markdown]
# Memory saves about a quarter of the bits here; beside twelve neighbours, on digits, it saved next
# to nothing. A likely reason: four samples are less than a swing, twelve neighbours most of what
# counts. Which of the two keeps the pitch, in the picture? (One string, one draw.)
#
# <!--
# strings = "train on plucked strings"
# "about a quarter" = output(strings, "with memory") < 0.8 * output(strings, "without")
# "next to nothing" = output("memory and neighbours", "neighbours and memory")
#     > 0.97 * output("memory and neighbours", "neighbours, no memory")
# -->
#
# **A colour image** has three symbols at each pixel: red, then green given red, then blue given
# both. The third axis does it, `shape=(8, 8, 3)`. Our digits are written in one of six inks,
# in 4 levels of each channel.

# %% train on colours, in two orders timeout=900
painted, unpainted = data.coloured_digits("train"), data.coloured_digits("test")[:, :100]
orders = {"red first": lambda symbols: symbols, "blue first": data.blue_first}
colour, channel = {}, {}
for name, order in orders.items():
    colour[name] = PixelLSTM((8, 8, 3), 4, reach=1)
    train_pixels(colour[name], order(painted), short(300), note=f"colours, {name}")
    with torch.no_grad():
        cost_of = order(colour[name].bits(order(unpainted)))  # (192, N), red, green, blue
    channel[name] = cost_of.view(64, 3, -1).mean((0, 2)).tolist()
counted = experiment.baselines(painted, unpainted, (8, 8, 3), 4)

# %% [markdown]
# **Red is written first, and costs by far the most bits. A second network writes blue first, then
# green, then red. What changes?**

# %% guess the channels tags=["hide-input"]
Guess(guesses.CHANNEL, channel, counted, f"{short(300)} steps, one training each, {scale} scale")

# %% digits in colour
page = torch.zeros(192, 8).long(), torch.zeros(192, 8).bool()
inked = colour["red first"].sample(*page, draw)[0]
images.draw_inked(unpainted[:, :8], inked, short(300), scale)

# %% [markdown]
# The written digits change their ink on the way. A likely reason: 300 steps are few, and the
# network is shown the nearest neighbours only. The rest is for its memory to keep.
#
# ## 7. 341 or 87.6?
#
# Two figures for two bouncing digits, in the same unit, nats per frame:
#
# | | nats per frame | a sum over pixels, each told |
# | --- | --- | --- |
# | the paper's best, Table 2 | 341.2 | the first 10 frames |
# | Video Pixel Network (VPN), 2016 | 87.6 | those **and all pixels before** |
# | entropy bound, as VPN gives it | 86.3 | everything, itself too: what is left is greyness |
#
# *Greyness*: a pixel that is grey, 0.4 say, costs something even whoever says 0.4, for each term
# reckons with black or white. The second stands 1.3 nats above what nobody can beat. One often
# hears that VPN was asked an easier question: it was told the true frames, and the paper's model
# was not. But write down what its terms add up to:
#
# $$\sum_{\text{future frames}} \; \sum_{\text{pixels}}
# -\log\,P(\text{pixel} \mid \text{past, frames before, pixels before})
# = -\log\,P(\text{all future frames} \mid \text{past})$$
#
# That is the chain rule, read from right to left.
#
# The true pixels are on the right of the bar because a product of chances needs them there. The sum
# is the price of *the whole future, given the past and nothing else*: the paper's question. The
# paper's sum is a price of the same future. So what differs?
#
# Look at a world that is small enough to list. A digit stands in the middle; next it is on the left
# or on the right, each with P = ½. That is one yes or no.
#
# **What does the future cost, added up over the pixels, if each pixel is given its own right
# probability and does not know of the others?**
#
# <!--
# "1.3 nats" = 87.6 - 86.3
# -->

# %% guess what one yes or no costs
Guess(guesses.ONE_YES_OR_NO, 0.5)

# %% one future in two places
TwoPlaces()

# %% [markdown]
# 56 pixels differ between the two futures. *Cost in turn* shows where the nats are paid when each
# pixel is told those before it: all of them at one, the first that differs. It decides, and the
# rest follow. *Cost alone* is paid at every pixel of both places. And the last two rows show what
# each model believes in. **Drawn whole, the digit is left or right. Drawn pixel by pixel, it is in
# neither place, and half in both**, although every pixel has exactly its right probability. Move
# the slider to 1: where nothing is open, there is nothing to know of each other, and both cost
# nothing.
#
# So both figures of the table answer one question. **What differs is how much the terms of the sum
# may know of each other**: pixels of the frames before theirs, and of the pixels before them in
# their own frame. In the paper's model they may know neither, and it pays for one surprise at every
# pixel that hangs on it. (Lesson 05's blur is the same thing seen from the other side.) The two
# networks differ as well; how much of the gap is theirs, the table does not tell.
#
# ### Three ways to add up one future
#
# Now with a network. Short clips of one digit, black and white: no greyness to pay for, so we draw
# the bound at 0. (It lies a little higher, for three frames do not tell quite how fast a digit
# goes.) The shape is `(frames, rows, columns)`, neighbours two frames back and two pixels around,
# no memory, to be quick.
#
# <!--
# two = "one future in two places"
# "56 pixels differ" = output(two, "each pixel alone,", 2)
# "all of them at one" = output(two, "each told those before,")
#     == output(two, "as a whole, the future costs")
# "paid at every pixel" = abs(output(two, "each pixel alone,")
#     - output(two, "each pixel alone,", 2) * log(2)) < 0.01
# -->

# %% a network for clips timeout=900
S, FRAMES, SEEN = 16, 6, 3
frame_of = torch.arange(FRAMES * S * S) // S**2  # (T)
watched = data.short_clips("train", 1000, S, FRAMES, seed=0)
apart = data.short_clips("test", 10, S, FRAMES, seed=1)
video = PixelLSTM((FRAMES, S, S), 2, reach=2, memory=False)
train_pixels(video, watched, short(250), batch_size=8, note="clips")
with torch.no_grad():
    told = video.bits(apart)
images.draw_clips(apart, (FRAMES, S, S), told, f"{short(250)} steps, {scale} scale")

# %% [markdown]
# The same weights make three models of the last frames, given the first three:
#
# 1. **Nobody knows of anybody.** Each pixel has its probability given the first frames. (So the
#    paper's model adds up.)
# 2. **Frames know of frames.** Each pixel is told all frames before its own, and none of its own.
# 3. **Pixels know of pixels.** Each is told everything before it. (So VPN adds up.)
#
# For 1 and 2 we have the network write what a pixel is not told, 16 times, and average what it says
# of each pixel. The third needs no draws. An average over so few draws comes out too dear, so the
# gaps look larger than they are.


# %% three sums timeout=900
TIMES = 2 if scale == "smoke" else 16


def ask(known):
    """Nats of each frame, when the network writes so many times what is not known (T)."""
    many = apart.repeat_interleave(TIMES, 1)
    written, costs = video.sample(many, known[:, None].expand(-1, many.shape[1]), draw)
    p = (0.5**costs).unflatten(1, (-1, TIMES)).mean(2)  # (T, B, 2): a mean over draws
    nats = -p.gather(2, apart[..., None])[..., 0].log()
    return nats.view(FRAMES, S * S, -1).sum(1).mean(1), written


late = range(SEEN, FRAMES)
alone, written = ask(frame_of < SEEN)
nats = {
    "nobody knows": alone[SEEN:],
    "frames know": torch.stack([ask(frame_of != f)[0][f] for f in late]),
    "pixels know": math.log(2) * told.view(FRAMES, S * S, -1).sum(1).mean(1)[SEEN:],
}

# %% [markdown]
# **From model 1 to model 3, where do most of the nats go in the last frame?**

# %% guess the staircase
Guess(guesses.STAIRCASE, nats)

# %% three curves
flat = experiment.baselines(watched, apart, (FRAMES, S, S), 2)["histogram of each place"]
mean_image = flat * S**2 * math.log(2)
source = f"{apart.shape[1]} test clips, {scale} scale"
figures.draw_three_sums(nats, mean_image, source, first=SEEN + 1)

# %% [markdown]
# Add up the lowest line: that is −log P of all three frames to come, exactly, with no draws and no
# mean in between. The other two are prices of the same future by models in which less is known of
# the rest. (In the first of these frames 1 and 2 are one model.) By the last frame the highest line
# is about as dear as the mean image: there model 1 is worth no more than the mean of all clips.
#
# <!--
# "about as dear" = output("three curves", "nobody knows", 3) > 0.85 * output("three curves",
#     "Mean image")
# -->
#
# But be careful: in the listed world the gap was one open question, paid for at every pixel. Here
# hardly anything is open. After three frames it is nearly settled where the digit goes, and a
# *right* model would pay next to nothing in all three sums. So most of the first line's height must
# have another reason. Look at what the network writes when nobody corrects it.
#
# **Its digits are whole in the frames that it was shown. What becomes of them in those that it
# writes?**

# %% guess what it writes tags=["hide-input"]
whole = {"true": apart, "written": written}
whole = {name: data.share_whole(clips, (FRAMES, S, S))[SEEN:] for name, clips in whole.items()}
Guess(guesses.WRITES_ON, whole, written.shape[1])

# %% what it writes by itself
images.draw_written_on(
    apart[:, [2, 5, 6]],
    written[:, [2 * TIMES, 5 * TIMES, 6 * TIMES]],
    (FRAMES, S, S),
    SEEN,
    f"{short(250)} steps, {scale} scale",
)

# %% [markdown]
# It was trained on true pixels only, and its own little mistakes lead it where it has never been:
# exposure bias, as in lesson 05. (Its very first frame is in pieces more often than not, though all
# frames before it are true: 250 steps are few, and part of it may be just that.) A likelihood does
# not see the straying. It says how likely the *true* future was, not what the network would write.
# So a good third line and poor clips go together. And the first line averages over just such clips,
# sixteen of them: what it shows is mostly this network's own straying, and the few draws. (Ten
# clips and one network. To see the price of an open question in a network one would need clips that
# truly turn left or right, and a network that is trained to sum as model 1 does: not done here.)
#
# **What to take home.** Two figures in nats per frame can be compared if both add up to −log P of
# the same frames, given the same past, *and you say what the terms were told of each other*. For
# one picture to plan by, you have to give each pixel its own best value, and the first line is what
# counts. To compress, or to draw whole futures, the third does.
#
# <!-- "more often than not" = output("guess what it writes", "frame by frame:") < 50 -->
#
# ## 8. What others found, and what we find

# %% bits and nats beside the published tags=["hide-input"]
seen_by = {k: f"{v.mean():.1f}" for k, v in nats.items()}
print(f"digits, here: {cost.mean():.2f} bits per pixel; best baseline {min(levels.values()):.2f}")
print("clips, here:", ", ".join(f"{k} {v}" for k, v in seen_by.items()), "nats per frame")
print("two digits, published: pixels alone 341.2, pixels that know 87.6 nats per frame")

# %% [markdown]
# - *The window sets how regular a grown texture is* (Efros and Leung). **Reproduced**, on
#   bricks made by code. Their rule for “no window is alike enough” is left out.
# - *A softmax for each pixel gives a likelihood that can be computed exactly* (van den Oord and
#   others). **Reproduced**: all images of three tiny worlds add up to 1.
# - *The network completes hidden parts in several plausible ways.* **Reproduced** on small digits;
#   what comes behind the hole counts by weighting only.
# - *A softmax over 256 levels.* **Not tried**: 16 here. `levels=256` runs, and wants far more than
#   1,500 digits.
# - *A model whose pixels know of each other pays far less for the same future.* **Reproduced
#   exactly** in a world that is listed in full. On the small clips (ten of them, one network) it is
#   not separated from the network's own straying.
# - *87.6 nats on two digits.* **Out of reach at this scale.** Ten frames of 64×64 pixels are 40,960
#   factors for each clip, and each needs a view of whole digits over several frames: a deep masked
#   convolution, and GPUs.
#
# ## What to try next
#
# 1. *Five minutes.* In the writer choose *nothing* and look for the dearest pixel of ten digits.
#    Were you surprised too?
# 2. *Ten minutes.* Make a texture of your own, stripes of two widths: set `textures["stripes"]` to
#    a 32×32 array of levels, and run “grow a texture” again. Which is the smallest window that
#    keeps both widths?
# 3. *For the fast.* `experiment.digits("train", "mnist")` gives 60,000 digits of more writers.
#    Train on them, and test on the embedded ones. Then score MNIST's test digits with the network
#    of this lesson. Which way do the bits per pixel rise more, and why?
#
# ## In one breath
#
# Any image is a product of small questions, each about the next pixel, and a softmax that answers
# them gives exact probabilities, bits, samples and completions. Neighbours say most of it; memory
# says what neighbours cannot. And the same future has many prices: one that pays for each surprise
# once, and one that pays at every pixel. Ask first what the pixels were told of each other.
#
# **The course, looking back.** You began with one gate that keeps a number (01, 02) and a clip of a
# digit (03). An encoder learned to give a clip back, to continue it, and in the composite to do
# both (04 to 06). You asked what it knows: on maps (07), on one and three digits (08), on long
# rollouts (09), in its weights (10), on natural clips (11), for naming actions (12). Then came its
# relatives: classifiers, ladders, words, and pixels (13 to 16). One thing was the same in nearly
# all of them: a network that is told nothing but *what comes next* has to find out how its world
# works. And one habit was yours in all: a guess before the result, a baseline beside it, and the
# question before the figure.
#
# Back to [the map](00_start_here.ipynb).
#
# <!--
# counts = "guess what counts"
# "Neighbours say most of it" = output(counts, "; neighbours, no memory")
#     < output(counts, "each: memory, pixel before")
# "memory says what neighbours cannot" = output(counts, "neighbours and memory")
#     < output(counts, "; neighbours, no memory")
# -->
