"""Titles say in words what a piece is."""

from __future__ import annotations

from dataclasses import replace

from musicgen.composing.records.titles import title_of
from musicgen.score import Score, notes_from

C_MAJOR = Score(notes_from([(24 * n, 24, p) for n, p in enumerate([60, 64, 67, 72] * 4)]))


def test_a_title_has_kind_key_and_length() -> None:
    assert title_of(C_MAJOR, "bach-chorales") == "Chorale in C major, 4 bars"
    assert title_of(C_MAJOR, "/music/my songs") == "Piece in C major, 4 bars"
    one_bar = replace(C_MAJOR, notes=C_MAJOR.notes[:4])
    assert title_of(one_bar) == "Piece in C major, 1 bar"


def test_a_performance_has_a_time_and_silence_no_key() -> None:
    played = replace(C_MAJOR, is_performance=True)
    assert title_of(played) == "Piece in C major, 0:08"
    sharp = replace(played.transposed(6), tempo=4)
    assert title_of(sharp) == "Piece in F♯ major, 4:00"
    assert title_of(Score()) == "Piece, 0 bars"
