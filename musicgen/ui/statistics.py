"""The views of the Data page that draw a collection's statistics."""

from __future__ import annotations

import streamlit as st

from musicgen.rendering import statistics_figures as figures
from musicgen.rendering.keyboard_figure import keyboard_figure
from musicgen.ui.analysis import Analysis
from musicgen.ui.charts import chart_of_pieces

KINDS = ("Both", "Notes", "Chords")


def notes_view(analysis: Analysis) -> None:
    """Notes and chords, pitch classes, the keyboard, intervals."""
    _frequency(analysis)
    chart_of_pieces(
        "Keyboard",
        keyboard_figure(analysis.pitches),
        analysis.pitches,
        analysis,
        help="The redder, the more often it is struck.",
    )
    left, right = st.columns(2)
    with left:
        classes = analysis.pitch_classes
        chart_of_pieces("Pitch classes", figures.pitch_class_figure(classes), classes, analysis)
    with right:
        intervals = analysis.intervals
        chart_of_pieces(
            "Melodic intervals",
            figures.interval_figure(intervals),
            intervals,
            analysis,
            help="Between the highest notes of each part, one onset to the next.",
        )


@st.fragment
def _frequency(analysis: Analysis) -> None:
    """The most frequent notes and chords; a fragment, for its slider is to answer at once."""
    found = analysis.note_frequency
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Count", KINDS, default=KINDS[0], required=True, key="kind", bind="query-params"
        )
        most = st.slider("How many", 5, 100, 30, 5, key="most", bind="query-params", width=320)
        log = st.toggle("Log scale", key="log", bind="query-params")
    chosen = {"Notes": found.notes, "Chords": found.chords}.get(str(kind), found.both)
    chart_of_pieces(
        f"Most frequent {'notes and chords' if kind == 'Both' else str(kind).lower()}",
        figures.note_frequency_figure(chosen, most, log),
        chosen,
        analysis,
        help="Chords are named by their normal order: 0.4.7 is C, E and G in any register. "
        "Click on a bar for the pieces that have it.",
    )


def rhythm_view(analysis: Analysis) -> None:
    """Durations, places in the bar, metre."""
    durations, onsets, metres = analysis.durations, analysis.onsets, analysis.metres
    chart_of_pieces("Durations", figures.duration_figure(durations), durations, analysis)
    left, right = st.columns([3, 2])
    with left:
        chart_of_pieces("Onsets in the bar", figures.onset_figure(onsets), onsets, analysis)
    with right:
        chart_of_pieces("Metre", figures.metre_figure(metres), metres, analysis)


def playing_view(analysis: Analysis) -> None:
    """Tempo, velocity, polyphony."""
    tempi, velocities, polyphony = analysis.tempi, analysis.velocities, analysis.polyphony
    chart_of_pieces("Notes at once", figures.polyphony_figure(polyphony), polyphony, analysis)
    left, right = st.columns(2)
    with left:
        chart_of_pieces("Tempo", figures.tempo_figure(tempi), tempi, analysis)
    with right:
        chart_of_pieces("Velocity", figures.velocity_figure(velocities), velocities, analysis)
