# %% [markdown]
# # 13 · Temporal models
#
# After this lesson you can put time into a model in six ways, and find out whether a model, or a
# task, uses motion at all.
#
# **Objectives**
#
# - **Explain** six ways from many frames to one answer, and **count** what each costs.
# - **Inflate** a filter for images to one for clips, and **test** it on a clip that stands still.
# - **Measure** whether a single frame suffices and whether shuffling hurts, and **tell** what
#   either test shows and what it does not.
# - **Decide** whether more frames are more samples of the same, or motion.
#
# **Time** 40 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Karpathy and others, *Large-scale Video Classification with Convolutional Neural
# Networks*, CVPR 2014. Carreira and Zisserman, *Quo Vadis, Action Recognition?*,
# [arXiv:1705.07750](https://arxiv.org/abs/1705.07750) (inflated). Tran and others, *A Closer Look
# at Spatiotemporal Convolutions*, [arXiv:1711.11248](https://arxiv.org/abs/1711.11248) (separable).
# Venugopalan and others, *Sequence to Sequence – Video to Text*,
# [arXiv:1505.00487](https://arxiv.org/abs/1505.00487) (frames shuffled). Srivastava, Mansimov and
# Salakhutdinov, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), Table 1.
#
# ## The question
#
# **A clip has many frames. Is that many looks at the same thing, or is it something that no frame
# has: motion?**
#
# We ask three things about clips of moving digits. *Name*: which digit is it? *Direction*: where
# does it drift to? *Action*: which of the five laws of lesson 12 do two digits obey?

# %% setup
import os
from functools import partial

import torch

from lstm_video_lab import load_digits, plots
from lstm_video_lab.data import BouncingDigits
from lstm_video_lab.data.frames import FRAME_ORDERS, to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.temporal_models import experiment as lab
from lstm_video_lab.lessons.temporal_models.experiment import TASKS, accuracy, nearest_next
from lstm_video_lab.lessons.temporal_models.model import KINDS, TemporalModel, cost, inflate
from lstm_video_lab.lessons.temporal_models.widgets import TemporalExplorer
from lstm_video_lab.metrics import squared_error
from lstm_video_lab.widgets import Guess

scale = os.environ.get("LAB_SCALE", "laptop")
sizes = lab.SIZES[scale]
result = load_result("temporal_models")
SEEDS, K = result["sizes"]["seeds"], result["sizes"]["frames"]

# %% the clips
tests = {
    task: lab.labelled_batch(task, lab.open_clips(task, sizes, "test"), 0, 200) for task in TASKS
}
rows = {}
for task, ns in {"direction": (0, 2), "action": (2, 3)}.items():
    films, labels = tests[task]
    rows |= {f"{task}: {TASKS[task][labels[n]]}": films[:, n] for n in ns}
plots.frames(
    rows,
    f"Four test clips of {sizes.frames} frames, {sizes.image_size}×{sizes.image_size} pixels "
    f"({scale} scale). Above: one digit drifts; what leaves at a wall comes back at the opposite "
    "one. Below: two digits. No digit of a test clip is in any clip of training.",
)

# %% [markdown]
# For *name* and for *direction* the clips are the same. Only the question differs. And every
# direction is shown everywhere in the frame alike: a digit at the right edge may go anywhere.

# %% guess one frame
alone = {task: accuracy(result, "one repeated", task=task, kind="frames")[0] for task in TASKS}
whole = {task: accuracy(result, task=task, kind="3d")[0] for task in TASKS}
Guess(
    "You see one frame of a clip in which a digit drifts. How often will you name its direction "
    "rightly, if you are as clever as can be?",
    ["one time in four", "one time in two", "three times in four"],
    "one time in four",
    f"There are four directions, and the frame says nothing: chance is 25 %, and the trained "
    f"network measures {alone['direction']:.1f} %. Which digit it is, the same frame tells: "
    f"{alone['name']:.1f} %, where chance is 10 %. Of the five actions, {alone['action']:.1f} %, "
    f"where chance is 20 % (mean of {SEEDS} trainings, stored results).",
)

