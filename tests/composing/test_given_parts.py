"""Composing around given parts: they stay to the note, the others are composed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.particles import systematic_sample
from musicgen.composing.generation import build_decoder
from musicgen.composing.given_parts import merge_roles, other_roles
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role
from musicgen.errors import InvalidSetting
from musicgen.score import Score, notes_from
from musicgen.theory.chosen_parts import melody_part, only_parts, parts_named
from tests.helpers.parrot import parrot_of
from tests.helpers.tiny_music import band_pieces, tiny_pieces
from tests.helpers.tiny_runs import band_composer

COLUMNS = ["start", "duration", "pitch", "velocity", "program"]
LOW, MIDDLE, HIGH = Role(42, register=48), Role(24, register=60), Role(73, register=72)
DRUMS = Role(is_drum=True, register=40)


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    return band_composer(tmp_path_factory.mktemp("run"))


def _band() -> Score:
    [score] = band_pieces(1, 4)
    return score


def test_a_given_role_takes_the_place_of_the_nearest() -> None:
    assert other_roles((LOW, MIDDLE, HIGH, DRUMS), (Role(register=76),)) == [LOW, MIDDLE, DRUMS]
    assert other_roles((LOW, MIDDLE, HIGH), (LOW, HIGH)) == [MIDDLE]
    assert other_roles((LOW, HIGH, DRUMS), (DRUMS,)) == [LOW, HIGH]
    assert other_roles((HIGH,), (MIDDLE,)) == []


def test_roles_are_merged_from_low_to_high_with_drums_last() -> None:
    assert merge_roles((MIDDLE,), (LOW, HIGH, DRUMS)) == ((LOW, MIDDLE, HIGH, DRUMS), [1])
    assert merge_roles((DRUMS,), (LOW, HIGH)) == ((LOW, HIGH, DRUMS), [2])


@pytest.mark.parametrize("given", [[0], [2], [0, 2], [3]])
def test_given_parts_come_out_to_the_note(composer: Composer, given: list[int]) -> None:
    score = only_parts(_band(), given)
    for piece in composer.accompany(ComposeSettings(variations=3, seed=1), score):
        names = [part.name for part in piece.score.parts]
        assert len(names) == 4 and piece.score.bars == score.bars
        for number in given:
            at = names.index(score.parts[number].name)
            own = piece.score.notes[piece.score.notes["part"] == at]
            expected = score.notes[score.notes["part"] == number]
            assert own[COLUMNS].tolist() == expected[COLUMNS].tolist()


def test_a_typed_melody_has_the_name_and_instrument_of_the_part_whose_place_it_takes(
    composer: Composer,
) -> None:
    flute = only_parts(_band(), [1])
    rows = flute.notes[["start", "duration", "pitch"]].tolist()
    typed = Score(notes_from(rows), flute.tempo, flute.metres)
    [piece] = composer.accompany(ComposeSettings(seed=1), typed)
    assert [part.name for part in piece.score.parts] == ["Flute", "Guitar", "Cello", "Drums"]
    assert piece.score.parts[0].program == 73
    own = piece.score.notes[piece.score.notes["part"] == 0]
    assert own[["start", "duration", "pitch"]].tolist() == rows
    assert set(own["program"].tolist()) == {73}


def test_times_between_grid_steps_and_marks_of_the_given_music_stay(composer: Composer) -> None:
    score = only_parts(_band(), [0]).at_resolution(480)
    notes = score.notes.copy()
    notes["start"] += 7
    score = replace(score, notes=notes, tempo=93.0)
    [piece] = composer.accompany(ComposeSettings(), score)
    names = [part.name for part in piece.score.parts]
    of_given = piece.score.notes["part"] == names.index(score.parts[0].name)
    assert piece.score.resolution == 480 and piece.score.tempo == 93.0
    assert piece.score.notes[of_given][COLUMNS].tolist() == score.notes[COLUMNS].tolist()
    assert len(piece.score) > len(score)


def test_variations_differ_and_a_seed_gives_the_same_music(composer: Composer) -> None:
    melody, settings = only_parts(_band(), [0]), ComposeSettings(variations=2, seed=4)
    first, second = composer.accompany(settings, melody)
    again, _ = composer.accompany(settings, melody)
    assert first.score == again.score and first.score != second.score


def test_rows_are_sampled_in_proportion_to_their_weights() -> None:
    weights = np.array([0.5, 0.0, 0.25, 0.25])
    assert systematic_sample(weights, 0.0).tolist() == [0, 0, 2, 3]
    assert systematic_sample(weights, 0.999).tolist() == [0, 0, 2, 3]
    assert systematic_sample(np.array([0.0, 1.0]), 0.5).tolist() == [1, 1]


def test_a_resampled_piece_goes_on_from_the_steps_of_another(composer: Composer) -> None:
    opening = PartsEncoding().beginning(Ensemble((LOW, HIGH)), PartsEncoding().encode(_band()))
    generators = [np.random.default_rng(seed) for seed in range(3)]
    settings = ComposeSettings(bars=8, max_copy=0)
    decoder = build_decoder(composer.model, settings, opening, generators, None, bars=8)
    for _ in range(5):
        decoder.step()
    before = [decoder.steps(piece) for piece in range(3)]
    likelihood = [decoder.log_likelihood(piece) for piece in range(3)]
    decoder.resample(np.array([1, 1, 0]))
    assert [decoder.steps(n).tolist() for n in range(3)] == [before[n].tolist() for n in (1, 1, 0)]
    assert np.array_equal(decoder.log_likelihood(2), likelihood[0])
    for _ in range(5):
        decoder.step()
    first, second = decoder.steps(0), decoder.steps(1)
    assert first[:5].tolist() == second[:5].tolist() and first.tolist() != second.tolist()
    [expected] = step_log_likelihoods(composer.model, opening, 8, first[:0], [first])
    assert np.allclose(decoder.log_likelihood(0), expected, atol=1e-4)


def test_models_that_know_no_parts_or_write_one_refuse_by_name(
    composer: Composer, tmp_path: Path
) -> None:
    melody = only_parts(_band(), [0])
    with pytest.raises(InvalidSetting, match="does not know parts"):
        Composer(parrot_of(tiny_pieces()), composer.profile).accompany(ComposeSettings(), melody)
    with pytest.raises(InvalidSetting, match="no part beside those that are given"):
        composer.accompany(ComposeSettings(), _band())
    with pytest.raises(InvalidSetting, match="hold no notes"):
        composer.accompany(ComposeSettings(), only_parts(_band(), []))


def test_parts_are_chosen_by_name_by_number_or_for_their_melody() -> None:
    score = _band()
    assert [part.name for part in score.parts][melody_part(score)] == "Flute"
    names = [part.name for part in score.parts]
    assert parts_named(score, "flute, 2") == [names.index("Flute"), 1]
    with pytest.raises(InvalidSetting, match="there is no part '9'; there are"):
        parts_named(score, "9")
