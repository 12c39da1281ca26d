"""The query of the live endpoint."""

import pytest

from musicgen.ui.train.live_query import InvalidQuery, LiveQuery


def test_equal_runs_are_shown_once_and_many_are_refused() -> None:
    equal = "&".join(["run=a"] * 900)
    assert LiveQuery.from_query(f"{equal}&run=b&show=Compared").runs == ("a", "b")
    with pytest.raises(InvalidQuery, match="more than 100 runs"):
        LiveQuery.from_query("&".join(f"run={i}" for i in range(101)) + "&show=Compared")
