# %% [markdown]
# # 04 · The LSTM autoencoder
#
# After this lesson you can say what an LSTM keeps of a clip, what the order has to do with it in
# which the clip is asked back, and what more units buy.
#
# **Objectives**
#
# - **Trace** a clip through encoder, state and decoder, and **count** the parameters.
# - **Find out** by experiment whether the order of the frames matters, and **explain** what you
#   find.
# - **Compare** sizes fairly: for equal time, and for equal steps.
# - **Judge** what a low reconstruction error proves, and what it does not.
#
# **Time** 35 minutes to read, 2 minutes of computing.
#
# **References** Srivastava, Mansimov and Salakhutdinov,
# [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), section 2.2 (the autoencoder). Sutskever,
# Vinyals and Le, [arXiv:1409.3215](https://arxiv.org/abs/1409.3215), section 3.3 (the
# order of words, in translation). The lab report *Unsupervised Learning of Video Representations
# using LSTMs* of 2017,
# which repeats the paper's experiments (its table of units).
#
# ## The question
#
# **How do you squeeze ten frames into one vector of numbers, and get them back?**

# %% setup tags=["hide-input"]
import torch

from lstm_video_lab import Settings, VideoModel, check, evaluation, metrics, training
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.autoencoder import figures, guesses, output_order
from lstm_video_lab.lessons.autoencoder.state_bottleneck import cost_of_each, reconstruct
from lstm_video_lab.lessons.autoencoder.widgets import (
    OrderExplorer,
    StateExplorer,
    UnitsExplorer,
)
from lstm_video_lab.widgets import Guess

settings = Settings.for_lesson(predict=False, steps=950, batch_size=16, learning_rate=4e-3)

# %% the clip
T, size = settings.frames_in, settings.image_size
past = evaluation.heldout_data(settings).batch(0, 200)[:T].float() / 255  # (T, N, H, W)
figures.draw_clip(past[:, 4], numbers=2 * settings.units)

# %% [markdown]
# ## 1. Two LSTMs and one bridge
#
# An **autoencoder** learns to give back what it was given. That is only interesting because the
# way through is narrow. Here the narrow place is the state of an LSTM.
#
# ```
#  frame 1    frame 2        frame 10                     frame 10   frame 9        frame 1
#     │          │              │                            ▲          ▲              ▲
#     ▼          ▼              ▼                            │          │              │
#  ┌──────┐   ┌──────┐       ┌──────┐    the state h, c   ┌──────┐   ┌──────┐       ┌──────┐
#  │ LSTM │──►│ LSTM │──►…──►│ LSTM │════════════════════►│ LSTM │──►│ LSTM │──►…──►│ LSTM │
#  └──────┘   └──────┘       └──────┘   the only bridge   └──────┘   └──────┘       └──────┘
#        the encoder reads a frame                        the decoder reads nothing and
#           in each of its steps                           gives a frame in each step
# ```
#
# - The **encoder** is one LSTM. The boxes are the same weights, used again at each step. What it
#   outputs on the way is thrown away. Only its last state stays: the cell state c and the output
#   h, one number each for every unit.
# - The state is **copied** into the decoder.
# - The **decoder** is another LSTM, with weights of its own and *no input at all*. Whatever it
#   knows of the clip came over the bridge. A linear layer, the *readout*, turns its output into
#   the pixels of a frame.
# - The frames come out newest first, as the numbers over the arrows say. One could ask for the
#   oldest first as well: part 2 tries both.
#
# How many parameters is that? X is the number of pixels in a frame, H the number of units. There
# are four gates, so four matrices of each kind, one bias for each gate, and three peepholes.

# %% the parameters tags=["nbval-check-output"]
X, H = 32 * 32, 256
fixed = VideoModel(units=H, image_size=32, predict=False)
rules = {"encoder": 4 * H * (X + H) + 4 * H + 3 * H}
rules["decoder"] = 4 * H * H + 4 * H + 3 * H + (H * X + X)  # no input, but a readout
for name, part in {"encoder": fixed.encoder, "decoder": fixed.decoders}.items():
    counted = sum(weights.numel() for weights in part.parameters())
    print(f"{name}: {counted:,} parameters; the rule agrees: {counted == rules[name]}")

