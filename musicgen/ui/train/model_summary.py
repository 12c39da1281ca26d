"""The model's layers before it is trained, as Keras itself sees them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from musicgen.encoding.steps import Encoding
from musicgen.statistics.analysis import Analysis
from musicgen.training.forecast.model_summary import (
    ModelSummary,
    ModelSummaryFailed,
    build_model_summary,
    cached_model_summary,
)
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.tasks import Task, wait_for
from musicgen.ui.shared.text import escape


def model_summary_view(settings: RunSettings, analysis: Analysis) -> None:
    """Parameters, table and graph; worked out when first asked for, then kept."""
    encoding = analysis.encoded(settings.encoding)[0]
    with st.expander("The model's layers and parameters", icon=":material/schema:"):
        outline = cached_model_summary(settings.model, encoding)
        if outline is None:
            st.caption("Keras is loaded for it in a process of its own: some seconds, once.")
            if not st.button("Work them out", key="outline"):
                return
            outline = _made(settings, encoding)
        if outline is not None:
            _show(outline)


def _made(settings: RunSettings, encoding: Encoding) -> ModelSummary | None:
    task: Task[ModelSummary] = Task(lambda _: build_model_summary(settings.model, encoding))
    try:
        return wait_for(task, "Building the model", "outline")
    except ModelSummaryFailed as problem:
        st.error(escape(str(problem), 500))
        return None


def _show(outline: ModelSummary) -> None:
    st.metric("Parameters", f"{outline.parameters:,}", border=True, width="content")
    left, right = st.columns([3, 2])
    rows = [(row.name, row.kind, row.shape, row.parameters) for row in outline.layers]
    left.dataframe(
        pd.DataFrame(rows, columns=["layer", "kind", "output", "parameters"]), hide_index=True
    )
    right.graphviz_chart(outline.graph)
