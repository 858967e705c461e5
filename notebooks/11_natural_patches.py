# %% [markdown]
# # 11 · Natural patches
#
# After this lesson you can train the composite model on pieces of real pictures, and say what it
# gives back, what it leaves out, and whether twice the units can be *seen*.
#
# **Objectives**
#
# - **Train** a composite model with linear outputs and squared error on natural patches.
# - **Judge** it against a baseline that is hard to beat here: the last frame, repeated.
# - **Measure** which detail a prediction keeps and which it loses.
# - **Decide** blindly between two models, and **weigh** your own score against luck.
#
# **Time** 30 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 3.2 and the right column of Table 2. Soomro, Zamir and Shah, *UCF101*,
# [arXiv:1212.0402](https://arxiv.org/abs/1212.0402). Mathieu, Couprie and LeCun, *Deep multi-scale
# video prediction beyond mean square error*, [arXiv:1511.05440](https://arxiv.org/abs/1511.05440).
#
# ## The question
#
# **Digits are white on black, alone, and always ten kinds. The world is not. Does the same network
# learn anything from pictures of real things that move?**
#
# The paper cuts patches of 32×32 pixels out of videos of sports: 16 frames go in, the same 16 are
# reconstructed, 13 are predicted. Videos are too heavy to come with this lab. So a *camera* pans,
# zooms and shakes over two photographs, a Chinese temple and a flower. At the edge it turns round.
# Parts of the photographs are kept for testing, and never recorded in training.
#
# Below are a few such clips. Some places are full of fine lines, and most are nearly empty. Look
# for one whose end you could foretell, and for one you could not.

# %% setup tags=["hide-input"]
import os

import torch

from lstm_video_lab import (
    Settings,
    check,
    evaluation,
    list_pretrained,
    load_pretrained,
    training,
)
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.natural_patches import experiment, figures, guesses
from lstm_video_lab.lessons.natural_patches.widgets import BlindTest, PatchExplorer
from lstm_video_lab.widgets import Guess

STEPS = {} if os.environ.get("LAB_SCALE") == "smoke" else {"steps": 400}
settings = experiment.settings_for(**STEPS)  # the folder LAB_VIDEOS, if there is one, or the camera
SEEN, AHEAD = settings.frames_in, settings.frames_out

# %% some clips
frames = experiment.busiest_clips(settings, 200)  # (T, B, H, W), from full to empty
chosen = (0, 20, 40, 80, 199)
few = {f"clip {n + 1}": frames[:, n] for n in chosen}
words = f"Five of 200 held-out clips, from the fullest to the emptiest: {SEEN + AHEAD} frames, "
figures.draw_rows(few, words + "one in four.", every=4)

# %% [markdown]
# Three things differ from the digits.
#
# - A pixel has any brightness, not ink or paper. So the output is **linear** (a number, no logistic
#   squashing), and the loss is the **squared error**, summed over the pixels of a frame.
# - What comes into view at an edge was never seen. No model can foretell it.
# - For a slow camera the next frame looks much like the last one. So the baseline **copy last**,
#   which repeats the last input frame, knows much of what is to come.
#
# How strong? That can be said before any training. **Write the line**: the last frame of each
# clip, as often as frames are wanted.


# %% the baseline
def last_frame_repeated(past, ahead):  # (T, B, H, W), frames wanted
    return ...


check("natural_patches/last_frame_repeated", last_frame_repeated)

# %% [markdown]
# **At which frames to come is the last frame, repeated, better than the mean image of all clips?**

# %% guess the better baseline
levels = evaluation.baselines(settings)
errors = {
    name.replace("_", " "): levels[name]["per_step"]["mse"] for name in ("copy_last", "mean_image")
}
Guess(guesses.BASELINE, errors)

# %% baselines over time
figures.draw_errors(errors, SEEN + 1)

