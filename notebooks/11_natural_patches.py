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
# reconstructed, 13 are predicted. Videos are too heavy to come with this lab. So we film two
# photographs: a *camera* pans, zooms and shakes over a Chinese temple and a flower. At the edge it
# turns round. Parts of the photographs are kept for testing, and never recorded in training.
#
# Below are a few such clips. Some places are full of fine lines, and most are nearly empty. Look
# for one whose end you could foretell, and for one you could not.

# %% setup
import os

import torch

from lstm_video_lab import (
    Settings,
    evaluation,
    list_pretrained,
    load_pretrained,
    plots,
    training,
)
from lstm_video_lab.data.frames import to_unit, unpack_frames
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.natural_patches import experiment
from lstm_video_lab.lessons.natural_patches.widgets import BlindTest, PatchExplorer
from lstm_video_lab.widgets import Guess

STEPS = {} if os.environ.get("LAB_SCALE") == "smoke" else {"steps": 400}
settings = experiment.settings_for(**STEPS)  # the folder LAB_VIDEOS, if there is one, or the camera
SEEN, AHEAD = settings.frames_in, settings.frames_out

# %% some clips
frames = experiment.busiest_clips(settings, 200)  # (T, B, H, W), from full to empty
plots.frames(
    {f"clip {n + 1}": frames[:, n] for n in (0, 20, 40, 80, 120, 199)},
    f"Six of 200 held-out clips, from the fullest to the emptiest: {SEEN + AHEAD} frames of "
    f"{settings.image_size}×{settings.image_size} pixels ({settings.scale} scale, source: "
    f"{'camera' if settings.data == 'camera' else 'videos'}).",
)

# %% [markdown]
# Three things differ from the digits.
#
# - A pixel has any brightness, not ink or paper. So the output is **linear** (a number, no logistic
#   squashing), and the loss is the **squared error**, summed over the pixels of a frame.
# - What comes into view at an edge was never seen. No model can foretell it.
# - For a slow camera the next frame looks much like the last one. So the baseline **copy last**,
#   which repeats the last input frame, is strong for a frame or two, and then gets worse.
#
# How strong? That can be said before any training.
#
# <!--
# "and then gets worse" = output("baselines over time", "Copying:")
#     < output("baselines over time", "at frame 17,") / 2
# -->

# %% guess the better baseline
levels = evaluation.baselines(settings)
steps = range(SEEN + 1, SEEN + AHEAD + 1)
copied, mean = (levels[name]["per_step"]["mse"] for name in ("copy_last", "mean_image"))
worse = next((t for t in range(AHEAD) if copied[t] > mean[t]), None)
answers = ["at all of them", "at the first ones only", "at none of them"]
Guess(
    "At which predicted frames is the last frame, repeated, better than the mean image?",
    answers,
    answers[0 if worse is None else 2 if worse == 0 else 1],
    f"At the first predicted frame copying costs {copied[0]:.1f}, at the last {copied[-1]:.1f}; "
    f"the mean image {mean[0]:.1f} and {mean[-1]:.1f}. The mean of all clips is a grey square: it "
    "knows nothing of this clip. The last frame at least knows what is in it.",
)

# %% baselines over time
plots.curves(
    {"copy last": (steps, copied), "mean image": (steps, mean)},
    None,
    f"Squared error per frame of what needs no learning, on 256 held-out clips. Copying: "
    f"{copied[0]:.1f} at frame {SEEN + 1}, {copied[-1]:.1f} at frame {SEEN + AHEAD}. (Each line "
    "of the scale is ten times the one below.)",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
    logy=True,
)

# %% [markdown]
# A model is worth something only where it lies below *both* lines.
#
# ## 1. Train one
#
# The model is the composite of lesson 06, word for word: one encoder, one decoder that gives the
# input back in reverse, one that continues it. Only the data and the loss are new.

