"""Books: files of several ABC tunes, whose first lines hold what is the same for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise

from musicgen.corpus.errors import UnreadableScore

MAX_TUNES = 20_000  # of a file
MAX_HEADER_CHARACTERS = 8_192  # of the lines that are read again with each tune

BOOK = "ABC book"  # a kind of request to the process that reads notation: find the tunes

_TUNE_START = re.compile(r"^X:(?!\s*[|:\]])", re.MULTILINE)  # `X:|` is a bar of rest
_HEADER_LINE = re.compile(r"^(?:[A-JL-UZmr]:|%%)")  # no key, voice or words


class Book:
    """The tunes of an ABC file, each made when it is wanted: memory does not grow with them.

    The fields and directives before the first tune are the header of every tune; other text there
    is not music. Raises UnreadableScore if there is more than MAX_TUNES or too long a header.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        starts = [match.start() for match in _TUNE_START.finditer(self._text)]
        self.header = _file_header(self._text[: starts[0]]) if starts else ""
        self._bounds = [*(starts or [0]), len(self._text)]
        if len(self) > MAX_TUNES:
            raise UnreadableScore(
                f"it holds {len(self):,} tunes; at most {MAX_TUNES:,} are read",
                "divide it into several files",
            )
        if len(self.header) > MAX_HEADER_CHARACTERS:
            raise UnreadableScore(
                f"the fields before its first tune have {len(self.header):,} characters; "
                f"at most {MAX_HEADER_CHARACTERS:,} are read"
            )

    def __len__(self) -> int:
        """Number of tunes; 1 for a text without the field X:."""
        return len(self._bounds) - 1

    @property
    def header_lines(self) -> int:
        """Number of lines of a tune's text that come from the file's header."""
        return self.header.count("\n")

    def tune(self, index: int) -> str:
        """A tune with the fields of the file's header before it."""
        return self.header + self.text_of(index)

    def text_of(self, index: int) -> str:
        """A tune as it stands in the file."""
        return self._text[self._bounds[index] : self._bounds[index + 1]]


@dataclass(frozen=True)
class TuneBounds:
    """Sizes in bytes of a book's header and of its tunes, which follow each other in its text."""

    header: int = 0
    tunes: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class SplitBook:
    """A book whose tunes were found by the process that reads notation."""

    text: bytes  # header and tunes as UTF-8
    bounds: TuneBounds

    def tunes(self) -> list[tuple[int, int]]:
        """First and last byte of each tune in the text."""
        ends = accumulate(self.bounds.tunes, initial=self.bounds.header)
        return list(pairwise(ends))

    def tune(self, start: int, end: int) -> bytes:
        """A tune with the fields of the file's header before it."""
        return self.text[: self.bounds.header] + self.text[start:end]


def split(text: str) -> SplitBook:
    """Find the tunes of an ABC file. Raises UnreadableScore as `Book` does."""
    book = Book(text)
    header = book.header.encode()
    tunes = [book.text_of(index).encode() for index in range(len(book))]
    bounds = TuneBounds(len(header), tuple(map(len, tunes)))
    return SplitBook(header + b"".join(tunes), bounds)


def _file_header(text: str) -> str:
    lines = [line for line in text.split("\n") if _HEADER_LINE.match(line)]
    return "".join(f"{line}\n" for line in lines)
