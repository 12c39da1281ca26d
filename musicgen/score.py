"""The score: an immutable table of notes with parts, tempo and metres, used by all packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.metres import (
    COMMON_TIME,
    TICKS_PER_QUARTER,
    Metre,
    bar_positions,
    first_bar_number,
    metre_table,
    metres_that_change,
)
from musicgen.score_fields import (
    MAX_TEMPO,
    MIN_TEMPO,
    PEDAL_CHANGE_DTYPE,
    RELEASE_DTYPE,
    KeySignature,
    Part,
    TempoChange,
    check_notes,
    check_parts,
    default_parts,
    microseconds_per_quarter,
    note_order,
    pedal_spans,
    seconds_at,
    without_repeats,
)
from musicgen.ticks import (
    Clock,
    check_marks,
    end_at_first_release,
    move_changes,
    move_marks,
    move_spans,
    round_ticks,
)

MAX_RESOLUTION = 32_767  # ticks per quarter, the largest of a MIDI header
SECONDS_RESOLUTION = 50  # ticks per quarter of a performance on the grid: at 120 each is 10 ms

NOTE_DTYPE = np.dtype(
    [
        ("start", np.int32),  # ticks from the beginning of the piece
        ("duration", np.int32),  # ticks, at least 1
        ("pitch", np.int16),  # MIDI key number, 0 to 127, 60 is middle C
        ("velocity", np.int16),  # 1 to 127
        ("program", np.int16),  # General MIDI program of the note's part, 0 to 127
        ("part", np.int16),  # index in Score.parts
    ]
)


@dataclass(frozen=True, eq=False)
class Score:
    """Notes in order of start, pitch, part and duration, with parts, tempo, metres and a name.

    The first bar is a pickup if the first metre lasts for one bar that is shorter than those of
    the second metre (`1/4` before `4/4`): its positions then count from the end of a full bar.
    """

    notes: np.ndarray = field(default_factory=lambda: np.zeros(0, NOTE_DTYPE))  # (N,) NOTE_DTYPE
    tempo: float = 120.0  # quarters a minute, at the beginning
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    name: str = ""
    parts: tuple[Part, ...] = ()  # by part number; derived from the notes where none are passed
    tempo_changes: tuple[TempoChange, ...] = ()  # of several at one tick the last counts
    keys: tuple[KeySignature, ...] = ()
    pedal_changes: np.ndarray = field(  # (C,) PEDAL_CHANGE_DTYPE, by start and part
        default_factory=lambda: np.zeros(0, PEDAL_CHANGE_DTYPE)
    )
    resolution: int = TICKS_PER_QUARTER  # ticks per quarter; those of a file, so that it is exact
    is_performance: bool = False  # played without a beat: its time is seconds, bars mean nothing
    releases: np.ndarray = field(default_factory=lambda: np.zeros(0, RELEASE_DTYPE))  # (R,)
    tempo_in_first_track: bool = True  # as in TempoChange

    def __post_init__(self) -> None:
        notes = np.asarray(self.notes, dtype=NOTE_DTYPE)
        check_notes(notes)
        if not 1 <= self.resolution <= MAX_RESOLUTION:
            raise ValueError(f"a resolution of {self.resolution} ticks is not supported")
        check_marks(self.tempo, self.metres, self.tempo_changes)
        notes, parts = (notes, self.parts) if self.parts else default_parts(notes)
        check_parts(notes, self.pedal_changes, parts)
        notes = notes[note_order(notes)]  # a copy, which no other array shares
        notes.flags.writeable = False
        object.__setattr__(self, "notes", notes)
        object.__setattr__(self, "parts", parts)
        changes = self.pedal_changes
        if len(changes):
            changes = changes[np.lexsort((changes["part"], changes["start"]))]
            object.__setattr__(self, "pedal_changes", changes)
        # A table of chosen columns would keep the room of the others.
        releases = np.array(self.releases, RELEASE_DTYPE)
        releases.sort()
        object.__setattr__(self, "releases", releases)

    def __eq__(self, other: object) -> bool:
        """Equality of the music; ignored are names, and tempi, metres, keys that change nothing."""
        if not isinstance(other, Score):
            return NotImplemented
        return self._timing == other._timing and all(
            np.array_equal(getattr(self, table), getattr(other, table))
            for table in ("notes", "pedal_changes", "releases")
        )

    @property
    def _timing(self) -> tuple[object, ...]:
        """All that is compared but the tables; tempi as MIDI files have them."""
        changes = ((c.start, microseconds_per_quarter(c.tempo)) for c in self.tempo_changes)
        tempos = without_repeats([(0, microseconds_per_quarter(self.tempo)), *changes])
        keys = without_repeats([(k.start, (k.fifths, k.is_minor)) for k in self.keys])
        parts = [(part.program, part.is_drum, part.track) for part in self.parts]
        metres = metres_that_change(self.metres, self.resolution)
        return tempos, metres, keys, parts, self.resolution, self.is_performance

    def __len__(self) -> int:
        return len(self.notes)

    @cached_property
    def end(self) -> int:
        """End of the last note in ticks; 0 for an empty score."""
        return int((self.notes["start"] + self.notes["duration"]).max()) if len(self) else 0

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return float(self.seconds_at([self.end])[0])

    def seconds_at(self, ticks: Sequence[int] | np.ndarray) -> np.ndarray:
        """Seconds from the beginning at ticks: (N,) -> (N,) float64."""
        return seconds_at(ticks, self.tempo, self.tempo_changes, self.resolution)

    @cached_property
    def pedals(self) -> np.ndarray:
        """Spans in which the sustain pedal of a part is down: (P,) PEDAL_DTYPE."""
        return pedal_spans(self.pedal_changes, self.end)

    @cached_property
    def mean_tempo(self) -> float:
        """The constant tempo at which the piece would last as long, in quarters a minute."""
        if not self.tempo_changes or not self.end:
            return self.tempo
        mean = round(60.0 * self.end / self.resolution / self.seconds, 2)
        return min(MAX_TEMPO, max(MIN_TEMPO, mean))

    @cached_property
    def is_drum(self) -> np.ndarray:
        """Whether each note is of a drum part: (N,) bool."""
        drums = np.array([part.is_drum for part in self.parts], dtype=bool)
        return drums[self.notes["part"]] if drums.any() else np.zeros(len(self), dtype=bool)

    @cached_property
    def pitched(self) -> Score:
        """The score without the notes of its drum parts; part numbers stay."""
        return replace(self, notes=self.notes[~self.is_drum]) if self.is_drum.any() else self

    @cached_property
    def bars(self) -> int:
        """Number of bars up to the end, the pickup included."""
        return int(self.bar_positions([self.end - 1])[0][0]) + 1 if len(self) else 0

    @property
    def has_pickup(self) -> bool:
        """Whether the score begins with a pickup and full bars follow."""
        return self.first_bar_number == 0 and self.bars > 1

    @property
    def first_bar_number(self) -> int:
        """Printed number of the first bar: 0 if it is a pickup, else 1."""
        return first_bar_number(self.metres, self.resolution)

    @property
    def full_bars(self) -> int:
        """Number of bars without the pickup, as musicians count them."""
        return self.bars - self.has_pickup

    def bar_positions(
        self, ticks: Sequence[int] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Bar index from 0, position in the bar and length of the bar of each tick: 3 x (N,)."""
        return bar_positions(self.metres, ticks, self.resolution)

    def bar_lines(self) -> np.ndarray:
        """Starts of the bars in ticks, from 0 to the first at or after the end."""
        table = metre_table(self.metres, self.resolution)
        stops = [*table[1:, 0], self.end + table[-1, 1]]
        lines = [
            np.arange(start, min(stop, self.end + length), length)
            for (start, length, _, _), stop in zip(table, stops, strict=True)
        ]
        return np.concatenate(lines)

    def on_grid(self) -> Score:
        """The score on the clock of analysis and encodings: TICKS_PER_QUARTER, times rounded.

        A performance gets SECONDS_RESOLUTION ticks per quarter at 120: a tick is 10 ms. A note
        ends at the first release of its key.
        """
        if self._is_on_grid:
            return self
        score = self
        if self.is_performance:
            score = self._on_clock(lambda t: np.rint(self.seconds_at(t) * 100), SECONDS_RESOLUTION)
            score = replace(score, tempo=120.0, tempo_changes=(), metres=(COMMON_TIME,))
        elif self.resolution != TICKS_PER_QUARTER:
            score = self.at_resolution(TICKS_PER_QUARTER)
        notes = end_at_first_release(score.notes)
        score = score if notes is score.notes else replace(score, notes=notes)
        score.__dict__["_is_on_grid"] = True  # a second time would cut what the first has cut
        return score

    @cached_property
    def _is_on_grid(self) -> bool:
        clock = self.resolution, self.tempo, self.tempo_changes, self.metres
        seconds = SECONDS_RESOLUTION, 120.0, (), (COMMON_TIME,)
        right = clock == seconds if self.is_performance else self.resolution == TICKS_PER_QUARTER
        return right and end_at_first_release(self.notes) is self.notes

    def at_resolution(self, resolution: int) -> Score:
        """The score with another number of ticks per quarter, times rounded to the nearest."""
        return self._on_clock(partial(round_ticks, old=self.resolution, new=resolution), resolution)

    def _on_clock(self, clock: Clock, resolution: int) -> Score:
        """The score on another clock; of changes that come to lie on one tick the last stays."""
        tempos = move_marks((TempoChange(0, self.tempo), *self.tempo_changes), clock)
        return replace(
            self,
            notes=move_spans(self.notes, clock),
            tempo=tempos[0].tempo,
            tempo_changes=tempos[1:],
            metres=move_marks(self.metres, clock),
            keys=move_marks(self.keys, clock),
            pedal_changes=move_changes(self.pedal_changes, clock),
            resolution=resolution,
            releases=np.zeros(0, RELEASE_DTYPE),
        )

    def with_notes(self, notes: np.ndarray) -> Score:
        """Other notes, with parts of their own, at the mean tempo and metres of this score."""
        return Score(
            notes,
            self.mean_tempo,
            self.metres,
            self.name,
            resolution=self.resolution,
            is_performance=self.is_performance,
        )

    def until(self, end: int) -> Score:
        """The score up to a tick: later notes left out, notes that sound beyond it cut off."""
        if self.end <= end:
            return self
        notes = self.notes[self.notes["start"] < end].copy()
        notes["duration"] = np.minimum(notes["duration"], end - notes["start"])
        return replace(self, notes=notes)

    def transposed(self, semitones: int) -> Score:
        """The score with all but drums transposed; InvalidSetting if a pitch leaves 0 to 127."""
        notes = self.notes.copy()
        notes["pitch"][~self.is_drum] += semitones
        if len(notes) and not (notes["pitch"].min() >= 0 and notes["pitch"].max() <= 127):
            raise InvalidSetting(f"transposed by {semitones}, a note would leave 0 to 127")
        return replace(self, notes=notes, releases=np.zeros(0, RELEASE_DTYPE))


