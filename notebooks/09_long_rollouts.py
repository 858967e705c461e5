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
# - **Use** controls: the same net untrained, shuffled weights, and the true places themselves.
# - **Compare** two kinds of network, conditional and unconditional decoders, short training with
#   long.
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
# a frame. So we ask for a hundred. The paper did the same and reports, as we read it, that digits
# blur, that the motion goes on, and that the activity of the units is periodic and does not die
# down.

# %% setup tags=["hide-input"]
from lstm_video_lab import Settings, check, evaluation, load_pretrained, plots, training
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.long_rollouts import experiment, guesses, stored_figures
from lstm_video_lab.lessons.long_rollouts.widgets import PeriodExplorer, RolloutExplorer
from lstm_video_lab.widgets import Guess

connected = load_pretrained(experiment.PRETRAINED["fully connected"])
convolutional = load_pretrained(experiment.PRETRAINED["convolutional"])
learnt = Settings.from_dict(connected.card["settings"])
SEEN, AHEAD = learnt.frames_in, experiment.STEPS
result = load_result("rollouts")  # the same for more clips, and for smaller models

# %% ten frames, and what comes
world = experiment.long_settings(learnt)  # the same clips, a hundred frames longer
heldout = evaluation.heldout_data(world)
frames, scene = to_unit(heldout.batch(0, 8)), heldout.scene(0, 8)  # (T, B, H, W)
plots.frames(
    {"truth": frames[:, 0]},
    f"A held-out clip of {len(frames)} frames, one in {-(-len(frames) // 20)}. The models see the "
    f"first {SEEN}; in training they were asked for the next {learnt.frames_out} only.",
)

# %% [markdown]
# ## 1. Scrub through a rollout
#
# We roll out two networks of 64×64 pixels that were trained for hours on ten frames to come: a
# fully connected one like the paper's, and a convolutional one (lesson 07). Beside them stand two
# controls of the fully connected one:
#
# - **random**: the same network before any training;
# - **shuffled**: the trained network with the numbers of each matrix shuffled. Its weights are as
#   large as the trained ones, but nothing is where training has put it.
#
# **Over ten frames, the convolutional network is the better one. A hundred frames ahead, which of
# the two still shows something that moves as far as digits do?**

# %% guess which keeps moving
Guess(guesses.MOVES, result)

# %% roll out both models and two controls
models = {
    "fully connected": connected,
    "convolutional": convolutional,
    **experiment.controls(connected),
}
rollouts = experiment.roll_out_models(models, frames, SEEN)  # frames, units and measures of each

# %% the strip
both = {name: rollouts[name] for name in ("fully connected", "convolutional")}
stored_figures.draw_strip(both, frames[SEEN:].numpy(), sequence=3, first=SEEN + 1)

# %% the strip, close up
late = range(70, AHEAD, 2)
stored_figures.draw_strip(both, frames[SEEN:].numpy(), sequence=3, first=SEEN + 1, steps=late)

# %% [markdown]
# Read the rows from left to right. In the first column, ten frames ahead, both still have ink where
# the digits are, though hardly a shape. Then both lose the places as well. The second strip shows
# what is left, every other frame from 81 on: the fully connected network goes on with one blurred
# lump that parts into two and closes again, to the last frame. The convolutional one fades to a fog
# in which hardly anything moves.
#
# **The fully connected network was trained on ten frames to come. How many frames ahead does
# its error pass that of the mean image?**

# %% guess when it is lost
Guess(guesses.LOST, result)

# %% [markdown]
# Now press play, or scrub. The strips of colour show 200 units drawn at random, each a line;
# orange is positive, purple negative. Many units are mostly on or mostly off; choose “less each
# unit's mean” to see what changes.

# %% scrub through the rollout
base = evaluation.baselines(world, 100)
levels = {
    name: base[name.replace(" ", "_")]["cross_entropy"] for name in ("mean image", "entropy bound")
}
RolloutExplorer(rollouts, frames[SEEN:], levels)

