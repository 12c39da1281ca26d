"""All metrics of a score by name, as pages, ranking and comparisons use them."""

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
    """A metric: one number that describes a score."""

    name: str
    unit: str  # empty for a pure number
    function: Callable[[Score], float]
    description: str
    label: str = ""  # on pages; the name where there is none

    @property
    def title(self) -> str:
        """Name on pages. The other one is that of files, which stays."""
        return self.label or self.name

    def __call__(self, score: Score) -> float:
        """Value for the pitched notes of a score on the grid; drums do not count."""
        return self.function(score.on_grid().pitched)


_ALL = (
    Metric(
        "pitch-class entropy",
        "bits",
        pitch.pitch_class_entropy,
        "How evenly the twelve pitch classes are used: 0 for only one, 3.58 for all equally.",
    ),
    Metric(
        "scale consistency",
        "share",
        pitch.scale_consistency,
        "Share of notes in the scale that fits best: 100% for music that never leaves its scale.",
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
        "Number of different pitches.",
    ),
    Metric(
        "pitch classes used",
        "classes",
        pitch.pitch_classes_used,
        "Number of different pitch classes, of twelve.",
    ),
    Metric(
        "mean interval",
        "semitones",
        pitch.mean_interval,
        "Mean interval from a note to the next, up or down, whichever part has it; notes of a "
        "chord follow each other. Melodic intervals on the Data page are within the parts.",
        "mean interval, all parts",
    ),
    Metric(
        "repeated notes",
        "share",
        pitch.repeated_note_share,
        "Share of notes on the same pitch as the note before, whichever part has it.",
    ),
    Metric(
        "polyphony",
        "pitches",
        time.polyphony,
        "Mean number of pitches that sound at once, silence aside.",
    ),
    Metric(
        "polyphony rate",
        "share",
        time.polyphony_rate,
        "Share of the time in which two pitches or more sound.",
    ),
    Metric(
        "groove consistency",
        "share",
        time.groove_consistency,
        "Similarity of the rhythms of neighbouring bars: 100% for the same rhythm throughout.",
    ),
    Metric(
        "empty beats",
        "share",
        time.empty_beat_rate,
        "Share of beats in which nothing sounds.",
    ),
    Metric(
        "notes per bar",
        "notes",
        time.notes_per_bar,
        "Mean number of notes in a bar.",
    ),
    Metric(
        "notes per beat",
        "notes",
        time.notes_per_beat,
        "Mean number of notes in a quarter.",
    ),
    Metric(
        "mean duration",
        "quarters",
        time.mean_duration,
        "Mean duration of a note.",
    ),
    Metric(
        "mean inter-onset",
        "quarters",
        time.mean_inter_onset,
        "Mean time from an onset to the next.",
    ),
    Metric(
        "longest wait",
        "quarters",
        time.longest_wait,
        "Longest time in which no note begins.",
    ),
    Metric(
        "notes per second",
        "notes",
        time.notes_per_second,
        "Mean number of notes in a second, of performances.",
    ),
    Metric(
        "mean duration in seconds",
        "seconds",
        time.mean_duration_seconds,
        "Mean duration of a note, of performances.",
    ),
    Metric(
        "mean inter-onset in seconds",
        "seconds",
        time.mean_inter_onset_seconds,
        "Mean time from an onset to the next, of performances.",
    ),
    Metric(
        "longest wait in seconds",
        "seconds",
        time.longest_wait_seconds,
        "Longest time in which no note begins, of performances.",
    ),
    Metric(
        "duration entropy",
        "bits",
        time.duration_entropy,
        "How varied the durations are: 0 for only one duration.",
    ),
    Metric(
        "clashes",
        "share",
        voice_leading.clashes,
        "Share of chords with two pitches a semitone apart, octaves aside.",
    ),
    Metric(
        "parallels",
        "share",
        voice_leading.parallels,
        "Share of chord changes with parallel fifths or octaves.",
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})


def score_metrics(score: Score) -> dict[str, float]:
    """All metrics of a score by name; NaN where a metric is undefined."""
    score = score.on_grid().pitched
    return {name: metric(score) for name, metric in METRICS.items()}
