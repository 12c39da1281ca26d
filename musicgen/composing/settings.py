"""Settings of the composer, with bounds, defaults and a way through JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from musicgen.composing.decoding.sampling import Sampling
from musicgen.composing.random_streams import STREAMS_VERSION
from musicgen.encoding.grid import (
    GRID_PER_QUARTER,
    GRID_TICKS,
    HIGHEST_KEY,
    LOWEST_KEY,
    MAX_GRID_UNITS,
)
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, convert_json
from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.models.settings import CriticSettings
from musicgen.theory.form import check_form
from musicgen.theory.harmony.progressions import ProgressionError, parse_progression
from musicgen.theory.scales import pitch_classes
from musicgen.theory.spelling import written_pitch_name
from musicgen.theory.voice_separation import MAX_PARTS

MAX_BARS = 1000
MAX_NOTES = 20_000
MAX_VARIATIONS = 64  # for ranking; people ask for 1 to 8
MAX_SEED = 2**32 - 1
MIN_COPY_NOTES, MAX_COPY_NOTES = 4, 64
MAX_TRANSPOSE_SEMITONES = 24
MIN_SILENCE_QUARTERS, MAX_SILENCE_QUARTERS = 1.0, MAX_GRID_UNITS / GRID_PER_QUARTER
MAX_COUNTERPOINT = 3.0
MAX_PARTICLES = 64
MAX_DENSITY = 3.0
MAX_CHORD_STRENGTH = 3.0
MAX_CHORDS_TEXT = 4000  # characters
MAX_ENSEMBLES = 256  # of a metre
MIN_TEMPO_BPM, MAX_TEMPO_BPM = 10.0, 400.0
ENDING_BARS = 2  # that an ending composes again

RHYTHM_FIELDS = (
    "shift",
    "duration",
    "next",
)  # fields in which rare values stand out: see rhythm_tail

# Grid steps between the positions in a bar where notes may begin and end.
RHYTHM_GRIDS: Mapping[str, int] = {
    "any": 1,
    "16th": GRID_PER_QUARTER // 4,
    "triplet": GRID_PER_QUARTER // 3,
    "8th": GRID_PER_QUARTER // 2,
    "quarter": GRID_PER_QUARTER,
}

# Values with which a piece takes nothing from the style of the model's collection.
NO_STYLE: Mapping[str, Any] = {
    "pickup": 0.0,
    "transpose": 0,
    "parts": 0,
    "counterpoint": 0.0,
    "form": "",
    "span": 0,
    "silence": MAX_SILENCE_QUARTERS,
}

# Settings for models that do not know the parts of a piece, as one of `parts` has them.
KNOWN_BY_PARTS: Mapping[str, Any] = {"parts": 0, "span": 0}

# Defaults of version 1: its files and links leave out settings that were added after them.
_VERSION_1: Mapping[str, Any] = {
    **NO_STYLE,
    "endings": 0,
    "rhythm_tail": 1.0,
    "from_home": False,
    "version": 1,
}

# Defaults of the versions before critics, whose pieces were drawn one at a time.
_WITHOUT_CRITICS: Mapping[str, Any] = {"particles": 1, "temperature": 0.9}
FIRST_VERSION_WITH_CRITICS = 4
DEFAULT_TEMPERATURE = CriticSettings.temperature  # without a critic, and of all in version 4
FIRST_VERSION_WITH_TEMPERATURES = 5


@dataclass(frozen=True)
class ComposeSettings:
    """All that decides which notes are composed with a checkpoint, but for the primer.

    At least one of `bars` and `notes` limits a piece, its primer included; with both, the limit
    that is reached first counts. None leaves a setting to the collection, the primer or the model.
    """

    bars: int | None = 16
    notes: int | None = None
    variations: int = 1
    seed: int = 0
    temperature: float | None = None  # None: that of the model; this and top_p: docs/sampling.md
    field_temperature: Mapping[str, float] = field(default_factory=dict)  # by field, overrides it
    top_k: int = 0  # 0 for all
    top_p: float = 0.95  # 1 for all
    tempo: float | None = None  # quarters a minute
    program: int | None = None  # General MIDI
    metre: str | None = None  # such as 3/4; a primer keeps its own
    key: str | None = None  # such as D minor
    lowest: int = LOWEST_KEY  # MIDI
    highest: int = HIGHEST_KEY  # MIDI
    density: float = 0.0  # each unit halves the odds of an onset that is twice as far
    grid: str = "any"  # one of RHYTHM_GRIDS
    max_copy: int | None = None  # longest match with a training piece, in notes; 0 for any
    endings: int = 32  # ways to end a piece that are tried, for one that closes
    pickup: float | None = None  # quarters before the first bar, not counted in `bars`
    transpose: int | None = None  # semitones, of the finished piece; None: to a key of the style
    parts: int | None = None  # that the notes are divided among; 0 keeps them in one
    counterpoint: float | None = None  # strength of constraints.counterpoint
    form: str | None = None  # repeated bars, see theory.form; "" for none
    span: int | None = None  # semitones, see constraints.ambitus; 0 for no limit
    silence: float | None = None  # quarters, the longest
    rhythm_tail: float = 0.1  # share of 1 - top_p that is cut off RHYTHM_FIELDS; docs/sampling.md
    ensemble: int | None = None  # number of the parts of a training piece that the style has
    chords: str = ""  # a progression such as `C | Am7 | F G`, over and over
    chord_strength: float = 1.0  # by which tones of other chords are less likely on beats
    from_home: bool = True  # with a key: the first chord is of its tonic triad
    particles: int = 8  # drawn at once, of which a critic chooses; 1 for none
    version: int = STREAMS_VERSION  # of the random streams that the seed was chosen with

    def __post_init__(self) -> None:
        self._check_length()
        self._check_time()
        self._check_pitch()
        _check_bounds("variations", self.variations, 1, MAX_VARIATIONS)
        _check_bounds("seed", self.seed, 0, MAX_SEED)
        _check_bounds("endings", self.endings, 0, MAX_VARIATIONS)
        _check_bounds("counterpoint", self.counterpoint, 0, MAX_COUNTERPOINT)
        _check_bounds("parts", self.parts, 0, MAX_PARTS)
        check_form(self.form or "")
        if self.chords:
            self._check_chords()
        _check_bounds("chord-strength", self.chord_strength, 0.0, MAX_CHORD_STRENGTH)
        _check_bounds("ensemble", self.ensemble, 0, MAX_ENSEMBLES - 1)
        if self.max_copy:
            _check_bounds("max-copy", self.max_copy, MIN_COPY_NOTES, MAX_COPY_NOTES)
        _check_bounds("particles", self.particles, 1, MAX_PARTICLES)
        _check_bounds("rhythm-tail", self.rhythm_tail, 0.0, 1.0)
        if not 1 <= self.version <= STREAMS_VERSION:
            raise InvalidSetting("these settings come from a later version of musicgen")
        for name in ("", *self.field_temperature):
            self.sampling(name)

    def sampling(self, name: str) -> Sampling:
        """Sampling settings of the field of this name."""
        default = DEFAULT_TEMPERATURE if self.temperature is None else self.temperature
        temperature = self.field_temperature.get(name, default)
        is_cut_whole = name not in RHYTHM_FIELDS or self.rhythm_tail == 1.0
        top_p = self.top_p if is_cut_whole else 1.0 - (1.0 - self.top_p) * self.rhythm_tail
        return Sampling(temperature, self.top_k, top_p)

    @property
    def all_bars(self) -> int | None:
        """Number of bars of the score, that of a pickup included."""
        return None if self.bars is None else self.bars + bool(self.pickup)

    @property
    def draws_other_notes(self) -> bool:
        """Whether the seed led to other notes in the version that these settings come from."""
        return self.version != STREAMS_VERSION

    def first_metres(self) -> tuple[Metre, ...]:
        """Metres of a piece without a primer: that of the pickup's bar, if any, and its own.

        InvalidSetting where the pickup is no number of grid steps, or not shorter than a bar.
        """
        numerator, denominator = (self.metre or "4/4").split("/")
        try:
            metre = Metre(0, int(numerator), int(denominator))
        except ValueError as problem:
            raise InvalidSetting(str(problem)) from None
        if not self.pickup:
            return (metre,)
        ticks = self.pickup * TICKS_PER_QUARTER
        if ticks % GRID_TICKS or not 0 < ticks < metre.ticks_per_bar:
            raise InvalidSetting(
                f"a pickup of {self.pickup:g} quarters is not shorter than a bar of {metre}, "
                f"or no number of {GRID_PER_QUARTER}ths of a quarter"
            )
        return _metre_of_length(int(ticks)), replace(metre, start=int(ticks))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "field_temperature": dict(self.field_temperature)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> ComposeSettings:
        """Read settings of this version or an earlier one; InvalidSetting on a wrong value."""
        if not isinstance(entry, Mapping):
            raise InvalidSetting("the settings are no JSON object")
        unknown = sorted(set(entry) - {f.name for f in fields(cls)})
        if unknown:
            raise InvalidSetting(f"'{unknown[0]}' is not a setting of the composer")
        if "version" not in entry:
            entry = {**_VERSION_1, **entry}
        try:
            version: int = convert_json(entry["version"], int, "the version")
            if version < FIRST_VERSION_WITH_CRITICS:
                entry = {**_WITHOUT_CRITICS, **entry}
            if version < FIRST_VERSION_WITH_TEMPERATURES:
                entry = {"temperature": DEFAULT_TEMPERATURE, "endings": 16, **entry}
            return convert_json(dict(entry), cls, "the settings")
        except InvalidJson as problem:
            raise InvalidSetting(str(problem)) from None

    def _check_chords(self) -> None:
        if len(self.chords) > MAX_CHORDS_TEXT:
            raise InvalidSetting(f"the chords have more than {MAX_CHORDS_TEXT} characters")
        try:
            parse_progression(self.chords)
        except ProgressionError as problem:
            raise InvalidSetting(str(problem)) from None

    def _check_length(self) -> None:
        if self.bars is None and self.notes is None:
            raise InvalidSetting("say how long the piece is: a number of bars or of notes")
        _check_bounds("bars", self.bars, 1, MAX_BARS)
        _check_bounds("notes", self.notes, 1, MAX_NOTES)

    def _check_time(self) -> None:
        _check_bounds("tempo", self.tempo, MIN_TEMPO_BPM, MAX_TEMPO_BPM)
        _check_bounds("density", self.density, -MAX_DENSITY, MAX_DENSITY)
        _check_bounds("silence", self.silence, MIN_SILENCE_QUARTERS, MAX_SILENCE_QUARTERS)
        if self.grid not in RHYTHM_GRIDS:
            raise InvalidSetting(f"grid '{self.grid}' is not one of {', '.join(RHYTHM_GRIDS)}")
        if self.metre is not None and not re.fullmatch(r"\d{1,2}/\d{1,2}", self.metre):
            raise InvalidSetting(f"metre '{self.metre[:20]}' is not two numbers such as 3/4")
        self.first_metres()

    def _check_pitch(self) -> None:
        _check_bounds("lowest key", self.lowest, LOWEST_KEY, HIGHEST_KEY)
        _check_bounds("highest key", self.highest, LOWEST_KEY, HIGHEST_KEY)
        if self.highest < self.lowest:
            highest, lowest = map(written_pitch_name, (self.highest, self.lowest))
            raise InvalidSetting(f"the highest note, {highest}, lies below the lowest, {lowest}")
        _check_bounds("programme", self.program, 0, 127)
        maximum = MAX_TRANSPOSE_SEMITONES
        _check_bounds("transpose", self.transpose, -maximum, maximum)
        _check_bounds("span", self.span, 0, HIGHEST_KEY - LOWEST_KEY)
        if self.key is not None:
            pitch_classes(self.key)


def _metre_of_length(ticks: int) -> Metre:
    """A metre whose bar has this many ticks."""
    for denominator in (4, 8, 16, 32):
        numerator, rest = divmod(ticks * denominator, 4 * TICKS_PER_QUARTER)
        if not rest:
            return Metre(0, numerator, denominator)
    raise InvalidSetting(f"no metre has bars of {ticks} ticks: choose a pickup of whole 32nds")


def _check_bounds(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidSetting(f"{name} {value} is not between {low:g} and {high:g}")
