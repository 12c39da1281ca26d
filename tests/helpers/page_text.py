"""What a page says, for tests; and the files of those that several modules test."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from musicgen.ui.server.live_endpoint import live_answer
from musicgen.ui.train.live_query import LiveQuery

DATA, TRAIN = "1_Data.py", "2_Train.py"


def texts(page: AppTest) -> str:
    """All that the page says in words, for a look at what is there."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def metrics(page: AppTest) -> dict[str, str]:
    """The page's metrics and figures by label."""
    metrics = {each.label: each.value for each in page.metric}
    return metrics | {each["label"]: each["value"] for each in live_figures(page)["figures"]}


def live_figures(page: AppTest) -> dict[str, Any]:
    """What the browser is told of a run when it asks as the page has it ask."""
    for component in page.get("bidi_component"):
        if component.proto.component_name == "musicgen_live":
            return live_answer(LiveQuery.from_query(json.loads(component.proto.json)["query"]))
    return {"figures": [], "note": "", "plots": []}


def buttons(page: AppTest) -> set[str]:
    """The words on its buttons."""
    return {each.label for each in page.button}


def select_rows(page: AppTest, key: str, *ids: str) -> AppTest:
    """Select rows of a `selectable_table` by their ids, as a browser would report it."""
    drawn = page.session_state["_tables"][key]
    rows = [drawn.ids.index(id_) for id_ in ids]
    selection = {"rows": rows, "columns": [], "cells": []}
    page.session_state[drawn.widget] = {"selection": selection}
    return page.run()