# %% train the composite
composite = training.learn(settings, "composite on natural patches")
report = evaluation.evaluate(composite.model, settings, 200, similarity=False)
error = report["future"]["per_step"]["mse"]
made = f"{settings.scale} scale, {composite.curve['step'][-1]} steps, {composite.seconds:.0f} s"

# %% guess where the model wins
below = [error[t] < copied[t] for t in range(AHEAD)]
answers = ["all of them", "the later ones, not the first", "none of them"]
Guess(
    "For which predicted frames is your model better than copying the last frame?",
    answers,
    answers[0 if all(below) else 1 if any(below) else 2],
    f"It is better at {sum(below)} of {AHEAD}. At the first predicted frame it costs "
    f"{error[0]:.1f} (copying {copied[0]:.1f}), at the last {error[-1]:.1f} (copying "
    f"{copied[-1]:.1f}). A copy of the last frame has every fine line, in nearly the right place. "
    f"The model must draw it anew, out of {2 * settings.units} numbers, and it has had "
    f"{composite.seconds:.0f} seconds to learn how.",
)

# %% error by frame
plots.curves(
    {"model": (steps, error), "copy last": (steps, copied), "mean image": (steps, mean)},
    None,
    f"Squared error by predicted frame: your model {error[0]:.1f} at the first, {error[-1]:.1f} at "
    f"the last ({made}).",
    xlabel="frame of the clip",
    ylabel="squared error per frame",
    logy=True,
)

# %% [markdown]
# ## 2. Look at it
#
# Move through forty of the fullest held-out clips. Show the future, then the past (which is given
# back newest first). Who wins where, the prediction or the last frame?

# %% move through the clips
if "natural-patches" in list_pretrained():  # trained for longer than a lesson lasts
    best = load_pretrained("natural-patches")
    world = Settings.from_dict(best.card["settings"])
    best_made = f"{world.scale} scale, {best.card['steps']} steps, {best.card['seconds']} s"
else:
    best, world, best_made = composite.model, settings, made
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
truth, now = (
    to_unit(part)
    for part in evaluation.heldout_data(world).batch(0, 200).tensor_split([world.frames_in])
)
with torch.inference_mode():
    given = best(truth, future=len(now))
