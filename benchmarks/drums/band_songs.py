"""Songs of a made-up band: drums, bass, piano and a lead, in six grooves.

A song keeps one groove, with a fill at the end of every fourth bar, a chord a bar out of one of
five progressions in a random key, a bass that follows the kick, and a lead that steps through the
scale. Beats are accented. All of it is in common time; one groove swings in triplets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER as QUARTER
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part

BAR = 4 * QUARTER
BASS, PIANO, LEAD, DRUMS = range(4)
PARTS = (
    Part("Bass", 33),
    Part("Piano", 0, track=1),
    Part("Lead", 81, track=2),
    Part("Drums", 0, is_drum=True, track=3),
)
KICK, SNARE, CLOSED_HAT, OPEN_HAT, HIGH_TOM, LOW_TOM, CRASH = 36, 38, 42, 46, 50, 45, 49
Groove = tuple[Sequence[int], Sequence[int], Sequence[int]]
GROOVES: dict[
    str, Groove
] = {  # onsets in a bar, in 12ths of a quarter: of the kick, the snare, the hats
    "rock": ((0, 24), (12, 36), range(0, 48, 6)),
    "disco": ((0, 12, 24, 36), (12, 36), range(6, 48, 12)),
    "funk": ((0, 9, 30), (12, 36, 45), range(0, 48, 3)),
    "half time": ((0, 18), (24,), range(0, 48, 12)),
    "swing": ((0, 24), (12, 36), (0, 8, 12, 20, 24, 32, 36, 44)),
    "bossa": ((0, 18, 24, 42), (9, 27, 36), range(0, 48, 6)),
}
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 3), (1, 4, 0, 0))  # degrees
SCALE = (0, 2, 4, 5, 7, 9, 11)
UNIT = QUARTER // 12

Row = tuple[int, int, int, int, int, int]  # start, duration, pitch, velocity, program, part


def band_song(seed: int) -> Score:
    """A song of 16 to 32 bars."""
    rng = np.random.default_rng(seed)
    groove = GROOVES[str(rng.choice(list(GROOVES)))]
    progression = PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
    tonic, degree = int(rng.integers(12)), int(rng.integers(7))
    rows: list[Row] = []
    for bar in range(4 * int(rng.integers(4, 9))):
        chord, start = progression[bar % 4], bar * BAR
        rows += _drums(rng, start, groove, has_fill=bar % 4 == 3)
        rows += _chords(rng, start, chord, tonic)
        rows += _bass(rng, start, groove[0], chord, tonic)
        melody, degree = _lead(rng, start, degree, tonic)
        rows += melody
    return Score(notes_from(rows), float(rng.integers(84, 140)), name=f"song {seed}", parts=PARTS)


def _drums(rng: np.random.Generator, start: int, groove: Groove, has_fill: bool) -> Iterator[Row]:
    """A bar of the groove; a fill on the toms and the snare takes its last beat or two."""
    kick, snare, hats = groove
    ends = 48 - 12 * int(rng.integers(1, 3)) if has_fill else 48
    hits = [(at, KICK) for at in kick if at < ends or rng.random() < 0.5]
    hits += [(at, SNARE) for at in snare if at < ends]
    hits += [(at, OPEN_HAT if rng.random() < 0.06 else CLOSED_HAT) for at in hats if at < ends]
    hits += [(at, int(rng.choice((SNARE, HIGH_TOM, LOW_TOM)))) for at in range(ends, 48, 3)]
    if start % (4 * BAR) == 0:
        hits.append((0, CRASH))
    for at, key in hits:
        yield start + at * UNIT, 2 * UNIT, key, _velocity(at), 0, DRUMS


def _chords(rng: np.random.Generator, start: int, chord: int, tonic: int) -> Iterator[Row]:
    """The triad on two beats of the bar, or held."""
    onsets, length = ((0, 24), 20) if rng.random() < 0.5 else ((0,), 46)
    for at in onsets:
        for step in (0, 2, 4):
            pitch = 48 + _pitch(chord + step, tonic)
            yield start + at * UNIT, length * UNIT, pitch, _velocity(at) - 20, 0, PIANO


def _bass(
    rng: np.random.Generator, start: int, kick: Sequence[int], chord: int, tonic: int
) -> Iterator[Row]:
    """The root with the kick, at times the fifth."""
    for number, at in enumerate(kick):
        step = 4 if number and rng.random() < 0.25 else 0
        pitch = 36 + _pitch(chord + step, tonic) % 12
        yield start + at * UNIT, min(6, 48 - at) * UNIT, pitch, _velocity(at), 33, BASS


def _lead(rng: np.random.Generator, start: int, degree: int, tonic: int) -> tuple[list[Row], int]:
    """A bar of quarters and eighths by step, some of them silent; the degree where it stops."""
    rows, at = [], 0
    while at < 48:
        length = min(int(rng.choice((6, 12))), 48 - at)
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, 13))
        if rng.random() < 0.8:
            pitch = 60 + _pitch(degree, tonic)
            row = (start + at * UNIT, length * UNIT, pitch, _velocity(at), 81, LEAD)
            rows.append(row)
        at += length
    return rows, degree


def _velocity(at: int) -> int:
    """Louder on the beats, most at the beginning of the bar."""
    return 100 if at == 0 else 92 if at % 12 == 0 else 80


def _pitch(degree: int, tonic: int) -> int:
    return tonic + 12 * (degree // 7) + SCALE[degree % 7]
