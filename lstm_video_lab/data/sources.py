"""What a run learns from: digits, a camera over photographs, or videos."""

from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.patches import CameraPatches, VideoPatches
from lstm_video_lab.data.videos import load_videos
from lstm_video_lab.settings import DataSettings


def open_data(settings: DataSettings, split: str = "train") -> Any:
    """The endless sequences that `settings` describe, `Settings` or their data part alone.

    `.batch(index, B)` is uint8 (T, B, H, W), in colour (T, B, 3, H, W), T = frames in and out.

    Raises what its source raises: ValueError or OSError for digits or videos that cannot be had.
    """
    s = settings
    num_frames = s.frames_in + s.frames_out
    if s.data == "digits":
        digits, size = load_digits(s.digits, split), s.digit_size
        return BouncingDigits(digits, s.num_digits, s.image_size, num_frames, size, s.speed, s.seed)
    if s.data == "camera":
        return CameraPatches(split, s.image_size, num_frames, s.channels, s.seed)
    videos = load_videos(s.data, split, s.channels)
    try:
        return VideoPatches(videos, s.image_size, num_frames, s.seed)
    except LabError as error:
        raise LabError(f"{s.data}: {error}") from None
