"""Analysis of a collection for the pages: statistics, split, encodings, table of files.

Results are computed on first use and then stored. Statistics of pitch and rhythm are of the pieces
on the grid, without their drums.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from musicgen.corpus.collection import Collection
from musicgen.corpus.recorded_split import RecordedSplit, split_as_recorded
from musicgen.corpus.related.groups import related_pieces
from musicgen.corpus.related.near_duplicates import near_duplicates
from musicgen.corpus.related.shared_ngrams import connected_groups
from musicgen.corpus.split import Shares, split_pieces
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.encoding.vocabulary import Vocabulary, vocabulary_of
from musicgen.score import Score
from musicgen.statistics import (
    part_statistics,
    pitch_histograms,
    rhythm_histograms,
    seconds_histograms,
)
from musicgen.statistics.file_table import file_table
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.overview import Overview, overview
from musicgen.statistics.pitch_histograms import NoteFrequency

if TYPE_CHECKING:  # imported where tables are built: it takes a quarter of a second
    import pandas as pd

MAX_CHORD_SHARE = 0.01  # of notes and chords, in a collection with a track per voice


class Analysis:
    """A collection with its statistics."""

    def __init__(self, collection: Collection) -> None:
        self.collection, self.scores = collection, collection.scores
        self._encoded: dict[str, tuple[Encoding, list[Steps]]] = {}
        self._vocabularies: dict[str, Vocabulary] = {}
        self._splits: dict[Shares, tuple[str, ...]] = {}

    def precompute(self) -> None:
        """Compute what the views show that are not open at first."""
        for name in ("durations", "onsets", "metres", "tempi", "velocities", "polyphony"):
            getattr(self, name)
        if self.performances:
            for name in ("seconds_durations", "seconds_between_onsets"):
                getattr(self, name)
        for name in ("parts", "instruments", "drum_sounds", "pedal_shares"):
            getattr(self, name)

    @cached_property
    def pitched(self) -> tuple[Score, ...]:
        """The pieces on the grid without their drums."""
        return tuple(score.on_grid().pitched for score in self.scores)

    @cached_property
    def performances(self) -> int:
        """Number of pieces whose time is seconds."""
        return sum(score.is_performance for score in self.scores)

    @cached_property
    def overview(self) -> Overview:
        return overview(self.scores)

    @cached_property
    def has_track_per_voice(self) -> bool:
        """Whether most pieces have several tracks and hardly any track has chords."""
        frequency = self.note_frequency
        chords, total = frequency.chords.counts.sum(), frequency.combined.counts.sum()
        tracks = [{part.track for part in score.parts if not part.is_drum} for score in self.scores]
        several = [len(of_piece) > 1 for of_piece in tracks]
        return bool(chords < MAX_CHORD_SHARE * total and np.mean(several) > 0.5)

    @cached_property
    def note_frequency(self) -> NoteFrequency:
        return pitch_histograms.note_frequency(self.pitched)

    @cached_property
    def pitches(self) -> Histogram:
        return pitch_histograms.pitches(self.pitched)

    @cached_property
    def pitch_classes(self) -> Histogram:
        return pitch_histograms.pitch_classes(self.pitched)

    @cached_property
    def intervals(self) -> Histogram:
        return pitch_histograms.intervals(self.pitched)

    @cached_property
    def durations(self) -> Histogram:
        return rhythm_histograms.durations(self.pitched)

    @cached_property
    def onsets(self) -> Histogram:
        return rhythm_histograms.onsets_in_bar(self.pitched)

    @cached_property
    def tempi(self) -> Histogram:
        return rhythm_histograms.tempi(self.scores)

    @cached_property
    def metres(self) -> Histogram:
        return rhythm_histograms.metres(self.pitched)

    @cached_property
    def velocities(self) -> Histogram:
        return rhythm_histograms.velocities(self.pitched)

    @cached_property
    def polyphony(self) -> Histogram:
        return rhythm_histograms.polyphony(self.pitched)

    @cached_property
    def seconds_durations(self) -> Histogram:
        return seconds_histograms.durations(self.pitched)

    @cached_property
    def seconds_between_onsets(self) -> Histogram:
        return seconds_histograms.inter_onsets(self.pitched)

    @cached_property
    def parts(self) -> list[part_statistics.PartSummary]:
        return part_statistics.summarise_parts(self.scores)

    @cached_property
    def instruments(self) -> Histogram:
        return part_statistics.instruments(self.scores)

    @cached_property
    def drum_sounds(self) -> Histogram:
        return part_statistics.drum_sounds(self.scores)

    @cached_property
    def pedal_shares(self) -> np.ndarray:
        """Share of each piece's time in which a pedal is down: (P,)."""
        return part_statistics.pedal_shares(self.scores)

    @cached_property
    def pedal(self) -> Histogram:
        return part_statistics.pedal_histogram(self.pedal_shares)

    @cached_property
    def duplicate_groups(self) -> list[int]:
        """Group number of each piece; near-duplicates share one."""
        return connected_groups(len(self.scores), self._duplicate_pairs)

    @cached_property
    def related_groups(self) -> list[int]:
        """Group number of each piece; near-duplicates and pieces with one melody share one."""
        return related_pieces(self.pitched, self._duplicate_pairs)

    @cached_property
    def _duplicate_pairs(self) -> np.ndarray:
        """Pairs of near-duplicates by number: (P, 2)."""
        return near_duplicates(self.pitched)

    @property
    def splits(self) -> tuple[str, ...]:
        """The split with default shares."""
        return self.splits_for(Shares())

    def splits_for(self, shares: Shares) -> tuple[str, ...]:
        """`train`, `valid` or `test` for each piece."""
        if shares not in self._splits:
            self._splits[shares] = split_pieces(self.pitched, self.related_groups, shares)
        return self._splits[shares]

    def splits_as_recorded(self, recorded: RecordedSplit, shares: Shares) -> tuple[str, ...]:
        """The same for a training that keeps the split of another."""
        return split_as_recorded(self.pitched, recorded, shares, self.related_groups)

    @cached_property
    def duplicate_counts(self) -> np.ndarray:
        """Number of near-duplicates of each piece: (P,)."""
        sizes = Counter(self.duplicate_groups)
        return np.array([sizes[group] - 1 for group in self.duplicate_groups], dtype=np.int64)

    @cached_property
    def duplicate_files(self) -> list[tuple[str, ...]]:
        """File names of the near-duplicates of each piece."""
        names = [file.file for file in self.collection.files]
        groups: dict[int, list[str]] = {}
        for group, name in zip(self.duplicate_groups, names, strict=True):
            groups.setdefault(group, []).append(name)
        return [
            tuple(other for other in groups[group] if other != name)
            for group, name in zip(self.duplicate_groups, names, strict=True)
        ]

    def encoded(self, name: str) -> tuple[Encoding, list[Steps]]:
        """A fitted encoding by name, and the encoded pieces."""
        if name not in self._encoded:
            encoding = fit_encoding(name, self.scores)
            self._encoded[name] = encoding, [encoding.encode(score) for score in self.scores]
        return self._encoded[name]

    def vocabulary(self, name: str) -> Vocabulary:
        """The vocabulary of the collection in an encoding."""
        if name not in self._vocabularies:
            self._vocabularies[name] = vocabulary_of(*self.encoded(name))
        return self._vocabularies[name]

    @cached_property
    def files(self) -> pd.DataFrame:
        """Table of files: the pieces in the collection's order, then the refused files."""
        return file_table(
            self.collection,
            self.pitched,
            [len(steps) for steps in self.encoded("notes")[1]],
            self.splits,
            self.duplicate_files,
            self.pedal_shares,
        )

    @cached_property
    def refused(self) -> pd.DataFrame:
        """Table of refused files."""
        import pandas as pd

        rows = [(file.file, file.reason, file.remedy) for file in self.collection.refused]
        return pd.DataFrame(rows, columns=["file", "reason", "remedy"])
