# %% [markdown]
# # 14 · A video ladder
#
# After this lesson you can build a network that remembers at several scales at once, and test
# what others reported of one, claim by claim.
#
# **Objectives**
#
# - **Explain** a ConvGRU, and **say** where its reset gate differs from the GRU of lesson 01.
# - **Train** a ladder on a circle that moves sideways, and **watch** its filters and hidden
#   states.
# - **Choose** between losses, ways of upsampling and ways of feeding back, from measurements.
# - **Judge** a report: what is reproduced here, what is not, and what is out of reach.
#
# **Time** 45 minutes to read and try, 1 minute of computing on two cores.
#
# **References** A report on *self-supervised video prediction* of 2020 (its settings are
# given where they matter). Cricri, Ni, Honkala, Aksu and Gabbouj, *Video Ladder Networks*,
# [arXiv:1612.01756](https://arxiv.org/abs/1612.01756). Azizi, Farazi and Behnke, *Location
# Dependency in Video Prediction*, [arXiv:1810.04937](https://arxiv.org/abs/1810.04937). Wang,
# Bovik, Sheikh and Simoncelli, *Image Quality Assessment*, 2004 (SSIM). Ballas, Yao, Pal and
# Courville, *Delving Deeper into Convolutional Networks for Learning Video Representations*,
# [arXiv:1511.06432](https://arxiv.org/abs/1511.06432) (ConvGRU).
#
# ## The question
#
# **The LSTM of lesson 06 squeezes a clip into one vector. The ConvLSTM of lesson 07 keeps maps,
# all of one size. Would it help to remember coarse things on coarse maps and fine things on fine
# ones, all at the same time?**
#
# We begin as the report did, with almost nothing to learn: five clips of a circle that moves
# sideways. What leaves at the right comes in again at the left.

# %% Setup tags=["hide-input"]
import os

import torch

from lstm_video_lab import ConvGRUCell, Settings, check, evaluation, metrics, pretrained
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.video_ladder import (
    claims,
    colour_figures,
    experiment,
    figures,
    grey,
    guesses,
    state_figures,
)
from lstm_video_lab.lessons.video_ladder.model import Ladder, train_ladder
from lstm_video_lab.lessons.video_ladder.widgets import MixExplorer, StateExplorer
from lstm_video_lab.widgets import Guess
from lstm_video_lab.widgets.film import FilmPlayer

scale = os.environ.get("LAB_SCALE", "laptop")
size = experiment.SIZES.get(scale, experiment.SIZES["laptop"])
SIDE, STEPS = size["side"], 3 if scale == "smoke" else 300
result = load_result("ladder")  # of trainings that took longer than a lesson

# %% Five clips
films = experiment.circles(range(5), SIDE, 12)  # uint8 (T, B, S, S)
FilmPlayer(
    {f"clip {n + 1}": films[:, n] for n in range(5)},
    "The whole training set: five clips. The circles differ in height, start and speed.",
)

# %% [markdown]
# ## 1. The cell: a GRU of maps
#
# A GRU (lesson 01) has one state h and two gates. Put convolutions where it has matrix products,
# and the state becomes a stack of maps:
#
# $$r, z = \sigma(\mathrm{conv}[x(t),\, h(t-1)]) \qquad \text{reset and update}$$
#
# $$n = \tanh(\mathrm{conv}[x(t),\, r \odot h(t-1)]) \qquad \text{the new value}$$
#
# $$h(t) = (1 - z) \odot h(t-1) + z \odot n \qquad z \text{ lets the new value in}$$
#
# Two things differ from `GRUCell`, which is torch's. There the reset gate acts *after* the
# product with h; here it wipes h *before* the convolution, so that one pixel can hide from its
# neighbours. And there z keeps the old value; here it lets the new one in. Papers use both
# conventions. Weights of the one are of no use in the other.
# [Exercise 10](../exercises/10_convgru_cell.ipynb) has you write all of it.

# %% The equations, checked tags=["nbval-check-output"]
cell = ConvGRUCell(2, 3, 5).double()
x, h = torch.rand(1, 2, 6, 6).double(), torch.rand(1, 3, 6, 6).double()
W, U, b = cell.weight_ih, cell.weight_hh, cell.bias[:, None, None]
conv = torch.nn.functional.conv2d
a = conv(x, W, padding=2) + b  # what the input says to r, z and n
r, z = torch.sigmoid(a[:, :6] + conv(h, U[:6], padding=2)).chunk(2, 1)
n = torch.tanh(a[:, 6:] + conv(r * h, U[6:], padding=2))
print("Equations and cell agree:", bool(((1 - z) * h + z * n - cell(x, h)).abs().max() < 1e-12))
print("Parameters of a 5×5 cell, 2 maps in, 3 of state:", sum(p.numel() for p in cell.parameters()))

