"""Learning: the loop of video models, the plain loop of small networks, and what a run leaves."""

from lstm_video_lab.training.live import LiveRun, learn
from lstm_video_lab.training.loop import DivergedError, Progress, train

__all__ = ["DivergedError", "LiveRun", "Progress", "learn", "train"]
