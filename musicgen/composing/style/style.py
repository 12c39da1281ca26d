"""In which metres and keys, at which tempo and for which instrument a collection is written.

A piece that begins from nothing, and for which nobody asks otherwise, is begun as one of the
collection's might be: its metre is drawn in proportion, with the tempo and programme of those,
and with an upbeat as often as they have one.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import MAX_SILENCE_QUARTERS, MIN_SILENCE_QUARTERS, ComposeSettings
from musicgen.encoding.grid import GRID_TICKS
from musicgen.files import write_json
from musicgen.score import TICKS_PER_QUARTER, Score, bar_positions
from musicgen.statistics.rhythm_histograms import main_metre
from musicgen.theory.form import check_form, form_of
from musicgen.theory.keys import KEYS_BY_NAME, find_keys
from musicgen.theory.voice_leading import parallels
from musicgen.theory.voice_separation import monophonic_parts

FILE = "habits.json"
RARE = 0.02  # a metre, upbeat or key of fewer pieces than this share is not drawn
MOST_FORMS = 64  # of a metre
FEW_PARALLELS = 0.02  # of the changes of chord: half of that in Bach's chorales


@dataclass(frozen=True)
class MetreStyle:
    """What is usual among the pieces of one metre."""

    metre: str  # such as 3/4
    share: float  # of all pieces
    tempo: float  # quarters a minute, the median
    program: int  # General MIDI, the most common
    pickups: Mapping[str, float] = field(default_factory=dict)  # share by length, in quarters
    keys: Mapping[str, float] = field(default_factory=dict)  # share by key, such as `A- major`
    pitch: float = 60.0  # MIDI, the mean of the pieces' means
    spread: float = 0.0  # semitones, their standard deviation
    parts: int = 0  # of one note at a time each, as in most pieces; 0 where they are not so
    counterpoint: float = 0.0  # 1 where several parts have next to no parallels
    span: int = 0  # semitones from the lowest note to the highest, in nine of ten pieces no more
    silence: float = MAX_SILENCE_QUARTERS  # quarters, in all but one of fifty pieces no longer
    forms: Sequence[str] = ()  # of pieces, see `forms.py`; those of which nothing comes again too


_UNKNOWN = MetreStyle("4/4", 1.0, 100.0, 0)


def habits_of(scores: Sequence[Score]) -> tuple[MetreStyle, ...]:
    """The metres that pieces have for most of their time, the most common first."""
    groups: dict[str, list[Score]] = {}
    for score in scores:
        if len(score):
            groups.setdefault(str(main_metre(score)), []).append(score)
    total = sum(map(len, groups.values()))
    found = [
        _habit(metre, group, len(group) / total)
        for metre, group in groups.items()
        if len(group) >= RARE * total
    ]
    return tuple(sorted(found, key=lambda habit: (-habit.share, habit.metre)))


def _habit(metre: str, group: Sequence[Score], share: float) -> MetreStyle:
    notes = np.concatenate([score.notes for score in group])
    places = [score.notes["pitch"].mean() for score in group]
    parts = Counter(map(monophonic_parts, group)).most_common(1)[0][0]
    return MetreStyle(
        metre,
        share,
        float(np.median([score.tempo for score in group])),
        int(np.bincount(notes["program"]).argmax()),
        _shares(f"{_pickup(score):g}" for score in group),
        _shares(key.name for key in find_keys(group) if key),
        float(np.mean(places)),
        float(np.std(places)),
        parts,
        1.0 if parts > 1 and _few_parallels(group) else 0.0,
        int(np.percentile([np.ptp(score.notes["pitch"]) for score in group], 90)),
        _usual_silence(group),
        tuple(form_of(score) for score in group[:: -(-len(group) // MOST_FORMS)]),
    )


def _usual_silence(group: Sequence[Score]) -> float:
    longest = float(np.percentile([_longest_silence(score) for score in group], 98))
    return min(max(round(longest, 3), MIN_SILENCE_QUARTERS), MAX_SILENCE_QUARTERS)


def _longest_silence(score: Score) -> float:
    """Quarters between the end of all that sounds and the next note; 0 where there are none."""
    starts, ends = score.notes["start"], score.notes["start"] + score.notes["duration"]
    gaps = starts[1:] - np.maximum.accumulate(ends)[:-1]
    return max(0, *gaps.tolist(), 0) / TICKS_PER_QUARTER


def _few_parallels(group: Sequence[Score]) -> bool:
    found = [share for score in group if not math.isnan(share := parallels(score))]
    return bool(found) and float(np.mean(found)) < FEW_PARALLELS


def _pickup(score: Score) -> float:
    """Quarters before the first bar; 0 where it is a full one."""
    [bar, *_], [place, *_], _ = bar_positions(score.metres, [0])
    ticks = score.metres[0].ticks_per_bar if place and not bar else 0
    return ticks / TICKS_PER_QUARTER if ticks % GRID_TICKS == 0 else 0.0


def _shares(values: Iterable[str]) -> dict[str, float]:
    """The share of each value that is not rare; together they are 1."""
    counts = Counter(values)
    least = RARE * counts.total()
    kept = {value: count for value, count in counts.most_common() if count >= least}
    return {value: count / sum(kept.values()) for value, count in kept.items()}


def with_style_defaults(settings: ComposeSettings, habits: Sequence[MetreStyle]) -> ComposeSettings:
    """The settings with what they leave open filled in as is usual; the choice follows the seed.

    In a metre that is not usual, there is no upbeat and the rest is that of the commonest one.
    What is left open of `transpose` is said by `usual_key.py` once the piece is there.
    """
    if not habits:
        unknown = _texture(settings, _UNKNOWN)
        form, pickup = settings.form or "", settings.pickup or 0.0
        return replace(settings, pickup=pickup, form=form, **unknown)
    rng = random_stream(Purpose.STYLE, settings.seed)
    fitting = [habit for habit in habits if settings.metre in (None, habit.metre)]
    among = fitting or habits[:1]
    habit = among[drawn_index([each.share for each in among], rng)]
    usual_pickup = 0.0
    if fitting and habit.pickups:
        lengths = list(map(float, habit.pickups))
        usual_pickup = lengths[drawn_index(list(habit.pickups.values()), rng)]
    form = _usual_form(habit, settings.bars, rng) if fitting else ""
    return replace(
        settings,
        metre=settings.metre or habit.metre,
        tempo=habit.tempo if settings.tempo is None else settings.tempo,
        program=habit.program if settings.program is None else settings.program,
        pickup=usual_pickup if settings.pickup is None else settings.pickup,
        form=form if settings.form is None else settings.form,
        **_texture(settings, habit),
    )


def _usual_form(habit: MetreStyle, bars: int | None, rng: np.random.Generator) -> str:
    """That of one of the pieces, cut after so many bars; bars beyond its end are new ones."""
    return habit.forms[int(rng.integers(len(habit.forms)))][:bars] if habit.forms else ""


def going_on(settings: ComposeSettings, habits: Sequence[MetreStyle]) -> ComposeSettings:
    """The settings of a piece that goes on from a primer, which has its upbeat, key and metre."""
    texture = _texture(settings, habits[0] if habits else _UNKNOWN)
    return replace(settings, pickup=0.0, transpose=0, form=settings.form or "", **texture)


def _texture(settings: ComposeSettings, habit: MetreStyle) -> dict[str, Any]:
    """The settings of how parts go together, those left open as is usual."""
    names = ("parts", "counterpoint", "span", "silence")
    usual = {name: getattr(habit, name) for name in names}
    asked = {name: getattr(settings, name) for name in usual}
    return {name: usual[name] if asked[name] is None else asked[name] for name in usual}


def drawn_index(shares: Sequence[float], rng: np.random.Generator) -> int:
    """An index, each as often as its share says."""
    weights = np.array(shares)
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def save_habits(habits: Sequence[MetreStyle], folder: Path) -> None:
    """Write them into a run's folder."""
    write_json(folder / FILE, [asdict(habit) for habit in habits])


def load_habits(folder: Path) -> tuple[MetreStyle, ...]:
    """Those of a folder; none where they are missing or damaged."""
    try:
        entries = json.loads((folder / FILE).read_bytes())
        habits = tuple(
            MetreStyle(**{**each, "forms": tuple(each.get("forms", ()))}) for each in entries
        )
        for habit in habits:
            _check(habit)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return ()
    return habits


def _check(habit: MetreStyle) -> None:
    """ValueError or KeyError where it is none; as strict as with what a person asks for."""
    for pickup in (0.0, *map(float, habit.pickups)):
        ComposeSettings(
            metre=habit.metre,
            tempo=habit.tempo,
            program=habit.program,
            pickup=pickup,
            parts=habit.parts,
            counterpoint=habit.counterpoint,
            span=habit.span,
            silence=habit.silence,
        )
    for form in habit.forms:
        check_form(form)
    for name in habit.keys:
        KEYS_BY_NAME[name]
    shares = (habit.share, *habit.pickups.values(), *habit.keys.values())
    if not all(0 < share <= 1 for share in shares) or not (
        0 <= habit.pitch <= 127 and 0 <= habit.spread <= 127
    ):
        raise ValueError("a share is between 0 and 1, and a pitch one of MIDI")
