# %% [markdown]
# # 01 · Recurrence and memory
#
# After this lesson you can say why a plain recurrent network forgets, measure it, and name the one
# change that lets it remember.
#
# **Objectives**
#
# - **Unroll** a recurrent network, and **explain** back-propagation through time as a sum.
# - **Measure** how a gradient vanishes or explodes on its way back, for three cells.
# - **Predict** from one number, a bias, whether an untrained cell can learn over a long delay.
# - **Compare** a fixed state with keeping every frame: what each costs, and what it gives back.
#
# **Time** 35 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Elman, *Finding structure in time*, Cognitive Science 1990 (the plain cell).
# Bengio, Simard and Frasconi, *Learning long-term dependencies with gradient descent is
# difficult*, IEEE Transactions on Neural Networks 1994. Hochreiter and Schmidhuber, *Long
# short-term memory*, Neural Computation 1997. Gers, Schmidhuber and Cummins, *Learning to forget*,
# Neural Computation 2000. Pascanu, Mikolov and Bengio,
# [arXiv:1211.5063](https://arxiv.org/abs/1211.5063) (vanishing and exploding). Hermans and
# Schrauwen, *Training and analysing deep recurrent neural networks*, NIPS 2013. Cho and others,
# [arXiv:1406.1078](https://arxiv.org/abs/1406.1078) (the GRU). Le, Jaitly and Hinton,
# [arXiv:1504.00941](https://arxiv.org/abs/1504.00941) (starting at the identity). He and others,
# [arXiv:1512.03385](https://arxiv.org/abs/1512.03385) (residual networks). Srivastava, Mansimov
# and Salakhutdinov, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681), section 2.1.
#
# ## The question
#
# **At the end of a clip, what must a network have done to still know its beginning?**
#
# Here is the smallest form of that question. Four symbols pass by, one in each step, in any order.
# The first one carries a mark: *keep this*. Then others come, which do not matter. At the end a
# second mark asks: *which one was it?*

# %% setup tags=["hide-input"]
import inspect

import torch

from lstm_video_lab import RNNCell, Settings, check
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.recurrence_and_memory import (
    experiment,
    figures,
    guesses,
    jacobians,
    live_figures,
    memory,
)
from lstm_video_lab.lessons.recurrence_and_memory.widgets import GradientExplorer, MemoryExplorer
from lstm_video_lab.widgets import Guess

settings = Settings.for_scale()
SMOKE = settings.scale == "smoke"
STEPS = 4 if SMOKE else 250  # of each live training
DELAY = experiment.DELAYS[settings.scale][-1]
draws = torch.Generator().manual_seed(0)

# %% the copy task
x, answer = experiment.copy_task(DELAY, 1, seed=0)  # x: (T, B, K + 2)
live_figures.draw_copy_task(x[:, 0], int(answer[0]))

# %% [markdown]
# ## 1. A loop, unrolled
#
# A recurrent network reads one input at a time. What it knows of the past is its **state**: here a
# few numbers, h. In each step it makes a new state from the input and the old state, always with
# the same weights. The plainest way is this. (`RNNCell` holds it. The comment is the equation,
# the line below it does it. tanh squashes any number into −1 … 1.)

# %% the plain cell tags=["nbval-check-output"]
source = inspect.getsource(RNNCell.forward)
print(inspect.cleandoc(source[source.index("# h(t)") :]))

# %% [markdown]
# Written out for all steps, the loop becomes a deep network with one layer for each step. That is
# all that *unrolled* means.
#
# ```
#          x(1)         x(2)         x(3)                  x(T)
#           │            │            │                     │
#           ▼            ▼            ▼                     ▼
# h(0) ─► [cell] ─► h(1) [cell] ─► h(2) [cell] ─► h(3) … ─► [cell] ─► h(T) ─► answer, loss
#             same weights in every cell
# ```
#
# To learn, we need the gradient: by how much would the loss change if a weight did? A weight is
# used T times. So pretend that every step has a copy of its own. Change all copies together, and
# the effects add up: **derivatives distribute over sums**. The gradient of the shared weight is
# the sum of the gradients of its copies. Going back step by step to collect them is called
# **back-propagation through time**. Let us check that, and look at the terms of the sum.


