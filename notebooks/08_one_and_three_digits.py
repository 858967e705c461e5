# %% [markdown]
# # 08 · One digit, three digits
#
# After this lesson you can show a model what it was never trained for, say what it makes up, and
# settle a dispute about it by counting.
#
# **Objectives**
#
# - **Test** a model outside the world it learned in, with the baselines of the new world.
# - **Count** blobs and ink, and **check** whether an answer hangs on the threshold you chose.
# - **Tell** blur from invention: blur moves ink, invention adds some.
# - **Judge** two readings of one figure of the paper.
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
# The paper looked at this, and reports for one digit that the model makes up a second blob.
# Careful readers have looked at the same pictures and seen one digit, blurred. For three digits,
# some see three blurred ones, some see two. We know of no count. So let us count.

# %% setup
import torch

from lstm_video_lab import Settings, load_pretrained, plots, training
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.evaluation import heldout_data
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.one_and_three_digits import experiment, figures
from lstm_video_lab.lessons.one_and_three_digits.widgets import BlobExplorer, DigitCountExplorer
from lstm_video_lab.widgets import Guess

two = load_pretrained(experiment.PRETRAINED)  # a composite that was trained on two digits
learnt = Settings.from_dict(two.card["settings"])
made = f"{learnt.scale} scale, {two.card['steps']} steps, {learnt.num_digits} digits"
result = load_result("digit_count")  # the same questions, asked of many more sequences

# %% one, two, three, four
shown = {
    number: heldout_data(experiment.with_digits(learnt, number)) for number in experiment.DIGITS
}
plots.frames(
    {f"{number} shown": data.batch(0, 1)[: learnt.frames_in, 0] for number, data in shown.items()},
    f"What the model will see: the same kind of clip with another number of digits, "
    f"{learnt.image_size}×{learnt.image_size} pixels. It was trained on the second row only "
    f"({made}).",
)

# %% [markdown]
# ## 1. One digit
#
# The model is a *composite* (lesson 06): it sees ten frames, gives them back, and continues them.
# Nothing in it says "two". There is no slot for a first digit and none for a second. There are
# only weights that served well on clips with two.

# %% guess what it makes of one digit
ones = result["digits"]["1"]["future"]
level = result["thresholds"].index(0.3)
apart, frames_of_one = experiment.blob_shares(ones["blobs"][level], 1)
fates = [
    "One digit, only blurred",
    "Two digits, apart from each other",
    "One blob, with more ink in it than one digit has",
]
Guess(
    "Two digits is all it knows. What does it predict after ten frames of one digit?",
    fates,
    fates[1 if apart[2:].sum() > 0.5 else 2 if ones["ink"]["mean"] > 1.1 else 0],
    f"{100 * apart[1]:.0f} % of the {frames_of_one} frames show one blob, "
    f"{100 * apart[2:].sum():.0f} % show two or more (threshold 0.3). But they hold "
    f"{ones['ink']['mean']:.2f} times the ink of the true frames.",
)

# %% [markdown]
# Now look for yourself. Move **Digits shown** through one, two, three and four, and go through a
# few sequences. The two lower rows keep what is brighter than the threshold; each connected patch
# is a **blob**, and the blobs are counted below. For one digit, look at the last frames.

# %% look for yourself
DigitCountExplorer(two, learnt, number=1)

# %% [markdown]
# ## 2. How wrong is it?
#
# First the plain error, in nats per frame. Mind the ruler. More digits mean more ink, and more ink
# costs more nats whoever predicts it. So each number of digits needs **baselines of its own**:
#
# - the **mean image** of clips with that many digits: one who knows the number, and nothing else;
# - the **two-digit mean**: the mean image of the clips that the model was trained on;
# - the **entropy bound** of that number of digits.

# %% guess about three digits
three = result["digits"]["3"]
error, mean3 = three["future"]["cross_entropy"]["mean"], three["baselines"]["mean_image"]
ratio = error / mean3["cross_entropy"]
sizes = [
    "Far below it, as with two digits",
    "About as large as that of the mean image",
    "Far above it",
]
Guess(
    "Shown three digits, how large is the error of the frames to come, compared with the mean "
    "image of three digits?",
    sizes,
    sizes[0 if ratio < 0.85 else 1 if ratio < 1.15 else 2],
    f"{error:.1f} nats per frame; the mean image of three digits has "
    f"{mean3['cross_entropy']:.1f}. With two digits it is "
    f"{result['digits']['2']['future']['cross_entropy']['mean']:.1f} against "
    f"{result['digits']['2']['baselines']['mean_image']['cross_entropy']:.1f}. The model is "
    "sure of what it gives, and a wrong place, given with certainty, costs more than a grey fog.",
)

