"""Chord symbols as musicians type them."""

import pytest

from musicgen.theory.harmony.chord_symbols import KNOWN, UnknownChord, parse_chord
from musicgen.theory.harmony.vocabulary import NO_CHORD, chord_of

READ_AS = {  # the chord of the vocabulary: spellings that are read as it
    "C": "C CM Cmaj CMaj Cma Cmajor C2 C5 C6 CM6 Cmaj6 C69 C6/9 Cadd9 Cadd2 C(add9) Cadd#11 Cno3 "
    "C(no5)",
    "Cm": "Cm Cmin Cmi Cminor C- C\N{MINUS SIGN} Cm6 C-6 Cmin6 Cm69 Cm6/9 Cmadd9 Cm(add11) CmMaj7 "
    "Cm(maj7) CmM7 CmΔ7 C-Δ Cmadd4",
    "Cdim": "Cdim C° Cº Co Cmb5 C-b5 Cm(b5)",
    "Caug": "Caug C+ C+5 C(#5) C+maj7 Cmaj7#5",
    "C7": "C7 Cdom7 C9 C11 C13 C7b9 C7#9 C7(b9,#11) C7#11 C13#11 C13b9 C7b13 C7alt Calt C7b5 C7-5 "
    "C7#5 C7+5 C+7 Caug7 C9b5 C9#5 C7add13 C7/9 C7no5",
    "Cmaj7": "Cmaj7 CMaj7 CM7 Cma7 CΔ CΔ7 C△ C∆7 C^7 Cj7 Cmaj9 CM9 CΔ9 Cmaj11 Cmaj13 Cmaj7#11 "
    "Cmaj7b5",
    "Cm7": "Cm7 Cmin7 Cmi7 C-7 C\N{MINUS SIGN}7 Cm9 Cm11 Cm13 C-9 Cm7add11 Cm7(add13)",
    "Cm7b5": "Cm7b5 Cm7-5 Cm7♭5 Cø Cø7 CØ C-7b5 Cmin7b5 Chdim7 Cm7(b5) Cm9b5",
    "Cdim7": "Cdim7 C°7 Cº7 Co7",
    "Csus4": "Csus4 Csus C4 C7sus4 C7sus C9sus4 C9sus C13sus Csus4add9 C7sus4b9 Csus24",
    "Gsus4/C": "Csus2 C9sus2",
    "C/E": "C/E C6/E Cadd9/E",
    "Bb7/D": "Bb7/D B♭7/D B♭9/D",
    "F#m7b5": "F#m7b5 F♯ø",
    "Ebmaj7": "Ebmaj7 E♭Δ D#maj7",
    "N.C.": "N.C. NC N.C n.c. N nc",
}


@pytest.mark.parametrize("symbol", READ_AS)
def test_spellings_are_read_as_the_chord_that_they_name_or_extend(symbol: str) -> None:
    spellings = READ_AS[symbol].split()
    assert {text: parse_chord(text).symbol for text in spellings} == dict.fromkeys(
        spellings, symbol
    )


def test_a_suspended_second_has_its_own_notes_and_bass() -> None:
    chord = parse_chord("Dsus2")
    assert chord == chord_of(9, 9, bass=2)  # A D E over D
    assert [pitch for pitch in range(12) if chord.mask >> pitch & 1] == [2, 4, 9]


def test_all_that_the_message_of_an_error_names_is_read() -> None:
    names = KNOWN.replace("(", " ").replace(")", " ").replace(",", " ").split()
    assert len(names) == 27
    assert [parse_chord(name) for name in names][-1] == NO_CHORD


@pytest.mark.parametrize("text", ["", "H7", "am", "Cx", "Csus5", "C/X", "C/", "C7b", "Cmajor7x"])
def test_other_text_is_no_chord(text: str) -> None:
    with pytest.raises(UnknownChord):
        parse_chord(text)
