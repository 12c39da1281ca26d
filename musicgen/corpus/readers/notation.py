"""Notation (MusicXML, ABC, Humdrum) to scores: the reader of each format.

The music is read as written, not as performed: a repeated section once, with its last ending.
Grace notes, which have no duration, and chord symbols are left out.
"""

from __future__ import annotations

from musicgen.corpus.readers.abc.reader import read_abc
from musicgen.corpus.readers.formats import ABC, HUMDRUM
from musicgen.corpus.readers.humdrum.reader import read_humdrum
from musicgen.corpus.readers.musicxml.reader import read_musicxml
from musicgen.corpus.readers.written_score import Notation


def read_text(text: str, kind: str, name: str) -> Notation:
    """Read a text; kind is MusicXML, MXL, ABC or Humdrum of `formats`. Raises UnreadableScore.

    Any other error that a reader raises on a damaged text is turned into a refusal by the process
    that calls this.
    """
    if kind == ABC:
        return read_abc(text, name)
    if kind == HUMDRUM:
        return read_humdrum(text, name)
    return read_musicxml(text, name)
