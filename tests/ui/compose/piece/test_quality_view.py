import pytest

from musicgen.composing.style.percentiles import Percentiles
from musicgen.statistics.metrics import METRICS
from musicgen.ui.compose.piece.quality_view import (
    FAR,
    INSIDE,
    OUTSIDE,
    penalty,
    place,
    unusual,
    usual_figure,
)

USUAL = Percentiles(p5=0, p25=10, p50=20, p75=40, p95=80)


@pytest.mark.parametrize(
    "value, where", [(20, 0), (30, 0.5), (40, 1), (80, 2), (120, 3), (15, -0.5), (10, -1), (0, -2)]
)
def test_places_are_measured_by_the_percentiles(value, where):
    assert place(value, USUAL) == pytest.approx(where)


def test_where_all_pieces_are_alike_the_same_is_the_middle():
    alike = Percentiles(4, 4, 4, 4, 4)
    assert place(4, alike) == 0
    assert place(5, alike) > 2


def test_each_known_figure_has_a_row_with_its_colour():
    found = {"polyphony": 20.0, "pitch range": 60.0, "mean interval": 500.0, "unknown": 1.0}
    figure = usual_figure(found, dict.fromkeys((*METRICS, "unknown"), USUAL))
    (dots,) = figure.data
    rows = dict(zip(dots.y, dots.marker.color, strict=True))
    assert rows == {"polyphony": INSIDE, "pitch range": OUTSIDE, "mean interval": FAR}
    assert max(dots.x) < 4  # far ones are drawn at the edge


def test_what_is_unusual_is_said_in_words():
    percentiles = {
        "pitch range": USUAL,
        "polyphony": USUAL,
        "clashes": Percentiles(0.05, 0.1, 0.2, 0.3, 0.5),
    }
    said = unusual({"pitch range": 81.0, "polyphony": 20.0, "clashes": 0.02}, percentiles)
    assert said.splitlines() == [
        "- Pitch range, higher than usual: 81.00 semitones, where nine tenths have "
        "0.00 to 80.00 semitones. From the lowest note to the highest.",
        "- Clashes, lower than usual: 2%, where nine tenths have 5% to 50%. "
        "The share of chords with two pitches a semitone apart, octaves aside.",
    ]
    assert unusual({"polyphony": 20.0}, percentiles).startswith("All that is measured is as in")


def test_a_penalty_names_what_it_is_for_and_nothing_else():
    parts = {"likelihood": 0.0, "figures": 0.52, "originality": 0.25, "collapse": 0.0}
    assert "Its own is 0.77, for unusual figures (0.52), copying (0.25)." in penalty(parts)
    assert penalty(dict.fromkeys(parts, 0.0)).endswith("This one has none.")
