# %% [markdown]
# # 07 · Fully connected or convolutional
#
# After this lesson you can say what a convolutional LSTM saves and what it pays, compare two
# models fairly, and tell when two published figures must not be compared at all.
#
# **Objectives**
#
# - **Test** whether what was learnt at one place is known at another.
# - **Count** weights and multiplications of a fully connected and a convolutional LSTM.
# - **Predict** how far one pixel can be heard after one step, and **check** it.
# - **Compare** both on the same clips, at equal parameters, equal steps and equal time.
# - **Judge** the published figures 341 and 367: who won?
#
# **Time** 35 minutes to read and try, 3 minutes of computing on two cores.
#
# **References** Shi, Chen, Wang, Yeung, Wong and Woo, *Convolutional LSTM Network*, NIPS 2015,
# [arXiv:1506.04214](https://arxiv.org/abs/1506.04214): sections 3 and 4.1. Srivastava,
# Mansimov and Salakhutdinov, *Unsupervised Learning of Video Representations using LSTMs*, ICML
# 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681): Table 2.
#
# ## The question
#
# **A 7 is a 7 wherever it stands. Must a network learn it anew for every place?**

# %% setup tags=["hide-input"]
import torch

from lstm_video_lab import (
    Settings,
    VideoModel,
    check,
    evaluation,
    load_pretrained,
    plots,
    predict,
    training,
)
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.convlstm import costs, diagram, experiment, figures, guesses, places
from lstm_video_lab.lessons.convlstm.datasets import score_on_datasets
from lstm_video_lab.lessons.convlstm.reach import states_of_moved
from lstm_video_lab.lessons.convlstm.widgets import ReachExplorer, RivalExplorer
from lstm_video_lab.widgets import Guess

settings = Settings.for_scale()
SEEN, JUDGED = settings.frames_in, 200
CONV, FEW, MANY = experiment.CONV, experiment.FEW, experiment.MANY

# %% [markdown]
# ## 1. Learnt at the left, known at the right?
#
# Let us try it. Here is a small world: one digit goes up and down, always at the left of the frame.
# Two networks learn from such clips alone: a fully connected LSTM, as in all lessons so far, and a
# **convolutional** one. Then both are shown a digit at the *right*.

# %% the world at the left, and at the right
worlds = {
    f"at the {side}": places.digits_at(side, "test", evaluation.HELDOUT_SEED).batch(0, 1)[:, 0]
    for side in places.SIDES
}
plots.frames(
    worlds, "One digit that goes up and down: where both learn, and where they are tested."
)

# %% [markdown]
# **Both networks were trained on digits that go up and down at the left, and nowhere else. Which of
# them predicts such a digit at the right better than the mean image does?**

# %% guess who knows the right
known = load_result("places")
Guess(guesses.PLACES, known)

# %% a digit at the left
figures.draw_places_clip(known, "left")

# %% a digit at the right
figures.draw_places_clip(known, "right")

# %% left and right in numbers
figures.draw_places(known)

# %% [markdown]
# The fully connected network has learnt nothing about the right: each of its weights belongs to one
# pixel, and those at the right have seen only black. It draws what it always drew, at the left, and
# is about as wrong as the left's mean image would be there. The convolutional one does at the right
# much of what it does at the left: on average it is still ahead of the mean image, by about half as
# much. (In the clip it follows the digit down for some frames, then smears out along its way. So it
# does at the left: the smear is no matter of the side.) But the bar of one of its three seeds, with
# 79.4 nats, ends at the line of the mean image.
# (It has never met a wall at its right; section 2 tells how it feels walls.)
#
# <!--
# sides = "left and right in numbers"
# conv = places.models.convolutional.nats
# blank = places.baselines.right["mean image"]
# "by about half as much" = 0.45 < (3 * blank - conv.right[0] - conv.right[1] - conv.right[2])
#     / (3 * blank - conv.left[0] - conv.left[1] - conv.left[2]) < 0.6
# 79.4 = conv.right[1]
# "ends at the line" = blank - conv.right[1] < 1 < blank - max([conv.right[0], conv.right[2]])
# "about as wrong as the left's mean image" = abs(output(sides, "fully connected", 2)
#     / places.baselines.right["mean image of the left"] - 1) < 0.2
# "has learnt nothing about the right" = output(sides, "fully connected", 2)
#     > output(sides, "mean image", 2)
# -->
#
# ## 2. What is saved, and what is paid
#
# How does it do that? A **convolutional** LSTM keeps its state as maps. The frame is cut into
# patches of 4×4 pixels, and each place of a map belongs to one patch. A place sees the patches
# around it only, and all places share **the same weights**. Those weights, here 5×5 for each
# pair of maps, are a *kernel*; to slide it over the map and add up under it, at each place, is a
# *convolution*.