# %% [markdown]
# A model is worth something only where it lies below *both* lines.
#
# <!--
# "below both lines" = output("baselines over time", "copy last")
#     < output("baselines over time", "copy last", 2) / 2
# -->
#
# ## 1. Train one
#
# The model is the composite of lesson 06, word for word: one encoder, one decoder that gives the
# input back in reverse, one that continues it. Only the data and the loss are new.

# %% train the composite timeout=900
composite = training.learn(settings, "composite on natural patches")
report = evaluation.evaluate(composite.model, settings, 200, similarity=False)
errors["model"] = report["future"]["per_step"]["mse"]

# %% [markdown]
# It is trained; nothing has been shown.
#
# **For which frames to come is your model better than copying the last frame?**

# %% guess where the model wins
Guess(guesses.WHERE, errors)

# %% error by frame
figures.draw_errors(errors, SEEN + 1)

# %% [markdown]
# ## 2. Look at it
#
# This one was trained for longer than a lesson lasts. Move through forty of the fullest held-out
# clips. Show the future, then the past (which is given back newest first, and stands here in the
# order of time). Who wins where, the prediction or the last frame?

# %% move through the clips
best, world = composite.model, settings
if "natural-patches" in list_pretrained():
    best = load_pretrained("natural-patches")
    world = Settings.from_dict(best.card["settings"])
PatchExplorer(best, world)

# %% [markdown]
# The shapes and their motion are there, the fine lines are gone. That is what the paper says too:
# the reconstructions and predictions are blurred. *How much* is gone, and which part?
#
# A picture is a sum of waves. Long waves are large shapes, short waves are fine detail. The next
# picture counts how much of each there is, in the truth, in the reconstruction, and in the future.
#
# <!-- "the fine lines are gone" = output("which detail is left", "less than half from") < 5 -->

# %% which detail is left
data = to_unit(evaluation.heldout_data(world).batch(0, 200))
truth, now = data.tensor_split([world.frames_in])
with torch.inference_mode():
    given = best(truth, future=len(now))
powers = {
    "truth": experiment.power_spectrum(now),
    "reconstruction": experiment.power_spectrum(given.reconstruction),
    "prediction": experiment.power_spectrum(given.future),
}
figures.draw_waves(powers)

# %% [markdown]
# Look at the reconstruction first. It has nothing to guess, and has lost nearly as much of the fine
# detail as the prediction. So most of that loss is room, or too short a training: a state of a few
# hundred numbers cannot hold every blade of grass. The step from there to the prediction, small but
# for the longest waves, is what the unknown future adds: where a line could be here or one pixel
# further, squared error is least for a smear over both (lesson 05 shows it with a digit that may
# turn left or right). Would more units help?
#
# <!--
# detail = "which detail is left"
# "nearly as much of the fine detail" = output(detail, "the prediction")
#     < output(detail, "reconstruction keeps") < output(detail, "the prediction") + 10 < 40
# -->
#
# ## 3. Twice the units: can you see it?
#
# The paper doubled the units, from 2048 to 4096, and shows both. Here are the predictions of two
# models that were trained beforehand, one with twice the units of the other. You do not know which
# is which. Vote for each clip. The result comes after the last.
#
# One thing would give the answer away: a model that has learnt less shows more *grain*. So of both
# only the coarse is shown, up to six waves in a patch. (So this is a test of shapes, not of fine
# lines.)

# %% vote without names
result = load_result("patches")
stored = experiment.settings_for(scale=result["scale"]).changed(data="camera")
busiest = to_unit(experiment.busiest_clips(stored, experiment.CLIPS))[stored.frames_in :]
clips = experiment.smooth_clips(result["clips"])
small, large = clips[experiment.SMALL], clips[experiment.LARGE]
BlindTest(experiment.low_pass(busiest), small, large, first=stored.frames_in + 1)

# %% [markdown]
# If you scored about half, there is nothing to be ashamed of. What does the squared error say?
#
# **How does the error of the prediction with twice the units compare with that of the smaller
# model?**

# %% guess what doubling buys
Guess(guesses.DOUBLING, result)

