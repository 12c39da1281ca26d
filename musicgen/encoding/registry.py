"""The encodings by name, and back from JSON."""

from __future__ import annotations

from collections.abc import Iterable

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import MAX_TOKENS, NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Score

ENCODINGS = ("notes", "events")  # for any music
ENCODING_NAMES = (*ENCODINGS, "frames")  # `frames` is for the benchmark's four voices alone

MAX_VOICING_PITCHES = 128


def fit_encoding(name: str, scores: Iterable[Score]) -> Encoding:
    """The encoding of that name with the vocabulary of the scores; ValueError on other names."""
    if name == "notes":
        return NotesEncoding.for_scores(scores)
    if name == "events":
        return EventsEncoding.for_scores(scores)
    raise ValueError(f"'{name[:80]}' is no encoding: choose from {', '.join(ENCODINGS)}")


def encoding_from_json(entry: object) -> Encoding:
    """The encoding that `to_json` described; ValueError on anything else."""
    if not isinstance(entry, dict) or entry.get("name") not in ENCODING_NAMES:
        raise ValueError(f"an encoding has a name, one of {', '.join(ENCODING_NAMES)}")
    if entry == FramesEncoding().to_json():
        return FramesEncoding()
    if entry["name"] == "frames":
        raise ValueError("`frames` is described by nothing but its name")
    return _notes(entry) if entry["name"] == "notes" else _events(entry)


def _events(entry: dict[object, object]) -> EventsEncoding:
    chosen = {key: value for key, value in entry.items() if key != "name"}
    if set(chosen) != {"velocity", "program"}:
        raise ValueError("`events` is described by velocity and program, and nothing else")
    if not all(isinstance(value, bool) for value in chosen.values()):
        raise ValueError("velocity and program of `events` are true or false")
    return EventsEncoding(velocity=bool(chosen["velocity"]), program=bool(chosen["program"]))


def _notes(entry: dict[object, object]) -> NotesEncoding:
    voicings = entry.get("voicings")
    if set(entry) != {"name", "voicings"} or not isinstance(voicings, dict):
        raise ValueError("`notes` is described by its voicings, pitches by token, and nothing else")
    if not 1 <= len(voicings) <= MAX_TOKENS or not all(isinstance(t, str) for t in voicings):
        raise ValueError(f"a vocabulary has 1 to {MAX_TOKENS} tokens, each of them text")
    ordered = sorted(voicings.items())
    encoding = NotesEncoding(tuple(_voicing(pitches) for _, pitches in ordered))
    for (token, _), named in zip(ordered, encoding.vocabulary, strict=True):
        if token != named:
            raise ValueError(f"the pitches of the token '{token[:40]}' spell '{named}'")
    return encoding


def _voicing(pitches: object) -> tuple[int, ...]:
    if not isinstance(pitches, list) or not 1 <= len(pitches) <= MAX_VOICING_PITCHES:
        raise ValueError(f"a token is played with a list of 1 to {MAX_VOICING_PITCHES} pitches")
    if not all(type(pitch) is int for pitch in pitches):
        raise ValueError("pitches are whole numbers")
    return tuple(pitches)
