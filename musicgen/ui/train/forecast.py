"""The outlook of a training in numbers, in a line, and what to be warned of."""

from __future__ import annotations

import streamlit as st

from musicgen.statistics.overview import Overview
from musicgen.training.forecast.duration import Speed, size_warning
from musicgen.training.forecast.forecast import Forecast
from musicgen.training.forecast.machine import Machine
from musicgen.training.forecast.memory import MemoryForecast
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import ALIVE
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.text import escape, format_bytes, format_count, format_duration


def outlook_numbers(found: Forecast) -> None:
    """A row of numbers."""
    work, memory, seconds = found.workload, found.memory, found.seconds
    sides, parameters = work.pieces, found.parameters
    basis = _basis(found.speed) if found.speed else "by its limit, if it has one"
    shown = (
        ("Parameters", f"{parameters:,}" if parameters else "—", "see the model's layers below"),
        (
            "Pieces to learn from",
            f"{sides['train']:,}",
            f"{sides['valid']:,} more to validate on, {sides['test']:,} kept for testing",
        ),
        ("Predictions an epoch", f"{work.predictions:,}", f"in {work.batches:,} batches"),
        (
            "Takes at most",
            format_duration(seconds) if seconds else "—",
            f"{basis}; early stopping aside",
        ),
        (
            "Memory",
            format_bytes(memory.total) if memory else "—",
            _memory_words(memory, found.machine),
        ),
    )
    with st.container(horizontal=True):
        for label, value, words in shown:
            st.metric(label, value, help=words, border=True, height="stretch")


def outlook_line(found: Forecast) -> None:
    """The same where there is little room, for a training that ends by its time."""
    work, speed = found.workload, found.speed
    words = f"{work.pieces['train']:,} pieces, {work.predictions:,} predictions an epoch"
    if speed and found.epochs is not None:
        words += f"; about {found.epochs:,.1f} epochs {escape(_basis(speed))}"
    else:
        words += "; the first epoch will tell how many epochs that is"
    if found.memory:
        words += f". It takes about {format_bytes(found.memory.total)} of memory"
    st.caption(f"{words}.")


def device_line(found: Forecast, runs: list[Run]) -> None:
    """What it will run on, and what it waits for."""
    waiting = sum(not run.bundled and run.status().state in ALIVE for run in runs)
    others = format_count(waiting, "other training")
    free = ", unless a card is free" if found.machine.gpus else ""
    queue = f" It will wait for {others} first{free}." if waiting else ""
    usable = ", where the installed TensorFlow can use it" if found.machine.gpus else ""
    st.caption(f"Device: {escape(found.machine.description)}{usable}.{queue}")


def outlook_warnings(found: Forecast, settings: RunSettings, glance: Overview) -> None:
    """Too little memory, too little music."""
    memory, room = found.memory, found.machine.free_memory
    if memory and room and memory.total > room:
        st.warning(
            f"It needs about {format_bytes(memory.total)} of the {format_bytes(room)} that are "
            "free: try a smaller batch size or a shorter length.",
            icon=":material/memory:",
        )
    if not found.workload.batches:
        st.error("There is too little music to train on: not one whole window.")
    elif warning := size_warning(settings, glance.notes, glance.pieces):
        st.warning(warning, icon=":material/warning:")


def _basis(speed: Speed) -> str:
    """What an estimate of time stands on."""
    model = ", a model of another size" if speed.scaled else ""
    return f"at the speed of {speed.run}{model}"


def _memory_words(memory: MemoryForecast | None, machine: Machine) -> str:
    if memory is None:
        return "not known for this encoding"
    where = "of each card's" if machine.gpus else "of this computer's"
    room = f" {where} {format_bytes(machine.free_memory)}" if machine.free_memory else ""
    kind = "free GPU memory" if machine.gpus else "RAM"
    return (
        f"about{room} {kind}: {format_bytes(memory.batch)} for a batch, "
        f"{format_bytes(memory.weights)} for the weights with their "
        f"gradients and moments, {format_bytes(memory.process)} for TensorFlow"
    )
