"""Views of the Data page with statistics of a collection: notes, rhythm, playing."""

from __future__ import annotations

import streamlit as st

from musicgen.rendering.figures import statistics as figures
from musicgen.rendering.figures.keyboard import keyboard_figure
from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.chart_bars import CHARTS
from musicgen.ui.data.charts import chart_of_pieces
from musicgen.ui.data.time_choice import choose_time
from musicgen.ui.shared.text import format_count
from musicgen.ui.shared.url_choice import url_segments

KINDS = ("Both", "Notes", "Chords")


def notes_view(analysis: Analysis) -> None:
    """Show charts of notes and chords, the keyboard, pitch classes, intervals."""
    _frequency(analysis)
    if drums := analysis.overview.drum_notes:
        st.caption(f"{format_count(drums, 'drum note')} left out here: they are under **Parts**.")
    chart_of_pieces(
        "keyboard",
        keyboard_figure(analysis.pitches),
        analysis,
        help="The redder a key, the more often it is struck, alone or within a chord.",
    )
    left, right = st.columns(2)
    with left:
        figure = figures.pitch_class_figure(analysis.pitch_classes)
        chart_of_pieces("pitch-classes", figure, analysis)
    with right:
        chart_of_pieces(
            "intervals",
            figures.interval_figure(analysis.intervals),
            analysis,
            help="Between the highest notes of each part, one onset to the next.",
            omitted=figures.describe_wide_intervals(analysis.intervals),
        )


@st.fragment
def _frequency(analysis: Analysis) -> None:
    """Show the most frequent notes and chords; a fragment, so that its slider answers at once."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = url_segments("Count", KINDS, "kind")
        number = st.slider(
            "How many of the most frequent", 5, 100, 30, 5,
            key="most", bind="query-params", width=320,
        )  # fmt: skip
        log = st.toggle("Log scale", key="log", bind="query-params")
    code = "notes-and-chords" if kind == "Both" else kind.lower()
    histogram = CHARTS[code].histogram(analysis)
    if analysis.has_track_per_voice:
        st.caption(
            "A chord is what one track strikes together. Here each voice has a track of its own: "
            "what sounds at once is under **Playing**."
        )
    chart_of_pieces(
        code,
        figures.note_frequency_figure(histogram, number, log),
        analysis,
        help="A note counts here if its track strikes it alone; the keyboard counts all of "
        "them. Chords are named by their normal order: 0.4.7 is C, E and G in any register. "
        "Click on a bar for the pieces that have it.",
        omitted=figures.describe_omitted(histogram, number),
    )


def rhythm_view(analysis: Analysis) -> None:
    """Show charts of durations, onsets in the bar, metre; of performances in seconds."""
    choose_time(analysis)
    performances = analysis.performances
    on_beat = len(analysis.scores) - performances
    if on_beat:
        if performances:
            st.caption(f"Of the {format_count(on_beat, 'piece')} on the beat, in note values:")
        _rhythm_on_beat(analysis)
    if performances:
        if on_beat:
            st.caption(f"Of the {format_count(performances, 'performance')}, in seconds:")
        _rhythm_in_seconds(analysis)


def _rhythm_on_beat(analysis: Analysis) -> None:
    durations = figures.duration_figure(analysis.durations)
    omitted = figures.describe_omitted(analysis.durations, figures.MAX_BARS)
    chart_of_pieces(
        "durations",
        durations,
        analysis,
        help="A short eighth is a little shorter than an eighth and nearer to it than to any other "
        "note value, as players hold notes. An eighth triplet is one of the three notes.",
        omitted=omitted,
    )
    left, right = st.columns([3, 2])
    with left:
        onsets = figures.onset_figure(analysis.onsets)
        omitted = figures.describe_omitted(analysis.onsets, figures.MAX_BARS)
        chart_of_pieces(
            "onsets",
            onsets,
            analysis,
            help="2½ is halfway between the second quarter and the third, 2½+ a little later.",
            omitted=omitted,
        )
    with right:
        chart_of_pieces("metre", figures.metre_figure(analysis.metres), analysis)


def _rhythm_in_seconds(analysis: Analysis) -> None:
    left, right = st.columns(2)
    with left:
        figure = figures.seconds_figure(analysis.seconds_durations)
        chart_of_pieces("durations-seconds", figure, analysis)
    with right:
        chart_of_pieces(
            "between-onsets",
            figures.seconds_figure(analysis.seconds_between_onsets),
            analysis,
            help="From one onset to the next of the piece; a chord has one onset.",
        )


def playing_view(analysis: Analysis) -> None:
    """Show charts of polyphony, tempo, velocity, pedal."""
    drums = analysis.overview.drum_notes
    chart_of_pieces(
        "polyphony",
        figures.polyphony_figure(analysis.polyphony),
        analysis,
        omitted="Drums do not count here." if drums else "",
    )
    has_tempi = analysis.performances < len(analysis.scores)
    left, right = st.columns(2) if has_tempi else (None, st.container())
    if left is not None:
        with left:
            chart_of_pieces(
                "tempo",
                figures.tempo_figure(analysis.tempi),
                analysis,
                help="The mean over a piece, where its tempo changes.",
                omitted=_without_tempo(analysis),
            )
    with right:
        chart_of_pieces("velocity", figures.velocity_figure(analysis.velocities), analysis)
    if analysis.pedal_shares.any():
        chart_of_pieces(
            "pedal",
            figures.pedal_figure(analysis.pedal),
            analysis,
            help="Share of a piece's time in which the sustain pedal of a part is down.",
        )


def _without_tempo(analysis: Analysis) -> str:
    if not analysis.performances:
        return ""
    return f"{format_count(analysis.performances, 'performance')} left out: without a tempo."
