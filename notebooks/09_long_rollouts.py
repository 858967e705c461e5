# %% [markdown]
# # 09 · Long rollouts
#
# After this lesson you can let a predictor run ten times longer than it was trained for, say what
# it forgets and what goes on, and measure whether its units keep time.
#
# **Objectives**
#
# - **Roll out** a model for a hundred frames and **judge** error, sharpness and motion apart.
# - **Find** a period in the activity of two hundred units, and **compare** it with the digits' own.
# - **Use** controls: the same net untrained, and the same numbers in other places.
# - **Compare** conditional and unconditional decoders, and short training with long.
#
# **Time** 35 minutes to read and try, 1 minute of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 3, the long rollouts and the activity of 200 units.
#
# ## The question
#
# **A network was trained to see ten frames and to predict ten. What does it do if nobody stops
# it?**
#
# Nothing in it knows when to stop. The decoder's state goes round and round, and each round gives
# a frame. So we ask for a hundred. The paper did the same, and reports that digits blur, that the
# motion goes on, and that the activity of the units is periodic and does not die down.

# %% setup
import numpy as np

from lstm_video_lab import Settings, evaluation, load_pretrained, plots, training
from lstm_video_lab import metrics as experiment_metrics
from lstm_video_lab.data.frames import to_unit, unpack_frames
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.long_rollouts import experiment
from lstm_video_lab.lessons.long_rollouts.widgets import PeriodExplorer, RolloutExplorer
from lstm_video_lab.widgets import Guess

trained = load_pretrained(experiment.PRETRAINED["box"])
learnt = Settings.from_dict(trained.card["settings"])
made = f"{learnt.scale} scale, {trained.card['steps']} steps, trained on {learnt.frames_out} frames"
SEEN, AHEAD = learnt.frames_in, experiment.STEPS

# %% ten frames, and what comes
world = experiment.long_settings(learnt)  # the same clips, a hundred frames longer
heldout = evaluation.heldout_data(world)
frames, scene = to_unit(heldout.batch(0, 16)), heldout.scene(0, 16)  # (T, B, H, W)
plots.frames(
    {"truth": frames[:, 0]},
    f"A held-out clip of {len(frames)} frames, one in {-(-len(frames) // 20)}. The model sees the "
    f"first {SEEN}; in training it was asked for the next {learnt.frames_out} only ({made}).",
)

# %% [markdown]
# ## 1. Scrub through a rollout
#
# First say what you expect. A hundred frames is a long way: the digits meet the walls again and
# again.

# %% roll out the model and two controls
models = {"trained": trained, **experiment.controls(trained)}
rollouts = experiment.roll_out_models(models, frames, SEEN)  # frames, units and measures of each
base = evaluation.baselines(world, 100)
levels = {
    name: base[name.replace(" ", "_")]["cross_entropy"] for name in ("mean image", "entropy bound")
}
at_end = {k: v[-20:].mean() for k, v in rollouts["trained"].measures.items()}  # the last 20 frames

# %% guess what is left at the end
true_path = experiment_metrics.centre_of_mass(frames[SEEN:]).diff(dim=0).norm(dim=-1).mean().item()
alive, right = at_end["path"] > 0.2 * true_path, at_end["cross_entropy"] < levels["mean image"]
fates = [
    "Blurred digits, still in their right places",
    "Blurred shapes that still move, but not where the digits are",
    "A still grey fog",
]
Guess(
    f"What does it show at the end, after {AHEAD} frames?",
    fates,
    fates[2 if not alive else 0 if right else 1],
    f"In the last 20 frames its centre of ink moves by {at_end['path']:.2f} pixels per frame (the "
    f"truth: {true_path:.2f}), and its error is {at_end['cross_entropy']:.0f} nats. The mean image "
    f"has {levels['mean image']:.0f}: a model above it would do better to show the mean image.",
)

