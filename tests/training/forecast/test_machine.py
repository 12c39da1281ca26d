"""What a training will run on, told by the machine; a stand-in speaks for the card's driver."""

import os
from pathlib import Path

import pytest

from musicgen.training.forecast.machine import Gpu, Machine, gpu_ids, this_machine

A100 = Gpu("NVIDIA A100", 40960 << 20, 512 << 20, (8, 0))
OLD = Gpu("Tesla P100", 16280 << 20, 0, (6, 0))


@pytest.fixture()
def driver(tmp_path: Path, monkeypatch):
    """A program that answers as nvidia-smi does."""

    def says(*lines: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
        program.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return says


def test_without_a_driver_it_is_the_cpu(driver) -> None:
    machine = this_machine()
    assert machine.gpus == ()
    assert machine.description.startswith(f"CPU, {os.cpu_count()} cores")
    assert machine.free_memory == machine.memory


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's program")
def test_cards_are_told_with_their_memory(driver) -> None:
    driver("NVIDIA A100, 40960, 512, 8.0", "Tesla P100, 16280, 0, 6.0")
    machine = this_machine()
    assert machine.gpus == (A100, OLD)
    assert machine.policy == "float32"  # the old one decides
    assert machine.description == "2 GPUs: NVIDIA A100, Tesla P100"
    assert machine.free_memory == 16280 << 20


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's program")
def test_no_more_cards_than_asked_for(driver, monkeypatch) -> None:
    driver("NVIDIA A100, 40960, 512, 8.0", "Tesla P100, 16280, 0, 6.0")
    machine = this_machine(most=1)
    assert machine.gpus == (A100,)
    assert machine.description == "1 GPU: NVIDIA A100, float16"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert this_machine().gpus == ()


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's program")
@pytest.mark.parametrize("answer", ["No devices were found", "a, b, c, d", ""])
def test_a_driver_that_talks_nonsense_has_no_card(driver, answer: str) -> None:
    driver(answer)
    assert this_machine().gpus == ()


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the driver's program")
def test_what_cuda_calls_the_cards(driver) -> None:
    assert gpu_ids() == []
    driver("GPU-8f6d0e5a-1b2c", "GPU-77", "../up", "No devices were found")
    assert gpu_ids() == ["GPU-8f6d0e5a-1b2c", "GPU-77"]


def test_room_is_that_of_the_fullest_card() -> None:
    assert Machine((A100,), 8, 1 << 30, "float32").free_memory == (40960 - 512) << 20
    assert Machine((), 8, None, "float32").free_memory is None
