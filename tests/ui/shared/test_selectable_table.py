from __future__ import annotations

from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.ui.shared.selectable_table import identity_key
from tests.helpers.page_text import select_rows

pytestmark = pytest.mark.usefixtures("frozen_garbage")


def script() -> None:
    import pandas as pd
    import streamlit as st

    from musicgen.ui.shared.selectable_table import clear_selection, selectable_table

    ids = st.session_state["ids"]
    if not st.session_state.get("elsewhere"):
        table = pd.DataFrame({"name": ids})
        selected = selectable_table(
            table, ids, "songs", several=True, default=st.session_state.get("default", ())
        )
        st.text(" ".join(selected))
        if st.button("Clear"):
            clear_selection("songs")
            st.rerun()


def page_with(ids: Sequence[str], **state: object) -> AppTest:
    page = AppTest.from_function(script)
    page.session_state["ids"] = ids
    for name, value in state.items():
        page.session_state[name] = value
    return page.run()


def selected(page: AppTest) -> list[str]:
    assert not page.exception
    return page.text[0].value.split()


def test_selected_rows_are_returned_by_their_ids():
    page = page_with(["a", "b", "c"])
    assert selected(page) == []
    assert selected(select_rows(page, "songs", "c", "a")) == ["a", "c"]


@pytest.mark.parametrize(
    ("ids", "still_selected"),
    [
        (["new", "a", "b", "c"], ["b"]),
        (["c", "b", "a"], ["b"]),
        (["b", "c"], ["b"]),
        (["a", "c"], []),
        ([], []),
    ],
)
def test_the_selection_follows_its_item_when_the_rows_change(ids, still_selected):
    page = select_rows(page_with(["a", "b", "c"]), "songs", "b")
    assert selected(page) == ["b"]
    page.session_state["ids"] = ids
    assert selected(page.run()) == still_selected
    assert selected(page.run()) == still_selected


def test_a_selection_that_arrives_with_other_rows_means_the_rows_that_were_shown():
    page = page_with(["a", "b", "c"])
    page.session_state["ids"] = ["new", "a", "b", "c"]  # added by another tab before the click
    assert selected(select_rows(page, "songs", "a")) == ["a"]


def test_the_default_is_selected_when_the_table_is_new_on_the_page():
    page = page_with(["a", "b"], default=["b", "not there"])
    assert selected(page) == ["b"]
    assert selected(select_rows(page, "songs")) == []
    page.session_state["elsewhere"] = True
    page.run()
    page.session_state["elsewhere"] = False
    assert selected(page.run()) == ["b"]


def test_the_selection_is_cleared():
    page = select_rows(page_with(["a", "b"], default=["a"]), "songs", "a", "b")
    page.button[0].click().run()
    assert selected(page) == []
    assert selected(select_rows(page, "songs", "b")) == ["b"]
    page.session_state["ids"] = ["b", "a"]
    assert selected(page.run()) == ["b"]


def test_a_key_stands_for_the_items_and_their_order():
    keys = {identity_key("delete", ids) for ids in (["a", "b"], ["b", "a"], ["ab"], ["a"], [])}
    assert len(keys) == 5
    assert identity_key("delete", ["a"]) == identity_key("delete", ["a"])
