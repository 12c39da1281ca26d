"""Reading of MusicXML: bars, ties, drums, tempo marks, keys and pedal."""

from __future__ import annotations

import io
import zipfile

import pytest

from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.readers.musicxml.reader import read_musicxml
from musicgen.corpus.readers.read_score import read_piece, read_score
from musicgen.metres import Metre
from musicgen.rendering.midi import midi_bytes
from musicgen.score_fields import KeySignature, TempoChange
from tests.corpus.readers.musicxml.musicxml_text import (
    FOUR_FOUR,
    TIED,
    TIED_TO,
    note,
    part,
    read,
    rows,
    xml,
)


def test_ties_over_bars_voices_and_staves() -> None:
    back = "<backup><duration>16</duration></backup>"
    score = read(
        part(
            note("G4", 4, TIED + "<staff>1</staff>") + back + note("C3", 4, "<staff>2</staff>"),
            note("E5", 4, "<staff>1</staff>") + back + note("G4", 4, TIED_TO + "<staff>2</staff>"),
        )
    )
    assert rows(score) == [(0, 96, 48), (0, 192, 67), (96, 96, 76)]
    assert [part.track for part in score.parts] == [0, 0]


def test_parts_meet_again_at_each_bar_line() -> None:
    long, short = (
        part(note("C4", 4), note("D4", 4)),
        part(note("C3", 2, TIED), note("C3", 4, TIED_TO)),
    )
    assert rows(read(long, short)) == [(0, 192, 48), (0, 96, 60), (96, 96, 62)]
    full, overfull = part(note("C4", 4), note("D4", 4)), part(note("C3", 4.25), note("E3", 4))
    assert read(full, overfull).metres == (Metre(0, 4, 4),)


def test_a_short_first_bar_is_a_pickup_and_others_are_as_written() -> None:
    score = read(part(note("G4", 1), note("C5", 4), note("C5", 2), note("C5", 4), note("D5", 3)))
    assert [(m.start, str(m)) for m in score.metres] == [
        (0, "1/4"),
        (24, "4/4"),
        (120, "2/4"),
        (168, "4/4"),
    ]


def test_cue_notes_and_grace_notes_are_named_and_left_out() -> None:
    cue = note("D4", 2).replace("<note>", "<note><cue/>")
    grace = "<note><grace/><pitch><step>E</step><octave>4</octave></pitch></note>"
    notation = read_musicxml(xml(part(note("C4", 2, "<lyric/>") + grace + cue + cue)), "a")
    assert rows(notation.score) == [(0, 48, 60)]
    assert notation.left_out == ("2 cue notes", "1 grace note", "lyrics")


def test_hidden_notes_beside_printed_ones_are_left_out() -> None:
    """A printed trill stays one note; a bar of which nothing is printed keeps its notes."""

    def hidden(name: str, quarters: float) -> str:
        return note(name, quarters).replace("<note>", '<note print-object="no">')

    back = "<backup><duration>16</duration></backup>"
    trill = note("C4", 2) + note("rest", 2) + back + hidden("C4", 1) + hidden("D4", 1)
    notation = read_musicxml(xml(part(trill + hidden("E4", 1), hidden("F4", 4))), "a")
    assert rows(notation.score) == [(0, 48, 60), (48, 24, 64), (96, 96, 65)]
    assert notation.left_out == ("2 hidden notes",)


def test_durations_without_divisions_are_those_of_the_types() -> None:
    quarters = "".join(note("C4", 0.25, f"<type>{kind}</type>") for kind in ("quarter", "quarter"))
    text = xml(part(quarters)).replace("<divisions>4</divisions>", "")
    assert rows(read_musicxml(text, "a").score) == [(0, 24, 60), (24, 24, 60)]
    refusal = read_piece(text.replace("type>", "kind>").encode(), "a.xml")
    assert isinstance(refusal, RefusedFile)
    assert refusal.reason == "it does not say how long its notes are (<divisions> is missing)"


