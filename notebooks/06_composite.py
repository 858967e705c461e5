# %% [markdown]
# # 06 · The composite model
#
# After this lesson you can train one network for two tasks, and say how two losses teach one
# encoder.
#
# **Objectives**
#
# - **Train** the composite model and **compare** it with a predictor alone, sequence by sequence.
# - **Explain** how two losses reach one encoder, and **measure** both gradients where they meet.
# - **Judge** a cosine: what would it be between things that surely agree?
#
# **Time** 25 minutes to read and try, 1 minute of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 2 (the composite model).
#
# ## The question
#
# **One network, two tasks: does having to remember the past help to predict the future?**
#
# Below are the two tasks, on digits that no model here was trained on. From the frames in the
# first row the network must give the second row, and the third.

# %% setup tags=["hide-input"]
import torch

from lstm_video_lab import Settings, check, evaluation, metrics, predict, training
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.composite import figures, guesses
from lstm_video_lab.lessons.composite.gradient_angle import compare_gradients
from lstm_video_lab.widgets import FilmPlayer, Guess, TimeLapse, TrainingStudio

# %% two tasks
settings = Settings.for_lesson(steps=1000)  # both decoders are on: this is the composite
SEEN, AHEAD, JUDGED = settings.frames_in, settings.frames_out, 300
heldout = evaluation.heldout_data(settings)  # test digits
batch = to_unit(heldout.batch(0, 64))  # (T, B, H, W), in [0, 1]
figures.draw_two_tasks(batch[:, 0], SEEN, settings)

# %% [markdown]
# ## 1. One state, two decoders
#
# Each task alone leaves a way out. This is the argument of the paper:
#
# - An **autoencoder** (lesson 04) is paid for what was. It may memorise: a good store of pixels
#   need not know which way anything moves.
# - A **future predictor** (lesson 05) is paid for what comes. It may keep the last few frames and
#   forget the rest: those say nearly all about the next frame.
#
# The **composite** is paid for both, out of one state. What it stores must be enough to go back
# to the first frame, and fit to go forward from the last.
#
# ```
#  frames 1 … T ──► encoder ──► state (h, c)
#                                   │ copied
#                   ┌───────────────┴───────────────┐
#                   ▼                               ▼
#          reconstruction decoder             future decoder
#          frames T … 1                       frames T+1, T+2, …
#                   │                               │
#          loss_reconstruction       +        loss_future       =   loss
# ```
#
# There is no new machinery: the encoder of before and the two decoders of before. In our library
# it is two switches, `reconstruct=True, predict=True`, and a plus sign.
#
# That is an argument. Is it true? One could argue the other way: the state has only so much room,
# and what is spent on the past is missing for the future. So we shall measure.
#
# ## 2. See it learn
#
# Press **Train**. The loss of the future falls while you read on; below it a held-out sequence
# and what the model makes of it now. You can pause, stop, and start again with other settings;
# your runs are kept in a table. (The stored picture was trained at smoke scale, in a second: look
# in it at where things stand. Its curve and its frames say nothing.)
#
# <!-- "was trained at smoke scale" = printed("training studio", "smoke scale") -->

# %% training studio
TrainingStudio(minutes=1)

# %% [markdown]
# Now the same in a cell, so that we can compare. First the composite, for less than a minute.

# %% train the composite
both = training.learn(settings, "composite")
STEPS = both.curve["step"][-1]
made = f"{settings.scale} scale, {STEPS} steps, {both.seconds:.0f} s"
print(f"The composite: {made}.")

# %% [markdown]
# And a rival: the future predictor alone. Its encoder starts from the same weights, its future
# decoder is built alike, and it sees the same sequences in the same order for the same number of
# steps. Only the reconstruction is missing.

# %% train the predictor alone
alone = training.learn(settings.changed(reconstruct=False), "future predictor alone")
print(f"The future predictor alone: {STEPS} steps, {alone.seconds:.0f} s.")

# %% both on the same held-out sequences
with_past, without = (
    evaluation.score(run.model, heldout, SEEN, JUDGED)["future"]["cross_entropy"].mean(0)
    for run in (both, alone)
)  # nats per frame, one number for each sequence: (N,)
base = evaluation.baselines(settings, JUDGED)
levels = {
    name: base[name.replace(" ", "_")]["cross_entropy"]
    for name in ("mean image", "mean digit", "entropy bound")
}