# %% a matrix for each step
def last_state(cell, x, weights):
    """h(T) of a plain cell, with a recurrent matrix of its own for each step."""
    h = x.new_zeros(x.shape[1], len(weights[0]))
    for x_t, weight in zip(x, weights, strict=True):
        h = torch.func.functional_call(cell, {"weight_hh": weight}, (x_t, h))
    return h


# %% back-propagation through time tags=["nbval-check-output"]
plain = jacobians.make_cell("RNN", 4, 32, seed=0).double()
noise = torch.randn(30, 1, 4, generator=draws).double()  # (T, B, X)
copies = [plain.weight_hh.detach().clone().requires_grad_() for _ in noise]
each = torch.autograd.grad(last_state(plain, noise, copies).sum(), copies)
shared = torch.autograd.grad(
    last_state(plain, noise, [plain.weight_hh] * len(noise)).sum(), plain.weight_hh
)[0]
print("gradient of the shared weight = sum over the steps:", torch.allclose(shared, sum(each)))

# %% the terms of the sum
live_figures.draw_terms([float(term.norm()) for term in each])

# %% [markdown]
# Look at the scale: each grid line up is a factor of 100. The sum is complete and correct, but the
# early steps hardly take part in it. What the network did long ago may have been wrong. The
# gradient, so to speak, can't be heard from there.
#
# ## 2. The way back
#
# Why? Take a small change of the state at step t. One step later it has become
#
# $$\frac{\partial h(t+1)}{\partial h(t)} = \mathrm{diag}\left(1 - h(t+1)^2\right) W_h$$
#
# This is a matrix, called a **Jacobian**. Over many steps the chain rule multiplies them:
#
# $$\frac{\partial h(T)}{\partial h(t)} = \frac{\partial h(T)}{\partial h(T-1)} \cdots
# \frac{\partial h(t+2)}{\partial h(t+1)} \, \frac{\partial h(t+1)}{\partial h(t)}$$
#
# T − t factors, multiplied. Numbers below 1, multiplied often, go to nothing. Numbers above 1
# grow without bound. To say how large a matrix is we use its *norm*: the most by which it can
# lengthen a small change.
#
# **Write it yourself**: the Jacobian of one step, as above. h is h(t+1), a vector,
# and W is W_h. (All of the way back, through an LSTM, is for you to write in
# [Exercise 2](../exercises/02_backpropagation_by_hand.ipynb).)
#
# <!-- "hardly take part in it" = output("the terms of the sum", "Of the total,") > 90 -->


# %% your line
def one_step(h, W):  # (H,) and (H, H)
    return ...  # (H, H)


check("recurrence_and_memory/one_step", one_step)

# %% [markdown]
# Is the product right? Here is one Jacobian for each step, against autograd (PyTorch's own way of
# taking derivatives) through all steps at once.

# %% a product of Jacobians tags=["nbval-check-output"]
J = jacobians.factors(plain, noise[:, 0])  # (T, H, H)
with torch.no_grad():
    h10 = last_state(plain, noise[:10], [plain.weight_hh] * 10)
whole = jacobians.slope(plain, noise[10:, 0], h10)  # ∂h(30)/∂h(10), by autograd
product = torch.linalg.multi_dot(list(J[10:].flip(0)))
same = torch.allclose(product, whole, rtol=1e-6, atol=1e-15)
print("product of 20 Jacobians = slope of 20 steps:", same)

# %% [markdown]
# Now three kinds of cell. Two of them you need not know yet:
#
# - **RNN**: the plain cell above.
# - **GRU**: h(t) = (1 − z) ⊙ n + z ⊙ h(t−1). A *gate* z, between 0 and 1, is computed in each step
#   for each unit. It says how much of the old state stays. The rest is replaced by something new.
# - **LSTM**: it has a second state, a memory c(t) = f ⊙ c(t−1) + i ⊙ g. The *forget gate* f says
#   how much stays, the *input gate* i how much of the new value g is added. Lesson 02 takes it
#   apart.
#
# (⊙ multiplies unit by unit.) A gate is σ(… + bias), where σ squashes into 0 … 1: σ(0) is one
# half, σ(1) = 0.73 and σ(5) = 0.993. So before training, a bias says what a gate does. The
# forget gate's bias is in the names below. The GRU's gate starts at one half.
#
# How large are the recurrent weights? We draw them at random with spread g/√H and call g the
# *weight scale*. For very many units g would be the size of the largest eigenvalue of the matrix
# (the factor of one step, when the matrix is applied again and again); for our 32
# it is somewhat more. For every cell, weight scale and seed we measure the norm of ∂s(T)/∂s(t)
# exactly, with autograd. s is the whole state: h for the RNN and the GRU, h and c together for the
# LSTM.
#
# <!--
# "for our 32 it is somewhat more"
#     = min([output("what is left after 50 steps", "seed by seed:", n) for n in [1, 2, 3]]) > 1
# -->

