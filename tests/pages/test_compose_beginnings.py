"""Prompts on the Compose page, and the settings that an uploaded piece restores."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.composing.records.recipe import Recipe
from musicgen.composing.records.saved_pieces import delete, list_pieces
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from tests.helpers.locations import CORPORA
from tests.helpers.page_text import texts
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run
from tests.pages.composed_pages import (
    address,
    notes,
    press,
    shown,
)

pytestmark = pytest.mark.slow


def test_the_piece_begins_with_typed_notes(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.button_group(key="prompt-kind").set_value("Notes")
    page.run()
    page.text_area(key="prompt-notes").set_value("C4 E4+G4/2 r B4")
    page.run()
    assert "The next piece: begins with" in texts(page)
    page = press(page, "compose")
    first = notes(shown(page)).notes[:4]
    assert first["pitch"].tolist() == [60, 64, 67, 71]
    assert first["start"].tolist() == [0, 24, 24, 96]
    assert shown(page).facts["primer_notes"] == 4
    link = address(page)
    delete(shown(page).id)
    assert shown(compose_page(**link)).facts["primer_notes"] == 4


@pytest.mark.parametrize("text", ["", "H4", "C4/0", "C99", "<script>", "C4/99", "C4+/2", "1e9"])
def test_invalid_notes_are_explained_and_nothing_can_be_composed(runs, compose_page, text):
    write_run(runs)
    page = compose_page()
    page.button_group(key="prompt-kind").set_value("Notes")
    page.run()
    page.text_area(key="prompt-notes").set_value(text)
    page.run()
    assert not page.exception
    assert page.warning
    assert page.button(key="compose").disabled


def test_the_piece_begins_with_bars_of_a_piece_of_the_collection(runs, compose_page):
    write_run(runs)
    page = compose_page()
    page.button_group(key="prompt-kind").set_value("A piece")
    page.run()
    page = press(page, "compose")
    assert "begins with the first 4 bars of" in shown(page).primer
    assert 0 < shown(page).facts["primer_notes"] < len(notes(shown(page)))


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.button_group(key="prompt-kind").set_value("A file")
    page.run()
    page.file_uploader(key="prompt-file").upload(name, data, "audio/midi")
    page.run()
    assert not page.exception
    return page


def test_the_link_to_a_piece_that_begins_with_a_file_is_its_id(runs, compose_page):
    write_run(runs)
    data = midi_bytes(tiny_pieces(1)[0])
    page = press(upload(compose_page(), "mine.mid", data), "compose")
    assert shown(page).primer == "begins with the first 4 bars of mine.mid"
    link = address(page)
    assert set(link) == {"piece", "model"}
    delete(shown(page).id)
    assert "not in the history here" in texts(compose_page(**link))


def test_an_uploaded_piece_restores_its_settings(runs, compose_page):
    write_run(runs, checkpoints=("epoch-0001", "epoch-0002"))
    page = compose_page()
    page.selectbox(key="compose-epoch-tiny").set_value("epoch-0001")
    page.selectbox(key="form-key").set_value("D minor")
    page = press(page, "compose")
    piece, score = shown(page), notes(shown(page))
    data = piece.midi
    delete(piece.id)
    page = upload(compose_page(), "mine.mid", data)
    assert page.selectbox(key="form-key").value == ""
    page = press(page, "restore")
    assert page.selectbox(key="compose-epoch-tiny").value == "epoch-0001"
    assert page.selectbox(key="form-key").value == "D minor"
    assert page.number_input(key="form-seed").value == piece.settings.seed
    assert page.button_group(key="prompt-kind").value == "Nothing"
    assert (shown(page).id != piece.id, notes(shown(page))) == (True, score)
    assert shown(page).midi == data


def test_another_model_does_not_compose_a_piece_whose_model_is_not_here(runs, compose_page):
    write_run(runs)
    recipe = Recipe("another@best", ComposeSettings(bars=7, seed=5, key="D minor"))
    data = midi_bytes(tiny_pieces(1)[0], text=recipe.to_text())
    page = press(upload(compose_page(), "mine.mid", data), "restore")
    assert "There is no model “another@best” here" in texts(page)
    assert page.selectbox(key="form-key").value == "D minor"
    assert page.number_input(key="form-bars").value == 7
    assert len(list_pieces()) == 1  # the first piece, which is composed unasked


def test_settings_that_do_not_make_the_piece_are_restored_without_composing(runs, compose_page):
    write_run(runs)
    recipe = Recipe("tiny@epoch-0002", ComposeSettings(bars=7, seed=5), begin=None)
    data = midi_bytes(tiny_pieces(1)[0], text=recipe.to_text())
    page = upload(compose_page(), "mine.mid", data)
    assert "not by its settings alone" in texts(page)
    page = press(page, "restore")
    assert page.number_input(key="form-seed").value == 5
    assert page.button_group(key="prompt-kind").value == "A file"
    assert len(list_pieces()) == 1


def test_invalid_settings_in_a_file_are_ignored(runs, compose_page):
    write_run(runs)
    data = midi_bytes(tiny_pieces(1)[0], text='musicgen {"settings": {"bars": 1e999}}')
    page = upload(compose_page(), "mine.mid", data)
    assert "restore" not in [button.key for button in page.button]
    assert not page.button(key="compose").disabled


def test_a_file_without_music_is_refused(runs, compose_page):
    write_run(runs)
    page = upload(compose_page(), "x.mid", b"MThd nonsense")
    assert "cannot be used" in texts(page)
    assert page.button(key="compose").disabled


def hostile_files() -> list[Path]:
    return sorted(path for path in (CORPORA / "hostile").rglob("*") if path.is_file())


def test_no_uploaded_file_breaks_the_page(runs, compose_page):
    if not hostile_files():
        pytest.skip("shared/corpora/hostile is not here")
    write_run(runs)
    page = compose_page()
    for path in hostile_files():
        page = upload(page, f"{path.stem}.mid", path.read_bytes())
        assert page.button(key="compose").disabled == bool(page.warning)
