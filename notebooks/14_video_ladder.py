# %% [markdown]
# # 14 · A video ladder
#
# After this lesson you can build a network that remembers at several scales at once, and find out
# which of its rungs its prediction hangs on.
#
# **Objectives**
#
# - **Explain** a ConvGRU, and **say** where its reset gate differs from the GRU of lesson 01.
# - **Train** a ladder on a circle that moves sideways, and **watch** its filters and hidden
#   states.
# - **Compare** a ladder with an LSTM, near and far, and **silence** one rung after the other.
#
# **Time** 30 minutes to read and try, 1 minute of computing on two cores.
#
# **References** A report on *self-supervised video prediction* of 2020 (its settings are
# given where they matter). Cricri, Ni, Honkala, Aksu and Gabbouj, *Video Ladder Networks*,
# [arXiv:1612.01756](https://arxiv.org/abs/1612.01756). Azizi, Farazi and Behnke, *Location
# Dependency in Video Prediction*, [arXiv:1810.04937](https://arxiv.org/abs/1810.04937). Ballas,
# Yao, Pal and Courville, *Delving Deeper into Convolutional Networks for Learning Video
# Representations*, [arXiv:1511.06432](https://arxiv.org/abs/1511.06432) (ConvGRU).
#
# ## The question
#
# **The LSTM of lesson 06 squeezes a clip into one vector. The ConvLSTM of lesson 07 keeps maps,
# all of one size. What does a network do that remembers coarse things on coarse maps and fine
# things on fine ones, all at the same time?**
#
# We begin as the report did, with almost nothing to learn: five clips of a circle that moves
# sideways. What leaves at the right comes in again at the left.

# %% Setup tags=["hide-input"]
import os

import torch

from lstm_video_lab import ConvGRUCell, Settings, check, evaluation, metrics, pretrained
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_ladder import experiment, figures, guesses, state_figures
from lstm_video_lab.lessons.video_ladder.model import Ladder, train_ladder
from lstm_video_lab.lessons.video_ladder.widgets import StateExplorer
from lstm_video_lab.widgets import Guess
from lstm_video_lab.widgets.film import FilmPlayer

scale = os.environ.get("LAB_SCALE", "laptop")
size = experiment.SIZES.get(scale, experiment.SIZES["laptop"])
SIDE, STEPS = size["side"], 3 if scale == "smoke" else 300

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
# on. **At each size** there is a rung: three ConvGRUs side by side, with kernels of 3×3, 5×5 and
# 7×7, and a 1×1 convolution that mixes what they remember. A decoder climbs back up: it doubles
# the maps, adds what the next rung remembers, and at the end there is a frame, **the next one**.
#
# ```
# frame ─► encoder ─► fine maps ───► 3 ConvGRUs ─► 1×1 ─────────► + ─► next frame
#             │                                                   ▲
#             └─────► coarse maps ─► 3 ConvGRUs ─► 1×1 ─► stage ──┘
# ```
#
# To predict further, the frame is fed back as if it had been seen. The loss is mostly squared
# error; lesson 14b takes it apart.
#
# <details><summary>For those who want more: what the report's ladder has, and ours</summary>
#
# | | the report | here |
# | --- | --- | --- |
# | encoder | ResNet-18, trained to name photographs, frozen | two residual blocks, trained here |
# | rungs | four | two, 12×12 and 6×6; four in part 3 |
# | a rung's three ConvGRUs | (sizes are not given) | 3×3, 5×5, 7×7, 8 maps each: our choice |
# | stage of the decoder | batch norm, ReLU, convolution, doubling, convolution | group norm, … |
# | last stage | (see lesson 14b) | ends with the doubling |
#
# Batch norm would let a prediction depend on the other clips of its batch; group norm does not.
# Where torchvision is installed and may fetch its weights, `Ladder(encoder="resnet18")` is the
# frozen encoder.
#
# </details>
#
# ### Where am I?
#
# A convolution does the same everywhere, so it cannot know where the walls are (it can guess from
# the black border that padding adds). On all rungs but the finest ours may know: it adds learned
# maps $b_i$, times fixed maps $e_i$ of row, column and 1:
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
# Now train it. Three frames go in; it learns to say the next three, one at a time.