# %% what is left after 50 steps tags=["hide-input"]
seeds = (0,) if SMOKE else (0, 1, 2)
scales = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
left = {g: jacobians.measure_gains("RNN", g, seeds)[:, 50] for g in scales}  # (seeds,) each
far = {g: float(10 ** gains.log10().mean()) for g, gains in left.items()}
matrices = [jacobians.make_cell("RNN", 4, 32, n, 1.0).weight_hh.detach().double() for n in seeds]
largest = [float(torch.linalg.eigvals(matrix).abs().max()) for matrix in matrices]
powers = torch.stack([torch.linalg.matrix_power(matrix, 50) for matrix in matrices])
alone = float(10 ** torch.linalg.matrix_norm(powers, 2).log10().mean())
print("largest eigenvalue of W, seed by seed:", ", ".join(f"{value:.2f}" for value in largest))

# %% [markdown]
# Take the plain cell, untrained, h(t) = tanh(W h(t−1) + …). At weight scale 1 the largest
# eigenvalue of W is 5 to 28 % over 1, seed by seed, see the line above; at another scale it is so
# many times as large. (The cell whose terms are drawn above starts with smaller weights, at a scale
# of 0.58.)
#
# **A small change of the state is made 50 steps before the end. At which weight scale is it about
# as large at the end as it was?**
#
# <!--
# eigenvalues = [output("what is left after 50 steps", "seed by seed:", n) for n in [1, 2, 3]]
# "5 to 28 %" = [100 * min(eigenvalues) - 100, 100 * max(eigenvalues) - 100]
# -->

# %% guess the scale
Guess(guesses.WHICH_SCALE, far, alone)

# %% [markdown]
# **Move it.** The lower arrows of the picture are the network, the upper ones are the gradient,
# which runs back. Scrub with *Steps back*. Then, for the RNN, raise the weight scale slowly from
# 1 to 3. Is there a scale at which the strip stays pale from end to end, over 50 steps, and over
# 100 (*Length*)? Then take the LSTM, and compare the biases 0, 1 and 5.

# %% explore the way back
GradientExplorer(seeds, back=20)

# %% [markdown]
# **What is seen.** Each line of the strip is one seed. Purple has vanished, orange has exploded,
# pale is near 1 (in the stored picture, at scale 1, only purple and pale). The plain cell goes from
# one to the other as its weights grow. Somewhere between there is a scale that would do, but it is
# not the same for every seed: in the stored picture one and the same scale leaves between 10^−3.5
# and 10^−6 after 50 steps. Nor need it be the same for another input or another length (try
# *Length*), and training moves the weights. It has to balance on an edge.
#
# Now all cells at once, as the lab starts them (weights uniform in ±1/√H). Two more starts are
# there. *RNN from I* is the plain cell, but its recurrent matrix begins as the identity: h(t) =
# tanh(h(t−1) + …). *GRU, keep 5* is a GRU whose gate z begins at σ(5).

# %% as the lab starts them
starts = list(jacobians.STARTS)
way = {name: jacobians.measure_gains(name, None, seeds).log10().mean(0) for name in starts}
live_figures.draw_starts(way, DELAY, len(seeds))

