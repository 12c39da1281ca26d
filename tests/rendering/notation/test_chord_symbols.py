"""Chord symbols in print."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import fromstring

from musicgen.rendering.musicxml import printed_musicxml
from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.theory.harmony.vocabulary import NO_CHORD, chord_of

CADENCE = Score(
    notes_from(
        [(0, 48, p) for p in (56, 60, 63)]
        + [(48, 48, p) for p in (58, 62, 65)]
        + [(96, 96, p) for p in (51, 55, 58)]
    ),
    keys=(KeySignature(0, -3, False),),
)


def test_symbols_are_spelled_as_the_notes_and_stand_at_their_beats() -> None:
    chords = chord_track(CADENCE).changes
    assert [(tick, chord.symbol) for tick, chord in chords] == [(0, "Ab"), (48, "Bb"), (96, "Eb")]
    measure = fromstring(printed_musicxml(CADENCE, chords=chords)).find(".//measure")
    assert measure is not None
    symbols = [
        (h.findtext("root/root-step"), h.findtext("root/root-alter"), h.findtext("offset"))
        for h in measure.findall("harmony")
    ]
    assert symbols == [("A", "-1", None), ("B", "-1", "48")]
    assert [h.findtext("kind") for h in measure.findall("harmony")] == ["major"] * 2


def test_symbols_are_engraved_with_quality_and_bass() -> None:
    in_c = replace(CADENCE, keys=())
    chords = [(0, chord_of(2, 6, 5)), (48, NO_CHORD), (96, chord_of(7, 4))]
    page = "".join(score_svgs(in_c, chords=chords))
    assert page.count('class="harm"') == 2
    assert "Dm7" in page and "/" in page and "G7" in page
    assert 'class="harm"' not in "".join(score_svgs(in_c))
