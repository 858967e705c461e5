"""A folder from which the lab is installed without a network: `lstm-video-lab bundle DIR`.

    wheels/      the lab, and everything that it needs, for this platform and this Python
    site/        the course as pages, where the extra `site` is installed
    README.txt   how to install from it

pip does the downloading, and later the installing; nothing here knows of an index.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from lstm_video_lab.files import write_whole

INSTALL = """\
The LSTM Video Lab for {platform}, Python {python}. It needs no network:

    python3 -m venv .venv
    {pip} install --no-index --find-links {wheels} lstm-video-lab
    {command} open

Run these lines in a folder of your own, with the path of this folder in the place of PATH. Other
platforms and other versions of Python need a bundle of their own.
"""


def write_bundle(root: Path, folder: Path, say: Callable[[str], None] = print) -> None:
    """Fill a new or empty folder; `root` is the clone. What was downloaded stays if it is cut off.

    Raises ValueError where the folder holds something else, and where pip or hatchling is missing
    or fails.
    """
    wheels = folder / "wheels"
    known = ("wheels", "site", "README.txt")
    if folder.exists() and any(path.name not in known for path in folder.iterdir()):
        raise ValueError(f"{folder} holds something else: name a new or empty folder")
    for needed in ("pip", "hatchling"):
        if not find_spec(needed):
            raise ValueError(f"{needed} is missing here: python -m ensurepip, or install {needed}")
    wheels.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lab-wheel-") as place:
        _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place], root)
        (wheel,) = Path(place).glob("*.whl")
        say(f"{wheel.name}: {wheel.stat().st_size / 1e6:.0f} MB")
        for old in wheels.glob("lstm_video_lab-*.whl"):
            old.unlink()
        shutil.copy(wheel, wheels)
        constraints = ["-c", str(root / "constraints.txt")]
        _run(
            [sys.executable, "-m", "pip", "wheel", "-q", *constraints, "-w", str(wheels), wheel],
            root,
        )
    say(f"{wheels}: {len(list(wheels.glob('*.whl')))} wheels")
    if find_spec("myst_nb"):
        from lstm_video_lab.course.site.build import write_site

        for line in write_site(root, folder / "site"):
            say(line)
    else:
        say("site: left out, for it needs pip install -e '.[site]'")
    write_whole(folder / "README.txt", _how_to_install())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    say(f"{folder}: {size / 1e6:.0f} MB; README.txt says how to install from it")


def _how_to_install() -> str:
    is_windows = platform.system() == "Windows"
    scripts = ".venv\\Scripts\\" if is_windows else ".venv/bin/"
    return INSTALL.format(
        platform=f"{platform.system()} on {platform.machine()}",
        python=".".join(platform.python_version_tuple()[:2]),
        pip=f"{scripts}pip",
        command=f"{scripts}lstm-video-lab",
        wheels="PATH\\wheels" if is_windows else "PATH/wheels",
    )


def _run(command: list, folder: Path) -> None:
    """Raises ValueError with the last line that a failing command printed."""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise ValueError(f"{command[2]} fails: {last}")
