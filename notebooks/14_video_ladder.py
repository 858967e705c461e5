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

# %% setup
import os

import torch

from lstm_video_lab import ConvGRUCell, Settings, evaluation, metrics, plots, pretrained
from lstm_video_lab.data.frames import to_unit, unpack_frames
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.video_ladder import experiment
from lstm_video_lab.lessons.video_ladder.experiment import FIRST, MIXES, gather
from lstm_video_lab.lessons.video_ladder.figures import draw_trials
from lstm_video_lab.lessons.video_ladder.model import Ladder, train_ladder
from lstm_video_lab.lessons.video_ladder.widgets import MixExplorer, StateExplorer
from lstm_video_lab.widgets import Guess

scale = os.environ.get("LAB_SCALE", "laptop")
size = experiment.SIZES.get(scale, experiment.SIZES["laptop"])
SIDE, STEPS = size["side"], 3 if scale == "smoke" else 300
result = load_result("ladder")  # of trainings that took longer than a lesson

# %% five clips
films = experiment.circles(range(5), SIDE, 12)  # uint8 (T, B, S, S)
plots.frames(
    {f"clip {n + 1}": films[:, n] for n in range(5)},
    f"The whole training set: five clips of {len(films)} frames, {SIDE}×{SIDE} pixels. The "
    "circles differ in height, start and speed.",
)

# %% [markdown]
# ## 1. The cell: a GRU of maps
#
# A GRU (lesson 01) has one state h and two gates. Put convolutions where it has matrix products,
# and the state becomes a stack of maps:
#
# ```
# r, z = σ(conv[x(t), h(t−1)])          reset and update
# n    = tanh(conv[x(t), r ⊙ h(t−1)])   the new value
# h(t) = (1 − z) ⊙ h(t−1) + z ⊙ n       z lets the new value in
# ```
#
# Two things differ from `GRUCell`, which is torch's. There the reset gate acts *after* the
# product with h; here it wipes h *before* the convolution, so that one pixel can hide from its
# neighbours. And there z keeps the old value; here it lets the new one in. Papers use both
# conventions. Weights of the one are of no use in the other.

# %% the equations, checked tags=["nbval-check-output"]
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
# | | the report | here |
# | --- | --- | --- |
# | encoder | ResNet-18, trained to name photographs, frozen | two residual blocks, trained here |
# | rungs | four, from 56×56 on | two, 12×12 and 6×6; four in part 8 |
# | maps of a ConvGRU | 64 | 8 |
# | stage of the decoder | batch norm, ReLU, convolution, doubling, convolution | group norm, … |
# | last stage | (see part 4) | ends with the doubling: predicted at half size, then enlarged |
#
# Batch norm would let a prediction depend on the other clips of its batch; group norm does not.
# Where torchvision is installed and may fetch its weights, `Ladder(encoder="resnet18")` is the
# frozen encoder. The loss is a mix, and its shares sum to one:
#
# ```
# a · DSSIM + b · L1 + c · L2        a + b + c = 1
# ```
#
# L1 and L2 are the mean absolute and the mean squared error. **DSSIM here is 1 − SSIM**, as in
# the report, with a Gaussian window of 11×11 pixels: it compares brightness, contrast and pattern
# of two frames window by window, and is 0 for equal ones. Elsewhere half of this is called DSSIM.
# The steps are AdamW's.
#
# Three frames go in. It learns to say the next three, one at a time: each is fed back as if it
# had been seen.

# %% what there is to learn
model = Ladder(SIDE, rungs=2, seed=0)
before = [cell.weight_ih.detach().clone() for cell in model.laterals[0].cells]
ours = sum(p.numel() for p in model.parameters())
print(f"parameters: {ours:,} here, 31 million in the report")

# %% train the ladder
how = {"frames_in": (3,), "future": 3, "note": "five circles"}
losses = train_ladder(model, lambda step: films, STEPS, **how)
others = experiment.circles([0.5, 1.5, 2.5, 3.5], SIDE, 12)  # other heights, starts and speeds
model.eval()
errors, predicted_frames = {}, {}
for name, made in {"the five": films, "four others": others}.items():
    frames = to_unit(made)
    with torch.no_grad():
        predicted_frames[name] = model(frames[:3], 9)
    errors[name] = metrics.squared_error(predicted_frames[name], frames[3:]).mean(1)  # (9,)
frames = to_unit(others)
copied = metrics.squared_error(frames[2:3].expand_as(frames[3:]), frames[3:]).mean(1)
mean = to_unit(films).mean((0, 1)).expand_as(frames[3:])
average = metrics.squared_error(mean, frames[3:]).mean(1)