@pytest.mark.parametrize(
    ("time", "metre"),
    [("0/0", "4/4"), ("3+2/8", "5/8"), ("5/12", "5/8"), ("2/4", "2/4")],
)
def test_odd_time_signatures(time: str, metre: str) -> None:
    beats, beat_type = time.split("/")
    signature = f"<time><beats>{beats}</beats><beat-type>{beat_type}</beat-type></time>"
    quarters = {"0/0": 4, "2/4": 2}.get(time, 2.5)
    score = read(part(note("C4", quarters), note("D4", quarters), attributes=signature))
    assert [str(found) for found in score.metres] == [metre]


def test_tempo_marks_become_a_tempo_map() -> None:
    def metronome(unit: str, text: str) -> str:
        mark = f"<metronome>{unit}<per-minute>{text}</per-minute></metronome>"
        return f"<direction><direction-type>{mark}</direction-type></direction>"

    quarter, dotted = (
        "<beat-unit>quarter</beat-unit>",
        "<beat-unit>quarter</beat-unit><beat-unit-dot/>",
    )
    equal = "<metronome><beat-unit>quarter</beat-unit><beat-unit>half</beat-unit></metronome>"
    score = read(
        part(
            metronome(quarter, "c. 72") + note("C4", 4),
            '<direction><sound tempo="180"/></direction>' + note("C4", 4),
            metronome(dotted, "60,5") + note("C4", 4),
            f"<direction><direction-type>{equal}</direction-type></direction>" + note("C4", 4),
        )
    )
    assert score.tempo == 72.0
    assert score.tempo_changes == (
        TempoChange(96, 180.0),
        TempoChange(192, 90.75),
        TempoChange(288, 181.5),
    )


THREE_FOUR = "<time><beats>3</beats><beat-type>4</beat-type></time>"


def test_a_time_signature_of_any_part_counts() -> None:
    score = read(part(note("C4", 3), attributes=""), part(note("C3", 3), attributes=THREE_FOUR))
    assert score.metres == (Metre(0, 3, 4),)


def test_a_tempo_that_no_metronome_has_does_not_count() -> None:
    unit = "<beat-unit>quarter</beat-unit><per-minute>10000</per-minute>"
    mark = f"<direction><direction-type><metronome>{unit}</metronome></direction-type></direction>"
    assert read(part(mark + note("C4", 4))).tempo == 120.0


def test_one_thing_that_is_left_out_is_named_in_the_singular() -> None:
    text = xml(part(note("C4", 0) + note("D4", 4)))
    assert read_musicxml(text, "a").left_out == ("1 note without a duration",)


def test_empty_lines_before_the_text_are_passed_over() -> None:
    text = '\n <?xml version="1.0"?>' + xml(part(note("C4", 4)))
    assert rows(read_musicxml(text, "a").score) == [(0, 96, 60)]


DRUM_KIT = """<score-part id="P1"><part-name>Kit</part-name>
  <score-instrument id="I1"><instrument-name>Kick</instrument-name></score-instrument>
  <score-instrument id="I2"><instrument-name>Open Hi-Hat</instrument-name></score-instrument>
  <midi-instrument id="I1"><midi-channel>10</midi-channel><midi-unpitched>37</midi-unpitched>
  </midi-instrument></score-part><score-part id="P2"><part-name>Violin 1</part-name></score-part>
  <score-part id="P3"><part-name>Horn</part-name>
  <score-instrument id="H"><instrument-name>Horn</instrument-name></score-instrument>
  <midi-instrument id="H"><midi-program>61</midi-program></midi-instrument></score-part>"""


def test_drums_programs_and_transposition() -> None:
    hit = '<note><unpitched/><duration>8</duration><instrument id="{}"/></note>'
    horn = "<key><fifths>1</fifths></key>" + FOUR_FOUR
    horn += "<transpose><chromatic>-7</chromatic></transpose>"
    score = read(
        part(hit.format("I1") + hit.format("I2")),
        part(note("A4", 4)),
        part(note("G4", 4), attributes=horn),
        score_parts=DRUM_KIT,
    )
    parts = [(part.name, part.program, part.is_drum, part.track) for part in score.parts]
    assert parts == [("Kit", 0, True, 0), ("Violin 1", 40, False, 1), ("Horn", 60, False, 2)]
    assert score.notes[score.is_drum]["pitch"].tolist() == [36, 46]
    assert score.pitched.notes["pitch"].tolist() == [60, 69]
    assert score.keys == (KeySignature(0, 0),)


