"""Endings: the last bars of a piece composed in several ways, to find one that closes.

A model that predicts the next note is not asked where a piece may end: few pieces that are cut
after their last bar end on the tonic. A piece closes where, within its last bar, a triad of the
tonic in root position begins on a beat; that chord is then the last one. Where notes after it are
cut off, it sounds until the bar is over or, after an upbeat, until the upbeat would come again.
Among endings that close, those are preferred of which nothing is cut off; then those that the
critic prefers or, without one, those that come from the dominant, whose lowest note before the last
chord is the fifth, the leading note or the second of the scale.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from musicgen.composing.bar_ranges.bar_range import BarRange
from musicgen.composing.bar_ranges.given_bar_range import range_of_bars
from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.critic_logits import critic_logits
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.generation import Composition
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.parts_of_pieces import encode_composed
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import DEFAULT_TEMPERATURE, ENDING_BARS
from musicgen.encoding.model_interface import Critic, Model
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.roles import UNKNOWN_KEY
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Steps
from musicgen.errors import Cancelled
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import Score
from musicgen.theory.keys import find_keys
from musicgen.theory.repetition import degenerate_repetition
from musicgen.theory.scales import tonic_of

MIN_BARS = 4  # of a piece that gets an ending
# Ticks from the chord to the end. Half of people's tunes end with an eighth, before the upbeat.
MIN_LAST, MIN_CUT = TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER
TRIADS = ({0, 4, 7}, {0, 3, 7})  # semitones above the tonic
DOMINANT = {7, 11, 2}  # semitones above the tonic


def with_ending(
    model: Model,
    composition: Composition,
    index: OriginalityIndex | None = None,
    stop: Stop | None = None,
) -> Composition:
    """Return the composition with the best of `settings.endings` endings, where one closes.

    Where it is stopped, the composition keeps its own last bars and is not finished.
    """
    score, settings = composition.score, composition.settings
    first_bar = score.bars - ENDING_BARS
    if not _can_be_closed(model, composition, first_bar):
        return composition
    bar_range = _last_bars(model, composition, first_bar)
    tonic = _tonic(composition, bar_range.start)
    endings = [score]
    if not _needs_no_other(model, composition, tonic):
        stream = partial(random_stream, Purpose.ENDING, settings.seed, composition.variation)
        try:
            drawn = bar_range.draw(settings.endings, stream, index, stop)
        except Cancelled:
            return replace(composition, finished=False)
        endings += [bar_range.with_notes(notes) for notes in drawn]
    closed = [
        (piece, len(piece) < len(ending))  # whether notes after the last chord are cut off
        for ending in endings
        if (piece := closing(ending, tonic)) is not None
        and not _is_degenerate(piece, composition.primer_notes)
    ]
    if not closed:
        return composition
    whole = [piece for piece, is_cut in closed if not is_cut]
    best, steps = _best_ending(model, composition, whole or [piece for piece, _ in closed], tonic)
    log_likelihood = _log_likelihood(bar_range, composition, steps.fields)
    return replace(composition, score=best, steps=steps, log_likelihood=log_likelihood, fork=None)


def is_open(model: Model, composition: Composition) -> bool:
    """Whether the piece could have an ending, and does not close on its tonic."""
    score = composition.score
    first_bar = score.bars - ENDING_BARS
    if not _can_be_closed(model, composition, first_bar):
        return False
    return closing(score, _tonic(composition, bar_start(score.metres, first_bar))) is None


def closing(score: Score, tonic: int) -> Score | None:
    """The score up to the chord on which it closes; None where its last bar has no such chord.

    It is the last chord or else the first that closes, which then sounds until the bar is over or,
    after an upbeat, until the upbeat would come again.
    """
    notes, bar = score.notes, bar_start(score.metres, score.bars - 1)
    pickup = score.metres[0].ticks_per_bar if score.has_pickup else 0
    end, beat = bar_start(score.metres, score.bars) - pickup, _beat_ticks(score)
    min_notes = _min_chord_notes(score.pitched)
    *others, last = np.unique(notes["start"][notes["start"] >= bar]).tolist() or [end]
    for onset in (last, *others):
        begun = notes["start"] <= onset
        until = notes[begun].copy()
        chord = (until["start"] + until["duration"] > onset) & ~score.is_drum[begun]
        if (onset - bar) % beat or end - onset < (MIN_LAST if onset == last else MIN_CUT):
            continue
        if chord.sum() >= min_notes and _is_tonic_chord(until["pitch"][chord], tonic):
            durations = end - until["start"][chord]
            if onset == last:  # the model's own durations
                durations = durations.clip(max=until["duration"][chord])
            until["duration"][chord] = durations
            return replace(score, notes=until)
    return None


def _needs_no_other(model: Model, composition: Composition, tonic: int) -> bool:
    """Whether the piece closes as it was drawn, which a critic chose, or from the dominant."""
    score = composition.score
    closed = closing(score, tonic)
    if closed is None or len(closed) < len(score):
        return False
    return _critic(model, composition) is not None or _comes_from_dominant(closed, tonic)


def _critic(model: Model, composition: Composition) -> Critic | None:
    """The critic that the piece was drawn with; None without one."""
    return model.critic if composition.settings.particles > 1 else None


def _best_ending(
    model: Model, composition: Composition, closed: list[Score], tonic: int
) -> tuple[Score, Steps]:
    """The best of endings that close, and its steps."""
    drawn, encoding, critic = composition.steps, model.encoding, _critic(model, composition)
    if critic is None:
        best = next((piece for piece in closed if _comes_from_dominant(piece, tonic)), closed[0])
        return best, encode_composed(encoding, best, drawn)
    all_steps = [encode_composed(encoding, piece, drawn) for piece in closed]
    fields = [steps.fields for steps in all_steps]
    shared = _shared_beginning(fields)
    rest = [values[shared:] for values in fields]
    logits = critic_logits(critic, encoding, drawn, fields[0][:shared], rest)
    number = int(logits.argmax())
    return closed[number], all_steps[number]


def _shared_beginning(pieces: list[np.ndarray]) -> int:
    """Number of the first steps that all pieces have in common: K of (N_k, F)."""
    shortest = min(map(len, pieces))
    differs = [(piece[:shortest] != pieces[0][:shortest]).any(axis=1) for piece in pieces]
    return int(np.argmax([*np.any(differs, axis=0), True]))


def _last_bars(model: Model, composition: Composition, first_bar: int) -> BarRange:
    """The range of the ending, with the model's state before it where the steps are the same."""
    score, drawn = composition.score, composition.steps
    last_bar = score.bars - 1
    # They are drawn without the critic, so no wilder than models without one are.
    temperature = min(composition.settings.sampling("").temperature, DEFAULT_TEMPERATURE)
    settings = replace(composition.settings, temperature=temperature)
    bar_range = range_of_bars(model, settings, score, first_bar, last_bar, drawn=drawn)
    drawn_before = drawn.fields[: len(bar_range.before)]
    if composition.fork is None or not np.array_equal(bar_range.before, drawn_before):
        return bar_range
    return replace(bar_range, fork=composition.fork)