# %% [markdown]
# ## 2. The ladder
#
# An encoder looks at each frame by itself, and gives maps at half its size, at a quarter, and so
# on. **At each size** there is a rung: three ConvGRUs side by side, and a 1×1 convolution that
# mixes what they remember. A decoder climbs back up: it doubles the maps, adds what the next rung
# remembers, and at the end there is a frame, **the next one**.
#
# ```
# frame ─► encoder ─► fine maps ───► 3 ConvGRUs ─► 1×1 ─────────► + ─► next frame
#             │                                                   ▲
#             └─────► coarse maps ─► 3 ConvGRUs ─► 1×1 ─► stage ──┘
# ```
#
# | | the report | here |
# | --- | --- | --- |
# | encoder | ResNet-18, trained to name photographs, frozen | two residual blocks, trained here |
# | rungs | four | two, 12×12 and 6×6; four in part 8 |
# | a rung's three ConvGRUs | (sizes are not given) | kernels of 3×3, 5×5, 7×7, 8 maps each |
# | stage of the decoder | batch norm, ReLU, convolution, doubling, convolution | group norm, … |
# | last stage | (see part 4) | ends with the doubling: predicted at half size, then enlarged |
#
# The report gives neither kernel sizes nor numbers of maps: those are our choice. Batch norm would
# let a prediction depend on the other clips of its batch; group norm does not. Where torchvision is
# installed and may fetch its weights, `Ladder(encoder="resnet18")` is the frozen encoder. The loss
# is a mix, and its shares sum to one:
#
# $$\text{loss} = a \cdot \text{DSSIM} + b \cdot L_1 + c \cdot L_2, \qquad a + b + c = 1$$
#
# L1 and L2 are the mean absolute and the mean squared error. **DSSIM here is 1 − SSIM**, as in
# the report, with a Gaussian window of 11×11 pixels: it compares brightness, contrast and pattern
# of two frames window by window, and is 0 for equal ones. Elsewhere half of this is called DSSIM.
#
# The steps are AdamW's, as in the report, which (by our reading) set Adam against SGD and Adagrad.
# Our own table of optimisers (lesson 06c, composites on digits) is clear that SGD is far behind;
# but Adagrad at its best rate is a little *ahead* of Adam at its own, 52.8 against 54.4 nats per
# frame.
#
# Three frames go in. It learns to say the next three, one at a time: each is fed back as if it
# had been seen.
#
# <!--
# "52.8 against 54.4" = [optimisers.models["adagrad 0.03"].mean,
#     optimisers.models["adam 0.01"].mean]
# "SGD is far behind" = optimisers.models["sgd 0.01"].mean
#     > 1.5 * optimisers.models["adam 0.01"].mean
# -->

# %% What there is to learn
model = Ladder(SIDE, rungs=2, seed=0)
before = model.laterals[0].cells[2].weight_ih.detach().clone()  # its 7×7 filters
ours = sum(p.numel() for p in model.parameters())
print(f"parameters: {ours:,} here, 31 million in the report")

# %% Train the ladder
train_ladder(model, lambda step: films, STEPS, frames_in=(3,), future=3, note="five circles")
_ = model.eval()

# %% Try it on circles that it never saw tags=["hide-input"]
others = experiment.circles([0.5, 1.5, 2.5, 3.5], SIDE, 12)  # other heights, starts and speeds
errors, predicted = {}, {}
for name, clips in {"the five": to_unit(films), "four others": to_unit(others)}.items():
    with torch.no_grad():
        predicted[name] = model(clips[:3], 9)
    errors[name] = metrics.squared_error(predicted[name], clips[3:]).mean(1)  # (9,)
frames = to_unit(others)
rivals = {"copy last": frames[2:3], "mean image": to_unit(films).mean((0, 1))}
levels = {
    name: metrics.squared_error(frame.expand_as(frames[3:]), frames[3:]).mean(1)
    for name, frame in rivals.items()
}