# %% Train the ladder timeout=600
model = Ladder(SIDE, rungs=2, seed=0)
before = model.laterals[0].cells[2].weight_ih.detach().clone()  # its 7×7 filters
print(f"parameters: {sum(p.numel() for p in model.parameters()):,} here, 31 million in the report")
train_ladder(model, lambda step: films, STEPS, frames_in=(3,), future=3, note="five circles")
_ = model.eval()

# %% Try it on circles that it never saw tags=["hide-input"]
kinds = {"its five": films, "circles between": experiment.circles([0.5, 1.5, 2.5, 3.5], SIDE, 12)}
kinds["one circle beyond"] = experiment.circles([6], SIDE, 12)  # lower and faster than any
clips = {name: to_unit(frames) for name, frames in kinds.items()}
with torch.no_grad():
    predicted = {name: model(frames[:3], 9) for name, frames in clips.items()}
errors = {
    name: metrics.squared_error(frames, clips[name][3:]).mean(1)  # (9,)
    for name, frames in predicted.items()
}
new = clips["circles between"]
stored = to_unit(experiment.circles(range(5), SIDE, 5 * SIDE))  # its five clips, going on
rivals = {
    "copy last": new[2:3].expand_as(new[3:]),
    "mean image": clips["its five"].mean((0, 1)).expand_as(new[3:]),
    "memory": experiment.recall(new[:3], stored, 9),
}
levels = {name: metrics.squared_error(said, new[3:]).mean(1) for name, said in rivals.items()}

# %% [markdown]
# The report needed about 500 steps for its five clips. Ours has had 300. We try it on four circles
# **between** its five: each at a height, a start and a speed that it never saw, but all within what
# it has. Three rivals are asked as well: *copy last* repeats the last frame, *mean image* always
# shows the same smear, and *memory* (lesson 13) looks up the moment of its five clips that is most
# like what it sees, and says what came next there.
#
# **Five clips, and tens of thousands of weights. Does it also continue circles at heights and
# speeds between those five, better than all three rivals?**

# %% Guess: by heart? tags=["hide-input"]
Guess(guesses.BY_HEART, errors, levels)

# %% What it predicts
FilmPlayer(
    figures.beside_the_truth(clips, predicted),
    "Frames 4 to 12, predicted from the first three. It learnt with three frames ahead, and is "
    "asked for nine.",
    first=4,
)

# %% Error by frame
figures.draw_learning(errors, levels, STEPS, scale)

# %% [markdown]
# Copy and mean image are beaten all the way. **Memory is the strong rival.** For four frames the
# ladder is ahead of it. A likely reason: no stored circle lies just there, and the ladder's filters
# may hold what a *piece* of a circle does next. Then the lines cross. A stored clip goes on for
# ever as sharp as it was; the ladder feeds on its own frames. So it has learnt more than its five
# clips; but where they are so few and so alike, looking them up is the better way to see far.
# Beyond its five, lower and faster than any, it does worse than between them, and at the last frame
# worse than the mean image. (One training; another start may move the lines.)
#
# <!--
# lines = "Error by frame"
# "beaten all the way" = output(lines, "circles between", 2) < output(lines, "mean image", 2)
#     < output(lines, "copy last", 2) and output(lines, "circles between")
#     < output(lines, "copy last") < output(lines, "mean image")
# "the lines cross" = output(lines, "circles between") < output(lines, "memory")
#     and output(lines, "circles between", 2) > output(lines, "memory", 2)
# "at the last frame worse than the mean" = output(lines, "one circle beyond", 2)
#     > output(lines, "mean image", 2)
# -->
#
# ### A filter before and after
#
# The report shows a filter of a ConvGRU before training and after. Before, it is noise: what a
# weight is says nothing about its neighbour. Is that still so afterwards?
#
# <!-- "Before, it is noise" = abs(output("A filter of 7×7", "neighbours correlate by")) < 0.1 -->

# %% A filter of 7×7
figures.draw_filters(before, model.laterals[0].cells[2].weight_ih.detach(), STEPS)

# %% [markdown]
# Not quite. Neighbours have much in common now: light and dark lie in patches. What a
# patch is for, the picture does not say.
#
# <!--
# "Neighbours have much in common" = output("A filter of 7×7", "neighbours correlate by", 2) > 0.3
# -->
#
# ### The hidden states, watched
#
# Play the clip. Which maps show the circle where it *is*, and which where it *will be*? Change to
# the coarse rung. What happens to the maps when the circle leaves the frame?

