"""One file from the first mirror that gives it whole, kept in a cache for the next time."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT = 15.0  # seconds without an answer after which a mirror is given up
ROUNDS = 2  # times that every mirror is asked
PAUSE = 1.0  # seconds between two rounds


def cache_folder() -> Path:
    """Where downloads are kept: the environment variable ``LAB_CACHE``, else the user's cache."""
    import pooch

    return Path(os.environ.get("LAB_CACHE") or pooch.os_cache("lstm-video-lab"))


def fetch(name: str, mirrors: Sequence[str], checksum: str, folder: Path) -> Path:
    """The path of file `name` in `folder`, downloaded from one of `mirrors` if it is not there.

    mirrors: addresses of folders, asked in order; checksum: ``"md5:…"`` or ``"sha256:…"``.
    A file appears only whole and verified; a damaged one in the cache is fetched again.
    Raises OSError with one line when no mirror gives the file, or the cache cannot be written.
    """
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")  # a progress bar says enough
    failures: dict[str, str] = {}
    for round_ in range(ROUNDS):
        time.sleep(PAUSE if round_ else 0)
        for mirror in mirrors:
            get = pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT)
            address = f"{mirror.rstrip('/')}/{name}"
            try:
                return Path(pooch.retrieve(address, checksum, name, folder, downloader=get))
            except (RequestException, ValueError) as error:
                failures[urlsplit(mirror).netloc] = _reason(error)
            except OSError as error:  # not the network's fault: another mirror would not help
                raise OSError(
                    f"cannot keep {name} in {folder} ({error.strerror or error}): "
                    "set LAB_CACHE to a folder that has room and can be written"
                ) from None
    reasons = ", ".join(f"{host} ({reason})" for host, reason in failures.items())
    raise ConnectionError(f"could not download {name} from {reasons}")


def _reason(error: Exception) -> str:
    """In a few words, why a mirror did not give the file."""
    if (response := getattr(error, "response", None)) is not None:
        return f"status {response.status_code}"
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return "wrong checksum"
    return type(error).__name__