# %% [markdown]
# The strip of the random network pales within a few steps, and so the paper's control comes out as
# in the paper: an untrained network settles. The shuffled one is a stronger control, and a warning:
# its strip does not pale, though along most of its lines little changes any more. Large weights
# alone keep units away from zero. Whether anything beats there is another question: section 3 asks
# it.
#
# (To write such a rollout yourself: [Exercise 8](../exercises/08_long_rollouts.ipynb).)
#
# A first check that we look at what we mean to. An unconditional decoder has no input; its whole
# future lies in one state. So a long rollout must begin as the short one does, and each sequence
# must go its own way whoever is beside it.
#
# <!--
# "pales within a few steps" = output("scrub through the rollout", "random", 3)
#     < 0.1 * output("scrub through the rollout", "fully connected", 3)
# "its strip does not pale" = output("scrub through the rollout", "shuffled", 3)
#     > 10 * output("scrub through the rollout", "random", 3)
# -->

# %% one state, one future tags=["nbval-check-output"]
long, units = experiment.roll_out(connected, frames[:SEEN])
short, _ = experiment.roll_out(connected, frames[:SEEN], 10)
single, _ = experiment.roll_out(connected, frames[:SEEN, :1])
begins_alike = bool((long[:10] - short).abs().max() < 1e-3)
alone = bool((long[:5, :1] - single[:5]).abs().max() < 1e-3)
print("The first ten of a hundred frames are the ten:", begins_alike)
print("A sequence does not care about its neighbours:", alone)
print("Units and frames come in equal number:", len(units) == len(long) == AHEAD)

# %% [markdown]
# ## 2. What is lost, and when
#
# Now the same for a hundred clips, from a stored result. Three measures, for three different things
# that can go wrong:
#
# - **Error**, in nats per frame: is the right shape in the right place?
# - **Sharpness**: the squared differences of neighbouring pixels, added up over the frame,
#   $\sum (x_p - x_q)^2$, divided by the same of the true frames. 1 is as sharp as they are.
# - **Path**: how far the centre of all ink moves per frame, in pixels.

# %% error over a hundred frames
stored_figures.draw_errors(result)

# %% squared error, with the copied frame
stored_figures.draw_squared_errors(result)

# %% sharpness
stored_figures.draw_sharpness(result)

# %% motion
stored_figures.draw_paths(result)

# %% [markdown]
# Three answers to three questions. *Sharpness* goes early: the fully connected network is blurred
# at once, and the convolutional one loses more than half of its sharpness within the ten frames
# that it was trained for. *Motion* weakens a little in the fully connected network; in the
# convolutional one it dies away. *Error* is what breaks: it ends far above the mean image in the
# fully connected network, and somewhat above it in the other: blobs in wrong places cost more than
# fog. So the network that “keeps the motion up” is punished for it more than the one that gives up.
#
# So "the motion goes on" is true of one of them, and yet says less than it seems to. Which motion
# is it? The line of the copied frame gives a hint of what the right motion would be: it dips, again
# and again, at equal distances. Whatever bounces comes back.
#
# ## 3. Do the units keep time?
#
# A digit that bounces between two walls comes back: its place has a **period**. In this world it is
# easily told. A digit takes $\lceil 1 / v \rceil$ steps from wall to wall, v being its speed along
# that axis in parts of the box. **Write one line**: after how many frames is it back?


# %% the period of a digit
def period(speed):  # an array of speeds along one axis, in parts of the box
    return ...


check("long_rollouts/period", period)

# %% [markdown]
# A speed of 0.1, exactly along the axis, would have the shortest period there can be: 20 frames.
# The least slant needs eleven steps a way, so the digits that you meet have 22 or more, up to for
# ever.
#
# If the units follow the digits, their activity must come back with the digits. To find a period
# we ask how alike the activity is to itself, k steps later (**autocorrelation**). A unit's mean is
# taken off; all units of a sequence are counted together:
#
# $$a(k) = \frac{\sum_{u,t} \tilde h_u(t)\, \tilde h_u(t+k)}
# {\sqrt{\sum_{u,t} \tilde h_u(t)^2 \; \sum_{u,t} \tilde h_u(t+k)^2}}$$
#
# It starts at 1, falls, and comes up to a peak where the activity comes back. The lag of the peak
# is the period, its height says how faithfully it returns: 1 is the same again. A line that falls
# below 0 and never comes back has no period: such activity drifts or settles. We call a clip
# *periodic* if the peak is at least 0.5.
#
# Before we ask how many clips are, let us look at the ruler itself: the same measure, taken of
# where the digits really are.
#
# **Put the true places to this test: both digits bounce on for ever, by the law. In how many clips
# does it find a period (a peak of 0.5 or more within 35 steps)?**
#
# <!-- "22 or more" = output("two clocks", "none below") -->