# %% [markdown]
# Most of them sit in the encoder's input weights, 4·H·X. The decoder has none of those.
#
# Now train one. While the bar runs, think about this: what does the decoder need to know about a
# clip of one bouncing digit? Which digit it is and how it is written, where it is, where it goes
# to. That is far less than all the pixels. Nobody tells the network so.
#
# <!--
# "Most of them sit in the encoder's input weights" = 4 * 256 * 1024
#     > (output("the parameters", "encoder:") + output("the parameters", "decoder:")) / 2
# -->

# %% train the first autoencoder
first = training.learn(settings, f"{settings.units} units")
model = first.model
report = evaluation.evaluate(model, settings, 200, similarity=False)
levels = {name.replace("_", " "): v["cross_entropy"] for name, v in report["baselines"].items()}
made = f"{first.curve['step'][-1]} steps in {first.seconds:.0f} s, {settings.scale} scale"

# %% the first learning curve
figures.draw_run(first, f"{settings.units} units", report, made)

# %% [markdown]
# The dashed lines are the baselines of lesson 03: the **mean image** (always the same grey answer),
# the **mean digit** (somebody has told it the place, and it gives the average of all digits there)
# and the **entropy bound** (nobody gets below it). They were measured on the *future* frames of the
# clips. For the frames that were seen they are nearly the same, since it is the same world; so we
# use them here too. **Copy-last** has an infinite cross-entropy. It will appear where we use
# squared error.
#
# Our autoencoder, the single point, ends near the mean digit, a little above it. It does no better
# than an answer that knows *where*, and nothing of *which*. (The training clips are of other
# digits, whose bound is about 1.5 nats higher; that is a part of why their line ends above the
# point.)
#
# **Is the state really the only bridge?** Two tests. First: hand the decoder a state and nothing
# else. Second: exchange the states of the clips, and see whether the clips are exchanged.
#
# <!--
# curve = "the first learning curve"
# "ends near the mean digit, a little above it" = output(curve, "mean digit")
#     < output(curve, "held-out clips") < 1.15 * output(curve, "mean digit")
# -->

# %% two tests of the bridge tags=["nbval-check-output"]
with torch.no_grad():
    given = model(past).reconstruction  # (T, N, H, W)
    state = model.encode(past)  # [(h, c)], each (N, units)
    alone = model.decode("reconstruction", state, T)
    moved = [(h.roll(1, 0), c.roll(1, 0)) for h, c in state]  # every clip gets its neighbour's
    exchanged = model.decode("reconstruction", moved, T)
print("From the state alone comes the same clip:", torch.allclose(alone, given, atol=1e-4))
same = torch.allclose(exchanged, given.roll(1, 1), atol=1e-4)
print("With the state of another clip comes the other clip:", same)

# %% [markdown]
# Now look at the bridge yourself. Above is a clip. The two strips are its whole state, a coloured
# line for each number. Below is what the decoder should give, and what it gives.
#
# Move **Clip** first. Then set some of the numbers to zero with **Erased**. Last, leave out one of
# the two strips with **Carried over**.

# %% move the bridge
StateExplorer(model, settings, 4)

# %% [markdown]
# After so short a training, what comes back is mostly *where* the digit was, as a soft spot, and
# little of *which* digit it was. You have seen that order of learning in lesson 00. For our
# question, the way over the bridge, it is enough.
#
# Here are the same cases for many clips at once.

# %% what erasing costs
cases = {
    "whole state": {},
    "a tenth erased": {"erased": 0.1},
    "half erased": {"erased": 0.5},
    "c only": {"carried": "c only"},
    "h only": {"carried": "h only"},
}
costs = {
    name: metrics.cross_entropy(reconstruct(model, past, **case)[2], past.flip(0)).mean().item()
    for name, case in cases.items()
}
figures.draw_erased(costs, levels, made)


# %% a tenth erased, frame by frame
def cost_by_step(erased, draw=0):
    """Nats of each output step, a mean over the clips: (T,)"""
    given = reconstruct(model, past, erased, draw=draw)[2]
    return metrics.cross_entropy(given, past.flip(0)).mean(1)


tenths = torch.stack([cost_by_step(0.1, draw) for draw in range(10)])  # (draws, T)
figures.draw_erased_by_frame(cost_by_step(0.0), tenths, levels, made)

