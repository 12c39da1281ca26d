"""Recipes in MIDI files: written, read, and refused where they are damaged."""

import io
import json

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.composing.records.recipe import MAX_CHARACTERS, PREFIX, Recipe, recipe_in
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from

SETTINGS = ComposeSettings(
    bars=None, notes=40, seed=7, key="F# minor", field_temperature={"pitch": 0.7}
)
RECIPE = Recipe("run@epoch-0003", SETTINGS, 2, "notes:C4 D4")
PIECE = Score(notes_from([(0, 24, 60), (24, 24, 62)]), name="Dvořák")


def with_texts(*texts: str) -> bytes:
    """A MIDI file that begins with these text events."""
    track = mido.MidiTrack(mido.MetaMessage("text", text=text) for text in texts)
    track.append(mido.Message("note_on", note=60, velocity=80, time=0))
    track.append(mido.Message("note_off", note=60, velocity=0, time=96))
    file = io.BytesIO()
    mido.MidiFile(tracks=[track], ticks_per_beat=96).save(file=file)
    return file.getvalue()


def text(**changes: object) -> str:
    return PREFIX + json.dumps({**RECIPE.to_json(), **changes})


@pytest.mark.parametrize("begin", ["", "collection:ä/ö:4", None])
def test_a_recipe_is_read_back_from_a_midi_file(begin):
    recipe = Recipe("läuft@beste", SETTINGS, 0, begin)
    data = midi_bytes(PIECE, text=recipe.to_text())
    assert recipe_in(data) == recipe
    assert midi_bytes(PIECE, text=recipe.to_text()) == data


def test_a_recipe_is_a_text_event_at_tick_0_after_the_title():
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(PIECE, text=RECIPE.to_text())), charset="utf-8")
    texts = [message for message in file.tracks[0] if message.type == "text"]
    assert [message.text for message in texts] == ["Dvořák", RECIPE.to_text()]
    assert all(message.time == 0 for message in texts)


def test_a_title_that_looks_like_a_recipe_does_not_hide_it():
    assert recipe_in(midi_bytes(PIECE, 'musicgen {"a": 1}', RECIPE.to_text())) == RECIPE


@pytest.mark.parametrize(
    "invalid",
    [
        "",
        PREFIX,
        PREFIX + "[]",
        PREFIX + "null",
        PREFIX + "7",
        PREFIX + '"text"',
        PREFIX + "{}",
        PREFIX + "{" * 3000,
        PREFIX + "[" * 7000,
        PREFIX + "9" * 6000,
        PREFIX + "x" * 200_000,
        RECIPE.to_text().removeprefix(PREFIX),
        "MUSICGEN" + text()[8:],
        text(padding="x" * MAX_CHARACTERS),
        text(checkpoint=None),
        text(checkpoint=["a"]),
        text(checkpoint="\ud800"),
        text(checkpoint="x" * 5000),
        text(variation=True),
        text(variation=1.0),
        text(variation=-1),
        text(variation=10**9),
        text(begin=7),
        text(begin="\udfff"),
        text(settings=None),
        text(settings=[]),
        text(settings={"bars": 0}),
        text(settings={"bars": "8"}),
        text(settings={"seed": 1e999}),
        text(settings={"temperature": float("nan")}),
        text(settings={"no such": 1}),
        text(settings={"key": "\ud800 minor"}),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_invalid_recipes_are_skipped(invalid):
    assert recipe_in(with_texts(invalid)) is None
    assert recipe_in(with_texts(invalid, RECIPE.to_text())) in (RECIPE, None)


def test_only_texts_at_tick_0_of_the_first_track_are_read():
    track = mido.MidiTrack([mido.MetaMessage("text", text=RECIPE.to_text(), time=5)])
    others = mido.MidiTrack([mido.MetaMessage("lyrics", text=RECIPE.to_text())])
    for tracks in ([track], [others], [mido.MidiTrack(), mido.MidiTrack(list(others))]):
        file = io.BytesIO()
        mido.MidiFile(tracks=tracks).save(file=file)
        assert recipe_in(file.getvalue()) is None
    assert recipe_in(with_texts(RECIPE.to_text())) == RECIPE


@given(st.binary(max_size=200), st.integers(0, 300))
def test_damaged_files_have_no_recipe(rest, cut):
    assert recipe_in(rest) is None
    assert recipe_in(b"MThd" + rest) is None
    whole = midi_bytes(PIECE, text=RECIPE.to_text())
    recipe_in(whole[:cut] + rest)
    recipe_in(whole[:cut] + rest + whole[cut:])


def test_a_long_first_track_is_not_parsed():
    assert recipe_in(with_texts()[:22] + b"\x00\xff\x01\x00" * 5_000_000) is None
