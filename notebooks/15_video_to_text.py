# %% [markdown]
# # 15 · Video to text
#
# After this lesson you can let a recurrent network tell in a sentence what happened in a clip, and
# find out, when it tells it wrong, whether it saw wrong or wrote wrong.
#
# **Objectives**
#
# - **Explain** how two stacked LSTMs first read frames and then write words, with one set of
#   weights, and why nothing is asked of them while they read.
# - **Compare** greedy writing with a beam search, and **say** what each of them maximises.
# - **Tell apart** seeing from writing, with a linear probe of the state in between.
# - **Judge** a captioner by several measures, and **know** what BLEU hides.
#
# **Time** 40 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Venugopalan and others, *Sequence to Sequence – Video to Text*, ICCV 2015,
# [arXiv:1505.00487](https://arxiv.org/abs/1505.00487) (S2VT): section 3 and its tables of
# METEOR. Mittal, Marwah and Balasubramanian, *Sync-DRAW*,
# [arXiv:1611.10314](https://arxiv.org/abs/1611.10314) (captioned moving digits). Post, *A Call for
# Clarity in Reporting BLEU Scores*,
# [arXiv:1804.08771](https://arxiv.org/abs/1804.08771) (sacrebleu).
#
# ## The question
#
# **In lesson 12 a network chose one of five names for a clip. Can it also say what it saw, in a
# sentence that nobody gave it to choose from? Even of something it has never seen before?**

# %% setup tags=["hide-input"]
import math
import os

from lstm_video_lab import check, percepts, pretrained
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.frames import reorder, to_unit
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.video_to_text import experiment, figures, guesses
from lstm_video_lab.lessons.video_to_text.data import (
    MOTIONS,
    PAIRS,
    CaptionedDigits,
    vocabulary,
    wordings,
)
from lstm_video_lab.lessons.video_to_text.digit_order import DigitsInTurn
from lstm_video_lab.lessons.video_to_text.experiment import TESTS, across_seeds, clips, score
from lstm_video_lab.lessons.video_to_text.model import Captioner, generate, tokenise
from lstm_video_lab.lessons.video_to_text.widgets import CaptionExplorer
from lstm_video_lab.widgets import FilmPlayer, Guess

# %% eight clips
scale = os.environ.get("LAB_SCALE", "laptop")
sizes = experiment.SIZES[scale]
if scale != "smoke":  # what is trained below is smaller than the stored runs
    sizes = sizes._replace(films=2000, steps=400)
LANGUAGE = "english"  # or "german"
result, mixed = load_result("captions"), load_result("mixed_captioners")
SEEN, HELDOUT = TESTS

data = CaptionedDigits(load_digits("embedded", "test"), sizes.frames, "all", LANGUAGE, seed=3)
figures.draw_one_of_each(data, f"{sizes.frames} frames ({scale} scale)")

