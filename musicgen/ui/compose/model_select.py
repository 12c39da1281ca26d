"""Widgets that choose the model, and the line that describes it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from musicgen.evaluation.ngram import NGram
from musicgen.evaluation.verdict import learning_verdict
from musicgen.training.run_folder.checkpoints import saved_checkpoints
from musicgen.training.run_folder.registry import NGRAM
from musicgen.training.run_folder.results import reference_levels
from musicgen.training.run_folder.run import Run
from musicgen.ui.compose.models import (
    ModelChoice,
    OpenModel,
    runs_with_checkpoints,
    training_collection,
)
from musicgen.ui.data.choose_collection import collection_title
from musicgen.ui.shared.text import checkpoint_label, escape, format_count, step_word

RUN_KEY = "compose-run"
KINDS_IN_WORDS = {"lstm": "LSTM", "classic": "classic LSTM"}
FACTS_HELP = (
    "Bits a note: how much the next note of a held-out piece surprises the model, on average; "
    "lower is better. Bits a step: the same for the next note or rest of one part. An epoch is one "
    "pass over the training pieces. Layers and width: the size of the network."
)


def select_run() -> Run | None:
    """Choose a run that has a checkpoint; None where there is none yet."""
    runs = {run.name: run for run in runs_with_checkpoints()}
    if not runs:
        return None
    if st.session_state.get(RUN_KEY) not in runs:
        st.session_state[RUN_KEY] = next(iter(runs))
    name = st.selectbox("Model", list(runs), key=RUN_KEY, persist_state="session", width="stretch")
    return runs[str(name)]


def preselect_model(name: str) -> None:
    """Have a model, RUN or RUN@CHECKPOINT, chosen when the page runs next."""
    run, _, checkpoint = name.partition("@")
    st.session_state[RUN_KEY] = run
    if checkpoint:
        st.session_state[_checkpoint_key(run)] = checkpoint


def model_summary(opened: OpenModel) -> str:
    """What the model learned from, in Markdown; which one it is where it is not the best."""
    collection = escape(collection_title(training_collection(opened)))
    kind = "N-gram, learned" if isinstance(opened.model, NGram) else "Learned"
    return f"{kind} from **{collection}**"


def warn_unlearned(opened: OpenModel) -> None:
    """Warn where the model predicts held-out pieces worse than counting does."""
    loss = opened.checkpoint.facts.get("valid_loss")
    if isinstance(opened.model, NGram) or not isinstance(loss, int | float):
        return
    verdict = learning_verdict(loss, reference_levels(opened.choice.run.folder))
    if verdict and verdict.level == "unlearned":
        st.warning(
            "This model has not learned its collection yet: what it writes may sound random. "
            "Its training says what helps."
        )
        st.page_link(
            "pages/2_Train.py", label="Its training", icon=":material/model_training:",
            query_params={"show": "Watch", "run": opened.choice.run.name},
        )  # fmt: skip


def model_facts(opened: OpenModel) -> str:
    """One line of Markdown: network, held-out likelihood, epochs."""
    if isinstance(opened.model, NGram):
        notes = format_count(opened.model.order - 1, "step")
        return f"n-gram: draws what followed the last {notes} there · no network"
    facts, settings = opened.checkpoint.facts, opened.checkpoint.model
    kind, layers = KINDS_IN_WORDS.get(settings.kind, settings.kind), settings.layers
    parts = [f"{kind} with {format_count(layers, 'layer')} of {settings.width}"]
    if others := opened.checkpoint.members:
        parts = [f"the mean of {len(others) + 1} models; the first: {parts[0]}"]
    bits = facts.get("valid_loss")
    if isinstance(bits, int | float):
        step = step_word(opened.model.encoding.name)
        parts.append(f"{bits:.2f} bits a {step} on held-out pieces")
    if isinstance(epoch := facts.get("epoch"), int):
        parts.append(f"after epoch {epoch}")
    return " · ".join(parts)


def select_checkpoint(run: Run) -> ModelChoice:
    """Choose one of the checkpoints of a run, or its n-gram."""
    best, key = run.checkpoint(), _checkpoint_key(run.name)
    labels = {folder.name: _label(folder, best) for folder in saved_checkpoints(run)}
    labels[NGRAM] = "n-gram, for comparison"
    if st.session_state.get(key) not in labels:
        st.session_state[key] = best.name
    name = st.selectbox(
        "Epoch", list(labels), key=key, format_func=labels.__getitem__, persist_state="session",
        help="The state of the model after this epoch. The n-gram draws notes by how often they "
        "followed each other in the same pieces: it is the baseline of the model's metrics.",
    )  # fmt: skip
    if name == NGRAM:
        return ModelChoice(run, best, is_ngram=True)
    return ModelChoice(run, best.parent / str(name))


def _checkpoint_key(run: str) -> str:
    return f"compose-epoch-{run}"


def _label(folder: Path, best: Path) -> str:
    name = checkpoint_label(folder.name)
    # The only checkpoint of a bundled run is named `best`.
    return f"{name}, the best" if folder == best and name != "best" else name
