# %% [markdown]
# # 10 · What single units look at
#
# After this lesson you can read the weights of a network as pictures, test with a ruler what you
# believe to see in them, and say where in a frame a unit fires, with a control beside every claim.
#
# **Objectives**
#
# - **Draw** the input features of a unit's gates and its output features, and **explain** what
#   each number in them does.
# - **Measure** shapes: are input features “thin strips” and output features “fatter blobs”?
# - **Map** where units fire, and **judge** such a map with two controls and an untrained network.
# - **Test** whether units fire where they draw.
#
# **Time** 35 minutes to read and try, 2 minutes of computing on two cores.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 3 (visualising the features of moving digits).
#
# ## The question
#
# **A network has a few hundred units. Can one say what any single one of them is for?**
#
# A unit of an LSTM cannot be asked. But its weights can be looked at: it has one for each pixel
# of a frame, so its weights *are* a picture. Below is one unit of a network that has learnt to
# recall and to continue clips of two digits. Before you read on: what would you say it does?

# %% setup
import numpy as np
import torch

from lstm_video_lab import Settings, evaluation, load_pretrained, plots
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.features import experiment, place_tuning
from lstm_video_lab.lessons.features.figures import signed
from lstm_video_lab.lessons.features.widgets import ContactSheet, FrameBuilder, UnitBrowser
from lstm_video_lab.widgets import Guess

model = load_pretrained(experiment.PRETRAINED)
settings = Settings.from_dict(model.card["settings"]).changed(digits="embedded")
made = f"{experiment.PRETRAINED}: {settings.scale} scale, {model.card['steps']} steps"
fresh = experiment.untrained(settings)  # the same network before its first step
films = place_tuning.SEQUENCES[settings.scale]

# %% one unit
box = experiment.lit_region(settings)  # rows and columns that digits ever reach
learnt, control = (experiment.crop(experiment.features(net), box) for net in (model, fresh))
norms = {name: np.linalg.norm(images, axis=(1, 2)) for name, images in learnt.items()}
one = int((norms["input g"] * norms["output future"]).argmax())  # it looks hard and draws hard
plots.images(
    [signed(images[one]) for images in learnt.values()],
    list(learnt),
    f"Unit {one + 1} of {len(learnt['input i'])}. Four pictures of what it looks at, and what it "
    f"draws. Bright: positive weights, dark: negative, mid-grey: zero ({made}).",
    columns=len(learnt),
)

# %% [markdown]
# ## 1. Six pictures of one unit
#
# Every step of an LSTM computes four sums over the pixels of the frame: one for each gate, and
# one for the cell input g. A row of the weights belongs to each.
#
# ```
# a_i = W_i x + …    input gate:   shall something be written into the cell?
# a_f = W_f x + …    forget gate:  shall the old content be kept?
# a_g = W_g x + …    cell input:   what is to be written?
# a_o = W_o x + …    output gate:  shall the cell be heard?
#
# x̂ = σ(V h + b)     readout:      pixel p gets V[p, u] from each unit u
# ```
#
# - Row u of W_i is an **input feature** of unit u: light where a bright pixel opens the gate, dark
#   where it closes it. So with f, g and o.
# - Column u of V is its **output feature**: what the unit adds to the picture when it fires.
#
# Encoder and decoder are two LSTMs with weights of their own. What joins them is the state, which
# is copied: unit u of the decoder starts with the content of unit u of the encoder. So one number
# stands for both. (With more than one layer this is not so: pixels come into the first layer, and
# the last is read out.)
#
# Is that more than a manner of speaking? Let us check both on the network.

# %% what the pictures mean tags=["nbval-check-output"]
full = experiment.features(model)  # not cropped
spot = torch.zeros(1, settings.image_size**2)
row, column = settings.image_size // 3, settings.image_size // 2
spot[0, row * settings.image_size + column] = 1.0  # a frame with one bright pixel
sums = torch.nn.functional.linear(spot, model.encoder.weight_ih_l0)[0].detach()
there = np.concatenate([full[f"input {gate}"][:, row, column] for gate in "ifgo"])
print("One bright pixel adds its weights to the sums:", np.allclose(sums, there, atol=1e-6))

