"""`notes`: one token a step, the name of a note or the normal order of a chord.

The tokens of a notebook with music21 (`E2`, `4.9`, `11.4`), from all parts of a MIDI file. A
token holds no time: decoded, the tokens follow each other half a quarter apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import msgspec
import numpy as np

from musicgen.bounds import within
from musicgen.encoding.grid import BEATS
from musicgen.encoding.steps import Features, Field, Steps
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, convert_json
from musicgen.metres import COMMON_TIME, TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score
from musicgen.theory.chords import Sonorities, pitched_sonorities
from musicgen.theory.spelling import chord_name, pitch_class_mask, pitch_name

STEP_TICKS = TICKS_PER_QUARTER // 2
DECODED_VELOCITY = 80

Voicing = tuple[int, ...]  # rising MIDI key numbers; a chord has at least two
MAX_VOICING_PITCHES = 128

# Codes of sonorities: a key below CHORDS, the pitch classes of a chord as bits from there on.
_CHORDS = 128
_CODES = _CHORDS + 4096
MAX_TOKENS = _CODES - 1  # there is no chord without pitch classes


@dataclass(frozen=True)
class NotesEncoding:
    """A vocabulary of notes and chords, each with the pitches that it is decoded to.

    A sonority outside the vocabulary is encoded as the nearest token: the one that differs in the
    fewest pitch classes, then a chord for a chord and a note for a note, then by register.
    """

    voicings: tuple[Voicing, ...] = ((60,),)  # one a token, in order of the tokens

    name = "notes"
    grid = BEATS  # of what is decoded

    def __post_init__(self) -> None:
        if not 1 <= len(self.voicings) <= MAX_TOKENS:
            raise InvalidSetting(f"a vocabulary has 1 to {MAX_TOKENS} tokens")
        for voicing in self.voicings:
            if not voicing or list(voicing) != sorted(voicing):
                raise InvalidSetting("the pitches of a token are rising, at least one")
            within("pitch", voicing[0], 0, 127)
            within("pitch", voicing[-1], 0, 127)
        if list(self.vocabulary) != sorted(set(self.vocabulary)):
            raise InvalidSetting("the tokens of a vocabulary are in order, without duplicates")

    @classmethod
    def for_scores(cls, scores: Iterable[Score]) -> NotesEncoding:
        """The vocabulary of the scores; each token is decoded to its most common voicing."""
        counts: Counter[Voicing] = Counter()
        for score in scores:
            counts.update(pitched_sonorities(score).voicings())
        return cls.for_voicings(counts)

    @classmethod
    def for_voicings(cls, counts: Counter[Voicing]) -> NotesEncoding:
        """The vocabulary of voicings that occur so often."""
        distinct: Counter[Voicing] = Counter()
        for voicing, count in counts.items():
            distinct[_without_unisons(voicing)] += count
        most_common: dict[str, tuple[int, Voicing]] = {}
        for voicing, count in distinct.items():
            token = token_of(voicing)
            # The lowest of equally common voicings, independent of the order of the scores.
            most_common[token] = min(most_common.get(token, (0, voicing)), (-count, voicing))
        voicings = tuple(voicing for _, (_, voicing) in sorted(most_common.items()))
        return cls(voicings) if voicings else cls()

    @classmethod
    def from_json(cls, entry: object) -> NotesEncoding:
        """The encoding that `to_json` described; InvalidJson for anything else."""
        schema: _NotesJson = convert_json(entry, _NotesJson, "the encoding `notes`")
        voicings = sorted(schema.voicings.items())
        try:
            encoding = cls(tuple(voicing for _, voicing in voicings))
        except InvalidSetting as problem:
            raise InvalidJson(f"the encoding `notes` cannot be read: {problem}") from None
        for (token, _), expected in zip(voicings, encoding.vocabulary, strict=True):
            if token != expected:
                raise InvalidJson(f"the pitches of the token '{token[:40]}' spell '{expected}'")
        return encoding

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        return tuple(map(token_of, self.voicings))

    @property
    def fields(self) -> tuple[Field, ...]:
        return (Field("token", len(self.voicings)),)

    @property
    def feature_widths(self) -> Mapping[str, int]:
        return {}

    def encode(self, score: Score) -> Steps:
        sounding = pitched_sonorities(score)
        tokens = self._token_of_code[_codes(sounding)]  # (N,)
        unknown = np.flatnonzero(tokens < 0)
        if len(unknown):
            voicings = sounding.voicings()
            unknown_voicings = [voicings[index] for index in unknown]
            nearest = {voicing: self.nearest(voicing) for voicing in set(unknown_voicings)}
            tokens[unknown] = [nearest[voicing] for voicing in unknown_voicings]
        return Steps(tokens.reshape(-1, 1), score.mean_tempo, (COMMON_TIME,), score.name)

    def decode(self, steps: Steps) -> Score:
        voicings = [self.voicings[token] for token in steps.fields[:, 0].tolist()]
        sizes = np.array([len(voicing) for voicing in voicings], dtype=np.int64)
        notes = np.zeros(sizes.sum(), NOTE_DTYPE)
        notes["start"] = np.repeat(np.arange(len(voicings)) * STEP_TICKS, sizes)
        notes["duration"] = STEP_TICKS
        notes["pitch"] = [pitch for voicing in voicings for pitch in voicing]
        notes["velocity"] = DECODED_VELOCITY
        return Score(notes, steps.tempo, steps.metres, steps.name)

    def canonical(self, score: Score) -> Score:
        """The tokens of the score, half a quarter apart, in common time, at its mean tempo."""
        return self.decode(self.encode(score))

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        return {}

    def tracker(self, rows: int, piece: Steps, bars: int) -> NoFeatures:
        return NoFeatures(rows)

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        """The same steps: the vocabulary may lack the transposed chords."""
        return steps

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        return 0, 0

    def tokens(self, steps: Steps) -> list[str]:
        return [self.vocabulary[token] for token in steps.fields[:, 0].tolist()]

    def nearest(self, voicing: Voicing) -> int:
        """The index of the token nearest to some pitches."""
        masks, sizes, registers = self._shapes
        differing = np.bitwise_count(masks ^ pitch_class_mask(voicing))
        other_kind = (sizes > 1) != (len(voicing) > 1)
        distance = np.abs(registers - np.mean(voicing))
        return int(np.lexsort((distance, other_kind, differing))[0])

    def to_json(self) -> dict[str, object]:
        voicings = zip(self.vocabulary, map(list, self.voicings), strict=True)
        return {"name": self.name, "voicings": dict(voicings)}

    @cached_property
    def _token_of_code(self) -> np.ndarray:
        """Index in the vocabulary of each code, -1 outside of it: (4224,) int32."""
        masks, sizes, _ = self._shapes
        lowest = np.array([voicing[0] for voicing in self.voicings])
        tokens = np.full(_CODES, -1, np.int32)
        tokens[np.where(sizes == 1, lowest, masks + _CHORDS)] = np.arange(len(self.voicings))
        return tokens

    @cached_property
    def _shapes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pitch classes, number of notes and mean pitch of each token: (V,) each."""
        masks = np.array([pitch_class_mask(voicing) for voicing in self.voicings], np.int64)
        sizes = np.array([len(voicing) for voicing in self.voicings])
        return masks, sizes, np.array([np.mean(voicing) for voicing in self.voicings])


