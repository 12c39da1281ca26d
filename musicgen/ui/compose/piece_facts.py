"""Facts of saved pieces, with values of a wrong type left out: history files may be edited."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any

from musicgen.composing.originality.index import MIN_MATCH_NOTES
from musicgen.composing.originality.report import Originality
from musicgen.composing.ranking import Penalty
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.rendering.figures.roll import Mark
from musicgen.ui.shared.text import bar_label, format_count

MIN_PASSAGES = 4  # as long as the shortest match, of a piece that can be compared
_PENALTIES = tuple(field.name for field in fields(Penalty))
_EARLIER_PENALTIES = {"figures": "metrics", "collapse": "degenerate_repetition"}


def primer_notes(piece: SavedPiece) -> int:
    """Number of notes of the prompt, which are the first notes of the piece."""
    number = piece.facts.get("primer_notes", 0)
    return number if isinstance(number, int) else 0


def metrics_of(piece: SavedPiece) -> dict[str, float]:
    """Metrics of the piece by name (see `METRICS`); empty if there are none."""
    return _numbers(piece.facts.get("metrics", piece.facts.get("figures")))


def penalty_of(piece: SavedPiece) -> dict[str, float]:
    """Parts of the piece's penalty (see `Penalty`); empty if there is none."""
    values = _numbers(piece.facts.get("penalty", piece.facts.get("score")))
    parts = {_EARLIER_PENALTIES.get(name, name): value for name, value in values.items()}
    return {name: parts[name] for name in _PENALTIES if name in parts}


def originality_of(piece: SavedPiece) -> Originality | None:
    """Originality report of the piece; None if there is none or it is damaged."""
    return Originality.from_json(piece.facts.get("originality"))


def longest_shared(report: Originality) -> str:
    """The longest passage that training pieces have, too: `16 notes`, or `none`."""
    return format_count(report.longest_match, "note") if report.longest_match else "none"


def marks_of(piece: SavedPiece) -> list[Mark]:
    """Marks of the passages that training pieces contain as well, one per match."""
    report, offset = originality_of(piece), primer_notes(piece)
    if report is None:
        return []
    return [
        Mark(
            offset + match.first,
            offset + match.stop,
            f"{match.notes} notes as in {match.source}, {bar_label(match.source_bar)}",
            report.human_95 is not None and match.notes <= report.human_95,
        )
        for match in report.matches
    ]


def is_too_short_to_judge(piece: SavedPiece) -> bool:
    """Whether too few notes were composed to tell a copy from a piece of its own.

    In fewer than a few passages as long as the shortest match, none can be longer than those that
    people's pieces share.
    """
    notes, report = piece.facts.get("notes"), originality_of(piece)
    least = MIN_PASSAGES * MIN_MATCH_NOTES
    if report and report.human_95 is not None:
        least = max(least, int(report.human_95) + 1)
    return isinstance(notes, int) and notes - primer_notes(piece) < least


def _numbers(entry: Any) -> dict[str, float]:
    """Values of a JSON object that are numbers, by name."""
    if not isinstance(entry, Mapping):
        return {}
    values = {}
    for name, value in entry.items():
        with suppress(OverflowError):  # an integer beyond all floats
            if isinstance(value, int | float):
                values[str(name)] = float(value)
    return values
