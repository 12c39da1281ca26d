"""Pages whose address has values that nobody would write: they open, without an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.example_runs import run_that_is
from tests.helpers.page_text import DATA, TRAIN
from tests.helpers.tiny_music import write_folder
from tests.pages.composed_pages import PAGE as COMPOSE

# Query parameters by the address of a page in which they have a meaning.
KEYS = {
    (DATA, "view=Notes"): ("collection", "view", "kind", "most", "log", "bar", "piece"),
    (DATA, "view=Vocabulary"): ("encoding", "part"),
    (DATA, "view=Vocabulary&part=What training sees"): ("window", "window-start"),
    (DATA, "view=Vocabulary&part=All tokens"): ("token-search",),
    (DATA, "view=Pieces"): ("search", "piece", "bar"),
    (TRAIN, "show=New"): ("show", "preset", "collection"),
    (TRAIN, "show=Watch"): ("run",),
    (TRAIN, "show=Compare"): ("compare",),
    (COMPOSE, ""): ("piece", "model", "begin", "variation", "settings", "compose-view"),
}
VALUES = {
    "long": "x" * 2**20,
    "empty": "",
    "zero byte": "a\0b",
    "path": "../../../../etc/passwd",
    "markup": "<script>alert(1)</script>**[a](javascript:x)`$x$` :material/x: #",
    "number": "-1e999",
    "not a number": "NaN",
    "large number": "9" * 400,
    "list": "[[[" * 5000,
}


@pytest.mark.slow
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize(("page", "query"), KEYS)
def test_a_page_opens_whatever_its_address_says(
    open_page: Callable[..., AppTest], home: Path, runs: object, page: str, query: str, value: str
) -> None:
    run_that_is("done")
    write_folder(home / "collections" / "tunes")  # small, so that pages open fast
    sound = {"collection": "tunes"} | dict(pair.split("=") for pair in query.split("&") if pair)
    for key in KEYS[page, query]:
        assert open_page(page, **{**sound, key: value}).title
