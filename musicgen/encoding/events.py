"""`events`: one step a note, with a field for each of its properties.

Onset shift, pitch and duration on a grid of 12 units to the quarter or, for performances, of 10 ms;
velocity and programme if the collection has more than one. Features, which follow from the steps
before and cost no bits: what sounds, the clock and the pitch classes played
(`events_features.py`), and what followed the last time the latest notes were played
(`repeat_features.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec
import numpy as np

from musicgen.encoding.events_features import NOTE_FEATURE_WIDTHS, NoteFeatureTracker, note_features
from musicgen.encoding.grid import (
    BEATS,
    GRIDS,
    HIGHEST_KEY,
    KEYS,
    LOWEST_KEY,
    MAX_GRID_UNITS,
    SECONDS,
    ClockName,
    Grid,
)
from musicgen.encoding.repeat_features import REPEAT_WIDTH, REPEATS, RepeatTracker, repeat_features
from musicgen.encoding.steps import Features, Field, Steps
from musicgen.json_files import convert_json
from musicgen.metres import Metre
from musicgen.score import NOTE_DTYPE, Score, without_overlaps
from musicgen.theory.spelling import written_pitch_name

# On the grid of beats; see `EventsEncoding.fields` for that of seconds.
# Grid units since the onset of the note before; 0 for the next note of a chord.
SHIFT = Field("shift", MAX_GRID_UNITS + 1)
PITCH = Field("pitch", KEYS)  # piano keys, from A0
DURATION = Field("duration", MAX_GRID_UNITS)  # grid units less one
VELOCITY = Field("velocity", 32)  # a quarter of the MIDI velocity
PROGRAM = Field("program", 128)  # General MIDI

DEFAULT_VELOCITY = 80


@dataclass(frozen=True)
class EventsEncoding:
    """Shift, pitch and duration of each note; velocity and programme as optional fields."""

    velocity: bool = False
    program: bool = False
    clock: ClockName = "beats"  # seconds: a grid unit is 10 ms, and there are no bars

    name = "events"

    @classmethod
    def for_scores(cls, scores: Iterable[Score]) -> EventsEncoding:
        """The encoding with velocity and programme if the scores have more than one.

        Its clock is seconds if most of the notes are in performances.
        """
        pitched = [score.pitched for score in scores if len(score.pitched)]
        tables = [score.notes for score in pitched]
        performed = sum(len(score) for score in pitched if score.is_performance)
        is_performed = 2 * performed > sum(map(len, tables))
        varied = {name: _is_varied(tables, name) for name in ("velocity", "program")}
        return cls(**varied, clock="seconds" if is_performed else "beats")

    @classmethod
    def from_json(cls, entry: object) -> EventsEncoding:
        """The encoding that `to_json` described; InvalidJson for anything else."""
        schema: _EventsJson = convert_json(entry, _EventsJson, "the encoding `events`")
        return cls(schema.velocity, schema.program, schema.clock)

    @property
    def grid(self) -> Grid:
        return GRIDS[self.clock]

    @property
    def fields(self) -> tuple[Field, ...]:
        most = self.grid.max_units
        optional = ((self.velocity, VELOCITY), (self.program, PROGRAM))
        return (
            replace(SHIFT, size=most + 1),
            PITCH,
            replace(DURATION, size=most),
            *(field for used, field in optional if used),
        )

    @property
    def feature_widths(self) -> Mapping[str, int]:
        return {**NOTE_FEATURE_WIDTHS, REPEATS: REPEAT_WIDTH}

    def encode(self, score: Score) -> Steps:
        score, grid = self.grid.place(score), self.grid
        notes = self._on_grid(score)
        onsets = notes["start"] // grid.ticks
        fields = np.empty((len(notes), 3 + self.velocity + self.program), np.int32)
        fields[:, 0] = onsets
        fields[1:, 0] -= onsets[:-1]
        np.minimum(fields[:, 0], grid.max_units, out=fields[:, 0])
        fields[:, 1] = notes["pitch"] - LOWEST_KEY
        fields[:, 2] = notes["duration"] // grid.ticks - 1
        if self.velocity:
            fields[:, 3] = notes["velocity"] // 4
        if self.program:
            fields[:, -1] = notes["program"]
        return Steps(fields, score.mean_tempo, score.metres, score.name)

    def decode(self, steps: Steps) -> Score:
        fields, ticks = steps.fields, self.grid.ticks
        notes = np.zeros(len(fields), NOTE_DTYPE)
        notes["start"] = np.cumsum(fields[:, 0]) * ticks
        notes["pitch"] = fields[:, 1] + LOWEST_KEY
        notes["duration"] = (fields[:, 2] + 1) * ticks
        notes["velocity"] = DEFAULT_VELOCITY
        column = 3
        if self.velocity:
            notes["velocity"] = (fields[:, column] * 4 + 2).clip(1, 127)
            column += 1
        if self.program:
            notes["program"] = fields[:, column]
        if not self.grid.has_bars:
            resolution = self.grid.resolution
            return Score(notes, name=steps.name, resolution=resolution, is_performance=True)
        return Score(notes, steps.tempo, steps.metres, steps.name)

    def canonical(self, score: Score) -> Score:
        """The score on the grid: one note a key at a time, silences of at most `max_units`.

        Notes beyond the piano are moved into it by octaves; properties without a field take one
        value.
        """
        score, grid = self.grid.place(score), self.grid
        notes = self._on_grid(score)
        onsets = notes["start"] // grid.ticks
        notes["start"] = np.cumsum(np.diff(onsets, prepend=0).clip(max=grid.max_units)) * grid.ticks
        rounded = (notes["velocity"] // 4 * 4 + 2).clip(1, 127)
        notes["velocity"] = rounded if self.velocity else DEFAULT_VELOCITY
        notes["program"] = notes["program"] if self.program else 0
        notes["part"] = 0
        return score.with_notes(notes)

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        of_notes = note_features(steps.fields, steps.metres, start, stop, self.grid)
        return {**of_notes, REPEATS: repeat_features(steps.fields, start, stop, self.grid)}

    def tracker(self, rows: int, piece: Steps, bars: int) -> EventsTracker:
        return EventsTracker(rows, piece.metres, bars, self.grid)

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        fields = steps.fields.copy()
        fields[:, 1] += semitones
        return replace(steps, fields=fields)

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        if not len(steps):
            return 0, 0
        keys = steps.fields[:, 1]
        return -int(keys.min()), KEYS - 1 - int(keys.max())

    def tokens(self, steps: Steps) -> list[str]:
        """`onset +1/2, pitch C4, duration 1`: times in quarters, from the onset before.

        In seconds: `onset +0.25 s, pitch C4, duration 0.5 s`.
        """
        by_field = _VALUE_TEXTS if self.grid.has_bars else _VALUE_TEXTS | _TEXTS_IN_SECONDS
        texts = [by_field[field.name] for field in self.fields]
        return [
            ", ".join(of_field[value] for of_field, value in zip(texts, row, strict=True))
            for row in steps.fields.tolist()
        ]

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, **asdict(self)}

    def _on_grid(self, score: Score) -> np.ndarray:
        """The notes with starts and ends on the grid, within the keys and durations."""
        notes, ticks = score.notes.copy(), self.grid.ticks
        start, end = notes["start"], notes["start"] + notes["duration"]
        start, end = (np.rint(edge / ticks).astype(np.int32) for edge in (start, end))
        notes["start"] = start * ticks
        notes["duration"] = (end - start).clip(1, self.grid.max_units) * ticks
        pitch = notes["pitch"]
        if len(pitch) and (pitch.min() < LOWEST_KEY or pitch.max() > HIGHEST_KEY):
            low, high = pitch < LOWEST_KEY, pitch > HIGHEST_KEY
            pitch[low] += -(-(LOWEST_KEY - pitch[low]) // 12) * 12
            pitch[high] -= -(-(pitch[high] - HIGHEST_KEY) // 12) * 12
        return without_overlaps(notes)


def _is_varied(tables: Sequence[np.ndarray], column: str) -> bool:
    """Whether a column of tables with rows has more than one value."""
    return any((table[column] != tables[0][column][0]).any() for table in tables)


class _EventsJson(msgspec.Struct, tag_field="name", tag="events", forbid_unknown_fields=True):
    velocity: bool
    program: bool
    clock: ClockName = "beats"  # of encodings that do not say


_VALUE_TEXTS = {  # text of each value by field
    SHIFT.name: [f"onset +{BEATS.time_text(value)}" for value in range(SHIFT.size)],
    PITCH.name: [f"pitch {written_pitch_name(value + LOWEST_KEY)}" for value in range(PITCH.size)],
    DURATION.name: [f"duration {BEATS.time_text(value + 1)}" for value in range(DURATION.size)],
    VELOCITY.name: [f"velocity {4 * value + 2}" for value in range(VELOCITY.size)],
    PROGRAM.name: [f"programme {value}" for value in range(PROGRAM.size)],
}
_TEXTS_IN_SECONDS = {
    SHIFT.name: [f"onset +{SECONDS.time_text(value)}" for value in range(SECONDS.max_units + 1)],
    DURATION.name: [
        f"duration {SECONDS.time_text(value + 1)}" for value in range(SECONDS.max_units)
    ],
}


class EventsTracker:
    """`EventsEncoding.features` updated step by step for K rows of a batch."""

    def __init__(self, rows: int, metres: tuple[Metre, ...], bars: int, grid: Grid = BEATS) -> None:
        """bars: number of bars of each row; 0 hides it from the model."""
        self.notes = NoteFeatureTracker(rows, metres, bars, grid)
        self.repeats = RepeatTracker(rows, grid)

    @property
    def now(self) -> np.ndarray:
        return self.notes.now

    def features(self) -> Features:
        return {**self.notes.features(), REPEATS: self.repeats.features()}

    def push(self, fields: np.ndarray) -> None:
        self.notes.push(fields)
        self.repeats.push(fields)

    def select(self, rows: np.ndarray) -> None:
        self.notes.select(rows)
        self.repeats.select(rows)