# %% [markdown]
# A gate is no magic. The GRU and the LSTM with bias 0 begin with a gate at one half. The gate alone
# would halve the state in each step. The recurrent weights give some of it back. It makes × 0.62 a
# step, and 0.62 · 0.62 · 0.62 … vanishes as surely as anything. The bias does it: at 5, nearly all
# of the state is handed on as it is. (That line even ends above 1. Here, too, it is the recurrent
# weights that add to what the gate hands on: 0.993 in each step could only fall.)
#
# <!--
# first = "as the lab starts them"
# "× 0.62 a step" = 3e-9 < output(first, "LSTM, forget 0") < 7e-9
#     and 3e-9 < output(first, "GRU") < 7e-9
# "ends above 1" = output(first, "LSTM, forget 5") > 1
# -->
#
# ## 3. Does it matter for learning?
#
# A gradient that vanishes *before* training need not stop it: training could find better weights.
# So we train, on the task from the beginning. A cell of 32 units reads the sequence. A linear layer
# on its last state says the symbol.


# %% train two cells
def learn(start):
    """Steps and accuracy on sequences kept apart, while a cell learns the copy task."""
    return list(zip(*experiment.learn_copy(start, DELAY, seed=3, steps=STEPS), strict=True))


curves = {name: learn(name) for name in ("RNN", "LSTM, forget 5")}

# %% [markdown]
# They are trained; nothing has been shown. **Both cells are trained on the copy task with its
# longest delay. Who learns it?**

# %% guess who learns it
made = f"Delay {DELAY}, at most {STEPS} steps, one seed, {settings.scale} scale."
Guess(guesses.WHO_LEARNS, curves, made)

# %% [markdown]
# One seed is an anecdote. The next picture is from a stored run with several, for all starts of
# part 2.
#
# <!-- "several" = recurrence.seeds >= 3 -->

# %% all starts, several seeds
result = load_result("recurrence")
figures.overview(result)

# %% [markdown]
# **What is seen.** With the shortest delay everybody learns. At the longest, the plain cell fails
# with every seed. But so do cells with gates, where these begin half shut (or, at bias 1, a
# quarter shut). Compare with the curves of part 2: what decides at the longest delay is less the
# name of the cell than its **start**. The starts that hand on the state nearly as it is are heard
# from afar, and they learn. In between, the start does not explain all: at delay 20 the plain cell,
# which hears the least, learns with one of three seeds, the GRU and bias 0 with none.
#
# Why have gates at all, then, if a plain cell can start from the identity? Look at its line: it
# seems a matter of luck. Two of three seeds learn at delay 10, one at 20, and all three at 40, the
# hardest. Three seeds are too few to say more. Perhaps it is because each symbol that
# passes by is added to its state, wanted or not; we have not tested it. A gate can *choose*. It can
# learn to shut for the symbols that do not matter, and to open for the one with the mark.
#
# **What this does not say.** A cell that fails here is not unable to do the task, for weights that
# do it exist. Gradient descent has not found them: with these few steps, one learning rate, and
# the same random symbols for all. With more steps the lines would perhaps move to the right.
#
# ## 4. Why it works: sums instead of products
#
# Take the memory of the LSTM, and leave the forget gate open, f = 1:
#
# $$c(t) = c(t-1) + i(t) \odot g(t)$$
#
# $$c(T) = c(0) + i(1) \odot g(1) + i(2) \odot g(2) + \dots + i(T) \odot g(T)$$
#
# The memory is a **sum** of all that was let in. The derivative of a sum is the sum of the
# derivatives. So ∂c(T)/∂g(t) = i(t), for the first step as for the last. No product of T factors
# is left in it. Check it: a cell with its forget gate wide open, and no recurrent weights, so that
# the memory is all that links the steps.
#
# <!--
# "With the shortest delay everybody learns"
#     = min(min(cell.accuracy[0]) for cell in values(recurrence.copy)) >= 0.99
# "the plain cell fails with every seed" = max(recurrence.copy.RNN.accuracy[-1]) < 0.3
# "But so do cells with gates" = max(max(recurrence.copy[name].accuracy[-1])
#     for name in ["GRU", "LSTM, forget 0", "LSTM, forget 1"]) < 0.3
# "and they learn" = min(min(recurrence.copy[name].accuracy[-1])
#     for name in ["RNN from I", "GRU, keep 5", "LSTM, forget 5"]) >= 0.99
# starts = "all starts, several seeds"
# "Two of three seeds learn" = output(starts, "RNN from I", 2) == 2 and recurrence.seeds == 3
# "at delay 10, one at 20, and all three at 40" = output(starts, "RNN from I", 3) == 1
#     and output(starts, "RNN from I", 4) == 3
#     and recurrence.delays[1] == 10 and recurrence.delays[2] == 20 and recurrence.delays[3] == 40
# 20 = recurrence.delays[2]
# "learns with one of three seeds" = max(recurrence.copy.RNN.accuracy[2]) >= 0.99
#     and mean(recurrence.copy.RNN.accuracy[2]) < 0.6
# "the GRU and bias 0 with none" = max(max(recurrence.copy[name].accuracy[2])
#     for name in ["GRU", "LSTM, forget 0"]) < 0.3
# "which hears the least" = output("as the lab starts them", "RNN")
#     < output("as the lab starts them", "LSTM, forget 0")
# -->