h = place_tuning.activity(model, settings, 8)["future decoder"]  # (T, N, U)
bias = model.decoders["future"].readout.bias.detach().view(1, 1, *full["output future"].shape[1:])
drawn = torch.from_numpy(np.tensordot(h, full["output future"], 1)) + bias
past = evaluation.heldout_data(settings).batch(0, 8)[: settings.frames_in].float() / 255
with torch.inference_mode():
    logits = model(past, future=settings.frames_out).future
print(
    "Output features times activity, plus bias, is the prediction:",
    bool((drawn - logits).abs().max() < 1e-3),
)

# %% [markdown]
# The second line is worth a moment. Before the last squashing function, a predicted frame is
# nothing but a **sum of output features**, each multiplied by how strongly its unit fires.
#
# One thing was cut away above. Digits have a dark margin, so the outermost pixels of a frame are
# never lit. An input weight of such a pixel is multiplied by zero for ever: it learns nothing and
# keeps the noise it was born with. We look at the pixels that digits do reach.
#
# ## 2. All of them at once
#
# Here are the units of largest norm: those with the most weight in their pictures. The paper
# shows as many. Choose a kind of feature, then switch the network to **untrained** and back.
#
# <!-- "The paper shows as many" = output("contact sheet", "the") == 200 -->

# %% contact sheet
ContactSheet({"trained": learnt, "untrained": control})

# %% [markdown]
# Look at three kinds: `input g`, `input o` and `output future`. What strikes you? The authors
# write that input features are thin strips, which are good for telling where a digit is and how
# it moves, and that output features are fatter blobs.
#
# Perhaps you see the same. But you have just been told what to see. And there are two claims in
# that sentence: one about **size** (thin, fat), and one about **shape** (strips, blobs).

# %% length and width of a feature
chosen = {name: experiment.largest(learnt[name], 4) for name in ("input g", "output future")}
pairs, captions = [], []
for name, units in chosen.items():
    for unit in units:
        image, found = learnt[name][unit], experiment.measure(learnt[name][unit])
        pairs += [signed(image), experiment.lobe(image).astype(float)]
        captions += [name, f"{found['length']:.0f} × {found['width']:.0f}"]
plots.images(
    pairs,
    captions,
    "Four input features and four output features, each with its main lobe at its right, and the "
    "length and width of that lobe in pixels.",
)

# %% [markdown]
# ## 3. A ruler for strips and blobs
#
# So that the answer does not hang on our eyes, we fix a rule *before* we look at the result.
#
# - The **main lobe** of a feature: begin at its strongest pixel. Take all pixels of the same sign
#   that hang together with it and are at least half as strong.
# - Its **length** and **width**: the sides of the rectangle that has the same second moments.
#   (The spread of the pixels along the long axis and across it. For a row of n pixels the
#   variance is (n² − 1)/12, so n = √(12 · variance + 1).)
# - Its **elongation**: length divided by width. 1 is a disc or a square, large is a strip.
#
# Thin against fat is then a question about the width, strip against blob one about elongation.

# %% measure every feature
shapes, shapes_fresh = experiment.shapes(learnt), experiment.shapes(control)
middle, middle_fresh = experiment.quartiles(shapes), experiment.quartiles(shapes_fresh)


def chances(measure, found=shapes):
    """For each gate: the chance that an output feature measures more than an input feature."""
    output = found["output future"][measure]
    inputs = {gate: found[f"input {gate}"][measure] for gate in "ifgo"}
    return {gate: experiment.chance_larger(output, values) for gate, values in inputs.items()}


wider, longer = chances("width"), chances("elongation")

# %% guess what differs
claims = [
    "Output features are wider, and rounder: both claims hold",
    "Output features are wider, but just as long-drawn",
    "Output features are rounder, but not wider",
    "Neither: the eye was led",
]
is_wider, is_rounder = min(wider.values()) > 0.6, max(longer.values()) < 0.4
Guess(
    f"The {experiment.LARGEST} largest of each kind are measured. What will come out?",
    claims,
    claims[(0 if is_rounder else 1) if is_wider else (2 if is_rounder else 3)],
    "Chance that an output feature has the larger width than an input feature, ½ if there is no "
    "difference: "
    + ", ".join(f"{gate} {chance:.2f}" for gate, chance in wider.items())
    + ". The same for the elongation: "
    + ", ".join(f"{gate} {chance:.2f}" for gate, chance in longer.items())
    + f". ({made}.)",
)


