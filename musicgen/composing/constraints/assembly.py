"""Assembly of the rules that the settings choose, for the fields of an encoding."""

from __future__ import annotations

import numpy as np

from musicgen.composing.constraints.allowed_pitches import allowed_pitches
from musicgen.composing.constraints.part_rules import build_part_rules
from musicgen.composing.constraints.rules import (
    KEY_BIAS_SHARE,
    allow_only,
    allow_tokens,
    bias_density,
    bias_pitch_classes,
    limit_silence,
    no_onset_before,
    onset_in_last_bar,
    restrict_first_chord,
    restrict_to_grid,
    room_for_a_note,
)
from musicgen.composing.decoding.constraint import Rule, Rules
from musicgen.composing.settings import MAX_SILENCE_QUARTERS, RHYTHM_GRIDS, ComposeSettings
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.grid import KEYS, LOWEST_KEY, Grid
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from musicgen.theory.scales import relative_key_log_ratio, tonic_triad


def build_rules(
    encoding: Encoding,
    settings: ComposeSettings,
    opening: Steps,
    last_bar: tuple[int, int] | None = None,
    first_onset: int | None = None,
) -> Rules:
    """Build the rules of the fields.

    opening: steps with the metres and the key of the piece. last_bar: ticks, its start and end,
    where the piece has a given number of bars. first_onset: the tick before which no new note
    begins. InvalidSetting where the settings ask for what a model of this encoding cannot do.
    """
    unknown = set(settings.field_temperature) - {field.name for field in encoding.fields}
    if unknown:
        names = ", ".join(field.name for field in encoding.fields)
        raise InvalidSetting(f"this model draws {names}, and no {sorted(unknown)[0]}")
    pitches = allowed_pitches(settings)
    if isinstance(encoding, NotesEncoding):
        if settings.density or settings.grid != "any":
            raise InvalidSetting(
                "a model of `notes` knows one rhythm: it takes no density and no grid"
            )
        return {encoding.fields[0].name: allow_tokens(encoding.voicings, pitches)}
    keys = pitches[LOWEST_KEY : LOWEST_KEY + KEYS]
    grid = encoding.grid
    if isinstance(opening, PartsSteps):
        return build_part_rules(settings, opening, last_bar)
    if settings.grid != "any" and not grid.has_bars:
        raise InvalidSetting("a model of performances plays in seconds: it takes no grid")
    shift, duration = _rhythm_rules(settings, opening.metres, keys, grid, last_bar, first_onset)
    pitch = _pitch_rules(settings, keys, grid)
    return {SHIFT.name: shift, PITCH.name: pitch, DURATION.name: duration}


def _rhythm_rules(
    settings: ComposeSettings,
    metres: tuple[Metre, ...],
    keys: np.ndarray,
    grid: Grid,
    last_bar: tuple[int, int] | None,
    first_onset: int | None,
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Rules of onset shifts and of durations; keys: (KEYS,) bool."""
    shift: tuple[Rule, ...] = (room_for_a_note(keys, grid),)
    duration: tuple[Rule, ...] = ()
    if RHYTHM_GRIDS[settings.grid] > 1:
        onsets, ends = restrict_to_grid(metres, RHYTHM_GRIDS[settings.grid])
        shift, duration = (*shift, onsets), (ends,)
    if last_bar is not None:
        start, end = (-(-tick // grid.ticks) for tick in last_bar)
        shift = (*shift, onset_in_last_bar(start, end, grid))
    if settings.density:
        shift = (*shift, bias_density(settings.density, grid))
    if first_onset is not None:
        shift = (*shift, no_onset_before(-(-first_onset // grid.ticks), grid))
    silence = settings.silence or MAX_SILENCE_QUARTERS
    if silence < MAX_SILENCE_QUARTERS:
        # The last rule: notes before first_onset may end long before it.
        shift = (*shift, limit_silence(round(silence * grid.per_quarter), grid))
    return shift, duration


def _pitch_rules(settings: ComposeSettings, keys: np.ndarray, grid: Grid) -> tuple[Rule, ...]:
    rules: tuple[Rule, ...] = () if keys.all() else (allow_only(keys),)
    if settings.key is None or not settings.from_home:
        return rules
    nats = KEY_BIAS_SHARE * relative_key_log_ratio(settings.key)
    return *rules, restrict_first_chord(tonic_triad(settings.key), grid), bias_pitch_classes(nats)
