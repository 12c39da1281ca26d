import pytest

from musicgen.composing.style.percentiles import Percentiles
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.statistics.metrics import METRICS
from musicgen.ui.compose.piece.quality_view import (
    RARE,
    TYPICAL,
    UNCOMMON,
    metrics_chart,
    overview_text,
    penalty_text,
    position_among,
    rare_metrics,
)

PERCENTILES = Percentiles(p5=0, p25=10, p50=20, p75=40, p95=80)


@pytest.mark.parametrize(
    "value, position",
    [(20, 0), (30, 0.5), (40, 1), (80, 2), (120, 3), (15, -0.5), (10, -1), (0, -2)],
)
def test_the_position_is_interpolated_between_the_percentiles(value, position):
    assert position_among(value, PERCENTILES) == pytest.approx(position)


def test_where_all_pieces_are_alike_any_difference_is_rare():
    alike = Percentiles(4, 4, 4, 4, 4)
    assert position_among(4, alike) == 0
    assert position_among(5, alike) > 2


def test_the_chart_has_a_coloured_dot_for_each_known_metric():
    metrics = {"polyphony": 20.0, "pitch range": 60.0, "mean interval": 500.0, "unknown": 1.0}
    chart = metrics_chart(metrics, dict.fromkeys((*METRICS, "unknown"), PERCENTILES))
    (dots,) = chart.data
    colours = dict(zip(dots.y, dots.marker.color, strict=True))
    shown = {"polyphony": TYPICAL, "pitch range": UNCOMMON, "mean interval, all parts": RARE}
    assert colours == shown
    assert max(dots.x) < 4  # far values are drawn at the edge


def test_rare_metrics_are_listed_with_their_units():
    percentiles = {
        "pitch range": PERCENTILES,
        "polyphony": PERCENTILES,
        "clashes": Percentiles(0.05, 0.1, 0.2, 0.3, 0.5),
    }
    metrics = {"pitch range": 81.0, "polyphony": 20.0, "clashes": 0.02}
    first, second = rare_metrics(metrics, percentiles).splitlines()
    assert first.startswith(
        "- Pitch range, unusually high: 81 semitones, where nine tenths of the pieces have "
        "0 to 80 semitones. "
    )
    assert first.endswith(METRICS["pitch range"].description)
    assert second.startswith(
        "- Clashes, unusually low: 2%, where nine tenths of the pieces have 5% to 50%. "
    )
    assert rare_metrics({"polyphony": 20.0}, percentiles).startswith("All metrics are as in")


def test_the_penalty_is_explained_by_its_parts():
    parts = {"likelihood": 0.0, "metrics": 0.52, "originality": 0.25, "degenerate_repetition": 0.0}
    reasons = "metrics unlike the collection's (0.52), copying (0.25)."
    assert penalty_text(parts).endswith(f"This one has 0.77, for {reasons}")
    assert penalty_text(dict.fromkeys(parts, 0.0)).endswith("This one has none.")


def test_the_overview_of_drums_has_no_figures_of_pitches():
    drums = Score(notes_from([(0, 24, 38, 80, 0, 0)]), parts=(Part("Drums", is_drum=True),))
    assert overview_text(drums) == "no key · 1.0 notes a bar"
    assert overview_text(Score()) == ""
