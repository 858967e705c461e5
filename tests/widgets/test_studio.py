"""The training studio as a student uses it, without a browser."""

import contextlib
import io
import json
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lstm_video_lab import Settings, load_model, train
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training.checkpoints import read_checkpoint
from lstm_video_lab.widgets import TrainingStudio
from lstm_video_lab.widgets import studio as studio_module
from lstm_video_lab.widgets.earlier_runs import new_folder
from lstm_video_lab.widgets.run_figures import describe_run, draw_run, runs_table
from lstm_video_lab.widgets.session import Point, RunState, Session
from lstm_video_lab.widgets.studio import UNITS

LEVELS = {"entropy_bound": {"cross_entropy": 7.0}, "mean_image": {"cross_entropy": 27.0}}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_SCALE", "smoke")
    for name in ("LAB_STRICT", "LAB_STATIC"):
        monkeypatch.delenv(name, raising=False)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def pressable(studio):
    return {name for name, button in studio.buttons.items() if not button.disabled}


def press(studio, name):
    assert name in pressable(studio)
    studio.buttons[name].click()


def stop(studio):
    press(studio, "Stop")
    wait_for(lambda: studio.session.run.state == "stopped")
    studio.update()


def long_studio(monkeypatch, steps=100_000):
    """A studio whose runs last until they are stopped."""
    studio = TrainingStudio(units=16)
    settings = Settings.for_scale("smoke", units=16, steps=steps, validate_every=1000)
    monkeypatch.setattr(studio, "settings", lambda: settings)
    return studio


def test_train_pause_train_stop_train_reset(monkeypatch):
    studio = long_studio(monkeypatch)
    assert pressable(studio) == {"Train"} and "Not trained yet" in studio.text.value
    before = studio.image.value
    press(studio, "Train")
    assert pressable(studio) == {"Pause", "Stop"}, "the button came back while the run goes on"
    run = studio.session.run
    wait_for(lambda: run.step > 20)
    press(studio, "Pause")
    time.sleep(0.2)
    at = run.step
    time.sleep(0.2)
    assert run.step == at and run.state == "paused"
    press(studio, "Train")
    wait_for(lambda: run.step > at + 20)
    stop(studio)
    assert run.state == "stopped" and pressable(studio) == {"Train", "Reset"}
    assert read_checkpoint(run.folder).step == run.step
    assert studio.image.value != before and "Stopped" in studio.text.value
    at = run.step
    press(studio, "Train")
    wait_for(lambda: run.step > at)
    stop(studio)
    assert read_checkpoint(run.folder).step == run.step > at
    assert str(run.step) in studio.table.value
    press(studio, "Reset")
    assert studio.session is None and pressable(studio) == {"Train"}
    assert load_model(run.folder) is not None and new_folder().name == "studio-02"


def test_a_stopped_run_is_continued_to_what_an_uninterrupted_one_gives(monkeypatch):
    studio = long_studio(monkeypatch, steps=200)
    press(studio, "Train")
    wait_for(lambda: studio.session.run.step > 30)
    stop(studio)
    assert studio.session.run.fraction < 1
    press(studio, "Train")
    wait_for(lambda: studio.session.run.state == "done")
    alone = Session(studio.settings(), new_folder(), lambda: None, in_thread=False)
    alone.start()
    ours, theirs = (read_checkpoint(f"runs/studio-0{n}").weights for n in (1, 2))
    assert all(np.array_equal(ours[key], theirs[key]) for key in ours)


def test_a_run_that_fails_says_so_and_can_be_reset(tmp_path):
    studio = TrainingStudio(units=16)
    (tmp_path / "runs").write_text("a file where the folder of runs should be")
    press(studio, "Train")
    wait_for(lambda: studio.session.run.state == "failed")
    studio.update()
    assert "runs" in studio.error.value and pressable(studio) == {"Train", "Reset"}
    press(studio, "Reset")
    assert studio.error.value == "" and pressable(studio) == {"Train"}


def test_a_setting_that_cannot_be_is_told_and_starts_nothing(monkeypatch):
    studio = TrainingStudio(units=16)
    monkeypatch.setattr(studio, "settings", lambda: Settings.for_scale("smoke", units=0))
    with contextlib.suppress(ValueError):
        studio.buttons["Train"].click()
    assert "units=0" in studio.error.value and studio.session is None


