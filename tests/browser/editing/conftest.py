"""Fixtures of the tests of editing: a server with a small collection and a model of it."""

from __future__ import annotations

from typing import Any

import pytest

from musicgen.composing.records.saved_pieces import SavedPiece
from tests.browser.browser_actions import write_small_model
from tests.browser.editing.editor_actions import draft
from tests.helpers.tiny_music import write_folder


@pytest.fixture(scope="module")
def server(shared_server: Any) -> Any:
    write_folder(shared_server.home / "collections/tunes")
    write_small_model(shared_server.home, source="tunes")
    return shared_server


@pytest.fixture()
def home(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MUSICGEN_HOME", str(server.home))
    return server.home


@pytest.fixture()
def piece(home: Any) -> SavedPiece:
    return draft()
