"""A real JupyterLab on the loopback address, and a real browser to look at it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from browsing import TOKEN, wait_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
START = (
    "import sys; from lstm_video_lab.course.launch import open_lab;"
    "sys.exit(open_lab(sys.argv[1], lab_args=sys.argv[2:]))"
)


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium: without it these tests are skipped, or fail where it is required."""
    if CHROMIUM is None:
        if os.environ.get("LAB_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is missing, and LAB_REQUIRE_BROWSER=1 asks for it")
        pytest.skip("no Chromium on this machine: a real JupyterLab cannot be looked at")
    return CHROMIUM


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """The address of `lstm-video-lab open`, on a copy of the lessons; it ends with the tests."""
    home = tmp_path_factory.mktemp("lab")
    with running(home, START, str(home / "copy")) as address:
        yield address, home / "copy"


@contextlib.contextmanager
def running(home, code, *arguments):
    """The address of a JupyterLab that `code` starts, as long as it is needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = ("CONFIG", "RUNTIME", "DATA")
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in folders},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "LAB_SCALE": "smoke",
    }
    write_settings(home / "settings")
    flags = (
        "--no-browser",
        f"--port={port}",
        "--port-retries=0",
        f"--IdentityProvider.token={TOKEN}",
    )
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", code, *arguments, *flags],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_it_answers(
            f"http://127.0.0.1:{port}/api?token={TOKEN}", server, home / "server.log"
        )
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the server, JupyterLab and the kernels it started
        server.wait()


def write_settings(folder):
    """All cells are in the page, no news is fetched, and no dialogue asks for a kernel."""
    for name, text in (
        ("notebook-extension/tracker", '{"windowingMode": "none"}'),
        ("apputils-extension/notification", '{"fetchNews": "false", "checkForUpdates": false}'),
    ):
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def wait_until_it_answers(address, server, log, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"JupyterLab does not answer:\n{log.read_text()[-2000:]}")
            time.sleep(0.3)


@pytest.fixture(scope="module")
def context(chromium):
    """A browser for the tests of a file: after the first page, JupyterLab is in its cache.

    Not for longer: while playwright runs, nothing else in this process can use asyncio.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        context.set_default_timeout(60_000)
        yield context
        browser.close()


@pytest.fixture
def page(context, lab):
    """An empty page; the kernels that it leaves behind are ended, for each holds much memory."""
    page = context.new_page()
    yield page
    page.close()
    # While a kernel starts anew, the server answers 500: it is ended once it stands.
    wait_for(lambda: end_kernels(context, lab[0]), 30, "a kernel could not be ended")


def end_kernels(context, address):
    """Whether the server ended each of its kernels."""
    ended = True
    for session in context.request.get(f"{address}/api/sessions?token={TOKEN}").json():
        path = f"{address}/api/sessions/{session['id']}?token={TOKEN}"
        ended = context.request.delete(path).ok and ended
    return ended
