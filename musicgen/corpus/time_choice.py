"""The kind of time of a source's pieces: recognised, or as a person says.

What a person says of one of the user's collections is a hidden file in its folder, and so moves
with it; of any other source it is an entry in a file of the home folder.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from musicgen.bounds import one_of
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import collections_folder, home
from musicgen.score import Score

TimeChoice: TypeAlias = Literal["auto", "beats", "seconds"]
TIME_CHOICES: tuple[TimeChoice, ...] = get_args(TimeChoice)
TIME_FILE = ".time.json"  # in the folder of a collection
TIMES_FILE = "times.json"  # in the home folder, for other sources


def saved_time(path: Path) -> TimeChoice:
    """What a person said of the source at a path (see `load.find_source`); else `auto`."""
    try:
        if path.parent == collections_folder():
            choice: TimeChoice = read_json(path / TIME_FILE, TimeChoice)
            return choice
        times: dict[str, TimeChoice] = read_json(home() / TIMES_FILE, dict[str, TimeChoice])
    except InvalidJson:
        return "auto"
    return times.get(_key(path), "auto")


def save_time(path: Path, choice: TimeChoice) -> None:
    """Save what a person says of the source at a path; `auto` leaves it to the rule again."""
    one_of("time", choice, TIME_CHOICES)
    if path.parent == collections_folder():
        write_json(path / TIME_FILE, choice)
        return
    try:
        times: dict[str, TimeChoice] = read_json(home() / TIMES_FILE, dict[str, TimeChoice])
    except InvalidJson:
        times = {}
    times[_key(path)] = choice
    said = {key: value for key, value in times.items() if value != "auto"}
    home().mkdir(parents=True, exist_ok=True)
    write_json(home() / TIMES_FILE, said)


def with_time(score: Score, choice: TimeChoice) -> Score:
    """The score on the kind of time that a person says; as it was recognised for `auto`.

    A performance keeps the ticks, the tempo map and the metres of its file, so nothing is lost.
    """
    is_performance = choice == "seconds"
    if choice == "auto" or score.is_performance == is_performance:
        return score
    return replace(score, is_performance=is_performance)


def _key(path: Path) -> str:
    return str(path.resolve())
