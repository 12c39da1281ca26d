"""Tempo and pedal of MusicXML directions and sounds."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from musicgen.corpus.readers.musicxml.durations import TYPE_QUARTERS
from musicgen.corpus.readers.musicxml.xml_tree import child_text, to_number

_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)(?:[.,]\d{1,4})?")
# Notes of a metronome mark in words: letters, musical symbols (decomposed) and names.
_HEAD, _STEM, _DOT = "\U0001d158", "\U0001d165", "\U0001d16d"
_NOTES_IN_WORDS = {
    "\U0001d15d": "whole",
    f"\U0001d157{_STEM}": "half",
    f"{_HEAD}{_STEM}\U0001d16f": "16th",
    f"{_HEAD}{_STEM}\U0001d16e": "eighth",
    f"{_HEAD}{_STEM}": "quarter",
    "\u2669": "quarter",
    "\u266a": "eighth",
}
_NAMES_IN_WORDS = r"\b(?:whole|half|quarter|eighth)(?: note)?"
_MARK_IN_WORDS = re.compile(  # `Allegro (♩ = c. 120)`
    rf"({'|'.join(_NOTES_IN_WORDS)}|{_NAMES_IN_WORDS})\s{{0,3}}({_DOT}|\.)?\s{{0,3}}="
    r"\D{0,8}?(\d{1,4}(?:[.,]\d{1,4})?)(?!\d)"
)
_PEDALS = {"start": "start", "stop": "stop", "change": "change"}
_JUMPS = ("dacapo", "dalsegno", "tocoda", "fine")  # go elsewhere in the score

# What directions hold and scores do not, by element.
_LEFT_OUT = {"dynamics": "~dynamics", "wedge": "~dynamics"}


def metronome_tempo(metronome: Element, current: float) -> float | None:
    """Quarters a minute of a metronome mark, such as `♩. = c. 72` or `♩ = ♩.`; None if none.

    current: quarters a minute before the mark, of which a mark of two notes is a multiple.
    """
    units = list(_beat_units(metronome))
    number = _NUMBER.search(child_text(metronome, "per-minute"))
    if number and units:
        return float(number[0].replace(",", ".")) * float(units[0])
    if len(units) == 2:
        return current * float(units[1] / units[0])
    return None


def tempo_in_words(direction: Element) -> float | None:
    """Quarters a minute of a metronome mark that stands in a direction's words; None if none."""
    words = " ".join(text.text or "" for text in direction.iterfind("direction-type/words"))
    mark = _MARK_IN_WORDS.search(unicodedata.normalize("NFD", words))
    if mark is None:
        return None
    name = _NOTES_IN_WORDS.get(mark[1], mark[1].split()[0])
    quarters = TYPE_QUARTERS[name] * (Fraction(3, 2) if mark[2] else 1)
    return float(mark[3].replace(",", ".")) * float(quarters)


def _beat_units(metronome: Element) -> Iterator[Fraction]:
    """Quarters of each note of a metronome mark, with its dots."""
    unit, dots = Fraction(0), 0
    for child in metronome:
        if child.tag == "beat-unit":
            if unit:
                yield unit * (2 - Fraction(1, 2**dots))
            unit, dots = Fraction(TYPE_QUARTERS.get((child.text or "").strip(), 0)), 0
        elif child.tag == "beat-unit-dot":
            dots = min(4, dots + 1)
    if unit:
        yield unit * (2 - Fraction(1, 2**dots))


def pedal_change(direction: Element) -> str:
    """What a direction does to the sustain pedal: start, stop, change or nothing."""
    for pedal in direction.iterfind("direction-type/pedal"):
        change = _PEDALS.get(pedal.get("type", ""))
        if change:
            return change
    return ""


def sound_pedal(sound: Element) -> str:
    """What a `<sound>` does to the sustain pedal: start, stop or nothing."""
    value = sound.get("damper-pedal", "")
    if not value:
        return ""
    depth = to_number(value)
    is_down = depth >= 50 if depth is not None else value == "yes"
    return "start" if is_down else "stop"


def sound_pedal_value(sound: Element) -> int | None:
    """How deep a `<sound>` says that the sustain pedal is, 0 to 127; None if in no number."""
    percent = to_number(sound.get("damper-pedal"))
    return None if percent is None else min(127, max(0, round(percent * 127 / 100)))


def left_out_of(direction: Element) -> Counter[str]:
    """What of a direction a score does not hold."""
    left_out: Counter[str] = Counter()
    for kind in direction.iterfind("direction-type/*"):
        if kind.tag in _LEFT_OUT:
            left_out[_LEFT_OUT[kind.tag]] += 1
        elif kind.tag == "pedal" and kind.get("type") == "sostenuto":
            left_out["~the sostenuto pedal"] += 1
    return left_out


def left_out_of_sound(sound: Element) -> Counter[str]:
    """What of a `<sound>` a score does not hold."""
    is_jump = any(sound.get(name) for name in _JUMPS)
    is_swing = sound.find("swing/first") is not None
    return Counter({"~jumps (D.C., D.S.)": int(is_jump), "~swing": int(is_swing)})