# %% [markdown]
# One digit in each clip, and eight ways to move. Two go to and fro between the walls, four pass
# once, two go round. Read the row of *to the left* from its end to its beginning: what is it now?
#
# Each meaning can be said in three ways, *digit 3 moves upwards*, *the 3 is moving upwards*, *here
# the number three goes upwards*. Which of them is the caption of a clip is a matter of luck. That
# keeps the model from learning a list by heart: it has to go on as it began.
#
# And a quarter of all pairs of digit and motion is **held out**. In the clips to learn from, no 0
# ever goes left and right. But 0 does other things, and other digits go left and right.
#
# ## 1. One to many, many to one, many to many
#
# Which arrows does a recurrent network need? Here is every case, with the models of this lab.
#
# ```
#  one to many          many to one          many to many,          many to many,
#                                            in step                one after the other
#
#  ■                    ■  ■  ■  ■           ■  ■  ■  ■             ■  ■  ■  ■
#  ↓                    ↓  ↓  ↓  ↓           ↓  ↓  ↓  ↓             ↓  ↓  ↓  ↓
#  ○─►○─►○─►○           ○─►○─►○─►○           ○─►○─►○─►○             ○─►○─►○─►○─►○─►○─►○
#  ↓  ↓  ↓  ↓                    ↓           ↓  ↓  ↓  ↓                       ↓  ↓  ↓
#  □  □  □  □                    □           □  □  □  □                       □  □  □
#
#  a decoder alone:     lesson 12, "last":   lesson 12: an answer   lessons 04 to 06: frames in,
#  one state, many      a clip in, one       after every frame      frames out; this lesson:
#  frames (lesson 05);  action out                                  frames in, words out
#  here: "mean pool"
# ```
#
# A clip has as many frames as it has, and a sentence as many words as it needs. So this is the
# last case, with frames on one side and words on the other.
#
# ## 2. Two LSTMs that read, and then write
#
# ```
# frames   x₁      x₂   …  x_T      0       0       0        the clip, then frames of zeros
#          ↓       ↓       ↓        ↓       ↓       ↓
#         LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM       the first never sees a word
#          ↓       ↓       ↓        ↓       ↓       ↓
#         LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM ─► LSTM       the second sees the first, and the
#          ↑       ↑       ↑        ↑ ↓     ↑ ↓     ↑ ↓       word before
# words    0       0    …  0        . the   the 3   3 is     padding, then words
#                                     └─ loss here only ─┘
# ```
#
# $$h_1(t) = \mathrm{LSTM}(E\,x(t),\; h_1(t-1)) \qquad x = 0 \text{ while writing}$$
#
# $$h_2(t) = \mathrm{LSTM}([h_1(t);\, W\,\mathrm{word}(t-1)],\; h_2(t-1))
# \qquad \text{word} = \text{padding while reading}$$
#
# $$p(\mathrm{word}(t) \mid \text{words before, clip}) = \mathrm{softmax}(V\,h_2(t)) \qquad
# \text{loss} = -\sum_{\text{steps of writing}} \log\,p(\mathrm{word}(t))$$
#
# $E$ and $W$ are matrices: they *embed* a frame, or a word, in a vector. The same two LSTMs read
# and write. Paddings and zero frames tell them which of the two it is. While they read, no word is
# asked for, so there is no loss. And **there is no attention**: when the first word is written, the
# frames are gone. All that the sentence can know of the clip has to be in the state (h, c) at that
# moment. A full stop starts the writing and ends it.
#
# | | the paper | here |
# | --- | --- | --- |
# | a frame | 4096 numbers of a VGG net → 500 | 128 percepts of lesson 12's net → 64 |
# | words | embedded in 500 | embedded in 64 |
# | LSTMs | 1000 units each | 128 units each, written by hand (lesson 02), with peepholes |
# | begin, end of a sentence | two words | one, the full stop |
#
# *Percepts* are what a trained network makes of a frame: a vector of features in place of its
# pixels. The net for ours comes with the lab and saw still frames only, with two digits in each.
# The digits of all *test* clips are new to everyone.
#
# <!-- "128 units each" = captions.sizes.units -->

# %% words and pairs tags=["nbval-check-output"]
known = CaptionedDigits(load_digits(), pairs="train").labels(0, 2000).tolist()
new = CaptionedDigits(load_digits(), pairs="heldout").labels(0, 2000).tolist()
inputs, targets = tokenise(["the 3 is moving upwards"], vocabulary("english"))
words = vocabulary("english")
print("Words of English here:", len(words), "and of German:", len(vocabulary("german")))
print("In: ", [words[k] for k in inputs[:, 0]])
print("Out:", [words[k] for k in targets[:, 0]])
print("Held-out pairs that are trained on:", len({*map(tuple, known)} & {*map(tuple, new)}))
print("Parameters:", sum(p.numel() for p in Captioner(words).parameters()))

# %% [markdown]
# ## 3. Train it
#
# What does a sentence cost? Write the line: from the `chances` of its words, each given the words
# before, the nats of the whole.


# %% write the line: the cost of a sentence
def sentence_cost(chances):
    return ...


check("video_to_text/sentence_cost", sentence_cost)

# %% [markdown]
# Before it trains: what would be a good loss? Suppose somebody knows the language perfectly and
# sees nothing. There are 60 pairs to train on, and three wordings for each. So they pay
# $\ln\,180$ nats for a caption. Somebody who sees everything still cannot know the wording, and
# pays $\ln\,3$.
#
# <!--
# "nats for a caption" = log(180) - 0.01 < output("train a captioner", "blind")
#     < log(180) + 0.01
# "still cannot know the wording" = log(3) - 0.01 < output("train a captioner", "sees all")
#     < log(3) + 0.01
# -->