# %% [markdown]
# ## 1. Six ways to one answer
#
# All six see a frame through the same small trunk: convolution, max(0, ·), pooling, twice. They
# differ in where the frames come together.
#
# ```
# frames      trunk ► answer for each frame                   ► mean of the answers
# features    trunk ► mean of the maps over time              ► answer
# 3d          trunk with filters over 3 frames ► mean of maps ► answer
# inflated    the same; filters made from those of a network for single frames
# separable   the same; each filter in two: over space, then over time
# lstm        trunk ► LSTM reads the maps one after the other ► answer
# ```
#
# *frames* takes K frames as **more samples**. In training, a clip is K pictures with one label; in
# the test, K opinions of which we take the mean. *features* mixes earlier: the mean of the maps is
# like a photograph with a long exposure. The other four can take K frames as **motion**.
#
# Before training, the price. An operation is a multiplication or an addition.

# %% parameters and operations tags=["nbval-check-output"]
film = torch.zeros(10, 1, 24, 24)
flat = TemporalModel("frames", 4)
models = {k: TemporalModel(k, 4, start=flat if k == "inflated" else None) for k in KINDS}
prices = {kind: cost(model, film) for kind, model in models.items()}
print("for one clip of 10 frames, 24×24 pixels, 4 classes")
print(f"{'':<10}{'parameters':>12}{'in the trunk':>14}{'operations':>13}")
for kind, (parameters, operations) in prices.items():
    trunk = sum(p.numel() for p in models[kind].trunk.parameters())
    print(f"{kind:<10}{parameters:>12,}{trunk:>14,}{operations / 1e6:>11.1f} M")

# %% [markdown]
# A filter over three frames has three times the weights, and makes three times the operations. A
# separable one has C′·(C·k² + C′·d) weights instead of C′·C·k²·d, for k×k pixels, d frames, C maps
# in and C′ out. In our first layer C is 1, and there it even costs *more*: 264 against 216. It pays
# where maps are many. The parameters outside the trunk are nearly all in the layer after it.
#
# ## 2. Inflate
#
# There are good filters for images, from millions of labelled photographs, and few labelled clips.
# So make a filter for clips out of one for images: repeat it over d frames and divide by d.
#
# ```
# W(n) = W / d   for n = 1 … d,        y(t) = Σₙ W(n) ∗ x(t − d + n)
# ```
#
# If nothing moves, all x are equal, and the sum is W ∗ x again: the clip is answered as the image.
# But what is x before the clip begins?
#
# <!--
# price = "parameters and operations"
# "three times the weights" = 2.8 < output(price, "3d", 2) / output(price, "frames  ", 2) < 3.2
# "nearly all in the layer after it" = output(price, "3d", 2) < 0.15 * output(price, "3d")
# -->

# %% the ends of a clip
conv = torch.nn.Conv2d(1, 4, 3, padding=1, bias=False)
deep, still = inflate(conv, 3), tests["name"][0][:1, :1, None].expand(8, 1, 1, -1, -1)
image = conv(still[0])
black = torch.cat((torch.zeros_like(still[:2]), still))
parts = {"first frame repeated": deep(still), "black before it": deep(black)[2:]}
sizes_of = {k: v.abs().mean((1, 2, 3, 4)) / image.abs().mean() for k, v in parts.items()}
plots.curves(
    {name: (range(1, 9), size.tolist()) for name, size in sizes_of.items()},
    {"the image's": 1.0},
    "Response of an inflated filter to a still clip, as a share of the response to its image. If "
    "the first frame is taken to have stood there before, it is 1 at every frame; with black "
    f"before the clip it is {', '.join(f'{v:.2f}' for v in sizes_of['black before it'][:3])} …",
    xlabel="frame",
    ylabel="share of the response",
)

