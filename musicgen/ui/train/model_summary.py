"""Summary of the model before it is trained: layers and parameters as Keras counts them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from musicgen.encoding.steps import Encoding
from musicgen.files import message_of
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
    """Show parameters, layers and graph; built when first asked for, then cached."""
    encoding = analysis.encoded(settings.encoding)[0]
    with st.expander("The model's layers and parameters", icon=":material/schema:"):
        summary = cached_model_summary(settings.model, encoding)
        if summary is None:
            st.caption("Keras is loaded for it in a process of its own: some seconds, once.")
            if not st.button("Build the summary", key="model-summary"):
                return
            summary = _build(settings, encoding)
        if summary is not None:
            _show(summary)


def _build(settings: RunSettings, encoding: Encoding) -> ModelSummary | None:
    task: Task[ModelSummary] = Task(lambda _: build_model_summary(settings.model, encoding))
    try:
        return wait_for(task, "Building the model", "model-summary")
    except ModelSummaryFailed as error:
        st.error(escape(message_of(error), 500))
        return None


def _show(summary: ModelSummary) -> None:
    st.metric("Parameters", f"{summary.parameters:,}", border=True, width="content")
    left, right = st.columns([3, 2])
    rows = [(row.name, row.kind, row.shape, row.parameters) for row in summary.layers]
    left.dataframe(
        pd.DataFrame(rows, columns=["layer", "kind", "output", "parameters"]), hide_index=True
    )
    right.graphviz_chart(summary.graph)
