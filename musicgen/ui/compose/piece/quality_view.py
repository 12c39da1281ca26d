"""How good a piece is: its figures against what is usual in the collection."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.style.percentiles import MetricPercentiles, Percentiles
from musicgen.rendering.note_names import pitch_name
from musicgen.score import Score
from musicgen.statistics.metrics import METRICS
from musicgen.theory.keys import find_keys
from musicgen.ui.compose.models import find_opened
from musicgen.ui.compose.piece_facts import figures_of
from musicgen.ui.shared.text import escape

INSIDE, OUTSIDE, FAR = "#2a9d74", "#d9822b", "#d1343a"
_FARTHEST = 3.4  # where the chart ends: 1 is the edge of the middle half, 2 of nine tenths
_BAND = "rgba(128,128,128,%.2f)"
PENALTIES = {
    "likelihood": "what the model would not write",
    "figures": "unusual figures",
    "originality": "copying",
    "collapse": "a figure over and over",
}


def quality_view(piece: SavedPiece, score: Score) -> None:
    """What the piece is like, whether it collapsed, and how usual its figures are."""
    _numbers(score)
    if collapse := piece.facts.get("collapse"):
        st.warning(f"It is {escape(str(collapse))}. Other seeds were tried and did no better.")
    opened, found = find_opened(piece.checkpoint), figures_of(piece)
    percentiles = opened.profile.percentiles if opened else {}
    if not any(name in percentiles for name in found):
        st.caption("There are no figures of the collection to compare it with.")
        return
    st.markdown(
        "**This piece among those of the collection**",
        help="The dark band is the middle half of the training pieces, the light one nine tenths. "
        "Point at a dot for what it means.",
    )
    st.markdown(unusual(found, percentiles))
    st.plotly_chart(usual_figure(found, percentiles), key="usual", config={"displayModeBar": False})
    _score(piece)


def _numbers(score: Score) -> None:
    """Key, range, density and polyphony in a line."""
    if not len(score):
        return
    key, pitches = find_keys([score])[0], score.notes["pitch"]
    sharps = key.sharps if key else None
    low, high = (pitch_name(int(pitch), sharps) for pitch in (pitches.min(), pitches.max()))
    words = [
        f"**{key}**" if key else "no key",
        f"from {low} to {high}",
        f"{len(score) / max(score.bars, 1):.1f} notes a bar",
        f"{METRICS['polyphony'](score):.1f} sounding at once",
    ]
    st.markdown(" · ".join(words))


def _score(piece: SavedPiece) -> None:
    """The parts of the score by which the best of many is chosen."""
    parts = piece.facts.get("score")
    if not isinstance(parts, dict) or not all(isinstance(v, int | float) for v in parts.values()):
        return
    st.caption(penalty({str(name): float(value) for name, value in parts.items()}))


def penalty(parts: Mapping[str, float]) -> str:
    """What told against the piece when the best of many was chosen, as Markdown."""
    said = [
        f"{PENALTIES.get(name) or escape(name)} ({value:.2f})"
        for name, value in parts.items()
        if value >= 0.005
    ]
    rule = "Where several are composed, those with the least penalty are shown."
    if not said:
        return f"{rule} This one has none."
    return f"{rule} Its own is {sum(parts.values()):.2f}, for {', '.join(said)}."


def unusual(found: Mapping[str, float], percentiles: MetricPercentiles) -> str:
    """The figures that nine tenths of the training pieces do not have, in words, as Markdown."""
    said = []
    for name, metric in METRICS.items():
        if name not in found or name not in percentiles:
            continue
        value, usual = found[name], percentiles[name]
        if abs(at := place(value, usual)) > 2:
            size = "higher" if at > 0 else "lower"
            ends = _amount(metric.unit, usual.p5, usual.p95)
            said.append(
                f"- {name.capitalize()}, {size} than usual: {_amount(metric.unit, value)}, where "
                f"nine tenths have {ends}. {metric.description}"
            )
    return "\n".join(said) or "All that is measured is as in nine tenths of the collection."


def _amount(unit: str, *values: float) -> str:
    """`5%`, `0.00 to 80.00 semitones`."""
    if unit == "share":
        return " to ".join(f"{value:.0%}" for value in values)
    return f"{' to '.join(f'{value:.2f}' for value in values)} {unit}".rstrip()


def usual_figure(found: dict[str, float], percentiles: MetricPercentiles) -> go.Figure:
    """A row for each figure: bands for what is usual, a dot for the piece."""
    names = [name for name in METRICS if name in found and name in percentiles][::-1]
    places = [place(found[name], percentiles[name]) for name in names]
    figure = go.Figure(
        go.Scatter(
            x=np.clip(places, -_FARTHEST, _FARTHEST),
            y=names,
            mode="markers",
            marker={"size": 11, "color": [_colour(abs(at)) for at in places]},
            customdata=[_words(name, found[name], percentiles[name]) for name in names],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    for edge, shade in ((2, 0.12), (1, 0.22)):
        figure.add_vrect(-edge, edge, fillcolor=_BAND % shade, line_width=0, layer="below")
    figure.update_layout(
        height=60 + 26 * len(names),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hoverlabel={"align": "left"},
    )
    words = ["unusually low", "middle half", "unusually high"]
    end = _FARTHEST + 0.2
    figure.update_xaxes(
        range=[-end, end], tickvals=[-2.6, 0, 2.6], ticktext=words, showgrid=False, zeroline=False
    )
    return figure.update_yaxes(gridcolor=_BAND % 0.2, tickfont={"size": 13})


def place(value: float, usual: Percentiles) -> float:
    """Where a value lies: 0 at the median, 1 at the edge of the middle half, 2 of nine tenths."""
    side = 1.0 if value >= usual.p50 else -1.0
    strange = usual.deviation(value)
    if strange > 0:
        return side * (1 + strange)
    edge = usual.p75 if side > 0 else usual.p25
    return (value - usual.p50) / abs(edge - usual.p50) if edge != usual.p50 else 0.0


def _colour(far: float) -> str:
    return INSIDE if far <= 1 else OUTSIDE if far <= 2 else FAR


def _words(name: str, value: float, usual: Percentiles) -> str:
    metric = METRICS[name]
    return (
        f"<b>{name}</b> {value:.2f} {metric.unit}<br>{metric.description}<br>"
        f"middle half {usual.p25:.2f} to {usual.p75:.2f}, nine tenths {usual.p5:.2f} "
        f"to {usual.p95:.2f}"
    )
