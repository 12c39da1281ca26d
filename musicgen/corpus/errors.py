"""Errors about files and collections, for the person who chose them."""

from __future__ import annotations

from musicgen.errors import MusicgenError


class CorpusError(MusicgenError):
    """Base class of errors about music that cannot be read, copied or opened."""


class UnreadableScore(CorpusError):
    """A file that holds no usable score: the reason, and a remedy if there is one."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason = reason
        self.remedy = remedy


class UnknownSource(CorpusError):
    """A source that is no collection, file, folder or zip; the message lists the collections."""


class PreparedSource(CorpusError):
    """A prepared data set where a collection of scores is needed."""


class CollectionError(CorpusError):
    """A collection that cannot be created, changed or used."""