# %% guess whether it was learnt by heart
answers = ["no: it has learnt five clips by heart", "for a few frames", "for all nine frames"]
good = int((errors["four others"] < torch.minimum(copied, average)).sum())
Guess(
    "The report needed about 500 steps for its five clips. Ours has had "
    f"{STEPS}. Does it also continue circles at heights and speeds that it never saw, better than "
    "repeating the last frame, or than the mean image?",
    answers,
    answers[0 if good == 0 else 2 if good == 9 else 1],
    f"At {good} of 9 frames. A convolution does the same at every height, so what is learnt "
    f"from five clips may hold for others. It could have learnt by heart: {ours:,} parameters, "
    "five clips.",
)

# %% what it predicts
plots.frames(
    {
        "truth": others[3:, 1],
        "predicted": predicted_frames["four others"][:, 1],
        "truth, a clip of the five": films[3:, 1],
        "predicted ": predicted_frames["the five"][:, 1],
    },
    f"Frames 4 to 12, from the first three ({scale} scale, {STEPS} steps): above a circle that it "
    "never saw, below one of the five. It learnt with three frames ahead, and is asked for nine.",
    first=4,
)

# %% error by frame
steps = range(4, 13)
plots.curves(
    {name: (steps, error) for name, error in errors.items()}
    | {"copy last": (steps, copied), "mean image": (steps, average)},
    text=f"Squared error by frame: the five clips {errors['the five'][0]:.1f} at the first "
    f"predicted frame, {errors['the five'][-1]:.1f} at the last; four others "
    f"{errors['four others'][0]:.1f} and {errors['four others'][-1]:.1f}; copying the last frame "
    f"{copied[0]:.1f} and {copied[-1]:.1f} ({scale} scale, {STEPS} steps).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
)

# %% [markdown]
# ### A filter before and after
#
# The report shows a filter of a ConvGRU before training and after. Before, it is noise: what a
# weight is says nothing about its neighbour. Is that still so afterwards?
#
# <!-- "Before, it is noise" = abs(output("a filter of 7×7", "neighbours correlate by")) < 0.1 -->

# %% a filter of 7×7
after = model.laterals[0].cells[2].weight_ih.detach()
wide = len(after) // 3
new = [after[2 * wide + k, 0] for k in range(wide)]  # of the new value n, for the first map in
old = [before[2][2 * wide + k, 0] for k in range(wide)]


def alike(filters):
    """Correlation of neighbours: 0 for noise."""
    left, right = filters[..., :-1].flatten(), filters[..., 1:].flatten()
    return torch.corrcoef(torch.stack([left, right]))[0, 1]


plots.images(
    [*old, *new],
    ["before"] * wide + ["after"] * wide,
    f"The first 7×7 filters of the new value, before and after {STEPS} steps; mid-grey is 0, each "
    f"has its own scale. Over all 7×7 filters of this rung, neighbours correlate by "
    f"{alike(before[2]):.2f} before and {alike(after):.2f} after.",
    signed=True,
    columns=wide,
)

# %% [markdown]
# ### The hidden states, watched
#
# Play the clip. Which maps show the circle where it *is*, and which where it *will be*? Change to
# the coarse rung. What happens to the maps when the circle leaves the frame?

# %% watch the states
StateExplorer(model, frames[:, 2])

# %% [markdown]
# Some maps are bright on one side of the circle and dark on the other: they know which way it
# goes, which no single frame tells. Many show next to nothing of it. A map's meaning
# is the network's own; we only see where it is busy.
#
# ## 3. Three at once, or one at a time?
#
# From here on the clips are bouncing digits: one digit of 14×14 pixels in a frame of 24×24. Each
# trial is a training of its own, and the pictures show the stored figures of all: mean and spread
# (standard deviation) over the seeds. The last frame of the input is frame 8, whatever was seen
# before; frames 9 to 17 are predicted.
#
# The report first had the network see three frames and say the next three **at once**. On real
# videos that blurred. What worked was to predict **one** frame from five, and to feed it back.
#
# <!--
# "in a frame of 24×24" = [ladder.size.side, ladder.size.side]
# "frames 9 to 17" = [output("the four ways, seen", "frames"),
#     output("the four ways, seen", "frames", 2)]
# -->


# %% how figures are read
def runs(name):
    return sum(key.rsplit("/", 1)[0] == name for key in result["trials"])


def made(*names):
    seeds = " or ".join(map(str, sorted({runs(name) for name in names})))
    steps, batch, tests = (result["size"][key] for key in ("steps", "batch", "tests"))
    there = f"{steps} steps of {batch} clips, {tests} held-out clips"
    return f"{result['scale']} scale, {there}, seeds: {seeds}"