# %% [markdown]
# The report needed about 500 steps for its five clips. Ours has had 300. **Five clips, and tens of
# thousands of weights. Does it also continue circles at heights and speeds that it never saw,
# better than repeating the last frame, or than the mean image?**

# %% Guess: by heart? tags=["hide-input"]
Guess(guesses.BY_HEART, errors, levels)

# %% What it predicts
FilmPlayer(
    figures.beside_the_truth(films, others, predicted),
    "Frames 4 to 12, predicted from the first three: a circle that it never saw, and one of the "
    "five. It learnt with three frames ahead, and is asked for nine.",
    first=4,
)

# %% Error by frame
figures.draw_learning(errors, levels, STEPS, scale)

# %% [markdown]
# ### A filter before and after
#
# The report shows a filter of a ConvGRU before training and after. Before, it is noise: what a
# weight is says nothing about its neighbour. Is that still so afterwards?
#
# <!-- "Before, it is noise" = abs(output("A filter of 7×7", "neighbours correlate by")) < 0.1 -->

# %% A filter of 7×7
figures.draw_filters(before, model.laterals[0].cells[2].weight_ih.detach(), STEPS)

# %% [markdown]
# ### The hidden states, watched
#
# Play the clip. Which maps show the circle where it *is*, and which where it *will be*? Change to
# the coarse rung. What happens to the maps when the circle leaves the frame?

# %% Watch the states
StateExplorer(model, frames[:, 2])

# %% [markdown]
# Some maps are bright on one side of the circle and dark on the other. They may know which way it
# goes; but an edge filter on a single frame would look the same, so the picture alone does not
# tell. Many show next to nothing of it. A map's meaning is the network's own; we only see where it
# is busy.
#
# ## 3. Three at once, or one at a time?
#
# From here on the clips are bouncing digits: one digit of 14×14 pixels in a frame of 24×24. Each
# trial is a training of its own, and the pictures show the stored figures of all: mean and spread
# (standard deviation) over the seeds. The last frame of the input is frame 8, whatever was seen
# before; frames 9 to 17 are predicted.
#
# The report first had the network see three frames and say the next three **at once**, and feed
# those back in training, too. On real videos that blurred. What worked was to predict **one** frame
# from five, and to feed it back.
#
# **Three frames seen, nine predicted. Three at once is fed back twice, one at a time eight times,
# and each feeding back adds an error. Which has the lower error at the first frame (near), and
# which at the ninth (far)?**
#
# <!--
# "in a frame of 24×24" = [ladder.size.side, ladder.size.side]
# -->

# %% Guess: three at once, or one at a time tags=["hide-input"]
Guess(guesses.THREE_AT_ONCE, result)

# %% Error by frame, five ways
figures.draw_errors(result, figures.WAYS)

# %% The ways, seen
figures.draw_ways(result)

# %% [markdown]
# Look at both ends of the curves, not at their start alone. Feeding back has a trouble of its own:
# the ladder has never seen its own blurred frames, and what is a little wrong gets more so each
# time. "Also in training" shows them to it, for as many steps: the first frame gets worse in each
# of the three seeds, and the ninth a good deal better. At the ninth frame all five are behind the
# mean image, which knows nothing of the clip: 300 steps are few. The lowest of the five, three at
# once, costs 22.5 there, and that is what black frames cost.
#
# Blur comes in any case: squared error pays for smears wherever the future is open (lesson 05), and
# each frame further is more open.
#
# ## 4. The grid
#
# Our decoder predicts at half size and enlarges at the very end. Three ways to enlarge: **pixel
# shuffle** makes four maps into the four pixels of each 2×2 square, **nearest** repeats a pixel
# four times, **bilinear** interpolates. The fourth is the report's remedy, **full resolution**:
# no enlarging, the finest rung is as large as the frame. The report saw a grid with the first
# two. So do we, on a photograph under a moving camera (lesson 11):
#
# <!--
# alone = [ladder.trials["one from three/0"].mse, ladder.trials["one from three/1"].mse,
#     ladder.trials["one from three/2"].mse]
# own = [ladder.trials["from three, own frames/0"].mse,
#     ladder.trials["from three, own frames/1"].mse, ladder.trials["from three, own frames/2"].mse]
# "the ninth a good deal better" = all(own[n][8] < 0.8 * alone[n][8] for n in [0, 1, 2])
# "the first frame gets worse in each of the three seeds"
#     = all(own[n][0] > alone[n][0] + 0.5 for n in [0, 1, 2])
# ways = "Error by frame, five ways"
# 22.5 = output(ways, "At the last: 3 in, 3 at once")
# "what black frames cost" = abs(output(ways, "At the last: 3 in, 3 at once")
#     - output("Five changes", "clipped in training")) < 0.1
# "all five are behind the mean image" = min([output(ways, "At the last: 3 in, 3 at once", n)
#     for n in [1, 5, 7, 11, 14]]) > ladder.baselines.digits["mean image"].mse[8]
# "Feeding back has a trouble of its own" = output("Guess: three at once, or one at a time",
#     "Ninth:", 2) > output("Guess: three at once, or one at a time", "Ninth:") + 5
# -->

