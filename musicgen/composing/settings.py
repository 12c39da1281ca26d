"""What is asked of the composer, checked, and kept as JSON beside what it made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from musicgen.composing.decoding.sampling import Sampling
from musicgen.encoding.grid import (
    GRID_PER_QUARTER,
    GRID_TICKS,
    HIGHEST_KEY,
    LOWEST_KEY,
    MAX_GRID_UNITS,
)
from musicgen.score import TICKS_PER_QUARTER, Metre
from musicgen.theory.form import check_form
from musicgen.theory.scales import pitch_classes
from musicgen.theory.spelling import pitch_name
from musicgen.theory.voice_separation import MAX_PARTS

MAX_BARS = 1000
MAX_NOTES = 20_000
MAX_VARIATIONS = 64  # for ranking; people ask for 1 to 8
MAX_SEED = 2**32 - 1
DEFAULT_ENDINGS = 16  # that are tried where nobody says how many
ENDING_BARS = 2  # that are drawn again for each of them
MIN_COPY_NOTES, MAX_COPY_NOTES = 4, 64  # notes
MAX_TRANSPOSE_SEMITONES = 24  # semitones
RHYTHM = ("shift", "duration")  # fields in which what is rare makes the difference
DEFAULT_RHYTHM_TAIL = 0.1  # docs/sampling.md
MIN_SILENCE_QUARTERS, MAX_SILENCE_QUARTERS = 1.0, MAX_GRID_UNITS / GRID_PER_QUARTER  # quarters

# Grid steps between the places in a bar where notes may begin and end.
RHYTHM_GRIDS: Mapping[str, int] = {
    "any": 1,
    "16th": GRID_PER_QUARTER // 4,
    "triplet": GRID_PER_QUARTER // 3,
    "8th": GRID_PER_QUARTER // 2,
    "quarter": GRID_PER_QUARTER,
}


@dataclass(frozen=True)
class ComposeSettings:
    """All that decides which notes are composed from a checkpoint, but for the primer.

    At least one of `bars` and `notes` says how long a piece is, its primer included; with
    both, what comes first. `None` leaves a choice to the model or to the primer.
    """

    bars: int | None = 16
    notes: int | None = None
    variations: int = 1
    seed: int = 0
    temperature: float = 0.95  # this and top_p are chosen in docs/sampling.md
    field_temperature: Mapping[str, float] = field(default_factory=dict)  # in place of the above
    top_k: int = 0  # 0 is all
    top_p: float = 0.98  # 1 is all
    tempo: float | None = None  # quarters a minute
    program: int | None = None  # General MIDI
    metre: str | None = None  # such as 3/4; a primer keeps its own
    key: str | None = None  # such as D minor
    lowest: int = LOWEST_KEY
    highest: int = HIGHEST_KEY
    density: float = 0.0  # each unit halves the odds of an onset that is twice as far
    grid: str = "any"  # one of RHYTHM_GRIDS
    # Notes in a row that may stand in the training data: None leaves it to the collection's own
    # figure where that is known, 0 allows all.
    max_copy: int | None = None
    endings: int = 0  # ways to end a piece of bars that are tried, for one that closes
    pickup: float | None = 0.0  # quarters before the first bar, which `bars` does not count
    transpose: int | None = 0  # semitones that the drawn piece is moved by; None: to a usual key
    parts: int | None = 0  # that the notes are given to, see `parts.py`; 0 keeps them in one
    # Wish for good voice leading, see `counterpoint.py`; None where the collection's own is good.
    counterpoint: float | None = 0.0
    form: str | None = ""  # which bars come again, see `forms.py`; None draws one as is usual
    span: int | None = 0  # semitones, see `ambitus.py`; 0 sets no bounds, None those that are usual
    # Quarters in which nothing may sound; None: as many as is usual.
    silence: float | None = MAX_SILENCE_QUARTERS
    rhythm_tail: float = 1.0  # share of what top_p leaves out that is left out of RHYTHM
    from_home: bool = False  # with a key: the first chord is of its tonic's triad

    def __post_init__(self) -> None:
        self._check_length()
        self._check_time()
        _within("variations", self.variations, 1, MAX_VARIATIONS)
        _within("seed", self.seed, 0, MAX_SEED)
        _within("lowest key", self.lowest, LOWEST_KEY, HIGHEST_KEY)
        _within("highest key", self.highest, LOWEST_KEY, HIGHEST_KEY)
        if self.highest < self.lowest:
            highest, lowest = pitch_name(self.highest), pitch_name(self.lowest)
            raise ValueError(f"the highest note, {highest}, lies below the lowest, {lowest}")
        _within("density", self.density, -3, 3)
        _within("programme", self.program, 0, 127)
        _within("endings", self.endings, 0, MAX_VARIATIONS)
        _within("transpose", self.transpose, -MAX_TRANSPOSE_SEMITONES, MAX_TRANSPOSE_SEMITONES)
        _within("counterpoint", self.counterpoint, 0, 3)
        _within("parts", self.parts, 0, MAX_PARTS)
        _within("span", self.span, 0, HIGHEST_KEY - LOWEST_KEY)
        _within("silence", self.silence, MIN_SILENCE_QUARTERS, MAX_SILENCE_QUARTERS)
        check_form(self.form or "")
        if self.max_copy:
            _within("max-copy", self.max_copy, MIN_COPY_NOTES, MAX_COPY_NOTES)
        if self.key is not None:
            pitch_classes(self.key)
        _within("rhythm-tail", self.rhythm_tail, 0.0, 1.0)
        for name in ("", *self.field_temperature):
            self.sampling(name)

    def sampling(self, name: str) -> Sampling:
        """How the field of this name is drawn."""
        temperature = self.field_temperature.get(name, self.temperature)
        whole = name not in RHYTHM or self.rhythm_tail == 1.0
        top_p = self.top_p if whole else 1.0 - (1.0 - self.top_p) * self.rhythm_tail
        return Sampling(temperature, self.top_k, top_p)

    @property
    def all_bars(self) -> int | None:
        """How many bars the score is to have, a pickup's among them."""
        return None if self.bars is None else self.bars + bool(self.pickup)

    def first_metres(self) -> tuple[Metre, ...]:
        """The metres of a piece without a primer: its own, and before it that of a pickup.

        ValueError where the pickup is no number of grid steps, or not shorter than a bar.
        """
        numerator, denominator = (self.metre or "4/4").split("/")
        metre = Metre(0, int(numerator), int(denominator))
        if not self.pickup:
            return (metre,)
        ticks = self.pickup * TICKS_PER_QUARTER
        if ticks % GRID_TICKS or not 0 < ticks < metre.ticks_per_bar:
            raise ValueError(
                f"a pickup of {self.pickup:g} quarters is not shorter than a bar of {metre}, "
                f"or no number of {GRID_PER_QUARTER}ths of a quarter"
            )
        return _lasting(int(ticks)), replace(metre, start=int(ticks))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "field_temperature": dict(self.field_temperature)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> ComposeSettings:
        """The settings again; ValueError where a name or a value is not known."""
        unknown = sorted(set(entry) - {f.name for f in fields(cls)})
        if unknown:
            raise ValueError(f"'{unknown[0]}' is not a setting of the composer")
        for f in fields(cls):
            if f.name in entry:
                _check_kind(f.name, str(f.type), entry[f.name])
        return cls(**entry)

    def _check_length(self) -> None:
        if self.bars is None and self.notes is None:
            raise ValueError("say how long the piece is: a number of bars or of notes")
        _within("bars", self.bars, 1, MAX_BARS)
        _within("notes", self.notes, 1, MAX_NOTES)

    def _check_time(self) -> None:
        _within("tempo", self.tempo, 10, 400)
        if self.grid not in RHYTHM_GRIDS:
            raise ValueError(f"grid '{self.grid}' is not one of {', '.join(RHYTHM_GRIDS)}")
        if self.metre is not None and not re.fullmatch(r"\d{1,2}/\d{1,2}", self.metre):
            raise ValueError(f"metre '{self.metre[:20]}' is not two numbers such as 3/4")
        self.first_metres()


