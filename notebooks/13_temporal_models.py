# %% [markdown]
# # 13 · Temporal models
#
# After this lesson you can put time into a model in six ways, and find out whether a model, or a
# task, uses motion at all.
#
# **Objectives**
#
# - **Explain** six ways from many frames to one answer, and **count** what each costs.
# - **Inflate** a filter for images to one for clips in two ways, and **tell** what the stills
#   behind it give from what its layout gives.
# - **Measure** whether a single frame suffices and whether shuffling hurts, and **tell** what
#   either test shows and what it does not.
# - **Decide** whether more frames are more samples of the same, or motion.
#
# **Time** 45 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Karpathy and others, *Large-scale Video Classification with Convolutional Neural
# Networks*, CVPR 2014. Carreira and Zisserman, *Quo Vadis, Action Recognition?*,
# [arXiv:1705.07750](https://arxiv.org/abs/1705.07750) (inflated). Tran and others, *A Closer Look
# at Spatiotemporal Convolutions*, [arXiv:1711.11248](https://arxiv.org/abs/1711.11248) (separable).
# Venugopalan and others, *Sequence to Sequence – Video to Text*,
# [arXiv:1505.00487](https://arxiv.org/abs/1505.00487) (frames shuffled). Weston, Chopra and Bordes,
# *Memory Networks*, [arXiv:1410.3916](https://arxiv.org/abs/1410.3916). Srivastava, Mansimov and
# Salakhutdinov, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), Table 1. And a lecture,
# *Learning temporal models*, whose list of models and tests this lesson follows.
#
# ## The question
#
# **A clip has many frames. Is that many looks at the same thing, or is it something that no frame
# has: motion?**
#
# We ask three things about clips of moving digits. *Name*: which digit is it? *Direction*: where
# does it drift to? *Action*: which of the five laws of lesson 12 do two digits obey?

# %% Setup tags=["hide-input"]
import os

import torch

from lstm_video_lab import check
from lstm_video_lab.data.frames import FRAME_ORDERS
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.temporal_models import experiment as lab
from lstm_video_lab.lessons.temporal_models import figures, guesses, memory
from lstm_video_lab.lessons.temporal_models.experiment import TASKS
from lstm_video_lab.lessons.temporal_models.localise import what_it_hangs_on
from lstm_video_lab.lessons.temporal_models.model import KINDS, TemporalModel, inflate
from lstm_video_lab.lessons.temporal_models.widgets import TemporalExplorer
from lstm_video_lab.widgets import Guess
from lstm_video_lab.widgets.film import FilmPlayer

scale = os.environ.get("LAB_SCALE", "laptop")
sizes = lab.SIZES[scale]
result, inflated = load_result("temporal_models"), load_result("inflating")

# %% The clips
tests = {
    task: lab.labelled_batch(task, lab.open_clips(task, sizes, "test"), 0, 200) for task in TASKS
}
FilmPlayer(
    figures.four_clips(tests),
    "Four test clips. In the first two one digit drifts; what leaves at a wall comes back at the "
    "opposite one. In the others two digits move. No digit of a test clip is in any of training.",
)

# %% [markdown]
# For *name* and for *direction* the clips are the same. Only the question differs.
#
# **You see one frame of a clip in which a digit drifts. How often will you name its direction
# rightly, if you are as clever as can be?**

# %% Guess: one frame tags=["hide-input"]
Guess(guesses.ONE_FRAME, result)

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
# **Write one line yourself.** Make that photograph: from clips, the mean of their frames.


# %% A long exposure
def long_exposure(clips):  # (T, B, S, S) → (B, S, S)
    return ...


check("temporal_models/long_exposure", long_exposure)

# %% [markdown]
# Before training, the price. An operation is a multiplication or an addition.

# %% Parameters and operations tags=["nbval-check-output"]
flat = TemporalModel("frames", 4)
models = {k: TemporalModel(k, 4, start=flat if k == "inflated" else None) for k in KINDS}
print(figures.of_costs(models, clip=torch.zeros(10, 1, 24, 24)))

