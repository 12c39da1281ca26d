"""The top of the Data page: what a collection is and how much music it has."""

from __future__ import annotations

import streamlit as st

from musicgen.statistics.analysis import Analysis
from musicgen.statistics.overview import MIN_NOTES_SMALL_MODEL
from musicgen.ui.data.choose_collection import bundled_collection
from musicgen.ui.data.time_choice import say_time
from musicgen.ui.shared.tables import csv_bytes
from musicgen.ui.shared.text import escape, format_count, format_duration
from musicgen.ui.shared.url_piece import BAR, remove_from_url


def overview_view(name: str, analysis: Analysis) -> None:
    """Show metrics, verdict, and the source and licence of a bundled collection."""
    bundled = bundled_collection(name)
    if bundled:
        st.markdown(f"**{escape(bundled.title)}.** {escape(bundled.description, 600)}")
        with st.expander("Where it comes from, and its licence"):
            st.markdown(f"{escape(bundled.source, 3000)}\n\n{escape(bundled.licence, 3000)}")
    overview, refused = analysis.overview, len(analysis.collection.refused)
    duration = format_duration(overview.seconds)
    with st.container(horizontal=True):
        st.metric("Pieces", f"{overview.pieces:,}", border=True)
        drums = f"{overview.drum_notes:,} of them of drums" if overview.drum_notes else None
        st.metric("Notes", f"{overview.notes:,}", border=True, help=drums)
        hours = f"{overview.hours:.1f} h" if overview.hours >= 1 else duration
        st.metric("Music", hours, border=True)
        different = len(analysis.note_frequency.combined)
        st.metric("Different notes and chords", f"{different:,}", border=True)
        st.metric("Refused files", f"{refused:,}", border=True)
    (st.info if overview.notes else st.warning)(
        overview.verdict + _what_helps(overview.pitched_notes), icon=":material/lightbulb:"
    )
    say_time(analysis)
    duplicates = int((analysis.duplicate_counts > 0).sum())
    if duplicates:
        _duplicates(duplicates)


def _what_helps(pitched_notes: int) -> str:
    """What to do with little music; empty where there is enough, or none."""
    if not 1 < pitched_notes < MIN_NOTES_SMALL_MODEL:
        return ""
    return " Fine-tune a model that ships: the Train page offers it."


def _duplicates(number: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{format_count(number, 'piece')} have a twin under another name, maybe in another "
            "key: they stay on one side of the split, so that validation is not too easy."
        )
        st.button(
            "Show them",
            icon=":material/arrow_forward:",
            key="show-twins",
            type="tertiary",
            on_click=_show_duplicates,
        )


def _show_duplicates() -> None:
    """Have the table of pieces list those that have a twin."""
    st.session_state["view"], st.session_state["search"] = "Pieces", "same as"
    remove_from_url(BAR)


def refused_view(analysis: Analysis) -> None:
    """Show the files that could not be read, why, and what would help; with a download."""
    table = analysis.refused
    if not len(table):
        st.success("Every file of this collection could be read.", icon=":material/check:")
        return
    st.dataframe(table, hide_index=True, height="auto" if len(table) <= 10 else 420)
    st.download_button(
        "Save the report",
        lambda: csv_bytes(table),
        "refused-files.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
