"""Piano roll that plays, as a Streamlit component."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from musicgen.rendering.figures.roll import (
    MARK_COLOUR,
    PRIMER_COLOUR,
    SHARED_COLOUR,
    Mark,
    drum_lanes,
    part_labels,
)
from musicgen.rendering.note_labels import note_labels
from musicgen.rendering.part_colours import part_colour
from musicgen.rendering.time_axis import line_labels
from musicgen.score import Score
from musicgen.ui.components.component import component
from musicgen.ui.components.edit_report import EditReport, parse_report
from musicgen.ui.components.score_json import sound_json, time_json
from musicgen.ui.server import sound_files

_REPORTS = ("on_bars_change", "on_mark_change", "on_edited_change")


@dataclass(frozen=True)
class NoteMarks:
    """Marks of the notes that are not as in another piece, which the roll draws."""

    differences: Sequence[int]  # a Difference for each note
    only_here: str  # what the notes that the other piece does not have are called


@dataclass(frozen=True)
class PlayerEvent:
    """What the browser reports: a selection in the player, edits."""

    bars: tuple[int, int] | None = None  # first and last, from 0
    mark: int | None = None  # index of the mark that was clicked last
    edits: EditReport | None = None  # that were saved when their editor had left


def roll_player(
    score: Score,
    key: str,
    *,
    primer_notes: int = 0,
    marks: Sequence[Mark] = (),
    scroll_count: int = 0,
    piece_id: str = "",
    mark_name: str = "copied",
    chords: Sequence[tuple[int, str]] = (),
    note_marks: NoteMarks | None = None,
    view_group: str = "",
) -> PlayerEvent:
    """Show a score as a piano roll that the browser plays; return the selected bars and mark.

    key: unique on the page; under the same key it goes on playing over reruns. scroll_count: the
    player scrolls into view whenever this changes, but not to 0. piece_id: of a printed score on
    the same page, which then follows the sound (`printed_score`). mark_name: what
    marks that are not shared are called. chords: symbols above the notes, with their ticks.
    note_marks: notes that differ from those of another piece. view_group: players of a page with
    the same text here scroll and zoom together.
    """
    piece = {
        **drawing(score, primer_notes, marks),
        "scrollCount": scroll_count,
        "channel": piece_id,
        "markName": mark_name,
        "chords": list(chords),
        "noteMarks": asdict(note_marks) if note_marks else None,
        "soundAddress": sound_files.address(),
        "viewGroup": view_group,
    }
    result = _component(key=key, data=piece, **dict.fromkeys(_REPORTS, _ignore))
    return PlayerEvent(
        selected_bars(result.get("bars"), piece["id"], len(piece["barLines"]) - 1),
        selected_mark(result.get("mark"), piece["id"], len(marks)),
        parse_report(result.get("edited")),
    )


def drawing(score: Score, primer_notes: int, marks: Sequence[Mark]) -> dict[str, Any]:
    """All that the browser draws and plays; times in ticks.

    The row of a note is its pitch, or -1, -2, … for the lanes of drums, the lowest lane first.
    """
    notes, lanes, time, sound = score.notes, drum_lanes(score), time_json(score), sound_json(score)
    columns = {name: notes[name].tolist() for name in ("start", "duration", "pitch", "velocity")}
    drums = np.searchsorted(list(lanes), notes["pitch"])
    rows = np.where(score.is_drum, -1 - drums, notes["pitch"]).tolist()
    digest = hashlib.blake2b(notes.tobytes() + repr((time, sound)).encode(), digest_size=8)
    return {
        **time,
        "id": digest.hexdigest(),
        "notes": {
            **columns,
            "row": rows,
            "part": notes["part"].tolist(),
            "labels": note_labels(score),
        },
        "drums": list(lanes.values()),
        "end": score.end,
        "lineLabels": line_labels(score, len(time["barLines"])),
        "ticksPerQuarter": score.resolution,
        "instruments": sound["parts"],
        "pedal": sound["pedal"],
        "primerNotes": primer_notes,
        "marks": [vars(mark) for mark in marks],
        "parts": part_labels(score),
        "colours": {
            "parts": [part_colour(part) for part in range(len(score.parts))],
            "primer": PRIMER_COLOUR,
            "copied": MARK_COLOUR,
            "shared": SHARED_COLOUR,
        },
    }


def selected_bars(report: Any, piece: str, bars: int) -> tuple[int, int] | None:
    """Bars that the browser reports as selected, if they are bars of this piece."""
    selected = _value_for_piece(report, piece, "bars")
    if not isinstance(selected, list) or len(selected) != 2:
        return None
    first, last = selected
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < bars:
        return None
    return first, last


def selected_mark(report: Any, piece: str, marks: int) -> int | None:
    """Mark that the browser reports as clicked, if it is one of this piece."""
    mark = _value_for_piece(report, piece, "mark")
    return mark if type(mark) is int and 0 <= mark < marks else None


def _value_for_piece(report: Any, piece: str, name: str) -> Any:
    """Value of a report; None if it is malformed or about another piece."""
    return report.get(name) if isinstance(report, dict) and report.get("piece") == piece else None


def _ignore() -> None:
    """Callback without effect: Streamlit requires one for each value that a component reports."""


_component = component("player")
