"""The Compose page without a browser: its states, and pieces that follow the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from musicgen.composing.records.saved_pieces import delete, list_pieces, save_piece
from musicgen.composing.records.settings_link import to_link
from musicgen.composing.settings import NO_STYLE, ComposeSettings
from musicgen.encoding.notes import NotesEncoding
from musicgen.file_hashes import write_hashes
from musicgen.files import write_json
from musicgen.rendering.midi import midi_bytes
from tests.helpers.page_text import texts
from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import write_run
from tests.pages.composed_pages import (
    PAGE,
    address,
    notes,
    open_history,
    press,
    session,
    shown,
    wait_until_composed,
)


def test_without_a_model_the_page_says_what_to_do(runs, open_page):
    assert "There is no model yet. Train one first" in texts(open_page(PAGE))


def test_a_damaged_checkpoint_is_explained_and_another_can_be_chosen(runs, compose_page):
    broken = write_run(runs, "broken")
    write_run(runs, "sound")
    checkpoint = broken / "checkpoints" / "epoch-0002"
    write_hashes(checkpoint, ["config.json", "step_pitch.onnx"])
    (checkpoint / "step_pitch.onnx").write_bytes(b"nonsense")
    page = compose_page(model="broken")
    assert "This model cannot be used" in texts(page)
    assert "step\\_pitch\\.onnx" in texts(page)
    page.selectbox(key="compose-run").set_value("sound")
    page = wait_until_composed(page)
    assert "This model cannot be used" not in texts(page)
    assert "3.50 bits a note on held-out pieces" in texts(page)


def test_the_first_piece_is_composed_unasked(runs, compose_page):
    write_run(runs)
    page = compose_page()
    assert shown(page).checkpoint == "tiny@epoch-0002"
    assert notes(shown(page)).bars == 16
    assert len(list_pieces()) == 1
    again = compose_page()  # the history is not empty any more
    assert shown(again).id == shown(page).id  # it is shown, and no other is composed
    assert len(list_pieces()) == 1


def test_the_piece_follows_the_form(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="form-bars").set_value(6)
    page.number_input(key="form-tempo").set_value(77.0)
    page.selectbox(key="form-key").set_value("D minor")
    page.selectbox(key="form-program").set_value(40)
    page.selectbox(key="form-lowest").set_value(50)
    page.selectbox(key="form-highest").set_value(80)
    page.selectbox(key="form-metre").set_value("3/4")
    page.selectbox(key="form-grid").set_value("8th")
    page.button_group(key="form-character").set_value("Wild")
    page = press(page, "compose")
    score, settings = notes(shown(page)), shown(page).settings
    assert (score.bars, score.tempo, str(score.metres[0])) == (6, 77, "3/4")
    assert set(score.notes["pitch"] % 12) <= {2, 4, 5, 7, 9, 10, 0, 1}
    assert score.notes["pitch"].min() >= 50 and score.notes["pitch"].max() <= 80
    assert set(score.notes["program"]) == {40}
    assert not (score.notes["start"] % 12).any()
    assert settings.temperature == 1.15


def test_pieces_are_chosen_from_as_many_as_the_model_needs(runs, compose_page):
    write_run(runs)  # a model without a critic
    choice = compose_page().select_slider(key="form-candidates")
    assert choice.options[0] == "auto: 4 composed"
    assert choice.options[1:3] == ["as they come", "4 composed"]


def test_numbers_beyond_their_bounds_are_clamped_with_a_message(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="form-tempo").set_value(5.0)
    page.number_input(key="form-seed").set_value(-3)
    page.number_input(key="form-bars").set_value(99_999).run()
    assert page.number_input(key="form-bars").value == 1000
    assert "Bars: from 1 to 1,000" in texts(page)
    page.number_input(key="form-bars").set_value(2)
    settings = shown(press(page, "compose")).settings
    assert (settings.bars, settings.tempo, settings.seed) == (2, 10, 0)
    assert "Bars: from" not in texts(page)


def test_each_piece_has_a_new_seed_unless_it_is_kept(runs, compose_page):
    write_run(runs)
    first = compose_page()
    seed, before = shown(first).settings.seed, notes(shown(first))
    other = press(first, "compose")
    assert shown(other).settings.seed != seed and notes(shown(other)) != before
    other.number_input(key="form-seed").set_value(seed)
    other.run()
    assert other.toggle(key="form-keep_seed").value
    assert notes(shown(press(other, "compose"))) == before


def test_variations_are_shown_one_at_a_time_and_all_are_saved(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.slider(key="form-variations").set_value(3)
    page.number_input(key="form-bars").set_value(4)
    page = press(page, "compose")
    batch = session(page).pieces
    assert len({piece.midi for piece in batch}) == 3
    page.button_group(key=f"variation-of-{batch[0].id}").set_value(2)
    page = wait_until_composed(page)
    assert shown(page) == batch[2]
    assert address(page)["piece"] == batch[2].id
    assert len(list_pieces()) == 1 + 3


def test_a_link_finds_the_piece_or_composes_it_again(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="form-bars").set_value(5)
    page.slider(key="form-variations").set_value(2)
    page = press(page, "compose")
    page.button_group(key=f"variation-of-{shown(page).id}").set_value(1)
    page = wait_until_composed(page)
    piece, link = shown(page), address(page)
    assert shown(compose_page(**link)).id == piece.id
    before = notes(piece)
    delete(piece.id)
    again = shown(compose_page(**link))
    assert again.id != piece.id
    assert (notes(again), again.variation) == (before, piece.variation)


@pytest.mark.parametrize(
    "query, message",
    [
        ({"settings": "nonsense"}, "This address cannot be used"),
        ({"variation": "-1"}, "This address cannot be used"),
        ({"piece": "../../etc/passwd"}, "not in the history here"),
        ({"model": "<b>gone</b>"}, "There is no model"),
        ({"model": "tiny@epoch-0099"}, "of this model was deleted"),
        ({"begin": "nonsense"}, "begins from “nonsense” and has no settings"),
    ],
)
def test_a_wrong_address_is_explained(runs, compose_page, query, message):
    write_run(runs)
    assert message in texts(compose_page(**query))


@pytest.mark.parametrize(
    "begin",
    [
        "collection:/etc/passwd:4",
        "collection:/usr/share/x:4",
        "piece:../x:4",
        "piece:x:y",
        "a",
        ":",
    ],
)
def test_a_link_to_a_prompt_that_is_not_here_is_refused(runs, compose_page, begin):
    write_run(runs)
    settings = to_link(ComposeSettings(bars=4))
    page = compose_page(model="tiny", settings=settings, begin=begin)
    assert page.error and session(page).piece is None


def test_settings_of_a_link_may_be_beyond_the_widgets(runs, compose_page):
    write_run(runs)
    settings = ComposeSettings(
        bars=None, notes=30, metre="11/8", key="Gb  major", temperature=3.5, density=0.7,
        tempo=33.3, top_k=50_000, program=12, seed=5, **NO_STYLE,
    )  # fmt: skip
    page = compose_page(model="tiny", settings=to_link(settings), variation="3")
    assert len(notes(shown(page))) == 30
    assert shown(page).settings == replace(settings, max_copy=0)
    assert page.slider(key="form-temperature").value == 2.0
    assert page.selectbox(key="form-metre").value == ""
    assert page.selectbox(key="form-program").value == 12


def test_a_range_that_excludes_the_key_is_explained(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.selectbox(key="form-key").set_value("C pentatonic")
    page.selectbox(key="form-lowest").set_value(61)
    page.selectbox(key="form-highest").set_value(61)
    page = press(page, "compose")
    assert "widen the range" in texts(page)


def test_a_reversed_range_is_explained(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.selectbox(key="form-lowest").set_value(80)
    page.selectbox(key="form-highest").set_value(60)
    assert "the highest note, C4, lies below the lowest, G\\#5" in texts(press(page, "compose"))


def test_the_checkpoint_of_an_earlier_epoch_can_be_chosen(runs, compose_page):
    write_run(runs, checkpoints=("epoch-0001", "epoch-0002"))
    page = compose_page()
    assert shown(page).checkpoint == "tiny@epoch-0002"
    table = next(frame.value for frame in open_history(page).dataframe if "★" in frame.value)
    assert table["model"].tolist() == ["tiny, epoch 2"]
    page.selectbox(key="compose-epoch-tiny").set_value("epoch-0001")
    page = press(page, "compose")
    assert shown(page).checkpoint == "tiny@epoch-0001"


def test_a_model_that_has_not_learned_says_so(runs, compose_page):
    run = write_run(runs)  # which needs 3.5 bits a step
    baseline = {"unigram": {"bits_per_step": {"valid": 3.0}}}
    write_json(run / "baselines.json", baseline)
    assert "This model has not learned its collection yet" in texts(compose_page())
    write_json(run / "baselines.json", {"unigram": {"bits_per_step": {"valid": 4.0}}})
    assert "has not learned" not in texts(compose_page())


def test_the_n_gram_of_a_run_composes(runs, tmp_path, compose_page):
    write_folder(tmp_path / "music")
    write_run(runs, source=str(tmp_path / "music"))
    page = compose_page()
    page.selectbox(key="compose-epoch-tiny").set_value("n-gram")
    page = press(page, "compose")
    assert shown(page).checkpoint == "tiny@n-gram"
    assert "n-gram: draws what followed the last" in texts(page)
    restored = compose_page(**address(page))
    assert restored.selectbox(key="compose-epoch-tiny").value == "n-gram"
    assert shown(restored).checkpoint == "tiny@n-gram"


def test_an_n_gram_without_its_collection_is_explained(runs, compose_page):
    write_run(runs, source="nowhere")
    page = compose_page()
    page.selectbox(key="compose-epoch-tiny").set_value("n-gram")
    page = wait_until_composed(page)
    assert "the music that 'tiny' was trained on is not here" in texts(page)
    page.selectbox(key="compose-epoch-tiny").set_value("epoch-0002")
    assert shown(press(wait_until_composed(page), "compose")).checkpoint == "tiny@epoch-0002"


def test_a_model_without_rhythm_composes(runs, compose_page):
    encoding = NotesEncoding.for_scores(tiny_pieces())
    write_run(runs, encoding=encoding)
    page = compose_page()
    assert len(notes(shown(page))) > 0
    assert page.selectbox(key="form-grid").disabled


def test_a_piece_of_an_earlier_version_says_that_its_seed_draws_other_notes(runs, compose_page):
    write_run(runs)
    settings = ComposeSettings.from_json({"bars": 4, "seed": 5})  # without a version: the first
    midi = midi_bytes(tiny_pieces(1)[0])
    piece = save_piece(
        midi, "tiny@epoch-0002", settings, 0, {"begin": ""}, datetime.now(UTC), name="old"
    )
    page = compose_page(piece=piece.id)
    assert shown(page).midi == midi
    assert "draws other notes from the same seed" in texts(page)
    assert session(page).notice == ""
    page = compose_page(model="tiny", settings=to_link(settings))
    assert "This link is of an earlier version" in texts(page)
    assert "draws other notes from the same seed" in texts(page)
    assert not shown(page).settings.draws_other_notes
    assert "Composed by an earlier version" not in texts(page)