# %% [markdown]
# **After the same steps, which of the two predicts better?**

# %% guess which predicts better
Guess(guesses.WHICH_PREDICTS_BETTER, with_past, without, made)

# %% two learning curves
figures.draw_rivals({"composite": both, "predictor alone": alone}, levels, settings.scale)

# %% was motion learnt tags=["hide-input"]
ratio = with_past.mean().item() / levels["mean image"]
print(f"Future error of the composite: {with_past.mean():.1f} nats per frame ({made}).")
print("; ".join(f"{name} {value:.1f}" for name, value in levels.items()))
print(f"That is {100 * ratio:.0f} % of the mean image's error.")

# %% what both give
given = predict(both.model, batch[:SEEN, :1], AHEAD)
composite = torch.cat((given.reconstruction.flip(0), given.future))[:, 0]  # (T, H, W)
rival = predict(alone.model, batch[:SEEN, :1], AHEAD)
FilmPlayer(
    {
        "truth": batch[:, 0],
        "composite": composite,
        "alone": rival.future[:, 0],  # it was not asked to recall
    },
    f"The clip from above, its {SEEN} frames seen and {AHEAD} to come. The composite recalls the "
    f"first (put back into the order of time) and predicts the others; the predictor alone only "
    f"predicts, so it begins at frame {SEEN + 1} ({made}).",
    seen=SEEN,
)

# %% both, frame by frame
figures.draw_both(batch[:, 0], composite, rival.future[:, 0], SEEN, made)

# %% [markdown]
# In this clip both follow the digit with a soft spot. That of the predictor alone is fainter in its
# first frames: it is less sure of the place. Now the curves.
#
# Read the height first. A model that knows nothing of the sequence can do no better than the mean
# image. The *mean digit* is told the true place and knows no shape (lesson 03). Between the two
# lines, a model knows something of where the digit goes, and not all.
#
# Then the distance between the curves. Both saw the same data and took the same steps, so this is
# what the second task was worth *to the first*, in this pair of runs. A pair can be luck.
# [06c](06c_table2.ipynb) has three seeds of each, a little longer: keep your guess until there.
#
# And equal steps are not equal time: a step of the composite has one more decoder to run. It took a
# third longer here, so equal seconds would be a third more steps for the predictor. The nearest
# stored runs have half as many steps again: with them the predictor alone comes to 53.7 ± 3.2 nats
# over three seeds, and without them the composite had 52.6 in one run. That is too near to tell a
# lead.
#
# <!--
# "three seeds of each" = len(table2.models.composite.seeds)
#     == len(table2.models["future predictor"].seeds) == 3
# 53.7 = mean([mean(steps) for steps in conditioning.models.unconditional.seeds.free])
# "half as many steps again" = conditioning.models.unconditional.steps
#     == 1.5 * composite.models["256-1-none"].steps
# 52.6 = composite.models["256-1-none"].report.future.cross_entropy
# -->
#
# ### With patience
#
# A minute is short. Here is the composite with more of it, and with a harder task: two digits at
# the size of the paper, 64×64 pixels. It was trained twice from nothing, once with an LSTM as
# above, *fully connected*, and once with a ConvLSTM (lesson 07). At some moments the same held-out
# clip was put before it.
#
# In frame 11 the two digits lie over each other; then they part. Move the slider. **When does the
# prediction part, too?**

# %% time-lapse
lapse = load_result("time_lapse")
TimeLapse(lapse)

