"""Printed score that follows the sound of the player, as a Streamlit component."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from musicgen.rendering.svg import Engraving
from musicgen.ui.components.component import component


def printed_score(
    engraving: Engraving, piece: str, for_phone: bool, key: str, on_change: Callable[[], None]
) -> None:
    """Show the pages of a piece; a click on a note goes there in the piece's player.

    piece: as it is given to `roll_player`, so that both are at one position. key: unique on the
    page. for_phone: whether its pages are. on_change: called where they should be and are not, or
    the other way round; `has_phone_width` then says which.
    """
    _component(
        key=key,
        data={
            "piece": piece,
            "pages": engraving.pages,
            "forPhone": for_phone,
            "notes": engraving.notes,
            "bars": engraving.bars,
        },
        on_phone_change=on_change,
    )


def has_phone_width(key: str) -> bool:
    """Whether the window has room for narrow pages only, as the browser said last."""
    return bool(st.session_state[key].get("phone"))


_component = component("printed_score")
