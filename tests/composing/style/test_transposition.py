"""Transposition of a composed piece into a key of the collection."""

from collections import Counter

import numpy as np

from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.transposition import style_transposition
from musicgen.score import Score, notes_from

STEPS = (0, 4, 7, 0, 5, 0)
D_FLAT_MAJOR = Score(notes_from([(24 * n, 24, 61 + step) for n, step in enumerate(STEPS)]))
KEYS = {"C major": 0.5, "G major": 0.25, "E minor": 0.25}
STYLE = MetreStyle("4/4", 1.0, 100.0, 0, keys=KEYS, pitch=64.0, spread=3.0)
SETTINGS = ComposeSettings(metre="4/4")


def test_a_piece_is_transposed_into_keys_of_its_mode_near_the_collections_pitch():
    counts = Counter(
        style_transposition(D_FLAT_MAJOR, SETTINGS, variation, [STYLE]) for variation in range(400)
    )
    assert {(1 + semitones) % 12 for semitones in counts} == {0, 7}
    assert counts[-1] > 200  # to C, which is near and twice as common as G
    mean = D_FLAT_MAJOR.notes["pitch"].mean()
    means = [mean + semitones for semitones in counts.elements()]
    assert abs(np.mean(means) - STYLE.pitch) < 1.5 and min(means) > 55


def test_the_range_of_the_settings_is_kept():
    upper = ComposeSettings(metre="4/4", lowest=66, highest=80)
    semitones = {
        style_transposition(D_FLAT_MAJOR, upper, variation, [STYLE]) for variation in range(400)
    }
    assert semitones == {6, 11}  # up to G and C: the range starts above those below
    full = ComposeSettings(metre="4/4", lowest=61, highest=68)
    assert style_transposition(D_FLAT_MAJOR, full, 0, [STYLE]) == 0


def test_nothing_is_transposed_without_a_known_key():
    minor = MetreStyle("4/4", 1.0, 100.0, 0, keys={"E minor": 1.0})
    assert style_transposition(D_FLAT_MAJOR, SETTINGS, 0, [minor]) == 0
    assert style_transposition(D_FLAT_MAJOR, SETTINGS, 0, []) == 0
    assert style_transposition(D_FLAT_MAJOR, ComposeSettings(metre="3/4"), 0, [STYLE]) == 0
    assert style_transposition(Score(), SETTINGS, 0, [STYLE]) == 0


def test_a_piece_in_a_chosen_key_is_not_transposed():
    chosen = ComposeSettings(metre="4/4", key="Db major")
    assert style_transposition(D_FLAT_MAJOR, chosen, 0, [STYLE]) == 0