# %% one step of a convolutional LSTM tags=["hide-input"]
diagram.draw_convlstm_step()

# %% [markdown]
# The equations are those of lesson 02; only the products with a matrix have become convolutions,
# written ∗. For the input gate, fully connected and convolutional:
#
# $$i = \sigma(W_i x + U_i h + p_i \odot c + b_i) \qquad
# i = \sigma(W_i * x + U_i * h + p_i \odot c + b_i)$$
#
# - **State.** H numbers; or C maps of 8×8 numbers each, for frames of 32×32 pixels.
# - **Weights.** One for each pair of numbers; or one for each pair of maps and each of 5×5 places.
#
# **Write one line**: how many weights do the four gates of a convolutional layer have, without
# biases and peepholes? (The 16 pixels of a patch are 16 input maps; K is the side of the kernel.)


# %% the weights of the gates
def gate_weights(inputs, maps, kernel):  # numbers of input maps and of maps; K
    return ...


check("convlstm/gate_weights", gate_weights)

# %% [markdown]
# (To write the whole cell: [Exercise 3](../exercises/03_convlstm_cell.ipynb).) So how many units
# may a fully connected model have if it is to have about as many weights as a small convolutional
# one?
#
# **A convolutional composite with 16 maps and kernels of 5×5: how many units has a fully connected
# one with as many weights, for frames of 32×32 pixels?**

# %% guess the units tags=["hide-input"]
sides = (16, 32, 64)
names = {"conv, 16 maps": CONV, "connected, 16 units": FEW, "connected, 256 units": MANY}
counts = {}
for name, model in names.items():
    counts[name] = [experiment.parameters(model, side) for side in sides]
Guess(guesses.UNITS, counts)

# %% count the parameters tags=["nbval-check-output"]
for name, row in counts.items():
    print(f"{name:<21}", *(f"{side}×{side}: {n:>9,}" for side, n in zip(sides, row, strict=True)))

# %% [markdown]
# That is the saving. What is paid? Each weight is used at every place: 64 times in a frame of
# 32×32. **Few weights, but many multiplications.** So “the same number of parameters” and “the
# same time” are two quite different comparisons. We shall make both.
#
# ### What sharing means, checked
#
# If all places share their weights, then a clip moved by one patch must give the same state,
# moved by one place. This must hold without any training. (Away from the walls, that is: near
# them the zeros outside the frame are felt. That is how such a model knows of walls at all.)

# %% moved clips tags=["nbval-check-output"]
small = torch.zeros(2, 1, 32, 32)
small[:, :, 12:20, 12:20] = torch.rand(8, 8, generator=torch.manual_seed(0))
with torch.inference_mode():
    maps = VideoModel(**experiment.fields(CONV, 32))
    units = VideoModel(**experiment.fields(FEW, 32))
    still, moved = states_of_moved(maps, small, 4)  # by one patch; (B, C, 8, 8)
    vector, other = states_of_moved(units, small, 4)  # (B, H)
inside = torch.allclose(still[..., 2:6, 2:5], moved[..., 2:6, 3:6], atol=1e-6)
differs = not torch.allclose(vector, other, atol=1e-3)
print("Convolutional: the state of the moved clip is the moved state:", inside)
print("Fully connected: the state of the moved clip is another state:", differs)

