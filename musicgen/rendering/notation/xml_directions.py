"""Tempo marks, pedal marks, octave signs and chord symbols as elements of MusicXML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.clefs import OctaveShift
from musicgen.rendering.notation.metre_grid import beat_ticks, is_compound
from musicgen.rendering.notation.note_values import is_dotted, value_name
from musicgen.rendering.notation.spelling import Spelling
from musicgen.score import Score
from musicgen.score_fields import TempoChange
from musicgen.theory.harmony.vocabulary import NONE, SUFFIXES, Chord, quality_of

_FASTEST_BEATS = 150  # eighths a minute in 3/8, above which the bar is one beat
_KINDS = (  # of chords in MusicXML, in the order of QUALITY_NAMES
    *("major", "minor", "diminished", "augmented", "dominant", "major-seventh"),
    *("minor-seventh", "half-diminished", "diminished-seventh", "suspended-fourth"),
)
_MIN_CHANGE = 0.02  # share of the tempo below which a change is not printed


def tempo_elements(score: Score, bars: Sequence[Bar]) -> list[tuple[int, Element]]:
    """Tick and element of each tempo; printed where it holds for a bar, else only played."""
    tempos = [TempoChange(0, score.tempo), *score.tempo_changes]
    ends = [*(tempo.start for tempo in tempos[1:]), max(score.end, bars[-1].stop)]
    starts = [bar.start for bar in bars]
    elements, printed = [], 0.0
    for tempo, end in zip(tempos, ends, strict=True):
        bar = bars[max(0, int(np.searchsorted(starts, tempo.start, side="right")) - 1)]
        is_new = abs(tempo.tempo - printed) > _MIN_CHANGE * printed
        if tempo.start == 0 or (is_new and end - tempo.start >= bar.ticks):
            elements.append((tempo.start, _metronome(tempo.tempo, bar)))
            printed = tempo.tempo
        else:
            elements.append((tempo.start, _unprinted(tempo.tempo)))
    return elements


def pedal_elements(score: Score, part: int, staff: int) -> list[tuple[int, Element]]:
    """Tick and element of each change of a part's pedal, and of the signs of its spans.

    Where the pedal comes up and goes down at once, only the beginning is marked.
    """
    spans = score.pedals[score.pedals["part"] == part]
    starts = spans["start"].tolist()
    stops = set((spans["start"] + spans["duration"]).tolist()) - set(starts)
    signs = [(tick, _pedal_sign("start", staff)) for tick in starts]
    signs += [(tick, _pedal_sign("stop", staff)) for tick in sorted(stops)]
    changes = score.pedal_changes[score.pedal_changes["part"] == part]
    sounds = [(start, _pedal_sound(value)) for start, value, _ in changes.tolist()]
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


def symbol_elements(
    chords: Sequence[tuple[int, Chord]], spelling: Spelling
) -> list[tuple[int, Element]]:
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
