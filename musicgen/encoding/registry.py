"""Encodings by name. A new encoding is added here.

It is a class with the methods of `Encoding` in a module of its own, and a line in `CLASSES`. If
it has features, it also needs a feature encoder, in `models/feature_encoders/registry.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
import numpy as np

from musicgen.bounds import one_of
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.json_files import InvalidJson, convert_json
from musicgen.score import Score

EncodingClass = (
    type[NotesEncoding] | type[EventsEncoding] | type[FramesEncoding] | type[PartsEncoding]
)

CLASSES: Mapping[str, EncodingClass] = {
    encoding.name: encoding
    for encoding in (NotesEncoding, EventsEncoding, FramesEncoding, PartsEncoding)
}
ENCODING_NAMES = tuple(CLASSES)
ENCODINGS = ("notes", "events", "parts")  # for any music; `frames` is for four voices alone


def fit_encoding(name: str, scores: Iterable[Score], left_out: Collection[str] = ()) -> Encoding:
    """The encoding of that name with the vocabulary of the scores; InvalidSetting otherwise.

    left_out: features that `parts` has where they suit the scores, and is to have not.
    """
    one_of("encoding", name, ENCODINGS)
    encoding = CLASSES[name].for_scores(scores)
    return encoding.without(left_out) if isinstance(encoding, PartsEncoding) else encoding


def suited_encoding(scores: Sequence[Score]) -> str:
    """Name of the encoding that suits music: `parts` where most pieces have several, or drums.

    Only `parts` learns who plays a note, and only it learns drums.
    """
    several = sum(len(np.unique(s.notes["part"])) > 1 or s.is_drum.any() for s in scores)
    return PartsEncoding.name if 2 * several > len(scores) else EventsEncoding.name


def encode_for_training(encoding: Encoding, score: Score) -> Steps:
    """The steps of a score, with all that a model learns to be asked for."""
    if isinstance(encoding, PartsEncoding):
        return encoding.encode_with_chords(score)
    return encoding.encode(score)


def encoding_from_json(entry: object) -> Encoding:
    """The encoding that `to_json` described; InvalidJson for anything else."""
    named: _Named = convert_json(entry, _Named, "an encoding")
    if named.name not in CLASSES:
        names = ", ".join(CLASSES)
        raise InvalidJson(f"the encoding '{named.name[:80]}' is not one of {names}")
    return CLASSES[named.name].from_json(entry)


class _Named(msgspec.Struct):
    name: str
