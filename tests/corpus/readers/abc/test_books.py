"""Books of ABC tunes: what their first lines are for, and how large they may be."""

from __future__ import annotations

import tracemalloc

import pytest

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.books import Book, split
from tests.corpus.readers.abc.tunes import notes


def test_a_books_first_fields_are_for_each_tune() -> None:
    book = Book(
        "%abc-2.1\r\nM:3/4\r\nL:1/4\r\nSongs | of mine\r\n\r\nX:1\r\nK:C\r\nC|\r\nX:2\r\nK:D\r\nF|"
    )
    assert len(book) == 2
    assert [notes("", book.tune(index)) for index in (0, 1)] == [[(0, 24, 60)], [(0, 24, 66)]]
    assert "Songs" not in book.tune(1)


def test_a_text_without_numbers_is_one_tune() -> None:
    book = Book("\ufeffT:a\rK:C\rC|\r")
    assert (len(book), book.tune(0)) == (1, "T:a\nK:C\nC|\n")


def test_a_book_as_bytes_has_the_same_tunes() -> None:
    text = "M:3/4\n\nX:1\nT:é\nK:C\nC|\nX:2\nK:D\nF|"
    book, in_bytes = Book(text), split(text)
    tunes = [in_bytes.tune(*bounds) for bounds in in_bytes.tunes()]
    assert tunes == [book.tune(index).encode() for index in range(len(book))]


def test_memory_does_not_grow_with_tunes_times_header() -> None:
    text = "%%x " + "a" * 8_000 + "\n" + "X:1\nK:C\nC|\n" * 10_000
    tracemalloc.start()
    book = Book(text)
    total = sum(len(book.tune(index)) for index in range(len(book)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 80_000_000 and peak < 4_000_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X:1\n" * 20_001, "it holds 20,001 tunes; at most 20,000 are read"),
        (
            "N:" + "a" * 9_000 + "\nX:1\nK:C\nC|\n",
            "the fields before its first tune have 9,003 characters; at most 8,192 are read",
        ),
    ],
)
def test_too_large_books_are_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableScore) as problem:
        Book(text)
    assert problem.value.reason == reason
