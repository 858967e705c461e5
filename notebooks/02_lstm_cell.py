# %% [markdown]
# # 02 · The LSTM cell
#
# After this lesson you can read the equations of an LSTM, set its weights by hand, and look inside
# a trained one.
#
# **Objectives**
#
# - **Build** a unit that stores a number when told, keeps it, and gives it back.
# - **Predict** how long a number survives from one number, the forget gate.
# - **Find** a unit of a trained network that follows the digit, and **test** that claim fairly.
# - **Check** the lab's LSTM against PyTorch's own.
#
# **Time** 35 minutes to read, 2 minutes of computing.
#
# **References** Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 1997 (the
# memory cell). Gers, Schmidhuber and Cummins, *Learning to forget*, Neural Computation 2000 (the
# forget gate). Gers, Schraudolph and Schmidhuber, *Learning precise timing with LSTM recurrent
# networks*, JMLR 2002 (peepholes). Graves, [arXiv:1308.0850](https://arxiv.org/abs/1308.0850),
# equations 7 to 11. Srivastava, Mansimov and Salakhutdinov,
# [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), section 2.1 (the form used here). Shi and
# others, *Convolutional LSTM Network*, [arXiv:1506.04214](https://arxiv.org/abs/1506.04214),
# section 2.2. The lab report *Unsupervised Learning of Video Representations using LSTMs* of 2017.
#
# ## The question
#
# **How can a network keep a number for a hundred steps, and who decides when to let it go?**
#
# Before any theory, a machine to play with. It is a single LSTM unit. Nobody has trained it: its
# weights were set by hand, seven of them, and you can read all seven below. It has three inputs.
# `value` is mostly noise. When `store` is 1, the unit has to remember the value of this very step.
# When `read` is 1, it has to give it back, squashed as it goes in and as it comes out.

# %% setup tags=["hide-input"]
import inspect
import textwrap

import torch

from lstm_video_lab import (
    LSTM,
    LSTMCell,
    Settings,
    VideoModel,
    cells,
    check,
    evaluation,
    training,
)
from lstm_video_lab.lessons.lstm_cell import guesses, same_numbers, timing, trained_figures
from lstm_video_lab.lessons.lstm_cell.gates import gates_over_time
from lstm_video_lab.lessons.lstm_cell.units_of_place import find_unit, profile
from lstm_video_lab.lessons.lstm_cell.widgets import GateInspector, HalfLife, LatchExplorer
from lstm_video_lab.widgets import Guess

settings = Settings.for_lesson(steps=1000)  # of the training below

VALUE, STORE, READ = range(3)  # the inputs
INPUT, FORGET, NEW, OUTPUT = range(4)  # one unit, so each gate has one row of weights


# %% seven weights
def latch():
    cell = LSTMCell(3, 1, peepholes=False)
    with torch.no_grad():
        for weights in cell.parameters():
            weights.zero_()
        cell.weight_ih[INPUT, STORE], cell.bias[INPUT] = 20, -10  # listen when told to store
        cell.weight_ih[FORGET, STORE], cell.bias[FORGET] = -20, 5  # keep, but not at that moment
        cell.weight_ih[NEW, VALUE] = 1  # what is on offer
        cell.weight_ih[OUTPUT, READ], cell.bias[OUTPUT] = 20, -10  # speak when told to read
    return cell


# %% what it hears tags=["hide-input"]
x = torch.zeros(130, 3)  # (T, X)
x[:, VALUE] = 2 * torch.rand(130, generator=torch.Generator().manual_seed(0)) - 1
x[[4, 109], VALUE] = torch.tensor([0.9, -0.9])  # steps are counted from 1: these are 5 and 110
x[[4, 109], STORE], x[[14, 104, 124], READ] = 1, 1

# %% the latch
LatchExplorer(latch(), x, ("value", "store", "read"), step=105)

