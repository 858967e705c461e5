"""What a student moves: each widget is a thin shell over a pure function of its state.

Importing this package imports ipywidgets and matplotlib.
"""

from lstm_video_lab.machine import tune_process
from lstm_video_lab.widgets.drawing import DrawYourOwn
from lstm_video_lab.widgets.film import FilmPlayer
from lstm_video_lab.widgets.guess import Guess
from lstm_video_lab.widgets.self_test import SelfTest
from lstm_video_lab.widgets.studio import TrainingStudio
from lstm_video_lab.widgets.time_lapse import TimeLapse

__all__ = ["DrawYourOwn", "FilmPlayer", "Guess", "SelfTest", "TimeLapse", "TrainingStudio"]

tune_process(is_loaded=True)  # all that is large has been imported by now
