"""Size of a collection, and whether it is large enough to train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen.score import Score

# Rules of thumb from the sizes of our models: the small one has about a million parameters, and
# random transposition shows it every note in up to twelve keys.
MIN_NOTES = 5_000
MIN_NOTES_SMALL_MODEL = 20_000
MIN_NOTES_LARGE_MODEL = 300_000
MIN_PIECES = 10  # fewer leave next to nothing to hold out
MAX_EXACT_NOTES = 99  # larger numbers are rounded


@dataclass(frozen=True)
class Overview:
    """Numbers at the top of the Data page."""

    pieces: int
    notes: int  # those of drums too
    drum_notes: int
    seconds: float
    shortest: int  # notes of the shortest piece
    longest: int  # notes of the longest piece

    @property
    def hours(self) -> float:
        return self.seconds / 3600

    @property
    def pitched_notes(self) -> int:
        """Number of notes without the drums, which only models of parts learn."""
        return self.notes - self.drum_notes

    @property
    def verdict(self) -> str:
        """Whether the collection is large enough to train on, in a sentence."""
        verdict = size_verdict(self.pitched_notes, self.pieces)
        return (
            f"{verdict} Drums do not count: only models of parts learn them."
            if self.drum_notes
            else verdict
        )


def overview(scores: Sequence[Score]) -> Overview:
    """Measure a collection; all numbers are 0 without scores."""
    lengths = [len(score) for score in scores]
    return Overview(
        pieces=len(scores),
        notes=sum(lengths),
        drum_notes=sum(int(score.is_drum.sum()) for score in scores),
        seconds=sum(score.seconds for score in scores),
        shortest=min(lengths, default=0),
        longest=max(lengths, default=0),
    )


def size_verdict(notes: int, pieces: int) -> str:
    """Whether a collection of this size is large enough to train on, in a sentence."""
    if not notes:
        return "No notes yet: add music to begin."
    if notes == 1:
        return "One note: too few to train on."
    about = f"{notes} notes" if notes <= MAX_EXACT_NOTES else f"About {_rounded(notes)} notes"
    if notes < MIN_NOTES:
        return f"{about}: too few to train on; a model will learn them by heart."
    if pieces < MIN_PIECES:
        return f"{about} in {_pieces(pieces)}: too few pieces to tell learning from memorising."
    if notes < MIN_NOTES_SMALL_MODEL:
        return f"{about}: enough to try the small model; expect it to memorise early."
    if notes < MIN_NOTES_LARGE_MODEL:
        return f"{about}: enough for the small model; a larger one will memorise."
    return f"{about}: enough for a large model."


def _rounded(number: int) -> str:
    """Round to two digits, in words from a thousand on: 57,177 is "57 thousand"."""
    digits = len(str(number)) - 2
    rounded = round(number, -digits)
    for size, word in ((1_000_000, "million"), (1_000, "thousand")):
        if rounded >= size:
            return f"{rounded / size:g} {word}"
    return str(rounded)


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"
