"""Change of a piece by one gesture: notes removed and added, and parts replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta

from musicgen.errors import MusicgenError
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import MAX_TICK, RELEASE_DTYPE, Part

MAX_NOTES = 200_000  # of a piece
MAX_PARTS = 64

_Tick: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_TICK)]
_Duration: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_TICK)]
_Key: TypeAlias = Annotated[int, Meta(ge=0, le=127)]
_Velocity: TypeAlias = Annotated[int, Meta(ge=1, le=127)]
_PartNumber: TypeAlias = Annotated[int, Meta(ge=0, lt=MAX_PARTS)]
# Start and duration in ticks, pitch, velocity, number of the part.
NoteRow: TypeAlias = tuple[_Tick, _Duration, _Key, _Velocity, _PartNumber]


class InvalidChange(MusicgenError):
    """A change that does not fit the piece: notes that it does not have, a part that is missing."""


@dataclass(frozen=True)
class PartsChange:
    """Parts before and after a change."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]


@dataclass(frozen=True)
class Change:
    """What one gesture does to a piece; it can be undone without the piece."""

    name: Annotated[str, Meta(max_length=80)]  # for the person: `Move 3 notes`
    removed: tuple[NoteRow, ...] = ()
    added: tuple[NoteRow, ...] = ()
    parts: PartsChange | None = None

    @property
    def inverse(self) -> Change:
        parts = self.parts and PartsChange(self.parts.after, self.parts.before)
        return Change(self.name, self.added, self.removed, parts)


@dataclass(frozen=True)
class Music:
    """Notes and parts of a piece, as changes see them."""

    notes: Counter[NoteRow]  # how often each note is there
    parts: tuple[Part, ...]

    def after(self, changes: Iterable[Change]) -> Music:
        """The music after some changes. Raises InvalidChange."""
        notes, parts = Counter(self.notes), self.parts
        for change in changes:
            if change.parts:
                if change.parts.before != parts:
                    raise InvalidChange(f"'{change.name}' replaces parts that are not there")
                parts = change.parts.after
            notes.subtract(change.removed)
            if any(notes[row] < 0 for row in change.removed):
                raise InvalidChange(f"'{change.name}' removes a note that is not there")
            notes.update(change.added)
            if any(row[4] >= len(parts) for row in change.added):
                raise InvalidChange(f"'{change.name}' adds a note to a part that is not there")
        if notes.total() > MAX_NOTES or not 1 <= len(parts) <= MAX_PARTS:
            raise InvalidChange(f"a piece has at most {MAX_NOTES:,} notes and {MAX_PARTS} parts")
        if any(row[4] >= len(parts) for row, count in notes.items() if count):
            raise InvalidChange("a part that has notes is missing")
        return Music(+notes, parts)

    def rows(self) -> list[NoteRow]:
        """Notes in the order of a Score."""
        return sorted(self.notes.elements(), key=lambda row: (row[0], row[2], row[4], row[1]))


def music_of(score: Score) -> Music:
    return Music(Counter(rows_of(score)), score.parts or (Part(),))


def rows_of(score: Score) -> list[NoteRow]:
    """Notes of a score as rows of a change."""
    return score.notes[["start", "duration", "pitch", "velocity", "part"]].tolist()


def difference(before: Score, after: Score, name: str) -> Change:
    """The change that makes one score of another at the same resolution."""
    old, new = music_of(before), music_of(after)
    parts = None if old.parts == new.parts else PartsChange(old.parts, new.parts)
    removed, added = old.notes - new.notes, new.notes - old.notes
    return Change(name, tuple(sorted(removed.elements())), tuple(sorted(added.elements())), parts)


def score_of_music(base: Score, music: Music) -> Score:
    """The score of edited notes and parts, with the time and the pedal of the base."""
    return replace(
        base,
        notes=_note_table(music.rows(), music.parts),
        parts=music.parts,
        pedal_changes=base.pedal_changes[base.pedal_changes["part"] < len(music.parts)],
        releases=np.zeros(0, RELEASE_DTYPE),
    )


def _note_table(rows: Sequence[NoteRow], parts: Sequence[Part]) -> np.ndarray:
    """Notes with the programs of their parts: (N,) NOTE_DTYPE."""
    programs = [part.program for part in parts]
    return np.array([(*row[:4], programs[row[4]], row[4]) for row in rows], NOTE_DTYPE)