# %% [markdown]
# Press play, or scrub. At the top the truth, the rollout, and two controls:
#
# - **random**: the same network before any training;
# - **shuffled**: the trained network with the numbers of each matrix shuffled. Its weights are as
#   large as the trained ones, but nothing is where training has put it.
#
# The strips show 200 units drawn at random, each a line; orange is positive, purple negative. Many
# units are mostly on or mostly off; choose “less each unit's mean” to see what changes.

# %% scrub through the rollout
RolloutExplorer(rollouts, frames[SEEN:], levels)

# %% [markdown]
# The strip of the random network pales within a few steps, and so the paper's control comes out as
# in the paper: an untrained network settles. The shuffled one is a stronger control. Its weights
# are large, so it could have kept going. If it settles too, then it is not the *size* of the
# weights that keeps the trained network going. It is what it has learned.
#
# A first check that we look at what we mean to. An unconditional decoder has no input; its whole
# future lies in one state. So a long rollout must begin as the short one does, and each sequence
# must go its own way whoever is beside it.
#
# <!--
# "pales within a few steps" = output("scrub through the rollout", "random", 3)
#     < 0.1 * output("scrub through the rollout", "trained", 3)
# -->

# %% one state, one future tags=["nbval-check-output"]
long, units = experiment.roll_out(trained, frames[:SEEN])
short, _ = experiment.roll_out(trained, frames[:SEEN], 10)
single, _ = experiment.roll_out(trained, frames[:SEEN, :1])
print(
    "The first ten of a hundred frames are the ten:", bool((long[:10] - short).abs().max() < 1e-3)
)
print(
    "A sequence does not care about its neighbours:",
    bool((long[:5, :1] - single[:5]).abs().max() < 1e-3),
)
print("Units and frames come in equal number:", len(units) == len(long) == AHEAD)

# %% [markdown]
# ## 2. What is lost, and when
#
# Now the same for many sequences. From here on there are stored results beside the live ones: the
# model above, and three smaller ones that know one digit only. We come to those in part 4.
#
# Three measures, for three different things that can go wrong:
#
# ```
# error       nats per frame                    right shape in the right place
# sharpness   Σ (differences of neighbouring pixels)², 1 = as in the true frames
# path        how far the centre of all ink moves per frame, in pixels
# ```

# %% guess when it is lost
result = load_result("rollouts")
box = result["models"]["box"]
told = f"{result['sequences']} held-out sequences"
error, mean = box["per_step"]["cross_entropy"], box["baselines"]["mean_image"]["cross_entropy"]
lost = experiment.first_step_above(error, mean)
horizon = learnt.frames_out
when = ["Within the frames it was trained for", "Within twice or so as many", "Far later"]
Guess(
    f"It was trained on {horizon} frames to come. Where does its error pass the mean image's?",
    when,
    when[2 if lost is None or lost > 2.5 * horizon else 1 if lost > horizon else 0],
    f"At predicted frame {lost}. At frame {horizon} it has {error[horizon - 1]:.0f} nats, at frame "
    f"{2 * horizon} {error[2 * horizon - 1]:.0f}, at frame {AHEAD} {error[-1]:.0f}; the mean image "
    f"has {np.mean(mean):.0f}.",
)

# %% error over a hundred frames
steps = range(1, AHEAD + 1)
plots.curves(
    {"model": (steps, error)},
    levels,
    f"Error over the rollout: it passes the mean image at frame {lost}, and ends at "
    f"{error[-1]:.0f} nats. Means of {told}; {made}.",
    xlabel="predicted frame",
)

# %% squared error, with the copied frame
squared = {
    "model": box["per_step"]["mse"],
    "mean image": box["baselines"]["mean_image"]["mse"],
    "copy last": box["baselines"]["copy_last"]["mse"],
}
plots.curves(
    {name: (steps, values) for name, values in squared.items()},
    {"bound": 0.0},
    "The same in squared error, last frame: "
    + ", ".join(f"{name} {values[-1]:.1f}" for name, values in squared.items())
    + f" ({told}). Copying the last frame is least wrong, after the first frames, at frame "
    f"{12 + int(np.argmin(squared['copy last'][11:35]))}: why there?",
    xlabel="predicted frame",
    ylabel="squared error per frame",
)

