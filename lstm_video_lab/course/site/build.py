"""`lstm-video-lab build --site DIR`: the site from notebooks and pages as they stand.

Nothing is run: a page shows the outputs that its notebook holds. Nothing in it is loaded from an
address, so it works from a folder as well as from a server.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lstm_video_lab.course.launch import can_write
from lstm_video_lab.course.site import live_files, sources
from lstm_video_lab.course.site.live_files import write_live

MARK = "searchindex.js"  # a folder that holds it is a site, and may be replaced
INSTALL = "the site needs sphinx and its themes: pip install 'lstm-video-lab[site]'"
SETTINGS: dict[str, Any] = {
    "project": "LSTM video lab",
    "copyright": "the authors of lstm-video-lab",
    "extensions": ["myst_nb", "sphinx.ext.autodoc", "lstm_video_lab.course.site.extension"],
    "html_theme": "sphinx_book_theme",
    "html_title": "LSTM video lab",
    "html_static_path": [str(Path(__file__).with_name("static"))],
    "html_css_files": ["site.css"],
    "html_use_index": False,  # the search finds more
    "html_domain_indices": False,
    "html_show_search_summary": False,  # summaries are fetched, which a folder cannot give
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_last_updated_fmt": None,
    "html_context": {"default_mode": "auto"},  # light or dark, as the visitor's system is
    "html_theme_options": {
        "use_download_button": False,
        "use_fullscreen_button": False,
        "navbar_start": [],
        "navbar_center": [],
        "navbar_end": [],
        "navbar_persistent": [],
    },
    "html_math_renderer": "mathml",
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "myst_heading_anchors": 4,
    "myst_links_external_new_tab": False,
    "add_module_names": False,
    "autodoc_member_order": "bysource",
    "autodoc_typehints": "signature",
    "python_maximum_signature_line_length": 80,
    "default_role": "code",
    "smartquotes": False,
    "suppress_warnings": ["mystnb.unknown_mime_type", "misc.highlighting_failure"],
}


def write_site(root: Path, folder: Path, models: Sequence[str] = live_files.MODELS) -> list[str]:
    """Write the site of the course in `root` into a folder; lines for people, faults among them.

    The folder appears whole, or stays as it was. Raises ValueError where it holds anything else
    than a site, where `root` has no lessons, and where sphinx is not installed.
    """
    _require_sphinx()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ValueError(f"{folder} is not empty and holds no site: name a new or empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not can_write(folder.parent):
        raise PermissionError(f"{folder}: cannot be written: choose another folder")
    with tempfile.TemporaryDirectory(prefix="lab-site-", dir=folder.parent) as place:
        source, built = Path(place, "source"), Path(place, "built")
        count = sources.write_sources(root, source)
        faults = _run_sphinx(source, built, Path(place, "doctrees"))
        write_live(built / "_static" / "live", models)
        shutil.rmtree(folder, ignore_errors=True)
        built.rename(folder)
    lines = [fault.replace(f"{source}/", "") for fault in faults]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return [*lines, f"{folder / 'index.html'}: {count} lessons, {size / 1e6:.0f} MB: open it"]


def _run_sphinx(source: Path, built: Path, doctrees: Path) -> list[str]:
    """Build the pages; a line for each warning."""
    from sphinx.application import Sphinx
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    nocolor()
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        sphinx = Sphinx(
            source,
            None,
            built,
            doctrees,
            "html",
            confoverrides=SETTINGS,
            status=None,
            warning=warnings,
        )
        sphinx.build()
    for path in [built / ".buildinfo", built / "objects.inv", *built.glob("_static/*.html")]:
        path.unlink(missing_ok=True)  # what no visitor opens
    return [line for line in warnings.getvalue().splitlines() if line.strip()]


def _require_sphinx() -> None:
    try:
        import latex2mathml  # noqa: F401
        import myst_nb  # noqa: F401
        import sphinx  # noqa: F401
        import sphinx_book_theme  # noqa: F401
    except ImportError as error:
        raise ValueError(f"{INSTALL} ({error})") from None