def lower(a, b, *keys):
    """Is trial a's figure clearly below b's? None where spreads overlap, or seeds are single."""
    (low, s, n), (high, t, m) = gather(result, a, *keys), gather(result, b, *keys)
    return None if min(n, m) < 2 or abs(low - high) <= s + t else low < high


# %% the four ways
WAYS = {
    "three at once": "3 in, 3 out",
    "one from three": "3 in, 1 out, fed back",
    "base": "5 in, 1 out, fed back",
    "own frames": "the same, also in training",
}
AHEAD = range(FIRST + 1, FIRST + 10)  # the predicted frames
levels = result["baselines"]["digits"]

# %% guess which way is best
once, back = (gather(result, name, "mse", 0)[0] for name in ("three at once", "one from three"))
far_once, far_back = (gather(result, n, "mse", 8)[0] for n in ("three at once", "one from three"))
answers = ["three at once, near and far", "one at a time, near and far", "one near, the other far"]
Guess(
    "Three frames seen, nine predicted. Three at once is fed back twice, one at a time eight, "
    "and each feeding back adds an error. Which has the lower error at the first frame (near), and "
    "which at the ninth (far)?",
    answers,
    answers[2 if (once < back) != (far_once < far_back) else 0 if once < back else 1],
    f"First frame: at once {once:.2f}, one at a time {back:.2f}. Ninth: {far_once:.1f} and "
    f"{far_back:.1f}. The next picture has the spread over seeds.",
)

# %% error by frame, four ways
lines = {
    words: (AHEAD, [gather(result, name, "mse", t)[0] for t in range(9)])
    for name, words in WAYS.items()
}
lines |= {name: (AHEAD, levels[name]["mse"]) for name in ("copy last", "mean image")}
plots.curves(
    lines,
    text="Squared error by predicted frame. At the first: "
    + ", ".join(
        "{} {:.2f} ± {:.2f}".format(words, *gather(result, name, "mse", 0)[:2])
        for name, words in WAYS.items()
    )
    + f"; copy last {levels['copy last']['mse'][0]:.2f}, mean image "
    f"{levels['mean image']['mse'][0]:.2f} ({made(*WAYS)}).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
    height=400,
)


# %% the four ways, seen
def film(name, n=0):
    return unpack_frames(result["trials"][f"{name}/0"]["shown"])[:, n]


truth = unpack_frames(levels["truth"]["shown"])[:, 0]
plots.frames(
    {"truth": truth} | {words: film(name) for name, words in WAYS.items()},
    "One held-out clip, frames 9 to 17, and what the four ways predict (seed 0).",
    first=FIRST + 1,
)

# %% [markdown]
# Look at both ends of the curves, not at their start alone. Feeding back has a trouble of its own:
# the ladder has never seen its own blurred frames, and what is a little wrong gets more so each
# time. "The same, also in training" shows them to it, for as many steps. Blur comes in either case:
# squared error pays for smears wherever the future is open (lesson 05), and each frame further is
# more open.
#
# ## 4. The grid
#
# Our decoder predicts at half size and enlarges at the very end. Three ways to enlarge: **pixel
# shuffle** makes four maps into the four pixels of each 2×2 square, **nearest** repeats a pixel
# four times, **bilinear** interpolates. The fourth is the report's remedy, **full resolution**:
# no enlarging, the finest rung is as large as the frame. The report saw a grid with the first
# two.
#
# An eye finds a grid at once. A number must know what to look for, and there are two kinds:
#
# - **chessboard**: power of waves that are two pixels long, as a share of all power;
# - **blocks**: how much smaller steps are *within* the 2×2 squares than *between* them. In nature
#   neither place is special: near 0. Where squares are flat: 1.
#
# <!--
# "Feeding back has a trouble of its own" = output("guess which way is best", "Ninth:", 2)
#     > output("guess which way is best", "Ninth:") + 5
# -->

# %% guess the grid
UP = {
    "base": "pixel shuffle",
    "nearest": "nearest",
    "bilinear": "bilinear",
    "none": "full resolution",
}
grid = {name: [gather(result, name, key)[0] for key in ("checks", "blocks")] for name in UP}
Guess(
    "Which way has blocks of exactly 1, whatever it learns?",
    list(UP.values())[:3],
    "nearest",
    "All four pixels of a square are equal, by construction: no step within. Blocks: "
    + ", ".join(f"{words} {grid[name][1]:.2f}" for name, words in UP.items())
    + f"; in the true frames {levels['truth']['blocks']:.2f}.",
)

