"""A note and tags that a person gives a run: labels.json in its folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from musicgen.errors import InvalidSetting
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.training.run_folder.run import Run

LABELS = "labels.json"
MAX_NOTE_CHARACTERS, MAX_TAGS, MAX_TAG_CHARACTERS = 4000, 12, 30


@dataclass(frozen=True)
class Labels:
    """A note and tags. InvalidSetting where they are too long or too many."""

    note: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.note) > MAX_NOTE_CHARACTERS:
            raise InvalidSetting(f"the note has more than {MAX_NOTE_CHARACTERS:,} characters")
        if len(self.tags) > MAX_TAGS or any(len(tag) > MAX_TAG_CHARACTERS for tag in self.tags):
            raise InvalidSetting(f"at most {MAX_TAGS} tags of {MAX_TAG_CHARACTERS} characters each")


def read_labels(run: Run) -> Labels:
    """The labels of a run; none where there is no file or it does not fit."""
    try:
        labels: Labels = read_json(run.folder / LABELS, Labels)
    except (InvalidJson, InvalidSetting):
        return Labels()
    return labels


def write_labels(run: Run, labels: Labels) -> None:
    """Save the labels of a run. Raises InvalidSetting for one that came with the program."""
    if run.bundled:
        raise InvalidSetting(f"'{run.name}' came with the program and cannot be changed")
    write_json(run.folder / LABELS, asdict(labels))
