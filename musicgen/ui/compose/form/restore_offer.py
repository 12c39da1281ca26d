"""An uploaded piece that was composed here, or on another computer: its settings again."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.recipe import Recipe
from musicgen.ui.compose import models
from musicgen.ui.compose.form.form_restore import refill
from musicgen.ui.compose.link import Link
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.text import escape


def restore_offer(recipe: Recipe, begin_widget: str, nothing: str) -> None:
    """A button that restores the settings which the file holds, as a link does.

    begin_widget, nothing: the key of what the piece begins from, and its value for no beginning.
    """
    made = f"by {escape(recipe.checkpoint, 80)} with seed {recipe.settings.seed}"
    with st.container(border=True):
        if recipe.begin is None:
            st.caption(f"Composed {made}; not by its settings alone.")
        else:
            st.caption(f"Composed {made}. They lead to the same notes again.")
        wanted = st.button(
            "Restore its settings", icon=":material/settings_backup_restore:", key="restore",
            on_click=_restore, args=(recipe, begin_widget, nothing),
        )  # fmt: skip
    if wanted:
        st.rerun()


def _restore(recipe: Recipe, begin_widget: str, nothing: str) -> None:
    if recipe.begin is None:
        models.choose_next(recipe.checkpoint)
        refill(recipe.settings, recipe.checkpoint, primed=True)
    else:
        st.session_state[begin_widget] = nothing
        desk().given = Link.of_recipe(recipe)
