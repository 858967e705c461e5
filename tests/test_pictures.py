"""Pictures, animations and videos are read as a viewer shows them, and a line says what was done.

The frame: dark above, bright below, a white block at the top left.
"""

import struct
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lstm_video_lab.checks import LabError
from lstm_video_lab.cli import main
from lstm_video_lab.commands.frame_files import describe, read_clip
from lstm_video_lab.commands.pictures import natural_order
from lstm_video_lab.data import videos

BASE = np.tile(np.linspace(0, 200, 32, dtype=np.uint8)[:, None], (1, 48))
BASE[:8, :8] = 255


def folder(tmp_path, image, ending="png", count=3, **options):
    for k in range(count):
        image.save(tmp_path / f"{k:02}.{ending}", **options)
    return tmp_path


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


UPRIGHT = {  # orientation → what a viewer does
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.T, 6: lambda a: np.rot90(a, -1), 7: lambda a: np.rot90(a, -1)[:, ::-1],
    8: lambda a: np.rot90(a),
}  # fmt: skip


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_photograph_is_turned_as_its_exif_says(tmp_path, orientation):
    path = folder(tmp_path, Image.fromarray(BASE), "png", exif=exif(orientation))
    clip = read_clip(path)
    expected = UPRIGHT[orientation](BASE) if orientation != 7 else BASE[::-1, ::-1].T
    assert np.array_equal(clip.frames[0, 0], expected)
    assert ("EXIF" in describe(clip, 32)) == (orientation != 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_become_eight(tmp_path, channels):
    path = folder(tmp_path, Image.fromarray(BASE.astype(np.uint16) * 257))
    clip = read_clip(path, channels)
    assert all(np.array_equal(part, BASE) for part in clip.frames[0]) and "8 bits" in str(
        clip.notes
    )


def test_what_is_transparent_is_black_whatever_lies_behind_it(tmp_path):
    for k, hidden in enumerate((255, 0, 90)):
        picture = np.full((32, 48, 4), hidden, np.uint8)
        picture[..., 3] = 0
        picture[8:16, 8:16] = (200, 200, 200, 255)
        Image.fromarray(picture).save(tmp_path / f"{k}.png")
    clip = read_clip(tmp_path)
    assert np.array_equal(clip.frames[0], clip.frames[1]) and "over black" in str(clip.notes)
    assert clip.frames[0, 0, 10, 10] == 200 and clip.frames[0, 0, 0, 0] == 0
    grey = Image.fromarray(BASE).convert("P")
    grey.info["transparency"] = grey.getpixel((0, 0))
    grey.save(tmp_path / "palette.png", transparency=grey.getpixel((0, 0)))
    assert read_clip(tmp_path / "palette.png").frames[0, 0, 0, 0] == 0


def test_names_come_in_the_order_of_their_numbers_without_hidden_ones(tmp_path):
    for k in range(1, 13):
        Image.fromarray(np.full((32, 32), 10 * k, np.uint8)).save(tmp_path / f"Frame{k}.PNG")
        (tmp_path / f"._Frame{k}.png").write_bytes(b"\0\5\x16\7" + bytes(200))
    assert (read_clip(tmp_path).frames[:, 0, 0, 0] // 10).tolist() == list(range(1, 13))
    names = ["a2b10", "a2b9", "a10", "b1", "A1"]
    ordered = sorted((tmp_path / name for name in names), key=natural_order)
    assert [path.name for path in ordered] == ["A1", "a2b9", "a2b10", "a10", "b1"]
    odd = ["1²2.png", "①.png", "12.png", "٣.png"]  # letters that are digits, elsewhere than here
    assert sorted(map(Path, odd), key=natural_order)[:2] == [Path("1²2.png"), Path("12.png")]


@pytest.mark.parametrize("kind", ["gif", "webp", "tiff", "apng"])
def test_an_animation_gives_all_its_pages(tmp_path, kind):
    pages = [Image.fromarray(np.full((32, 32), 20 * k, np.uint8)) for k in range(5)]
    ending = "png" if kind == "apng" else kind
    lossless = {"lossless": True} if kind == "webp" else {}
    path = tmp_path / f"a.{ending}"
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=100, **lossless)
    for named in (path, tmp_path):  # alone in its folder it is meant, too
        clip = read_clip(named)
        assert clip.frames[:, 0, 5, 5].tolist() == [0, 20, 40, 60, 80]
    Image.fromarray(BASE).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match="is an animation beside other images"):
        read_clip(tmp_path)


