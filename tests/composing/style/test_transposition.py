"""Where a composed piece is moved: into the keys of the collection, and to where they lie."""

from collections import Counter

import numpy as np

from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.transposition import style_transposition
from musicgen.score import Score, notes_from
from tests.helpers.compose_settings import plain_settings

D_FLAT = Score(notes_from([(24 * n, 24, 61 + step) for n, step in enumerate((0, 4, 7, 0, 5, 0))]))
KEYS = {"C major": 0.5, "G major": 0.25, "E minor": 0.25}
STYLE = MetreStyle("4/4", 1.0, 100.0, 0, keys=KEYS, pitch=64.0, spread=3.0)
ASKED = plain_settings(metre="4/4")


def test_a_piece_is_moved_into_keys_of_its_mode_that_are_near():
    moved = Counter(style_transposition(D_FLAT, ASKED, each, [STYLE]) for each in range(400))
    assert {(1 + semitones) % 12 for semitones in moved} == {0, 7}
    assert moved[-1] > 200  # to C, near which it lies, and which is twice as usual
    lies = [D_FLAT.notes["pitch"].mean() + semitones for semitones in moved.elements()]
    assert abs(np.mean(lies) - STYLE.pitch) < 1.5 and min(lies) > 55


def test_the_range_that_is_asked_for_is_kept():
    narrow = plain_settings(metre="4/4", lowest=66, highest=80)
    moved = {style_transposition(D_FLAT, narrow, each, [STYLE]) for each in range(400)}
    assert moved == {6, 11}  # to G and C; below them the range begins
    full = plain_settings(metre="4/4", lowest=61, highest=68)
    assert style_transposition(D_FLAT, full, 0, [STYLE]) == 0


def test_nothing_is_moved_where_nothing_is_usual():
    minor = MetreStyle("4/4", 1.0, 100.0, 0, keys={"E minor": 1.0})
    assert style_transposition(D_FLAT, ASKED, 0, [minor]) == 0
    assert style_transposition(D_FLAT, ASKED, 0, []) == 0
    assert style_transposition(D_FLAT, plain_settings(metre="3/4"), 0, [STYLE]) == 0
    assert style_transposition(Score(), ASKED, 0, [STYLE]) == 0
    asked = plain_settings(metre="4/4", key="Db major")
    assert style_transposition(D_FLAT, asked, 0, [STYLE]) == 0