# %% [markdown]
# **What is seen.** Above, the unit at one step. The upper pipe is its memory c. It runs straight
# through, and only two things can happen to it: the forget gate keeps a part of it, and the input
# gate lets something in. A valve that is full is open. Below, the whole story. At step 5 the value
# 0.9 is stored (squashed by tanh to 0.72; on the way out tanh squashes it once more, to about 0.6).
# Noise then knocks at the input gate a hundred times and
# stays outside. At steps 15 and 105 the number is read. At step 110 another one replaces it.
#
# (A weight and a bias make a switch: σ(20 · 1 − 10) is almost 1, and σ(20 · 0 − 10) almost 0. σ is
# the logistic function, which squashes any number into 0 … 1.)
#
# **Move it.** Play the steps. Then set the forget gate's bias to 0 and read at step 15: what is
# left?
#
# **Write it yourself**: the line that the upper pipe draws. From the memory c, the gates f and i
# and what is on offer, g, make the new memory.
#
# <!-- 0.72 = output("the latch", "came in at step 5 as") -->


# %% your line
def new_memory(c, f, i, g):
    return ...


check("lstm_cell/new_memory", new_memory)

# %% [markdown]
# ## The equations
#
# What you moved is the whole cell. Here it is as code, printed from the file
# `lstm_video_lab/cells.py` that the rest of the lab is tested against. Each comment is the
# equation, the line below it does it. (All of it is for you to write in
# [Exercise 1](../exercises/01_lstm_cell.ipynb), and its way back in
# [Exercise 2](../exercises/02_backpropagation_by_hand.ipynb).)

# %% the equations
source = inspect.getsource(cells.gates)
print(textwrap.dedent(source[source.index("    # i(t)") :]))

# %% [markdown]
# | letter | plain words |
# | --- | --- |
# | x(t), h(t−1) | what all gates hear: the input, and what the layer said one step ago |
# | a_i, a_f, a_g, a_o | what each of them makes of it: a weighted sum plus a bias |
# | i, f, o | input, forget and output gate: three valves between 0 and 1 |
# | g | the cell input: what is on offer, between −1 and 1 |
# | c(t) | the cell state, the memory |
# | h(t) | the output, all that others get to hear of the memory |
# | w_ci, w_cf, w_co | peepholes: they let a gate see the memory itself; ours are 0, see below |
# | ⊙ | multiply unit by unit |
#
# The line that matters is `c(t) = f ⊙ c(t−1) + i ⊙ g`. With the input gate shut it says: the
# memory is multiplied by f, and nothing else happens to it. No weight matrix, no squashing.
#
# **The input gate is shut and the forget gate stands at f = 0.9: it keeps 90 % in each step. How
# much of a number is left after 20 steps?**

# %% guess the decay
Guess(guesses.DECAY)

# %% [markdown]
# After t steps f · f · f … = f^t is left. The gate is f = σ(bias) while nobody says `store`. Which
# bias does a hundred steps take? Move the slider. Dots are measured: the latch stores a number, and
# we count the steps until half or less of it is left. The line is the law, ln ½ / ln f steps.

# %% half-life
HalfLife(latch(), store=[0.9, 1.0, 0.0])

