"""A note and tags of a run, and its curves for other programs."""

from __future__ import annotations

import streamlit as st

from musicgen.training.records.curves import curves_csv
from musicgen.training.records.labels import Labels, read_labels, write_labels
from musicgen.training.run_folder.run import Run
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.text import escape


def labels_line(run: Run) -> None:
    """Show the note and the tags of a run, if it has any."""
    labels = read_labels(run)
    tags = " ".join(f":gray-badge[{escape(tag)}]" for tag in labels.tags)
    if text := " ".join(part for part in (tags, escape(labels.note, 4000)) if part):
        st.markdown(text)


def labels_popover(run: Run) -> None:
    """Show the fields for the note and the tags, and the button that saves them."""
    labels = read_labels(run)

    def save() -> str:
        write_labels(run, Labels(note.strip(), tuple(str(tag).strip() for tag in tags)))
        return "Saved."

    with st.popover("Notes and tags", icon=":material/sell:"):
        note = st.text_area("Note", labels.note, key=f"note-{run.name}")
        tags = st.multiselect(
            "Tags", list(labels.tags), list(labels.tags), accept_new_options=True,
            key=f"tags-{run.name}", placeholder="Type a tag and press Enter",
        )  # fmt: skip
        if action_button("Save", key=f"save-labels-{run.name}", type="primary"):
            run_action(save)


def curves_button(run: Run) -> None:
    """Show the download of the curves as CSV."""
    st.download_button(
        "Curves as CSV", lambda: curves_csv(run), f"{run.name} curves.csv", "text/csv",
        icon=":material/table:", on_click="ignore", key=f"curves-{run.name}",
        help="A row for each logged batch and each epoch. TensorBoard reads the run's folder "
        "itself: `tensorboard --logdir` and its path.",
    )  # fmt: skip