# %% guess how many true motions are periodic
Guess(guesses.PLACES, result)

# %% [markdown]
# Now the units, and one clip beside the other.
#
# **Clip by clip: does the period of the fully connected network's units follow the period of the
# digits that it saw?**

# %% guess whether it follows
Guess(guesses.FOLLOW, result)

# %% [markdown]
# The next picture shows the last fifty frames: the units of each network, the line “true places”,
# and a control: the units of the *encoder* while it watches the true frames, up to the last. Slide
# the window to the beginning and back, and look at single clips too.

# %% slide the window
watching = experiment.watch(connected, learnt, 100)
activity = {name: one.units for name, one in rollouts.items()}
activity["encoder, watching"] = watching[:, : len(scene.positions[0])]
PeriodExplorer(activity, scene.positions[SEEN:])

# %% who comes back tags=["hide-input"]
print("Periodic in frames 51 to 100, in % of a hundred clips:")
print(stored_figures.table_of_periodic(result, experiment.search_windows(watching)))

# %% how much the units move
stored_figures.draw_swings(result)

# %% [markdown]
# So periodic activity is not even what the *right* motion looks like, most of the time: two digits
# have four coordinates, each comes back after a time of its own, and all four together seldom do so
# within a few dozen frames. Units that watch the right motion hardly ever pass this test. Those of
# the network that runs on alone pass it ten times as often: it is **too regular**.
#
# And mind that the autocorrelation is blind to size. It would find a period in a tremble of a
# millionth. That is why the picture above shows the size: the units of the fully connected network
# still change by a good part of what they did at the beginning, those of the convolutional one by
# far less. The random control comes to rest. The shuffled one does not: it creeps on, at a fifth of
# the pace of the trained one, and no clip of it is periodic.
#
# The period that *is* found, 22 steps, is the shortest that digits have: a right beat. Is it the
# beat of the clip? Here are all the clips that are periodic.
#
# <!--
# fc = rollouts.models["fully connected"]
# "a fifth of the pace" = 0.17 < fc.controls.shuffled.swing[-1] / fc.swing[-1] < 0.23
# "no clip of it is periodic" = fc.controls.shuffled.windows["second half"].periodic == 0
# "comes to rest" = fc.controls.random.swing[-1] < 1e-6
# test = "who comes back"
# "hardly ever pass this test" = output(test, "watching the true frames") < 6
# "ten times as often" = 8 < output(test, "running on alone")
#     / output(test, "watching the true frames") < 13
# -->

# %% two clocks
stored_figures.draw_two_clocks(result, "fully connected")

# %% the clock of the small model
stored_figures.draw_two_clocks(result, "small")

# %% [markdown]
# Look at the first picture. The digits' periods are spread, and two in five are longer than 35
# frames; those of the units are not: nearly all clips that are periodic have **the same period**.
# It happens to be the shortest that digits have. So in most of these clips it is right: in 36 of
# the 41 the quickest digit has it too. That is no merit: so it is in 83 of all the hundred clips,
# and such a clip cannot tell law from habit. The 5 others can: in all of them the units come back
# sooner than any digit. Five clips are a hint, no more.
#
# The second picture is clearer. In a *small* network (32×32 pixels, trained for minutes) most clips
# are periodic, and the common period is one that *no* digit has. A motion that a system falls into
# from wherever it starts is called a *limit cycle*. A pendulum clock has one: however you push it,
# it goes back to its own beat. The small network is such a clock, and a wrong one. The large one
# comes to one beat in some clips only; in the others it goes on without coming back, as
# true digits mostly do.
#
# So the paper's observation can be made again, and its control too: activity that does not die,
# and an untrained network that settles. The beat is made by training: the shuffled network has
# none. But periodic activity is **no proof that the motion is remembered**, and its absence is no
# proof of the contrary. For that, clip and rollout have to be compared.
#
# <!--
# follow = "guess whether it follows"
# "36 of the 41" = [output(follow, "Few clips can tell: in"), output(follow, "; over the")]
# "The 5 others" = output(follow, "; over the")
#     - output(follow, "Few clips can tell: in")
# "in all of them" = output(follow, "sooner than any digit in") == output(follow, "; over the")
#     - output(follow, "Few clips can tell: in")
# small = rollouts.models.small
# "most clips are periodic" = small.windows["second half"].periodic > 0.6
# clocks = "two clocks"
# rows = rollouts.models["fully connected"].periods
# 83 = len([row for row in rows if any([p == 22 for p in row])])
# "two in five" = 0.35 < len([p for row in rows for p in row if p == 0 or p > 35])
#     / len([p for row in rows for p in row]) < 0.45
# "The digits' periods are spread" = output(clocks, "the middle half from", 5)
#     - output(clocks, "the middle half from", 4) > 10
# "nearly all" = output(clocks, "the middle half from", 2)
#     - output(clocks, "the middle half from") <= 2
# -->

