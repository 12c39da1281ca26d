"""Chords that are asked for: a progression over the bars of a piece, again and again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import NOTHING_KNOWN, GivenChords
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.theory.harmony.beats import beat_ticks
from musicgen.theory.harmony.progressions import chord_at_beat, parse_progression
from musicgen.theory.keys import find_keys
from musicgen.theory.scales import written_key


def asked_chords(
    encoding: Encoding, settings: ComposeSettings, metres: tuple[Metre, ...], first_bar: int = 0
) -> GivenChords | None:
    """The chords of the settings over the bars of a piece; None for a model that knows none.

    An upbeat, and what comes before `first_bar`, is left open. InvalidSetting where the model
    cannot be asked for chords, or a bar has more of them than beats.
    """
    if not isinstance(encoding, PartsEncoding) or not encoding.chords:
        if settings.chords:
            raise InvalidSetting("this model was not trained on chords: it cannot be asked for any")
        return None
    if not settings.chords:
        return NOTHING_KNOWN
    return chords_over_bars(settings, metres, encoding.grid, first_bar)


def chords_over_bars(
    settings: ComposeSettings, metres: tuple[Metre, ...], grid: Grid, first_bar: int = 0
) -> GivenChords:
    """The progression of the settings at the beats of bars, which begin after an upbeat."""
    bars, count = parse_progression(settings.chords), settings.all_bars
    if count is None:
        raise InvalidSetting("chords need a number of bars: say how many")
    empty, resolution = Score(notes_from([]), metres=metres), grid.resolution
    first = max(bool(settings.pickup), first_bar)
    ticks: list[int] = []
    chords = []
    all_beats = beat_ticks(empty.at_resolution(resolution), bar_start(metres, count, resolution))
    for bar in range(first, count):
        start, end = (bar_start(metres, at, resolution) for at in (bar, bar + 1))
        beats = all_beats[(all_beats >= start) & (all_beats < end)].tolist()
        of_bar = bars[(bar - bool(settings.pickup)) % len(bars)]
        if len(of_bar) > len(beats):
            raise InvalidSetting(
                f"a bar with {len(of_bar)} chords has only {len(beats)} beats in this metre"
            )
        ticks += beats
        chords += [chord_at_beat(of_bar, beat, len(beats)) for beat in range(len(beats))]
    roots, masks = (np.array([getattr(c, n) for c in chords], np.int64) for n in ("root", "mask"))
    return GivenChords.at_beats(np.array(ticks, np.int64), roots, masks, grid)


def in_key_of_chords(settings: ComposeSettings) -> ComposeSettings:
    """The settings in the key of their chords, where they ask for chords and for no key."""
    if not settings.chords:
        return settings
    settings = replace(settings, transpose=0)
    if settings.key is not None:
        return settings
    rows: list[tuple[int, ...]] = []
    for number, bar in enumerate(parse_progression(settings.chords)):
        for chord in bar:
            tones = [pitch for pitch in range(12) if chord.mask >> pitch & 1]
            # The root counts twice, as in the bass; the first chord is often the tonic.
            weight = 2 if number == 0 else 1
            pitches = [*(60 + tone for tone in tones), *([48 + chord.root] if tones else [])]
            rows += [(24 * len(rows), 24 * weight // len(bar), pitch) for pitch in pitches]
    [key] = find_keys([Score(notes_from(rows))])
    if key is None:
        return settings
    return replace(settings, key=written_key(key.name.replace("-", "b")))


def without_key_of_chords(settings: ComposeSettings) -> ComposeSettings:
    """The settings as somebody chose them who left the key to the chords, where it is theirs.

    InvalidSetting for chords that cannot be read.
    """
    left_open = replace(settings, key=None)
    if settings.chords and in_key_of_chords(left_open).key == settings.key:
        return left_open
    return settings
