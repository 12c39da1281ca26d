"""Pages run without a browser, each test with a home of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
SECONDS = 60  # a page may take on a busy machine


@pytest.fixture()
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty MUSICGEN_HOME."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture()
def open_page(home: Path) -> Callable[..., AppTest]:
    """Opens a page of pages/ by its file's name, with a query; `home` is the first page."""

    def open_(file: str = "", **query: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=SECONDS)
        page.run()
        if file:
            page.switch_page(f"pages/{file}")
            for name, value in query.items():
                page.query_params[name] = value
            page.run()
        assert not page.exception, page.exception
        return page

    return open_