def test_errors_are_raised_in_a_build(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_STATIC", "1")
    (tmp_path / "runs").write_text("a file where the folder of runs should be")
    with pytest.raises(OSError, match="runs"):
        TrainingStudio(units=16).still()


def test_in_a_build_it_trains_at_smoke_scale_before_it_shows(monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    monkeypatch.setenv("LAB_SCALE", "laptop")
    picture = TrainingStudio().still()
    assert "Done: step 20" in picture.text and "smoke scale" in picture.text


def test_in_a_build_the_picture_does_not_hang_on_the_clock(monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    first = TrainingStudio().still()
    monkeypatch.setattr(time, "monotonic", iter(range(0, 10**6, 1000)).__next__)
    again = TrainingStudio().still()
    assert again.png == first.png and again.text == first.text.replace("studio-01", "studio-02")


def test_what_is_predicted_is_played_once_there_is_something(monkeypatch):
    studio = long_studio(monkeypatch)
    assert studio.film is None and studio.screen.layout.display == "none"
    press(studio, "Train")
    wait_for(lambda: len(studio.session.run.losses) > 1)
    stop(studio)
    film, view = studio.film, studio.screen.children
    truth, predicted = film.film.clips["truth"], film.film.clips["predicted"]
    frames_in = studio.session.run.settings.frames_in
    assert film.film.seen == frames_in and len(truth) == frames_in + len(predicted)
    assert np.array_equal(predicted, np.round(255 * studio.session.run.rows["predicted"]))
    at = len(studio.session.run.losses)
    press(studio, "Train")
    wait_for(lambda: len(studio.session.run.losses) > at)
    stop(studio)
    assert studio.film is film and studio.screen.children == view
    assert studio.played is studio.session.run.rows["predicted"]
    press(studio, "Reset")
    assert studio.screen.layout.display == "none"


def test_a_kernel_that_has_no_time_is_not_given_more_to_draw(monkeypatch):
    studio, calls = long_studio(monkeypatch), []
    monkeypatch.setattr(studio, "call_soon", calls.append)
    monkeypatch.setattr("lstm_video_lab.widgets.session.UPDATE_SECONDS", 0.0)
    press(studio, "Train")
    wait_for(lambda: len(studio.session.run.losses) > 5)
    assert len(calls) == 1, "each would draw, one after the other"
    calls.pop()()
    wait_for(lambda: calls)
    studio.stop()
    wait_for(lambda: studio.session.run.state == "stopped")
    calls.pop()()
    assert "Stopped" in studio.text.value


def test_controls_choose_the_model():
    studio = TrainingStudio(minutes=2.0)
    controls = studio.values
    controls["cell"].value = "convlstm"
    assert max(controls["units"].options) <= 64, "512 channels would never end on a laptop"
    controls["units"].value, controls["layers"].value = 8, 2
    controls["conditional"].value, controls["learning_rate"].value = "both", 1e-3
    settings = studio.settings()
    wanted = ("convlstm", 8, 2, "both", 2.0, None)
    names = ("cell", "units", "layers", "conditional", "minutes", "steps")
    assert tuple(getattr(settings, name) for name in names) == wanted


def test_the_cell_can_be_changed_there_and_back():
    studio = TrainingStudio()
    cell, units = studio.values["cell"], studio.values["units"]
    for kind in ("convlstm", "lstm", "convlstm"):
        cell.value = kind
        assert units.options == UNITS[kind] and units.value in UNITS[kind]
        assert not studio.error.value and studio.settings().cell == kind


def test_new_settings_are_locked_while_there_is_a_run(monkeypatch):
    studio = long_studio(monkeypatch)
    press(studio, "Train")
    assert all(control.disabled for control in studio.values.values())
    stop(studio)
    press(studio, "Reset")
    assert not any(control.disabled for control in studio.values.values())


def threads_of_runs():
    return [thread for thread in threading.enumerate() if thread.name == "lab-training"]


def click(studio, name, times=1):
    """Presses that the page has sent already, whatever the button looks like now."""
    for _ in range(times):
        studio.buttons[name].click()


def test_train_pressed_five_times_is_one_run(monkeypatch):
    studio = long_studio(monkeypatch)
    before = len(threads_of_runs())
    click(studio, "Train", 5)
    assert len(threads_of_runs()) == before + 1
    wait_for(lambda: len(studio.session.run.losses) > 1)
    click(studio, "Train", 2)
    stop(studio)
    wait_for(lambda: len(threads_of_runs()) == before)
    run = studio.session.run
    assert run.losses == sorted(run.losses)
    assert [path.name for path in run.folder.parent.iterdir()] == ["studio-01"]
    steps = [json.loads(line)["step"] for line in (run.folder / "metrics.jsonl").open()]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("name", ["Pause", "Stop", "Reset", "Train"])
def test_a_press_that_does_not_fit_the_state_does_nothing(monkeypatch, name):
    studio = long_studio(monkeypatch)
    if name != "Train":
        click(studio, name, 2)  # before there is a run
        assert studio.session is None and not studio.error.value
    click(studio, "Train")
    run = studio.session.run
    wait_for(lambda: run.step > 2)
    if name in ("Reset", "Train"):
        click(studio, name, 2)
        assert studio.session.run is run and run.state == "training"
    stop(studio)
    if name != "Train":
        click(studio, "Pause" if name == "Reset" else name, 2)
    assert not studio.error.value
    assert name == "Reset" or studio.session.run.state == "stopped"


def test_buttons_fit_the_words_that_stand_there(monkeypatch):
    studio = long_studio(monkeypatch)
    click(studio, "Train")
    wait_for(lambda: studio.session.run.losses)
    click(studio, "Pause")
    picture = studio.picture()
    studio.session.run.state = "stopped"  # by the run's thread, while the picture is drawn
    studio.show(picture)
    assert "Paused" in studio.text.value and pressable(studio) == {"Train", "Stop"}
    studio.session.run.state = "paused"
    stop(studio)


def test_a_studio_made_again_in_its_cell_takes_the_run_over(monkeypatch):
    monkeypatch.setattr(studio_module, "cell_id", lambda: "cell-1")
    monkeypatch.setattr(studio_module, "STUDIOS", {})
    first = long_studio(monkeypatch)
    click(first, "Train")
    second = TrainingStudio(units=64)
    assert second.session is not None and first.session is None
    assert pressable(second) == {"Pause", "Stop"}
    stop(second)
    assert TrainingStudio().session is None, "a run at rest stays in its folder"


def test_a_run_goes_on_after_the_disk_was_full(monkeypatch):
    studio = long_studio(monkeypatch)
    full = OSError(28, "No space left on device")
    save = checkpoints.save_checkpoint
    monkeypatch.setattr(checkpoints, "save_checkpoint", raise_it(full))
    click(studio, "Train")  # which will write its first checkpoint, and cannot
    wait_for(lambda: studio.session.run.state == "failed")
    studio.update()
    assert "No space left" in studio.error.value and "--out" not in studio.error.value
    assert "press Train again" in studio.error.value
    assert studio.buttons["Train"].description == "Train again"
    monkeypatch.setattr(checkpoints, "save_checkpoint", save)
    click(studio, "Train")
    wait_for(lambda: len(studio.session.run.losses) > 2)
    stop(studio)
    run = studio.session.run
    assert not studio.error.value and run.losses == sorted(run.losses)
    assert read_checkpoint(run.folder).step == run.step


def raise_it(error):
    def function(*_, **__):
        raise error

    return function


def test_yesterdays_runs_are_offered_and_go_on(monkeypatch):
    studio = long_studio(monkeypatch)
    click(studio, "Train")
    wait_for(lambda: studio.session.run.step > 20)
    stop(studio)
    step = studio.session.run.step
    again = TrainingStudio()
    assert again.earlier.box.layout.display is None
    assert again.earlier.choice.options == ((f"studio-01, step {step}", 0),)
    again.earlier.button.click()
    assert again.session.run.step == step and pressable(again) == {"Train", "Reset"}
    assert again.session.run.losses and again.session.run.state == "stopped"
    click(again, "Train")
    wait_for(lambda: again.session.run.step > step)
    stop(again)
    assert [path.name for path in Path("runs").iterdir()] == ["studio-01"]


def test_a_run_that_ended_before_its_first_log_is_taken_up(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")  # an error in a callback is one here
    folder, settings = new_folder(), Settings.for_scale("smoke", steps=200)
    for progress in train(settings, folder):
        if progress.step == 3:
            break
    studio = TrainingStudio()
    studio.earlier.button.click()
    assert "Stopped" in studio.text.value and "Train goes on" in studio.text.value
    assert studio.session.run.step == 3 and studio.session.run.fraction == 3 / 200
    assert "<td>3&ensp;</td><td>–&ensp;" in studio.table.value


def test_what_is_no_run_is_not_offered():
    for name, text in {"studio-01": "", "studio-02": "{"}.items():
        folder = Path("runs") / name / "checkpoint-000005"
        folder.mkdir(parents=True)
        (folder / "SHA256SUMS").write_text("")
        (folder / "state.json").write_text(text)
    (Path("runs") / "studio-03").mkdir()
    assert TrainingStudio().earlier.box.layout.display == "none"


WRONG = {
    "a keyword": ({"unitz": 3}, "no 'unitz': it takes cell, units"),
    "no layer": ({"layers": 0}, "layers=0"),
    "minutes below nought": ({"minutes": -1}, "minutes=-1"),
    "nine digits": ({"num_digits": 9}, "num_digits=9"),
    "a huge rate": ({"learning_rate": 1e9}, "learning_rate=1000000000.0"),
    "a word": ({"units": "many"}, "units='many'"),
    "a float": ({"units": 1e9}, "units=1000000000.0"),
    "too many": ({"units": 100000}, "units=100000 .* from 1 to 4096"),
    "no number": ({"minutes": float("nan")}, "minutes=nan"),
    "another cell": ({"cell": "gru"}, "choose one of lstm, convlstm"),
    "another decoder": ({"conditional": "past"}, "conditional='past'"),
    "true": ({"layers": True}, "layers=True"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_a_studio_cannot_do_is_refused_in_one_line(kind):
    first, words = WRONG[kind]
    with pytest.raises(ValueError, match=words) as error:
        TrainingStudio(**first)
    assert "\n" not in str(error.value)
    assert len(error.value._render_traceback_()) == 2


def test_one_choice_is_shown_until_more_is_asked_for():
    studio = TrainingStudio()
    assert studio.rest.layout.display == "none"
    studio.more.value = True
    assert studio.rest.layout.display is None
    shown = [name for name, button in studio.buttons.items() if button.layout.display != "none"]
    assert shown == ["Train"]


def run_state(**changes):
    frames = np.zeros((3, 16, 16))
    rows = {"seen": frames, "true future": frames, "predicted": frames + 0.5}
    losses = [Point(3, 1.0, 30.0), Point(7, 2.0, 13.5)]
    base = {"losses": losses, "rows": rows, "step": 7, "fraction": 0.5}
    settings = Settings.for_scale("smoke")
    return RunState(settings, new_folder(), **{"state": "training", **base, **changes})


def test_the_picture_is_a_pure_function_of_the_story():
    first, again = draw_run(run_state(), LEVELS), draw_run(run_state(), LEVELS)
    other = draw_run(run_state(losses=[Point(3, 1.0, 30.0), Point(7, 2.0, 20.0)]), LEVELS)
    assert first == again and first.png != other.png
    assert Image.open(io.BytesIO(first.png)).size[0] >= 700
    before = draw_run(run_state(losses=[], step=0, state="idle"), LEVELS)
    assert "Not trained yet" in before.text


@pytest.mark.parametrize(
    "state, words",
    [("idle", "Not trained yet"), ("training", "Training has begun"), ("paused", "Paused before"),
     ("stopping", "Stopping"), ("stopped", "Stopped"), ("failed", "The run has failed")],
)  # fmt: skip
def test_the_words_say_the_state_before_there_is_a_first_value(state, words):
    assert describe_run(run_state(losses=[], step=0, state=state), 27.0).startswith(words)


def test_the_words_are_true():
    words = describe_run(run_state(), 27.0)
    assert "step 7" in words and "13.5 nats" in words and "50 % of the mean image's 27.0" in words


def test_the_table_compares_runs_and_escapes():
    runs = [run_state(heldout=[Point(7, 2.0, 20.25)]), run_state()]
    table = runs_table(runs)
    assert len(re.findall("<tr>", table)) == 3 and "20.2" in table and "–" in table
    assert runs_table([]) == ""
