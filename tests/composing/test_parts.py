"""Composing with models of `parts`, from settings to finished pieces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen.composing.ending import closing
from musicgen.composing.originality.note_transitions import END, note_sequence
from musicgen.composing.originality.report import originality
from musicgen.composing.pipeline import Composer
from musicgen.composing.records.recipe import Recipe, recipe_in
from musicgen.composing.records.settings_link import from_link, to_link
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.evaluation.likelihood import evaluate
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.theory.scales import pitch_classes
from tests.helpers.parrot import PARTS as ENCODING
from tests.helpers.parrot import PartsParrot
from tests.helpers.tiny_music import BAR, band_pieces
from tests.helpers.tiny_runs import band_composer

NAMES = ["Flute", "Guitar", "Cello", "Drums"]  # from high to low, drums last


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    return band_composer(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def copyist(composer: Composer) -> Composer:
    """A composer that goes on as its training pieces did, where it may."""
    return Composer(PartsParrot(band_pieces()), composer.profile)


def _steps(composer: Composer, settings: ComposeSettings) -> PartsSteps:
    [piece] = composer.compose(settings)
    steps = piece.composition.steps
    assert isinstance(steps, PartsSteps)
    return steps


@pytest.mark.parametrize("seed", range(3))
def test_a_piece_has_the_parts_of_the_collection_up_to_its_last_bar(
    copyist: Composer, seed: int
) -> None:
    [piece] = copyist.compose(ComposeSettings(bars=4, seed=seed))
    score = piece.score
    assert [part.name for part in score.parts] == NAMES
    assert [part.program for part in score.parts[:3]] == [73, 24, 42]
    assert score.bars == 4 and score.end <= 4 * BAR
    # No part ends before the last bar.
    for number in range(4):
        steps = piece.composition.steps
        assert isinstance(steps, PartsSteps)
        part, onset = steps.schedule
        ends = (onset + steps.fields[:, 1] + 1)[part == number] * 2
        assert ends.max() > 3 * BAR and (score.notes["part"] == number).any()


def test_a_seed_leads_to_the_same_notes_in_every_version(copyist: Composer) -> None:
    [piece] = copyist.compose(ComposeSettings(bars=4, seed=1, endings=0, transpose=0))
    first = piece.score.notes[piece.score.notes["start"] < 48]
    assert first[["start", "duration", "pitch", "part"]].tolist() == [
        (0, 6, 36, 3),
        (0, 48, 40, 2),
        *[(0, 96, pitch, 1) for pitch in (48, 52, 55)],
        (0, 12, 72, 0),
        (12, 12, 74, 0),
        (24, 6, 42, 3),
        (24, 12, 74, 0),
        (36, 12, 74, 0),
    ]
    assert len(piece.score) == 65
    assert piece.composition.log_likelihood.sum() == pytest.approx(-8.447061243)


def test_a_variation_is_the_same_in_any_batch(composer: Composer) -> None:
    settings = ComposeSettings(bars=4, seed=5, variations=9)  # two batches
    together = composer.compose(settings)
    for number in (0, 4, 8):
        assert composer.compose_one(settings, number).score == together[number].score


def test_all_parts_go_on_after_a_primer(copyist: Composer) -> None:
    [primer] = band_pieces(1, 2)
    [piece] = copyist.compose(ComposeSettings(bars=6, temperature=0.9), primer)
    count = piece.composition.primer_notes
    begun = ENCODING.canonical(primer)
    assert count == len(primer)
    columns = ["start", "duration", "pitch", "velocity", "program"]
    assert piece.score.notes[:count][columns].tolist() == begun.notes[columns].tolist()
    assert [part.name for part in piece.score.parts] == NAMES
    composed = piece.composition.composed.notes
    assert composed["start"].min() >= 2 * BAR
    assert set(composed["part"].tolist()) == {0, 1, 2, 3}
    assert piece.score.bars == 6


def test_a_primer_goes_on_in_the_key_that_is_asked_for(composer: Composer) -> None:
    [primer] = band_pieces(1, 2)
    [piece] = composer.compose(ComposeSettings(bars=4, key="D minor"), primer)
    steps = piece.composition.steps
    assert isinstance(steps, PartsSteps) and steps.key == 2 + 12


def test_a_primer_goes_on_in_the_form_that_is_asked_for(tmp_path: Path) -> None:
    [primer] = band_pieces(1, 2)
    composer = band_composer(tmp_path, encoding=PartsEncoding(form=True))
    forms = []
    for form in (None, "ABAB"):
        [piece] = composer.compose(ComposeSettings(bars=4, form=form), primer)
        steps = piece.composition.steps
        assert isinstance(steps, PartsSteps)
        forms.append(steps.form)
    assert forms == ["AB", "ABAB"]


@pytest.mark.parametrize("bars", [(0, 0), (2, 3), (5, 5)])
def test_bars_that_are_composed_again_leave_all_others(
    copyist: Composer, bars: tuple[int, int]
) -> None:
    [piece] = copyist.compose(ComposeSettings(bars=6, seed=2))
    score, (first, last) = piece.score, bars
    again = copyist.infill(ComposeSettings(bars=6, seed=8), score, first, last)
    assert again is not None
    assert again.score.parts == score.parts and again.score.metres == score.metres
    inside = (first * BAR, (last + 1) * BAR)
    assert _outside(again.score, *inside) == _outside(score, *inside)
    assert len(again.composition.log_likelihood) == len(again.composition.steps)


def test_parts_keep_their_order_where_bars_are_composed_again(copyist: Composer) -> None:
    """The parts of a piece from a file may be in another order than those of the model."""
    [score] = band_pieces(1)
    again = copyist.infill(ComposeSettings(bars=6), score, 2, 2, primer_notes=10)
    assert again is not None
    assert again.score.parts == score.parts
    assert _outside(again.score, 2 * BAR, 3 * BAR) == _outside(score, 2 * BAR, 3 * BAR)
    assert again.composition.primer_notes == 10


def _outside(score: Score, start: int, end: int) -> list[tuple[int, ...]]:
    notes = score.notes
    return notes[(notes["start"] < start) | (notes["start"] >= end)].tolist()


@pytest.fixture(scope="module")
def parrot(composer: Composer) -> Composer:
    """A composer that knows one piece by heart."""
    return Composer(PartsParrot(band_pieces(1), order=8), composer.profile)


def test_without_a_limit_the_model_copies(parrot: Composer) -> None:
    [piece] = parrot.compose(ComposeSettings(bars=6, max_copy=0))
    assert piece.originality is not None and piece.originality.longest_match > 60


@pytest.mark.parametrize("max_copy", [4, 6, 8, 11])
def test_no_match_is_longer_than_max_copy(parrot: Composer, max_copy: int) -> None:
    settings = ComposeSettings(bars=6, variations=4, seed=2, max_copy=max_copy)
    training = _passages(band_pieces(), max_copy)
    for piece in parrot.compose(settings):
        assert piece.score.bars == 6
        assert not _passages([piece.score], max_copy) & training
        assert _passages([piece.score], max_copy - 1) & _passages(band_pieces(), max_copy - 1)
        assert piece.originality is not None
        assert piece.originality.longest_match <= max_copy


def _passages(scores: list[Score], length: int) -> set[tuple[int, ...]]:
    """Passages of so many steps from note to note, in any key."""
    codes = note_sequence([score.pitched for score in scores]).codes()
    windows = np.lib.stride_tricks.sliding_window_view(codes, length)
    return {tuple(window) for window in windows.tolist() if END not in window}


def test_drums_do_not_hide_a_copy(composer: Composer) -> None:
    [source] = band_pieces(1)
    assert composer.profile.index is not None
    report = originality(ENCODING.canonical(source), composer.profile.index)
    [match] = report.matches
    assert report.longest_match == match.notes > 60
    assert (match.first, match.stop) == (1, len(source))  # the first note is one of the drums


def test_drums_are_not_of_the_chord_on_which_a_piece_closes() -> None:
    [score] = band_pieces(1, 2)
    table = score.notes[score.notes["start"] < BAR]
    last = [(BAR + 48, 48, 48, 80, 42, 0), (BAR + 48, 48, 67, 80, 73, 1)]
    last += [(BAR + 48, 48, pitch, 80, 24, 2) for pitch in (60, 64)]
    last += [(BAR + 48, 6, key, 80, 0, 3) for key in (38, 42)]
    piece = replace(score, notes=np.concatenate([table, notes_from(last)]))
    closed = closing(piece, 0)
    assert closed is not None
    assert closed.end == 2 * BAR and closed.notes["duration"][closed.is_drum].max() == 6
    drums = piece.notes[piece.is_drum]
    assert closing(replace(piece, notes=drums), 0) is None


@pytest.mark.parametrize(("key", "number"), [("D minor", 14), ("Eb major", 3), ("G dorian", 19)])
def test_the_model_is_given_the_key(composer: Composer, key: str, number: int) -> None:
    assert _steps(composer, ComposeSettings(bars=2, key=key)).key == number


def test_a_key_in_major_or_minor_is_no_rule_and_a_mode_is(copyist: Composer) -> None:
    settings = ComposeSettings(bars=4, variations=4, key="B minor")
    assert set().union(*(_classes(p.score) for p in copyist.compose(settings))) - pitch_classes(
        "B minor"
    )
    for piece in copyist.compose(replace(settings, key="B dorian")):
        assert _classes(piece.score) <= pitch_classes("B dorian")


def _classes(score: Score) -> set[int]:
    return set((score.pitched.notes["pitch"] % 12).tolist())


def test_a_small_range_holds_for_all_parts_but_drums(copyist: Composer) -> None:
    [piece] = copyist.compose(ComposeSettings(bars=4, lowest=60, highest=64))
    pitches = piece.score.pitched.notes["pitch"]
    assert piece.score.bars == 4
    assert pitches.min() >= 60 and pitches.max() <= 64
    assert piece.score.notes["pitch"][piece.score.is_drum].max() < 60


def test_one_instrument_for_all_parts_but_drums(composer: Composer) -> None:
    [piece] = composer.compose(ComposeSettings(bars=2, program=19))
    assert [(part.program, part.is_drum) for part in piece.score.parts] == [
        *[(19, False)] * 3,
        (0, True),
    ]


def test_drums_are_not_transposed(composer: Composer) -> None:
    plain, higher = (
        composer.compose(ComposeSettings(bars=4, transpose=semitones))[0].score
        for semitones in (0, 3)
    )
    raised = plain.notes.copy()
    raised["pitch"][~plain.is_drum] += 3
    assert sorted(raised.tolist()) == sorted(higher.notes.tolist())  # a drum may come before a note


def test_what_the_model_knows_itself_changes_nothing(composer: Composer) -> None:
    settings = ComposeSettings(bars=4, seed=1)
    [plain] = composer.compose(settings)
    biased = replace(settings, parts=2, span=12)
    [other] = composer.compose(biased)
    assert other.score == plain.score
    assert other.composition.settings == plain.composition.settings


def test_a_recipe_makes_the_piece_again(composer: Composer) -> None:
    piece = composer.compose(ComposeSettings(bars=4, seed=3, variations=2))[1]
    settings = piece.composition.settings
    assert settings.ensemble is not None
    recipe = recipe_in(midi_bytes(piece.score, text=Recipe("x@y", settings, 1).to_text()))
    assert recipe is not None and recipe.settings == settings
    assert composer.compose_one(recipe.settings, recipe.variation).score == piece.score
    assert from_link(to_link(settings)) == settings


def test_an_ensemble_that_another_collection_has_not_is_one_that_it_has(
    composer: Composer,
) -> None:
    few = Composer(composer.model, replace(composer.profile, styles=_first_ensemble(composer)))
    steps = _steps(few, ComposeSettings(bars=2, ensemble=200))
    assert steps.roles == few.profile.styles[0].ensembles[0].roles
    [piece] = Composer(composer.model, TrainingProfile()).compose(
        ComposeSettings(bars=2, ensemble=200)
    )
    assert len(piece.score.parts) == 1


def _first_ensemble(composer: Composer) -> tuple:
    [style] = composer.profile.styles
    return (replace(style, ensembles=style.ensembles[:1]),)


def test_a_model_of_parts_is_evaluated(composer: Composer) -> None:
    result = evaluate(composer.model, band_pieces(2))
    assert set(result.by_field) == {"pitch", "duration", "next"}
    assert result.bits_per_note > 0


def test_parts_of_performances_are_composed_in_seconds(tmp_path: Path) -> None:
    encoding = PartsEncoding(clock="seconds")
    played = [replace(score, is_performance=True) for score in band_pieces(2)]
    composer = band_composer(tmp_path, played, encoding)
    [piece] = composer.compose(ComposeSettings(bars=3))
    assert piece.score.is_performance and len(piece.score.parts) == 4