# %% widths
def draw(measure, words):
    """Medians of a measure, with half the distance between the quartiles as error bars."""
    groups = {"trained": middle, "untrained": middle_fresh}
    values = {k: [part[measure][1] for part in m.values()] for k, m in groups.items()}
    spans = {
        k: [(part[measure][2] - part[measure][0]) / 2 for part in m.values()]
        for k, m in groups.items()
    }
    numbers = ", ".join(f"{n} {v:.3g}" for n, v in zip(middle, values["trained"], strict=True))
    fresh_ones = f"{min(values['untrained']):.3g} to {max(values['untrained']):.3g}"
    text = (
        f"Median {words} of the main lobe: {numbers}; untrained {fresh_ones}. Bars: half the "
        f"distance between the quartiles of {experiment.LARGEST} units. ({made})"
    )
    return plots.bars(list(middle), values, spans, text=text, ylabel=words)


draw("width", "width, pixels")

# %% elongations
draw("elongation", "elongation")

# %% [markdown]
# **The control first.** The untrained network shows what the ruler says of noise: lobes of one or
# two pixels. And their elongation is *not* 1: two pixels side by side make a “strip” of 2. Without
# this control we would have taken an elongation of 2 for a finding in itself.
#
# **Then the claims.** “Thin” against “fatter” is a matter of the first picture, “strips” against
# “blobs” of the second. In the network that we measured while writing this, output features were
# plainly wider, and about as long-drawn as the input features: thin strips against *fat strips*,
# rather than against blobs. The numbers under the pictures say whether it is so in yours.
#
# The four gates differ, too. Which one has the widest input features?
#
# A critical reader asks at once: *does this hang on the rule?* Input features are noisier, and a
# noisy lobe breaks up into small pieces. So let us smooth all features first, and let us cut at
# other levels than one half.
#
# <!--
# "lobes of one or two pixels"
#     = 1 <= output("widths", "untrained") <= output("widths", "untrained", 2) < 2
# "their elongation is not 1" = output("elongations", "untrained") > 1.2
# "plainly wider" = min([output("guess what differs", "if there is no difference:", n)
#     for n in [1, 2, 3, 4]]) > 0.6
# "about as long-drawn as the input features"
#     = all(0.35 < output("guess what differs", "for the elongation:", n) < 0.65
#     for n in [1, 2, 3, 4])
# -->

# %% other rules
sizes = {}
for name, blur, level in (
    ("as above", 0, 0.5),
    ("smoothed", 1.5, 0.5),
    ("cut at 0.3", 0, 0.3),
    ("cut at 0.7", 0, 0.7),
):
    found = experiment.shapes(learnt, blur=blur, level=level)
    sizes[name] = {m: chances(m, found) for m in ("width", "elongation")}
    words = [f"{m} " + " ".join(f"{c:.2f}" for c in sizes[name][m].values()) for m in sizes[name]]
    print(f"{name:<11} chance that the output's is larger (i f g o):  {'   '.join(words)}")
spread = middle["output future"]["participation"][1], middle["input g"]["participation"][1]
print(f"share of the pixels that carry a feature: output {spread[0]:.2f}, input g {spread[1]:.2f}")

# %% [markdown]
# What holds under every rule is worth saying; what changes sides is not.
#
# And it is **one network**. The bars above say how units differ, not how networks do. So three
# more were trained from other first weights, on other clips, and measured in the same way.

# %% three more networks
stored = load_result("features")
groups = {
    f"{m}, {way}": np.array(
        [
            [network["trained"]["output_larger"][way][gate][m] for gate in "ifgo"]
            for network in stored["networks"]
        ]
    )  # (networks, gates)
    for m in ("width", "elongation")
    for way in ("as it is", "smoothed")
}
plots.bars(
    [f"than input {gate}" for gate in "ifgo"],
    {name: chance.mean(0).round(2) for name, chance in groups.items()},
    {name: chance.std(0, ddof=1) for name, chance in groups.items()},
    {"no difference": 0.5},
    "Chance that an output feature (future) measures more than an input feature, mean and "
    f"deviation over {len(stored['networks'])} networks: "
    + "; ".join(f"{n} {c.min():.2f} to {c.max():.2f}" for n, c in groups.items())
    + f". Stored results, {stored['scale']} scale, {stored['settings']['steps']} steps, "
    f"{stored['settings']['units']} units.",
    ylabel="chance",
)