# %% sharpness and motion
sharp, path = (box["per_step"][name] for name in ("sharpness", "path"))
plots.curves(
    {"sharpness": (steps, sharp), "path, part of the true": (steps, np.array(path) / box["path"])},
    {"truth": 1.0, "mean image's sharpness": np.mean(box["baselines"]["mean_image"]["sharpness"])},
    f"Sharpness falls from {sharp[0]:.3f} at the first frame to {sharp[-1]:.3f}; the centre of ink "
    f"moves by {path[0]:.2f} pixels per frame at first and {path[-1]:.2f} at the end, the true one "
    f"by {box['path']:.2f} ({told}; {made}).",
    xlabel="predicted frame",
    ylabel="part of the truth's",
)

# %% [markdown]
# Three answers to three questions. *Sharpness* is low from the first frame on, and the whole long
# way takes less of it than the first frame did: most blur is there at once. *Motion* weakens and
# does not stop. *Error* is what breaks, and it breaks soon after the frames that the model was
# trained for. The picture goes on moving, in the wrong places.
#
# So "the motion goes on" is true, and yet says less than it seems to. Which motion is it? The line
# of the copied frame gives a hint of what the right motion would be: it dips, again and again, at
# equal distances. Whatever bounces comes back.
#
# ## 3. Do the units keep time?
#
# A digit that bounces between two walls comes back: its place has a **period**. In this world it is
# easily told. A digit takes ⌈1 / v⌉ steps from wall to wall, v being its speed along that axis in
# parts of the box, so it is back after twice as many.
#
# ```
# period = 2 ⌈1 / v⌉ frames         speed 0.1, straight along the axis: at least 20
# ```
#
# If the units follow the digits, their activity must come back with the digits. To find a period
# we ask how alike the activity is to itself, k steps later (**autocorrelation**). A unit's mean is
# taken off; all units of a sequence are counted together:
#
# ```
# a(k) = Σ h̃ᵤ(t) h̃ᵤ(t + k)  /  √( Σ h̃ᵤ(t)²  Σ h̃ᵤ(t + k)² )        1: the same again
# ```
#
# It starts at 1, falls, and comes up to a peak where the activity comes back. The lag of the peak
# is the period, its height says how faithfully it returns.
#
# <!--
# motion = "sharpness and motion"
# "takes less of it than the first frame did" = output(motion, "Sharpness falls from")
#     - output(motion, "at the first frame to") < 1 - output(motion, "Sharpness falls from")
# "weakens and does not stop" = 0.2 < output(motion, "per frame at first and")
#     < 0.5 * output(motion, "the centre of ink moves by")
# "soon after the frames that the model was trained for"
#     = 10 < output("error over a hundred frames", "it passes the mean image at frame") < 25
# -->

# %% guess the period
late = box["windows"]["second half"]
lag = np.array(late["lag"])[np.array(late["height"]) > 0]
period = float(np.median(lag)) if len(lag) else 0.0
digits = np.array(box["periods"])
shortest = np.median(np.where(digits > 0, digits, 999).min(1))
choices = [
    "The same as the digits': it carries their motion on",
    "Shorter than any period of the digits: it has a rhythm of its own",
    "None: the activity has settled",
]
Guess(
    f"In the second half, frames {AHEAD // 2 + 1} to {AHEAD}: what period do the units have?",
    choices,
    choices[2 if late["periodic"] < 0.5 else 1 if period < 0.9 * shortest else 0],
    f"{100 * late['periodic']:.0f} % of the sequences are periodic (a peak of at least "
    f"{experiment.PERIODIC}), with a period of {period:.0f} steps (median). The fastest coordinate "
    f"of the digits has {shortest:.0f} (median over sequences).",
)

# %% [markdown]
# The picture shows the last fifty frames. Slide the window to the beginning and back. Watch the
# line of the trained model: does it have a peak, how high, and where? The line “true places” is the
# same measure, taken of where the digits really are.

