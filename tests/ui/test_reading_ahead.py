"""A collection that a browser asks for is read before Streamlit's scripts have come."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import PlainTextResponse

from musicgen.corpus.library import bundled
from musicgen.ui import opening, reading_ahead
from musicgen.ui.reading_ahead import ReadAhead, asked_for


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (b"collection=ryans-mammoth&view=Rhythm", "ryans-mammoth"),
        (b"collection=%C3%89tudes+%F0%9F%8E%B9", "Études 🎹"),
        (b"", bundled()[0].name),
        (b"collection=", bundled()[0].name),
        (b"\xff=&view=%FF", bundled()[0].name),
    ],
)
def test_the_collection_of_a_link(query: bytes, name: str):
    assert asked_for(query) == name


def opened(monkeypatch, path: str, kind: str = "http") -> list[str]:
    """What is opened ahead by a request, which is answered all the same."""
    names: list[str] = []
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    class AtOnce:
        def __init__(self, target, args, daemon):
            self.start = lambda: target(*args)

    monkeypatch.setattr(reading_ahead, "open_ahead", names.append)
    monkeypatch.setattr(reading_ahead, "Thread", AtOnce)
    app = ReadAhead(PlainTextResponse("the page"))
    answering = app({"type": kind, "path": path, "query_string": b"collection=mine"}, None, send)
    with ThreadPoolExecutor() as pool:  # a browser's test may have left a loop in this thread
        pool.submit(asyncio.run, answering).result()
    assert sent[1]["body"] == b"the page"
    return names


def test_the_data_page_alone_has_its_collection_read(monkeypatch):
    assert opened(monkeypatch, "/Data") == ["mine"]
    assert opened(monkeypatch, "/Train") == []
    assert opened(monkeypatch, "/") == []


def test_what_was_opened_ahead_is_ready_for_the_page():
    opening.open_ahead("ryans-mammoth")
    assert opening.is_open("ryans-mammoth")
    analysis = opening.open_collection("ryans-mammoth")
    assert {"copies", "note_frequency"} <= set(vars(analysis))


def test_a_collection_that_is_not_there_stops_nothing():
    opening.open_ahead("../nothing")