def notes_from(rows: Iterable[Sequence[int]]) -> np.ndarray:
    """Notes from rows (start, duration, pitch[, velocity[, program[, part]]]): (N,) NOTE_DTYPE."""
    defaults = (0, 1, 60, 80, 0, 0)
    return np.array([tuple(row) + defaults[len(row) :] for row in rows], dtype=NOTE_DTYPE)


def without_overlaps(notes: np.ndarray) -> np.ndarray:
    """Remove overlaps of notes on the same key, in whatever part: (N,) -> (M,), sorted.

    Of notes with the same start, the longest stays; a note that still sounds when its key is
    struck again ends there.
    """
    start = notes["start"].astype(np.int64)
    key = notes["pitch"].astype(np.int64) << 32 | start
    order = key.argsort(kind="stable")
    key = key[order]
    if (key[1:] == key[:-1]).any():
        order = np.lexsort((-notes["duration"], start, notes["pitch"]))
        order = order[np.append(True, key[1:] != key[:-1])]
    table = notes[order]
    gap = np.diff(table["start"])
    cut = (np.diff(table["pitch"]) == 0) & (gap < table["duration"][:-1])
    table["duration"][:-1][cut] = gap[cut]
    return table[(start[order] << 7 | table["pitch"]).argsort(kind="stable")]