# %% [markdown]
# A filter over three frames has three times the weights, and makes three times the operations. A
# separable one has fewer, for $k×k$ pixels, $d$ frames, and $C$ maps in and $D$ out:
#
# $$\text{3d:} \quad D \, C \, k^2 \, d \qquad \qquad
# \text{separable:} \quad D \, (C \, k^2 + D \, d)$$
#
# In our first layer $C$ is 1 and $D$ is 8, and there it even costs *more*: 264 against 216. It pays
# where maps are many. The parameters outside the trunk are nearly all in the layer after it.
#
# ## 2. Where motion does not matter
#
# First the names. Three models, trained here on endless clips.
#
# <!--
# price = "Parameters and operations"
# "three times the weights" = 2.8 < output(price, "3d", 2) / output(price, "frames  ", 2) < 3.2
# "nearly all in the layer after it" = output(price, "3d", 2) < 0.15 * output(price, "3d")
# -->

# %% Train on names timeout=900
trained = lab.train_models("name", ["frames", "3d", "lstm"], sizes)
scores = {kind: lab.score(model, task, sizes) for (task, kind), model in trained.items()}
figures.draw_names(scores, sizes, scale)

# %% [markdown]
# The first frame gives most of it. What more frames add looks like what more
# *samples* add: the digit lies on other pixels, and a slip in one frame is outvoted. (The control:
# one frame repeated ten times gives the LSTM 75.5 %, ten frames 82.3 %, in stored results. Who ends
# ahead of whom here is one training of each. Three are in the table of part 5, with their spread.)
#
# Now the direction. **The frames of a clip are shuffled, and the best of models may train on
# shuffled clips. How often will it name the direction rightly?**
#
# <!--
# "75.5 %" = mean([trial.accuracy["one repeated"][9] for trial in temporal_models.trials
#     if trial.task == "name" and trial.kind == "lstm" and trial.trained == "in order"])
# "82.3 %" = mean([trial.accuracy["in order"][9] for trial in temporal_models.trials
#     if trial.task == "name" and trial.kind == "lstm" and trial.trained == "in order"])
# "The first frame gives most of it"
#     = output("Train on names", "From the first to the last frame: frames")
#     > 0.9 * output("Train on names", "From the first to the last frame: frames", 2)
# -->

# %% Guess: shuffled clips tags=["hide-input"]
Guess(guesses.SHUFFLED, result)

# %% Long exposures
figures.draw_exposures(*tests["direction"], TASKS["direction"])

# %% [markdown]
# ## 3. Where motion is all
#
# The same clips, the other question. All six models. The inflated one starts from the filters of
# the network that has just learned names from single frames; what inflating is comes in part 6.

# %% Two that average timeout=900
trained |= lab.train_models("direction", ["frames", "features"], sizes)

# %% Four that can see motion timeout=900
trained |= lab.train_models("direction", ["3d", "separable", "lstm"], sizes)
trained |= lab.train_models("direction", ["inflated"], sizes, start=trained["name", "frames"])

# %% All six on directions
scores = {kind: lab.score(trained["direction", kind], "direction", sizes) for kind in KINDS}
figures.draw_directions(scores, sizes, scale)

# %% [markdown]
# Read it from the left. *frames* stays near chance: each of its opinions is on one frame. (It may
# come out a little above. The mean of opinions is made from all the places on the way, and so can
# catch something of the axis, though it was never trained for it.) *features* sees a long exposure:
# the streak has an axis and no arrow. The other four are right nearly always, and only while the
# frames are in order.
#
# ## 4. Watch them
#
# Two models more, for the actions. Then it is your turn: choose a question and a model, show it the
# clip in order, shuffled, or as one frame repeated, and move **How many**.
#
# <!--
# "frames stays near chance" = output("All accuracies", "frames  ", 3) < 35
# "right nearly always" = min([output("All accuracies", name, 3)
#     for name in ["3d", "inflated", "separable", "lstm"]]) > 95
# "only while the frames are in order" = output("Accuracy by order", "direction in order", 3) < 55
# -->

