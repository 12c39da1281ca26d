"""Names of notes in a key and among other notes."""

from musicgen.rendering.notation.spelling import Spelling
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature


def names(pitches: list[int], sharps: int) -> list[str]:
    """Names of a chord of two beats under a key signature."""
    score = Score(notes_from([(0, 48, pitch) for pitch in pitches]))
    spelling = Spelling(score, (KeySignature(0, sharps),))
    signs = {-1: "b", 0: "", 1: "#"}
    spelled = (spelling.spell(pitch, 0) for pitch in pitches)
    return [f"{letter}{signs[alteration]}{octave}" for letter, alteration, octave in spelled]


def test_a_chromatic_note_is_named_by_its_chord() -> None:
    assert names([54, 58, 61], 1) == ["F#3", "A#3", "C#4"]
    assert names([55, 58, 62], 1) == ["G3", "Bb3", "D4"]
    assert names([53, 56, 60], 0) == ["F3", "Ab3", "C4"]
    assert names([52, 56, 59], 0) == ["E3", "G#3", "B3"]


def test_a_note_of_the_key_keeps_its_name() -> None:
    assert names([60, 63, 67], -3) == ["C4", "Eb4", "G4"]
    assert names([66, 70, 73], 6) == ["F#4", "A#4", "C#5"]


def test_the_key_signature_in_force_is_the_last_before() -> None:
    keys = (KeySignature(24, 2), KeySignature(48, -3))
    spelling = Spelling(Score(notes_from([(0, 96, 60)])), keys)
    assert [spelling.sharps(tick) for tick in (0, 24, 47, 48)] == [2, 2, 2, -3]


def melody(pitches: list[int], sharps: int) -> str:
    """Names of eighths, one after the other, under a key signature."""
    score = Score(notes_from([(12 * n, 12, pitch) for n, pitch in enumerate(pitches)]))
    spelling = Spelling(score, (KeySignature(0, sharps),))
    signs = {-1: "b", 0: "", 1: "#"}
    spelled = (spelling.spell(pitch, 12 * n) for n, pitch in enumerate(pitches))
    return " ".join(f"{letter}{signs[alteration]}" for letter, alteration, _ in spelled)


def test_a_chromatic_scale_is_raised_on_the_way_up_and_lowered_on_the_way_down() -> None:
    up, down = list(range(60, 73)), list(range(72, 59, -1))
    assert melody(up, 0) == "C C# D D# E F F# G G# A Bb B C"
    assert melody(down, 0) == "C B Bb A Ab G F# F E Eb D Db C"
    assert melody([pitch + 1 for pitch in up], -5) == "Db D Eb E F Gb G Ab A Bb Cb C Db"
    assert melody([pitch + 2 for pitch in up], 2) == "D D# E E# F# G G# A A# B C C# D"


def test_a_note_that_does_not_pass_is_named_by_what_sounds() -> None:
    assert melody([65, 68, 72, 68, 65], 0) == "F Ab C Ab F"
