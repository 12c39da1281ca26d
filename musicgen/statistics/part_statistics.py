"""Parts of scores: instruments, drum sounds, pedal, and a table of parts by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.theory.general_midi import (
    DRUMS,
    instrument_name,
    part_instrument,
    part_name,
    percussion_name,
)
from musicgen.theory.pooled_notes import pooled_notes

_DRUMS_CODE = 128  # of `instruments`; smaller ones are General MIDI programs
_PEDAL_BIN_PERCENT = 10


@dataclass(frozen=True)
class PartSummary:
    """Parts with one name and instrument, of one piece or of several."""

    name: str
    instrument: str
    pieces: int
    notes: int
    lowest: int | None  # MIDI key number; None for drums
    highest: int | None


def summarise_parts(scores: Sequence[Score]) -> list[PartSummary]:
    """Parts of the scores by name and instrument, those with the most notes first."""
    rows: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    for piece, score in enumerate(scores):
        for part, counts in zip(score.parts, _note_counts(score), strict=True):
            key = part_name(part), part_instrument(part)
            rows.setdefault(key, []).append((piece, *counts))
    drums = {part_instrument(part) for score in scores for part in score.parts if part.is_drum}
    summaries = [
        _summary(name, instrument, table, instrument in drums)
        for (name, instrument), table in rows.items()
    ]
    return sorted(summaries, key=lambda summary: -summary.notes)


def instruments(scores: Sequence[Score]) -> Histogram:
    """Count notes by instrument; all kits of drums are one."""
    notes, pieces = pooled_notes(scores)
    is_drum = np.concatenate([np.zeros(0, bool), *(score.is_drum for score in scores)])
    codes = np.where(is_drum, _DRUMS_CODE, notes["program"])
    return histogram(codes, pieces, _instrument)


def drum_sounds(scores: Sequence[Score]) -> Histogram:
    """Count the notes of drum parts by General MIDI percussion key."""
    notes, pieces = pooled_notes(scores)
    is_drum = np.concatenate([np.zeros(0, bool), *(score.is_drum for score in scores)])
    return histogram(notes["pitch"][is_drum], pieces[is_drum], percussion_name)


def pedal_shares(scores: Sequence[Score]) -> np.ndarray:
    """Share of the time of each score in which a sustain pedal is down: (P,)."""
    return np.array([pedal_share(score) for score in scores])


def pedal_share(score: Score) -> float:
    """Share of the time from 0 to the end in which the sustain pedal of any part is down."""
    if not len(score.pedals) or not len(score):
        return 0.0
    spans = score.pedals[np.argsort(score.pedals["start"], kind="stable")]
    start = np.minimum(spans["start"].astype(np.int64), score.end)
    end = np.minimum(spans["start"].astype(np.int64) + spans["duration"], score.end)
    covered = np.maximum.accumulate(np.concatenate([[0], end]))[:-1]
    start = np.minimum(np.maximum(start, covered), end)
    down = (score.seconds_at(end) - score.seconds_at(start)).sum()
    return float(down / score.seconds)


def pedal_histogram(shares: np.ndarray) -> Histogram:
    """Count pieces by pedal share (P,); values are the ends of bins in percent, 0 for none."""
    percents = np.ceil(shares * 100 / _PEDAL_BIN_PERCENT).astype(np.int64) * _PEDAL_BIN_PERCENT
    return histogram(percents, np.arange(len(shares)), _pedal_name)


def _note_counts(score: Score) -> list[tuple[int, int, int]]:
    """Number of notes, lowest and highest pitch of each part; 128 and -1 for none."""
    count, part, pitch = len(score.parts), score.notes["part"], score.notes["pitch"]
    lowest, highest = np.full(count, 128), np.full(count, -1)
    np.minimum.at(lowest, part, pitch)
    np.maximum.at(highest, part, pitch)
    notes = np.bincount(part, minlength=count)
    return list(zip(notes.tolist(), lowest.tolist(), highest.tolist(), strict=True))


def _summary(
    name: str, instrument: str, table: list[tuple[int, int, int, int]], is_drum: bool
) -> PartSummary:
    """Summary of parts by their pieces, notes, lowest and highest pitches."""
    pieces, notes, lowest, highest = zip(*table, strict=True)
    has_range = sum(notes) > 0 and not is_drum
    return PartSummary(
        name,
        instrument,
        len(set(pieces)),
        sum(notes),
        min(lowest) if has_range else None,
        max(highest) if has_range else None,
    )


def _instrument(code: int) -> str:
    return DRUMS if code == _DRUMS_CODE else instrument_name(code)


def _pedal_name(percent: int) -> str:
    return f"{percent - _PEDAL_BIN_PERCENT} to {percent}%" if percent else "no pedal"