# %% [markdown]
# Two things to take from this.
#
# **No number holds a frame.** Erase a tenth of the numbers, and the error grows by about an eighth,
# as a mean over ten draws. Draws differ: in the worst of them, one frame costs 62 % more. But even
# then no single frame is lost. The line of the worst rises over many steps together, and stays far
# below the mean image. The clip is spread over the whole vector. (This is why a unit of a network
# is so hard to put a name to. You tried in lesson 02.)
#
# **c is the memory.** Without h the decoder still finds its way. Without c it is lost, and worse
# than the mean image: a wrong picture costs more than a grey one. That fits the equations: c is
# carried on from step to step, h is only what is shown of it.
#
# <!--
# 62 = output("a tenth erased, frame by frame", "suffers most costs")
# "no single frame is lost" = output("a tenth erased, frame by frame", "suffers most costs") < 100
# "by about an eighth" = 10 < output("a tenth erased, frame by frame", "mean of the draws") < 15
# -->
#
# ## 2. In which order?
#
# The paper asks for frame 10 first and frame 1 last. It looks like a whim. You could as well ask
# for the frames in the order in which they came. So let us train both, and change nothing else: the
# same first weights, the same clips in the same order, the same number of steps. Only one line
# differs. **Write it yourself**: from the frames that the encoder read, make the frames that the
# decoder is to give. Put it where the three dots stand, and run the cell.


# %% the line that differs
def newest_first(frames):  # (T, B, H, W)
    return ...


check("autoencoder/newest_first", newest_first)

# %% [markdown]
# The blank harms nothing below: the experiment has a line of its own. Much more of an autoencoder
# is for you to write in [Exercise 5](../exercises/05_reversed_autoencoder.ipynb), *An autoencoder
# that answers in reverse*.
#
# One run proves little, so each order is trained from three seeds. The models are small (64 units),
# to be quick.
#
# <!-- "64 units" = output("both orders while they learn", "(10 frames,") -->

# %% train both orders
small = Settings.for_lesson(predict=False, units=64, steps=300, batch_size=16, learning_rate=5e-3)
orders = output_order.compare(small, seeds=(0, 1, 2))

# %% [markdown]
# They are trained; nothing has been shown.
#
# **Same model, same clips, same steps. Which order is
# learnt with less error?**

# %% guess the order
Guess(guesses.BETTER_ORDER, orders)

# %% both orders while they learn
figures.draw_learning(orders, small, levels)

# %% [markdown]
# Is it a large difference? Compare it with the distance to the mean image, and with the spread of
# the seeds: both are in the picture and the line under it. For ten frames the two lines run side
# by side. Both orders can be learnt. It is about 4 nats of the 45 that lie between the better line
# and the mean image, and it has the same sign in all three seeds: sure, and small.
#
# Now *why*. For each output step, count the steps since the decoder's frame was last *seen*: the
# **lag**. The signal that teaches has to travel back over just that many steps.
#
# <!--
# ten = "both orders while they learn"
# "the two lines run side by side" = abs(output(ten, "oldest first")
#     - output(ten, "newest first")) < 8
# "Both orders can be learnt" = output(ten, "oldest first")
#     < 0.7 * output("the first learning curve", "mean image")
# "4 nats of the 45" = [output(ten, "oldest first") - output(ten, "newest first"),
#     output("the first learning curve", "mean image") - output(ten, "newest first")]
# "the same sign in all three seeds" = min(output(ten, "seed by seed:"),
#     output(ten, "seed by seed:", 2), output(ten, "seed by seed:", 3)) > 0
# -->

# %% the lags tags=["nbval-check-output"]
for name, reverse in output_order.ORDERS.items():
    lags = output_order.lags(10, reverse)
    print(f"{name}: lags {lags}, mean {sum(lags) / len(lags):g}")