# %% [markdown]
# **What is seen.** (The stored picture has one early moment of each, and the last three.) The
# FC-LSTM goes there and back: at step 535 two faint clouds can be told in the last frames, at step
# 2,282 they are nearly one again, broad, with two faint halves at the end. At step 3,700 a dark gap
# stands between two clouds from frame 15 or 16 on, some two frames after the digits part. The
# ConvLSTM answers two digits with *one* cloud until late, to the end of the clip at step 2,523
# still; at step 4,000 there are two in its last frames.
#
# Now hold two rows against each other: FC-LSTM, step 3,700, and ConvLSTM, step 2,523. Both cost 380
# nats as a mean over 64 clips, and on this clip one shows two clouds, the other one. (This clip
# alone may cost them different amounts.) So it looks as if “how low is the loss?” and “are the
# digits kept apart?” are two questions. (Lesson 06b counts the second.) Nor does the curve show
# when a cloud parts: from 2,282 to 3,700 the error of the FC-LSTM falls by 26 nats, of some 490 in
# all.
#
# It is no race. A step of the FC-LSTM has 64 clips, one of the ConvLSTM 8; it is one run of each,
# and one clip. Lesson 07 lets them race.
#
# <!--
# fc = time_lapse.models["FC-LSTM"]
# 535 = fc.step[14]
# 2,282 = fc.step[17]
# 3,700 = fc.step[18]
# 2,523 = time_lapse.models.ConvLSTM.step[18]
# 4,000 = time_lapse.models.ConvLSTM.step[19]
# "Both cost 380 nats" = max(fc.future[18], time_lapse.models.ConvLSTM.future[18]) < 380.5
#     and min(fc.future[18], time_lapse.models.ConvLSTM.future[18]) > 379.5
# "26 nats" = fc.future[17] - fc.future[18]
# "of some 490 in all" = 480 < fc.future[0] - fc.future[-1] < 500
# "64 clips, one of the ConvLSTM 8" = [fc.settings.batch_size,
#     time_lapse.models.ConvLSTM.settings.batch_size]
# -->
#
# ## 3. Two losses: how do they reach the encoder?
#
# This question is asked in nearly every class. There are two decoders and two losses, but only
# one encoder. Is it trained twice? In turns? With a mean?
#
# The answer is in two lines. The loss is a sum. So its gradient is a sum as well, and that sum is
# formed *at the encoder's state*, because everything that the decoders know came through it.
#
# $$\frac{\partial \, \text{loss}}{\partial \, \text{state}} =
# \frac{\partial \, \text{loss of the past}}{\partial \, \text{state}} +
# \frac{\partial \, \text{loss of the future}}{\partial \, \text{state}}$$
#
# $$\frac{\partial \, \text{loss}}{\partial W} =
# \frac{\partial \, \text{loss}}{\partial \, \text{state}} \cdot
# \frac{\partial \, \text{state}}{\partial W} \qquad (W \text{ a weight of the encoder})$$
#
# The second line is the chain rule. It says that the encoder never hears of two losses. It hears
# one wish for each number in its state: “a little more”, or “a little less”. Each wish is the sum
# of what the two decoders would like.
#
# Do not believe it: measure it. `torch.autograd.grad` gives the gradient at any place we name.
#
# First write the line that makes the two losses one: `parts` has them under the names
# "reconstruction" and "future".


# %% write the line: one loss
def one_loss(parts):
    return ...


check("composite/one_loss", one_loss)


# %% gradients at the state
def at_the_state(model, frames):
    """Both losses, their sum, and the gradient of each at the encoder's state."""
    past, following = frames[:SEEN], frames[SEEN:]
    state = model.encode(past)
    places = [part for layer in state for part in layer]  # h and c of each layer, (B, H) each
    targets = {"reconstruction": past.flip(0), "future": following}
    losses = {
        name: metrics.cross_entropy(model.decode(name, state, len(target)), target).mean()
        for name, target in targets.items()
    }
    losses["sum"] = losses["reconstruction"] + losses["future"]
    slopes = {
        name: torch.autograd.grad(loss, places, retain_graph=True) for name, loss in losses.items()
    }
    return places, losses, slopes


def flat(slope):
    """All the numbers of a gradient at the state, a row for each sequence: (B, 2·L·H)"""
    return torch.cat(slope, dim=1)


# %% the sum of two gradients tags=["nbval-check-output"]
places, losses, slopes = at_the_state(both.model, batch)
added = flat(slopes["reconstruction"]) + flat(slopes["future"])
apart = (flat(slopes["sum"]) - added).norm() / added.norm()
print("The gradient of the sum is the sum of the two gradients:", bool(apart < 1e-5))

