"""Training data from a prepared data set: encoded pieces are streamed, scores are a sample."""

from __future__ import annotations

from pathlib import Path

from musicgen.corpus.load import find_source
from musicgen.corpus.prepared_folders import is_prepared
from musicgen.corpus.split import SPLITS, Shares
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.prepared.data_set import PreparedSet, StoredPieces, open_prepared
from musicgen.score import Score
from musicgen.training.data.prepare import TrainingData, check_enough
from musicgen.training.settings import RunSettings

MAX_SAMPLE_PIECES = 500  # of a side: for styles, percentiles, evaluation
CONTENT = "prepared_content.json"  # in the run folder: hash of the data set that it is trained on


class ChangedData(MusicgenError):
    """A prepared data set that is not the one that a run was trained on."""


def find_prepared(source: str) -> PreparedSet | None:
    """The prepared data set of a name or path; None for any other source. Raises UnknownSource."""
    path = find_source(source)[1]
    return open_prepared(path) if is_prepared(path) else None


def stored_data(
    data_set: PreparedSet, settings: RunSettings, encoding: Encoding | None = None
) -> TrainingData:
    """The sides of a prepared data set; raises InvalidSetting where the encoding is another.

    encoding: that of the checkpoint to start from.
    """
    own, name = data_set.encoding, data_set.folder.name
    if settings.encoding != own.name:
        raise InvalidSetting(
            f"'{name}' is prepared in the encoding {own.name}, not {settings.encoding}: choose "
            "that one, or prepare another folder"
        )
    if settings.left_out:
        raise InvalidSetting(f"'{name}' is prepared with all features: none can be left out")
    if encoding is not None and encoding.to_json() != own.to_json():
        raise InvalidSetting(
            f"'{name}' is prepared with another vocabulary than that of the model to start from"
        )
    shares = settings.train.shares
    pieces = {side: data_set.pieces(side, shares) for side in SPLITS}
    scores = {side: sample_scores(pieces[side], own) for side in SPLITS}
    is_sample = any(len(scores[side]) < len(pieces[side]) for side in SPLITS)
    return check_enough(TrainingData(own, scores, pieces, settings, is_sample), name)


def sample_scores(
    pieces: StoredPieces, encoding: Encoding, count: int = MAX_SAMPLE_PIECES
) -> tuple[Score, ...]:
    """Scores of the first pieces, which are in the order of their hashes and so a fair sample."""
    return tuple(encoding.decode(steps) for steps in pieces[:count])


def sample_of_side(data_set: PreparedSet, side: str, shares: Shares) -> tuple[Score, ...]:
    """Scores of a sample of one side."""
    return sample_scores(data_set.pieces(side, shares), data_set.encoding)


def keep_content(run_folder: Path, data_set: PreparedSet) -> None:
    """Record which data set a run is trained on; raises ChangedData where it was another."""
    try:
        content: str = read_json(run_folder / CONTENT, str)
    except InvalidJson:
        write_json(run_folder / CONTENT, data_set.index.content)
        return
    if content != data_set.index.content:
        raise ChangedData(
            f"'{data_set.folder.name}' holds other pieces than those that this run was trained on"
        )
