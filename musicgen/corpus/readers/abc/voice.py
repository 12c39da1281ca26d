"""A voice of an ABC tune: its music as it is read, token by token, in quarters."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.fields import Key, Metre, default_unit
from musicgen.corpus.readers.abc.settings import Settings
from musicgen.corpus.readers.abc.tokens import NoteToken
from musicgen.corpus.readers.limits import LIMITS

ONE = Fraction(1)
MAX_DENOMINATOR = 10**9  # of a time in quarters; keeps fractions small and quick
# Notes in the time of q others for `(p`; 0: three in compound time, else two.
_TUPLET_TIMES = {2: 3, 3: 2, 4: 3, 5: 0, 6: 2, 7: 0, 8: 3, 9: 0}

Place = tuple[str, int]  # letter and octave


@dataclass(slots=True)
class VoiceNote:
    """A note in quarters; mutable, because broken rhythm and ties come after it."""

    start: Fraction
    duration: Fraction
    pitch: int
    program: int
    is_drum: bool
    place: Place
    alteration: int
    layer: int = 0  # of those that are overlaid in its bar
    is_tied: bool = False


@dataclass
class Ending:
    """A variant ending of a repeated section."""

    number: int  # the first of those that it is played at
    start: Fraction
    end: Fraction | None = None


@dataclass
class _Tuplet:
    factor: Fraction
    notes_left: int


@dataclass
class Voice:
    """A voice; all times in quarters from the beginning of the tune."""

    id: str
    channel: int  # that of its order among the voices
    settings: Settings
    time: Fraction = Fraction(0)
    notes: list[VoiceNote] = field(default_factory=list)
    bars: dict[Fraction, Metre] = field(default_factory=dict)
    metres: dict[Fraction, Metre] = field(default_factory=dict)  # changes
    endings: list[Ending] = field(default_factory=list)
    keys: dict[Fraction, Key] = field(default_factory=dict)
    tempos: dict[Fraction, float] = field(default_factory=dict)
    has_music: bool = False
    _bar_start: Fraction = Fraction(0)
    _layer_end: Fraction = Fraction(0)  # latest end of the overlaid layers of this bar
    _overlay_start: Fraction | None = None  # of an overlay of several bars
    _layer: int = 0  # that is read
    _accidentals: dict[object, int] = field(default_factory=dict)  # by letter or place
    _ties: dict[Place, tuple[Fraction, int]] = field(default_factory=dict)  # end, alteration
    _ties_at_endings: dict[Place, tuple[Fraction, int]] = field(default_factory=dict)
    _last: list[VoiceNote] | None = None  # notes of the latest chord, note or rest
    _last_duration: Fraction = Fraction(0)
    _broken: Fraction | None = None  # factor of the next length
    _last_written: Fraction = Fraction(0)  # length before the sign of broken rhythm
    _tuplet: _Tuplet | None = None

    def __post_init__(self) -> None:
        self.settings = copy.deepcopy(self.settings)
        self.bars[self.time] = self.settings.metre
        self.keys[self.time] = self.settings.key

    @property
    def unit(self) -> Fraction:
        """Unit note length in quarters."""
        return self.settings.unit or default_unit(self.settings.metre)

    def add(self, notes: Sequence[NoteToken], length: Fraction) -> None:
        """Add a chord, a note or (without notes) a rest. length: factor of the notes' lengths.

        A chord lasts as long as its first note.
        """
        factor = self.unit * length * self._tuplet_factor()
        duration = factor * (notes[0].length if notes else 1)
        if self._broken:
            if duration != self._last_written:
                raise UnreadableScore("a broken rhythm joins notes of unequal lengths")
            factor, duration = factor * self._broken, duration * self._broken
            self._broken = None
        self._last = [self._sounding(note, factor) for note in notes]
        self.notes += self._last
        self._last_duration = duration
        self.has_music = True
        self._advance(duration)
        for note, token in zip(self._last, notes, strict=True):
            if token.is_tied:
                self._tie(note)

    def _sounding(self, token: NoteToken, factor: Fraction) -> VoiceNote:
        settings, place = self.settings, (token.letter, token.octave)
        alteration = self.alteration(token)
        if place in self._ties and self._ties[place][0] == self.time:
            del self._ties[place]  # a tie leads to one note, not to that of another layer, too
        return VoiceNote(
            self.time,
            token.length * factor,
            settings.pitch(token, alteration),
            settings.sounding_program(self.channel),
            settings.is_drum,
            place,
            alteration,
            self._layer,
        )

    def alteration(self, token: NoteToken) -> int:
        """Semitones of a note's accidental, of an earlier one in the bar, or of the key."""
        place, propagation = (token.letter, token.octave), self.settings.propagation
        scope: object = token.letter if propagation == "pitch" else place
        if token.alteration is not None:
            if propagation != "not":
                self._accidentals[scope] = token.alteration
            return token.alteration
        tie = self._ties.get(place)
        if tie and tie[0] == self.time:
            return tie[1]
        return self._accidentals.get(scope, self.settings.key.alterations.get(token.letter, 0))

    def _tuplet_factor(self) -> Fraction:
        """The factor that a tuplet gives to the next length."""
        if self._tuplet is None:
            return ONE
        factor = self._tuplet.factor
        self._tuplet.notes_left -= 1
        if not self._tuplet.notes_left:
            self._tuplet = None
        return factor

    def _advance(self, duration: Fraction) -> None:
        self.time += duration
        if self.time.denominator > MAX_DENOMINATOR:
            raise UnreadableScore("the lengths of its notes are too fine to be music")
        if self.time > LIMITS.quarters:
            raise UnreadableScore(
                f"it lasts {int(self.time):,} quarter notes; "
                f"a piece has at most {LIMITS.quarters:,}"
            )

    def rest_bars(self, count: int) -> None:
        """Add whole bars of rest."""
        if self.settings.metre is None:
            raise UnreadableScore("a rest of whole bars stands in free metre")
        numerator, denominator = self.settings.metre
        length = Fraction(4 * numerator, denominator)
        if length * count > LIMITS.quarters:
            self._advance(length * count)
        for index in range(count):
            if index:
                self.bar_line()
            self._advance(length)
        self._last, self.has_music = None, True

    def tie(self) -> None:
        """Tie all notes of the latest chord or note to the next."""
        if self._last is None:
            raise UnreadableScore("a tie has no note before it")
        for note in self._last:
            self._tie(note)

    def _tie(self, note: VoiceNote) -> None:
        note.is_tied = True
        self._ties[note.place] = note.start + note.duration, note.alteration

    def broken_rhythm(self, signs: str) -> None:
        """Lengthen the latest note and shorten the next (`>`), or the other way round (`<`)."""
        if self._last is None or self._broken or len(signs) > 3:
            raise UnreadableScore(f"a broken rhythm '{signs[:9]}' has no note before it")
        short = Fraction(1, 2 ** len(signs))
        first, self._broken = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        for note in self._last:
            note.duration *= first
            if note.is_tied:
                self._tie(note)
        self._last_written = self._last_duration
        self._advance(self._last_duration * (first - 1))

    def tuplet(self, text: str) -> None:
        """Begin a tuplet `(p:q:r`: the next r notes last p in the time of q."""
        if self._tuplet:
            raise UnreadableScore("a tuplet within a tuplet is not supported")
        values = [int(value or 0) for value in re.findall(r"[(:](\d{0,4})", text)] + [0, 0]
        p, q, r = values[:3]
        metre = self.settings.metre
        is_compound = metre is not None and metre[0] % 3 == 0 and metre[0] > 3 and metre[1] >= 8
        q = q or _TUPLET_TIMES.get(p, -1) or (3 if is_compound else 2)
        if p < 1 or q < 1:
            raise UnreadableScore(f"the tuplet '{text[:20]}' is not supported")
        self._tuplet = _Tuplet(Fraction(q, p), r or p)

    def bar_line(self) -> None:
        """End the bar: its overlaid layers and its accidentals."""
        if self._overlay_start is None:
            self.time, self._layer = max(self.time, self._layer_end), 0
        self._accidentals.clear()
        if self.time > self._bar_start:
            self._bar_start = self.time
            self.bars[self.time] = self.settings.metre

    def overlay(self, sign: str) -> None:
        """Go back to the beginning of the bar, or of the bars since `(&`, for another layer."""
        if sign == "(&":
            self._overlay_start, self._layer = self.time, 0
            return
        if sign not in ("&", "&)") or (sign == "&)" and self._overlay_start is None):
            raise UnreadableScore(f"the overlay '{sign[:9]}' is not supported")
        self._layer_end = max(self._layer_end, self.time)
        self._accidentals.clear()
        self._last = None
        if sign == "&)":
            self.time, self._overlay_start, self._layer = self._layer_end, None, 0
            return
        self._layer += 1
        start = self._overlay_start
        self.time = self._bar_start = self._bar_start if start is None else start

    def set_metre(self, metre: Metre) -> None:
        """Change the metre; music since the latest bar line is a bar of its own."""
        if self.settings.unit is None:
            self.settings.unit = self.unit  # a change of metre leaves the length of notes as it is
        self.bar_line()
        self.settings.metre = self.bars[self._bar_start] = metre
        self.metres[self._bar_start] = metre

    def set_key(self, key: Key) -> None:
        """Change the key signature."""
        self.settings.key = self.keys[self.time] = key

    def dots(self) -> None:
        """Check dots of a repeat sign that stand apart from its bar line (`| :`)."""
        if self.time != self._bar_start:
            raise UnreadableScore("a ':' stands apart from a bar line")

    def repeat_sign(self) -> None:
        """End the variant ending that is open."""
        if self.endings and self.endings[-1].end is None and self.endings[-1].start < self.time:
            self.endings[-1].end = self.time

    def begin_ending(self, number: int) -> None:
        """Begin a variant ending; a tie from before the first leads into each."""
        self.repeat_sign()
        if number <= 1 or not self.endings:
            self._ties_at_endings = {
                place: tie for place, tie in self._ties.items() if tie[0] == self.time
            }
        else:
            for place, (_, alteration) in self._ties_at_endings.items():
                self._ties[place] = self.time, alteration
        self.endings.append(Ending(number, self.time))