# %% [markdown]
# ## 3. How far can a change travel?
#
# There is a second price. In a fully connected LSTM every unit hears of every pixel at once. In a
# convolutional one a change travels from place to place, like a rumour from neighbour to neighbour.
# A kernel of 5×5 sees two patches to each side. So, with L layers, after n further steps:
#
# $$\text{patches to each side} = \frac{K - 1}{2}\,(L + n)$$
#
# In the step itself a change passes one input convolution in each layer; each further step adds one
# state convolution. Is that enough? A digit moves too. If it is faster than the change, the state
# cannot follow it.
#
# **Kernels of 5×5, patches of 4×4. How fast does a change travel, beside a digit at full speed?**

# %% guess the pace
Guess(guesses.PACE)

# %% explore the reach
ReachExplorer(settings)

# %% [markdown]
# The first row is the rule, the second a measurement: an untrained network, run twice, with the
# pixel in the corner of the first frame changed. Black means *exactly* no difference.
#
# Set the kernel to 1. Each patch is then alone for ever, however long the clip: no digit can be
# predicted to leave its patch. Set it to 3 and compare the pace of the change with that of a digit.
# Then read the brightness. What *can* be known far away is known faintly: the rule gives a limit,
# not a guarantee.
#
# ## 4. Three kinds of fair
#
# Enough of what could be. Which of the two predicts better? That depends on what is held equal:
#
# - **Equal parameters and equal steps**: 16 maps against 16 units.
# - **Equal parameters and equal time**: the 16 units take a step sooner, so they get more steps.
# - **Equal time, any size**: 256 units, with 23 times the weights.
#
# All three were run beforehand, with three seeds each. Seconds were measured for all models in
# turns, so that whatever else the machine did slowed all of them alike. All have the same clips in
# the same order. Each kind has a learning rate of its own, chosen from three in a short run
# beforehand.
#
# **In how many of the three comparisons has the convolutional model the lower error?**
#
# <!--
# "with three seeds" = len(convolution.models.conv.future) == 3
# "23 times the weights" = output("count the parameters", "connected, 256 units", 6)
#     / output("count the parameters", "maps", 6)
# -->

# %% guess who wins
result = load_result("convolution")
Guess(guesses.WINS, result)

# %% all models
figures.overview(result)

# %% explore the curves
RivalExplorer(result)

# %% [markdown]
# Switch between *seconds*, *steps* and *clips*. The same numbers tell three stories: which model
# learns most from a step is not a matter of which learns most in a minute.
#
# Then choose the models *size of the kernel*. With a kernel of 1 the state cannot hand anything on
# from patch to patch, and section 3 told you what that costs. Why is it worse than the mean image?
# A likely reason: all places share their weights, so a place that hears of no neighbour does not
# even know where in the frame it is. (We have not put it to the test.) How much is won from 3 to 5?
#
# **What this does not show.** All of these were stopped early, so nothing is said about who would
# win in the end. And “equal time” is a statement about a *machine*: ours was one core of a
# processor, on which a product with one large matrix is quick and many small convolutions are
# not. On a graphics card the clock may tell another story. Equal parameters and equal steps mean
# the same everywhere.
#
# ## 5. The race on your machine
#
# So here is the third comparison once more, live: 16 maps against 256 units, each for as many steps
# as took about a third of a minute on our two quiet cores, and with the batch and the learning rate
# that suit it.
#
# <!--
# "which model learns most from a step is not a matter of which learns most in a minute"
#     = output("all models", "16 maps, kernel 5") < output("all models", "256 units, equal steps")
#     and output("all models", "16 maps, kernel 5") > output("all models", "256 units, equal time")
# "worse than the mean image" = output("all models", "16 maps, kernel 1")
#     > output("explore the curves", "mean image")
# "about a third of a minute" = all(14 < seconds < 26 for seconds in [
#     output("train both for about equal seconds", "steps in", 1),
#     output("train both for about equal seconds", "fully connected", 3)])
# -->

