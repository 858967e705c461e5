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
    # BEGIN SOLUTION
    starts = range(0, len(films) - length + 1, stride)
    return torch.stack([films[start : start + length] for start in starts], dim=1)
    # END SOLUTION


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
    # BEGIN SOLUTION
    return torch.softmax(logits, dim=3).mean(0)
    # END SOLUTION


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
    # BEGIN SOLUTION
    films = answers.mean(0)
    said = films.argmax(1)
    return films, said, (said == labels).float().mean()
    # END SOLUTION


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
# BEGIN SOLUTION
# The mean of the logits is 100 / 16, about 6, for the wrong class and below 3 for the right one:
# the one step outvotes the others. A probability is at most 1, so in the mean of the probabilities
# it has one voice in 16, and the right class wins. A step may be sure, but it can't shout.
# END SOLUTION

# %% [markdown]
# ## For the fast
#
# The steps of a block do not know equally much: the first has seen one frame, the last all of them.
# Write `weighted_answers(logits, weights)` with a weight for each step; the weights should not have
# to add up to 1. With which weights is it the mean, and with which the last step alone? Compare
# with the three ways of `lstm_video_lab.lessons.percepts_and_actions.model.pool`.


# %% cases cut_blocks
def draw_films(rng, T, B, X, length, stride):
    films = torch.from_numpy(rng.normal(size=(T, B, X)).astype("float32"))
    return {"films": films, "length": length, "stride": stride}


def visible(rng):
    yield draw_films(rng, 12, 2, 3, 3, 2)  # the last frame is in no block
    yield draw_films(rng, 12, 1, 2, 4, 2)  # it is in the last block


def hidden(rng):
    yield draw_films(rng, 12, 3, 2, 6, 3)
    yield draw_films(rng, 9, 2, 4, 4, 2)  # the last frame is in no block
    yield draw_films(rng, 5, 2, 3, 5, 2)  # one block, as long as the clip
    for _ in range(2):
        B, X, length, more = (int(n) for n in rng.integers((2, 2, 4, 2), (5, 5, 7, 5)))
        stride = int(rng.integers(2, length))
        yield draw_films(
            rng, length + more * stride + int(rng.integers(stride)), B, X, length, stride
        )


# %% hints cut_blocks
"""
Where does each block begin? At 0, at stride, at twice the stride, and so on. Write these starts
down first. Which one is the last that leaves room for a whole block?

range(0, T - length + 1, stride) gives the starts: a block that begins at T - length still fits, and
the end of a range is not in it.

Each block is clips[start : start + length]. Put them together with torch.stack(blocks, dim=1): time
within the block stays the first axis.
"""


# %% rewrite cut_blocks: with unfold
def blocks_by_unfold(films, length, stride):
    return films.unfold(0, length, stride).permute(3, 0, 1, 2)


# %% rewrite cut_blocks: with one table of indices
def blocks_by_index(films, length, stride):
    count = (len(films) - length) // stride + 1
    return films.numpy()[np.arange(length)[:, None] + stride * np.arange(count)]


# %% rewrite cut_blocks: number by number
def blocks_by_loops(films, length, stride):
    count = (len(films) - length) // stride + 1
    blocks = torch.empty(length, count, *films.shape[1:])
    for t in range(length):
        for k in range(count):
            blocks[t, k] = films[k * stride + t]
    return blocks


# %% mistake cut_blocks: without overlap
def blocks_without_overlap(films, length, stride):
    """Your blocks stand side by side: each begins a stride after the one before, not a length."""
    starts = range(0, len(films) - length + 1, length)
    return torch.stack([films[k : k + length] for k in starts], dim=1)


# %% mistake cut_blocks: the last block is missing
def blocks_without_last(films, length, stride):
    """Your last block is missing: one that ends just where the clip ends still fits."""
    starts = range(0, len(films) - length, stride)
    return torch.stack([films[k : k + length] for k in starts], dim=1)


# %% mistake cut_blocks: one block too few
def blocks_one_too_few(films, length, stride):
    """You have one block too few: after the first one there is room for (T − L) / s more."""
    count = (len(films) - length) // stride
    return torch.stack([films[k * stride :][:length] for k in range(count)], dim=1)


