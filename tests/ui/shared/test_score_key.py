"""The key of a score tells apart all that would be played or written in another way."""

from dataclasses import replace

from musicgen.score_fields import KeySignature, TempoChange
from musicgen.ui.shared.score_key import score_key
from tests.helpers.bands import band_score


def test_scores_that_differ_in_anything_have_different_keys():
    band = band_score()
    louder = band.notes.copy()
    louder["velocity"] += 1
    others = [
        replace(band, notes=louder),
        replace(band, tempo=121.0),
        replace(band, tempo_changes=(TempoChange(480, 90.0),)),
        replace(band, keys=(KeySignature(0, 2),)),
        replace(band, parts=(replace(band.parts[0], name="Solo"), *band.parts[1:])),
        replace(band, name="another"),
        replace(band, is_performance=True),
    ]
    assert len({score_key(score) for score in (band, *others)}) == 8
    assert score_key(band_score()) == score_key(band)