# %% the derivative of a sum tags=["nbval-check-output"]
cell = jacobians.make_cell("LSTM, forget 5", 4, 8, seed=0, scale=0.0).double()
torch.nn.init.constant_(cell.bias.detach().chunk(4)[1], 50.0)  # σ(50) is 1 to 21 digits
h = c = torch.zeros(1, 8).double()
seen = []
for x_t in torch.randn(100, 1, 4, generator=draws).double():
    seen.append(cell.gates(x_t, (h, c)))
    h, c = seen[-1].h, seen[-1].c
slopes = torch.autograd.grad(c.sum(), [now.g for now in seen])
exact = [torch.allclose(slope, now.i) for slope, now in zip(slopes, seen, strict=True)]
print("steps whose ∂c(T)/∂g(t) is just i(t):", sum(exact), "of", len(exact))
print("the memory is the sum of what came in:", torch.allclose(c, sum(s.i * s.g for s in seen)))

# %% [markdown]
# There is another way to say it. h(t) = tanh(W h(t−1)) makes a *new* state. c(t) = c(t−1) + …
# takes the *old* one and adds a change. Its Jacobian is the identity plus something:
#
# $$\text{new state:} \quad y(t) = F(y(t-1)), \qquad
# \frac{\partial y(t)}{\partial y(t-1)} = F'$$
#
# $$\text{old + change:} \quad y(t) = y(t-1) + F(y(t-1)), \qquad
# \frac{\partial y(t)}{\partial y(t-1)} = I + F'$$
#
# This is what **residual networks** do from layer to layer, and it is why they can be a hundred
# layers deep. No recurrence is needed to see it. Below are feed-forward nets of 50 layers, each
# layer with weights of its own.

# %% the identity in a deep net
nets = {
    "new, scale 0.3": (0.3, False),
    "new, scale 1": (1.0, False),
    "old + change, 0.3": (0.3, True),
    "old + change, 1": (1.0, True),
}
norms = {name: jacobians.deep_norms(50, 32, *net, seeds=5) for name, net in nets.items()}
live_figures.draw_deep_nets(norms, seeds=5)

# %% [markdown]
# From scale 0.3 to scale 1 the norm becomes about ten times as large with the identity. Without it,
# everything hangs on the scale: there it grows by more than twenty powers of ten. Mind the other
# side: with large weights the sum *grows*. The identity is a cure for vanishing, not for exploding.
# (Residual networks are normalised, and here gradients are clipped: if their norm is over 1, it is
# cut to 1.)
#
# ### Forget bias 0 or 5?
#
# For a memory, an open gate has a price: what is never forgotten is in the way. But for
# *learning* it decides whether the past is heard at all, and a gate can learn to close. Of the two
# public releases of the paper's code, one starts the forget gate at bias 5, the other at 0. The
# lab starts at 1, as is usual. On the copy task 5 does better, as you see below; on clips the three
# are not compared here.
#
# <!--
# deep = "the identity in a deep net"
# "more than twenty powers of ten" = output(deep, "new, scale 1:")
#     > 1e20 * output(deep, "new, scale 0.3:")
# "about ten times as large" = 5 < output(deep, "old + change, 1:")
#     / output(deep, "old + change, 0.3:") < 20
# "with large weights the sum grows" = output(deep, "old + change, 1:") > 1
# -->

# %% forget bias
norms = {name: float(10 ** way[name][19]) for name in starts if name.startswith("LSTM")}
figures.draw_forget_biases(result, norms, shortest=0 if SMOKE else 10)