def _lasting(ticks: int) -> Metre:
    """A metre whose bar lasts so long."""
    for denominator in (4, 8, 16, 32):
        numerator, rest = divmod(ticks * denominator, 4 * TICKS_PER_QUARTER)
        if not rest:
            return Metre(0, numerator, denominator)
    raise ValueError(f"no metre has bars of {ticks} ticks: choose a pickup of whole 32nds")


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "int": int,
    "bool": bool,
    "float": (int, float),
    "str": str,
    "Mapping[str, float]": Mapping,
}


def _check_kind(name: str, kind: str, value: Any) -> None:
    """ValueError where a value from JSON is of another kind than its setting."""
    wanted, _, optional = kind.partition(" | ")
    if optional and value is None:
        return
    if isinstance(value, bool) != (wanted == "bool") or not isinstance(value, _KINDS[wanted]):
        raise ValueError(f"{name} cannot be {value!r}")
    if isinstance(value, Mapping):
        for part, number in value.items():
            _check_kind(f"{name} of {part}", "float", number)


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} {value} is not between {low} and {high}")


# What the composer does where nobody says otherwise. The dataclass's own defaults are those of
# the time before each setting was there: older links and files do not name it.
LEFT_OPEN: Mapping[str, Any] = dict.fromkeys(
    ("pickup", "transpose", "parts", "counterpoint", "form", "span", "silence")
)  # to the collection
AS_USUAL = ComposeSettings(
    endings=DEFAULT_ENDINGS, rhythm_tail=DEFAULT_RHYTHM_TAIL, from_home=True, **LEFT_OPEN
)