# %% The grid on a photograph
colour_figures.draw_grid_photo(result)

# %% [markdown]
# An eye finds a grid at once. A number must know what to look for, and there are two kinds:
#
# - **chessboard**: power of waves that are two pixels long, as a share of all power;
# - **blocks**: how much smaller steps are *within* the 2×2 squares than *between* them. In nature
#   neither place is special: near 0. Where squares are flat: 1.
#
# **Which way of enlarging has blocks of exactly 1, whatever it learns?**

# %% Guess: the grid tags=["hide-input"]
Guess(guesses.BLOCKS, result)

# %% The chessboard, by steps tags=["hide-input"]
print(colour_figures.draw_grid_growth(result, "checks").text)

# %% The blocks, by steps
colour_figures.draw_grid_growth(result, "blocks")

# %% [markdown]
# Pixel shuffle begins as a chessboard: its four maps start at random. That fades while it learns,
# and does not quite go: five times what true frames have is left. The blocks **grow with
# training**: most of what is learnt first is the same for all four maps. Nearest is flat in its
# squares from the first step to the last, and can be nothing else. (On digits pixel shuffle's
# blocks are below 0: there it steps more within the squares than between.)
#
# <!--
# chess = "The chessboard, by steps"
# "That fades while it learns" = output(chess, "pixel shuffle")
#     > 5 * output(chess, "pixel shuffle", 2)
# "five times" = 3 < output(chess, "pixel shuffle", 2) / output(chess, "truth") < 8
# flat = "The blocks, by steps"
# "grow with training" = output(flat, "pixel shuffle", 2) > 2 * output(flat, "pixel shuffle")
# "blocks are below 0" = output("Guess: the grid", "Blocks, on digits: pixel shuffle") < 0
# "from the first step to the last" = min([output(flat, "nearest"),
#     output(flat, "nearest", 2)]) > 99.5
# -->
#
# On digits, all four ways:

# %% What each way costs tags=["hide-input"]
print(figures.of_enlarging(result))

# %% [markdown]
# Full resolution, the report's remedy, has the least error, at over twice the time.
#
# <!--
# costs = "What each way costs"
# "has the least error" = output(costs, "full resolution") < min([output(costs, way)
#     for way in ["pixel shuffle", "nearest", "bilinear"]])
# "over twice the time" = output(costs, "full resolution", 4) > 2 * max([output(costs, way, 4)
#     for way in ["pixel shuffle", "nearest", "bilinear"]])
# -->
#
# ## 5. What the loss is made of
#
# Now natural clips in colour. Contours are steps from one pixel to the next; colour is what is left
# of a pixel when its mean over red, green and blue is taken away. For both we ask what share of the
# truth is explained: 1 is all, 0 is no better than leaving it out, and below 0 is worse than that.
#
# To see what a *loss* asks for, leave the model out: let the pixels themselves be what is learnt.

# %% Pixels that start grey
moments = (0, 1, 2) if scale == "smoke" else grey.MOMENTS
painted = grey.paint("downhill", moments)

# %% [markdown]
# **No model: every pixel starts grey, and follows the gradient of DSSIM downhill. What comes out of
# the grey first?**

# %% Guess: out of the grey tags=["hide-input"]
Guess(guesses.DSSIM, painted)

# %% Out of the grey
colour_figures.draw_painted(painted, "downhill")

