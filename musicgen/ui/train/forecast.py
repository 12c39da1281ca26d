"""Forecast of a training on the page: metrics, a line of text, the device, warnings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.encoding.steps import Encoding
from musicgen.score import Score
from musicgen.statistics.overview import Overview
from musicgen.training.forecast.duration import Speed, size_warning
from musicgen.training.forecast.forecast import Forecast
from musicgen.training.forecast.machine import Machine
from musicgen.training.forecast.memory import MemoryForecast
from musicgen.training.forecast.omissions import omissions
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.text import escape, format_bytes, format_count, format_duration


def forecast_metrics(forecast: Forecast) -> None:
    """Show the forecast as a row of metrics."""
    work, memory, seconds = forecast.workload, forecast.memory, forecast.seconds
    sides, parameters = work.pieces, forecast.parameters
    basis = _basis(forecast.speed) if forecast.speed else "by its limit, if it has one"
    metrics = (
        ("Parameters", f"{parameters:,}" if parameters else "—", "see the model's layers below"),
        (
            "Training pieces",
            f"{sides['train']:,} of {sum(sides.values()):,}",
            f"{sides['valid']:,} more for validation, {sides['test']:,} held out for a test",
        ),
        (
            "Predictions an epoch",
            f"{work.predictions:,}",
            f"in {work.batches:,} batches: a step of each training piece after another, where "
            "notes on one key at one time are one",
        ),
        (
            "Takes at most",
            format_duration(seconds) if seconds else "—",
            f"{basis}; early stopping aside",
        ),
        (
            "Memory",
            format_bytes(memory.total) if memory else "—",
            _memory_help(memory, forecast.machine),
        ),
    )
    with st.container(horizontal=True):
        for label, value, help in metrics:
            st.metric(label, value, help=help, border=True, height="stretch")


def forecast_line(forecast: Forecast) -> None:
    """Show the forecast of a training that ends after a time as one line, for narrow places."""
    work, speed = forecast.workload, forecast.speed
    text = f"{work.pieces['train']:,} pieces, {work.predictions:,} predictions an epoch"
    if speed and forecast.epochs is not None:
        text += f"; about {forecast.epochs:,.1f} epochs {escape(_basis(speed))}"
    else:
        text += "; the first epoch will show how many epochs that is"
    if forecast.memory:
        text += f". It takes about {format_bytes(forecast.memory.total)} of memory"
    st.caption(f"{text}.")


def device_line(forecast: Forecast, runs: list[Run]) -> None:
    """Show the device, and the trainings that come first."""
    waiting = sum(not run.bundled and run.status().state in ALIVE for run in runs)
    others = format_count(waiting, "other training")
    free = ", unless a card is free" if forecast.machine.gpus else ""
    queue = f" It will wait for {others} first{free}." if waiting else ""
    usable = ", if the installed TensorFlow can use it" if forecast.machine.gpus else ""
    st.caption(f"Device: {escape(forecast.machine.description)}{usable}.{queue}")


def omissions_line(scores: Sequence[Score], encoding: Encoding) -> None:
    """Say what the pieces hold that the model will not learn."""
    if names := omissions(scores, encoding):
        st.caption(f"Not learned: {', '.join(names)}.")


def forecast_warnings(forecast: Forecast, settings: RunSettings, overview: Overview) -> None:
    """Warn of too little memory and of too little music."""
    memory, available = forecast.memory, forecast.machine.free_memory
    if memory and available and memory.total > available:
        st.warning(
            f"It needs about {format_bytes(memory.total)} of the {format_bytes(available)} that "
            "are free: try a smaller batch size or a shorter length.",
            icon=":material/memory:",
        )
    if not forecast.workload.batches:
        st.error("There is too little music to train on: not one whole window.")
    elif warning := size_warning(settings, overview.pitched_notes, overview.pieces):
        st.warning(warning, icon=":material/warning:")


def _basis(speed: Speed) -> str:
    """Return the run whose speed the estimate of time is based on."""
    model = ", a model of another size" if speed.scaled else ""
    return f"at the speed of {speed.run}{model}"


def _memory_help(memory: MemoryForecast | None, machine: Machine) -> str:
    if memory is None:
        return "not known for this encoding"
    owner = "of each card's" if machine.gpus else "of this computer's"
    available = f" {owner} {format_bytes(machine.free_memory)}" if machine.free_memory else ""
    kind = "free GPU memory" if machine.gpus else "RAM"
    return (
        f"about{available} {kind}: {format_bytes(memory.batch)} for a batch, "
        f"{format_bytes(memory.weights)} for the weights with their gradients and moments, "
        f"{format_bytes(memory.process)} for TensorFlow"
    )
