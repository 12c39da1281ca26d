"""The Vocabulary view of the Data page: tokens of an encoding and windows of training."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.corpus.split import TRAIN
from musicgen.encoding.registry import ENCODINGS
from musicgen.encoding.steps import Steps
from musicgen.encoding.vocabulary import Preview, Vocabulary, preview
from musicgen.rendering.figures.statistics import chord_size_figure
from musicgen.rendering.figures.vocabulary import coverage_figure, growth_figure, rank_figure
from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.charts import chart, chart_of_pieces
from musicgen.ui.shared.tables import csv_bytes
from musicgen.ui.shared.text import format_count
from musicgen.ui.shared.url_choice import url_segments

DESCRIPTIONS = {  # by encoding
    "notes": "One token a note or chord, as the classic model reads them: time is left out.",
    "events": "One step a note: its onset after that of the note before, its pitch and its "
    "duration, times in quarters; and velocity and programme where the collection has more than "
    "one.",
    "parts": "One step a note or rest of one part, in order of time; the model knows what the "
    "parts are. A step has its pitch, its duration and when the next step of its part comes; and "
    "velocity where the collection has more than one.",
}
SEARCH_EXAMPLES = {
    "notes": "4.9, E2 …",
    "events": "pitch C4, duration 1/2 …",
    "parts": "C4, duration 1/2 …",
}
CURVES, TOKENS, WINDOWS = "Curves", "All tokens", "What training sees"


def vocabulary_view(analysis: Analysis) -> None:
    """Show one part at a time: all of them together take a browser much longer."""
    with st.container(horizontal=True):
        name = url_segments("Encoding", ENCODINGS, "encoding")
        part = url_segments("Show", (CURVES, TOKENS, WINDOWS), "part")
    st.caption(DESCRIPTIONS.get(name, ""))
    if part == WINDOWS:
        _preview(analysis, name)
        return
    vocabulary = analysis.vocabulary(name)
    _metrics(vocabulary)
    if part == TOKENS:
        _table(vocabulary, name)
    else:
        _curves(analysis, vocabulary)


def _curves(analysis: Analysis, vocabulary: Vocabulary) -> None:
    left, right = st.columns(2)
    with left:
        chart("Rank and frequency", rank_figure(vocabulary), "Zipf's law would be a line.")
        chart("Growth as pieces are added", growth_figure(vocabulary))
    with right:
        chart("Coverage against size", coverage_figure(vocabulary))
        sizes = analysis.note_frequency.sizes
        chart_of_pieces("chord-sizes", chord_size_figure(sizes, log=True), analysis)


def _metrics(vocabulary: Vocabulary) -> None:
    once, size = vocabulary.once, len(vocabulary)
    with st.container(horizontal=True):
        st.metric("Different tokens", f"{size:,}", border=True)
        st.metric("Tokens in all", f"{vocabulary.steps:,}", border=True)
        share = f" ({once / size:.0%})" if size else ""
        st.metric("Occur once", f"{once:,}{share}", border=True)
        st.metric("Needed for 90%", f"{vocabulary.needed_for(0.9):,}", border=True)


def _table(vocabulary: Vocabulary, name: str) -> None:
    import pandas as pd  # half a second, for this part alone

    table = pd.DataFrame(
        {
            "rank": range(1, len(vocabulary) + 1),
            "token": vocabulary.tokens,
            "times": vocabulary.counts,
            "share": 100 * vocabulary.shares,
            "pieces": vocabulary.pieces,
        }
    )
    search = st.text_input(
        "Search for a token",
        key="token-search",
        placeholder=SEARCH_EXAMPLES.get(name, ""),
        bind="query-params",
    )
    if search.strip():
        matches = table["token"].str.contains(search.strip(), case=False, regex=False)
        table = table[matches]
    st.dataframe(
        table,
        hide_index=True,
        height=320,
        column_config={"share": st.column_config.NumberColumn("share, %", format="%.3f")},
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(format_count(len(table), "token"))
        st.download_button(
            "Download as CSV",
            lambda: csv_bytes(table),
            f"vocabulary-{name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _preview(analysis: Analysis, name: str) -> None:
    encoding, encoded = analysis.encoded(name)
    pieces = [steps for steps, side in zip(encoded, analysis.splits, strict=True) if side == TRAIN]
    steps = sum(map(len, pieces))
    length = st.slider(
        "Steps of a window", 2, 512, 100,
        key="window", width=320, bind="query-params", persist_state="session",
    )  # fmt: skip
    last = steps - length - 1
    start = (
        st.slider("Window", 0, last, 0, key="window-start", bind="query-params") if last > 0 else 0
    )
    window = preview(encoding, pieces, length, start)
    if window is None:
        few = f"{format_count(steps, 'step')} to train on: too few for one window of {length}."
        st.info(f"The collection has {few}")
        return
    # Not st.code: for that the browser loads a script of 1.5 MB, even for plain text.
    long = name != "notes"  # a step is a line of its own
    with st.container(border=True, height=240 if long else "content"):
        st.text(("\n" if long else " · ").join(window.window))
    st.markdown(f"and then, to be predicted: `{window.target}`")
    st.caption(_shapes(window, pieces, length) if long else _classic_shapes(window))


def _classic_shapes(window: Preview) -> str:
    return (
        f"Inputs {window.inputs} — windows, steps, fields. Targets {window.targets[0]} — windows, "
        "values of the field. That is Classic's view: the training pieces one after another, and "
        "one prediction a window."
    )


def _shapes(window: Preview, pieces: Sequence[Steps], length: int) -> str:
    """Describe the windows that `training/data/windows.py` cuts."""
    windows = sum(-(-len(steps) // length) for steps in pieces)
    return (
        f"Inputs ({windows}, {length}, {len(window.targets)}) — windows, steps, fields. Targets of "
        f"each field ({windows}, {length}): every step of a window is predicted from those before "
        "it, and windows begin anew with each of the training pieces."
    )
