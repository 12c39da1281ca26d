"""Piano roll that plays, as a Streamlit component."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicgen.rendering.figures.roll import (
    MARK_COLOUR,
    PRIMER_COLOUR,
    SHARED_COLOUR,
    Mark,
    drum_lanes,
    part_colour,
    part_labels,
)
from musicgen.rendering.note_names import note_labels
from musicgen.rendering.time_axis import line_labels, tempo_map, time_lines
from musicgen.score import Score
from musicgen.ui.components.component import component

JSON_LENGTH_BYTES = 4  # of the message, before the JSON


@dataclass(frozen=True)
class PlayerEvent:
    """Selection in the player."""

    bars: tuple[int, int] | None = None  # first and last, from 0
    mark: int | None = None  # index of the mark that was clicked last


def roll_player(
    score: Score,
    wav: bytes,
    key: str,
    *,
    primer_notes: int = 0,
    marks: Sequence[Mark] = (),
    plays: bool = False,
    scroll_count: int = 0,
    piece_id: str = "",
) -> PlayerEvent:
    """Show a score as a piano roll that plays a WAV file; return the selected bars and mark.

    wav: of the score (see `wav_bytes`); empty shows the roll without sound. key: unique on the
    page; under the same key a sound goes on playing over reruns. plays: whether a new sound starts
    by itself. scroll_count: the player scrolls into view whenever this changes, but not to 0.
    piece_id: of a printed score on the same page, which then follows the sound (`printed_score`).
    """
    piece = {
        **drawing(score, wav, primer_notes, marks),
        "plays": plays,
        "scrollCount": scroll_count,
        "channel": piece_id,
    }
    result = _component(
        key=key,
        data=message(piece, wav),
        on_bars_change=_ignore,
        on_mark_change=_ignore,
    )
    return PlayerEvent(
        selected_bars(result.get("bars"), piece["id"], len(piece["barLines"]) - 1),
        selected_mark(result.get("mark"), piece["id"], len(marks)),
    )


def drawing(score: Score, wav: bytes, primer_notes: int, marks: Sequence[Mark]) -> dict[str, Any]:
    """All that the browser draws; times in ticks.

    The row of a note is its pitch, or -1, -2, … for the lanes of drums, the lowest lane first.
    """
    notes, lines, lanes = score.notes, time_lines(score), drum_lanes(score)
    columns = {name: notes[name].tolist() for name in ("start", "duration", "pitch", "velocity")}
    drums = np.searchsorted(list(lanes), notes["pitch"])
    rows = np.where(score.is_drum, -1 - drums, notes["pitch"]).tolist()
    ticks, seconds, rates = (column.tolist() for column in tempo_map(score))
    digest = hashlib.blake2b(notes.tobytes() + wav, digest_size=8)
    return {
        "id": digest.hexdigest(),
        "notes": {
            **columns,
            "row": rows,
            "part": notes["part"].tolist(),
            "labels": note_labels(score),
        },
        "drums": list(lanes.values()),
        "end": score.end,
        "barLines": lines.tolist(),  # of a performance: every two seconds
        "lineLabels": line_labels(score, len(lines)),
        "isPerformance": score.is_performance,
        "ticksPerQuarter": score.resolution,
        "tempoMap": {"ticks": ticks, "seconds": seconds, "ticksPerSecond": rates},
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


def message(piece: dict[str, Any], wav: bytes) -> bytes:
    """Message to the browser: length of the JSON (little endian), JSON, WAV."""
    text = json.dumps(piece).encode()
    return len(text).to_bytes(JSON_LENGTH_BYTES, "little") + text + wav


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
