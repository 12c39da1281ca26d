"""Reader of ABC tunes: the lines of a tune to its voices.

ABC 2.1 (https://abcnotation.com/wiki/abc:standard:v2.1), with the directives of abc2midi for
programs, drums and transposition. What is not supported is refused by name.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.books import Book
from musicgen.corpus.readers.abc.fields import (
    default_unit,
    parse_key,
    parse_metre,
    parse_properties,
    parse_tempo,
    parse_unit,
)
from musicgen.corpus.readers.abc.lines import Line, tune_lines
from musicgen.corpus.readers.abc.settings import DRUM_CHANNEL, Settings
from musicgen.corpus.readers.abc.tokens import (
    NoteToken,
    chord_of,
    grace_notes_of,
    length_of,
    note_of,
    tokens,
)
from musicgen.corpus.readers.abc.voice import ONE, Voice
from musicgen.corpus.readers.abc.writing import to_written_score
from musicgen.corpus.readers.limits import LIMITS, check_notes
from musicgen.corpus.readers.written_score import Notation, to_notation

MAX_REST_BARS = 100_000  # of rests of whole bars in all voices
FIRST_VOICE = "1"  # of music before the first field V:
_OCTAVE_SIGNS = frozenset(("8va(", "8vb(", "15ma(", "15mb("))
# Chords of ABC before 1.7 (`+CEG+`), and music between line breaks of that time (`!CDE!`).
_NOT_DECORATION = re.compile(r"(?!f+$|[0-5]$)[\^_=A-Ga-gz,'\d/]+")


def read_abc(text: str, name: str) -> Notation:
    """Read a text that holds one tune; raises UnreadableScore.

    Lines are counted from the tune's first, X:.
    """
    book = Book(text)
    if len(book) != 1:
        raise UnreadableScore(f"it holds {len(book):,} tunes, and one is wanted")
    tune = Tune()
    for line in tune_lines(book.tune(0)):
        try:
            tune.read_line(line)
        except UnreadableScore as problem:
            number = line.number - book.header_lines
            place = f"line {number}" if number > 0 else "before the first tune"
            raise UnreadableScore(f"{place}: {problem.reason}", problem.remedy) from None
    if not tune.in_body:
        raise UnreadableScore("it has no field K:, after which the music of a tune begins")
    return to_notation(to_written_score(list(tune.voices.values()), tune.left_out), name)


class Tune:
    """The voices of a tune, and what was left out of them."""

    def __init__(self) -> None:
        self.voices: dict[str, Voice] = {}
        self.left_out: Counter[str] = Counter()
        self.in_body = False
        self._template = Settings()
        self._definitions: list[tuple[str, dict[str, str]]] = []  # of voices, in the header
        self._voice_directives: list[tuple[str, str]] = []
        self._tempo = ""
        self._voice: Voice | None = None
        self._notes = self._rest_bars = 0
        self._line_break_is_exclamation = False
        self._actions: dict[str, Callable[[str], None]] = {
            "bar": self._bar,
            "ending": self._ending,
            "named_ending": self._ending,
            "chord": lambda text: self._add(*chord_of(text)),
            "note": lambda text: self._add([note_of(text)], ONE),
            "rest": lambda text: self.voice.add([], length_of(text[1:])),
            "bar_rest": self._bar_rest,
            "tie": lambda text: self.voice.tie(),
            "broken": lambda text: self.voice.broken_rhythm(text),
            "dots": lambda text: self.voice.dots(),
            "tuplet": lambda text: self.voice.tuplet(text),
            "overlay": lambda text: self.voice.overlay(text),
            "grace": self._grace,
            "string": self._string,
            "decoration": self._decoration,
            "field": lambda text: self._body_field(text[1], text[3:-1].strip()),
            "microtone": self._microtone,
        }

    @property
    def voice(self) -> Voice:
        """The voice that is read."""
        if self._voice is None:
            self._voice = next(iter(self.voices.values()), None) or self._new_voice(FIRST_VOICE)
        return self._voice

    def read_line(self, line: Line) -> None:
        """Read the next line of the tune."""
        if line.field == ".":
            self._refuse_music(line.text)
        elif line.field == "m":
            raise UnreadableScore("macros (field m:) are not supported", "write them out")
        elif line.field in ("w", "W", "s"):
            self.left_out["~lyrics" if line.field != "s" else "~symbol lines"] = 1
        elif line.field and self.in_body:
            self._body_field(line.field, line.text)
        elif line.field:
            self._header_field(line.field, line.text)
        elif self.in_body:
            self._music(line.text)

    def _header_field(self, field: str, text: str) -> None:
        if field == "M":
            self._template.metre = parse_metre(text)
        elif field == "L":
            self._template.unit = parse_unit(text)
        elif field == "Q":
            self._tempo = text
        elif field == "P" and len(text) > 1:
            self.left_out["~the order of its parts (P:)"] = 1
        elif field == "V":
            name, properties = _voice_field(text)
            self._definitions.append((name, properties))
        elif field == "I":
            if self._definitions and text.lower().startswith("midi"):
                self._voice_directives.append((self._definitions[-1][0], text))
            else:
                self._directive(self._template, text)
        elif field == "K":
            self._begin_body(text)

    def _begin_body(self, text: str) -> None:
        key, properties = parse_key(text)
        self._template.key = key or self._template.key
        self._template.set_properties(properties)
        self._template.unit = self._template.unit or default_unit(self._template.metre)
        self.in_body = True
        for name, voice_properties in self._definitions:
            self._enter_voice(name, voice_properties)
        for name, directive in self._voice_directives:
            self._directive(self.voices[name].settings, directive)
        self._voice = None

    def _body_field(self, field: str, text: str) -> None:
        if field == "V":
            self._enter_voice(*_voice_field(text))
        elif field == "m":
            raise UnreadableScore("macros (field m:) are not supported", "write them out")
        elif self._voice is not None:
            self._set_field(self._voice, field, text)
        else:  # before the first voice and the first note: for all voices
            template = Voice("", 1, self._template)
            for voice in (template, *self.voices.values()):
                self._set_field(voice, field, text)
            self._template = template.settings
            self._tempo = text if field == "Q" else self._tempo

    def _set_field(self, voice: Voice, field: str, text: str) -> None:
        if field == "K":
            key, properties = parse_key(text)
            voice.settings.set_properties(properties)
            if key is not None:
                voice.set_key(key)
        elif field == "M":
            voice.set_metre(parse_metre(text))
        elif field == "L":
            voice.settings.unit = parse_unit(text)
        elif field == "Q":
            self._set_tempo(voice, text)
        elif field == "I":
            self._directive(voice.settings, text)

    def _enter_voice(self, name: str, properties: dict[str, str]) -> None:
        if name == "*":
            raise UnreadableScore("the field V:* is not supported")
        self._voice = self.voices.get(name) or self._new_voice(name)
        self._voice.settings.set_properties(properties)

    def _new_voice(self, name: str) -> Voice:
        if len(self.voices) >= LIMITS.parts:
            raise UnreadableScore(f"it has more than {LIMITS.parts:,} voices")
        channel = len(self.voices) + 1
        voice = Voice(name, channel + (channel >= DRUM_CHANNEL), copy.deepcopy(self._template))
        self.voices[name] = voice
        if self._tempo:
            self._set_tempo(voice, self._tempo)
        return voice

    def _set_tempo(self, voice: Voice, text: str) -> None:
        tempo = parse_tempo(text, voice.unit)
        if tempo is None:
            self.left_out["~tempo marks without a number"] = 1
        else:
            voice.tempos[voice.time] = tempo

    def _directive(self, settings: Settings, text: str) -> None:
        if match := re.match(r"linebreak\b(.*)", text):
            self._line_break_is_exclamation = "!" in match[1]
        settings.set_directive(text, self.left_out)

    def _music(self, text: str) -> None:
        if self._line_break_is_exclamation:
            text = text.replace("!", " ")
        for token in tokens(text):
            self._actions[token.kind](token.text)

    def _add(self, notes: list[NoteToken], length: Fraction) -> None:
        self._notes += len(notes)
        check_notes(self._notes)
        self.voice.add(notes, length)

    def _bar_rest(self, text: str) -> None:
        count = int(text[1:10] or 1)
        self._rest_bars += count
        if self._rest_bars > MAX_REST_BARS:
            raise UnreadableScore(
                f"it has {self._rest_bars:,} bars of rest; at most {MAX_REST_BARS:,} are read"
            )
        self.voice.rest_bars(count)

    def _bar(self, text: str) -> None:
        match = re.fullmatch(r"(.*?)(\d[\d,-]*)?", text)
        assert match is not None
        signs = match[1]
        self.voice.bar_line()
        if ":" in signs:
            self.voice.repeat_sign()
        if match[2]:
            self._ending(match[2])

    def _ending(self, text: str) -> None:
        number = re.search(r"\d{1,4}", text)
        if number is None:
            raise UnreadableScore(f"the ending {text[1:30]} has no number")
        self.voice.begin_ending(int(number[0]))

    def _grace(self, text: str) -> None:
        for note in grace_notes_of(text):
            self.voice.alteration(note)  # its accidental holds to the end of the bar
            self.left_out["grace notes"] += 1

    def _string(self, text: str) -> None:
        self.left_out["annotations" if text[1:2] in "^_<>@" else "chord symbols"] += 1

    def _decoration(self, text: str) -> None:
        name = text.strip("!+")
        if name in _OCTAVE_SIGNS or (name != text and _NOT_DECORATION.fullmatch(name)):
            raise UnreadableScore(f"the decoration {text[:20]} is not supported")
        self.left_out["decorations"] += 1

    def _microtone(self, text: str) -> None:
        raise UnreadableScore(f"microtones such as '{text[:12]}' are not supported")

    def _refuse_music(self, text: str) -> None:
        """Refuse music after an empty line; free text is welcome there."""
        is_music = re.match(r"\[?[KV]:", text) is not None
        if "|" in text and not re.match("[A-Za-z]:", text):
            with suppress(UnreadableScore):
                is_music = is_music or all(token.kind in self._actions for token in tokens(text))
        if is_music:
            raise UnreadableScore(
                "there is music after an empty line, which ends a tune", "take empty lines out"
            )


def _voice_field(text: str) -> tuple[str, dict[str, str]]:
    """The id of a voice and its properties."""
    name, *rest = text.split(maxsplit=1) or [""]
    if not name:
        raise UnreadableScore("a field V: names no voice")
    return name, parse_properties(" ".join(rest))
