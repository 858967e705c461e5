"""Data for the lab: real handwritten digits, and the moving pictures that are made from them."""

from lstm_video_lab.data.bouncing import BouncingDigits, Scene
from lstm_video_lab.data.digits import Digits, load_digits

__all__ = ["BouncingDigits", "Digits", "Scene", "load_digits"]
