"""What a collection's pieces have in common, by which its encoding is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import Score
from musicgen.theory.form import form_of

MIN_REPEATED = 0.1  # share of the bars, for forms
MAX_FORMS = 200  # pieces that are looked at
MIN_HARMONY = 0.5  # share of the pieces that have harmony, for chords
MIN_SOUNDING = 2  # notes at a time, for harmony


def harmony_share(scores: Sequence[Score]) -> float:
    """Share of the scores that have harmony."""
    harmonies = [has_harmony(score) for score in scores]
    return sum(harmonies) / len(harmonies) if harmonies else 0.0


def has_harmony(score: Score) -> bool:
    """Whether two notes or more sound at a time in a score, on average over its music."""
    notes = score.pitched.notes
    if not len(notes):
        return False
    start, duration = notes["start"].astype(np.int64), notes["duration"].astype(np.int64)
    sounding_until = np.maximum.accumulate(start + duration)  # notes are in order of their starts
    silence = np.maximum(start[1:] - sounding_until[:-1], 0).sum()
    with_music = sounding_until[-1] - start[0] - silence
    return bool(duration.sum() >= MIN_SOUNDING * with_music)


def repeated_share(scores: Sequence[Score]) -> float:
    """Share of the bars of pieces that repeat an earlier bar."""
    forms = [form_of(score) for score in scores]
    bars = sum(map(len, forms))
    return 1 - sum(len(set(form)) for form in forms) / bars if bars else 0.0
