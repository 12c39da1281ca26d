"""Chord progressions as text."""

import pytest

from musicgen.theory.harmony.progressions import (
    ProgressionError,
    parse_progression,
    progression_text,
    spread_over_beats,
)
from musicgen.theory.harmony.vocabulary import (
    NO_CHORD,
    QUALITIES,
    SUFFIXES,
    chord_mask,
    chord_of,
    chord_symbol,
)


def symbols(text):
    return [[chord.symbol for chord in bar] for bar in parse_progression(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C | Am7 | F G", [["C"], ["Am7"], ["F", "G"]]),
        ("C Am F G", [["C"], ["Am"], ["F"], ["G"]]),
        ("| C | % | F N.C. ||", [["C"], ["C"], ["F", "N.C."]]),
        ("C | Am\nF | G", [["C"], ["Am"], ["F"], ["G"]]),
        ("C / / G7 | F(add9, no3) G", [["C", "C", "C", "G7"], ["F", "G"]]),
    ],
)
def test_bars(text, expected):
    assert symbols(text) == expected


def test_spellings():
    text = "Am A- Amin Cmaj7 CM7 CΔ Cm7b5 Cø Bdim B° B°7 Caug C+ Csus4 Csus B♭7 F♯m C/E D/C N.C."
    assert [bar[0].symbol for bar in parse_progression(text)] == (
        "Am Am Am Cmaj7 Cmaj7 Cmaj7 Cm7b5 Cm7b5 Bdim Bdim Bdim7 Caug Caug Csus4 Csus4 Bb7 F#m "
        "C/E D/C N.C."
    ).split()
    assert parse_progression("C/E")[0][0] == chord_of(0, 0, bass=4)
    assert parse_progression("Cb Fb E# B#") == [(chord_of(root, 0),) for root in (11, 4, 5, 0)]


def test_notes_beyond_the_vocabulary_are_left_out():
    text = "C6 Fm6 C9 G13 G7b9 Cmaj9 Am9 Dm11 Cadd9 C5 G7sus4 C(add9) C9/E"
    assert [bar[0].symbol for bar in parse_progression(text)] == (
        "C Fm C7 G7 G7 Cmaj7 Am7 Dm7 C C Gsus4 C C7/E"
    ).split()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no chord"),
        ("C | H7", "Bar 2: 'H7' is not a chord: its root"),
        ("C | Asux2", "Bar 2: 'Asux2' is not a chord that is known: 'sux2' after A"),
        (
            "C | am",
            "Bar 2: 'am' is not a chord: its root is not a note A to G, as a capital letter",
        ),
        ("C/X", "Bar 1: 'C/X' has no bass: 'X'"),
        ("C | | F", "Bar 2 has no chord"),
        ("% | C", "Bar 1 cannot be %"),
        ("C | F %", "Bar 2: % repeats a whole bar"),
        ("C " * 1001, "1001 bars"),
    ],
)
def test_errors_name_the_symbol(text, message):
    with pytest.raises(ProgressionError, match=message.replace("|", r"\|")):
        parse_progression(text)


def test_every_symbol_is_read_as_the_chord_it_names():
    for root in range(12):
        for quality in range(len(QUALITIES)):
            symbol = chord_symbol(root, chord_mask(root, quality))
            assert parse_progression(symbol) == [(chord_of(root, quality),)]
    assert len(set(SUFFIXES)) == len(QUALITIES)
    assert parse_progression(chord_symbol(-1, 0)) == [(NO_CHORD,)]
    with pytest.raises(ValueError, match="no chord of the vocabulary"):
        chord_symbol(0, 0b11)


@pytest.mark.parametrize("text", ["C | Am7/G | F G", "| F G |", "C"])
def test_a_progression_is_printed_as_it_is_read(text):
    bars = parse_progression(text)
    assert parse_progression(progression_text(bars)) == bars


def test_chords_share_the_beats_of_a_bar():
    roots, masks = spread_over_beats(parse_progression("C | F G | N.C."), 3)
    assert roots.tolist() == [0, 0, 0, 5, 5, 7, -1, -1, -1]
    assert masks.tolist()[:1] == [0b10010001] and masks.tolist()[-1] == 0
    with pytest.raises(ProgressionError, match="Bar 1 has 3 chords for 2 beats"):
        spread_over_beats(parse_progression("C F G |"), 2)
