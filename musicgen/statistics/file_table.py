"""Table of a collection's files: what is in each piece, what was left out, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from musicgen.corpus.collection import Collection
from musicgen.score import Score
from musicgen.statistics.rhythm_histograms import main_metre
from musicgen.theory.keys import find_keys, signature_name

if TYPE_CHECKING:  # pandas is imported where tables are built: it takes a quarter of a second
    import pandas as pd

MAX_NAMES = 3  # duplicates and key signatures that are listed by name
READ = "read"  # status of a file that is no other's twin
ON_BEAT, PERFORMANCE = "on the beat", "performance"  # kinds of time
_TEXT_COLUMNS = (
    *("format", "key signature", "estimated key", "metre", "time", "split", "left out"),
    "twin of",
)


def file_table(
    collection: Collection,
    pitched: Sequence[Score],
    tokens: Sequence[int],
    splits: Sequence[str],
    duplicates: Sequence[tuple[str, ...]],
    pedal_shares: np.ndarray,
) -> pd.DataFrame:
    """Table of files: the pieces in the collection's order, then the refused files.

    Of each piece: its pitched notes on the grid, its number of tokens, its split, the files of its
    near-duplicates and the share of its time with the pedal down.
    """
    import pandas as pd

    pieces = pd.DataFrame(
        {
            **_contents(collection),
            **_keys(collection.scores, pitched),
            **_times(collection.scores),
            "tokens": tokens,
            "pedal": 100 * pedal_shares,
            "split": splits,
            "copies": [len(names) for names in duplicates],
            "status": [f"same as {len(names)} more" if names else READ for names in duplicates],
            "twin of": [join_names(names) for names in duplicates],
            "remedy": "",
        }
    )
    counts = list({"bars", *pieces.select_dtypes("integer").columns})
    pieces[counts] = pieces[counts].astype("Int64")  # missing in some rows, not 0
    empty = dict.fromkeys(_TEXT_COLUMNS, "")
    rows = [
        {**empty, "file": file.file, "status": f"refused: {file.reason}", "remedy": file.remedy}
        for file in collection.refused
    ]
    return pd.concat([pieces, pd.DataFrame(rows)], ignore_index=True) if rows else pieces


def _contents(collection: Collection) -> dict[str, list[object]]:
    """Columns on what each file holds."""
    scores, files = collection.scores, collection.files
    return {
        "file": [file.file for file in files],
        "format": [file.format for file in files],
        "parts": [len(score.parts) for score in scores],
        "notes": [len(score) for score in scores],
        "drum notes": [int(score.is_drum.sum()) for score in scores],
        "left out": [", ".join(file.left_out) for file in files],
    }


def _keys(scores: Sequence[Score], pitched: Sequence[Score]) -> dict[str, list[object]]:
    """Columns on the key signatures and the key that is estimated from the notes."""
    keys = find_keys(pitched)
    return {
        "key signature": [describe_signatures(score) for score in scores],
        "estimated key": [str(key) if key else "" for key in keys],
        "correlation": [key.correlation if key else np.nan for key in keys],
    }


def _times(scores: Sequence[Score]) -> dict[str, list[object]]:
    """Columns on time; a performance has no bars, no metre and no tempo."""
    played = [score.is_performance for score in scores]
    return {
        "seconds": [score.seconds for score in scores],
        "time": [PERFORMANCE if performed else ON_BEAT for performed in played],
        "bars": [None if score.is_performance else score.bars for score in scores],
        "tempo": [np.nan if score.is_performance else score.mean_tempo for score in scores],
        "tempo changes": [
            sum(change.start < score.end for change in score.tempo_changes) for score in scores
        ],
        "metre": ["" if score.is_performance else str(main_metre(score)) for score in scores],
    }


def describe_signatures(score: Score) -> str:
    """Keys of a score's key signatures in order, each once: `E♭ major, F♯ minor`."""
    names = [signature_name(key.fifths, key.is_minor) for key in score.keys]
    return join_names(tuple(dict.fromkeys(names)))


def join_names(names: tuple[str, ...]) -> str:
    """The first names, and the number of further ones."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