# %% Train on actions timeout=900
trained |= lab.train_models("action", ["3d", "lstm"], sizes)
for kind in ("3d", "lstm"):
    score = lab.score(trained["action", kind], "action", sizes)
    print(f"{kind}: " + ", ".join(f"{how} {score[how][-1]} %" for how in FRAME_ORDERS))
answer, share = lab.commonest_answer(trained["action", "3d"], "action", sizes, "one repeated")
print(f"3d, one frame repeated: answers “{answer}” to {share:.0f} % of the clips")

# %% Choose and watch
order = sorted(trained, key=lambda key: key != ("direction", "3d"))
TemporalExplorer({key: trained[key] for key in order}, tests)

# %% [markdown]
# Try this. With *direction: 3d*, go from 1 frame to 2. With *direction: features*,
# find a clip that it calls right instead of left; it is hardly ever up instead of left. With *name:
# lstm*, repeat one frame: does it grow surer, though it learns nothing new?
#
# **Where, and when?** Nobody told a model where the digit is. Still one can ask what its answer
# hangs on: paint a small square of one frame black, and see how far the probability of the true
# class falls; then the next square, in every frame. White is where it falls most in that frame.

# %% What the answer hangs on
clips, labels = tests["name"]
fall = what_it_hangs_on(trained["name", "3d"], clips[:, 3], int(labels[3])).relu()  # (T, 8, 8)
figures.draw_what_it_hangs_on(clips[:, 3], fall, int(labels[3]))

# %% [markdown]
# That is *localising in space and time* from labels of whole clips: the lecture names it as the
# next step after naming. What the squares find is what **this model** leans on, which need not be
# all of the digit.
#
# ## 5. Two questions to ask of any model of clips
#
# **Does a single frame suffice?** Show it one frame. **Does shuffling hurt?** Shuffle. Here are the
# three tasks side by side, for “3d”, trained on clips in order.

# %% Accuracy by order
figures.draw_by_order(result, retrained=False)

# %% [markdown]
# *Name* asks for no motion: all three bars are alike. *Direction* is motion and nothing else.
# *Action* falls each time: to this model one frame is worth nothing, and shuffling costs much.
# (20.0 ± 0.0 is no slip. A repeated frame *is* a clip of digits that stand still, and all of them
# get one answer: see the last line below "Train on actions". One action in five is that one.)
#
# But careful. A model that has only seen clips in order has never met a shuffled one. If it fails
# there, is the order *needed*, or is the model *surprised*? So train it on shuffled clips as well,
# and on still ones. **Shuffled, the actions fall behind. How much of that loss does “3d” win back
# if it trains on shuffled clips?**
#
# <!--
# bars = "Accuracy by order"
# "all three bars are alike" = max([output(bars, "name in order", n) for n in [1, 3, 5]])
#     - min([output(bars, "name in order", n) for n in [1, 3, 5]]) < 10
# "Action falls each time" = output(bars, "action in order")
#     > output(bars, "action in order", 3) + 5 > output(bars, "action in order", 5) + 10
# "one frame is worth nothing" = output(bars, "action in order", 5) < 25
# -->

# %% Guess: needed or surprised tags=["hide-input"]
Guess(guesses.SURPRISE, result)

# %% Trained as tested
figures.draw_by_order(result, retrained=True)

