"""`frames`: four voices on a grid of 16ths, as in the benchmark on Bach's chorales.

A step is a frame; its fields are the values of the voices, soprano first. A pitch that is held
and one that is struck again are the same here. Features, from the frames before:

- `held`: for how many frames each voice has held its value;
- `last`: the value of each voice before that;
- `place`: the index of the frame;
- `chroma`: share of each pitch class in the last 16 frames, in the last 64, and in all;
- repeats: the frame that followed the last time that the latest frames were played, then the
  last time that the latest notes of the soprano were: four values, and the order of the match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from musicgen.encoding.grid import BEATS
from musicgen.encoding.repeat_features import REPEATS, latest_repeats
from musicgen.encoding.steps import Features, Field, Steps
from musicgen.json_files import convert_json
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score

FRAMES_PER_QUARTER = 4
FRAME_TICKS = TICKS_PER_QUARTER // FRAMES_PER_QUARTER

LOWEST, PITCHES = 30, 60  # an octave and more below and above the voices of the chorales
REST = 0  # value of a silent voice; the pitch LOWEST has the value 1
SIZE = PITCHES + 1  # values of a voice

VOICES = tuple(Field(name, SIZE) for name in ("soprano", "alto", "tenor", "bass"))
DECODED_VELOCITY = 80

MAX_HELD_FRAMES = 63
CHROMA_WINDOWS = (16, 64, None)  # frames
ORDERS = (4, 8, 16, 32)  # frames that a repeat matches; of the soprano twice as many
ORDER_COUNT = len(ORDERS) + 1  # with 0 for no match
REPEAT_WIDTH = len(VOICES) + 1  # of one repeat: the values that followed, and its order


@dataclass(frozen=True)
class FramesEncoding:
    """Encoding for scores of four parts; it has no vocabulary to fit."""

    name = "frames"
    grid = BEATS

    @classmethod
    def for_scores(cls, scores: Iterable[Score]) -> FramesEncoding:
        """The encoding, the same for all scores."""
        return cls()

    @classmethod
    def from_json(cls, entry: object) -> FramesEncoding:
        """The encoding that `to_json` described; InvalidJson for anything else."""
        convert_json(entry, _FramesJson, "the encoding `frames`")
        return cls()

    @property
    def fields(self) -> tuple[Field, ...]:
        return VOICES

    @property
    def feature_widths(self) -> Mapping[str, int]:
        return {
            "held": len(VOICES),
            "last": len(VOICES),
            "place": 1,
            "chroma": 12 * len(CHROMA_WINDOWS),
            REPEATS: 2 * REPEAT_WIDTH,
        }

    def encode(self, score: Score) -> Steps:
        """The value of each part at the start of each frame; part 0 is the soprano.

        ValueError for other parts than 0 to 3 and for pitches out of range.
        """
        score = BEATS.place(score)
        notes = score.notes
        if len(notes) and not 0 <= notes["part"].min() <= notes["part"].max() < len(VOICES):
            raise ValueError("`frames` are for music in four parts")
        frames = np.zeros((-(-score.end // FRAME_TICKS), len(VOICES)), np.int32)
        for note in notes:
            first = -(-note["start"] // FRAME_TICKS)
            stop = -(-(note["start"] + note["duration"]) // FRAME_TICKS)
            frames[first:stop, note["part"]] = value_of(note["pitch"])
        return Steps(frames, score.mean_tempo, score.metres, score.name)

    def decode(self, steps: Steps) -> Score:
        """One note for each row of frames in which a voice holds its value."""
        tables = []
        for part, values in enumerate(steps.fields.T):
            changes = np.flatnonzero(np.diff(values, prepend=-1))
            lengths = np.diff(changes, append=len(values))
            sounding = values[changes] != REST
            notes = np.zeros(int(sounding.sum()), NOTE_DTYPE)
            notes["start"] = changes[sounding] * FRAME_TICKS
            notes["duration"] = lengths[sounding] * FRAME_TICKS
            notes["pitch"] = values[changes][sounding] + LOWEST - 1
            notes["velocity"], notes["part"] = DECODED_VELOCITY, part
            tables.append(notes)
        notes = np.concatenate(tables)
        order = np.lexsort((notes["duration"], notes["part"], notes["pitch"], notes["start"]))
        return Score(notes[order], steps.tempo, steps.metres, steps.name)

    def canonical(self, score: Score) -> Score:
        return self.decode(self.encode(score))

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        frames = steps.fields[: len(steps) if stop is None else stop]  # (stop, 4)
        held, last = _held_and_last(frames)
        return {
            "held": held[start:].clip(max=MAX_HELD_FRAMES).astype(np.int16),
            "last": last[start:].astype(np.int16),
            "place": np.arange(start, len(frames), dtype=np.int16)[:, None],
            "chroma": _chroma(frames)[start:],
            REPEATS: _repeats(frames)[start:].astype(np.int16),
        }

    def tracker(self, rows: int, piece: Steps, bars: int) -> FramesTracker:
        return FramesTracker(self, rows)

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        fields = steps.fields
        return replace(steps, fields=np.where(fields == REST, REST, fields + semitones))

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        sounding = steps.fields[steps.fields != REST]
        if not len(sounding):
            return 0, 0
        return 1 - int(sounding.min()), PITCHES - int(sounding.max())

    def tokens(self, steps: Steps) -> list[str]:
        """`60 55 49 -`: MIDI pitches of the voices, a dash for a rest."""
        pitches = np.where(steps.fields == REST, 0, steps.fields + LOWEST - 1)
        return [" ".join(str(pitch) if pitch else "-" for pitch in row) for row in pitches.tolist()]

    def to_json(self) -> dict[str, object]:
        return {"name": self.name}


class _FramesJson(msgspec.Struct, tag_field="name", tag="frames", forbid_unknown_fields=True):
    pass


class FramesTracker:
    """`FramesEncoding.features` for K rows of a batch, computed from all their frames."""

    def __init__(self, encoding: FramesEncoding, rows: int) -> None:
        self._encoding = encoding
        self._frames = np.zeros((rows, 1, len(VOICES)), np.int32)  # the last is not drawn yet

    @property
    def now(self) -> np.ndarray:
        frames = self._frames.shape[1] - 1
        return np.full(len(self._frames), frames * FRAME_TICKS // BEATS.ticks)

    def features(self) -> Features:
        at = self._frames.shape[1] - 1
        rows = [self._encoding.features(Steps(frames), at) for frames in self._frames]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def push(self, fields: np.ndarray) -> None:
        self._frames[:, -1] = fields
        self._frames = np.pad(self._frames, ((0, 0), (0, 1), (0, 0)))

    def select(self, rows: np.ndarray) -> None:
        self._frames = self._frames[rows]


def value_of(pitch: int) -> int:
    """The value of a pitch; ValueError out of range."""
    if not LOWEST <= pitch < LOWEST + PITCHES:
        raise ValueError(f"pitch {pitch} is not between {LOWEST} and {LOWEST + PITCHES - 1}")
    return int(pitch) - LOWEST + 1


def _held_and_last(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames since each voice changed and its value before that, ahead of each: (N, 4) twice."""
    count = len(frames)
    rows = np.arange(count)[:, None]
    changed = np.concatenate([np.full((min(count, 1), 4), True), frames[1:] != frames[:-1]])
    since = np.maximum.accumulate(np.where(changed, rows, 0), axis=0)
    earlier = np.take_along_axis(frames, (since - 1).clip(0), axis=0)
    last = np.where(since > 0, earlier, SIZE)
    held = np.concatenate([np.zeros((1, 4), int), rows - since + 1])
    last = np.concatenate([np.full((1, 4), SIZE), last])
    return held[:-1], last[:-1]


