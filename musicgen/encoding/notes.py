"""`notes`: the names of notes and the normal orders of chords, one after another.

What a notebook with music21 makes of a MIDI file (`E2`, `4.9`, `11.4`), for all parts of it.
A token says nothing of time: decoded, the tokens follow each other half a quarter apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musicgen.encoding.steps import Features, Field, Steps
from musicgen.score import COMMON_TIME, NOTE_DTYPE, TICKS_PER_QUARTER, Metre, Score
from musicgen.theory.chords import Sonorities, sonorities
from musicgen.theory.spelling import chord_name, pitch_class_mask, pitch_name

STEP_TICKS = TICKS_PER_QUARTER // 2
DECODED_VELOCITY = 80

Voicing = tuple[int, ...]  # rising MIDI key numbers; a chord has at least two

_CHORDS = 128  # codes of sonorities: below it a key, from it on a chord's pitch classes as bits
_CODES = _CHORDS + 4096
MAX_TOKENS = _CODES - 1  # there is no chord of no pitch class


@dataclass(frozen=True)
class NotesEncoding:
    """A vocabulary of notes and chords, each with the pitches that it is played with.

    What is not in the vocabulary is encoded as the nearest that is: the fewest pitch classes
    more or less, then a chord for a chord and a note for a note, then the nearest register.
    """

    voicings: tuple[Voicing, ...] = ((60,),)  # one a token, in order of the tokens

    name = "notes"

    def __post_init__(self) -> None:
        if not 1 <= len(self.voicings) <= MAX_TOKENS:
            raise ValueError(f"a vocabulary has 1 to {MAX_TOKENS} tokens")
        for voicing in self.voicings:
            if not voicing or list(voicing) != sorted(voicing):
                raise ValueError("a token is played with rising pitches, at least one")
            if not 0 <= voicing[0] <= voicing[-1] <= 127:
                raise ValueError("pitches are between 0 and 127")
        if list(self.vocabulary) != sorted(set(self.vocabulary)):
            raise ValueError("the tokens must be in order, each once")

    @classmethod
    def for_scores(cls, scores: Iterable[Score]) -> NotesEncoding:
        """The tokens of the scores, each with its most common voicing."""
        counts: Counter[Voicing] = Counter()
        for score in scores:
            counts.update(sonorities(score.notes).voicings())
        played: Counter[Voicing] = Counter()
        for voicing, count in counts.items():
            played[_played(voicing)] += count
        common: dict[str, tuple[int, Voicing]] = {}
        for voicing, count in played.items():
            token = token_of(voicing)
            # Of equally common voicings the lowest, whatever the order of the scores.
            common[token] = min(common.get(token, (0, voicing)), (-count, voicing))
        voicings = tuple(voicing for _, (_, voicing) in sorted(common.items()))
        return cls(voicings) if voicings else cls()

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
        found = sonorities(score.notes)
        codes = _codes(found)
        tokens = self._token_of_code[codes]  # (N,)
        unknown = np.flatnonzero(tokens < 0)
        if len(unknown):
            voicings = found.voicings()
            strangers = [voicings[index] for index in unknown]
            nearest = {voicing: self.nearest(voicing) for voicing in set(strangers)}
            tokens[unknown] = [nearest[voicing] for voicing in strangers]
        return Steps(tokens.reshape(-1, 1), score.tempo, (COMMON_TIME,), score.name)

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
        """The tokens of the score, half a quarter apart, in common time, at its tempo."""
        return self.decode(self.encode(score))

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        return {}

    def tracker(self, pieces: int, metres: tuple[Metre, ...], bars: int) -> NoFeatures:
        return NoFeatures()

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        """The same steps: the vocabulary need not hold the transposed chords."""
        return steps

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        return 0, 0

    def tokens(self, steps: Steps) -> list[str]:
        return [self.vocabulary[token] for token in steps.fields[:, 0].tolist()]

    def nearest(self, voicing: Voicing) -> int:
        """The index of the token that is nearest to some pitches."""
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
        """Index in the vocabulary of each code, -1 where it has none: (4224,) int32."""
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


class NoFeatures:
    """The tracker of an encoding that has no derived inputs."""

    def features(self) -> Features:
        return {}

    def push(self, fields: np.ndarray) -> None:
        pass

    def select(self, rows: np.ndarray) -> None:
        pass


def token_of(voicing: Voicing) -> str:
    """One pitch by its name, more than one by their normal order."""
    return pitch_name(voicing[0]) if len(voicing) == 1 else chord_name(voicing)


def _played(voicing: Voicing) -> Voicing:
    """Each pitch once; a chord that is nothing but a unison stays one of two notes."""
    pitches = tuple(sorted(set(voicing)))
    return pitches * 2 if len(voicing) > 1 and len(pitches) == 1 else pitches


def _codes(found: Sonorities) -> np.ndarray:
    """A number for each sonority that has the same token: (N,)."""
    return np.where(found.sizes == 1, found.pitches[found.first], found.masks + _CHORDS)
