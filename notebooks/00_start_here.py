# %% [markdown]
# # 00 · Start here
#
# After this lesson your sliders work, you know the map and the words of the lab, and you have
# watched a network begin to understand motion.
#
# **Objectives**
#
# - **Draw** something, and **see** what two networks make of it.
# - **Predict** a frame of a clip yourself, as the networks will have to.
# - **Check** that widgets work on your machine.
# - **Train** a recurrent network, and **say** what it learns first.
# - **Find** your way: twenty lessons, and the words they use.
#
# **Time** 15 minutes to read, 1 minute of computing.
#
# **References** Srivastava, Mansimov and Salakhutdinov, *Unsupervised Learning of Video
# Representations using LSTMs*, ICML 2015, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681):
# section 1 (why learn from watching) and section 2 (the models).
#
# ## The question
#
# **Can a network that only watches learn how things move?**
#
# Nobody tells it what a digit is. It gets no labels, no laws of motion and no reward. It sees the
# first frames of a clip and has to say what comes next. To do that well it must find out *where*
# things are, *how* they move and *what* they look like. Whether it does is what you will test.
#
# In JupyterLab, choose Run → Run All Cells: after some seconds the dark square below is yours,
# while later cells still work. What stands below the cells already was made when the lesson was
# built; running makes it yours. (Shift+Enter runs a single cell.) The [map](#The-map) and the
# [words](#The-words) of the lab are further down.
#
# ## Draw something
#
# Draw in the dark square: a digit, a letter, a face, a star. It flies through a box and bounces
# off its walls. Two networks see the first ten frames of that, and then say how it goes on.

# %% draw your own
from lstm_video_lab.widgets import DrawYourOwn

DrawYourOwn()

# %% [markdown]
# **What do they keep of your drawing: its place, its direction, its shape?** Neither has ever seen
# anything but handwritten digits. (In the stored picture a star was drawn.)
# What the two are, you learn in this lesson and in [07](07_convlstm.ipynb); how far they can be led
# astray, in [08](08_one_and_three_digits.ipynb).

# %% setup tags=["hide-input"]
from lstm_video_lab import Settings, VideoModel, evaluate, evaluation, plots, predict, training
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.start_here import figures, guesses
from lstm_video_lab.widgets import FilmPlayer, Guess, SelfTest, TimeLapse, TrainingStudio

settings = Settings.for_scale()
print(
    f"{settings.scale} scale: {settings.frames_in} frames are seen, {settings.frames_out} are to "
    f"come, each of {settings.image_size}×{settings.image_size} pixels"
)

# %% a clip tags=["hide-input"]
clip = evaluation.heldout_data(settings).batch(56, 1)[:, 0]  # clip 56: uint8 (T, H, W)
seen, future = clip.tensor_split([settings.frames_in])
ahead = (len(future) + 1) // 2  # as many frames after the last one seen
plots.frames(
    {"seen": seen},
    f"Clip 56: a handwritten digit in a dark box, {len(seen)} frames. It keeps its speed, and it "
    "bounces off the walls.",
)

# %% [markdown]
# ## Your turn first
#
# You have just seen all that the network sees. Now do its work: here are three pictures.

# %% candidates tags=["hide-input"]
figures.draw_candidates(clip, len(seen), ahead)

# %% [markdown]
# **Which of the three is the frame that comes a few frames after the last one?**

# %% your turn
Guess(guesses.WHICH_FRAME, clip, len(seen), ahead)

# %% [markdown]
# How did you know? One frame would not have been enough. You took the *place* from the last frame,
# the *direction and speed* from several, and you kept the *shape* in mind. A network that answers
# well must carry the same three things from frame to frame. What carries them is a **recurrent**
# network, here an LSTM: it reads one frame at a time and updates a memory.
#
# ## Do your widgets work?

# %% self-test
SelfTest()

# %% [markdown]
# **If no slider appears**, or moving it changes nothing:
#
# 1. Run the cell again. A widget lives only as long as its kernel, the Python behind the page.
# 2. Stop every other JupyterLab, and start this one with `lstm-video-lab open` from the
#    environment in which you installed the lab. Choose the kernel "Python 3 (ipykernel)".
# 3. The page `docs/troubleshooting.md` of the lab has the rest.
#
# On GitHub and in other readers there are pictures only. All lessons can be read that way too.
#
# ## One minute of live learning
#
# The network that you are about to train reads the frames that are seen. Then it says, pixel by
# pixel, how likely it is that the pixel will be white in each frame to come.
#
# How good is that? A pixel costs the more, the more surprising it is for the network. The sum over
# a frame is its **loss**; lower is better. One line puts it in its place: the **mean image**, which
# always answers with the average of all frames, a grey fog, whatever the clip. A network that is
# not better than that has learnt nothing of *this* clip.

