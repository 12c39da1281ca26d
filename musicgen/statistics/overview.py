"""A collection at a glance, and whether there is enough of it to train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen.score import Score

# Rules of thumb, by the parameters of our models: the small one has about a million, and
# random transposition shows it each note in up to twelve keys.
ENOUGH_TO_TRY = 5_000
ENOUGH_FOR_SMALL = 20_000
ENOUGH_FOR_LARGE = 300_000
EXACT = 100  # from so many notes on the number is rounded
FEWEST_PIECES = 10  # below it there is next to nothing to hold out


@dataclass(frozen=True)
class Overview:
    """The numbers at the top of the Data page."""

    pieces: int
    notes: int
    seconds: float
    shortest: int  # notes of the shortest piece
    longest: int

    @property
    def hours(self) -> float:
        return self.seconds / 3600

    @property
    def verdict(self) -> str:
        return size_verdict(self.notes, self.pieces)


def overview(scores: Sequence[Score]) -> Overview:
    """Counts over the scores; all zero where there are none."""
    lengths = [len(score) for score in scores]
    return Overview(
        pieces=len(scores),
        notes=sum(lengths),
        seconds=sum(score.seconds for score in scores),
        shortest=min(lengths, default=0),
        longest=max(lengths, default=0),
    )


def size_verdict(notes: int, pieces: int) -> str:
    """Whether so many notes in so many pieces will train well, in a sentence."""
    if not notes:
        return "No notes yet: add music to begin."
    if notes == 1:
        return "One note: too few to train on."
    about = f"{notes} notes" if notes < EXACT else f"About {_rounded(notes)} notes"
    if notes < ENOUGH_TO_TRY:
        return f"{about}: too few to train on; a model will learn them by heart."
    if pieces < FEWEST_PIECES:
        return f"{about} in {_pieces(pieces)}: too few pieces to tell learning from memorising."
    if notes < ENOUGH_FOR_SMALL:
        return f"{about}: enough to try the small model; expect it to memorise early."
    if notes < ENOUGH_FOR_LARGE:
        return f"{about}: enough for the small model; a larger one will memorise."
    return f"{about}: enough for a large model."


def _rounded(number: int) -> str:
    """Two figures, in words from a thousand on: 57,177 is "57 thousand"."""
    digits = len(str(number)) - 2
    rounded = round(number, -digits)
    for size, word in ((1_000_000, "million"), (1_000, "thousand")):
        if rounded >= size:
            return f"{rounded / size:g} {word}"
    return str(rounded)


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"
