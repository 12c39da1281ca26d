"""Some bars of a piece composed again, of all parts or some, in one way or several."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.editing.edited_pieces import save_rewritten
from musicgen.composing.generation import OnBar
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.metres import first_bar_number
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.time_axis import SECONDS_PER_LINE
from musicgen.score import Score
from musicgen.ticks import clock_text
from musicgen.ui.compose.form.state import MAX_DRAWN_SEED
from musicgen.ui.compose.models import OpenModel
from musicgen.ui.compose.piece_facts import primer_notes
from musicgen.ui.compose.session import current_session
from musicgen.ui.compose.start import save_with_recipe
from musicgen.ui.shared.tasks import ComposeTask
from musicgen.ui.shared.text import bar_label


@dataclass(frozen=True)
class BarsAgain:
    """Bars that are to be composed again."""

    first_bar: int  # from 0
    last_bar: int  # included
    parts: tuple[int, ...] | None = None  # numbers of parts; None for all
    variations: int = 1

    def label(self, score: Score) -> str:
        """The bars as the score shows them, with the names of the parts: `bars 3 to 5, Bass`."""
        bars = bar_range_label(score, self.first_bar, self.last_bar)
        if self.parts is None:
            return bars
        names = [score.parts[part].name or f"part {part + 1}" for part in self.parts]
        return ", ".join([bars, *names])


def start_infill(opened: OpenModel, piece: SavedPiece, score: Score, again: BarsAgain) -> None:
    """Compose some bars of a piece again."""
    first_seed = secrets.randbelow(MAX_DRAWN_SEED)

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        pieces = []
        for number in range(again.variations):
            settings = replace(piece.settings, seed=first_seed + number)
            filled = opened.composer.infill(
                settings,
                score,
                again.first_bar,
                again.last_bar,
                parts=again.parts,
                primer_notes=primer_notes(piece),
                stop=stop,
            )
            if filled is None:
                break
            label = again.label(score)
            facts = {
                **filled.facts(),
                "rewritten": [again.first_bar, again.last_bar],
                "from": piece.id,
            }
            description = f"{label} of {piece.name} composed again"
            name = f"{piece.name}, {label}"
            if again.variations > 1:
                name += f" ({number + 1})"
            used = filled.composition.settings
            new = save_with_recipe(opened, filled.score, used, 0, facts, description, name)
            pieces.append(save_rewritten(piece.id, new, f"Compose {label} again"[:80], midi_bytes))
        return [*pieces, piece] if pieces else []  # side by side, to be compared

    current_session().start(ComposeTask(work))


def bar_range_label(score: Score, first_bar: int, last_bar: int) -> str:
    """Name bars by the numbers that the score shows: `upbeat`, `bar 3`, `bars 3 to 5`.

    In a performance: `0:04 to 0:08`.
    """
    if score.is_performance:
        first, end = (clock_text(SECONDS_PER_LINE * bar) for bar in (first_bar, last_bar + 1))
        return f"{first} to {end}"
    offset = first_bar_number(score.metres, score.resolution)
    if first_bar == last_bar:
        return bar_label(first_bar + offset)
    return f"bars {first_bar + offset} to {last_bar + offset}"