# %% error beside the baselines of each number
numbers = list(result["digits"])
rows = {"model": [one["future"]["cross_entropy"]["mean"] for one in result["digits"].values()]}
spread = {"model": [one["future"]["cross_entropy"]["stderr"] for one in result["digits"].values()]}
for name in ("mean_image", "two-digit mean", "entropy_bound"):
    rows[name.replace("_", " ")] = [
        one["baselines"][name]["cross_entropy"] for one in result["digits"].values()
    ]
better = [n for n, a, b in zip(numbers, rows["model"], rows["mean image"], strict=True) if a < b]
plots.bars(
    [f"{n} shown" for n in numbers],
    rows,
    spread,
    text=f"Error of the frames to come. The model is below the mean image of that number for "
    f"{', '.join(better)} digits and above it for the others. Means of {result['sequences']} "
    f"held-out sequences each; the model: {made}.",
)

# %% squared error, with the copied frame
squares = {
    "model": [one["future"]["mse"]["mean"] for one in result["digits"].values()],
    "mean image": [one["baselines"]["mean_image"]["mse"] for one in result["digits"].values()],
    "copy last": [one["baselines"]["copy_last"]["mse"] for one in result["digits"].values()],
}
plots.bars(
    [f"{n} shown" for n in numbers],
    squares,
    text="The same in squared error, where copying the last frame can be judged too (its nats are "
    "infinite): "
    + "; ".join(f"{k} {', '.join(f'{v:.1f}' for v in row)}" for k, row in squares.items())
    + ". The bound is 0.",
    ylabel="squared error per frame",
)

# %% when it goes wrong
steps = range(1, 1 + learnt.frames_out)
costs = {
    f"{n} shown": [
        e / one["baselines"]["mean_image"]["cross_entropy"]
        for e in one["future"]["cross_entropy"]["per_step"]
    ]
    for n, one in result["digits"].items()
}
plots.curves(
    {name: (steps, cost) for name, cost in costs.items()},
    {"mean image": 1.0},
    "Error of each frame to come as a part of the mean image's (of that number of digits). First "
    "and last frame: " + "; ".join(f"{k} {v[0]:.2f}, {v[-1]:.2f}" for k, v in costs.items()) + ".",
    xlabel="predicted frame",
    ylabel="error / mean image's error",
)

# %% [markdown]
# So one digit is no catastrophe and four are. But an error does not say *what* is wrong. A second
# blob, a wrong place and a blur all cost nats. We have to count.
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
# 3. We ask a **control**: the same kind of model, trained on *one* digit. Its blobs are blur and
#    plain mistakes, for it knows of no second digit.
#
# <!--
# "one digit is no catastrophe and four are"
#     = printed("error beside the baselines of each number",
#     "below the mean image of that number for 1, 2, 3 digits and above it")
# "all thresholds from 0.1 to 0.7" = [digit_count.thresholds[0], digit_count.thresholds[-1]]
# -->

# %% move the threshold
BlobExplorer(result, number=1)

# %% a second blob, at every threshold
levels = result["thresholds"]


def several(one, part, more_than):
    """Share of frames with too many blobs, in %, at each threshold."""
    tables = [experiment.blob_shares(table, more_than)[0] for table in one[part]["blobs"]]
    return [100 * share[more_than + 1 :].sum() for share in tables]


extra = {
    "to come": several(result["digits"]["1"], "future", 1),
    "seen": several(result["digits"]["1"], "reconstruction", 1),
    "control, to come": several(result["control"], "future", 1),
}
plots.curves(
    {name: (levels, share) for name, share in extra.items()},
    text="One digit shown: frames with more than one blob, from the lowest to the highest count "
    "over the thresholds: "
    + "; ".join(f"{k} {min(v):.1f} to {max(v):.1f} %" for k, v in extra.items())
    + f". The control was trained on one digit ({result['control']['steps']} steps).",
    xlabel="threshold",
    ylabel="% of frames with a second blob",
)