def test_an_animation_that_breaks_off_keeps_its_good_pages(tmp_path):
    rng = np.random.default_rng(0)
    pages = [Image.fromarray(rng.integers(0, 256, (64, 64), np.uint8)) for _ in range(6)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    data = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").write_bytes(data[: len(data) * 2 // 3])
    with pytest.warns(UserWarning, match=r"a\.gif: breaks off after [1-5] frames"):
        frames = read_clip(tmp_path / "a.gif").frames
    assert np.array_equal(frames[0, 0], np.asarray(pages[0]))


def test_pictures_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    path = folder(tmp_path, Image.fromarray(BASE))
    whole = (path / "01.png").read_bytes()
    (path / "01.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"01\.png: cannot be read"):
        read_clip(path)
    Image.fromarray(BASE[:20]).save(path / "01.png")
    with pytest.raises(ValueError, match=r"01\.png: is 48×20, 00\.png is 48×32"):
        read_clip(path)
    for name in ("IMG_1.HEIC", "shared.jpg"):
        (path / name).write_bytes(b"\0\0\0\x18ftypheic")
        for named in (path, path / name):
            with pytest.raises(ValueError, match="HEIC pictures cannot be read: save them as JPEG"):
                read_clip(named)
        (path / name).unlink()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    with pytest.raises(ValueError, match=r"00\.png: too large for a picture"):
        read_clip(path / "00.png")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", ["gif", "avif", "tif", "webp", "png", "jpg", "npy", "npz"])
def test_damaged_bytes_are_frames_or_one_line(tmp_path, ending):
    """Whatever a decoder raises."""
    path, rng = tmp_path / f"a.{ending}", np.random.default_rng(2)
    if ending in ("npy", "npz"):
        {"npy": np.save, "npz": np.savez}[ending](path, BASE[None])
    else:
        pages = [Image.fromarray(np.roll(BASE, k, 1)) for k in range(3)]
        more = {"save_all": True, "append_images": pages[1:]}
        pages[0].save(path, **(more if ending in ("gif", "tif", "webp") else {}))
    whole, read = path.read_bytes(), 0
    for k in range(40):
        data = bytearray(whole[: rng.integers(len(whole))] if k % 4 == 0 else whole)
        for place in rng.integers(min(len(data), 400), size=3 if len(data) else 0):
            data[place] = rng.integers(256)
        path.write_bytes(data)
        try:
            read += len(read_clip(path).frames) > 0
        except LabError as error:
            assert str(error).startswith(str(path))
    assert read < 40


def test_a_picture_for_programs_without_animation_is_no_page_of_it(tmp_path):
    pages = [Image.fromarray(np.full((8, 8), 50 * k, np.uint8)) for k in range(4)]
    path = tmp_path / "a.png"
    pages[0].save(path, save_all=True, append_images=pages[1:], default_image=True)
    assert read_clip(path).frames[:, 0, 0, 0].tolist() == [50, 100, 150]


ARRAYS = {
    "big-endian": lambda a: a.astype(">f4"), "half": lambda a: a.astype(np.float16),
    "longdouble": lambda a: a.astype(np.longdouble), "Fortran": lambda a: np.asfortranarray(a),
    "channels last": lambda a: a[..., None], "channels first": lambda a: a[:, None],
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.npy", "B.NPY", "c.dat", "d.npz", "e"])
@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_is_read_whatever_its_kind_and_name(tmp_path, name, kind):
    values = np.random.default_rng(1).random((5, 16, 16))
    with (tmp_path / name).open("wb") as file:
        if name in ("d.npz", "e"):
            np.savez(file, frames=ARRAYS[kind](values))
        else:
            np.save(file, ARRAYS[kind](values))
    frames = read_clip(tmp_path / name).frames
    assert frames.dtype == np.float32 and frames.dtype.isnative
    assert frames[:, 0] == pytest.approx(values, abs=1e-3)


av = pytest.importorskip("av", reason="PyAV is not installed")


def video(
    path, frames, rate=10, times=None, codec="libx264", options=None, pixel=None, sound=False
):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        tone = container.add_stream("mp3", rate=44100, layout="mono") if sound else None
        stream.height, stream.width = frames[0].shape
        stream.codec_context.sample_aspect_ratio = pixel or Fraction(1)
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for k, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="gray").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = (times or range(999))[k], Fraction(1, rate)
            container.mux(stream.encode(frame))
            if tone is not None:
                silence = np.zeros((1, 44100 // rate), np.int16)
                beat = av.AudioFrame.from_ndarray(silence, format="s16p", layout="mono")
                beat.sample_rate, beat.pts = 44100, k * silence.size
                container.mux(tone.encode(beat))
        for each in (stream, tone) if tone is not None else (stream,):
            container.mux(each.encode())


def moving(count, start=0):
    """The bright half above, and a level that says which frame it is below."""
    frames = []
    for k in range(start, start + count):
        frame = np.full((48, 64), 5 * k, np.uint8)
        frame[:24, :32] = 250
        frames.append(frame)
    return frames


TURNED = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}  # as a phone writes it


@pytest.mark.parametrize("degrees", TURNED)
def test_a_video_is_turned_as_its_header_says(tmp_path, degrees):
    path = tmp_path / "IMG_1.mp4"
    video(path, moving(6))
    plain = read_clip(path).frames
    data = bytearray(path.read_bytes())
    a, b, c, d = (value * 0x10000 for value in TURNED[degrees])
    place = data.index(b"tkhd") + 44
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(data)
    clip = read_clip(path)
    assert np.array_equal(clip.frames, np.rot90(plain, -degrees // 90, (2, 3)))
    assert "turned by" in describe(clip, 32)
    assert np.array_equal(videos.decode(path), clip.frames)  # what `train --data` learns from


@pytest.mark.parametrize(("pixel", "width"), [(Fraction(16, 11), 93), (Fraction(1, 2), 32)])
def test_a_video_whose_pixels_are_not_square_is_stretched(tmp_path, pixel, width):
    path = tmp_path / "dvd.mp4"
    video(path, moving(6), pixel=pixel)
    clip = read_clip(path)
    assert clip.frames.shape == (6, 1, 48, width)
    assert f"stretched from 64 to {width} pixels" in describe(clip, 32)
    bright = clip.frames[0, 0, :24] > 125
    assert abs(bright.mean() - 0.5) < 0.03  # its left half, as before
    assert np.array_equal(videos.decode(path), clip.frames)


def test_a_variable_rate_is_said_and_can_be_sampled(tmp_path):
    times = [0, 1, 2, 30, 31, 60]
    video(tmp_path / "a.mp4", moving(6), times=times)
    clip = read_clip(tmp_path / "a.mp4")
    assert len(clip.frames) == 6 and "variable rate" in describe(clip, 32)
    sampled = read_clip(tmp_path / "a.mp4", rate=1.0)  # at 0, 1, 2 … 6 s
    levels = (sampled.frames[:, 0, 40, 5] / 5).round().astype(int)
    assert levels.tolist() == [0, 2, 2, 3, 4, 4, 5]
    video(tmp_path / "b.mp4", moving(8))
    assert "10 frames/s" in describe(read_clip(tmp_path / "b.mp4"), 32)
    assert len(read_clip(tmp_path / "b.mp4", rate=5.0).frames) == 4
    assert len(read_clip(tmp_path / "b.mp4", rate=20.0).frames) == 15


@pytest.mark.parametrize(("ending", "codec"), [("avi", "mjpeg"), ("mkv", "libx264")])
def test_a_video_that_breaks_off_keeps_its_good_frames_and_says_so(tmp_path, ending, codec):
    path = tmp_path / f"a.{ending}"
    video(path, moving(40), codec=codec, options={"g": "1"})
    whole = read_clip(path).frames
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.warns(UserWarning, match=r"breaks off after \d+ frames"):
        cut = read_clip(path).frames
    assert 10 < len(cut) < 40 and np.array_equal(cut, whole[: len(cut)])


@pytest.mark.parametrize(("ending", "codec"), [("avi", "mjpeg"), ("mkv", "libx264")])
def test_sound_does_not_hide_that_a_video_breaks_off(tmp_path, ending, codec):
    path = tmp_path / f"a.{ending}"
    video(path, moving(40), codec=codec, options={"g": "1"}, sound=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_clip(path).frames) == 40
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.warns(UserWarning, match=r"breaks off after \d+ frames"):
        assert 10 < len(read_clip(path).frames) < 40


def test_names_of_phones_are_recordings_and_numbered_clips_are_not(tmp_path, capsys):
    names = [f"IMG_20260101_{k:02}0000.MOV" for k in range(6)] + ["VID_1234.mp4", "IMG_0001.mov"]
    assert len({videos.recording_of(tmp_path / name) for name in names}) == 8
    clips = [f"walk_{k}.mp4" for k in range(6)] + ["IMG_0001_1.mov", "IMG_0001_2.mov"]
    assert len({videos.recording_of(tmp_path / name) for name in clips}) == 2
    for name in ("IMG_1111.mp4", "IMG_2222.mp4", "._IMG_1111.mp4"):
        video(tmp_path / name, moving(9))
    flags = ["--scale", "smoke", "--steps", "1", "--out", str(tmp_path / "run")]
    assert main(["train", "--data", str(tmp_path), *flags]) == 0
    assert "1 videos of 1 recordings to train on, 1 videos" in capsys.readouterr().out


def test_the_first_line_says_what_was_read_and_the_sheet_shows_it(tmp_path, capsys):
    video(tmp_path / "walk.mp4", moving(12))
    words = ["--frames", tmp_path / "walk.mp4", "--out", tmp_path / "y.gif", "--seen", 4]
    words += ["--show", tmp_path / "sheet.png"]
    assert main(["predict", "composite-two-digits", *map(str, words)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    for part in ("walk.mp4: 4 frames of 64×48 pixels", "10 frames/s", "48×48", "averaged to 32×32"):
        assert part in first
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 4 * 96 and sheet.height == 196
