"""Workers as they are written on a command line and in TF_CONFIG, and their rows of a batch."""

from __future__ import annotations

import json

import pytest

from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson
from musicgen.training.workers import Workers, workers_of, workers_of_environment


def test_addresses_and_rows() -> None:
    workers = workers_of("lab1:2222, lab2:2222,[::1]:80", 2)
    assert workers == Workers(("lab1:2222", "lab2:2222", "[::1]:80"), 2)
    assert (workers.count, workers.is_chief) == (3, False)
    assert workers.rows(12) == slice(8, 12)
    with pytest.raises(InvalidSetting, match="choose a batch size of 33"):
        workers.rows(32)


@pytest.mark.parametrize("text", ["lab1", "lab1:2222,lab1:2222", "", "a b:1", "lab1:2222,"])
def test_what_is_no_list_of_workers(text: str) -> None:
    with pytest.raises(InvalidSetting):
        workers_of(text, 0)


def test_there_is_no_worker_beyond_the_last() -> None:
    with pytest.raises(InvalidSetting):
        workers_of("lab1:1,lab2:1", 2)


def test_workers_of_the_environment() -> None:
    config = {
        "cluster": {"chief": ["lab1:1"], "worker": ["lab2:1", "lab3:1"]},
        "task": {"type": "worker", "index": 1},
    }
    workers = workers_of_environment({"TF_CONFIG": json.dumps(config)})
    assert workers == Workers(("lab1:1", "lab2:1", "lab3:1"), 2)
    assert workers_of_environment({}) is None
    one = {"cluster": {"worker": ["lab1:1"]}, "task": {"type": "worker", "index": 0}}
    assert workers_of_environment({"TF_CONFIG": json.dumps(one)}) is None
    with pytest.raises(InvalidJson):
        workers_of_environment({"TF_CONFIG": "{"})
