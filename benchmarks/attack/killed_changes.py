"""kill -9 of a program that adds to collections, deletes and restores, at random moments.

What was finished is there afterwards, and nothing is there by half: a collection has the files of
whole additions, and a deleted one is in its place or in the bin.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks.attack.attack import Attack, Case, Failed

FILES = 40  # of an addition
START_SECONDS = 30.0
LONGEST_WORK_SECONDS = 0.7
# Adds FILES files to a collection, deletes another and restores it, and says what is finished.
PROGRAM = f"""
from musicgen.bin import COLLECTIONS, list_bin, restore
from musicgen.corpus.user.user_collections import add_files, delete
delete_me = [(f"d{{n}}.mid", b"MThd other %d" % n) for n in range({FILES})]
add_files("other", delete_me)
print("ready", flush=True)
number = 0
while True:
    files = [(f"{{number}}-{{n}}.mid", b"MThd %d %d" % (number, n)) for n in range({FILES})]
    add_files("mine", files)
    print("added", flush=True)
    delete("other")
    restore(list_bin(COLLECTIONS)[0])
    number += 1
"""


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    choices = random.Random(seed)
    for _ in range(count):
        seconds = choices.uniform(0, LONGEST_WORK_SECONDS)
        yield f"after {seconds:.3f} s", _case(seconds)


def _case(seconds: float) -> Case:
    def kill() -> str:
        with tempfile.TemporaryDirectory() as home:
            additions = _work_and_kill(home, seconds)
            os.environ["MUSICGEN_HOME"] = home
            _check(additions)
        return "whole"

    return kill


def _work_and_kill(home: str, seconds: float) -> int:
    """Number of additions that the killed program had finished."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "MUSICGEN_HOME": home},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise Failed("the program did not start")
    time.sleep(seconds)
    process.kill()
    return process.communicate(timeout=START_SECONDS)[0].count("added")


def _check(additions: int) -> None:
    from musicgen.bin import COLLECTIONS, list_bin
    from musicgen.corpus.user.user_collections import collection_path

    mine, other = collection_path("mine"), collection_path("other")
    names = [path.name for path in mine.iterdir() if path.suffix == ".mid"] if mine else []
    by_addition = [name.partition("-")[0] for name in names]
    if any(by_addition.count(number) != FILES for number in by_addition):
        raise Failed(f"{len(names)} files: half of an addition")
    if len(set(by_addition)) not in (additions, additions + 1):
        raise Failed(f"{len(set(by_addition))} additions of {additions} are there")
    folders = [item.folder for item in list_bin(COLLECTIONS)] + ([other] if other else [])
    if [len([*folder.glob("*.mid")]) for folder in folders] != [FILES]:
        raise Failed(f"the deleted collection is {folders}")


ATTACK = Attack(
    "killed changes",
    "a kill leaves additions and deletions whole",
    count=200,
    sample=3,
    cases=cases,
)