# %% [markdown]
# **What is seen.** On the right the scale is logarithmic, and for positive biases the line is
# almost straight: each step of 1 in the bias makes the memory last about 2.7 times as long, for
# σ(b) is close to 1 − e^−b. A bias of 0 forgets half in one step. For positive biases the measured
# dots lie on the line or just above it, because a half-life is measured in whole steps; for
# negative ones they stay at 1, the least there is.
#
# **Why it matters for learning.** What is true forwards is true backwards: along the memory, the
# gradient is multiplied by the same f in each step. Where forget gates start at one half, a
# millionth of it gets through 20 steps along the memory alone; with all ways together (lesson 01)
# it is about a ten-thousandth. The network can hardly hear, while it learns, what happened so long
# ago. So this lab starts them at bias 1, for σ(1) = 0.73. Of the two public
# releases of the paper's code, one starts them at 5 and the other at 0.
#
# **Who decides to let go?** The forget gate, and it is no constant. In the latch it listens to
# `store`. In a network that is trained it listens to all inputs and all units, with weights that
# gradient descent found. We look at that next. First, break something.
#
# ### Try it: edit the latch
#
# The input gate below is not quite shut: its bias is −2 instead of −10, so it stands at σ(−2) =
# 0.12. What happens to the memory, and why? Then turn the latch into a **counter**: c goes up by
# the same amount at each `store`, whatever the value, and never decays.
#
# <!-- 0.12 = output("your latch", "the input gate lets in") / 100 -->

# %% your latch
mine = latch()
with torch.no_grad():
    mine.bias[INPUT] = -2
LatchExplorer(mine, x, ("value", "store", "read"), step=105)

# %% [markdown]
# <details><summary>What happens, and a counter</summary>
#
# A little of the noise comes in at each step. A gate that is only nearly shut lets the memory
# wander, for it adds up a hundred small errors. (In the picture "% is left" therefore counts noise
# too.)
#
# A counter has `mine.bias[INPUT] = -10` again, and then three changes: `mine.weight_ih[FORGET,
# STORE] = 0` (do not let go when something comes in), `mine.bias[FORGET] = 10` (never decay), and
# `mine.weight_ih[NEW, VALUE] = 0` with `mine.bias[NEW] = 0.2` (the same amount is always on
# offer).
# </details>
#
# ## Gates of a trained network
#
# Now a real layer. We train the composite of lesson 06 for less than a minute: an encoder
# reads a clip of a bouncing digit, and two decoders must give it back and continue it. Then we
# step the encoder by hand over held-out clips and note each gate at each step. We do the same with
# the very weights that training started from, as a control.

# %% train a composite model
trained = training.learn(settings, "composite")
encoder = trained.model.encoder
start = VideoModel(**settings.model_fields(), seed=settings.seed).encoder  # before its first step
made = f"{settings.scale} scale, {trained.curve['step'][-1]} steps in {trained.seconds:.0f} s"
known = evaluation.baselines(settings)
print(
    f"{made}. Future: {trained.curve['future'][-1]:.0f} nats per frame. Baselines: mean image "
    f"{known['mean_image']['cross_entropy']:.0f}, entropy bound "
    f"{known['entropy_bound']['cross_entropy']:.0f}."
)

# %% gates while clips are read
N = 200  # clips, made of digits that were never trained on
held_out = evaluation.heldout_data(settings)
films, scene = held_out.batch(0, N), held_out.scene(0, N)  # clips: uint8 (T, N, H, W)
place = torch.from_numpy(scene.positions[:, :, 0, 1]).double()  # (T, N): x of the digit's corner
pixels = films.float().flatten(2) / 255  # (T, N, X)
after = gates_over_time(encoder.cell(), pixels)  # each gate: (T, N, H)
before = gates_over_time(start.cell(), pixels)
film = N // 2 + int((place.amax(0) - place.amin(0))[N // 2 :].argmax())  # the widest travel

# %% all units
trained_figures.draw_forget_gates(after, before, film, made)

# %% [markdown]
# **What is seen.** Each line is a unit, time runs to the right. Untrained, in the lower strip, all
# forget gates stand close together, near σ(1) = 0.73. Training has pulled them apart, in the upper.
# Some units have gates near 1 throughout: they hold on to what they have, and add to it. Others
# *blink*: their gates shut at certain steps and open again. What do those follow? (In training the
# encoder read only the first part of such a clip, the frames before those it had to predict. The
# rest is new to it.)
#
# ## A unit that follows the digit
#
# The decoders must know *where* the digit is. So let us look for the unit that tells us most
# about the digit's x position, which we know, since we made the clips.
#
# <!--
# gates = "all units"
# "near σ(1) = 0.73" = output(gates, "before training, between") < 0.73
#     < output(gates, "before training, between", 2)
# "Training has pulled them apart" = output(gates, "mean forget gates lie between", 2)
#     - output(gates, "mean forget gates lie between") > 0.5
# "Some units have gates near 1 throughout" = output(gates, "From step 3 on,") > 10
# "Others blink" = output(gates, "and the gates of") > 10
# -->