# %% [markdown]
# This is the fair test, and the one to run on your own data. Shuffling only the test clips gives an
# upper limit of what order is worth. Now the three tasks are three cases:
#
# - *Name*: **a single frame** suffices for “3d”; an LSTM gains some points from more.
# - *Action*: **many frames** are needed, but hardly their order. Which places are visited tells
#   most of the law: one for a digit that stands still, an arc for one that circles.
# - *Direction*: **the order** is needed.
#
# **How many frames?** The same three tasks, after 1, 2, 3 … frames.
#
# <!--
# fair = "Trained as tested"
# "but hardly their order" = output(fair, "action in order")
#     - output(fair, "action in order", 3) < 8
# "the order is needed" = output(fair, "direction in order", 3) < 60
# "a single frame suffices" = output(fair, "name in order", 5) > output(fair, "name in order") - 5
# -->

# %% Accuracy against frames
figures.draw_against_frames(result)

# %% [markdown]
# Direction is known after two frames: from then on more frames are again only more samples. An
# action unfolds: who has not yet met a wall may be drifting or bouncing.
#
# All six models on all three tasks:
#
# <!--
# "known after two frames" = output("Accuracy against frames", "direction, in order", 2) > 95
# -->

# %% All accuracies
print(lab.table(result))

# %% [markdown]
# Read the columns downwards. On *direction* there are three steps, near 25, 50 and 100 %. On *name*
# nothing that knows of time is ahead of *frames*, which collects opinions on single frames; the
# inflated network had been trained on names before. On *action*, on average, new filters over time
# are ahead, and inflated ones behind even *features*.
#
# ## 6. Inflate, and how
#
# There are good filters for images, from millions of labelled photographs, and few labelled clips.
# So make a filter for clips out of one for images. The usual way repeats it over d frames and
# divides by d:
#
# $$y(t) = \sum_{n=1}^{d} W_n * x(t - d + n), \qquad W_n = \frac{W}{d}$$
#
# If nothing moves, all $x$ are equal, and the sum is $W * x$ again: the clip is answered as the
# image. But other $W_n$ have the same sum. Put all of $W$ into the last slice, $n = d$, which sees
# the present frame, and 0 before: a still clip is answered as its image, just as well. (In
# [Exercise 11](../exercises/11_inflated_convolution.ipynb) you write both, and prove it.)
#
# <!--
# table = "All accuracies"
# "near 25, 50 and 100 %" = abs(output(table, "frames  ", 3) - 25) < 6
#     and abs(output(table, "features", 3) - 50) < 6 and output(table, "3d", 3) > 97
# "ahead of frames" = output(table, "frames  ") > max([output(table, name)
#     for name in ["features", "3d", "separable", "lstm"]])
# "the inflated network had been trained on names before" = output(table, "inflated")
#     > output(table, "frames  ")
# "new filters over time are ahead" = min([output(table, name, 5) for name in ["3d", "separable"]])
#     > max([output(table, name, 5) for name in ["frames  ", "features", "inflated", "lstm"]])
# "inflated ones behind even features" = output(table, "inflated", 5)
#     < output(table, "features", 5)
# -->

# %% Two ways to inflate
figures.draw_inflated(trained["name", "frames"].trunk[0])

# %% A still clip is answered as its image tags=["nbval-check-output"]
conv = torch.nn.Conv2d(1, 4, 3, padding=1, bias=False)
clips = tests["direction"][0][:, :1, None]
still = clips[:1].expand(8, 1, 1, -1, -1)
for where in ("mean", "last"):
    deep = inflate(conv, 3, where)
    apart = (deep(still) - conv(still[0])).abs()[..., 1:-1, 1:-1].max()
    moved = (deep(clips)[-1] - conv(clips[-1])).abs().max()
    print(f"W {where}: a still clip as its image: {bool(apart < 1e-6)}")
    print(f"W {where}: a moving clip as its last image: {bool(moved < 1e-6)}")

# %% [markdown]
# What is x before the clip begins? Ours takes the first frame to have stood there all the time. And
# our filters look back in time, never ahead: the answer after frame t knows nothing of frame t + 1,
# as with the LSTM. Many published networks look both ways, and put black at both ends.

# %% The ends of a clip
figures.draw_still_response(conv, tests["name"][0][0, :1])

