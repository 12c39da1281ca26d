"""Form for a new training: preset, forecast, and all settings."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from musicgen.encoding.registry import suited_encoding
from musicgen.errors import MusicgenError
from musicgen.files import USER_ERRORS, message_of
from musicgen.models.settings import KINDS, ClassicSettings, ModelSettings
from musicgen.paths import PRETRAINED, runs_folder
from musicgen.prepared.data_set import PreparedSet
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.overview import MIN_NOTES_SMALL_MODEL
from musicgen.training.data.stored import find_prepared
from musicgen.training.forecast.forecast import forecast_training
from musicgen.training.presets import PRESETS, Preset
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.settings import RunSettings, TrainSettings, default_training
from musicgen.training.worker import launch
from musicgen.ui.data.choose_collection import choose_collection
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.actions import action_button, run_action
from musicgen.ui.shared.settings_form import settings_fields
from musicgen.ui.shared.text import escape
from musicgen.ui.shared.url_choice import url_segments
from musicgen.ui.train.actions.fine_tune_offer import fine_tune_offer
from musicgen.ui.train.forecast import (
    device_line,
    forecast_metrics,
    forecast_warnings,
    omissions_line,
)
from musicgen.ui.train.model_summary import model_summary_view
from musicgen.ui.train.preset_changes import KIND_NAMES, describe_preset
from musicgen.ui.train.runs import watch_next

MAX_SEEDS = 5  # trainings that one press starts
PRESET = {preset.name: preset for preset in PRESETS}
ENCODINGS = {  # what a step is
    "events": "a note of all parts as one",
    "parts": "a note of one part, whose instrument the model knows",
    "notes": "a note or chord, without rhythm",
}


def new_training() -> None:
    """Show the form, the forecast, and the button that starts the training."""
    left, right = st.columns([2, 3])
    with left:
        source = choose_collection()
    with right:
        preset = PRESET[url_segments("Preset", list(PRESET), "preset")]
    description = st.container()
    try:
        prepared = find_prepared(source)
        analysis = None if prepared else open_collection(source)
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 500))
        return
    name = st.text_input(
        "Name of the run",
        _free_name(source, preset),
        key=f"name-{source}-{preset.name}",
        max_chars=64,
    )
    try:
        scores = analysis.scores if analysis else ()
        suited = prepared.encoding.name if prepared else suited_encoding(scores)
        settings = _settings(name.strip(), source, preset, suited, is_fixed=prepared is not None)
    except MusicgenError as error:
        st.error(f"It cannot start like this: {escape(message_of(error), 500)}.")
        return
    with description:
        describe_preset(preset, settings)
    if analysis is not None and not analysis.scores:
        st.warning("This collection has no piece that could be read: see the Data page.")
        return
    _workload(settings, prepared)
    if analysis is not None:
        _forecast(settings, analysis)
    _start_button(settings)
    if analysis is not None:
        model_summary_view(settings, analysis)


def _start_button(settings: RunSettings) -> None:
    """Number of trainings, and the button that starts them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = st.number_input(
            "Trainings", 1, MAX_SEEDS, key="seeds", width=140,
            help="Several differ by their seed alone: how far do their curves lie apart? They "
            "wait for each other where there is one device.",
        )  # fmt: skip
        if action_button("Start", icon=":material/play_arrow:", type="primary", key="start"):
            run_action(lambda: _start(settings, int(seeds)))


def keep_form_state() -> None:
    """Keep what was entered into the form while another view is shown; Streamlit would drop it."""
    for key in st.session_state:
        if str(key).startswith((*(f"{name}-" for name in PRESET), "name-")):
            st.session_state[key] = st.session_state[key]


def _start(settings: RunSettings, seeds: int) -> str:
    """Start a training, or several with seeds one after another."""
    if seeds == 1:
        watch_next(launch.start(settings))
        return f"{escape(settings.name)} is started."
    each = [_with_seed(settings, settings.train.seed + index) for index in range(seeds)]
    started = [launch.start(one) for one in each]
    watch_next(started[0])
    return f"{seeds} trainings are started: compare them under Compare."


