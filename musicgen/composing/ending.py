"""How a piece ends: its last bars are drawn in several ways, and one that closes is kept.

A model that predicts the next note is never asked where a piece may end: of pieces that are cut
after their last bar, few end on the tonic. A piece closes where, from its last bar on, a chord of
the tonic's triad over the tonic is struck on a beat; it is the last one, and sounds until the bar
is over. Of several such endings the first is taken that comes from the dominant: whose lowest
note before it is the fifth, the leading note or the second of the scale.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.compose import Composition
from musicgen.composing.infill import BarRange
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import ENDING_BARS
from musicgen.encoding.model_interface import Model
from musicgen.encoding.notes import NotesEncoding
from musicgen.score import TICKS_PER_QUARTER, Score
from musicgen.theory.keys import find_keys
from musicgen.theory.repetition import degenerate_repetition
from musicgen.theory.scales import tonic_of

FEWEST_BARS = 4  # of a piece that is given an ending
TRIADS = ({0, 4, 7}, {0, 3, 7})  # semitones above the tonic
DOMINANT = {7, 11, 2}


def with_ending(
    model: Model, made: Composition, index: OriginalityIndex | None = None
) -> Composition:
    """The composition, closed where one of `settings.endings` ways to end it closes.

    Of what is drawn anew the likelihood counts as that of the rest does, a note.
    """
    score, settings = made.score, made.settings
    first_bar = score.bars - ENDING_BARS
    if not _can_be_closed(model, made, first_bar):
        return made
    start = bar_start(score.metres, first_bar)
    tonic = _tonic(made, start)
    new = replace(settings, form="")  # what comes again would end as it did where it stood first
    stretch = BarRange(model, new, score, first_bar, score.bars - 1, made)
    endings = [score]
    if not _comes_from_the_dominant(closing(score, tonic), tonic):
        drawn = stretch.draw(settings.endings, index, None) or []
        endings += [stretch.joined(notes) for notes in drawn]
    closed = [found for ending in endings if (found := closing(ending, tonic)) is not None]
    closed.sort(key=lambda each: not _comes_from_the_dominant(each, tonic))
    best = next((each for each in closed if not _collapsed(each, made.primer_notes)), None)
    if best is None:
        return made
    share = (len(best) - made.primer_notes) / max(1, len(score) - made.primer_notes)
    likelihood = {name: value * share for name, value in made.log_likelihood.items()}
    steps = model.encoding.encode(best)
    return replace(made, score=best, steps=steps, log_likelihood=likelihood, fork=None)


def is_open(model: Model, made: Composition) -> bool:
    """Whether it could be given an ending, and does not close on its tonic."""
    score = made.score
    first_bar = score.bars - ENDING_BARS
    if not _can_be_closed(model, made, first_bar):
        return False
    return closing(score, _tonic(made, bar_start(score.metres, first_bar))) is None


def closing(score: Score, tonic: int) -> Score | None:
    """The score up to the chord on which it closes; None where there is none in its last bar."""
    notes, bar = score.notes, bar_start(score.metres, score.bars - 1)
    end, beat = bar_start(score.metres, score.bars), _beat(score)
    voices = _usual_voices(score)
    for onset in np.unique(notes["start"][notes["start"] >= bar]).tolist():
        kept = notes[notes["start"] <= onset].copy()
        chord = kept["start"] + kept["duration"] > onset
        if (onset - bar) % beat or end - onset < TICKS_PER_QUARTER:
            continue
        if chord.sum() >= voices and _is_of_tonic(kept["pitch"][chord], tonic):
            kept["duration"][chord] = end - kept["start"][chord]
            return replace(score, notes=kept)
    return None


def _collapsed(score: Score, primer_notes: int) -> bool:
    return degenerate_repetition(replace(score, notes=score.notes[primer_notes:])) is not None


def _can_be_closed(model: Model, made: Composition, first_bar: int) -> bool:
    """Whether it is whole, long enough, and new in its last bars."""
    settings, score = made.settings, made.score
    if not settings.endings or settings.all_bars != score.bars or score.bars < FEWEST_BARS:
        return False
    if not made.finished or isinstance(model.encoding, NotesEncoding):
        return False
    primer = score.notes[: made.primer_notes]
    return not len(primer) or primer["start"].max() < bar_start(score.metres, first_bar)


def _tonic(made: Composition, start: int) -> int:
    """That of the key that was asked for, or of the piece before its last bars."""
    if made.settings.key is not None:
        return tonic_of(made.settings.key)
    notes = made.score.notes
    [key] = find_keys([replace(made.score, notes=notes[notes["start"] < start])])
    return key.tonic if key else 0


def _beat(score: Score) -> int:
    """Ticks of a beat: a quarter, or a dotted one in bars of three eighths and their multiples."""
    metre = score.metres[-1]
    compound = metre.denominator == 8 and metre.numerator % 3 == 0
    return TICKS_PER_QUARTER * 3 // 2 if compound else TICKS_PER_QUARTER


def _usual_voices(score: Score) -> int:
    """How many notes a last chord has at least: one fewer than sound as a rule, and never none."""
    starts, ends = score.notes["start"], score.notes["start"] + score.notes["duration"]
    onsets = np.unique(starts)
    sounding = np.searchsorted(np.sort(starts), onsets, "right")
    sounding -= np.searchsorted(np.sort(ends), onsets, "right")
    return max(1, int(np.median(sounding)) - 1)


def _is_of_tonic(pitches: np.ndarray, tonic: int) -> bool:
    above = {int(pitch) % 12 for pitch in pitches - tonic}
    return (int(pitches.min()) - tonic) % 12 == 0 and any(above <= triad for triad in TRIADS)


def _comes_from_the_dominant(closed: Score | None, tonic: int) -> bool:
    if closed is None:
        return False
    notes = closed.notes
    before = notes[notes["start"] < notes["start"].max()]
    if not len(before):
        return False
    lowest = before["pitch"][before["start"] == before["start"].max()].min()
    return (int(lowest) - tonic) % 12 in DOMINANT