# %% [markdown]
# ## 4. Would another training do better?
#
# Here are three more models, small ones of one digit, trained for equal steps, after two ideas.
# Perhaps a **conditional** decoder, which is fed its last frame, can keep the motion right: the
# frame says where the digit is. Or perhaps it matters how many frames are asked for in training.
#
# - *unconditional* and *conditional* (fed with its own frames), each on ten frames to come;
# - *thirty*: unconditional, on thirty frames to come.
#
# And you can train one here, for less than a minute:
#
# <!--
# "for equal steps" = rollouts.models.unconditional.steps == rollouts.models.conditional.steps
#     == rollouts.models.thirty.steps
# -->

# %% train a predictor of one digit timeout=900
one_digit = Settings.for_lesson(reconstruct=False, steps=1000)
run = training.learn(one_digit, "one digit, ten frames ahead")
live = experiment.measure_rollouts(run.model, one_digit, 50)
truth = experiment.references(one_digit, 50)
print("Frames ahead at which it passes the mean image:", stored_figures.horizon({**live, **truth}))

# %% [markdown]
# **Three small models of one digit, trained for equal steps. Which stays below the mean image for
# longest?**

# %% guess which lasts longest
Guess(guesses.LONGEST, result)

# %% three models
stored_figures.draw_errors(result, experiment.TRAINED)

# %% one clip, three predictions
stored_figures.draw_stored_clips(result)

# %% [markdown]
# Compare where each model is lost with how far it was trained, ten frames or thirty. To train for
# more frames pushes the horizon out; to feed the decoder its own frames did not. Is *thirty* only
# lost later, or has it learnt something else?
#
# **Clip by clip: in the model that learned with thirty frames, does the period of the units follow
# the period of the digit?**
#
# <!--
# horizon = "three models"
# "pushes the horizon out" = output(horizon, "thirty") > 2 * output(horizon, "unconditional")
# "to feed the decoder its own frames did not" = abs(output(horizon, ", conditional")
#     - output(horizon, "ahead: unconditional")) < 4
# -->

# %% guess whose clock is right
Guess(guesses.CLOCK, result)

# %% period against period
stored_figures.draw_period_against_period(result, "thirty")

# %% [markdown]
# Thirty frames are as long as the way there and back. Perhaps a *plan* for so many no longer pays
# so well, and something nearer to the *law* does: go straight, turn at the wall. That is how we
# read it; what can be seen is the line of the first half, close to that of the digits: this model
# ticks on, with nearly the right motion and nearly the right period. That is so in the first fifty
# frames. In the second fifty look at the other line. For digits that need 24, 26 or 28 frames it
# lies flat at 29; only for those of 22 it is lower, 26 in the middle, and that one step makes the
# +0.47: without it nothing is left (−0.04). This clock, too, slides towards a beat of its own, only
# later. In the end its places are as wrong as the others': a clock that is a little slow is still
# out of step after some rounds, and by error, which then costs a sure blob most, it ends as the
# worst of the three. But it is lost as a clock is.
#
# Mind that steps were equal, not seconds: thirty frames take longer to train than ten. And each of
# these is one training.
#
# Last, all models in one table. *Periodic* and *swing* say whether the units keep going, *path*
# whether the picture does (a part of the true way), and *off by* whether it is the right motion: 1
# is as wrong as one who always says "in the middle". Of the *truth* there are two lines: the first
# three models met one digit only, and two coordinates come back together more often than four.
#
# <!--
# three = rollouts.models
# "it ends as the worst of the three" = three.thirty.per_step.cross_entropy[-1]
#     > max([three.unconditional.per_step.cross_entropy[-1],
#     three.conditional.per_step.cross_entropy[-1]])
# "come back together more often than four"
#     = three.thirty["true places"]["second half"].periodic
#     > three["fully connected"]["true places"]["second half"].periodic
# "without it nothing is left" = abs(output("period against period", "alone", 1)) < 0.1
# "slides towards a beat of its own" = output("period against period", "second half")
#     < output("period against period", "first half") - 0.2
# -->