def _with_seed(settings: RunSettings, seed: int) -> RunSettings:
    train = replace(settings.train, seed=seed)
    return replace(settings, name=f"{settings.name} seed {seed}", train=train)


def _settings(name: str, source: str, preset: Preset, suited: str, is_fixed: bool) -> RunSettings:
    """Show all settings, at first those of the preset, and return them as they are edited.

    suited: name of the encoding that suits the collection, or that its steps have (is_fixed).
    """
    with st.expander("All settings", icon=":material/tune:"):
        kinds = list(KINDS)
        kind = st.selectbox(
            "Model", kinds, index=kinds.index(preset.model.kind), key=f"{preset.name}-kind",
            format_func=KIND_NAMES.__getitem__,
            help="Classic is the notebook's network; LSTM and Transformer predict every position "
            "at once, from a carried state or by attention to the steps before",
        )  # fmt: skip
        model, train = _defaults(preset, str(kind))
        if isinstance(model, ClassicSettings):
            encoding = "notes"
            st.caption("Classic reads the encoding notes: one token a note or chord.")
        else:
            encoding = st.selectbox(
                "Encoding", list(ENCODINGS), index=list(ENCODINGS).index(suited),
                key=f"{preset.name}-{kind}-encoding-{suited}", disabled=is_fixed,
                help="at first the one that suits the collection: parts where most pieces have "
                "several parts or drums",
                format_func=lambda name: f"{name}: {ENCODINGS[name]}",
            )  # fmt: skip
        st.markdown("**Network**")
        model = settings_fields(model, f"{preset.name}-{kind}-model")
        st.markdown("**Training**")
        train = settings_fields(train, f"{preset.name}-{kind}-train")
        st.caption(
            f"The split is by piece: about {train.shares.train:.0%} train, "
            f"{train.valid_share:.0%} valid, {train.test_share:.0%} test, copies of one piece "
            "and pieces with one melody on one side; it follows from the notes and not from chance."
        )
    return RunSettings(name, source, suited if is_fixed else str(encoding), model, train)


def _defaults(preset: Preset, kind: str) -> tuple[ModelSettings, TrainSettings]:
    """Return the preset's settings, or those of another model with the preset's length."""
    if kind == preset.model.kind:
        return preset.model, preset.train
    model = KINDS[kind]()
    length = {"epochs": preset.train.epochs, "minutes": preset.train.minutes}
    return model, replace(default_training(model), **length)  # type: ignore[arg-type]


def _forecast(settings: RunSettings, analysis: Analysis) -> None:
    encoding, pieces = analysis.encoded(settings.encoding)
    runs = list_runs()
    forecast = forecast_training(
        settings, encoding, pieces, analysis.splits_for(settings.train.shares), runs
    )
    forecast_metrics(forecast)
    device_line(forecast, runs)
    if forecast.seconds is None:
        st.caption("No run of this model on this machine yet: the first epoch will show its speed.")
    forecast_warnings(forecast, settings, analysis.overview)
    omissions_line(analysis.scores, encoding)
    if analysis.overview.pitched_notes < MIN_NOTES_SMALL_MODEL:
        fine_tune_offer(settings.source)


def _workload(settings: RunSettings, prepared: PreparedSet | None) -> None:
    """Say how much of a prepared data set an epoch has, without reading it."""
    if prepared is None:
        return
    pieces = prepared.pieces("train", settings.train.shares)
    st.caption(
        f"It streams {len(pieces):,} training pieces of a prepared data set in the encoding "
        f"{settings.encoding}: {int(pieces.lengths.sum()):,} predictions an epoch."
    )


def _free_name(source: str, preset: Preset) -> str:
    """Return a name that no run has: `bach-chorales quick 2`."""
    stem = f"{source[:45]} {preset.name.lower()}"
    number, name = 2, stem
    while (runs_folder() / name).exists() or (PRETRAINED / name).exists():
        name, number = f"{stem} {number}", number + 1
    return name
