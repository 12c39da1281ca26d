"""The Data page of a band, of performances, and of both: parts, drums, pedal, tempo, time."""

from __future__ import annotations

import json

from musicgen.corpus.readers.read_score import read_score
from musicgen.score import Score
from tests.helpers.bands import band_midi, performance_midi, rubato_midi
from tests.helpers.page_text import DATA, metrics, texts
from tests.helpers.small_collections import collection_of


def titles(page) -> list[str]:
    return [chart.proto.alt for chart in page.get("plotly_chart")]


def figure(page, title: str) -> dict:
    return json.loads(page.get("plotly_chart")[titles(page).index(title)].proto.spec)


def test_the_parts_and_the_drums_of_a_band(open_page):
    collection_of("band", band=band_midi())
    page = open_page(DATA, collection="band", view="Parts", bar="drums: Open Hi Hat")
    assert metrics(page)["Notes"] == "914"
    assert titles(page) == ["Instruments", "Drums"]
    assert figure(page, "Drums")["data"][0]["y"] == [
        *("Closed Hi Hat", "Bass Drum 1", "Acoustic Snare", "Open Hi Hat", "Crash Cymbal 1"),
    ]
    assert "1 piece with **Open Hi Hat**" in texts(page)
    table = page.dataframe[-1].value
    assert table.loc[1, ["part", "instrument", "notes"]].tolist() == [
        *("Piano", "Acoustic Grand Piano", 192),
    ]
    page.segmented_control(key="view").set_value("Notes").run()
    assert "194 drum notes left out here" in texts(page)


def test_a_piece_says_what_it_holds(open_page):
    collection_of("both", band=band_midi(), rubato=rubato_midi())
    page = open_page(DATA, collection="both", view="Pieces", piece="band.mid")
    row = page.dataframe[0].value.iloc[0]
    assert row[["parts", "notes", "drum notes", "tempo changes"]].tolist() == [12, 914, 194, 2]
    assert row[["key signature", "estimated key"]].tolist() == [
        *("E♭ major, F♯ minor", "E♭ major"),
    ]
    assert (row["time"], round(row["pedal"])) == ("on the beat", 13)
    facts = texts(page)
    assert "12 parts · 914 notes, 194 of them of drums" in facts
    assert "100 to 150 quarters a minute, 2 tempo changes" in facts
    assert "key signature E♭ major, F♯ minor · estimated key E♭ major" in facts
    assert page.dataframe[1].value["part"].tolist()[:2] == ["Drums", "Piano"]
    page = open_page(DATA, collection="both", view="Pieces", piece="rubato.mid")
    assert titles(page) == ["Tempo over time"]


def test_charts_of_both_kinds_of_time_say_which_pieces_they_are_of(open_page):
    collection_of("mixed", band=band_midi(), played=performance_midi())
    page = open_page(DATA, collection="mixed", view="Rhythm")
    assert "1 of 2 pieces is a performance" in texts(page)
    assert "Of the 1 piece on the beat" in texts(page)
    assert "Of the 1 performance, in seconds" in texts(page)
    on_beat, in_seconds = ["Durations", "Onsets in the bar", "Metre"], ["Durations in seconds"]
    assert titles(page) == [*on_beat, *in_seconds, "Time between onsets"]
    page.segmented_control(key="view").set_value("Playing").run()
    assert "1 performance left out: without a tempo" in texts(page)
    assert titles(page)[-1] == "Pedal"


def test_a_person_says_which_time_the_pieces_have(open_page):
    def is_performance(data: bytes) -> bool:
        score: Score = read_score(data, "x.mid")
        return score.is_performance

    assert is_performance(performance_midi()) and not is_performance(band_midi())
    collection_of("played", played=performance_midi())
    page = open_page(DATA, collection="played", view="Rhythm")
    assert titles(page) == ["Durations in seconds", "Time between onsets"]
    page.segmented_control(key="time-played-auto").set_value("beats").run()
    assert titles(page) == ["Durations", "Onsets in the bar", "Metre"]
    assert "All pieces are taken as on the beat, as you said" in texts(page)
    page.segmented_control(key="time-played-beats").set_value("auto").run()
    assert titles(page) == ["Durations in seconds", "Time between onsets"]