# %% train a captioner timeout=900
model, losses = experiment.train_captioner(sizes, note="learning to caption", language=LANGUAGE)
pairs, wording = 10 * len(PAIRS["train"]), len(wordings(0, 0, LANGUAGE))
levels = {
    "blind": math.log(pairs * wording),
    "sees the digit alone": math.log(len(PAIRS["train"]) * wording),
    "sees all": math.log(wording),
}
figures.draw_losses(losses, levels, f"{sizes.films} clips, {scale} scale")

# %% read six captions
seen, truths, labels = clips(sizes, SEEN, language=LANGUAGE)
greedy, log_p = generate(model, seen)
for n in range(6):
    print(f"{log_p[n]:7.2f} nats   {greedy[n]:<45} shown: {labels[n][0]}, {MOTIONS[labels[n][1]]}")

# %% [markdown]
# ## 4. Greedy, or with a beam
#
# The model gives the next word, not the sentence. **Greedy** writing takes the likeliest word
# each time. But the likeliest sentence may begin with a less likely word. A **beam search** keeps
# the K best beginnings at each step, and drops the others.
#
# $$\text{greedy:} \quad \mathrm{word}(t) = \mathrm{argmax}\;
# p(\mathrm{word} \mid \text{words before})$$
#
# $$\text{beam:} \quad \text{the } K \text{ beginnings with the largest} \quad
# \frac{\sum_t \log\,p(\mathrm{word}(t))}{\text{length}^a}$$
#
# Every word makes $\log\,p$ smaller, so with $a = 0$ short sentences have an advantage. With
# $a = 1$ the mean over the words counts. (The library's tests compare it with *all* sentences of a
# tiny language: a beam that is wide enough finds the best one, and a beam of 1 is greedy.)
#
# **A beam of 5 instead of greedy writing: how many sentences about the test clips change?**

# %% guess what a beam changes
found = {k: generate(model, seen, width=k) for k in (2, 5, 10)}
changed, likelier, right = experiment.what_beams_change(greedy, log_p, found, labels, LANGUAGE)
Guess(guesses.BEAM, changed, likelier, right, f"{scale} scale")

# %% [markdown]
# ## 5. How good is it? First, how good is a bad one?
#
# **BLEU** counts runs of one to four words that are also in a reference, one of the three wordings;
# **chrF** does the same with letters. 100 is perfect. The paper uses **METEOR**, which also
# takes synonyms, and needs a dictionary (WordNet). All come from libraries: with home-made ones no
# two papers could be compared. And since our sentences are made from two facts, we can just ask
# whether the digit and the motion are right.
#
# One word in the answer: “proper” is the share of captions that are a sentence of this little
# language at all.
#
# **For each test clip we hand in the caption of the next clip, which shows something else. What is
# the BLEU of that?**

# %% guess a bad caption's score
strangers = truths[1:] + truths[:1]  # for each clip, the caption of the next one
bad, good = (score(said, labels, LANGUAGE) for said in (strangers, greedy))
Guess(guesses.STRANGERS, bad, good)

# %% meteor, where it can be had
print(experiment.meteor(greedy, labels) if LANGUAGE == "english" else "METEOR's WordNet is English")

# %% [markdown]
# A proper sentence is hardly ever missed. When this model fails, it fails in faultless grammar.
#
# ## 6. Pairs that it has never seen
#
# Now the 20 pairs that were held out. It knows every digit and every motion. It has never met
# these digits with these motions, in a clip or in a sentence.
#
# **Some captions of seen pairs name digit and motion right. By how much does that share fall on
# held-out pairs?** (Stored runs, new digits.)
#
# <!-- "hardly ever missed" = output("guess a bad caption's score", "proper") > 99 -->

# %% guess held-out pairs
Guess(guesses.NEW_PAIRS, result)

# %% [markdown]
# Is it blind to such clips, or can it not say what it sees? There is a place where we can look:
# **the state at the end of reading**. Everything has been seen, nothing has been written. A
# **linear probe** is a linear classifier that is given that state and has to name the digit, or the
# motion. It learns from the clips that the captioner learned from, and is tested like it.
#
# - The probe is right, the sentence is wrong: it was seen, and not written.
# - The probe is wrong: it was not seen, or not so that a *linear* reader finds it. A probe is not a
#   judge of all that is in there. It, too, has never met the held-out pairs.

# %% seen and written
figures.draw_seen_and_written(result)