# %% mistake cut_blocks: the last block is filled up
def blocks_filled_up(films, length, stride):
    """You have a block too many: it goes beyond the end of the clip. Only whole blocks count."""
    count = -(-(len(films) - length) // stride) + 1
    more = torch.cat([films, films[-1:].repeat(stride, 1, 1)])
    return torch.stack([more[k * stride :][:length] for k in range(count)], dim=1)


# %% mistake cut_blocks: blocks first
def blocks_first(films, length, stride):
    """The blocks are your first axis: time within the block comes first, then the block."""
    starts = range(0, len(films) - length + 1, stride)
    return torch.stack([films[k : k + length] for k in starts])


# %% mistake cut_blocks: every stride-th frame
def blocks_with_gaps(films, length, stride):
    """You leave frames out within a block: its frames follow one another, only the starts have
    gaps."""
    span = (length - 1) * stride + 1
    starts = range(0, max(len(films) - span + 1, 1))
    return torch.stack([films[k : k + span : stride] for k in starts], dim=1)


# %% mistake cut_blocks: a block begins at every frame
def blocks_at_every_frame(films, length, stride):
    """You begin a block with every frame: each begins a stride after the one before."""
    starts = range(0, len(films) - length + 1)
    return torch.stack([films[k : k + length] for k in starts], dim=1)


# %% mistake cut_blocks: laid out in the wrong order
def blocks_mixed_up(films, length, stride):
    """The shape is right, but time and blocks are mixed up: reshape does not turn axes round."""
    starts = range(0, len(films) - length + 1, stride)
    blocks = torch.stack([films[k : k + length] for k in starts])
    return blocks.reshape(length, len(starts), *films.shape[1:])


# %% cases block_answers
SHOWS = "strip"


def draw_growing_sure(rng, L, n, B, K):
    """A classifier that is surer and surer in a block; the class changes in the middle."""
    logits = rng.normal(size=(L, n, B, K))
    for k in range(n):
        logits[:, k, :, 1 if k < n // 2 else 2] += np.linspace(0, 5, L)[:, None]
    return {"logits": torch.from_numpy(logits.astype("float32"))}


def draw_logits(rng, L, n, B, K, size=3.0):
    logits = rng.normal(size=(L, n, B, K)) * size
    return {"logits": torch.from_numpy(logits.astype("float32"))}


def visible(rng):
    yield draw_growing_sure(rng, 8, 5, 2, 4)
    yield draw_logits(rng, 3, 2, 4, 5, 200.0)


def hidden(rng):
    yield draw_logits(rng, 4, 3, 2, 5)
    yield draw_logits(rng, 3, 2, 4, 6, 300.0)
    yield draw_logits(rng, 1, 2, 3, 2)  # blocks of one frame
    for _ in range(2):
        yield draw_logits(rng, *(int(n) for n in rng.integers(3, 7, 4)))


# %% hints block_answers
"""
The order matters: first the softmax, step by step, and then the mean over the steps.

Softmax works along the classes, the last axis: after it, the numbers of one step, of one block, of
one clip, add up to 1.

torch.softmax(logits, dim=3), then .mean(0): the steps of a block are the first axis.
"""


# %% rewrite block_answers: with loops over steps, blocks and films
def answers_by_loops(logits):
    L, n, B, K = logits.shape
    answers = torch.zeros(n, B, K)
    for t in range(L):
        for k in range(n):
            for b in range(B):
                a = logits[t, k, b]
                e = torch.exp(a - a.max())
                answers[k, b] += e / e.sum() / L
    return answers


# %% rewrite block_answers: with numpy and einsum
def answers_by_einsum(logits):
    a = logits.double().numpy()
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return np.einsum("tnbk,tnb->nbk", e, 1 / e.sum(-1)) / len(a)


# %% mistake block_answers: average of logits
def answers_of_mean_logits(logits):
    """You average the logits: make probabilities of every step first, then take their mean."""
    return torch.softmax(logits.mean(0), dim=2)


# %% mistake block_answers: the last step only
def answers_of_last_step(logits):
    """That is the answer after the last step alone: all steps of a block have a voice."""
    return torch.softmax(logits[-1], dim=2)


# %% mistake block_answers: softmax over the steps
def answers_softmax_over_steps(logits):
    """Your softmax goes over the steps: it belongs over the classes, the last axis."""
    return torch.softmax(logits, dim=0).mean(0)


# %% mistake block_answers: softmax over the films
def answers_softmax_over_films(logits):
    """Your softmax goes over the clips: it belongs over the classes, the last axis."""
    return torch.softmax(logits, dim=2).mean(0)


# %% mistake block_answers: softmax over the blocks
def answers_softmax_over_blocks(logits):
    """Your softmax goes over the blocks: it belongs over the classes, the last axis."""
    return torch.softmax(logits, dim=1).mean(0)


# %% mistake block_answers: sum for mean
def answers_summed(logits):
    """You add the steps up, and a block's numbers add up to L: take the mean over the steps."""
    return torch.softmax(logits, dim=3).sum(0)


# %% mistake block_answers: the surest step
def answers_of_surest_step(logits):
    """You take the largest probability of any step: take the mean of all steps."""
    return torch.softmax(logits, dim=3).amax(0)


# %% mistake block_answers: products of probabilities
def answers_multiplied(logits):
    """You multiply the probabilities of the steps, or add their logarithms: take their mean."""
    return torch.softmax(torch.log_softmax(logits, dim=3).sum(0), dim=2)


# %% mistake block_answers: no softmax
def answers_without_softmax(logits):
    """Those are logits still: the softmax makes probabilities of them, at every step."""
    return logits.mean(0)


# %% mistake block_answers: a sigmoid for the softmax
def answers_by_sigmoid(logits):
    """A sigmoid looks at each class alone: the softmax lets the classes share what makes 1."""
    return torch.sigmoid(logits).mean(0)


# %% mistake block_answers: averaged over the blocks
def answers_over_blocks(logits):
    """You average over the blocks too soon: here the mean goes over the steps of each block."""
    return torch.softmax(logits, dim=3).mean(1)


# %% cases film_accuracy
SHOWS = "strip"


def draw_answers(rng, n, B, K, right=0.7):
    """Blocks that are right more often than not, and not equally sure."""
    labels = rng.integers(0, K, B)
    logits = rng.normal(size=(n, B, K)) * rng.uniform(0.5, 3, (n, 1, 1))
    logits[:, np.arange(B), labels] += rng.uniform(0, 2 * right, (n, B))
    answers = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return {"answers": torch.from_numpy(answers.astype("float32")),
            "labels": torch.from_numpy(labels.astype("int64"))}  # fmt: skip


def visible(rng):
    yield draw_answers(rng, 5, 12, 4)
    yield draw_answers(rng, 3, 5, 6)


def hidden(rng):
    yield draw_answers(rng, 4, 40, 5)
    yield draw_answers(rng, 1, 6, 3)  # one block
    yield draw_answers(rng, 7, 30, 4, 0.0)
    for _ in range(2):
        n, B, K = (int(n) for n in rng.integers((2, 20, 3), (7, 40, 8)))
        yield draw_answers(rng, n, B, K)


# %% hints film_accuracy
"""
Three small steps: the mean over the blocks, the class with the largest number in each clip, and the
share of clips in which it is the label.

answers.mean(0) averages over the blocks, the first axis. argmax(1) then looks along the classes.

said == labels gives True or False for each clip. .float() makes 1 and 0 of them, and their mean is
the accuracy.
"""


# %% rewrite film_accuracy: film by film
def accuracy_by_loops(answers, labels):
    n, B, K = answers.shape
    films, said, right = torch.zeros(B, K), [], 0
    for b in range(B):
        for k in range(n):
            films[b] += answers[k, b] / n
        said.append(max(range(K), key=films[b].tolist().__getitem__))
        right += said[-1] == labels[b].item()
    return films, torch.tensor(said), right / B


# %% rewrite film_accuracy: with numpy and einsum
def accuracy_by_numpy(answers, labels):
    films = np.einsum("nbk->bk", answers.double().numpy()) / len(answers)
    said = films.argmax(axis=-1)
    return [films, said, np.count_nonzero(said == labels.numpy()) / len(labels)]


# %% mistake film_accuracy: sum for mean
def accuracy_summed(answers, labels):
    """You add the blocks up: take their mean, so that the probabilities of a clip add up to 1."""
    films = answers.sum(0)
    said = films.argmax(1)
    return films, said, (said == labels).float().mean()


# %% mistake film_accuracy: the last block only
def accuracy_of_last_block(answers, labels):
    """That is the answer of the last block alone: all blocks of a clip have a voice."""
    films = answers[-1]
    said = films.argmax(1)
    return films, said, (said == labels).float().mean()


# %% mistake film_accuracy: every block counts as a film
def accuracy_of_blocks(answers, labels):
    """You count right blocks: count right clips, after the mean over their blocks."""
    films = answers.mean(0)
    return films, films.argmax(1), (answers.argmax(2) == labels).float().mean()


# %% mistake film_accuracy: the surest block decides
def accuracy_of_surest_block(answers, labels):
    """In yours the surest block decides: the class is read from the mean over the blocks."""
    films = answers.mean(0)
    said = answers.amax(0).argmax(1)
    return films, said, (said == labels).float().mean()


# %% mistake film_accuracy: number of right films
def accuracy_counted(answers, labels):
    """You count the right clips: the accuracy is their share of all clips, from 0 to 1."""
    films = answers.mean(0)
    said = films.argmax(1)
    return films, said, (said == labels).sum()


# %% mistake film_accuracy: percent
def accuracy_in_percent(answers, labels):
    """Your accuracy is in percent: a share from 0 to 1 is asked for."""
    films = answers.mean(0)
    said = films.argmax(1)
    return films, said, 100 * (said == labels).float().mean()


# %% mistake film_accuracy: the probability of the right class
def accuracy_by_probability(answers, labels):
    """You average the probability of the true class: a clip is either right or wrong, 1 or 0."""
    films = answers.mean(0)
    return films, films.argmax(1), films.gather(1, labels[:, None]).mean()


# %% mistake film_accuracy: softmax once more
def accuracy_softmax_again(answers, labels):
    """The answers are probabilities already: no other softmax is needed."""
    films = torch.softmax(answers, 2).mean(0)
    said = films.argmax(1)
    return films, said, (said == labels).float().mean()


# %% mistake film_accuracy: the share of errors
def accuracy_upside_down(answers, labels):
    """That is the share of wrong clips: the accuracy counts the right ones."""
    films = answers.mean(0)
    said = films.argmax(1)
    return films, said, (said != labels).float().mean()
