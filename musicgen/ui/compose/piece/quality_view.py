"""Quality of a piece: its metrics against those of the collection, and its penalty."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.style.percentiles import MetricPercentiles, Percentiles
from musicgen.rendering.note_names import key_signatures, pitch_name
from musicgen.score import Score
from musicgen.statistics.metrics import METRICS
from musicgen.theory.keys import find_keys
from musicgen.ui.compose.models import find_open_model
from musicgen.ui.compose.piece_facts import metrics_of, penalty_of, primer_notes
from musicgen.ui.shared.chart_config import chart_config
from musicgen.ui.shared.text import escape, format_count, format_metric

TYPICAL, UNCOMMON, RARE = "#2a9d74", "#d9822b", "#d1343a"  # colours of the dots
MAX_POSITION = 3.4  # end of the chart, on the scale of `position_among`
ROW_PIXELS, MARGIN_PIXELS = 26, 60
BAND_COLOUR = "rgba(128,128,128,%.2f)"
PENALTIES = {
    "likelihood": "notes that the model finds unlikely",
    "metrics": "metrics unlike the collection's",
    "originality": "copying",
    "degenerate_repetition": "a figure over and over",
}
MIN_SHOWN_PENALTY = 0.005
MIN_PIECES = 8  # of fewer, nine tenths are hardly less than all


def quality_view(piece: SavedPiece, score: Score) -> None:
    """Show key and range, repetition, a chart of the metrics, and the penalty."""
    new_only = primer_notes(piece) > 0
    st.markdown(overview_text(score, "whole piece" if new_only else ""))
    if repetition := piece.facts.get("collapse"):
        st.warning(f"It is {escape(str(repetition))}. Other seeds were tried and did no better.")
    opened, metrics = find_open_model(piece.checkpoint), metrics_of(piece)
    percentiles = opened.profile.percentiles if opened else {}
    if not any(name in percentiles for name in metrics):
        st.caption("The collection has no metrics to compare it with.")
        return
    if opened and opened.profile.index and (few := len(opened.profile.index.names)) < MIN_PIECES:
        st.caption(f"The model learned from {format_count(few, 'piece')}: too few to compare with.")
        _penalty(piece)
        return
    st.markdown(
        "**Its new bars among the pieces of the collection**"
        if new_only
        else "**This piece among those of the collection**",
        help="The dark band holds the middle half of the training pieces, the light one nine "
        "tenths. Point at a dot to read what it measures."
        + " Its beginning is yours and does not count."
        * new_only,
    )
    st.markdown(rare_metrics(metrics, percentiles))
    chart = metrics_chart(metrics, percentiles)
    st.plotly_chart(chart, key="metrics-chart", config=chart_config("Metrics"))
    _penalty(piece)


def overview_text(score: Score, of_what: str = "") -> str:
    """Estimated key, range, density and polyphony in one line, in Markdown; empty without notes.

    of_what: empty if that is plain.
    """
    if not len(score):
        return ""
    key, pitches = find_keys([score])[0], score.pitched.notes["pitch"]
    sharps = key_signatures(score)[0].fifths
    parts = [f"estimated key **{key}**" if key else "no key"]
    if len(pitches):
        low, high = (pitch_name(int(pitch), sharps) for pitch in (pitches.min(), pitches.max()))
        parts.append(f"from {low} to {high}")
    parts += [
        f"{len(score) / max(score.seconds, 1):.1f} notes a second"
        if score.is_performance
        else f"{len(score) / max(score.bars, 1):.1f} notes a bar",
    ]
    polyphony = METRICS["polyphony"](score)
    if math.isfinite(polyphony):  # of drums there is none
        parts.append(f"{polyphony:.1f} notes at once")
    return (f"{of_what.capitalize()}: " if of_what else "") + " · ".join(parts)


def _penalty(piece: SavedPiece) -> None:
    """The penalty by which the best of several pieces was chosen."""
    if parts := penalty_of(piece):
        st.caption(penalty_text(parts))


def penalty_text(parts: Mapping[str, float]) -> str:
    """Name the parts of a penalty, which are those of PENALTIES, in Markdown."""
    reasons = [
        f"{PENALTIES[name]} ({value:.2f})"
        for name, value in parts.items()
        if value >= MIN_SHOWN_PENALTY
    ]
    rule = "Of several pieces those with the lowest penalty are shown."
    if not reasons:
        return f"{rule} This one has none."
    return f"{rule} This one has {sum(parts.values()):.2f}, for {', '.join(reasons)}."


def rare_metrics(metrics: Mapping[str, float], percentiles: MetricPercentiles) -> str:
    """List the metrics outside of the collection's 5th to 95th percentile, in Markdown."""
    lines = []
    for name, metric in METRICS.items():
        if name not in metrics or name not in percentiles:
            continue
        value, typical = metrics[name], percentiles[name]
        if abs(position := position_among(value, typical)) > 2:
            direction = "high" if position > 0 else "low"
            limits = format_metric(metric.unit, typical.p5, typical.p95)
            lines.append(
                f"- {metric.title.capitalize()}, unusually {direction}: "
                f"{format_metric(metric.unit, value)}, where nine tenths of the pieces have "
                f"{limits}. {metric.description}"
            )
    return "\n".join(lines) or "All metrics are as in nine tenths of the collection."


