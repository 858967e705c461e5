"""Commands of the course: lessons and exercises."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lstm_video_lab.commands import flags


def add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=flags.path, default=Path("lab-work"), help="your own working copy"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address, as on another machine"
    )
    parser.add_argument("--port", type=flags.number(1, 65_535), default=None, help="none: 8888 on")
    parser.add_argument(
        "--ip", type=str, default="127.0.0.1", help="address to listen at: 0.0.0.0 in a container"
    )
    parser.add_argument("--token", type=str, default=None, help="word for the door; none: drawn")
    parser.add_argument(
        "--author",
        action="store_true",
        help="open the originals, lessons and solutions, each one with its script",
    )


def run_open(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.launch import open_lab

    a = arguments
    lab_args = [f"--ServerApp.ip={a.ip}"]
    if not a.ip.strip() or a.token == "":
        raise ValueError("--ip and --token take a word: leave them out, or give one")
    if a.no_browser:
        lab_args.append("--no-browser")
    if a.port is not None:
        lab_args += [f"--ServerApp.port={a.port}", "--ServerApp.port_retries=0"]
    if a.token is not None:
        lab_args.append(f"--IdentityProvider.token={a.token}")
    return open_lab(a.to, author=a.author, lab_args=lab_args)


def add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        help="lessons or exercises, by the start of their names; none: all that changed",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; say what is not as a build makes it"
    )
    parser.add_argument(
        "--accept", action="store_true", help="take numbers that moved further than stated"
    )
    parser.add_argument(
        "--cell",
        metavar="NAME",
        help="run one lesson up to a cell, print its output, write nothing",
    )
    parser.add_argument("--watch", action="store_true", help="build what is saved, until Ctrl-C")
    parser.add_argument(
        "--html",
        type=Path,
        default=None,
        metavar="DIR",
        help="also write reading copies to a folder",
    )
    parser.add_argument(
        "--site",
        type=Path,
        default=None,
        metavar="DIR",
        help="write the course as a site, from the notebooks as they stand; nothing is built",
    )
    parser.add_argument(
        "--since",
        metavar="REVISION",
        help="with --html: only lessons that changed since then, before and after",
    )
    parser.add_argument(
        "--renumber",
        nargs=2,
        metavar=("OLD", "NEW"),
        help="move a lesson to another number, as 06 06b; with --check only say what would change",
    )


def run_build(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.authoring import renumber
    from lstm_video_lab.course.building import build, watch

    root = Path.cwd()
    _refuse_two_at_once(arguments)
    if arguments.since and arguments.html is None:
        raise ValueError("--since goes with --html DIR, where the pages are written")
    if arguments.site is not None:
        from lstm_video_lab.course.site.build import write_site

        for line in write_site(root, arguments.site):
            say(line)
        return 0
    if arguments.renumber:
        for line in renumber.renumber(root, *arguments.renumber, check=arguments.check):
            say(line)
    elif arguments.cell:
        if len(arguments.names) != 1:
            raise ValueError("--cell takes one lesson: lstm-video-lab build 03 --cell NAME")
        build.try_cell(root, arguments.names[0], arguments.cell, say)
    elif arguments.watch:
        watch.watch(root, names=arguments.names, accept=arguments.accept, say=say)
    elif arguments.check:
        build.check(root, names=arguments.names, say=say)
    else:
        build.build(root, names=arguments.names, accept=arguments.accept, say=say)
    if arguments.html is not None:
        _write_reading_copies(root, arguments)
    return 0


def _refuse_two_at_once(arguments: argparse.Namespace) -> None:
    """Flags that would do nothing, alone or beside another, are refused."""
    for name in ("cell", "since"):
        if getattr(arguments, name) == "":
            raise ValueError(f"--{name} is empty: name what it takes")
    if "" in arguments.names:
        raise ValueError("a name of a lesson is empty: leave it out, or give its start")
    modes = ("check", "cell", "watch", "renumber", "site")
    chosen = [f"--{name}" for name in modes if getattr(arguments, name)]
    if len(chosen) > 1 and chosen != ["--check", "--renumber"]:
        raise ValueError(f"{' and '.join(chosen)} at once: choose one")
    if arguments.accept and chosen not in ([], ["--watch"]):
        raise ValueError(f"--accept does nothing beside {chosen[0]}: leave one out")
    if arguments.site and (arguments.names or arguments.html):
        raise ValueError("--site goes alone: it takes all notebooks as they stand")
    if arguments.since and arguments.names:
        raise ValueError("--since takes no names: it shows the lessons that changed")


def _write_reading_copies(root: Path, arguments: argparse.Namespace) -> None:
    from lstm_video_lab.course.building import build, review

    if arguments.since:
        lines = review.write_since(root, arguments.html, arguments.since)
    else:
        notebooks = [
            s.with_suffix(".ipynb") for s in build.choose(root / "notebooks", arguments.names)
        ]
        lines = review.write_html(notebooks, arguments.html)
    for line in lines:
        say(line)


def say(line: str) -> None:
    """Print at once, also into a file or a pipe."""
    print(line, flush=True)


def add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")


def run_bundle(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course import find_lessons, need_scripts
    from lstm_video_lab.course.bundle import write_bundle

    write_bundle(need_scripts(find_lessons()).parent, arguments.folder.resolve(), say)
    return 0


def add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="the same as JSON, for a question to somebody"
    )


def run_doctor(arguments: argparse.Namespace) -> int:
    from lstm_video_lab.course.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not arguments.json:
            print(finding, flush=True)
    if arguments.json:
        print(json.dumps([{"fine": f.fine, "words": f.words} for f in findings], indent=1))
    return 0 if all(finding.fine for finding in findings) else 1
