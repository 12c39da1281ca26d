"""Profile of the training pieces in a run's folder."""

from dataclasses import replace

import pytest

from musicgen.composing.style.percentiles import NATS_PER_NOTE
from musicgen.composing.style.training_profile import (
    TrainingProfile,
    add_nats_per_note,
    write_training_profile,
)
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.score import Score, notes_from
from tests.helpers.tiny_music import band_pieces
from tests.helpers.tunes import tune

TRAINING = [tune(seed) for seed in range(8)]
HELD_OUT = [tune(seed) for seed in range(50, 54)]


def test_a_profile_is_loaded_from_a_run_and_from_its_checkpoints(tmp_path):
    written = write_training_profile(tmp_path, TRAINING, HELD_OUT)
    checkpoint = tmp_path / "checkpoints" / "epoch-3"
    checkpoint.mkdir(parents=True)
    for folder in (tmp_path, checkpoint):
        profile = TrainingProfile.load(folder)
        assert profile.index is not None and written.index is not None
        assert profile.index.names == tuple(score.name for score in TRAINING)
        assert profile.index.held_out_overlap == written.index.held_out_overlap is not None
        assert (profile.percentiles, profile.styles) == (written.percentiles, written.styles)
    assert TrainingProfile.load(tmp_path / "checkpoints") == TrainingProfile()


def test_the_cost_of_held_out_pieces_is_added_after_a_training(tmp_path):
    before = write_training_profile(tmp_path, TRAINING, HELD_OUT)
    add_nats_per_note(tmp_path, [1.0, 2.0, 3.0])
    after = TrainingProfile.load(tmp_path)
    at_once = write_training_profile(tmp_path, TRAINING, HELD_OUT, [1.0, 2.0, 3.0])
    assert NATS_PER_NOTE not in before.percentiles
    assert after.percentiles == at_once.percentiles
    assert after.styles == before.styles


def test_metrics_are_those_of_the_pieces_as_the_model_encodes_them(tmp_path):
    """Two voices on one key are one note of `events`, not a repeated one."""
    rows = [(24 * n, 24, 60 + n % 5, 80, 0, part) for n in range(20) for part in (0, 1)]
    unisons = Score(notes_from(rows))
    profile = write_training_profile(tmp_path, [unisons], [])
    encoded = write_training_profile(tmp_path, [unisons], [], encoding=EventsEncoding())
    assert profile.percentiles["repeated notes"].p50 > 0.5
    assert encoded.percentiles["repeated notes"].p50 == 0


@pytest.mark.parametrize("encoding", [EventsEncoding(), PartsEncoding(form=True)])
def test_of_encoded_pieces_it_is_the_same(tmp_path, encoding):
    pieces = [*TRAINING, *band_pieces(3)]
    steps = [encoding.encode(score) for score in pieces]
    profile = write_training_profile(tmp_path, pieces, [], encoding=encoding)
    encoded = write_training_profile(tmp_path, pieces, [], encoding=encoding, steps=steps)
    assert (encoded.percentiles, encoded.styles) == (profile.percentiles, profile.styles)


def test_without_held_out_pieces_there_is_no_overlap(tmp_path):
    profile = write_training_profile(tmp_path, TRAINING, [replace(Score(), name="empty")])
    assert profile.index is not None and profile.index.held_out_overlap is None