def metrics_chart(metrics: Mapping[str, float], percentiles: MetricPercentiles) -> go.Figure:
    """Chart with a row per metric: bands for the collection, a dot for the piece."""
    names = [name for name in METRICS if name in metrics and name in percentiles][::-1]
    positions = [position_among(metrics[name], percentiles[name]) for name in names]
    figure = go.Figure(
        go.Scatter(
            x=np.clip(positions, -MAX_POSITION, MAX_POSITION),
            y=[METRICS[name].title for name in names],
            mode="markers",
            marker={"size": 11, "color": [_colour(abs(position)) for position in positions]},
            customdata=[_tooltip(name, metrics[name], percentiles[name]) for name in names],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    for edge, opacity in ((2, 0.12), (1, 0.22)):
        figure.add_vrect(-edge, edge, fillcolor=BAND_COLOUR % opacity, line_width=0, layer="below")
    return _styled(figure, len(names))


def _styled(figure: go.Figure, rows: int) -> go.Figure:
    figure.update_layout(
        height=MARGIN_PIXELS + ROW_PIXELS * rows,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hoverlabel={"align": "left"},
    )
    end = MAX_POSITION + 0.2
    figure.update_xaxes(
        range=[-end, end],
        tickvals=[-2.6, 0, 2.6],
        ticktext=["unusually low", "middle half", "unusually high"],
        showgrid=False,
        zeroline=False,
    )
    return figure.update_yaxes(gridcolor=BAND_COLOUR % 0.2, tickfont={"size": 13})


def position_among(value: float, percentiles: Percentiles) -> float:
    """Position of a value: 0 at the median, ±1 at the quartiles, ±2 at p5 and p95."""
    side = 1.0 if value >= percentiles.p50 else -1.0
    deviation = percentiles.deviation(value)
    if deviation > 0:
        return side * (1 + deviation)
    quartile = percentiles.p75 if side > 0 else percentiles.p25
    distance = abs(quartile - percentiles.p50)
    return (value - percentiles.p50) / distance if distance else 0.0


def _colour(distance: float) -> str:
    return TYPICAL if distance <= 1 else UNCOMMON if distance <= 2 else RARE


def _tooltip(name: str, value: float, percentiles: Percentiles) -> str:
    metric, typical = METRICS[name], percentiles
    return (
        f"<b>{metric.title}</b> {format_metric(metric.unit, value)}<br>{metric.description}<br>"
        f"middle half {format_metric(metric.unit, typical.p25, typical.p75)}, nine tenths "
        f"{format_metric(metric.unit, typical.p5, typical.p95)}"
    )