# %% [markdown]
# Read it in pairs. On seen pairs, what is wrong was **seen** wrong: the probe errs as often as the
# sentence, and next to nothing is read but not said. On held-out pairs two things go wrong. Fewer
# digits and motions can be read from the state: reading has grown used to the pairs, or the probe
# has, and we cannot say which. And some motions are there to be read and yet not **written**. That
# fits a second LSTM that has just written a digit, and avoids a motion that never followed it. It
# wrote 60 pairs thousands of times, and so learned what is *not* said, too.
#
# <!--
# probe = "seen and written"
# "the probe errs as often as the sentence" = all(abs(output(probe, words)
#     - output(probe, words, 3)) < 2 for words in [
#     "digit, seen pairs: probe reads it", "motion, seen pairs: probe reads it"])
# "next to nothing is read but not said"
#     = max([output(probe, "digit, seen pairs: probe reads it", 5),
#     output(probe, "motion, seen pairs: probe reads it", 5)]) < 3
# "Fewer digits and motions can be read from the state"
#     = output(probe, "digit, held-out pairs: probe reads it")
#     < output(probe, "digit, seen pairs: probe reads it") - 3
#     and output(probe, "motion, held-out pairs: probe reads it")
#     < output(probe, "motion, seen pairs: probe reads it") - 3
# "there to be read and yet not written"
#     = output(probe, "motion, held-out pairs: probe reads it", 5) > 6
# -->
#
# The control: the same captioner, trained with **nothing held out**, on all 80 pairs.

# %% nothing held out
figures.overview(result, ("frames", "all pairs"), {})

# %% [markdown]
# The gap is gone: on the very pairs that the other had not met, digit and motion are both right in
# 81.0 % of the captions, where *frames* has 55.2 %. So what was missing is not a harder clip,
# but having met the pair.
#
# <!--
# "55.2 %" = mean([run.tests["held-out pairs"].both for run in captions.runs
#     if run.variant == "frames"])
# "81.0 %" = mean([run.tests["held-out pairs"].both for run in captions.runs
#     if run.variant == "all pairs"])
# -->
#
# ## 7. Does it need the frames one by one? Does it need their order?
#
# The paper's own test. **Mean pool**: the percepts of all frames are averaged, and the LSTMs read
# this single mean frame. **Shuffled**: the frames of each clip come in an order drawn at random,
# in training and in testing. Both know what was to be seen, and neither knows when.
#
# In the paper shuffling costs 1.0 of 29.2 points of METEOR, and mean pooling 1.5.
#
# **By how many points (% of clips) is the motion named right less often here, with frames
# shuffled?**
#
# <!--
# "1.0 of 29.2" = [captions.paper.frames - captions.paper.shuffled, captions.paper.frames]
# 1.5 = captions.paper.frames - captions.paper["mean pool"]
# -->

# %% guess the order
Guess(guesses.SHUFFLED, result)

# %% [markdown]
# How far can one come without the order, if one is clever? One cannot tell left from right, up from
# down, clockwise from anticlockwise. But one may have noticed that some pairs never occur. Let us
# count.

# %% the best without order
groups = [{0}, {1}, {2, 3}, {4, 5}, {6, 7}]  # of motions that are alike but for the order
allowed = [{(d + k) % len(MOTIONS) for k in PAIRS["train"]} for d in range(10)]
ceiling = sum(sum(bool(g & a) for g in groups) / len(a) for a in allowed) / 10
print(f"motions named right without order, at best: {ceiling:.1%} of clips of seen pairs,")
print(f"if one knows which pairs occur; {len(groups) / len(MOTIONS):.1%} if not")
for name in ("mean pool", "shuffled"):
    (a, da), (b, db) = (across_seeds(result, name, "motion", test) for test in TESTS)
    print(f"{name}: {a:.1f} ± {da:.1f} % on seen, {b:.1f} ± {db:.1f} % on held-out pairs")

# %% in order, shuffled, pooled
names = {"no order, pairs known": 100 * ceiling, "no order": 100 * len(groups) / len(MOTIONS)}
figures.overview(result, ("mean pool", "shuffled", "frames"), names)