# %% the grid, seen
plots.frames(
    {"truth": truth[:3]} | {words: film(name)[:3] for name, words in UP.items()},
    "The first three predicted frames of one clip, enlarged in four ways (seed 0).",
    first=FIRST + 1,
)

# %% the grid, measured
PHOTO, photo_levels = "mix 0.0 0.0", result["baselines"]["colour"]
plots.bars(
    [*UP.values(), "pixel shuffle, natural clips"],
    [round(100 * gather(result, name, "blocks")[0], 1) for name in (*UP, PHOTO)],
    [100 * gather(result, name, "blocks")[1] for name in (*UP, PHOTO)],
    {
        "truth, digits": 100 * levels["truth"]["blocks"],
        "truth, clips": 100 * photo_levels["truth"]["blocks"],
    },
    "Blocks in the first predicted frame, in %: near 0 as in nature, 100 where squares are flat, "
    f"below 0 where steps within them are the larger ones: a grid, too ({made(*UP)}). Clips are "
    "those of part 5. Bilinear smooths unevenly, and that counts as well.",
    ylabel="blocks, %",
)

# %% the chessboard, measured
for name, words in (UP | {PHOTO: "pixel shuffle, natural clips"}).items():
    value, spread, _ = gather(result, name, "checks")
    there = (photo_levels if name == PHOTO else levels)["truth"]["checks"]
    figures = f"{100 * value:5.2f} ± {100 * spread:.2f} %, truth {100 * there:.2f} %"
    print(f"chessboard, {words:28} {figures}")

# %% what each way costs
for name, words in UP.items():
    (error, spread, n), parameters = (
        gather(result, name, "mse", 0),
        gather(result, name, "parameters"),
    )
    print(
        f"{words:16} squared error {error:5.2f} ± {spread:.2f}, {parameters[0]:,.0f} parameters, "
        f"{gather(result, name, 'seconds')[0]:.0f} s of one core"
    )
print(*(f"{name} {levels[name]['mse'][0]:.2f}" for name in ("copy last", "mean image")), sep=", ")

# %% [markdown]
# ## 5. What the loss is made of
#
# Now natural clips in colour: the camera of lesson 11. The report says that **DSSIM alone learns
# contours, not colours**. Contours are steps from one pixel to the next; colour is what is left
# of a pixel when its mean over red, green and blue is taken away. For both we ask what share of
# the truth is explained: 1 is all, 0 is no better than leaving it out, and below 0 is worse than
# that.

# %% guess what DSSIM learns
alone, squares = (
    {key: gather(result, name, key)[0] for key in ("contours", "colours")}
    for name in ("mix 1.0 0.0", "mix 0.0 0.0")
)
answers = ["contours and colours", "contours, not colours", "neither, by these measures"]
Guess(
    "DSSIM alone, on clips of photographs. What will be there?",
    answers,
    answers[0 if alone["colours"] > 0 else 1 if alone["contours"] > 0 else 2],
    f"Explained of contours: {alone['contours']:.2f}, of colours: {alone['colours']:.2f}; with L2 "
    f"alone {squares['contours']:.2f} and {squares['colours']:.2f}. (Contours are judged strictly: "
    "moved by one pixel they count as wrong. A copy of the last frame has "
    f"{photo_levels['copy last']['contours']:.2f} and {photo_levels['copy last']['colours']:.2f}.) "
    "SSIM asks in each window if patterns rise and fall together. Brightness it asks for, too, but "
    "is content with one that is not far off, each colour by itself; and pixels at the border are "
    "in few windows, so that hardly anything holds them.",
)

# %% move the shares
MixExplorer(result)

# %% all seven mixes
plots.bars(
    [" ".join(f"{part:g}" for part in mix) for mix in MIXES.values()],
    {
        key: [max(gather(result, name, key)[0], -2) for name in MIXES]
        for key in ("contours", "colours")
    },
    text="Explained of contours and colours in the first predicted frame, under shares of DSSIM, "
    "L1 and L2 (cut off at −2): "
    + "; ".join(
        f"{' '.join(f'{part:g}' for part in mix)}: {gather(result, name, 'contours')[0]:.2f}, "
        f"{gather(result, name, 'colours')[0]:.2f}"
        for name, mix in MIXES.items()
    )
    + f" ({made(*MIXES)}).",
    ylabel="explained share",
)

# %% against copying
ways = {"L2 alone": "mix 0.0 0.0", "L1 alone": "mix 0.0 1.0"}
curves = {w: [gather(result, name, "mse", t)[0] for t in range(9)] for w, name in ways.items()}
curves |= {name: photo_levels[name]["mse"] for name in ("copy last", "mean image")}
beaten = sum(a < b for a, b in zip(curves["L1 alone"], curves["copy last"], strict=True))
plots.curves(
    {words: (AHEAD, errors_of) for words, errors_of in curves.items()},
    text="Squared error (three channels) on natural clips, fed back. The camera moves slowly, so "
    f"copying is hard to beat: L1 alone does at {beaten} of 9 frames ({made(*ways.values())}).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
    logy=True,
)

