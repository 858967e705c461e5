# %% [markdown]
# # 10 · What single units look at
#
# After this lesson you can read the weights of a network as pictures, test with a ruler what you
# believe to see in them, and say where in a frame a unit fires, with a control beside every claim.
#
# **Objectives**
#
# - **Draw** the input features of a unit's gates and its output features, and **explain** what
#   each number in them does.
# - **Measure** shapes: are output features bigger than input features, and are they shorter?
# - **Map** where units fire, and **judge** such a map with two controls and an untrained network.
# - **Test** whether units fire where they draw.
#
# **Time** 35 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 3 (visualising the features of moving digits).
#
# ## The question
#
# **A network has a few hundred units. Can one say what any single one of them is for?**
#
# A unit of an LSTM cannot be asked. But its weights can be looked at: it has one for each pixel of
# a frame, so its weights *are* a picture. Below is one unit of a network that has learnt, for
# hours, to recall and to continue clips of two digits in frames of 64×64 pixels. Before you read
# on: what would you say it does?

# %% setup tags=["hide-input"]
import numpy as np
import torch

from lstm_video_lab import Settings, check, evaluation, load_pretrained
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.features import experiment, figures, guesses, place_tuning
from lstm_video_lab.lessons.features.widgets import ContactSheet, FrameBuilder, UnitBrowser
from lstm_video_lab.widgets import Guess

model = load_pretrained(experiment.PRETRAINED)
settings = Settings.from_dict(model.card["settings"]).changed(digits="embedded")
fresh = experiment.untrained(settings)  # the same network before its first step

# %% one unit
lit = experiment.lit_region(settings)  # rows and columns that digits ever reach
learnt, control = (experiment.crop(experiment.features(net), lit) for net in (model, fresh))
norms = {name: np.linalg.norm(images, axis=(1, 2)) for name, images in learnt.items()}
one = int((norms["input g"] * norms["output future"]).argmax())  # it looks hard and draws hard
figures.draw_one_unit(learnt, one)

# %% [markdown]
# ## 1. Six pictures of one unit
#
# Every step of an LSTM computes four sums over the pixels of the frame: one for each gate, and
# one for the cell input g. A row of the weights belongs to each.
#
# | sum | what it answers |
# | :-- | :-- |
# | $a_i = W_i x + \dots$ | input gate: shall something be written into the cell? |
# | $a_f = W_f x + \dots$ | forget gate: shall the old content be kept? |
# | $a_g = W_g x + \dots$ | cell input: what is to be written? |
# | $a_o = W_o x + \dots$ | output gate: shall the cell be heard? |
# | $\hat x = \sigma(V h + b)$ | readout: pixel p gets $V_{pu}$ from unit u |
#
# - Row u of $W_i$ is an **input feature** of unit u: light where a bright pixel opens the gate,
#   dark where it closes it. So with f, g and o.
# - Column u of $V$ is its **output feature**: what the unit adds to the picture when it fires.
#
# (To write the whole step: [Exercise 1](../exercises/01_lstm_cell.ipynb).)
#
# Encoder and decoder are two LSTMs with weights of their own. What joins them is the state, which
# is copied: unit u of the decoder starts with the content of unit u of the encoder. So one index
# u stands for both. (With more than one layer this is not so: pixels come into the first layer, and
# the last is read out.)
#
# So before the last squashing function, a predicted frame is nothing but a **sum of output
# features**, each multiplied by how strongly its unit fires. **Write that line.**


# %% a frame as a sum
def drawn_frame(h, features, bias):  # (U,), (U, H, W), (H, W), arrays of numpy
    return ...


check("features/drawn_frame", drawn_frame)

# %% [markdown]
# Is all this more than a manner of speaking? Let us check it on the network.

