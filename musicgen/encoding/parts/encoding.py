"""`parts`: one step a note or rest of one part, for music of any instruments.

The parts of a piece and what they are (`roles.py`) condition the model. A step says what its part
plays, for how long, and when the part goes on; which part is next, and when, follows from the
steps before (`schedule.py`). A unison of two parts is two notes, a repeated note is repeated, and
each part says itself where it ends. Drums are a part whose pitches are General MIDI percussion
keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
import numpy as np

from musicgen.encoding.events import DEFAULT_VELOCITY, VELOCITY
from musicgen.encoding.grid import GRIDS, KEYS, LOWEST_KEY, ClockName, Grid
from musicgen.encoding.parts.bars_ago import BARS_AGO_WIDTH
from musicgen.encoding.parts.collection_facts import (
    MAX_FORMS,
    MIN_HARMONY,
    MIN_REPEATED,
    harmony_share,
    repeated_share,
)
from musicgen.encoding.parts.features import FEATURE_WIDTHS, part_features
from musicgen.encoding.parts.form_features import FORM_WIDTH
from musicgen.encoding.parts.given_features import CHORDS_WIDTH, GIVEN_WIDTH
from musicgen.encoding.parts.note_steps import one_a_key, part_rows, tables_by_role, within_piano
from musicgen.encoding.parts.roles import UNKNOWN_KEY, Ensemble, Role, assign_roles, transposed_key
from musicgen.encoding.parts.steps_of_parts import NOTHING_KNOWN, GivenChords, PartsSteps
from musicgen.encoding.parts.tracker import PartsTracker
from musicgen.encoding.parts.values import AFTER, AT_END, REST, last_value
from musicgen.encoding.steps import Features, Field, Steps
from musicgen.json_files import convert_json
from musicgen.score import NOTE_DTYPE, Score
from musicgen.theory.form import form_of
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.theory.keys import find_keys
from musicgen.theory.spelling import written_pitch_name

OPTIONAL = ("form", "chords", "intervals", "bars_ago")  # features


@dataclass(frozen=True)
class PartsEncoding:
    """Pitch or rest, duration, and time to the next step of the part; velocity if it varies."""

    velocity: bool = False
    clock: ClockName = "beats"  # seconds: a grid unit is 10 ms, and there are no bars
    form: bool = False  # conditioned on which bars repeat an earlier one
    given_first: bool = False  # given steps come first at their onset
    chords: bool = False  # conditioned on the chords at the beats
    intervals: bool = False  # chords are seen as intervals above the bass and the part's pitch
    bars_ago: bool = False  # steps see what the part played some bars ago

    name = "parts"

    @classmethod
    def for_scores(cls, scores: Iterable[Score]) -> PartsEncoding:
        """The encoding with velocity if the scores have more than one.

        Its clock is seconds if most of the notes are in performances. It has forms if the pieces
        repeat bars, MIN_REPEATED of them or more, and chords if enough of them have harmony.
        """
        scores = [score for score in scores if len(score)]
        velocities = {value for score in scores for value in np.unique(score.notes["velocity"])}
        notes = sum(map(len, scores))
        performed = sum(len(score) for score in scores if score.is_performance)
        clock: ClockName = "seconds" if 2 * performed > notes else "beats"
        repeats = clock == "beats" and repeated_share(scores[:MAX_FORMS]) >= MIN_REPEATED
        has_chords = clock == "beats" and harmony_share(scores[:MAX_FORMS]) >= MIN_HARMONY
        on_beats = clock == "beats"
        return cls(len(velocities) > 1, clock, repeats, True, has_chords, True, on_beats)

    def without(self, left_out: Collection[str]) -> PartsEncoding:
        """The same encoding without some of OPTIONAL: a model that sees less is wrong elsewhere."""
        changes: dict[str, Any] = dict.fromkeys(left_out, False)
        return replace(self, **changes)

    @classmethod
    def from_json(cls, entry: object) -> PartsEncoding:
        """The encoding that `to_json` described; InvalidJson for anything else."""
        schema: _PartsJson = convert_json(entry, _PartsJson, "the encoding `parts`")
        return cls(**msgspec.structs.asdict(schema))

    @property
    def grid(self) -> Grid:
        return GRIDS[self.clock]

    @property
    def fields(self) -> tuple[Field, ...]:
        units = self.grid.max_units
        fields = (
            Field("pitch", KEYS + 1),  # piano keys from A0, then REST
            Field("duration", units),  # grid units less one
            Field("next", last_value(self.grid) + 1),  # see `schedule.py`
        )
        return (*fields, VELOCITY) if self.velocity else fields

    @property
    def feature_widths(self) -> Mapping[str, int]:
        widths = dict(FEATURE_WIDTHS)
        if self.given_first:
            widths["given"] = 3 * GIVEN_WIDTH
        if self.chords:
            widths["chords"] = CHORDS_WIDTH
        if self.bars_ago:
            widths["bars_ago"] = BARS_AGO_WIDTH
        return {**widths, "form": FORM_WIDTH} if self.form else widths

    def encode(self, score: Score) -> PartsSteps:
        placed = self.grid.on_clock(score)
        tables, roles = self.tables(placed)
        rows = [part_rows(table, part, self.grid) for part, table in enumerate(tables)]
        return self._steps(rows, placed, roles)

    def encode_with_chords(self, score: Score) -> PartsSteps:
        """The steps of a score, with its chords where the encoding tells any: for training."""
        steps = self.encode(score)
        return replace(steps, chords=self.chords_of(score)) if self.chords else steps

    def chords_of(self, score: Score) -> GivenChords:
        """The chords that are found at the beats of a score."""
        track = chord_track(self.grid.on_clock(score))
        return GivenChords.at_beats(track.ticks, track.roots, track.masks, self.grid)

    def encode_opening(self, score: Score, until: int) -> PartsSteps:
        """The steps of the notes before a time (grid units), and rests of all parts up to it.

        The piece can go on from there: no part ends. Roles and key are those of the whole score.
        """
        placed = self.grid.on_clock(score)
        tables, roles = self.tables(placed)
        earlier = [table[table[:, 0] < until] for table in tables]
        rows = [part_rows(table, part, self.grid, until) for part, table in enumerate(earlier)]
        return self._steps(rows, placed, roles)

    def encode_as(self, score: Score, piece: PartsSteps, role_of_part: Sequence[int]) -> PartsSteps:
        """The steps of a score that has the roles, the key and the form of a piece.

        role_of_part: number of the role of each part. A part without notes ends with a rest.
        """
        notes = self._in_units(self.grid.on_clock(score))
        of_note = np.array(role_of_part, np.int64)[notes["part"]]
        rows = []
        for role, table in enumerate(tables_by_role(notes, of_note, len(piece.roles))):
            silent = np.array([[0, role, REST, 0, last_value(self.grid), 0]])
            rows.append(part_rows(table, role, self.grid) if len(table) else silent)
        return replace(piece, fields=self._in_order(rows))

    def beginning(self, ensemble: Ensemble, steps: Steps, form: str = "") -> PartsSteps:
        """No step yet, of a piece with these parts, key and form, and the metres of others."""
        empty = np.zeros((0, len(self.fields)), np.int32)
        facts = (steps.tempo, steps.metres, steps.name, ensemble.roles, ensemble.key, self.grid)
        chords = NOTHING_KNOWN if self.chords else None
        return PartsSteps(empty, *facts, form if self.form else None, chords=chords)

    def role_of_parts(self, score: Score) -> dict[int, int]:
        """The number of the role that `encode` gives each part with notes, by part number."""
        placed = self.grid.on_clock(score)
        of_note, _ = assign_roles(self._in_units(placed), placed.parts)
        return dict(zip(placed.notes["part"].tolist(), of_note.tolist(), strict=True))

    def decode(self, steps: Steps) -> Score:
        assert isinstance(steps, PartsSteps)
        part, onset = steps.schedule
        sounding = np.flatnonzero(steps.fields[:, 0] < REST)
        notes, ticks = np.zeros(len(sounding), NOTE_DTYPE), self.grid.ticks
        fields = steps.fields[sounding]
        notes["start"] = onset[sounding] * ticks
        notes["pitch"] = fields[:, 0] + LOWEST_KEY
        notes["duration"] = (fields[:, 1] + 1) * ticks
        notes["velocity"] = DEFAULT_VELOCITY
        if self.velocity:
            notes["velocity"] = (fields[:, 3] * 4 + 2).clip(1, 127)
        notes["part"] = part[sounding]
        parts = tuple(role.part(number) for number, role in enumerate(steps.roles))
        if parts:
            notes["program"] = np.array([p.program for p in parts], np.int16)[notes["part"]]
        notes = one_a_key(notes)
        if not self.grid.has_bars:
            resolution = self.grid.resolution
            return Score(
                notes, name=steps.name, parts=parts, resolution=resolution, is_performance=True
            )
        return Score(notes, steps.tempo, steps.metres, steps.name, parts)

    def canonical(self, score: Score) -> Score:
        """The score on the grid: in a part one note a key at a time, parts from low to high.

        Notes beyond the piano are moved into it by octaves.
        """
        return self.decode(self.encode(score))

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        assert isinstance(steps, PartsSteps)
        return part_features(steps, start, stop, self.given_first, self.bars_ago)

    def tracker(self, rows: int, piece: Steps, bars: int) -> PartsTracker:
        assert isinstance(piece, PartsSteps)
        return PartsTracker(rows, piece, bars, self.given_first, self.bars_ago)

    def transposed(self, steps: Steps, semitones: int) -> PartsSteps:
        assert isinstance(steps, PartsSteps)
        fields = steps.fields.copy()
        moves = _is_pitched_note(steps)
        fields[moves, 0] += semitones
        key = transposed_key(steps.key, semitones)
        roles = tuple(role.transposed(semitones) for role in steps.roles)
        chords = steps.chords and steps.chords.transposed(semitones)
        transposed = replace(steps, fields=fields, roles=roles, key=key, chords=chords)
        transposed.__dict__["schedule"] = steps.schedule  # pitches do not change it
        return transposed

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        assert isinstance(steps, PartsSteps)
        pitches = steps.fields[_is_pitched_note(steps), 0]
        if not len(pitches):
            return 0, 0
        return -int(pitches.min()), KEYS - 1 - int(pitches.max())

    def tokens(self, steps: Steps) -> list[str]:
        """`C4, duration 1/2`: times in quarters, or in seconds."""
        return [_text(row, self.grid) for row in steps.fields.tolist()]

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, **asdict(self)}

    def _steps(
        self, by_part: Sequence[np.ndarray], placed: Score, roles: tuple[Role, ...]
    ) -> PartsSteps:
        """Steps from the rows of each part."""
        fields = self._in_order(by_part)
        key = find_keys([placed])[0]
        number = UNKNOWN_KEY if key is None else key.tonic + 12 * (key.mode == "minor")
        facts = (placed.mean_tempo, placed.metres, placed.name, roles, number, self.grid)
        chords = NOTHING_KNOWN if self.chords else None
        return PartsSteps(fields, *facts, form_of(placed) if self.form else None, chords=chords)

    def _in_order(self, by_part: Sequence[np.ndarray]) -> np.ndarray:
        """Fields from the rows of each part, by onset and part: (N, F)."""
        rows = np.concatenate([np.zeros((0, 6), np.int64), *by_part])
        rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]  # stable: chords keep their order
        return rows[:, 2 : 2 + len(self.fields)].astype(np.int32)

    def _in_units(self, score: Score) -> np.ndarray:
        """Notes with times in grid units and pitches of the piano: (N,) NOTE_DTYPE."""
        notes, ticks = score.notes.copy(), self.grid.ticks
        end = np.rint((notes["start"] + notes["duration"]) / ticks)
        notes["start"] = np.rint(notes["start"] / ticks)
        notes["duration"] = np.maximum(end - notes["start"], 1)
        notes["pitch"] = within_piano(notes["pitch"])
        return notes

    def tables(self, score: Score) -> tuple[list[np.ndarray], tuple[Role, ...]]:
        """Notes of each role in grid units and values of the fields, and the roles."""
        notes = self._in_units(score)
        of_note, roles = assign_roles(notes, score.parts)
        return tables_by_role(notes, of_note, len(roles)), roles


class _PartsJson(msgspec.Struct, tag_field="name", tag="parts", forbid_unknown_fields=True):
    velocity: bool
    clock: ClockName = "beats"
    form: bool = False
    given_first: bool = False
    chords: bool = False
    intervals: bool = False
    bars_ago: bool = False


def _is_pitched_note(steps: PartsSteps) -> np.ndarray:
    """Whether each step is a note that transposes: (N,) bool."""
    drums = np.array([role.is_drum for role in steps.roles], bool)
    if not len(steps):
        return np.zeros(0, bool)
    return (steps.fields[:, 0] < REST) & ~drums[steps.schedule[0]]


def _text(row: list[int], grid: Grid) -> str:
    pitch, duration, following, *velocity = row
    name = "rest" if pitch == REST else written_pitch_name(pitch + LOWEST_KEY)
    words = [name, f"duration {grid.time_text(duration + 1)}"]
    if following == last_value(grid):
        words.append("end of the part")
    elif following == AFTER:
        words.append("next at once")
    elif following != AT_END:
        words.append(f"next after {grid.time_text(following - AFTER)}")
    words += [f"velocity {4 * value + 2}" for value in velocity]
    return ", ".join(words)
