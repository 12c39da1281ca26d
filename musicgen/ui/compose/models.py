"""Choosing the model that composes, and keeping it open."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.model_interface import Model
from musicgen.evaluation.ngram import NGram
from musicgen.models.checkpoints.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    open_checkpoint,
)
from musicgen.training.run_folder.checkpoints import saved_checkpoints
from musicgen.training.run_folder.ngram_model import NGRAM, NGramUnavailable, fit_run_ngram
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.ui.shared.text import escape, format_count

RUN = "compose-run"
MOST_OPEN = 6


@dataclass(frozen=True)
class Choice:
    """A run and one of its checkpoints, or the n-gram that the run is compared with."""

    run: Run
    folder: Path
    ngram: bool = False

    @property
    def name(self) -> str:
        """As links, the history and the command line have it."""
        return f"{self.run.name}@{NGRAM if self.ngram else self.folder.name}"


@dataclass(frozen=True, eq=False)
class Opened:
    """A checkpoint, or its baseline, ready to compose."""

    choice: Choice
    checkpoint: Checkpoint
    engine: Model
    profile: TrainingProfile


def choose() -> Choice | None:
    """The checkpoint that is chosen; None where there is no run with one yet."""
    there = {run.name: run for run in runs_with_checkpoint()}
    if not there:
        return None
    _choose_one(there)
    name = st.selectbox("Model", list(there), key=RUN, persist_state="session", width="stretch")
    return _choose_checkpoint(there[str(name)])


def choose_next(name: str) -> None:
    """Have a checkpoint, `run@checkpoint` or a run, chosen when the page runs again."""
    run, _, checkpoint = name.partition("@")
    st.session_state[RUN] = run
    if checkpoint:
        st.session_state[_key(run)] = checkpoint


def runs_with_checkpoint() -> list[Run]:
    """Bundled runs, then the user's own, the newest first."""
    runs = [run for run in list_runs() if saved_checkpoints(run)]
    return sorted(runs, key=lambda run: not run.bundled)


def find_choice(name: str) -> Choice | None:
    """The checkpoint of that name; the run's best where it is no longer kept."""
    run_name, _, checkpoint = name.partition("@")
    for run in runs_with_checkpoint():
        if run.name == run_name:
            kept = {folder.name: folder for folder in saved_checkpoints(run)}
            return Choice(run, kept.get(checkpoint) or run.checkpoint(), checkpoint == NGRAM)
    return None


def open_choice(choice: Choice) -> Opened:
    """The checkpoint, opened once for all browsers; BadCheckpoint says what is wrong with it."""
    files = [*choice.folder.glob("*"), *choice.run.folder.glob("*.*")]
    stamp = max((path.stat().st_mtime_ns for path in files), default=0)
    opened = _open(str(choice.folder), stamp, Choice(choice.run, choice.folder))
    if not choice.ngram:
        return opened
    begun = (choice.run.folder / "run.json").stat().st_mtime_ns  # no checkpoint changes its n-gram
    return replace(opened, choice=choice, engine=_count(str(choice.run.folder), begun, choice.run))


def find_opened(name: str) -> Opened | None:
    """The checkpoint of that name, opened; None where it is gone or cannot be used."""
    choice = find_choice(name)
    try:
        return open_choice(choice) if choice else None
    except BadCheckpoint:
        return None


@st.cache_resource(max_entries=MOST_OPEN, show_spinner=False)
def _open(folder: str, stamp: int, _choice: Choice) -> Opened:
    try:
        checkpoint = open_checkpoint(Path(folder))
        return Opened(
            _choice, checkpoint, OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder)
        )
    except BadCheckpoint:
        raise
    except Exception as problem:  # ONNX Runtime's errors have no base but this
        raise BadCheckpoint(f"{Path(folder).name} cannot be opened: {problem}") from None


@st.cache_resource(max_entries=1, show_spinner="Counting what follows what in its collection")
def _count(folder: str, begun: int, _run: Run) -> NGram:
    try:
        return fit_run_ngram(_run)
    except NGramUnavailable as problem:
        raise BadCheckpoint(str(problem)) from None


MEANING = (
    "Bits a note: how much each next note of pieces that it never saw surprises the model; less is "
    "better. Epochs: how often it went through its pieces. Layers and width: its size."
)


def about(opened: Opened) -> str:
    """What the model is, what it learned from and how well, in a line."""
    facts, model = opened.checkpoint.facts, opened.checkpoint.model
    words = [f"learned from **{escape(Path(source_of(opened)).name)}**"]
    if isinstance(opened.engine, NGram):
        notes = format_count(opened.engine.order - 1, "step")
        return f"{words[0]} · n-gram: draws what followed the last {notes} there · no network"
    words.append(f"{model.kind} with {format_count(model.layers, 'layer')} of {model.width}")
    bits = facts.get("valid_loss")
    if isinstance(bits, int | float):
        unit = "token" if opened.engine.encoding.name == "notes" else "note"
        words.append(f"{bits:.2f} bits a {unit} on held-out pieces")
    if isinstance(epoch := facts.get("epoch"), int):
        words.append(format_count(epoch, "epoch"))
    return " · ".join(words)


def _choose_checkpoint(run: Run) -> Choice:
    best, key = run.checkpoint(), _key(run.name)
    labels = {folder.name: _label(run, folder) for folder in saved_checkpoints(run)}
    labels[NGRAM] = "n-gram, to hear what was gained"
    if st.session_state.get(key) not in labels:
        st.session_state[key] = best.name
    chosen = st.selectbox(
        "Epoch", list(labels), key=key, format_func=labels.__getitem__, persist_state="session",
        help="How far it had learned: the states that are kept. The n-gram counts what follows "
        "what in the same pieces, and is what the model's figures are compared with.",
    )  # fmt: skip
    ngram = chosen == NGRAM
    return Choice(run, best if ngram else best.parent / str(chosen), ngram)


def _key(run: str) -> str:
    return f"compose-epoch-{run}"


def source_of(opened: Opened) -> str:
    """The collection that the model learned from, by its name or path; empty where unknown."""
    said = opened.checkpoint.facts.get("source")
    try:
        return said if isinstance(said, str) else opened.choice.run.settings.source
    except UnknownRun:
        return ""


def _label(run: Run, folder: Path) -> str:
    name = re.sub(r"^epoch-0*(\d+)$", r"epoch \1", folder.name)
    best = folder == run.checkpoint() and name != "best"  # as those that ship are called
    return f"{name}, the best" if best else name


def _choose_one(there: dict[str, Run]) -> None:
    """Choose the first model where none is chosen, or one that is gone."""
    if st.session_state.get(RUN) not in there:
        st.session_state[RUN] = next(iter(there))