weights = list(both.model.encoder.parameters())
whole = torch.autograd.grad(losses["sum"], weights, retain_graph=True)
told = torch.autograd.grad(places, weights, grad_outputs=slopes["sum"])  # this sum, nothing else
same = all(
    torch.allclose(a, b, atol=1e-5 * a.abs().max()) for a, b in zip(whole, told, strict=True)
)
print("Told only that sum, the encoder gets the same gradient as from the loss:", same)

# %% [markdown]
# (One training step of a composite, both losses in it, is for you to write in
# [Exercise 7](../exercises/07_composite_loss.ipynb).)
#
# The second check is the answer to the question. We threw both losses away, kept only the summed
# gradient at the state, and sent it back through the encoder. Every weight got the same gradient
# as in training.
#
# So the two tasks meet as two arrows that are added. What matters is how **long** each is, and
# the **angle** between them. The cosine of that angle says it in one number:
#
# - **+1**: the same way. Whatever helps one task helps the other.
# - **0**: a right angle. A small step for one task leaves the other as it is.
# - **below 0**: they pull apart. A small step for one task harms the other.
#
# We train a new composite for a short while and look at both arrows now and then.

# %% follow the gradients through training tags=["hide-input"]
MOMENTS = (1, 10, 30, 100, 300)
meetings = {}
for progress in training.train(Settings.for_scale(device="cpu")):
    if progress.step in MOMENTS:
        _, _, slopes = at_the_state(progress.model, batch)
        meetings[f"step {progress.step}"] = compare_gradients(
            flat(slopes["future"]), flat(slopes["reconstruction"])
        )
    if progress.step == MOMENTS[-1]:
        break
_, _, slopes = at_the_state(both.model, batch)
meetings[f"first run, step {STEPS}"] = last = compare_gradients(
    flat(slopes["future"]), flat(slopes["reconstruction"])
)

# %% [markdown]
# **Do the two gradients at the state of the trained composite point the same way?**

# %% guess the angle
each = torch.cosine_similarity(flat(slopes["future"]), flat(slopes["reconstruction"]), dim=1)
Guess(guesses.THE_ANGLE, last.cosine, each, made)

# %% gradients as arrows
figures.draw_gradients(meetings)

# %% [markdown]
# Each panel lies in the plane of the two arrows: the future to the right, the reconstruction
# turned by the true angle, their sum as the diagonal. Every panel has a scale of its own; the
# lengths are written below.
#
# **The lengths.** At the beginning the arrows are about equally long. At step 30 the
# *reconstruction's* is the longer one by a multiple: at that moment it is mostly the past that
# tells the encoder what to store. That is one moment of one run. Later the future's is by far the
# longer one, and the sum is nearly the future's arrow. This fits a composite that learns the future
# sooner; it does not prove it.
#
# **The angle** is near a right angle in five of the six panels (75° at step 10). The last panel is
# the composite of part 2, another run. It looks as if the two tasks hardly
# fought over the state, and hardly wanted the same of it. Here is a control: two gradients that
# *surely* want the same kind of thing, those of one decoder for two sequences.
#
# **The future decoder's gradient for one sequence, and the same decoder's for another: their
# cosine?**
#
# <!--
# arrows = "gradients as arrows"
# "in five of the six panels" = all(abs(output(arrows, step, n)) < 0.1
#     for step in ["step 1:", "step 30:", "step 100:", "step 300:", "step 1000:"] for n in [4])
# 75 = output(arrows, "step 10:", 5)
# "about equally long" = 0.8 < output(arrows, "step 1:") / output(arrows, "step 1:", 2) < 1.25
# "the longer one by a multiple" = output(arrows, "step 30:", 2) > 2 * output(arrows, "step 30:")
# "by far the longer one" = output(arrows, "step 1000:") > 4 * output(arrows, "step 1000:", 2)
# -->

# %% guess the control
shared = load_result("shared_directions")
Guess(guesses.THE_CONTROL, shared)

# %% two cosines, two controls
figures.draw_shared_directions(shared)

