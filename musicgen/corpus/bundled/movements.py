"""Changes to MusicXML trees: some of the bars alone, tempi for words that have no number."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from musicgen.corpus.readers.musicxml.xml_tree import to_int, to_number

_KEPT = ("divisions", "key", "time", "transpose")  # attributes that hold until they change
_BEATS_A_MINUTE = {
    "prestissimo": 184.0,
    "presto": 160.0,
    "vivace": 140.0,
    "allegro": 126.0,
    "allegretto": 104.0,
    "menuetto": 116.0,
    "andantino": 84.0,
    "andante": 72.0,
    "adagio": 54.0,
    "sostenuto": 60.0,
}
_TEMPO_WORD = re.compile("|".join(_BEATS_A_MINUTE))
_JUMP = re.compile(r"capo|d\. ?c\.|replica")  # `Menuetto da capo` is no tempo
_ALLA_BREVE = 1.4  # quarters for each beat of a word in 2/2: halves, but of a calmer beat


def cut_bars(root: Element, first: int, stop: int | None) -> None:
    """Leave only some bars of a score-partwise tree, with the attributes in force at the first."""
    for part in root.iterfind("part"):
        measures = part.findall("measure")
        attributes = Element("attributes")
        in_force = {
            (child.tag, child.get("number")): child
            for measure in measures[:first]
            for child in measure.iterfind("attributes/*")
            if child.tag in _KEPT
        }
        attributes.extend(in_force.values())
        remaining = measures[first:stop]
        for measure in measures:
            if measure not in remaining:
                part.remove(measure)
        if in_force:
            remaining[0].insert(0, attributes)


def set_opening(root: Element, opening: str | float) -> None:
    """Put tempo words, or a tempo in quarters a minute, at the beginning of the first part."""
    measure = next(root.iter("measure"))
    index = next(i for i, element in enumerate(measure) if element.tag == "note")
    direction = Element("direction")
    words = SubElement(SubElement(direction, "direction-type"), "words")
    if isinstance(opening, str):
        words.text = opening
    else:
        SubElement(direction, "sound", tempo=f"{opening:g}")
    measure.insert(index, direction)


def number_tempo_words(root: Element) -> None:
    """Give each tempo word of the first part a tempo; leave out the tempi of the other parts.

    The number that a bar has counts, unless it is more than twice or less than half of what its
    word says (`Presto` at 40). Tempi of other parts repeat those of the first or are misplaced.
    """
    first, *others = root.findall("part")
    for part in others:
        for direction in part.iter("direction"):
            _remove_tempo(direction)
    signature = 4, 4  # beats and their type
    for measure in first:
        for time in measure.iterfind("attributes/time"):
            signature = to_int(time.findtext("beats")), to_int(time.findtext("beat-type"))
        written = [to_number(sound.get("tempo")) for sound in measure.iter("sound")]
        for direction in measure.findall("direction"):
            rate = _rate(" ".join(words.text or "" for words in direction.iter("words")))
            tempo = rate * _quarters_a_beat(*signature) if rate else None
            if tempo and not any(n and tempo / 2 <= n <= tempo * 2 for n in written):
                _remove_tempo(direction)
                SubElement(direction, "sound", tempo=f"{tempo:g}")


def _remove_tempo(direction: Element) -> None:
    """Leave out the numbers of a direction, in print and as played."""
    for sound in direction.findall("sound"):
        sound.attrib.pop("tempo", None)
    for kind in direction.findall("direction-type"):
        for metronome in kind.findall("metronome"):
            kind.remove(metronome)


def _rate(words: str) -> float | None:
    """Beats a minute of the first tempo word, such as that of `Allegro ma non tanto`."""
    words = words.strip().lower()
    match = _TEMPO_WORD.search(words)
    return _BEATS_A_MINUTE[match[0]] if match and not _JUMP.search(words) else None


def _quarters_a_beat(beats: int, beat_type: int) -> float:
    """Quarters that tempo words count as one; three eighths are counted in quarters."""
    if beat_type == 8 and beats % 3 == 0 and beats > 3:
        return 1.5
    return _ALLA_BREVE if beat_type == 2 else 1.0