# %% what the pictures mean tags=["nbval-check-output", "hide-input"]
full = experiment.features(model)  # not cropped
spot = torch.zeros(1, settings.image_size**2)
row, column = settings.image_size // 3, settings.image_size // 2
spot[0, row * settings.image_size + column] = 1.0  # a frame with one bright pixel
sums = torch.nn.functional.linear(spot, model.encoder.weight_ih_l0)[0].detach()
there = np.concatenate([full[f"input {gate}"][:, row, column] for gate in "ifgo"])
print("One bright pixel adds its weights to the sums:", np.allclose(sums, there, atol=1e-6))

h = place_tuning.activity(model, settings, 8)["future decoder"]  # (T, N, U)
bias = model.decoders["future"].readout.bias.detach().view(1, 1, *full["output future"].shape[1:])
drawn = torch.from_numpy(np.tensordot(h, full["output future"], 1)) + bias
past = evaluation.heldout_data(settings).batch(0, 8)[: settings.frames_in].float() / 255
with torch.inference_mode():
    logits = model(past, future=settings.frames_out).future
is_sum = bool((drawn - logits).abs().max() < 1e-3)
print("Output features times activity, plus bias, is the prediction:", is_sum)

# %% [markdown]
# One thing was cut away above. Digits have a dark margin, so the outermost pixels of a frame are
# never lit. An input weight of such a pixel is multiplied by zero for ever: it learns nothing and
# keeps the noise it was born with. We look at the pixels that digits do reach.
#
# ## 2. Many of them at once
#
# Here are the units of largest norm: those with the most weight in their pictures. First what they
# look at, then what they draw.

# %% what units look at
figures.draw_sheet(learnt["input g"], "input g", 16, columns=8)

# %% what units draw
figures.draw_sheet(learnt["output future"], "output future", 16, columns=8)

# %% [markdown]
# The paper shows 200. So does the next sheet. Choose a kind of feature, then switch the network to
# **untrained** and to the **small** one (32×32 pixels, trained for minutes).
#
# <!-- "The paper shows 200" = output("contact sheet", "the") -->

# %% contact sheet
small = load_pretrained(experiment.SMALL)
small_world = Settings.from_dict(small.card["settings"])
minor = experiment.crop(experiment.features(small), experiment.lit_region(small_world))
ContactSheet({"trained": learnt, "untrained": control, "small": minor})

# %% [markdown]
# Look at three kinds: `input g`, `input o` and `output future`. What strikes you? The authors
# write that input features are thin strips, which are good for telling where a digit is and how
# it moves. Of the output features they write, as we read it, that they are somewhat bigger blobs
# *and* shorter strips.
#
# Perhaps you see the same. But you have just been told what to see. And there are two claims in
# that sentence: one about **size** (bigger), and one about **length** (shorter).
#
# ## 3. A ruler for strips and blobs
#
# So that the answer does not hang on our eyes, we fix a rule *before* we look at the result.
#
# - The **main lobe** of a feature: begin at its strongest pixel. Take all pixels of the same sign
#   that hang together with it and are at least half as strong.
# - Its **length** and **width**: the sides of the rectangle that has the same second moments.
#   (The spread of the pixels along the long axis and across it. For a row of n pixels the
#   variance is $v = (n^2 - 1)/12$, so $n = \sqrt{12\,v + 1}$.)
# - Its **elongation**: length divided by width. 1 is a disc or a square, large is a strip.
#
# **The 200 largest features of each kind are measured. Are output features wider and shorter than
# input features, as the claim has it?**

# %% guess what differs
shapes = {"trained": experiment.shapes(learnt), "untrained": experiment.shapes(control)}
Guess(guesses.DIFFERS, shapes["trained"])

# %% length and width of a feature
figures.draw_lobes(learnt)

# %% widths
figures.draw_measure(shapes, "width")

# %% lengths
figures.draw_measure(shapes, "length")

# %% elongations
figures.draw_measure(shapes, "elongation")

# %% chances
figures.draw_chances(shapes["trained"])