# %% what they end in tags=["nbval-check-output"]
print(stored_figures.table_of_endings(result))

# %% [markdown]
# Set each model (one training of each) beside the truth of its own world. *Thirty*
# comes back in 74 % of the clips, where true digits do in 46 %; the large fully connected one in
# 41 %, where true ones do in 21 %. Both are too regular.
#
# **What we found beside what the paper reports.** *Digits blur*: yes, and mostly early. *The motion
# persists*: in the fully connected network, to the end; in the convolutional one, whose error is
# lower over the first ten frames together and again at the end (at frames 8 to 19 the fully
# connected one is the better), it does not. *Activity periodic and not decaying*: not decaying,
# yes; periodic in some of the clips, more than the true places are, with one period for nearly
# all, be it their digits' or not. *A random net settles*: yes; the shuffled one does not: it goes
# on slowly, without a beat. The paper rolled out a model with one hidden layer, trained as ours on
# ten frames of two digits to come, but on MNIST; ours is smaller. Whether *its* clock was set to
# the clip can't be told from what it reports. You can say how to find out.
#
# <!--
# end = "what they end in"
# "74 % of the clips" = output(end, "thirty")
# "in 46 %" = output(end, "truth, one digit")
# "in 41 %" = output(end, "fully connected")
# "do in 21 %" = output(end, "truth, two digits")
# fc = rollouts.models["fully connected"]
# "more than the true places are" = fc.windows["second half"].periodic
#     > fc["true places"]["second half"].periodic
# nats = fc.per_step.cross_entropy
# conv = rollouts.models.convolutional.per_step.cross_entropy
# "at frames 8 to 19" = nats[6] > conv[6] and nats[7] < conv[7] and nats[18] < conv[18]
#     and nats[19] > conv[19]
# -->
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer, compare two sequences at frame 100. Are the rollouts
#    different, or is it the same rollout at another moment?
# 2. *Ten minutes.* Change the start: `experiment.roll_out(connected, 0 * frames[:SEEN])` rolls out
#    from ten black frames. Into which rhythm does it fall? And from a still digit,
#    `frames[:1].expand(SEEN, -1, -1, -1)`?
# 3. *For the fast.* Train on a range of horizons, `frames_out=20`, `30`, `50`, for equal seconds,
#    and plot the frame where each passes the mean image against its horizon. Is it a straight
#    line? Does any model ever run well beyond what it was trained for?
#
# To write the rollout yourself: [Exercise 8 · A hundred frames, and what is left of
# them](../exercises/08_long_rollouts.ipynb).
#
# ## In one breath
#
# A predictor that is left to run on loses the digits' places seven to twenty-five frames beyond its
# training horizon. A fully connected one keeps blobs moving, a convolutional one fades, and by
# error the one that gives up is the better. An untrained network settles; a shuffled one creeps on
# without a beat. Periodic activity shows that training built a clock, not that the clock is right:
# compare the periods clip by clip, and put the truth itself to the same test. To train for more
# frames made the clock better, for some fifty frames.
#
# Next: [10 · Features](10_features.ipynb), where we look at what single units have learned to see.
#
# <!--
# large = "error over a hundred frames"
# "seven to twenty-five frames beyond" = min([output("three models", "ahead: unconditional") - 10,
#     output(large, "fully connected") - 10, output("three models", "thirty") - 30]) == 7
#     and output(large, "convolutional") - 10 == 25
# "To train for more frames made the clock better"
#     = output("guess whose clock is right", "thirty", 2)
#     > output("guess whose clock is right", "conditional", 3) + 0.2
# -->