# %% [markdown]
# Look at the upper chart, the plain bars first. The mean cosine of two decoders is near 0, +0.01 ±
# 0.01 over three seeds. And so are those of one decoder for two sequences, +0.03 ± 0.09 and 0.00 ±
# 0.02. Not because the two are strangers: one sequence wants its digit more to the left, say,
# another more to the right, so single cosines are large, some above 0 and some below, and cancel in
# the mean. Without their signs, the hatched bars, they average 0.27 (future) and 0.16
# (reconstruction); those of the two decoders 0.07, and those of arrows in any direction 0.04, the
# dashed line. So the mean cosine *cannot* tell whether two tasks share the state.
#
# The lower chart can. Take the gradients of one decoder over half of the sequences, and keep the 10
# directions that hold the most of them. How much of the *other half's* gradients lies in these? Of
# the same decoder's, 72.7 % (future) and 42.0 % (reconstruction): each task has a few directions
# that it asks about in every sequence. Of the other decoder's, 6.8 % and 7.0 %. Of arrows in any
# direction, 2.0 %, that is 10 of 512 directions. So **each task asks mostly about directions of its
# own**: the two share more than chance would have it, and a tenth or a sixth of what each shares
# with itself. That, and no mean cosine, says that the two ask about different things.
#
# <!--
# d = shared_directions.measures
# "+0.01 ± 0.01" = [d["cosine of the two decoders"].mean, d["cosine of the two decoders"].spread]
# "three seeds" = len(d.chance.seeds) == 3
# "+0.03 ± 0.09 and 0.00 ± 0.02" = [d["cosine of the future's, another sequence"].mean,
#     d["cosine of the future's, another sequence"].spread,
#     d["cosine of the reconstruction's, another sequence"].mean,
#     d["cosine of the reconstruction's, another sequence"].spread]
# "0.27 (future) and 0.16 (reconstruction)" = [d["size of the future's cosine"].mean,
#     d["size of the reconstruction's cosine"].mean]
# 0.07 = d["size of the two decoders' cosine"].mean
# 0.04 = d["size by chance"].mean
# "72.7 %" = 100 * d["future within the future's"].mean
# "42.0 %" = 100 * d["reconstruction within the reconstruction's"].mean
# "6.8 % and 7.0 %" = [100 * d["reconstruction within the future's"].mean,
#     100 * d["future within the reconstruction's"].mean]
# "2.0 %" = 100 * d.chance.mean
# -->
#
# ## What to try next
#
# 1. *Five minutes.* Give the predictor alone the same **seconds** instead of the same steps, that
#    is, more of them: `steps = int(settings.steps * both.seconds / alone.seconds)`, and then
#    `training.learn(settings.changed(reconstruct=False, steps=steps))`. Does the composite still
#    lead?
# 2. *Ten minutes.* In the studio, train 64 units with conditioning `none`, then `both`. Then
#    choose `convlstm`. Which run in the table has the lowest error, and which the lowest for its
#    seconds?
# 3. *For the fast.* At the state the two gradients are nearly at a right angle. And at the
#    encoder's **weights**, where the whole batch is summed up? In a copy of `at_the_state`, put
#    `list(model.encoder.parameters())` in the place of `places`, and flatten what you get. Is the
#    cosine still near 0? What is its control?
# 4. [Exercise 7](../exercises/07_composite_loss.ipynb): both losses in one training step.
#
# ## In one breath
#
# The composite copies one state into two decoders and adds their losses, so the encoder learns
# by the sum of two gradients, which meet at its state. In our run the past's gradient was the
# longer one for a moment early on; later the future's was, by far. A mean cosine near 0 says
# little, for pulls to both sides cancel in it; the directions that they share say more. Does
# recalling the past help to predict? At equal steps it did, here and in three seeds of lesson 06c;
# at equal seconds no lead can be told.
#
# To do it yourself: [Exercise 7 · The loss of the
# composite model](../exercises/07_composite_loss.ipynb).
#
# Next: [06b · Overlaps and bounces](06b_overlaps_and_bounces.ipynb), where a claim about pictures
# is counted.
#
# <!--
# "At equal steps it did" = output("two learning curves", "composite")
#     < output("two learning curves", "predictor alone")
# "in three seeds of lesson 06c" = max(table2.models.composite.seeds)
#     < min(table2.models["future predictor"].seeds)
# -->
