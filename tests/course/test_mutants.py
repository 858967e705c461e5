"""The hidden calls find whatever single thing is wrong in an answer: no rule of an exercise is
left untried.
"""

from pathlib import Path

import pytest
from course.mutants import mutants

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Variant, read_exercises
from lstm_video_lab.course.time_limit import TooLongError, time_limit

EXERCISES = read_exercises(Path(__file__).parents[2] / "solutions")
ANSWERS = {name: one for exercise in EXERCISES.values() for name, one in exercise.answers.items()}
AS_RIGHT = {  # the results are the same, as far as the exercise says what they are
    "run_lstm": ["h = c = frames.new_zeros(U.shape[1])"],
    "convolve_same": ["return F.conv2d(x, W, padding=W.shape[-2] // 2)"],
    "sizes_and_reach": ["for k, P in zip(kernels, paddings):"],
    "convlstm_step": [
        "i, f, g, o = a.chunk(5, dim=1)",
        "a = F.conv2d(x, W, b, padding=W.shape[-2] // 2) + "
        "F.conv2d(h, U, padding=U.shape[-1] // 2)",
        "a = F.conv2d(x, W, b, padding=W.shape[-1] // 2) + "
        "F.conv2d(h, U, padding=U.shape[-2] // 2)",
    ],
    "draw_digits": ["frames = np.zeros((T, size, size))", "s = digits.shape[2]"],
    "autoencode": ["h = c = frames.new_zeros(encoder['U'].shape[1])"],
    "film_statistics": ["down, across = (x.diff(dim=2) ** 2, x.diff() ** 2)"],
    "find_rhythm": [  # the first lag above 0 and above its right neighbour is above both
        "periods = torch.zeros(curve.shape[1])",
        "for k in range(lags):",
        "for k in range(2, lags):",
        "fallen = fallen or a[k] <= 0",
        "if fallen and a[k] >= max(0, a[k - 1], a[k + 1]):",
        "if fallen and a[k] > max(0, a[k + 1]):",
        "if fallen and a[k] > max(0, a[k + 1], a[k + 1]):",
        "if fallen and a[k] > max(0, a[k - 2], a[k + 1]):",
    ],
    "convgru_gates": ["a = F.conv2d(torch.cat([x, h], dim=1), W, b, padding=W.shape[-2] // 2)"],
    "convgru_state": [
        "n = torch.tanh(F.conv2d(torch.cat([x, r * h], dim=1), V, d, padding=V.shape[-2] // 2))"
    ],
    "run_rung": [
        "states = frames.new_zeros(len(p), p.shape[1], *frames.shape[3:])",
        "states = torch.stack([step(x, h) for step, h in zip(steps, states)])",
    ],
    "convolve_film": ["R, r = (K.shape[2] // 2, K.shape[-2] // 2)"],
    "convolve_apart": ["a = F.conv2d(film, S, padding=S.shape[-2] // 2)"],
}


def is_right(answer, code, calls, expected):
    try:
        function = answer.function(Variant("", code, answer.name))
        for arguments, right in zip(calls, expected, strict=True):
            with time_limit(3):
                value = function(**plain_values.copy_of(arguments))
            if difference(value, right, answer.tolerance) is not None:
                return False
    except (Exception, TooLongError):
        return False
    return True


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_hidden_calls_find_whatever_single_thing_is_wrong(answer):
    calls = answer.calls("hidden", 1) + answer.calls("hidden", 2)
    reference = answer.function()
    expected = [reference(**plain_values.copy_of(arguments)) for arguments in calls]
    alive = {
        line for line, code in mutants(answer.source) if is_right(answer, code, calls, expected)
    }
    assert alive == {*AS_RIGHT.get(answer.name, [])}
