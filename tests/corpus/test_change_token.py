"""Change tokens: what changes them, and that asking again does not walk the source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicgen.corpus.change_token import ChangeTokens
from musicgen.corpus.user.user_collections import add_files
from tests.corpus.own_songs import ONE, THREE, TWO


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture()
def walked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that os.walk is started at."""
    folders: list[str] = []
    original = os.walk

    def walk(top: os.PathLike[str], **options: object) -> Iterator[object]:
        folders.append(os.fspath(top))
        return original(top, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(os, "walk", walk)
    return folders


def test_asking_again_walks_the_source_once_in_a_few_seconds(
    songs: Path, walked: list[str]
) -> None:
    clock = Clock()
    tokens = ChangeTokens(clock, recheck_seconds=5.0)
    first = tokens.token(songs)
    assert [tokens.token(songs) for _ in range(20)] == [first] * 20
    assert len(walked) == 1
    clock.seconds = 5.1
    assert tokens.token(songs) == first
    assert len(walked) == 2


def test_a_file_that_is_added_or_removed_changes_the_token_at_once(songs: Path) -> None:
    tokens = ChangeTokens(Clock())
    first = tokens.token(songs)
    (songs / "old" / "new.mid").write_bytes(THREE)
    os.utime(songs / "old", ns=(1, 1))  # file systems may count time in steps of milliseconds
    second = tokens.token(songs)
    (songs / "a.mid").unlink()
    os.utime(songs, ns=(2, 2))
    assert len({first, second, tokens.token(songs)}) == 3


def test_a_file_that_is_edited_in_place_changes_the_token_after_a_while(songs: Path) -> None:
    clock = Clock()
    tokens = ChangeTokens(clock, recheck_seconds=5.0)
    first = tokens.token(songs)
    (songs / "a.mid").write_bytes(THREE)
    os.utime(songs / "a.mid", ns=(3, 3))
    clock.seconds = 5.1
    assert tokens.token(songs) != first


def test_an_upload_changes_the_token_at_once(collections_root: Path) -> None:
    tokens = ChangeTokens(Clock())
    add_files("mine", [("below/a.mid", ONE)])
    os.utime(collections_root / "mine" / "below", ns=(4, 4))
    first = tokens.token(collections_root / "mine")
    add_files("mine", [("below/b.mid", TWO)])
    assert tokens.token(collections_root / "mine") != first


def test_a_zip_and_a_source_that_is_gone(tmp_path: Path) -> None:
    tokens = ChangeTokens(Clock())
    path = tmp_path / "songs.zip"
    path.write_bytes(b"one")
    first = tokens.token(path)
    assert tokens.token(path) == first
    os.utime(path, ns=(5, 5))
    second = tokens.token(path)
    path.unlink()
    assert len({first, second, tokens.token(path)}) == 3