# %% a still clip is answered as its image tags=["nbval-check-output"]
edge = (deep(still) - image).abs().amax((0, 1, 2))  # the largest over time and maps, each pixel
print("Inside the frame, largest difference below 1e-6:", bool(edge[1:-1, 1:-1].max() < 1e-6))
print("At its edge, largest difference below 1e-6:", bool(edge.max() < 1e-6))
moving = tests["direction"][0][:, :1, None]
last = (deep(moving)[-1] - conv(moving[-1])).abs().max()
print("And the last frame of a clip in which something moves:", bool(last < 1e-6))

# %% [markdown]
# Our filters look back in time, never ahead: the answer after frame t knows nothing of frame t + 1,
# as with the LSTM. Many published networks look both ways, and put black at both ends.
#
# ## 3. Where motion does not matter
#
# First the names. Three models, trained here on endless clips.


# %% train on names
def learn(task, *kinds, **more):
    for kind in kinds:
        trained[task, kind] = lab.train_model(task, kind, sizes, note=f"{task}: {kind}", **more)


trained = {}
learn("name", "frames", "3d", "lstm")
scores = {key: lab.score(model, key[0], sizes) for key, model in trained.items()}
steps = dict(zip(TASKS, sizes.steps, strict=True))
counts = range(1, sizes.frames + 1)
plots.curves(
    {kind: (counts, score["in order"]) for (_, kind), score in scores.items()},
    {"chance": 10.0},
    f"Accuracy on {sizes.test} test clips after so many frames, {steps['name']} steps of training "
    f"({scale} scale). From the first to the last frame: "
    + "; ".join(f"{k} {v['in order'][0]} to {v['in order'][-1]} %" for (_, k), v in scores.items()),
    xlabel="frames seen",
    ylabel="digit named rightly, %",
)

# %% [markdown]
# The first frame gives most of it. What more frames add is what more *samples* add: the digit lies
# on other pixels, and a slip in one frame is outvoted.
#
# <!--
# "The first frame gives most of it"
#     = output("train on names", "From the first to the last frame: frames")
#     > 0.9 * output("train on names", "From the first to the last frame: frames", 2)
# -->

# %% guess the shuffled clips
Guess(
    "Now the direction. The frames of a clip are shuffled, and the best of models may train on "
    "shuffled clips. How often will it be right?",
    ["25 %: nothing is left", "50 %: the axis is left", "100 %: places are enough"],
    "50 %: the axis is left",
    f"A clip to the left, played backwards, is a clip to the right with the same frames. In any "
    f"order they tell left and right from up and down, and no more. Measured: “3d” "
    f"{accuracy(result, 'shuffled', task='direction', kind='3d', trained='shuffled')[0]:.1f} %, "
    f"and “features”, for which order never counts, "
    f"{accuracy(result, task='direction', kind='features')[0]:.1f} % (stored results).",
)

# %% [markdown]
# ## 4. Where motion is all
#
# The same clips, the other question. All six models. The inflated one starts from the filters of
# the network that has just learned names from single frames, as its model in the literature starts
# from photographs.

# %% two that average
learn("direction", "frames", "features")

# %% four that can see motion
learn("direction", "3d", "separable", "lstm")
learn("direction", "inflated", start=trained["name", "frames"])

# %% all six on directions
scores = {kind: lab.score(trained["direction", kind], "direction", sizes) for kind in KINDS}
plots.bars(
    list(KINDS),
    {how: [round(scores[kind][how][-1]) for kind in KINDS] for how in FRAME_ORDERS},
    baselines={"a frame tells": 25.0, "its frames tell": 50.0},
    text=f"Direction: accuracy on {sizes.test} test clips, in order, with the frames shuffled, and "
    f"with one frame repeated; {steps['direction']} steps of training on clips in order ({scale} "
    "scale). The lines: what one frame, and what all frames without their order, can tell at most.",
    ylabel="accuracy, %",
)

