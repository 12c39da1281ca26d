"""The files of a collection: their table, and the selected piece to see and hear."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from musicgen.rendering.note_names import searched_text
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.file_table import ON_BEAT, PERFORMANCE, READ
from musicgen.ui.data.chart_bars import CHARTS, Bar, bar_of, chart_code
from musicgen.ui.data.selected_file import show_file
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
# As many as fit the page: the others are in the table's menu, in the CSV and below a selected row.
_COLUMN_ORDER = (
    *("file", "notes", "parts", "length", "bars", "metre", "tempo", "estimated key", "split"),
)
_COLUMNS: dict[str, Any] = {
    "file": st.column_config.TextColumn("file", width=210),  # names are longer than the first rows'
    "parts": st.column_config.NumberColumn("parts", help="instruments and voices, drums included"),
    "notes": st.column_config.NumberColumn("notes", help="of all parts, drums included"),
    "length": st.column_config.TextColumn("length", alignment="right", help="minutes and seconds"),
    "time": st.column_config.TextColumn(
        "time",
        help="a performance's notes lie on no beat: it is read in seconds and has no bars",
    ),
    "pedal": st.column_config.NumberColumn(
        "pedal", format="%.0f%%", help="share of the time with the sustain pedal down"
    ),
    "key signature": st.column_config.TextColumn(
        "key signature", width=130, help="as the file says"
    ),
    "estimated key": st.column_config.TextColumn(
        "estimated key", width=110, help="the key whose profile fits the notes best"
    ),
    "left out": st.column_config.TextColumn(
        "left out", width=160, help="what the file holds beyond the music that is read"
    ),
    "tokens": st.column_config.NumberColumn("tokens", help="notes and chords, as classic reads"),
    "correlation": st.column_config.NumberColumn(
        "key fit", format="%.2f", help="how well the estimated key fits, at best 1"
    ),
    "tempo": st.column_config.NumberColumn(
        "tempo", format="%.0f", help="quarters a minute; the mean where it changes"
    ),
    "split": st.column_config.TextColumn("split", help="the side of the split that it is on"),
    "status": st.column_config.TextColumn(
        "status",
        width=120,
        help="pieces that are the same music are on one side of the split",
    ),
    "twin of": st.column_config.TextColumn(
        "twin of", width=120, help="the same music under another name, maybe in another key"
    ),
}


def pieces_view(analysis: Analysis) -> None:
    """Show the searchable table of all files, its download, and the selected piece."""
    table = analysis.files
    search = st.text_input(
        "Search",
        key="search",
        placeholder="name, key, metre, performance, split …",
        bind="query-params",
    )
    bar = _bar_filter(analysis)
    rows = _matching_rows(table, search)
    if bar is not None:
        in_bar = set(bar.pieces)
        rows = [row for row in rows if row in in_bar]
    st.caption(f"{_files_text(len(rows), analysis)}; choose one to see it.")
    # Not beside the text: on a telephone the buttons of the table appear over it there.
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


def _files_text(listed: int, analysis: Analysis) -> str:
    """How many files are listed: `3 files of 8 (7 pieces, 1 refused)`."""
    refused = len(analysis.collection.refused)
    text = f"{format_count(listed, 'file')} of {len(analysis.files):,}"
    if not refused:
        return text
    return f"{text} ({format_count(len(analysis.scores), 'piece')}, {refused:,} refused)"


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
    files = table["file"].tolist()
    selected = selectable_table(
        table.assign(file=without_common_folder(files)),
        files,
        key,
        default=() if default is None else (default,),
        column_order=_column_order(table),
        column_config=_COLUMNS,
        height=height if len(table) > 10 else "auto",
        placeholder="",
    )
    if not selected:
        return None
    show_file(analysis, int(rows[files.index(selected[0])]), key)
    return selected[0]


def _column_order(table: pd.DataFrame) -> list[str]:
    """Columns that are shown at first: of some only where they tell the rows apart."""
    names = list(_COLUMN_ORDER)
    if table["notes"].isna().any():  # why files were refused
        names.insert(1, "status")
    elif len(table) and table["twin of"].astype(bool).all():
        names.append("twin of")
    elif (table["status"] != READ).any():
        names.append("status")
    if {ON_BEAT, PERFORMANCE} <= set(table["time"]):
        names.insert(names.index("bars"), "time")
    return names


def without_common_folder(names: Sequence[str]) -> list[str]:
    """Names without the folder that all lie in: a table would cut off what distinguishes them."""
    # No name begins with `/`: without it, one without a folder would not compare with others.
    folder = os.path.commonpath([f"/{name.rpartition('/')[0]}" for name in names] or ["/"])
    return [f"/{name}".removeprefix(folder).removeprefix("/") for name in names]


def _matching_rows(table: pd.DataFrame, search: str) -> list[int]:
    """Return the rows in which every word of the search occurs."""
    columns = [
        *("file", "format", "key signature", "estimated key", "metre", "time", "split", "status"),
        *("left out", "twin of"),
    ]
    lines = table[columns].agg(" ".join, axis=1).map(searched_text)
    words = search.casefold().split()
    return [row for row, line in enumerate(lines) if all(word in line for word in words)]
