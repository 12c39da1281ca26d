"""What can be wrong with a file or a source, in words for the person who chose it."""

from __future__ import annotations

from musicgen.errors import MusicgenError


class CorpusError(MusicgenError, ValueError):
    """Something about the music that was given; the message is for the person."""


class UnreadableScore(CorpusError):
    """A file that cannot be used: why, and what would help where something would."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason = reason
        self.remedy = remedy


class UnknownSource(CorpusError):
    """A source that is no collection, file, folder or zip; the message lists what would be."""


class CollectionError(CorpusError):
    """A change to the user's collections that cannot be made."""