# %% [markdown]
# **The control first.** The untrained network shows what the ruler says of noise: lobes of one or
# two pixels. And their elongation is *not* 1: two pixels side by side make a “strip” of 2. Without
# this control we would have taken an elongation of 2 for a finding in itself.
#
# **Then the two halves of the claim.** Units differ so much among themselves that medians say
# little; so take one output and one input feature at random, and ask which measures more (the last
# picture; ½ is no difference). *Bigger*: yes, output features of the decoder that predicts
# are wider than the input features of every gate. *Shorter*: no. They are **longer** as well, and
# so about as long-drawn: thick strips, rather than blobs or short strips. (Where “about” ends is
# for us to say: the highest chance for the elongation, 0.61, is not far below the lowest for the
# width, 0.66.)
#
# A critical reader asks at once: *does this hang on the rule?* Input features are noisier, and a
# noisy lobe breaks up into small pieces. So let us smooth all features first, and let us cut at
# other levels than one half.
#
# <!--
# "lobes of one or two pixels" = 1 <= output("widths", "untrained input i") < 2
# "their elongation is not 1" = output("elongations", "untrained input i") > 1.2
# differs = "guess what differs"
# "wider than the input features of every gate"
#     = min([output(differs, "if there is no difference:", n) for n in [1, 2, 3, 4]]) > 0.6
# "longer as well" = min([output(differs, "same for the length:", n)
#     for n in [1, 2, 3, 4]]) > 0.6
# 0.61 = max([output(differs, "for the elongation:", n) for n in [1, 2, 3, 4]])
# 0.66 = min([output(differs, "if there is no difference:", n) for n in [1, 2, 3, 4]])
# "about as long-drawn" = all(0.35 < output(differs, "for the elongation:", n) < 0.65
#     for n in [1, 2, 3, 4])
# -->

# %% other rules
print("Chance that the output's is larger than that of input i, f, g and o:")
for name, rule in experiment.RULES.items():
    found = experiment.shapes(learnt, **rule)
    parts = []
    for measure in ("width", "length"):
        values = experiment.chances(found, measure).values()
        parts.append(f"{measure} " + " ".join(f"{chance:.2f}" for chance in values))
    print(f"{name:<11} {'    '.join(parts)}")

# %% [markdown]
# What holds under every rule is worth saying; what changes sides is not. Wider than the features
# of the input and forget gate: that holds under all four. Wider than those of g and o: not once
# they are smoothed, and hardly where they are cut at 0.3. Shorter: under none.
#
# And it is **one network**. The bars above say how units differ, not how networks do. Three small
# ones were trained from other first weights, on other clips, and measured in the same way.
#
# <!--
# rules = "other rules"
# "that holds under all four" = min([output(rules, rule, n)
#     for rule in ["as above", "smoothed", "cut at 0.3", "cut at 0.7"] for n in [1, 2]]) > 0.6
# "not once they are smoothed" = all(output(rules, "smoothed", n) < 0.6 for n in [3, 4])
# "Shorter: under none" = min([output(rules, rule, n)
#     for rule in ["as above", "smoothed", "cut at 0.3", "cut at 0.7"] for n in [5, 6, 7, 8]]) > 0.5
# -->

# %% three small networks
stored = load_result("features")
figures.draw_stored_networks(stored)

# %% [markdown]
# The same in small: wider and longer; and, if anything, a little less drawn out. Bars that stand
# on the line of ½, or on both sides of it, say: no difference that one could rely on.
#
# **Why should outputs be fatter?** Here is a reason, though not a proof. The decoder does not
# know exactly where the digit will be, and a blurred guess costs less than a sharp miss (lesson
# 05). The encoder *sees* the digit, and to tell one place from the next it pays to have sharp
# edges. If that is the reason, the decoder that recalls, and knows the places better, must draw
# finer features than the one that predicts. That can be checked.
#
# <!--
# three = "three small networks"
# "wider and longer" = output(three, "width") > 0.6 and output(three, "length") > 0.6
# "a little less drawn out" = 0.3 < output(three, "elongation")
#     < output(three, "elongation", 2) < 0.6
# -->