powers = {
    "truth": experiment.power_spectrum(now),
    "reconstruction": experiment.power_spectrum(given.reconstruction),
    "prediction": experiment.power_spectrum(given.future),
}
waves = range(1, world.image_size // 2 + 1)
kept = powers["prediction"] / powers["truth"]
half = next((k for k in waves if kept[k] < 0.5), waves[-1])
plots.curves(
    {name: (waves, power[1:]) for name, power in powers.items()},
    None,
    f"Power at each number of waves across a patch. The prediction keeps {100 * kept[1]:.0f} % of "
    f"the longest waves, and less than half from {half} waves on ({best_made}).",
    xlabel="waves in a patch",
    ylabel="power",
    logy=True,
)

# %% [markdown]
# The squared error is to blame for a part of this. Where a line could be here or one pixel further,
# the cheapest answer is a smear over both (lesson 05 shows it with a digit that may turn left or
# right). The other part is room: a state of a few hundred numbers cannot hold every blade of grass.
# If room were all, then more units would bring the lines back. Would they?
#
# ## 3. Twice the units: can you see it?
#
# The paper doubled the units, from 2048 to 4096, and shows both. Here are two models that were
# trained beforehand, one with twice the units of the other. You do not know which is which. Vote
# for each clip. The result comes after the last.

# %% vote without names
result = load_result("patches")
clips = {name: unpack_frames(packed) for name, packed in result["clips"].items()}
stored = experiment.settings_for(scale=result["scale"])
films = experiment.busiest_clips(stored.changed(data="camera"), experiment.CLIPS)
BlindTest(films[stored.frames_in :], clips[experiment.SMALL], clips[experiment.LARGE])

# %% [markdown]
# People who have done this say: *they look identical to me*. If you scored about half, so do you,
# and there is nothing to be ashamed of. What does the squared error say?

# %% guess what doubling buys
models = result["models"]
small, large = models[experiment.SMALL], models[experiment.LARGE]
gain = 100 * (1 - large["mean"] / small["mean"])
answers = ["more than a tenth lower", "lower, by less than a tenth", "no lower"]
Guess(
    "The error of the prediction with twice the units, next to that of the smaller model, is",
    answers,
    answers[0 if gain > 10 else 1 if gain > 0 else 2],
    f"{small['mean']:.2f} ± {small['spread']:.2f} against {large['mean']:.2f} ± "
    f"{large['spread']:.2f} per frame ({gain:.1f} % lower; mean and standard deviation of "
    f"{len(small['seeds'])} seeds, {result['scale']} scale, {small['steps']} steps). Parameters: "
    f"{small['parameters']:,} against {large['parameters']:,}.",
)

# %% [markdown]
# Mind the comparison: both had the same number of steps, and the larger model paid more time for
# each. A number that two seeds could swap is no result; that is why the spread stands beside it.
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
names = [name for name in models if name != experiment.LARGE]
copy_last, mean_image = (result["baselines"][n]["mse"] for n in ("copy_last", "mean_image"))
plots.bars(
    names,
    [models[name]["mean"] for name in names],
    [models[name]["spread"] for name in names],
    {"copy last": copy_last},
    f"Squared error of predicted frames, mean and spread of {len(small['seeds'])} seeds "
    f"({result['scale']} scale, {experiment.UNITS} units, {small['steps']} steps, source: "
    f"{result['data']}): "
    + "; ".join(f"{n} {models[n]['mean']:.2f}" for n in names)
    + f"; copy last {copy_last:.2f}; the mean image, {mean_image:.0f}, is far above.",
    ylabel="squared error per frame",
)

# %% beside the paper
ours = sorted(names, key=lambda name: models[name]["mean"])
theirs = sorted(names, key=experiment.PAPER.get)
for place, (a, b) in enumerate(zip(ours, theirs, strict=True), 1):
    print(f"{place}. here: {a:42} paper: {b} ({experiment.PAPER[b]})")

# %% [markdown]
# Only the *order* can be compared. The paper's patches come from sports videos, in its own scale of
# brightness, for models with 2048 units in two layers. Where our bars lie closer together than
# their whiskers are long, we have no order at all, and should say so.
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
# How many clips are enough? We tried with two, learning from one and testing on the other (laptop
# scale, 256 units, 1500 steps). On clips of the video that it had not seen, the model's error was
# 26.9 ± 0.9 per frame; copying the last frame costs 7.6, the mean image 65. Error in training kept
# falling all the while. One recording teaches what *that* recording looks like; the paper's patches
# come from the thousands of clips of UCF-101.

# %% what a model sees is only numbers tags=["nbval-check-output"]
first = experiment.settings_for(scale="laptop")
print("frames in, frames out:", first.frames_in, first.frames_out)
print("pixels in a frame:", first.image_size**2)
print("output:", first.output)

# %% [markdown]
# ## What to try next
#
# 1. *Five minutes.* In "setup", set `STEPS = {"steps": 400, "units": 64}`. Guess first: at which
#    predicted frame will this model pass the copy? Which waves does it keep?
# 2. *Ten minutes.* A longer look back: `"frames_in": 24`. Does the future get better, or only the
#    reconstruction worse?
# 3. *For the fast.* Squared error smears. Train with `"output": "logistic"` (cross-entropy on
#    brightness, and the logits need a `sigmoid()`). Which of the two keeps more of the short waves?
#    Compare the powers, not the losses: they are in different units.
#
# ## In one breath
#
# On patches of natural pictures the composite learns shapes and motion, and loses fine detail,
# because squared error pays for smears and because the state is small. The last frame, repeated, is
# a baseline that must be beaten frame by frame, not on average. Twice the units lower the error by
# an amount that is measured easily and seen hardly at all.
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