# %% [markdown]
# The order is that of the curves at the end of part 2. Short delays are learned from any bias. The
# longer the delay, the more it matters whether the memory is open at the start. A clip of the paper
# has 20 frames, and its first has to be heard from the last: the norms in the line above say how
# loud that is at the start. A bias of 0 need not be hopeless, for training can open gates. It has
# to find out first.
#
# ## 5. Layers over layers: who is slow?
#
# (This part and part 6 may be skipped.)
#
# Recurrent layers can be stacked: each reads the states of the layer below. Hermans and Schrauwen
# (2013) asked whether the layers of such a stack come to work at different speeds. Their test is
# simple. Let two copies of a network read the same text, but for **one wrong letter**. Then watch
# how long the states of the two copies differ, in each layer.
#
# Ours is a stack of four plain layers of 64 units. It reads English text, the descriptions that
# come with scikit-learn, and predicts the next letter. There are three versions: *untrained*;
# trained, and the *top layer* alone answers; trained, and *all layers* answer together.
#
# <!--
# "Short delays are learned from any bias" = min(min(recurrence.copy[name].accuracy[1])
#     for name in ["LSTM, forget 0", "LSTM, forget 1", "LSTM, forget 5"]) >= 0.99
# "the more it matters" = mean(recurrence.copy["LSTM, forget 5"].accuracy[-1])
#     > 2 * mean(recurrence.copy["LSTM, forget 1"].accuracy[-1])
# -->

# %% one wrong letter, live
stack = memory.Stack(len(memory.read_text()[1]), all_answer=True, seed=9)
loss = memory.learn_text(stack, min(STEPS, 120), seed=9)
live_figures.draw_recovery(memory.perturbation(stack), loss, settings.scale)  # (T, L)

# %% [markdown]
# What to see in it: the lines fall as the copies come together again, and a line that stays up
# belongs to a layer that remembers the wrong letter for long. After so short a training all four
# layers need about as many letters for it.
#
# The three versions were trained longer, from several seeds, and are stored.
#
# **Compare the top layer with the bottom one: how many times as long does the wrong letter show? In
# which version is that ratio largest?**
#
# <!--
# live = "one wrong letter, live"
# "about as many letters" = max([output(live, "below a tenth after", n) for n in [1, 2, 3, 4]])
#     - min([output(live, "below a tenth after", n) for n in [1, 2, 3, 4]]) <= 2
# -->

# %% guess the layers
healed = {
    name: [[memory.recovery_steps(line) for line in seed] for seed in found["curves"]]
    for name, found in result["layers"].items()
}  # name -> (seeds, L)
means = {name: torch.tensor(rows).double().mean(0) for name, rows in healed.items()}
Guess(guesses.MOST_PULLED_APART, {name: float(mean[-1] / mean[0]) for name, mean in means.items()})

# %% how long each layer differs
figures.draw_healing(result, healed)

# %% [markdown]
# **What is seen.** The control is the surprise. Nobody trained the first version, and its layers
# are in order, from fast to slow: that much is built into a stack that is started so. Where the top
# layer alone answers, all layers are about equally slow after training; but that version has also
# learnt far less (2.61 nats per letter against 1.75), so part of the difference may be that. Where
# every layer has to answer, after 600 steps the order is there again in the means (our short run
# above had lost it), and the three lower layers have become slower; for the top one (from 9.3 to
# 10.0 letters) the seeds overlap.
#
# Hermans and Schrauwen used far larger stacks,
# trained far longer on Wikipedia, and report longer memories than ours. What we can *not* confirm
# at this size is that training pulls the layers apart: the ratio is largest without any. Ask for
# the untrained control whenever somebody shows you what a network has learned.
#
# ## 6. Why not remember everything?
#
# A state forgets, since it has few numbers. Why not keep every frame, and look at all of them when
# a question comes? That is **attention**. Each kept frame gets a weight, large where it fits the
# question; the answer is made of the weighted sum. There is no chain of steps: every frame is one
# step away from the answer, and no gradient has to travel.
#
# The task: read T random symbols, then give all of them back. The LSTM (forget bias 5) has only its
# last state. Attention keeps every frame, and beside each a *key*: numbers that say its place, with
# which the question is compared.
#
# <!--
# letters = "how long each layer differs"
# ratios = "guess the layers"
# "about equally slow" = 0.9 < output(ratios, "times, top layer answers") < 1.1
# 600 = output(letters, "from least to most;")
# "the order is there again" = output(letters, "all layers answer:", 1)
#     < output(letters, "all layers answer:", 4)
# live = "one wrong letter, live"
# "had lost it" = output(live, "below a tenth after", 4) <= output(live, "below a tenth after", 1)
# "the three lower layers have become slower" = all(output(letters, "all layers answer:", n)
#     > output(letters, "untrained:", n) for n in [1, 2, 3])
# "from 9.3 to 10.0 letters"
#     = [output(letters, "untrained:", 4), output(letters, "all layers answer:", 4)]
# "2.61 nats per letter against 1.75" = [output(letters, "steps: top layer answers:"),
#     output(letters, "nats per letter; all layers answer:")]
# "the ratio is largest without any" = output(ratios, "Top against bottom: untrained")
#     > output(ratios, "times, all layers answer") > output(ratios, "times, top layer answers")
# -->

