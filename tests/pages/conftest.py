"""Fixtures of the page tests: pages without a browser, a MUSICGEN_HOME of its own per test."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score, notes_from
from musicgen.training.run_folder.run import Run
from tests.helpers.example_runs import make_alive
from tests.helpers.locations import ROOT
from tests.pages.composed_pages import PAGE, wait_until_composed

TIMEOUT_SECONDS = 60  # of one run of a page, on a busy machine


@pytest.fixture(autouse=True, scope="module")
def _frozen_garbage(frozen_garbage: None) -> None:
    """Pages run fast."""


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render every piece as a moment of silence: sound is tested in the browser."""
    silence = wav_bytes(Score(notes_from([])))
    monkeypatch.setattr("musicgen.ui.compose.piece_cache.wav_bytes", lambda score: silence)


@pytest.fixture(autouse=True)
def _same_drawn_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds that the pages draw are the same at each run of a test, and so are its pieces."""
    monkeypatch.setattr("secrets.randbelow", random.Random(0).randrange)


@pytest.fixture(autouse=True, scope="session")
def _one_search_for_components() -> Iterator[None]:
    """Streamlit's AppTest searches all installed packages for components, at each new page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
        yield


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of a home in which the bundled collections have been opened."""
    folder = tmp_path_factory.mktemp("home-with-a-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        for collection in bundled_collections():
            load_collection(collection.name)
    return folder / "cache"


@pytest.fixture()
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[Path]:
    """A MUSICGEN_HOME that holds nothing but a cache."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    shutil.copytree(cache, tmp_path / "home/cache", copy_function=os.link)
    yield tmp_path / "home"
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture()
def open_page(home: Path) -> Callable[..., AppTest]:
    """Open a page of pages/ by its file name, with a query; the home page without a name."""

    def open_(file: str = "", **query: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_SECONDS)
        if file:  # opened by its address, without the home page before it
            page.switch_page(f"pages/{file}")
        for name, value in query.items():
            page.query_params[name] = value
        page.run()
        assert not page.exception, page.exception
        return page

    return open_


@pytest.fixture()
def runs(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs; the program has no bundled ones."""
    monkeypatch.setattr("musicgen.training.run_folder.registry.PRETRAINED", tmp_path / "none")
    return home / "runs"


@pytest.fixture()
def compose_page(runs, open_page):
    """Open the Compose page and wait for the piece that it composes by itself."""

    def open_(**query: str) -> AppTest:
        return wait_until_composed(open_page(PAGE, **query))

    return open_


@pytest.fixture()
def alive() -> Callable[[Run], None]:
    """Make this process the one that trains a run."""
    return make_alive
