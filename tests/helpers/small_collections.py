"""Small collections for tests of the Data page and of collections."""

from __future__ import annotations

from musicgen.corpus.user import user_collections
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from tests.helpers.tiny_music import tiny_pieces

VIEWS = ("Notes", "Parts", "Rhythm", "Playing", "Vocabulary", "Pieces", "Refused")


def file_of(*rows: tuple[int, ...]) -> bytes:
    """A MIDI file of notes (start, duration, pitch)."""
    return midi_bytes(Score(notes_from(rows)))


def collection_of(name: str, **files: bytes) -> str:
    """Create a collection of MIDI files, by name; returns its name."""
    user_collections.add_files(name, [(f"{file}.mid", data) for file, data in files.items()])
    return name


MUSIC = {"one note": file_of((0, 24, 60)), "one piece": midi_bytes(tiny_pieces(1)[0])}
