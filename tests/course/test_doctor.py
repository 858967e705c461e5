"""`lstm-video-lab doctor`: whatever is wrong is named together with what to do."""

import importlib.metadata
import json
import platform
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from lstm_video_lab import cli
from lstm_video_lab.course import doctor, doctor_runs
from lstm_video_lab.course.grading import isolation


class Level:
    """A sandbox that starts at once; `level` "" for one that does not."""

    level = "namespaces"

    def __init__(self):
        if not self.level:
            raise isolation.SandboxError("the server does not start")

    __enter__ = lambda self: self  # noqa: E731
    __exit__ = lambda self, *error: None  # noqa: E731


def grade(solutions):
    with Level():
        return Level.level, []


@pytest.fixture(autouse=True)
def quick(monkeypatch, request):
    """The real things are run by one test, the real levels are tested with the sandbox."""
    if "real" in request.keywords or request.node.name == "test_the_real_things":
        return
    monkeypatch.setattr(doctor_runs, "grade_hostile", grade)
    monkeypatch.setattr(doctor_runs, "try_imports", lambda names: {})
    monkeypatch.setattr(doctor_runs, "run_kernel", lambda: "a kernel")
    monkeypatch.setattr(doctor_runs, "run_training", lambda: "a training")


def said(capsys):
    """The exit code, and the lines about what is wrong."""
    code = cli.main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert lines and all(line.startswith(("ok   ", "WRONG")) for line in lines)
    return code, [line for line in lines if line.startswith("WRONG")]


def only(capsys, *words):
    """One thing is wrong, and its line has all the words."""
    code, wrong = said(capsys)
    assert code == 1 and len(wrong) == 1, wrong
    for word in words:
        assert word in wrong[0], wrong


def test_this_environment_is_fine(capsys):
    assert said(capsys) == (0, [])


@pytest.mark.parametrize("name", [*doctor.LEAST, *doctor.FOR_GRADING])
@pytest.mark.parametrize("installed", ["0.9", None])
def test_a_package_that_is_old_or_missing(capsys, monkeypatch, name, installed):
    real = importlib.metadata.version

    def version(package):
        if package != name:
            return real(package)
        if installed is None:
            raise importlib.metadata.PackageNotFoundError(package)
        return installed

    monkeypatch.setattr(importlib.metadata, "version", version)
    words = "0.9 is older than" if installed else "is not installed"
    extra = ".[test]" if name in doctor.FOR_GRADING else "-e ."
    only(capsys, name, words, "pip install -c constraints.txt", extra)


@pytest.mark.parametrize(
    "found, fine",
    [("2.11.0+cpu", True), ("2.11", True), ("10.0", True), ("2.12.0.dev20260101", True),
     ("2.9.1", False), ("2.10rc1", False), ("1.99", False)],
)  # fmt: skip
def test_versions_are_compared_as_numbers(monkeypatch, found, fine):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: found)
    assert doctor._package("torch", "2.11", "the advice").fine == fine


def test_an_old_python(capsys, monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    monkeypatch.setattr(platform, "python_version", lambda: "3.10.1")
    only(capsys, "Python 3.10.1", "install Python 3.11 or newer")


@pytest.fixture
def write_half(monkeypatch, tmp_path):
    """Writes package.json of one browser's half, or leaves it out; the other halves are whole."""
    import jupyter_core.paths

    def write(half, text):
        for each in doctor.HALVES:
            content = text if each == half else json.dumps({"version": f"{each.series}1"})
            if content is not None:
                (tmp_path / each.folder).mkdir(parents=True)
                (tmp_path / each.folder / "package.json").write_text(content)

    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *sub: [str(tmp_path)])
    return write


@pytest.mark.parametrize("half", doctor.HALVES, ids=lambda half: half.name)
def test_the_browsers_half_of_a_package(capsys, write_half, half):
    write_half(half, None)
    advice = f"pip install -c constraints.txt --force-reinstall --no-deps {half.package}"
    only(capsys, f"{half.name}: the browser's half is missing", advice)


@pytest.mark.parametrize("half", doctor.HALVES, ids=lambda half: half.name)
def test_another_series_of_a_browsers_half(capsys, write_half, half):
    write_half(half, '{"version": "33.1.0"}')
    only(capsys, f"{half.name}: the browser's half is 33.1.0", "make the environment anew")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": ""}', "\0"])
def test_a_broken_browsers_half_is_no_crash(capsys, write_half, text):
    write_half(doctor.HALVES[0], text)
    only(capsys, "widgets")


def with_kernel(monkeypatch, argv):
    from jupyter_client import kernelspec

    def get(self, name):
        if argv is None:
            raise kernelspec.NoSuchKernel(name)
        return SimpleNamespace(argv=argv, resource_dir="/first/python3")

    monkeypatch.setattr(kernelspec.KernelSpecManager, "get_kernel_spec", get)


@pytest.mark.parametrize("argv, words", [
    (["/elsewhere/bin/python", "-m", "ipykernel"],
     ("/elsewhere/bin/python", "delete /first/python3", f"{sys.executable} -m ipykernel install")),
    (None, ("missing", "pip install ipykernel"))])  # fmt: skip
def test_the_kernel_of_another_python(capsys, monkeypatch, argv, words):
    with_kernel(monkeypatch, argv)
    only(capsys, 'kernel "python3"', *words)


def test_the_kernel_of_this_python(capsys, monkeypatch):
    for first in ("python", "python3", sys.executable):
        with_kernel(monkeypatch, [first])
        assert said(capsys) == (0, [])