# %% [markdown]
# Mind the comparison: both had the same number of steps, and the larger model paid more time for
# each. A number that two seeds could swap is no result; that is why the spread stands beside it.
#
# And mind what the test does **not** show. Both models are far from the end of their training, and
# both predictions are fog. What the paper says of more units, as we read it, is said of
# well-trained ones, and first of all of what they *reconstruct*: there nothing has to be guessed,
# and room is all. We have no pair of models that were trained for that long.
#
# ## 4. Table 2, on patches
#
# The right column of the paper's Table 2 ranks four models by the squared error of the predicted
# frames. Ours are the same four, with fewer units and far fewer steps, on the camera's clips.
#
# <!--
# "both had the same number of steps" = patches.models.composite.steps
#     == patches.models["composite, twice the units"].steps
# -->

# %% the four models
figures.draw_four_models(result)

# %% beside the paper
print(figures.order_beside_paper(result))

# %% [markdown]
# Only the *order* can be compared. The paper's patches come from sports videos, in its own scale of
# brightness, for models with 2048 units in two layers. Where our bars lie closer together than
# their whiskers are long, we have no order at all, and should say so. Here: the two composites lie
# below the two others, and within either pair there is no order.
#
# <!--
# four = "the four models"
# "the two composites lie below the two others" = max([output(four, "; composite"),
#     output(four, "composite + conditional future predictor")]) + 0.05
#     < min([output(four, ": future predictor"), output(four, "; conditional future predictor")])
# -->
#
# ## 5. Real videos
#
# Has the network learnt what cameras do to *these two photographs*, or something about pictures?
# Put a folder of videos beside the lab and ask. UCF-101 and HMDB-51 are folders of folders, one for
# each class; any folder of clips will do, two are enough. Clips of one recording stay on one side
# of the split. (Decoding needs PyAV: `pip install av`.)
#
# ```
# LAB_VIDEOS=path/to/UCF-101 lstm-video-lab open
# lstm-video-lab train --data path/to/UCF-101 --output linear --out runs/ucf
# ```
#
# With `LAB_VIDEOS` set, every cell above runs on those videos (but for the stored results). Nothing
# else changes, for the model has never heard of a camera.
#
# How many clips are enough? Try it with two, learning from one and testing on the other, and watch
# the error in training and on the other video drift apart: one recording teaches what *that*
# recording looks like. The paper's patches come from the thousands of clips of UCF-101.

# %% what a model sees is only numbers tags=["nbval-check-output"]
first = experiment.settings_for(scale="laptop")
print("frames in, frames out:", first.frames_in, first.frames_out)
print("pixels in a frame:", first.image_size**2)
print("output:", first.output)

# %% [markdown]
# ## What to try next
#
# 1. *Five minutes.* In "setup", set `STEPS = {"steps": 400, "units": 64}`. Guess first: at which
#    frame will this model pass the copy? Which waves does it keep?
# 2. *Ten minutes.* A longer look back: `"frames_in": 24`. Does the future get better, or only the
#    reconstruction worse?
# 3. *For the fast.* Squared error smears. Train with `"output": "logistic"` (cross-entropy on
#    brightness, and the logits need a `sigmoid()`). Which of the two keeps more of the short waves?
#    Compare the powers, not the losses: they are in different units.
#
# ## In one breath
#
# On patches of natural pictures the composite learns shapes and motion, and loses fine detail,
# because the state is small and its training short, and because squared error pays for smears. The
# last frame, repeated, is a baseline that must be beaten frame by frame, not on average. Twice the
# units lower the error by an amount that is measured easily and seen hardly at all.
#
# Next: [12 · Percepts and actions](12_percepts_and_actions.ipynb), where the encoder gets a job.
#
# <!--
# "frame by frame, not on average" = output("guess where the model wins", "It is better at")
#     < output("guess where the model wins", "It is better at", 2)
# "measured easily" = patches.models.composite.mean
#     - patches.models["composite, twice the units"].mean
#     > 2 * patches.models["composite, twice the units"].spread
# -->