# %% [markdown]
# Bars that stand on the line of ½, or on both sides of it, say: no difference that one could
# rely on.
#
# One more ruler, without lobes, stands in the last line of the table before. The *participation
# ratio* says what share of the pixels carries a feature: 1 if all do equally, nearly 0 if a
# single one does. Features with several lobes count with all of them. If it says “no difference”
# while the width of the main lobe differs, then output features are not *larger*. They are
# coarser: fewer and wider stripes on the same area.
#
# **Why should outputs be fatter?** Here is a reason, though not a proof. The decoder does not
# know exactly where the digit will be, and a blurred guess costs less than a sharp miss (lesson
# 05). The encoder *sees* the digit, and to tell one place from the next it pays to have sharp
# edges. If that is the reason, the decoder that recalls, and knows the places better, must draw
# finer features than the one that predicts. That can be checked.

# %% recalling against predicting
recalls, foresees = (shapes[f"output {name}"]["width"] for name in ("reconstruction", "future"))
print(f"Median width: recalling {np.median(recalls):.2f}, predicting {np.median(foresees):.2f}.")
chance = experiment.chance_larger(foresees, recalls)
print(f"Chance that predicting draws the wider one: {chance:.2f}")
for n, network in enumerate(stored["networks"], start=1):
    part = network["trained"]["shapes"]
    wide = {way: part[f"output {way}"]["width"][1] for way in ("reconstruction", "future")}
    print(
        f"stored network {n}: recalling {wide['reconstruction']:.2f}, predicting "
        f"{wide['future']:.2f}; future error {network['future']:.0f} nats per frame"
    )
its_own = model.card["metrics"]["embedded"]["future"]["cross_entropy"]
mean_image = stored["baselines"]["mean_image"]["cross_entropy"]
print(f"(mean image {mean_image:.0f}; the pretrained network on its own clips {its_own:.0f} nats)")

# %% [markdown]
# The stored networks learnt for a shorter time, and their errors are larger. So this is a second
# thing that time may decide: as long as recalling is blurred as well, it has no reason to draw
# finer. One network in which the guess came true is a hint, no more.
#
# ## 4. Watch the features grow
#
# Until now we used a network that was trained beforehand. Train your own: the next cell does so
# for less than a minute, and puts the ruler on all features now and then. (For everything above
# with your own network, put `model, settings = mine[-1].model, live` at the end of the first code
# cell, after this one has run.)
#
# <!--
# widths_of = "recalling against predicting"
# "the guess came true" = output(widths_of, "recalling") < output(widths_of, "predicting")
# "their errors are larger" = min([output(widths_of, network, 3)
#     for network in ["stored network 1:", "stored network 2:", "stored network 3:"]])
#     > output(widths_of, "on its own clips")
# -->

# %% train and measure
live = Settings.for_lesson(num_digits=2, steps=400, learning_rate=4e-3)
mine = experiment.train_with_snapshots(live, number=8)
steps = [look.step for look in mine]
mine_made = f"{live.scale} scale, {steps[-1]} steps"
widths = {
    name: [float(np.median(look.shapes[name]["width"])) for look in mine]
    for name in ("output future", "output reconstruction", "input o", "input g")
}
print(f"Your network: {mine_made}, {live.units} units.")

# %% widths against steps
plots.curves(
    {name: (steps, values) for name, values in widths.items()},
    {"one pixel": 1.0},
    "Median width of the main lobe while the network learns. "
    + "; ".join(
        f"{name}: {v[0]:.1f} at first, {v[-1]:.1f} at the end" for name, v in widths.items()
    )
    + f". ({mine_made})",
    ylabel="width, pixels",
)

# %% [markdown]
# Look for three things.
#
# - **Input features: coarse first, then fine.** In our runs they leave the noise within a few
#   dozen steps, as *wide* patches that say little but “somewhere over there”, and are then drawn
#   out thinner and thinner. Thin strips are what training arrives at, not where it begins.
# - **Recalling comes before predicting.** The output features of the decoder that recalls take
#   shape early. Those of the future decoder lag behind: after so short a time many of them are
#   still noise. Lesson 06 found the same order in the gradients.
# - **So section 3 needs a network that has learnt for long enough.** Put the ruler on a network of
#   this age and the future decoder's features come out hardly wider than the inputs `g`, and far
#   *thinner* than the inputs `o`. That is not a finding about features, but about time.
#
# ## 5. Where does a unit fire?
#
# Weights say what a unit *would* answer to. What does it do in a real clip? We show the network
# held-out clips, note h of every unit in every frame, and sort by where a digit was. The mean for
# each place is a map. (There are two digits, so each frame counts for two places.)
#
# Choose a unit, and compare where it fires in the decoder with what it draws. Then set the
# positions to one of the **controls**, and see what is left of the maps.
#
# <!--
# grown = "widths against steps"
# "Those of the future decoder lag behind" = output(grown, "output future:", 2)
#     < 0.5 * output(grown, "output reconstruction:", 2)
# "hardly wider than the inputs g" = output(grown, "output future:", 2)
#     < 1.2 * output(grown, "input g:", 2)
# "far thinner than the inputs o" = output(grown, "output future:", 2)
#     < 0.7 * output(grown, "input o:", 2)
# -->