# %% before training tags=["nbval-check-output", "hide-input"]
untrained = evaluate(VideoModel(**settings.model_fields()), settings, 50)
levels = untrained["baselines"]
is_worse = untrained["future"]["cross_entropy"] > levels["mean_image"]["cross_entropy"]
print("Before any training the network is worse than the mean image:", is_worse)

# %% [markdown]
# **The network starts from nothing. What is the first thing that its predictions will show?**

# %% guess what is learnt first
Guess(guesses.WHAT_FIRST)

# %% [markdown]
# Now press **Train**. You can pause, stop and go on at any time. While it trains, the notebook
# stays free: read on, and come back. The loss is counted in **nats per frame**: −ln of the
# probability given to each pixel, summed over a frame. Two more dashed lines are there: the *mean
# digit*, explained below, and the *entropy bound*, under which nobody gets (lesson 03).
# (In a stored notebook the picture comes from a run at *smoke* scale: a few steps, which teach next
# to nothing. The picture after it shows a longer run.)
# (The line on top of it names the settings; lessons 01 to 06 explain them, one by one.)
#
# <!-- "at smoke scale" = printed("training studio", "smoke scale") -->

# %% training studio
TrainingStudio()

# %% [markdown]
# If you have trained: did you see the fog, and then the spot? (The stored picture ends at step 20,
# before there is a spot. Look at the star once more. Both networks know where it goes. The FC-LSTM
# makes a round spot of it at once; the ConvLSTM keeps its points for a few frames.) In case you
# cannot train now, here is the same kind of run, with the prediction for one clip kept at four
# moments. It is a short run; patience gives better ones.
#
# <!-- 20 = output("training studio", "Done: step") -->

# %% snapshots tags=["hide-input"]
past = seen[:, None]  # (T, 1, H, W)
shots, moments = {"truth": future}, [0.02, 0.2, 0.5]


def keep(progress):
    kept = len(shots) - 1  # beside the truth
    if kept < len(moments) and progress.fraction >= moments[kept]:
        shots[f"at {progress.step}"] = predict(progress.model, past, len(future)).future[:, 0]


settings = Settings.for_lesson(steps=1000)
run = training.learn(settings, "composite", on_step=keep)
shots[f"at {run.curve['step'][-1]}"] = predict(run.model, past, len(future)).future[:, 0]

# %% what was learnt tags=["hide-input"]
made = f"after {run.seconds:.0f} s, {settings.scale} scale"
figures.draw_moments(shots, run.curve["future"][-1], levels, made, len(seen) + 1)

# %% the clip, played tags=["hide-input"]
FilmPlayer(
    {"truth": clip, "predicted": shots[f"at {run.curve['step'][-1]}"]},
    f"Clip 56: frames 1 to {len(seen)} are seen; from frame {len(seen) + 1} on, what the network "
    "predicted runs beside the truth.",
    seen=len(seen),
)

# %% [markdown]
# A spot goes where the digit goes, and no digit can be read in it. The numbers say the same. Put
# the average of *all digits* where the true digit is: **place known, shape not**. That is the
# **mean digit**, the last number of the line below the picture. The network has left the fog, and
# is still above the mean digit: it does not know the place that well, and of the shape next to
# nothing. You will meet both lines again in every lesson in which one digit moves, now and then a
# little higher or lower: it depends on the clips that are counted.
#
# Be strict with this picture, too. It is one clip, and a short run. That is why every lesson puts
# baselines beside each result, and measures on many held-out clips: clips made of digits that were
# never trained on.
#
# <!--
# learnt = "what was learnt"
# "has left the fog" = output(learnt, "its last step:") < 0.7 * output(learnt, "Mean image:")
# "still above the mean digit" = output(learnt, "its last step:") > output(learnt, "true place:")
# -->
#
# ## What patience buys
#
# Is a spot all that there is to learn? Here are two networks that were given more time, and a
# harder task: two digits, in frames of 64×64 pixels, the size of the paper. One, the **FC-LSTM**
# (*fully connected*: every unit reads every pixel), is of the kind that you have trained; the
# other, a **ConvLSTM**, is built for pictures (lesson 07). Both began with nothing. At some moments
# of their training the same clip was put before them, and what they predicted was kept.
#
# **Half of all training steps are done. How much of the whole fall of the error is done by then?**

