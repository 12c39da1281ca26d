"""Loading of the charts' script on a page without charts."""

from __future__ import annotations

import streamlit as st


def load_chart_script() -> None:
    """Have the browser load and run Plotly's script, 5 MB, by an empty chart.

    The script takes a third of a second to run, which the first chart of the next page would wait
    for (`docs/speed.md`).
    """
    import plotly.graph_objects as go

    blank = go.Figure(layout={"height": 10, "margin": dict.fromkeys("lrtb", 0)})
    blank.update_xaxes(visible=False).update_yaxes(visible=False)
    st.plotly_chart(blank, key="chart-script", config={"staticPlot": True})
