"""One model on three kinds of data: from Srivastava et al. 2015 to Shi et al. 2015.

T time, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

SHI_SPEED = (3 / 36, 5 / 36)  # 3 to 5 pixels a frame, as parts of the 64 − 28 from wall to wall
SHI_DIGITS = 500  # all of its sequences are made of so many digits, those for testing as well
MEAN_IMAGE_SEQUENCES = 1000  # sequences behind the per-pixel mean


def make_datasets(settings: Settings) -> dict[str, tuple[BouncingDigits, BouncingDigits]]:
    """Name → (sequences to score, sequences for the mean image), from the one paper's data to the
    other's: first the speed alone differs, then the digits as well.
    """
    s, train, test = settings, load_digits(settings.digits), load_digits(settings.digits, "test")
    fixed = Digits(train.images[:SHI_DIGITS], train.labels[:SHI_DIGITS])
    frames = s.frames_in + s.frames_out
    size = (s.num_digits, s.image_size, frames, s.digit_size)

    def pair(scored: Digits, others: Digits, speed) -> tuple[BouncingDigits, BouncingDigits]:
        seed = evaluation.HELDOUT_SEED
        return (
            BouncingDigits(scored, *size, speed, seed),
            BouncingDigits(others, *size, speed, seed + 1),
        )

    return {
        "one speed, unseen digits": pair(test, train, 0.1),
        "range of speeds, unseen digits": pair(test, train, SHI_SPEED),
        f"range of speeds, {len(fixed.labels)} known digits": pair(fixed, fixed, SHI_SPEED),
    }


def score_on_datasets(
    model: VideoModel, settings: Settings, sequences: int
) -> dict[str, dict[str, float]]:
    """One model on each kind of data: its nats and squared error per frame with the standard error
    over sequences, and bound, mean image and copied last frame on the same sequences.
    """
    scores = {}
    for name, (data, others) in make_datasets(settings).items():
        score = evaluation.score(model, data, settings.frames_in, sequences)["future"]
        frames = to_unit(data.batch(0, sequences))  # (T, N, H, W)
        seen, later = frames.tensor_split([settings.frames_in])
        known = to_unit(others.batch(0, MEAN_IMAGE_SEQUENCES))
        mean = ((known.sum((0, 1)) + 0.5) / (known[:, :, 0, 0].numel() + 1)).expand_as(later)
        nats = score["cross_entropy"].mean(0)  # (N,)
        scores[name] = {
            "nats": nats.mean().item(),
            "stderr": (nats.std() / len(nats) ** 0.5).item(),
            "mse": score["mse"].mean().item(),
            "bound": metrics.entropy(later).mean().item(),
            "mean image": metrics.cross_entropy_of_probability(mean, later).mean().item(),
            "copy last mse": metrics.squared_error(seen[-1:].expand_as(later), later).mean().item(),
        }
    return scores
