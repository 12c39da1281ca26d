"""GPUs, CPU and memory of a computer; a shell script stands in for nvidia-smi."""

import os
from pathlib import Path

import pytest

from musicgen.training.forecast import machine as machine_module
from musicgen.training.forecast.machine import Gpu, Machine, gpu_ids, this_machine

A100 = Gpu("NVIDIA A100", 40960 << 20, 512 << 20, (8, 0))
OLD = Gpu("Tesla P100", 16280 << 20, 0, (6, 0))


@pytest.fixture()
def driver(tmp_path: Path, monkeypatch):
    """Installs an nvidia-smi that prints the lines given."""

    def install(*lines: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
        program.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return install


def test_without_a_driver_it_is_the_cpu(driver) -> None:
    machine = this_machine()
    assert machine.gpus == ()
    assert machine.description.startswith(f"CPU, {os.cpu_count()} cores")
    assert machine.free_memory == machine.memory


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no shell script")
def test_gpus_with_their_memory(driver) -> None:
    driver("NVIDIA A100, 40960, 512, 8.0", "Tesla P100, 16280, 0, 6.0")
    machine = this_machine()
    assert machine.gpus == (A100, OLD)
    assert machine.policy == "float32"  # the old GPU decides
    assert machine.description == "2 GPUs: NVIDIA A100, Tesla P100"
    assert machine.free_memory == 16280 << 20


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no shell script")
def test_at_most_the_given_number_of_gpus(driver, monkeypatch) -> None:
    driver("NVIDIA A100, 40960, 512, 8.0", "Tesla P100, 16280, 0, 6.0")
    machine = this_machine(max_gpus=1)
    assert machine.gpus == (A100,)
    assert machine.description == "1 GPU: NVIDIA A100, float16"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert this_machine().gpus == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no shell script")
@pytest.mark.parametrize("answer", ["No devices were found", "a, b, c, d", ""])
def test_an_answer_that_does_not_fit_means_no_gpu(driver, answer: str) -> None:
    driver(answer)
    assert this_machine().gpus == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows runs no shell script")
def test_ids_of_the_gpus(driver) -> None:
    assert gpu_ids() == []
    driver("GPU-8f6d0e5a-1b2c", "GPU-77", "../up", "No devices were found")
    assert gpu_ids() == ["GPU-8f6d0e5a-1b2c", "GPU-77"]


def test_free_memory_is_that_of_the_fullest_gpu() -> None:
    assert Machine((A100,), 8, 1 << 30, "float32").free_memory == (40960 - 512) << 20
    assert Machine((), 8, None, "float32").free_memory is None


def test_float32_is_a_choice_on_every_machine(driver, monkeypatch) -> None:
    monkeypatch.setattr(machine_module, "cpu_flags", lambda: {"avx512_bf16"})
    assert this_machine().policy == "mixed_bfloat16"
    assert this_machine(number_format="float32").policy == "float32"
    if os.name != "nt":
        driver("NVIDIA A100, 40960, 512, 8.0")
        assert this_machine().policy == "mixed_float16"
        assert this_machine(number_format="float32").policy == "float32"
