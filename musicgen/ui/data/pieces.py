"""The files of a collection: their table, and the selected piece to see and hear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.wav import MAX_SECONDS, wav_bytes
from musicgen.score import Score
from musicgen.statistics.analysis import Analysis
from musicgen.ui.components.player import roll_player
from musicgen.ui.data.chart_bars import CHARTS, Bar, bar_of, chart_code
from musicgen.ui.shared.selectable_table import selectable_table
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

MAX_NOTES_DRAWN = 4000  # of a piano roll
MAX_SOUNDS = 16  # in memory
_COLUMN_ORDER = (
    "file", "notes", "tokens", "length", "bars", "key", "correlation", "tempo", "metre",
    "split", "status", "twin of", "remedy", "format", "parts",
)  # fmt: skip
_COLUMNS: dict[str, Any] = {
    "length": st.column_config.TextColumn("length", help="hours, minutes and seconds at its tempo"),
    "tokens": st.column_config.NumberColumn("tokens", help="notes and chords, as classic reads"),
    "correlation": st.column_config.NumberColumn(
        "key fit", format="%.2f", help="how well the key fits, at best 1"
    ),
    "tempo": st.column_config.NumberColumn("tempo", format="%.0f", help="quarters a minute"),
    "split": st.column_config.TextColumn("split", help="the side of the split that it is on"),
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
    """Show the searchable table of all files, its download, and the selected piece."""
    table = analysis.files
    search = st.text_input(
        "Search", key="search", placeholder="name, key, metre, format, split …", bind="query-params"
    )
    bar = _bar_filter(analysis)
    rows = _matching_rows(table, search)
    if bar is not None:
        in_bar = set(bar.pieces)
        rows = [row for row in rows if row in in_bar]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{format_count(len(rows), 'file')} of {len(table):,}; choose one to see it.")
        st.download_button(
            "Download as CSV",
            lambda: csv_bytes(table.iloc[rows]),
            "pieces.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    name = analysis.collection.name
    file_in_url = piece_in_url(name, table["file"].tolist())
    selected = pieces_table(analysis, rows, f"pieces-{name}", height=420, default=file_in_url)
    put_piece_in_url(name, selected)


def _bar_filter(analysis: Analysis) -> Bar | None:
    """Show and return the bar in the URL, whose pieces alone are listed."""
    name_and_label = bar_in_url()
    if name_and_label is None:
        return None
    code, label = chart_code(name_and_label[0]), name_and_label[1]
    title = CHARTS[code].title if code in CHARTS else code
    bar = bar_of(analysis, code, label)
    if bar is None:
        message = f"No piece of this collection has “{escape(label, 80)}” ({escape(title, 80)})."
        st.warning(f"{message} All files are listed.")
        remove_from_url(BAR)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        message = f"Only pieces with {bar.description}, from the chart “{escape(title)}”."
        st.markdown(message, width="content")
        st.button("Show all files", key="no-filter", on_click=remove_from_url, args=(BAR,))
    return bar


def pieces_table(
    analysis: Analysis,
    rows: Sequence[int],
    key: str,
    height: int | Literal["auto"] = "auto",
    default: str | None = None,
) -> str | None:
    """Show some files as a table and the selected one below it; return the selected file.

    rows: rows of `analysis.files`. default: file that is selected when the table is new.
    """
    table = analysis.files.iloc[list(rows)]
    seconds = table["seconds"]  # NaN for refused files
    lengths = ["" if math.isnan(length) else format_sortable_clock(length) for length in seconds]
    table = table.assign(length=lengths)
    empty = [name for name in ("twin of", "remedy") if not (table[name] != "").any()]
    files = table["file"].tolist()
    selected = selectable_table(
        table,
        files,
        key,
        default=() if default is None else (default,),
        column_order=[name for name in _COLUMN_ORDER if name not in empty],
        column_config=_COLUMNS,
        height=height if len(table) > 10 else "auto",
        placeholder="",
    )
    if not selected:
        return None
    _show_piece(analysis, int(rows[files.index(selected[0])]), key)
    return selected[0]


def _show_piece(analysis: Analysis, index: int, key: str) -> None:
    """Show the piano roll of a piece, with sound when asked for; the reason of a refused file."""
    if index >= len(analysis.scores):
        refused = analysis.collection.refused[index - len(analysis.scores)]
        message = f"**{escape(refused.file)}** was refused: {escape(refused.reason)}"
        st.warning(f"{message}. {escape(refused.remedy)}" if refused.remedy else message)
        return
    score, file = analysis.scores[index], analysis.collection.files[index]
    with st.container(border=True):
        st.markdown(f"**{escape(file.file)}**")
        with_sound_key = f"{key}-with-sound"  # session state: index of the piece with sound
        pressed = st.button("Hear it", key=f"{key}-hear-{index}", icon=":material/volume_up:")
        if pressed:
            st.session_state[with_sound_key] = index
        with_sound = st.session_state.get(with_sound_key) == index
        drawn = _audible_part(score) if with_sound else first_notes(score, MAX_NOTES_DRAWN)
        sound = _sound(drawn) if with_sound else b""
        roll_player(drawn, sound, f"{key}-roll-{index}", plays=pressed)
        if len(drawn) < len(score):
            st.caption(f"The first {len(drawn):,} of {len(score):,} notes.")


def _audible_part(score: Score) -> Score:
    """Return the beginning of a score, as long as sound is made for."""
    return score.until(int(MAX_SECONDS * score.tempo / 60 * TICKS_PER_QUARTER))


def _sound(score: Score) -> bytes:
    with st.spinner("Making the sound …", show_time=True):
        return _wav(score.notes.tobytes(), score.tempo, score)


@st.cache_data(max_entries=MAX_SOUNDS, show_spinner=False)
def _wav(notes: bytes, tempo: float, _score: Score) -> bytes:
    return wav_bytes(_score)


def first_notes(score: Score, number: int) -> Score:
    """Return a score with at most this many notes, from its beginning."""
    return score if len(score) <= number else replace(score, notes=score.notes[:number])


def _matching_rows(table: pd.DataFrame, search: str) -> list[int]:
    """Return the rows in which every word of the search occurs."""
    columns = ["file", "format", "key", "metre", "split", "status", "twin of"]
    lines = table[columns].agg(" ".join, axis=1).str.casefold()
    words = search.casefold().split()
    return [row for row, line in enumerate(lines) if all(word in line for word in words)]
