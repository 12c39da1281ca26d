"""The header that has browsers fetch the charts' script ahead, on the real files of Streamlit."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import streamlit
from starlette.responses import PlainTextResponse

from musicgen.ui.server import preload_headers
from musicgen.ui.server.preload_headers import PreloadedScripts, links


def test_the_scripts_of_charts_and_tables_are_named_and_are_there():
    files = named(links("/"))
    for script in ("PlotlyChart", "Metric", "Slider", "DataFrame"):
        assert any(file.startswith(f"/static/js/{script}.") for file in files)
    assert len(files) == len(set(files))
    static = Path(streamlit.__file__).parent / "static"
    assert all((static / file.lstrip("/")).is_file() for file in files)


def test_tables_do_not_stand_in_the_way_of_charts():
    files = named(links("/Data"))
    assert any(file.startswith("/static/js/PlotlyChart.") for file in files)
    assert not any("DataFrame" in file for file in files)


def named(header: str) -> list[str]:
    """The files of a header."""
    return [each.partition(">")[0].strip(" <") for each in header.split(",")]


def test_another_streamlit_costs_no_page(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(preload_headers, "_MANIFEST", tmp_path / "none.json")
    links.cache_clear()
    try:
        assert links("/Data") == ""
    finally:
        links.cache_clear()


def headers(path: str) -> dict[bytes, bytes]:
    """Of an answer that passes through the middleware."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    app = PreloadedScripts(PlainTextResponse(""))
    answering = app({"type": "http", "path": path}, None, send)
    with ThreadPoolExecutor() as pool:  # a browser's test may have left a loop in this thread
        pool.submit(asyncio.run, answering).result()
    return dict(sent[0]["headers"])


def test_pages_with_charts_alone_have_the_header():
    assert headers("/Data")[b"link"].decode() == links("/Data")
    assert b"link" in headers("/")
    assert b"link" not in headers("/Train")
