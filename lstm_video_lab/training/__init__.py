"""Learning: the loop of video models, the plain loop of small networks, and what a run leaves."""

from lstm_video_lab.training.loop import DivergedError, Learned, Progress, learn, train

__all__ = ["DivergedError", "Learned", "Progress", "learn", "train"]
