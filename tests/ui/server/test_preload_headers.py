"""The header that has browsers load the charts' script early, with Streamlit's real files."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import streamlit
from starlette.responses import PlainTextResponse

from musicgen.ui.server import preload_headers
from musicgen.ui.server.preload_headers import PreloadHeaders, link_header


def files_in(header: str) -> list[str]:
    return [link.partition(">")[0].strip(" <") for link in header.split(",")]


def test_the_header_names_scripts_of_charts_and_tables_that_exist():
    files = files_in(link_header("/"))
    for script in ("PlotlyChart", "Metric", "Slider", "DataFrame"):
        assert any(file.startswith(f"/static/js/{script}.") for file in files)
    assert len(files) == len(set(files))
    static = Path(streamlit.__file__).parent / "static"
    assert all((static / file.lstrip("/")).is_file() for file in files)


def test_the_data_page_loads_no_scripts_of_tables_early():
    files = files_in(link_header("/Data"))
    assert any(file.startswith("/static/js/PlotlyChart.") for file in files)
    assert not any("DataFrame" in file for file in files)


def test_a_streamlit_without_the_manifest_gets_no_header(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(preload_headers, "_MANIFEST", tmp_path / "none.json")
    link_header.cache_clear()
    try:
        assert link_header("/Data") == ""
    finally:
        link_header.cache_clear()


def headers_of(path: str) -> dict[bytes, bytes]:
    """Return the headers of a response that passes through the middleware."""
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    app = PreloadHeaders(PlainTextResponse(""))
    response = app({"type": "http", "path": path}, None, send)
    with ThreadPoolExecutor() as pool:  # a browser test may have left an event loop in this thread
        pool.submit(asyncio.run, response).result()
    return dict(sent[0]["headers"])


def test_only_pages_with_charts_have_the_header():
    assert headers_of("/Data")[b"link"].decode() == link_header("/Data")
    assert b"link" in headers_of("/")
    assert b"link" not in headers_of("/Train")