# %% train both for about equal seconds timeout=900
conv = training.learn(Settings.for_lesson(**CONV, steps=630, batch_size=16), "convolutional")
many = training.learn(Settings.for_lesson(steps=1000), "fully connected")
pair = {"convolutional": conv, "fully connected": many}
for name, run in pair.items():
    size = sum(p.numel() for p in run.model.parameters())
    steps = run.curve["step"][-1]
    print(f"{name:<16} {size:>9,} parameters, {steps:>5} steps in {run.seconds:.0f} s")

# %% live curves
base = evaluation.baselines(settings, JUDGED)
levels = {name.replace("_", " "): one["cross_entropy"] for name, one in base.items()}
nats = {}
for name, run in pair.items():
    report = evaluation.evaluate(run.model, settings, JUDGED, similarity=False, compare=False)
    nats[name] = report["future"]["cross_entropy"]
figures.draw_live_curves(pair, nats, levels)

# %% both predictions
batch = to_unit(evaluation.heldout_data(settings).batch(0, 3))
futures = {
    name: predict(run.model, batch[:SEEN], settings.frames_out).future[:, 1]
    for name, run in pair.items()
}
words = "A held-out clip continued by both, after about equal seconds of training."
figures.draw_future(batch[SEEN:, 1], futures, words)

# %% [markdown]
# Which one leads after a third of a minute depends on your machine: it is a race between few slow
# steps and many quick ones. And it is one seed: who leads by two nats here may be behind with
# another. Do not lay these seconds beside those of section 4 either: there the convolutional one
# took fewer steps in more seconds, measured on one core. “Equal time” holds within one measurement
# only.
#
# Look at the frames instead: both know about where the digit is, and neither what it is.
# (The line of the *mean digit* is one who knows every place exactly, and of the shape what all
# digits have in common. Both are above it still. The curves are of training batches, the caption
# of held-out clips.)
#
# <!--
# live = "live curves"
# "Both are above it still" = min([output(live, "convolutional"),
#     output(live, "fully connected")]) > output(live, "mean digit")
# -->

# %% [markdown]
# ## 6. Both, trained for hours
#
# The lab has one of each kind that was trained for hours, on frames of 64×64 pixels with two
# digits. What have they cost, and what does a clip cost them?

# %% what they cost tags=["nbval-check-output"]
print(costs.table_of_costs())

# %% one clip, continued by both
large = {words: load_pretrained(name) for words, name in costs.PAIR.items()}
world = Settings.from_dict(large["convolutional"].card["settings"]).changed(digits="embedded")
clips = to_unit(evaluation.heldout_data(world).batch(0, 8))
futures = {name: predict(one, clips[:SEEN]).future[:, 5] for name, one in large.items()}
words = (
    "A held-out clip of 64×64 pixels, continued by the fully connected and the convolutional one."
)
figures.draw_future(clips[SEEN:, 5], futures, words)

# %% how good they are
for name, one in large.items():
    for digits, report in one.card["metrics"].items():
        future, error = report["future"], report["future"]["stderr"]["cross_entropy"]
        print(
            f"{name}, {digits} test digits: {future['cross_entropy']:.1f} ± {error:.1f} nats,",
            end="",
        )
        print(f" squared error {future['mse']:.1f} ({report['sequences']} clips)")

# %% [markdown]
# Look at the shapes. Both know where the digits go. The convolutional one, with a twentieth of the
# weights and a sixth of the clips, still keeps strokes: the 7 can be read. But each clip costs it
# twelve times as many multiplications: it was trained on fewer clips in more hours.
#
# The paper's best, 341.2 nats on MNIST, has 235 million parameters; both of ours were measured with
# MNIST's test digits as well. The convolutional one's 330.1 is lower. That is no victory: the clips
# are others, and section 8 asks what such a comparison is worth.
#
# <!--
# 330.1 = output("how good they are", "convolutional, mnist test digits:")
# cost = "what they cost"
# "a twentieth of the weights" = 0.04 < output(cost, "convolutional", 2)
#     / output(cost, "fully connected", 2) < 0.06
# "a sixth of the clips" = 0.14 < output(cost, "convolutional", 3)
#     / output(cost, "fully connected", 3) < 0.19
# "twelve times" = 11.5 < output(cost, "convolutional", 5) / output(cost, "fully connected", 5) < 13
# "in more hours" = output(cost, "convolutional", 4) > output(cost, "fully connected", 4)
# -->
#
# ## 7. What they recall
#
# A lab report of 2017 gives the errors of fully connected autoencoders, in squared error *per
# pixel*, for frames of 64×64. In our unit, the sum over a frame, that is 4096 times as much.