# %% browse the units
UnitBrowser(model, settings)

# %% [markdown]
# The colours of a map are those of its true map, so a control that comes out grey has lost it.
#
# - **Frames of the clip mixed.** Each frame gets the position from another frame of its own clip.
#   What is left is what belongs to the clip as a whole, such as a digit that stays on one side.
# - **Of another clip.** Nothing can be left but chance.
#
# How much does the place matter, over all units? We take the part of a unit's variance that the
# place of a digit explains: 1 if the place decides all, 0 if it decides nothing. Now think of an
# **untrained** network. All its weights are noise.

# %% how much the place explains
fires = {
    name: place_tuning.explain(net, settings)
    for name, net in (("trained", model), ("untrained", fresh))
}
by_place = {name: fires[name]["encoder"]["none"] for name in fires}
ratio = by_place["untrained"] / by_place["trained"]
fates = [
    "Hardly anything: below a quarter of the trained one's",
    "Less, but a good deal",
    "As much",
]
Guess(
    f"In the trained encoder, the place of a digit explains {100 * by_place['trained']:.0f} % of "
    "the variance of the median unit. And in the untrained encoder?",
    fates,
    fates[0 if ratio < 0.25 else 1 if ratio < 0.8 else 2],
    f"{100 * by_place['untrained']:.0f} %. Any sum over the pixels of a frame depends on where "
    "the digit is, with random weights too. That a unit is tuned to a place is no sign of "
    "learning. In the decoder, which sees no frames, it is: there the untrained network has "
    f"{100 * fires['untrained']['future decoder']['none']:.0f} % and the trained one "
    f"{100 * fires['trained']['future decoder']['none']:.0f} %.",
)

# %% the place, with both controls
parts = ("encoder", "future decoder")
labels = [f"{part.split()[-1]}, {name}" for part in parts for name in fires]
ways = {"same frame": "none", "frames mixed": "time", "another clip": "film"}
values = {
    words: [100 * fires[name][part][way] for part in parts for name in fires]
    for words, way in ways.items()
}
plots.bars(
    labels,
    values,
    text="How much of the variance of the median unit the place of a digit explains, in %: "
    + "; ".join(
        f"{label} " + ", ".join(f"{words} {v[n]:.1f}" for words, v in values.items())
        for n, label in enumerate(labels)
    )
    + f". {films} held-out clips ({made}).",
    ylabel="explained, %",
)

# %% [markdown]
# Read the bars in pairs.
#
# - **The encoder.** A map of a unit's activity looks like a discovery. It is not one as long as
#   the untrained network has it as well. Many a picture of “place cells” in a network would not
#   outlive this control.
# - **The decoder.** It sees nothing. All it has is the copied state, and it must roll that state
#   forward by itself. With random weights the state fades within a few steps, and nothing is left
#   to be tuned. That the trained decoder is tuned to the *true* places of the digits to come is
#   something it learnt.
#
# ## 6. Do units fire where they draw?
#
# For a decoder there is a sharper question. Unit u has a map of where it fires. It also has an
# output feature: take the mean of that under the square of a digit, for each place, and you have
# a map of where it *draws*. One was made from activity, the other from weights alone. Nothing in
# the way we made them says that they should agree.
#
# <!--
# place = "the place, with both controls"
# "the untrained network has it as well" = output(place, "encoder, untrained same frame")
#     > 0.8 * output(place, "encoder, trained same frame")
# "nothing is left to be tuned" = output(place, "decoder, untrained same frame") < 3
# "tuned to the true places" = output(place, "decoder, trained same frame") > 10
# -->

