"""What a student moves: each widget is a thin shell over a pure function of its state.

Importing this package imports ipywidgets and matplotlib.
"""

import gc

from lstm_video_lab.widgets.guess import Guess
from lstm_video_lab.widgets.self_test import SelfTest
from lstm_video_lab.widgets.studio import TrainingStudio

__all__ = ["Guess", "SelfTest", "TrainingStudio"]

# Pictures leave much to the garbage collector. Now and then it would also look through all that
# torch and matplotlib hold, for up to a quarter of a second: a film that is played would stumble.
gc.freeze()
