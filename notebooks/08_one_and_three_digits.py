# %% [markdown]
# # 08 · One digit, three digits
#
# After this lesson you can show a model what it was never trained for, say what it makes up, and
# settle a dispute about it by counting.
#
# **Objectives**
#
# - **Test** a model outside the world it learned in, with the baselines of the new world.
# - **Count** blobs and **weigh** ink, and **check** whether an answer hangs on a threshold.
# - **Tell** blur from invention, by a scale that you can defend.
# - **Judge** an explanation by a second model that it should hold for as well.
#
# **Time** 30 minutes to read and try, 1 minute of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 3, the runs outside the training domain.
#
# ## The question
#
# **A network has seen two digits in every clip of its life. What does it see when there is one?
# And when there are three?**
#
# The paper looked at this. For one digit, as we read it, the model hallucinates a second one,
# which *overlaps* the first; three digits merge, with the motion of the whole about right. Careful
# readers have looked at the same pictures and seen one digit, blurred. We know of no count. So let
# us count.
#
# We ask two networks of 64×64 pixels, both trained for hours on clips of two digits: a **fully
# connected** LSTM like the paper's, and a **convolutional** one (lesson 07).

# %% setup tags=["hide-input"]
import torch

from lstm_video_lab import Settings, check, load_pretrained, plots
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.evaluation import heldout_data
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.one_and_three_digits import experiment, figures, guesses
from lstm_video_lab.lessons.one_and_three_digits.widgets import BlobExplorer, DigitCountExplorer
from lstm_video_lab.widgets import DrawYourOwn, Guess
from lstm_video_lab.widgets.film import FilmPlayer

models = {}  # words → the model, and the settings of the world it learned in
for name in (experiment.CONNECTED, experiment.CONVOLUTIONAL):
    model = load_pretrained(name)
    models[figures.LABELS[name]] = model, Settings.from_dict(model.card["settings"])
result = load_result("digit_count")  # the same questions, asked of many more sequences

# %% one, two, three, four
_, world = models["fully connected"]
shown = {number: heldout_data(experiment.with_digits(world, number)) for number in (1, 2, 3, 4)}
plots.frames(
    {f"{number} shown": data.batch(0, 1)[: world.frames_in, 0] for number, data in shown.items()},
    "What the models will see: the same kind of clip with another number of digits. They were "
    "trained on the second row only.",
)

# %% [markdown]
# ## 1. One digit
#
# (To write such a world, for any number of digits: [Exercise
# 4](../exercises/04_bouncing_digits.ipynb).)
#
# Both models are *composites* (lesson 06): they see ten frames, give them back, and continue them.
# Nothing in them says "two". There is no slot for a first digit and none for a second. There are
# only weights that served well on clips with two.
#
# **Two digits is all it knows. What does the fully connected network predict after ten
# frames of one digit?**

# %% guess what it makes of one digit
Guess(guesses.ONE, result)

# %% one digit, continued by both
ones = {
    name: experiment.examples(model, experiment.with_digits(own_world, 1), 50)
    for name, (model, own_world) in models.items()
}
figures.draw_side_by_side(ones, 1, sequence=50)

# %% [markdown]
# Follow the row of the fully connected network. The 4 loses its shape at once, as we know from
# other lessons. Then a thing happens that blur of one place cannot do: a second faint shape comes
# away from the first and goes its own way. (Two digits, or one digit with two futures? Section 4
# will ask.) We chose this clip of two hundred because it shows that best; in most the shapes stay
# together.
#
# Now look for yourself. Move **Digits shown** through one, two and three, go through a few
# sequences, and change the model. The two lower rows keep what is brighter than the threshold; each
# connected patch is a **blob**, and the blobs are counted below.

# %% look for yourself
explorer = DigitCountExplorer(models, number=1, most=3)
explorer

# %% [markdown]
# ## 2. Three digits

# %% three digits, continued by both
three = {name: explorer.examples_of(name, 3) for name in models}
figures.draw_side_by_side(three, 3, sequence=4)