# %% [markdown]
# Now the experiment for which inflating was invented. A network for single frames learns to name
# *stills* of the digits 0 to 4. Its filters start a network for clips of the digits **5 to 9**,
# which never were in a still, and which drift in four directions: 20 classes, and only 300 labelled
# clips.
#
# **300 labelled clips of five digits that no still showed, in four directions. From which start
# does the network for clips learn most?**
#
# <!--
# "300 labelled clips" = inflating.sizes.few
# -->

# %% Guess: which start tags=["hide-input"]
Guess(guesses.START, inflated)

# %% Few labels, by start
figures.draw_inflating(inflated)

# %% [markdown]
# Three things are seen.
#
# **W/3 hurts.** *Digits* it names better than the new network does. But of *directions* it knows
# two in three, where the new one knows nearly all. A likely reason: its three slices are equal at
# the start, and a mean over three frames smears what moves. After 300 clips it is still behind.
#
# **W in the last slice helps**, by 14 points over new filters: digits as with W/3, directions as
# with new ones. Not that it knows of time at the start: it sees one frame at a time, and answers a
# clip and the clip played backwards exactly alike. But it learns direction from the same 300 clips.
# Why one start does and the other does not, these bars do not say.
#
# **What of it comes from the stills?** The last two groups have the same layouts with a W that has
# learnt nothing. W/3 is as bad without stills; the last slice is nearly as good: 10 of the 14
# points are the layout's, and the 4 that the stills add are less than the spread. Without these
# two groups one would have said “pretraining helps by 14 points”.
#
# (The inflated network of the table in part 5 started with W/3, and on *action* it is far behind.
# Why that costs so much there, where order hardly counts, these runs do not tell.)
#
# <!--
# "far behind" = output("All accuracies", "inflated", 5) < output("All accuracies", "3d", 5) - 10
# few = "Few labels, by start"
# "Digits it names better" = output(few, "W/3 everywhere:", 3) > output(few, "random:", 3) + 5
# "two in three" = 0.55 < output(few, "W/3 everywhere:", 5) / 100 < 0.75
# "nearly all" = output(few, "random:", 5) > 95
# "by 14 points" = output(few, "W in the last slice:") - output(few, "random:")
# "it sees one frame at a time" = printed("A still clip is answered as its image",
#     "W last: a moving clip as its last image: True")
# "W/3 is as bad without stills" = abs(output(few, "W/3, W random:")
#     - output(few, "W/3 everywhere:")) < 4
# "10 of the 14 points" = [output(few, "last slice, W random:") - output(few, "random:"),
#     output(few, "W in the last slice:") - output(few, "random:")]
# "4 that the stills add" = output(few, "W in the last slice:")
#     - output(few, "last slice, W random:")
# "less than the spread" = output(few, "W in the last slice:")
#     - output(few, "last slice, W random:") < output(few, "last slice, W random:", 2)
# -->

# %% More labels
figures.draw_labels(inflated)

# %% [markdown]
# With fewer labels and with more the order of the three stays the same on average; at
# 100 and at 1000 the lower two are within their spreads. From 300 to 1000 the others win back
# ground, W/3 most: it has all but caught up with the new network.
#
# <!--
# labels = "More labels"
# "the order of the three stays the same on average" = all(output(labels, "W/3 everywhere", n)
#     < output(labels, "random", n) < output(labels, "last slice", n) for n in [1, 3, 5])
# "W/3 most" = output(labels, "W/3 everywhere", 5) - output(labels, "W/3 everywhere", 3)
#     > output(labels, "random", 5) - output(labels, "random", 3)
#     > output(labels, "last slice", 5) - output(labels, "last slice", 3)
# "it has all but caught up" = output(labels, "random", 5) - output(labels, "W/3 everywhere", 5) < 3
# -->
#
# ## 7. A predictor that only remembers
#
# Lessons 05 to 09 predicted frames. What would plain memory do? Keep N clips. To predict the next
# frame, look for the stored stretch that is most like what you have just seen, and give out what
# followed *there*. This learns nothing at all: whoever learns should be able to beat it.

