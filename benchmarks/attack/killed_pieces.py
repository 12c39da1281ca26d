"""kill -9 of a program that saves, stars, deletes and restores pieces, at random moments.

What was finished is there afterwards, and no piece is there by half.
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

START_SECONDS = 30.0
LONGEST_WORK_SECONDS = 0.5
# Saves pieces, stars each, deletes every second one, and restores every fourth.
PROGRAM = """
from datetime import datetime
from musicgen.bin import PIECES, list_bin, restore
from musicgen.composing.records.saved_pieces import delete, save_piece, star
from musicgen.composing.settings import ComposeSettings
print("ready", flush=True)
number = 0
while True:
    midi = b"MThd %d" % number * 1000
    facts = {"notes": number}
    piece = save_piece(midi, "a@b", ComposeSettings(), number % 64, facts, datetime.now())
    print("saved", flush=True)
    star(piece.id, True)
    if number % 2:
        delete(piece.id)
        if number % 4 == 3:
            restore(next(item for item in list_bin(PIECES) if item.name == piece.id))
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
            saved = _work_and_kill(home, seconds)
            os.environ["MUSICGEN_HOME"] = home
            _check(saved)
        return "whole"

    return kill


def _work_and_kill(home: str, seconds: float) -> int:
    """Number of pieces that the killed program had saved."""
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
    return process.communicate(timeout=START_SECONDS)[0].count("saved")


def _check(saved: int) -> None:
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


ATTACK = Attack(
    "killed pieces",
    "a kill leaves every composed piece whole, in the history or in the bin",
    count=200,
    sample=3,
    cases=cases,
)
