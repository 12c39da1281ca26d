"""ABC tunes that combine repeats, endings, voices, overlays, ties, tuplets, keys and metres."""

from __future__ import annotations

import pytest

from tests.corpus.readers.abc.tunes import HEADER, metres, notes, tune

C, D, E, F, G, A, B, HIGH_C = 60, 62, 64, 65, 67, 69, 71, 72
SCALE = [(24 * place, 24, pitch) for place, pitch in enumerate((C, D, E, F, G, A, B, HIGH_C))]


@pytest.mark.parametrize(
    "music",
    [
        "CDEF:|:GABc:|",
        "CDEF::GABc|",
        "CDE\nF::G\nABc|",  # a line that begins as a field F: would
        'CDEF::"G7"G!f!A{d}Bc|',
        "[V:1]CDEF|[V:1]GABc|",
        "CDEF|]GABc|]",
        "CDEF |\\\nGABc|",
        '"A:|"CDEF|"|1"GABc|',
        "[P:A]CDEF|\nP:B\nGABc|",
    ],
)
def test_bar_lines_between_notes(music: str) -> None:
    assert notes(music) == SCALE


@pytest.mark.parametrize("rest", ["Z::", "Z:|", "\nZ:|", "|\nZ::"])
def test_a_rest_of_a_bar_before_a_repeat_sign_is_no_field(rest: str) -> None:
    assert notes(f"C4|{rest}c4|") == [(0, 96, C), (192, 96, HIGH_C)]


def test_a_line_that_begins_with_a_note_or_a_rest_and_a_repeat_sign_is_no_field() -> None:
    assert notes("C3 D|\nX:|\nX :|c4|") == [(0, 72, C), (72, 24, D), (288, 96, HIGH_C)]
    assert notes("CDE\nF:]GAB\nc :|") == SCALE
    assert notes("CDE\nF: |GAB\nc:|") == SCALE


@pytest.mark.parametrize(
    "music",
    [
        "|:C4|[1-3D4:|[4E4||F4|",
        "|:C4|1,3D4:|2,4E4|]F4|",
        "|:C4|[1,2 [M:2/4]D2:|[3 [M:4/4]E4|F4|",
        "|:C4|[1,2 Z2:|[3 E4|F4|",
        "|:C4|1D4&F4:|2E4|F4|",
        "|:C4|1 D4 :|\n|2 E4 |]\nF4|",
    ],
)
def test_last_endings(music: str) -> None:
    assert notes(music) == [(0, 96, C), (96, 96, E), (192, 96, F)]
    assert metres(music) == [(0, "4/4")]


@pytest.mark.parametrize("second", ["|:C,4|1D,4:|2E,4|]", "C,4|D,4|E,4|]"])
def test_endings_of_one_voice_hold_for_a_voice_without(second: str) -> None:
    music = f"[V:1]|:C4|1D4:|2E4|]\n[V:2]{second}"
    assert notes(music) == [(0, 96, 48), (0, 96, C), (96, 96, 52), (96, 96, E)]


def test_a_chord_is_tied_into_its_own_ending_alone() -> None:
    music = "|:C4|[1D4-:|[2[CE]4-|[CE]4|]"
    assert notes(music) == [(0, 96, C), (96, 192, C), (96, 192, E)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("[CE]4-|[CEG]4|", [(0, 192, C), (0, 192, E), (96, 96, G)]),
        ("[CEG]2-[CE]2-|C4|", [(0, 48, G), (0, 96, E), (0, 192, C)]),
        ("[^CE]4-|{d}[CE]4|", [(0, 192, 61), (0, 192, E)]),
        ("[CE]4-|\n[K:D][CE]4|", [(0, 192, C), (0, 192, E)]),
        ("[CE]>-[CE]z2|", [(0, 48, C), (0, 48, E)]),
        ("(3[CE]-[CE]-[CE]D2|", [(0, 48, C), (0, 48, E), (48, 48, D)]),
        ("[CE]4-|Z|[CE]4|", [(0, 96, C), (0, 96, E), (192, 96, C), (192, 96, E)]),
    ],
)
def test_tied_chords(music: str, expected: list[tuple[int, int, int]]) -> None:
    assert sorted(notes(music)) == sorted(expected)


def test_ties_and_accidentals_of_voices_that_take_turns() -> None:
    music = "V:1\n^F4-|\nV:2\nF4|\nV:1\nF4|F4|\nV:2\nF4-|F4|\n"
    assert notes(music) == [(0, 96, 65), (0, 192, 66), (96, 192, 65), (192, 96, 65)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        # The tie of a layer leads to the note of that layer, whatever begins there in another.
        ("z A3/ z3/ & A- A z2|", [(0, 48, A), (24, 36, A)]),
        ("A- A z2 & z A3/ z3/|", [(0, 48, A), (24, 36, A)]),
        ("C2 A2- & x4|A2 z2 & A4|", [(0, 48, C), (48, 96, A), (96, 96, A)]),
        # Nor does the accidental of a tied note hold for another layer.
        ("^B- B z2 & z B z2|", [(0, 48, 72), (24, 24, B)]),
        ("^F4- & F4|F4|", [(0, 96, F), (0, 192, 66)]),
    ],
)
def test_a_tie_stays_in_its_layer(music: str, expected: list[tuple[int, int, int]]) -> None:
    rows = tune(music).score.notes[["start", "duration", "pitch"]].tolist()
    assert sorted(rows) == expected  # on the grid, a note of a key ends where another one does


def test_overlays_with_voices_tuplets_and_a_line_break() -> None:
    music = "V:1\nC4 & x2 (3EFG|\nV:2\nC,4|\nV:1\nD4|\nV:2\nD,4 &\\\nF,4|\n"
    first = [(0, 96, 48), (0, 96, C), (48, 16, E), (64, 16, F), (80, 16, G)]
    assert notes(music) == [*first, (96, 96, 50), (96, 96, 53), (96, 96, D)]


def test_rests_of_bars_follow_the_metre_of_their_place() -> None:
    assert notes("C4|[M:2/4]Z2|[M:6/8]X|D3|") == [(0, 96, C), (264, 72, D)]
    assert metres("C4|[M:2/4]Z2|[M:6/8]X|D3|") == [(0, "4/4"), (96, "2/4"), (192, "6/8")]
    assert notes("C|Z2|D4|") == [(0, 24, C), (216, 96, D)]


def test_units_keep_their_length_where_the_metre_changes_in_the_body() -> None:
    header = "X:1\nM:4/4\nK:C\n"  # eighths
    assert notes("C8|\nM:2/4\nC4|[M:6/8]C6|", header) == [(0, 96, C), (96, 48, C), (144, 72, C)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("[K:Bb]B E|[K:none]B E|", [70, 63, 71, 64]),
        ("[K:D phr]E F|[K:B loc]F B|", [63, 65, 65, 71]),
        ("[K:C lyd]F[K:Cmix]B|[K:Dm clef=bass]B E|", [66, 70, 70, 64]),
    ],
)
def test_keys_within_lines(fields: str, expected: list[int]) -> None:
    assert [pitch for _, _, pitch in notes(fields, HEADER.replace("4/4", "2/4"))] == expected


def test_a_tempo_of_one_voice_is_the_tune_s() -> None:
    assert tune("[V:1][Q:1/4=60]C4|[V:2]C,4|").score.tempo == 60