# %% the same in motion
clips = {"truth": next(iter(three.values()))} | three
parts = {
    name: one.truth["future"] if name == "truth" else one.predicted["future"]
    for name, one in clips.items()
}
FilmPlayer({name: frames[:, 3] for name, frames in parts.items()}, first=11)

# %% [markdown]
# Count the shapes in the last frames. The fully connected network turns three digits into **two**,
# as if it had sorted them into the world that it knows. The convolutional one, which has met two
# digits only as well, goes on with **three** in this clip.
#
# How wrong is that? In nats per frame. But mind the ruler. More digits mean more ink, and more ink
# costs more nats whoever predicts it. So each number of digits needs **baselines of its own**:
#
# - the **mean image** of clips with that many digits: one who knows the number, and nothing else;
# - the **two-digit mean**: the mean image of the clips that the models were trained on;
# - the **entropy bound** of that number of digits.
#
# (Better means: fewer nats.)
#
# **Four digits are shown. Which of the two networks still predicts better than the mean image of
# four digits?**

# %% guess about four digits
Guess(guesses.FOUR, result)

# %% error beside the baselines of each number
figures.draw_errors(result)

# %% squared error, with the copied frame
figures.draw_squared_errors(result)

# %% [markdown]
# The two models are not far apart where they learned, and far apart where they did not. What is
# sure of itself and wrong costs more than a grey fog: with three digits the fully connected
# network is no better than the mean image, and with four it would do far better to show that.
# In squared error the order turns: with three digits it is ahead of the mean image (183 against
# 223), and with four a little (260 against 270). To be sure and wrong costs many nats, and little
# squared error.
#
# But an error does not say *what* is wrong. A second blob, a wrong place and a blur all cost nats.
# We have to count.
#
# <!--
# fc = digit_count.models["fc-two-digits"].digits
# conv = digit_count.models["convlstm-two-digits"].digits
# squares = "squared error, with the copied frame"
# "183 against 223" = [output(squares, "fully connected", 3), output(squares, "mean image", 3)]
# "260 against 270" = [output(squares, "fully connected", 4), output(squares, "mean image", 4)]
# "not far apart where they learned" = fc["2"].future.cross_entropy.mean
#     < 1.3 * conv["2"].future.cross_entropy.mean
# "far apart where they did not" = fc["4"].future.cross_entropy.mean
#     > 1.7 * conv["4"].future.cross_entropy.mean
# "no better than the mean image" = fc["3"].future.cross_entropy.mean
#     > 0.85 * fc["3"].baselines.mean_image.cross_entropy
# "do far better to show that" = fc["4"].future.cross_entropy.mean
#     > 1.1 * fc["4"].baselines.mean_image.cross_entropy
# -->
#
# ## 3. A second blob? Count, and doubt the ruler
#
# What is a blob? Pixels brighter than a **threshold** that touch. But which threshold? A thin
# stroke breaks in two above a high one; a blurred digit vanishes there; two digits grow together
# above a low one. Whoever picks the threshold may pick the answer. Three precautions:
#
# 1. We show **all thresholds** from 0.1 to 0.7, not the one that suits us.
# 2. We count in the **true frames** with the same ruler, and judge only frames in which the truth
#    shows as many blobs as there are digits. Where digits overlap, nobody can count.
# 3. We ask a **control**: a network of 32×32 pixels that was trained on *one* digit. Its blobs are
#    blur and plain mistakes, for it knows of no second digit. Beside it stands the *small* network,
#    trained on two: with as many units, for as many steps, with the same first weights and the same
#    rates. They differ in the number of digits, and in nothing else.
#
# <!--
# small = digit_count.models["composite-two-digits"]
# "with as many units, for as many steps" = [digit_count.control.settings.units,
#     digit_count.control.steps] == [small.settings.units, small.steps]
# "the same rates" = digit_count.control.settings.learning_rate == small.settings.learning_rate
# "from 0.1 to 0.7" = [digit_count.thresholds[0], digit_count.thresholds[-1]]
# -->

# %% move the threshold
BlobExplorer(result, number=1, most=3)