def test_pedal_marks_become_spans() -> None:
    def pedal(kind: str) -> str:
        return f'<direction><direction-type><pedal type="{kind}"/></direction-type></direction>'

    bars = part(
        pedal("start") + note("C4", 2) + pedal("change") + note("C4", 2),
        note("D4", 2) + pedal("stop") + note("D4", 2),
    )
    assert read(bars).pedals.tolist() == [(0, 48, 0), (48, 96, 0)]


def test_what_a_file_is_its_content_says() -> None:
    text = xml(part(note("C4", 4)))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("score.xml", text)
    files = {
        "a.mxl": text.encode(),
        "a.xml": archive.getvalue(),
        "a.mid": text.encode(),
        "no ending": b"\n" + text.encode(),
        "b.xml": ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16"),
        "c.xml": ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16-be"),
        "d.xml": b'<?xml version="1.0" encoding="punycode"?>' + text.encode(),
        "e.abc": b"!!!COM: Somebody\n**kern\n1c\n*-\n",
        "f.krn": b"%abc-2.1\nX:1\nK:C\nL:1\nC|\n",
    }
    for name, data in files.items():
        piece = read_piece(data, name)
        assert isinstance(piece, Piece), (name, piece)
        assert rows(piece.score) == [(0, 96, 60)], name


def test_a_score_written_bar_by_bar() -> None:
    head = "<attributes><divisions>4</divisions></attributes>"
    text = (
        "<score-timewise><part-list/>"
        f'<measure number="1"><part id="A">{head}{note("C4", 4)}</part></measure>'
        f'<measure number="2"><part id="B">{head}{note("E4", 4)}</part>'
        f'<part id="A">{note("D4", 4)}</part></measure></score-timewise>'
    )
    assert rows(read_musicxml(text, "a").score) == [(0, 96, 60), (96, 96, 62), (96, 96, 64)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<mei/>", "it is XML, but not MusicXML"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><score-partwise/>',
            "it defines entities, which no score needs and an attack does",
        ),
        ("<a>" * 200, "its XML is nested deeper than that of any score"),
        ("<score-partwise>", "the XML is damaged in line 1 (no element found)"),
        (
            xml(part(note("C4", 4).replace("<step>C", "<step>H"))),
            "a note has the name 'H', which is none of A to G",
        ),
    ],
)
def test_refused_texts(text: str, reason: str) -> None:
    piece = read_piece(text.encode(), "a.xml")
    assert isinstance(piece, RefusedFile)
    assert piece.reason == reason


@pytest.mark.parametrize(
    ("music", "left_out"),
    [
        (note("C4", 4).replace("</step>", "</step><alter>0.5</alter>"), "1 microtone"),
        (
            "<sound><swing><first>2</first><second>1</second></swing></sound>" + note("C4", 4),
            "swing",
        ),
        (
            "<direction><direction-type><metronome><beat-unit>quarter</beat-unit>"
            "<per-minute>Allegro</per-minute></metronome></direction-type></direction>"
            + note("C4", 4),
            "tempo marks without a number",
        ),
    ],
)
def test_what_is_not_played_is_said(music: str, left_out: str) -> None:
    assert read_musicxml(xml(part(music)), "a").left_out == (left_out,)


@pytest.mark.parametrize(("durations", "resolution"), [((160, 160, 160), 24), ((96, 384), 480)])
def test_the_resolution_is_that_of_the_grid_where_it_is_exact(
    durations: tuple[int, ...], resolution: int
) -> None:
    notes = "".join(
        f"<note><pitch><step>C</step><octave>4</octave></pitch><duration>{ticks}</duration></note>"
        for ticks in durations
    )
    head = f"<attributes><divisions>480</divisions>{FOUR_FOUR}</attributes>"
    score = read_musicxml(xml([head + notes]), "a").score
    assert score.resolution == resolution
    assert read_score(midi_bytes(score), "a.mid") == score
