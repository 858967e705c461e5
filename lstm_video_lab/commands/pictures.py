"""Pictures and animations as a viewer shows them: upright, in eight bits, over black.

Letters: h × w the size of a picture.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from lstm_video_lab.checks import LabError

# What Pillow knows and people have; it would also take the first frame of a film for a picture.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "AVIF", "JPEG2000", "TGA")
ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".avif", ".apng"),
    *(".ppm", ".pgm", ".pbm", ".jp2", ".tga", ".mpo", ".jfif"),
)
UNREAD = (".heic", ".heif")
BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")  # with which such a file begins
DIGITS = re.compile(r"([0-9]+)")  # `isdigit` would take ², which is no number
SIXTEEN = 257  # of 65,535 makes 255


def find_pictures(folder: Path) -> list[Path]:
    """Those of a folder in the order that people number them, without what is hidden.

    Raises ValueError for a format that cannot be read.
    """
    named = [path for path in folder.iterdir() if path.suffix.lower() in (*ENDINGS, *UNREAD)]
    pictures = [path for path in named if path.is_file() and path.name[0] != "."]
    for path in pictures:
        refuse_heic(path)
    return sorted(pictures, key=natural_order)


def refuse_heic(path: Path) -> None:
    """Raises ValueError for a picture as telephones take them, by its name or its content."""
    with path.open("rb") as file:
        begins = file.read(12)
    if path.suffix.lower() in UNREAD or (begins[4:8] == b"ftyp" and begins[8:] in BRANDS):
        raise LabError(f"{path}: HEIC pictures cannot be read: save them as JPEG")


def natural_order(path: Path) -> list[tuple[int, str]]:
    """frame2 comes before frame12."""
    parts = DIGITS.split(path.name.lower())
    return [(int(part), "") if DIGITS.fullmatch(part) else (-1, part) for part in parts] + [
        (0, path.name)
    ]


def is_picture(path: Path) -> bool:
    """By its content, whatever its name is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=FORMATS):
                return True
        except Image.DecompressionBombError:
            return True  # so that the reading says so
        except Exception:  # of damaged content a decoder raises whatever comes
            return False


def read_pages(path: Path, channels: int) -> Iterator[tuple[float, list[str], np.ndarray]]:
    """Each page of a picture, uint8 (h, w) or (h, w, 3), with its time in seconds and what was
    done to it.

    An animation that breaks off ends there, with a warning. Raises ValueError for what cannot be
    read, or would fill the memory.
    """
    time, count = 0.0, 0
    try:
        with Image.open(path, formats=FORMATS) as image:
            pages: Iterable[Image.Image] = ImageSequence.Iterator(image)
            if image.format == "MPO":  # a photograph, with another one that viewers do not show
                pages = [image]
            if image.info.get("default_image"):  # for programs that show no animation
                pages = islice(pages, 1, None)
            for page in pages:
                notes: list[str] = []
                pixels = _as_seen(page, channels, notes)
                duration = page.info.get("duration", 0) or 0
                count += 1
                yield time, notes, pixels
                time += float(duration) / 1000
    except Image.DecompressionBombError as error:
        raise LabError(f"{path}: too large for a picture ({error})") from None
    except MemoryError:
        raise
    except Exception as error:  # as above
        if not count or isinstance(error, LabError):
            raise LabError(f"{path}: cannot be read as a picture ({error})") from None
        warnings.warn(f"{path}: breaks off after {count} frames ({error})", stacklevel=2)


def _as_seen(page: Image.Image, channels: int, notes: list[str]) -> np.ndarray:
    image = page.copy()
    image.info.update(page.info)
    if image.getexif().get(0x0112, 1) != 1:
        image = ImageOps.exif_transpose(image)
        notes.append("turned as its EXIF says")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = Image.fromarray(_eight_bits(np.asarray(image)))
        notes.append("made 8 bits")
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        if np.asarray(image)[..., 3].min() < 255:
            image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
            notes.append("laid over black where it was transparent")
    return np.asarray(image.convert("RGB" if channels == 3 else "L"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """From 16 bits, or from numbers from 0 to 1. Raises ValueError for others."""
    if values.dtype.kind == "f":
        if not (values.min() >= 0 and values.max() <= 1):
            raise ValueError("its numbers are not from 0 to 1")
        return (255 * values).round().astype(np.uint8)
    if values.min() < 0 or values.max() > 65_535:
        raise ValueError("its numbers are not from 0 to 65,535")
    return (values / SIXTEEN).round().astype(np.uint8)