# %% recalling against predicting
for name, found in (("64×64", shapes["trained"]), ("small", experiment.shapes(minor))):
    recalls, predicts = (found[f"output {way}"]["width"] for way in ("reconstruction", "future"))
    chance = experiment.chance_larger(predicts, recalls)
    print(f"{name}: median width, recalling {np.median(recalls):.2f}, ", end="")
    print(f"predicting {np.median(predicts):.2f}; the latter is wider by chance {chance:.2f}")
for n, network in enumerate(stored["networks"], start=1):
    part = network["trained"]["shapes"]
    wide = {way: part[f"output {way}"]["width"][1] for way in ("reconstruction", "future")}
    print(f"stored network {n}: recalling {wide['reconstruction']:.2f}, ", end="")
    print(f"predicting {wide['future']:.2f}; error {network['future']:.0f} nats per frame")

# %% [markdown]
# In all five networks predicting draws the wider features. But in the three stored ones, which
# learnt for a short time, the difference is small: as long as recalling is blurred as well, it has
# no reason to draw finer. So the guess came true, and a guess that came true is still no proof of
# the reason.
#
# ## 4. Watch the features grow
#
# Until now we used networks that were trained beforehand. Train your own: the next cell does so
# for less than a minute, with frames of 32×32 pixels, and puts the ruler on all features now and
# then.
#
# <!--
# widths_of = "recalling against predicting"
# "In all five networks predicting draws the wider features" = all(output(widths_of, words)
#     < output(widths_of, words, 2) for words in ["64×64: median width, recalling",
#     "small: median width, recalling", "network 1: recalling", "network 2: recalling",
#     "network 3: recalling"])
# "the difference is small" = output(widths_of, "network 1: recalling", 2)
#     - output(widths_of, "network 1: recalling") < 0.6
# -->

# %% train and measure timeout=900
live = Settings.for_lesson(num_digits=2, steps=400, learning_rate=4e-3)
mine = experiment.train_with_snapshots(live, number=8)

# %% features while they grow
kinds = {"g": "input g", "recall": "output reconstruction", "future": "output future"}
figures.draw_growing(mine, kinds)

# %% widths against steps
figures.draw_growth(mine)

# %% [markdown]
# First the pictures: follow each line from left to right, from the noise it begins as. Then the
# ruler, over the 200 largest of each kind. Look for three things. (It is one run; yours may
# differ.)
#
# - **What goes into the cell: coarse first, then fine.** The features of `g` leave the noise within
#   fifty steps as *wide* patches that say little but “somewhere over there”, and then grow thinner,
#   says the ruler. In the two that are drawn the dark patch stays, and what grows is the grain in
#   it. Grain breaks up a lobe (section 3), so part of “thinner” may be grain. By the ruler, those
#   of the output gate stay wide.
# - **Recalling comes before predicting.** The ruler, over 200, shows it; the two largest do not: in
#   the pictures both kinds are out of the noise by step 100. Of the 200, the output features of
#   the decoder that recalls take shape early, and those of the future decoder lag behind: after so
#   short a time many of them are still noise. Lesson 06 found the same order in the gradients.
# - **So section 3 needs a network that has learnt for long enough.** Put the ruler on a network of
#   this age and the future decoder's features come out about as wide as the inputs `g`, and far
#   *thinner* than the inputs `o`. Here recalling draws the wider features by far (again by the
#   ruler: the two largest of the future are broad), the reverse of section 3. That is not a finding
#   about features, but about time.
#
# ## 5. Where does a unit fire?
#
# Weights say what a unit *would* answer to. What does it do in a real clip? We show the network
# held-out clips, note h of every unit in every frame, and sort by where a digit was. The mean for
# each place is a map. (There are two digits, so each frame counts for two places.)
#
# Choose a unit and look where it fires. Then set the positions to one of the **controls**, and see
# what is left of the maps.
#
# <!--
# grown = "widths against steps"
# "those of the future decoder lag behind" = output(grown, "output future:", 2)
#     < 0.5 * output(grown, "output reconstruction:", 2)
# "about as wide as the inputs g" = 0.7 < output(grown, "output future:", 2)
#     / output(grown, "input g:", 2) < 1.4
# "Here recalling draws the wider features by far" = output(grown, "output reconstruction:", 2)
#     > 2 * output(grown, "output future:", 2)
# "those of the output gate stay wide" = output(grown, "input o:", 2)
#     > 1.5 * output(grown, "input g:", 2)
# "far thinner than the inputs o" = output(grown, "output future:", 2)
#     < 0.7 * output(grown, "input o:", 2)
# -->

