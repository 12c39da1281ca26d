"""Text, metrics and buttons of a page, for tests; selecting rows of its tables."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from musicgen.ui.server.live_endpoint import live_answer
from musicgen.ui.train.live_query import LiveQuery

DATA, TRAIN = "1_Data.py", "2_Train.py"


def texts(page: AppTest) -> str:
    """Return all text elements of the page, one a line."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def metrics(page: AppTest) -> dict[str, str]:
    """Return the page's metrics by label, those of the live component too."""
    values = {element.label: element.value for element in page.metric}
    return values | {metric["label"]: metric["value"] for metric in live_data(page)["metrics"]}


def live_data(page: AppTest) -> dict[str, Any]:
    """Return the endpoint's answer to the query that the page gives to the browser."""
    for component in page.get("bidi_component"):
        if component.proto.component_name == "musicgen_live":
            return live_answer(LiveQuery.from_query(json.loads(component.proto.json)["query"]))
    return {"metrics": [], "note": "", "plots": []}


def buttons(page: AppTest) -> set[str]:
    """Return the labels of the page's buttons."""
    return {button.label for button in page.button}


def select_rows(page: AppTest, key: str, *ids: str) -> AppTest:
    """Select rows of a `selectable_table` by their ids, as a browser would report it."""
    drawn = page.session_state["_tables"][key]
    rows = [drawn.ids.index(id_) for id_ in ids]
    selection = {"rows": rows, "columns": [], "cells": []}
    page.session_state[drawn.widget] = {"selection": selection}
    return page.run()
