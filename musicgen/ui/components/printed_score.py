"""Printed score that follows the sound of the player, as a Streamlit component."""

from __future__ import annotations

from musicgen.rendering.svg import Engraving
from musicgen.ui.components.component import component


def printed_score(engraving: Engraving, piece: str, key: str) -> None:
    """Show the pages of a piece; a click on a note goes there in the piece's player.

    piece: as it is given to `roll_player`, so that both are at one position. key: unique on the
    page.
    """
    _component(
        key=key,
        data={
            "piece": piece,
            "pages": engraving.pages,
            "notes": engraving.notes,
            "bars": engraving.bars,
        },
    )


_component = component("printed_score")
