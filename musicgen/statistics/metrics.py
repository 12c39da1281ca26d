"""The musical statistics by name: what the pages show and the ranking and comparisons use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from musicgen.score import Score
from musicgen.statistics import pitch_metrics as pitch
from musicgen.statistics import rhythm_metrics as time
from musicgen.theory import voice_leading


@dataclass(frozen=True)
class Metric:
    """One number that says something of a score."""

    name: str
    unit: str  # empty for a pure number
    function: Callable[[Score], float]
    description: str

    def __call__(self, score: Score) -> float:
        return self.function(score)


_ALL = (
    Metric(
        "pitch-class entropy",
        "bits",
        pitch.pitch_class_entropy,
        "How evenly the twelve pitch classes are used: 0 is one alone, 3.58 is all alike.",
    ),
    Metric(
        "scale consistency",
        "share",
        pitch.scale_consistency,
        "The share of notes in the scale that fits best: 1 never leaves its scale.",
    ),
    Metric(
        "pitch range",
        "semitones",
        pitch.pitch_range,
        "From the lowest note to the highest.",
    ),
    Metric(
        "pitches used",
        "pitches",
        pitch.pitches_used,
        "How many different pitches are struck.",
    ),
    Metric(
        "pitch classes used",
        "classes",
        pitch.pitch_classes_used,
        "How many of the twelve pitch classes are struck.",
    ),
    Metric(
        "mean interval",
        "semitones",
        pitch.mean_interval,
        "The mean step from a note to the next, up or down.",
    ),
    Metric(
        "repeated notes",
        "share",
        pitch.repeated_note_share,
        "The share of notes on the same pitch as the note before.",
    ),
    Metric(
        "polyphony",
        "pitches",
        time.polyphony,
        "How many pitches sound at once, on average, while any sounds.",
    ),
    Metric(
        "polyphony rate",
        "share",
        time.polyphony_rate,
        "The share of the time in which two pitches or more sound.",
    ),
    Metric(
        "groove consistency",
        "share",
        time.groove_consistency,
        "How alike the rhythms of neighbouring bars are: 1 is the same throughout.",
    ),
    Metric(
        "empty beats",
        "share",
        time.empty_beat_rate,
        "The share of beats in which nothing sounds.",
    ),
    Metric(
        "notes per bar",
        "notes",
        time.notes_per_bar,
        "Note density by the bar.",
    ),
    Metric(
        "notes per beat",
        "notes",
        time.notes_per_beat,
        "Note density by the quarter.",
    ),
    Metric(
        "mean duration",
        "quarters",
        time.mean_duration,
        "How long a note lasts, on average.",
    ),
    Metric(
        "mean inter-onset",
        "quarters",
        time.mean_inter_onset,
        "The mean time from an onset to the next.",
    ),
    Metric(
        "longest wait",
        "quarters",
        time.longest_wait,
        "The longest time in which nothing begins.",
    ),
    Metric(
        "duration entropy",
        "bits",
        time.duration_entropy,
        "How varied the durations are: 0 is one duration alone.",
    ),
    Metric(
        "clashes",
        "share",
        voice_leading.clashes,
        "The share of chords with two pitches a semitone apart, octaves aside.",
    ),
    Metric(
        "parallels",
        "share",
        voice_leading.parallels,
        "The share of changes of chord with parallel fifths or octaves.",
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})


def score_metrics(score: Score) -> dict[str, float]:
    """Every metric of a score by name; NaN where a metric has no meaning for it."""
    return {name: metric(score) for name, metric in METRICS.items()}