def _log_likelihood(bar_range: BarRange, composition: Composition, steps: np.ndarray) -> np.ndarray:
    """Log-likelihood of a piece's steps (M, F) after the primer's, of which the last are new.

    The steps before the first new one keep their values.
    """
    drawn = composition.steps.fields
    primer_steps = len(composition.steps) - len(composition.log_likelihood)
    shortest, fork = min(len(steps), len(drawn)), bar_range.fork
    differs = (steps[:shortest] != drawn[:shortest]).any(axis=1)
    first = int(np.argmax([*differs, True]))
    if fork is not None and first >= len(bar_range.before):
        first = len(bar_range.before)
    else:
        first, fork = max(first, primer_steps), None
    [values] = step_log_likelihoods(
        bar_range.model,
        composition.steps,
        bar_range.score.bars,
        steps[:first],
        [steps[first:]],
        fork,
    )
    return np.concatenate([composition.log_likelihood[: first - primer_steps], values])


def _is_degenerate(score: Score, primer_notes: int) -> bool:
    return degenerate_repetition(replace(score, notes=score.notes[primer_notes:])) is not None


def _can_be_closed(model: Model, composition: Composition, first_bar: int) -> bool:
    """Whether a piece is whole, long enough, and composed in its last bars."""
    settings, score = composition.settings, composition.score
    if not settings.endings or settings.all_bars != score.bars or score.bars < MIN_BARS:
        return False
    encoding = model.encoding
    if not composition.finished or isinstance(encoding, NotesEncoding):
        return False
    if not encoding.grid.has_bars or not len(score.pitched):
        return False
    primer = score.notes[: composition.primer_notes]
    return not len(primer) or primer["start"].max() < bar_start(score.metres, first_bar)


def _tonic(composition: Composition, start: int) -> int:
    """Pitch class of the tonic, of the key asked for or that of the piece before its last bars.

    The key in the settings is that of the piece as it was drawn; that which a model of `parts` was
    given moves with the piece.
    """
    if composition.settings.key is not None:
        return (tonic_of(composition.settings.key) + composition.transposed) % 12
    if isinstance(composition.steps, PartsSteps) and composition.steps.key != UNKNOWN_KEY:
        return composition.steps.key % 12
    notes = composition.score.notes
    [key] = find_keys([replace(composition.score, notes=notes[notes["start"] < start])])
    return key.tonic if key else 0


def _beat_ticks(score: Score) -> int:
    """Ticks of a beat: a quarter; a dotted one in 3/8, 6/8 and the like."""
    metre = score.metres[-1]
    compound = metre.denominator == 8 and metre.numerator % 3 == 0
    return TICKS_PER_QUARTER * 3 // 2 if compound else TICKS_PER_QUARTER


def _min_chord_notes(score: Score) -> int:
    """Least number of notes in a last chord: the median number that sound, less one; 1 or more."""
    starts, ends = score.notes["start"], score.notes["start"] + score.notes["duration"]
    onsets = np.unique(starts)
    sounding = np.searchsorted(np.sort(starts), onsets, "right")
    sounding -= np.searchsorted(np.sort(ends), onsets, "right")
    return max(1, int(np.median(sounding)) - 1) if len(sounding) else 1


def _is_tonic_chord(pitches: np.ndarray, tonic: int) -> bool:
    """Whether the notes are of the tonic's triad, with the tonic in the bass."""
    classes = {int(pitch) % 12 for pitch in pitches - tonic}
    in_bass = (int(pitches.min()) - tonic) % 12 == 0
    return in_bass and any(classes <= triad for triad in TRIADS)


def _comes_from_dominant(closed: Score | None, tonic: int) -> bool:
    if closed is None:
        return False
    notes = closed.pitched.notes
    before = notes[notes["start"] < notes["start"].max()]
    if not len(before):
        return False
    lowest = before["pitch"][before["start"] == before["start"].max()].min()
    return (int(lowest) - tonic) % 12 in DOMINANT
