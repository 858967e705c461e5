"""The bar of the plain loop is seen where somebody looks, and nowhere else."""

import builtins

import pytest

from lstm_video_lab.training.fit import progress_bar


@pytest.mark.parametrize(
    ("where", "note", "is_seen"),
    [("notebook", "training", True), ("notebook", "", False), ("file", "training", False)],
)
def test_a_bar_shows_in_a_notebook_and_not_in_a_file(monkeypatch, capsys, where, note, is_seen):
    monkeypatch.delenv("LAB_STATIC", raising=False)
    # A shell of IPython leaves it behind, in whatever other test it was made.
    monkeypatch.delattr(builtins, "__IPYTHON__", raising=False)
    if where == "notebook":
        monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    assert list(progress_bar(note, range(3))) == [0, 1, 2]
    assert ("100%" in capsys.readouterr().out) == is_seen


def test_what_is_stored_has_no_bar(monkeypatch, capsys):
    monkeypatch.setenv("LAB_STATIC", "1")
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    list(progress_bar("training", range(3)))
    assert capsys.readouterr().out == ""
