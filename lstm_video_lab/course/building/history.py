"""What git knows of the project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(root: Path, *words: str) -> str:
    """What git prints. Raises ValueError with git's own reason where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words],
            capture_output=True,
            check=True,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise ValueError("git is not installed, and only git knows how lessons were") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise ValueError(f"git cannot read {root}: {reason.removeprefix('fatal: ')}") from error
    return done.stdout.decode()