# %% browse the units
UnitBrowser(model, settings, draws=False)

# %% [markdown]
# All maps of a unit have the scale of its true map, so a control that comes out grey has lost it.
#
# - **Frames of the clip mixed.** Each frame gets the position from another frame of its own clip.
#   What is left is what belongs to the clip as a whole, such as a digit that stays on one side.
# - **Of another clip.** Nothing can be left but chance.
#
# How much does the place matter, over all units? We take the part of a unit's variance that the
# place of a digit explains: 1 if the place decides all, 0 if it decides nothing.
#
# **In the trained encoder, the place of a digit explains a part of the variance of a unit. How much
# does it explain in an untrained encoder, all of whose weights are noise?**

# %% guess how much the place explains
fires = {
    name: place_tuning.explain(net, settings)
    for name, net in (("trained", model), ("untrained", fresh))
}
Guess(guesses.UNTRAINED, fires)

# %% the place, with both controls
figures.draw_explained(fires)

# %% [markdown]
# Read the bars in pairs.
#
# - **The encoder.** A map of a unit's activity looks like a discovery. It is not one as long as
#   the untrained network has it as well. Many a picture of “place cells” in a network would not
#   outlive this control.
# - **The decoder.** It sees nothing. All it has is the copied state, and it must roll that state
#   forward by itself. With random weights the state fades within a few steps, and nothing is left
#   to be tuned. That the trained decoder is tuned to the *true* places of the digits to come is
#   something it learnt.
#
# ## 6. Do units fire where they draw?
#
# For a decoder there is a sharper question. Unit u has a map of where it fires. It also has an
# output feature: take the mean of that under the square of a digit, for each place, and you have
# a map of where it *draws*. One was made from activity, the other from weights alone. Nothing in
# the way we made them says that they should agree.
#
# **How closely do the two maps of a unit of the trained decoder agree: where it fires, and where it
# draws?**
#
# <!--
# place = "the place, with both controls"
# "the untrained network has it as well" = output(place, "encoder, untrained same frame")
#     > 0.8 * output(place, "encoder, trained same frame")
# "nothing is left to be tuned" = output(place, "decoder, untrained same frame") < 3
# "tuned to the true places" = output(place, "decoder, trained same frame") > 10
# -->

# %% guess whether it fires where it draws
Guess(guesses.AGREE, fires, stored)

# %% [markdown]
# Here is the browser again, with the second map. Compare the last two of some units.

# %% fires and draws
UnitBrowser(model, settings)

# %% [markdown]
# So a unit of the decoder fires when a digit is where the unit draws, and is silent, or negative,
# when it is not. (Unit 309 shows the second half: dark on dark. It falls below its mean where its
# weights are negative, and to darken less is to add light.) Nobody told it to have a place. But it
# is less of a wonder than it seems: a frame is a sum of what units draw, so a decoder that predicts
# well must, on the whole, let those units fire that draw where the digit is. The untrained one
# predicts nothing.
#
# And the unit of the first picture? Where it looks (i, f and g) and what it draws in recalling lie
# at one place, above the middle; what it draws in predicting lies at another, at the lower left.
# Each decoder has weights of its own, so one unit may have a place in each.
#
# Mind what this does not say. It does not say that a unit *stands for* a place. The place explains
# only a part of its variance, as you saw; the rest is which digit it is, where the *other* digit
# is, and how both move. So let us ask the other way round: how many units make a frame?
#
# <!--
# "where the unit draws"
#     = output("guess whether it fires where it draws", "The median correlation is") > 0.6
# "only a part of its variance"
#     = output("the place, with both controls", "decoder, trained same frame") < 50
# -->