# %% the lab report
models = result["models"]
for name, per_pixel in experiment.LAB_REPORT.items():
    print(f"lab report, connected, {name:<10} {per_pixel:.6f} per pixel = ", end="")
    print(f"{4096 * per_pixel:6.1f} per frame of 64×64")
alone = {"16 maps": "conv autoencoder", "256 units": "many autoencoder"}
for words, name in alone.items():
    mean, deviation = experiment.error_over_seeds(models[name], "reconstruction", "mse")
    print(f"here, {words:<25} {mean / 32**2:.6f} per pixel = {mean:6.2f} ± {deviation:.2f}", end="")
    print(f" per frame of 32×32 ({models[name]['parameters']:,} weights)")

# %% recalled frames
figures.draw_recalled(result, alone)

# %% [markdown]
# In recalling, after equal seconds, the few shared weights win (6.58 against 7.70), and keep a
# little of the strokes; in predicting they lost that comparison (section 4).
#
# Read the rows of numbers with care. Ours and the report's differ in frames, digits and time, so
# only the two of ours may be compared with each other. The report's values fall as units grow
# (lesson 04 has the same with ours). It also has a composite at 0.00172 per pixel, 7 per frame: a
# ninth of what the convolutional network of section 6, trained for hours, has for the future on the
# easier digits (62.9). A stray factor of ten is likelier than a wonder: ten times as much would fit
# with its other figures. *Before you compare a figure, convert it into a unit in which you know
# what is possible.*
#
# ## 8. 341 against 367: who won?
#
# Now to the figures that are set against each other most often.
#
# | | nats per frame |
# | --- | --- |
# | fully connected LSTM, Srivastava and others, Table 2 | 341.2 |
# | convolutional LSTM, Shi and others, 3670.85 for 10 frames | 367.1 |
#
# “So the fully connected LSTM is better.” Is it? Shi and others trained a fully connected LSTM as
# well. It is built like Srivastava's future predictor, which had 350.2 in his table.
#
# **In the paper of Shi and others, how does their own fully connected LSTM do on their clips?**
#
# <!--
# report = "the lab report"
# "fall as units grow" = output(report, "2500 units", 2)
#     < output(report, "1500 units", 2) < output(report, "500 units", 2)
# "6.58 against 7.70"
#     = [output("recalled frames", "16 maps"), output("recalled frames", "256 units")]
# 62.9 = output("how good they are", "convolutional, embedded test digits:", 3)
# "a ninth" = 8.5 < 62.9 / (0.00172 * 4096) < 9.5
# "lost that comparison" = output("all models", "16 maps, kernel 5")
#     > output("all models", "256 units, equal time")
# -->

# %% guess their own rival
Guess(guesses.RIVAL)

# %% [markdown]
# The clips do differ. Srivastava's digits all move at **one speed**, 3.6 pixels a step. Shi's
# move at **3 to 5 pixels**, each digit at its own speed. And all of Shi's clips, for training and
# for testing, are made of the same **500 digits**; a model may know them by heart.
#
# What is that worth? It is easy to find out: take the **same two models**, those of section 6, and
# give them both kinds of clip. Nothing about the models changes. First only the speed changes, then
# the digits as well. (100 clips of each here, 1000 in section 6.)

# %% two models, three kinds of clips
scores = {name: score_on_datasets(one, world, 100) for name, one in large.items()}

