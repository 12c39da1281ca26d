"""Pieces view of the Data page: table of files, search, links to pieces."""

from __future__ import annotations

import pytest

from musicgen.rendering.midi import midi_bytes
from tests.helpers.bands import band_midi, performance_midi
from tests.helpers.page_text import DATA, select_rows, texts
from tests.helpers.small_collections import collection_of, file_of
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.slow


def columns(page) -> list[str]:
    """Names of the columns of the first table that are shown at first."""
    return list(page.dataframe[0].proto.column_order)


def test_the_table_shows_as_many_columns_as_fit_the_page(open_page):
    collection_of("mixed", band=band_midi(), played=performance_midi())
    page = open_page(DATA, collection="mixed", view="Pieces")
    assert columns(page) == [
        *("file", "notes", "parts", "length", "time", "bars", "metre", "tempo"),
        *("estimated key", "split"),
    ]
    page.text_input(key="search").set_value("played").run()
    assert "time" not in columns(page)


def test_the_search_covers_key_and_split(open_page):
    page = open_page(DATA, view="Pieces", search="minor valid")
    table = page.dataframe[0].value
    assert len(table) and set(table["split"]) == {"valid"}
    assert all("minor" in key for key in table["estimated key"])


def test_a_key_is_found_by_its_name_in_words_and_as_typed(open_page):
    [tune] = tiny_pieces(1)
    collection_of("keys", **{f"up {n}": midi_bytes(tune.transposed(n)) for n in range(12)})
    page = open_page(DATA, collection="keys", view="Pieces")
    keys = page.dataframe[0].value["estimated key"].tolist()
    [flat] = {key for key in keys if key.startswith("E♭")}
    for search in ("E♭", "Eb"):
        page.text_input(key="search").set_value(search).run()
        assert page.dataframe[0].value["estimated key"].tolist() == [flat]
    page.text_input(key="search").set_value("flat").run()
    flats = [key for key in keys if "♭" in key]
    assert page.dataframe[0].value["estimated key"].tolist() == flats


def test_pieces_that_are_the_same_music_are_marked(open_page):
    tune, other = tiny_pieces(2)
    files = {"tune": tune, "higher": tune.transposed(3), "other": other}
    collection_of("twins", **{name: midi_bytes(score) for name, score in files.items()})
    page = open_page(DATA, collection="twins", view="Pieces")
    table = page.dataframe[0].value
    assert columns(page)[-1] == "status"
    status = dict(zip(table["file"], table["status"], strict=True))
    assert status == {
        "higher.mid": "same as 1 more",
        "other.mid": "read",
        "tune.mid": "same as 1 more",
    }
    twins = dict(zip(table["file"], table["twin of"], strict=True))
    assert twins == {"higher.mid": "tune.mid", "other.mid": "", "tune.mid": "higher.mid"}
    page.query_params["bar"] = "Tempo: 120"
    page.button(key="show-twins").click().run()
    assert "bar" not in page.query_params  # or it would leave out some of them
    assert page.dataframe[0].value["file"].tolist() == ["higher.mid", "tune.mid"]
    assert columns(page)[-1] == "twin of"
    page.text_input(key="search").set_value("tune.mid").run()
    assert page.dataframe[0].value["file"].tolist() == ["higher.mid", "tune.mid"]


def test_a_refused_file_has_a_row_with_its_reason(open_page):
    collection_of("mixed", good=file_of((0, 24, 60), (24, 24, 64)), broken=b"MThd nothing")
    page = open_page(DATA, collection="mixed", view="Pieces")
    assert columns(page)[:3] == ["file", "status", "notes"]
    table = page.dataframe[0].value.set_index("file")
    assert list(table.index) == ["good.mid", "broken.mid"]
    assert table.loc["good.mid", ["notes", "status"]].tolist() == [2, "read"]
    assert table.loc["broken.mid", "status"].startswith("refused: ")
    assert table.loc["broken.mid", ["notes", "seconds", "tempo"]].isna().all()
    assert page.dataframe[0].proto.placeholder == ""  # and not Streamlit's own "None"
    assert page.dataframe[0].proto.HasField("placeholder")
    page = open_page(DATA, collection="mixed", view="Pieces", piece="broken.mid")
    assert "**broken\\.mid** was refused" in page.warning[0].value
    page = open_page(DATA, collection="mixed", view="Pieces", search="refused")
    assert page.dataframe[0].value["file"].tolist() == ["broken.mid"]


