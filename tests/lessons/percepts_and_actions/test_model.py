"""The classifier: whose weights it starts from, how answers are pooled, blocks, and learning."""

import numpy as np
import pytest
import torch

from lstm_video_lab import LSTM, VideoModel
from lstm_video_lab.lessons.percepts_and_actions.model import (
    WAYS,
    LSTMClassifier,
    blocks,
    classify,
    pool,
    train_classifier,
)

GENERATOR = torch.Generator().manual_seed(0)
CLIPS = torch.randn(10, 6, 2, 8, 8, generator=GENERATOR)  # (T, B, C, G, G)


def test_it_starts_from_the_encoder_of_a_video_model():
    model = VideoModel(image_size=8, channels=2, units=5, layers=2, output="linear", seed=3)
    new = LSTMClassifier(128, 4, 5, seed=1)
    head = new.head.weight.clone()
    started = new.start_from(model.encoder)
    assert started is new and torch.equal(new.head.weight, head)
    h = model.encode(CLIPS)[-1][0]  # of the top layer, after the last frame
    torch.testing.assert_close(new(CLIPS)[-1], new.head(h))
    with torch.no_grad():
        new.encoder.weight_hh_l0.zero_()
    assert model.encoder.weight_hh_l0.abs().sum() > 0  # a copy, not the same


@pytest.mark.parametrize("encoder", [LSTM(128, 6, 2), LSTM(64, 5, 2), LSTM(128, 5, 1),
                                     LSTM(128, 5, 2, peepholes=False)])  # fmt: skip
def test_an_encoder_of_other_sizes_is_refused_in_one_line(encoder):
    with pytest.raises(ValueError, match="make them equal") as caught:
        LSTMClassifier(128, 4, 5).start_from(encoder)
    assert "\n" not in str(caught.value)


def test_its_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    first = LSTMClassifier(4, 3, 5, seed=2)
    torch.manual_seed(6)
    second, other = LSTMClassifier(4, 3, 5, seed=2), LSTMClassifier(4, 3, 5, seed=3)
    assert torch.equal(first.encoder.weight_ih_l0, second.encoder.weight_ih_l0)
    assert not torch.equal(first.encoder.weight_ih_l0, other.encoder.weight_ih_l0)


def test_pooling_by_hand():
    logits = torch.log(torch.tensor([[[0.7, 0.2, 0.1]], [[0.1, 0.6, 0.3]]]))  # two steps, one clip
    expected = {
        "mean": [0.4, 0.4, 0.2],
        "last": [0.1, 0.6, 0.3],
        "max": np.array([0.7, 0.6, 0.3]) / 1.6,
    }
    for way in WAYS:
        np.testing.assert_allclose(pool(logits, way)[0].numpy(), expected[way], rtol=1e-5)
    with pytest.raises(ValueError, match="way='median'"):
        pool(logits, "median")


def test_the_mean_of_probabilities_is_not_that_of_logits():
    logits = torch.tensor([[[9.0, 0.0]], [[-1.0, 0.0]], [[-1.0, 0.0]], [[-1.0, 0.0]]])
    assert logits.mean(0).argmax() == 0 and pool(logits)[0].argmax() == 1


def test_blocks_are_slices():
    cut = blocks(CLIPS, 4, 3)
    starts = range(0, 10 - 4 + 1, 3)
    assert cut.shape == (4, len(starts), *CLIPS.shape[1:])
    for n, start in enumerate(starts):
        assert torch.equal(cut[:, n], CLIPS[start : start + 4])
    with pytest.raises(ValueError, match="clips of 10 frames have no block of 16"):
        blocks(CLIPS)


def test_a_clip_is_the_mean_of_its_blocks():
    model = LSTMClassifier(128, 4, 5, dropout=0.5)
    answers = classify(model, CLIPS, 4, 3)
    for way in WAYS:
        each = [pool(model(CLIPS[s : s + 4]), way) for s in (0, 3, 6)]
        torch.testing.assert_close(answers[way], torch.stack(each).mean(0))
        torch.testing.assert_close(answers[way].sum(1), torch.ones(6))


def test_dropout_acts_between_layers_only():
    """With one unit dropped or not at each place, the first layer is the same in both modes."""
    model = LSTMClassifier(128, 4, 5, dropout=0.5)
    outputs = []
    for training in (True, False):
        model.train(training)
        outputs.append(model.encoder.unroll(CLIPS.flatten(2), generator=GENERATOR)[0])
    torch.testing.assert_close(outputs[0][0], outputs[1][0])
    assert not torch.allclose(outputs[0][1], outputs[1][1])


def task(seed):
    """Which way a spot goes can't be seen in one frame: (6, 40, 1, 8, 8) and labels."""
    draw = torch.Generator().manual_seed(seed)
    labels = torch.arange(40) % 2
    clips = torch.zeros(6, 40, 1, 8, 8)
    for n, label in enumerate(labels.tolist()):
        first = torch.randint(8, (1,), generator=draw).item()
        for t in range(6):
            clips[t, n, 0, 3, (first + (1 if label else -1) * t) % 8] = 1
    return clips, labels


def test_it_learns_which_way_a_spot_goes_the_same_each_time():
    (clips, labels), (test, truth) = task(0), task(1)
    runs = []
    for _ in range(2):
        model = LSTMClassifier(64, 2, 16, dropout=0.1)
        cut = {"length": 4, "stride": 2}
        losses = train_classifier(model, clips, labels, 120, 2e-2, seed=1, **cut)
        runs.append((losses, classify(model, test, **cut)["mean"]))
    assert runs[0][0] == runs[1][0] and torch.equal(runs[0][1], runs[1][1])
    assert runs[0][0][0] == pytest.approx(np.log(2), abs=0.1)
    assert (runs[0][1].argmax(1) == truth).float().mean() > 0.9
    alone = LSTMClassifier(64, 2, 16)
    train_classifier(alone, clips, labels, 120, 2e-2, length=1, stride=1)
    guessed = classify(alone, test, 1, 1)["mean"].argmax(1)
    assert (guessed == truth).float().mean() < 0.75  # single frames don't say


def test_an_encoder_moves_by_its_share_and_with_none_it_stays_as_it_is():
    clips, labels = task(0)
    moved = []
    for share in (0.0, 0.1, 1.0):
        model = LSTMClassifier(64, 2, 5)
        before = [p.clone() for p in model.encoder.parameters()]
        head = model.head.weight.clone()
        train_classifier(model, clips, labels, 5, 1e-2, share=share, length=4, stride=2)
        pairs = zip(before, model.encoder.parameters(), strict=True)
        moved.append(max((a - b).abs().max().item() for a, b in pairs))
        assert not torch.equal(head, model.head.weight)
    assert moved[0] == 0 < moved[1] < 0.5 * moved[2]
