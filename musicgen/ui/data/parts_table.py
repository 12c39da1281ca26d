"""Table of parts by name and instrument."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.rendering.note_names import pitch_name
from musicgen.statistics.part_statistics import PartSummary

MAX_TABLE_ROWS = 1000


def parts_table(parts: Sequence[PartSummary], with_pieces: bool) -> None:
    """Show parts with their instrument, notes and range, those with the most notes first."""
    shown = parts[:MAX_TABLE_ROWS]
    columns: dict[str, list[object]] = {
        "part": [part.name for part in shown],
        "instrument": [part.instrument for part in shown],
        "notes": [part.notes for part in shown],
        "range": [_range(part) for part in shown],
    }
    if with_pieces:
        columns["pieces"] = [part.pieces for part in shown]
    st.dataframe(columns, hide_index=True, height="content" if len(shown) <= 16 else 420)
    if len(parts) > len(shown):
        st.caption(f"The first {len(shown):,} of {len(parts):,} parts.")


def _range(part: PartSummary) -> str:
    """Lowest and highest note: `E♭2 to B♭3`; empty for drums."""
    if part.lowest is None or part.highest is None:
        return ""
    return f"{pitch_name(part.lowest, 0)} to {pitch_name(part.highest, 0)}"