# %% A memory of clips
numbers = memory.NUMBERS if scale != "smoke" else (5, 20)
recalled = memory.ask_memory(sizes.image_size, numbers)

# %% [markdown]
# **One bouncing digit. The memory compares the last three frames. The simplest rival copies the
# last frame. How many stored clips does the memory need to beat it?**

# %% Guess: memory tags=["hide-input"]
Guess(guesses.MEMORY, recalled)

# %% Memory against baselines
figures.draw_memory(recalled, scale)

# %% What memory gives
figures.draw_recalled(recalled)

# %% [markdown]
# On average memory gets better with more clips, and ever more slowly: ten times the clips for each
# step down the curve. (Not in every clip: see the count below the picture. And with 100 it is worse
# than the mean image.) That the asked digits are
# among the stored ones hardly helps: the same digit would have to lie in the same place, on the
# same way. A store that has all digits in all places on all ways is never full. Must a network
# fill one? Lesson 14 puts one beside such a memory.
#
# Between the two lies the **memory network** of the lecture: it keeps a store, as ours does, but
# *learns* what to compare, and mixes several answers in the place of copying the nearest.
#
# ## 8. What others found, and what we find
#
# <!--
# "hardly helps" = abs(output("Memory against baselines", "digits of the store", 2)
#     - output("Memory against baselines", "3 frames", 2)) < 0.5
# -->

# %% The claims
print(lab.claims(result))

# %% [markdown]
# [1] Srivastava and others, Table 1, UCF-101, single frame and LSTM. *One frame* is here the
# network *frames*, the mean of its opinions on all frames. [2] Venugopalan and others, METEOR of
# captions (MSVD): mean of frames, LSTM on shuffled frames, LSTM in order. [4] Tran and others, with
# as many weights as 3d and a bend between space and time, which ours has not. A claim counts as
# *reproduced* here if the order is the same and the difference is beyond the spread over seeds, as
# *the other way* if it is reversed as clearly, and else as *not clear*: three trainings are few.
# [3] is not in the table: that inflated filters beat new ones (Carreira and Zisserman, filters from
# photographs), had its own experiment in part 6: with W/3 it is not reproduced, with W in the last
# slice it is, and most of that is the layout, not the stills.
#
# **What differs.** Their clips are real, their filters come from millions of photographs, and their
# networks have millions of weights. Ours drift on black. What is *out of reach* at this scale is a
# statement about real actions: it takes their clips, and a graphics card for days. Within reach is
# to see why their gains from order are so small. On UCF-101 a frame with a pool says “swimming”.
# Their tasks are, for the most part, our *name*, with something of our *action*.
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer, take *action: 3d* and shuffle. Which actions does it now take
#    everything for?
# 2. *Ten minutes.* `lab.train_model("direction", "features", sizes, "shuffled")`: predict its
#    accuracy before you score it with `lab.score`.
# 3. *For the fast.* `TemporalModel("3d", 4, depth=2)` spans two frames in each layer. Is that
#    enough for directions? And `depth=1`? Train it with `fit`, as `lab.train_model` does.
# 4. [Exercise 11](../exercises/11_inflated_convolution.ipynb): write `inflate` yourself, count
#    operations, and make a separable filter.
#
# ## In one breath
#
# More frames are more samples, or they are motion, and the task decides which. One frame repeated
# and frames shuffled tell the two apart, if the model was also trained on such clips. Filters over
# time, inflated or separable, and an LSTM all find motion; a mean over frames finds its streak. And
# with few clips it matters more how a start lays its filters out in time than what stills have
# taught them.
#
# Next: [14 · A video ladder](14_video_ladder.ipynb), where a memory sits at every resolution, and
# frames are predicted again.
#
# <!--
# "all find motion" = min([output("All accuracies", name, 3)
#     for name in ["3d", "inflated", "separable", "lstm"]]) > 95
# -->