# %% [markdown]
# At no threshold is a second blob the rule. But there are some, and more than the control has in
# the frames to come. When do they appear?
#
# <!--
# blobs = "a second blob, at every threshold"
# "At no threshold is a second blob the rule" = output(blobs, "to come", 2) < 20
# "more than the control has" = output(blobs, "to come") > output(blobs, "control, to come")
#     and output(blobs, "to come", 2) > output(blobs, "control, to come", 2)
# -->


# %% a second blob, frame by frame
def by_frame(one, threshold):
    """The same at each predicted frame, for one threshold."""
    tables = one["future"]["blobs"][levels.index(threshold)]  # a table for each frame
    return [100 * experiment.blob_shares(table, 1)[0][2:].sum() for table in tables]


late = {f"above {level}": by_frame(result["digits"]["1"], level) for level in (0.2, 0.3, 0.4, 0.5)}
late["control, 0.3"] = by_frame(result["control"], 0.3)
plots.curves(
    {name: (range(1, 1 + len(share)), share) for name, share in late.items()},
    text="One digit shown: frames with more than one blob, at the first and the last predicted "
    "frame: "
    + "; ".join(f"{name} {share[0]:.1f} %, {share[-1]:.1f} %" for name, share in late.items())
    + f" ({result['sequences']} sequences).",
    xlabel="predicted frame",
    ylabel="% of frames with a second blob",
)

# %% [markdown]
# So the careful reader is right for most frames, and the paper for some of the last ones? Not so
# fast. A second digit that lies **on top of the first** would make no second blob. For that we need
# another ruler.
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
#
# Both can be checked. The first now:
#
# <!--
# "right for most frames" = output("move the threshold", "trained on two: 1:") > 80
# "for some of the last ones" = output("a second blob, frame by frame", "above 0.3", 2) > 10
# -->