# %% [markdown]
# Now the digits again, and L1. Most pixels of a digits' clip are black. L1 is content with the
# *median*: where a pixel is more often black than not, black is its best answer, where L2 wants the
# mean, a grey. So L1 pulls towards black frames. Is it too much if half of the loss is L1?

# %% half L1
each = [result["trials"][f"half L1/{seed}"]["mse"][0] for seed in range(runs("half L1"))]
draw_trials(
    result,
    {"base": "0.1 DSSIM, 0.9 L2", "half L1": "0.1 DSSIM, 0.5 L1, 0.4 L2"},
    "Squared error at the first predicted frame of digits: "
    + ", ".join(
        "{} {:.2f} ± {:.2f}".format(words, *gather(result, name, "mse", 0)[:2])
        for name, words in {"base": "without L1", "half L1": "half L1"}.items()
    )
    + f"; half L1, seed by seed: {', '.join(f'{error:.1f}' for error in each)}"
    + f" ({made('base', 'half L1')}). An all-black frame has the error of the ink, "
    f"{(torch.tensor(truth / 255.0) ** 2).sum((1, 2)).mean():.1f} in the clip above.",
)

# %% [markdown]
# ## 6. Five details
#
# **Clipping to [0, 1].** The ladder's outputs are numbers of any size. The report clips them for
# display. One may also clip what is fed back, and one may clip in training, where a clipped pixel
# gets no gradient.

# %% with and without clipping
clips = {
    "learnt free, used free": ("base", "mse"),
    "learnt free, used clipped": ("base", "clip changed"),
    "learnt clipped, used clipped": ("clipped", "mse"),
    "learnt clipped, used free": ("clipped", "clip changed"),
}
ends = [gather(result, "clipped", "mse", t)[0] for t in (0, 8)]
plots.curves(
    {
        words: (AHEAD, [gather(result, name, key, t)[0] for t in range(9)])
        for words, (name, key) in clips.items()
    },
    {name: levels[name]["mse"][-1] for name in ("copy last", "mean image")},
    "Squared error, fed back. At the last frame: "
    + ", ".join(f"{words} {gather(result, *keys, 8)[0]:.1f}" for words, keys in clips.items())
    + ("; learnt clipped, it has got stuck at black frames" if abs(ends[0] - ends[1]) < 0.1 else "")
    + f" ({made('base', 'clipped')}).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
    logy=True,
)

# %% [markdown]
# **Training sets of 5, 20 and 40 clips.** The circle was learnt from five. Are five clips of a
# digit enough?
#
# <!--
# "The circle was learnt from five" = output("error by frame", "the five clips")
#     < 0.5 * output("error by frame", "copying the last frame")
# -->

# %% guess the gap
SETS = {"5 films": "5", "20 films": "20", "40 films": "40", "base": "endless"}
known, unknown = (
    {name: gather(result, name, key, 0)[0] for name in SETS} for key in ("taught", "mse")
)
copying = levels["copy last"]["mse"][0]
fine = [words for name, words in SETS.items() if unknown[name] < copying]
Guess(
    "From how many clips on does the ladder beat copying the last frame, on clips it never saw?",
    list(SETS.values()),
    fine[0] if fine else "endless",
    "Held-out clips: "
    + ", ".join(f"{words} {unknown[name]:.1f}" for name, words in SETS.items())
    + f"; copying {copying:.1f}. On the clips it was trained on: "
    + ", ".join(f"{words} {known[name]:.1f}" for name, words in SETS.items())
    + ". Each had the same number of steps: five clips were seen again and again.",
)

# %% sizes of the training set
plots.bars(
    list(SETS.values()),
    {"clips it was trained on": list(known.values()), "held-out clips": list(unknown.values())},
    {
        key: [gather(result, name, which, 0)[1] for name in SETS]
        for key, which in (("clips it was trained on", "taught"), ("held-out clips", "mse"))
    },
    {name: levels[name]["mse"][0] for name in ("copy last", "mean image")},
    f"Squared error at the first predicted frame by clips in the training set ({made(*SETS)}).",
    ylabel="squared error per frame",
)

