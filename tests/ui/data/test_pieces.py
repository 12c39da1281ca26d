"""Names of files in the table of a collection."""

from __future__ import annotations

from musicgen.ui.data.pieces import without_common_folder


def test_names_are_shown_without_the_folder_that_all_lie_in() -> None:
    assert without_common_folder(["a.zip/songs/1.mid", "a.zip/songs/2.mid"]) == ["1.mid", "2.mid"]
    assert without_common_folder(["a.zip/x/1.mid", "a.zip/2.mid"]) == ["x/1.mid", "2.mid"]
    assert without_common_folder(["ab/1.mid", "ac/1.mid"]) == ["ab/1.mid", "ac/1.mid"]
    assert without_common_folder(["a/1.mid", "2.mid"]) == ["a/1.mid", "2.mid"]
    assert without_common_folder(["a/1.mid"]) == ["1.mid"]
    assert without_common_folder([]) == []