# %% blur makes no ink tags=["nbval-check-output"]
digit = to_unit(shown[1].batch(0, 1))[:1]  # one true frame, (1, 1, H, W)
side = 2 * (learnt.image_size // 8) + 1
kernel = torch.ones(1, 1, side, side) / side**2
blurred = torch.nn.functional.conv2d(digit, kernel, padding=side - 1)  # room for what is smeared
print("Much of it is gone at the brightest pixel:", bool(blurred.max() < 0.8 * digit.max()))
print("The ink is the same:", bool((blurred.sum() / digit.sum() - 1).abs() < 1e-5))

# %% [markdown]
# The second we check on a model that has seen one digit only. It takes less than a minute to train.

# %% train the control
one_digit = Settings.for_lesson(steps=1000)
control = training.learn(one_digit, "trained on one digit")
control_made = (
    f"{one_digit.scale} scale, {control.curve['step'][-1]} steps, {control.seconds:.0f} s"
)
weighed = {
    "trained on two": experiment.measure(two, experiment.with_digits(learnt, 1), 50),
    "trained on one": experiment.measure(control.model, experiment.with_digits(one_digit, 1), 50),
}
inks = {name: one["future"]["ink"]["mean"] for name, one in weighed.items()}
print(", ".join(f"{name}: {ink:.2f} times the true ink" for name, ink in inks.items()))

# %% ink, frame by frame
plots.curves(
    {
        name: (
            range(1, 1 + len(one["future"]["ink"]["per_step"])),
            one["future"]["ink"]["per_step"],
        )
        for name, one in weighed.items()
    },
    {"true ink": 1.0},
    "One digit shown: ink of the frames to come, in digits' worth. First and last frame: "
    + "; ".join(
        f"{name} {one['future']['ink']['per_step'][0]:.2f}, "
        f"{one['future']['ink']['per_step'][-1]:.2f}"
        for name, one in weighed.items()
    )
    + f". 50 held-out sequences; trained on two: {made}; trained on one: {control_made}.",
    xlabel="predicted frame",
    ylabel="ink, in digits",
)

# %% [markdown]
# The model that knows one digit gives about one digit's worth of ink. The one that knows two gives
# more, and more with every frame: the clip it predicts drifts from the clip it saw to the clips it
# knows. And where does the surplus lie? The digit is drawn into a square. Is the surplus inside it?
#
# <!--
# ink = "ink, frame by frame"
# "about one digit's worth of ink" = 0.9 < output("train the control", "trained on one:") < 1.1
# "more with every frame" = output(ink, "trained on two") > 1.1
#     and output(ink, "trained on two", 2) > output(ink, "trained on two") + 0.1
# -->

# %% where the surplus lies
whole, inside = (result["digits"]["1"]["future"][key]["per_step"] for key in ("ink", "inside"))
print("One digit shown, ink in digits' worth, at the first and the last predicted frame:")
print(f"  in the whole frame       {whole[0]:.2f}   {whole[-1]:.2f}")
print(f"  in the digit's square    {inside[0]:.2f}   {inside[-1]:.2f}")

# %% [markdown]
# Now for all numbers of digits:

# %% ink against ink
figures.overview(result)

# %% [markdown]
# Read it against the two dashed rulers. A model that sees what there is would follow the line of
# the truth. A model that sees nothing would give two digits' worth, always. Ours lies between: it
# is **pulled towards two**, from below and from above.
#
# ## 5. Three digits: do they become two?
#
# Now frames in which the truth shows *three* separate blobs. If three are kept and only blurred,
# the prediction shows three blobs, or fewer at some thresholds where faint ones are cut off. How
# often do two digits that are separate in the truth grow together by blur alone? That is seen with
# two digits shown: the model's own world is the control.
#
# <!--
# "from below and from above" = 1.1 < output("ink against ink", "future:") < 2
#     < output("ink against ink", "future:", 3) < 2.9
# -->

# %% how many of three are left
kept, own = {}, {}
for part, words in (("future", "to come"), ("reconstruction", "seen")):
    for target, number in ((kept, "3"), (own, "2")):
        tables = result["digits"][number][part]["blobs"]
        target[words] = [
            100 * experiment.blob_shares(table, int(number))[0][int(number)] for table in tables
        ]
plots.curves(
    {f"3 of 3, {words}": (levels, share) for words, share in kept.items()}
    | {f"2 of 2, {words}": (levels, share) for words, share in own.items()},
    text="Frames in which every digit has a blob of its own. Best threshold: "
    + "; ".join(f"3 of 3, {words}: {max(share):.1f} %" for words, share in kept.items())
    + "; "
    + "; ".join(f"2 of 2, {words}: {max(share):.1f} %" for words, share in own.items())
    + f" ({result['sequences']} sequences; only frames in which the truth shows them apart).",
    xlabel="threshold",
    ylabel="% of frames",
)

# %% three become
BlobExplorer(result, number=3)

# %% [markdown]
# So hardly ever are there three. But are two of them shown and the third dropped, or are all three
# dimmed alike? Some pixels belong to one digit alone. There we can read how bright each digit is
# shown. In each frame we sort the digits from the faintest to the brightest.
#
# <!--
# "hardly ever are there three" = output("how many of three are left", "3 of 3, to come:") < 5
# -->

# %% how strongly each digit is shown
rows = {part: result["digits"]["3"][part]["strengths"] for part in experiment.PARTS}
pairs = {part: result["digits"]["2"][part]["strengths"] for part in experiment.PARTS}
plots.bars(
    ["faintest of 3", "middle of 3", "brightest of 3", "fainter of 2", "brighter of 2"],
    {
        {"reconstruction": "seen", "future": "to come"}[part]: [*rows[part], *pairs[part]]
        for part in experiment.PARTS
    },
    text="Mean brightness given to a digit's own bright pixels. Three shown: "
    + "; ".join(f"{part} {', '.join(f'{v:.2f}' for v in rows[part])}" for part in rows)
    + ". Two shown: "
    + "; ".join(f"{part} {', '.join(f'{v:.2f}' for v in pairs[part])}" for part in pairs)
    + ". 1 is the truth.",
    ylabel="brightness, 1: as in the truth",
)

# %% [markdown]
# The faintest of three is always fainter than the fainter of two, if only because it is the worst
# of more. Look at the size of the drop, and at the frames *seen*: those the model had before its
# eyes, and it need not predict anything.
#
# **And the motion?** The paper says that with three digits the motion is kept. The centre of all
# ink is a simple test: how far is it from where it should be?
#
# <!--
# shown = "how strongly each digit is shown"
# "always fainter than the fainter of two" = output(shown, "Three shown: reconstruction")
#     < output(shown, "Two shown: reconstruction")
#     and output(shown, "Three shown: reconstruction", 4)
#     < output(shown, "Two shown: reconstruction", 3)
# -->

# %% where the ink is
places = {
    n: (one["future"]["place"]["mean"], one["baselines"]["two-digit mean"]["place"])
    for n, one in result["digits"].items()
}
plots.bars(
    [f"{n} shown" for n in places],
    {"model": [a for a, _ in places.values()], "mean image": [b for _, b in places.values()]},
    text="Distance of the centre of ink from the true one, in frames to come, in pixels; the mean "
    "image always says: the middle. "
    + "; ".join(f"{n} shown: {a:.1f} against {b:.1f}" for n, (a, b) in places.items())
    + ".",
    ylabel="pixels",
)

# %% [markdown]
# ## 6. The verdict

# %% blobs and ink in numbers
future, past = (result["digits"]["1"][part]["ink"]["mean"] for part in ("future", "reconstruction"))
print("One digit. A second blob of its own, in % of frames, lowest and highest threshold count:")
for name, share in extra.items():
    print(f"  {name:<17} {min(share):5.1f} to {max(share):5.1f}")
print(f"  in the last frame of the clip, above 0.3: {late['above 0.3'][-1]:.1f}")
print(f"  ink: {past:.2f} digits in the frames seen, {future:.2f} in the frames to come")
low, _, high = result["digits"]["1"]["future"]["ink"]["deciles"]
print(f"  ink in eight of ten clips: {low:.2f} to {high:.2f} digits in the frames to come")
print("Three digits. Three blobs are left in so many % of frames, over the thresholds:")
for words, share in kept.items():
    print(f"  {words:<17} {min(share):5.1f} to {max(share):5.1f}")
print(f"{result['sequences']} sequences each; {made}.")

# %% [markdown]
# **One digit: both readers saw something true.** In most frames there is one blob, as the careful
# reader says. But towards the end of a clip a second one comes away from it in a part of the clips,
# which a model that never saw two digits does not do. And before it comes away it is there as ink.
# Blur makes no ink, and nearly every clip holds more of it than one digit has. Most of the surplus
# lies in the digit's own square, as if a part of a second digit were laid over the first. "Only
# blurred" is too simple, and "a second blob" is too much for most frames.
#
# **Three digits: two are left, or fewer.** This holds at every threshold. The third is not one more
# blurred digit among three: its own pixels get by far the least, and what is left of its ink lies
# with the others.
#
# What this does **not** show. It is one model, smaller than the paper's (which had 64×64 pixels
# and 2 layers of 2048 units), on other digits. A blob is not a digit: two digits that are drawn
# into one blob are counted as one, so the counts are lower bounds of what a person would see. And
# "the model thinks of two digits" is our way of speaking. What we measured is ink.
#
# Why is it so? The model gives the whole frame at once, from one state, in a fixed number of
# steps. Nothing in it can be used once for each digit. A model that can count has to be able to do
# the same thing again, as often as there are digits.
#
# ## What to try next
#
# 1. *Five minutes.* In the explorer, show four digits and look at the frames seen. Which frames
#    does it recall best, the last or the first? Why might that be?
# 2. *Ten minutes.* Let the control meet two digits:
#    `experiment.measure(control.model, experiment.with_digits(one_digit, 2), 100)`. Is its ink
#    pulled towards one? Say first what you expect.
# 3. *For the fast.* Train a small composite on two digits and one on three, and draw both into
#    the picture of ink against ink. Does each cross the line of the truth at its own number?
#
# ## In one breath
#
# Outside the world it learned in, a model is to be judged by the baselines of the new world. Shown
# one digit, the model of two shows one blob with too much ink in it; shown three, it shows two or
# one: its predictions are pulled towards what it knows. And a count is worth as much as its
# threshold, so show that the answer does not hang on it.
#
# Next: [09 · Long rollouts](09_long_rollouts.ipynb), where the same model runs on for a hundred
# frames.
#
# <!--
# "one blob with too much ink in it" = output("move the threshold", "trained on two: 1:") > 80
#     and output("blobs and ink in numbers", "digits in the frames seen,") > 1.2
# "two or one"
#     = output("three become", "trained on two: 1:") + output("three become", "%, 2:") > 90
# -->