# %% [markdown]
# **Both models, which learned at one speed, are now scored on clips with a range of speeds, as
# Shi's have. What becomes of the lead of the convolutional one?**

# %% guess the ranking
Guess(guesses.TWO_WORLDS, scores)

# %% the same two models on three kinds of clips
figures.draw_ranking(scores)

# %% [markdown]
# The same two models, and **the ranking is another**. (It is one network of each kind; the bars say
# how clips differ, not how trainings do.) Look at the first two groups: same digits, same bound,
# same mean image, and other errors by far. Nothing in the clips became harder to *see*. But both
# have met one speed only. As we read it, they have learnt it: they need not measure how fast a
# digit is, they know. A range of speeds takes that knowledge away, and the model that was ahead
# with it loses the most. (To be sure, train on the range too: the second thing to try, below.)
#
# Then the last group: other digits, so another bound. The bound says how grey the pixels are, and
# that belongs to the digits. These 500 the models have met in their training. How much was it worth
# to know the digits, beside the speed? Next to nothing: it moves the errors by a few nats, the
# range of speeds by hundreds.
#
# It cuts both ways. Models *trained* on Shi's clips would do better on them than ours do here. So
# this does **not** tell us what 367 would have been on the other clips. It tells us that a figure
# in nats belongs to its clips, that even a *ranking* belongs to its clips, and that to compare two
# models one must run both on the same, as in section 4.
#
# **So who won?** On the same clips, in the paper of Shi and others: the convolutional one, 367
# against 483, with a nineteenth of the parameters. On the clips of Srivastava and others only one
# of the two ran in those papers. 341 against 367 is no comparison.
#
# <!--
# flip = "the same two models on three kinds of clips"
# "the ranking is another" = output(flip, "convolutional") < output(flip, "fully connected")
#     and output(flip, "convolutional", 2) > output(flip, "fully connected", 2)
# "same bound, same mean image, and other errors by far"
#     = abs(output(flip, "entropy bound", 2) - output(flip, "entropy bound")) < 2
#     and abs(output(flip, "mean image", 2) - output(flip, "mean image")) < 5
#     and output(flip, "fully connected", 2) - output(flip, "fully connected") > 100
# "by a few nats" = all(abs(output(flip, name, 3) - output(flip, name, 2)) < 8
#     for name in ["fully connected", "convolutional"])
# "by hundreds" = all(output(flip, name, 2) - output(flip, name) > 200
#     for name in ["fully connected", "convolutional"])
# "other digits, so another bound" = output(flip, "entropy bound", 3)
#     - output(flip, "entropy bound", 2) > 0.5
# -->
#
# ## What to try next
#
# 1. *Five minutes.* In section 5, give the convolutional model 8 maps, then 32. Which is best
#    for a third of a minute on your machine?
# 2. *Ten minutes.* Train on one speed and on the range: `speed=(3/36, 5/36)`. Which of the two
#    models does better on the *other's* clips?
# 3. *Ten minutes.* Set `patch=8` in section 5, with everything else as it is. A change then travels
#    twice as far in a step, and a step costs a quarter. What is lost?
# 4. *For the fast.* In section 2 the walls spoil the shift. Give a convolutional model a clip in
#    which the digit meets a wall, and its twin moved by one patch. How far from the wall does the
#    state differ, after how many steps? Compare with the rule of section 3.
#
# To write the cell yourself: [Exercise 3 · One step of a convolutional
# LSTM](../exercises/03_convlstm_cell.ipynb).
#
# ## In one breath
#
# A convolutional LSTM shares its weights over all places, so much of what it learns at one holds at
# all: few parameters, many multiplications, and changes that travel a few patches in a step. Which
# of the two kinds is better depends on what is held equal: parameters, steps or seconds. And a
# figure in nats belongs to its clips: the same model has another one on others, so 341 and 367 were
# never a match.
#
# Next: [08 · One and three digits](08_one_and_three_digits.ipynb), where a model meets what it
# was not trained for.
