"""Forecast of a training: workload, speed, duration, parameters, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen.encoding.steps import Encoding, Steps
from musicgen.training.forecast.duration import (
    Speed,
    Workload,
    count_workload,
    estimate_speed,
    expected_epochs,
    expected_seconds,
)
from musicgen.training.forecast.machine import Machine, this_machine
from musicgen.training.forecast.memory import MemoryForecast, expected_memory
from musicgen.training.forecast.model_summary import parameter_count
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings


@dataclass(frozen=True)
class Forecast:
    """What a training will process, on which device, for how long, and the memory it needs."""

    workload: Workload
    speed: Speed | None
    seconds: float | None  # upper bound
    epochs: float | None  # upper bound
    parameters: int | None
    machine: Machine
    memory: MemoryForecast | None


def forecast_training(
    settings: RunSettings,
    encoding: Encoding,
    pieces: Sequence[Steps],
    sides: Sequence[str],
    runs: Sequence[Run],
) -> Forecast:
    """Forecast a training on encoded pieces.

    sides: the sides of the pieces. runs: earlier trainings, from which the speed is estimated.
    """
    workload = count_workload(encoding, pieces, sides, settings)
    parameters = parameter_count(settings.model, encoding)
    speed = estimate_speed(runs, settings, parameters)
    seconds = expected_seconds(settings, workload, speed)
    machine = this_machine(settings.train.devices, settings.train.number_format)
    predictions, gpus = workload.predictions, len(machine.gpus)
    return Forecast(
        workload,
        speed,
        seconds,
        expected_epochs(seconds, workload, speed),
        parameters,
        machine,
        expected_memory(settings, encoding, predictions, machine.policy, gpus),
    )
