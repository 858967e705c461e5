"""S2VT: what flows where, where there is a loss, and that beam search finds the best there is."""

from itertools import product

import pytest
import torch
from torch.nn import functional as F

from lstm_video_lab.lessons.video_to_text.model import (
    Captioner,
    Mixture,
    caption_loss,
    generate,
    tokenise,
    word_scores,
)

WORDS = (".", "a", "b", "c")
SAID = ["a b c", "c", "b b"]


def captioner(seed: int = 0, words=WORDS, sharp: float = 1.0) -> Captioner:
    """A small one; `sharp` makes its answers differ more from clip to clip."""
    model = Captioner(words, inputs=5, units=6, embedding=4, seed=seed).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(sharp)
    return model


def percepts(count: int = 3, T: int = 4, seed: int = 0) -> torch.Tensor:
    return torch.randn(T, count, 5, generator=torch.Generator().manual_seed(seed))


def test_it_is_two_stacked_lstms_over_frames_then_zeros_and_padding_then_words():
    # The plain form: both LSTMs run once over T + L steps, step by step with their cells.
    model, seen = captioner(1), percepts()
    inputs, _ = tokenise(SAID, WORDS)
    T, L, B = len(seen), len(inputs), len(SAID)
    frames = torch.cat((model.embed_frames(seen), torch.zeros(L, B, 4)))
    words = torch.cat((torch.zeros(T, B, 4), model.embed_words(inputs)))
    lower, upper = model.first.cell(0), model.second.cell(0)
    first = second = (torch.zeros(B, 6), torch.zeros(B, 6))
    expected = []
    for t in range(T + L):
        first = lower(frames[t], first)
        second = upper(torch.cat((first[0], words[t]), 1), second)
        expected.append(second[0] @ model.head.weight.T + model.head.bias)
    torch.testing.assert_close(model(seen, inputs), torch.stack(expected[T:]))


def test_sentences_are_numbered_with_a_full_stop_before_and_behind():
    inputs, targets = tokenise(SAID, WORDS)
    assert inputs.T.tolist() == [[0, 1, 2, 3], [0, 3, 0, 0], [0, 2, 2, 0]]
    assert targets.T.tolist() == [[1, 2, 3, 0], [3, 0, -100, -100], [2, 2, 0, -100]]
    with pytest.raises(ValueError, match=r"\['d'\] are not in the vocabulary") as caught:
        tokenise(["a d"], WORDS)
    assert "\n" not in str(caught.value)


def test_the_loss_is_that_of_the_words_alone():
    model, seen = captioner(2, sharp=3.0), percepts()
    scores = word_scores(model, seen, SAID)
    for b, caption in enumerate(SAID):  # one clip at a time, one word at a time
        numbers = [0, *(WORDS.index(word) for word in caption.split()), 0]
        total = 0.0
        for k in range(1, len(numbers)):
            logits = model(seen[:, b : b + 1], torch.tensor(numbers[:k])[:, None])
            expected = logits[-1, 0].log_softmax(0)[numbers[k]]
            torch.testing.assert_close(scores[k - 1, b], expected)
            total += expected.item()
        assert (scores[len(numbers) - 1 :, b] == 0).all(), "nothing behind the end counts"
        assert scores[:, b].sum().item() == pytest.approx(total, abs=1e-5)
    assert caption_loss(model, seen, SAID).item() == pytest.approx(-scores.sum().item() / 3)


def test_no_word_is_asked_for_while_reading_and_no_frame_is_seen_while_writing():
    model, seen = captioner(3), percepts().requires_grad_()
    inputs, targets = tokenise(SAID, WORDS)
    embedded = []
    model.embed_words.register_forward_hook(lambda *args: embedded.append(args[2].shape[0]))
    given = []
    model.embed_frames.register_forward_hook(lambda *args: given.append(args[2].shape[0]))
    logits = model(seen, inputs)
    assert embedded == [len(inputs)] and given == [len(seen)]
    assert len(logits) == len(inputs)  # no logits for steps of reading, so no loss there
    # A longer sentence in the batch adds padding behind a shorter one, which changes nothing.
    alone = word_scores(model, seen[:, 1:2], SAID[1:2])
    torch.testing.assert_close(alone[:, 0], word_scores(model, seen, SAID)[: len(alone), 1])
    F.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
    assert (seen.grad.abs().sum((0, 2)) > 0).all() and (seen.grad.abs().sum((1, 2)) > 0).all()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.abs().sum() > 0, name


def test_percepts_are_scaled_by_those_it_was_standardised_with():
    model, seen = captioner(4), percepts(50)
    scaled = seen * torch.tensor([1.0, 2.0, 3.0, 0.5, 4.0]) + 3
    model.standardise(scaled)
    shown = []
    model.embed_frames.register_forward_hook(lambda *args: shown.append(args[1][0]))
    model.encode(scaled)
    torch.testing.assert_close(shown[0].mean((0, 1)), torch.zeros(5), atol=1e-5, rtol=0)
    torch.testing.assert_close(shown[0].std((0, 1)), torch.ones(5))
    flat = torch.cat((seen[..., :4], torch.full((4, 50, 1), 2.0)), -1)
    model.standardise(flat)  # a percept that never changes is not blown up
    assert model.spread.min() > 0.01
    again = captioner(9)
    again.load_state_dict(model.state_dict())
    assert torch.equal(again.mean, model.mean)  # it is stored with the weights


