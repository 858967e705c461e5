"""The line that a reader of lesson 07 writes: how many weights the gates of a ConvLSTM have."""

from lstm_video_lab.questions import Line

gate_weights = Line(
    reference=lambda inputs, maps, kernel: 4 * maps * (inputs + maps) * kernel**2,
    cases=[
        {"inputs": 16, "maps": 16, "kernel": 5},
        {"inputs": 16, "maps": 48, "kernel": 5},
        {"inputs": 1, "maps": 3, "kernel": 1},
    ],
    hints=(
        "There are four gates. Each gives a number for each map, at each place.",
        "What each of them sees: the inputs and the maps of the step before, at kernel² places.",
        "return 4 * maps * (inputs + maps) * kernel**2",
    ),
    mistakes={
        "This is one gate: i, f, g and o have weights of their own.": (
            lambda inputs, maps, kernel: maps * (inputs + maps) * kernel**2
        ),
        "These see the frame alone: the gates see the maps of the step before as well.": (
            lambda inputs, maps, kernel: 4 * maps * inputs * kernel**2
        ),
        "A window of K×K places has K² of them.": (
            lambda inputs, maps, kernel: 4 * maps * (inputs + maps) * kernel
        ),
    },
)
