from __future__ import annotations

from pathlib import Path

from musicgen.corpus.user.user_collections import import_source
from musicgen.training.run_folder.registry import create_run
from musicgen.training.settings import RunSettings
from tests.helpers.page_text import texts
from tests.helpers.tiny_music import write_folder


def test_nothing_yet_says_what_to_do(open_page, home: Path):
    said = texts(open_page())
    assert "None yet: they will be kept on the Compose page." in said
    assert str(home) in said


def test_what_is_here_is_listed(open_page, home: Path, tmp_path: Path):
    import_source(write_folder(tmp_path / "my tunes", count=3))
    create_run(RunSettings("first run", "my tunes"))
    said = texts(open_page())
    assert "3 files" in said
    assert "queued" in said
