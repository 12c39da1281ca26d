"""An edited piece as the editor in the browser sees it, and lines of edits that it sends."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from musicgen.composing.editing.edit_log import line_json
from musicgen.composing.editing.edited_pieces import EditedPiece
from musicgen.rendering.note_names import key_signatures, pitch_name
from musicgen.rendering.part_colours import part_colour
from musicgen.score import Score
from musicgen.theory.general_midi import DRUMS, instrument_name, percussion_name
from musicgen.ui.components.score_json import time_json

PERCUSSION_KEYS = range(27, 88)
MAX_COLOURS = 16


def document_json(opened: EditedPiece) -> dict[str, Any]:
    """All that the editor needs to draw, to sound, to undo and to redo; times in ticks."""
    music, base = opened.music(), opened.base
    return {
        "id": opened.piece.id,
        "name": opened.piece.name,
        "known": len(opened.log.lines),
        "rows": music.rows(),
        "changes": [line_json(change) for change in opened.log.changes],
        "cursor": opened.log.cursor,
        "parts": [asdict(part) for part in music.parts],
        "pitches": pitch_names(base),
        "pedal": base.pedal_changes.tolist(),
        **time_json(base),
    }


def pitch_names(score: Score) -> list[str]:
    """Names of all MIDI pitches by the first key signature of a score."""
    sharps = key_signatures(score)[0].fifths
    return [pitch_name(pitch, sharps) for pitch in range(128)]


def names_json() -> dict[str, Any]:
    """Names of instruments and of percussion keys, and the colours of parts."""
    return {
        "instruments": [instrument_name(program) for program in range(128)],
        "percussion": {str(key): percussion_name(key) for key in PERCUSSION_KEYS},
        "drums": DRUMS,
        "colours": [part_colour(part) for part in range(MAX_COLOURS)],
    }