# %% [markdown]
# **Frame rate.** The report began at 25 frames a second, where little moves, went on at 15 and
# ended at 10. Ours does so with digits, in thirds of the training, against 10 all the time. Both
# are tested at 10.
#
# **Where am I?** A convolution does the same everywhere, so it cannot know where the walls are
# (it can guess from the black border that padding adds). A *location-dependent* convolution adds
# learned maps bᵢ, times fixed maps eᵢ of row, column and 1; plain *coordinate channels* give row
# and column as two more inputs. In ours the coarse rung has one of them, or none.

# %% frame rates and places
OTHERS = {
    "base": "learned maps, always 10",
    "25, 15, 10": "frame rates 25, 15, 10",
    "coordinates": "coordinate channels",
    "nowhere": "no places",
}
draw_trials(
    result,
    OTHERS,
    "Squared error at the first predicted frame: "
    + ", ".join(
        "{} {:.2f} ± {:.2f}".format(words, *gather(result, name, "mse", 0)[:2])
        for name, words in OTHERS.items()
    )
    + f" ({made(*OTHERS)}).",
)

# %% [markdown]
# **A seed of any length.** A recurrent network takes clips of any length, in principle. The base
# was always trained with five frames before the prediction. Another was trained with two to eight,
# drawn in turn.

# %% error by frames seen
seeds = {"base": "always 5 in training", "any length": "2 to 8 in training"}
plots.curves(
    {
        words: (range(1, FIRST + 1), [gather(result, name, "lengths", k)[0] for k in range(FIRST)])
        for name, words in seeds.items()
    },
    {name: levels[name]["mse"][0] for name in ("copy last", "mean image")},
    "Squared error of the next frame, by how many frames were seen. From one: "
    + ", ".join(f"{w} {gather(result, n, 'lengths', 0)[0]:.1f}" for n, w in seeds.items())
    + "; from eight: "
    + ", ".join(f"{w} {gather(result, n, 'lengths', 7)[0]:.1f}" for n, w in seeds.items())
    + f" ({made(*seeds)}).",
    xlabel="frames seen before",
    ylabel="squared error per frame",
)

# %% [markdown]
# From one frame nobody can tell where a digit goes: there, any model can only smear.
#
# ## 7. What the hidden states are good for
#
# The report put a small classifier on the states, and named up to 59 % of the videos of UCF-101
# rightly. Ours are the five actions of lesson 12. A ladder learns, without labels, to predict
# clips of actions; then a head of 64 units is trained to name the action from the states after the
# last frame. We read the report's three choices so: the **deepest** rung alone; the states of all
# rungs **subsampled** to 3×3 places; **both**. Each with and without batch norm, and dropout.
#
# <!--
# "can only smear" = min([output("error by frames seen", "always 5 in training"),
#     output("error by frames seen", "2 to 8 in training")])
#     > 1.3 * output("error by frames seen", "always 5 in training", 2)
# -->

# %% guess the states' worth
heads = list(result["trials"]["actions/0"]["actions"])
trained, raw = (
    {head: gather(result, "actions", key, head) for head in heads}
    for key in ("actions", "actions, random")
)
best, best_raw = (max(kind.values())[0] for kind in (trained, raw))
answers = [
    "near chance (20 %)",
    "better, and training the ladder helps",
    "better, but a ladder with random weights does as well",
]
Guess(
    "Five actions, told apart by motion only. What are the states of the trained ladder worth?",
    answers,
    answers[0 if best < 25 else 1 if best > best_raw + 2 else 2],
    f"The best head names {best:.1f} % of held-out clips from the trained ladder, {best_raw:.1f} % "
    "from one with random weights, that never learnt anything. Always ask for the second number.",
)

# %% classifiers of the states
KINDS = ("deepest", "subsampled", "both")
EXTRAS = {
    "plain": "",
    "dropout": ", dropout",
    "batch norm": ", batch norm",
    "batch norm, dropout": ", batch norm, dropout",
}
plots.bars(
    KINDS,
    {
        words: [round(trained[kind + extra][0], 1) for kind in KINDS]
        for words, extra in EXTRAS.items()
    },
    {words: [trained[kind + extra][1] for kind in KINDS] for words, extra in EXTRAS.items()},
    {"chance": 20.0, "best, random ladder": best_raw},
    f"Actions named rightly, in % of {2 * result['size']['tests']} held-out clips, from "
    f"{5 * result['size']['tests']} with labels (seeds: {runs('actions')}): "
    + "; ".join(f"{h} {trained[h][0]:.1f} ± {trained[h][1]:.1f}" for h in heads)
    + f". From a ladder with random weights at most {best_raw:.1f}.",
    ylabel="% of clips",
    height=400,
)