class _NotesJson(msgspec.Struct, tag_field="name", tag="notes", forbid_unknown_fields=True):
    voicings: Annotated[
        dict[
            str,
            Annotated[
                tuple[Annotated[int, msgspec.Meta(ge=0, le=127)], ...],
                msgspec.Meta(min_length=1, max_length=MAX_VOICING_PITCHES),
            ],
        ],
        msgspec.Meta(min_length=1, max_length=MAX_TOKENS),
    ]


class NoFeatures:
    """Tracker of an encoding without features, whose steps follow each other evenly."""

    def __init__(self, rows: int) -> None:
        self.now = np.zeros(rows, np.int64)

    def features(self) -> Features:
        return {}

    def push(self, fields: np.ndarray) -> None:
        self.now = self.now + STEP_TICKS // BEATS.ticks

    def select(self, rows: np.ndarray) -> None:
        self.now = self.now[rows]


def token_of(voicing: Voicing) -> str:
    """The token of some pitches: the name of one, the normal order of more."""
    return pitch_name(voicing[0]) if len(voicing) == 1 else chord_name(voicing)


def _without_unisons(voicing: Voicing) -> Voicing:
    """The pitches without duplicates; a chord that is one unison stays a chord of two notes."""
    pitches = tuple(sorted(set(voicing)))
    return pitches * 2 if len(voicing) > 1 and len(pitches) == 1 else pitches


def _codes(sounding: Sonorities) -> np.ndarray:
    """The code of each sonority, the same for those with the same token: (N,)."""
    lowest = sounding.pitches[sounding.first]
    return np.where(sounding.sizes == 1, lowest, sounding.masks + _CHORDS)