def test_a_full_disk(capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    only(capsys, "0 GB free", "make room")


def test_what_the_level_of_the_sandbox_protects(capsys, monkeypatch):
    for level, words in doctor.PROTECTION.items():
        monkeypatch.setattr(Level, "level", level)
        if level == "limits":
            only(capsys, repr(level), "in a container", words)
        else:
            assert said(capsys) == (0, [])
    assert set(doctor.PROTECTION) == set(isolation.LEVELS)
    monkeypatch.setattr(Level, "level", "")
    only(capsys, "grading", "does not start")


def test_windows_grades_elsewhere(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "os", SimpleNamespace(name="nt", path=doctor.os.path))
    only(capsys, "grading", "WSL")


def test_the_real_things(capsys):
    """All of them, as a person runs it, and as JSON."""
    assert cli.main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert all(finding["fine"] for finding in findings)
    words = " ".join(finding["words"] for finding in findings)
    for part in ("sent a widget", "was trained", "grading, level"):
        assert part in words


def test_a_real_thing_that_fails_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr(doctor_runs, "KERNEL", "raise SystemExit('the kernel died')")
    with pytest.raises(RuntimeError, match="a kernel with a widget: the kernel died"):
        doctor_runs._run(doctor_runs.KERNEL, "a kernel with a widget")

    def fail():
        raise RuntimeError("a kernel with a widget: the kernel died")

    monkeypatch.setattr(doctor_runs, "run_kernel", fail)
    only(capsys, "the kernel died")


def test_imports_that_fail_are_told_with_their_reason(capsys, monkeypatch):
    monkeypatch.undo()
    assert doctor_runs.try_imports(["json", "no_such_package"]) == {
        "no_such_package": "ModuleNotFoundError: No module named 'no_such_package'"
    }


@pytest.mark.parametrize("is_there", [True, False])
def test_an_extra_is_tried_where_it_is_installed(capsys, monkeypatch, is_there):
    """Numba beside a newer numpy is installed, and does not import."""
    real = importlib.metadata.version

    def version(name):
        if name == "numba" and not is_there:
            raise importlib.metadata.PackageNotFoundError(name)
        return "0.63" if name == "numba" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    reasons = {"numba": "ImportError: Numba needs NumPy 2.3 or less"}
    monkeypatch.setattr(
        doctor_runs, "try_imports", lambda names: {n: reasons[n] for n in names if n in reasons}
    )
    if is_there:
        only(capsys, "import numba fails", "NumPy 2.3 or less", "pip uninstall numba")
    else:
        assert said(capsys) == (0, [])


@pytest.mark.parametrize("names", [{"NAME": True}, ["NAME"], {"NAME:plugin": True}])
@pytest.mark.parametrize("half", doctor.HALVES, ids=lambda half: half.name)
def test_a_browsers_half_that_is_switched_off(capsys, monkeypatch, tmp_path, half, names):
    text = json.dumps({"disabledExtensions": names}).replace("NAME", half.folder)
    (tmp_path / "labconfig").mkdir()
    (tmp_path / "labconfig" / "page_config.json").write_text(text)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    only(capsys, half.name, "page_config.json", f"jupyter labextension enable {half.folder}")


def test_one_that_is_switched_on_again(capsys, monkeypatch, tmp_path):
    (tmp_path / "labconfig").mkdir()
    text = json.dumps({"disabledExtensions": {doctor.HALVES[0].folder: False, "other": True}})
    (tmp_path / "labconfig" / "page_config.json").write_text(text)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert said(capsys) == (0, [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"argv": []}', "\0"])
def test_a_broken_kernel_json_is_named_and_the_rest_is_looked_at(
    capsys, monkeypatch, tmp_path, text
):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(text)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    code, wrong = said(capsys)
    assert code == 1 and len(wrong) == 1 and str(folder) in wrong[0]


def test_a_runtime_folder_that_cannot_be_written(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "file" / "runtime"))
    only(capsys, str(tmp_path / "file"), "JUPYTER_RUNTIME_DIR")


def test_what_a_grading_needs_of_the_machine(capsys, monkeypatch):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (64, limits[1]))
    only(capsys, "only 64 files", "ulimit -n")
    monkeypatch.setattr(resource, "getrlimit", lambda kind: limits)
    monkeypatch.setattr(doctor, "_loopback_fails", lambda: "Network is unreachable")
    only(capsys, "127.0.0.1", "Network is unreachable")
    monkeypatch.setattr(doctor, "_loopback_fails", lambda: "")
    monkeypatch.setattr(doctor_runs, "grade_hostile", lambda folder: ("landlock", ["solutions/a"]))
    only(capsys, "answers can read solutions/a")


def test_what_cannot_be_looked_at_does_not_end_the_others(capsys, monkeypatch):
    def broken():
        raise ImportError("No module named 'jupyter_core'")

    monkeypatch.setattr(doctor, "_kernel", broken)
    only(capsys, "the kernel: cannot be looked at", "jupyter_core")


def test_the_parser_and_the_doctor_need_neither_torch_nor_matplotlib(tmp_path):
    """They are asked for just where these are missing or broken."""
    code = (
        "import sys\n"
        "for name in ('torch', 'matplotlib'): sys.modules[name] = None\n"
        "from lstm_video_lab import cli\n"
        "cli._make_parser()\n"
        "import lstm_video_lab.course.doctor\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('torch', 'matplotlib')])\n"
        "code = cli.main(['predict', 'x', '--frames', 'y', '--out', 'z.npy'])\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "['torch', 'matplotlib']", done.stderr  # as they were put there
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
    assert "doctor" in done.stderr