# %% search for a unit that follows the digit
unit, found = find_unit(after.c, place)  # chosen on half of the clips, judged on the others
unit_before, found_before = find_unit(before.c, place)
pixel, found_pixel = find_unit(pixels, place)
chance = find_unit(after.c, place.roll(1, 1))[1]  # each clip against the place in another clip

# %% [markdown]
# The unit is found; nothing has been shown.
#
# **What will the unit look like that goes best with the digit's x position?**

# %% guess the unit
profiles = {
    f"unit {unit}, trained": profile(after.c[..., unit], place),
    f"unit {unit_before}, untrained": profile(before.c[..., unit_before], place),
}
Guess(guesses.POSITION_UNIT, profiles, made)

# %% the unit beside its controls
compared = {
    "trained": found,
    "before training": found_before,
    "best single pixel": found_pixel,
    "wrong clip": chance,
}
trained_figures.draw_controls(compared, unit, N, made)

# %% [markdown]
# (The search is by |r|: it asks how nearly a state and x lie on a straight line, and would miss
# other shapes.)
#
# **Be fair before you believe it.** Four questions that you should put to any such finding:
#
# - *Did you pick the winner by luck?* The best of hundreds always looks good. So the unit was
#   chosen on one half of the clips and judged on the other. "Wrong clip" is what luck alone gives.
# - *Does it take training?* Only in part. The best **untrained** unit follows the digit too: a
#   random mixture of pixels changes with the place. What training did, in this one training from
#   one seed, is the step between the first two bars.
# - *Does the network use it?* We do not know. A correlation says that the unit carries the place,
#   not that a decoder reads it there. (A test: set this unit to its mean and see what the decoders
#   lose.)
# - *Is it "the position unit"?* Hardly. With |r| = 0.87 the place explains about three quarters of
#   this unit's ups and downs; the rest is something else. How many other units carry the place, we
#   have not counted.
#
# Now watch it. The unit is chosen for you. The clip is from the second half.
#
# <!--
# found = "the unit beside its controls"
# "Only in part" = 0.5 < output(found, "before it") < output(found, "after training") - 0.1
# "what luck alone gives" = output(found, "places in other clips") < 0.2
# 0.87 = output(found, "after training")
# "about three quarters"
#     = 0.7 < output(found, "after training") * output(found, "after training") < 0.8
# -->

