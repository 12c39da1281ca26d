"""The Data page of the bundled collections: its views, its controls, its links."""

from __future__ import annotations

import json

from musicgen.corpus.load import load_collection
from musicgen.corpus.split import TRAIN, split_pieces
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.registry import fit_encoding
from musicgen.rendering.midi import midi_bytes
from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.windows import Windows
from musicgen.ui.data.vocabulary import TOKENS, WINDOWS
from tests.helpers.page_text import DATA, metrics, texts
from tests.helpers.small_collections import VIEWS, collection_of
from tests.helpers.tiny_music import band_pieces


def test_the_overview_of_the_chorales(open_page):
    page = open_page(DATA)
    overview = metrics(page)
    assert overview["Pieces"] == "409"
    assert overview["Refused files"] == "0"
    assert "enough for the small model" in texts(page)
    assert "have a twin under another name" in texts(page)


def test_every_view_opens_by_its_link(open_page):
    for view in VIEWS:  # the collection is read once
        page = open_page(DATA, collection="ryans-mammoth", view=view)
        assert page.selectbox(key="collection").value == "ryans-mammoth"
        assert page.segmented_control(key="view").value == view
        assert metrics(page)["Pieces"] == "1,059"


def test_all_bundled_collections_can_be_chosen(open_page):
    page = open_page(DATA, collection="string-quartets")
    offered = page.selectbox(key="collection").options
    assert offered[:3] == ["Bach chorales", "Ryan's Mammoth Collection", "String quartets"]
    assert metrics(page)["Pieces"] == "62"
    assert "Project Gutenberg" in texts(page)


def test_every_chart_has_a_text_for_screen_readers(open_page):
    page = open_page(DATA)
    descriptions = [chart.proto.alt for chart in page.get("plotly_chart")]
    titles = ["Most frequent notes and chords", "Keyboard", "Pitch classes", "Melodic intervals"]
    assert descriptions == titles


def test_a_link_to_a_missing_collection_or_view_warns(open_page):
    page = open_page(DATA, collection="<b>none</b> **at** all", view="Nonsense")
    assert "There is no collection" in page.warning[0].value
    assert "<b>" not in page.warning[0].value.replace("\\<b\\>", "")
    assert page.segmented_control(key="view").value == "Notes"


def test_changing_the_chart_reads_no_file(open_page, monkeypatch):
    page = open_page(DATA)

    def fail(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("musicgen.ui.data.open_collection.load_collection", fail)
    page.segmented_control(key="kind").set_value("Chords")
    page.slider(key="most").set_value(10).run()
    assert not page.exception
    assert "**Most frequent chords**" in texts(page)


def test_changing_the_view_reads_no_file_and_counts_have_a_log_scale(open_page, monkeypatch):
    page = open_page(DATA)

    def fail(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("musicgen.ui.data.open_collection.load_collection", fail)
    page.toggle(key="log").set_value(True).run()
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert figure["layout"]["yaxis"]["type"] == "log"
    for view in VIEWS:
        page.segmented_control(key="view").set_value(view).run()
        assert not page.exception


def test_a_link_restores_the_window_of_the_preview(open_page):
    query = {"view": "Vocabulary", "part": WINDOWS, "window": "8", "window-start": "3"}
    page = open_page(DATA, collection="bach-chorales", **query)
    assert page.slider(key="window").value == 8
    assert page.slider(key="window-start").value == 3
    page.segmented_control(key="part").set_value(TOKENS).run()
    page.segmented_control(key="part").set_value(WINDOWS).run()
    assert page.slider(key="window").value == 8


def test_a_link_restores_the_search_for_a_token(open_page):
    query = {"view": "Vocabulary", "part": TOKENS, "token-search": "E4"}
    page = open_page(DATA, collection="bach-chorales", **query)
    assert all("E4" in token for token in page.dataframe[0].value["token"])


def test_the_collection_stays_selected_on_a_return_to_the_page(open_page):
    page = open_page(DATA, collection="ryans-mammoth", view="Rhythm")
    page.switch_page("streamlit_app.py").run()
    page.query_params.clear()
    page.switch_page(f"pages/{DATA}").run()
    assert page.selectbox(key="collection").value == "ryans-mammoth"


def test_the_preview_is_of_the_training_pieces(open_page):
    scores = load_collection("bach-chorales").scores[:30]
    collection_of("some", **{score.name: midi_bytes(score) for score in scores})
    page = open_page(DATA, collection="some", view="Vocabulary", part=WINDOWS)
    pieces = load_collection("some").scores
    splits = split_pieces(pieces)
    train = [score for score, split in zip(pieces, splits, strict=True) if split == TRAIN]
    assert 10 < len(train) < len(pieces) == 30
    notes = [fit_encoding("notes", pieces).encode(score) for score in train]
    windows = ClassicWindows(notes, fit_encoding("notes", pieces), 100, 1).batches
    assert f"Inputs ({windows}, 100, 1)" in texts(page)
    page.segmented_control(key="encoding").set_value("events").run()
    events = EventsEncoding()
    steps = [events.encode(score) for score in train]
    windows = Windows(steps, events, 100, 1).batches
    assert f"Inputs ({windows}, 100, 3)" in texts(page)


def test_the_vocabulary_of_parts(open_page):
    pieces = band_pieces()
    collection_of("bands", **{score.name: midi_bytes(score) for score in pieces})
    page = open_page(DATA, collection="bands", view="Vocabulary", encoding="parts")
    page.segmented_control(key="part").set_value("All tokens").run()
    assert not page.exception
    [table] = page.dataframe
    tokens = PartsEncoding().tokens(PartsEncoding().encode(pieces[0]))
    assert set(tokens) <= set(table.value["token"])