# %% fires against draws
match = {name: fires[name]["agreement"] for name in fires}
own = match["trained"]["own"]
answers = ["Hardly: a correlation below 0.3", "Somewhat: from 0.3 to 0.7", "Closely: above 0.7"]
Guess(
    "How closely do the two maps of the median unit of the trained decoder agree?",
    answers,
    answers[0 if own < 0.3 else 1 if own <= 0.7 else 2],
    f"The median correlation is {own:+.2f}. With another unit's drawing it is "
    f"{match['trained']['another']:+.2f}, and in the untrained network "
    f"{match['untrained']['own']:+.2f}. In the stored networks it is "
    + ", ".join(
        f"{net['trained']['firing']['agreement']['own']:+.2f}" for net in stored["networks"]
    )
    + ".",
)

# %% [markdown]
# So a unit of the decoder fires when a digit is where the unit draws, and is silent, or negative,
# when it is not. Nobody told it to have a place.
#
# Mind what this does not say. It does not say that a unit *stands for* a place. The place explains
# only a part of its variance, as you saw; the rest is which digit it is, where the *other* digit
# is, and how both move. So let us ask the other way round: how many units make a frame?
#
# <!--
# "where the unit draws" = output("fires against draws", "The median correlation is") > 0.7
# "only a part of its variance"
#     = output("the place, with both controls", "decoder, trained same frame") < 50
# -->

# %% put a frame together
FrameBuilder(model, settings)

# %% [markdown]
# Move the number of units up from 0. Those that change the frame most come first; all others say
# what they say on average. If there were a unit for each place, a handful would do. Find the
# number at which the digit is at its place, and the number at which it has its shape. Try other
# clips.
#
# This is why the title asks about *single* units with some caution. A feature of one unit is a
# fair picture of one column of a matrix. What the network knows is in how hundreds of them are
# added.
#
# ## 7. What the paper found, and what we find
#
# - **Network.** The paper: 64×64 pixels, 2 layers of 2048 units. Here: the line under the first
#   picture.
# - **Input features.** The paper: thin strips. Here: thin strips, at the end of training.
# - **Output features.** The paper: fatter blobs. Here: wider under every rule that we tried; but
#   whether they are rounder depends on the rule (section 3).
# - **How it was shown.** The paper: pictures of 200 units. Here: 200 of each kind, a ruler, and an
#   untrained network.
# - **Where units fire.** The paper does not say. Here: units are tuned to places, but so are those
#   of an untrained encoder; not so in a decoder.
#
# Differences that may matter: our digits are smaller in pixels, and so a stroke is hardly two
# pixels wide. There is a limit to how thin a strip can be. Our network has fewer units and was
# trained for a much shorter time.
#
# ## What to try next
#
# 1. *Five minutes.* In the unit browser, count from the largest `input g` instead. Are units with
#    strong input features also strong in what they draw? Correlate the norms over all units.
# 2. *Ten minutes.* Train with one digit (`num_digits=1` in section 4) and look at the features
#    with `ContactSheet`. Do the strips get longer when no second digit can be in the way?
# 3. *Ten minutes.* In section 5, take the places of frames one, two, three steps *later*: give
#    `place_tuning.tune` the positions rolled along time. Is the encoder tuned to where a digit is,
#    or to where it will be?
# 4. *For the fast.* Strips are said to be good for motion. Take two frames, x and the next, and
#    ask of each unit how much g changes when a digit moves across the strip and when it moves
#    along it. Does the elongation of a feature foretell the ratio?
#
# ## In one breath
#
# A unit's input weights and its output weights are pictures, and they look like strips. With a
# ruler, a rule fixed beforehand and an untrained network as control, “fatter” holds up better
# than “blobs” does. Units of an encoder are tuned to places even when untrained, those of a
# decoder only after learning, and there they fire where they draw; but a frame is the sum of very
# many of them.
#
# Next: [11 · Natural patches](11_natural_patches.ipynb), where the frames are no longer black.
#
# <!--
# rules = "other rules"
# "200 of each kind" = output("contact sheet", "the")
# "wider under every rule that we tried" = min([output(rules, rule, n)
#     for rule in ["as above", "smoothed", "cut at 0.3", "cut at 0.7"] for n in [1, 2, 3, 4]]) > 0.5
# "depends on the rule" = mean([output(rules, "cut at 0.3", n) for n in [5, 6, 7, 8]]) < 0.5
#     < mean([output(rules, "cut at 0.7", n) for n in [5, 6, 7, 8]]) - 0.05
# -->
