"""Starting a training: a preset, what it will see and take, and every setting for who wants it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from musicgen.corpus.errors import CorpusError
from musicgen.models.settings import KINDS, ClassicSettings, ModelSettings
from musicgen.settings import PRETRAINED, runs_folder
from musicgen.training import launch
from musicgen.training.estimate import (
    expected_seconds,
    measured_speed,
    size_warning,
    workload,
)
from musicgen.training.machine import Machine, this_machine
from musicgen.training.memory import Memory, expected_memory
from musicgen.training.outline import parameters_of
from musicgen.training.presets import PRESETS, Preset
from musicgen.training.run import list_runs
from musicgen.training.settings import RunSettings, TrainSettings, default_training
from musicgen.ui import collections
from musicgen.ui.analysis import Analysis
from musicgen.ui.opening import open_collection
from musicgen.ui.outline import outline_view
from musicgen.ui.runs import watch_next
from musicgen.ui.settings_form import edited
from musicgen.ui.train_control import act
from musicgen.ui.words import plain, size, span

PRESET = {preset.name: preset for preset in PRESETS}


def new_training() -> None:
    """The form, the outlook, and the button that starts it."""
    left, right = st.columns([2, 3])
    with left:
        source = collections.choose()
    with right:
        chosen = st.segmented_control(
            "Preset", list(PRESET), default=PRESETS[0].name, required=True, key="preset",
            bind="query-params",
        )  # fmt: skip
    preset = PRESET[str(chosen)]
    st.markdown(preset.description)
    try:
        analysis = open_collection(source)
    except (CorpusError, OSError) as problem:
        st.error(plain(str(problem), 500))
        return
    name = st.text_input(
        "Name of the run", _free_name(source, preset), key=f"name-{source}-{chosen}", max_chars=64
    )
    try:
        settings = _settings(name.strip(), source, preset)
    except ValueError as problem:
        st.error(plain(str(problem), 500))
        return
    if not analysis.scores:
        st.warning("This collection has no piece that could be read: see the Data page.")
        return
    _outlook(settings, analysis)
    if st.button("Start", icon=":material/play_arrow:", type="primary", key="start"):
        act(lambda: _start(settings))
    outline_view(settings, analysis)


def _start(settings: RunSettings) -> str:
    watch_next(launch.start(settings))
    return f"{plain(settings.name)} is started."


def _settings(name: str, source: str, preset: Preset) -> RunSettings:
    """The preset's settings as they are after changes in the advanced panel."""
    with st.expander("All settings", icon=":material/tune:"):
        kinds = list(KINDS)
        kind = st.selectbox(
            "Model", kinds, index=kinds.index(preset.model.kind), key=f"{preset.name}-kind",
            help="classic is the notebook's network; lstm and transformer predict every position "
            "at once, from a memory that is carried along or by attention to the steps before",
        )  # fmt: skip
        model, train = _defaults(preset, str(kind))
        if isinstance(model, ClassicSettings):
            encoding = "notes"
            st.caption("classic reads the encoding notes: one token a note or chord.")
        else:
            options = ["events", "notes"]
            encoding = st.selectbox("Encoding", options, key=f"{preset.name}-{kind}-encoding")
        st.markdown("**Model**")
        model = edited(model, f"{preset.name}-{kind}-model")
        st.markdown("**Training**")
        train = edited(train, f"{preset.name}-{kind}-train")
        st.caption(
            f"The split is by piece: about {train.shares.valid_from:.0%} train, "
            f"{train.valid_share:.0%} valid, {train.test_share:.0%} test, copies of one piece "
            "on one side, by what the notes are and not by chance."
        )
    return RunSettings(name, source, str(encoding), model, train)


def _defaults(preset: Preset, kind: str) -> tuple[ModelSettings, TrainSettings]:
    """The preset's own, or another model's with the preset's length."""
    if kind == preset.model.kind:
        return preset.model, preset.train
    model = KINDS[kind]()
    length = {"epochs": preset.train.epochs, "minutes": preset.train.minutes}
    return model, replace(default_training(model), **length)  # type: ignore[arg-type]


def _outlook(settings: RunSettings, analysis: Analysis) -> None:
    """What will be trained, on what, and for how long."""
    encoding, pieces = analysis.encoded(settings.encoding)
    work = workload(encoding, pieces, analysis.split(settings.train.shares), settings)
    runs = list_runs()
    speed = measured_speed(runs, settings)
    seconds = expected_seconds(settings, work, speed)
    parameters = parameters_of(settings.model, encoding)
    machine = this_machine(settings.train.devices)
    memory = expected_memory(
        settings, encoding, work.predictions, machine.policy, len(machine.gpus)
    )
    sides = work.pieces
    basis = f"at the speed of {speed.run}" if speed else "by its limit, if it has one"
    shown = (
        ("Parameters", f"{parameters:,}" if parameters else "—", "see the model's layers below"),
        (
            "Pieces to learn from",
            f"{sides['train']:,}",
            f"{sides['valid']:,} more to validate on, {sides['test']:,} kept for testing",
        ),
        ("Predictions an epoch", f"{work.predictions:,}", f"in {work.batches:,} batches"),
        ("Takes at most", span(seconds) if seconds else "—", f"{basis}; early stopping aside"),
        ("Memory", size(memory.total) if memory else "—", _memory_words(memory, machine)),
    )
    with st.container(horizontal=True):
        for label, value, words in shown:
            st.metric(label, value, help=words, border=True, height="stretch")
    waiting = sum(not run.bundled and run.status().state in launch.ALIVE for run in runs)
    queue = f" It will wait for {waiting} other training first." if waiting else ""
    found = ", where the installed TensorFlow can use it" if machine.gpus else ""
    st.caption(f"Device: {plain(machine.words)}{found}.{queue}")
    if speed is None and not settings.train.minutes:
        st.caption("No run of this model on this machine yet: the first epoch will tell its speed.")
    if memory and machine.room and memory.total > machine.room:
        st.warning(
            f"It will want about {size(memory.total)} of the {size(machine.room)} there are: "
            "try a smaller batch size or a shorter length.",
            icon=":material/memory:",
        )
    if not work.batches:
        st.error("There is too little music to train on: not one whole window.")
    elif warning := size_warning(settings, analysis.glance.notes, analysis.glance.pieces):
        st.warning(warning, icon=":material/warning:")


def _memory_words(memory: Memory | None, machine: Machine) -> str:
    if memory is None:
        return "not known for this encoding"
    where = "of each card's" if machine.gpus else "of this computer's"
    room = f" {where} {size(machine.room)}" if machine.room else ""
    kind = "free GPU memory" if machine.gpus else "RAM"
    return (
        f"about{room} {kind}: {size(memory.batch)} for a batch, {size(memory.weights)} for the "
        f"weights with their gradients and moments, {size(memory.process)} for TensorFlow"
    )


def _free_name(source: str, preset: Preset) -> str:
    """A name that no run has: `bach-chorales quick 2`."""
    stem = f"{source[:45]} {preset.name.lower()}"
    number, name = 2, stem
    while (runs_folder() / name).exists() or (PRETRAINED / name).exists():
        name, number = f"{stem} {number}", number + 1
    return name