# %% [markdown]
# The report says that **DSSIM alone learns contours, not colours**. Under squared error contours
# and colours come at the same pace, for each pixel goes straight to its own value. Under DSSIM the
# contours come, and the colours do not: they even go astray a little. That is what its *gradient*
# asks for: a pattern in each window, at whatever brightness, in each channel by itself.
#
# But one seldom walks straight downhill. Adam divides each pixel's gradient by its usual size: what
# is asked for softly gets as long a step as what is asked for loudly.
#
# <!--
# down = "Out of the grey"
# "contours and colours come at the same pace" = output(down, "L2: contours")
#     == output(down, "L2: contours", 2)
# "the contours come, and the colours do not" = output(down, "DSSIM: contours") > 0.5
#     and output(down, "DSSIM: contours", 2) < 0.05
# "go astray a little" = output("Guess: out of the grey", "DSSIM: contours", 2) < -0.05
# -->

# %% The same with Adam
adam = grey.paint("Adam", moments)
colour_figures.draw_progress(adam, "Adam")

# %% [markdown]
# With Adam both losses end with everything. Contours still are ahead, but under squared error as
# well: colours are small numbers in our clips. So “DSSIM learns contours, not colours” is a finding
# about the loss *and* the optimiser.
#
# Now ladders, which are trained with AdamW. Move the shares, and look at the colours.

# %% Move the shares
MixExplorer(result)

# %% All seven mixes
colour_figures.draw_mixes(result)

# %% [markdown]
# **Half DSSIM is enough to lose the colours**, in most trainings. With half DSSIM and half L2 the
# three seeds explain 0.03, −0.01 and 0.00 of them; with L2 alone 0.84, 0.80 and 0.26. Where L1 has
# a share, one seed of three keeps most of them (0.58 and 0.83). So much of the report's finding is
# seen. The other half is not: contours are below 0 under every mix, worse than leaving them out.
# And Adam, which gave the grey pixels their colours, does not save the ladder's; why, we cannot
# say.
#
# With DSSIM alone nothing good is learnt here in 300 steps: −35, 0.3 and 0.0 of the colours. A mean
# over these seeds would say nothing but that one diverged, which is why the bars show the middle
# one.
#
# <!--
# "−35, 0.3 and 0.0" = [ladder.trials["mix 1.0 0.0/0"].colours,
#     ladder.trials["mix 1.0 0.0/1"].colours, ladder.trials["mix 1.0 0.0/2"].colours]
# "0.58 and 0.83" = [ladder.trials["mix 0.5 0.5/0"].colours, ladder.trials["mix 0.5 1.0/0"].colours]
# mixes = "All seven mixes"
# "contours are below 0 under every mix" = max([output(mixes, mix, n) for n in [1, 2, 3]
#     for mix in ["0 0 1: contours", "0 0.5 0.5: contours", "0 1 0: contours",
#     "0.5 0 0.5: contours", "0.5 0.25 0.25: contours", "0.5 0.5 0: contours",
#     "1 0 0: contours"]]) < 0
# "300 steps" = ladder.size.steps
# "0.03, −0.01 and 0.00" = [ladder.trials["mix 0.5 0.0/0"].colours,
#     ladder.trials["mix 0.5 0.0/1"].colours, ladder.trials["mix 0.5 0.0/2"].colours]
# "0.84, 0.80 and 0.26" = [ladder.trials["mix 0.0 0.0/0"].colours,
#     ladder.trials["mix 0.0 0.0/1"].colours, ladder.trials["mix 0.0 0.0/2"].colours]
# -->
#
# **Against copying.** The camera moves slowly, so that copying is hard to beat. Give the ladder a
# **path that copies**: the last frame is added to what it says, and its last convolution starts
# at 0. Then it begins as the copy, and has only the *change* to learn. (Its rate of learning is
# 0.003. With the 0.01 of the others, one of three trial seeds came out worse than a copy.)

# %% Against copying
colour_figures.draw_against_copying(result)