# %% ever more units
builder = FrameBuilder(model, settings, number=128)
figures.draw_builds(builder.readout, sequence=1, step=1)

# %% put a frame together
builder

# %% [markdown]
# Units that change the frame most come first; all others say what they say on average. If there
# were a unit for each place, a handful would do. But 16 units show nothing, 64 have gone 13 % of
# the way on average, and it takes 128 to go half of it and 256 to go nine tenths. (Strokes come
# with none of these numbers: what all 512 predict is a blob too.) Move the number yourself, and try
# other clips.
#
# <!--
# built = "ever more units"
# "13 % of the way" = output(built, "frames:", 6)
# "128 to go half of it" = 40 < output(built, "frames:", 8) < 60
# "256 to go nine tenths" = 87 < output(built, "frames:", 10) < 96
# "16 units show nothing" = output(built, "frames:", 4) < 3
# -->
#
# This is why the title asks about *single* units with some caution. A feature of one unit is a
# fair picture of one column of a matrix. What the network knows is in how hundreds of them are
# added.
#
# ## 7. What the paper found, and what we find
#
# - **Network.** The paper: 64×64 pixels; how many layers this network had, we do not know. Here:
#   64×64 pixels, one layer of 512 units, beside small ones of 32×32.
# - **Input features.** The paper: thin strips. Here: thin strips and arcs, at the end of training.
# - **Output features.** The paper, as read: somewhat bigger blobs, and shorter strips. Here: wider,
#   and longer as well; rounder they are not (section 3).
# - **How it was shown.** The paper: pictures of 200 units. Here: 200 of each kind, a ruler, and an
#   untrained network.
# - **Where units fire.** The paper does not say. Here: units are tuned to places, but so are those
#   of an untrained encoder; in a decoder only those of the trained one are.
#
# Our network has fewer units and was trained on fewer clips; a length that is measured on one
# network of this size is not the paper's.
#
# ## What to try next
#
# 1. *Five minutes.* In the unit browser, count from the largest `input g` instead. Are units with
#    strong input features also strong in what they draw? Correlate the norms over all units.
# 2. *Ten minutes.* Train with one digit (`num_digits=1` in section 4) and look at the features
#    with `ContactSheet`. Do the strips get longer when no second digit can be in the way?
# 3. *Ten minutes.* In section 5, take the places of frames one, two, three steps *later*: give
#    `place_tuning.tune` the positions rolled along time. Is the encoder tuned to where a digit is,
#    or to where it will be?
# 4. *For the fast.* Strips are said to be good for motion. Take two frames, x and the next, and
#    ask of each unit how much g changes when a digit moves across the strip and when it moves
#    along it. Does the elongation of a feature foretell the ratio?
#
# To write an LSTM's four sums yourself: [Exercise 1 · One step of an
# LSTM](../exercises/01_lstm_cell.ipynb).
#
# ## In one breath
#
# A unit's input weights and its output weights are pictures, and they look like strips. With a
# ruler, a rule fixed beforehand and an untrained network as control, “bigger” holds up for
# the decoder that predicts, beside the features of the input and forget gate, and “shorter” does
# not. Units of an encoder are tuned to places even when untrained, those of a
# decoder only after learning, and there they fire where they draw; but a frame is the sum of
# hundreds of them.
#
# Next: [11 · Natural patches](11_natural_patches.ipynb), where the frames are no longer black.