# %% a second blob, at every threshold
figures.draw_second_blobs(result)

# %% a second blob in the last frame
figures.draw_second_blobs(result, last_frame=True)

# %% [markdown]
# Up to a threshold of 0.3 a second blob is rare, and the control shows next to none: what there is,
# only those make up who know two digits. The small network does so most, and most in the last
# frame: 24 % there, where its twin that knows one digit has none.
#
# From 0.5 on all is otherwise. There the *control* shows far more than its twin (at 0.6 in 42 % of
# the frames against 4 %), and the convolutional one about as many. Does a network that knows one
# digit invent a second one? Look first where there is no blob at all, then at a clip.
#
# <!--
# blobs = "a second blob, at every threshold"
# "a second blob is rare" = max([output(blobs, ": fully connected", 3),
#     output(blobs, "; convolutional", 3), output(blobs, "; small, fully connected", 3)]) < 10
# "the control shows next to none" = max([output(blobs, "control: small, knows one", n)
#     for n in [1, 2, 3]]) < 0.5
# "The small network does so most" = output(blobs, "; small, fully connected", 3)
#     > 2 * max([output(blobs, ": fully connected", 3), output(blobs, "; convolutional", 3)])
# last = "a second blob in the last frame"
# "most in the last frame" = output(last, "; small, fully connected", 3)
#     > 2 * output(blobs, "; small, fully connected", 3)
# "24 % there" = output(last, "; small, fully connected", 3)
# "has none" = output(last, "control: small, knows one", 3) == 0
# "42 % of the frames against 4 %" = [output(blobs, "control: small, knows one", 6),
#     output(blobs, "; small, fully connected", 6)]
# "about as many" = abs(output(blobs, "; convolutional", 6)
#     - output(blobs, "control: small, knows one", 6)) < 3
# -->

# %% frames without a blob
figures.draw_empty(result)

# %% one digit in pieces
figures.draw_pieces(result)

# %% [markdown]
# The last row answers: those are **pieces of one digit**. The control draws its digit brighter, so
# that some of it lies above 0.6, and not all of that hangs together. The small network draws paler:
# above 0.6 nothing is left of it in 42 % of the frames (of the control in 5 %), and what shows
# nothing cannot break. So a high threshold asks how bright a network draws, not how many digits it
# means. Whoever had picked one of them would have said that a second digit is made up by those who
# know of none. Blobs alone cannot decide this.
#
# Besides, a second digit that lies **on top of the first**, as the paper says it does, would make
# no second blob. For that we need another ruler.
#
# <!--
# nothing = "frames without a blob"
# "42 % of the frames" = output(nothing, "; small, fully connected", 6)
# "of the control in 5 %" = output(nothing, "control: small, knows one", 6)
# "draws its digit brighter" = digit_count.control.future.strengths[0]
#     > digit_count.models["composite-two-digits"].digits["1"].future.strengths[0] + 0.04
# -->
#
# ## 4. Weigh the ink
#
# The ink of a frame is the sum of its pixels. Two facts make it a good scale.
#
# **Blur moves ink, it does not make any.** Smear a digit out, and the sum of the pixels stays.
#
# **A trained model gets the ink right on average.** Cross-entropy is least where each pixel is
# given its mean over all futures held possible (lesson 05). A sum of means is the mean of the sum.
# So however unsure the model is, its ink is the ink that it expects.

