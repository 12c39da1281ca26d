"""Humdrum texts to scores.

verovio places the notes in time, and a second look at the tokens says which notes there are and
when: a text of which verovio loses or shifts a note is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from fractions import Fraction

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.humdrum.engraver import Placed, place_notes
from musicgen.corpus.readers.humdrum.instrument_codes import program_of_code
from musicgen.corpus.readers.humdrum.sections import spans_to_cut
from musicgen.corpus.readers.humdrum.spines import KERN, Spines, read_spines
from musicgen.corpus.readers.musicxml.instrument_names import program_of_name
from musicgen.corpus.readers.musicxml.instruments import drum_key_of_place
from musicgen.corpus.readers.written_score import (
    DEFAULT_VELOCITY,
    Notation,
    WrittenNote,
    WrittenScore,
    cut_out,
    resolution_for,
    to_notation,
    to_ticks,
)
from musicgen.score_fields import Part

_METRE = re.compile(r"\*M([\d+]{1,9})/(\d{1,3})")
_PERCUSSION_CLEF = "*clefX"
_LETTERS = "CCDDEFFGGAAB"  # of the pitch classes
_PART = re.compile(r"\*part\d")
_TEMPO = re.compile(r"\*MM(\d{1,4}(?:\.\d{1,4})?)")
_KEY_SIGNATURE = re.compile(r"\*k\[((?:[a-gA-G][#n-]?)*)\]")
_KEY = re.compile(r"\*([a-gA-G])[#-]?:")
_TOLERANCE_QUARTERS = Fraction(1, 256)  # verovio's times are floating-point numbers
_LEFT_OUT = {
    "**text": "~lyrics",
    "**silbe": "~lyrics",
    "**lyrics": "~lyrics",
    "**dynam": "~dynamics",
    "**harm": "~chord symbols",
    "**mxhm": "~chord symbols",
    "**fb": "~figured bass",
}


def read_humdrum(text: str, name: str) -> Notation:
    """Read a Humdrum text; raises UnreadableScore."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    spines = read_spines(text)
    if not spines.kern():
        kinds = ", ".join(sorted(set(spines.kinds.values())))[:60] or "no spines"
        raise UnreadableScore(f"it holds no {KERN} spine (but {kinds})")
    placed = place_notes(spines.plain_text)
    _check_all_are_placed(spines, placed)
    times = {time for note in spines.notes.values() for time in (note.onset, note.end)}
    times.update(placed.bars.values())
    written = WrittenScore(resolution_for(time.denominator for time in times))
    written.left_out = spines.left_out
    for kind in spines.kinds.values():
        if kind in _LEFT_OUT:
            written.left_out[_LEFT_OUT[kind]] += 1
    _add_parts_and_notes(written, spines, placed)
    _add_marks(written, spines, placed)
    spans = [
        (to_ticks(start, written.resolution), to_ticks(end, written.resolution))
        for start, end in spans_to_cut(spines, placed)
    ]
    return to_notation(cut_out(written, spans), name)


def _check_all_are_placed(spines: Spines, placed: Placed) -> None:
    """Raise UnreadableScore unless verovio places all notes where their tokens say."""
    found = placed.onsets.keys() & placed.ends.keys() & spines.notes.keys()
    if len(found) < len(spines.notes):
        raise UnreadableScore(
            f"{len(spines.notes) - len(found):,} of its {len(spines.notes):,} notes could not be "
            "placed in time",
            "look whether its spines are split and joined in order",
        )
    for place, note in spines.notes.items():
        shifts = (placed.onsets[place] - note.onset, placed.ends[place] - note.end)
        if max(map(abs, shifts)) > _TOLERANCE_QUARTERS:
            raise UnreadableScore(
                f"the rhythm of line {place.line:,} can be read in more than one way",
                "look whether durations add up in all spines",
            )


def _add_parts_and_notes(written: WrittenScore, spines: Spines, placed: Placed) -> None:
    """A part for each spine with notes, from the highest staff to the lowest, and all notes."""
    programs = {spines.first_fields[f]: p for f, p in placed.programs.items()}
    names: dict[int, str] = {}
    groups: dict[int, str] = {}  # staves of one instrument have the same `*part1`
    drums: set[int] = set()
    for _, spine, text in spines.interpretations:
        program = program_of_code(text)
        if text.startswith('*I"'):
            names.setdefault(spine, " ".join(text[3:].split()))
        elif program is not None:
            programs.setdefault(spine, program)
        elif _PART.match(text):
            groups.setdefault(spine, text)
        elif text == _PERCUSSION_CLEF:
            drums.add(spine)
    tracks: dict[str, int] = {}
    part_of = spines.parts()
    for spine in part_of:
        name = names.get(spine, "")
        program = 0 if spine in drums else programs.get(spine, program_of_name(name) or 0)
        track = tracks.setdefault(groups.get(spine, str(spine)), len(tracks))
        written.parts.append(Part(name, min(127, program), spine in drums, track))
    for place, note in spines.notes.items():
        if not 0 <= note.pitch <= 127:
            raise UnreadableScore(f"line {place.line:,} holds a note that no MIDI key has")
        start, end = (to_ticks(time, written.resolution) for time in (note.onset, note.end))
        pitch = _drum_key(note.pitch) if note.spine in drums else note.pitch
        part = part_of[note.spine]
        written.notes.append(WrittenNote(start, end, pitch, DEFAULT_VELOCITY, part, note.tie))


def _drum_key(pitch: int) -> int:
    """The percussion key of a note that says a place on the staff."""
    return drum_key_of_place(_LETTERS[pitch % 12], pitch // 12 - 1)


def _add_marks(written: WrittenScore, spines: Spines, placed: Placed) -> None:
    """Bars with their metres, tempo marks, key signatures and pedal spans."""
    kern, part_of = set(spines.kern()), spines.parts()
    signatures: dict[int, tuple[int, int]] = {}  # by tick
    pedal_down: dict[int, int] = {}  # part: tick
    for line, spine, text in spines.interpretations:
        if spine not in kern:
            continue
        part = part_of.get(spine)
        start = to_ticks(placed.time_at(line), written.resolution)
        metre, tempo = _METRE.fullmatch(text), _TEMPO.match(text)
        if metre:
            beats = sum(int(beat) for beat in metre[1].split("+") if beat)
            signatures.setdefault(start, (beats, int(metre[2])))
        elif tempo:
            written.tempos.setdefault(start, float(tempo[1]))
        elif text == "*ped" and part is not None:
            pedal_down.setdefault(part, start)
        elif text in ("*Xped", "*ped*") and part in pedal_down:
            written.pedals.append((pedal_down.pop(part), start, part))
        else:
            _add_key(written, start, text)
    bars = sorted({to_ticks(time, written.resolution) for time in placed.bars.values()})
    changes = sorted(signatures)
    for start in bars:
        index = bisect_right(changes, start)
        written.bars.append((start, *(signatures[changes[index - 1]] if index else (4, 4))))


def _add_key(written: WrittenScore, start: int, text: str) -> None:
    """Take a key signature `*k[f#]`, or the mode of a key `*e:`, at a tick."""
    signature, key = _KEY_SIGNATURE.fullmatch(text), _KEY.fullmatch(text)
    if signature:
        fifths = signature[1].count("#") - signature[1].count("-")
        written.keys.setdefault(start, (fifths, False))
    elif key and key[1].islower() and start in written.keys:
        written.keys[start] = written.keys[start][0], True