# %% [markdown]
# Read it from the left. *frames* stays near chance: each of its opinions is on one frame. (It may
# come out a little above. The mean of opinions is made from all the places on the way, and so can
# catch something of the axis, though it was never trained for it.) *features* sees a long exposure:
# the streak has an axis and no arrow. The other four are right nearly always, and only while the
# frames are in order.
#
# ## 5. Watch them
#
# Two models more, for the actions. Then it is your turn: choose a question and a model, show it the
# clip in order, shuffled, or as one frame repeated, and move **How many**.
#
# <!--
# "frames stays near chance" = output("all accuracies", "frames  ", 3) < 35
# "right nearly always" = min([output("all accuracies", name, 3)
#     for name in ["3d", "inflated", "separable", "lstm"]]) > 95
# "only while the frames are in order" = output("accuracy by order", "direction in order", 3) < 55
# -->

# %% train on actions
learn("action", "3d", "lstm")
for kind in ("3d", "lstm"):
    score = lab.score(trained["action", kind], "action", sizes)
    print(f"{kind}: " + ", ".join(f"{how} {score[how][-1]} %" for how in FRAME_ORDERS))

# %% choose and watch
order = sorted(trained, key=lambda key: key != ("direction", "3d"))
TemporalExplorer({key: trained[key] for key in order}, tests)

# %% [markdown]
# Try this. With *direction: 3d*, go from 1 frame to 2. With *direction: features*, find a clip that
# it calls right instead of left; it is never up instead of left. With *name: lstm*, repeat one
# frame: does it grow surer, though it learns nothing new?
#
# ## 6. Two questions to ask of any model of clips
#
# **Does a single frame suffice?** Show it one frame. **Does shuffling hurt?** Shuffle. Here are the
# three tasks side by side, for “3d”, trained on clips in order.


# %% accuracy by order
def side_by_side(retrained):
    ways = {}
    for how in FRAME_ORDERS:
        trained_on = how if retrained else FRAME_ORDERS[0]
        ways[how] = [accuracy(result, how, task=t, kind="3d", trained=trained_on) for t in TASKS]
    words = "as they are tested" if retrained else "in order"
    return plots.bars(
        [f"{task} (chance {100 / len(names):.0f} %)" for task, names in TASKS.items()],
        {how: [round(mean, 1) for mean, _ in values] for how, values in ways.items()},
        {how: [spread for _, spread in values] for how, values in ways.items()},
        text=f"Accuracy of “3d” on test clips, trained on clips shown {words}: "
        + "; ".join(
            f"{t} " + ", ".join(f"{how} {v[n][0]:.1f} ± {v[n][1]:.1f} %" for how, v in ways.items())
            for n, t in enumerate(TASKS)
        )
        + f" (mean ± spread over {SEEDS} trainings, {result['scale']} scale).",
        ylabel="accuracy on test clips, %",
    )


side_by_side(retrained=False)

# %% [markdown]
# *Name* asks for no motion: all three bars are alike. *Direction* is motion and nothing else.
# *Action* falls each time: one frame is nearly worthless, and shuffling costs much.
#
# But careful. A model that has only seen clips in order has never met a shuffled one. If it fails
# there, is the order *needed*, or is the model *surprised*? So train it on shuffled clips as well,
# and on still ones.
#
# <!--
# bars = "accuracy by order"
# "all three bars are alike" = max([output(bars, "name in order", n) for n in [1, 3, 5]])
#     - min([output(bars, "name in order", n) for n in [1, 3, 5]]) < 10
# "Action falls each time" = output(bars, "action in order")
#     > output(bars, "action in order", 3) + 5 > output(bars, "action in order", 5) + 10
# "one frame is nearly worthless" = output(bars, "action in order", 5) < 25
# -->

