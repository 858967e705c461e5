# Cut from solutions/09_block_averaged_classifier.py by `lstm-video-lab build`: edit that one.
# %% [markdown]
# # Exercise 9 · One answer out of many
#
# **After lesson** [12, percepts and actions](../notebooks/12_percepts_and_actions.ipynb) ·
# **Points** 9 · **Difficulty** ●●○ · **Time** 45 minutes
#
# It is graded on other calls too. Those that `check` makes may take 20 seconds of the processor,
# and so may the others; what only waits is ended after 200 seconds.
#
# A classifier says after every frame what it thinks is going on. You cut clips into blocks, make
# one answer out of the many of a block, one out of all blocks, and count how often it is right. The
# picture below is from your second part: five blocks of a clip (the axis calls them steps), and how
# sure each is of four classes, a line each.

# %% what it will look like
import numpy as np
import torch

from lstm_video_lab import check, hint, target

target("block_answers")


# %% [markdown]
# ## 1. Overlapping blocks
#
# The classifier reads blocks of L frames. The first block begins with the first frame, and each
# block begins s frames (the *stride*) after the one before. With 10 frames, L = 4 and s = 2:
#
# ```
# frame    1  2  3  4  5  6  7  8  9 10
# block 1  ■  ■  ■  ■
# block 2        ■  ■  ■  ■
# block 3              ■  ■  ■  ■
# block 4                    ■  ■  ■  ■
# ```
#
# Take every block that fits whole. With 11 frames there are still four: the last frame is in none.
# So the number of blocks is
#
# $$
# n = \left\lfloor \frac{T - L}{s} \right\rfloor + 1
# $$
#
# | name | shape | what |
# | --- | --- | --- |
# | `films` | (T, B, X) | B clips of T frames of X numbers |
# | `length`, `stride` | numbers | L and s; L is at most T |
# | result | (L, n, B, X) | time within the block first, then the block, then the clip |

# %% answer cut_blocks, 3 points
def cut_blocks(films, length, stride):
    """Clips (T, B, X) as overlapping blocks (L, n, B, X), L = length."""
    raise NotImplementedError("your answer")


# %% check cut_blocks
check("cut_blocks", cut_blocks)


# %% [markdown]
# Stuck? Take away the `#` and run the cell again for the next hint.

# %% a hint
# hint("cut_blocks")

# %% [markdown]
# ## 2. The answer for a block
#
# After every frame of every block the classifier gives K numbers, one for each class: the logits
# $a$. The **softmax** makes probabilities of them, which add up to 1 over the classes. The answer
# for a block is the **mean of the probabilities** over its steps:
#
# $$
# p_{t,k} = \frac{e^{a_{t,k}}}{\sum_j e^{a_{t,j}}}, \qquad
# p_k = \frac{1}{L} \sum_{t=1}^{L} p_{t,k}
# $$
#
# Logits may be large: $e^{200}$ is too much for a computer. Nothing changes if you take the largest
# logit of a step away from all of its logits first. `torch.softmax` does this for you.
#
# | name | shape | what |
# | --- | --- | --- |
# | `logits` | (L, n, B, K) | after each of L steps, for n blocks of B clips |
# | result | (n, B, K) | one answer for each block |

# %% answer block_answers, 3 points
def block_answers(logits):
    """Logits after each step (L, n, B, K) as probabilities of whole blocks (n, B, K)."""
    raise NotImplementedError("your answer")


# %% check block_answers
check("block_answers", block_answers)


# %% a hint for the blocks
# hint("block_answers")

# %% [markdown]
# ## 3. The answer for a clip, and how often it is right
#
# The answer for a clip is the **mean over its blocks**. The class with the largest probability is
# what the clip is said to be. The **accuracy** is the share of clips that are said to be what they
# are, from 0 to 1.
#
# | name | shape | what |
# | --- | --- | --- |
# | `answers` | (n, B, K) | probabilities from n blocks of B clips |
# | `labels` | (B,) | the true classes: whole numbers from 0 to K − 1 |
#
# Return three things: the probabilities of the clips, (B, K), the classes that are said, (B,),
# whole numbers, and the accuracy, one number.

# %% answer film_accuracy, 2 points
def film_accuracy(answers, labels):
    """(probabilities of the clips (B, K), classes said (B,), accuracy: a number from 0 to 1)."""
    raise NotImplementedError("your answer")


# %% check film_accuracy
check("film_accuracy", film_accuracy)

# %% a hint for the accuracy
# hint("film_accuracy")

# %% written why_probabilities, 1 point [markdown]
# ## 4. In your own words
#
# A block has 16 steps. At one of them the classifier is quite wrong and quite sure: a logit of 100
# for the wrong class. At the other 15 it is right, with logits of about 3. What does this one step
# do to the mean of the logits, and what to the mean of the probabilities?
#
# *Your answer:*

# %% [markdown]
# ## For the fast
#
# The steps of a block do not know equally much: the first has seen one frame, the last all of them.
# Write `weighted_answers(logits, weights)` with a weight for each step; the weights should not have
# to add up to 1. With which weights is it the mean, and with which the last step alone? Compare
# with the three ways of `lstm_video_lab.lessons.percepts_and_actions.model.pool`.
