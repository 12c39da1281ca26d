"""Musical rules: small functions of what came before and the logits.

Each takes a `Moment` and the logits (K, V) of one field and gives logits in which what the
rule does not allow is `FORBIDDEN`. The first field's rule of grammar sees to it that the
fields after it are left with something to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from musicgen.composing.bars import BarPlaces
from musicgen.composing.decoding.sampling import FORBIDDEN, NEVER
from musicgen.composing.settings import MAX_SILENCE_QUARTERS, RHYTHM_GRIDS, ComposeSettings
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.events_features import MAX_AGE
from musicgen.encoding.grid import GRID_PER_QUARTER, GRID_TICKS, KEYS, LOWEST_KEY, MAX_GRID_UNITS
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding, Features
from musicgen.score import Metre
from musicgen.theory.scales import pitch_classes, relative_key_log_ratio, tonic_triad


@dataclass
class StepContext:
    """What is known when one field of K pieces is drawn."""

    features: Features  # (K, width) by name
    now: np.ndarray  # (K,) grid steps, the latest onset
    before: np.ndarray  # (K, F) the step before
    drawn: np.ndarray  # (K, i) this step's fields so far


# Weight of `relative_key_log_ratio` in the key rule: chorales for which D minor is set are in D
# minor, and not in F major (docs/sampling.md). From 0.5 on, tunes lean too far, to A major.
LEAN = 0.4

Rule = Callable[[StepContext, np.ndarray], np.ndarray]
Rules = Mapping[str, tuple[Rule, ...]]  # by name of the field


def rules_for(
    encoding: Encoding,
    settings: ComposeSettings,
    metres: tuple[Metre, ...],
    last_bar: tuple[int, int] | None = None,
) -> Rules:
    """The rules that the settings ask for, in the terms of this encoding.

    last_bar: where it begins and ends (ticks), if the piece is to have so many bars. ValueError
    where the settings ask for what a model of this encoding cannot do.
    """
    unknown = set(settings.field_temperature) - {field.name for field in encoding.fields}
    if unknown:
        names = ", ".join(field.name for field in encoding.fields)
        raise ValueError(f"this model draws {names}, and no {sorted(unknown)[0]}")
    pitches = allowed_pitches(settings)
    if isinstance(encoding, NotesEncoding):
        if settings.density or settings.grid != "any":
            raise ValueError("a model of `notes` knows one rhythm: it takes no density and no grid")
        return {encoding.fields[0].name: tokens_within(encoding.voicings, pitches)}
    keys = pitches[LOWEST_KEY : LOWEST_KEY + KEYS]
    shift: tuple[Rule, ...] = (room_for_a_note(keys),)
    duration: tuple[Rule, ...] = ()
    if RHYTHM_GRIDS[settings.grid] > 1:
        onsets, ends = on_grid(metres, RHYTHM_GRIDS[settings.grid])
        shift, duration = (*shift, onsets), (ends,)
    if last_bar is not None:
        shift = (*shift, into_last_bar(*(-(-tick // GRID_TICKS) for tick in last_bar)))
    if settings.density:
        shift = (*shift, denser(settings.density))
    if (settings.silence or MAX_SILENCE_QUARTERS) < MAX_SILENCE_QUARTERS:
        shift = (*shift, sounding(settings.silence))
    pitch: tuple[Rule, ...] = () if keys.all() else (only(keys),)
    if settings.key is not None and settings.from_home:
        pitch = (
            *pitch,
            first_chord(tonic_triad(settings.key)),
            leaning(LEAN * relative_key_log_ratio(settings.key)),
        )
    return {SHIFT.name: shift, PITCH.name: pitch, DURATION.name: duration}


def allowed_pitches(settings: ComposeSettings) -> np.ndarray:
    """Which MIDI pitches the range and the key allow: (128,) bool."""
    pitches = np.arange(128)
    allowed = (pitches >= settings.lowest) & (pitches <= settings.highest)
    if settings.key is not None:
        allowed &= np.isin(pitches % 12, list(pitch_classes(settings.key)))
    if not allowed.any():
        raise ValueError(
            f"no note of {settings.key} lies from {settings.lowest} to {settings.highest}: "
            "widen the range"
        )
    return allowed


def only(allowed: np.ndarray) -> Rule:
    """Nothing but the allowed values (V,) bool."""

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return np.where(allowed, logits, FORBIDDEN)

    return rule


def tokens_within(voicings: Iterable[tuple[int, ...]], pitches: np.ndarray) -> tuple[Rule, ...]:
    """Tokens that are played with allowed pitches (128,) alone; ValueError if there is none."""
    allowed = np.array([pitches[list(voicing)].all() for voicing in voicings])
    if not allowed.any():
        raise ValueError("no note or chord of this model fits: widen the range or the key")
    return () if allowed.all() else (only(allowed),)


def room_for_a_note(keys: np.ndarray) -> Rule:
    """Grammar of the onset shift: an allowed key (KEYS,) must be free at the new onset.

    A note of the same chord (shift 0) must lie above the one before it.
    """
    number, everywhere = np.flatnonzero(keys), bool(keys.all())
    shifts = np.arange(MAX_GRID_UNITS + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        remaining = context.features["remaining"]
        left = remaining if everywhere else remaining[:, keys]
        last = context.before[:, 1:2]
        above = (left[:, -1:] <= 0) & ((last < number[-1]) | (last == KEYS))
        if above.all():  # the highest key is free, as nearly always
            return logits
        free = left <= 0  # (K, allowed)
        floor = np.where(last < KEYS, last, -1)  # nothing came before the first note
        full = ~(free & (number > floor)).any(axis=1)  # of a chord that has no more room
        if full.any():
            wait = np.where(free.any(axis=1), full, left.min(axis=1))
            logits = np.where(shifts < wait[:, None], FORBIDDEN, logits)
        return logits

    return rule


def into_last_bar(last_bar: int, end: int) -> Rule:
    """No onset shift may leap over the last bar (from last_bar up to end, grid steps).

    A piece has as many bars as it was asked for, and something begins in the last one, as in
    all but 3 of the 1,468 pieces of the bundled collections.
    """
    shifts = np.arange(MAX_GRID_UNITS + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        if context.now.max() + MAX_GRID_UNITS < end:
            return logits
        before = context.now[:, None] < last_bar
        fewer = np.where(before & (context.now[:, None] + shifts >= end), FORBIDDEN, logits)
        return np.where(fewer.max(axis=1, keepdims=True) > FORBIDDEN, fewer, logits)

    return rule


def first_chord(classes: frozenset[int]) -> Rule:
    """Nothing but these pitch classes in the first chord, where one of them is left to draw."""
    fits = np.isin((np.arange(KEYS) + LOWEST_KEY) % 12, list(classes))

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        heard = context.features["age"] < MAX_AGE
        new = context.features["age"] == 0
        later = (heard & ~new).any(axis=1) | (heard.any(axis=1) & (context.drawn[:, 0] > 0))
        asked = np.where(fits, logits, FORBIDDEN)
        impossible = asked.max(axis=1) <= NEVER
        return np.where((later | impossible)[:, None], logits, asked)

    return rule


def leaning(nats: np.ndarray) -> Rule:
    """The odds of each pitch class (12,) changed by so many nats."""
    tilt = nats[(np.arange(KEYS) + LOWEST_KEY) % 12]

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return logits + tilt

    return rule


def not_before(start: int) -> Rule:
    """No onset before a grid step, where it is in reach."""
    shifts = np.arange(MAX_GRID_UNITS + 1)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        early = context.now[:, None] + shifts < start
        return np.where(early & ~early.all(axis=1, keepdims=True), FORBIDDEN, logits)

    return rule


def sounding(longest: float | None) -> Rule:
    """No onset shift after so many quarters in which nothing sounds, where others are left."""
    shifts = np.arange(MAX_GRID_UNITS + 1)
    steps = round((longest or MAX_SILENCE_QUARTERS) * GRID_PER_QUARTER)

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        # Of the note that ends last.
        left = context.features["remaining"].max(axis=1, keepdims=True)
        begun = context.before[:, 1:2] < KEYS
        fewer = np.where(begun & (shifts > left + steps), FORBIDDEN, logits)
        return np.where(fewer.max(axis=1, keepdims=True) > NEVER, fewer, logits)

    return rule


def denser(density: float) -> Rule:
    """Each unit of density halves the odds of an onset that is twice as far.

    The chance of one more note in the same chord stays as the model has it.
    """
    tilt = density * np.log(np.arange(1, MAX_GRID_UNITS + 1))

    def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
        later = logits[:, 1:] - tilt
        change = _log_mass(logits[:, 1:]) - _log_mass(later)
        return np.concatenate([logits[:, :1], later + change], axis=1)

    return rule


def on_grid(metres: tuple[Metre, ...], step: int) -> tuple[Rule, Rule]:
    """Onsets, and ends of notes, at multiples of `step` grid steps in their bar.

    Where nothing within reach lies on the grid, everything is allowed.
    """
    places = BarPlaces(metres)
    shifts, lengths = np.arange(MAX_GRID_UNITS + 1), np.arange(1, MAX_GRID_UNITS + 1)

    def keep(ticks: np.ndarray, logits: np.ndarray) -> np.ndarray:
        fits = places[ticks] % step == 0
        return np.where(fits | ~fits.any(axis=1, keepdims=True), logits, FORBIDDEN)

    def onsets(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return keep(context.now[:, None] + shifts, logits)

    def ends(context: StepContext, logits: np.ndarray) -> np.ndarray:
        return keep((context.now + context.drawn[:, 0])[:, None] + lengths, logits)

    return onsets, ends


def _log_mass(logits: np.ndarray) -> np.ndarray:
    """log sum exp over the last axis: (K, V) -> (K, 1)."""
    best = logits.max(axis=1, keepdims=True)
    return best + np.log(np.exp(logits - best).sum(axis=1, keepdims=True))