# %% [markdown]
# Without the path L2 and L1 stay behind copying at the first frames, and on average fall further
# behind with each. With it the ladder is ahead of the copy at every frame, and in each of five
# seeds at the first. Nothing of what it *can* say has changed, only where it begins, and its rate
# of learning: how much of the gain is the rate's, has not been tried.
#
# <!--
# copy = ladder.baselines.colour["copy last"].mse
# "stay behind copying at the first frames" = min([output("Against copying", "L2"),
#     output("Against copying", "L1", 1)]) > copy[0]
# "on average fall further behind with each" = all(output("Against copying", way, 5) - copy[2]
#     > output("Against copying", way) - copy[0] + 1 for way in ["L2", "L1"])
# "in each of five seeds at the first" = all(error < copy[0] for error in [
#     ladder.trials["copy path/0"].mse[0], ladder.trials["copy path/1"].mse[0],
#     ladder.trials["copy path/2"].mse[0], ladder.trials["copy path/3"].mse[0],
#     ladder.trials["copy path/4"].mse[0]])
# -->
#
# Back to digits, and L1. Most pixels of a digits' clip are black. L1 is content with the *median*:
# where a pixel is more often black than not, black is its best answer, where L2 wants the mean, a
# grey. So L1 pulls towards black frames. Is it too much if half of the loss is L1?

# %% Half L1 tags=["hide-input"]
print(figures.of_half_l1(result))

# %% [markdown]
# One seed of three is nearly stuck at black, which costs 22.5 over all held-out clips (17.8 was one
# clip).
#
# <!--
# 22.5 = output("Five changes", "clipped in training")
# 17.8 = output("Half L1", "ink,")
# "nearly stuck at black" = abs(output("Half L1", "seed by seed:", 2) - 22.5) < 2.5
# -->
#
# ## 6. Six details
#
# **Clipping to [0, 1].** The ladder's outputs are numbers of any size. The report clips them for
# display. One may also clip what is fed back, and one may clip in training, where a clipped pixel
# gets no gradient. Its bar stands with others in the picture "Five changes" below: learnt clipped,
# a ladder may get stuck at black frames for good.
#
# **Training sets of 5, 20 and 40 clips.** The circle was learnt from five. Are five clips of a
# digit enough? Each set has the same number of steps: five clips are seen again and again.
#
# **From how many clips on does the ladder beat copying the last frame, on clips it never saw?**
#
# <!--
# "The circle was learnt from five" = output("Error by frame", "the five clips")
#     < 0.5 * output("Error by frame", "copying the last frame")
# -->

# %% Guess: how many clips tags=["hide-input"]
Guess(guesses.CLIPS, result)

# %% Sizes of the training set tags=["hide-input"]
print(figures.of_sets(result))

# %% [markdown]
# Both columns ask for frame 9. In training the ladder saw frames 1 to 6 of its clips only, so even
# "its own clips" are asked for at a moment that it never learnt.
#
# **Frame rate.** The report began at 25 frames a second, where little moves, went on at 15 and
# ended at 10. Does the *order* help, or only that the ladder meets several rates? The fair rival is
# the same three rates in mixed order. Both are tested at 10. (The report also varied the *step
# between clips*, how far apart in a video two clips begin. Our clips come from no video, and have
# no such step.)

# %% Frame rates, in order or mixed
figures.draw_rates(result)

# %% [markdown]
# The order helps a little, and in every one of five seeds: the ladder that met the rates in order
# has ended with clips as fast as those of the test. (Each pair has the same first weights, and the
# same clips to choose from; so it is the differences whose spread counts.)
#
# <!--
# ordered = [ladder.trials["25, 15, 10/0"].mse[0], ladder.trials["25, 15, 10/1"].mse[0],
#     ladder.trials["25, 15, 10/2"].mse[0], ladder.trials["25, 15, 10/3"].mse[0],
#     ladder.trials["25, 15, 10/4"].mse[0]]
# mixed = [ladder.trials["mixed rates/0"].mse[0], ladder.trials["mixed rates/1"].mse[0],
#     ladder.trials["mixed rates/2"].mse[0], ladder.trials["mixed rates/3"].mse[0],
#     ladder.trials["mixed rates/4"].mse[0]]
# "in every one of five seeds" = all(ordered[n] < mixed[n] for n in [0, 1, 2, 3, 4])
# -->
#
# **Where am I?** A convolution does the same everywhere, so it cannot know where the walls are
# (it can guess from the black border that padding adds). A *location-dependent* convolution adds
# learned maps $b_i$, times fixed maps $e_i$ of row, column and 1:
#
# $$y = \mathrm{conv}(x) + \sum_i b_i \odot e_i, \qquad i = \text{row, column, 1}$$
#
# **Write one line yourself**: that sum. `conv_x` is what the convolution gave (N, W, S, S), `b` are
# the learned maps (3, W, S, S), `e` the fixed ones (3, S, S).


