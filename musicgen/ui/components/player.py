"""The roll player: a piano roll that sounds, as one Streamlit component."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from musicgen.rendering.figures.roll import (
    MARK_COLOUR,
    PRIMER_COLOUR,
    SHARED_COLOUR,
    Mark,
    part_colour,
)
from musicgen.rendering.note_names import note_labels
from musicgen.score import TICKS_PER_QUARTER, Score, first_bar_number
from musicgen.ui.components.component import component

_LENGTH_BYTES = 4  # of the number that says how long the JSON is


@dataclass(frozen=True)
class PlayerEvent:
    """What was chosen in the player."""

    selection: tuple[int, int] | None = None  # first and last bar, indices from 0
    mark: int | None = None  # the mark that was clicked last, by its index


def roll_player(
    score: Score,
    wav: bytes,
    key: str,
    *,
    primer_notes: int = 0,
    marks: Sequence[Mark] = (),
    plays: bool = False,
    turn: int = 0,
) -> PlayerEvent:
    """Show a score as a piano roll that plays `wav` (see `wav_bytes`), and say what was chosen.

    wav: empty where there is no sound yet; the roll is then shown without it.
    plays: whether it begins by itself, where the sound is a new one.
    turn: where it is another one than before and not 0, the player is brought into view.
    key: unique on the page; the same key keeps playing over reruns while the sound is the same.
    """
    piece = {**_piece(score, wav, primer_notes, marks), "plays": plays, "turn": turn}
    result = _component(
        key=key,
        data=_packed(piece, wav),
        on_selection_change=_nothing,
        on_mark_change=_nothing,
    )
    return PlayerEvent(
        _selection(result.get("selection"), piece["id"], score.bars),
        _mark(result.get("mark"), piece["id"], len(marks)),
    )


def _piece(score: Score, wav: bytes, primer_notes: int, marks: Sequence[Mark]) -> dict[str, Any]:
    """All that the browser draws; times in ticks."""
    notes = score.notes
    parts = range(int(notes["part"].max()) + 1 if len(notes) else 0)
    columns = {name: notes[name].tolist() for name in ("start", "duration", "pitch", "velocity")}
    digest = hashlib.blake2b(notes.tobytes() + wav, digest_size=8)
    return {
        "id": digest.hexdigest(),
        "notes": {**columns, "part": notes["part"].tolist(), "words": note_labels(score)},
        "end": score.end,
        "lines": score.bar_lines().tolist(),
        "firstBar": first_bar_number(score.metres),
        "quarter": TICKS_PER_QUARTER,
        "tempo": score.tempo,
        "ticksPerSecond": score.tempo * TICKS_PER_QUARTER / 60,
        "primer": primer_notes,
        "marks": [vars(mark) for mark in marks],
        "colours": {
            "parts": [part_colour(part) for part in parts],
            "primer": PRIMER_COLOUR,
            "copied": MARK_COLOUR,
            "shared": SHARED_COLOUR,
        },
    }


def _packed(piece: dict[str, Any], wav: bytes) -> bytes:
    """The length of the JSON (little endian), the JSON, the WAV: one message to the browser."""
    text = json.dumps(piece).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + wav


def _selection(told: Any, piece: str, bars: int) -> tuple[int, int] | None:
    """The bars that the browser says are chosen, where they are bars of this very piece."""
    chosen = _of_piece(told, piece, "bars")
    if not isinstance(chosen, list) or len(chosen) != 2:
        return None
    first, last = chosen
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < bars:
        return None
    return first, last


def _mark(told: Any, piece: str, marks: int) -> int | None:
    """The mark that the browser says was clicked, where it is one of this very piece."""
    mark = _of_piece(told, piece, "mark")
    return mark if type(mark) is int and 0 <= mark < marks else None


def _of_piece(told: Any, piece: str, name: str) -> Any:
    return told.get(name) if isinstance(told, dict) and told.get("piece") == piece else None


def _nothing() -> None:
    """Streamlit wants a callback for each value that a component sends."""


_component = component("player", "roll.js", "player.js")