def _chroma(frames: np.ndarray) -> np.ndarray:
    """Shares of the pitch classes before each frame, by window: (N, 4) -> (N, 36)."""
    sounding = frames != REST
    classes = (frames + LOWEST - 1) % 12
    counts = np.zeros((len(frames) + 1, 12), np.float32)
    for voice in range(len(VOICES)):
        np.add.at(counts, (np.arange(1, len(frames) + 1), classes[:, voice]), sounding[:, voice])
    total = np.cumsum(counts, axis=0)
    parts = []
    for window in CHROMA_WINDOWS:
        first = 0 if window is None else np.arange(len(frames)).clip(window) - window
        part = total[:-1] - total[first]
        parts.append(part / np.maximum(part.sum(axis=1, keepdims=True), 1))
    return np.concatenate(parts, axis=1)


def _repeats(frames: np.ndarray) -> np.ndarray:
    """The repeats of all voices and of the soprano before each frame: (N, 4) -> (N, 10)."""
    beat = np.arange(len(frames)) % FRAMES_PER_QUARTER
    all_voices = _hash_rows([*frames.T, beat]), ORDERS
    soprano = _hash_rows([frames[:, 0], beat]), tuple(2 * order for order in ORDERS)
    columns = []
    for hashes, orders in (all_voices, soprano):
        follows, levels = latest_repeats(hashes, orders)
        columns += [np.where(levels[:, None] > 0, frames[follows], SIZE), levels[:, None]]
    return np.concatenate(columns, axis=1)


def _hash_rows(columns: list[np.ndarray]) -> np.ndarray:
    """A hash of each row of some columns: (N,) uint64."""
    code = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        code = code * np.uint64(SIZE) + column.astype(np.uint64)
    return code * np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