def every_sentence(longest: int):
    """All sentences: those that end, and those that are cut off after `longest` words."""
    for length in range(longest + 1):
        for words in product(WORDS[1:], repeat=length):
            if length < longest:
                yield words, True
            else:
                yield words, False


def brute_force(model, seen, longest: int, normalise: float):
    """The best sentence of all for one clip (T, 1, X), and its log p."""
    every = list(every_sentence(longest))
    said = [" ".join(words) for words, _ in every]
    scores = word_scores(model, seen.expand(-1, len(said), -1), said)  # (L, all sentences)
    best = None
    for n, (words, ends) in enumerate(every):
        score = scores[: len(words) + ends, n].sum()
        rank = score / (len(words) + ends) ** normalise
        if best is None or rank > best[0]:
            best = (rank, said[n], score.item())
    return best[1:]


@pytest.mark.parametrize("normalise", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_the_best_of_all_sentences(seed, normalise):
    longest = 4
    model, seen = captioner(seed, sharp=2.5), percepts(4, seed=seed)
    said, score = generate(model, seen, width=len(WORDS) ** longest, normalise=normalise,
                        longest=longest)  # fmt: skip
    for b in range(4):
        words, expected = brute_force(model, seen[:, b : b + 1], longest, normalise)
        assert said[b] == words
        assert score[b].item() == pytest.approx(expected, abs=1e-4)


def greedy(model, seen, longest: int) -> tuple[str, float]:
    """The likeliest word, again and again, by whole runs of the model."""
    numbers, total = [0], 0.0
    while len(numbers) <= longest:
        log_p = model(seen, torch.tensor(numbers)[:, None])[-1, 0].log_softmax(0)
        numbers.append(int(log_p.argmax()))
        total += log_p.max().item()
        if numbers[-1] == 0:
            break
    return " ".join(WORDS[k] for k in numbers if k), total


@pytest.mark.parametrize("normalise", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_one_beam_is_greedy(seed, normalise):
    model, seen = captioner(seed, sharp=3.0), percepts(5, seed=seed)
    said, score = generate(model, seen, width=1, normalise=normalise, longest=6)
    for b in range(5):
        words, expected = greedy(model, seen[:, b : b + 1], 6)
        assert said[b] == words and score[b].item() == pytest.approx(expected, abs=1e-4)


def test_greedy_is_sometimes_beaten_and_a_full_beam_never():
    found = []
    for seed in range(12):
        model, seen = captioner(seed, sharp=2.5), percepts(8, seed=seed)
        scores = [generate(model, seen, width, longest=4)[1] for width in (1, 4**4)]
        assert (scores[1] >= scores[0] - 1e-5).all()
        found.append((scores[1] > scores[0] + 1e-3).any().item())
    assert any(found)


def test_a_score_is_log_p_of_the_sentence():
    model, seen = captioner(5, sharp=2.0), percepts(6)
    for width in (1, 3):
        said, score = generate(model, seen, width, longest=30)
        assert all(len(sentence.split()) < 30 for sentence in said)  # all have ended
        torch.testing.assert_close(score, word_scores(model, seen, said).sum(0))


def test_normalising_by_length_favours_longer_sentences():
    lengths = {0.0: 0, 1.0: 0}
    for seed in range(8):
        model, seen = captioner(seed, sharp=2.0), percepts(6, seed=seed)
        for normalise in lengths:
            said, _ = generate(model, seen, width=64, normalise=normalise, longest=5)
            lengths[normalise] += sum(len(sentence.split()) for sentence in said)
    assert lengths[1.0] > lengths[0.0]


def test_its_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    first = captioner(2)
    torch.manual_seed(6)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), captioner(2).parameters(),
                                                 strict=True))  # fmt: skip
    assert not torch.equal(first.embed_frames.weight, captioner(3).embed_frames.weight)


def test_it_learns_which_clip_is_called_what():
    from lstm_video_lab.training.fit import fit

    model, seen = captioner(0), percepts(3)
    fit(model.parameters(), lambda step: caption_loss(model, seen, SAID), 100, 0.05)
    for width in (1, 5):
        assert generate(model, seen, width)[0] == SAID


def test_two_captioners_write_with_the_mean_of_their_probabilities():
    first, second = captioner(1, sharp=3.0), captioner(2, sharp=3.0)
    ours, theirs = percepts(seed=1), percepts(seed=2)
    both = torch.cat((ours, theirs), -1)
    words = tokenise(SAID, WORDS)[0]
    mixture = Mixture(first, second, 0.25)
    mixed, _ = mixture.decode(words, mixture.encode(both))
    expected = 0.25 * first(ours, words).softmax(-1) + 0.75 * second(theirs, words).softmax(-1)
    torch.testing.assert_close(mixed.softmax(-1), expected)
    for share, alone, seen in ((1.0, first, ours), (0.0, second, theirs)):
        said, scores = generate(Mixture(first, second, share), both, width=2)
        expected_said, expected_scores = generate(alone, seen, width=2)
        assert said == expected_said
        torch.testing.assert_close(scores, expected_scores)


def test_captioners_of_two_languages_do_not_write_together():
    with pytest.raises(ValueError, match="one vocabulary"):
        Mixture(captioner(), captioner(words=(".", "x")), 0.5)