# %% [markdown]
# The lines across are for the motion. On seen pairs the digit needs no order: all three name it
# alike. The motion does: without the order the models end between the two lines. (On held-out pairs
# the one that knows the order names the *digit* less often, 76.0 % against 82.5 %. Keep that in
# mind for part 8.)
#
# Now look at the motion of held-out pairs. Without the order, the models do *worse* there than
# somebody who just guesses between the two that look alike: the short bars at the right end far
# below the lower line. They have learned to use the digit as a hint: “a 0 never goes to the right,
# so this must be left”. On held-out pairs exactly that hint is wrong. This is how a captioner on
# real clips may come to see a pan wherever there is a stove.
#
# ### A world in which order is all there is
#
# The paper compares the mean with shuffled frames as well. In our world of motions the two are
# alike on seen pairs: both know as much. So take a world in which what comes when is all that is
# told. Three digits stand in a clip, **one after another**, each at a place of its own, and the
# sentence names them as they came.
#
# <!--
# table = "in order, shuffled, pooled"
# "all three name it alike" = max([output(table, words) for words in
#     ["mean pool digit, seen pairs", "shuffled digit, seen pairs", "frames digit, seen pairs"]])
#     - min([output(table, words) for words in
#     ["mean pool digit, seen pairs", "shuffled digit, seen pairs", "frames digit, seen pairs"]])
#     < 3
# "76.0 % against 82.5 %" = [output(table, "frames digit, seen pairs", 2),
#     output(table, "mean pool digit, seen pairs", 2)]
# "The motion does" = output(table, "shuffled digit, seen pairs", 3)
#     < output(table, "frames digit, seen pairs", 3) - 20
# best = "the best without order"
# "between the two lines" = all(output(best, "if one knows which pairs occur;") < output(best, name)
#     < output(best, "order, at best:") for name in ["mean pool:", "shuffled:"])
# "the models do worse there than somebody who just guesses"
#     = max([output("the best without order", name, 3) for name in ["mean pool:", "shuffled:"]])
#     < output("the best without order", "if one knows which pairs occur;")
# -->