# %% [markdown]
# Before you see how well each does: what does each cost? Attention keeps more with every frame, and
# looks at all of it. **To take in one more frame and to answer one question: from which T on does
# attention need more multiplications than the LSTM of 64 units?**

# %% guess the price
Guess(guesses.DEARER_FROM, 64)

# %% the work of each answer
live_figures.draw_work(1000)

# %% [markdown]
# Multiplications are not all. How many numbers are kept, and what is given back? (This is measured;
# the lines above are counted.)

# %% explore the price
MemoryExplorer(result)

# %% [markdown]
# **What is seen.** Attention gives everything back, whatever T. A state does so only for short
# sequences, and a larger one for somewhat longer ones. For that attention keeps more and more,
# while a state stays as it is.
#
# Three things to weigh.
#
# - *A state that fails is not a state that is full.* Even 32 numbers could hold 64 symbols, packed
#   tightly enough. What you see is what a short training finds.
# - *In training the state is not cheap either.* Back-propagation through time goes back over every
#   step, so every step has to be kept until then.
# - *Random symbols are the worst case.* Nothing in them can be summarised. The ten frames of a
#   clip are not like that: a shape, a place and a speed say nearly all. The paper's encoder has
#   2048 units, so h and c are 4096 numbers: as many as **one** frame of 64×64 pixels. Ten frames
#   have to go through. Being forced to summarise is the point: such a state is a *representation*.
#
# ## What to try next
#
# 1. *Five minutes.* In the cell that begins with `def learn(start)`, put “RNN from I” and “GRU” in
#    place of the two. Before you run it, look them up in the explorer: what do you expect?
# 2. *Ten minutes.* Keep all but the marks and the first symbol silent: `x[1:-1] = 0` after
#    `experiment.copy_task`, in a copy of `learn_copy`. Which start profits most? (A state that is
#    left alone need not be defended.)
# 3. *For the fast.* Write a residual plain cell, h(t) = h(t−1) + 0.1 tanh(W x + U h(t−1) + b), give
#    it to `jacobians.factors`, and train it. Where does it stand? It has no gate: what can it not
#    do that the LSTM can?
#
# ## In one breath
#
# The gradient of a recurrent network is a sum over steps, and the term of a step long ago is a
# product of many Jacobians, which vanishes or explodes. A state that is *kept and added to*, with
# an open gate, has the identity in each Jacobian, and the past stays within hearing. A fixed state
# must still choose what to keep; keeping everything needs no choice, and costs memory and work
# that grow with T.
#
# To do it yourself: [Exercise 2 · Back-propagation by
# hand](../exercises/02_backpropagation_by_hand.ipynb).
#
# Next: [02 · The LSTM cell](02_lstm_cell.ipynb), where you set the gates by hand.
#
# <!--
# "whatever T" = min(min(seeds) for seeds in recurrence.recall.attention) >= 0.99
# "for somewhat longer ones" = mean(recurrence.recall["LSTM, 64 units"][2])
#     > mean(recurrence.recall["LSTM, 16 units"][2]) + 0.1
# "32 numbers could hold 64 symbols"
#     = [output("explore the price", "LSTM, 16 units:"), recurrence.lengths[-1]]
# -->
