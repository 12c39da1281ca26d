"""What a collection's pieces have in common, by which its encoding is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import Score
from musicgen.theory.form import form_of

MIN_REPEATED = 0.1  # share of the bars, for forms
MAX_FORMS = 200  # pieces that are looked at
MIN_HARMONY = 0.5  # share of the pieces that have harmony, for chords


def harmony_share(scores: Sequence[Score]) -> float:
    """Share of the scores that have several parts or many notes at once."""
    harmonies = [has_harmony(score) for score in scores]
    return sum(harmonies) / len(harmonies) if harmonies else 0.0


def has_harmony(score: Score) -> bool:
    """Whether a score has two notes or more at an onset, on average."""
    notes = score.pitched.notes
    return 2 * len(np.unique(notes["start"])) < len(notes)


def repeated_share(scores: Sequence[Score]) -> float:
    """Share of the bars of pieces that repeat an earlier bar."""
    forms = [form_of(score) for score in scores]
    bars = sum(map(len, forms))
    return 1 - sum(len(set(form)) for form in forms) / bars if bars else 0.0
