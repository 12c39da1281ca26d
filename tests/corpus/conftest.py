from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.own_songs import ONE, TWO


@pytest.fixture()
def collections_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "collections"


@pytest.fixture()
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "My songs"
    (folder / "old").mkdir(parents=True)
    (folder / "a.mid").write_bytes(ONE)
    (folder / "old" / "b.mid").write_bytes(TWO)
    (folder / "old" / "copy of a.mid").write_bytes(ONE)
    (folder / "cover.jpg").write_bytes(b"not music")
    return folder