# %% guess the surprise
fooled = accuracy(result, "shuffled", task="action", kind="3d")
used = accuracy(result, "shuffled", task="action", kind="3d", trained="shuffled")
right = whole["action"]
share = (used[0] - fooled[0]) / max(right - fooled[0], 1e-9)
parts = ["hardly any", "about half of it", "nearly all of it"]
Guess(
    f"On actions, “3d” falls from {right:.1f} to {fooled[0]:.1f} % when the frames of the test "
    "clips are shuffled. How much of that loss does it win back if it trains on shuffled clips?",
    parts,
    parts[0 if share < 0.25 else 1 if share < 0.75 else 2],
    f"It reaches {used[0]:.1f} ± {used[1]:.1f} %: {share:.0%} of the loss was surprise. The rest, "
    f"{right - used[0]:.1f} points, is what the order is worth to this model.",
)

# %% trained as tested
side_by_side(retrained=True)

# %% [markdown]
# This is the fair test, and the one to run on your own data. Shuffling only the test clips gives an
# upper limit of what order is worth. Now the three tasks are three cases:
#
# - *Name*: **a single frame** suffices.
# - *Action*: **many frames** are needed, but hardly their order. Which places are visited tells
#   most of the law: one for a digit that stands still, an arc for one that circles. (Lesson 12
#   found the same with percepts and an LSTM.)
# - *Direction*: **the order** is needed.
#
# **How many frames?** The same three tasks, after 1, 2, 3 … frames.
#
# <!--
# fair = "trained as tested"
# "but hardly their order" = output(fair, "action in order")
#     - output(fair, "action in order", 3) < 8
# "the order is needed" = output(fair, "direction in order", 3) < 60
# "a single frame suffices" = output(fair, "name in order", 5) > output(fair, "name in order") - 5
# -->

# %% accuracy against frames
curves = {
    f"{task}, {how}": (
        range(1, K + 1),
        [accuracy(result, how, k, task=task, kind="3d")[0] for k in range(1, K + 1)],
    )
    for task in TASKS
    for how in FRAME_ORDERS[:2]
}
plots.curves(
    curves,
    {"chance, direction": 25.0},
    "Accuracy of “3d” after so many frames, trained in order: "
    + "; ".join(
        f"{name} {ys[0]:.1f}, {ys[1]:.1f} … {ys[-1]:.1f} %" for name, (_, ys) in curves.items()
    )
    + f" (mean of {SEEDS} trainings, {result['scale']} scale).",
    xlabel="frames seen",
    ylabel="accuracy, %",
    height=400,
)

# %% [markdown]
# Direction is known after two frames: from then on more frames are again only more samples. An
# action unfolds: who has not yet met a wall may be drifting or bouncing.
#
# All six models on all three tasks:
#
# <!--
# "known after two frames" = output("accuracy against frames", "direction, in order", 2) > 95
# -->


# %% all accuracies
def cell(task, kind, **more):
    return "{:.1f} ± {:.1f}".format(*accuracy(result, task=task, kind=kind, **more))


print(f"{'in order':<12}" + "".join(f"{task:>16}" for task in TASKS))
for kind in KINDS:
    print(f"{kind:<12}" + "".join(f"{cell(task, kind):>16}" for task in TASKS))
spent = [row["seconds"] for row in result["trials"]]
print(f"Accuracy in %, mean ± spread over {SEEDS} trainings of {result['sizes']['steps']} steps")
print(
    f"of {result['sizes']['batch']} clips, {result['scale']} scale; "
    f"{min(spent):.0f} to {max(spent):.0f} s of one core each."
)