# %% blur makes no ink tags=["nbval-check-output"]
digit = to_unit(shown[1].batch(0, 1))[:1]  # one true frame, (1, 1, H, W)
side = 2 * (world.image_size // 8) + 1
kernel = torch.ones(1, 1, side, side) / side**2
blurred = torch.nn.functional.conv2d(digit, kernel, padding=side - 1)  # room for what is smeared
print("Much of it is gone at the brightest pixel:", bool(blurred.max() < 0.8 * digit.max()))
print("The ink is the same:", bool((blurred.sum() / digit.sum() - 1).abs() < 1e-5))


# %% [markdown]
# **Write one line.** How many digits' worth of ink does each frame hold?


# %% ink in digits' worth
def ink_in_digits(frames, truth, number):
    """Frames (T, H, W), true frames of `number` digits → digits' worth of ink, (T,)."""
    return ...


check("one_and_three_digits/ink", ink_in_digits)

# %% ink, frame by frame
figures.draw_ink_by_frame(result)

# %% [markdown]
# Here the lines have an order that makes sense. The control, which knows one digit, gives one
# digit's worth. Those that know two give more. The small network gives most, and more with every
# frame, as if the clip it predicts drifted from the clip it saw to the clips it knows. The
# convolutional network begins with one digit's worth, and drifts as well. The large fully connected
# one does not: it has too much from the first frame on, most in frame 13, and a little less after.
#
# And where does the surplus lie? The digit is drawn into a square. Is the surplus inside it?
#
# <!--
# ink = "ink, frame by frame"
# "gives one digit's worth" = 0.95 < output(ink, "control: small, knows one", 2) < 1.05
# "Those that know two give more" = min([output(ink, "last: fully connected", 2),
#     output(ink, "; convolutional", 2), output(ink, "; small, fully connected", 2)]) > 1.08
# "begins with one digit's worth" = 0.95 < output(ink, "; convolutional") < 1.05
# "gives most" = output(ink, "; small, fully connected", 2) > 1.3
# -->

# %% where the surplus lies
print("One digit shown, ink in digits' worth, at the first and the last predicted frame:")
for name, model in result["models"].items():
    one = model["digits"]["1"]["future"]
    whole, inside = one["ink"]["per_step"], one["inside"]["per_step"]
    print(f"{figures.LABELS[name]}: {whole[0]:.2f}, {whole[-1]:.2f}; ", end="")
    print(f"of it in the digit's square {inside[0]:.2f}, {inside[-1]:.2f}")

# %% [markdown]
# So the paper's own reading, a second digit that *overlaps* the first, fits what is weighed: the
# surplus begins in the digit's own square, and only a part of it comes out of there later, as what
# is predicted drifts away. (One digit that is drawn too thick would weigh the same. But the control
# draws none too thick.)
#
# **The convolutional network, too, has met two digits in every clip of its life. Shown
# four, it is asked to recall them: how many digits' worth of ink does it give back?**

# %% guess what it recalls
Guess(guesses.INK, result)

# %% four digits, recalled
four = {name: explorer.examples_of(name, 4) for name in models}
figures.draw_side_by_side(four, 4, sequence=9, part="reconstruction", most=5)

# %% ink recalled
figures.draw_ink(result, "reconstruction")

# %% ink predicted
figures.draw_ink(result, "future")

# %% [markdown]
# Read both against the two rulers. A model that sees what there is would follow the line of the
# truth. A model that sees nothing would give two digits' worth, always. The fully connected ones
# lie between: they are **pulled towards two**, from below and from above. The convolutional one
# recalls one, two, three and four digits as what they are; in the clip of four, stroke by stroke.
# Only as it looks ahead is it pulled as well. (Of twelve clips we chose the one whose digits keep
# apart best.)
#
# <!--
# seen = "ink recalled"
# "from below and from above" = 1.03 < output(seen, "digits: fully connected") < 2
#     < output(seen, "digits: fully connected", 4) < 3.8
# "recalls one, two, three and four digits as what they are"
#     = 0.95 < output(seen, "convolutional") < 1.05 < 3.9 < output(seen, "convolutional", 4) < 4.1
# "is it pulled as well" = output("ink predicted", "convolutional", 4) < 3.8
# -->
#
# ## 5. Three digits: do they become two?
#
# Now frames in which the truth shows *three* separate blobs. How often are there three in the
# prediction? How often do two digits that are separate in the truth grow together by blur alone?
# That is seen with two digits shown: a model's own world is its control.

# %% how many of three are left
figures.draw_kept(result, "future")

# %% what is shown of three
BlobExplorer(result, number=3)

# %% how many of three are recalled
figures.draw_kept(result, "reconstruction")

# %% [markdown]
# Two of two mostly stay two (the dashed lines: in 82 and 77 % of the frames above 0.3). Three of
# three do not:
#
# - **To come, fully connected.** Above 0.3 it shows three in 11 % of the frames, and two in 66 %.
#   At no threshold does it show three in half of the frames, and at high ones they may be
#   pieces: of one digit alone it makes a second blob in 20 % of the frames above 0.6.
# - **To come, convolutional.** It shows three far more often there, but not in one half either
#   (45 % above 0.3, and two in 34 %).
# - **Recalled.** Here the difference is clear: all three in 84 % of the frames, against 43 %.
#
# But are two of them shown and the third dropped, or are all three dimmed alike? Some
# pixels belong to one digit alone. There we can read how bright each digit is shown. In each frame
# we sort the digits from the faintest to the brightest. (The faintest of three is always somewhat
# fainter than the fainter of two, if only because it is the worst of more.)
#
# <!--
# "20 %" = output("a second blob, at every threshold", ": fully connected", 6)
# kept = "how many of three are left"
# "82 and 77 %" = [output(kept, "fully connected, 2 of 2:"), output(kept, "convolutional, 2 of 2:")]
# "in half of the frames" = output(kept, "fully connected, 3 of 3:") < 50
#     < output(kept, "fully connected, 2 of 2:")
# fc = digit_count.models["fc-two-digits"].digits["3"].future.blobs[2]
# conv = digit_count.models["convlstm-two-digits"].digits["3"].future.blobs[2]
# "three in 11 %" = 100 * sum([row[3] for row in fc]) / sum([sum(row) for row in fc])
# "two in 66 %" = 100 * sum([row[2] for row in fc]) / sum([sum(row) for row in fc])
# "45 %" = output(kept, "convolutional, 3 of 3:")
# "two in 34 %" = 100 * sum([row[2] for row in conv]) / sum([sum(row) for row in conv])
# recalled = "how many of three are recalled"
# "84 %" = output(recalled, "convolutional, 3 of 3:")
# "43 %" = output(recalled, "fully connected, 3 of 3:")
# -->

# %% how strongly each digit is recalled
figures.draw_strengths(result, "reconstruction")

# %% how strongly each digit is shown
figures.draw_strengths(result, "future")

# %% [markdown]
# Recalled, the faintest of three is fainter, not gone. To come, the fully connected network gives
# it 0.20, where the brightest gets 0.55: one is nearly dropped. Of two digits it drops none (0.46
# and 0.57), and the convolutional one drops none of three (0.40 and 0.62). (No bar says what a
# digit that is not drawn at all would get: perhaps more than 0, from the blur of the others.)
#
# <!--
# shown = "how strongly each digit is shown"
# "0.20, where the brightest gets 0.55" = [output(shown, "fully connected, to come"),
#     output(shown, "fully connected, to come", 3)]
# "0.46 and 0.57" = [output(shown, "fully connected, to come", 4),
#     output(shown, "fully connected, to come", 5)]
# "0.40 and 0.62" = [output(shown, "convolutional, to come"),
#     output(shown, "convolutional, to come", 3)]
# "is fainter, not gone" = output("how strongly each digit is recalled",
#     "fully connected, seen, recalled") > 0.6 * output("how strongly each digit is recalled",
#     "fully connected, seen, recalled", 3)
# -->
#
# **And the motion?** The paper says that with three digits the motion of the whole is about right.
# The centre of all ink is a simple test: how far is it from where it should be?

# %% where the ink is
figures.draw_places(result)

# %% [markdown]
# ## 6. What is no digit at all
#
# One, three and four digits are still digits. What have these networks learnt: digits, strokes, or
# motion? Ask with your own hand. Draw what no clip of theirs ever showed, a star, a letter, a face;
# choose how it flies; and say beforehand what each network will keep of it: its place, its
# direction, its shape.

# %% draw your own
DrawYourOwn()

# %% [markdown]
# Look first at *where* the drawing goes, then at what is left of its shape. Both carry it along.
# The convolutional network (ConvLSTM) keeps the points of the star for some frames, though it has
# never met a star; the fully connected one (FC-LSTM) shows a round blob at once. But so it did with
# the 4 of section 1: its blob tells nothing of stars. So, for this star, motion is known of
# whatever is bright, and shape, to the one whose weights see a few patches at a time, is strokes
# rather than digits. Then change the **Speed**: both have met one only (lesson 07).
#
# ## 7. The verdict
#
# **One digit: both readers saw something true.** In most frames there is one blob, as the careful
# reader says. But there is more ink in it than one digit has, and blur makes none. "Only blurred"
# is too simple, and "a second blob" is too much for most frames.
#
# **Three digits: the fully connected network mostly shows two.** The third is not one more blurred
# digit among three: its own pixels get by far the least. In the frames *recalled*, which it need
# not predict, it does better. And the motion of the whole is about right, as the paper says: the
# centre of ink is off by less than half of what the mean image is off by.
#
# Where is the third, then? Not gone: these frames hold 2.8 digits' worth of ink, just as the
# convolutional ones do. But it lies in two blobs, and little of it where the third digit is.
#
# **Why is it so?** An explanation lies near: *such a model gives the whole frame at once, from one
# state, in a fixed number of steps; nothing in it can be used once for each digit; so it cannot
# count.* It sounds right. It is refuted by the convolutional network: that one, too, gives the
# whole frame at once, from one state, and has no slot for a digit. Yet it recalls four.
#
# <!--
# fc = digit_count.models["fc-two-digits"].digits["3"]
# "by far the least" = output("how strongly each digit is shown", "fully connected, to come")
#     < 0.7 * output("how strongly each digit is shown", "fully connected, to come", 2)
# "off by less than half" = fc.future.place.mean < 0.5 * fc.baselines["two-digit mean"].place
# 2.8 = output("ink predicted", "fully connected", 3)
# "just as the convolutional ones do" = abs(output("ink predicted", "fully connected", 3)
#     - output("ink predicted", "convolutional", 3)) < 0.05
# -->
#
# What differs most (besides the size of the state, and how many clips each has seen) is that its
# weights are **shared over places**. What has learnt to carry a digit along at one place does so at
# every place, with one digit in the frame or with four. In the fully connected network each pair of
# places has weights of its own, and of these only such as served for two. That is a likely reason.
# To be sure, one would have to change the sharing alone, and keep the rest; we have not.
#
# What this does **not** show. It is one network of each kind. A blob is not a digit: two digits
# that are drawn into one blob are counted as one. And "the model thinks of two digits" is our way
# of speaking. What we measured is ink.
#
# ## What to try next
#
# 1. *Five minutes.* `DigitCountExplorer(models, number=4)` shows four digits too. Look at the
#    frames seen. Which of them does each network recall best, the last or the first? Why?
# 2. *Ten minutes.* Train a network on one digit, `run = training.learn(Settings.for_lesson())`, and
#    let it meet two: `experiment.measure(run.model, experiment.with_digits(Settings.for_lesson(),
#    2), 100)`. Is its ink pulled towards one? Say first what you expect.
# 3. *For the fast.* Sharing was said to be the reason. A convolutional network with `patch=16`
#    shares its weights over 4×4 places only. Train it on two digits, and weigh its ink on one and
#    on four.
#
# To make the clips yourself: [Exercise 4 · Bouncing digits](../exercises/04_bouncing_digits.ipynb).
#
# ## In one breath
#
# Outside the world it learned in, a model is to be judged by the baselines of the new world. Shown
# three digits, a fully connected network mostly goes on with two blobs; a convolutional one, which
# also knew two only, recalls three, and predicts three in nearly half of the frames. Shown one,
# both put more ink into it than it has. A count is worth as much as its threshold, so show that the
# answer does not hang on it; and an explanation is worth as much as the other cases that it has
# been tried on.
#
# Next: [09 · Long rollouts](09_long_rollouts.ipynb), where the same models run on for a hundred
# frames.
