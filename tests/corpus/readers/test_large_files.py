"""Files of far more parts, marks and lines than music has are refused by name, and at once."""

from __future__ import annotations

import pytest

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import Limits
from musicgen.corpus.readers.midi.reader import read_midi
from musicgen.corpus.readers.read_score import read_score
from tests.helpers.small_midi import midi, name, note

PART = '<score-part id="P{0}"><part-name>a</part-name></score-part>'
MUSIC = (
    '<part id="P{0}"><measure number="1"><attributes><divisions>1</divisions></attributes><note>'
    "<pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note></measure></part>"
)


def musicxml(parts: int) -> bytes:
    listed = "".join(PART.format(i) for i in range(parts))
    music = "".join(MUSIC.format(i) for i in range(parts))
    text = f"<score-partwise><part-list>{listed}</part-list>{music}</score-partwise>"
    return f'<?xml version="1.0"?>{text}'.encode()


def kern(spines: int, lines: int) -> bytes:
    rows = [["**kern"] * spines, *([["4c"] * spines] * lines), ["*-"] * spines]
    return "\n".join("\t".join(row) for row in rows).encode()


def midi_of_parts(count: int) -> bytes:
    one = midi(note(60, 480))
    header, track = one[:14], one[14:]
    return header[:10] + count.to_bytes(2, "big") + header[12:] + track * count


@pytest.mark.parametrize(
    ("file", "data", "reason"),
    [
        ("a.mid", midi_of_parts(257), "it holds 257 parts; at most 256 are read"),
        ("a.mid", midi_of_parts(65_535), "it holds 65,535 parts; at most 256 are read"),
        ("a.musicxml", musicxml(257), "it holds 257 parts; at most 256 are read"),
        ("a.krn", kern(513, 1), "line 1 has more than 512 spines"),
        ("a.krn", kern(1, 2501), "the bar before line 2,502 is too long"),
    ],
    ids=["parts", "tracks", "MusicXML", "spines", "bar"],
)
def test_a_file_of_too_much_is_refused(file: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableScore) as refusal:
        read_score(data, file)
    assert refusal.value.reason == reason


def test_as_many_parts_as_are_read_are_read() -> None:
    assert len(read_score(midi_of_parts(256), "a.mid").parts) == 256


def test_marks_are_limited_beside_the_ends_of_tracks() -> None:
    limits = Limits(marks=5)
    assert len(read_midi(midi(name("a") * 5 + note(60, 480)), "a", limits)[0]) == 1
    with pytest.raises(UnreadableScore, match="it holds 6 marks; at most 5 are read"):
        read_midi(midi(name("a") * 6 + note(60, 480)), "a", limits)
