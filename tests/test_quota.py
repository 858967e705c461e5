"""A container's share of the processors is heeded, and nothing else changes."""

import math

import pytest

from lstm_video_lab import quota


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


@pytest.fixture
def group(tmp_path):
    """Where this process is, and the root of the groups."""
    (tmp_path / "mine").write_text("0::/slice/job\n3:cpu,cpuacct:/docker/1\n")
    return tmp_path / "root", tmp_path / "mine"


@pytest.mark.parametrize(
    ("folder", "files", "expected"),
    [
        ("", {"cpu__max": "50000 100000\n"}, 0.5),
        ("", {"cpu__max": "max 100000\n"}, math.inf),
        ("slice/job", {"cpu__max": "250000 100000\n"}, 2.5),
        ("slice", {"cpu__max": "150000 100000"}, 1.5),
        ("cpu", {"cpu__cfs_quota_us": "50000\n", "cpu__cfs_period_us": "100000\n"}, 0.5),
        ("cpu/docker/1", {"cpu__cfs_quota_us": "300000", "cpu__cfs_period_us": "100000"}, 3.0),
        ("cpu", {"cpu__cfs_quota_us": "-1\n", "cpu__cfs_period_us": "100000\n"}, math.inf),
        ("other", {"cpu__max": "50000 100000\n"}, math.inf),
        ("", {"cpu__max": "nonsense"}, math.inf),
        ("", {}, math.inf),
    ],
)
def test_the_quota_is_read_from_both_versions_of_cgroups(group, folder, files, expected):
    root, mine = group
    write(root / folder, **files)
    assert quota.cpu_quota(root, mine) == expected
    mine.unlink()
    assert quota.cpu_quota(root, mine) in (expected, math.inf)


V1 = {"memory__limit_in_bytes": "4000", "memory__usage_in_bytes": "3000"}


@pytest.mark.parametrize(
    ("folder", "files", "expected"),
    [
        ("", {"memory__max": "4000\n", "memory__current": "3000\n", "memory__stat": ""}, 1000),
        ("slice/job", {"memory__max": "4000", "memory__current": "3900",
                       "memory__stat": "anon 100\ninactive_file 3600\n"}, 3700),
        ("slice", {"memory__max": "max", "memory__current": "3000", "memory__stat": ""}, math.inf),
        ("memory", {**V1, "memory__stat": "inactive_file 5\ntotal_inactive_file 500"}, 1500),
        ("memory/docker/1", {**V1, "memory__stat": ""}, 1000),
        ("other", {**V1, "memory__stat": ""}, math.inf),
        ("", {"memory__max": "4000", "memory__current": "3000"}, 1000),
        ("", {}, math.inf),
    ],
)  # fmt: skip
def test_the_memory_that_a_container_leaves(group, folder, files, expected):
    """Without what the system keeps of files that were read, which it gives back."""
    root, mine = group
    mine.write_text(f"{mine.read_text()}4:memory:/docker/1\n")
    write(root / folder, **files)
    assert quota.memory_left(root, mine) == expected
