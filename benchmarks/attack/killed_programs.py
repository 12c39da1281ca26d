"""kill -9 of programs that change the workspace, at random moments.

What a program had finished is there afterwards, and nothing is there by half: each attack has its
program and the check of what it left.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from benchmarks.attack.attack import Attack, Case, Failed

START_SECONDS = 30.0
FILES = 40  # of an addition
DONE = "done"  # what a program prints after each change that must be there afterwards

# Adds FILES files to a collection, deletes another one and restores it.
CHANGES = f"""
from musicgen.bin import COLLECTIONS, list_bin, restore
from musicgen.corpus.user.user_collections import add_files, delete
delete_me = [(f"d{{n}}.mid", b"MThd other %d" % n) for n in range({FILES})]
add_files("other", delete_me)
print("ready", flush=True)
number = 0
while True:
    files = [(f"{{number}}-{{n}}.mid", b"MThd %d %d" % (number, n)) for n in range({FILES})]
    add_files("mine", files)
    print("{DONE}", flush=True)
    delete("other")
    restore(list_bin(COLLECTIONS)[0])
    number += 1
"""
# Saves pieces, stars each, deletes every second one, and restores every fourth.
PIECES = f"""
from datetime import datetime
from musicgen.bin import PIECES, list_bin, restore
from musicgen.composing.records.saved_pieces import delete, save_piece, star
from musicgen.composing.settings import ComposeSettings
print("ready", flush=True)
number = 0
while True:
    midi = b"MThd %d" % number * 1000
    facts = {{"notes": number}}
    piece = save_piece(midi, "a@b", ComposeSettings(), number % 64, facts, datetime.now())
    print("{DONE}", flush=True)
    star(piece.id, True)
    if number % 2:
        delete(piece.id)
        if number % 4 == 3:
            restore(next(item for item in list_bin(PIECES) if item.name == piece.id))
    number += 1
"""


def _cases(
    program: str, longest: float, check: Callable[[int], None], count: int, seed: int
) -> Iterator[tuple[str, Case]]:
    """longest: seconds of work before a kill. check: of what is there after so many changes."""
    choices = random.Random(seed)
    for _ in range(count):
        seconds = choices.uniform(0, longest)
        yield f"after {seconds:.3f} s", _case(program, seconds, check)


def _case(program: str, seconds: float, check: Callable[[int], None]) -> Case:
    def kill() -> str:
        with tempfile.TemporaryDirectory() as home:
            changes = _work_and_kill(program, home, seconds)
            os.environ["MUSICGEN_HOME"] = home
            check(changes)
        return "whole"

    return kill


def _work_and_kill(program: str, home: str, seconds: float) -> int:
    """Number of changes that the killed program had finished."""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "MUSICGEN_HOME": home},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise Failed("the program did not start")
    time.sleep(seconds)
    process.kill()
    return process.communicate(timeout=START_SECONDS)[0].count(DONE)


def _check_collections(additions: int) -> None:
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


def _check_pieces(saved: int) -> None:
    from musicgen.bin import PIECES, list_bin
    from musicgen.composing.records.saved_pieces import MIDI, list_pieces
    from musicgen.paths import pieces_folder

    pieces, deleted = list_pieces(), list_bin(PIECES)
    folders = [*pieces_folder().glob("[!.]*")] if saved else []
    if saved and len(folders) != len(pieces):
        raise Failed(f"{len(pieces)} of {len(folders)} pieces can be read")
    number = len(pieces) + len(deleted)
    if number not in (saved, saved + 1):
        raise Failed(f"{saved} were saved, {number} are there")
    contents = [piece.midi for piece in pieces]
    contents += [(item.folder / MIDI).read_bytes() for item in deleted]
    expected = {b"MThd %d" % index * 1000 for index in range(number)}
    if set(contents) != expected:
        raise Failed("pieces have lost their notes, or are there twice")


def _attack(
    name: str, promise: str, program: str, longest: float, check: Callable[[int], None]
) -> Attack:
    def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
        return _cases(program, longest, check, count, seed)

    return Attack(name, promise, count=200, sample=3, cases=cases)


ATTACKS = (
    _attack(
        "killed changes",
        "a kill leaves additions and deletions whole",
        CHANGES,
        0.7,
        _check_collections,
    ),
    _attack(
        "killed pieces",
        "a kill leaves every composed piece whole, in the history or in the bin",
        PIECES,
        0.5,
        _check_pieces,
    ),
)
