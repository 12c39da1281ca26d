"""The Compose page without a browser: its states, and that what it shows is what was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from musicgen.composing.records.saved_pieces import delete, list_pieces
from musicgen.composing.records.settings_link import to_link
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.notes import NotesEncoding
from tests.helpers.composed_pages import PAGE, address, finished, notes, press, shown
from tests.helpers.page_text import texts
from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import planted_copy, write_run


def test_without_any_model_it_says_what_to_do(runs, open_page):
    said = texts(open_page(PAGE))
    assert "There is no model yet. Train one first" in said


def test_a_broken_checkpoint_is_named_and_another_can_be_chosen(runs, compose_page):
    broken = write_run(runs, "broken")
    write_run(runs, "sound")
    (broken / "checkpoints/epoch-0002/step_pitch.onnx").write_bytes(b"nonsense")
    page = compose_page(model="broken")
    assert "This model cannot be used" in texts(page)
    assert "step\\_pitch\\.onnx" in texts(page)
    page.selectbox(key="compose-run").set_value("sound")
    page = finished(page)
    assert "This model cannot be used" not in texts(page)
    assert "3.50 bits a note on held-out pieces" in texts(page)


def test_a_first_piece_is_there_without_being_asked_for(runs, compose_page):
    write_run(runs)
    page = compose_page()
    assert shown(page).checkpoint == "tiny@epoch-0002"
    assert notes(shown(page)).bars == 16
    assert len(list_pieces()) == 1
    again = compose_page()  # now there is a history, so another visitor is asked first
    assert again.session_state["desk"].piece is None
    assert "Press **Compose**" in texts(again)


def test_what_is_asked_for_is_what_comes(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="ask-bars").set_value(6)
    page.number_input(key="ask-tempo").set_value(77.0)
    page.selectbox(key="ask-key").set_value("D minor")
    page.selectbox(key="ask-program").set_value(40)
    page.selectbox(key="ask-lowest").set_value(50)
    page.selectbox(key="ask-highest").set_value(80)
    page.selectbox(key="ask-metre").set_value("3/4")
    page.selectbox(key="ask-grid").set_value("8th")
    page.button_group(key="ask-character").set_value("Wild")
    page = press(page, "compose")
    score, settings = notes(shown(page)), shown(page).settings
    assert (score.bars, score.tempo, str(score.metres[0])) == (6, 77, "3/4")
    assert set(score.notes["pitch"] % 12) <= {2, 4, 5, 7, 9, 10, 0, 1}
    assert score.notes["pitch"].min() >= 50 and score.notes["pitch"].max() <= 80
    assert set(score.notes["program"]) == {40}
    assert not (score.notes["start"] % 12).any()
    assert settings.temperature == 1.15


def test_numbers_beyond_their_bounds_become_the_nearest_and_that_is_said(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="ask-tempo").set_value(5.0)
    page.number_input(key="ask-seed").set_value(-3)
    page.number_input(key="ask-bars").set_value(99_999).run()
    assert page.number_input(key="ask-bars").value == 1000
    assert "Bars: from 1 to 1,000" in texts(page)
    page.number_input(key="ask-bars").set_value(2)
    settings = shown(press(page, "compose")).settings
    assert (settings.bars, settings.tempo, settings.seed) == (2, 10, 0)
    assert "Bars: from" not in texts(page)


def test_each_click_is_a_new_piece_unless_the_seed_is_kept(runs, compose_page):
    write_run(runs)
    first = compose_page()
    seed, before = shown(first).settings.seed, notes(shown(first))
    other = press(first, "compose")
    assert shown(other).settings.seed != seed and notes(shown(other)) != before
    other.number_input(key="ask-seed").set_value(seed)
    other.run()
    assert other.toggle(key="ask-same").value
    assert notes(shown(press(other, "compose"))) == before


def test_variations_are_shown_one_at_a_time_and_all_are_kept(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.slider(key="ask-variations").set_value(3)
    page.number_input(key="ask-bars").set_value(4)
    page = press(page, "compose")
    batch = page.session_state["desk"].batch
    assert len({piece.midi for piece in batch}) == 3
    page.button_group(key=f"variation-of-{batch[0].id}").set_value(2)
    page = finished(page)
    assert shown(page) == batch[2]
    assert address(page)["piece"] == batch[2].id
    assert len(list_pieces()) == 1 + 3


def test_a_link_finds_the_piece_and_without_the_history_makes_it_again(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.number_input(key="ask-bars").set_value(5)
    page.slider(key="ask-variations").set_value(2)
    page = press(page, "compose")
    page.button_group(key=f"variation-of-{shown(page).id}").set_value(1)
    page = finished(page)
    piece, link = shown(page), address(page)
    assert shown(compose_page(**link)).id == piece.id
    before = notes(piece)
    delete(piece.id)
    again = shown(compose_page(**link))
    assert again.id != piece.id
    assert (notes(again), again.variation) == (before, piece.variation)


@pytest.mark.parametrize(
    "query, said",
    [
        ({"settings": "nonsense"}, "This address cannot be used"),
        ({"variation": "-1"}, "This address cannot be used"),
        ({"piece": "../../etc/passwd"}, "not in the history here"),
        ({"model": "<b>gone</b>"}, "There is no model"),
        ({"model": "tiny@epoch-0099"}, "is not kept any more"),
        ({"begin": "nonsense"}, "begins from “nonsense” and has no settings"),
    ],
)
def test_an_address_that_is_wrong_is_told(runs, compose_page, query, said):
    write_run(runs)
    assert said in texts(compose_page(**query))


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
def test_a_link_to_a_beginning_that_is_not_here_is_refused(runs, compose_page, begin):
    write_run(runs)
    settings = to_link(ComposeSettings(bars=4))
    page = compose_page(model="tiny", settings=settings, begin=begin)
    assert page.error and page.session_state["desk"].piece is None


def test_a_link_may_ask_for_more_than_the_widgets_can(runs, compose_page):
    write_run(runs)
    settings = ComposeSettings(
        bars=None, notes=30, metre="11/8", key="Gb  major", temperature=3.5, density=0.7,
        tempo=33.3, top_k=50_000, program=12, seed=5,
    )  # fmt: skip
    page = compose_page(model="tiny", settings=to_link(settings), variation="3")
    assert len(notes(shown(page))) == 30
    assert shown(page).settings == replace(settings, max_copy=0)
    assert page.slider(key="ask-temperature").value == 2.0
    assert page.selectbox(key="ask-metre").value == ""
    assert page.selectbox(key="ask-program").value == 12


def test_a_range_without_a_note_of_the_key_is_explained(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.selectbox(key="ask-key").set_value("C pentatonic")
    page.selectbox(key="ask-lowest").set_value(61)
    page.selectbox(key="ask-highest").set_value(61)
    page = press(page, "compose")
    assert "widen the range" in texts(page)


def test_a_range_upside_down_is_explained(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.selectbox(key="ask-lowest").set_value(80)
    page.selectbox(key="ask-highest").set_value(60)
    assert "the highest note, C4, lies below the lowest, G\\#5" in texts(press(page, "compose"))


def test_a_checkpoint_of_an_earlier_epoch_can_be_chosen(runs, compose_page):
    write_run(runs, checkpoints=("epoch-0001", "epoch-0002"))
    page = compose_page()
    assert shown(page).checkpoint == "tiny@epoch-0002"
    page.selectbox(key="compose-epoch-tiny").set_value("epoch-0001")
    page = press(page, "compose")
    assert shown(page).checkpoint == "tiny@epoch-0001"


def test_the_n_gram_of_a_run_can_be_heard(runs, tmp_path, compose_page):
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


def test_an_n_gram_whose_music_is_gone_is_explained(runs, compose_page):
    write_run(runs, source="nowhere")
    page = compose_page()
    page.selectbox(key="compose-epoch-tiny").set_value("n-gram")
    page = finished(page)
    assert "the music that 'tiny' learned from is not here" in texts(page)
    page.selectbox(key="compose-epoch-tiny").set_value("epoch-0002")
    assert shown(press(finished(page), "compose")).checkpoint == "tiny@epoch-0002"


def test_figures_originality_and_marks_are_of_the_piece(runs, compose_page):
    training = tiny_pieces()
    write_run(runs, training=training)
    page = compose_page()
    page.button_group(key="compose-view").set_value("Originality")
    page.run()
    labels = [metric.label for metric in page.metric]
    assert labels[:2] == ["Longest shared stretch", "Notes in shared stretches"]
    assert shown(page).settings.max_copy
    assert shown(page).facts["originality"]["longest_run"] <= shown(page).settings.max_copy


def test_a_copied_stretch_is_shown_beside_its_source(runs, home, compose_page):
    write_folder(home / "collections/tunes")
    write_run(runs, source="tunes", training=tiny_pieces())
    copy = planted_copy()
    page = compose_page(piece=copy.id)
    page.button_group(key="compose-view").set_value("Originality")
    page.run()
    assert page.metric[0].value == "20 notes"
    table = page.dataframe[0].value.iloc[0]
    assert (table["bar"], table["source"], table["semitones"]) == (3, "melody 03", 5)
    selection = {"rows": [0], "columns": [], "cells": []}
    page.session_state[f"matches-{copy.id}"] = {"selection": selection}
    page.run()
    assert not page.exception
    assert "**In melody 03**, bar 1" in texts(page)
    assert len(page.get("plotly_chart")) == 2 and len(page.get("audio")) == 2


def test_bars_are_composed_again_and_the_rest_stays(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    before = notes(shown(page)).notes
    page.button_group(key="compose-view").set_value("Change")
    page.run()
    page.number_input(key="again-first").set_value(3)
    page.run()
    page.number_input(key="again-last").set_value(12)
    page.run()
    page = press(page, "rewrite")
    after = notes(shown(page)).notes
    assert "bars 3 to 12 of" in shown(page).primer
    stretch = [(table["start"] >= 192) & (table["start"] < 12 * 96) for table in (before, after)]
    columns = ["start", "pitch", "duration"]
    kept = [table[~inside][columns] for table, inside in zip((before, after), stretch, strict=True)]
    assert (kept[0] == kept[1]).all()
    assert list(before[stretch[0]]) != list(after[stretch[1]])
    assert "settings" not in address(page)


def test_a_piece_is_continued_and_varied(runs, compose_page):
    write_run(runs)
    page = compose_page()
    first = shown(page)
    page.button_group(key="compose-view").set_value("Change")
    page = press(page.run(), "wilder")
    assert shown(page).settings.seed == first.settings.seed
    assert shown(page).settings.temperature == pytest.approx(first.settings.temperature + 0.15)
    page = press(page, "continue")
    longer = shown(page)
    assert notes(longer).bars == 24
    given = longer.facts["primer_notes"]
    assert 0 < given < len(notes(longer))


def test_what_was_given_is_still_known_after_bars_are_composed_again(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    page.button_group(key="compose-view").set_value("Change")
    page = press(page.run(), "continue")
    given = shown(page).facts["primer_notes"]
    assert given > 0
    page.number_input(key="again-first").set_value(20)
    page.run()
    assert press(page, "rewrite") and shown(page).facts["primer_notes"] == given
    page.number_input(key="again-first").set_value(2)
    page.run()
    assert press(page, "rewrite") and shown(page).facts["primer_notes"] == 0


def test_pieces_of_classic_are_composed_too(runs, compose_page):
    encoding = NotesEncoding.for_scores(tiny_pieces())
    write_run(runs, encoding=encoding)
    page = compose_page()
    assert len(notes(shown(page))) > 0
    assert page.selectbox(key="ask-grid").disabled
