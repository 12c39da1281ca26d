"""`compose --rewrite`: bars of a piece again, of all parts or of some."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen.composing.piece import Piece
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.time_choice import TimeChoice
from musicgen.errors import InvalidSetting
from musicgen.score import Score
from musicgen.theory.chosen_parts import parts_named


@dataclass(frozen=True, eq=False)
class Infilling:
    """Bars of a piece that are composed again."""

    score: Score
    first_bar: int  # from 0
    last_bar: int  # included
    parts: tuple[int, ...] | None  # None: all

    def compose(self, composer: Composer, settings: ComposeSettings) -> list[Piece]:
        """Compose the bars again, with a seed of its own for each of the variations."""
        pieces = []
        for number in range(settings.variations):
            one = replace(settings, seed=settings.seed + number, variations=1)
            piece = composer.infill(
                replace(one, bars=self.score.bars),
                self.score,
                self.first_bar,
                self.last_bar,
                parts=self.parts,
            )
            assert piece is not None  # nothing stops it
            pieces.append(piece)
        return pieces


def read_infilling(
    options: argparse.Namespace, read: Callable[[Path, TimeChoice], Score]
) -> Infilling:
    """The piece and the bars of the options; InvalidSetting where there are none such.

    Bars have the numbers that a printed score shows: an upbeat is bar 0.
    """
    path = options.melody or options.primer or options.like
    if path is None:
        raise InvalidSetting("--rewrite needs a piece: say --primer FILE")
    if options.given is not None:
        raise InvalidSetting("--given chooses parts to compose others for: leave it out here")
    match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", options.infill_bars.replace(" ", ""))
    if match is None:
        raise InvalidSetting(f"bars '{options.infill_bars[:40]}' are not such as 5 or 5-8")
    score = read(path, options.time)
    first, last = int(match[1]), int(match[2] or match[1])
    shown, bars = score.first_bar_number, score.bars
    if not shown <= first <= last < shown + bars:
        raise InvalidSetting(
            f"{path.name} has bars {shown} to {shown + bars - 1}, and no {options.infill_bars[:40]}"
        )
    parts = None if options.parts is None else tuple(parts_named(score, options.parts))
    return Infilling(score, first - shown, last - shown, parts)
