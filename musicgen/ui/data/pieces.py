"""The files of a collection: the table, and one of the pieces to look at and to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from musicgen.rendering.wav import MAX_SECONDS, wav_bytes
from musicgen.score import TICKS_PER_QUARTER, Score
from musicgen.statistics.analysis import Analysis
from musicgen.ui.components.player import roll_player
from musicgen.ui.data.chart_bars import Bar, bar_of
from musicgen.ui.shared.tables import csv_bytes
from musicgen.ui.shared.text import escape, format_count, format_sortable_clock
from musicgen.ui.shared.url_piece import (
    BAR,
    bar_in_url,
    piece_in_url,
    put_piece_in_url,
    remove_from_url,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWN = 4000  # notes of a roll
_COLUMNS: dict[str, Any] = {
    "length": st.column_config.TextColumn("length", help="hours, minutes and seconds at its tempo"),
    "tokens": st.column_config.NumberColumn("tokens", help="notes and chords, as classic reads"),
    "correlation": st.column_config.NumberColumn(
        "key fit", format="%.2f", help="how well the key fits, at best 1"
    ),
    "tempo": st.column_config.NumberColumn("tempo", format="%.0f", help="quarters a minute"),
    "split": st.column_config.TextColumn("split", help="the side of training that it is on"),
    "status": st.column_config.TextColumn(
        "status",
        width=120,
        help="pieces that are the same music are on one side of the split; percussion is left out",
    ),
    "twin of": st.column_config.TextColumn(
        "twin of", help="the same music under another name, maybe in another key"
    ),
}


def pieces_view(analysis: Analysis) -> None:
    """The searchable table of all files, its download, and the piece that is chosen in it."""
    table = analysis.files
    wanted = st.text_input(
        "Search", key="search", placeholder="name, key, metre, format, split …", bind="query-params"
    )
    bar = _filter(analysis)
    numbers = _matching(table, wanted)
    if bar is not None:
        having = set(bar.pieces)
        numbers = [number for number in numbers if number in having]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{format_count(len(numbers), 'file')} of {len(table):,}; choose one to see it.")
        st.download_button(
            "Download as CSV",
            lambda: csv_bytes(table.iloc[numbers]),
            "pieces.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    # Another search or collection is another table: rows are selected by their place.
    name = analysis.collection.name
    key = f"pieces-{name}-{len(table)}-{wanted}-{bar.words if bar else ''}"
    files = table["file"].iloc[numbers].tolist()
    chosen = piece_in_url(name, table["file"].tolist())
    row = files.index(chosen) if chosen in files else None
    selected = pieces_table(analysis, numbers, key, height=420, row=row)
    put_piece_in_url(name, None if selected is None else files[selected])


def _filter(analysis: Analysis) -> Bar | None:
    """The bar that the address names: the table has its pieces alone, until all are wanted."""
    named = bar_in_url()
    if named is None:
        return None
    bar = bar_of(analysis, *named)
    if bar is None:
        words = (
            f"No piece of this collection has “{escape(named[1], 80)}” ({escape(named[0], 80)})."
        )
        st.warning(f"{words} All files are listed.")
        remove_from_url(BAR)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"Only pieces with {bar.words}, from the chart “{escape(named[0])}”."
        st.markdown(words, width="content")
        st.button("Show all files", key="no-filter", on_click=remove_from_url, args=(BAR,))
    return bar


def pieces_table(
    analysis: Analysis,
    numbers: Sequence[int],
    key: str,
    height: int | Literal["auto"] = "auto",
    row: int | None = None,
) -> int | None:
    """Some files as a table; the one that is selected is shown below.

    row: selected to begin with. Returns the row that is selected.
    """
    table = analysis.files.iloc[list(numbers)]
    seconds = table["seconds"]  # none of a refused file
    lengths = [format_sortable_clock(each) if each == each else "" for each in seconds]
    shown = table.assign(length=lengths)
    order = (
        "file", "notes", "tokens", "length", "bars", "key", "correlation", "tempo", "metre",
        "split", "status", "twin of", "remedy", "format", "parts",
    )  # fmt: skip
    empty = [name for name in ("twin of", "remedy") if not (shown[name] != "").any()]
    picked = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_order=[name for name in order if name not in empty],
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [] if row is None else [row]}},
        height=height if len(shown) > 10 else "auto",
        placeholder="",
    )
    rows = [row for row in picked["selection"]["rows"] if row < len(shown)]
    if not rows:
        return None
    show_piece(analysis, int(list(numbers)[rows[0]]), key)
    return int(rows[0])


def show_piece(analysis: Analysis, number: int, key: str) -> None:
    """Its piano roll, which plays once its sound has been made; why, where it was refused."""
    if number >= len(analysis.scores):
        refused = analysis.collection.refused[number - len(analysis.scores)]
        said = f"**{escape(refused.file)}** was refused: {escape(refused.reason)}"
        st.warning(f"{said}. {escape(refused.remedy)}" if refused.remedy else said)
        return
    score, file = analysis.scores[number], analysis.collection.files[number]
    with st.container(border=True):
        st.markdown(f"**{escape(file.file)}**")
        sounding = f"{key}-sounding"  # the piece whose sound was asked for
        asked = st.button("Hear it", key=f"{key}-sound-{number}", icon=":material/volume_up:")
        if asked:
            st.session_state[sounding] = number
        heard = st.session_state.get(sounding) == number
        drawn = _audible(score) if heard else beginning(score, MOST_DRAWN)
        sound = _sound(drawn) if heard else b""
        roll_player(drawn, sound, f"{key}-roll-{number}", plays=asked)
        if len(drawn) < len(score):
            st.caption(f"The first {len(drawn):,} of {len(score):,} notes.")


def _audible(score: Score) -> Score:
    """As much of it as is made into sound."""
    return score.until(int(MAX_SECONDS * score.tempo / 60 * TICKS_PER_QUARTER))


def _sound(score: Score) -> bytes:
    with st.spinner("Playing it into a file …", show_time=True):
        return _wav(score.notes.tobytes(), score.tempo, score)


@st.cache_data(max_entries=16, show_spinner=False)
def _wav(notes: bytes, tempo: float, _score: Score) -> bytes:
    return wav_bytes(_score)


def beginning(score: Score, most: int) -> Score:
    """The score's first notes, so many at most."""
    return score if len(score) <= most else replace(score, notes=score.notes[:most])


def _matching(table: pd.DataFrame, wanted: str) -> list[int]:
    """The numbers of the rows in which every word of the search occurs."""
    columns = ["file", "format", "key", "metre", "split", "status", "twin of"]
    text = table[columns].agg(" ".join, axis=1).str.casefold()
    numbers = range(len(table))
    words = wanted.casefold().split()
    return [n for n, line in zip(numbers, text, strict=True) if all(word in line for word in words)]
