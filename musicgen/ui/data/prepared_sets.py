"""The Data page on a prepared data set: its sums, which were made when it was prepared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from musicgen.corpus.prepared_folders import is_prepared, prepared_folders
from musicgen.corpus.split import SPLITS, Shares
from musicgen.corpus.user.user_collections import collection_path
from musicgen.files import USER_ERRORS, message_of
from musicgen.prepared.data_set import PreparedSet, open_prepared
from musicgen.rendering.figures import statistics as figures
from musicgen.rendering.figures.keyboard import keyboard_figure
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.sums import StatisticsSums
from musicgen.ui.data.charts import chart
from musicgen.ui.data.choose_collection import bundled_collection
from musicgen.ui.shared.text import escape, format_count, format_duration

NOTES_SHOWN = 30  # most frequent notes and chords
_VIEWS = ("Notes", "Rhythm", "Playing", "Refused")


def is_prepared_set(name: str) -> bool:
    """Whether a name of the select box is that of a prepared data set."""
    path = prepared_folders().get(name)
    is_collection = bundled_collection(name) is not None or collection_path(name) is not None
    return path is not None and not is_collection and is_prepared(path)


def prepared_view(name: str) -> None:
    """Show what a prepared data set holds, from the sums in its folder."""
    try:
        data_set = open_prepared(prepared_folders()[name])
        _overview(data_set)
        view = st.segmented_control(
            "View", _VIEWS, default="Notes", required=True, key="prepared-view",
            label_visibility="collapsed",
        )  # fmt: skip
        if view == "Refused":
            _refused(data_set)
        else:
            for title, figure in _figures(str(view), data_set.statistics):
                chart(title, figure)
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 500))


def _overview(data_set: PreparedSet) -> None:
    """Numbers, verdict, split and duplicates."""
    index, sums = data_set.index, data_set.statistics
    overview = sums.overview
    hours = overview.hours
    st.markdown(
        f"A prepared data set of **{escape(index.source)}** in the encoding "
        f"**{escape(data_set.encoding.name)}**: trainings stream from it, whatever its size."
    )
    with st.container(horizontal=True):
        st.metric("Pieces", f"{index.pieces:,}", border=True)
        drums = overview.drum_notes
        help = f"{drums:,} of them of drums" if drums else None
        st.metric("Notes", f"{overview.notes:,}", border=True, help=help)
        music = f"{hours:,.1f} h" if hours >= 1 else format_duration(overview.seconds)
        st.metric("Music", music, border=True)
        st.metric("Steps", f"{sums.steps:,}", border=True, help="of the encoding")
        st.metric("Refused files", f"{index.refused:,}", border=True)
    st.info(overview.verdict, icon=":material/lightbulb:")
    pieces = np.bincount(data_set.sides(Shares()), minlength=len(SPLITS)).tolist()
    counts = ", ".join(f"{count:,} {side}" for count, side in zip(pieces, SPLITS, strict=True))
    st.caption(
        f"The split is by piece and follows from the notes: {counts} by default. "
        f"{format_count(index.with_duplicates, 'piece')} have a twin under another name, maybe in "
        f"another key; related pieces are {format_count(index.groups, 'group')}, each on one side."
    )
    if sums.performances:
        st.caption(f"{format_count(sums.performances, 'piece')} of them are performances.")


def _figures(view: str, sums: StatisticsSums) -> list[tuple[str, go.Figure]]:
    """Titles and figures of a view; none for a histogram of nothing."""

    def of(name: str) -> Histogram:
        return sums.histogram(name)

    tables = {
        "Notes": (
            ("Most frequent notes and chords", "notes and chords", _note_figure),
            ("Keyboard", "pitches", keyboard_figure),
            ("Pitch classes", "pitch classes", figures.pitch_class_figure),
            ("Melodic intervals", "intervals", figures.interval_figure),
        ),
        "Rhythm": (
            ("Durations", "durations", figures.duration_figure),
            ("Onsets in the bar", "onsets", figures.onset_figure),
            ("Metre", "metres", figures.metre_figure),
            ("Durations in seconds", "durations in seconds", figures.seconds_figure),
            ("Time between onsets", "time between onsets", figures.seconds_figure),
        ),
        "Playing": (
            ("Notes at once", "polyphony", figures.polyphony_figure),
            ("Tempo", "tempi", figures.tempo_figure),
            ("Velocity", "velocities", figures.velocity_figure),
        ),
    }
    rows = [(title, draw, of(name)) for title, name, draw in tables[view]]
    return [(title, draw(histogram)) for title, draw, histogram in rows if len(histogram)]


def _note_figure(histogram: Histogram) -> go.Figure:
    return figures.note_frequency_figure(histogram, NOTES_SHOWN, False)


def _refused(data_set: PreparedSet) -> None:
    """The refused files, as many as are listed."""
    files = data_set.refused
    if not files:
        st.success("Every file could be read.", icon=":material/check:")
        return
    rows = [(file.file, file.reason, file.remedy) for file in files]
    st.dataframe(pd.DataFrame(rows, columns=["file", "reason", "remedy"]), hide_index=True)
    if len(files) < data_set.index.refused:
        st.caption(f"The first {len(files):,} of {data_set.index.refused:,}.")
