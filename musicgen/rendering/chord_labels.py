"""Chord symbols of a score as text, spelled by its keys."""

from __future__ import annotations

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.note_names import key_signatures
from musicgen.score import Score
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.theory.harmony.vocabulary import NONE, SUFFIXES, Chord, quality_of
from musicgen.theory.spelling import SIGNS


def chord_labels(score: Score) -> list[tuple[int, str]]:
    """Tick and symbol of each change of chord that is found in the notes; none of a performance."""
    if score.is_performance or not len(score.pitched):
        return []
    grid = score.on_grid()
    spelling = Spelling(grid, key_signatures(grid))
    return [
        (round(tick * score.resolution / TICKS_PER_QUARTER), _symbol(chord, tick, spelling))
        for tick, chord in chord_track(grid).changes
        if chord.root != NONE
    ]


def _symbol(chord: Chord, tick: int, spelling: Spelling) -> str:
    """`B♭m7`, or `C/E` where the bass is not the root."""
    name = _name(chord.root, tick, spelling) + SUFFIXES[quality_of(chord.root, chord.mask)]
    return name if chord.bass == chord.root else f"{name}/{_name(chord.bass, tick, spelling)}"


def _name(pitch_class: int, tick: int, spelling: Spelling) -> str:
    letter, alteration, _ = spelling.spell(60 + pitch_class, tick)
    return letter + SIGNS[alteration]
