"""In which metres, at which tempo and for which instrument a collection is written.

A piece that begins from nothing, and for which nobody asks otherwise, is begun as one of the
collection's might be: its metre is drawn in proportion, with the tempo and programme of those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.statistics_time import main_metre
from musicgen.files import write_json
from musicgen.score import Score

FILE = "habits.json"
RARE = 0.02  # a metre of fewer pieces than this share is not drawn
_STREAM = 1  # apart from the random numbers that notes are drawn with


@dataclass(frozen=True)
class Habit:
    """What is usual among the pieces of one metre."""

    metre: str  # such as 3/4
    share: float  # of all pieces
    tempo: float  # quarters a minute, the median
    program: int  # General MIDI, the most common


def habits_of(scores: Sequence[Score]) -> tuple[Habit, ...]:
    """The metres that pieces have for most of their time, the most common first."""
    groups: dict[str, list[Score]] = {}
    for score in scores:
        if len(score):
            groups.setdefault(str(main_metre(score)), []).append(score)
    total = sum(map(len, groups.values()))
    found = [
        Habit(
            metre,
            len(group) / total,
            float(np.median([score.tempo for score in group])),
            int(np.bincount(np.concatenate([s.notes["program"] for s in group])).argmax()),
        )
        for metre, group in groups.items()
        if len(group) >= RARE * total
    ]
    return tuple(sorted(found, key=lambda habit: (-habit.share, habit.metre)))


def as_usual(settings: ComposeSettings, habits: Sequence[Habit]) -> ComposeSettings:
    """The settings with what they leave open filled in as is usual; the metre follows the seed.

    In a metre that is not usual, tempo and programme are those of the commonest one.
    """
    fitting = [habit for habit in habits if settings.metre in (None, habit.metre)] or habits[:1]
    if not fitting:
        return settings
    shares = np.array([habit.share for habit in fitting])
    rng = np.random.default_rng((settings.seed, _STREAM))
    habit = fitting[int(rng.choice(len(fitting), p=shares / shares.sum()))]
    return replace(
        settings,
        metre=settings.metre or habit.metre,
        tempo=habit.tempo if settings.tempo is None else settings.tempo,
        program=habit.program if settings.program is None else settings.program,
    )


def save_habits(habits: Sequence[Habit], folder: Path) -> None:
    """Write them into a run's folder."""
    write_json(folder / FILE, [asdict(habit) for habit in habits])


def load_habits(folder: Path) -> tuple[Habit, ...]:
    """Those of a folder; none where they are missing or damaged."""
    try:
        habits = tuple(Habit(**entry) for entry in json.loads((folder / FILE).read_bytes()))
        for habit in habits:  # as strict as with what a person asks for
            ComposeSettings(metre=habit.metre, tempo=habit.tempo, program=habit.program)
            if not 0 < habit.share <= 1:
                raise ValueError("a share is between 0 and 1")
    except (OSError, ValueError, TypeError, AttributeError):
        return ()
    return habits