# %% [markdown]
# ## 8. All four rungs
#
# The ladders above have two rungs and learn for less than a minute. A pretrained one has four, as
# the report's: maps of 16×16, 8×8, 4×4 and 2×2. It learnt from clips of two digits, with five
# frames seen and all that follow predicted and fed back. There is also a pretrained LSTM that
# learnt from the same clips, the composite of lesson 06. Both now see ten held-out frames and say
# ten more.

# %% the tall one and the flat one
tall, flat = (
    pretrained.load_pretrained("ladder-two-digits"),
    pretrained.load_pretrained("composite-two-digits"),
)
cards = {"ladder": tall.card, "LSTM": flat.card}
films_of = Settings.from_dict(flat.card["settings"])
tried = to_unit(evaluation.heldout_data(films_of).batch(0, 5 if scale == "smoke" else 200))
past, later = tried.tensor_split([films_of.frames_in])
with torch.no_grad():
    both = {"ladder": tall(past, len(later)), "LSTM": flat(past, len(later)).future.sigmoid()}
errors_by = {name: metrics.squared_error(given, later).mean(1) for name, given in both.items()}
for name, card in cards.items():
    there = f"{card['parameters']:,} parameters, {card['steps']:,} steps"
    print(f"{name}: {there}, {card['steps'] * card['settings']['batch_size']:,} clips")

# %% guess which one predicts better
near, far = ([error[t].item() for error in errors_by.values()] for t in (0, -1))
answers = [
    "the ladder, near and far",
    "the LSTM, near and far",
    "the ladder near, the LSTM far",
    "the LSTM near, the ladder far",
]
Guess(
    "Which has the lower squared error at the first predicted frame (near), and the tenth (far)?",
    answers,
    answers[(0 if far[0] < far[1] else 2) if near[0] < near[1] else (1 if far[1] < far[0] else 3)],
    f"First frame: ladder {near[0]:.1f}, LSTM {near[1]:.1f}. Tenth: {far[0]:.1f} and {far[1]:.1f}. "
    "A ladder need not learn for each place anew how a stroke moves: its kernels serve everywhere. "
    "But it lives on what it has just predicted. Look at a clip.",
)

# %% error by frame, ladder and LSTM
base_levels = evaluation.baselines(films_of, len(tried[0]))
ahead = range(films_of.frames_in + 1, len(tried) + 1)
plots.curves(
    {name: (ahead, error) for name, error in errors_by.items()}
    | {
        name.replace("_", " "): (ahead, base_levels[name]["per_step"]["mse"])
        for name in ("copy_last", "mean_image")
    },
    text="Squared error by frame, ten seen and ten predicted: "
    + ", ".join(f"{name} {error.mean():.1f} on average" for name, error in errors_by.items())
    + f" ({len(tried[0])} held-out clips, pretrained models).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
)

# %% one clip, two futures
plots.frames(
    {"truth": later[:, 3]} | {name: given[:, 3].clamp(0, 1) for name, given in both.items()},
    "One held-out clip, frames 11 to 20: what came, and what the two predict.",
    first=films_of.frames_in + 1,
)

# %% [markdown]
# The ladder begins sharper, and loses a digit where the two overlap. A likely reason: each frame
# that it predicts goes back in through the encoder, and what has faded there is soon gone for
# good. The LSTM looks at nothing after frame 10: where each digit goes is in its state, and stays
# there. (It has also learnt from more clips, with more parameters. That the ladder would end there
# too, with as many, is not shown here.)
#
# Now watch the tall one. Which rung shows two digits, and on which are they one blob? Where are
# they while they overlap?
#
# <!--
# rivals = "guess which one predicts better"
# sizes = "the tall one and the flat one"
# "The ladder begins sharper" = output(rivals, "First frame: ladder")
#     < output(rivals, "First frame: ladder", 2)
# "is in its state, and stays there" = output(rivals, "Tenth:")
#     > 1.2 * output(rivals, "Tenth:", 2)
# "learnt from more clips, with more parameters" = output(sizes, "LSTM:", 3)
#     > output(sizes, "ladder:", 3) and output(sizes, "LSTM:") > output(sizes, "ladder:")
# -->

# %% watch the tall one
StateExplorer(tall, tried[:, 3])

# %% [markdown]
# ## 9. The report's claims, beside ours
#
# "Reproduced" and "not" need at least two seeds here whose figures lie further apart than their
# spreads reach; else it says "not clear".


# %% how a claim is judged
def verdict(answer):
    return {True: "reproduced", False: "not: the other way", None: "not clear"}[answer]


def claim(words, a, b, *keys):
    pair = ("{:.3g} ± {:.2g}".format(*gather(result, name, *keys)[:2]) for name in (a, b))
    return words, verdict(lower(a, b, *keys)), " against ".join(pair)


