"""Names of uploads that lead elsewhere, or that many files have; names that are paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from musicgen.corpus.user.user_collections import add_files, collection_path
from tests.corpus.own_songs import ONE

pytestmark = pytest.mark.usefixtures("collections_root")


def test_many_files_of_one_name_take_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    exists = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: looks.append(path) or exists(path))
    totals = []
    for count in (50, 100):
        looks.clear()
        added = add_files(f"of {count}", [("a.mid", ONE + b"%d" % n) for n in range(count)])
        assert added.files[:2] == ("a.mid", "a (2).mid")
        assert len(added.files) == count
        totals.append(len(looks))
    assert totals[1] <= 2.1 * totals[0]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a\0b.mid", "a_b.mid"),
        ("x/\0/../../y.mid", "x/_/y.mid"),
        ("/etc/passwd.mid", "etc/passwd.mid"),
        ("..\\..\\up.mid", "up.mid"),
        ("\ud800.mid", "?.mid"),
        ("n" * 5000 + ".mid", "n" * 196 + ".mid"),
    ],
)
def test_the_name_of_an_upload_cannot_lead_out_of_the_collection(
    name: str, written: str, collections_root: Path
) -> None:
    assert add_files("mine", [(name, ONE)]).files == (written,)
    assert (collections_root / "mine" / written).read_bytes() == ONE


def test_a_path_is_no_name_of_a_collection(collections_root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    add_files("mine", [("a.mid", ONE)])
    for name in (
        str(tmp_path / "elsewhere"),
        "../elsewhere",
        "../collections/mine",
        "mine/",
        "./mine",
    ):
        assert collection_path(name) is None
    assert collection_path("mine") == collections_root / "mine"
