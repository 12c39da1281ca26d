"""A blind listening test: which of two passages was written by a person?

Where composed music cannot be told from people's, it is taken for theirs in half of the pairs. The
interval is Wilson's (1927), which holds for few answers too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from musicgen.errors import MusicgenError
from musicgen.files import open_to_append, read_file
from musicgen.score import Part, Score

BARS = 4  # of a passage
MIN_NOTES = 8  # of a passage that says something
VELOCITY, PIANO = 80, 0  # of all notes; the program of the Acoustic Grand Piano
RESULTS = "listening.jsonl"
Z_95 = 1.959964  # of the normal distribution, for an interval of 95 %
_TRIES = 50


class NoPassage(MusicgenError):
    """Pieces without a passage of enough bars and notes."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two passages in the order in which they are played."""

    first: Score
    second: Score
    human_is_first: bool


@dataclass(frozen=True)
class Answer:
    """One answer: which model composed the other passage, and whether it was taken for human."""

    model: str  # RUN@CHECKPOINT
    taken_for_human: bool
    answered: str  # ISO 8601


@dataclass(frozen=True)
class Share:
    """Share of the pairs in which the composed passage was taken for human, with 95 % interval."""

    share: float
    low: float
    high: float
    answers: int


def draw_pair(
    human: Sequence[Score], composed: Sequence[Score], rng: np.random.Generator, bars: int = BARS
) -> Pair:
    """Draw a passage of each, both in the tempo of the human one, and their order.

    Raises NoPassage.
    """
    by_a_person = draw_passage(human, bars, rng)
    try:
        by_the_model = draw_passage(composed, bars, rng)
    except NoPassage:
        raise NoPassage(
            f"the model composed no {bars} bars with {MIN_NOTES} notes: train it for longer first"
        ) from None
    if not (by_a_person.is_performance or by_the_model.is_performance):
        by_the_model = replace(by_the_model, tempo=by_a_person.tempo)
    passages = by_a_person, by_the_model
    human_is_first = bool(rng.integers(2))
    first, second = passages if human_is_first else passages[::-1]
    return Pair(first, second, human_is_first)


def draw_passage(scores: Sequence[Score], bars: int, rng: np.random.Generator) -> Score:
    """Draw some bars of a piece, made blind: one instrument, one loudness, no name."""
    for _ in range(_TRIES if scores else 0):
        score = scores[int(rng.integers(len(scores)))].pitched
        lines = score.bar_lines()
        if len(lines) <= bars:
            continue
        bar = int(rng.integers(len(lines) - bars))
        passage = _between(score, int(lines[bar]), int(lines[bar + bars]))
        if len(passage) >= MIN_NOTES:
            return passage
    raise NoPassage(f"there is no passage of {bars} bars and {MIN_NOTES} notes in these pieces")


def taken_for_human(answers: Sequence[Answer]) -> Share | None:
    """Share of the answers that took the composed passage for the human one; None without any."""
    count = len(answers)
    if not count:
        return None
    share = sum(answer.taken_for_human for answer in answers) / count
    spread = Z_95**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Share(share, max(0.0, middle - half), min(1.0, middle + half), count)


def save_answer(folder: Path, answer: Answer) -> None:
    """Append an answer to the results in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_to_append(folder / RESULTS) as file:
        file.write(json.dumps(asdict(answer)).encode() + b"\n")


def read_answers(folder: Path, model: str = "") -> list[Answer]:
    """Answers in a folder, of one model or of all; damaged lines are left out."""
    try:
        lines = read_file(folder / RESULTS).splitlines()
    except OSError:
        return []
    answers = []
    for line in lines:
        try:
            answers.append(msgspec.json.decode(line, type=Answer))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return [answer for answer in answers if model in ("", answer.model)]


def _between(score: Score, start: int, end: int) -> Score:
    """The notes that begin in a span, from tick 0 on, cut off at its end."""
    notes = score.notes
    notes = notes[(notes["start"] >= start) & (notes["start"] < end)].copy()
    notes["duration"] = np.minimum(notes["duration"], end - notes["start"])
    notes["start"] -= start
    notes["part"], notes["program"], notes["velocity"] = 0, PIANO, VELOCITY
    [metre] = [metre for metre in score.metres if metre.start <= start][-1:]
    metres = (replace(metre, start=0),)
    is_performance, resolution = score.is_performance, score.resolution
    tempo = score.mean_tempo
    return Score(
        notes,
        tempo,
        metres,
        parts=(Part(program=PIANO),),
        resolution=resolution,
        is_performance=is_performance,
    )