# %% slide the window
PeriodExplorer({name: one.units for name, one in rollouts.items()}, scene.positions[SEEN:])

# %% [markdown]
# A line that falls below 0 and never comes back has no period: such activity drifts or settles.
# Mind that the autocorrelation is blind to size. It would find a period in a tremble of a
# millionth. So look at the size as well:

# %% how much the units move
swings = {"trained": box["swing"], **{k: v["swing"] for k, v in box["controls"].items()}}
plots.curves(
    {
        name: (range(2, AHEAD + 1), np.maximum(np.array(values) * 1000, 1e-3))
        for name, values in swings.items()
    },
    text="How much units change in one step (root mean square over units and sequences; what is "
    "below a millionth is drawn there). First and last step: "
    + "; ".join(f"{name} {values[0]:.2g}, {values[-1]:.2g}" for name, values in swings.items())
    + f" ({told}).",
    xlabel="predicted frame",
    ylabel="change per step, thousandths",
    logy=True,
)


# %% two clocks
clear = np.array(late["height"]) >= experiment.PERIODIC
ours, theirs = np.array(late["lag"])[clear], digits[digits > 0]
lows = range(9, experiment.LAGS, 3)


def shares(periods):
    """% of periods in each bin of three steps."""
    return [round(100 * np.mean((periods >= low) & (periods < low + 3)), 1) for low in lows]


middle = [np.percentile(p if len(p) else [0], (25, 75)) for p in (ours, theirs)]
plots.bars(
    [f"{low}–{low + 2}" for low in lows],
    {"units": shares(ours) if len(ours) else [0] * len(lows), "digits": shares(theirs)},
    text=f"Periods in frames. Units of the {clear.sum()} clips that are periodic in the second "
    f"half: half of them from {middle[0][0]:.0f} to {middle[0][1]:.0f}. Coordinates of the digits: "
    f"none below {theirs.min()}, half of them from {middle[1][0]:.0f} to {middle[1][1]:.0f} "
    f"({told}; {made}).",
    ylabel="% of all",
)

# %% [markdown]
# If the units carried the digits' motion on, both kinds of bars would stand at the same periods.
# (A unit that answers to either of two walls comes back after *half* a period. So look at half the
# digits' periods as well.) One tall bar somewhere else means: whatever clip it was shown, the
# network ends in **much the same rhythm**. It has forgotten the speed that it saw. A motion that a
# system falls into from wherever it starts is called a *limit cycle*. A pendulum
# clock has one: however you push it, it goes back to its own beat.
#
# So the paper's observation can be made again, and its control too: activity that is periodic and
# does not die, and an untrained network that does not do this. Training made it. But periodic
# activity is **no proof that the motion is remembered**. For that, the period has to be the right
# one.
#
# ## 4. Would another model do better?
#
# Two ideas. Perhaps a **conditional** decoder, which is fed its last frame, can keep the motion up:
# the frame says where the digit is. Or perhaps the horizon is simply where training ended, and
# **longer** training sequences push it out. Three small models of one digit were trained for equal
# steps:
#
# - *unconditional* and *conditional* (fed with its own frames), each on ten frames to come;
# - *longer*: unconditional, on thirty frames to come.
#
# And you can train one here, for less than a minute:
#
# <!--
# "for equal steps" = rollouts.models.unconditional.steps == rollouts.models.conditional.steps
#     == rollouts.models.longer.steps
# -->

# %% train a predictor of one digit
one_digit = Settings.for_lesson(reconstruct=False, steps=1000)
run = training.learn(one_digit, "one digit, ten frames ahead")
live = experiment.measure_rollouts(run.model, one_digit, 50)
truth = experiment.references(one_digit, 50)
level = truth["baselines"]["mean_image"]["cross_entropy"]
print(
    f"Trained here: passes the mean image at predicted frame "
    f"{experiment.first_step_above(live['per_step']['cross_entropy'], level)} "
    f"({one_digit.scale} scale, {run.curve['step'][-1]} steps, {run.seconds:.0f} s)."
)

