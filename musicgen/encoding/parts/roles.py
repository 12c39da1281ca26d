"""Roles: what the parts of a piece are, on which a model is conditioned.

The parts of a piece have a canonical order: by register from low to high, drums last. Steps of
one onset follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from musicgen.bounds import within
from musicgen.score_fields import Part

MAX_PARTS = 16  # further ones are merged with others
RESTS = -1  # in place of a key
MIN_POLYPHONY = 0.1  # share of a part's notes that begin while another one sounds, for chords


@dataclass(frozen=True)
class DrumOnsets:
    """Where in the bar the hits of one sound lie."""

    key: int  # of General MIDI, or RESTS
    onsets: tuple[int, ...]  # grid units from the bar line


@dataclass(frozen=True)
class Role:
    """What a part of a piece is."""

    program: int = 0  # General MIDI
    is_drum: bool = False
    register: int = 60  # MIDI pitch, the median of the notes
    has_chords: bool = False  # it strikes notes while others of it sound
    name: str = ""  # for people; models do not read it
    # Of all that composed drums may play, empty for any: of a collection, not of the part itself.
    drum_onsets: tuple[DrumOnsets, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        within("program", self.program, 0, 127)
        within("register", self.register, 0, 127)

    def transposed(self, semitones: int) -> Role:
        """The role in transposed music."""
        if self.is_drum:
            return self
        return replace(self, register=min(127, max(0, self.register + semitones)))

    def with_drum_onsets(self, onsets: tuple[DrumOnsets, ...]) -> Role:
        """The role of drums that keep to onsets in the bar; other roles stay as they are."""
        return replace(self, drum_onsets=onsets) if self.is_drum else self

    def part(self, number: int) -> Part:
        """The part of a score with this role, on a track of its own."""
        return Part(self.name, self.program, self.is_drum, number)


UNKNOWN_KEY = 24


@dataclass(frozen=True)
class Ensemble:
    """The roles of a piece's parts, in canonical order, and its key."""

    roles: tuple[Role, ...] = (Role(),)
    key: int = UNKNOWN_KEY  # tonic as pitch class, 12 more in minor

    def __post_init__(self) -> None:
        within("number of parts", len(self.roles), 1, MAX_PARTS)
        within("key", self.key, 0, UNKNOWN_KEY)

    def transposed(self, semitones: int) -> Ensemble:
        """The ensemble of transposed music."""
        roles = tuple(role.transposed(semitones) for role in self.roles)
        return Ensemble(roles, transposed_key(self.key, semitones))

    def with_drum_onsets(self, onsets: tuple[DrumOnsets, ...]) -> Ensemble:
        """The ensemble whose drums keep to onsets in the bar."""
        return replace(self, roles=tuple(role.with_drum_onsets(onsets) for role in self.roles))

    def in_key(self, key: int) -> Ensemble:
        """The ensemble in another key, moved by at most six semitones."""
        if self.key == UNKNOWN_KEY:
            return replace(self, key=key)
        semitones = (key - self.key + 6) % 12 - 6
        return replace(self.transposed(semitones), key=key)


def written_order(roles: Sequence[Role]) -> list[int]:
    """Numbers of roles, which are in canonical order, as parts are written: the highest first."""
    count = sum(not role.is_drum for role in roles)
    return [*reversed(range(count)), *range(count, len(roles))]


def transposed_key(key: int, semitones: int) -> int:
    """The number of a key in transposed music."""
    return key if key == UNKNOWN_KEY else (key + semitones) % 12 + key // 12 * 12


def assign_roles(
    notes: np.ndarray, of_score: Sequence[Part]
) -> tuple[np.ndarray, tuple[Role, ...]]:
    """Number of the role of each note, and the roles of the parts with notes, in canonical order.

    (N,) NOTE_DTYPE -> (N,) int64. of_score: all parts of the score. Beyond MAX_PARTS the parts with
    the fewest notes join the chosen part of the same kind that is nearest in register.
    """
    used, inverse = np.unique(notes["part"], return_inverse=True)
    tables = [notes[inverse == i] for i in range(len(used))]
    parts = [of_score[number] for number in used.tolist()]
    groups = _merge(tables, parts)
    members = {
        group: np.concatenate([t for t, g in zip(tables, groups, strict=True) if g == group])
        for group in sorted(set(groups))
    }
    struck = {group: np.unique(of[["start", "pitch"]]) for group, of in members.items()}
    roles = {group: _role(of, struck[group], parts[group]) for group, of in members.items()}
    order = sorted(
        roles, key=lambda i: (roles[i].is_drum, roles[i].register, struck[i]["pitch"].mean(), i)
    )
    place = {group: position for position, group in enumerate(order)}
    of_part = np.array([place[group] for group in groups], np.int64)
    return of_part[inverse], tuple(roles[i] for i in order)


def _merge(tables: Sequence[np.ndarray], parts: Sequence[Part]) -> list[int]:
    """For each part the index of the part that it joins, itself where it is chosen."""
    by_size = sorted(range(len(tables)), key=lambda i: -len(tables[i]))
    chosen = by_size[:MAX_PARTS]
    groups = list(range(len(tables)))
    for index in by_size[MAX_PARTS:]:
        register = float(np.median(tables[index]["pitch"]))
        groups[index] = min(
            chosen,
            key=lambda i: (
                parts[i].is_drum != parts[index].is_drum,
                abs(float(np.median(tables[i]["pitch"])) - register),
            ),
        )
    return groups


def _role(notes: np.ndarray, struck: np.ndarray, part: Part) -> Role:
    """The role of a part with these notes (N,), struck without repetitions (M,)."""
    order = np.lexsort((notes["pitch"], notes["start"]))
    starts = notes["start"][order]
    ends = np.maximum.accumulate(starts + notes["duration"][order])
    overlaps = np.mean(starts[1:] < ends[:-1]) if len(notes) > 1 else 0.0
    register = int(np.median(struck["pitch"]))
    return Role(part.program, part.is_drum, register, bool(overlaps >= MIN_POLYPHONY), part.name)
