"""Everything that a page says of a collection, each thing worked out once, when first asked for."""

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

if TYPE_CHECKING:  # a quarter of a second, which only tables need
    import pandas as pd


MOST_NAMED = 3  # of a piece's twins
FEW_CHORDS = 0.01  # of notes and chords, where each voice has a track


class Analysis:
    """A collection and what follows from it."""

    def __init__(self, collection: Collection) -> None:
        self.collection, self.scores = collection, collection.scores
        self._encoded: dict[str, tuple[Encoding, list[Steps]]] = {}
        self._vocabularies: dict[str, Vocabulary] = {}
        self._splits: dict[Shares, tuple[str, ...]] = {}

    def precompute(self) -> None:
        """Count what the views will show that are not open at first."""
        for name in ("durations", "onsets", "metres", "tempi", "velocities", "polyphony"):
            getattr(self, name)

    @cached_property
    def overview(self) -> Overview:
        return overview(self.scores)

    @cached_property
    def has_track_per_voice(self) -> bool:
        """Whether nearly no track strikes two notes at once, in pieces of several tracks."""
        found, parts = self.note_frequency, [score.notes["part"].any() for score in self.scores]
        few = found.chords.counts.sum() < FEW_CHORDS * found.combined.counts.sum()
        return bool(few and np.mean(parts) > 0.5)

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
        return near_duplicates(self.scores)

    @property
    def splits(self) -> tuple[str, ...]:
        """As the usual shares are."""
        return self.splits_for(Shares())

    def splits_for(self, shares: Shares) -> tuple[str, ...]:
        """The side of each piece."""
        if shares not in self._splits:
            self._splits[shares] = split_pieces(self.scores, self.duplicate_groups, shares)
        return self._splits[shares]

    @cached_property
    def duplicate_counts(self) -> np.ndarray:
        """How many other pieces are the same music as each one: (P,)."""
        sizes = Counter(self.duplicate_groups)
        return np.array([sizes[group] - 1 for group in self.duplicate_groups], dtype=np.int64)

    @cached_property
    def duplicate_files(self) -> list[tuple[str, ...]]:
        """The files of the other pieces that are the same music, of each piece."""
        alike: dict[int, list[str]] = {}
        for group, each in zip(self.duplicate_groups, self.collection.files, strict=True):
            alike.setdefault(group, []).append(each.file)
        return [
            tuple(file for file in alike[group] if file != each.file)
            for group, each in zip(self.duplicate_groups, self.collection.files, strict=True)
        ]

    def encoded(self, name: str) -> tuple[Encoding, list[Steps]]:
        """The encoding of that name, fitted, and the pieces in it."""
        if name not in self._encoded:
            encoding = fit_encoding(name, self.scores)
            self._encoded[name] = encoding, [encoding.encode(score) for score in self.scores]
        return self._encoded[name]

    def vocabulary(self, name: str) -> Vocabulary:
        if name not in self._vocabularies:
            self._vocabularies[name] = vocabulary_of(*self.encoded(name))
        return self._vocabularies[name]

    @cached_property
    def files(self) -> pd.DataFrame:
        """A row for each file: the pieces in the collection's order, then what was refused."""
        import pandas as pd

        pieces, refused = self._pieces(), self.collection.refused
        if not refused:
            return pieces
        words = dict.fromkeys(("format", "key", "metre", "split", "twin of"), "")
        rows = [
            {
                **words,
                "file": each.file,
                "status": f"refused: {each.reason}",
                "remedy": each.remedy,
            }
            for each in refused
        ]
        counts = pieces.select_dtypes("integer").columns  # what a refused file lacks is not 0
        pieces[counts] = pieces[counts].astype("Int64")
        return pd.concat([pieces, pd.DataFrame(rows)], ignore_index=True)

    def _pieces(self) -> pd.DataFrame:
        import pandas as pd

        keys = find_keys(self.scores)
        tokens = self.encoded("notes")[1]
        return pd.DataFrame(
            {
                "file": [each.file for each in self.collection.files],
                "format": [each.format for each in self.collection.files],
                "parts": [each.parts for each in self.collection.files],
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
                "drums": [each.drums for each in self.collection.files],
                "status": self._statuses(),
                "twin of": [_listed(files) for files in self.duplicate_files],
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
        """A row for each refused file."""
        import pandas as pd

        rows = [(each.file, each.reason, each.remedy) for each in self.collection.refused]
        return pd.DataFrame(rows, columns=["file", "reason", "remedy"])


def _listed(files: tuple[str, ...]) -> str:
    """The first few names, and how many more there are."""
    more = len(files) - MOST_NAMED
    return ", ".join(files[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
