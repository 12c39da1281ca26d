"""Models to compose with: the checkpoints of all runs, and each run's n-gram."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from musicgen.composing.pipeline import Composer
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.model_interface import Model
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.evaluation.ngram import NGram
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, Checkpoint
from musicgen.training.run_folder.checkpoints import saved_checkpoints
from musicgen.training.run_folder.ngram_model import NGramUnavailable, fit_run_ngram
from musicgen.training.run_folder.registry import NGRAM, list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.ui.compose.checkpoint_cache import CheckpointCache
from musicgen.ui.shared.text import checkpoint_label

MAX_OPEN_MODELS = 3  # of all sessions together; each holds its weights in memory


def model_label(checkpoint: str) -> str:
    """Return a RUN@CHECKPOINT in words: `chorales`, `mine, epoch 13`, `chorales, n-gram`."""
    run, _, folder = checkpoint.partition("@")
    return run if folder in ("", "best") else f"{run}, {checkpoint_label(folder)}"


@dataclass(frozen=True)
class ModelChoice:
    """A checkpoint of a run, or the n-gram that the run is compared with."""

    run: Run
    folder: Path  # of the checkpoint; for an n-gram of the run's best one
    is_ngram: bool = False

    @property
    def name(self) -> str:
        """RUN@CHECKPOINT, as in links, the history and the command line."""
        return f"{self.run.name}@{NGRAM if self.is_ngram else self.folder.name}"


@dataclass(frozen=True, eq=False)
class OpenModel:
    """A model that is loaded and ready to compose."""

    choice: ModelChoice
    checkpoint: Checkpoint
    composer: Composer

    @property
    def model(self) -> Model:
        return self.composer.model

    @property
    def profile(self) -> TrainingProfile:
        return self.composer.profile

    @property
    def knows_parts(self) -> bool:
        """Whether the model knows the parts of a piece and its key."""
        return isinstance(self.model.encoding, PartsEncoding)

    @property
    def knows_chords(self) -> bool:
        """Whether the model can be asked for chords."""
        encoding = self.model.encoding
        return isinstance(encoding, PartsEncoding) and encoding.chords

    @property
    def knows_given_parts(self) -> bool:
        """Whether the model can leave some parts of bars as they are."""
        encoding = self.model.encoding
        return isinstance(encoding, PartsEncoding) and encoding.given_first


def runs_with_checkpoints() -> list[Run]:
    """Runs that can compose: the bundled ones, then the user's own, newest first."""
    runs = [run for run in list_runs() if saved_checkpoints(run)]
    return sorted(runs, key=lambda run: not run.bundled)


def find_model(name: str) -> ModelChoice | None:
    """Find a model by RUN or RUN@CHECKPOINT.

    The run's best checkpoint stands in for one that was deleted. None if the run does not exist or
    has no checkpoint.
    """
    run_name, _, checkpoint = name.partition("@")
    # A name from a link is compared with the names of runs; it never becomes part of a path.
    for run in list_runs():
        if run.name == run_name and (folders := saved_checkpoints(run)):
            by_name = {folder.name: folder for folder in folders}
            folder = by_name.get(checkpoint) or run.checkpoint()
            return ModelChoice(run, folder, checkpoint == NGRAM)
    return None


def open_model(choice: ModelChoice) -> OpenModel:
    """Load a model, once for all sessions. Raises BadCheckpoint."""
    # Graphs that another computer has made are exported again, which takes seconds.
    with st.spinner("Opening the model: the first time this can take some seconds"):
        loaded = _checkpoint_cache().get(choice.folder)
    model: Model = loaded.engine
    if choice.is_ngram:
        # An n-gram depends on the training pieces only, never on a checkpoint.
        settings_mtime = (choice.run.folder / "run.json").stat().st_mtime_ns
        model = _fit_ngram(str(choice.run.folder), settings_mtime, choice.run)
    return OpenModel(choice, loaded.checkpoint, Composer(model, loaded.profile))


def find_open_model(name: str) -> OpenModel | None:
    """Find a model by its name and load it; None if it was deleted or is damaged."""
    choice = find_model(name)
    try:
        return open_model(choice) if choice else None
    except (BadCheckpoint, OSError):
        return None


def training_collection(opened: OpenModel) -> str:
    """Name or path of the collection that the model was trained on; empty if unknown."""
    source = opened.checkpoint.facts.get("source")
    try:
        return source if isinstance(source, str) else opened.choice.run.settings.source
    except UnknownRun:
        return ""


@st.cache_resource(show_spinner=False)
def _checkpoint_cache() -> CheckpointCache:
    return CheckpointCache(MAX_OPEN_MODELS)


@st.cache_resource(max_entries=1, show_spinner="Counting which notes follow which")
def _fit_ngram(folder: str, settings_mtime: int, _run: Run) -> NGram:
    try:
        return fit_run_ngram(_run)
    except NGramUnavailable as problem:
        raise BadCheckpoint(str(problem)) from None