def test_a_link_opens_a_piece(open_page):
    page = open_page(DATA, view="Pieces", search="minor")
    file = page.dataframe[0].value["file"].iloc[3]
    page = open_page(DATA, view="Pieces", search="minor", piece=file)
    assert "quarters a minute" in texts(page)
    assert file in texts(page).replace("\\", "")
    assert page.query_params["piece"] == file


def test_a_link_to_a_missing_piece_warns_and_one_of_another_collection_is_dropped(open_page):
    page = open_page(DATA, view="Pieces", piece="**nowhere**.mid")
    assert "There is no piece" in page.warning[0].value
    assert "piece" not in page.query_params
    file = page.dataframe[0].value["file"].iloc[0]
    page = open_page(DATA, view="Pieces", piece=file)
    page.selectbox(key="collection").set_value("ryans-mammoth").run()
    assert not page.warning
    assert "piece" not in page.query_params


def test_the_selected_piece_stays_selected_when_another_is_added(open_page):
    collection_of("mine", b=file_of((0, 24, 60)), c=file_of((0, 24, 62)))
    page = open_page(DATA, collection="mine", view="Pieces")
    select_rows(page, "pieces-mine", "b.mid")
    assert page.query_params["piece"] == "b.mid"
    collection_of("mine", a=file_of((0, 24, 64)))  # comes before it in the table
    page.run()
    assert page.dataframe[0].value["file"].tolist() == ["a.mid", "b.mid", "c.mid"]
    assert page.query_params["piece"] == "b.mid"
    assert "**b\\.mid**" in texts(page)


def test_a_link_opens_the_pieces_behind_a_bar(open_page):
    page = open_page(DATA, view="Rhythm", bar="metre: 3/4")
    assert "with **3/4**" in texts(page)
    table = page.dataframe[0].value
    assert len(table) and set(table["metre"]) == {"3/4"}
    page.button(key="filter-metre").click().run()
    assert page.segmented_control(key="view").value == "Pieces"
    assert "Only pieces with **3/4**" in texts(page)
    assert page.dataframe[0].value["file"].tolist() == table["file"].tolist()
    page.button(key="no-filter").click().run()
    assert len(page.dataframe[0].value) == 409
    page = open_page(DATA, view="Rhythm", bar="Metre: 99/4")
    assert not page.dataframe
    page = open_page(DATA, view="Pieces", bar="metre: 99/4")
    assert "No piece of this collection has “99/4” (Metre)" in texts(page)
    assert "bar" not in page.query_params and len(page.dataframe[0].value) == 409


def test_a_bar_says_whether_it_counts_notes_within_chords(open_page):
    chord = file_of((0, 24, 60), (0, 24, 64), (0, 24, 67), (24, 24, 60))
    collection_of("chords", one=chord, two=file_of((0, 24, 60)), three=file_of((0, 24, 64)))
    title = "Most frequent notes and chords"
    page = open_page(DATA, collection="chords", bar=f"{title}: C4")
    assert "2 pieces with **C4** as a single note, not within a chord of its track" in texts(page)
    page = open_page(DATA, collection="chords", view="Pieces", bar=f"{title}: 0.4.7")
    assert "Only pieces with **0\\.4\\.7** (C E G, C major triad)" in texts(page)
    assert page.dataframe[0].value["file"].tolist() == ["one.mid"]
    page = open_page(DATA, collection="chords", bar="Keyboard: E4")
    assert "2 pieces with **E4**" in texts(page) and "single note" not in texts(page)