five = errors["the five"][0] < min(copied[0], average[0])
at, off, seeds = gather(result, PHOTO, "checks")
grid_at, grid_off, _ = gather(result, PHOTO, "blocks")
truth_at, grid_true = (photo_levels["truth"][key] for key in ("checks", "blocks"))
as_well = lower("base", "coordinates", "mse", 0) is not True and runs("coordinates") > 1

# %% the paper's claims
ROWS = [
    (
        "circle learnt from 5 clips in 500 steps",
        "reproduced" if five else "not in so few steps",
        f"error {errors['the five'][0]:.1f}, copying {copied[0]:.1f}, {STEPS} steps",
    ),
    claim("1 from 5, fed back, beats 3 from 3", "base", "three at once", "mse", 0),
    claim("… at the 3rd frame", "base", "three at once", "mse", 2),
    claim("… and blurs less there (DSSIM)", "base", "three at once", "dssim", 2),
    claim("1 from 3, fed back, beats 3 from 3", "one from three", "three at once", "mse", 0),
    claim("… at the 3rd frame ", "one from three", "three at once", "mse", 2),
    claim("pixel shuffle leaves a chessboard", "none", "base", "checks"),
    (
        "… in natural clips, more than in truth",
        verdict(at - off > truth_at if seeds > 1 else None),
        f"{at:.3g} ± {off:.2g} against {truth_at:.3g}",
    ),
    (
        "… and blocks there",
        verdict(abs(grid_at - grid_true) > grid_off if seeds > 1 else None),
        f"{grid_at:.2f} ± {grid_off:.2f} against {grid_true:.2f}",
    ),
]
for words, said, numbers in ROWS:
    print(f"{words:40} {said:20} {numbers}")

# %% the paper's claims, continued
ROWS = [
    claim("nearest leaves blocks", "none", "nearest", "blocks"),
    claim("DSSIM alone: worse colours than L2", "mix 1.0 0.0", "mix 0.0 0.0", "colours"),
    claim("half DSSIM, half L2: the same", "mix 0.5 0.0", "mix 0.0 0.0", "colours"),
    claim("DSSIM alone: better contours than L2", "mix 0.0 0.0", "mix 1.0 0.0", "contours"),
    claim("40 clips are better than 5", "40 films", "5 films", "mse", 0),
    claim("frame rates 25, 15, 10 help", "25, 15, 10", "base", "mse", 0),
    claim("places help", "base", "nowhere", "mse", 0),
    claim("coordinates beat learned maps", "coordinates", "base", "mse", 0),
    ("… or do as well", "not contradicted" if as_well else "not clear", "as in the line above"),
    ("states name 59 % of UCF-101", "out of reach", f"5 actions: {best:.1f} %, chance 20 %"),
    ("300,000 steps on UCF-101 blur", "out of reach", "six days of a GPU, and UCF-101"),
]
for words, said, numbers in ROWS:
    print(f"{words:40} {said:20} {numbers}")

# %% [markdown]
# **What differs.** The report trained 31 million parameters for days on a quarter of UCF-101; we
# trained small ladders for seconds on small worlds. Where a claim holds in both, it hardly hangs
# on size. Where it does not hold here, our trainings may simply be too short to show it. What
# "out of reach" would take stands beside it.
#
# ## What to try next
#
# 1. *Five minutes.* In "train the ladder", let it learn one frame ahead (`future=1`) instead of
#    three, and look at the error by frame again. Which end of the curve gets worse, and why?
# 2. *Ten minutes.* Train the circle with `mix=(0, 1, 0)`, then with `mix=(1, 0, 0)`. A circle
#    covers less than a tenth of a frame: what does L1 make of it? What does DSSIM leave at the
#    border, where few of its windows reach?
# 3. *For the fast.* `Ladder(SIDE, rungs=2, upsampling="none")` has no enlarging. Train it on the
#    circle, and measure `experiment.chessboard` and `experiment.blocks` of what it predicts. With
#    torchvision, try `encoder="resnet18"`, and `weights=None` against `"DEFAULT"`.
#
# ## In one breath
#
# A ladder remembers at every scale at once: ConvGRUs on fine and on coarse maps, and a decoder
# that climbs back up. What it learns hangs on small choices, of loss, of enlarging, of what is
# fed back, and each can be measured against one trial that differs in nothing else. A report's
# claims are hypotheses: some hold in a world a thousand times smaller, some do not, and some are
# out of reach.
#
# Next: [15 · Video to text](15_video_to_text.ipynb). Before: [13 · Temporal
# models](13_temporal_models.ipynb).
#
# <!-- "31 million parameters" = output("what there is to learn", "here,") -->
