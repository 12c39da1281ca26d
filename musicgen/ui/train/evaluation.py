"""Evaluation of a finished run on held-out pieces, beside its baselines."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from musicgen.training.run_folder.results import (
    BASELINES,
    EVALUATION,
    read_baselines,
    read_evaluation,
)
from musicgen.training.run_folder.run import Run
from musicgen.ui.shared.text import FIELD_WORDS

SIDES = ("valid", "test")
MODEL = "this model"


def evaluation_view(run: Run) -> None:
    """Show bits a note on both held-out sides, and the accuracies of the fields."""
    evaluation, baselines = read_evaluation(run.folder), read_baselines(run.folder)
    for name, results in ((EVALUATION, evaluation), (BASELINES, baselines)):
        if not results and (run.folder / name).is_file():
            st.warning(f"{name} of this run cannot be read.")
    if not evaluation:
        st.info("When a training has ended, it is evaluated on pieces held out from it.")
        return
    rows: dict[str, dict[str, float | None]] = {
        name: {side: result.bits_per_note.get(side) for side in SIDES}
        for name, result in baselines.items()
    }
    rows[MODEL] = {side: evaluation[side].bits_per_note for side in SIDES if side in evaluation}
    st.markdown(
        "**Bits a note on whole held-out pieces** — less is better",
        help="Each piece from its beginning to its end. The validation of the curve cuts pieces "
        "into windows, each of which begins anew, so that it is a little higher.",
    )
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index").rename_axis("model").round(2))
    for side, result in evaluation.items():
        if side in SIDES and result.is_sample:
            st.caption(f"{side}: {result.notes:,} of {result.total_notes:,} notes, a random sample")
    st.markdown("**Accuracy of the best checkpoint by field**")
    accuracy = {side: result.accuracy for side, result in evaluation.items() if side in SIDES}
    table = pd.DataFrame(accuracy).rename(index=FIELD_WORDS).rename_axis("field")
    st.dataframe(table.round(3))