# %% [markdown]
# Read the columns downwards. On *direction* there are three steps, near 25, 50 and 100 %. On *name*
# nothing that knows of time is ahead of *frames*, which collects opinions on single frames; the
# inflated network had been trained on names before. On *action* filters over time are best.
#
# ## 7. A predictor that only remembers
#
# Lessons 05 to 09 predicted frames. What would plain memory do? Keep N clips. To predict the next
# frame, look for the stored stretch that is most like what you have just seen, and give out what
# followed *there*. This learns nothing at all. It is the honest rival of every network that may
# only have memorised its clips.
#
# <!--
# table = "all accuracies"
# "near 25, 50 and 100 %" = abs(output(table, "frames  ", 3) - 25) < 6
#     and abs(output(table, "features", 3) - 50) < 6 and output(table, "3d", 3) > 97
# "ahead of frames" = output(table, "frames  ") > max([output(table, name)
#     for name in ["features", "3d", "separable", "lstm"]])
# "the inflated network had been trained on names before" = output(table, "inflated")
#     > output(table, "frames  ")
# "filters over time are best" = min([output(table, name, 5) for name in ["3d", "separable"]])
#     > max([output(table, name, 5) for name in ["frames  ", "features", "inflated", "lstm"]])
# -->

# %% a memory of clips
side = sizes.image_size
make = partial(BouncingDigits, num_digits=1, image_size=side, num_frames=4, digit_size=side // 2)
train, held = (load_digits("embedded", split) for split in ("train", "test"))
numbers = (10, 30, 100, 300, 1000, 3000, 10_000) if scale != "smoke" else (5, 20)
stored = to_unit(make(train, seed=0).batch(0, numbers[-1]))  # (4, N, S, S)
new, known = (to_unit(make(d, seed=1).batch(0, 200)) for d in (held, train))


def error(guess, films):
    return squared_error(guess[None], films[3:]).mean().item()


cases = {"1 frame": (1, new), "3 frames": (3, new), "3 frames, digits of the store": (3, known)}
guesses = {
    name: [nearest_next(films[3 - L : 3], stored[3 - L :, :n]) for n in numbers]
    for name, (L, films) in cases.items()
}
lines = {k: [error(g, cases[k][1]) for g in gs] for k, gs in guesses.items()}
mean = stored[3].mean(0).expand_as(new[3])
levels = {"copy last": error(new[2], new), "mean image": error(mean, new)}

# %% guess memory
beaten = [n for n, e in zip(numbers, lines["3 frames"], strict=True) if e < levels["copy last"]]
choices = ["about 100", "about 1000", "about 10 000", "more than that"]
Guess(
    "One bouncing digit. The memory compares the last three frames. The simplest rival copies the "
    "last frame. How many stored clips does the memory need to beat it?",
    choices,
    choices[min(max(len(str(beaten[0])) - 3, 0), 2) if beaten else 3],
    f"With {numbers[-1]} clips the memory has an error of {lines['3 frames'][-1]:.1f}, the copy "
    f"{levels['copy last']:.1f}. Comparing one frame only, it has {lines['1 frame'][-1]:.1f}: the "
    "most alike frame may show the digit at the right place, but on its way elsewhere.",
)

# %% memory against baselines
plots.curves(
    {name: (numbers, values) for name, values in lines.items()},
    levels,
    f"Squared error of the next frame, by memory alone, on {new.shape[1]} clips ({scale} scale). "
    f"With {numbers[0]} and {numbers[-1]} stored clips: "
    + "; ".join(f"{name} {v[0]:.1f} and {v[-1]:.1f}" for name, v in lines.items())
    + "; ".join(["", *(f"{name} {v:.1f}" for name, v in levels.items())])
    + ". A perfect prediction has 0.",
    xlabel="stored clips",
    ylabel="squared error per frame",
    logx=True,
)

# %% what memory gives
shown = {"seen last": new[2], "truth": new[3]}
shown |= {f"{n} clips": guesses["3 frames"][numbers.index(n)] for n in (numbers[0], numbers[-1])}
plots.images(
    [frames[b] for b in (0, 3) for frames in shown.values()],
    [name for _ in (0, 3) for name in shown],
    f"Two test clips: the last frame seen, the true next one, and what the memory gives with "
    f"{numbers[0]} and with {numbers[-1]} clips, three frames compared. Look at the place, "
    "and at whose digit it is.",
    columns=4,
)

# %% [markdown]
# Memory gets better with every clip, and ever more slowly: ten times the clips for each step down
# the curve. That the asked digits are among the stored ones hardly helps: the same digit would have
# to lie in the same place, on the same way. A store that has all digits in all places on all ways
# is never full. A network need not fill one. It can learn the shape in one place and the motion in
# another, and put them together; this is what lesson 14 asks of one.
#
# ## 8. What others found, and what we find
#
# <!--
# "hardly helps" = abs(output("memory against baselines", "digits of the store", 2)
#     - output("memory against baselines", "3 frames", 2)) < 0.5
# -->


# %% the paper's claims
def judge(claim, theirs, *ours):
    values, spread = [mean for mean, _ in ours], max(spread for _, spread in ours)
    holds = values == sorted(values) and values[-1] - values[0] > spread
    verdict = "reproduced" if holds else "not reproduced"
    if min(values) > 99.5:
        verdict = "cannot tell: no room above"
    shown = ", ".join(f"{value:.1f}" for value in values)
    print(f"{claim:<42}{theirs:<22}{shown:<20}{verdict}")


print(f"{'claim':<42}{'published':<22}{'here, %':<20}")
for t in TASKS:
    value = {kind: accuracy(result, task=t, kind=kind) for kind in KINDS}
    mixed = accuracy(result, "shuffled", task=t, kind="lstm", trained="shuffled")
    judge(f"{t}: LSTM better than one frame", "72.2, 74.5 % [1]", value["frames"], value["lstm"])
    triple = (value["features"], mixed, value["lstm"])
    judge(f"{t}: mean < shuffled < in order", "27.7, 28.2, 29.2 [2]", *triple)
    judge(f"{t}: inflated better than new", "yes [3]", value["3d"], value["inflated"])
    judge(f"{t}: separable better than 3d", "yes [4]", value["3d"], value["separable"])

# %% [markdown]
# [1] Srivastava and others, Table 1, UCF-101, single frame and LSTM. [2] Venugopalan and others,
# METEOR of captions (MSVD): mean of frames, LSTM on shuffled frames, LSTM in order. [3] Carreira
# and Zisserman: filters from photographs, against random ones. [4] Tran and others, with as many
# weights as 3d and a bend between space and time, which ours has not. A claim counts as
# *reproduced* here if the order is the same and the difference is beyond the spread over seeds.
#
# **What differs.** Their clips are real, their filters come from millions of photographs, and their
# networks have millions of weights. Ours drift on black. What is *out of reach* at this scale is a
# statement about real actions: it takes their clips, and a graphics card for days. Within reach is
# to see why their gains from order are so small. On UCF-101 a frame with a pool says “swimming”.
# Their tasks are, for the most part, our *name*, with something of our *action*.
#
# One thing more about inflating. The inflated network had a start that the others had not: steps of
# training on names. On *name* this is simply longer training. On *action* it did harm. An inflated
# filter begins as a mean over its frames, alike for a clip and the clip played backwards. Our
# guess, not tested, is that this start was hard to leave.
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer, take *action: 3d* and shuffle. Which actions does it now take
#    everything for?
# 2. *Ten minutes.* `lab.train_model("direction", "features", sizes, "shuffled")`: predict its
#    accuracy before you score it with `lab.score`.
# 3. *For the fast.* `TemporalModel("3d", 4, depth=2)` spans two frames in each layer. Is that
#    enough for directions? And `depth=1`? Train it with `fit`, as `lab.train_model` does. Then
#    do exercise 11, inflated convolution.
#
# ## In one breath
#
# More frames are more samples, or they are motion, and the task decides which. One frame repeated
# and frames shuffled tell the two apart, if the model was also trained on such clips. Filters over
# time, inflated or separable, and an LSTM all find motion; a mean over frames finds its streak.
#
# Next: [14 · A video ladder](14_video_ladder.ipynb), where a memory sits at every resolution, and
# frames are predicted again.
#
# <!--
# "all find motion" = min([output("all accuracies", name, 3)
#     for name in ["3d", "inflated", "separable", "lstm"]]) > 95
# -->
