"""The top of the Data page: what a collection is and how much of it there is."""

from __future__ import annotations

import streamlit as st

from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.choose_collection import bundled_collection
from musicgen.ui.shared.tables import csv_bytes
from musicgen.ui.shared.text import escape, format_count, format_duration
from musicgen.ui.shared.url_piece import BAR, remove_from_url


def overview_view(name: str, analysis: Analysis) -> None:
    """Numbers, verdict, and for a bundled collection whose music it is."""
    about = bundled_collection(name)
    if about:
        st.markdown(f"**{escape(about.title)}.** {escape(about.description, 600)}")
        with st.expander("Where it comes from, and its licence"):
            st.markdown(f"{escape(about.source, 3000)}\n\n{escape(about.licence, 3000)}")
    glance, refused = analysis.overview, len(analysis.collection.refused)
    with st.container(horizontal=True):
        st.metric("Pieces", f"{glance.pieces:,}", border=True)
        st.metric("Notes", f"{glance.notes:,}", border=True)
        hours = f"{glance.hours:.1f} h" if glance.hours >= 1 else format_duration(glance.seconds)
        st.metric("Music", hours, border=True)
        different = len(analysis.note_frequency.combined)
        st.metric("Notes and chords", f"{different:,}", border=True, help="different ones")
        st.metric("Refused files", f"{refused:,}", border=True)
    (st.info if glance.notes else st.warning)(glance.verdict, icon=":material/lightbulb:")
    copies = int((analysis.duplicate_counts > 0).sum())
    if copies:
        _twins(copies)


def _twins(copies: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{format_count(copies, 'piece')} have a twin under another name, maybe in another "
            "key: they stay on one side of the split, so that validation tells the truth."
        )
        st.button(
            "Show them",
            icon=":material/arrow_forward:",
            key="show-twins",
            type="tertiary",
            on_click=_show_twins,
        )


def _show_twins() -> None:
    """Have the table of pieces list those that have a twin."""
    st.session_state["view"], st.session_state["search"] = "Pieces", "same as"
    remove_from_url(BAR)


def refused_view(analysis: Analysis) -> None:
    """Files that could not be used, why, and what would help; a report to keep."""
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