# %% A convolution that knows where it is
def placed(conv_x, b, e):  # (N, W, S, S), (3, W, S, S), (3, S, S) → (N, W, S, S)
    return ...


check("video_ladder/placed", placed)

# %% [markdown]
# Plain *coordinate channels* give row and column as two more inputs. Our base has learned maps at
# its coarse rung; two bars below put coordinates, or nothing, in their place. No bar is clearly
# ahead.
#
# **A past of any length.** A recurrent network takes clips of any length, in principle. The base
# was always trained with five frames before the prediction. Another was trained with two to eight,
# drawn in turn.

# %% Five changes
figures.draw_trials(result, figures.DETAILS)

# %% Error by frames seen tags=["hide-input"]
print(figures.of_lengths(result))

# %% [markdown]
# From one frame nobody can tell where a digit goes: there, any model can only smear.
#
# **Are several rungs needed?** That was the question of this lesson. Three ladders of about as many
# weights: the fine rung alone with wider maps, fine and coarse, and three with narrower ones.
#
# <!--
# "can only smear" = min([output("Error by frames seen", "always 5 in training"),
#     output("Error by frames seen", "2 to 8 in training")])
#     > 1.3 * output("Error by frames seen", "from 8: always 5 in training")
# -->

# %% One rung, two, three
figures.draw_errors(result, figures.RUNGS)

# %% [markdown]
# At the first frame the fine rung alone does as well as any. Further ahead those with coarse rungs
# are ahead on average, and their seeds lie too far apart to be sure. (All three are behind the mean
# image by then.) So the answer to our question, at this size, is *hardly*: on a map of 12×12 a
# kernel of 7×7 already reaches over half a frame. On larger frames a fine map alone would need
# kernels that nobody can pay for.
#
# <!--
# rungs = "One rung, two, three"
# "does as well as any" = output(rungs, "12×12 alone") < output(rungs, "12×12, 6×6") + 0.5
# "are ahead on average" = output(rungs, "At the last: 12×12 alone")
#     > max([output(rungs, "At the last: 12×12 alone", n) for n in [7, 11]])
# "All three are behind the mean image" = min([output(rungs, "At the last: 12×12 alone", n)
#     for n in [1, 7, 11]]) > ladder.baselines.digits["mean image"].mse[8]
# -->
#
# ## 7. What the hidden states are good for
#
# The report put a small classifier on the states, and named up to 59 % of the videos of UCF-101
# rightly. Ours are the five actions of lesson 12. A ladder learns, without labels, to predict
# clips of actions; then a head of 64 units is trained to name the action from the states after the
# last frame. We read the report's three choices so: the **deepest** rung alone; the states of all
# rungs **subsampled** to 3×3 places; **both**. Each with and without batch norm, and dropout.
#
# **Five actions, told apart by motion only. What are the states of the trained ladder worth?**

# %% Guess: the states' worth tags=["hide-input"]
Guess(guesses.STATES, result)

# %% Classifiers of the states tags=["hide-input"]
print(figures.of_heads(result))

# %% [markdown]
# ## 8. All four rungs
#
# The ladders above have two rungs and learn for less than a minute. A pretrained one has four, as
# the report's: maps of 16×16, 8×8, 4×4 and 2×2. It learnt from clips of two digits, with five
# frames seen and all that follow predicted and fed back. There is also a pretrained LSTM that
# learnt from the same clips, the composite of lesson 06. Both now see ten held-out frames and say
# ten more.

# %% The tall one and the flat one
tall = pretrained.load_pretrained("ladder-two-digits")
flat = pretrained.load_pretrained("composite-two-digits")
settings = Settings.from_dict(flat.card["settings"])
tried = to_unit(evaluation.heldout_data(settings).batch(0, 5 if scale == "smoke" else 200))
past, later = tried.tensor_split([settings.frames_in])
with torch.no_grad():
    both = {"ladder": tall(past, len(later)), "LSTM": flat(past, len(later)).future.sigmoid()}
errors = {name: metrics.squared_error(given, later).mean(1) for name, given in both.items()}
print(figures.of_pretrained({"ladder": tall.card, "LSTM": flat.card}))

# %% [markdown]
# **Which has the lower squared error at the first predicted frame (near), and at the tenth (far)?**

# %% Guess: ladder or LSTM tags=["hide-input"]
Guess(guesses.LADDER_OR_LSTM, errors)