# %% [markdown]
# On average both are equally far. But in reverse there are *short* lags, and where the way is
# short, learning can begin: the last frame read is the first to be given. It works like a
# **stack**, last in, first out. What has been learnt for the newest frame would then help with the
# one before, which looks much like it. In forward order every lag is long. There is no easy frame
# to begin with.
#
# If that is the reason, then it must matter more for a longer clip. Ten frames have a lag of 10 in
# forward order, twenty frames one of 20. The shortest lag in reverse stays 1. That is a prediction
# which could fail. Test it: the same again, with the clip twice as long.
#
# <!--
# lags = "the lags"
# "equally far" = output(lags, "newest first", 11) == output(lags, "oldest first", 11)
# "a lag of 10" = output(lags, "oldest first: lags [")
# "The shortest lag in reverse stays 1" = output(lags, "newest first: lags [")
# -->

# %% twice as long
longer = small.changed(frames_in=2 * T)
long_orders = output_order.compare(longer, seeds=(0, 1))
scores = evaluation.baselines(longer)
long_levels = {k.replace("_", " "): v["cross_entropy"] for k, v in scores.items()}
figures.draw_learning(long_orders, longer, long_levels)

# %% [markdown]
# In forward order the model stays at the height of the mean image for a long time, as if it saw
# nothing, before it begins to learn. In reverse it sets off at once. (So says our run; check yours
# in the line above.)
#
# And *where* does it begin? The next picture is the heart of this lesson. It shows the error for
# each output step, early in training. Move the slider from left to right. Then choose *by frame of
# the clip*, to see which frames each model has, and which it still lacks.
#
# <!--
# early = "move through the training"
# "at the height of the mean image" = abs(output(early, "oldest first: mean")
#     - output(early, "mean image")) < 2
# "In reverse it sets off at once" = output(early, "newest first: mean")
#     < 0.9 * output(early, "mean image")
# -->

# %% move through the training
OrderExplorer(long_orders, long_levels, 3)

# %% [markdown]
# - **Newest first** dips early at its first few output steps: frames it saw a moment ago. In the
#   three stored panels the lowest place stays at output step 5, and the whole line sinks, with the
#   last few steps, the oldest frames, staying behind. (If the dip starts narrow and widens, it does
#   so before step 50: try the slider.)
# - **Oldest first** lies flat for long. It has no short way, so no frame gets ahead.
# - At the ends of the clip the error is higher, and the very first output of the reversed order is
#   not its cheapest. The stack does not explain that. A part of it is simple: a model that knows
#   only roughly where the digit was is nearest to the truth in the middle of the clip.
#
# That last point can be measured without any model. Take the *mean frame* of each clip, one blurred
# picture, and give it as the answer for every frame of that clip:
#
# <!--
# early = "move through the training"
# "at its first few output steps" = output(early, "newest first: mean", 3) < 7
# "at output step 5" = output(early, "newest first: mean", 3)
# "the oldest frames, staying behind" = output(early, "newest first: mean", 5) == 20
# "Oldest first lies flat for long" = output(early, "oldest first: mean", 4)
#     - output(early, "oldest first: mean", 2) < 5
# "not its cheapest" = output(early, "newest first: mean", 3) > 1
# -->

# %% one picture for a whole clip
films = evaluation.heldout_data(longer).batch(0, 200)[: 2 * T].float() / 255
blurred = 0.98 * films.mean(0, keepdim=True) + 0.02 * films.mean()  # no pixel is impossible
costs = metrics.cross_entropy_of_probability(blurred.expand_as(films), films).mean(1)  # (2T,)
figures.draw_mean_frame(costs, long_levels, settings.scale)

# %% [markdown]
# The ends cost more there too, both alike. So that part of the curves belongs to the clips. Most of
# the slope from the newest frame to the oldest does not: newest first pays some 10 nats more for
# the oldest than for the newest, oldest first only about 3 (step 175).
#
# What have we shown? At this scale, for one digit and a short training, the reversed order learns
# faster, and the longer the clip, the more. We have *not* shown that the forward order could never
# catch up, nor that it stays behind for every learning rate (see *What to try next*).
#
# ## 3. More units
#
# More units are a wider bridge, and a larger machine on both sides. What do they buy for the same
# **time**, and what for the same number of **steps**? Those are two questions with two answers.
#
# First by the clock. You have trained one size already. Here are two more, for as many steps as
# take the same time (on the two cores on which this was written) and with the same learning rate.
#
# <!--
# picture = "one picture for a whole clip"
# "The ends cost more there too" = output(picture, "frames:")
#     > 1.1 * output(picture, "for the oldest,")
# "both alike" = abs(output(picture, "frames:") - output(picture, "it suits best,")) < 3
# "the longer the clip, the more" = output("twice as long", "oldest first")
#     - output("twice as long", "newest first")
#     > output("both orders while they learn", "oldest first")
#     - output("both orders while they learn", "newest first") > 0
# -->