# %% watch the unit
record = {name: values[:, film] for name, values in after._asdict().items()}  # (T, H)
x_place = {"place x, on this scale": place[:, film]}
GateInspector(record, films[:, film], unit=unit, step=len(films) // 2, beside=x_place)

# %% [markdown]
# **What is seen.** The digit's place is drawn beside the state, stretched to the same least and
# most. The state c goes roughly along with it, or roughly against it: the sign of a unit means
# nothing. Is it a memory?
# Read the line below the picture: at this step the forget gate keeps less than half of what was
# there, and even so that is more than what is let in. Now follow the gate (the steps are those of
# the stored picture). Where it is low, at steps 3 and 13 even below 0.2, the unit is a *gauge*,
# read off the last frames. Where it is above 0.8, at steps 6 and 7 and from step 17 on, new values
# are added to old ones, and c goes to −3 and at the end beyond 4, which no single frame could do:
# there it is a memory. Choose "all units" and step through: which units keep throughout, and which
# gate opens when the digit turns?
#
# <!--
# watched = "watch the unit"
# "keeps less than half" = output(watched, "forget gate") < 0.5
# "more than what is let in" = abs(output(watched, "that it held,"))
#     > abs(output(watched, "on offer,"))
# -->
#
# ## Peepholes: when a gate must see the memory
#
# The gates of the latch heard its inputs only. But sometimes there is nothing to hear. Here is an
# **alarm clock**, one unit again, set by hand. `start` empties its memory; after that the memory
# goes up by 0.1 in each step, and once it is over 0.75 the alarm has to ring: the output gate
# opens. The input is silent, and so is h, as long as the output gate is shut. Only a peephole can
# tell the gate what the time is.
#
# There are two readings of this peephole in print. Graves, the paper's code and Shi and others let
# the output gate see the **new** memory, c(t). The lab report from which parts of this lab stem
# writes the **old** one, c(t−1). The lab uses the new one; `output_peephole="old"` gives the other.


# %% the alarm clock
def alarm_clock(output_peephole, peephole=200.0, threshold=-150.0, hush=0.0):
    cell = LSTMCell(1, 1, output_peephole=output_peephole)
    with torch.no_grad():
        for weights in cell.parameters():
            weights.zero_()
        cell.bias.copy_(torch.tensor([10.0, 10.0, 0.1, threshold]))  # i open, f open, g = 0.1
        cell.weight_ih[:, 0] = torch.tensor([0.0, -40.0, 0.0, hush])  # start: forget everything
        cell.peephole[2] = peephole  # o sees c: it opens at c > 150 / 200
    return cell


# %% three alarm clocks tags=["hide-input"]
starts = torch.zeros(30, 1, 1)  # (T, B, X)
starts[[3, 19]] = 1
new = gates_over_time(alarm_clock("new"), starts)
old = gates_over_time(alarm_clock("old"), starts)
blind = gates_over_time(alarm_clock("new", peephole=0.0), starts)
rings = {
    name: int((seen.o[3:, 0, 0] > 0.5).int().argmax())
    for name, seen in (("new", new), ("old", old))
}

# %% [markdown]
# **The same weights, but the output gate sees the old memory instead of the new one. What does the
# alarm do?**

# %% guess the difference
Guess(guesses.ALARM, new, old, blind, rings)

# %% [markdown]
# The two differ by one step. Can weights make up for it? The memory moves by 0.1 in a step, so the
# old reading can use a threshold that is 0.1 lower; and the gate can listen to `start` itself.
#
# <!-- "differ by one step" = output("the mend", "'old':") - output("the mend", "'new':") == 1 -->

# %% the mend tags=["nbval-check-output"]
mended = gates_over_time(alarm_clock("old", threshold=-130.0, hush=-200.0), starts)
print("rings after steps:", rings)
print(
    "old reading with two other weights, same output to 0.001:",
    bool((mended.h - new.h).abs().max() < 1e-3),
)

# %% [markdown]
# So a network that is *trained* with one reading can do what the other does. But weights do not
# carry over: swap the reading under trained weights, and the numbers change. By how much, in our
# encoder?

# %% the same weights, the other reading
swapped = LSTM(encoder.input_size, encoder.sizes, encoder.num_layers, output_peephole="old")
swapped.load_state_dict(encoder.state_dict())
with torch.inference_mode():
    h_new, h_old = encoder(pixels)[0], swapped(pixels)[0]  # (T, N, H)

# %% swapped in the encoder
trained_figures.draw_swapped(
    h_new, h_old, clip=film, output_peephole=encoder.peephole_l0[2], made=made
)

# %% [markdown]
# On average by less than a hundredth of |h|; at single steps by far more.
#
# <!--
# swap = "swapped in the encoder"
# "less than a hundredth of |h|" = output(swap, "the difference is") < 0.01 * output(swap, "|h| is")
# "by far more" = output(swap, "on average and") > 0.25 * output(swap, "|h| is")
# -->
#
# ## For the curious
#
# From here to [What to try next](#What-to-try-next) all may be skipped: two more questions about
# peepholes, a comparison with PyTorch's own LSTM, and how the lab makes it fast.
#
# ### Is a peephole a skip connection?
#
# One can read that it is. A **skip connection** carries a signal *past* something: past a layer, to
# the one above it. A peephole carries the memory to a gate of its own unit, and past nothing. That
# can be tested. Take two layers, and cut the weights between them. With a skip connection the
# second layer would still hear of the input.

# %% no way past a layer tags=["nbval-check-output"]
stack = LSTM(3, 4, 2)  # two layers, with peepholes
with torch.no_grad():
    for name, weights in stack.named_parameters():
        if name.startswith("peephole"):
            weights.uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
    stack.weight_ih_l1.zero_()  # layer 2 hears nothing of layer 1
(y, (h, _)), (y_other, (h_other, _)) = stack(torch.ones(8, 1, 3)), stack(torch.zeros(8, 1, 3))
print("another input changes layer 1:", not torch.equal(h[0], h_other[0]))
print("and layer 2, which it is cut off from:", not torch.equal(y, y_other))

# %% [markdown]
# ### Does it matter in training?
#
# A task in the spirit of Gers, Schraudolph and Schmidhuber (2002), where timing is everything: one
# pulse comes in, its height says a delay of 4 to 10 steps, and exactly then the network has to
# answer. Four units, trained three times with each reading and three times without peepholes. The
# seeds are the same for all, and so are the first weights.


# %% with and without peepholes spread=1
timed = timing.compare(20 if settings.scale == "smoke" else 300)
trained_figures.draw_timing(timed)

# %% [markdown]
# **What is seen, and what is not.** The lines are means of three runs. Compare the three numbers of
# "new" with the three of "old", in the text below the picture: is the gap between the readings
# larger than the gap between seeds? Three seeds and one small task cannot settle a small
# difference, and we claim none. In a comparison of many LSTM variants on three large tasks, leaving
# the peepholes out altogether did no significant harm (Greff et al., *LSTM: a search space
# odyssey*, [arXiv:1503.04069](https://arxiv.org/abs/1503.04069)). What matters is that everyone who
# shares weights means the same c.
#
# ### Is this the LSTM that everybody uses?
#
# `torch.nn.LSTM` has no peepholes. Without them ours must give the same numbers, forwards and
# backwards. There is one catch: PyTorch keeps **two** biases for each gate, `bias_ih` and
# `bias_hh`. Only their sum is ever used, so one is enough. We put our bias into the first, and 0
# into the second.

# %% the same as torch.nn.LSTM tags=["nbval-check-output"]
torch.manual_seed(0)
ours = LSTM(5, 7, peepholes=False).double()
theirs = torch.nn.LSTM(5, 7).double()
with torch.no_grad():
    theirs.weight_ih_l0.copy_(ours.weight_ih_l0)
    theirs.weight_hh_l0.copy_(ours.weight_hh_l0)
    theirs.bias_ih_l0.copy_(ours.bias_l0)
    theirs.bias_hh_l0.zero_()
some = torch.randn(9, 4, 5).double()  # (T, B, X)
for name, difference in same_numbers.differences(ours, theirs, some).items():
    print(f"{name}: largest difference below 1e-10: {difference < 1e-10}")

# %% [markdown]
# Peepholes cost little. With X inputs and H units there are four sums, each with X + H weights and
# a bias for every unit, and three peepholes:
#
# $$\text{parameters} = 4 H (X + H + 1) + 3 H$$
#
# The encoder of the paper has X = 64 · 64 pixels and H = 2048 units. (On the device "meta" a layer
# has shapes and no numbers, so it needs no memory.)
#
# <!--
# "Peepholes cost little" = output("count the parameters", "ours:")
#     - output("count the parameters", "without peepholes:")
#     < 0.001 * output("count the parameters", "ours:")
# -->

# %% count the parameters tags=["nbval-check-output"]
X, H = 64 * 64, 2048
with torch.device("meta"):
    layers = {
        "ours": LSTM(X, H),
        "without peepholes": LSTM(X, H, peepholes=False),
        "torch.nn.LSTM, two biases": torch.nn.LSTM(X, H),
    }
print(f"4 H (X + H + 1) + 3 H = {4 * H * (X + H + 1) + 3 * H:,}")
for name, layer in layers.items():
    print(f"{name}: {sum(weights.numel() for weights in layer.parameters()):,}")

# %% [markdown]
# ### Fast, and still the same
#
# `cells.py` says the equations; a whole sequence step by step in Python is slow.
# `LSTM(fast=True)`, the default, gives the same numbers in less time. Its main idea: of the sum
# W_x x(t) + W_h h(t−1) + b, only W_h h(t−1) has to wait for the step before. **All W_x x(t) are
# known before the loop starts, so they leave it as one large product**, for which the weights are
# fetched from memory once, not T times.

# %% fast and slow agree tags=["nbval-check-output"]
sizes = (pixels.shape[2], encoder.sizes[0])  # X, H
fast, slow = LSTM(*sizes), LSTM(*sizes, fast=False)
slow.load_state_dict(fast.state_dict())
apart = same_numbers.differences(fast, slow, pixels[:, :8])
print("outputs of fast and slow differ by less than 1e-5:", apart.pop("outputs") < 1e-5)
print("gradients of fast and slow differ by less than 1e-5:", max(apart.values()) < 1e-5)

# %% how much faster spread=3
gains = [same_numbers.gains(fast, slow, pixels[:, :B].clone()) for B in (2, 8, 32)]
made = f"{settings.scale} scale, X = {sizes[0]}, H = {sizes[1]}"
trained_figures.draw_gains(gains, (2, 8, 32), len(pixels), made)

# %% [markdown]
# A stopwatch is a rough tool, and worse on a busy machine: run the cell again and see what changes.
# The gain of the one product is large where there is little work for each weight that is fetched,
# in small batches; a large batch keeps the processor busy anyway. The rest of the gain comes from a
# backward pass written by hand, in `unroll.py`, where the weight gradients of all steps are one
# product too.
#
# ## What to try next
#
# 1. Search for a unit that follows the **y** position: `scene.positions[:, :, 0, 0]`. Then for one
#    that follows the *velocity*, `place.diff(dim=0)`, compared with the states of steps 2 and
#    later. No single frame holds the velocity. How far apart are trained and untrained now?
# 2. Give the latch a fourth input, `drop`, that empties the memory without storing anything. One
#    weight is enough. Which, and what sign?
# 3. For the fast: replace |r| by something that finds units which like *one column*: the part of a
#    unit's variance that the place explains, from `profile`-like means, whatever their shape. Use
#    the same two halves and the same control. Are there such units?
#
# ## In one breath
#
# An LSTM keeps a number because its memory is only multiplied by f, and f can be as close to 1 as
# it likes; t steps leave f^t. Gates decide what comes in, what stays and what is shown, and what
# they listen to is learned. In a trained encoder some units hold on and some follow the digit, and
# only a control tells you how much of that is due to training.
#
# To do it yourself: [Exercise 1 · One step of an LSTM](../exercises/01_lstm_cell.ipynb), and
# [Exercise 2 · Back-propagation by hand](../exercises/02_backpropagation_by_hand.ipynb).
#
# Next: [03, bouncing digits](03_bouncing_digits.ipynb), the clips that all this is trained on.
#
# <!--
# gain = "how much faster"
# "in small batches" = output(gain, "clips:", 1) > output(gain, "clips:", 3)
# "keeps the processor busy" = output(gain, "clips:", 1) > output(gain, "clips:", 3)
# -->
