"""Style of the training pieces of one metre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from musicgen.composing.settings import MAX_SILENCE_QUARTERS
from musicgen.encoding.parts.roles import DrumOnsets, Ensemble


@dataclass(frozen=True)
class MetreStyle:
    """Typical values of the pieces that are mostly in one metre."""

    metre: str  # such as 3/4
    share: float  # of all pieces
    tempo: float  # quarters a minute, median
    program: int | None  # General MIDI, most common; None where each part has its own
    pickups: Mapping[str, float] = field(default_factory=dict)  # length in quarters: share
    keys: Mapping[str, float] = field(default_factory=dict)  # name such as `A- major`: share
    pitch: float = 60.0  # MIDI, mean of the pieces' mean pitches
    spread: float = 0.0  # semitones, standard deviation of the pieces' mean pitches
    parts: int = 0  # monophonic parts of most pieces; 0 if their parts are not monophonic
    counterpoint: float = 0.0  # 1 if there are several parts with next to no parallels
    span: int = 0  # semitones from lowest to highest note, 90th percentile
    silence: float = MAX_SILENCE_QUARTERS  # quarters, longest silence of a piece, 98th percentile
    part_names: tuple[str, ...] = ()  # where all pieces with this number of parts agree
    forms: tuple[str, ...] = ()  # of a sample of the pieces, see `theory.form`
    drum_onsets: tuple[DrumOnsets, ...] = ()  # empty without bars or drums
    ensembles: tuple[Ensemble, ...] = ()  # of a sample of the pieces, for models of `parts`


DEFAULT_STYLE = MetreStyle("4/4", 1.0, 100.0, 0)  # where no training pieces are known