# %% train two more sizes
equal_time = {settings.units // 4: 2200, settings.units * 2: 520}  # units → steps
trained = {settings.units: first}
for units, steps in equal_time.items():
    more = {} if settings.scale == "smoke" else {"steps": steps}
    trained[units] = training.learn(settings.changed(units=units, **more), f"{units} units")
trained = dict(sorted(trained.items()))

# %% equal time
reports = {
    units: evaluation.evaluate(learned.model, settings, 200, similarity=False)
    for units, learned in trained.items()
}
figures.draw_equal_time(trained, reports, settings.scale)

# %% [markdown]
# (The lines end at nearly the same second, not at the very same.) Look at the number of steps. A
# large model pays more seconds for each step, so in the same time it takes fewer. The lines are
# losses on training clips; what counts are the points at their ends, on held-out clips. There the
# smallest is behind. Between the other two it is too close to call: they are less than a nat apart,
# with one seed of each. And a GPU would shift the race: there a large model is hardly slower than a
# small one. *A comparison for equal time is a comparison on one machine.*
#
# Now for equal steps. That takes too long to wait for, so these models were trained beforehand, by
# `lstm-video-lab experiment units`. You may run it too. The smallest has 64 units, the largest
# 2,500.
#
# **From the smallest size to the largest, with equal steps: how much of the squared error is
# left?**
#
# <!--
# sizes = "equal time"
# "it takes fewer" = output(sizes, "64 units,") > output(sizes, "256 units,")
#     > output(sizes, "512 units,")
# "the smallest is behind" = output(sizes, "64 units,", 3)
#     > 1 + max(output(sizes, "256 units,", 3), output(sizes, "512 units,", 3))
# "less than a nat apart" = abs(output(sizes, "256 units,", 3) - output(sizes, "512 units,", 3)) < 1
# -->

# %% guess what units buy
result = load_result("units")
Guess(guesses.SHARE_LEFT, result)

# %% move the units
UnitsExplorer(result)

# %% all sizes
figures.draw_all_sizes(result)

# %% [markdown]
# Look at the dashed lines, too. Even the largest has only just come down to the **mean digit**: in
# so many steps it does no better than an answer that knows the place alone.
#
# <!--
# "only just come down to the mean digit" = 0.98
#     < units.units["2500"].report.reconstruction.mse / units.baselines.mean_digit.mse < 1.05
# -->
#
# The lab report of 2017 has such a table too: autoencoders of 500, 1500 and 2500 units, squared
# error per pixel, RMSProp with a learning rate of 10⁻⁴. Its data were set up in another way, its
# frames and its training differ from ours. So the *heights* must not be compared. What may be
# compared is the **trend**: by which factor does each side fall? For that, each side is divided by
# its own value at the smallest size that both have.
#
# <!--
# trend = "the trend beside the lab report"
# "500, 1500 and 2500" = [output(trend, "per pixel:"), output(trend, "per pixel:", 3),
#     output(trend, "per pixel:", 5)]
# -->

# %% the trend beside the lab report
figures.draw_trend(result)

# %% [markdown]
# Both fall: ours mostly from 500 to 1500 units, the report's mostly from 1500 to 2500.
#
# Read such a table with care. In the report each entry is *one training*, and so are our two
# largest sizes. Our smaller ones were trained from three seeds each, which spread far less than the
# sizes differ. A larger model may be better because it can hold more, or only because it learns
# faster in the same steps. The flat ends of the curves do not decide that. They are flat because
# the learning rate is brought down to zero there.
#
# But you have trained some of these sizes too, at another learning rate. Compare:
#
# <!--
# "from three seeds each" = len(units.units["64"].seeds.mse) == len(units.units["512"].seeds.mse)
#     == 3
# "spread far less than the sizes differ" = max([max(one.seeds.mse) - min(one.seeds.mse)
#     for one in values(units.units)]) < 0.5 * (mean(units.units["256"].seeds.mse)
#     - mean(units.units["512"].seeds.mse))
# -->

# %% the same sizes twice tags=["hide-input"]
for n in sorted(trained.keys() & map(int, result["units"])):
    stored, live = result["units"][str(n)], trained[n].curve["step"][-1]
    yours = reports[n]["reconstruction"]["cross_entropy"]
    print(
        f"{n} units: yours {yours:.1f} nats per frame after {live} steps at rate "
        f"{settings.learning_rate:g}; stored "
        f"{stored['report']['reconstruction']['cross_entropy']:.1f} after {stored['steps']} steps "
        f"at rate {stored['settings']['learning_rate']:g}"
    )

# %% [markdown]
# All stored models were trained with one learning rate, a low one that the largest still bears. If
# your small model comes out far ahead of the stored one of the same size, as ours did, then the
# stored one was not short of units. It was short of time. So a part of the fall in the table is
# speed and not room. The lab report, too, trained all its sizes with one rate. A fair table would
# look for the best rate of each size, and train each until it learns no more.
#
# **Do more units always help, at least?** In this lab clips are endless, and made of 1,500 digits.
# So a model is never asked what it has learnt by heart. Now take ten digits, one of each class, and
# make endless clips of them. Three sizes learn from these. Then each is asked twice: for new clips
# of the ten digits, and for clips of digits that it has never met. (Small frames, 16×16;
# `lstm-video-lab experiment few_digits` made it.)
#
# <!--
# "as ours did" = output("the same sizes twice", "yours")
#     < 0.7 * output("the same sizes twice", "stored")
# -->

# %% ten digits
figures.draw_few_digits(load_result("few_digits"))

# %% [markdown]
# More units lower both errors here, in 2,000 steps. Now read the **control**: the same sizes,
# trained on clips of all digits, and scored on the very same clips. They too pay 7 to 9 % more for
# the other digits, which are simply harder. So with 16 units the whole gap between the two bars is
# that. With 256 it is not: other digits cost 19 % more. Who learnt from the ten is ahead on these,
# 0.81 against 0.83, and behind on the others, 0.97 against 0.91, each in all three seeds. There
# learning by heart has begun, and it began with the units. Scored on the ten digits alone, the
# largest would only look better: what it pays on other digits would stay unseen. *More units always
# generalise* is not what such a curve shows, however low it comes; only a score on what was held
# out can say it, size by size, and beside a control.
#
# <!--
# few = few_digits.errors
# all_digits = few_digits.control
# 2,000 = few_digits.steps
# "lower both errors" = all([mean(few["256"][kind]) < mean(few["64"][kind])
#     for kind in ["digits it learnt from", "other digits"]])
# "7 to 9 %" = [100 * mean(all_digits["16"]["other digits"])
#     / mean(all_digits["16"]["digits it learnt from"]) - 100,
#     100 * mean(all_digits["256"]["other digits"])
#     / mean(all_digits["256"]["digits it learnt from"]) - 100]
# "the whole gap" = mean(few["16"]["other digits"]) - mean(few["16"]["digits it learnt from"])
#     < 1.2 * (mean(all_digits["16"]["other digits"])
#     - mean(all_digits["16"]["digits it learnt from"]))
# 19 = 100 * mean(few["256"]["other digits"]) / mean(few["256"]["digits it learnt from"]) - 100
# "0.81 against 0.83" = [mean(few["256"]["digits it learnt from"]),
#     mean(all_digits["256"]["digits it learnt from"])]
# "0.97 against 0.91" = [mean(few["256"]["other digits"]),
#     mean(all_digits["256"]["other digits"])]
# "each in all three seeds" = all([few["256"]["digits it learnt from"][n]
#     < all_digits["256"]["digits it learnt from"][n]
#     and few["256"]["other digits"][n] > all_digits["256"]["other digits"][n]
#     for n in [0, 1, 2]])
# -->
#
# ## 4. What a low error does not prove
#
# Here is an autoencoder of one line, without any training:
#
# ```
# def copier(frames):
#     return frames.flip(0)
# ```
#
# It reaches the entropy bound, and a squared error of 0. It beats every model in this lesson, and
# it knows nothing of digits or motion. **A lower reconstruction error is always to be had by better
# copying.** So the paper does not rank models by it, but by how well they foretell the future.
# There, copying is no help.
#
# Have our models learnt to copy, then, or to understand? A copier does not care *which* clip it
# gets. So change the clip. Play it backwards: a digit bounces backwards nearly as it does
# forwards. Then shuffle its frames: the same ten pictures, in an order of their own.

# %% three kinds of clip
mixed = torch.randperm(T, generator=torch.Generator().manual_seed(0))
kinds = {"as recorded": past, "backwards": past.flip(0), "shuffled": past[mixed]}
kept = {f"{units} units": learned.model for units, learned in trained.items()}
costs = {name: cost_of_each(net, kinds) for name, net in kept.items()}  # kind → nats per frame

# %% [markdown]
# **The autoencoder is given clips whose frames are shuffled. How well does it give them back?**

# %% guess what happens to shuffled clips
mine = costs[f"{settings.units} units"]
Guess(guesses.SHUFFLED_CLIPS, mine, levels["mean image"])

# %% error on three kinds of clip
seconds = ", ".join(f"{learned.seconds:.0f}" for learned in trained.values())
figures.draw_kinds(costs, levels, f"Trained for {seconds} s, {settings.scale} scale.")

# %% a shuffled clip
with torch.no_grad():
    given = trained[settings.units].model(kinds["shuffled"]).reconstruction.sigmoid()
figures.draw_shuffled(kinds["shuffled"].flip(0)[:, 4], given[:, 4], mine, made)

# %% [markdown]
# (The columns count what came out: the header's “frame 1” is the first that was given back, which
# is the one that was read last. One shuffled order served for all clips.)
#
# So these models are no copiers. They got the clip over the bridge by leaning on how clips usually
# go: look at the lower row, where the target jumps and the answer glides. Take that away, and they
# are no better than the mean image. (Whether 512 numbers are too few for a shuffled clip, this does
# not say: nobody trained on one. Nor does it prove that they know the whole law of motion. A clip
# unlike all clips of the training may fail for other reasons too.)
#
# Do not take more from it than it holds. These sizes, after a short training, do not copy. The
# wider the bridge and the longer the training, the more a network can afford to store pictures
# instead of laws: it **memorises**. Nothing in this loss forbids it. And the copy of a clip,
# however good, does not say what comes next. Does a better autoencoder *predict* better? This
# lesson cannot tell. Lesson 05 asks for the future, and lesson 06 for both at once: a state that
# serves past and future, so the paper argues, can neither just copy nor just keep the last frames.
#
# ## What to try next
#
# 1. *Five minutes.* In the cell "train both orders", change `learning_rate` to `2e-3`, then to
#    `1e-2`. Does the reversed order stay ahead? If it depends on the rate, say at which.
# 2. *Ten minutes.* Two digits: `small.changed(num_digits=2)`. Guess first: will the two orders be
#    nearer to each other, or further apart?
# 3. *For the fast.* The very first output of the reversed model is not its best. Is that because
#    the decoder has had only one step of its own by then? Invent an experiment. One way: in a copy
#    of `output_order.train_order`, let the encoder read one black frame after each clip, and see at
#    which output step the best frame is now.
#
# ## In one breath
#
# An LSTM autoencoder reads a clip into one state, h and c, and a second LSTM makes the clip anew
# from that state alone. Asked for the newest frame first, it can begin where the way is short and
# work its way back, like a stack; asked for the oldest first, it has no easy start, and with longer
# clips it falls further behind. For equal steps more units bring the error down, partly because
# they learn faster, and a low error alone proves only good copying.
#
# To do it yourself: [Exercise 5 · An autoencoder that answers in
# reverse](../exercises/05_reversed_autoencoder.ipynb).
#
# Next: [05 · The future predictor](05_future_predictor.ipynb), where copying is no help.
#
# <!--
# "with longer clips it falls further behind" = output("twice as long", "oldest first")
#     - output("twice as long", "newest first")
#     > output("both orders while they learn", "oldest first")
#     - output("both orders while they learn", "newest first")
# "more units bring the error down" = units.units["64"].report.reconstruction.mse
#     > units.units["256"].report.reconstruction.mse
#     > units.units["2500"].report.reconstruction.mse
# -->
