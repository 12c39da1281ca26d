"""What stands before the first drawn step: the primer, its metres and its tempo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.settings import MAX_NOTES, ComposeSettings
from musicgen.encoding.notes import STEP_TICKS, NotesEncoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.score import Metre, Score

DEFAULT_TEMPO = 100.0  # quarters a minute


@dataclass(frozen=True, eq=False)
class Prompt:
    """Where composing begins, and where it must end."""

    steps: Steps  # of the primer; empty without one
    most_steps: int  # of the whole piece
    last_bar: tuple[int, int] | None  # ticks, where it begins and ends; None for any number

    @property
    def metres(self) -> tuple[Metre, ...]:
        return self.steps.metres

    @property
    def end(self) -> int | None:
        """The tick where the last bar ends."""
        return self.last_bar[1] if self.last_bar else None


def opening(encoding: Encoding, settings: ComposeSettings, primer: Score | None) -> Prompt:
    """The opening of a piece; ValueError where the primer leaves nothing to compose."""
    steps = _primer_steps(encoding, settings, primer)
    most = MAX_NOTES if settings.notes is None else settings.notes
    last_bar = None
    if settings.all_bars is not None:
        end = bar_start(steps.metres, settings.all_bars)
        last_bar = bar_start(steps.metres, settings.all_bars - 1), end
        if isinstance(encoding, NotesEncoding):
            most = min(most, -(-end // STEP_TICKS))
    found = Prompt(steps, most, last_bar)
    if len(steps):
        _check_room(encoding.decode(steps), found)
    return found


def closed(score: Score, end: int | None) -> Score:
    """The score with notes that sound beyond the end (a tick) cut there."""
    return score if end is None else score.until(end)


def _primer_steps(encoding: Encoding, settings: ComposeSettings, primer: Score | None) -> Steps:
    if primer is None:
        fields = np.zeros((0, len(encoding.fields)), np.int32)
        return Steps(fields, settings.tempo or DEFAULT_TEMPO, settings.first_metres())
    steps = encoding.encode(primer)
    if not len(steps):
        raise ValueError("the primer holds no notes")
    return Steps(steps.fields, settings.tempo or primer.tempo, steps.metres, primer.name)


def _check_room(primer: Score, found: Prompt) -> None:
    last = int(primer.notes["start"].max())
    if len(found.steps) >= found.most_steps or (found.end is not None and last >= found.end):
        raise ValueError(
            f"the primer already has {primer.bars} bars and {len(primer)} notes: "
            "ask for a longer piece, of which it is the beginning"
        )
