"""Prompt of a piece: the steps that it begins with, its metres, and where it has to end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from musicgen.composing.asked_chords import asked_chords
from musicgen.composing.bars import bar_start
from musicgen.composing.settings import MAX_NOTES, ComposeSettings
from musicgen.composing.style.sampling import key_number
from musicgen.encoding.notes import STEP_TICKS, NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import InvalidSetting
from musicgen.metres import COMMON_TIME, Metre
from musicgen.score import Score

DEFAULT_TEMPO_BPM = 100.0  # quarters a minute
PERFORMANCE_TEMPO_BPM = 120.0  # of every performance


@dataclass(frozen=True, eq=False)
class Prompt:
    """Beginning of a piece and the bounds of its length."""

    steps: Steps  # of the primer; none without one
    max_steps: int  # of the whole piece
    last_bar: tuple[int, int] | None  # ticks, its start and end; None for any number of bars

    @property
    def metres(self) -> tuple[Metre, ...]:
        return self.steps.metres

    @property
    def end(self) -> int | None:
        """The tick where the last bar ends."""
        return self.last_bar[1] if self.last_bar else None


def build_prompt(
    encoding: Encoding,
    settings: ComposeSettings,
    primer: Score | None,
    ensemble: Ensemble | None = None,
) -> Prompt:
    """Build the prompt of a piece; InvalidSetting where the primer leaves no room to compose.

    ensemble: the parts and the key of a piece without a primer, for models of `parts`.
    """
    steps = _primer_steps(encoding, settings, primer)
    first_bar = 0 if primer is None else primer.bars
    chords = asked_chords(encoding, settings, steps.metres, first_bar)
    if isinstance(encoding, PartsEncoding):
        steps = _with_conditions(encoding, steps, settings, primer is not None, ensemble)
        steps = replace(steps, chords=chords)
    prompt = bounded_prompt(encoding, settings, steps)
    if len(steps):
        _check_room(encoding.decode(steps), prompt)
    return prompt


def bounded_prompt(encoding: Encoding, settings: ComposeSettings, steps: Steps) -> Prompt:
    """The prompt of these first steps, with the bounds of the settings."""
    max_steps = MAX_NOTES if settings.notes is None else settings.notes
    last_bar = None
    if settings.all_bars is not None:
        bars, resolution = settings.all_bars, encoding.grid.resolution
        end = bar_start(steps.metres, bars, resolution)
        last_bar = bar_start(steps.metres, bars - 1, resolution), end
        if isinstance(encoding, NotesEncoding):
            max_steps = min(max_steps, -(-end // STEP_TICKS))
    return Prompt(steps, max_steps, last_bar)


def _primer_steps(encoding: Encoding, settings: ComposeSettings, primer: Score | None) -> Steps:
    if not encoding.grid.has_bars:
        return _steps_in_seconds(encoding, settings, primer)
    if primer is None:
        fields = np.zeros((0, len(encoding.fields)), np.int32)
        return Steps(fields, settings.tempo or DEFAULT_TEMPO_BPM, settings.first_metres())
    steps = _encode(encoding, primer)
    if not len(steps):
        raise InvalidSetting("the primer holds no notes")
    return replace(steps, tempo=settings.tempo or primer.mean_tempo)


def _with_conditions(
    encoding: PartsEncoding,
    steps: Steps,
    settings: ComposeSettings,
    has_primer: bool,
    ensemble: Ensemble | None,
) -> PartsSteps:
    """Steps with the parts, key and form of the piece; the settings' come before a primer's."""
    form = settings.form or ""
    if not has_primer:
        return encoding.beginning(ensemble or Ensemble(), steps, form)
    assert isinstance(steps, PartsSteps)
    key = key_number(settings.key)
    of_piece = form if encoding.form and form else steps.form
    return replace(steps, key=steps.key if key is None else key, form=of_piece)


def _encode(encoding: Encoding, primer: Score) -> Steps:
    """The steps of a primer; all parts of one of `parts` go on when it ends."""
    if not isinstance(encoding, PartsEncoding):
        return encoding.encode(primer)
    grid = encoding.grid
    return encoding.encode_opening(primer, -(-grid.on_clock(primer).end // grid.ticks))


def _steps_in_seconds(encoding: Encoding, settings: ComposeSettings, primer: Score | None) -> Steps:
    """Steps of the primer at the tempo and metre of all performances, which say nothing."""
    wanted = {
        "metre": settings.metre not in (None, str(COMMON_TIME)),
        "pickup": bool(settings.pickup),
        "tempo": settings.tempo not in (None, PERFORMANCE_TEMPO_BPM),
    }
    if refused := [name for name, is_wanted in wanted.items() if is_wanted]:
        raise InvalidSetting(
            f"a model of performances plays in seconds: it takes no {refused[0]}, and a bar of its "
            "length is 2 seconds"
        )
    fields = np.zeros((0, len(encoding.fields)), np.int32)
    steps = Steps(fields) if primer is None else _encode(encoding, primer)
    if primer is not None and not len(steps):
        raise InvalidSetting("the primer holds no notes")
    return replace(steps, tempo=PERFORMANCE_TEMPO_BPM, metres=(COMMON_TIME,))


def _check_room(primer: Score, prompt: Prompt) -> None:
    last = int(primer.notes["start"].max())
    if len(prompt.steps) >= prompt.max_steps or (prompt.end is not None and last >= prompt.end):
        raise InvalidSetting(
            f"the primer already has {primer.bars} bars and {len(primer)} notes: "
            "ask for a longer piece, of which it is the beginning"
        )
