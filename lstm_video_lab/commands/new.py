"""The command that begins a lesson or an exercise."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=["lesson", "exercise"], help="what to begin")
    parser.add_argument("name", help="small letters, digits and _; the number is found for you")


def run_new(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.authoring import skeleton

    for line in skeleton.write(Path.cwd(), arguments.kind, arguments.name):
        print(line)
    return 0
