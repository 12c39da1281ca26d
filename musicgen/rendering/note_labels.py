"""Labels of notes: name, position and note value, as musicians write them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER, first_bar_number
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.note_names import full_name, key_signatures, pitch_name
from musicgen.score import Score
from musicgen.theory.general_midi import percussion_name

TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER


def note_value_name(ticks: int, resolution: int = TICKS_PER_QUARTER) -> str:
    """Duration as a fraction of a whole note, on the grid: 12 ticks of 24 a quarter are 1/8."""
    on_grid = max(1, round(ticks * TICKS_PER_QUARTER / resolution))
    value = Fraction(on_grid, TICKS_PER_WHOLE)
    return f"{value.numerator}/{value.denominator}"


def note_positions(score: Score) -> list[str]:
    """Start of every note, such as `bar 3 beat 2.5`; a beat is the metre's denominator.

    In a performance the start is in seconds: `at 7.25 s`.
    """
    starts = score.notes["start"]
    if score.is_performance:
        return [f"at {seconds:.2f} s" for seconds in score.seconds_at(starts).tolist()]
    bars, ticks_in_bar, _ = score.bar_positions(starts)
    metre_starts = [metre.start for metre in score.metres]
    metre_index = np.searchsorted(metre_starts, starts, side="right") - 1
    ticks_per_beat = np.array([4 * score.resolution / metre.denominator for metre in score.metres])
    first = first_bar_number(score.metres, score.resolution)
    return [
        f"bar {bar + first} beat {round(1 + tick / beat, 2):g}"
        for bar, tick, beat in zip(bars, ticks_in_bar, ticks_per_beat[metre_index], strict=True)
    ]


def note_labels(score: Score) -> list[str]:
    """One line for every note, named as it is printed: `B♭4, bar 3 beat 2.5, 1/8`.

    A drum has the name of its percussion key; in a performance all times are in seconds.
    """
    rows = zip(_names(score), note_positions(score), _durations(score), strict=True)
    return [", ".join(row) for row in rows]


def _names(score: Score) -> list[str]:
    """Name of every note, as it is printed."""
    pitches, drums = score.notes["pitch"].tolist(), score.is_drum.tolist()
    if score.is_performance:
        sharps = key_signatures(score)[0].fifths
        spelled = [pitch_name(pitch, sharps) for pitch in pitches]
    else:
        grid = score.on_grid()
        spelling = Spelling(grid, key_signatures(grid))
        ticks = (score.notes["start"] * TICKS_PER_QUARTER // score.resolution).tolist()
        names = zip(pitches, ticks, strict=True)
        spelled = [full_name(*spelling.spell(pitch, tick)) for pitch, tick in names]
    return [
        percussion_name(pitch) if is_drum else name
        for pitch, is_drum, name in zip(pitches, drums, spelled, strict=True)
    ]


def _durations(score: Score) -> list[str]:
    """Note value of every note; seconds in a performance."""
    starts, ticks = score.notes["start"], score.notes["duration"]
    if score.is_performance:
        seconds = score.seconds_at(starts + ticks) - score.seconds_at(starts)
        return [f"{value:.2f} s" for value in seconds.tolist()]
    return [note_value_name(value, score.resolution) for value in ticks.tolist()]
