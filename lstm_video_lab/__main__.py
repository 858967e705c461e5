"""``python -m lstm_video_lab``: the same as the command ``lstm-video-lab``."""

import sys

from lstm_video_lab.cli import main

sys.exit(main())