# %% guess which lasts longest
horizons = {
    name: experiment.first_step_above(
        result["models"][name]["per_step"]["cross_entropy"],
        result["models"][name]["baselines"]["mean_image"]["cross_entropy"],
    )
    for name in experiment.TRAINED
}
Guess(
    "Which of the three stays below the mean image for longest?",
    list(horizons),
    max(horizons, key=lambda name: horizons[name] or AHEAD + 1),
    "They pass the mean image at predicted frame "
    + ", ".join(f"{at or 'none'} ({name})" for name, at in horizons.items())
    + ".",
)

# %% three models and the live one
lines = {
    name: (steps, result["models"][name]["per_step"]["cross_entropy"])
    for name in experiment.TRAINED
}
lines["trained here"] = (range(1, AHEAD + 1), live["per_step"]["cross_entropy"])
of_one = result["models"]["unconditional"]
plots.curves(
    lines,
    {
        name: np.mean(of_one["baselines"][name.replace(" ", "_")]["cross_entropy"])
        for name in ("mean image", "entropy bound")
    },
    "Error over the rollout, one digit. The mean image is passed at frame "
    + ", ".join(f"{at or 'none'} ({name})" for name, at in horizons.items())
    + f". Stored: {told}, {of_one['steps']} steps each, {result['scale']} scale.",
    xlabel="predicted frame",
)

# %% one clip, three predictions
films = {name: result["models"][name]["example"] for name in experiment.TRAINED}
predicted = {name: unpack_frames(film["dream"]) for name, film in films.items()}
late_ink = {
    name: np.abs(np.diff(film[-8:].astype(float), axis=0)).mean()
    for name, film in predicted.items()
}
plots.frames(
    {"truth": unpack_frames(films["longer"]["truth"]), **predicted},
    "One held-out clip: every fifth of the hundred frames to come (1: frame 5, 20: frame 100). "
    "How much the last eight of these differ from one to the next, in grey levels per pixel: "
    + ", ".join(f"{name} {change:.1f}" for name, change in late_ink.items())
    + ".",
)

# %% [markdown]
# Compare where each model is lost with how far it was trained, ten frames or thirty. To train for
# more frames pushes the horizon out; to feed the decoder its own frames did not. And what are they
# lost *to*? Look at the units. Is the clock of the *longer* model right?
#
# <!--
# horizon = "three models and the live one"
# "pushes the horizon out" = output(horizon, "(conditional),")
#     > 2 * output(horizon, "passed at frame")
# "to feed the decoder its own frames did not" = abs(output(horizon, "(unconditional),")
#     - output(horizon, "passed at frame")) < 4
# -->

# %% guess whose clock is right
clocks = {
    name: experiment.period_correlation(result["models"][name], "first half")
    for name in experiment.TRAINED
}
r, films = clocks["longer"]
fits = ["Hardly at all", "Somewhat", "Closely: slow digits, slow units"]
Guess(
    "Clip by clip, does the period of the longer model's units follow the period of the digit?",
    fits,
    fits[0 if r < 0.3 else 1 if r < 0.7 else 2],
    "Correlation over the clips that have a clear period in the first half of the rollout: "
    + "; ".join(f"{name} {r:+.2f} ({films} clips)" for name, (r, films) in clocks.items())
    + f", of {result['sequences']}. Where few clips have a period at all, there is no clock to be "
    "right or wrong.",
)

# %% period against period
longer, series = result["models"]["longer"], {}
for window in experiment.WINDOWS:
    true, units, clear = experiment.periods_of(longer, window)
    known = [int(p) for p in np.unique(true[clear]) if (true[clear] == p).sum() >= 5]
    series[window] = (known, [np.median(units[clear & (true == p)]) for p in known])
known = max((list(x) for x, _ in series.values()), key=len)
found = {window: experiment.period_correlation(longer, window) for window in series}
plots.curves(
    {"as the digit": (known, known), **series},
    text="The longer model: period of its units (medians) against the shortest true period of the "
    "digit. Correlation over clips: "
    + "; ".join(f"{window} {r:+.2f} ({films} clips)" for window, (r, films) in found.items())
    + f" ({told}, {longer['steps']} steps, {result['scale']} scale).",
    xlabel="true period, frames",
    ylabel="period of the units, steps",
)