# %% three digits in turn
in_turn = DigitsInTurn(load_digits("embedded", "test"), sizes.frames // 3 * 3, seed=1)
clip, told = to_unit(in_turn.batch(0, 4)), in_turn.captions(0, 4)
mean = clip.mean(0, keepdim=True).expand_as(clip)
FilmPlayer(
    {"in order": clip[:, 0], "shuffled": reorder(clip, "shuffled")[:, 0], "mean": mean[:, 0]},
    f"One clip, “{told[0]}”, as it came, with its frames shuffled, and the mean of its frames. "
    "(The captioner is given the mean of percepts, not of pixels.) Of other clips is told: "
    f"{'; '.join(told[1:])}.",
)

# %% [markdown]
# The last two tell the same three digits, and neither tells which was first.
#
# **Three digits one after another. In order is best, surely. Who is second: the mean of all frames,
# or the frames shuffled?**

# %% guess who is second
in_order = load_result("digit_order")
Guess(guesses.MEAN_OR_SHUFFLED, in_order)

# %% mean, shuffled, in order
figures.draw_digit_order(in_order)

# %% [markdown]
# There it is: **mean < shuffled < in order**, BLEU 30.2 < 37.4 < 78.4, in the order that the paper
# has (METEOR 27.7 < 28.2 < 29.2). And we see what each step is worth. Shuffled frames still show
# each digit by itself: all three are named in 58.8 % of the clips, in order in 61.0 %. Only which
# came first is a guess, and one of six is right. In the mean, three digits lie in one vector, and
# all three are named in 30.7 %. So **shuffling takes the order away, and averaging takes the digits
# as well.**
#
# <!--
# "27.7 < 28.2 < 29.2" = [captions.paper["mean pool"], captions.paper.shuffled,
#     captions.paper.frames]
# turn = digit_order.means
# "30.2 < 37.4 < 78.4" = [turn["mean pool"].BLEU.mean, turn.shuffled.BLEU.mean,
#     turn["in order"].BLEU.mean]
# "58.8 %" = turn.shuffled["in any order"].mean
# "61.0 %" = turn["in order"]["in any order"].mean
# "30.7 %" = turn["mean pool"]["in any order"].mean
# -->
#
# ## 8. Motion as input
#
# In lesson 12 we had percepts of **flow**: how each place moves, averaged over a coarse grid. The
# paper takes a net trained on optical flow, and mixes its words with those of the net that sees
# frames. Here flow is exact, and “both” means that the percepts stand side by side in one vector.
#
# **A captioner that is given flow alone sees a square move, and not what is in it. On held-out
# pairs, how often will it name the digit right?**

# %% guess what flow says of digits
Guess(guesses.FLOW_ALONE, result)

# %% frames against flow
figures.overview(result, ("frames", "flow", "frames and flow"))

# %% [markdown]
# With both, the motion is named almost without a fault, on held-out pairs too. But look at the
# digit there: it is named right *less* often than from frames alone. What was gained on one side
# was lost on the other. Digit and motion together:
#
# <!--
# flow = "frames against flow"
# "almost without a fault" = output(flow, "frames and flow digit, seen pairs", 4) > 93
# "less often than from frames alone" = output(flow, "frames and flow digit, seen pairs", 2)
#     < output(flow, "frames digit, seen pairs", 2) - 3
# -->

# %% digit and motion both right
print(figures.of_both(result, ("frames", "frames and flow")))

# %% [markdown]
# ### Two that write one sentence
#
# The paper does it otherwise. It trains one captioner on frames and one on flow. They write
# together: for each next word, a mean of what the two say, here half and half.
#
# $$p(\mathrm{word}) = \alpha \; p_{\text{frames}}(\mathrm{word}) + (1 - \alpha) \;
# p_{\text{flow}}(\mathrm{word})$$
#
# **Which names digit and motion right more often on held-out pairs: one captioner that is given
# frames and flow, or one of frames and one of flow whose words are averaged?**

# %% guess one or two
Guess(guesses.ONE_OR_TWO, result, mixed)

# %% from flow alone to frames alone
figures.draw_mixed_captioners(mixed, result)

# %% [markdown]
# A likely reading: a better view of the motion makes a better hint at the digit, and the hint is
# wrong here. One habit would explain all three cases, without order, with flow alone, and with
# both: the model does not keep the two apart, but leans on *which of its pairs* this looks like.
#
# Look at the middle of the lower line: two that write together have both right where, at either
# end, neither does so well. At each word the mean follows whoever is **surer**. Flow is sure of the
# motion. Of the digit it knows only which ones make this motion, seven or eight of ten, and it
# bets about one part in eight on each; on held-out pairs the right one is not among them. Frames
# are mostly sure of the digit, and win that word. So the digit comes from one and the motion from
# the other, and no single network has learned which goes with which. With three quarters of the
# weight on frames ($\alpha = 0.75$) their doubts about the motion win again. And at 0.1? Then
# frames can give the right digit 0.1 at most, and flow gives each of its wrong ones
# $0.9 / 8 ≈ 0.11$: you see what comes of it.
#
# In the paper mixing gains 0.6 points of METEOR (29.2 → 29.8). Is it just that two err less than
# one? Two captioners of *frames*, which differ in their seeds only, say no: they gain 2 points
# where frames and flow gain 19. (Half and half was fixed beforehand. The paper chose its own
# $\alpha$ on clips kept for that.)
#
# <!--
# mix = "from flow alone to frames alone"
# held = "held-out pairs: flow alone"
# "neither does so well" = output(mix, held, 3)
#     > 10 + max([output(mix, held), output(mix, held, 5)])
# "gain 2 points" = output(mix, "two of frames") - output(mix, held, 5)
# "flow gain 19" = output(mix, held, 3) - output(mix, held, 5)
# "0.6 points of METEOR" = captions.paper["frames and flow"] - captions.paper.frames
# -->
#
# ## 9. In another language
#
# Nothing in the model knows English. Set `LANGUAGE = "german"` in the cell “eight clips” and run
# all. *The 3 is moving upwards* is then *eine 3 wandert nach oben*. The German phrases for a motion
# have two or three words, and *Uhrzeigersinn* is in two of them.

# %% English and German
print(figures.of_languages(result, ("frames", "German")))

# %% [markdown]
# Digit and motion can be compared across languages. BLEU cannot: with other sentences of other
# lengths it is another ruler.
#
# ## 10. Which frames mattered?
#
# Choose a digit, a handwriting and a motion, or click a path through the squares of a board, a1 at
# its top left. Below the clip stands what the model writes, one row for each word. Then some
# neighbouring frames are made black (at first eight of twelve, so that a real hole is left), and
# the same sentence is scored again. **A word is bright
# below a frame where it becomes much less likely when that frame and its neighbours are gone.**
#
# Try: Which frames does the digit hang on, and which the motion? In *left and right*, why are the
# last two words dark everywhere? What is said of 3, clockwise (a pair that is held out)? And of a
# path that has no name, such as a square?

# %% choose or draw
eye = pretrained.load_pretrained("percept-net")


def see(frames):
    return percepts.percepts(eye.features, frames).flatten(2)


world = CaptionedDigits(load_digits("embedded", "test"), sizes.frames, language=LANGUAGE)
CaptionExplorer(model, world, see)

# %% [markdown]
# Often no single frame matters much: set **Black frames** to 1, and nearly all is dark. A digit can
# be read in many frames, and its path can be guessed across a gap. A caution: a black frame is not
# only a frame less. It is also something strange that neither net has ever seen, and some of the
# loss may be due to that. So it may be with *here* in the picture above: that word tells nothing of
# the clip, and yet it falls. (And *left and right*? After *goes left* every sentence goes on with
# *and right*: whoever knows the language needs no frame for it.)
#
# <!-- "and yet it falls" = output("choose or draw", "“here”") > 0.5 -->
#
# ## 11. What the paper found, and what we find

# %% the paper's claims
for line in experiment.claims(result, in_order, mixed):
    print(line)

# %% [markdown]
# A difference counts as clear if it is over twice its standard error (3 seeds, the same clips). *In
# part*: it is clear in one of the two measures. The last two lines are of the world of three
# digits, where “right” is the whole sentence.
#
# **What differs.** Our language has some dozens of words and 240 sentences; people have told the
# paper's clips in theirs. Six of the eight motions here differ from another in their order alone;
# there order is a small part of what is said. BLEU stands here for METEOR, so compare signs and not
# sizes. In the line *frames and flow > frames* ours joins the inputs of one model;
# *two that write > frames* mixes words, as the paper does. On seen pairs, which these lines are
# about, little is left to gain; the held-out ones were the matter of part 8. And our percepts come
# from a small net that never saw a photograph.
#
# **Out of reach at this scale**: the movie descriptions (METEOR 7.1 on MPII-MD and 6.7 on M-VAD in
# the paper). It would take those clips and texts, percepts of a network for photographs
# (`percepts.backbone`), a vocabulary of thousands of words, and a GPU. Sync-DRAW goes the other
# way, from captions to clips; only its idea of captioned digits with held-out pairs is used here.
#
# **Two troubles that our digits do not have.** The sentences about films are written for people who
# cannot see them, or come from scripts, and lie *between* the dialogue. So each first has to be
# **put at its moment**: the dialogue is found in the speech, or in subtitles that carry times, and
# a description gets the time between two lines. It may come too early or too late, or tell what no
# frame shows. Our captions fit their clips by construction. And what is learned from clips of the
# web is to be used on films, which look different and are told differently: **domain adaptation**.
# Our new digits and held-out pairs are a small, tame case of it. We have tried neither.
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer draw a path that has no name: a zigzag, a square, a digit that
#    stands still (one square). Which words does it find? Are they wrong in a sensible way?
# 2. *Ten minutes.* Set `LANGUAGE = "german"` in the cell “eight clips”, and run all. Which of the
#    numbers can you compare with the English ones, and which not?
# 3. *For the fast.* `Mixture` of `lstm_video_lab.lessons.video_to_text.model` takes the mean of the
#    *chances* of two captioners. Take the mean of their *logits* in its place, so that each can
#    veto a word. What will flow's “never” do then on held-out pairs? Train the two with
#    `experiment.train_captioner(sizes, kind="flow")`, and without `kind`. Or add your own language:
#    one more entry in `LANGUAGES` of `lstm_video_lab/lessons/video_to_text/data.py`.
#
# ## In one breath
#
# Two LSTMs read a clip into a state, and the same two write a sentence from it, word by word, with
# nothing else to go by. When the sentence is wrong, a probe of that state says whether it was seen
# wrong or written wrong; here it is mostly seeing on familiar pairs, and both on new ones. Order
# matters as much as the world makes it matter. Two that see different things may write better
# together than one that sees both, where what goes together is new. And BLEU still gives 55 to
# captions of which one in seven is right.
#
# Next: [16 · Pixel by pixel](16_pixel_by_pixel.ipynb), where a picture is written like a sentence.
#
# <!--
# "3 seeds" = output("guess held-out pairs", "±", 4)
# flow = "guess what flow says of digits"
# 55 = output(flow, "BLEU on seen pairs is still")
# "one in seven is right" = 6.5 < 100 / output(flow, "digit and motion both right in") < 7.5
# "some dozens of words" = 24 < output("words and pairs", "Words of English here:") < 60
# -->
