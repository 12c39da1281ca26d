"""Buttons of actions: a click counts once, also where a rerun ends the script before the button."""

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.ui.shared import actions

pytestmark = pytest.mark.usefixtures("frozen_garbage")


def _page() -> None:
    import streamlit as st

    from musicgen.ui.shared.actions import action_button, run_action

    if st.session_state.pop("interrupt", False):
        st.rerun()  # as the live status of a training does

    def rename() -> str:
        st.session_state["names"] = [*st.session_state.get("names", ()), name]
        return "Renamed."

    name = st.text_input("Name", "old", key="name")
    if st.session_state.get("is_shown", True) and action_button("Rename", key="rename"):
        run_action(rename)


def test_a_click_counts_although_a_rerun_ends_its_script() -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    page.session_state["interrupt"] = True
    page.text_input(key="name").set_value("new")
    page.button(key="rename").click().run()
    assert not page.exception
    assert page.session_state["names"] == ["new"]


def test_a_click_counts_once() -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    page.button(key="rename").click().run()
    page.run()
    assert page.session_state["names"] == ["old"]


def test_a_click_on_a_button_that_is_gone_is_forgotten(monkeypatch) -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    page.session_state["is_shown"] = False
    page.button(key="rename").click().run()
    monkeypatch.setattr(actions, "CLICK_SECONDS", 0.0)
    page.session_state["is_shown"] = True
    page.run()
    assert "names" not in page.session_state
