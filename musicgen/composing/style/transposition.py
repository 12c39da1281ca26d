"""Into which key a piece is moved that was composed in any.

Models learn their pieces in all twelve keys, so that what they compose comes in D flat major as
often as in G, and as low or high. A finished piece is therefore moved into a key that the
collection's pieces of its metre and mode have, drawn in proportion, by the interval that brings
it nearest to where they lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import MAX_TRANSPOSE_SEMITONES, ComposeSettings
from musicgen.composing.style.style import MetreStyle, drawn_index
from musicgen.score import Score
from musicgen.theory.keys import KEYS_BY_NAME, find_keys

LEAST_SPREAD = 1.0  # semitones


def style_transposition(
    score: Score, settings: ComposeSettings, variation: int, habits: Sequence[MetreStyle]
) -> int:
    """The semitones to move a composed piece by, within the range that is asked for.

    0 for a piece in a key that was asked for, for one that fits nowhere, and where nothing is
    known of the collection's keys.
    """
    [key] = find_keys([score])
    habit = next((each for each in habits if each.metre == settings.metre), None)
    if key is None or habit is None or settings.key is not None:
        return 0
    shares = {
        KEYS_BY_NAME[name].tonic: share
        for name, share in habit.keys.items()
        if KEYS_BY_NAME[name].mode == key.mode
    }
    if not shares:
        return 0
    mean = score.notes["pitch"].mean()
    ways = _within(score, settings.lowest, settings.highest)
    far = [(mean + way - habit.pitch) / max(habit.spread, LEAST_SPREAD) for way in ways]
    odds = [
        shares.get((key.tonic + way) % 12, 0.0) * math.exp(-(z**2) / 2)
        for way, z in zip(ways, far, strict=True)
    ]
    if sum(odds) == 0:
        return 0
    rng = random_stream(Purpose.TRANSPOSITION, settings.seed, variation)
    return ways[drawn_index(odds, rng)]


def _within(score: Score, lowest: int, highest: int) -> list[int]:
    """The transpositions after which a score lies in a range."""
    pitches = score.notes["pitch"]
    low, high = lowest - int(pitches.min()), highest - int(pitches.max())
    return list(range(max(low, -MAX_TRANSPOSE_SEMITONES), min(high, MAX_TRANSPOSE_SEMITONES) + 1))
