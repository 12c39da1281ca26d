"""Transpose a composed piece into a key of the training pieces.

Models are trained on their pieces in all twelve keys, so what they compose is in D flat major as
often as in G, and as low or high. A composed piece is therefore transposed into a key that the
training pieces of its metre and mode have, sampled in proportion, by the interval that moves it
nearest to their pitch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import MAX_TRANSPOSE_SEMITONES, ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.sampling import sample_index
from musicgen.score import Score
from musicgen.theory.keys import KEYS_BY_NAME, find_keys

MIN_SPREAD = 1.0  # semitones


def style_transposition(
    score: Score, settings: ComposeSettings, variation: int, styles: Sequence[MetreStyle]
) -> int:
    """Semitones to transpose a composed piece by, within the range of the settings.

    0 if the settings name a key, if no transposition stays within the range, and if no key of
    the training pieces is known.
    """
    [key] = find_keys([score])
    style = next((style for style in styles if style.metre == settings.metre), None)
    if key is None or style is None or settings.key is not None:
        return 0
    shares = {
        KEYS_BY_NAME[name].tonic: share
        for name, share in style.keys.items()
        if KEYS_BY_NAME[name].mode == key.mode
    }
    mean, spread = score.notes["pitch"].mean(), max(style.spread, MIN_SPREAD)
    candidates = _transpositions_within(score, settings.lowest, settings.highest)
    odds = [
        shares.get((key.tonic + semitones) % 12, 0.0)
        * math.exp(-(((mean + semitones - style.pitch) / spread) ** 2) / 2)
        for semitones in candidates
    ]
    if sum(odds) == 0:
        return 0
    rng = random_stream(Purpose.TRANSPOSITION, settings.seed, variation)
    return candidates[sample_index(odds, rng)]


def _transpositions_within(score: Score, lowest: int, highest: int) -> list[int]:
    """Transpositions, in semitones, after which a score lies between two pitches."""
    pitches = score.notes["pitch"]
    low, high = lowest - int(pitches.min()), highest - int(pitches.max())
    return list(range(max(low, -MAX_TRANSPOSE_SEMITONES), min(high, MAX_TRANSPOSE_SEMITONES) + 1))