# %% Error by frame, ladder and LSTM
levels = evaluation.baselines(settings, len(tried[0]))
figures.draw_rivals(errors, levels, settings.frames_in + 1, len(tried[0]))

# %% One clip, two futures
FilmPlayer(
    {"truth": later[:, 3], **{name: given[:, 3].clamp(0, 1) for name, given in both.items()}},
    "One held-out clip, frames 11 to 20: what came, and what the two predict.",
    first=settings.frames_in + 1,
)

# %% [markdown]
# The ladder begins sharper, and loses a digit where the two overlap. A likely reason: each frame
# that it predicts goes back in through the encoder, and what has faded there is soon gone for good.
# The LSTM looks at nothing after frame 10: where each digit goes is in its state, and stays there.
# (It has also learnt from more clips, with more parameters. That the ladder would end there too,
# with as many, is not shown here.) At the tenth frame the ladder is hardly better than the mean
# image.
#
# **What does each rung hold?** Silence one: let the decoder hear nothing of what it remembers.
#
# <!--
# rivals = "Guess: ladder or LSTM"
# sizes = "The tall one and the flat one"
# "The ladder begins sharper" = output(rivals, "First frame: ladder")
#     < output(rivals, "First frame: ladder", 2)
# "is in its state, and stays there" = output(rivals, "Tenth:")
#     > 1.2 * output(rivals, "Tenth:", 2)
# "learnt from more clips, with more parameters" = output(sizes, "LSTM:", 3)
#     > output(sizes, "ladder:", 3) and output(sizes, "LSTM:") > output(sizes, "ladder:")
# -->

# %% A rung silenced
state_figures.draw_silenced(tall, past, later[:4], 3)

# %% [markdown]
# Compare the rows. Without the finest rung the digits go altogether; without a coarse one they stay
# where they are, and what is lost is small: the decoder leans on its fine maps most. (A rung is
# silenced, not trained without. What a ladder without it would *learn* was the matter of part 6.)
#
# Now watch the tall one. Which rung shows two digits, and on which are they one blob? Where are
# they while they overlap?

# %% Watch the tall one
StateExplorer(tall, tried[:, 3])

# %% [markdown]
# ## 9. The report's claims, beside ours
#
# "Reproduced" and "not" need at least two seeds here whose figures lie further apart than their
# spreads reach; else it says "not clear". First: fed back or at once.

# %% Claims: feeding back
print(claims.table(claims.of_feeding_back(result)))

# %% Claims: the grid
print(claims.table(claims.of_grids(result)))

# %% Claims: the rest
print(claims.table(claims.of_the_rest(result)))

# %% [markdown]
# **What differs.** The report trained 31 million parameters for days on a quarter of UCF-101; we
# trained small ladders for seconds on small worlds. Where a claim holds in both, it hardly hangs
# on size. Where it does not hold here, our trainings may simply be too short to show it. What
# "out of reach" would take stands beside it.
#
# ## What to try next
#
# 1. *Five minutes.* In "Train the ladder", let it learn one frame ahead (`future=1`) instead of
#    three, and look at the error by frame again. Which end of the curve gets worse, and why?
# 2. *Ten minutes.* Train the circle with `mix=(0, 1, 0)`, then with `mix=(1, 0, 0)`. A circle
#    covers less than a tenth of a frame: what does L1 make of it? What does DSSIM leave at the
#    border, where few of its windows reach?
# 3. *For the fast.* `Ladder(SIDE, rungs=2, upsampling="none")` has no enlarging. Train it on the
#    circle, and measure `experiment.chessboard` and `experiment.blocks` of what it predicts. With
#    torchvision, try `encoder="resnet18"`, and `weights=None` against `"DEFAULT"`.
# 4. [Exercise 10](../exercises/10_convgru_cell.ipynb): write a ConvGRU and a rung of the ladder.
#
# ## In one breath
#
# A ladder remembers at every scale at once: ConvGRUs on fine and on coarse maps, and a decoder that
# climbs back up. What it learns hangs on small choices, of loss, of enlarging, of what is fed back,
# and each can be measured against one trial that differs in little else. A report's claims are
# hypotheses: some hold in a much smaller world, some do not, and some are out of reach.
#
# Next: [15 · Video to text](15_video_to_text.ipynb). Before: [13 · Temporal
# models](13_temporal_models.ipynb).
#
# <!-- "31 million parameters" = output("What there is to learn", "here,") -->
