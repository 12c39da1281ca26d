"""All that is known of a training before it is started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen.encoding.steps import Encoding, Steps
from musicgen.training.forecast.duration import (
    Speed,
    Workload,
    expected_epochs,
    expected_seconds,
    measured_speed,
    workload,
)
from musicgen.training.forecast.machine import Machine, this_machine
from musicgen.training.forecast.memory import Memory, expected_memory
from musicgen.training.forecast.model_summary import parameters_of
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings


@dataclass(frozen=True)
class Outlook:
    """What a training will see, on what, how long it takes and what it needs."""

    work: Workload
    speed: Speed | None
    seconds: float | None  # at most
    epochs: float | None  # at most
    parameters: int | None
    machine: Machine
    memory: Memory | None


def outlook(
    settings: RunSettings,
    encoding: Encoding,
    pieces: Sequence[Steps],
    sides: Sequence[str],
    runs: Sequence[Run],
) -> Outlook:
    """The outlook of a training of these pieces, each on its side; runs: to know the speed by."""
    work = workload(encoding, pieces, sides, settings)
    parameters = parameters_of(settings.model, encoding)
    speed = measured_speed(runs, settings, parameters)
    seconds = expected_seconds(settings, work, speed)
    machine = this_machine(settings.train.devices)
    return Outlook(
        work,
        speed,
        seconds,
        expected_epochs(seconds, work, speed),
        parameters,
        machine,
        expected_memory(settings, encoding, work.predictions, machine.policy, len(machine.gpus)),
    )
