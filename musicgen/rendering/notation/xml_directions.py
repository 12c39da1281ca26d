"""Tempo marks, pedal marks, octave signs and chord symbols as elements of MusicXML."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias
from xml.etree.ElementTree import Element, SubElement

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.clefs import OctaveShift
from musicgen.rendering.notation.metre_grid import beat_ticks, is_compound
from musicgen.rendering.notation.note_values import is_dotted, value_name
from musicgen.rendering.notation.spelling import Spelling
from musicgen.rendering.notation.tuplets.marks import MarkClock
from musicgen.rendering.notation.tuplets.tuplet import Ticks
from musicgen.theory.harmony.vocabulary import NONE, SUFFIXES, Chord, quality_of

Timed: TypeAlias = tuple[Ticks, Element]

_FASTEST_BEATS = 150  # eighths a minute in 3/8, above which the bar is one beat
_KINDS = (  # of chords in MusicXML, in the order of QUALITY_NAMES
    *("major", "minor", "diminished", "augmented", "dominant", "major-seventh"),
    *("minor-seventh", "half-diminished", "diminished-seventh", "suspended-fourth"),
)
_MIN_CHANGE = 0.02  # share of the tempo below which a change is not printed


def tempo_elements(clock: MarkClock, bars: Sequence[Bar]) -> list[Timed]:
    """Tick and element of each tempo; printed where it holds for a bar, else only played."""
    score = clock.score
    tempos: dict[Ticks, float] = {0: score.tempo}  # of several at one tick the last counts
    tempos.update((clock.place(change.start), change.tempo) for change in score.tempo_changes)
    ends = [*list(tempos)[1:], max(clock.place(score.end), bars[-1].stop)]
    starts = [bar.start for bar in bars]
    elements: list[Timed] = []
    printed = 0.0
    for (start, tempo), end in zip(tempos.items(), ends, strict=True):
        bar = bars[max(0, bisect_right(starts, start) - 1)]
        is_new = abs(tempo - printed) > _MIN_CHANGE * printed
        if start == 0 or (is_new and end - start >= bar.ticks):
            elements.append((start, _metronome(tempo, bar)))
            printed = tempo
        else:
            elements.append((start, _unprinted(tempo)))
    return elements


def pedal_elements(clock: MarkClock, part: int, staff: int) -> list[Timed]:
    """Tick and element of each change of a part's pedal, and of the signs of its spans.

    Where the pedal comes up and goes down at once, only the beginning is marked.
    """
    score, place = clock.score, clock.place
    spans = score.pedals[score.pedals["part"] == part]
    starts = [place(start) for start in spans["start"].tolist()]
    stops = {place(stop) for stop in (spans["start"] + spans["duration"]).tolist()} - set(starts)
    signs = [(tick, _pedal_sign("start", staff)) for tick in starts]
    signs += [(tick, _pedal_sign("stop", staff)) for tick in sorted(stops)]
    changes = score.pedal_changes[score.pedal_changes["part"] == part]
    sounds = [(place(start), _pedal_sound(value)) for start, value, _ in changes.tolist()]
    return sorted([*signs, *sounds], key=lambda item: item[0])


def _pedal_sign(kind: str, staff: int) -> Element:
    direction = Element("direction", placement="below")
    holder = SubElement(direction, "direction-type")
    SubElement(holder, "pedal", type=kind, line="no", sign="yes")
    if staff:
        SubElement(direction, "staff").text = str(staff)
    return direction


def _pedal_sound(value: int) -> Element:
    """A change of the pedal as it is played, in percent of its depth."""
    percent = f"{value * 100 / 127:.2f}".rstrip("0").rstrip(".")
    return Element("sound", {"damper-pedal": percent})


def octave_element(shift: OctaveShift, staff: int, is_start: bool) -> Element:
    """Beginning or end of an octave sign."""
    direction = Element("direction", placement="above" if shift.octaves > 0 else "below")
    kind = ("down" if shift.octaves > 0 else "up") if is_start else "stop"
    size = str(7 * abs(shift.octaves) + 1)
    SubElement(SubElement(direction, "direction-type"), "octave-shift", type=kind, size=size)
    if staff:
        SubElement(direction, "staff").text = str(staff)
    return direction


def symbol_elements(chords: Sequence[tuple[int, Chord]], spelling: Spelling) -> list[Timed]:
    """Tick and element of each chord symbol, spelled as notes are; no chord has none."""
    known = [(tick, chord) for tick, chord in chords if chord.root != NONE]
    return [(tick, _symbol(chord, tick, spelling)) for tick, chord in known]


def at_offset(element: Element, ticks: int) -> Element:
    """The element placed some ticks after the point of the measure where it stands."""
    if not ticks:
        return element
    offset = Element("offset", sound="yes")
    offset.text = str(ticks)
    is_symbol = element.tag == "harmony"  # its offset comes after all of a chord
    place = len(element) if is_symbol else len(element.findall("direction-type"))
    element.insert(place, offset)
    return element


def _metronome(tempo: float, bar: Bar) -> Element:
    """A printed tempo, in beats of the bar's metre a minute."""
    beat = beat_ticks(bar.metre)
    unit = beat // 3 if is_compound(bar.metre) else beat
    if bar.metre.numerator == 3 and tempo * TICKS_PER_QUARTER / unit <= _FASTEST_BEATS:
        beat = unit
    direction = Element("direction", placement="above")
    mark = SubElement(SubElement(direction, "direction-type"), "metronome", parentheses="no")
    SubElement(mark, "beat-unit").text = value_name(beat)
    if is_dotted(beat):
        SubElement(mark, "beat-unit-dot")
    SubElement(mark, "per-minute").text = str(round(tempo * TICKS_PER_QUARTER / beat))
    direction.append(_sound(tempo))
    return direction


def _unprinted(tempo: float) -> Element:
    """A tempo that is played and not printed: a direction of no words."""
    direction = Element("direction")
    SubElement(SubElement(direction, "direction-type"), "words")
    direction.append(_sound(tempo))
    return direction


def _sound(tempo: float) -> Element:
    """A tempo in quarters a minute, for players."""
    return Element("sound", tempo=str(tempo).removesuffix(".0"))


def _symbol(chord: Chord, tick: int, spelling: Spelling) -> Element:
    quality = quality_of(chord.root, chord.mask)
    element = Element("harmony")
    _add_spelled(element, "root", spelling.spell(60 + chord.root, tick))
    SubElement(element, "kind", text=SUFFIXES[quality]).text = _KINDS[quality]
    if chord.bass != chord.root:
        _add_spelled(element, "bass", spelling.spell(60 + chord.bass, tick))
    return element


def _add_spelled(element: Element, tag: str, spelled: tuple[str, int, int]) -> None:
    """spelled: letter, alteration in semitones and octave."""
    note = SubElement(element, tag)
    SubElement(note, f"{tag}-step").text = spelled[0]
    if spelled[1]:
        SubElement(note, f"{tag}-alter").text = str(spelled[1])