# %% Watch the states
StateExplorer(model, new[:, 2])

# %% [markdown]
# Some maps are bright on one side of the circle and dark on the other. They may know which way it
# goes; but an edge filter on a single frame would look the same, so the picture alone does not
# tell. Many show next to nothing of it. A map's meaning is the network's own; we only see where it
# is busy.
#
# ## 3. All four rungs
#
# This ladder has two rungs and learnt for less than a minute. A pretrained one has four, as the
# report's: maps of 16×16, 8×8, 4×4 and 2×2. It learnt from clips of two digits, with five frames
# seen and all that follow predicted and fed back. There is also a pretrained LSTM that learnt from
# the same clips, the composite of lesson 06. Both now see ten held-out frames and say ten more.

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
figures.draw_two_futures(later, both, 3, settings.frames_in + 1)

# %% The same, played tags=["hide-input"]
FilmPlayer(
    {"truth": later[:, 3], **{name: given[:, 3].clamp(0, 1) for name, given in both.items()}},
    "The same held-out clip, frames 11 to 20: what came, and what the two predict.",
    first=settings.frames_in + 1,
)

# %% [markdown]
# The ladder begins sharper, but is ahead at the first predicted frame alone: at the second the
# lines have crossed. In this clip it loses a digit. A likely reason: each frame that it predicts
# goes back in through the encoder, and what has faded there is soon gone for good. The LSTM looks
# at nothing after frame 10: where each digit goes is in its state, and stays there. (It has also
# learnt from more clips, with more parameters, and there is one training of each. That the ladder
# would end there too, with as many, is not shown here.) At the tenth frame the ladder is hardly
# better than the mean image.
#
# **Which rung does the decoder listen to?** Silence one: let it hear nothing of what that
# remembers.
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
# where they are, and without either of the two coarsest nothing is lost at the first frame. So the
# decoder listens to its fine maps most. But take care what that says: the finest rung is the only
# way by which anything fine comes to the decoder, from the frame just seen as from those before.
# How much its *memory* is worth, silence does not tell. (A rung is silenced, not trained without.
# What a ladder without it would *learn* is tried in lesson 14b.)
#
# <!--
# silenced = "A rung silenced"
# "the digits go altogether" = output(silenced, "no 16×16") > 2 * output(silenced, "whole")
# "nothing is lost" = max([output(silenced, "no 4×4"), output(silenced, "no 2×2")])
#     < output(silenced, "whole") + 0.3
# -->
#
# Now watch the tall one. Which rung shows two digits, and on which are they one blob? Where are
# they while they overlap?

# %% Watch the tall one
StateExplorer(tall, tried[:, 3])

# %% [markdown]
# ## What to try next
#
# 1. *Five minutes.* In "Train the ladder", let it learn one frame ahead (`future=1`) instead of
#    three, and look at the error by frame again. Which end of the curve gets worse, and why?
# 2. *Ten minutes.* Train the circle with `mix=(0, 1, 0)`, shares of DSSIM, L1 (the mean absolute
#    error) and L2 (the mean squared one). A circle covers less than a tenth of a frame: what does
#    L1 make of it?
# 3. *For the fast.* `Ladder(SIDE, rungs=2, upsampling="none")` has no enlarging. Train it on the
#    circle, and measure `experiment.chessboard` and `experiment.blocks` of what it predicts. With
#    torchvision, try `encoder="resnet18"`, and `weights=None` against `"DEFAULT"`.
# 4. [Exercise 10](../exercises/10_convgru_cell.ipynb): write a ConvGRU and a rung of the ladder.
#
# ## In one breath
#
# A ladder remembers at every scale at once: ConvGRUs on fine and on coarse maps, and a decoder that
# climbs back up. It goes on with circles at heights that it never saw, for some frames. On digits
# it is ahead of an LSTM at the first frame, and behind it further on, where it lives on its own
# frames. Of its rungs the decoder listens most to the finest.
#
# Next: [14b · A report, tested](14b_ladder_claims.ipynb), where the claims made of such a ladder
# are tried one by one. Before: [13 · Temporal models](13_temporal_models.ipynb).
