"""The downloader against a real server on this machine that also misbehaves."""

import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from lstm_video_lab.data import digits as digits_module
from lstm_video_lab.data import download, load_digits

LABELS = np.array([3, 1], np.uint8)
IMAGES = np.arange(2 * 28 * 28).reshape(2, 28, 28).astype(np.uint8)
FILES = {
    "t10k-images-idx3-ubyte.gz": gzip.compress(
        bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]) + IMAGES.tobytes()
    ),
    "t10k-labels-idx1-ubyte.gz": gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2]) + LABELS.tobytes()),
}
BAD = ("404", "500", "stall", "stall-body", "truncate", "corrupt", "hang-up")


class Mirrors(BaseHTTPRequestHandler):
    """The first folder of an address says how the mirror behaves."""

    def do_GET(self):
        _, manner, name = self.path.split("/")
        self.server.requests.append((manner, name))
        content = FILES[name]
        if manner == "hang-up":
            return
        if manner == "stall":
            self.server.closing.wait(10)
            return
        if manner in ("404", "500"):
            self.send_error(int(manner))
            return
        if manner == "once-500" and self.server.requests.count((manner, name)) == 1:
            self.send_error(500)
            return
        if manner == "corrupt":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:20] if manner in ("truncate", "stall-body") else content)
        if manner == "stall-body":
            self.wfile.flush()
            self.server.closing.wait(10)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server, short waits, a cache of its own, and tiny files in MNIST's place."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirrors)
    server.daemon_threads = True
    server.requests, server.closing = [], threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    sums = {name: "sha256:" + hashlib.sha256(c).hexdigest() for name, c in FILES.items()}
    others = {"train-images-idx3-ubyte.gz": "md5:0", "train-labels-idx1-ubyte.gz": "md5:0"}
    monkeypatch.setattr(digits_module, "CHECKSUMS", sums | others)

    def use(*manners):
        where = [f"http://127.0.0.1:{server.server_port}/{manner}/" for manner in manners]
        monkeypatch.setattr(digits_module, "MIRRORS", where)
        return server

    yield use
    server.closing.set()
    server.shutdown()
    server.server_close()


def cached(tmp_path):
    """Names of everything in the cache."""
    return sorted(p.name for p in (tmp_path / "cache").rglob("*") if p.is_file())


def assert_good(digits):
    np.testing.assert_array_equal(digits.images, IMAGES)
    assert digits.labels.tolist() == LABELS.tolist()


def test_only_the_split_is_fetched_and_only_once(server, tmp_path):
    requests = server("good").requests
    assert_good(load_digits("mnist", "test"))
    assert requests == [("good", name) for name in FILES]
    assert cached(tmp_path) == sorted(FILES)
    assert_good(load_digits("mnist", "test"))
    assert len(requests) == 2


@pytest.mark.parametrize("manner", BAD)
def test_the_second_mirror_rescues(server, tmp_path, manner):
    requests = server(manner, "good").requests
    assert_good(load_digits("mnist", "test"))
    assert [m for m, _ in requests] == [manner, "good"] * 2
    assert cached(tmp_path) == sorted(FILES)


@pytest.mark.parametrize("manner", BAD)
def test_a_failure_is_one_line_with_the_mend_and_leaves_nothing(server, tmp_path, manner):
    server(manner)
    with pytest.raises(OSError, match="could not download t10k-images") as caught:
        load_digits("mnist", "test")
    message = str(caught.value)
    assert "\n" not in message and "127.0.0.1" in message and len(message) < 250
    assert '"embedded"' in message and "folder" in message
    reasons = {"404": "status 404", "500": "status 500", "corrupt": "wrong checksum"}
    assert reasons.get(manner, "ReadTimeout" if manner == "stall" else "Error") in message
    assert cached(tmp_path) == []


def test_a_mirror_that_recovers_is_asked_again(server, tmp_path):
    requests = server("once-500").requests
    assert_good(load_digits("mnist", "test"))
    assert len(requests) == 4 and cached(tmp_path) == sorted(FILES)


def test_no_server_at_all(server):
    gone = server("good")
    gone.shutdown()
    gone.server_close()
    with pytest.raises(ConnectionError, match='use "embedded", or pass a folder'):
        load_digits("mnist", "test")


def test_a_damaged_file_in_the_cache_is_replaced(server, tmp_path):
    server("good")
    load_digits("mnist", "test")
    (tmp_path / "cache" / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(b"half")
    assert_good(load_digits("mnist", "test"))


def test_a_cache_that_cannot_be_written_is_named(server, tmp_path):
    requests = server("good").requests
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="set LAB_CACHE") as caught:
        load_digits("mnist", "test")
    assert "\n" not in str(caught.value) and requests == []
