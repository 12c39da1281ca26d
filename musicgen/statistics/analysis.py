"""Analysis of a collection for the pages: statistics, split, encodings, table of files.

Results are computed on first use and then stored.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from musicgen.corpus.collection import Collection
from musicgen.corpus.near_duplicates import near_duplicates
from musicgen.corpus.split import Shares, split_pieces
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.encoding.vocabulary import Vocabulary, vocabulary_of
from musicgen.statistics import pitch_histograms, rhythm_histograms
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.overview import Overview, overview
from musicgen.statistics.pitch_histograms import NoteFrequency
from musicgen.theory.keys import find_keys

if TYPE_CHECKING:  # imported where tables are built: it takes a quarter of a second
    import pandas as pd

MAX_NAMES = 3  # duplicates that are listed by name
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

    @cached_property
    def overview(self) -> Overview:
        return overview(self.scores)

    @cached_property
    def has_track_per_voice(self) -> bool:
        """Whether most pieces have several tracks and hardly any track has chords."""
        frequency = self.note_frequency
        chords, total = frequency.chords.counts.sum(), frequency.combined.counts.sum()
        several = [score.notes["part"].any() for score in self.scores]
        return bool(chords < MAX_CHORD_SHARE * total and np.mean(several) > 0.5)

    @cached_property
    def note_frequency(self) -> NoteFrequency:
        return pitch_histograms.note_frequency(self.scores)

    @cached_property
    def pitches(self) -> Histogram:
        return pitch_histograms.pitches(self.scores)

    @cached_property
    def pitch_classes(self) -> Histogram:
        return pitch_histograms.pitch_classes(self.scores)

    @cached_property
    def intervals(self) -> Histogram:
        return pitch_histograms.intervals(self.scores)

    @cached_property
    def durations(self) -> Histogram:
        return rhythm_histograms.durations(self.scores)

    @cached_property
    def onsets(self) -> Histogram:
        return rhythm_histograms.onsets_in_bar(self.scores)

    @cached_property
    def tempi(self) -> Histogram:
        return rhythm_histograms.tempi(self.scores)

    @cached_property
    def metres(self) -> Histogram:
        return rhythm_histograms.metres(self.scores)

    @cached_property
    def velocities(self) -> Histogram:
        return rhythm_histograms.velocities(self.scores)

    @cached_property
    def polyphony(self) -> Histogram:
        return rhythm_histograms.polyphony(self.scores)

    @cached_property
    def duplicate_groups(self) -> list[int]:
        """Group number of each piece; near-duplicates share one."""
        return near_duplicates(self.scores)

    @property
    def splits(self) -> tuple[str, ...]:
        """The split with default shares."""
        return self.splits_for(Shares())

    def splits_for(self, shares: Shares) -> tuple[str, ...]:
        """`train`, `valid` or `test` for each piece."""
        if shares not in self._splits:
            self._splits[shares] = split_pieces(self.scores, self.duplicate_groups, shares)
        return self._splits[shares]

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
        import pandas as pd

        pieces, refused = self._pieces(), self.collection.refused
        if not refused:
            return pieces
        empty = dict.fromkeys(("format", "key", "metre", "split", "twin of"), "")
        rows = [
            {
                **empty,
                "file": file.file,
                "status": f"refused: {file.reason}",
                "remedy": file.remedy,
            }
            for file in refused
        ]
        counts = pieces.select_dtypes("integer").columns  # missing in refused files, not 0
        pieces[counts] = pieces[counts].astype("Int64")
        return pd.concat([pieces, pd.DataFrame(rows)], ignore_index=True)

    def _pieces(self) -> pd.DataFrame:
        import pandas as pd

        keys = find_keys(self.scores)
        tokens = self.encoded("notes")[1]
        files = self.collection.files
        return pd.DataFrame(
            {
                "file": [file.file for file in files],
                "format": [file.format for file in files],
                "parts": [file.parts for file in files],
                "notes": [len(score) for score in self.scores],
                "tokens": [len(steps) for steps in tokens],
                "seconds": [score.seconds for score in self.scores],
                "bars": [score.bars for score in self.scores],
                "key": [str(key) if key else "" for key in keys],
                "correlation": [key.correlation if key else np.nan for key in keys],
                "tempo": [score.tempo for score in self.scores],
                "metre": [str(rhythm_histograms.main_metre(score)) for score in self.scores],
                "split": list(self.splits),
                "copies": self.duplicate_counts,
                "drums": [file.drums for file in files],
                "status": self._statuses(),
                "twin of": [_join_names(names) for names in self.duplicate_files],
                "remedy": "",
            }
        )

    def _statuses(self) -> list[str]:
        """Reading status of each piece: (P,)."""
        copies = [f"same as {count} more" if count else "" for count in self.duplicate_counts]
        drums = ["drums left out" if file.drums else "" for file in self.collection.files]
        rows = zip(copies, drums, strict=True)
        return [", ".join(filter(None, words)) or "read" for words in rows]

    @cached_property
    def refused(self) -> pd.DataFrame:
        """Table of refused files."""
        import pandas as pd

        rows = [(file.file, file.reason, file.remedy) for file in self.collection.refused]
        return pd.DataFrame(rows, columns=["file", "reason", "remedy"])


def _join_names(names: tuple[str, ...]) -> str:
    """The first names, and the number of further ones."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
