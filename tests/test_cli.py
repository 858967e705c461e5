"""The command line: what works, and one clear line with exit code 2 for what does not."""

import gzip
import io
import json
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest

from lstm_video_lab import cli
from lstm_video_lab.cli import main


def run(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    try:
        code = main([str(a) for a in arguments])
    except SystemExit as stop:
        code = stop.code
    output = capsys.readouterr()
    return code, output.out, output.err


def refused(capsys, *arguments):
    code, _, errors = run(capsys, *arguments)
    assert code == 2
    assert len(errors.strip().splitlines()) == 1, errors
    return errors


def idx(magic, shape, size):
    return struct.pack(f">{1 + len(shape)}I", magic, *shape) + bytes(size)


def write_idx(folder, n=40):
    """A folder that holds blank digits in MNIST's files."""
    folder.mkdir()
    for split in ("train", "t10k"):
        images = (
            idx(0x803, (n, 28, 28), 0) + bytes(range(256)) * (n * 784 // 256) + bytes(n * 784 % 256)
        )
        (folder / f"{split}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(idx(0x801, (n,), n))
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("cli") / "run"
    assert main(["train", "--scale", "smoke", "--steps", "4", "--out", str(out)]) == 0
    return out


def test_train_then_evaluate(finished, tmp_path, capsys):
    code, output, _ = run(
        capsys, "evaluate", finished, "--json", tmp_path / "e.json", "--sequences", 20
    )
    assert code == 0 and "future" in output
    report = json.loads((tmp_path / "e.json").read_text())
    assert report["sequences"] == 20 and report["scale"] == "smoke" and report["image_size"] == 16
    assert set(report["baselines"]) == {
        "entropy_bound",
        "mean_image",
        "mean_digit",
        "copy_last",
    }


def test_digits_from_a_folder_of_idx_files(tmp_path, capsys):
    digits = write_idx(tmp_path / "idx")
    flags = ("--scale", "smoke", "--steps", 2, "--digits", digits, "--out", tmp_path / "run")
    assert run(capsys, "train", *flags)[0] == 0
    assert run(capsys, "evaluate", tmp_path / "run", "--sequences", 5)[0] == 0


def test_every_field_of_the_settings_is_a_flag(tmp_path, capsys):
    flags = (
        "--cell convlstm --units 3,2 --layers 2 --kernel-size 3 --no-reconstruct --speed 0.05,0.2 "
    )
    flags += "--conditional future --feedback scheduled --peepholes location "
    flags += "--optimiser sgd --momentum 0.5"
    assert (
        run(capsys, "train", "--scale", "smoke", "--steps", 2, "--out", tmp_path, *flags.split())[0]
        == 0
    )
    state = json.loads(next(tmp_path.glob("checkpoint-*/state.json")).read_text())
    wanted = {"units": [3, 2], "reconstruct": False, "speed": [0.05, 0.2], "feedback": "scheduled"}
    assert {k: state["settings"][k] for k in wanted} == wanted


def test_resume_takes_the_settings_of_the_run(finished, tmp_path, capsys):
    out = shutil.copytree(finished, tmp_path / "run")
    assert "holds a run already" in refused(capsys, "train", "--scale", "smoke", "--out", out)
    assert run(capsys, "train", "--resume", "auto", "--steps", 6, "--out", out)[0] == 0
    assert (out / "checkpoint-000006").is_dir()
    errors = refused(capsys, "train", "--resume", "auto", "--units", 17, "--out", out)
    assert "units=16, not 17" in errors


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--units 0", "units=0"),
        ("--layers 9", "layers=9"),
        ("--bananas 3", "--bananas"),
        ("--unit 3", "--unit"),
        ("--scale huge", "scale='huge'"),
        ("--optimiser lion", "optimiser='lion'"),
        ("--num-digits 3 --digit-size 20", "digit_size=20"),
        ("--digits /nowhere/at/all", "/nowhere/at/all"),
        ("--kernel-size 3", "kernel_size=3"),
        ("--learning-rate fast", "learning_rate='fast'"),
        ("--steps none", "minutes"),
        ("--device tpu", "device='tpu'"),
        ("--feedback teacher", "feedback='teacher'"),
    ],
)
def test_bad_flags_are_one_line_and_leave_nothing(tmp_path, capsys, flags, said):
    out = tmp_path / "run"
    errors = refused(capsys, "train", "--scale", "smoke", "--out", out, *flags.split())
    assert said in errors and not out.exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-100], "train-images"),
        (lambda data: gzip.compress(gzip.decompress(data)[:-100]), "train-images"),
        (lambda data: gzip.compress(b"\0\0\x08\x01" + gzip.decompress(data)[4:]), "magic"),
        (lambda data: b"no gzip at all", "train-images"),
    ],
)
def test_damaged_idx_files_are_one_line_and_leave_nothing(tmp_path, capsys, damage, said):
    digits = write_idx(tmp_path / "idx")
    path = digits / "train-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    errors = refused(
        capsys, "train", "--scale", "smoke", "--digits", digits, "--out", tmp_path / "run"
    )
    assert said in errors and not (tmp_path / "run").exists()


