"""A predictor that only remembers: against another library's search, and its baselines."""

import torch
from sklearn.neighbors import NearestNeighbors

from lstm_video_lab.lessons.temporal_models.memory import CASES, ask_memory, nearest_next


def test_memory_gives_what_followed_the_nearest():
    draw = torch.Generator().manual_seed(0)
    seen, stored = torch.rand(2, 7, 5, 5, generator=draw), torch.rand(3, 40, 5, 5, generator=draw)
    rows = stored[:2].transpose(0, 1).flatten(1)
    finder = NearestNeighbors(n_neighbors=1).fit(rows)
    found = finder.kneighbors(seen.transpose(0, 1).flatten(1), return_distance=False)[:, 0]
    assert torch.equal(nearest_next(seen, stored), stored[2, torch.from_numpy(found)])
    same = nearest_next(stored[:2, 5:9], stored)
    assert torch.equal(same, stored[2, 5:9])  # what it has seen before, it knows


def test_more_clips_are_remembered_better_and_every_case_is_asked():
    recalled = ask_memory(16, (5, 400))
    assert set(recalled.errors) == set(recalled.frames) == set(CASES)
    for case in CASES:
        few, many = recalled.errors[case]
        assert 0 < many < few
        assert recalled.frames[case][0].shape == recalled.new[3].shape
    copied = (recalled.new[2] - recalled.new[3]).square().sum((1, 2)).mean()
    torch.testing.assert_close(torch.tensor(recalled.levels["copy last"]), copied)