# %% what they end in
rows = []
for name in [*experiment.TRAINED, *experiment.PRETRAINED]:
    one = result["models"][name]
    window, path = one["windows"]["second half"], np.mean(one["per_step"]["path"][-50:])
    found = np.array(window["lag"])[np.array(window["height"]) >= experiment.PERIODIC]
    beat = f"{np.median(found):.0f}" if len(found) else "–"
    off = np.mean(one["per_step"]["place"][-50:]) / np.mean(one["baselines"]["mean_image"]["place"])
    rows.append(
        f"{name:<16}{100 * window['periodic']:>8.0f} %{beat:>10}{window['swing']:>10.3f}"
        f"{path / one['path']:>12.2f}{off:>12.2f}"
    )
print(
    f"{'frames 51 to 100':<16}{'periodic':>10}{'period':>10}{'swing':>10}{'path':>12}{'off by':>12}"
)
print("\n".join(rows))
print("path: part of the truth's. off by: error of the centre of ink, 1: as the mean image's.")

# %% [markdown]
# Read the table row by row. *Periodic* and *swing* say whether the units keep going, *path* whether
# the picture does, and *off by* whether it is the right motion: 1 is as wrong as one who always
# says "in the middle".
#
# A model that is paid for ten frames learns **ten frames**. The state that the encoder hands over
# is a plan for so many; nobody has asked what comes after the plan, and what comes is whatever the
# weights happen to do. That can be a standstill or a limit cycle. Thirty frames are as long as the
# way there and back. A plan no longer pays so well, and something nearer to the *law* does:
# go straight, turn at the wall. Such a model ticks on, with nearly the right motion and nearly the
# right period. In the end its places are as wrong as the others': a clock that is a little slow is
# still out of step after some rounds. But it is lost as a clock is, and not as a plan is.
#
# Mind that steps were equal, not seconds: thirty frames take longer to train than ten.
#
# **What we found beside what the paper reports.** *Digits blur*: yes, but mostly at once. *The
# motion persists*: something moves to the end; whether it is the digits' motion depends on how far
# the training looked. *Activity periodic and not decaying*: yes for the pretrained model, with a
# period of its own, and for the longer one, with nearly the digit's. *A random net settles*: yes,
# and so does the shuffled one. The paper trained on ten frames to come, as the pretrained model
# was, but with 2 layers of 2048 units, 64×64 pixels and MNIST; ours are small, and one seed each.
# Whether *its* clock was set to the digits can't be told from what it reports. You can say how to
# find out.
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer, compare two sequences at frame 100. Are the rollouts
#    different, or is it the same rollout at another moment?
# 2. *Ten minutes.* Change the start: `experiment.roll_out(trained, 0 * frames[:SEEN])` rolls out
#    from ten black frames. Into which rhythm does it fall? And from a still digit,
#    `frames[:1].expand(SEEN, -1, -1, -1)`?
# 3. *For the fast.* Train on a range of horizons, `frames_out=20`, `30`, `50`, for equal seconds,
#    and plot the frame where each passes the mean image against its horizon. Is it a straight
#    line? Does any model ever run well beyond what it was trained for?
#
# ## In one breath
#
# A predictor that is left to run on may keep moving, but not far beyond its training horizon the
# motion is no longer that of the digits. Untrained and shuffled networks settle; trained ones may
# fall into a rhythm, and periodic activity shows that training built a clock, not that the clock is
# right: compare the periods. To train for more frames made the clock better.
#
# Next: [10 · Features](10_features.ipynb), where we look at what single units have learned to see.
#
# <!--
# "not far beyond its training horizon"
#     = output("error over a hundred frames", "it passes the mean image at frame") < 25
# "To train for more frames made the clock better"
#     = output("guess whose clock is right", "); longer")
#     > output("guess whose clock is right", "; conditional") + 0.2
# -->