def test_a_flipped_byte_in_a_checkpoint_is_one_line(finished, tmp_path, capsys):
    out = shutil.copytree(finished, tmp_path / "run")
    path = next(out.glob("checkpoint-*/weights.safetensors"))
    data = bytearray(path.read_bytes())
    data[-50] ^= 1
    path.write_bytes(data)
    assert "damaged" in refused(capsys, "evaluate", out, "--json", tmp_path / "e.json")
    assert not (tmp_path / "e.json").exists()
    assert "damaged" in refused(capsys, "train", "--resume", "auto", "--out", out)


def test_missing_folders_are_one_line(finished, tmp_path, capsys):
    assert "no such folder" in refused(capsys, "evaluate", tmp_path / "nowhere")
    assert "folder does not exist" in refused(
        capsys, "evaluate", finished, "--json", tmp_path / "no" / "e.json"
    )
    (tmp_path / "file").write_text("")
    assert "file" in refused(capsys, "train", "--scale", "smoke", "--out", tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_one_line_and_nothing_half_written_stays(tmp_path):
    """A limit on the size of files stands in for the full disk: writing fails in the middle."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000));"
        "from lstm_video_lab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    flags = [
        "train",
        "--scale",
        "smoke",
        "--units",
        "64",
        "--steps",
        "20",
        "--out",
        str(tmp_path / "run"),
    ]
    done = subprocess.run([sys.executable, "-c", code, *flags], capture_output=True, text=True)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("lstm-video-lab train:")]
    assert len(told) == 1 and "Traceback" not in done.stderr and "could not be written" in told[0]
    left = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert left == [".lock", "metrics.jsonl"]


def test_a_run_that_diverges_is_one_line(tmp_path, capsys):
    flags = "--output linear --optimiser sgd --learning-rate 1e6 --clip 0 --steps 200"
    out = tmp_path / "run"
    code, _, errors = run(capsys, "train", "--scale", "smoke", "--out", out, *flags.split())
    assert code == 2 and "not a finite number" in errors.strip().splitlines()[-1]


def test_help_names_every_command(capsys):
    code, output, _ = run(capsys, "--help")
    assert code == 0
    for name in ("open", "train", "evaluate", "experiment", "build"):
        assert name in output


class Gone(io.TextIOBase):
    """Standard output that nobody reads any more, or whose disk is full."""

    def __init__(self, error):
        self.error = error

    def write(self, text):
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"), [(BrokenPipeError(32, "Broken pipe"), 0), (OSError(28, "No space left"), 2)]
)
def test_who_does_not_listen_ends_no_work(finished, tmp_path, capsys, monkeypatch, error, code):
    """`| head` is no fault; a report that could not be printed is told, once the work is done."""
    np.save(tmp_path / "x.npy", np.zeros((9, 16, 16), np.uint8))
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Gone(error))
        words = ["--frames", str(tmp_path / "x.npy"), "--out", str(tmp_path / "y.npy")]
        assert main(["predict", str(finished), *words]) == code
    assert (tmp_path / "y.npy").is_file()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (code > 0) and all("No space left" in line for line in lines)


@pytest.mark.parametrize("error", [ImportError("DLL load failed\nmore"), ModuleNotFoundError("x")])
def test_an_import_that_fails_sends_to_the_doctor(capsys, monkeypatch, error):
    def fail(_):
        raise error

    monkeypatch.setitem(cli.COMMANDS, "new", (cli.COMMANDS["new"][0], fail, "words"))
    assert main(["new", "lesson", "x"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(": ask lstm-video-lab doctor what is missing or broken")