# %% guess half-time
lapse = load_result("time_lapse")
Guess(guesses.HALF_TIME, lapse)

# %% [markdown]
# Now move the slider from left to right. Each moment has about six tenths more steps behind it than
# the one before: that is why nearly all of the training lies in the last few moments.
#
# <!--
# fc = time_lapse.models["FC-LSTM"].step
# conv = time_lapse.models.ConvLSTM.step
# "six tenths more" = 1.55 < fc[18] / fc[17] < 1.65 and 1.55 < conv[18] / conv[17] < 1.65
# -->

# %% time-lapse
TimeLapse(lapse)

# %% [markdown]
# **What is seen.** A fog comes first, the same for every clip. (The slider has it; the stored
# picture begins later.) Then there is a spot where the two digits are. The ConvLSTM answers two
# digits with *one* spot for a long time: only at its last moment, step 4,000, does it part, a
# little after the digits themselves do. The FC-LSTM goes no straight way. At step 535 it gives two
# faint clouds in the last frames, at step 2,282 mostly one, with a faint dip in frames 18 to 20, at
# step 3,700 two with a dark gap.
#
# And the numbers? From step 2,282 to 3,700 the error of the FC-LSTM fell from 406 to 380 nats: a
# twentieth of its whole fall. Nothing in the curve says that a spot parted there, nor that two
# faint ones had come and nearly gone before. So look at pictures as well as at curves.
#
# Be strict here, too. It is one run of each, and one clip. In neither last row could you say which
# digits they are, and a perfect prediction would cost 79 nats. The two that went on with *your*
# drawing have learnt for many times as long.
#
# <!--
# fc = time_lapse.models["FC-LSTM"]
# "for many times as long" = card("fc-two-digits").total_steps > 5 * fc.step[-1]
#     and card("convlstm-two-digits").total_steps > 5 * time_lapse.models.ConvLSTM.step[-1]
# 535 = fc.step[14]
# 2,282 = fc.step[17]
# 3,700 = fc.step[18]
# "step 4,000" = time_lapse.models.ConvLSTM.step[19]
# "406 to 380" = [fc.future[17], fc.future[18]]
# "a twentieth of its whole fall" = 0.045 < (fc.future[17] - fc.future[18])
#     / (fc.future[0] - fc.future[-1]) < 0.055
# "79 nats" = time_lapse.baselines.entropy_bound.cross_entropy
# -->
#
# ## The map
#
# | lesson | its question |
# | --- | --- |
# | **00 start here** | Can a network that only watches learn how things move? |
# | [01 recurrence and memory](01_recurrence_and_memory.ipynb) | Why is it hard to remember? |
# | [02 the LSTM cell](02_lstm_cell.ipynb) | How does a cell keep something, and let go? |
# | [03 bouncing digits](03_bouncing_digits.ipynb) | What is seen, and what scores nothing at all? |
# | [04 the autoencoder](04_autoencoder.ipynb) | Can a clip be packed into one state? |
# | [05 the future predictor](05_future_predictor.ipynb) | Should a decoder see its last frame? |
# | [06 the composite](06_composite.ipynb) | Two tasks, two losses: how do they reach one encoder? |
# | [06b overlaps and bounces](06b_overlaps_and_bounces.ipynb) | Is what a picture shows so? |
# | [06c table 2](06c_table2.ipynb) | What must stand beside a figure in a table? |
# | [07 the ConvLSTM](07_convlstm.ipynb) | Is it worth knowing that a picture has neighbours? |
# | [08 one and three digits](08_one_and_three_digits.ipynb) | What does it make of the unseen? |
# | [09 long rollouts](09_long_rollouts.ipynb) | What goes on after a hundred frames? |
# | [10 features](10_features.ipynb) | What does a single unit look at? |
# | [11 natural patches](11_natural_patches.ipynb) | Does it work on pictures of real things? |
# | [12 percepts and actions](12_percepts_and_actions.ipynb) | Does it help where labels are few? |
# | [13 temporal models](13_temporal_models.ipynb) | Does a model look at motion, or at frames? |
# | [14 the video ladder](14_video_ladder.ipynb) | What if every resolution remembers by itself? |
# | [14b a report, tested](14b_ladder_claims.ipynb) | Which claims hold in a small world? |
# | [15 video to text](15_video_to_text.ipynb) | Can it say in a sentence what it saw? |
# | [16 pixel by pixel](16_pixel_by_pixel.ipynb) | How likely is an image, exactly? |
#
# Go in order, or go straight to 06 if you know LSTMs and come back when a word is new. 01 to 12
# follow one paper; 13 to 16 are other answers to its questions, and can be read in any order.
#
# **What you should know**
#
# - Python, and arrays with several axes: [NumPy for
#   beginners](https://numpy.org/doc/stable/user/absolute_beginners.html).
# - What a neural network, a loss and a gradient are: [PyTorch's
#   basics](https://docs.pytorch.org/tutorials/beginner/basics/intro.html), or chapters 1 and 2 of
#   Nielsen's free book [Neural Networks and Deep
#   Learning](http://neuralnetworksanddeeplearning.com).
# - You do *not* need to know LSTMs, video, or much of probability.
#
# **How a lesson works: guess, move, see, why.** It asks a question. You *guess* before you look,
# because a wrong guess is what you will remember. You *move* a slider. You *see* a picture, with a
# line of words that says what is in it. Then comes the *why*, and the next question.
#
# **Three scales.** The same code runs at three sizes: `smoke` (seconds, for tests; it learns next
# to nothing), `laptop` (minutes on two cores, what you use), `paper` (one GPU, the sizes of the
# paper). The environment variable `LAB_SCALE`, set before JupyterLab starts, chooses one for all
# lessons, and every figure says which it was made at.
#
# ## The words
#
# Come back here whenever a word is new.
#
# | word | meaning here |
# | --- | --- |
# | frame | one picture of a clip, a grid of pixels from 0 (black) to 1 (white) |
# | unit | one number of a recurrent layer's memory, with the weights that update it |
# | layer | many units that read the same input; layers can be stacked, each reading the one below |
# | gate | a number from 0 to 1, computed anew at each step, that says how much passes |
# | cell state | the LSTM's memory c, changed only by forgetting a part and adding a part |
# | hidden state | what a layer shows of its memory, h: the cell state squashed and gated |
# | peephole | a weight that lets a gate see the cell state itself |
# | FC-LSTM | an LSTM that is *fully connected*: every unit reads every pixel |
# | ConvLSTM | an LSTM whose units lie on a map and look at their neighbours only |
# | encoder | the network that reads the frames; its last state is all that is kept of them |
# | decoder | the network that starts from the encoder's state and gives frames, one at a time |
# | autoencoder | an encoder and a decoder that gives the input back, here in reverse order |
# | future predictor | an encoder and a decoder that gives the frames after the input |
# | composite | one encoder with both decoders, whose losses are added |
# | conditional decoder | a decoder that, at each step, is also shown a frame: the one before |
# | teacher forcing | training a conditional decoder with the true frame before, not its own |
# | free running | a conditional decoder is shown what it gave itself, as it must be in use |
# | rollout | a long run of predictions, far past the number of frames trained for |
# | percept | what an image network makes of a frame, used as input in place of its pixels |
# | representation | the encoder's state, seen as a summary of the clip |
# | held out | never used in training; here clips made of other digits |
# | baseline | a score that needs no learning, to compare a model with |
# | logit | the number before the squashing that makes it a probability |
# | nats per frame | the loss: −ln of the probability given to each pixel, summed over a frame |
# | squared error per frame | (prediction − pixel)², summed over the pixels of a frame |
# | entropy bound | the least nats per frame that any prediction can have |
# | mean image | the average of all training frames, given whatever the clip |
# | mean digit | the average of all digits at the true place: place known, shape not |
# | copy-last | the last frame seen, given again and again |
#
# ## What to try next
#
# 1. In the studio, press Reset, choose 64 units, and train again for as long. The table below it
#    compares your runs. Is a spot in the right place still learnt?
# 2. Choose 2 digits. Does one spot appear, or do two?
# 3. For the fast: choose the ConvLSTM. It is slower per step. Which one is ahead after the same
#    *seconds*, and which after the same *steps*?
#
# ## In one breath
#
# To predict the next frames of a clip, one must carry place, motion and shape from frame to frame.
# A recurrent network learns to, from clips alone, and the place comes before the shape. What it has
# learnt is only as good as its distance from the baselines.
#
# Next: [01, recurrence and memory](01_recurrence_and_memory.ipynb), or, if you want to see the
# clips first, [03, bouncing digits](03_bouncing_digits.ipynb).
