"""MusicXML texts to scores.

The music is read as it is written: a repeated section once, with its last ending, and pitches as
they sound. Grace notes and cue notes are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import check_parts
from musicgen.corpus.readers.musicxml.bars import Bar, Mark, PartTable
from musicgen.corpus.readers.musicxml.durations import (
    divisions_of,
    first_divisions,
    resolution_of,
)
from musicgen.corpus.readers.musicxml.encoded_fields import (
    encoded_tracks,
    with_encoded_marks,
    with_tracks,
)
from musicgen.corpus.readers.musicxml.instruments import ScorePart, read_part_list
from musicgen.corpus.readers.musicxml.layout import Layout, lay_out
from musicgen.corpus.readers.musicxml.part_reader import PartReader
from musicgen.corpus.readers.musicxml.xml_tree import parse_xml
from musicgen.corpus.readers.written_score import TIE_START, Notation, WrittenScore, to_notation


def read_musicxml(text: str, name: str) -> Notation:
    """Read a MusicXML text; raises UnreadableScore."""
    root = parse_xml(text)
    measures = _measures_by_part(root)
    check_parts(len(measures))
    firsts = {part: first_divisions(bars) for part, bars in measures.items()}
    stated = {divisions_of(element) or 1 for element in root.iter("divisions")}
    resolution = resolution_of(stated | set(firsts.values()))
    score_parts = read_part_list(root)
    table, left_out = PartTable(), Counter[str]()
    tracks = encoded_tracks(root, len(measures))
    parts = []
    for track, (identifier, elements) in enumerate(measures.items()):
        score_part = score_parts.get(identifier, ScorePart())
        reader = PartReader(score_part, track, resolution, firsts[identifier], table, left_out)
        if tracks:
            reader.read_as_one_part()
        parts.append(reader.read(elements))
    layout = lay_out(parts, resolution)
    written = WrittenScore(resolution, left_out=left_out)
    written.bars = layout.signatures
    _place_notes(written, parts, layout, table)
    _place_tempos(written, parts, layout)
    _place_keys(written, parts, layout)
    for track, bars in enumerate(parts):
        _place_pedals(written, track, bars, layout)
    notation = with_encoded_marks(root, to_notation(written, name), written.bars)
    return with_tracks(notation, tracks) if tracks else notation


def _measures_by_part(root: Element) -> dict[str, Sequence[Element]]:
    """The measures of each part, by the part's identifier, in the order of the score."""
    if root.tag == "score-partwise":
        return {
            part.get("id", "") or f"part {number}": part.findall("measure")
            for number, part in enumerate(root.iterfind("part"))
        }
    if root.tag != "score-timewise":
        raise UnreadableScore("it is XML, but not MusicXML")
    measures: dict[str, list[Element]] = {}
    for number, measure in enumerate(root.iterfind("measure")):
        for part in measure.iterfind("part"):
            bars = measures.setdefault(part.get("id", ""), [])
            bars += [Element("measure") for _ in range(number - len(bars))]
            part.tag, part.attrib = "measure", measure.attrib
            bars.append(part)
    return dict(measures)


def _place_notes(
    written: WrittenScore, parts: Sequence[Sequence[Bar]], layout: Layout, table: PartTable
) -> None:
    """The notes of all bars; a tie over the end of a bar that is too short leads to the next."""
    written.parts, part_numbers = table.in_order()
    ends = [*layout.starts[1:], None]
    for bars in parts:
        for start, end, is_left_out, bar in zip(
            layout.starts, ends, layout.is_left_out, bars, strict=False
        ):
            for note in () if is_left_out else bar.notes:
                is_held = note.tie & TIE_START and note.end == bar.length and end is not None
                note_end = max(end, start + note.end) if is_held and end else start + note.end
                written.notes.append(
                    note._replace(
                        start=round(start + note.start),
                        end=round(note_end),
                        part=part_numbers[note.part],
                    )
                )


def _marks(bars: Sequence[Bar], layout: Layout) -> list[tuple[int, bool, Mark]]:
    """The marks of a part in order: start, whether its bar is left out, mark."""
    rows = [
        (round(start + (0 if is_left_out else mark.start)), is_left_out, mark)
        for start, is_left_out, bar in zip(layout.starts, layout.is_left_out, bars, strict=False)
        for mark in bar.marks
    ]
    return sorted(rows, key=lambda row: row[0])


def _place_tempos(written: WrittenScore, parts: Sequence[Sequence[Bar]], layout: Layout) -> None:
    """The tempo marks of all parts; at one place, what is played counts before what is printed."""
    printed: dict[int, float] = {}
    played: dict[int, float] = {}
    for bars in reversed(parts):  # the first part counts, and of several marks its last
        for start, is_left_out, mark in _marks(bars, layout):
            if not is_left_out and mark.sound_tempo is not None:
                played[start] = mark.sound_tempo
            elif not is_left_out and mark.tempo is not None:
                printed[start] = mark.tempo
    tempos = printed | played
    first = min(tempos, default=0)
    is_pickup = len(written.bars) > 1 and first == written.bars[1][0]
    if is_pickup and not any(note.end <= 0 for note in written.notes) and _is_short(written):
        tempos = {0: tempos[first], **tempos}
    written.tempos = tempos


def _is_short(written: WrittenScore) -> bool:
    """Whether the first bar is shorter than its metre, and the second is not its other half."""
    (_, numerator, denominator), second = written.bars[:2]
    return second[0] * denominator < 4 * written.resolution * numerator


def _place_keys(written: WrittenScore, parts: Sequence[Sequence[Bar]], layout: Layout) -> None:
    """The key signatures of the first part that has any."""
    for bars in parts:
        for start, is_left_out, mark in _marks(bars, layout):
            if mark.key is not None and not is_left_out:
                written.keys[start] = mark.key
        if written.keys:
            return


def _place_pedals(written: WrittenScore, track: int, bars: Sequence[Bar], layout: Layout) -> None:
    """The pedal of a score part, for each of its parts: its depths as played, or the signs."""
    marks = [(start, mark) for start, _, mark in _marks(bars, layout) if mark.pedal]
    part_numbers = [i for i, part in enumerate(written.parts) if part.track == track]
    depths = [(start, m.pedal_value) for start, m in marks if m.pedal_value is not None]
    if depths:
        changes = [(start, value, number) for start, value in depths for number in part_numbers]
        written.pedal_changes += changes
        return
    spans: list[tuple[int, int]] = []
    down: int | None = None
    end = max((note.end for note in written.notes), default=0)
    for start, mark in marks:
        if down is not None and (mark.pedal != "start" or start > down):
            spans.append((down, start))
            down = None
        if mark.pedal != "stop":
            down = start
    if down is not None:
        spans.append((down, end))
    written.pedals += [(start, stop, number) for start, stop in spans for number in part_numbers]
