"""What a saved notebook shows of a widget: a still output below the live view, hidden by it."""

from __future__ import annotations

import ipywidgets
from IPython.display import DisplayHandle, display

BUNDLE = "application/vnd.jupyter.widget-view+json"
# The still picture is hidden while the live view stands. Where the live view is gone, so is the
# line in which JupyterLab says that its model was not found.
STYLE = """<style>
.jp-OutputArea:has(.lab-live, .lab-film) .jp-OutputArea-child:has(.lab-still) { display: none; }
.jp-OutputArea-child:has(+ .jp-OutputArea-child .lab-still):not(:has(.lab-live, .lab-film)) {
  display: none; }
.lab-live.jupyter-widgets-disconnected::before {
  content: "The kernel was restarted, and these controls have lost it: run this cell again.";
  color: var(--jp-error-color1, #b3261e); font-weight: bold; }
</style>"""


def display_live(view: ipywidgets.Widget, page: str, text: str) -> DisplayHandle:
    """Show a live view, and below it what stays of it in a saved notebook; the handle of that."""
    bundle = view._repr_mimebundle_()
    if isinstance(bundle, tuple):  # anywidget: with its metadata
        bundle, _ = bundle
    display({BUNDLE: bundle[BUNDLE], "text/plain": ""}, raw=True)
    handle = display(still_output(view.model_id, page, text), raw=True, display_id=True)
    assert handle is not None
    return handle


def still_output(key: str, page: str, text: str) -> dict[str, str]:
    """An output that is hidden while the live view above it, of model `key`, stands."""
    still = f'<div class="lab-still" data-of="{key}">{page}</div>'
    return {"text/html": f"{STYLE}{still}", "text/plain": text}
